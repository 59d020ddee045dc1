"""Questions that ask several things: "What did the council vote on and who opposed it?", "Compare A and B".

Careful on purpose: what could be one question stays one.
"""

from __future__ import annotations

import re

from rag.answering.follow_up import ABOUT, Turn, rewrite
from rag.answering.leaning import AUX
from rag.answering.spoken_of import mentions

MOST = 4  # parts that are searched
_WH = r"who|whom|whose|what|which|when|where|why|how"
_TO = r"in|on|at|by|for|from|to|with|of|since|until|under|after|over|against"
_ASKS = re.compile(rf"^\W*(?:(?:{_TO})\s+)?(?:{_WH}|{AUX})\b", re.IGNORECASE)
_WH_FIRST = re.compile(rf"^\W*(?:(?:{_TO})\s+)?(?:{_WH})\b", re.IGNORECASE)
# ", and how", "; when", "and did the union win"
_JOINT = re.compile(
    rf"(?:\s*[,;]\s*|\s+)(?:and|but)\s+(?:also\s+|then\s+)?(?P<right>(?:(?:{_TO})\s+)?(?:{_WH})\b[^?]*|"
    rf"(?:{AUX})\s+(?:the|an?|his|her|its|their|any|he|she|it|they|there|[A-Z][\w’'-]+)\b[^?]*)|"
    rf"\s*;\s*(?P<next>(?:(?:{_TO})\s+)?(?:{_WH})\b[^?]*)",
)
_SINGLE = re.compile(rf"\b(?:{_WH})\b", re.IGNORECASE)
_WITHIN = re.compile(r"^(?:when|where|who|whom|whose|which)$", re.IGNORECASE)
_TELLS = re.compile(
    r"\b(?:say|said|says|tell|told|tells|know|knew|known|explain\w*|ask\w*|describe\w*|reveal\w*|discuss\w*|report\w*|"
    r"show\w*|decide\w*|question\w*|about|wonder\w*|learn\w*|understand|remember|announce\w*|predict\w*|think|believe)\s*$",
    re.IGNORECASE,
)
_BARE = re.compile(
    rf"^(?:(?:{_TO})\s+(?:{_WH})(?:\s+[a-z]+){{0,2}}|(?:{_WH})(?:\s+(?:else|exactly|long|much|many|often|whom))?)\W*$",
    re.IGNORECASE,
)
_COMPARE = re.compile(
    r"^\W*(?:please\s+)?(?:compare|contrast)\s+(?P<one>.+?)\s+(?:and|with|to|against|versus|vs\.?)\s+(?P<other>.+?)\W*$"
    r"|^\W*what (?:is|are|was|were) the (?:main\s+)?differences? between\s+(?P<a>.+?)\s+and\s+(?P<b>.+?)\W*$",
    re.IGNORECASE,
)
_OWNER = re.compile(r"(?:['’]s|s['’])$")
LONGEST = 8  # words of what is compared


def parts(question: str) -> tuple[str, ...]:
    """What a question asks, one thing each, so that each can be asked alone; nothing where it asks one thing."""
    question = " ".join(question.split())
    asked = _sentences(question) or _compared(question) or _clauses(question)
    if not 2 <= len(asked) <= MOST:
        return ()
    alone = [asked[0], *(_alone(one, asked[0]) for one in asked[1:])]
    if any(_BARE.match(one) for one in alone):
        return ()  # "and over how long?": it asks nothing by itself
    return tuple(alone)


def _sentences(question: str) -> list[str]:
    """Questions one after another."""
    pieces = [piece.strip() for piece in re.findall(r"[^?]+\?", question)]
    whole = question.endswith("?") and "".join(pieces).replace(" ", "") == question.replace(" ", "")
    if len(pieces) < 2 or not whole or not all(_ASKS.match(piece) for piece in pieces):
        return []
    return pieces


def _clauses(question: str) -> list[str]:
    """Questions joined by "and"."""
    if not _ASKS.match(question) or '"' in question or "“" in question:
        return []
    text = question.rstrip("? .")
    for match in _JOINT.finditer(text):
        left, right = text[: match.start()], match["right"] or match["next"]
        if not _whole(left) or not _is_question(left, right):
            continue
        return [f"{left}?", *(_clauses(right) or [f"{_upper(right)}?"])]
    return []


def _whole(left: str) -> bool:
    """Whether what stands before an "and" is a question by itself: none within it that the "and" could go on with."""
    words = left.split()
    if len(words) < 3:
        return False
    first = _WH_FIRST.match(left)
    rest = left[first.end() :] if first else left
    for word in _SINGLE.finditer(rest):
        if not (_WITHIN.match(word[0]) and not _TELLS.search(rest[: word.start()])):
            return False
    return not _TELLS.search(left) or bool(first)


def _is_question(left: str, right: str) -> bool:
    """Whether what stands after it is one, too, and no object of the first: "what he did and how he did it"."""
    if _BARE.match(right):
        return True
    if re.match(rf"^(?:{AUX})\b", right, re.IGNORECASE):
        return bool(_WH_FIRST.match(left)) or bool(re.match(rf"^(?:{AUX})\b", left, re.IGNORECASE))
    asks = re.match(rf"^(?:(?:{_TO})\s+)?(?P<wh>{_WH})\b(?P<rest>.*)$", right, re.IGNORECASE)
    if asks is None:
        return False
    inverted = re.search(rf"\b(?:{AUX})\b", asks["rest"], re.IGNORECASE) is not None
    subject = asks["wh"].lower() in ("who", "what", "which", "whose") and len(asks["rest"].split()) > 0
    return inverted or subject


def _compared(question: str) -> list[str]:
    match = _COMPARE.match(question)
    if match is None:
        return []
    one, other = match["one"] or match["a"], match["other"] or match["b"]
    if len(one.split()) > LONGEST or " and " in one:
        return []
    rest = _shared(one, other)
    return [_upper(f"{one} {rest}".strip()), _upper(other)]


def _shared(one: str, other: str) -> str:
    """What is said of the second and holds for the first, too."""
    if _OWNER.search(one):
        owner = re.search(r"(?:['’]s|s['’])\s+(?P<rest>.+)$", other)
        return owner["rest"] if owner else ""
    named = [each for each in mentions(f"and {other}") if each.named]
    tail = other[named[0].end - len("and ") :].strip() if named else ""
    if tail[:1].islower():
        return tail
    about = re.search(r"\s(?P<rest>(?:on|about|in|over|for|during|since|after|before)\s.+)$", other)
    return about["rest"] if about and about["rest"] not in one else ""


def _alone(question: str, first: str) -> str:
    """A later part with what it takes from the first: put in, or where that is no one thing, the whole of it."""
    rewritten = rewrite(question, [Turn(first)]).rewritten
    if rewritten is not None and rewritten.startswith(ABOUT):
        return f"{first.rstrip('? ')}, and {question[:1].lower()}{question[1:]}"
    return rewritten or question


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
