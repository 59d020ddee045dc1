"""Puts the pane and the scope bar on the page: our two components, mounted by whichever page has something to show."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest

from ui.contract import Bar, Pane

NAME = "dateline.pane"
BAR = "dateline.scope"


def pane(data: Pane, *, heard: Mapping[str, Callable[[str], None]], key: str = "pane") -> None:
    """Draw `data`; when the reader presses something, the matching callback gets what the pane sent.

    Args:
        heard: event name -> what to do with its value (a source key for "whole", else "").
    """

    _put(NAME, data, heard, key)


def bar(data: Bar, *, heard: Mapping[str, Callable[[str], None]], key: str = "scope_bar") -> None:
    """Draw the scope bar; `heard` is told what the reader set."""
    _put(BAR, data, heard, key)


def _put(name: str, data: Pane | Bar, heard: Mapping[str, Callable[[str], None]], key: str) -> None:
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
    if manager.get_component_asset_root(name) is None:
        project = name.split(".")[0]
        ours = [ComponentConfig(one.split(".")[1], asset_dir="pane") for one in (NAME, BAR)]
        manifest = ComponentManifest(project, "0", ours)
        manager.register_from_manifest(manifest, Path(__file__).parent)


@cache
def _component(name: str) -> Callable[..., Any]:
    script = name.split(".")[1]
    return st.components.v2.component(name, js=f"{script}.js", css=f"{script}.css")
