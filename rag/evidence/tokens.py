"""A text's words with what the checks ask of each: its stem, whether it stands as a name, whether it says anything."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from rag.library.words import analyzed

# "F-16" and "SARS-CoV-2" are one word, "one-year" is two, "15km" is a number and its unit.
_WORD = re.compile(
    r"(?:[A-Z]\.){2,}|[^\W\d_][^\W_]*(?:-[^\W\d_]+)*-?\d+[^\W_]*(?:-\d+)*|\d+(?:[.,]\d+)*|[^\W\d_]+(?:[’'][^\W\d_]+)*"
)
_POSSESSIVE = re.compile(r"[’']s?$|[’']s$")
_EMPTY = frozenset(
    """
    across along among around behind below beneath beside between beyond despite near throughout via
    one ones a about after again all also although am an and
    any are as at be because been before being both but by can could did
    do does doing during each either else ever for from further get gets got had has have having he hence her here hers
    herself him himself his how however i if in into is it its itself just like made make makes many may me meanwhile
    might mine more moreover most much must my myself neither no nor not of off on once only onto or other our ours
    ourselves out over own per rather same shall she should since so some still such than that the their theirs them
    themselves then there therefore these they this those though through thus to too toward towards under until up upon
    us very was we well were what when where whether which while who whom whose why will with within without would yet
    you your yours according said say says told tell tells added adds
    """.split()
)


@dataclass(frozen=True, slots=True)
class Token:
    """A word at `start` to `end` of its text.

    `low` is folded to lower case, without a possessive; `stem` as the word index knows it; `empty` says nothing by
    itself; `capital` where it begins with one; `first` in its sentence.
    """

    text: str
    low: str
    stem: str
    start: int
    end: int
    capital: bool
    first: bool
    empty: bool

    @property
    def number(self) -> bool:
        """Whether it is written in figures."""
        return self.low[0].isdigit()


def tokens(text: str) -> tuple[Token, ...]:
    """The words of one sentence, in order."""
    return tuple(_tokens(text))


def _tokens(text: str) -> Iterator[Token]:
    first = True
    for match in _WORD.finditer(text):
        raw = match[0]
        low = fold(raw)
        yield Token(
            raw, low, stem(low), match.start(), match.end(), raw[0].isupper(), first, _says_nothing(low)
        )
        first = False


def _says_nothing(low: str) -> bool:
    return (
        low in _EMPTY or (len(low) == 1 and low.isalpha()) or low.endswith(("n't", "'ll", "'ve", "'re", "'d"))
    )


@lru_cache(maxsize=65_536)
def fold(word: str) -> str:
    """Lower case, without accents, points of initials and a possessive: "U.K.'s" is "uk", "n’t" is "n't"."""
    word = unicodedata.normalize("NFKD", word.replace("’", "'")).lower()
    word = "".join(char for char in word if not unicodedata.combining(char))
    if not word.endswith("n't"):
        word = _POSSESSIVE.sub("", word) or word
    return word.replace(".", "") if re.fullmatch(r"(?:[a-z]\.)+", word) else word


@lru_cache(maxsize=65_536)
def stem(low: str) -> str:
    """What the word index knows a folded word by."""
    stems = analyzed(_PAST.get(low, low))[1]
    return _SPELLED.get(stems[0], stems[0]) if len(stems) == 1 else low


# The past of verbs that no stemmer knows; "left", "felt", "found" and "saw" are words of their own as well.
_PAST = {
    past: verb
    for verb, forms in {
        "arise": "arose arisen", "begin": "began begun", "break": "broke broken", "bring": "brought",
        "build": "built", "buy": "bought", "catch": "caught", "choose": "chose chosen", "come": "came",
        "drive": "drove driven", "eat": "ate eaten", "fall": "fell fallen", "fight": "fought", "flee": "fled",
        "fly": "flew flown", "forbid": "forbade forbidden", "freeze": "froze frozen", "give": "gave given",
        "go": "went gone", "grow": "grew grown", "hide": "hid hidden", "hold": "held", "keep": "kept",
        "know": "knew known", "lose": "lost", "pay": "paid", "ride": "rode ridden", "rise": "rose risen",
        "run": "ran", "sell": "sold", "send": "sent", "shake": "shook shaken", "shoot": "shot", "sink": "sank sunk",
        "speak": "spoke spoken", "spend": "spent", "stand": "stood", "steal": "stole stolen", "strike": "struck",
        "swear": "swore sworn", "take": "took taken", "teach": "taught", "throw": "threw thrown", "wear": "wore worn",
        "win": "won", "write": "wrote written",
    }.items()
    for past in forms.split()
}  # fmt: skip


# One word in two spellings, by their stems.
_SPELLED = {
    "labour": "labor", "colour": "color", "defenc": "defens", "organis": "organ", "organiz": "organ", "centr": "center",
    "programm": "program", "favour": "favor", "honour": "honor", "harbour": "harbor", "neighbour": "neighbor",
    "analys": "analyz", "licenc": "licens", "theatr": "theater", "metr": "meter", "kilometr": "kilomet",
    "kilomet": "kilomet", "tonn": "ton", "cancel": "cancel", "cancell": "cancel", "travell": "travel", "grey": "gray",
    "tyre": "tire", "plough": "plow", "storey": "stori", "cheque": "check", "rumour": "rumor", "behaviour": "behavior",
    "parlour": "parlor", "aluminium": "aluminum", "mum": "mom", "realis": "realiz", "recognis": "recogn",
    "recogniz": "recogn", "criticis": "critic", "criticiz": "critic", "apologis": "apolog", "apologiz": "apolog",
}  # fmt: skip
