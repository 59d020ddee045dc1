"""Answers as documents: every form says the same, with marks and exact words, and no text is more than text."""

from __future__ import annotations

import io
import json
import re
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from lxml import html

from rag.answer_sheet import SAMPLE, Form, as_bytes
from rag.types import Answer, Evidence, Nearest, Reason, Sentence
from tests.test_cli import articles, run
from tests.test_keeping import CITED, FULL

__all__ = ["articles", "run"]

HOSTILE = "# =1+1 <script>alert(1)</script> [x](javascript:alert(1)) `a` *b* \x00\x1b[31m & c"
PLAIN = replace(FULL, rewritten=None, coverage=None, unfinished=(), disagreements=(), warnings=())
SINCE = ("replaced by a newer version since",)


def text_of(form: Form, answer: Answer, **about: Any) -> str:
    """What a reader of the document reads."""
    said = as_bytes(form, answer, SINCE[: len(answer.citations)], at="2026-11-22T14:02:00Z", **about)
    if form == "docx":
        return "\n".join(one.text for one in Document(io.BytesIO(said)).paragraphs)
    if form == "html":
        return "\n".join(html.fromstring(said.decode()).itertext())
    return said.decode()


@pytest.mark.parametrize("form", ["md", "html", "docx"])
def test_every_form_holds_the_sentences_their_marks_and_the_exact_words_with_their_source(form: Form) -> None:
    evidence = Evidence("differs", (Reason("number", "fourteen", "nine", 1),))
    answer = replace(PLAIN, sentences=(Sentence("It has fourteen cracks.", (1,), evidence=evidence),))
    said = text_of(form, answer, sample=True)
    for words in (
        answer.question,
        "It has fourteen cracks.",
        "differs: fourteen in the answer, nine in the source",
        "The Post, 12 Oct 2026, “Bridge shut”, page 3",
        *SINCE,
        CITED.quote,
        "newest used 12 Oct 2026",
        "origins: NPA",
        "outlets The Post, A, B",
        "22 Nov 2026, 14:02 UTC",
        answer.id,
        SAMPLE,
    ):
        assert words in said


@pytest.mark.parametrize("form", ["md", "html", "docx"])
def test_what_was_not_checked_and_what_is_no_answer_say_so(form: Form) -> None:
    unchecked = replace(PLAIN, sentences=(Sentence("It is shut.", (1,)),))
    assert "not checked" in text_of(form, unchecked)
    closest = replace(PLAIN, status="closest", sentences=())
    assert "not judged an answer" in text_of(form, closest)
    assert CITED.quote in text_of(form, closest)
    near = (Nearest("ferry", "Ferry times", "The Mail", None),)
    none = replace(PLAIN, status="no_answer_found", sentences=(), citations=(), nearest=near)
    assert "No answer found in 2 articles. It may be there in other words." in text_of(form, none)
    assert "The Mail, undated, “Ferry times”" in text_of(form, none)
    cut_off = replace(PLAIN, unfinished=(Sentence("It was", (1,)),))
    assert "before it failed. It is not complete." in text_of(form, cut_off)


def test_no_text_becomes_markup_a_link_or_a_control_character() -> None:
    cited = replace(CITED, title=HOSTILE, outlet=HOSTILE, quote=HOSTILE, url="javascript:alert(1)")
    answer = replace(
        PLAIN, question=HOSTILE, sentences=(Sentence(HOSTILE, (1,)),), citations=(cited,), warnings=(HOSTILE,)
    )
    page = html.fromstring(as_bytes("html", answer, SINCE).decode())
    assert not page.xpath("//script | //img | //@onload")
    assert {one.get("href") for one in page.xpath("//a")} == {"#s1"}
    markdown = as_bytes("md", answer, SINCE).decode()
    assert not re.search(r"(?<!\\)<script|[\x00\x1b]", markdown)
    assert "[x](" not in markdown
    assert "\n# =1" not in markdown.removeprefix("#")
    archive = zipfile.ZipFile(io.BytesIO(as_bytes("docx", answer, SINCE)))
    assert "javascript" not in archive.read("word/_rels/document.xml.rels").decode()
    assert "\ufffd" in Document(io.BytesIO(as_bytes("docx", answer, SINCE))).paragraphs[0].text


def test_a_link_is_a_link_in_word() -> None:
    there = replace(PLAIN, citations=(replace(CITED, url="https://post.example/bridge"),))
    document = Document(io.BytesIO(as_bytes("docx", there, SINCE)))
    assert "https://post.example/bridge" in {one.target_ref for one in document.part.rels.values()}


def test_json_is_the_answer_whole() -> None:
    said = json.loads(as_bytes("json", FULL, SINCE, at="2026-11-22T14:02:00Z"))
    assert (said["schema"], said["id"], said["since"], said["sample"]) == (1, FULL.id, list(SINCE), False)
    assert said["citations"][0]["quote"] == CITED.quote


def test_the_command_writes_a_kept_answer_by_the_file_s_ending(
    run: Any, articles: Path, tmp_path: Path
) -> None:
    run("ingest", str(articles))
    run("ask", "Who closed the Marden bridge?")
    [row] = run("history", "--json").json["asked"]
    assert "\\[verbatim\\]" in run("export", row["id"]).out
    assert json.loads(run("export", row["id"], "--json").out)["id"] == row["id"]
    for name in ("answer.docx", "answer.html"):
        done = run("export", row["id"], "--out", str(tmp_path / name))
        assert (done.code, (tmp_path / name).stat().st_size > 500) == (0, True)
    for words in (["--as", "pdf"], ["--as", "docx"], ["--out", str(tmp_path / "no" / "a.md")]):
        assert run("export", row["id"], *words).code == 2
    assert run("export", "f" * 32).code == 1
