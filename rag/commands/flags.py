"""The flags that commands share, and what they say: scopes, days, orders. Each fault names the flag."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, get_args

import typer

from rag.errors import UsageError
from rag.types import Kind, Reading, Scope, Sort

HomeFlag = Annotated[
    Path | None, typer.Option("--home", help="The library's folder. Default: DATELINE_HOME, else .dateline.")
]
JsonFlag = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")]
FromFlag = Annotated[str | None, typer.Option("--from", help="First day of publication, YYYY-MM-DD.")]
ToFlag = Annotated[str | None, typer.Option("--to", help="Last day of publication, YYYY-MM-DD.")]
OutletFlag = Annotated[list[str] | None, typer.Option("--outlet", help="Only this outlet. May be repeated.")]
NotOutletFlag = Annotated[
    list[str] | None, typer.Option("--not-outlet", help="Not this outlet. May be repeated.")
]
AgencyFlag = Annotated[
    list[str] | None, typer.Option("--agency", help="Only what credits this agency. May be repeated.")
]
NotReadFlag = Annotated[
    list[str] | None,
    typer.Option("--not-read", help="Do not read this out of the question: from, to or outlet."),
]
CollectionFlag = Annotated[list[str] | None, typer.Option("--collection", help="Only this collection.")]
ArticleFlag = Annotated[list[str] | None, typer.Option("--article", help="Only this article, by id.")]
NotArticleFlag = Annotated[list[str] | None, typer.Option("--not-article", help="Not this article, by id.")]
KindFlag = Annotated[
    list[str] | None, typer.Option("--kind", help="report, analysis, opinion, letter, press_release, ...")
]
LanguageFlag = Annotated[str | None, typer.Option("--language", help="Only this language, as stated (en).")]
UndatedFlag = Annotated[bool, typer.Option("--undated", help="Keep undated articles in a dated scope.")]
TodayFlag = Annotated[
    str | None, typer.Option("--today", help='Count "last week" from this day; later articles are out.')
]


def scope_of(
    from_: str | None,
    to: str | None,
    outlet: list[str] | None,
    not_outlet: list[str] | None,
    agency: list[str] | None,
    collection: list[str] | None,
    article: list[str] | None,
    not_article: list[str] | None,
    kind: list[str] | None,
    language: str | None,
    undated: bool,
) -> Scope:
    """The scope that the flags say. Raises: UsageError."""
    first, last = day_of(from_, "--from"), day_of(to, "--to")
    if first and last and first > last:
        raise UsageError("--from", f"{first} is after --to {last}", "Swap them.")
    known(kind or (), get_args(Kind), "--kind")
    return Scope(
        from_=first.isoformat() if first else None,
        to=last.isoformat() if last else None,
        outlets=tuple(outlet or ()),
        not_outlets=tuple(not_outlet or ()),
        agencies=tuple(agency or ()),
        collections=tuple(collection or ()),
        articles=tuple(article or ()),
        not_articles=tuple(not_article or ()),
        kinds=tuple(kind or ()),  # type: ignore[arg-type]
        language=language,
        undated=undated,
    )


def readings(said: list[str] | None) -> frozenset[Reading]:
    """What is not to be read from a question. Raises: UsageError."""
    known(said or (), get_args(Reading), "--not-read")
    return frozenset(said or ())  # type: ignore[arg-type]  # checked above


def order(said: str | None) -> Sort | None:
    """An order by its name. Raises: UsageError."""
    known((said,) if said is not None else (), get_args(Sort), "--sort")
    return said  # type: ignore[return-value]


def known(said: Iterable[str], choices: Sequence[str], flag: str) -> None:
    """Refuse what is none of a flag's choices. Raises: UsageError."""
    for one in said:
        if one not in choices:
            raise UsageError(flag, f"there is no {one!r}", f"Choose from: {', '.join(choices)}.")


def day_of(said: str | None, flag: str) -> date | None:
    """A day as YYYY-MM-DD. Raises: UsageError."""
    if said is None:
        return None
    try:
        return date.fromisoformat(said)
    except ValueError as error:
        raise UsageError(
            flag, f"{said!r} is not a day", "Write it as YYYY-MM-DD, like 2026-11-12."
        ) from error
