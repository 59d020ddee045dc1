"""Every test runs with the network refused, loopback aside, and with no setting of this machine's."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# The same examples each time, and none fails for being slow: how long it takes is for the benchmarks.
settings.register_profile(
    "steady", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("steady")

LOOPBACK = ("127.", "::1", "localhost", "0.0.0.0")


class NetworkRefused(AssertionError):
    """A test reached for the network."""


def _is_loopback(address: Any) -> bool:
    if not isinstance(address, tuple):
        return True  # a Unix socket
    return str(address[0]).startswith(LOOPBACK) or address[0] in ("", None)


@pytest.fixture(autouse=True, scope="session")
def network_refused() -> Iterator[None]:
    """Connecting or resolving anywhere but to loopback fails the test that does it."""
    connect, connect_ex, resolve = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def refused(address: Any) -> None:
        if not _is_loopback(address):
            raise NetworkRefused(f"a test reached for {address!r}")

    def guarded_connect(self: socket.socket, address: Any) -> None:
        refused(address)
        return connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        refused(address)
        return connect_ex(self, address)

    def guarded_resolve(host: Any, *rest: Any, **named: Any) -> Any:
        refused((host.decode() if isinstance(host, bytes) else host, 0))
        return resolve(host, *rest, **named)

    patch = pytest.MonkeyPatch()
    patch.setattr(socket.socket, "connect", guarded_connect)
    patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
    patch.setattr(socket, "getaddrinfo", guarded_resolve)
    yield
    patch.undo()


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home of its own, and none of this machine's DATELINE_ or OPENAI_ settings. The model's cache is shared."""
    for name in os.environ:
        if name.startswith(("DATELINE_", "OPENAI_", "LANGSMITH_", "LANGCHAIN_")) and name not in KEPT:
            monkeypatch.delenv(name)
    monkeypatch.setenv("DATELINE_HOME", str(tmp_path / "home"))


KEPT = ("DATELINE_BROWSER", "DATELINE_CACHE", "DATELINE_CHROMIUM")
