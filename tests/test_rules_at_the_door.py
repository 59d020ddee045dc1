"""Import rules at the front door: previewed, used by ingests, and no reason to read a file again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rag import newsroom
from rag.cli import app
from rag.errors import UsageError
from rag.newsroom import Newsroom
from rag.ruled import Preview, Rule
from tests.fakes.embedder import FakeEmbedder

PAGES = Rule("pages", "path: {outlet}/{date:YYYY-MM-DD}_p{page}_*")
STORY = "{title}\n\nThe mayor of Marden opened the {title} on a cold morning, and nobody was hurt.\n"


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    folder = tmp_path / "archive" / "2024" / "gazette"
    folder.mkdir(parents=True)
    for name in ("2024-03-11_p04_bridge", "2024-03-12_p01_ferry", "2024-02-31_p02_tram", "notes"):
        (folder / f"{name}.txt").write_text(STORY.format(title=name[-6:]))
    return tmp_path / "archive"


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    with newsroom.open(tmp_path / "home", embedder=FakeEmbedder()) as opened:
        yield opened


def why(preview: Preview) -> dict[str, int]:
    return {sample.why: sample.total for sample in preview.samples}


def test_a_preview_counts_what_would_be_stored_and_stores_nothing(room: Newsroom, archive: Path) -> None:
    found = room.preview([archive], [PAGES])
    assert (found.articles, found.matched, found.unmatched, found.undated) == (4, 3, 1, 2)
    assert (found.earliest, found.latest) == ("2024-03-11", "2024-03-12")
    assert found.years == ((None, 2), (2024, 2))
    assert found.outlets == (("gazette", 3, True), (None, 1, False))
    assert why(found) == {"no rule matches": 1, "undated": 1, "the date is impossible, or no date": 1}
    assert "1 of 4 articles are matched by no rule." in found.warnings
    assert room.status().articles == 0


def test_rules_that_match_nothing_are_said_in_one_sentence(room: Newsroom, archive: Path) -> None:
    found = room.preview([archive], [Rule("wrong", "path: mercury/{date:YYYY}/*")])
    assert found.warnings[0] == "No rule matches any of 4 articles."


def test_a_rule_that_would_date_everything_alike_or_1970_is_seen(room: Newsroom, tmp_path: Path) -> None:
    folder = tmp_path / "1970-01-01"
    folder.mkdir()
    for number in range(60):
        (folder / f"{number}.txt").write_text(STORY.format(title=f"story {number}"))
    found = room.preview([folder], [Rule("folder", "path: {date:YYYY-MM-DD}/*")])
    assert len(found.rows) == 50
    assert any("60 of 60 articles would have the same date, 1970-01-01" in one for one in found.warnings)
    assert any("dated 1970" in one for one in found.warnings)


def test_ingests_use_the_kept_rules_and_read_a_file_again_only_when_they_change(
    room: Newsroom, archive: Path
) -> None:
    room.keep_rule(PAGES)
    assert room.ingest([archive]).count("added") == 4
    listed = {(row.outlet, row.published) for row in room.listing().rows}
    assert listed == {("gazette", "2024-03-11"), ("gazette", "2024-03-12"), ("gazette", None), (None, None)}
    assert room.ingest([archive]).count("unchanged") == 4
    room.keep_rule(Rule("all", "path: gazette/* => outlet=The Gazette"))
    room.first_rule("all")
    assert room.ingest([archive]).count("changed") == 4
    assert {row.outlet for row in room.listing().rows} == {"The Gazette"}
    assert room.ingest([archive]).count("unchanged") == 4


def test_a_rule_that_is_off_gives_nothing_and_a_bad_one_is_never_kept(room: Newsroom, archive: Path) -> None:
    room.keep_rule(PAGES)
    room.switch_rule("pages", False)
    assert not room.preview([archive]).matched
    with pytest.raises(UsageError, match="character 8"):
        room.keep_rule(Rule("bad", "path: {outlt}"))
    room.drop_rule("pages")
    with pytest.raises(UsageError, match="none of this name"):
        room.drop_rule("pages")
    assert room.rules() == ()


def test_uploads_get_what_the_rules_give(room: Newsroom) -> None:
    room.keep_rule(Rule("names", "name: {date:YYYYMMDD}_*"))
    uploads = [("20240311_bridge.txt", STORY.format(title="bridge").encode())]
    assert room.preview_uploads(uploads).matched == 1
    room.add(uploads)
    assert room.listing().rows[0].published == "2024-03-11"


def test_the_command_line_keeps_tries_and_uses_rules(tmp_path: Path, archive: Path) -> None:
    home, run = str(tmp_path / "other"), CliRunner()

    def said(*args: str) -> dict[str, object]:
        done = run.invoke(app, [*args, "--home", home, "--json"], catch_exceptions=False)
        return json.loads(done.stdout)  # type: ignore[no-any-return]

    assert said("rules", "add", "pages", PAGES.text)["rules"] == [
        {"name": "pages", "text": PAGES.text, "override": False, "on": True}
    ]
    assert said("rules", "try", str(archive))["matched"] == 3
    assert said("rules", "off", "pages")["rules"][0]["on"] is False  # type: ignore[index]
    plan = said("ingest", str(archive), "--plan", "--rule", "path: {outlet}/*")
    assert plan["preview"]["outlets"] == [["gazette", 4, True]]  # type: ignore[index]
    assert said("ingest", str(archive), "--rule", "path: {outlet}/*")["added"] == 4
    shown = run.invoke(app, ["rules", "try", str(archive), "--home", home, "--rule", "name: {date:YYYY}-*"])
    assert "By year: undated 1, 2024 3" in shown.stdout
