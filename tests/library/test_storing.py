"""Storing articles: identity, versions, aliases, the log."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rag.errors import CatalogDamaged, CatalogTooNew, NoSuchArticle
from rag.library import embeddings, storing
from rag.library.catalog import Catalog
from rag.library.duplicates import bands, signature
from rag.library.embedder import Embedded
from rag.library.ledger import ledger
from rag.library.rows import Stored, ToStore
from rag.types import Article, Passage

TEXT = "The harbour bridge reopened on Monday. Engineers had closed it for nine days after cracks were found."


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    opened = Catalog(tmp_path / "catalog.sqlite3")
    yield opened
    opened.close()


def to_store(article: Article, *, given: bool = True) -> ToStore:
    length = len(article.text)
    passage = Passage(article.id, 1, 0, 0, length, ((0, length),))
    return ToStore(f"{article.id}.txt", article, given, (passage,) if length else (), b"", ())


def put(catalog: Catalog, article: Article, *, given: bool = True) -> Stored:
    return storing.store(catalog, [to_store(article, given=given)])[0]


def kinds(catalog: Catalog) -> list[str]:
    return [change.kind for change in catalog.changes(0)]


def test_a_new_article_is_added_with_its_log_entry(catalog: Catalog) -> None:
    done = put(catalog, Article("a1", TEXT, title="Bridge reopens", published="2026-10"))
    assert (done.item.status, catalog.sequence(), kinds(catalog)) == ("added", 1, ["stored"])
    kept = catalog.article("a1")
    assert (kept.text, kept.title, kept.published, kept.version, kept.status) == (
        TEXT,
        "Bridge reopens",
        "2026-10",
        1,
        "usable",
    )
    row = catalog.passages_of([1])[0]
    assert (row.text, row.day_first, row.day_last) == (TEXT, 20261001, 20261031)


def test_the_same_article_again_is_unchanged_and_logs_nothing(catalog: Catalog) -> None:
    put(catalog, Article("a1", TEXT))
    assert put(catalog, Article("a1", TEXT)).item.status == "unchanged"
    assert catalog.sequence() == 1


def test_the_same_given_id_with_other_text_is_a_new_version_and_the_old_one_goes(catalog: Catalog) -> None:
    put(catalog, Article("a1", TEXT))
    done = put(catalog, Article("a1", "Quite another text."))
    assert (done.item.status, kinds(catalog)) == ("changed", ["stored", "gone", "stored"])
    assert catalog.article("a1").version == 2
    assert catalog.article("a1", 1).status == "superseded"
    assert catalog.article("a1", 1).text == TEXT
    assert catalog.current_keys().tolist() == [2]
    assert catalog.current_keys(at=1).tolist() == [1]


def test_a_changed_title_alone_is_a_new_version_too(catalog: Catalog) -> None:
    put(catalog, Article("a1", TEXT, title="Bridge"))
    assert put(catalog, Article("a1", TEXT, title="Bridge reopens")).item.status == "changed"
    assert catalog.article("a1").title == "Bridge reopens"


def test_a_derived_id_with_quite_another_text_is_another_article(catalog: Catalog) -> None:
    put(catalog, Article("0" * 16, TEXT, title="Bridge reopens"), given=False)
    other = Article("0" * 16, "The council voted on the budget after a long night of talks.", title="Budget")
    done = put(catalog, other, given=False)
    assert done.item.status == "added"
    assert done.item.article_id != "0" * 16
    assert done.item.reason
    assert len(catalog.current_keys()) == 2
    assert put(catalog, other, given=False).item.status == "unchanged"


def test_the_same_text_outlet_and_date_under_another_id_is_a_duplicate_and_an_alias(catalog: Catalog) -> None:
    first = Article("a1", TEXT, outlet="The Post", published="2026-10-12")
    put(catalog, first)
    done = put(catalog, replace(first, id="b2"))
    assert (done.item.status, done.item.article_id, catalog.sequence()) == ("duplicate", "a1", 1)
    assert catalog.article("b2").id == "a1"
    assert put(catalog, replace(first, id="b2")).item.status == "unchanged"


def test_the_same_text_in_another_outlet_is_added(catalog: Catalog) -> None:
    put(catalog, Article("a1", TEXT, outlet="The Post"))
    assert put(catalog, Article("b2", TEXT, outlet="The Mail")).item.status == "added"


def test_an_alias_that_comes_with_its_own_text_becomes_an_article(catalog: Catalog) -> None:
    put(catalog, Article("a1", TEXT))
    put(catalog, Article("b2", TEXT))
    assert put(catalog, Article("b2", "Its own text now.")).item.status == "added"
    assert catalog.article("b2").text == "Its own text now."


def test_an_article_that_supersedes_another_ends_it_in_either_order(catalog: Catalog) -> None:
    put(catalog, Article("wrong", TEXT))
    put(catalog, Article("right", TEXT + " Two were hurt.", supersedes="wrong"))
    assert catalog.article("wrong").status == "superseded"
    put(catalog, Article("newer", "Corrected: two were hurt.", supersedes="older"))
    put(catalog, Article("older", "Twelve were hurt."))
    assert catalog.article("older").status == "superseded"
    assert catalog.article("newer").status == "usable"


def test_a_kill_withdraws_the_article_it_names_and_is_no_answer_itself(catalog: Catalog) -> None:
    put(catalog, Article("story", TEXT))
    put(catalog, Article("kill", "KILL: story withdrawn.", supersedes="story", status="withdrawn"))
    assert (catalog.article("story").status, catalog.article("kill").status) == ("withdrawn", "withdrawn")
    assert len(catalog.current_keys()) == 0
    assert put(catalog, Article("story", TEXT + " Again.")).item.status == "unchanged"
    assert catalog.article("story").status == "withdrawn"


def signed(article: Article) -> ToStore:
    marks = signature(article.text)
    return replace(to_store(article), signature=marks.to_bytes(), bands=bands(marks))


@pytest.mark.parametrize("order", [(0, 1, 2), (1, 2, 0), (2, 0, 1), (1, 0, 2), (0, 2, 1), (2, 1, 0)])
def test_a_kill_takes_the_copies_of_its_story_with_it_whatever_comes_first(
    catalog: Catalog, order: tuple[int, ...]
) -> None:
    story = " ".join(
        f"Northgate Mining gave up plan {n} for the ridge, its chair Ada Holt said." for n in range(9)
    )
    told = [
        Article(
            "wire", story, title="Miner quits", outlet="NPA", agency="NPA", published="2026-10-16T09:00:00Z"
        ),
        Article("copy", story, title="Out", outlet="Post", agency="NPA", published="2026-10-16T10:00:00Z"),
        Article(
            "kill",
            "KILL: the item Miner quits is withdrawn.",
            title="KILL: Miner quits",
            outlet="NPA",
            agency="NPA",
            published="2026-10-16T11:00:00Z",
            supersedes="wire",
            status="withdrawn",
        ),
    ]
    for place in order:
        storing.store(catalog, [signed(told[place])])
    assert {one.id: catalog.article(one.id).status for one in told} == dict.fromkeys(
        ("wire", "copy", "kill"), "withdrawn"
    )


def test_a_removed_article_comes_back_when_it_is_ingested_again(catalog: Catalog) -> None:
    put(catalog, Article("a1", TEXT))
    removed = storing.remove(catalog, ["a1", "nobody"])
    assert [one.item.status for one in removed] == ["changed", "failed"]
    assert len(catalog.current_keys()) == 0
    assert catalog.hits([1]) == {}
    assert put(catalog, Article("a1", TEXT)).item.status == "added"
    assert catalog.article("a1").version == 2


def test_a_batch_is_stored_whole_or_not_at_all(catalog: Catalog) -> None:
    broken = to_store(Article("b2", "x"))
    object.__setattr__(broken, "passages", ("no passage",))
    with pytest.raises(AttributeError):
        storing.store(catalog, [to_store(Article("a1", TEXT)), broken])
    assert catalog.sequence() == 0
    with pytest.raises(NoSuchArticle):
        catalog.article("a1")


def test_vectors_are_kept_with_their_own_log_entry_and_found_with_the_passage(catalog: Catalog) -> None:
    put(catalog, Article("a1", TEXT))
    embeddings.use_fingerprint(catalog, "fake")
    pending = catalog.pending()
    vector = np.zeros(4, np.float32)
    vector[0] = 1
    embedded = Embedded(vector, np.array([[127, 0, 0, 0]], np.int8), np.array([1 / 127], np.float32))
    embeddings.store_vectors(catalog, [(pending[0], [embedded])], fingerprint="another model")
    assert kinds(catalog) == ["stored"]
    embeddings.store_vectors(catalog, [(pending[0], [embedded])], fingerprint="fake")
    embeddings.store_vectors(catalog, [(pending[0], [embedded])], fingerprint="fake")
    assert kinds(catalog) == ["stored", "embedded"]
    assert catalog.pending() == []
    hit = catalog.hits([1])[1]
    assert hit.sentences is not None
    assert hit.sentences.vectors(np.array([0]))[0, 0] == pytest.approx(1)
    assert embeddings.use_fingerprint(catalog, "another model")
    assert catalog.hits([1])[1].vector is None
    assert len(catalog.pending()) == 1


def test_row_21_the_same_file_stored_twice_at_once_is_one_article(catalog: Catalog) -> None:
    articles = [Article(f"a{number}", f"{TEXT} {number}") for number in range(20)]
    done: list[Stored] = []

    def both() -> None:
        done.extend(storing.store(catalog, [to_store(article) for article in articles]))

    threads = [threading.Thread(target=both) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one.item.status for one in done) == ["added"] * 20 + ["unchanged"] * 60
    assert len(catalog.current_keys()) == 20
    assert [change.sequence for change in catalog.changes(0)] == list(range(1, 21))


def test_row_09_a_damaged_catalog_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite3"
    catalog = Catalog(path)
    for number in range(50):
        put(catalog, Article(f"a{number}", f"{TEXT} {number}" * 20))
    catalog.close()
    content = bytearray(path.read_bytes())
    content[:100] = bytes(100)
    path.write_bytes(content)
    with pytest.raises(CatalogDamaged, match="backup"):
        Catalog(path)
    assert path.read_bytes() == bytes(content)


def test_a_flipped_page_is_found_by_the_check(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite3"
    catalog = Catalog(path)
    for number in range(50):
        put(catalog, Article(f"a{number}", f"{TEXT} {number}" * 20))
    assert catalog.damage() is None
    catalog.close()
    content = bytearray(path.read_bytes())
    content[4096 * 8 : 4096 * 10] = b"\xff" * 8192
    path.write_bytes(content)
    with pytest.raises(CatalogDamaged):
        raise_if_damaged(Catalog(path))


def raise_if_damaged(catalog: Catalog) -> None:
    if catalog.damage() is not None:
        raise CatalogDamaged("catalog", "damaged")


def test_row_14_a_catalog_of_a_newer_dateline_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite3"
    catalog = Catalog(path)
    with ledger(catalog) as book:
        book.note("schema", "99")
    catalog.close()
    with pytest.raises(CatalogTooNew, match="99"):
        Catalog(path)


def test_offsets_are_code_points_whatever_the_text_holds(catalog: Catalog) -> None:
    text = "Zoë 👩‍🚒 said:\r\n“It’s done.” \ufffd e\u0301 𝔸 end"
    article = Article("a1", text)
    one = ToStore("a1", article, True, (Passage("a1", 1, 0, 4, 20, ((4, 20),)),), b"", ())
    storing.store(catalog, [one])
    assert catalog.article("a1").text == text
    assert catalog.hits([1])[1].text == text[4:20]
    assert catalog.passages_of([1])[0].text == text[4:20]
