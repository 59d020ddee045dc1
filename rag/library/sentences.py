"""Where the sentences of a news text begin and end, as exact code-point ranges.

The text is cut into paragraphs first: a heading or a bullet is its own, a hard-wrapped or a torn one is put
together. sentencex then finds the boundaries inside each paragraph (it takes "Gen. Lee", "No. 4", "J. R.
Smith" and most of the world's scripts right), and this file mends what it gets wrong on news. Quotation marks
are hidden from it, so a quotation of several sentences is cut like any other text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

import sentencex

Range = tuple[int, int]


def sentence_ranges(text: str, *, furniture: Sequence[Range] = ()) -> tuple[Range, ...]:
    """The sentences of `text`, in order, without surrounding white space; none touches `furniture`.

    Every character that is neither white space nor furniture is in exactly one range. Linear in the text.
    """
    found: list[Range] = []
    for start, end in own_text(len(text), furniture):
        for paragraph in _paragraphs(text, start, end):
            found.extend(_sentences(text, *paragraph))
    return tuple(found)


def own_text(length: int, furniture: Sequence[Range]) -> Iterator[Range]:
    """The ranges of a text of `length` code points that lie outside `furniture` (any order, may overlap)."""
    position = 0
    for start, end in sorted(furniture):
        if position < min(start, length):
            yield position, min(start, length)
        position = max(position, end)
    if position < length:
        yield position, length


# Paragraphs

_LINE = re.compile(r"[^\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+")
_LINE_BREAK = re.compile(r"\r\n|[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_BULLET = re.compile(r"[•‣◦▪●–—*·+-]\s|\(?\d{1,3}[.)]\s|\(?[a-z][.)]\s")
_CONTINUES = re.compile(
    r"[,;:!?)\]}”’]|\.(?!\.|\w)|[\"'»](?=\s*$|[,;:!?)]|\.(?!\.)|\s+[a-z])|['’]s\b",
)
_ADDRESS = re.compile(r"\S*(?:://|www\.|@)")
_ENDED_INSIDE = re.compile(r"[.!?][\"”’)]*\s")
_TERMINAL = ".!?…:;。！？।॥؟۔"
_CLOSERS = "\"'”’»)]}"
_WRAP_WIDTHS = range(40, 121)
_LONGEST_CHAIN = 12

# A sentence cannot stop after these, nor can a heading.
_NEVER_LAST = re.compile(r"(?:and|n?or|but|the|an|than|whose|because|its|their|our|your|my|every|although)$")
# A sentence cannot stop after these, though a heading may: "What we are made of".
_NOT_LAST = re.compile(
    r"(?:a|of|from|with|at|into|by|between|against|during|as|according|near|called|which|while)$"
)
# A sentence seldom stops after these.
_SELDOM_LAST = re.compile(
    r"(?:in|on|to|for|onto|about|after|before|under|over|that|who|when|where|is|are|was|were|ha[sd]|have|will|can|"
    r"[wc]ould|should|sa(?:id|ys)|told|like|this|these|those|his|her|been?|since|until|via|per|through)$"
)


def _paragraphs(text: str, start: int, end: int) -> Iterator[Range]:
    blocks = list(_unwrapped(text, _lines(text, start, end)))
    torn = _torn([_Edges(text, block) for block in blocks])
    first = 0
    for i, (_, block_end) in enumerate(blocks):
        if not torn[i]:
            yield blocks[first][0], block_end
            first = i + 1


def _lines(text: str, start: int, end: int) -> Iterator[Range]:
    for match in _LINE.finditer(text, start, end):
        if line := match[0].strip():
            begins = match.start() + len(match[0]) - len(match[0].lstrip())
            yield begins, begins + len(line)


def _unwrapped(text: str, lines: Iterator[Range]) -> Iterator[Range]:
    """Put the lines of a text that was wrapped at a fixed width together; in others each line is a paragraph.

    A text is wrapped if nearly every line inside a block is so full that the next word had no room.
    """
    ranges = list(lines)
    if not ranges:
        return
    lengths = sorted(end - start for start, end in ranges)
    width = lengths[int(0.95 * (len(lengths) - 1))]
    inner = [len(_LINE_BREAK.findall(text, a[1], b[0])) == 1 for a, b in pairwise(ranges)]
    full = [
        is_inner and _is_full(text, *pair, width)
        for is_inner, pair in zip(inner, pairwise(ranges), strict=True)
    ]
    wrapped = width in _WRAP_WIDTHS and sum(inner) >= 3 and sum(full) >= 0.75 * sum(inner)
    begin = ranges[0][0]
    for i, (a, b) in enumerate(pairwise(ranges)):
        if not (wrapped and full[i]) or _BULLET.match(text, b[0]):
            yield begin, a[1]
            begin = b[0]
    yield begin, ranges[-1][1]


def _is_full(text: str, line: Range, following: Range, width: int) -> bool:
    word = text[following[0] : min(following[1], following[0] + width)].split(None, 1)[0]
    return line[1] - line[0] + 1 + len(word) > width


class _Edges:
    """What the edges of a block tell about its being a part of a torn sentence."""

    __slots__ = ("bullet", "comma", "continues", "last_word", "lower", "prose", "short", "terminal", "words")

    def __init__(self, text: str, block: Range) -> None:
        start, end = block
        head, tail = text[start : min(end, start + 100)], text[max(start, end - 40) : end]
        bare, words = tail.rstrip(_CLOSERS + " "), head.split()
        self.terminal = not bare or bare[-1] in _TERMINAL
        self.bullet = bool(_BULLET.match(head))
        self.continues = bool(_CONTINUES.match(head))
        self.lower = words[0].islower() and head[0].isalpha() and not _ADDRESS.match(head)
        self.short = end - start <= 100
        self.comma = tail.endswith(",")
        self.last_word = bare.split()[-1] if bare else ""
        self.words = len(words)
        self.prose = not self.short or bool(_ENDED_INSIDE.search(head))


def _torn(blocks: Sequence[_Edges]) -> list[bool]:
    """For each block, whether its sentence goes on in the next, as in a copied page where a link tore it.

    Nothing is put together that a full stop does not end at last: so a list stays a list.
    """
    torn = [False] * len(blocks)
    first = 0
    while first < len(blocks):
        last = first
        while last + 1 < len(blocks) and _goes_on(*blocks[last : last + 3]):
            last += 1
        if blocks[last].terminal and last - first < _LONGEST_CHAIN:
            torn[first:last] = [True] * (last - first)
        first = last + 1
    return torn


def _goes_on(this: _Edges, following: _Edges, third: _Edges | None = None) -> bool:
    """Whether `this` is torn from the block after it; `third` decides where the two leave doubt."""
    if following.bullet:
        return False
    if following.continues:
        return True
    if this.terminal:
        return False
    if following.lower or _NEVER_LAST.match(this.last_word):
        return True
    unfinished = this.comma or bool(_NOT_LAST.match(this.last_word))
    if following.short and not following.terminal and third and (third.lower or third.continues):
        return unfinished or this.prose or this.words > 5 or bool(_SELDOM_LAST.match(this.last_word))
    return unfinished and (this.prose or (this.comma and this.words > 5))


# Sentences inside a paragraph

_SPACES = "\n\r\t\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0\u2028\u2029"
_OPENING = "“„‟‘‚"
_CLOSING = "\"'”’«»‹›"
_QUOTES = _OPENING + _CLOSING
_HIDDEN = str.maketrans(
    {
        **dict.fromkeys(_SPACES + _QUOTES.replace("'", "").replace("’", ""), " "),
        **dict.fromkeys(map(chr, range(0xD800, 0xE000)), "\ufffd"),
    }
)
_LONE_QUOTE = re.compile(r"['’](?:(?!\w)|(?<!\w['’]))")
_WINDOW = 60

_TITLE = re.compile(
    r"(?:^|\W)(?:Mr|Mrs|Ms|Mx|Mmes|Messrs|Dr|Prof|Rev|Fr|Hon|Gen|Col|Lt|Lieut|Maj|Capt|Cmdr|Adm|Sgt|Cpl|Pvt|Spc|"
    r"Brig|Sen|Rep|Gov|Pres|Amb|Atty|Dep|Asst|Supt|Insp|Det|Msgr|Sra|Srta|Ste|Ft|Mt|vs)\.$"
)
_NUMBERED = re.compile(
    r"(?:^|\W)(?:Nos?|pp?|[Vv]ols?|[Cc]h|[Cc]hap|[Aa]rt|[Ss]ec|[Ff]igs?|[Pp]aras?|Ex|Rm|[Aa]pt|[Tt]el|[Ee]xt|"
    r"[Ee]st|approx|ca?|Rs)\.$"
)
_HOUR = re.compile(r"\b[ap]\.m\.$", re.IGNORECASE)
_AFTER_HOUR = re.compile(
    r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|(?:Mon|Tues?|Wed|Thurs?|Fri|Sat|Sun)\.|"
    r"(?:Jan|Feb|Mar|Apr|Aug|Sept?|Oct|Nov|Dec)\.|(?:Eastern|Central|Mountain|Pacific|Greenwich)\b|"
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December) \d|"
    r"[A-Z]{1,3}T\b|UTC\b|BST\b|[Ll]ocal time)"
)
_EXCLAIMED = re.compile(r"[?!…][\"”’'»]$")
_SPEECH = re.compile(
    r"(?:[\w.’'-]+ ){1,4}?(?:said|says|asked|asks|added|told|wrote|writes|tweeted|posted|shouted|cried|"
    r"replied|answered|exclaimed|yelled|screamed|demanded|wondered|joked|recalled|warned)\b"
)
_LIST_NUMBER = re.compile(r"\(?(?:\d{1,3}|[A-Za-z])[.)]$")
_RUN_TOGETHER = re.compile(r"(?:^|\s)[^\s./@:]*[a-z\d)”’\"][.?!][”’\")]*$")
_PARENTHESIS_ENDS = re.compile(r"[.!?…][”\"’]?[)\]]\s+(?=[“\"(\[]?[A-Z])")


def _sentences(text: str, start: int, end: int) -> Iterator[Range]:
    """Cut one paragraph; `start` and `end` are at characters that are not white space."""
    begin, cuts = start, [*_cuts(text, start, end), end]
    for cut, following in pairwise(cuts):
        left = text[max(begin, cut - _WINDOW) : cut]
        right = text[cut : min(following, cut + _WINDOW)]
        numbered = begin == start and cut - begin <= _WINDOW and _LIST_NUMBER.match(left.rstrip())
        if not (numbered or _one_sentence(left, right)):
            yield begin, begin + len(text[begin:cut].rstrip())
            begin = cut
    yield begin, end


def _cuts(text: str, start: int, end: int) -> list[int]:
    """Where sentencex begins a new sentence, and where one in parentheses has ended."""
    paragraph = text[start:end]
    hidden = _LONE_QUOTE.sub(" ", paragraph).translate(_HIDDEN)
    boundaries = sentencex.get_sentence_boundaries("en", hidden)
    cuts = {_after_closing_quotes(paragraph, hidden, boundary["start_index"]) for boundary in boundaries[1:]}
    opened = {0, *cuts}
    for match in _PARENTHESIS_ENDS.finditer(paragraph):
        opening = max(paragraph.rfind(mark, max(0, match.start() - 1000), match.start()) for mark in "([")
        if opening in opened:
            cuts.add(match.end())
    return sorted(start + cut for cut in cuts if 0 < cut < len(paragraph))


def _after_closing_quotes(paragraph: str, hidden: str, boundary: int) -> int:
    """The start of the next sentence: opening quotation marks belong to it, closing ones to the last."""
    low = high = boundary
    while low > 0 and hidden[low - 1] == " ":
        low -= 1
    while high < len(hidden) and hidden[high] == " ":
        high += 1
    cut = low
    while cut < high and paragraph[cut] in _CLOSING:
        cut += 1
    while cut < high and paragraph[cut].isspace():
        cut += 1
    while cut + 1 < high and paragraph[cut] in _CLOSING and paragraph[cut + 1].isspace():
        cut += 2
    return cut


def _one_sentence(left: str, right: str) -> bool:
    """Whether `right` goes on with the sentence of `left`, whatever sentencex says."""
    ended = left.rstrip()
    bare = right.lstrip(_QUOTES + "([ ")
    if not any(map(str.isalnum, ended)) or not any(map(str.isalnum, right)):
        return True
    if ended[-1] in _QUOTES + "?!…" and bare.split(None, 1)[0].islower():
        return True
    touching = ended == left and ended[-1] in ".!?" + _QUOTES
    if touching and not (_RUN_TOGETHER.search(ended) and bare[:2].istitle()):
        return True
    word = ended.rsplit(None, 1)[-1]
    return bool(
        _TITLE.search(word)
        or (_NUMBERED.search(word) and bare[:1].isdigit())
        or (_HOUR.search(word) and _AFTER_HOUR.match(right))
        or (_EXCLAIMED.search(word) and _SPEECH.match(right))
    )
