"""English words so common that they say nothing about what a question is looking for."""

from __future__ import annotations

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
    """.split()  # noqa: SIM905
)
