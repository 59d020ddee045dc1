"""Two people of one name among what was found, told apart by their ages: said, so that they are not merged."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from rag.reading.dates import day_range
from rag.types import Article

YEARS = 2  # by which a stated age may be off
UNDATED = 15  # years apart from which two ages without a date are two people's
# As "Jon Tarrant, 61, the engineer" and "Jon Tarrant (61)"; of "In August, 84, ..." and of tables nothing.
_AGED = re.compile(
    r"(?<![.,] )\b([A-Z][\w’'-]+(?: [A-Z][\w’'-]+){1,2})(?:, (\d\d), (?=[a-z])| \((\d\d)\)(?= [a-z]))"
)
_NO_NAME = re.compile(
    r"(?:In|On|At|The|Since|By|New|North|South|East|West) |.*(?:January|February|March|April|June|July|August|September"
    r"|October|November|December|Committee|Party|Council)\b"
)
_SOURCE = "outlet not stated"


@dataclass(frozen=True, slots=True)
class Aged:
    """A name with an age as an article states it."""

    name: str
    age: int
    article: Article


def namesakes(articles: Iterable[Article], said: Sequence[str]) -> tuple[str, ...]:
    """A note for each name of `said` that two of the articles give with ages that cannot be one person's.

    Args:
        said: the question, and the sentences of its answer; a last name in the question is enough.
    """
    aged: dict[str, list[Aged]] = {}
    for one in (each for article in articles for each in _aged(article)):
        aged.setdefault(one.name, []).append(one)
    found = []
    for name, some in aged.items():
        if not any(re.search(rf"\b{re.escape(name.split()[-1])}\b", text) for text in said):
            continue
        for one, other in combinations(some, 2):
            if _two(one, other):
                found.append(_note(one, other))
                break
    return tuple(found)


def _aged(article: Article) -> Iterator[Aged]:
    for match in _AGED.finditer(article.text):
        if not _NO_NAME.match(match[1]):
            yield Aged(match[1], int(match[2] or match[3]), article)


def _two(one: Aged, other: Aged) -> bool:
    """Whether the ages are of two people, the years between the articles counted."""
    if not (one.article.published and other.article.published):
        return abs(one.age - other.age) >= UNDATED
    years = (day_range(each.article.published or "")[0] // 10_000 for each in (one, other))
    between = next(years) - next(years)
    return abs((one.age - other.age) - between) > YEARS


def _note(one: Aged, other: Aged) -> str:
    each = (f"{side.age} in {side.article.outlet or _SOURCE}" for side in (one, other))
    return f"There may be two people of the name {one.name}: {' and '.join(each)}."
