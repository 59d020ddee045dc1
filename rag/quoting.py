"""Quotations at the front door: every one of the library, by who said it, about what and when, variants together."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from rag.checking import Checking
from rag.errors import UsageError
from rag.evidence.quote_marks import paragraphs
from rag.evidence.speech import RULES, spoken
from rag.evidence.utterances import Utterances, digest, name_words, words_of
from rag.library import quotations as kept
from rag.library.indexes import Indexes
from rag.library.quotations import About, Row, Waiting
from rag.library.words import analyzed
from rag.library.words import words_of as stems_of
from rag.quotations import Quotations, Quote, Utterance
from rag.types import Article, Citation, Scope

LONGEST = 300  # characters of a name, and of what it is about
COMPARED = 3_000  # different wordings that are compared with each other; of more, only the same words are one
SHOWN = 50
_LAST = 10**9
Report = Callable[[int, int], None]  # versions looked through, of how many


class Quoting(Checking):
    """The part of the newsroom that finds quotations. Safe for threads."""

    indexes: Indexes
    _looking = threading.Lock()

    def quotations(
        self,
        speaker: str = "",
        about: str = "",
        scope: Scope | None = None,
        *,
        newest_first: bool = False,
        limit: int | None = SHOWN,
        offset: int = 0,
        progress: Report | None = None,
    ) -> Quotations:
        """What somebody said about something, as the articles in scope quote it, oldest first.

        Args:
            speaker: words of a name, all of them; empty: whoever.
            about: words that stand in the quotation, its paragraph, the one before, or the headline, all of them.
            limit, offset: utterances; None: all.
            progress: while articles that came since are looked through.

        Raises:
            UsageError: the name or the words are too long, or hold no word.
        """
        began, scope = time.perf_counter(), scope or Scope()
        names, stems = _asked("The speaker", speaker, name_words), _asked("What it is about", about, stems_of)
        rest = self.find_quotations(progress=progress)
        snapshot = self.questions.snapshot()
        inside = self.questions.inside(snapshot, scope)
        keys = snapshot.keys[inside.mask]
        narrowed = self._holding(stems, keys) if stems else keys
        whole = len(narrowed) > len(snapshot.keys) // 4
        there = set(narrowed.tolist())
        within = None if whole else narrowed.tolist()
        rows = [row for row in self._found(names, within, rest) if row.version_key in there]
        told = kept.about(self.catalog, sorted({row.version_key for row in rows}))
        texts = self._texts(told) if stems or len({row.digest for row in rows}) <= COMPARED else {}
        if stems:
            rows = [row for row in rows if _is_about(row, texts[row.version_key], stems)]
        rows.sort(key=lambda row: (*_age(told[row.version_key]), row.version_key, row.start))
        groups = _utterances(rows, texts)
        if newest_first:
            groups.sort(key=lambda group: _age(told[group[0][0].version_key]), reverse=True)
        shown = groups[offset:] if limit is None else groups[offset : offset + limit]
        missing = {row.version_key for group in shown for row, _ in group} - texts.keys()
        texts |= self._texts(missing)
        listed = _listed(shown, texts, told)
        places = sum(len({_story(row, told) for row, _ in group}) for group in groups)
        warnings = () if len({row.digest for row in rows}) <= COMPARED else (_ONLY_SAME,)
        return Quotations(
            " ".join(speaker.split()),
            " ".join(about.split()),
            listed,
            len(groups),
            places,
            scope,
            inside.articles,
            snapshot.sequence,
            round(time.perf_counter() - began, 3),
            warnings,
        )

    def find_quotations(
        self, *, progress: Report | None = None, stop: threading.Event | None = None
    ) -> tuple[Row, ...]:
        """Look through the articles that came since, and keep what they quote. In a home that cannot be written, what
        they quote is returned instead."""
        if self.catalog.read_only:
            return self._in_memory(progress)
        with self._looking:
            total = kept.many_waiting(self.catalog, RULES)
            done = after = 0
            while total and not (stop is not None and stop.is_set()):
                some = kept.waiting(self.catalog, RULES, after=after)
                if not some:
                    break
                kept.keep(self.catalog, [(one.version_key, _rows(one)) for one in some], RULES)
                after, done = some[-1].version_key, done + len(some)
                if progress is not None:
                    progress(done, max(total, done))
        return ()

    def _found(
        self, names: Sequence[str], within: Sequence[int] | None, rest: Sequence[Row]
    ) -> Iterator[Row]:
        """What is quoted of a speaker, and the same words where an article names nobody. `rest`: what is not kept."""
        if not names:
            yield from kept.find(self.catalog, (), within)
            yield from rest
            return
        theirs = list(kept.find(self.catalog, names, within))
        theirs += [one for one in rest if all(f" {word} " in (one.folded or "") for word in names)]
        yield from theirs
        digests = {row.digest for row in theirs}
        yield from kept.unnamed(self.catalog, sorted(digests))
        yield from (one for one in rest if one.speaker is None and one.digest in digests)

    def _in_memory(self, progress: Report | None) -> tuple[Row, ...]:
        some = kept.waiting(self.catalog, RULES, limit=_LAST)
        found: list[Row] = []
        for at, one in enumerate(some, 1):
            found += _rows(one)
            if progress is not None:
                progress(at, len(some))
        return tuple(found)

    def _holding(
        self, stems: Sequence[str], keys: np.typing.NDArray[np.int64]
    ) -> np.typing.NDArray[np.int64]:
        """Those of the versions whose text or headline has each of the stems."""
        index = self.indexes.words
        if index is None:
            return keys
        for stem in dict.fromkeys(stems):
            found = [index.holding([stem], field)[:, 1] for field in ("body", "title")]
            keys = keys[np.isin(keys, np.concatenate(found))]
        return keys

    def _texts(self, keys: Iterable[int]) -> dict[int, Article]:
        with self.catalog.reading() as connection:
            return self.catalog.texts_of(connection, keys)


_ONLY_SAME = (
    "So many are found that only the same words are put together: altered wordings are marked once fewer are "
    "asked for."
)


def _asked(thing: str, said: str, words: Callable[[str], Sequence[str]]) -> tuple[str, ...]:
    if len(said) > LONGEST:
        raise UsageError(thing, f"it has {len(said):,} characters", f"Use at most {LONGEST:,}.")
    found = tuple(words(said))
    if said.strip() and not found:
        raise UsageError(thing, "it holds no word that articles are searched for", "Use other words.")
    return found


def _rows(one: Waiting) -> list[Row]:
    furniture = np.frombuffer(one.furniture, np.int32).reshape(-1, 2).tolist()
    rows = []
    for said in spoken(one.text, [(start, end) for start, end in furniture]):
        name = f" {' '.join(name_words(said.speaker))} " if said.speaker else None
        begin, end = said.clause or (None, None)
        same = digest(one.text[said.start : said.end])
        where = one.version_key, said.start, said.end
        rows.append(Row(*where, said.speaker, name, said.phrase, begin, end, same))
    return rows


def _is_about(row: Row, article: Article, stems: Sequence[str]) -> bool:
    """Whether a quotation's own words, its paragraph, the one before or the headline hold all the stems."""
    parts = paragraphs(article.text)
    first = max((at for at, (start, _) in enumerate(parts) if start <= row.start), default=0)
    last = max((at for at, (start, _) in enumerate(parts) if start < row.end), default=0)
    near = article.text[parts[max(0, first - 1)][0] : parts[last][1]]
    return set(stems) <= set(analyzed(f"{article.title or ''} {near}")[1])


def _utterances(rows: Sequence[Row], texts: dict[int, Article]) -> list[list[tuple[Row, str]]]:
    """The rows, oldest first, by what is the same utterance; each with its wording beside the oldest."""
    groups: defaultdict[int, list[tuple[Row, str]]] = defaultdict(list)
    utterances, same = Utterances(), dict[tuple[str, str | None], int]()
    for row in rows:
        if not texts:
            at = same.setdefault((row.digest, None), len(same))
            groups[at].append((row, "same"))
            continue
        words = words_of(texts[row.version_key].text[row.start : row.end])
        at, how = utterances.place(words, row.speaker)
        groups[at].append((row, how))
    return list(groups.values())


def _listed(
    groups: Sequence[Sequence[tuple[Row, str]]], texts: dict[int, Article], told: dict[int, About]
) -> tuple[Utterance, ...]:
    number, found = 0, []
    for group in groups:
        quotes: dict[tuple[int, str], Quote] = {}
        for row, how in group:
            article, story = texts[row.version_key], _story(row, told)
            if story in quotes:
                if article.id != quotes[story].citation.article_id:
                    copies = dict.fromkeys((*quotes[story].copies, article.id))
                    quotes[story] = replace(quotes[story], copies=tuple(copies))
                continue
            number += 1
            quotes[story] = _quote(row, article, number, how)
        found.append(Utterance(tuple(quotes.values())))
    return tuple(found)


def _quote(row: Row, article: Article, number: int, how: str) -> Quote:
    one = article
    cited = Citation(
        number, one.id, one.version, one.title, one.outlet, one.agency, one.kind, one.published, one.url,
        one.page, row.start, row.end, one.text[row.start : row.end],
    )  # fmt: skip
    clause = None
    if row.clause_start is not None and row.clause_end is not None:
        clause = " ".join(one.text[row.clause_start : row.clause_end].split())
    return Quote(cited, row.speaker, row.phrase, clause, how)  # type: ignore[arg-type]


def _story(row: Row, told: dict[int, About]) -> tuple[int, str]:
    """The same for the same words in copies of one story."""
    return told[row.version_key].group, row.digest


def _age(one: About) -> tuple[int, str]:
    """Undated last."""
    return (one.day if one.day is not None else 99_999_999, one.published or "")
