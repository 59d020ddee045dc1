"""What an OpenAI-compatible server does wrong, in plain words and without the key; and when to ask it again."""

from __future__ import annotations

import contextlib
from urllib.parse import urlsplit

import openai

with contextlib.suppress(ImportError):
    # openai looks into this module where it is loaded, also while another thread (chromadb's) is still loading it,
    # and fails on what is not there yet. Loaded here, it is whole before a client is made.
    import httpx  # noqa: F401

HOSTED = "https://api.openai.com/v1"
PAUSE = 0.5  # seconds before the second try, twice that before the third
AGAIN = (408, 409, 429)  # and every status from 500: asking again may help


def retry_after(error: openai.APIStatusError) -> float | None:
    """The seconds that the server asks to be left alone; None where it names none that can be read."""
    try:
        return max(0.0, float(error.response.headers.get("retry-after", "")))
    except ValueError:
        return None


def host_of(base_url: str) -> str:
    """Its host and port, without a name or password."""
    return urlsplit(base_url).netloc.rpartition("@")[2]


def wait_before(error: openai.APIError, tries: int, *, most: int, longest: float) -> float | None:
    """Seconds before the next try after `tries` of at most `most`; None: asking again would not help.

    `longest`: a server that asks for a longer wait than this is not waited for.
    """
    if tries >= most:
        return None
    pause = PAUSE * 2 ** (tries - 1)
    if isinstance(error, openai.APIStatusError):
        if error.status_code not in AGAIN and error.status_code < 500:
            return None
        asked = retry_after(error)
        return pause if asked is None else asked if asked <= longest else None
    return pause if isinstance(error, openai.APIConnectionError) else None


def fault_of(error: openai.APIError, base_url: str, *, key: str, address: str, model: str) -> tuple[str, str]:
    """The fault and the way out, in which the settings go by the names given."""
    where = host_of(base_url)
    if isinstance(error, openai.APITimeoutError):
        return f"{where} did not answer in time", "Ask again."
    if isinstance(error, openai.APIConnectionError):
        return f"{where} cannot be reached", f"Check {address} and the network."
    if not isinstance(error, openai.APIStatusError):
        return f"{where} reported a fault", "Ask again."
    match error.status_code:
        case 401 | 403:
            return f"{where} refused the key", f"Check {key}."
        case 404:
            return f"{where} knows no such model or address", f"Check {model} and {address}."
        case 429:
            asked = retry_after(error)
            when = f"Ask again in {asked:.0f} s." if asked else "Ask again later, or check the account."
            return f"{where} takes no more requests for now", when
        case status:
            return f"{where} failed (status {status})", "Ask again."
