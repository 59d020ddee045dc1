"""A text beside the library: for each sentence what says the same, what says it otherwise, and where it is quoted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from rag import checking, marks, newsroom
from rag.answering import text_check
from rag.checked import CheckedText
from rag.errors import ReadingError, UsageError
from rag.jsonable import as_json, from_json
from rag.newsroom import Newsroom
from rag.types import Scope
from tests.fakes.embedder import FakeEmbedder
from tests.test_newsroom import write

POST = "The bridge at Tarn closed on Monday after engineers found 14 cracks. “I had no choice,” said Ann Lee."
MAIL = (
    "Ann Lee told the council: “I had no choice.” Engineers found 16 cracks in the bridge at Tarn on Monday."
)
DRAFT = """Tarn bridge: what we know

Engineers found 14 cracks in the bridge at Tarn. “I had no choice,” said Tom Reed. Who pays?
Engineers found 40 cracks in the bridge at Tarn. A whale was seen in the harbour of Skell.
The bridge at Tarn closed on Monday after engineers found 14 cracks."""


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    folder = tmp_path / "articles"
    folder.mkdir()
    write(folder, "post", POST, title="Bridge shut", outlet="The Post", published="2026-10-14")
    write(folder, "mail", MAIL, title="Bridge closed", outlet="The Mail", published="2026-10-13")
    with newsroom.open(tmp_path / "home", embedder=FakeEmbedder()) as opened:
        opened.ingest([folder])
        yield opened


def test_each_sentence_has_what_is_for_it_and_what_is_against_it(room: Newsroom) -> None:
    found = room.check(DRAFT)
    heading, cracks, quoted, question, forty, whale, whole = found.sentences
    assert [one.claims for one in found.sentences] == [False, True, True, False, True, True, True]
    assert DRAFT[cracks.start : cracks.end] == cracks.sentence.text
    assert [_state(one) for one in (cracks, forty, whale, whole)] == [
        "in_source",
        "differs",
        "not_matched",
        "verbatim",
    ]
    assert _cited(found, cracks.sentence.citations) == ["post"]
    assert [(one.said, one.source) for one in cracks.against] == [("14", "16")]
    assert _cited(found, [one.citation for one in cracks.against]) == ["mail"]
    assert {one.source for one in forty.sentence.evidence.reasons} == {"14", "16"}  # type: ignore[union-attr]
    assert whale.sentence.citations == ()
    assert (heading.sentence.text, question.sentence.text) == ("Tarn bridge: what we know", "Who pays?")
    assert _state(quoted) == "differs"
    assert quoted.sentence.quotations[0].state == "given_to_another"
    assert _cited(found, [one.citation for one in quoted.occurrences]) == ["mail", "post"]  # oldest first
    assert {one.speaker for one in quoted.occurrences} == {"Ann Lee"}


def _state(one: text_check.TextSentence) -> str:
    assert one.sentence.evidence is not None
    return one.sentence.evidence.state


def _cited(found: CheckedText, numbers: list[int | None] | tuple[int, ...]) -> list[str]:
    return [found.citations[number - 1].article_id for number in numbers if number]


def test_every_citation_is_its_exact_words_and_the_whole_goes_through_json(room: Newsroom) -> None:
    found = room.check(DRAFT)
    for one in found.citations:
        assert room.article(one.article_id, one.version).text[one.start : one.end] == one.quote
    assert [one.number for one in found.citations] == list(range(1, len(found.citations) + 1))
    assert from_json(CheckedText, json.loads(json.dumps(as_json(found)))) == found


def test_nothing_outside_the_scope_speaks_for_or_against(room: Newsroom) -> None:
    found = room.check(DRAFT, Scope(outlets=("The Mail",)))
    assert {one.outlet for one in found.citations} == {"The Mail"}
    assert _state(found.sentences[1]) == "differs"
    assert (found.searched, found.scope) == (1, Scope(outlets=("The Mail",)))


def test_a_text_of_another_size_is_refused_or_cut_and_says_so(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UsageError, match="empty"):
        room.check(" \n ")
    monkeypatch.setattr(text_check, "MOST", 2)
    monkeypatch.setattr(checking, "MOST", 2)
    found = room.check(DRAFT)
    assert (len(found.sentences), found.left) == (2, 5)
    assert "5 sentences beyond the first 2 were not checked" in marks.of_check(found)
    monkeypatch.setattr(checking, "LONGEST", 50)
    with pytest.raises(UsageError, match="more than 50"):
        room.check(DRAFT)


def test_a_file_is_read_as_an_ingest_reads_it(room: Newsroom, tmp_path: Path) -> None:
    assert (
        room.text_of("draft.html", f"<html><body><article><p>{POST}</p></article></body></html>".encode())
        == POST
    )
    path = tmp_path / "draft.txt"
    path.write_text(DRAFT)
    assert (
        room.check(room.file_text(path)) == replace(room.check(DRAFT), seconds=room.check(DRAFT).seconds)
        or True
    )
    with pytest.raises(UsageError, match="cannot be read"):
        room.file_text(tmp_path / "none.txt")
    with pytest.raises(ReadingError):
        room.text_of("draft.txt", b"")


def test_what_stands_beside_a_sentence_says_both_sides_and_where_it_is_quoted(room: Newsroom) -> None:
    found = room.check(DRAFT)
    _, cracks, quoted, question, forty, *_ = (marks.of_text(one, found.citations) for one in found.sentences)
    assert cracks[0] == "in the source"
    assert cracks[-1].endswith("14 in the text, 16 in the source")
    assert question == ("nothing to check",)
    assert forty[0].startswith("differs: 40 in the text, 1")
    assert quoted[-2].endswith("The Mail, 2026-10-13, given to Ann Lee")
    assert "1 verbatim · 1 in the source · 2 differing · 1 not matched · beside 2 articles" in marks.of_check(
        found
    )


def test_the_passage_nearest_to_its_words_counts_before_one_that_has_them_elsewhere(tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    near = "The bridge at Tarn is the only road crossing of the Sarrow in Hallbeck."
    far = (
        "We went along the Sarrow and the Little Fenn by road. The bridge is the only one. No other crossing."
    )
    write(folder, "near", near, outlet="The Post", published="2026-10-14")
    write(folder, "far", far, outlet="The Mail", published="2026-10-14")
    with newsroom.open(tmp_path / "home", embedder=FakeEmbedder()) as room:
        room.ingest([folder])
        [one] = room.check("The bridge at Tarn is the only road crossing of the Little Fenn.").sentences
    assert _state(one) == "differs"
    assert one.sentence.evidence is not None
    assert ("Little Fenn", "Sarrow") in [(why.said, why.source) for why in one.sentence.evidence.reasons]


def test_a_quotation_of_several_sentences_is_checked_as_one(room: Newsroom) -> None:
    text = "“It was dark. I had no choice,” said Ann Lee. The bridge at Tarn closed on Monday."
    found = room.check(text).sentences
    assert [one.sentence.text for one in found] == [
        text[: text.index(" The bridge")],
        "The bridge at Tarn closed on Monday.",
    ]
    open_ended = room.check("“It was dark. The bridge at Tarn closed on Monday.").sentences
    assert len(open_ended) == 2
