"""Packing an article's sentences into passages that the embedder reads whole.

What is embedded is the article's header line and the passage's text, with the two special tokens: together
never more than the embedder's limit, so nothing is cut off unseen. A passage is always `text[start:end]`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rag.library.sentences import own_text, sentence_ranges
from rag.types import Article, Passage

Range = tuple[int, int]
CountTokens = Callable[[Sequence[str]], list[int]]

PASSAGE_RULES = "p2"
"""Part of the index's fingerprint: changed whenever the same article would be packed otherwise."""

SPECIAL_TOKENS = 2
HEADER_TOKENS = 64
CHARACTERS_PER_TOKEN = 12
"""No token stands for more: a word that the tokenizer calls unknown costs by its length."""

CHARACTERS_ESTIMATED = 3.6
"""Of news, to one of MiniLM's word pieces."""

_WORD = re.compile(r"\S+")
_CLAUSE_ENDS = ',;:–—)]”’"'


@dataclass(frozen=True, slots=True)
class _Unit:
    """A sentence, or a piece of an overlong one. `cost` bounds its tokens from above.

    A piece that begins inside a word is `apart`: joined with the one before it might have more tokens.
    """

    start: int
    end: int
    cost: int
    apart: bool = False


def header(article: Article, *, limit: int, count_tokens: CountTokens) -> str:
    """The line that an embedder reads above each passage: title · outlet · date.

    At most 64 tokens, and at most a quarter of `limit`: the title is cut after a word, or where it must be
    after a character. "" where the article has none of the three.
    """
    line = _header_line(article, None)
    most = min(HEADER_TOKENS, limit // 4)
    if not line or count_tokens([line])[0] <= most:
        return line
    return _cut_header(article, most, count_tokens)


def split(article: Article, *, limit: int, count_tokens: CountTokens) -> tuple[Passage, ...]:
    """The article's passages: whole sentences, as many as fit, the last of one again the first of the next.

    Each passage is filled before the next begins; the last two share evenly, so that none is a mere remainder.
    A sentence longer than a passage is cut after a clause or a word. No passage reaches over furniture; every
    character of the article's own text that is not white space is in one. Calls `count_tokens` once, again for a
    long header or sentence.

    Args:
        limit: tokens that the embedder reads, header and special tokens included; at least 16.
        count_tokens: tokens of each text, special tokens not counted.
    """
    if limit < 16:
        raise ValueError(f"a passage needs room for 16 tokens, not {limit}")
    text = article.text
    runs = _runs(article)
    spans = [span for run in runs for span in _with_gaps(run)]
    counts = count_tokens([_header_line(article, None), *(text[start:end] for start, end in spans)])
    most = min(HEADER_TOKENS, limit // 4)
    if counts[0] > most:
        counts[0] = count_tokens([_cut_header(article, most, count_tokens)])[0]
    room = limit - counts[0] - SPECIAL_TOKENS

    tokens = iter(counts[1:])
    packed: list[list[_Unit]] = []
    for run in runs:
        units: list[_Unit] = []
        for start, end in run:
            whole = _Unit(start, end, _cost(next(tokens), end - start))
            units.extend([whole] if whole.cost <= room else _pieces(text, whole, room, count_tokens))
        packed.extend(_packed(units, room))
    return tuple(
        Passage(
            article_id=article.id,
            version=article.version,
            position=position,
            start=units[0].start,
            end=units[-1].end,
            sentences=tuple((unit.start, unit.end) for unit in units),
        )
        for position, units in enumerate(packed)
    )


def estimate_tokens(texts: Sequence[str]) -> list[int]:
    """About as many word pieces as MiniLM makes of news, where its tokenizer is not there."""
    return [math.ceil(len(text) / CHARACTERS_ESTIMATED) for text in texts]


# The header


def _header_line(article: Article, title_characters: int | None) -> str:
    """The whole line, or with no more of the title than its first characters."""
    title = _one_line(article.title)[:title_characters].rstrip()
    return " · ".join(
        part for part in (title, _one_line(article.outlet), (article.published or "")[:10]) if part
    )


def _one_line(text: str | None) -> str:
    return " ".join((text or "").split())


def _cut_header(article: Article, most: int, count_tokens: CountTokens) -> str:
    """The longest header of at most `most` tokens, the title cut after a word if that leaves any of it."""
    title = _one_line(article.title)
    after_words = [0, *(match.end() for match in _WORD.finditer(title))]
    for cuts in (after_words, range(len(title) + 1)):
        low, high = 0, len(cuts) - 1
        while low < high:
            middle = (low + high + 1) // 2
            fits = count_tokens([_header_line(article, cuts[middle])])[0] <= most
            low, high = (middle, high) if fits else (low, middle - 1)
        if cuts[low]:
            return _header_line(article, cuts[low])
    line = _header_line(article, 0)
    while line and count_tokens([line])[0] > most:
        line = line[: len(line) // 2].rstrip()
    return line


# Sentences into units, units into passages


def _runs(article: Article) -> list[list[Range]]:
    """The sentences between one piece of furniture and the next."""
    sentences = sentence_ranges(article.text, furniture=article.furniture)
    ends = (end for _, end in own_text(len(article.text), article.furniture))
    runs: list[list[Range]] = []
    run_end = -1
    for start, end in sentences:
        if end > run_end:
            run_end = next(this for this in ends if end <= this)
            runs.append([])
        runs[-1].append((start, end))
    return runs


def _with_gaps(run: Sequence[Range]) -> Iterator[Range]:
    """Each sentence with the white space before it, which some tokenizers count."""
    yield run[0]
    for (_, before), (_, end) in pairwise(run):
        yield before, end


def _cost(tokens: int, characters: int) -> int:
    return max(tokens, -(-characters // CHARACTERS_PER_TOKEN))


def _pieces(text: str, sentence: _Unit, room: int, count_tokens: CountTokens) -> Iterator[_Unit]:
    """Cut an overlong sentence into pieces of at most `room`, of like size, after a clause where one ends."""
    words = _short_words(text, sentence, room, count_tokens)
    total = sum(word.cost for word in words)
    size = -(-total // -(-total // room))
    first, filled = 0, 0
    for i, word in enumerate(words):
        full = filled + word.cost > room or word.apart
        ended = filled >= 0.6 * size and text[words[i - 1].end - 1] in _CLAUSE_ENDS
        if filled and (full or filled >= size or ended):
            yield _Unit(words[first].start, words[i - 1].end, filled, words[first].apart)
            first, filled = i, 0
        filled += word.cost
    yield _Unit(words[first].start, words[-1].end, filled, words[first].apart)


def _short_words(text: str, sentence: _Unit, room: int, count_tokens: CountTokens) -> list[_Unit]:
    """The words of a sentence, any that alone is more than `room` halved until it is not."""
    ranges = [
        (match.start(), match.end(), False) for match in _WORD.finditer(text, sentence.start, sentence.end)
    ]
    done: list[_Unit] = []
    while ranges:
        counts = count_tokens([text[start:end] for start, end, _ in ranges])
        halves = []
        for (start, end, apart), tokens in zip(ranges, counts, strict=True):
            cost = _cost(tokens, end - start)
            if cost > room and end - start > 1:
                middle = (start + end) // 2
                halves += [(start, middle, apart), (middle, end, True)]
            else:
                done.append(_Unit(start, end, min(cost, room), apart))
        ranges = halves
    return sorted(done, key=lambda unit: unit.start)


def _packed(units: Sequence[_Unit], room: int) -> list[list[_Unit]]:
    """Passages of at most `room`, each full but the last two, which are as even as can be."""
    packed = _filled(units, room)
    if len(packed) < 2:
        return packed
    *full, last_but_one, last = packed
    repeated = last[0] is last_but_one[-1]
    return [*full, *_evened([*last_but_one, *last[repeated:]], room)]


def _evened(units: Sequence[_Unit], room: int) -> list[list[_Unit]]:
    """The fewest passages of at most `room`, as even as that number allows."""
    packed = _filled(units, room)
    low, high = max((unit.cost for unit in units), default=0), room
    while low < high:
        middle = (low + high) // 2
        tried = _filled(units, middle)
        if len(tried) <= len(packed):
            packed, high = tried, middle
        else:
            low = middle + 1
    return packed


def _filled(units: Sequence[_Unit], room: int) -> list[list[_Unit]]:
    """Fill passages to `room` in order. The last unit begins the next one too, unless it is half of it."""
    packed: list[list[_Unit]] = []
    passage: list[_Unit] = []
    filled = 0
    for unit in units:
        if passage and (unit.apart or filled + unit.cost > room):
            packed.append(passage)
            last = passage[-1]
            repeated = not unit.apart and last.cost <= room // 2 and last.cost + unit.cost <= room
            passage = [last] if repeated else []
            filled = last.cost if repeated else 0
        passage.append(unit)
        filled += unit.cost
    return [*packed, passage] if passage else packed
