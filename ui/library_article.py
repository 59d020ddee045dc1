"""An article of the library, opened: its text to read, its versions and what changed, its copies, its passages."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from html import escape

import streamlit as st

from rag import links, newsroom
from rag.errors import NoSuchArticle
from rag.state import Comparison, Edition, Shelved
from rag.types import Article
from ui import (
    article_pane,
    clipping,
    dates,
    draw,
    erasing,
    frame,
    mending,
    recorded,
    room,
    shelf,
    shelving,
    view,
    words,
)
from ui.cut import paragraphs

NAMES = {"title": "Headline", "url": "Address"}
SIGNS = {"removed": ("−", "del", "removed"), "added": ("+", "ins", "added")}


def page(article_id: str, close: Callable[[], None]) -> None:
    """Draw an article by its id; `close` leads back to the list."""
    opened = room.opened()
    st.button("← All articles", key="library_close", type="tertiary", on_click=close)
    try:
        shelved = opened.shelved(article_id)
        version = _version(st.query_params.get("version"))
        article = opened.article(article_id, version)
    except NoSuchArticle:
        st.text(
            f"There is no article “{article_id}” in the library. It may have been known under another id."
        )
        return
    editions = opened.editions(article_id)
    left, right = st.columns([7, 4], gap="large")
    with right, st.container(key="about"):
        shows = _about(shelved, article, editions)
    with left:
        if newsroom.SAMPLE in shelved.collections:
            st.html(f'<p class="invented">{frame.SAMPLE_LABEL}</p>')
        if shows == "Changes":
            _changes(editions, article)
        else:
            _text(shelved, article, marked=shows == "Passages")


def _version(said: str | None) -> int | None:
    return int(said) if said and said.isdigit() and len(said) < 9 else None


def _text(shelved: Shelved, article: Article, *, marked: bool) -> None:
    """The article as the pane draws one anywhere: what is selected in it, or a passage, is copied and clipped there."""
    key = f"article-{shelved.article_id}@{article.version}-{marked}"
    if article.status == "withdrawn":
        _taken_back(article)
        return
    passages = room.opened().passages(article) if marked else ()
    whole = frozenset(st.session_state.get("article_whole", ()))
    pane = article_pane.of_article(article, passages, room.today(), key=key, whole=whole)
    pane["label"] = frame.SAMPLE_LABEL if newsroom.SAMPLE in shelved.collections else None
    clipping.dress(pane, article_pane.drafts(article, passages))
    draw.pane(pane, heard={view.WHOLE: _whole, **clipping.heard()}, key="article_pane")


def _taken_back(article: Article) -> None:
    """Its text is shown only when asked for, and offers nothing to take away: it is not to be used."""
    line, zoned = words.article_line(article, room.today()), dates.zoned(article.published)
    head = f'<p class="line" title="{escape(zoned)}">{escape(line)}</p>'
    head += f"<h1>{escape(article.title or 'Untitled')}</h1>"
    if _shown(article.id):
        cut_up = paragraphs(article.text, aside=article.furniture)
        lines = ["".join(escape(one["text"]) for one in each["segments"]) for each in cut_up]
        head += f'<div class="body">{"".join(f"<p>{one}</p>" for one in lines)}</div>'
    st.html(f'<article class="reading">{head}</article>')
    if not _shown(article.id):
        st.text("Its text is not shown, since it was taken back.")
        st.button("Show its text", on_click=_show, args=(article.id,))


def _about(shelved: Shelved, article: Article, editions: Sequence[Edition]) -> str:
    today = room.today()
    st.html(f"<h2>Status</h2><p>{escape(_stands(shelved))}</p>")
    read_only = room.library().read_only
    if shelved.ended_by and shelved.ended_by != shelved.article_id:
        st.button(
            "Open what ended it", key="open_by", type="tertiary", on_click=_go, args=(shelved.ended_by,)
        )
    if not read_only:
        if shelved.ended == "removed":
            st.button(
                "Bring it back", key="restore", on_click=shelving.restore, args=((shelved.article_id,),)
            )
        elif shelved.status == "usable":
            shelving.actions((shelved.article_id,), "article")
        erasing.button((shelved.article_id,), "article")
        erasing.asked((shelved.article_id,))
    st.html(_record(shelved, article, today))
    _original(article)
    modes = ["Text", "Passages", *(["Changes"] if len(editions) > 1 else [])]
    shows = st.segmented_control("Show", modes, default="Text", key="library_shows", required=True)
    if len(editions) > 1:
        st.html(f"<h2>{words.count(len(editions), 'version')} of the story</h2>")
        for edition in editions:
            here = (edition.article_id, edition.version) == (article.id, article.version)
            key = f"edition-{edition.article_id}-{edition.version}"
            st.button(
                words.plain(_edition(edition, today, here)),
                key=key,
                type="tertiary",
                disabled=here,
                on_click=_go,
                args=(edition.article_id, edition.version),
            )
    copies = room.opened().copies(article.id)
    if copies:
        st.html(f"<h2>{words.count(len(copies), 'copy', 'copies')} elsewhere</h2>")
        for copy in copies[:30]:
            when, what = dates.shown(copy.published, today), shelf.status(copy)
            label = f"{copy.outlet or 'Outlet not stated'}, {when}, {what}"
            st.button(
                words.plain(label),
                key=f"copy-{copy.article_id}",
                type="tertiary",
                on_click=_go,
                args=(copy.article_id,),
            )
        if len(copies) > 30:
            st.text(f"and {len(copies) - 30:,} more")
    recorded.cited_by(article.id)
    return str(shows)


def _original(article: Article) -> None:
    """The file that it was read from, to be saved: never drawn, since anyone may have written it."""
    opened = room.opened()
    kept = opened.original(article)
    if kept is None or (article.status == "withdrawn" and not _shown(article.id)):
        return
    if not opened.original_is_there(kept):
        st.text("Its original file is not there any more: ingest it again, or take it from a backup.")
        return
    place = f", line {kept.line:,}" if kept.line is not None else ""
    st.download_button(
        words.plain(f"Save the original file ({words.size(kept.size)}{place})"),
        lambda: opened.original_bytes(kept),
        re.sub(r"[^\w.()-]+", " ", kept.name)[-120:].strip(" .") or "original",
        "application/octet-stream",
        key="library_original",
        on_click="ignore",
        type="tertiary",
    )


def _stands(shelved: Shelved) -> str:
    match shelved.ended:
        case None:
            return "Usable: questions may use it."
        case "removed":
            return "Removed by hand: no question uses it."
        case "withdrawn":
            by = "" if shelved.ended_by in (None, shelved.article_id) else f" by {shelved.ended_by}"
            return f"Withdrawn{by}: it is never cited."
        case "superseded":
            return f"Superseded by {shelved.ended_by}: questions use that one."


def _record(shelved: Shelved, article: Article, today: date) -> str:
    rows = [
        ("Kind", shelf.kind(article.kind)),
        ("Published", dates.zoned(article.published)),
        ("Added", f"{dates.shown(shelved.added_at, today, time=True)} UTC"),
        ("Collections", ", ".join(shelved.collections) or "none"),
        ("Agency", article.agency or "none credited"),
        ("Id", article.id),
    ]
    listed = "".join(f"<dt>{name}</dt><dd>{escape(said)}</dd>" for name, said in rows)
    host = links.host(article.url)
    if host and article.url:
        listed += (
            f'<dt>Address</dt><dd><a href="{escape(article.url)}" rel="noreferrer">{escape(host)}</a></dd>'
        )
    return f"<dl>{listed}{mending.stated(article)}</dl>"


def _edition(edition: Edition, today: date, here: bool) -> str:
    what = "removed" if edition.ended == "removed" else edition.status
    said = f"{edition.outlet or 'Outlet not stated'}, {dates.shown(edition.published, today)}, {what}"
    return f"{edition.title or 'Untitled'} ({said}, version {edition.version}{', shown' if here else ''})"


def _changes(editions: Sequence[Edition], article: Article) -> None:
    """Two versions, picked, and their difference."""
    editions = [one for one in editions if one.status != "withdrawn" or _shown(one.article_id)]
    if len(editions) < 2:
        st.text("What was taken back is compared only once its text is shown.")
        return
    today, places = room.today(), list(range(len(editions)))

    def label(at: int) -> str:
        return _edition(editions[at], today, False)

    here = next(
        (
            at
            for at, one in enumerate(editions)
            if (one.article_id, one.version) == (article.id, article.version)
        ),
        0,
    )
    other = here + 1 if here + 1 < len(editions) else here - 1
    older, newer = max(here, other), min(here, other)
    st.html(f'<article class="reading"><h1>{escape(article.title or "Untitled")}</h1></article>')
    before = st.selectbox(
        "From", places, index=older, format_func=label, key=f"from-{article.id}-{article.version}"
    )
    after = st.selectbox(
        "To", places, index=newer, format_func=label, key=f"to-{article.id}-{article.version}"
    )
    by = st.segmented_control(
        "Compare by", ["Sentence", "Word"], default="Sentence", key="compare_by", required=True
    )
    one, two = editions[before], editions[after]
    compared = room.opened().compare(
        (one.article_id, one.version),
        (two.article_id, two.version),
        by="word" if by == "Word" else "sentence",
    )
    st.html(f'<article class="reading compared">{_compared(compared)}</article>')


def _compared(compared: Comparison) -> str:
    if compared.same:
        return "<p>Both are the same.</p>"
    rows = [
        f"<dt>{NAMES.get(one.field, one.field.capitalize())}</dt><dd>{_signed('removed', one.before or 'not stated')} "
        f"{_signed('added', one.after or 'not stated')}</dd>"
        for one in compared.fields
    ]
    head = f"<dl>{''.join(rows)}</dl>" if rows else ""
    parts = [escape(one.text) if one.op == "same" else _signed(one.op, one.text) for one in compared.changes]
    return f'{head}<div class="body whole">{"".join(parts)}</div>'


def _signed(op: str, text: str) -> str:
    """A change with its sign, so that colour is never the only one; white space stays outside."""
    sign, tag, said = SIGNS[op]
    bare = text.strip()
    lead, tail = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :] if bare else ""
    if not bare:
        return escape(text) if op == "added" else ""
    marked = f'<{tag} title="{said}"><span class="sign">{sign}</span>{escape(bare)}</{tag}>'
    return f"{escape(lead)}{marked}{escape(tail) or ' '}"


def _go(article_id: str, version: int | None = None) -> None:
    st.query_params.clear()
    st.query_params["article"] = article_id
    if version is not None:
        st.query_params["version"] = str(version)


def _shown(article_id: str) -> bool:
    return bool(st.session_state.get(f"show-{article_id}"))


def _show(article_id: str) -> None:
    st.session_state[f"show-{article_id}"] = True


def _whole(source: str) -> None:
    st.session_state.article_whole = {*st.session_state.get("article_whole", ()), source}
