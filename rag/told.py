"""What a question's answer says besides: names that mean nothing here, what is out of scope, what words alone found."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches


def unknown(name: str, known: Sequence[str]) -> str:
    """That a scope names what is not there, and what may have been meant."""
    by_plain = {one.casefold(): one for one in known if one}
    near = [by_plain[one] for one in get_close_matches(name.casefold(), by_plain, n=2, cutoff=0.6)]
    meant = f" Is it {' or '.join(f'“{one}”' for one in near)}?" if near else ""
    return f"Nothing in the library is called “{name}”.{meant}"


def aside(collection: str, sample: int, articles: int) -> tuple[str, ...]:
    """Why nothing is in scope where what is asked for may be in the sample newsroom."""
    if not 0 < sample < articles:
        return ()
    return (
        f'The sample newsroom is out of scope beside other articles; --collection "{collection}" asks it.',
    )


def found_by_words(back: int, of: int) -> str:
    """That articles in scope are kept from the embedding model."""
    if back == of:
        return "Searched by words only: everything in this scope is of a collection that is never sent to a model."
    articles = "1 article in this scope is" if back == 1 else f"{back:,} articles in this scope are"
    return f"{articles} of a collection that is never sent to a model: found by words only."


# What each stage of long work counts.
STAGES = {
    "storing": "articles stored, findable by words",
    "embedding": "passages findable by meaning",
    "asking": "questions asked",
    "reading": "articles read",
    "checking": "near misses checked",
    "writing": "stories written",
}
