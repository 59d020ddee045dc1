from dataclasses import replace
from datetime import date

import pytest

from rag import marks
from rag.types import Answer, Evidence, Freshness, Origins, Quotation, Reason, Sentence
from tests.fakes.newsroom import FakeNewsroom
from ui import words

TODAY = date(2026, 11, 22)
PROMISES = ("true", "verified", "fact", "confirmed", "independent", "%")


@pytest.fixture
def answer(fake: FakeNewsroom) -> Answer:
    *_, last = fake.ask_stream("Why is the Tarn bridge closed?")
    assert isinstance(last, Answer)
    return last


def test_an_answer_says_how_new_from_how_many_texts_and_how_it_was_made(answer: Answer) -> None:
    timed = replace(
        answer,
        timings={"search": 0.1, "write": 0.02, "total": 0.12},
        freshness=replace(answer.freshness, newest_cited="2026-11-11T09:14:00+01:00"),
        origins=None,
        texts=4,
    )
    assert " · ".join(words.summary(timed, TODAY)) == (
        "Newest used 11 Nov, 09:14 · 4 texts · extractive, no model · 0.12 s"
    )


def test_an_answer_says_what_was_searched(answer: Answer) -> None:
    searched = replace(
        answer,
        searched=1204,
        freshness=Freshness(
            None, "2026-11-12T05:58:00Z", "2026-11-12T06:02:00Z", oldest_in_scope="2026-01-01"
        ),
    )
    assert " · ".join(words.freshness(searched, TODAY)) == (
        "Searched 1,204 articles, 1 Jan to 12 Nov · newest in scope 12 Nov, 05:58 · "
        "library last added to 12 Nov, 06:02 UTC"
    )


def test_the_scope_s_own_days_stand_before_those_of_its_articles(answer: Answer) -> None:
    scoped = replace(answer, scope=replace(answer.scope, from_="2026-10-30"))
    assert words.searched(scoped, TODAY).endswith("30 Oct to 12 Nov")


def test_the_closest_passages_claim_nothing_and_count_nothing(answer: Answer) -> None:
    closest = replace(answer, status="closest", timings={"total": 0.1})
    assert words.headline(closest, TODAY) == "Closest passages; not judged an answer"
    assert words.summary(closest, TODAY) == ("Extractive, no model", "0.10 s")


def test_no_answer_found_says_where_it_was_looked_for(answer: Answer) -> None:
    none = replace(answer, status="no_answer_found", searched=1204)
    assert words.headline(none, TODAY) == (
        "No answer found in 1,204 articles, 3 Oct to 12 Nov. It may be there in other words."
    )


@pytest.mark.parametrize(
    ("origins", "said"),
    [
        (None, "4 texts"),
        (Origins(4, ("Reuters", "Gazette"), 1), "4 texts · origins: Reuters, Gazette · 1 unclear"),
        (Origins(4, ("Reuters",), 0), "4 texts · origin: Reuters"),
        (Origins(4, (), 4), "4 texts · 4 unclear"),
    ],
)
def test_unclear_texts_never_count_as_an_origin(origins: Origins | None, said: str) -> None:
    assert words.origins(origins, 4) == said


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        (None, None),
        (Evidence("verbatim"), "verbatim"),
        (Evidence("in_source"), "in the source"),
        (Evidence("differs", (Reason("number", "14", "9"),)), "differs: 14 in the answer, 9 in the source"),
        (
            Evidence("differs", (Reason("attribution", "", "police said"), Reason("hedge", "", "about"))),
            "differs: left out in the answer, “police said” in the source; "
            "left out in the answer, “about” in the source",
        ),
        (Evidence("not_matched"), "not matched to the source"),
        (Evidence("not_checked"), "not checked"),
    ],
)
def test_a_mark_promises_what_was_measured(evidence: Evidence | None, said: str | None) -> None:
    assert marks.evidence(evidence) == said
    assert not any(promise in (said or "") for promise in PROMISES)


def test_a_sentence_says_whose_word_it_is_and_what_became_of_its_quotations() -> None:
    sentence = Sentence(
        "x",
        (1,),
        "police",
        Evidence("in_source"),
        (Quotation("we won", "Ruiz", "differs"), Quotation("a", None, "verbatim")),
    )
    assert marks.marks(sentence) == (
        "in the source",
        "whose word: police",
        "quotation: wording differs from the source",
    )
    assert marks.alarms(sentence) == ("quotation: wording differs from the source",)


def test_opinion_and_press_releases_say_so_where_they_are_cited() -> None:
    assert words.source("Gazette", "2026-11-11", "opinion", TODAY) == "Gazette · 11 Nov · opinion"
    assert words.source("Gazette", "2026-11-11", "report", TODAY) == "Gazette · 11 Nov"
    assert words.source(None, None, None, TODAY) == "outlet not stated · undated"


def test_why_a_passage_was_found_is_never_a_percentage(fake: FakeNewsroom) -> None:
    said = [" ".join(words.why(found)) for found in fake.search("bridge county ferry").passages]
    assert said[0] == "words 6.2 meaning 0.61 best sentence 0.58 also in 1 copy"
    assert "meaning not read yet" in said[1]
    assert not any("%" in line for line in said)


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (None, "keyword search only"),
        (0.0, "meaning: 0 % of the library"),
        (0.349, "meaning: 34 % of the library"),
        (0.9999, "meaning: 99 % of the library"),
        (1.0, "meaning: whole library"),
    ],
)
def test_meaning_is_never_rounded_up_to_the_whole(share: float | None, said: str) -> None:
    assert words.meaning(share) == said


@pytest.mark.parametrize(
    ("spent", "said"), [(0.004, "under 0.01 s"), (0.12, "0.12 s"), (3.44, "3.4 s"), (41.2, "41 s")]
)
def test_time_is_said_as_exactly_as_it_helps(spent: float, said: str) -> None:
    assert words.seconds(spent) == said
