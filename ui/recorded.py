"""A recorded question in a line: the link that shows its kept answer, and what came of it."""

from __future__ import annotations

from datetime import date

import streamlit as st

from rag.kept import Asked
from ui import address, bar, dates, draw, reader, room, words
from ui.address import Address

LISTED = 10


def link(asked: Asked) -> dict[str, list[str]]:
    """The parameters of the address that shows a kept answer."""
    at = Address(asked.question, asked.scope, frozenset(asked.not_read), answer=asked.id)
    return address.write(at)


def line(asked: Asked, today: date) -> str:
    """As "answered · 12 Nov, 14:02 UTC · Mercury · shared"."""
    within = bar.limits(asked.scope, today)
    parts = [words.OUTCOMES[asked.status], f"{dates.shown(asked.at, today, time=True)} UTC", *within]
    return " · ".join([*parts, *(["shared"] if asked.shared else [])])


def row(asked: Asked) -> None:
    """The link with the line below it."""
    st.page_link("ask.py", label=words.plain(asked.question), query_params=link(asked))
    draw.line(line(asked, room.today()), small=True)


def cited_by(article_id: str) -> None:
    """The reader's own and shared answers that cite an article."""
    found, total = room.opened().cited_by(article_id, reader.owner(), LISTED)
    said = f"Cited by {words.count(total, 'answer')}" if total else "Cited by no answer"
    st.html(f"<h2>{said}, your own and shared ones</h2>")
    for asked in found:
        with st.container(key=f"cites-{asked.id}", gap=None):
            row(asked)
    if len(found) < total:
        st.text(f"and {total - len(found):,} more")
