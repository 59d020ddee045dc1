"""News agencies: how texts credit them, and their names.

A credit is found at an article's end (" REUTERS", "(AFP)", "- dpa", a line of its own), in its dateline
("GENEVA, Oct 12 (Reuters) -"), or as its byline. "Contributing: Reuters" credits a part, not the article.
`Article.agency` keeps the credit as it is written; `agency_name` makes REUTERS and Reuters one name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_NAMES = {
    "Reuters": ("reuters", "thomson reuters", "reuters news agency", "reuters news service"),
    "AP": ("ap", "associated press", "the associated press"),
    "AFP": ("afp", "agence france-presse", "agence france presse"),
    "dpa": ("dpa", "deutsche presse-agentur"),
    "PA Media": ("pa", "pa media", "press association", "the press association", "pa news agency"),
    "Bloomberg": ("bloomberg", "bloomberg news"),
    "Xinhua": ("xinhua", "xinhua news agency"),
    "TASS": ("tass", "itar-tass"),
    "Interfax": ("interfax",),
    "EFE": ("efe", "agencia efe"),
    "ANSA": ("ansa",),
    "Kyodo": ("kyodo", "kyodo news"),
    "Jiji": ("jiji", "jiji press"),
    "Yonhap": ("yonhap", "yonhap news agency"),
    "ANI": ("ani", "asian news international"),
    "PTI": ("pti", "press trust of india"),
    "IANS": ("ians",),
    "UPI": ("upi", "united press international"),
    "CP": ("cp", "the canadian press", "canadian press"),
    "AAP": ("aap", "australian associated press"),
    "Bernama": ("bernama",),
    "Antara": ("antara",),
    "Anadolu": ("anadolu", "anadolu agency", "aa"),
    "APA": ("apa",),
    "Belga": ("belga",),
    "ANP": ("anp",),
    "NTB": ("ntb",),
    "TT": ("tt",),
    "Ritzau": ("ritzau",),
    "MTI": ("mti",),
    "PAP": ("pap",),
    "SDA": ("sda", "keystone-sda"),
    "Lusa": ("lusa",),
    "STA": ("sta",),
    "SID": ("sid",),
    "epd": ("epd",),
    "KNA": ("kna",),
    "States Newsroom": ("states newsroom",),
    "Kaiser Health News": ("kaiser health news", "kff health news"),
}
_BY_NAME = {spelling: name for name, spellings in _NAMES.items() for spelling in spellings}
# In running text a name counts only as agencies and outlets write it: "AP", never "ap".
_AS_WRITTEN = "|".join(
    re.escape(spelling)
    for spelling in sorted(
        {
            written
            for name, spellings in _NAMES.items()
            for low in spellings
            for written in (name, name.upper(), *((low.title(), low.upper()) if len(low) > 5 else ()))
        },
        key=len,
        reverse=True,
    )
)
_BRACKETED = rf"[(\[]\s*(?P<bracketed>{_AS_WRITTEN}|[A-Z]{{2,8}})\s*[)\]]"
_CREDIT = rf"[-–—]{{0,2}}\s*(?:{_BRACKETED}|(?P<plain>{_AS_WRITTEN}))\.?"
_END = re.compile(rf"(?:[.!?][\"”’')]{{0,2}}\s+|\n\s*)(?P<credit>{_CREDIT})\Z")
_LINE = re.compile(rf"(?:by |source: |from )?(?P<name>{_AS_WRITTEN})(?: staff)?", re.I)
_SIGNED = re.compile(r"^\s*[-–—]{1,2}\s?[A-Z][\w.’' ,]{2,50}$", re.M)
_DATELINE = re.compile(
    r"(?P<place>[^()\n]{0,80}?)[\s,]*\((?P<name>[A-Z][\w.&’' /-]{1,40}|dpa|epd)\)\s*(?:[-–—]{1,3}|:)\s"
)
_PLACE = re.compile(r"(?:[A-Z][\w.’'/-]*|of|de|la|el|the|and|al-\w+|\d{1,2}|[\[\],/.-]|\s)*")
_CAPITALS = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True, slots=True)
class Credit:
    """An agency as a text names it, and where the whole credit stands."""

    name: str
    start: int
    end: int


def agency_name(credit: str) -> str:
    """An agency's one name ("REUTERS", "The Associated Press" -> "Reuters", "AP"); other names unchanged."""
    return _BY_NAME.get(" ".join(credit.split()).casefold(), credit)


def is_agency(name: str) -> bool:
    """Is this the name of a known agency?"""
    return " ".join(name.split()).casefold() in _BY_NAME


def end_credit(text: str) -> Credit | None:
    """The agency credited at the very end of `text`: after its last sentence, or as a line of its own.

    An unknown name counts only in brackets and capitals. Where several parts of a text are signed
    ("— J. Doe"), the last signature is no credit for the whole.
    """
    tail = max(0, len(text) - 120)
    match = _END.search(text, tail)
    if not match:
        return None
    if match["credit"][0] in "-–—" and len(_SIGNED.findall(text)) > 1:
        return None
    return Credit(match["bracketed"] or match["plain"], match.start("credit"), match.end("credit"))


def find_agency(
    text: str, furniture: Sequence[tuple[int, int]], *, outlet: str | None = None, author: str | None = None
) -> str | None:
    """The agency that a text credits, as it is written; None where it credits none, or its own outlet.

    `furniture` are the text's ranges of it, among them the closing credit.
    """
    opening = _opening_credit(text[:1500])
    names = (_closing_credit(text, furniture), opening, author if author and is_agency(author) else None)
    return next((name for name in names if name and not _own(name, outlet)), None)


def _own(name: str, outlet: str | None) -> bool:
    """Is a credit the outlet's own name, or a desk of it ("CNN Travel" at CNN)?"""
    ours = agency_name(outlet).casefold() if outlet else ""
    said = agency_name(name).casefold()
    return bool(ours) and (said == ours or said.startswith(ours + " "))


def _closing_credit(text: str, furniture: Sequence[tuple[int, int]]) -> str | None:
    end = len(text)
    for start, stop in reversed(furniture):
        if text[stop:end].strip():
            return None
        credit = re.fullmatch(_CREDIT, text[start:stop])
        if credit:
            return credit["bracketed"] or credit["plain"]
        end = start
    return None


def _opening_credit(opening: str) -> str | None:
    """The agency of a dateline or of a line of its own, within the first six lines."""
    for line in [stripped for line in opening.splitlines() if (stripped := line.strip())][:6]:
        alone = _LINE.fullmatch(line)
        if alone and not line.islower():
            return alone["name"]
        dateline = _DATELINE.match(line)
        if dateline and _is_dateline(dateline["place"], dateline["name"]):
            return dateline["name"].strip()
    return None


def _is_dateline(place: str, name: str) -> bool:
    if not _PLACE.fullmatch(place):
        return False
    return (
        not place.strip() or is_agency(name) or bool(_CAPITALS.search(place) or _CAPITALS.fullmatch(name[:3]))
    )
