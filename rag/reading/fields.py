"""A record's fields to an `Article`, with a remark for each that could not be used.

The article record is that of docs/contracts.md: id, title, text*, outlet, agency, author, url, published, updated,
kind, section, page, language, collections, supersedes. Unknown fields are ignored.

A kill is an article that takes another back: its `pubstatus` is canceled, or its title or text begins with
"KILL:" or "STORY WITHDRAWN". It gets the status withdrawn, since it is no answer to anything; `supersedes` goes on
naming the story it kills, for the catalog to withdraw.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import get_args

from rag.errors import ReadingError
from rag.reading.agencies import find_agency
from rag.reading.copied import Range, furniture
from rag.reading.dates import read_date
from rag.reading.decoding import clean
from rag.reading.identity import canonical_url, derived_id
from rag.types import Article, ArticleStatus, Kind

_LONGEST = 1000  # characters of a title or any other field but the text

_KINDS = frozenset(get_args(Kind))
_LABELS: dict[str, Kind] = {
    "news report": "report",
    "reportage": "report",
    "reportagenewsarticle": "report",
    "analyses": "analysis",
    "analysisnewsarticle": "analysis",
    "news analysis": "analysis",
    "opinions": "opinion",
    "op ed": "opinion",
    "oped": "opinion",
    "comment": "opinion",
    "commentary": "opinion",
    "editorial": "opinion",
    "editorials": "opinion",
    "leader": "opinion",
    "leaders": "opinion",
    "column": "opinion",
    "columnists": "opinion",
    "opinionnewsarticle": "opinion",
    "letters": "letter",
    "letters to the editor": "letter",
    "letter to the editor": "letter",
    "readers letters": "letter",
    "press releases": "press_release",
    "news release": "press_release",
    "advertorial": "sponsored",
    "sponsored content": "sponsored",
    "paid content": "sponsored",
    "paid post": "sponsored",
    "partner content": "sponsored",
    "advertisement": "sponsored",
    "advertisercontentarticle": "sponsored",
    "live blog": "live",
    "liveblog": "live",
    "live updates": "live",
    "liveblogposting": "live",
    "corrections": "correction",
    "corrections and clarifications": "correction",
    "obituaries": "obituary",
    "obits": "obituary",
}
# What a headline may say of its piece. "Live" and "report" are too often part of it.
_TITLE_LABEL = re.compile(
    r"(opinion|analysis|editorial|commentary|letters?(?: to the editor)?|press release|sponsored(?: content)?"
    r"|advertorial|live updates|live blog|correction|obituary)\s*[:|]\s",
    re.I,
)
_KILL = re.compile(
    r"\s*(?:BC-\S+\s+)?(?:MANDATORY )?(?:KILL\s*[:–—-]|KILL\s*$|STORY WITHDRAWN\b|WITHDRAWN\s*:)", re.M
)
_CANCELED = frozenset(("canceled", "cancelled", "withheld", "withdrawn", "killed"))


@dataclass(frozen=True, slots=True)
class Built:
    """An article, whether the record itself carried its id, and what could not be used of it."""

    article: Article
    given_id: bool
    remarks: tuple[str, ...]


def build(
    fields: Mapping[str, object],
    *,
    fallback_id: str | None,
    today: date,
    more_furniture: tuple[Range, ...] = (),
) -> Built:
    """The article of a record. Without an id or address it gets `fallback_id`, and without that one from its text.

    `more_furniture` are ranges of the text, in order, that the caller knows to be furniture ("the title's line").

    Raises:
        ReadingError: the record has no text; the fault says what it has.
    """
    text = _text(fields)
    remarks: list[str] = []
    words = {name: _words(fields, name, remarks) for name in _WORD_FIELDS}
    words["url"] = _address(words["url"], remarks)
    published = _date(fields, "published", today, remarks)
    updated = _date(fields, "updated", today, remarks)
    ranges = _joined(furniture(text), more_furniture)
    given, derived = words["id"], canonical_url(words["url"]) if words["url"] else None
    agency = words["agency"] or find_agency(text, ranges, outlet=words["outlet"], author=words["author"])
    article = Article(
        id=given or (derived_id(derived) if derived else fallback_id or derived_id(text)),
        text=text,
        title=words["title"],
        outlet=words["outlet"],
        agency=agency,
        author=words["author"],
        url=words["url"],
        published=published,
        updated=updated,
        kind=_kind(fields.get("kind"), words["section"], words["title"], remarks),
        section=words["section"],
        page=words["page"],
        language=_language(words["language"]),
        collections=_collections(fields.get("collections")),
        supersedes=words["supersedes"],
        furniture=ranges,
        status=_status(fields, words["title"], text),
    )
    return Built(article, given is not None, tuple(remarks))


def kind_of(label: str) -> Kind | None:
    """The kind that a word of metadata, a section or a label states; None where it states none."""
    name = " ".join(re.findall(r"\w+", label.lower().replace("_", " ").replace("'", "").replace("’", "")))
    exact = name.replace(" ", "_")
    return exact if exact in _KINDS else _LABELS.get(name)  # type: ignore[return-value]


_WORD_FIELDS = (
    "id",
    "title",
    "outlet",
    "agency",
    "author",
    "url",
    "section",
    "page",
    "language",
    "supersedes",
)


def _text(fields: Mapping[str, object]) -> str:
    if "text" not in fields:
        has = ", ".join(f"'{str(name)[:30]}'" for name in list(fields)[:12]) or "nothing"
        raise ReadingError("", f"no field 'text' (it has {has})", "Name the article's words text.")
    text = fields["text"]
    if not isinstance(text, str | None):
        fault = f"its text is not words but {type(text).__name__}"
        raise ReadingError("", fault, "Write the text as one string.")
    text = clean(text or "")
    if not text.strip():
        raise ReadingError("", "there is no text in it")
    return text


def _words(fields: Mapping[str, object], name: str, remarks: list[str]) -> str | None:
    """A field as one line of words; None for what is empty. Lists are joined, {"name": …} is its name."""
    value = _named(fields.get(name))
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, list):
        value = ", ".join(str(part) for part in map(_named, value) if isinstance(part, (str, int)))
    if not isinstance(value, (str, int, float)):
        remarks.append(f"'{name}' is no text: left out")
        return None
    said = " ".join(clean(str(value)).split())
    if len(said) > _LONGEST:
        remarks.append(f"'{name}' has {len(said)} characters: cut to {_LONGEST}")
        said = said[:_LONGEST].rstrip()
    return said or None


def _named(value: object) -> object:
    return value.get("name") if isinstance(value, dict) else value


def _address(url: str | None, remarks: list[str]) -> str | None:
    """An address that a reader may follow; anything but http and https is left out."""
    if url and re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", url) and not re.match(r"https?://[^/]", url, re.I):
        remarks.append(f"'{url[:60]}' is no web address: left out")
        return None
    return url


def _date(fields: Mapping[str, object], name: str, today: date, remarks: list[str]) -> str | None:
    found, why = read_date(fields.get(name), today=today)
    if why:
        remarks.append(why if name == "published" else why.replace(": kept undated", f": '{name}' left out"))
    return found


def _kind(stated: object, section: str | None, title: str | None, remarks: list[str]) -> Kind | None:
    """As the record states it; else as its section or a label in its headline does. Never guessed from tone."""
    if isinstance(stated, str) and stated.strip():
        kind = kind_of(stated)
        if kind is None:
            remarks.append(f"unknown kind '{stated.strip()[:40]}': kept as not stated")
        return kind
    label = _TITLE_LABEL.match(title) if title else None
    return (kind_of(section) if section else None) or (kind_of(label[1]) if label else None)


def _language(said: str | None) -> str | None:
    """The language alone: "en" of "en-GB" and "en_US"."""
    match = re.fullmatch(r"([A-Za-z]{2,3})(?:[-_].*)?", said) if said else None
    return match[1].lower() if match else said


def _collections(value: object) -> tuple[str, ...]:
    """From a list, or from words parted by | or comma."""
    parts = re.split(r"[|,]", value) if isinstance(value, str) else value if isinstance(value, list) else []
    names = (" ".join(clean(str(part)).split()) for part in parts if isinstance(part, (str, int)))
    return tuple(dict.fromkeys(name[:_LONGEST] for name in names if name))


def _status(fields: Mapping[str, object], title: str | None, text: str) -> ArticleStatus:
    said = {str(fields.get(name) or "").strip().lower() for name in ("pubstatus", "status")}
    killed = _KILL.match(text[:200]) or (title and _KILL.match(title))
    return "withdrawn" if killed or said & _CANCELED else "usable"


def _joined(ranges: tuple[Range, ...], more: tuple[Range, ...]) -> tuple[Range, ...]:
    """Both, in order; what lies inside another is left out."""
    joined: list[Range] = []
    for start, end in sorted({*ranges, *more}):
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)
