"""Import rules on the Library page: the rules, and what they would give the files that were dropped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

import streamlit as st

from rag.errors import DatelineError
from rag.ruled import NAMED, Preview, PreviewRow, Rule
from ui import room, shelf, shelving, words
from ui.adding import Upload

HELD = "files_held"
LISTED = 12  # years and outlets listed
HELP = (
    "path: {outlet}/{date:YYYY-MM-DD}_p{page}_*  takes outlet, date and page from folder and name.\n"
    "name: {date:YYYYMMDD}_*  looks at the file's name alone.\n"
    "line 3: {outlet}, {date:D Month YYYY}, page {page}  reads the third line; line: any of the first 20.\n"
    "path: wire/** => outlet=The Gazette; kind=report  says what is always so.\n"
    "Fields: date, year, month, day, outlet, agency, byline, page, section, kind, language. "
    "A date's form: YYYY, YY, MM, M, Month, DD, D. * is anything but a slash, ** any folders. "
    "The first rule that gives a field decides."
)


def rules() -> None:
    """The library's rules: on, off, first, removed; and a new one."""
    kept = room.opened().rules()
    on = sum(rule.on for rule in kept)
    with st.expander(f"Import rules: {on:,} in use" if kept else "Import rules: none yet"):
        if not kept:
            st.text(
                "A rule takes the date, the outlet or the page from a file's path, its name or a line of it."
            )
        for number, rule in enumerate(kept):
            _rule(number, rule)
        with st.form("rule", border=False, clear_on_submit=False):
            st.text_input("Name of the rule", key="rule_name", autocomplete="off")
            st.text_input(
                "The rule",
                key="rule_text",
                autocomplete="off",
                placeholder="path: {outlet}/{date:YYYY-MM-DD}_p{page}_*",
            )
            st.checkbox("It goes before what the file itself states", key="rule_override")
            st.form_submit_button("Keep the rule", on_click=_keep)
        st.text(HELP)


def _rule(number: int, rule: Rule) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key=f"actions-rule-{number}"):
        st.text(f"{rule.name}: {rule.text}" + (" (before what the file states)" if rule.override else ""))
        said, name = "Leave out" if rule.on else "Use", words.plain(rule.name)
        st.button(f"{said} {name}", key=f"rule_on_{number}", on_click=_switch, args=(rule,))
        if number:
            st.button(f"{name} first", key=f"rule_first_{number}", on_click=_first, args=(rule,))
        st.button(f"Remove {name}", key=f"rule_drop_{number}", on_click=_drop, args=(rule,))


def _keep() -> None:
    held = st.session_state
    rule = Rule(held["rule_name"] or held["rule_text"][:40], held["rule_text"], bool(held["rule_override"]))
    try:
        room.opened().keep_rule(rule)
    except DatelineError as error:
        shelving.tell(str(error))
        return
    shelving.tell("")
    for key in ("rule_name", "rule_text"):
        held[key] = ""


def _switch(rule: Rule) -> None:
    _do(lambda: room.opened().switch_rule(rule.name, not rule.on))


def _first(rule: Rule) -> None:
    _do(lambda: room.opened().first_rule(rule.name))


def _drop(rule: Rule) -> None:
    _do(lambda: room.opened().drop_rule(rule.name))


def _do(act: Callable[[], None]) -> None:
    try:
        act()
    except DatelineError as error:
        shelving.tell(str(error))


def preview(uploads: Sequence[Upload]) -> None:
    """What would be stored of these files with the rules as they are: made anew where the rules change."""
    newsroom = room.opened()
    asked = (tuple(name for name, _ in uploads), newsroom.rules(), newsroom.sequence)
    seen: tuple[object, Preview] | None = st.session_state.get("files_seen")
    if seen is None or seen[0] != asked:
        with st.spinner("Reading the files; nothing is stored"):
            seen = st.session_state["files_seen"] = (asked, newsroom.preview_uploads(uploads))
    found = seen[1]
    st.text(
        f"{words.count(found.articles, 'article')}: {found.matched:,} matched by a rule, {found.unmatched:,} not, "
        f"{found.undated:,} undated; {words.count(found.failed, 'file')} cannot be read."
    )
    if found.warnings:
        st.html("".join(f'<p class="heed">{escape(warning)}</p>' for warning in found.warnings))
    st.html(_counts(found) + _table(found.rows, "The first of them"))
    for sample in found.samples:
        with st.expander(words.plain(f"{sample.total:,}: {sample.why}")):
            st.html(_table(sample.rows, sample.why))


def _counts(found: Preview) -> str:
    years = [(str(year) if year else "undated", number) for year, number in found.years]
    outlets = [
        (f"{name or shelf.NOT_STATED}{' (new)' if new else ''}", number)
        for name, number, new in found.outlets
    ]
    days = f"<p>Dates: {escape(found.earliest)} to {escape(found.latest or '')}</p>" if found.earliest else ""
    return days + _numbers("By year", years) + _numbers("By outlet", outlets)


def _numbers(label: str, counted: Sequence[tuple[str, int]]) -> str:
    rows = "".join(
        f"<tr><td>{escape(name)}</td><td>{number:,}</td></tr>" for name, number in counted[:LISTED]
    )
    more = len(counted) - LISTED
    rest = f"<tr><td>{more:,} more</td><td></td></tr>" if more > 0 else ""
    head = f"<tr><th>{label}</th><th>Articles</th></tr>"
    return f'<table class="items seen few"><thead>{head}</thead><tbody>{rows}{rest}</tbody></table>'


def _table(rows: Sequence[PreviewRow], label: str) -> str:
    head = "".join(
        f"<th>{one}</th>" for one in ("File", "Headline", "Outlet", "Date", "Page", "Kind", "Worth knowing")
    )
    said = "".join(_row(row) for row in rows)
    return (
        f'<div class="wide" role="region" aria-label="{escape(label)}" tabindex="0"><table class="items seen rows">'
        f"<thead><tr>{head}</tr></thead><tbody>{said}</tbody></table></div>"
    )


def _row(row: PreviewRow) -> str:
    notes = [row.remark] if row.remark else []
    for given in row.ruled.given:
        if given.stated not in (None, given.value):
            holds = "the rule holds" if given.used else "the file holds"
            name = NAMED.get(given.field, given.field)
            notes.append(f"{name}: the file states {given.stated}, {given.rule} says {given.value}; {holds}")
    cells = (
        row.source,
        row.title or "Untitled",
        row.outlet or shelf.NOT_STATED,
        row.published or "undated",
        row.page or "",
        row.kind or "",
        "; ".join(notes),
    )
    return "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"
