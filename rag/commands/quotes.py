"""The command that lists quotations: dateline quotes."""

from __future__ import annotations

from typing import Annotated

import typer

from rag import table, terminal
from rag.commands.flags import (
    AgencyFlag,
    ArticleFlag,
    CollectionFlag,
    FromFlag,
    HomeFlag,
    JsonFlag,
    KindFlag,
    LanguageFlag,
    NotArticleFlag,
    NotOutletFlag,
    OutletFlag,
    ToFlag,
    UndatedFlag,
    scope_of,
)
from rag.commands.shelf import NOTHING, Opened, Print
from rag.jsonable import as_json
from rag.quotations import Quotations, Quote
from rag.terminal import err, harmless, out

WORDINGS = {"part": "a part of it", "longer": "more of it", "altered": "altered"}


def add(app: typer.Typer, opened: Opened, show: Print) -> None:
    """Put the command into the command line."""

    @app.command(
        epilog="Examples:  dateline quotes --speaker Engelund --about bridge    ·    "
        "dateline quotes --speaker Oster --newest-first --csv oster.csv"
    )
    def quotes(
        speaker: Annotated[str, typer.Option("--speaker", help="Words of the speaker's name.")] = "",
        about: Annotated[
            str,
            typer.Option("--about", help="Words of the quotation, the paragraphs around or the headline."),
        ] = "",
        newest_first: Annotated[bool, typer.Option("--newest-first", help="Default: oldest first.")] = False,
        limit: Annotated[int, typer.Option("-k", min=1, help="How many utterances; --csv has all.")] = 50,
        csv: Annotated[
            str | None, typer.Option("--csv", help="All of them into this file; - is stdout.")
        ] = None,
        from_: FromFlag = None,
        to: ToFlag = None,
        outlet: OutletFlag = None,
        not_outlet: NotOutletFlag = None,
        agency: AgencyFlag = None,
        collection: CollectionFlag = None,
        article: ArticleFlag = None,
        not_article: NotArticleFlag = None,
        kind: KindFlag = None,
        language: LanguageFlag = None,
        undated: UndatedFlag = False,
        home: HomeFlag = None,
        as_object: JsonFlag = False,
    ) -> None:
        """List what somebody said about something, oldest first: each quotation where it stands, variants together."""
        scope = scope_of(
            from_, to, outlet, not_outlet, agency, collection, article, not_article, kind, language, undated
        )
        with opened(home) as room, err.status("Looking ...") as shown:
            found = room.quotations(
                speaker,
                about,
                scope,
                newest_first=newest_first,
                limit=None if csv is not None else limit,
                progress=lambda now, of: shown.update(f"Article {now:,} of {of:,}"),
            )
        if csv is not None:
            table.write(csv, table.quotations_csv(found), "--csv")
        else:
            show(as_object, {"schema": 1, **as_json(found)}, lambda: _print(found))
        raise typer.Exit(0 if found.utterances else NOTHING)


def _print(found: Quotations) -> None:
    for utterance in found.utterances:
        first, *others = utterance.quotes
        out.print(f"“{harmless(' '.join(first.citation.quote.split()))}”", soft_wrap=True)
        _place(first)
        for one in others:
            said = WORDINGS.get(one.wording)
            if said is not None:
                words = harmless(" ".join(one.citation.quote.split()))
                out.print(f"    [yellow]{said}:[/yellow] “{words}”", soft_wrap=True)
            _place(one, "    ")
        out.print()
    out.print(f"[dim]{harmless(summary(found))}[/dim]", soft_wrap=True)
    for warning in found.warnings:
        err.print(f"[yellow]{harmless(warning)}[/yellow]", soft_wrap=True)


def _place(one: Quote, before: str = "") -> None:
    cited = one.citation
    credit = terminal.credit(cited.title, cited.outlet, cited.published)
    copies = f", and {len(one.copies)} copies" if one.copies else ""
    place = f"{harmless(cited.article_id)} {cited.start}-{cited.end}"
    out.print(f"{before}{harmless(one.said_by)} · [dim]{credit}{copies} · {place}[/dim]", soft_wrap=True)


def summary(found: Quotations) -> str:
    """As "12 quotations, 8 utterances; 87 articles searched"."""
    shown = f"; the first {len(found.utterances):,} shown" if len(found.utterances) < found.total else ""
    many = f"{found.quotations:,} quotations of {found.total:,} utterances{shown}"
    return f"{many}; {found.searched:,} articles searched, {found.seconds:.2f} s"
