"""The command that opens the page: dateline serve."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path
from typing import Annotated

import typer

from rag import newsroom, sign_in, terminal
from rag import settings as settings_module
from rag.commands.flags import HomeFlag
from rag.errors import UsageError
from rag.imports import Started
from rag.newsroom import SAMPLE
from rag.settings import ROOT, Settings


def add(app: typer.Typer) -> None:
    """Put the command into the command line."""

    @app.command(epilog="Example:  dateline serve --port 8600")
    def serve(
        sample: Annotated[
            bool,
            typer.Option("--sample", help="Begin with the invented sample newsroom if the library is empty."),
        ] = False,
        port: Annotated[
            int | None, typer.Option("--port", min=1, max=65535, help="Default: DATELINE_PORT, else 8501.")
        ] = None,
        browser: Annotated[
            bool, typer.Option("--browser/--no-browser", help="Open the page in a browser.")
        ] = True,
        network: Annotated[
            list[str] | None,
            typer.Option(
                "--network",
                metavar="NAME",
                help="Open it to the office network too, under this name or address; needs a password or sign-in.",
            ),
        ] = None,
        behind: Annotated[
            list[str] | None,
            typer.Option(
                "--behind", metavar="NAME", help="A proxy on this machine answers for it under this name."
            ),
        ] = None,
        home: HomeFlag = None,
    ) -> None:
        """Open the page: on this machine only, or to the office with --network or --behind a proxy here."""
        settings = settings_module.load(home=home, port=port)
        _refuse_open(settings, network, behind)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", settings.port)) == 0:
                raise UsageError(
                    f"port {settings.port}", "another server uses it", "Name another, as in --port 8600."
                )
        if sample:
            _ingest_sample(settings.home)
        os.environ["DATELINE_HOME"] = str(settings.home)
        command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py")]
        command += ["--server.port", str(settings.port)]
        command += ["--server.address", "0.0.0.0" if network else "localhost"]
        names = [*(behind or ()), *(network or ())]
        for name in ("localhost", "127.0.0.1", *names):
            command += ["--server.allowedHosts", name]
        if sign_in.uses_oidc(settings):
            trouble = sign_in.look(settings)
            if trouble is not None:
                terminal.err.print(terminal.harmless(f"Sign-in: {trouble}"), soft_wrap=True)
            command += ["--secrets.files", str(sign_in.write_secrets(settings, names))]
        if settings.user_header is not None:  # who connects is the proxy itself, whomever it forwards
            os.environ["FORWARDED_ALLOW_IPS"] = ""
        if network:  # else Streamlit asks the internet for this machine's address
            command += ["--browser.serverAddress", network[0]]
        command += ["--server.headless", "false" if browser and _has_display() else "true"]
        where = [f"http://{name}:{settings.port}" for name in ("localhost", *(network or ()))]
        terminal.err.print(f"Dateline is opening at {' and '.join(where)} (stop it with Ctrl-C).")
        os.chdir(ROOT)
        os.execv(command[0], command)  # in this process, so that whoever stops it stops the server


def _refuse_open(settings: Settings, network: list[str] | None, behind: list[str] | None) -> None:
    """Refuse to open the page to others without a door. Raises: UsageError."""
    by_proxy_alone = settings.user_header is not None and settings.password is None
    if (network or behind) and not sign_in.has_door(settings):
        raise UsageError(
            "--network" if network else "--behind",
            "whoever reaches this machine could read every article",
            "Set DATELINE_PASSWORD (8 characters or more), or another way to sign in, in .env first.",
        )
    if network and by_proxy_alone:
        fault = "nobody could come in that way: users are named by a proxy on this machine"
        raise UsageError("--network", fault, "Use --behind NAME, or set DATELINE_PASSWORD, too.")


def _ingest_sample(home: Path) -> None:
    with newsroom.open(home) as room:
        if room.status().articles:
            return
        terminal.err.print("Reading the sample newsroom (invented articles) ...")
        with terminal.progress_bar(quiet=False) as bar:
            by = Started(what="the sample newsroom")
            room.ingest([ROOT / "corpus" / "articles"], collection=SAMPLE, rules=(), progress=bar, by=by)


def _has_display() -> bool:
    return sys.platform in ("darwin", "win32") or bool(
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    )
