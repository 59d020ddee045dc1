"""Copies, other reporters' pieces and templates told apart; the planted set holds the numbers."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.near_duplicates import PLANTED, by_kind, measure, planted
from rag.library.duplicates import Signature, bands, is_copy, likeness, signature

STORY = """ALDMOOR, Feb 3 (Norlan Press) - The harbour board voted on Tuesday to close the old ferry dock, ending two
centuries of sailings from the pier. The vote, 7 to 2, came after four hours of debate and a protest by some 300
residents. Board chairman Lee Marr said the dock had lost $4 million in three years and could not be repaired.

"We have kept it alive as long as we could, and longer than the engineers wanted us to," he said.

The last ferry will sail on 30 June. Residents said the closure would add 40 minutes to the trip to the hospital at
Castle Row. A bus will be offered in place of the boat. The dock was built in 1821 and rebuilt after the flood of 1953.
A plan to sell it to a private operator failed last year when Dorn Shipping withdrew its offer."""

OTHER_REPORTER = """For 200 years the boats have left from Aldmoor. This summer they will stop. After a stormy meeting
board members agreed by seven votes to two that the pier must go. "We have kept it alive as long as we could, and
longer than the engineers wanted us to," chairman Lee Marr told a hall filled with angry townspeople. Outside, hundreds
held candles. Engineers had warned that mending the pier would cost more than the town can raise. Those who want to say
goodbye can take a final crossing at the end of June; a replacement bus begins the next day."""

WARNING = """A yellow warning for strong winds has been issued for {place}. The warning is in force from {start} until
{end}. Gusts of {gust} are expected inland, forecasters said. Delays to road, rail, air and ferry transport are
likely near {place}. Some short term loss of power and other services is possible until {end}. Drivers of high-sided
vehicles are advised to take care on the {bridge}. People are being urged to stay away from sea fronts."""
ONE = WARNING.format(
    place="Aldmoor", start="6am on Tuesday", end="9pm on Wednesday", gust="60mph", bridge="Penn Bridge"
)
TWO = WARNING.format(
    place="Harrow", start="3pm on Friday", end="noon on Sunday", gust="50mph", bridge="Dorn Viaduct"
)
LONG = " ".join("".join(random.Random(i).choices("abcdefgh", k=6)) for i in range(6000))


def copy(a: str, b: str) -> bool:
    return is_copy(signature(a), signature(b))


def test_a_copy_with_a_local_paragraph_is_a_copy() -> None:
    local = "\n\nIn Brindle, shopkeeper Ann Poe said her own town had lost its ferry in 1988 and never got over it."
    assert copy(STORY, STORY.replace("ALDMOOR, Feb 3 (Norlan Press) - ", "") + local)


def test_a_copy_cut_to_a_third_is_a_copy() -> None:
    assert copy(STORY, STORY[: len(STORY) // 3])


def test_another_reporters_piece_with_the_same_long_quotation_is_none() -> None:
    assert not copy(STORY, OTHER_REPORTER)


def test_a_template_with_other_facts_is_no_copy() -> None:
    shared = likeness(signature(ONE), signature(TWO))
    assert shared.shared > 0.45
    assert not copy(ONE, TWO)


def test_a_brief_that_borrows_a_sentence_is_no_copy() -> None:
    sentence = (
        "Board chairman Lee Marr said the dock had lost $4 million in three years and could not be repaired."
    )
    assert not copy(
        STORY, "Aldmoor is to lose its boats after all this time, and few in town can believe it. " + sentence
    )


def test_texts_too_short_to_tell_are_copies_of_nothing() -> None:
    for text in ("", "Ferry dock shut", "The ferry dock is shut."):
        assert not copy(text, text)
        assert bands(signature("")) == ()


def test_furniture_is_no_part_of_it() -> None:
    furniture = "Sign up now to get the Harbour Mail newsletter on Monday and on Friday, free of charge. " * 3
    ranges = ((0, len(furniture)),)
    plain, framed = signature(STORY), signature(furniture + STORY, furniture=ranges)
    assert likeness(plain, framed).shared == 1.0
    assert signature(furniture, furniture=ranges).to_bytes() == signature("").to_bytes()


def test_a_signature_survives_its_bytes_and_refuses_others() -> None:
    own = signature(STORY + LONG)
    assert Signature.from_bytes(own.to_bytes()).to_bytes() == own.to_bytes()
    assert len(own.to_bytes()) <= 1804
    for damaged in (b"", own.to_bytes()[:-1]):
        with pytest.raises(ValueError, match="no signature"):
            Signature.from_bytes(damaged)


def test_bands_fit_a_signed_64_bit_column_and_copies_share_some() -> None:
    keys = bands(signature(STORY))
    assert 0 < len(keys) <= 32
    assert all(0 <= key < 2**48 for key in keys)
    assert set(keys) & set(bands(signature(STORY[: len(STORY) // 3])))


def test_a_long_text_is_known_by_a_sample_of_it() -> None:
    words = LONG.split()
    third = " ".join(words[:2000])
    assert likeness(signature(LONG), signature(third)).shared == 1.0
    assert copy(LONG, third)
    assert not copy(LONG, " ".join(words[::-1]))


@given(st.text(max_size=300), st.text(max_size=300))
def test_likeness_is_symmetric_and_the_signature_the_same_each_time(a: str, b: str) -> None:
    first, second = signature(a), signature(b)
    assert likeness(first, second) == likeness(second, first)
    assert signature(a).to_bytes() == first.to_bytes()
    assert likeness(first, first).shared in (0.0, 1.0)


def test_the_planted_copies_are_grouped_and_nothing_else_is() -> None:
    articles = planted(PLANTED)
    for order in (articles, articles[::-1]):
        result = measure(order)
        assert result.found <= result.right
        assert result.f1 >= 0.99
        assert all(hits == count for hits, count in by_kind(articles, result).values())
