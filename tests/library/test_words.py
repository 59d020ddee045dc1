"""The word index: any text is words, the scope is part of the query, and readers see what the writer commits."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.errors import IndexRefused, LibraryError
from rag.library.checksums import words_fault
from rag.library.rows import PassageRow
from rag.library.word_scope import WordScope
from rag.library.words import WordIndex, words_of
from tests.fakes.rights import let_others_in


def passage(
    number: int,
    text: str,
    *,
    version: int | None = None,
    article: str | None = None,
    title: str | None = None,
    outlet: str | None = None,
    agency: str | None = None,
    kind: str | None = None,
    language: str | None = None,
    collections: tuple[str, ...] = (),
    days: tuple[int, int] | None = None,
) -> PassageRow:
    first, last = days or (None, None)
    return PassageRow(
        number,
        version or number,
        article or f"a{number}",
        text,
        title,
        outlet,
        agency,
        None,
        kind,
        language,
        collections,
        first,
        last,
    )


@pytest.fixture
def index(tmp_path: Path) -> Iterator[WordIndex]:
    opened = WordIndex(tmp_path / "words", writable=True)
    yield opened
    opened.close()


def found(index: WordIndex, text: str, scope: WordScope | None = None) -> list[int]:
    return index.search(text, k=50, scope=scope).passage_ids.tolist()


def test_a_passage_is_found_by_another_form_of_its_words(index: WordIndex) -> None:
    index.apply(stored=[passage(1, "The harbour was flooded."), passage(2, "The budget was passed.")])
    assert found(index, "flooding harbours") == [1]


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("US officials", "U.S. officials arrived."),
        ("U.S. senate", "The US Senate met."),
        ("Erdogan", "Erdoğan spoke."),
        ("1200 homes", "Some 1,200 were lost."),
        ("the mayor's brother", "A brother of the Mayor."),
    ],
)
def test_the_same_thing_written_otherwise_is_found(index: WordIndex, question: str, text: str) -> None:
    index.apply(stored=[passage(1, text), passage(2, "Nothing of the kind.")])
    assert found(index, question) == [1]


def test_common_words_count_only_where_nothing_else_remains(index: WordIndex) -> None:
    index.apply(stored=[passage(1, "Who is it?"), passage(2, "The ferry sank.")])
    assert found(index, "Who is it?") == [1]
    assert found(index, "Who is on the ferry?") == [2]
    assert words_of("Who is on the ferry?") == ["ferri"]


@pytest.mark.parametrize(
    "question",
    [
        "\" - * NEAR( col:x ' ferry",
        "ferry AND (",
        "ferry^^2 || ~",
        "body:ferry",
        "+ferry -sank",
        "[a TO b] ferry",
    ],
)
def test_row_66_query_syntax_is_only_words(index: WordIndex, question: str) -> None:
    index.apply(stored=[passage(1, "The ferry sank.")])
    assert found(index, question) == [1]


@pytest.mark.parametrize(
    "question",
    [
        "😀" * 100_000,
        "ferry " * 170_000,
        " ".join(f"w{n}" for n in range(100_000)) + " ferry",
        "x" * 1_000_000,
        "\ud800",
    ],
    ids=["emoji", "one word", "many words", "long word", "surrogate"],
)
def test_row_66_a_huge_or_odd_question_is_answered_soon(index: WordIndex, question: str) -> None:
    index.apply(stored=[passage(1, "The ferry sank.")])
    began = time.monotonic()
    assert found(index, question) == ([1] if "ferry" in question else [])
    assert time.monotonic() - began < 10


def test_no_words_no_passages_and_no_k_find_nothing(index: WordIndex) -> None:
    assert index.search("ferry", k=5).total == 0
    index.apply(stored=[passage(1, "The ferry sank.")])
    assert index.search("", k=5).total == 0
    assert index.search("ferry", k=0).total == 0


def test_a_version_is_replaced_and_taken_out_by_its_key(index: WordIndex) -> None:
    index.apply(stored=[passage(1, "A ferry sank.", version=7), passage(2, "A ferry burned.", version=7)])
    index.apply(stored=[passage(1, "A ferry rose.", version=7)])
    assert found(index, "ferry") == [1]
    index.apply(gone=[7])
    assert found(index, "ferry") == []
    assert len(index) == 0


SCOPED = [
    passage(1, "ferry", article="x", outlet="Gazette", kind="report", days=(20261001, 20261001)),
    passage(
        2, "ferry", article="y", outlet="Herald", agency="REUTERS", kind="opinion", days=(20261001, 20261031)
    ),
    passage(3, "ferry", article="z", outlet="Gazette", language="de", collections=("port", "sea")),
    passage(4, "ferry", article="u", days=(20260101, 20261231)),
]


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (WordScope(), [1, 2, 3, 4]),
        (WordScope(outlets=("Gazette",)), [1, 3]),
        (WordScope(not_outlets=("Gazette",)), [2, 4]),
        (WordScope(agencies=("Reuters",)), [2]),
        (WordScope(kinds=("report", "opinion")), [1, 2]),
        (WordScope(languages=("de",)), [3]),
        (WordScope(collections=("sea",)), [3]),
        (WordScope(articles=("x", "u")), [1, 4]),
        (WordScope(not_articles=("x", "u")), [2, 3]),
        (WordScope(day_from=20261002), [2, 4]),
        (WordScope(day_to=20261001), [1, 2, 4]),
        (WordScope(day_from=20261002, day_to=20261009, undated=True), [2, 3, 4]),
        (WordScope(latest=20260930), [3, 4]),
        (WordScope(outlets=("Gazette",), day_from=20261001), [1]),
        (WordScope(outlets=("Nobody",)), []),
    ],
)
def test_a_scope_leaves_just_what_is_in_it(index: WordIndex, scope: WordScope, expected: list[int]) -> None:
    index.apply(stored=SCOPED)
    hits = index.search("ferry", k=10, scope=scope)
    assert sorted(hits.passage_ids.tolist()) == expected
    assert hits.total == len(expected)


def test_a_scope_does_not_change_scores(index: WordIndex) -> None:
    towns = ("harbour wall", "harbour", "wall of the old harbour wall", "ferry harbour")
    index.apply(stored=[passage(n, towns[n % 4], outlet=f"o{n % 3}") for n in range(1, 40)])
    every = index.search("harbour wall", k=50)
    scored = dict(zip(every.passage_ids.tolist(), every.scores.tolist(), strict=True))
    scoped = index.search("harbour wall", k=50, scope=WordScope(outlets=("o1",)))
    assert len(scoped.passage_ids) == 13
    assert all(scored[one] == score for one, score in zip(scoped.passage_ids, scoped.scores, strict=True))


def test_in_a_narrow_scope_nothing_is_lost_among_better_matches_outside_it(index: WordIndex) -> None:
    index.apply(stored=[passage(n, "ferry ferry ferry", outlet="Gazette") for n in range(1, 300)])
    index.apply(stored=[passage(300, "a ferry among many other things", outlet="Herald")])
    assert index.search("ferry", k=5, scope=WordScope(outlets=("Herald",))).passage_ids.tolist() == [300]


def test_the_total_counts_beyond_k_and_equal_scores_come_by_id(index: WordIndex) -> None:
    index.apply(stored=[passage(n, "ferry") for n in (5, 3, 9, 1)])
    hits = index.search("ferry", k=2)
    assert hits.total == 4
    assert found(index, "ferry") == [1, 3, 5, 9]


def test_the_title_and_neighbouring_words_can_weigh_in(index: WordIndex) -> None:
    index.apply(
        stored=[
            passage(1, "flood walls", title="Council"),
            passage(2, "walls that flood", title="Ferry"),
        ]
    )
    plain = index.search("flood walls", k=5).scores
    weighed = index.search("flood walls", k=5, bigrams=1.0)
    assert weighed.passage_ids.tolist() == [1, 2]
    assert weighed.scores[0] > plain[0]
    assert index.search("ferry", k=5).total == 0
    assert index.search("ferry", k=5, title=0.5).passage_ids.tolist() == [2]


def test_given_passages_are_scored_as_a_search_scores_them(index: WordIndex) -> None:
    index.apply(stored=[passage(1, "ferry fire"), passage(2, "ferry"), passage(3, "rain", title="Ferry")])
    hits = index.search("ferry fire", k=5)
    scored = dict(zip(hits.passage_ids.tolist(), hits.scores.tolist(), strict=True))
    assert index.scores("ferry fire", [3, 2, 99, 1]).tolist() == [0.0, scored[2], 0.0, scored[1]]
    assert index.scores("ferry", [3, 1], field="title")[0] > 0
    assert index.scores("", [1]).tolist() == [0.0]
    assert index.scores("ferry", []).tolist() == []


def test_document_frequencies_count_passages(index: WordIndex) -> None:
    index.apply(stored=[passage(1, "ferry ferry"), passage(2, "ferries"), passage(3, "rain")])
    assert index.document_frequencies(words_of("ferry rain snow")) == [2, 1, 0]


def test_row_16_eight_readers_search_while_a_writer_writes(tmp_path: Path) -> None:
    writer = WordIndex(tmp_path / "words", writable=True)
    writer.apply(stored=[passage(0, "ferry")])
    stop, faults = threading.Event(), []

    def read() -> None:
        reader, before = WordIndex(tmp_path / "words"), 0
        while not stop.is_set():
            try:
                total = reader.search("ferry", k=3).total
                if total < before:
                    faults.append(f"{total} after {before}")
                before = total
            except LibraryError as error:
                faults.append(str(error))
            time.sleep(0.002)

    readers = [threading.Thread(target=read) for _ in range(8)]
    for reader in readers:
        reader.start()
    for batch in range(12):
        writer.apply(stored=[passage(1 + batch * 10 + n, "ferry") for n in range(10)])
    stop.set()
    for reader in readers:
        reader.join()
    assert faults == []
    assert WordIndex(tmp_path / "words").search("ferry", k=1).total == 121
    writer.close()


def test_row_16_another_process_sees_what_was_committed(index: WordIndex) -> None:
    code = (
        "import sys; from pathlib import Path; from rag.library.words import WordIndex\n"
        "index = WordIndex(Path(sys.argv[1]))\n"
        "for line in sys.stdin: print(index.search(line, k=5).passage_ids.tolist(), flush=True)"
    )
    index.apply(stored=[passage(1, "ferry")])
    command = [sys.executable, "-c", code, str(index.path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        for number in (2, 3):
            index.apply(stored=[passage(number, "ferry")])
            child.stdin.write("ferry\n")
            child.stdin.flush()
            assert child.stdout.readline() == f"{list(range(1, number + 1))}\n"
        child.stdin.close()


def test_what_is_open_stays_readable_after_its_files_are_deleted(index: WordIndex) -> None:
    index.apply(stored=[passage(1, "ferry")])
    reader = WordIndex(index.path)
    for file in index.path.iterdir():
        file.unlink()
    assert found(reader, "ferry") == [1]


def test_a_reader_cannot_write(index: WordIndex) -> None:
    index.apply(stored=[passage(1, "ferry")])
    with pytest.raises(LibraryError, match="reading only"):
        WordIndex(index.path).apply(gone=[1])


@pytest.mark.skipif(os.getuid() != 0, reason="needs to become another user")
def test_row_05_an_index_that_cannot_be_written_is_read_and_followed(index: WordIndex) -> None:
    index.apply(stored=[passage(1, "ferry")])
    let_others_in(index.path)

    def others_may_read() -> None:
        for file in index.path.iterdir():
            file.chmod(0o644)

    try:
        others_may_read()
        os.seteuid(65534)
        reader = WordIndex(index.path)
        assert found(reader, "ferry") == [1]
        os.seteuid(0)
        index.apply(stored=[passage(2, "ferry")])
        others_may_read()
        os.seteuid(65534)
        assert found(reader, "ferry") == [1, 2]
    finally:
        os.seteuid(0)


def put_in_place(path: Path, content: bytes | None) -> None:
    """Another file under its name: a thread of Tantivy's maps the old one, and cutting that kills the process."""
    path.unlink(missing_ok=True)
    if content is not None:
        path.write_bytes(content)


@pytest.mark.parametrize("how", ["truncated", "emptied", "zeroed", "noise", "deleted"])
def test_row_06_damage_to_any_file_of_it_is_noticed(tmp_path: Path, how: str) -> None:
    writer = WordIndex(tmp_path / "words", writable=True)
    writer.apply(stored=[passage(n, f"ferry number {n} sank off the harbour") for n in range(200)])
    writer.apply(gone=[3])
    writer.close()
    assert words_fault(tmp_path / "words") is None
    kept = {path: path.read_bytes() for path in (tmp_path / "words").iterdir() if path.suffix != ".lock"}
    unseen = []
    for path, content in kept.items():
        middle = len(content) // 2
        wrong = {
            "truncated": content[:middle],
            "emptied": b"",
            "zeroed": bytes(len(content)),
            "noise": content[:middle] + bytes([content[middle] ^ 0x5A]) + content[middle + 1 :],
            "deleted": None,
        }
        put_in_place(path, wrong[how])
        if words_fault(tmp_path / "words") is None:
            try:
                seen = len(WordIndex(tmp_path / "words")) != 199
            except IndexRefused:
                seen = True
            if not seen:
                unseen.append(path.name)
        put_in_place(path, content)
    assert set(unseen) <= {".managed.json", "meta.json"}  # a changed digit in them may mean nothing
    assert unseen == [] or how in ("noise", "deleted")
    assert words_fault(tmp_path / "words") is None


def test_a_folder_that_holds_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "words").mkdir()
    (tmp_path / "words" / "meta.json").write_text("{}")
    with pytest.raises(IndexRefused, match="repair"):
        WordIndex(tmp_path / "words")
