"""What an ingest would store, counted before anything is stored, so that what is wrong with 10,000 files is seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from rag.reading import Read
from rag.reading.dates import day_range
from rag.ruled import Preview, PreviewRow, Ruled, Sample
from rag.types import Article

ROWS = 50
SAMPLED = 10  # rows of each kind that wants looking at
ALIKE = 20  # articles from which on it is odd that all have one day
OLD = 1700  # newspapers of before are rare
_UNMATCHED = "no rule matches"
_IMPOSSIBLE = "the date is impossible, or no date"
_FUTURE = "the date is later than tomorrow"
_NEW = "an outlet that the library does not have"
_UNDATED = "undated"
_OVERRULED = "a rule says otherwise than the file"


def preview(reads: Iterable[Read], *, rules: Sequence[str], known: frozenset[str]) -> Preview:
    """The preview of what was read with these rules. `known`: the library's outlets."""
    counts = _Counts()
    for read in reads:
        if read.article is None:
            counts.skipped += read.skipped
            counts.failed += not read.skipped
        else:
            counts.add(read, read.article, rules, known)
    dated = [year for year in counts.years if year is not None]
    years = sorted(counts.years.items(), key=lambda pair: (pair[0] is not None, pair[0] or 0))
    outlets = sorted(counts.outlets.items(), key=lambda pair: (-pair[1], pair[0] or ""))
    return Preview(
        articles=counts.articles,
        failed=counts.failed,
        skipped=counts.skipped,
        matched=counts.matched,
        undated=counts.years[None],
        earliest=counts.earliest if dated else None,
        latest=counts.latest if dated else None,
        years=tuple((year, number) for year, number in years if number),
        outlets=tuple((name, number, name is not None and name not in known) for name, number in outlets),
        rules=tuple((name, counts.by_rule[name]) for name in rules),
        rows=tuple(counts.rows),
        samples=tuple(Sample(why, counts.why[why], tuple(rows)) for why, rows in counts.samples.items()),
        warnings=tuple(_warnings(counts, rules, known)),
    )


@dataclass(slots=True)
class _Counts:
    articles: int = 0
    failed: int = 0
    skipped: int = 0
    matched: int = 0
    earliest: str = "9999"
    latest: str = ""
    years: Counter[int | None] = field(default_factory=Counter)
    days: Counter[str] = field(default_factory=Counter)
    outlets: Counter[str | None] = field(default_factory=Counter)
    by_rule: Counter[str] = field(default_factory=Counter)
    why: Counter[str] = field(default_factory=Counter)
    rows: list[PreviewRow] = field(default_factory=list)
    samples: dict[str, list[PreviewRow]] = field(default_factory=dict)

    def add(self, read: Read, article: Article, rules: Sequence[str], known: frozenset[str]) -> None:
        """Count one article, and keep it where it is one of the first or wants looking at."""
        ruled = read.ruled or Ruled()
        self.articles += 1
        self.matched += bool(ruled.matched)
        self.by_rule.update(ruled.matched)
        self.outlets[article.outlet] += 1
        self._date(article.published)
        row = None
        for why in _reasons(read, article, ruled, rules, known):
            self.why[why] += 1
            some = self.samples.setdefault(why, [])
            if len(some) < SAMPLED:
                row = row or _row(read, article, ruled)
                some.append(row)
        if len(self.rows) < ROWS:
            self.rows.append(row or _row(read, article, ruled))

    def _date(self, published: str | None) -> None:
        if published is None:
            self.years[None] += 1
            return
        first, last = day_range(published)
        self.years[first // 10000] += 1
        self.days[published[:10]] += len(published) >= 10
        self.earliest = min(self.earliest, _written(first))
        self.latest = max(self.latest, _written(last))


def _written(day: int) -> str:
    return f"{day // 10000:04}-{day // 100 % 100:02}-{day % 100:02}"


def _reasons(
    read: Read, article: Article, ruled: Ruled, rules: Sequence[str], known: frozenset[str]
) -> Iterator[str]:
    said = read.reason or ""
    if rules and not ruled.matched:
        yield _UNMATCHED
    if article.published is None:
        future = "later than tomorrow" in said
        wrong = any(mark in said for mark in ("no readable date", "there is no day", "there is no month"))
        yield _FUTURE if future else _IMPOSSIBLE if wrong or "cannot be told apart" in said else _UNDATED
    if known and article.outlet and article.outlet not in known:
        yield _NEW
    if any(one.stated not in (None, one.value) for one in ruled.given):
        yield _OVERRULED


def _row(read: Read, article: Article, ruled: Ruled) -> PreviewRow:
    return PreviewRow(
        read.source,
        article.title,
        article.outlet,
        article.published,
        article.page,
        article.kind,
        article.author,
        ruled,
        read.reason,
    )


def _warnings(counts: _Counts, rules: Sequence[str], known: frozenset[str]) -> Iterator[str]:
    """What looks wrong, in whole sentences, the worst first."""
    number, of = counts.articles, f"of {counts.articles:,} articles"
    if number and rules and not counts.matched:
        yield f"No rule matches any {of}."
    elif rules and counts.matched < number:
        yield f"{number - counts.matched:,} {of} are matched by no rule."
    for name in rules:
        if counts.matched and not counts.by_rule[name]:
            yield f"The rule '{name}' matches nothing."
    for why, said in (
        (_FUTURE, "say a date later than tomorrow: they would be kept undated."),
        (_IMPOSSIBLE, "say what is no date: they would be kept undated."),
    ):
        if counts.why[why]:
            yield f"{counts.why[why]:,} {of} {said}"
    if counts.why[_UNDATED]:
        yield f"{counts.why[_UNDATED]:,} {of} would be undated: dated questions leave them out and say so."
    day, alike = counts.days.most_common(1)[0] if counts.days else ("", 0)
    if alike >= ALIKE and 2 * alike > number:
        yield f"{alike:,} {of} would have the same date, {day}. Is that when they were exported?"
    if counts.years[1970] and 10 * counts.years[1970] > number:
        yield f"{counts.years[1970]:,} {of} would be dated 1970, which is what computers write for no date."
    old = sum(many for year, many in counts.years.items() if year is not None and year < OLD)
    if old:
        yield f"{old:,} {of} would be dated before {OLD}."
    new = [name for name in counts.outlets if name is not None and name not in known]
    if known and len(new) > max(20, number // 5):
        yield f"{len(new):,} outlets would be new to the library. Is something else taken for an outlet?"
