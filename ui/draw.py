"""Puts the pane on the page: the one component, mounted by whichever page has something to show."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest

from ui.contract import Pane

NAME = "dateline.pane"


def pane(data: Pane, *, heard: Mapping[str, Callable[[str], None]], key: str = "pane") -> None:
    """Draw `data`; when the reader presses something, the matching callback gets what the pane sent.

    Args:
        heard: event name -> what to do with its value (a source key for "whole", else "").
    """

    def hear(event: str) -> Callable[[], None]:
        return lambda: heard[event](str(st.session_state[key].get(event, "")))

    _declare()
    _component()(
        key=key, data=data, height="content", **{f"on_{event}_change": hear(event) for event in heard}
    )


def _declare() -> None:
    """Tell Streamlit where the script lies. It finds the declaration in pyproject.toml only where a module has the
    distribution's name; ours are called rag and ui."""
    manager = get_bidi_component_manager()
    if manager.get_component_asset_root(NAME) is None:
        project, component = NAME.split(".")
        manifest = ComponentManifest(project, "0", [ComponentConfig(component, asset_dir="pane")])
        manager.register_from_manifest(manifest, Path(__file__).parent)


@cache
def _component() -> Callable[..., Any]:
    return st.components.v2.component(NAME, js="pane.js", css="pane.css")
