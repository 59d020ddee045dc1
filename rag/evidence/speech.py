"""Every quotation of an article with whose it is, by the article's own words; "not named" where they leave it open.

The clause that the quotation stands in decides: `"…," said Ann Lee`, `Ann Lee told reporters: "…"`. "He said", and
words that stand alone, are given to somebody only where the paragraph, or those before it, can mean one person.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.evidence.persons import ABBREVIATED, ROLES, VERBS, Mention, Persons
from rag.evidence.quote_marks import Quoted, paragraphs, quoted

RULES = "q1"  # what is found: where that changes, this does, and what was kept is found again
FEWEST = 3  # words of a quotation that is no whole utterance: fewer are set apart, not said
BACK = 2  # paragraphs that are looked back for the one who can be meant
TITLE = 8  # words that a title has at most: all but the small ones with a capital
LONGEST = 160  # characters of a clause that is kept
_WORD = re.compile(r"[^\W_]+(?:[’'-][^\W_]+)*")
_PRONOUNS = frozenset("he she they".split())
_OTHERS = frozenset("i we you it that this which".split())
_ENDED = re.compile(r"[.!?…]")
_PART = re.compile(
    r"\b(?:to|of|for|from|with|by|about|against|near|in|at|on)\s+(?:[a-z]+\s+)?(?:[A-Z][a-z]*\.?\s+)?$"
)
_OFFICE = re.compile(
    r"\b(?:secretary|minister|attorney|director|head|chief) (?:of|for) (?:the )?(?:[A-Z]\w+ )?$", re.I
)
_ACCORDING = re.compile(r"according to\s+")
_MARKS = "“”„«»\"‘’' \n\t"


@dataclass(frozen=True, slots=True)
class Said:
    """A quotation: `text[start:end]`. `speaker`: the fullest name that the article has for them, None: not named.
    `phrase`: whom the clause names instead, in its words ("a guard"). `clause`: where that clause stands."""

    start: int
    end: int
    speaker: str | None
    phrase: str | None = None
    clause: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class _Clause:
    """A clause of saying beside a quotation: its range, its subject, and the pronoun that it is, if it is one."""

    start: int
    end: int
    subject: tuple[int, int]
    pronoun: str | None


def spoken(text: str, furniture: Sequence[tuple[int, int]] = ()) -> tuple[Said, ...]:
    """The quotations of an article, in order; what belongs to the page (`furniture`) is left out."""
    parts = paragraphs(text)
    marked = [
        one
        for one in quoted(text, parts)
        if not any(start < one.end and one.start < end for start, end in furniture)
    ]
    return tuple(_Reader(text, parts, marked).read()) if marked else ()


class _Reader:
    def __init__(self, text: str, parts: Sequence[tuple[int, int]], marked: Sequence[Quoted]) -> None:
        self._text, self._parts, self._marked = text, parts, marked
        self._persons = Persons(text, [(one.opens, one.closes) for one in marked])

    def read(self) -> list[Said]:
        found: list[Said] = []
        kept: list[Said] = []
        for at, one in enumerate(self._marked):
            said = self._said(one, self._marked[at - 1] if at else None, found[-1] if found else None)
            found.append(said)
            if self._is_said(one, said):
                kept.append(said)
        return kept

    def _is_said(self, one: Quoted, said: Said) -> bool:
        """Whether somebody said it: not the title of something, nor a word or two set apart."""
        words = _WORD.findall(self._text, said.start, said.end)
        whole = self._text[said.end - 1] in ".!?…"
        telling = [word for word in words if len(word) > 3]
        if not whole and telling and all(word[0].isupper() for word in telling) and len(words) <= TITLE:
            return len(words) == 1 and said.speaker is not None and self._text[one.closes - 2] == ","
        follows = said.clause is not None and said.clause[0] >= one.closes
        return len(words) >= FEWEST or (said.speaker is not None and (whole or follows))

    def _said(self, one: Quoted, before: Quoted | None, last: Said | None) -> Said:
        begin = self._parts[self._part(one.opens)][0]
        same = (before is not None and last is not None and before.opens >= begin) or False
        if same and before and last and last.clause and before.closes <= last.clause[0]:
            between = self._text[last.clause[1] : one.opens].strip(" ,.;:—–\n")
            if not between:  # "…," said Ann Lee. "…"
                return Said(one.start, one.end, last.speaker, last.phrase, last.clause)
        clause = self._after(one) or self._before(
            one, max(begin, before.closes if same and before else begin)
        )
        if clause is not None:
            return self._by(one, clause, begin)
        if self._utters(one):
            return Said(one.start, one.end, self._looked_back(one.opens, begin, None))
        return Said(one.start, one.end, None)

    def _by(self, one: Quoted, clause: _Clause, begin: int) -> Said:
        where = (clause.start, min(clause.end, clause.start + LONGEST))
        if clause.pronoun is not None:
            named = self._looked_back(min(one.opens, clause.start), begin, clause.pronoun)
            return Said(one.start, one.end, named, None, where)
        named = self._subject(clause)
        phrase = _phrase(self._text, clause) if named is None else None
        return Said(one.start, one.end, named, phrase, where)

    def _subject(self, clause: _Clause) -> str | None:
        """The person in a subject: one that surely is; of several the one nearest to the verb."""
        inside = [one for one in self._persons.within(*clause.subject) if self._heads(clause, one)]
        named = [(self._persons.name(one), one) for one in inside]
        sure = [(name, one) for name, one in named if name is not None]
        if not sure:
            return None
        after = clause.subject[0] >= clause.start and clause.subject[1] >= clause.end
        return sure[0][0] if after else sure[-1][0]

    def _heads(self, clause: _Clause, one: Mention) -> bool:
        """Whether a name is who speaks, and not part of who does: "an aide to Ann Lee", "Lee spokesman Tom Bounds"."""
        before = _OFFICE.sub("", self._text[clause.subject[0] : one.start])
        after = _WORD.match(self._text, one.end + 1)
        belongs = after is not None and after[0].lower() in ROLES and self._text[one.end] == " "
        return not (
            _PART.search(before) or (belongs and len(self._persons.within(one.end, clause.subject[1])))
        )

    def _looked_back(self, at: int, begin: int, pronoun: str | None) -> str | None:
        """The one person who can be meant, in the paragraph up to `at`, else in those before it."""
        name, anyone = self._persons.only(begin, at, pronoun)
        part = self._part(begin)
        while not anyone and part > 0 and self._part(begin) - part < BACK:
            part -= 1
            name, anyone = self._persons.only(*self._parts[part], pronoun)
        return name

    def _part(self, at: int) -> int:
        return max(place for place, (start, _) in enumerate(self._parts) if start <= at)

    def _utters(self, one: Quoted) -> bool:
        """Whether a quotation is whole by itself: it begins a sentence and ends one."""
        before = self._text[: one.opens].rstrip(" ")
        begins = not before or before[-1] in '.!?…\n:”"' or before[-1:] == ""
        inside = self._text[one.end - 1] in ".!?…"
        return begins and (inside or self._text[one.closes : one.closes + 1] in (".", "!", "?", "", "\n"))

    def _after(self, one: Quoted) -> _Clause | None:
        """`said Ann Lee`, `she told reporters` after the quotation, in its sentence."""
        text = self._text
        if text[one.closes - 2] not in ",?!—–-" and text[one.closes : one.closes + 1] != ",":
            return None
        stop = self._stop(one.closes, forward=True)
        begin = one.closes + len(text[one.closes : stop]) - len(text[one.closes : stop].lstrip(" ,\n"))
        words = list(_WORD.finditer(text, begin, stop))
        if not words or text[one.closes : begin].strip(" ,\n"):
            return None
        if words[0][0].lower() in VERBS:
            end = self._clause_end(words[0].end(), stop)
            subject = (words[0].end(), end)
            return _Clause(begin, stop, subject, _pronoun(text[slice(*subject)]))
        if according := _ACCORDING.match(text, begin):
            subject = (according.end(), self._clause_end(according.end(), stop))
            return _Clause(begin, stop, subject, _pronoun(text[slice(*subject)]))
        verb = next((word for word in words[:24] if word[0].lower() in VERBS), None)
        pronoun = words[0][0].lower()
        if pronoun in _PRONOUNS and len(words) > 1:
            return _Clause(begin, stop, (begin, words[0].end()), pronoun)
        if verb is None or pronoun in _OTHERS:
            return None
        return _Clause(begin, stop, (begin, verb.start()), _pronoun(text[begin : verb.start()]))

    def _before(self, one: Quoted, begin: int) -> _Clause | None:
        """`Ann Lee told reporters:`, `the court called it` before the quotation, in its sentence."""
        text = self._text
        start = max(begin, self._stop(one.opens, forward=False, limit=begin))
        lead = text[start : one.opens]
        if not lead.strip(_MARKS) or _ENDED.search(lead.rstrip()[-1:]):
            return None
        words = list(_WORD.finditer(text, start, one.opens))
        verbs = [word for word in words if word[0].lower() in VERBS]
        if not verbs:
            whole = (start, one.opens)
            return (
                _Clause(*whole, whole, None)
                if lead.rstrip().endswith(":") and self._persons.within(*whole)
                else None
            )
        subject = (start, verbs[-1].start())
        first = next((word[0].lower() for word in words), "")
        if len(verbs) == 1 or not self._persons.within(*subject):
            subject = (self._conjoined(start, verbs[-1].start()), verbs[-1].start())
        nearest = text[slice(*subject)].strip(" ,\n")
        pronoun = _pronoun(nearest) or (
            first if first in _PRONOUNS and not self._persons.within(*subject) else None
        )
        ends = _WORD.findall(nearest)[-1:]
        if ends and ends[0].lower() in _PRONOUNS:
            pronoun = ends[0].lower()  # "last month, when she promised:"
        if not ends or _OTHERS & {ends[0].lower(), _WORD.findall(nearest)[0].lower()}:
            return None
        return _Clause(start, one.opens, subject, pronoun)

    def _conjoined(self, start: int, end: int) -> int:
        """Where the last of clauses begins that "and" or "but" joins, if it has a subject of its own."""
        for match in reversed(list(re.finditer(r"(?:, |; | )(?:and|but|while) ", self._text[start:end]))):
            if self._persons.within(start + match.end(), end):
                return start + match.end()
        return start

    def _clause_end(self, begin: int, stop: int) -> int:
        match = re.compile(r"[;:(—–]|, (?:and|but|as|when|while)\b").search(self._text, begin, stop)
        return match.start() if match else stop

    def _stop(self, at: int, *, forward: bool, limit: int = 0) -> int:
        """Where the sentence ends that goes on at `at`, or begins: at a full stop, a mark, or with its paragraph."""
        text = self._text
        if forward:
            end = self._parts[self._part(at - 1)][1]
            for match in re.compile(r"[.!?…](?=[\s”\")]|$)|[“«„]|\"(?=\S)").finditer(text, at, end):
                if match[0] != "." or not _abbreviated(text, match.start()):
                    return match.start()
            return end
        begin = limit
        for match in re.compile(r"[.!?…][”\")]?\s+").finditer(text, limit, at):
            if text[match.start()] != "." or not _abbreviated(text, match.start()):
                begin = match.end()
        return begin


def _phrase(text: str, clause: _Clause) -> str | None:
    """Who speaks, as the clause says it: "a guard", "the court", where it says so shortly, just before its verb or
    just after it."""
    whole = " ".join(text[slice(*clause.subject)].split())
    subject = whole.strip(" ,")
    first = re.split(r",|\bwho\b|\bthat\b", subject)[0].strip()
    leads = bool(first.split()) and first.split()[0].lower() in _THE and len(first.split()) <= PHRASE
    last = _LAST.search(subject) if clause.subject[0] == clause.start else None
    apposed = "," not in subject or whole.endswith(",")
    if last is not None and not (leads and apposed):
        return last[1]
    return first if leads else None


_THE = frozenset("a an the his her their its our one another some".split())
_LAST = re.compile(
    r"(?:^|\s)((?:a|an|the|his|her|their|its|our|one)(?: (?!(?:a|an|the|what)\b)[\w’'-]+){1,5}?)"
    r"(?: (?:had|has|have|was))?$",
    re.I,
)
PHRASE = 8  # words of it


def _pronoun(subject: str) -> str | None:
    words = _WORD.findall(subject)
    return words[0].lower() if words and len(words) <= 2 and words[0].lower() in _PRONOUNS else None


def _abbreviated(text: str, at: int) -> bool:
    """Whether a full stop belongs to a word: "Mr.", "a.m.", "J."."""
    word = re.search(r"[\w.]*$", text[max(0, at - 12) : at])
    said = word[0].lower() if word else ""
    return said in ABBREVIATED or (len(said) == 1 and said.isalpha())
