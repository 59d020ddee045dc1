"""Every quotation of the library by who said it, about what, oldest first; the planted ones of the sample newsroom."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rag import newsroom
from rag.cli import app
from rag.errors import UsageError
from rag.evidence.utterances import Utterances, words_of
from rag.newsroom import Newsroom
from rag.quotations import Quotations, Quote
from rag.types import Scope
from tests.fakes.embedder import FakeEmbedder
from tests.test_newsroom import write

CORPUS = Path(__file__).parents[1] / "corpus"
SAMPLE = CORPUS / "articles"


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    with newsroom.open(tmp_path_factory.mktemp("sample") / "home", embedder=FakeEmbedder()) as opened:
        opened.ingest([SAMPLE], collection=newsroom.SAMPLE)
        yield opened


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    with newsroom.open(tmp_path / "home", embedder=FakeEmbedder()) as opened:
        folder = tmp_path / "articles"
        folder.mkdir()
        first = '"The bridge is safe for the loads it carries today," said Carla Ruiz, 50, the engineer.'
        later = 'Dr. Ruiz promised: "The bridge is safe for the loads it carries."'
        other = '"The bridge is not safe for the loads it carries today," Carla Ruiz told the council.'
        boat = '"I like the ferry better," said Carla Ruiz, 50.'
        write(folder, "first", first, title="Span checked", outlet="The Post", published="2026-10-01")
        write(folder, "later", later, title="Span again", outlet="The Mail", published="2026-10-03")
        write(folder, "other", other, title="Span denied", outlet="The Sun", published="2026-10-02")
        write(folder, "boat", boat, title="Ferry", outlet="The Post")
        opened.ingest([folder])
        yield opened


def all_of(found: Quotations) -> list[Quote]:
    return [one for utterance in found.utterances for one in utterance.quotes]


def test_everything_somebody_said_about_something_oldest_first_variants_together(room: Newsroom) -> None:
    found = room.quotations("ruiz", "bridge")
    [utterance] = found.utterances
    assert [(one.citation.article_id, one.wording) for one in utterance.quotes] == [
        ("first", "same"),
        ("other", "altered"),
        ("later", "part"),
    ]
    assert (found.total, found.quotations, found.searched) == (1, 3, 4)
    assert [one.speaker for one in utterance.quotes] == ["Carla Ruiz", "Carla Ruiz", "Ruiz"]
    everything = room.quotations("Carla Ruiz")
    assert [one.citation.article_id for one in all_of(everything)] == [
        "first",
        "other",
        "boat",
    ]  # undated last
    newest = room.quotations("Ruiz", newest_first=True)
    assert [one.quotes[0].citation.article_id for one in newest.utterances] == ["boat", "first"]


def test_what_it_is_about_may_stand_in_the_quotation_beside_it_or_in_the_headline(room: Newsroom) -> None:
    assert room.quotations("Ruiz", "councils").total == 1  # in its paragraph, in another form
    assert room.quotations("Ruiz", "span denied").total == 1  # in the headline
    assert room.quotations("Ruiz", "ferry bridge").total == 0
    assert room.quotations("Ruiz", "zeppelin").total == 0
    assert room.quotations("Nobody").utterances == ()


def test_only_what_is_in_scope_and_usable_is_listed(room: Newsroom) -> None:
    scope = Scope(from_="2026-10-02")
    assert [one.citation.article_id for one in all_of(room.quotations("Ruiz", scope=scope))] == [
        "other",
        "later",
    ]
    room.remove(["other"])
    assert [one.citation.article_id for one in all_of(room.quotations("Ruiz", scope=scope))] == ["later"]
    room.restore(["other"])
    assert len(all_of(room.quotations("Ruiz", scope=scope))) == 2


def test_each_article_is_looked_through_once_and_a_new_version_anew(room: Newsroom, tmp_path: Path) -> None:
    looked: list[tuple[int, int]] = []
    room.quotations(progress=lambda *at: looked.append(at))
    room.quotations(progress=lambda *at: looked.append(at))
    assert looked == [(4, 4)]
    changed = '"I like the ferry most," said Carla Ruiz, 50.'
    room.ingest([write(tmp_path / "articles", "boat", changed, title="Ferry", outlet="The Post")])
    found = room.quotations("ruiz", "ferry", progress=lambda *at: looked.append(at))
    assert looked == [(4, 4), (1, 1)]
    assert [one.citation.quote for one in all_of(found)] == ["I like the ferry most"]


def test_copies_are_folded_and_named_and_who_is_not_named_joins_the_same_words(
    room: Newsroom, tmp_path: Path
) -> None:
    text = (
        'The council closed the river bridge on Monday. "I would rather close a bridge than explain it," '
        "said Ann Lee, 60. The council will meet again on Friday to hear "
        "what the repair of the piers and the deck may cost the city."
    )
    for name, outlet in (("wire", "VPA"), ("copy", "The Mail")):
        write(tmp_path, name, text, title="Closed", outlet=outlet, published="2026-10-05")
    short = '"I would rather close a bridge than explain it," she whooped.'
    write(tmp_path, "short", short, title="Bridge!", outlet="The Sun", published="2026-10-06")
    room.ingest([tmp_path / f"{one}.md" for one in ("wire", "copy", "short")])
    [utterance] = room.quotations("Ann Lee").utterances
    told = [(one.citation.article_id, one.speaker, one.copies) for one in utterance.quotes]
    assert told == [("wire", "Ann Lee", ("copy",)), ("short", None, ())]


def test_a_page_of_them_and_all(sample: Newsroom) -> None:
    every, first, second = (
        sample.quotations(limit=None),
        sample.quotations(limit=7),
        sample.quotations(limit=7, offset=7),
    )
    assert every.total == len(every.utterances) > 150
    ids = [[one.citation.article_id for one in all_of(found)] for found in (every, first, second)]
    assert ids[0][: len(ids[1]) + len(ids[2])] == ids[1] + ids[2]
    assert [one.citation.number for one in all_of(every)] == list(range(1, len(ids[0]) + 1))


def test_every_quotation_is_an_exact_span_of_its_article(sample: Newsroom) -> None:
    for one in all_of(sample.quotations(limit=None)):
        cited = one.citation
        text = sample.article(cited.article_id, cited.version).text
        assert text[cited.start : cited.end] == cited.quote


def bare(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def test_the_planted_quotations_are_found_with_whose_they_are_and_never_given_to_another(
    sample: Newsroom,
) -> None:
    planted = json.loads((CORPUS / "planted.json").read_text(encoding="utf-8"))["quotations"]
    every = all_of(sample.quotations(limit=None))
    named = unnamed = 0
    for entry in planted:
        words, last = bare(entry["quote"]), entry["speaker"].split(" (")[0].split()[-1]
        for article in entry["articles"]:
            if sample.article(article).status != "usable":
                continue
            there = [one for one in every if article in (one.citation.article_id, *one.copies)]
            held = [
                one for one in there if words in bare(one.citation.quote) or bare(one.citation.quote) in words
            ]
            assert held, (article, words)
            for one in held:
                assert one.speaker is None or one.speaker.endswith(last), (article, one)
            named += any(one.speaker for one in held)
            unnamed += not any(one.speaker for one in held)
    assert (named, unnamed) == (35, 3)  # one of the three is not named there


def test_the_planted_misquotation_is_marked_beside_what_was_said(sample: Newsroom) -> None:
    found = sample.quotations("Engelund", "next year")
    utterance = next(one for one in found.utterances if "safe for the loads" in one.quotes[0].citation.quote)
    assert [(one.citation.outlet, one.wording) for one in utterance.quotes] == [
        ("Radio Ostrey", "same"),
        ("Daily Clarion", "altered"),
    ]


def test_wordings_are_one_only_of_one_speaker_and_of_enough_words() -> None:
    def placed(*said: tuple[str, str | None]) -> list[tuple[int, str]]:
        utterances = Utterances()
        return [utterances.place(words_of(text), speaker) for text, speaker in said]

    long = "I have read all of the pages and I sleep well"
    assert placed((long, "Ann Lee"), (long, "Lee")) == [(0, "same"), (0, "same")]
    assert placed((long, "Ann Lee"), (long, "Tom Bounds")) == [(0, "same"), (1, "same")]
    assert placed((long, "Ann Lee"), ("all of the pages", None)) == [(0, "same"), (0, "part")]
    assert placed(("all of the pages", "Lee"), (long, "Ann Lee")) == [(0, "same"), (0, "longer")]
    assert placed((long, "Lee"), (long.replace("have", "have not"), "Lee"))[1] == (0, "altered")
    assert placed((long, "Lee"), ("I have read none of it and I shall not", "Lee"))[1] == (1, "same")


def test_a_home_that_cannot_be_written_is_read_all_the_same(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.close()
    with monkeypatch.context() as locked:
        locked.setattr("rag.home.writable", lambda _home: False)
        with newsroom.open(room.home, embedder=FakeEmbedder()) as read_only:
            assert read_only.catalog.read_only
            wanted = [one.citation.article_id for one in all_of(read_only.quotations("Ruiz"))]
    assert wanted == ["first", "other", "later", "boat"]
    newsroom.open(room.home, embedder=FakeEmbedder())  # for the fixture to close


def test_what_is_closed_to_a_reader_is_not_quoted_to_them(room: Newsroom, tmp_path: Path) -> None:
    secret = '"The bridge is safe for the loads it carries today," said Carla Ruiz, 50, in secret.'
    room.ingest([write(tmp_path, "leak", secret, title="Leak", published="2026-09-01")], collection="Desk")
    room.open_to("Desk", ["desk"])
    assert room.quotations("Ruiz").utterances[0].quotes[0].citation.article_id == "leak"
    outside = room.seen_by([])
    assert [one.citation.article_id for one in all_of(outside.quotations("Ruiz", "bridge"))] == [
        "first",
        "other",
        "later",
    ]


def test_what_cannot_be_looked_for_is_told(room: Newsroom) -> None:
    with pytest.raises(UsageError, match="characters"):
        room.quotations("x" * 301)
    with pytest.raises(UsageError, match="no word"):
        room.quotations("", "…!")


def test_the_command_lists_them_as_text_json_and_csv(room: Newsroom, tmp_path: Path) -> None:
    home = str(room.home)
    room.close()
    run = CliRunner()
    asked = ["quotes", "--speaker", "Ruiz", "--about", "bridge", "--home", home]
    text = run.invoke(app, asked)
    assert text.exit_code == 0
    assert "altered: “The bridge is not safe" in text.stdout
    found = json.loads(run.invoke(app, [*asked, "--json"]).stdout)
    assert [one["wording"] for one in found["utterances"][0]["quotes"]] == ["same", "altered", "part"]
    rows = list(csv.DictReader(io.StringIO(run.invoke(app, [*asked, "--csv", "-"]).stdout)))
    assert [(row["utterance"], row["speaker"], row["article id"]) for row in rows][2] == (
        "1",
        "Ruiz",
        "later",
    )
    assert run.invoke(app, ["quotes", "--speaker", "Nobody", "--home", home]).exit_code == 3
    assert run.invoke(app, ["quotes", "--from", "x", "--home", home]).exit_code in (1, 2)
    newsroom.open(Path(home), embedder=FakeEmbedder())
