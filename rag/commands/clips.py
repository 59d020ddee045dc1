"""The commands about clips: dateline clips [add | remove]. They are the command line's own; a page has others."""

from __future__ import annotations

from typing import Annotated

import typer

from rag import clip_sheet, credits, terminal
from rag.commands.flags import HomeFlag, JsonFlag
from rag.commands.shelf import NOTHING, PARTLY, Opened, Print
from rag.errors import UsageError
from rag.jsonable import as_json
from rag.kept import COMMAND_LINE, Clip
from rag.marks import taken_away
from rag.newsroom import Newsroom
from rag.table import write
from rag.types import Answer, Citation


def add(app: typer.Typer, opened: Opened, show: Print) -> None:
    """Put the commands into the command line."""
    clips = typer.Typer(invoke_without_command=True, no_args_is_help=False)
    app.add_typer(clips, name="clips")

    @clips.callback(epilog="Example:  dateline clips --md clips.md")
    def listed(
        context: typer.Context,
        csv: Annotated[
            str | None, typer.Option("--csv", metavar="FILE|-", help="All of them, as CSV.")
        ] = None,
        md: Annotated[
            str | None, typer.Option("--md", metavar="FILE|-", help="All of them, as Markdown.")
        ] = None,
        home: HomeFlag = None,
        as_object: JsonFlag = False,
    ) -> None:
        """List the sentences and passages put aside here, with their sources; or write them into a file."""
        if context.invoked_subcommand is not None:
            return
        with opened(home) as room:
            found = room.clips(COMMAND_LINE)
        if csv:
            write(csv, clip_sheet.as_csv(found), "--csv")
        if md:
            write(md, clip_sheet.as_markdown(found), "--md")
        if "-" not in (csv, md):
            show(as_object, {"schema": 1, "clips": as_json(found)}, lambda: _print(found))
        raise typer.Exit(0 if found else NOTHING)

    @clips.command(
        name="add", epilog="Examples:  dateline clips add ANSWER 1    ·    dateline clips add ARTICLE 0-120"
    )
    def added(
        what: Annotated[str, typer.Argument(metavar="ANSWER|ARTICLE", help="The id of one or the other.")],
        which: Annotated[
            str,
            typer.Argument(metavar="NUMBER|START-END", help="Its sentence or passage; the article's words."),
        ],
        note: Annotated[str, typer.Option("--note", help="A note to it.")] = "",
        home: HomeFlag = None,
        as_object: JsonFlag = False,
    ) -> None:
        """Put a sentence of a kept answer aside, or words of an article (code points, as `search` prints them)."""
        with opened(home) as room:
            clip = _of_answer(room, what, int(which)) if which.isdigit() else _of_article(room, what, which)
            if note:
                room.note(COMMAND_LINE, clip.id, note)
        show(
            as_object, {"schema": 1, **as_json(clip)}, lambda: terminal.out.print(terminal.harmless(clip.id))
        )

    @clips.command(name="remove", epilog="Example:  dateline clips remove 3f0c9a52c1d24f6c8d7e5b9a0c1d2e3f")
    def removed(
        clip_ids: Annotated[list[str], typer.Argument(metavar="ID…", help="As `dateline clips` lists them.")],
        home: HomeFlag = None,
        as_object: JsonFlag = False,
    ) -> None:
        """Take clips out."""
        with opened(home) as room:
            gone = {one.id for one in room.unclip(COMMAND_LINE, clip_ids)}
        missing = [one for one in clip_ids if one not in gone]
        said = {"schema": 1, "removed": len(gone), "not_found": missing}
        show(as_object, said, lambda: terminal.out.print(f"{len(gone):,} taken out."))
        raise typer.Exit(PARTLY if missing else 0)


def _of_answer(room: Newsroom, answer_id: str, number: int) -> Clip:
    answer = room.kept(answer_id, COMMAND_LINE).answer
    about = {"question": answer.asked_as, "answer_id": answer.id}
    texts = answer.sentences or answer.citations
    if not 1 <= number <= len(texts):
        raise UsageError(f"{number}", f"the answer has {len(texts)} to choose from", "Count them from 1.")
    chosen = texts[number - 1]
    if isinstance(chosen, Citation):
        return room.clip(COMMAND_LINE, [chosen], mark="verbatim", **about)
    return room.clip(
        COMMAND_LINE, _cited(answer, chosen.citations), text=chosen.text, mark=taken_away(chosen), **about
    )


def _cited(answer: Answer, numbers: tuple[int, ...]) -> list[Citation]:
    return [one for one in answer.citations if one.number in numbers]


def _of_article(room: Newsroom, article_id: str, span: str) -> Clip:
    first, _, last = span.partition("-")
    if not (first.isdigit() and last.isdigit()):
        raise UsageError(f"“{span}”", "it is neither a number nor a span", "Write 1, or 0-120.")
    start, end, article = int(first), int(last), room.article(article_id)
    if not start < end <= len(article.text):
        raise UsageError(
            f"The span {span}", f"the article has {len(article.text):,} characters", "Begin before its end."
        )
    quote = article.text[start:end]
    about = (article.title, article.outlet, article.agency, article.kind, article.published, article.url)
    cited = Citation(1, article.id, article.version, *about, article.page, start, end, quote)
    return room.clip(COMMAND_LINE, [cited], mark="verbatim")


def _print(clips: tuple[Clip, ...]) -> None:
    out, harmless = terminal.out, terminal.harmless
    for one in clips:
        mark = f"  [dim]{harmless(f'[{one.mark}]')}[/dim]" if one.mark else ""
        out.print(f"{harmless(one.said)}{mark}", soft_wrap=True)
        for at, cited in enumerate(one.citations):
            since = f" ({one.since[at]})" if one.since[at] else ""
            out.print(f"   [dim]— {harmless(credits.of(cited) + since)}[/dim]", soft_wrap=True)
        if one.note:
            out.print(f"   Note: {harmless(one.note)}", soft_wrap=True)
        out.print(f"   [dim]{harmless(one.id)}[/dim]\n")
    out.print(f"[dim]{len(clips):,} clips[/dim]")
