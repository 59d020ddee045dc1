"""A real server on loopback that speaks OpenAI's protocols as its script says, faults included."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

CHUNK = "chat.completion.chunk"


@dataclass(frozen=True)
class Reply:
    """What one request is answered with.

    `pieces`: the text, cut where a chunk ends. `finish` None: the stream ends without one. `cut`: the connection breaks
    after so many bytes (with `whole` its length is announced before). `silent`: seconds of silence before the piece
    with that number. `body`: sent as it is.
    """

    pieces: Sequence[str] = ()
    finish: str | None = "stop"
    usage: tuple[int, int] | None = (100, 20)
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    cut: int | None = None
    silent: tuple[int, float] | None = None
    pause: float = 0.0
    whole: bool = False

    def stream(self) -> Iterator[bytes | float]:
        """The bytes of the answer in order; a number is a time to wait."""
        if self.body is not None:
            if self.silent:
                yield self.silent[1]
            yield self.body
            return
        for at, text in enumerate(self.pieces):
            if self.silent and self.silent[0] == at:
                yield self.silent[1]
            yield self.pause
            yield _event([{"index": 0, "delta": {"role": "assistant", "content": text}}])
        if self.finish is not None:
            yield _event([{"index": 0, "delta": {}, "finish_reason": self.finish}])
            if self.usage is not None:
                told = {"prompt_tokens": self.usage[0], "completion_tokens": self.usage[1]}
                yield _event([], usage=told | {"total_tokens": sum(self.usage)})
            yield b"data: [DONE]\n\n"


def _event(choices: list[dict[str, Any]], **more: Any) -> bytes:
    chunk = {"id": "c1", "object": CHUNK, "created": 1, "model": "scripted-2026", "choices": choices, **more}
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"


def said(*sentences: str, size: int = 7, **more: Any) -> Reply:
    """A whole reply, streamed in pieces of `size` characters."""
    text = " ".join(sentences)
    return Reply([text[at : at + size] for at in range(0, len(text), size)], **more)


def fault(status: int, message: str = "no", **headers: str) -> Reply:
    """An error as OpenAI words it."""
    body = json.dumps({"error": {"message": message, "type": "error", "code": None}}).encode()
    return Reply(status=status, body=body, headers=tuple(headers.items()))


@dataclass
class OpenAIServer:
    """Answers request after request by `script`; an exhausted script answers 500 and is complained about at the end."""

    script: list[Reply | Callable[[dict[str, Any]], Reply]] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    left: list[float] = field(default_factory=list)  # when a client went away in the middle of a reply
    begun: list[float] = field(default_factory=list)  # when the first piece of a reply was sent
    unscripted: int = 0
    address: str = ""

    def next(self, request: dict[str, Any]) -> Reply:
        """What this request is answered with."""
        self.requests.append(request)
        if not self.script:
            self.unscripted += 1
            return fault(500, "the script is exhausted")
        reply = self.script.pop(0)
        return reply(request) if callable(reply) else reply

    def stop_when_asked(self, requests: int = 1) -> threading.Event:
        """An event that is set as soon as so many requests have come, and their replies have begun."""
        stop = threading.Event()

        def watch() -> None:
            while len(self.begun) < requests:
                time.sleep(0.01)
            stop.set()

        threading.Thread(target=watch, daemon=True).start()
        return stop

    def prompt(self, at: int = -1) -> str:
        """The user's message of a request."""
        return str(self.requests[at]["messages"][-1]["content"])


@contextlib.contextmanager
def serving(
    *script: Reply | Callable[[dict[str, Any]], Reply], told: OpenAIServer | None = None
) -> Iterator[OpenAIServer]:
    """A server at `address` (with /v1) until the end of the block; `told` is another kind of it."""
    told = told or OpenAIServer(list(script))
    listening = ThreadingHTTPServer(("127.0.0.1", 0), _handler(told))
    listening.daemon_threads = True
    told.address = f"http://127.0.0.1:{listening.server_port}/v1"
    thread = threading.Thread(target=listening.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield told
        assert not told.unscripted, f"{told.unscripted} requests more than the script has replies"
    finally:
        listening.shutdown()
        listening.server_close()


def _handler(told: OpenAIServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["content-length"])))
            told.headers.append(dict(self.headers))
            reply = told.next(request)
            self.send_response(reply.status)
            for name, value in reply.headers:
                self.send_header(name.replace("_", "-"), value)
            kind = "text/event-stream" if reply.body is None else "application/json"
            self.send_header("content-type", kind)
            if reply.whole and reply.body is not None:
                self.send_header("content-length", str(len(reply.body)))
            self.end_headers()
            self.close_connection = True
            try:
                self._send(reply)
            except OSError:
                told.left.append(time.monotonic())

        def _send(self, reply: Reply) -> None:
            left, begun = reply.cut, False
            for part in reply.stream():
                if isinstance(part, float):
                    self._wait(part)
                    continue
                sent = part if left is None else part[:left]
                self.wfile.write(sent)
                self.wfile.flush()
                if not begun:
                    told.begun.append(time.monotonic())
                    begun = True
                if left is not None:
                    left -= len(sent)
                    if left <= 0:
                        self.connection.shutdown(socket.SHUT_RDWR)
                        return

        def _wait(self, seconds: float) -> None:
            """Wait, but no longer than the client does."""
            until = time.monotonic() + seconds
            self.connection.settimeout(0.02)
            while time.monotonic() < until:
                with contextlib.suppress(TimeoutError):
                    if not self.connection.recv(1):
                        raise OSError("the client has gone")
            self.connection.settimeout(None)

        def log_message(self, *_: Any) -> None:
            pass

    return Handler
