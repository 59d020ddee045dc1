"""dateline list, restore, collection, compare; a .zip on `dateline ingest`."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

from tests.test_cli import articles, run

__all__ = ["articles", "run"]


def test_articles_are_listed_filtered_and_sorted(run: Any, articles: Path) -> None:
    run("ingest", str(articles))
    listed = run("list", "--json").json
    assert [row["article_id"] for row in listed["rows"]] == ["bridge", "ferry"]
    assert (listed["total"], listed["held"]) == (2, 2)
    assert [row["article_id"] for row in run("list", "--undated", "--json").json["rows"]] == ["ferry"]
    assert run("list", "--title", "zeppelin").code == 3
    wrong = run("list", "--sort", "length")
    assert (wrong.code, "Choose from: date, outlet, title, added." in wrong.err) == (2, True)


def test_what_was_removed_is_restored_and_a_collection_is_put_renamed_and_emptied(
    run: Any, articles: Path
) -> None:
    run("ingest", str(articles))
    run("remove", "ferry")
    assert run("ask", "How often does the ferry sail?").code == 3
    restored = run("restore", "ferry", "bridge", "--json")
    assert [item["status"] for item in restored.json["items"]] == ["changed", "unchanged"]
    assert "every hour" in run("ask", "How often does the ferry sail?", "--always-answer").out
    assert run("collection", "put", "Sea", "ferry").code == 0
    assert run("collection", "rename", "Sea", "Open water").code == 0
    found = run("search", "ferry", "--collection", "Open water", "--json").json
    assert [one["article_id"] for one in found["passages"]] == ["ferry"]
    assert run("collection", "take-out", "Open water", "ferry", "nothing").code == 4
    assert run("search", "ferry", "--collection", "Open water").code == 3
    assert run("collection", "rename", "Sea", "Lake").code == 2


def test_a_collection_is_opened_to_groups_and_to_everyone_again(run: Any, articles: Path) -> None:
    run("ingest", str(articles))
    run("collection", "put", "Sea", "ferry")
    assert run("collection", "open", "Sea").out == "Sea may be read by everyone.\n"
    assert run("collection", "open", "Sea", "--groups", "desk, editors").out.endswith("only desk, editors.\n")
    assert run("collection", "open", "Sea", "--json").json["groups"] == ["desk", "editors"]
    assert run("search", "ferry").code == 0  # the command line reads everything
    for wrong in (("--groups", " ,"), ("--groups", "a", "--everyone")):
        assert run("collection", "open", "Sea", *wrong).code == 2
    assert run("collection", "open", "Sea", "--everyone", "--json").json["groups"] == []
    assert "No article is in Lake yet" in run("collection", "open", "Lake", "--groups", "desk").err


def test_two_versions_are_compared(run: Any, articles: Path) -> None:
    run("ingest", str(articles))
    articles.write_text(articles.read_text().replace("every hour", "every day"))
    run("ingest", str(articles))
    said = run("compare", "ferry@1", "ferry", "--by", "word").out
    assert said.splitlines() == ["− hour", "+ day"]
    assert run("compare", "ferry@1", "ferry@1").out == "Both are the same.\n"
    assert run("compare", "ferry@9", "ferry").code == 1


def test_a_zip_is_ingested_and_one_bad_entry_is_named(run: Any, tmp_path: Path) -> None:
    path = tmp_path / "stories.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("whale.txt", "Whale seen\n\nA whale was seen off Brattvik on Monday.")
        archive.writestr("../evil.txt", "This leads out.")
    done = run("ingest", str(path), "--json")
    assert (done.code, done.json["added"], done.json["failed"]) == (4, 1, 1)
    assert done.json["items"][1]["source"].endswith("stories.zip/../evil.txt")
    assert run("ingest", str(path), "--json").json["unchanged"] == 1
