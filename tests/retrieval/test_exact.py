"""Searches with operators over the sample newsroom, held against a matcher that reads every text from end to end."""

from __future__ import annotations

import json
import random
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path

import pytest
from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

from rag import newsroom
from rag.library.prefixes import may_begin
from rag.library.words import analyzed
from rag.newsroom import How, Listing, Newsroom
from rag.reading.dates import moment
from rag.types import Article, Passage, Scope, SearchResult
from tests.fakes.embedder import FakeEmbedder
from tests.scale import some

ROOT = Path(__file__).resolve().parents[2]
QUERIES = 160
OWN = {
    "accents": "Łukasz Nyström-Özil met Señora Peña in Kraków. "
    "Naïve façades were 1,200 years old, U.S. officials said.",
    "cut": "The " + "very long " * 400 + "sentence about Kittiwake bells ended. " + "Short one. Nobody rang.",
    "across": " ".join(f"Sentence number {n} says a little about harbour {n}." for n in range(120)),
    "apart": "Ferry one. " + "Nothing happened here at all. " * 120 + "The strike came last.",
    "empty-title": "A gull sat on the quay, and the ferry sailed.",
}


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    folder = tmp_path_factory.mktemp("exact")
    for name, text in OWN.items():
        title = f"title: About {name}\n" if name != "empty-title" else ""
        (folder / f"{name}.md").write_text(
            f"---\nid: own-{name}\n{title}outlet: Dateline Übung\n---\n{text}\n", encoding="utf-8"
        )
    with newsroom.open(folder / "home", embedder=FakeEmbedder()) as opened:
        opened.ingest([ROOT / "corpus" / "articles", *sorted(folder.glob("*.md"))])
        yield opened


# The matcher: no index, no passages, nothing of rag's but the articles as they were read.


@cache
def fold(text: str) -> str:
    text = text.translate(str.maketrans({"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "æ": "ae", "ß": "ss"}))
    plain = "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))
    plain = re.sub(r"(?<![A-Za-z0-9])((?:[A-Z]\.){2,})", lambda m: m[0].replace(".", ""), plain)
    return re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", plain).lower()


@cache
def words(text: str) -> tuple[str, ...]:
    return tuple(one for one in re.findall(r"[^\W_]+", fold(text)) if len(one) <= 40)


STEMMER = TextAnalyzerBuilder(Tokenizer.simple()).filter(Filter.stemmer("English")).build()


@cache
def stem(word: str) -> str:
    return STEMMER.analyze(word)[0]


@dataclass(frozen=True)
class Term:
    """A word in any form, a phrase, a word's beginning; in a field or anywhere."""

    kind: str
    said: str
    field: str = ""

    def __str__(self) -> str:
        quoted = f'"{self.said}"' if self.kind == "phrase" or " " in self.said else self.said
        return (f"{self.field}:" if self.field else "") + quoted + "*" * (self.kind == "prefix")

    def spans(self, text: tuple[str, ...]) -> list[tuple[int, int]]:
        if self.kind == "prefix":
            return [(at, at + 1) for at, one in enumerate(text) if one.startswith(fold(self.said))]
        if self.kind == "word" and self.field not in ("byline", "outlet"):
            wanted = stem(fold(self.said))
            return [(at, at + 1) for at, one in enumerate(text) if stem(one) == wanted]
        wanted_words = words(self.said)
        size = len(wanted_words)
        return [(at, at + size) for at in range(len(text)) if text[at : at + size] == wanted_words]

    def holds(self, article: Article) -> bool:
        return any(self.spans(text) for text in fields(article, self.field))


@dataclass(frozen=True)
class Close:
    within: int
    left: Term
    right: Term

    field = ""

    def __str__(self) -> str:
        return f"{self.left} NEAR/{self.within} {self.right}"

    def spans(self, text: tuple[str, ...]) -> list[tuple[int, int]]:
        both = product(self.left.spans(text), self.right.spans(text))
        return [
            (min(a, c), max(b, d))
            for (a, b), (c, d) in both
            if (b <= c and c - b < self.within) or (d <= a and a - d < self.within)
        ]

    def holds(self, article: Article) -> bool:
        return any(self.spans(text) for text in fields(article, ""))


@dataclass(frozen=True)
class Joined:
    how: str  # AND, OR, NOT
    parts: tuple[object, ...]

    def __str__(self) -> str:
        if self.how == "NOT":
            inner = self.parts[0]
            return f"-{inner}" if isinstance(inner, Term) else f"NOT ({inner})"
        middle = " " if self.how == "AND" and len(str(self.parts[0])) % 2 else f" {self.how} "
        return middle.join(
            f"({one})" if isinstance(one, Joined) and one.how != "NOT" else str(one) for one in self.parts
        )

    def holds(self, article: Article) -> bool:
        said = [part.holds(article) for part in self.parts]  # type: ignore[attr-defined]
        return {"AND": all(said), "OR": any(said), "NOT": not said[0]}[self.how]


def fields(article: Article, field: str) -> list[tuple[str, ...]]:
    runs, begin = [], 0
    for start, end in (*article.furniture, (len(article.text), len(article.text))):
        runs.append(words(article.text[begin:start]))
        begin = end
    return {
        "": [*runs, words(article.title or "")],
        "title": [words(article.title or "")],
        "byline": [words(article.author or "")],
        "outlet": [words(article.outlet or "")],
    }[field]


def wanted(tree: object, positive: bool = True) -> list[Term | Close]:
    if isinstance(tree, Joined):
        flip = positive != (tree.how == "NOT")
        return [leaf for part in tree.parts for leaf in wanted(part, flip)]
    return [tree] if positive and not tree.field else []  # type: ignore[attr-defined, list-item]


def passages_of(tree: object, article: Article, passages: tuple[Passage, ...]) -> int:
    leaves = wanted(tree)
    texts = [words(article.text[one.start : one.end]) for one in passages]
    return sum(any(leaf.spans(text) for leaf in leaves) for text in texts) or 1


# Queries made from the articles themselves


def made(chance: random.Random, articles: list[Article]) -> object:
    near = chance.choice(articles)

    def term(fielded: bool = True, at: int | None = None) -> Term:
        article = near if at is not None or chance.random() < 0.7 else chance.choice(articles)
        pieces = re.findall(r"[^\W_]+(?:['’.-][^\W_]+)*", article.text)
        at = chance.randrange(len(pieces)) if at is None else at % len(pieces)
        field = chance.choice(["", "", "", "title", "byline", "outlet"]) if fielded else ""
        held = {"": article.text, "title": article.title, "byline": article.author, "outlet": article.outlet}
        if field:
            pieces = re.findall(r"[^\W_]+", held[field] or "nothing")
            at = chance.randrange(len(pieces))
        word = chance.choice([str, str.lower, str.title, fold])(pieces[at])
        kind = chance.choice(["word", "word", "phrase", "phrase", "prefix"])
        if kind == "phrase":
            phrase = " ".join(pieces[at : at + chance.randint(1, 5)])
            return Term(kind, chance.choice([str, fold])(phrase), field)
        letters = re.match(r"[^\W_]+", word)
        assert letters is not None
        if kind == "prefix":
            cut = letters[0][: chance.randint(3, 8)]
            return Term(kind, cut, field) if len(fold(cut)) >= 2 else Term("word", letters[0], field)
        plain = letters[0]
        return Term("word", plain if plain not in ("AND", "OR", "NOT") else plain.lower(), field)

    def tree(depth: int) -> object:
        how = chance.choice(["term", "near", "AND", "OR", "NOT"] if depth else ["term", "near"])
        if how == "term":
            return term()
        if how == "near":
            at = chance.randrange(10_000)
            return Close(
                chance.choice([1, 2, 5, 20]), term(False, at), term(False, at + chance.randint(-6, 6))
            )
        if how == "NOT":
            return Joined("NOT", (tree(depth - 1),))
        return Joined(how, tuple(tree(depth - 1) for _ in range(chance.randint(2, 3))))

    made_tree = tree(3)
    operators = isinstance(made_tree, Joined | Close) or made_tree.kind != "word" or made_tree.field  # type: ignore[attr-defined]
    return made_tree if operators else Joined("NOT", (made_tree,))


def held(room: Newsroom) -> list[Article]:
    found = room.search('NOT "there is no such phrase anywhere"', k=None)
    articles = [room.article(one.passage.article_id) for one in found.passages]
    assert len(articles) == room.status().articles
    return articles


def ids(result: SearchResult) -> set[str]:
    return {one.passage.article_id for one in result.passages}


@pytest.mark.parametrize("seed", some(range(4), 0, 3))
def test_every_search_finds_exactly_what_reading_every_text_finds(room: Newsroom, seed: int) -> None:
    articles, chance, hits = held(room), random.Random(seed), 0
    passages = {one.id: room.passages(one) for one in articles}
    for _ in range(QUERIES // 4):
        tree = made(chance, articles)
        result = room.search(str(tree), k=None)
        assert result.exact, str(tree)
        expected = {one.id for one in articles if tree.holds(one)}  # type: ignore[attr-defined]
        assert ids(result) == expected, f"{tree} read as {result.read_as}"
        assert result.articles == len(expected), str(tree)
        assert sum(count for _, count in result.outlets) == len(expected), str(tree)
        counted = sum(passages_of(tree, one, passages[one.id]) for one in articles if one.id in expected)
        assert result.total == len(result.passages) == counted, f"{tree} read as {result.read_as}"
        hits += 0 < len(expected) < len(articles)
    assert hits > QUERIES // 4 * 0.5  # the queries are worth asking


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ('"lukasz NYSTROM-ozil met senora"', {"own-accents"}),
        ('"1200 years"', {"own-accents"}),
        ('"US officials"', {"own-accents"}),
        ('outlet:ubung AND "gull"', {"own-empty-title"}),
        # from the end of one passage over a whole sentence into the next
        ('"harbour 57 Sentence number 58 says a little about harbour 58 Sentence"', {"own-across"}),
        ("ferry AND strike AND title:apart", {"own-apart"}),
        ("ferry NEAR/50 strike AND title:apart", set()),
        ('"Kittiwake bells ended Short"', {"own-cut"}),
        ("bell* AND nobody AND title:cut", {"own-cut"}),
        ("NOT outlet:* AND NOT outlet:ubung AND byline:nobody", set()),
    ],
)
def test_case_accents_punctuation_and_borders_of_passages_do_not_matter(
    room: Newsroom, query: str, found: set[str]
) -> None:
    assert ids(room.search(query, k=None)) == found


def test_a_phrase_is_exact_where_a_word_finds_its_other_forms(room: Newsroom) -> None:
    assert "own-accents" in ids(room.search("facade AND title:accents", k=None))
    assert not ids(room.search('"facade" AND title:accents', k=None))


def test_the_words_that_match_are_told_by_their_place(room: Newsroom) -> None:
    for one in room.search('"st orrin bridge" OR ferr*', k=None).passages:
        text = room.article(one.passage.article_id, one.passage.version).text
        assert all(re.fullmatch(r"(?i)st\.\s+orrin\s+bridge|ferr\w*", text[a:b]) for a, b in one.matches)
        assert all(one.passage.start <= a < b <= one.passage.end for a, b in one.matches)


def test_the_planted_mentions_are_all_found_one_of_them_in_an_article_that_was_replaced(
    room: Newsroom,
) -> None:
    planted = json.loads((ROOT / "corpus" / "planted.json").read_text())["mentions"][0]
    result = room.search(f'"{planted["term"]}" AND NOT title:"about cut"', k=None)
    assert ids(result) < set(planted["articles"])
    assert (result.articles, result.replaced) == (36, 1)
    assert planted["count"] == 36 + 1


def test_the_order_is_the_one_asked_for_and_undated_articles_come_last(room: Newsroom) -> None:
    for sort, best in (("newest", max), ("oldest", min)):
        found = room.search("bridge OR gull", k=None, listing=Listing(sort, "exact")).passages  # type: ignore[arg-type]
        dates = [one.published for one in found]
        assert None in dates
        dated = [moment(one) for one in dates if one]
        assert dates[-1] is None
        assert dated[0] == best(dated)
        assert dated == sorted(dated, reverse=sort == "newest")
    scores = [one.score for one in room.search("bridge OR cracks", listing=Listing("best")).passages]
    assert scores == sorted(scores, reverse=True)


def test_k_cuts_what_is_listed_and_never_what_is_counted(room: Newsroom) -> None:
    whole = room.search("bridge AND NOT zebra", k=None, listing=Listing(group="exact"))
    some = room.search("bridge AND NOT zebra", k=5, listing=Listing(group="exact"))
    assert (some.articles, some.total) == (whole.articles, whole.total)
    assert len(ids(some)) == 5
    assert some.passages == whole.passages[: len(some.passages)]
    assert len(room.search("bridge AND NOT zebra", k=5).passages) == 5


def test_copies_are_counted_and_folded_only_where_asked(room: Newsroom) -> None:
    query = "strike AND dockers"
    plain, folded = room.search(query, k=None), room.search(query, k=None, listing=Listing(fold=True))
    assert (plain.articles, plain.total) == (folded.articles, folded.total)
    assert len(folded.passages) < len(plain.passages) == plain.total
    assert any(one.copies for one in folded.passages)


def test_only_what_is_in_scope_is_found_and_counted(room: Newsroom) -> None:
    scope = Scope(from_="2026-10-12", to="2026-10-14", outlets=("The Hallbeck Mercury",))
    result = room.search("bridge AND NOT zebra", scope, k=None)
    assert result.articles == len(ids(result)) > 0
    for one in result.passages:
        assert one.outlet == "The Hallbeck Mercury"
        assert "2026-10-12" <= str(one.published)[:10] <= "2026-10-14"


def test_plain_words_and_what_only_looks_like_syntax_are_searched_as_ever(room: Newsroom) -> None:
    plain = room.search("ferry timetable")
    assert not plain.exact
    assert plain.read_as is plain.articles is None
    assert plain.passages == room.search("ferry timetable", how=How(syntax=False)).passages
    stray = room.search('"ferry timetable')
    assert stray.read_as == "the words: ferry timetable"
    assert [one.passage_id for one in stray.passages][:5] == [one.passage_id for one in plain.passages][:5]
    for text in ("(((", '"', ": * -", "AND OR NOT", "😀*", "title:" * 100, "\ud800 AND x"):
        room.search(text)


def test_a_word_s_beginning_is_looked_for_among_all_the_stems_it_may_have() -> None:
    names = " ".join(path.read_text(encoding="utf-8") for path in (ROOT / "corpus" / "articles").glob("*.md"))
    odd = "dying vying ieds nationalizations flexibility stopped hopefulness generously ties going used analogical"
    for word, known in set(zip(*analyzed(f"{names} {odd}"), strict=True)):
        for size in range(2, len(word) + 1):
            assert may_begin(known, word[:size]), (word, known, size)
