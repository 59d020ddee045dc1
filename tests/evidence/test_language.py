"""What is not in English is not checked, and says so; English always is."""

from __future__ import annotations

import pytest

from rag import marks
from rag.evidence.check import Source, check
from rag.evidence.language import english


@pytest.mark.parametrize(
    "text",
    [
        "Am Montag wurde die Brücke für den Verkehr gesperrt, und das wird lange dauern.",
        "Le pont a été fermé lundi par les ingénieurs.",
        "El puente fue cerrado el lunes por los ingenieros.",
        "Мост был закрыт в понедельник.",
        "Broen ble stengt på mandag, og det er ikke klart når den åpner.",
        "Il ponte è stato chiuso lunedì dagli ingegneri della provincia.",
        "Most został zamknięty w poniedziałek i nie jest jasne.",
        "Köprü pazartesi günü kapatıldı ve bu bir yıl sürecek.",
        "橋は月曜日に閉鎖された。",
    ],
)
def test_other_languages_are_told_by_their_small_words_or_their_letters(text: str) -> None:
    assert not english(text)
    own = Source(1, text, article=text, quote=text)
    assert check(text, [own]).evidence.state == "verbatim"  # the same words are the same words
    found = check("The bridge was closed on Monday.", [own]).evidence
    assert found.state == "not_checked"
    assert marks.evidence(found) == "not checked: not in English"


@pytest.mark.parametrize(
    "text",
    [
        "The Le Monde and El País papers, and Das Bild, said so.",
        "We’ve got programs, we’ve got community groups.",
        "Angela van der Berg and Juan de la Cruz met in Den Haag.",
        "No.",
        "1,140",
        "",
        "The chef praised the foie gras and the crème brûlée.",
    ],
)
def test_english_with_names_from_elsewhere_is_english(text: str) -> None:
    assert english(text)


def test_a_language_that_the_record_states_counts() -> None:
    source = Source(1, "Bridge shut.", article="Bridge shut.", language="de", quote="Bridge shut.")
    assert check("The bridge is closed.", [source]).evidence.state == "not_checked"
