"""Articles erased for good: not a sentence of them in any file below the home, a receipt without a word of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from rag import eval_sets, evaluating, feedback, newsroom
from rag.cli import app
from rag.erasures import MARK
from rag.errors import IndexLocked, LibraryError, NoSuchArticle, UsageError
from rag.library.erased_words import ErasedWords, without
from rag.library.schema import articles, passages, vectors, versions
from rag.newsroom import Newsroom
from rag.types import Answer, Scope
from tests.fakes.embedder import FakeEmbedder
from tests.fakes.homes import wait_for
from tests.test_newsroom import BRIDGE, FERRY, write

ME = "user:maja"
LEAK = (
    "The auditor told the paper that the harbour master took nine payments from Solveig Shipping. "
    "He denied it flatly. “I never saw a single krone of that money,” the harbour master wrote to the council."
)
LATER = LEAK + " The council will meet on Thursday to hear both of them."
TITLE = "Payments at the harbour alleged"
SENTENCES = (
    "auditor told the paper that the harbour master took nine",
    "He denied it flatly",
    "never saw a single krone of that money",
    "The council will meet on Thursday to hear both",
    TITLE,
)
QUESTION = "What did the auditor tell the paper?"


def record(article_id: str, text: str, **about: str) -> str:
    return json.dumps({"id": article_id, "text": text, **about}, ensure_ascii=False) + "\n"


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    """Two versions of the article, the first in a file with another one, and a copy under another file's name."""
    with newsroom.open(tmp_path / "home", embedder=FakeEmbedder()) as opened:
        first, later = tmp_path / "wire.jsonl", tmp_path / "later.jsonl"
        about = {"title": TITLE, "outlet": "The Desk", "published": "2026-10-13"}
        first.write_text(record("leak-1", LEAK, **about) + record("ferry", FERRY, title="Ferry times"))
        opened.ingest([first, write(tmp_path, "bridge", BRIDGE, title="Bridge shut", outlet="The Post")])
        later.write_text(record("leak-1", LATER, **about))
        opened.ingest([later])
        (tmp_path / "again.txt").write_text(f"{TITLE}\n\n{LATER}")
        yield opened


def everything(home: Path) -> dict[Path, bytes]:
    """Every file below the home, the databases' free pages and logs among them."""
    return {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}


def holding(home: Path, words: str) -> list[str]:
    """The files that hold the words, as UTF-8 or as JSON escapes them, whatever white space or case."""
    found = []
    for path, data in everything(home).items():
        said = data.decode("utf-8", "replace")
        folded = " ".join(said.replace("\\n", " ").lower().split())
        if words.lower() in folded or json.dumps(words)[1:-1].lower() in folded:
            found.append(str(path.relative_to(home)))
    return found


def used(room: Newsroom, tmp_path: Path) -> Answer:
    """Everything that may repeat the article: answers, clips, feedback, a set with its run, notes, logs."""
    answer = room.ask(QUESTION)
    assert {one.article_id for one in answer.citations} == {"leak-1"}
    room.keep(answer, ME)
    [one, *_] = answer.citations
    clip = room.clip(ME, [one], text=answer.sentences[0].text)
    room.unclip(ME, [clip.id])
    room.clip(ME, [one])
    room.keep(room.ask(f"Is it true? {LEAK}"), ME)
    made = room.brief("harbour master payments")
    assert any(one.article_id == "leak-1" for one in made.citations)
    room.keep_briefing(made, ME)
    feedback.give(room, answer, ME, "wrong", "It says: he denied it flatly.")
    lines = [
        {"id": "q1", "question": QUESTION, "evidence": [{"article": "leak-1", "quote": one.quote}]},
        {"id": "q2", "question": "When does the ferry leave?", "answers": ["at 9"]},
    ]
    made = tmp_path / "set.jsonl"
    made.write_text("".join(json.dumps(one) + "\n" for one in lines))
    eval_sets.keep_set(room, "set.jsonl", made.read_bytes())
    room.evaluate(room.home / "sets" / "set.jsonl", "before")
    (room.home / "logs").mkdir(exist_ok=True)
    (room.home / "logs" / "dateline.log").write_text(f"2026 1 well\n2026 1 could not read {TITLE}\n")
    return answer


def test_no_file_below_the_home_holds_a_sentence_or_a_vector_of_it(room: Newsroom, tmp_path: Path) -> None:
    answer = used(room, tmp_path)
    for words in SENTENCES:
        assert holding(room.home, words)
    with room.catalog.reading() as connection:
        keys = select(versions.c.key).join(articles).where(articles.c.id == "leak-1")
        ids = list(connection.scalars(select(passages.c.id).where(passages.c.version_key.in_(keys))))
    made = [one.vector.tobytes() for one in room.catalog.hits(ids).values() if one.vector is not None]
    assert made
    planned = room.erasing(["leak-1"])
    assert holding(room.home, SENTENCES[0])  # a plan changes nothing
    receipt = room.erase(["leak-1"], who="maja")
    assert (receipt.articles, receipt.who, receipt.finished is not None) == (("leak-1",), "maja", True)
    assert receipt.done == planned.done
    assert dict(receipt.done) | {
        "articles": 1,
        "versions": 2,
        "clips": 1,
        "answers kept": 2,
        "briefings kept": 1,
        "answers with feedback": 1,
        "answers of evaluation runs": 2,
        "files kept as originals": 2,
        "questions of question sets": 1,
        "lines of the log": 1,
    } == dict(receipt.done)
    assert {words: holding(room.home, words) for words in SENTENCES} == {words: [] for words in SENTENCES}
    held = everything(room.home)
    assert not [path for path, data in held.items() for vector in made if vector in data]
    words = room.indexes.words
    assert words is not None
    assert words.document_frequencies(["auditor", "krone"]) == [0, 0]  # deleted passages would count
    assert (room.home / "logs" / "dateline.log").read_text().startswith("2026 1 well\n")
    assert room.ask(QUESTION).citations == () or {one.article_id for one in room.ask(QUESTION).citations} <= {
        "bridge",
        "ferry",
    }
    kept = room.kept(answer.id, ME).answer
    assert {one.text for one in kept.sentences} == {MARK}
    assert "was erased" in " ".join(kept.warnings)
    assert room.since(kept.citations) == ("erased since",) * len(kept.citations)
    assert evaluating.scored(room, "before").run.name == "before"
    [told] = room.briefings()
    assert MARK in {one.text for story in told.stories for one in story.sentences}
    assert MARK in {story.headline for story in told.stories}


def test_a_briefing_written_before_and_kept_after_says_nothing_of_it(room: Newsroom, tmp_path: Path) -> None:
    made = room.brief()
    assert TITLE in {story.headline for story in made.stories}
    room.erase(["leak-1"])
    (tmp_path / "again.txt").unlink()
    room.keep_briefing(made, ME)
    assert {words: holding(room.home, words) for words in SENTENCES} == {words: [] for words in SENTENCES}


def test_the_app_s_vector_index_is_filled_anew_without_it(tmp_path: Path) -> None:
    with newsroom.open(tmp_path / "home", embedder=FakeEmbedder(), serve=True) as served:
        served.ingest([write(tmp_path, "leak-1", LEAK, title=TITLE), write(tmp_path, "ferry", FERRY)])
        wait_for(lambda: served.indexes.vectors is not None)
        with served.catalog.reading() as connection:
            [vector] = connection.scalars(select(vectors.c.vector).order_by(vectors.c.passage_id).limit(1))
        assert len([data for data in everything(served.home).values() if vector in data]) >= 2
        served.erase(["leak-1"])
        wait_for(lambda: served.indexes.vectors is not None)
        assert [data for data in everything(served.home).values() if vector in data] == []
        assert served.indexes.vectors is not None
        assert served.indexes.vectors.count() == 1
        assert served.search("ferry").passages[0].passage.article_id == "ferry"


def test_what_is_of_other_articles_stays(room: Newsroom, tmp_path: Path) -> None:
    ferry = room.ask("How often does the ferry to Little Holm sail?", Scope(articles=("ferry",)))
    room.keep(ferry, ME)
    room.erase(["leak-1"])
    assert room.kept(ferry.id, ME).answer == ferry
    assert room.article("ferry").text == FERRY
    assert room.original(room.article("ferry")) is None  # it came in the same file
    assert room.original(room.article("bridge")) is not None
    assert [one.article_id for one in room.listing().rows] and room.status().articles == 2
    assert room.repair() == []


def test_it_stays_out_under_any_name_until_it_is_let_back_in(room: Newsroom, tmp_path: Path) -> None:
    room.erase(["leak-1"])
    [item, other] = room.ingest([tmp_path / "later.jsonl", tmp_path / "again.txt"]).items
    assert (item.status, other.status) == ("skipped", "skipped")
    assert "it was erased (receipt 1) and stays out" in str(item.reason)
    [first, *_] = room.ingest([tmp_path / "wire.jsonl"]).items
    assert first.status == "skipped"
    assert not [one for words in SENTENCES for one in holding(room.home, words)]
    with pytest.raises(NoSuchArticle):
        room.let_back(["ferry"])
    assert room.let_back(["leak-1"]) == ("leak-1",)
    assert [one.let_back for one in room.erasures()] == [("leak-1",)]
    assert room.ingest([tmp_path / "later.jsonl"]).count("added") == 1
    assert room.article("leak-1").version == 1


def test_keys_of_what_was_erased_are_not_given_again(room: Newsroom, tmp_path: Path) -> None:
    def highest() -> list[int]:
        with room.catalog.reading() as connection:
            columns = (articles.c.key, versions.c.key, passages.c.id)
            return [max(connection.scalars(select(column))) for column in columns]

    room.ingest([write(tmp_path, "last", LEAK.replace("nine", "ten"), title="Last")])
    before = highest()
    room.erase(["last"])
    new = room.ingest([write(tmp_path, "new", "The swimming hall opens again on Monday.", title="Hall")])
    assert new.count("added") == 1
    assert all(now > then for now, then in zip(highest(), before, strict=True))
    assert "new" in {one.passage.article_id for one in room.search("swimming hall").passages}


def test_cut_off_after_the_receipt_the_next_start_goes_on(
    room: Newsroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed() -> None:
        raise LibraryError("the disk", "it went away")

    with monkeypatch.context() as cut:
        cut.setattr(room.indexes, "renew", killed)
        with pytest.raises(LibraryError):
            room.erase(["leak-1"])
    assert [one.finished for one in room.erasures()] == [None]
    with pytest.raises(NoSuchArticle):
        room.article("leak-1")
    room.close()
    with newsroom.open(tmp_path / "home", embedder=FakeEmbedder()) as again:
        assert again.erasures()[0].finished is not None
        assert not [one for words in SENTENCES for one in holding(again.home, words)]
    newsroom.open(tmp_path / "home", embedder=FakeEmbedder())  # for the fixture to close


def test_what_was_given_before_and_is_kept_after_holds_nothing_of_it(room: Newsroom) -> None:
    answer = room.ask(QUESTION)
    clip = room.clip(ME, answer.citations[:1])
    [gone] = room.unclip(ME, [clip.id])
    room.erase(["leak-1"])
    room.keep(answer, ME)
    room.reclip(ME, [gone])
    feedback.give(room, answer, ME, "right")
    assert room.clips(ME) == ()
    assert room.kept(answer.id, ME).answer.citations[0].quote == ""
    assert not [one for words in SENTENCES for one in holding(room.home, words)]


def test_nothing_is_erased_where_an_id_is_unknown_or_the_indexes_are_another_s(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(NoSuchArticle, match="nobody"):
        room.erase(["leak-1", "nobody"])
    monkeypatch.setattr(room.indexes, "try_hold", lambda: False)
    with pytest.raises(IndexLocked):
        room.erase(["leak-1"])
    assert room.article("leak-1").text == LATER
    assert room.erasures() == ()


def test_copies_of_its_text_are_named_and_stay(room: Newsroom, tmp_path: Path) -> None:
    write(tmp_path, "copy", LATER, title=TITLE, outlet="The Mail", published="2026-10-14")
    room.ingest([tmp_path / "copy.md"])
    assert room.erase(["leak-1"]).kin == ("copy",)
    assert room.article("copy").text.strip() == LATER
    assert {one.article_id for one in room.ask(QUESTION).citations} == {"copy"}


def test_only_runs_of_its_words_are_taken_out_of_what_people_wrote() -> None:
    words = ErasedWords([LEAK], ["He denied it flatly."])
    assert words.said_in("they quote: HE DENIED, it flatly!")
    assert words.said_in("told the paper that the harbour master took nine payments")
    assert not words.said_in("The auditor told the paper something else, and the harbour master knew.")
    cited = {"number": 1, "article_id": "copy", "quote": "He denied it flatly."}
    own = {"number": 2, "article_id": "leak-1", "quote": "He denied it flatly.", "outlet": "The Desk"}
    said = {"sentences": [{"text": "a", "citations": [1]}, {"text": "b", "citations": [1, 2]}]}
    left = without({**said, "citations": [cited, own]}, {"leak-1"}, words)
    assert left["citations"] == [cited, own | {"quote": ""}]
    assert [one["text"] for one in left["sentences"]] == ["a", MARK]


def test_the_command_asks_says_and_lists(tmp_path: Path) -> None:
    run, home = CliRunner(), ["--home", str(tmp_path / "home")]
    write(tmp_path, "bridge", BRIDGE, title="Bridge shut")
    run.invoke(app, ["ingest", str(tmp_path / "bridge.md"), *home])
    unasked = run.invoke(app, ["erase", "bridge", *home])
    assert isinstance(unasked.exception, UsageError)
    assert "cannot be undone" in str(unasked.exception)
    plan = run.invoke(app, ["erase", "bridge", "--plan", *home])
    assert "1 version\n" in plan.stdout and "There is no undo." in plan.stdout
    done = json.loads(run.invoke(app, ["erase", "bridge", "--yes", "--json", *home]).stdout)
    assert (done["number"], done["articles"], done["done"]["articles"]) == (1, ["bridge"], 1)
    listed = json.loads(run.invoke(app, ["erase", "--json", *home]).stdout)
    assert [one["number"] for one in listed["erasures"]] == [1]
    assert BRIDGE[:40] not in json.dumps(listed)
    back = run.invoke(app, ["erase", "--let-back", "bridge", *home])
    assert "May be ingested again: bridge." in back.stdout
    assert isinstance(run.invoke(app, ["erase", "--yes", *home]).exception, UsageError)
