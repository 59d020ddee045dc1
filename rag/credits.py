"""How a cited text is credited where it is copied to: outlet, date with its year, headline, page, and what has become
of it since."""

from __future__ import annotations

from rag.types import ArticleStatus, Citation, Kind

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# Whoever reads a copy has to know that it rests on one of these.
TELLING: dict[Kind, str] = {
    "opinion": "opinion",
    "letter": "letter",
    "press_release": "press release",
    "sponsored": "sponsored",
}
SINCE: dict[ArticleStatus | None, str] = {
    "superseded": "replaced by a newer version since",
    "withdrawn": "withdrawn or removed since",
    None: "removed since",
}
ERASED = "erased since"


def credit(
    outlet: str | None, published: str | None, title: str | None, kind: Kind | None, page: str | None
) -> str:
    """As "The Gazette, 12 Nov 2026, “Bridge shut”, opinion, page 3"; what is not stated is said so."""
    parts = [outlet or "outlet not stated", day(published), f"“{title}”" if title else "no headline"]
    parts += [TELLING[kind]] if kind in TELLING else []
    return " ".join(", ".join([*parts, *([f"page {page}"] if page else [])]).split())


def of(cited: Citation) -> str:
    """The credit of a citation."""
    return credit(cited.outlet, cited.published, cited.title, cited.kind, cited.page)


def day(published: str | None) -> str:
    """As "12 Nov 2026", "Nov 2026", "2026", "undated"; what is none of these as it was written."""
    year, *rest = (published or "").split("T")[0].split("-")
    try:
        numbers = [int(one) for one in rest]
        return (
            " ".join([*map(str, numbers[1:2]), *(MONTHS[number - 1] for number in numbers[:1]), year])
            or "undated"
        )
    except (ValueError, IndexError):
        return str(published)
