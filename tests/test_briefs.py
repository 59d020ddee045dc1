"""Briefings through the front door: every sentence is its article's very words, copies count once, numbers add up."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

from rag import brief_sheet, newsroom
from rag.briefed import SECTIONS, Briefing
from rag.briefing import templates
from rag.errors import ReadingError, UsageError
from rag.jsonable import as_json, from_json
from rag.newsroom import Newsroom
from rag.types import Scope, Sentence
from tests.fakes.embedder import FakeEmbedder
from tests.test_cli import run

__all__ = ["run"]

CORPUS = Path(__file__).resolve().parent.parent / "corpus"
PLANTED = json.loads((CORPUS / "planted.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    """The sample newsroom, read by everybody and changed by nobody."""
    with newsroom.open(tmp_path_factory.mktemp("briefs") / "home", embedder=FakeEmbedder()) as room:
        room.ingest([CORPUS / "articles"])
        yield room


@pytest.fixture(scope="module")
def whole(sample: Newsroom) -> Briefing:
    return sample.brief(words=1_600)


def told(made: Briefing) -> Iterator[Sentence]:
    yield from made.in_brief
    yield from (one for story in made.stories for one in story.sentences)
    yield from (event.sentence for event in made.timeline)
    yield from (one for voice in made.voices for one in voice.sentences)
    yield from (one for apart in made.conflicts for one in (apart.older, apart.newer))
    yield from made.unknown


def test_every_sentence_is_the_very_words_of_the_span_it_cites(sample: Newsroom, whole: Briefing) -> None:
    cited = {one.number: one for one in whole.citations}
    assert len(list(told(whole))) > 60
    for sentence in told(whole):
        [number] = sentence.citations
        one = cited[number]
        article = sample.catalog.article(one.article_id, one.version)
        assert article.text[one.start : one.end] == one.quote
        assert " ".join(one.quote.split()) == sentence.text
        assert sentence.evidence is not None
        assert sentence.evidence.state == "verbatim"


def test_the_numbers_add_up_to_the_articles_in_scope(sample: Newsroom, whole: Briefing) -> None:
    found = whole.coverage
    assert found.considered == sample.counts(Scope()).articles
    parts = (found.told, found.other, found.off_topic, found.unticked, found.over, len(found.failed))
    assert sum(parts) == found.considered
    assert found.cited == len({one.article_id for one in whole.citations if one.version})
    assert sum(count for _, count, _ in found.outlets) == found.told + found.other
    assert sum(one.texts for one in whole.stories) == found.told + found.other


def test_planted_copies_are_in_their_original_s_story_and_count_once(whole: Briefing) -> None:
    stories = {article: at for at, story in enumerate(whole.stories) for article in story.articles}
    for planted in PLANTED["copies"]:
        there = [one for one in (planted["source"], *planted["copies"]) if one in stories]
        assert len({stories[one] for one in there}) <= 1, planted["what"]
    assert sum(story.folded for story in whole.stories) == whole.coverage.folded >= 12


def test_no_killed_story_is_told_and_the_corrected_number_is_shown_as_corrected(whole: Briefing) -> None:
    killed = {one["killed"] for one in PLANTED["withdrawn"]} | {
        copy for one in PLANTED["withdrawn"] for copy in one["ran_by"]
    }
    assert not killed & {one.article_id for one in whole.citations}
    assert not killed & {article for story in whole.stories for article in story.articles}
    [missing] = [one for one in whole.conflicts if one.kind == "correction"]
    assert (missing.reason.source.lower(), missing.reason.said.lower()) == ("twelve", "two")


def test_opinion_is_told_as_nobody_s_news(whole: Briefing) -> None:
    kinds = {one.kind for one in whole.citations}
    assert not kinds & {"opinion", "letter", "sponsored"}
    assert whole.coverage.opinions > 0


def test_events_have_their_own_day_apart_from_publication(whole: Briefing) -> None:
    days = [event.day for event in whole.timeline]
    assert days == sorted(days, key=lambda day: (day is None, day or ""))
    cited = {one.number: one.published for one in whole.citations}
    apart = [
        one for one in whole.timeline if one.day and (cited[one.sentence.citations[0]] or "")[:10] != one.day
    ]
    assert len(apart) > 3
    assert ("2026-08-19", "Aug. 19") in [(one.day, one.said) for one in whole.timeline]


def test_the_same_library_gives_the_same_briefing(sample: Newsroom, whole: Briefing) -> None:
    again = sample.brief(words=1_600)
    same = {"id": "", "at": "", "seconds": 0.0}
    assert replace(again, **same) == replace(whole, **same)  # type: ignore[arg-type]


def test_a_topic_keeps_what_it_fits_and_says_what_no_article_has(sample: Newsroom) -> None:
    made = sample.brief("Fennmet overflow alarm zeppelins", words=200)
    assert "Fennmet" in made.stories[0].headline
    assert made.coverage.off_topic > 50
    assert made.not_found == ("zeppelins",)


def test_what_is_unticked_is_left_out_and_what_is_pinned_comes_first(sample: Newsroom) -> None:
    plan = sample.brief_plan()
    first, last = plan.stories[0], plan.stories[-1]
    made = sample.brief(without=[first.id], first=[last.id])
    assert made.stories[0].headline == last.headline
    assert first.headline not in [one.headline for one in made.stories]
    assert made.coverage.unticked == first.texts
    with pytest.raises(UsageError, match="there is none in this scope"):
        sample.brief(without=["nothing"])


def test_stopped_it_has_what_was_written_by_then(sample: Newsroom) -> None:
    stop = threading.Event()
    for one in sample.brief_stream(stop=stop):
        stop.set()
        made = one
    assert isinstance(made, Briefing)
    assert sum(bool(story.sentences) for story in made.stories) == 1
    assert "Stopped after 1 of 7 stories" in made.warnings[-1]


# A home of its own


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "articles"
    path.mkdir()
    write(
        path,
        "bridge",
        "2026-10-12",
        "The Post",
        "The St. Orrin Bridge was closed after engineers found 14 cracks.",
    )
    write(
        path,
        "ferry",
        "2026-10-13",
        "The Mail",
        "The ferry Otter sank off Brunnhaven. All 41 passengers were saved.",
    )
    return path


def write(folder: Path, name: str, published: str, outlet: str, text: str) -> None:
    head = f"---\nid: {name}\ntitle: {name.title()} news\noutlet: {outlet}\npublished: {published}\n---\n"
    (folder / f"{name}.md").write_text(head + text + "\n")


@pytest.fixture
def room(tmp_path: Path, folder: Path) -> Iterator[Newsroom]:
    with newsroom.open(tmp_path / "home", embedder=FakeEmbedder()) as opened:
        opened.ingest([folder])
        yield opened


def test_since_last_time_nothing_in_the_same_library_and_only_its_story_when_one_comes(
    room: Newsroom, folder: Path
) -> None:
    with pytest.raises(UsageError, match="is kept yet"):
        room.brief(since="last")
    room.keep_briefing(room.brief(), "user:maja")
    assert room.brief(since="last").changes == ()
    write(
        folder,
        "otter",
        "2026-10-15",
        "The Post",
        "The ferry Otter sank off Brunnhaven. All 43 passengers were saved.",
    )
    room.ingest([folder])
    [change] = room.brief(since="last").changes or ()
    assert (change.kind, change.was) == ("differently", "All 41 passengers were saved.")
    assert "43" in change.sentences[0].text
    gone = room.brief(scope=Scope(from_="2026-10-13"), since="last").changes or ()
    assert [(one.kind, one.headline) for one in gone if one.kind == "not_mentioned"] == [
        ("not_mentioned", "Bridge news")
    ]


def test_an_edited_sentence_is_checked_again_and_marked(room: Newsroom) -> None:
    made = room.brief()
    [old] = [one.text for one in made.in_brief if "cracks" in one.text]
    wrong = room.edit_briefing(
        made, old, "The St. Orrin Bridge was closed after engineers found 41 cracks.", "user:m"
    )
    [sentence] = [one for one in wrong.in_brief if "cracks" in one.text]
    assert sentence.evidence is not None
    assert (sentence.evidence.state, sentence.evidence.reasons[0].source) == ("differs", "14")
    assert wrong.edited == ((old, sentence.text),)
    assert "edited; differs" in brief_sheet.as_bytes("md", wrong).decode()
    assert room.briefing(made.id[:8]) == wrong
    with pytest.raises(UsageError, match="it is empty"):
        room.edit_briefing(made, old, "  ", "user:m")


def test_kept_briefings_are_listed_read_again_and_forgotten(room: Newsroom) -> None:
    made = room.brief("ferry")
    room.keep_briefing(made, "user:maja")
    assert room.briefings() == (made,)
    assert from_json(Briefing, json.loads(json.dumps(as_json(made)))) == made
    room.forget_briefing(made.id)
    assert room.briefings() == ()
    with pytest.raises(UsageError, match="there is none"):
        room.briefing(made.id)


def test_an_article_removed_since_is_in_no_new_briefing(room: Newsroom) -> None:
    room.keep_briefing(room.brief(), "user:maja")
    room.remove(["bridge"])
    made = room.brief(since="last")
    assert "bridge" not in {one.article_id for one in made.citations}
    assert [one.kind for one in made.changes or ()] == ["not_mentioned"]


@pytest.mark.parametrize("form", ["md", "html", "json", "eml", "docx"])
def test_it_is_taken_away_in_every_form_with_the_same_words(room: Newsroom, form: brief_sheet.Form) -> None:
    made = room.brief()
    said = brief_sheet.as_bytes(form, made)
    if form == "docx":
        assert said.startswith(b"PK")
        return
    if form == "eml":
        mail = message_from_bytes(said, policy=default)
        assert mail["Subject"] == "Morning note"
        bodies = [part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"]
        assert len(bodies) == 2
        said = bodies[1].encode()
    text = said.decode()
    assert "14 cracks" in text
    assert form == "json" or ("In brief" in text and "2 articles in scope" in text)
    assert "<script" not in text


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("Write it.", "no front matter"),
        ("---\nname: x\nsections: [in_brief, gossip]\nwords: 300\n---\n", "no section 'gossip'"),
        ("---\nname: x\nsections: [in_brief]\nwords: many\n---\n", "words must be a number"),
        ("---\nname: x\nsections: [in_brief]\nwords: 300\n---\nOn $weather.", r"\$weather is unknown"),
        ("---\nname: x\nsections: [in_brief]\nwords: 300\n---\nFor $5.", "begins no placeholder"),
    ],
)
def test_a_template_that_is_none_is_named_with_its_fault(tmp_path: Path, text: str, fault: str) -> None:
    path = tmp_path / "own.md"
    path.write_text(text)
    with pytest.raises(ReadingError, match=fault):
        templates.load(str(path))


def test_the_templates_that_ship_are_read_and_an_own_one_says_the_sections(
    room: Newsroom, tmp_path: Path
) -> None:
    assert templates.names() == ("morning-note", "backgrounder", "who-says-what")
    assert {one for name in templates.names() for one in templates.load(name).sections} == set(SECTIONS)
    path = tmp_path / "own.md"
    path.write_text("---\nname: Own\nsections: coverage\nwords: 100\n---\n")
    made = room.brief(template=str(path))
    assert [line.heading for line in brief_sheet.lines(made) if line.heading] == ["Coverage"]
    with pytest.raises(UsageError, match="there is none"):
        templates.load("evening-note")


@pytest.mark.parametrize(
    ("texts", "stories"),
    [
        ([], 0),
        (["Nothing."], 1),
        (["One night. " * 15_000], 1),
        (["Am Montag wurde die Brücke gesperrt."], 1),
    ],
    ids=["empty", "one", "30,000 words", "another language"],
)
def test_a_scope_with_little_in_it_ends_in_a_briefing_that_says_so(
    tmp_path: Path, texts: list[str], stories: int
) -> None:
    folder = tmp_path / "few"
    folder.mkdir()
    for at, text in enumerate(texts):
        (folder / f"{at}.txt").write_text(f"Title {at}\n\n{text}\n")
    with newsroom.open(tmp_path / "few-home", embedder=FakeEmbedder()) as few:
        few.ingest([folder])
        made = few.brief()
        assert (len(made.stories), made.coverage.considered, made.coverage.undated) == (
            stories,
            len(texts),
            len(texts),
        )
        assert ("No article is in this scope." in made.warnings) == (not texts)
        assert brief_sheet.as_bytes("md", made)


def test_the_command_writes_lists_shows_and_names_its_faults(run: Any, folder: Path, tmp_path: Path) -> None:
    run("ingest", str(folder))
    note = tmp_path / "note.html"
    done = run("brief", "--out", str(note), "--json")
    assert (done.code, done.json["coverage"]["considered"]) == (0, 2)
    assert "14 cracks" in note.read_text()
    assert "Bridge news" in run("brief", "--stories").out
    [kept] = run("brief", "--list", "--json").json["briefings"]
    assert kept["id"] in run("brief", "--show", kept["id"][:6], "--json").out
    again = run("brief", "--since", "last", "--unkept")
    assert "Nothing has changed." in again.out
    assert run("brief", "--topic", "zeppelins over Marden").code == 3
    assert run("brief", "--out", "note.pdf").code == 2
    assert "there is none" in run("brief", "--template", "evening").err
    assert run("brief", "--forget", kept["id"]).code == 0
    assert run("brief", "--list", "--json").json["briefings"] == []
    shutil.rmtree(folder)
