"""A search as reporters write it, read into a tree: "exact phrase", AND OR NOT, NEAR/n, word*, title: byline: outlet:

    "exact phrase"      these words in this order; case, accents and punctuation do not matter, word endings do
    AND  OR  NOT  ( )   in capitals; words side by side mean AND; -word is NOT word
    NEAR/5              at most five words on, in either order
    flood*              any word that begins so
    title:  byline:  outlet:   in the headline, the author's line, the outlet's name; title:"two words", outlet:(a OR b)

NOT binds first, then NEAR, AND, OR. What cannot be read as syntax is taken as words: no text is an error. A text with
no syntax in it is no query but plain words (`Reading.tree` is None).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from rag.library.words import analyzed
from rag.retrieval.tree import (
    OPERATORS,
    And,
    Field,
    Near,
    Not,
    Or,
    Part,
    Phrase,
    Tree,
    Word,
    field_of,
    nearable,
    said,
)

DEEPEST = 20  # brackets within brackets, and NEAR after NEAR
FEWEST = 2  # letters before a *
WIDEST = 100  # words of a NEAR


@dataclass(frozen=True, slots=True)
class Reading:
    """How a text was read: the tree, or None for plain words; `said` where that is worth saying."""

    tree: Tree | None
    said: str | None


@dataclass(frozen=True, slots=True)
class _Token:
    kind: Literal["word", "quote", "open", "close", "and", "or", "not", "near", "field"]
    text: str
    number: int = 0


_TOKEN = re.compile(
    r"(?P<field>(?:title|byline|outlet):(?=[^\s)]))|(?P<quote>\"[^\"]*\")|(?P<open>\()|(?P<close>\))"
    r"|(?P<word>[^\s()\"]+)|(?P<stray>\")",
    re.IGNORECASE,
)
_FIELD = re.compile(r"(title|byline|outlet):(.*)", re.IGNORECASE)
_NEAR = re.compile(r"NEAR/(\d{1,4})")
_QUOTES = str.maketrans("“”„‟«»", '""""""')
_JOINED = re.compile(r"(?:[A-Z]\.){2,}|[^\W_]+(?:(?:[-'’.,/&+@_‐‑–]|(?<=\d):(?=\d))+[^\W_]+)*")
_ENDS = ".,;:!?'’"
_STARTS = ("word", "quote", "open", "not", "field")
_BINARY = ("and", "or", "near")


def read(text: str) -> Reading:
    """Read a search. Never raises."""
    tokens, stray = _tokens(text.translate(_QUOTES))
    tokens, unpaired = _paired(tokens)
    settled, dangling = _settled(tokens)
    syntax = any(one.kind not in ("word", "open", "close") or _begins(one.text) for one in settled)
    tree = _Parser(settled).tree() if syntax else None
    if tree is not None:
        return Reading(tree, said(tree))
    if not (stray or unpaired or dangling or syntax):
        return Reading(None, None)
    words = " ".join(one for token in tokens for one in _JOINED.findall(token.text))
    return Reading(None, f"the words: {words}" if words else "no words")


def _begins(text: str) -> bool:
    """Whether a word is one of those with a * at the end that can be read."""
    stem, star, rest = text.rstrip(_ENDS).partition("*")
    folded = analyzed(stem)[0] if star and not rest and _JOINED.fullmatch(stem) else []
    return bool(folded) and len(folded[-1]) >= FEWEST


def _tokens(text: str) -> tuple[list[_Token], bool]:
    """The tokens of a text, and whether some of it was not syntax though it looks like it."""
    found: list[_Token] = []
    stray, glued = False, 0  # how many of the last tokens belong to what follows at once
    for match in _TOKEN.finditer(text):
        before = len(found)
        fresh = match.start() == 0 or text[match.start() - 1] in " \t\n("
        goes_on = text[match.end() : match.end() + 1] in ('"', "(")
        stray |= _take(found, match, fresh, goes_on)
        if glued and len(found) == before:
            del found[-glued:]
            stray, glued = True, 0
        else:
            new = found[before:]
            open_ended = bool(new) and new[-1].kind in ("field", "not") and new[-1].text not in OPERATORS
            glued = (glued if match.lastgroup == "field" else 0) + len(new) if open_ended else 0
    return found, stray


def _take(found: list[_Token], match: re.Match[str], fresh: bool, goes_on: bool) -> bool:
    """Add what one match says; True where some of it looks like syntax and is not."""
    kind, text = match.lastgroup, match[0]
    near = _NEAR.fullmatch(text)
    if kind == "stray" or (kind == "quote" and not analyzed(text)[0]):
        return True
    if text in OPERATORS:
        found.append(_Token(text.lower(), text))  # type: ignore[arg-type]
    elif near is not None and 1 <= int(near[1]) <= WIDEST:
        found.append(_Token("near", text, int(near[1])))
    elif kind == "word":
        return _word(found, text, fresh and text.startswith("-"), goes_on) or near is not None
    elif kind == "field":
        found.append(_Token("field", text.lower()[:-1]))
    else:
        found.append(_Token(kind, text))  # type: ignore[arg-type]
    return False


def _word(found: list[_Token], text: str, minus: bool, goes_on: bool) -> bool:
    """Add what a run of characters says; `goes_on`: a quotation mark or bracket follows it at once."""
    before = len(found)
    if minus:
        text = text[1:]
        found.append(_Token("not", "-"))
        field = _FIELD.fullmatch(text)
        if field is not None:
            found.append(_Token("field", field[1].lower()))
            text = field[2]
        if not text and goes_on:
            return False
    if _begins(text):
        found.append(_Token("word", text.rstrip(_ENDS)))
        return False
    words = [one for one in _JOINED.findall(text) if analyzed(one)[0]]
    found += [_Token("word", one) for one in words]
    if not words:
        del found[before:]
    return "*" in text or not words or _FIELD.fullmatch(text) is not None


def _paired(tokens: Sequence[_Token]) -> tuple[list[_Token], bool]:
    """Without the brackets that have no partner, hold nothing, or lie too deep."""
    partner: dict[int, int] = {}
    waiting: list[int] = []
    for at, token in enumerate(tokens):
        if token.kind == "open":
            waiting.append(at)
        elif token.kind == "close" and waiting:
            begin = waiting.pop()
            holds = any(one.kind not in ("open", "close", "field") for one in tokens[begin + 1 : at])
            if holds and len(waiting) < DEEPEST:
                partner[begin], partner[at] = at, begin
    kept: list[_Token] = []
    for at, token in enumerate(tokens):
        if token.kind not in ("open", "close") or at in partner:
            kept.append(token)
            continue
        while token.kind == "open" and kept and (kept[-1].kind == "field" or kept[-1].text == "-"):
            kept.pop()
    return kept, len(kept) < len(tokens)


def _settled(tokens: Sequence[_Token]) -> tuple[list[_Token], bool]:
    """Operators that have nothing to join are words."""
    found = list(tokens)
    follows: str = "end"
    for at in range(len(found) - 1, -1, -1):
        token = found[at]
        bare = token.kind == "field" and follows not in ("word", "quote", "open")
        if bare or (token.kind in ("not", *_BINARY) and follows not in _STARTS):
            found[at] = _Token("word", token.text)
        follows = found[at].kind
    before = "begin"
    for at, token in enumerate(found):
        if token.kind in _BINARY and before not in ("word", "quote", "close"):
            found[at] = _Token("word", token.text)
        before = found[at].kind
    words = [one for one in found if one.kind != "word" or analyzed(one.text)[0]]
    return words, [one.kind for one in words] != [one.kind for one in tokens]


class _Parser:
    """Reads settled tokens: every operator has its operands, every bracket its partner."""

    def __init__(self, tokens: Sequence[_Token]) -> None:
        self._tokens, self._at, self._field = list(tokens), 0, None

    def tree(self) -> Tree | None:
        return self._any() if self._tokens else None

    _field: Field | None

    def _next(self, *kinds: str) -> _Token | None:
        """The next token if it is one of these; it is taken."""
        if self._at < len(self._tokens) and self._tokens[self._at].kind in kinds:
            self._at += 1
            return self._tokens[self._at - 1]
        return None

    def _any(self) -> Tree:
        parts = [self._all()]
        while self._next("or"):
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _all(self) -> Tree:
        parts = [self._close()]
        while self._at < len(self._tokens) and self._tokens[self._at].kind not in ("or", "close"):
            self._next("and")
            parts.append(self._close())
        flat = tuple(one for part in parts for one in (part.parts if isinstance(part, And) else (part,)))
        return parts[0] if len(parts) == 1 else And(flat)

    def _close(self) -> Tree:
        """Operands of NEAR; what cannot be near anything is joined by AND."""
        left, apart, deep = self._one(), list[Tree](), 0
        while (token := self._next("near")) is not None:
            right = self._one()
            deep += 1
            if deep < DEEPEST and nearable(left) and nearable(right) and field_of(left) == field_of(right):
                left = Near(token.number, left, right)
            else:
                apart.append(left)
                left = right
        return And((*apart, left)) if apart else left

    def _one(self) -> Tree:
        negated = False
        while self._next("not"):
            negated = not negated
        tree = self._operand()
        return Not(tree) if negated else tree

    def _operand(self) -> Tree:
        field = self._next("field")
        if field is not None:
            outer, self._field = self._field, field.text  # type: ignore[assignment]
            tree = self._operand()
            self._field = outer
            return tree
        if self._next("open"):
            tree = self._any()
            self._next("close")
            return tree
        token = self._tokens[self._at]
        self._at += 1
        return self._leaf(token)

    def _leaf(self, token: _Token) -> Tree:
        if token.kind == "quote":
            return Phrase(_parts(token.text), self._field)
        begins = _begins(token.text)
        folded, stems = analyzed(token.text)
        if len(folded) > 1 or begins or self._field in ("byline", "outlet"):
            parts = tuple(Part(word) for word in folded)
            last = replace(parts[-1], begins=begins)
            return Phrase((*parts[:-1], last), self._field)
        return Word(token.text, stems[0], self._field)


def _parts(quoted: str) -> tuple[Part, ...]:
    """The words between quotation marks; one with a * at its end may go on."""
    found: list[Part] = []
    for piece in quoted.strip('"').split():
        begins = _begins(piece)
        folded = analyzed(piece)[0]
        found += [Part(word, begins and at == len(folded) - 1) for at, word in enumerate(folded)]
    return tuple(found)
