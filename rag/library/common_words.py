"""What is done to a text's words before they are indexed or looked up."""

from __future__ import annotations

import re

# Each begins with what is rare in a text, so that searching is fast.
_INITIALS = re.compile(r"[A-Z]\.(?<![^\W_][A-Z]\.)(?:[A-Z]\.)+")
_THOUSANDS = re.compile(r",(?<=\d,)(?=\d{3}(?!\d))")

# They say nothing about what a question is looking for.
COMMON = frozenset(
    """
    a about after again all also am an and any are as at be because been before being between both
    but by can could d did do does doing don down during each few for from further had has have
    having he her here hers herself him himself his how i if in into is isn it its itself just ll m
    me more most my myself no nor not of off on once only or other our ours ourselves out over own
    re s same say said says she should so some such t tell than that the their theirs them
    themselves then there these they this those through to too under until up upon ve very was wasn
    we were weren what when where which while who whom whose why will with would you your yours
    yourself
    """.split()
)


def plain(text: str) -> str:
    """U.S. as US, 1,200 as 1200, and nothing that cannot be encoded."""
    text = text.encode("utf-8", "replace").decode()
    return _THOUSANDS.sub("", _INITIALS.sub(lambda found: found.group().replace(".", ""), text))
