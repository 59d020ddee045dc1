"""Puts our components on the page: the pane, the scope bar, and the shelf of the Library page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest

from ui.contract import Bar, Pane

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

PROJECT = "dateline"
FOLDERS = {"pane": "pane", "scope": "pane", "shelf": "shelf"}  # below ui/, by component


def pane(data: Pane, *, heard: Mapping[str, Callable[[str], None]], key: str = "pane") -> None:
    """Draw `data`; when the reader presses something, the matching callback gets what the pane sent.

    Args:
        heard: event name -> what to do with its value (a source key for "whole", else "").
    """
    component("pane", data, heard=heard, key=key)


def line(said: str, *, small: bool = False, place: DeltaGenerator | None = None) -> None:
    """Words with dots between them, such as "answered · 12 Nov · shared", as text; no dot begins or ends a line.

    Args:
        place: where it is drawn, instead of what stands there.
    """
    dot = "<i> · </i>"
    parts = [f"<span>{dot if at else ''}{escape(one)}</span>" for at, one in enumerate(said.split(" · "))]
    (place or st).html(f'<p class="dots{" small" if small else ""}">{"".join(parts)}</p>')


def bar(data: Bar, *, heard: Mapping[str, Callable[[str], None]], key: str = "scope_bar") -> None:
    """Draw the scope bar; `heard` is told what the reader set."""
    component("scope", data, heard=heard, key=key)


def component(
    name: str, data: Mapping[str, Any], *, heard: Mapping[str, Callable[[str], None]], key: str
) -> None:
    """Draw the component of this name (ui/<folder>/<name>.js) with `data`; `heard` gets what it sends, by event."""

    def hear(event: str) -> Callable[[], None]:
        return lambda: heard[event](str(st.session_state[key].get(event, "")))

    _declare(name)
    _component(name)(
        key=key, data=data, height="content", **{f"on_{event}_change": hear(event) for event in heard}
    )


def _declare(name: str) -> None:
    """Tell Streamlit where the script lies. It finds the declaration in pyproject.toml only where a module has the
    distribution's name; ours are called rag and ui."""
    manager = get_bidi_component_manager()
    if manager.get_component_asset_root(f"{PROJECT}.{name}") is None:
        manifest = ComponentManifest(PROJECT, "0", [ComponentConfig(name, asset_dir=FOLDERS[name])])
        manager.register_from_manifest(manifest, Path(__file__).parent)


@cache
def _component(name: str) -> Callable[..., Any]:
    return st.components.v2.component(f"{PROJECT}.{name}", js=f"{name}.js", css=f"{name}.css")
