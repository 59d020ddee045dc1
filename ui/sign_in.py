"""Sign-in with OpenID Connect, drawn by Streamlit's own: what stands in place of the pages until it is done."""

from __future__ import annotations

import time

import streamlit as st

from rag import settings, sign_in
from rag.errors import UsageError
from rag.sign_in import Person

NOT_STARTED = UsageError(
    "Sign-in with OpenID Connect", "this server was started without it", "Start it with `dateline serve`."
)


@st.cache_resource(show_spinner=False)
def _told() -> settings.Settings | None:
    """The settings where people sign in with OpenID Connect, else None."""
    told = settings.load()
    return told if sign_in.uses_oidc(told) else None


def needed() -> bool:
    """Whether whoever reads this page must sign in first.

    Raises:
        UsageError: it is not set up as it must be.
    """
    told = _told()
    if told is not None and "is_logged_in" not in st.user:
        raise NOT_STARTED
    return told is not None and person() is None


def person() -> Person | None:
    """Who is signed in; None: nobody, or sign-in is by other means."""
    told = _told()
    if told is None or not st.user.get("is_logged_in"):
        return None
    return sign_in.person(
        st.user.to_dict(), claim=told.oidc_groups_claim, now=time.time(), hours=told.oidc_hours
    )


def page() -> None:
    """The way in."""
    with st.container(key="page"):
        st.html("<h1>Sign in</h1>")
        st.text("The articles here are your newsroom's. Sign in as you do for its other tools.")
        st.button("Sign in", type="primary", key="sign_in", on_click=st.login)


def out() -> None:
    """Who is signed in, and the way out; nothing where nobody is."""
    who = person()
    if who is None:
        return
    with st.container(key="signed_in", horizontal=True, vertical_alignment="center", width="content"):
        st.text(who.name)
        st.button("Sign out", type="tertiary", key="sign_out", on_click=st.logout)
