"""Which stems a word that begins with some letters may have: the index knows words by their stems only.

The English stemmer takes suffixes off and puts at most two letters on ("dying" is die, "flexibility" flexibl): a stem
either begins with the letters, or is a part of them, cut where a suffix can begin, and at most two letters more.
"""

from __future__ import annotations

LONGEST = 12  # letters that a chain of suffixes takes off
MOST_ADDED = 2
_SUFFIXES = (
    "s es ied ies ed eed ing edly eedly ingly y e er al ic able ible ant ent ance ence ement ment ion ism ate iti "
    "ity ous ive ize ful ness enci ency anci ancy abli ably entli ently izer ization ational ation ator alism aliti "
    "ality alli ally fulness ousli ously ousness iveness iviti ivity biliti bility bli bly ogi ogy logi logy fulli "
    "fully lessli lessly li ly ative alize icate iciti icity ical at iz ibil abil"
).split()


def may_begin(stem: str, letters: str) -> bool:
    """Whether some word that begins with these letters may have this stem. Errs by yes, never by no."""
    if stem.startswith(letters):
        return True
    if (letters[1:2] == "y" and stem == letters[0] + "ie") or (
        letters.startswith("ie") and stem in ("i", "ie")
    ):
        return True  # dying, ieds
    shared = 0
    while shared < min(len(stem), len(letters)) and stem[shared] == letters[shared]:
        shared += 1
    first = max(2, len(stem) - MOST_ADDED, len(letters) - LONGEST)
    return any(_suffix(letters[cut - 1], letters[cut:]) for cut in range(first, shared + 1))


def _suffix(before: str, rest: str) -> bool:
    """Whether the letters after a cut can be the beginning of a suffix, its consonant doubled or not."""
    if rest[:1] == before and (len(rest) == 1 or _suffix("", rest[1:])):
        return True
    return any(one.startswith(rest) or rest.startswith(one) for one in _SUFFIXES)
