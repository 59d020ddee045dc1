from __future__ import annotations

import gzip
import hashlib
import json
import os
from datetime import date
from pathlib import Path

import pytest

from rag.reading import Read, files, read_bytes, read_paths
from rag.reading.fields import kind_of

TODAY = date(2026, 11, 22)
TEXT = "The ferry to Oster stops.\r\n\r\nIts hull is worn.  "


def of(name: str, data: bytes | str) -> list[Read]:
    return list(read_bytes(name, data.encode() if isinstance(data, str) else data, today=TODAY))


def record(**fields: object) -> Read:
    (one,) = of("r.json", json.dumps({"text": TEXT, **fields}))
    return one


def test_a_record_becomes_the_article_it_describes() -> None:
    one = record(
        id="g-1",
        title=" Ferry\n stops ",
        outlet="Gazette",
        agency="LPA",
        author=["Elin Tarrow", {"name": "Jon Aker"}],
        url="https://g.example/a",
        published="12 Nov 2026",
        updated="2026-11-13T08:00:00Z",
        kind="Press release",
        section="Harbour",
        page=3,
        language="en-GB",
        collections=["sea", "sea", "ferries"],
        supersedes="g-0",
        nonsense={"ignored": True},
    )
    article = one.article
    assert article and one.given_id and one.reason is None
    assert article.text == TEXT
    assert (article.id, article.title, article.outlet, article.agency) == (
        "g-1",
        "Ferry stops",
        "Gazette",
        "LPA",
    )
    assert (article.author, article.url) == ("Elin Tarrow, Jon Aker", "https://g.example/a")
    assert (article.published, article.updated) == ("2026-11-12", "2026-11-13T08:00:00Z")
    assert (article.kind, article.section, article.page, article.language) == (
        "press_release",
        "Harbour",
        "3",
        "en",
    )
    assert (article.collections, article.supersedes) == (("sea", "ferries"), "g-0")


def test_what_cannot_be_used_is_said_and_loses_nothing() -> None:
    one = record(
        published="yesterday", updated="2099", kind="poem", url="javascript:alert(1)", title={"a": 1}
    )
    article = one.article
    assert article
    assert (article.published, article.updated, article.kind, article.url, article.title) == (None,) * 5
    assert one.reason == (
        "'javascript:alert(1)' is no web address: left out; no readable date in 'yesterday': kept undated;"
        " the date '2099' is later than tomorrow: 'updated' left out; unknown kind 'poem': kept as not stated"
    )


def test_text_is_kept_code_point_for_code_point() -> None:
    (one,) = of("r.json", b'{"text": " e\\u0301\\r\\n\\u0000 \\ud800 \\ud83d\\ude00\\t"}')
    assert one.article and one.article.text == " e\u0301\r\n\ufffd \ufffd \U0001f600\t"


def test_a_text_that_repeats_its_title_stays_whole() -> None:
    one = record(title="The ferry to Oster stops.")
    assert one.article and one.article.text == TEXT and one.article.furniture == ()


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({}, "no field 'text' (it has nothing). Name the article's words text."),
        ({"body": "x"}, "no field 'text' (it has 'body'). Name the article's words text."),
        ({"text": ""}, "there is no text in it"),
        ({"text": " \n"}, "there is no text in it"),
        ({"text": None}, "there is no text in it"),
        ({"text": ["a"]}, "its text is not words but list. Write the text as one string."),
    ],
)
def test_a_record_without_text_fails_in_words(fields: dict[str, object], fault: str) -> None:
    (one,) = of("r.json", json.dumps(fields))
    assert (one.article, one.reason) == (None, fault)


def test_ids_are_given_or_come_from_address_path_and_line_or_text(tmp_path: Path) -> None:
    url = "https://G.example/a/?utm_source=x#top"
    lines = [{"text": "a", "id": 7}, {"text": "b", "url": url}, {"text": "c"}, {"text": "d"}]
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)))
    found = list(read_paths([path], today=TODAY))
    ids = [one.article.id if one.article else None for one in found]
    assert ids[:2] == ["7", hashlib.sha256(b"https://g.example/a").hexdigest()[:16]]
    assert ids[2] == hashlib.sha256(os.fsencode(path) + b":3").hexdigest()[:16]
    assert ids[2] != ids[3]
    assert [one.given_id for one in found] == [True, False, False, False]
    assert [one.source for one in found] == [f"{path}:{n}" for n in (1, 2, 3, 4)]
    (upload,) = of("a.txt", "Five words stand in here")
    assert (
        upload.article and upload.article.id == hashlib.sha256(b"Five words stand in here").hexdigest()[:16]
    )


def test_a_text_file_has_the_id_of_its_path(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Five words stand in here")
    (one,) = read_paths([tmp_path / "a.txt"], today=TODAY)
    assert one.article and one.article.id == hashlib.sha256(os.fsencode(tmp_path / "a.txt")).hexdigest()[:16]


def test_the_same_id_twice_in_one_file_fails_the_second_time() -> None:
    found = of("a.jsonl", '{"id": "x", "text": "one"}\n{"id": "y", "text": ""}\n{"id": "x", "text": "two"}\n')
    assert [(one.source, bool(one.article)) for one in found] == [
        ("a.jsonl:1", True),
        ("a.jsonl:2", False),
        ("a.jsonl:3", False),
    ]
    assert found[2].reason == "the id 'x' was given before, at line 1"


@pytest.mark.parametrize(
    ("title", "text", "more", "status"),
    [
        ("KILL: Ferry stops", TEXT, {}, "withdrawn"),
        ("Ferry stops", "STORY WITHDRAWN\n\nPlease do not use.", {}, "withdrawn"),
        ("Ferry stops", TEXT, {"pubstatus": "canceled"}, "withdrawn"),
        ("Ferry stops", TEXT, {"pubstatus": "usable"}, "usable"),
        ("Kill: a novel of the harbour", TEXT, {}, "usable"),
        ("KILLED BY A WAVE", TEXT, {}, "usable"),
        ("Ferry stops", TEXT + "\n\nSTORY WITHDRAWN, said a sign.", {}, "usable"),
    ],
)
def test_a_kill_is_withdrawn_from_the_start(
    title: str, text: str, more: dict[str, object], status: str
) -> None:
    one = record(**{"title": title, "text": text, "supersedes": "g-0", **more})
    assert one.article and one.article.status == status
    assert one.article.supersedes == "g-0"


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("report", "report"),
        ("Op-Ed", "opinion"),
        ("Letters to the Editor", "letter"),
        ("press_release", "press_release"),
        ("PRESS RELEASE", "press_release"),
        ("LiveBlogPosting", "live"),
        ("Obituaries", "obituary"),
        ("News", None),
        ("NewsArticle", None),
        ("", None),
    ],
)
def test_a_kind_is_what_a_label_states(label: str, kind: str | None) -> None:
    assert kind_of(label) == kind


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"section": "Letters"}, "letter"),
        ({"title": "Analysis: why the ferry stops"}, "analysis"),
        ({"title": "This ferry is a disgrace!"}, None),
        ({"section": "Opinion", "kind": "report"}, "report"),
    ],
)
def test_section_and_headline_label_state_a_kind_and_tone_does_not(
    fields: dict[str, object], kind: str | None
) -> None:
    one = record(**fields)
    assert one.article and one.article.kind == kind


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "an empty file"),
        (b" \n\t\n", "there is no text in it"),
        (b"%PDF-1.7\n...", "a PDF is not read yet. Save it as text, Markdown or HTML."),
        (
            gzip.compress(b"Five words stand in here", mtime=0),
            "a gzip archive is not read yet. Unpack it first.",
        ),
        (
            b"PK\x03\x04....word/document.xml",
            "a DOCX document is not read yet. Save it as text, Markdown or HTML.",
        ),
        (b"\x89PNG\r\n\x1a\n", "a PNG picture is not read yet"),
        (bytes(range(256)) * 20, "binary data, not text"),
        (
            b'<?xml version="1.0"?><rss version="2.0"></rss>',
            "an RSS feed is not read yet. Save it as text, Markdown or HTML.",
        ),
    ],
)
def test_what_is_no_text_is_refused_by_what_it_is(data: bytes, reason: str) -> None:
    (one,) = of("story.txt", data)
    assert (one.article, one.reason) == (None, reason)


@pytest.mark.parametrize(
    ("name", "data", "count"),
    [
        ("a.txt", '{"text": "one"}', 1),
        ("a.txt", '{"text": "one"}\n{"text": "two"}', 2),
        ("a.json", '{"text": "one"}\n{"text": "two"}', 2),
        ("a.jsonl", '[{"text": "one"},\n{"text": "two"}]', 2),
        ("a.jsonl", '{\n"text": "one"\n}', 1),
        ("a", "id,title,text\n1,a,b\n2,c,d\n", 2),
    ],
)
def test_the_kind_is_found_by_content(name: str, data: str, count: int) -> None:
    found = of(name, data)
    assert [bool(one.article) for one in found] == [True] * count
    assert all(one.article and one.article.text in ("one", "two", "b", "d") for one in found)


@pytest.mark.parametrize(
    "text", ["[Editor's note] The ferry stops", "{Ferry} stops", "Text, title, and more\nof it", "<3 ferries"]
)
def test_a_text_that_looks_a_little_like_something_else_is_a_text(text: str) -> None:
    (one,) = of("a.txt", text)
    assert one.article and one.article.text == text


def test_a_document_over_the_limit_is_refused_with_its_size_and_lines_are_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("rag.reading.articles.LIMIT", 2000)
    (one,) = of("a.txt", "word " * 1000)
    assert one.reason == "0.0 MB, and one document may have 0.0 MB. Split it."
    assert len(of("a.jsonl", '{"text": "one"}\n' * 1000)) == 1000


def test_a_question_set_is_one_row() -> None:
    found = of("q.jsonl", '{"id": "1", "question": "Who?"}\n{"id": "2", "question": "When?"}\n')
    assert [(one.source, one.reason) for one in found] == [("q.jsonl", "a question set, not articles")]


def test_front_matter_works_in_a_text_file_too() -> None:
    (one,) = of("a.txt", "---\nid: g-1\ntitle: Ferry stops\n---\n" + TEXT)
    assert one.article and (one.article.id, one.article.title) == ("g-1", "Ferry stops")
    assert one.given_id


def test_one_bad_file_never_stops_the_rest(tmp_path: Path) -> None:
    (tmp_path / "1.txt").write_text("Five words stand in here")
    (tmp_path / "2.json").write_text("{broken")
    (tmp_path / "3.csv").write_text("a,b\n1,2\n")
    (tmp_path / "4.md").write_text("---\na: b: c\n---\nText")
    (tmp_path / "5.bin").write_bytes(bytes(1000))
    (tmp_path / "6.txt").write_text("Five words stand here too")
    found = list(read_paths([tmp_path], today=TODAY))
    assert [bool(one.article) for one in found] == [True, False, False, False, False, True]
    assert all(one.reason and not one.skipped for one in found if not one.article)


def test_a_disk_that_fails_in_the_middle_is_a_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Failing:
        def __enter__(self) -> Failing:
            return self

        def __exit__(self, *_: object) -> None: ...

        def read(self, _: int) -> bytes:
            raise OSError(5, "Input/output error")

    (tmp_path / "a.txt").write_text("Five words stand in here")
    monkeypatch.setattr("rag.reading.read.open_file", lambda _: Failing())
    (one,) = read_paths([tmp_path], today=TODAY)
    assert one.reason == "it could not be read to its end: Input/output error"
    assert isinstance(files.LIMIT, int)
