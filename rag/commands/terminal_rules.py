"""What the command line prints of import rules and of what they would give."""

from __future__ import annotations

from collections.abc import Sequence

from rag.ruled import NAMED, Preview, PreviewRow, Rule
from rag.terminal import err, harmless, out

LISTED = 12  # years and outlets listed


def print_rules(rules: Sequence[Rule]) -> None:
    """The rules in their order."""
    if not rules:
        out.print(
            "No import rules yet. `dateline rules add NAME RULE` makes one; `dateline rules --help` shows how."
        )
    for number, rule in enumerate(rules, 1):
        marks = [] if rule.on else ["off"]
        marks += ["before what the file states"] if rule.override else []
        said = f"  [dim]{', '.join(marks)}[/dim]" if marks else ""
        out.print(
            f"{number}. [bold]{harmless(rule.name)}[/bold]  {harmless(rule.text)}{said}", soft_wrap=True
        )


def print_preview(preview: Preview) -> None:
    """Counts and warnings last, where a terminal shows them; before them the rows."""
    for row in preview.rows:
        _print_row(row)
    for sample in preview.samples:
        out.print(f"\n[bold]{sample.total:,}: {harmless(sample.why)}[/bold]")
        for row in sample.rows:
            _print_row(row)
    out.print(
        f"\n{preview.articles:,} articles: {preview.matched:,} matched by a rule, {preview.unmatched:,} not, "
        f"{preview.undated:,} undated; {preview.failed:,} files cannot be read, {preview.skipped:,} are no articles."
    )
    if preview.earliest and preview.latest:
        out.print(f"Dates: {preview.earliest} to {preview.latest}")
    years = [f"{'undated' if year is None else year} {number:,}" for year, number in preview.years]
    out.print(f"By year: {_first(years) or 'none'}")
    outlets = [
        f"{harmless(name) if name else 'not stated'} {number:,}{' (new)' if new else ''}"
        for name, number, new in preview.outlets
    ]
    out.print(f"By outlet: {_first(outlets) or 'none'}")
    for name, number in preview.rules:
        out.print(f"Rule {harmless(name)}: {number:,} matched")
    for warning in preview.warnings:
        err.print(f"[yellow]{harmless(warning)}[/yellow]", soft_wrap=True)


def _first(parts: Sequence[str]) -> str:
    more = f", and {len(parts) - LISTED:,} more" if len(parts) > LISTED else ""
    return ", ".join(parts[:LISTED]) + more


def _print_row(row: PreviewRow) -> None:
    out.print(f"{harmless(row.source)}  [dim]{harmless(row.title)}[/dim]", soft_wrap=True)
    said = f"    {harmless(row.outlet or 'outlet not stated')} · {harmless(row.published or 'undated')}"
    said += f" · page {harmless(row.page)}" if row.page else ""
    said += "".join(f" · {harmless(one)}" for one in (row.kind, row.author) if one)
    out.print(said, soft_wrap=True)
    for given in row.ruled.given:
        name = NAMED.get(given.field, given.field)
        if given.stated not in (None, given.value):
            holds = "the rule holds" if given.used else "the file holds"
            said = f"the file states {given.stated}, rule {given.rule} says {given.value}: {holds}"
            out.print(f"    [dim]{name}: {harmless(said)}[/dim]", soft_wrap=True)
    if row.remark:
        out.print(f"    [yellow]{harmless(row.remark)}[/yellow]", soft_wrap=True)
