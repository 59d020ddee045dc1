"""Whether a text is in English, as far as its small words tell: what the checks do not cover is not checked."""

from __future__ import annotations

import re

FOREIGN = 2  # small words of other languages that a text must have, and more of them than of English
_WORD = re.compile(r"[^\W\d_]+")
_LATIN = re.compile(r"[A-Za-zÀ-ɏ]")
_ENGLISH = frozenset(
    "the of and to in is was are were for that on with as at by be been from his her it he she they this have has had "
    "not but will would who which their its or an after said about more than into out up over when there than we you "
    "i".split()
)
# Of German, French, Spanish, Portuguese, Italian, Dutch, the Scandinavian languages, Polish and Turkish: none that an
# English sentence or the names in it use.
_OTHERS = frozenset(
    "der das und ist nicht mit dem den ein eine einen einer auf für von wird wurde sind auch nach zum zur bei über "
    "werden haben le les des une est dans qui que sur pas avec ont été sont aux cette ces ses el los las una del por "
    "para con más fue pero como sus este esta han desde há não uma dos das pela pelo foi são mais il gli che della "
    "delle degli nel nella sono anche più stato het een van zijn niet voor ook werd wordt naar og det att och för är "
    "inte av på til ikke som har med blev blir ett się nie jest na że oraz przez dla bir bu için ile olarak".split()
)


def english(text: str) -> bool:
    """Whether a text may be English. Short ones, and those without small words, may."""
    letters = [one for one in text if one.isalpha()]
    if letters and sum(_LATIN.match(one) is not None for one in letters) < len(letters) / 2:
        return False
    words = [one.lower() for one in _WORD.findall(text) if not one[0].isupper()]
    others = sum(one in _OTHERS for one in words)
    return others < FOREIGN or others <= sum(one in _ENGLISH for one in words)
