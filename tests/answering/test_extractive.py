"""The extractive writer chooses sentences that answer, verbatim, and says nothing twice."""

from __future__ import annotations

import re

import numpy as np
import pytest

from rag.answering.extractive import WEAK, ExtractiveWriter, chosen
from rag.answering.sentence_features import read
from rag.answering.writer import Draft, Material
from rag.types import Article
from tests.answering.given import material

FERRY = Article(
    "ferry",
    "The ferry Otter sank off Brunnhaven on 4 March after striking a sandbank. Its captain, Ilse Varga, was the "
    "last to leave. All 41 passengers were taken off by lifeboats.\n\n"
    "Old demands\n\n"
    "The harbour board had asked for dredging since 2019. It never got the money. "
    "\"We were told to wait,\" said its chair, Tomas Reier.\n\nShare this",
    title="Ferry Otter sinks off Brunnhaven",
    published="2026-03-05",
)  # fmt: skip
INQUIRY = Article(
    "inquiry",
    "An inquiry into the loss of the ferry Otter opened in Brunnhaven on 2 May.\n\n"
    "It will hear 30 witnesses. Judge Petra Holm leads the inquiry.",
    title="Otter inquiry opens",
    published="2026-05-02",
)
COPY = Article("copy", FERRY.text.replace("All 41", "All the 41"), title=FERRY.title, outlet="Gazette")


def written(found: Material) -> list[Draft]:
    return list(ExtractiveWriter().write(found))


def test_every_sentence_is_the_very_words_of_its_span() -> None:
    texts = {one.id: one.text for one in (FERRY, INQUIRY)}
    drafts = written(material("Who was the captain of the ferry Otter?", [FERRY, INQUIRY]))
    assert 1 <= len(drafts) <= 4
    for draft in drafts:
        (span,) = draft.spans
        assert " ".join(texts[span.article_id][span.start : span.end].split()) == draft.text


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("When did the ferry Otter sink?", "4 March"),
        ("How many passengers were taken off by lifeboats?", "41"),
        ("What did Tomas Reier say?", "told to wait"),
        ("Which judge leads the inquiry?", "Petra Holm"),
    ],
)
@pytest.mark.parametrize("meaning", [True, False])
def test_the_sentence_that_answers_is_among_the_first_two(question: str, answer: str, meaning: bool) -> None:
    drafts = written(material(question, [FERRY, INQUIRY], meaning=meaning))
    assert any(answer in draft.text for draft in drafts[:2])


def test_a_later_sentence_must_be_the_likelier_the_later_it_comes() -> None:
    reading = read(material("Who was the captain of the ferry Otter?", [FERRY, INQUIRY]))
    plain = np.flatnonzero(reading.column("fragment") == 0)[:4]
    ranked = np.full(len(reading.sentences.texts), -99.0)
    for shares, count in (((0.1, 0.09, 0.08), 3), ((0.04, 0.04, 0.04), 2), ((0.9, 0.8, 0.7), 4)):
        ranked[plain] = np.log([1.0, *shares])
        assert len(chosen(reading, ranked, most=4, weak=WEAK)) == count
        assert len(chosen(reading, ranked, most=4)) == 4


def test_headings_and_the_page_s_own_words_are_no_answer() -> None:
    said = [draft.text for draft in written(material("What were the old demands of the board?", [FERRY]))]
    assert not {"Old demands", "Share this"} & set(said)


def test_a_copy_in_another_outlet_is_not_said_again() -> None:
    said = [
        draft.text for draft in written(material("How many passengers were on the Otter?", [FERRY, COPY]))
    ]
    folded = [re.sub(r"\bthe ", "", text) for text in said]
    assert len(folded) == len(set(folded))


def test_a_course_of_events_is_told_in_order_of_time() -> None:
    drafts = written(material("How did the loss of the ferry Otter unfold?", [INQUIRY, FERRY]))
    told = [draft.spans[0] for draft in drafts]
    days = {"ferry": 0, "inquiry": 1}
    assert len({span.article_id for span in told}) == 2
    assert told == sorted(told, key=lambda span: (days[span.article_id], span.start))


def test_the_same_material_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    from rag.answering import extractive

    times: list[Material] = []
    read = extractive.read
    monkeypatch.setattr(extractive, "read", lambda found: times.append(found) or read(found))
    writer, found = ExtractiveWriter(), material("When did the Otter sink?", [FERRY])
    writer.judge(found)
    list(writer.write(found))
    assert len(times) == 1


def test_nothing_found_is_nothing_said() -> None:
    empty = Material("When did the Otter sink?", None, [])
    assert written(empty) == []
    judged = ExtractiveWriter().judge(empty)
    assert (judged.answerability, judged.nearest) == (0.0, ())


def test_a_sentence_that_points_back_brings_what_it_points_to_or_stands_behind_it() -> None:
    article = Article(
        "ilse",
        "Ilse Varga was the captain of the ferry Otter. She was the last to leave it.\n\n"
        "The harbour board met on Friday. Its chair asked for dredging.",
        title="Captain",
    )
    [left, *_] = written(material("Who was the last to leave the ferry?", [article]))
    assert left.text == "Ilse Varga was the captain of the ferry Otter. She was the last to leave it."
    [chair, *_] = written(material("Who asked for dredging?", [article]))
    assert chair.text == "The harbour board met on Friday. Its chair asked for dredging."
    [span] = chair.spans
    assert article.text[span.start : span.end] == chair.text
    both = [
        one.text for one in written(material("Was the captain of the ferry Otter Ilse Varga?", [article]))
    ]
    if "She was the last to leave it." in both:
        assert both.index("She was the last to leave it.") == 1


def test_the_nearest_passages_are_whole_each_with_its_nearest_sentence() -> None:
    found = material("Who was the captain of the ferry Otter?", [FERRY, INQUIRY])
    nearest = ExtractiveWriter().judge(found).nearest
    passages = {(hit.article.id, hit.passage.start, hit.passage.end) for hit, _ in found.hits}
    places = [(span.article_id, span.start, span.end) for span, _ in nearest]
    assert len(set(places)) == len(places) == 5
    assert set(places) <= passages
    span, (start, end) = nearest[0]
    assert span.article_id == "ferry"
    assert FERRY.text[start:end].endswith((" a sandbank.", " last to leave."))
    assert span.start <= start < end <= span.end
