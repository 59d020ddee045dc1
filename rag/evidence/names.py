"""Names without a model: runs of capitals, titles set aside, initials and countries known by more than one word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from rag.evidence.numbers import worded
from rag.evidence.tokens import Token
from rag.evidence.wording import TELLING

_JOINING = frozenset(
    "of the de da do dos del della di la le al el bin ibn van von der den y and for &".split()
)
TITLES = frozenset(
    """
    mr mrs ms miss mx dr prof professor sir dame lord lady rev reverend fr father sister president vice prime minister
    premier chancellor king queen prince princess pope bishop archbishop cardinal governor senator sen rep
    representative congressman congresswoman mayor councillor councilor secretary ambassador judge justice sheriff chief
    chairman chairwoman chair director general gen colonel col captain capt lieutenant lt sergeant sgt major maj admiral
    commander constable inspector superintendent officer detective attorney spokesman spokeswoman spokesperson coach
    manager deputy former acting interim late then ex
    """.split()
)
_CALENDAR = frozenset(
    """
    monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september
    october november december jan feb mar apr jun jul aug sept sep oct nov dec christmas easter
    """.split()
)
# One place or people, by the words it goes by.
_PEOPLES = """
uk|u.k|britain|british|briton|britons|united kingdom|great britain
us|usa|u.s|america|american|americans|united states
eu|european union
un|united nations
russia|russian|russians
ukraine|ukrainian|ukrainians
france|french
germany|german|germans
italy|italian|italians
spain|spanish|spaniards
portugal|portuguese
netherlands|dutch|holland
belgium|belgian|belgians
switzerland|swiss
austria|austrian|austrians
poland|polish|poles
sweden|swedish|swedes
norway|norwegian|norwegians
denmark|danish|danes
finland|finnish|finns
ireland|irish
scotland|scottish|scots
wales|welsh
england|english
greece|greek|greeks
turkey|turkish|turks|turkiye
hungary|hungarian|hungarians
romania|romanian|romanians
bulgaria|bulgarian
serbia|serbian|serbs
croatia|croatian|croats
czech republic|czech|czechs|czechia
slovakia|slovak
china|chinese
japan|japanese
india|indian|indians
pakistan|pakistani|pakistanis
bangladesh|bangladeshi
afghanistan|afghan|afghans
iran|iranian|iranians
iraq|iraqi|iraqis
israel|israeli|israelis
palestine|palestinian|palestinians
syria|syrian|syrians
lebanon|lebanese
egypt|egyptian|egyptians
saudi arabia|saudi|saudis
yemen|yemeni
jordan|jordanian
libya|libyan
tunisia|tunisian
morocco|moroccan
nigeria|nigerian|nigerians
kenya|kenyan|kenyans
ethiopia|ethiopian
somalia|somali|somalis
sudan|sudanese
south africa|south african|south africans
zimbabwe|zimbabwean
canada|canadian|canadians
mexico|mexican|mexicans
brazil|brazilian|brazilians
argentina|argentine|argentinian
chile|chilean
colombia|colombian
venezuela|venezuelan
cuba|cuban|cubans
haiti|haitian
australia|australian|australians
new zealand|new zealander
indonesia|indonesian
malaysia|malaysian
philippines|philippine|filipino|filipinos
thailand|thai
vietnam|vietnamese
cambodia|cambodian
myanmar|burma|burmese
south korea|south korean|south koreans
north korea|north korean|north koreans
taiwan|taiwanese
europe|european|europeans
africa|african|africans
asia|asian
nasa|national aeronautics and space administration
fbi|federal bureau of investigation
cia|central intelligence agency
who|world health organization|world health organisation
nato|north atlantic treaty organization
covid-19|covid|coronavirus|sars-cov-2
"""


@dataclass(frozen=True, slots=True)
class Name:
    """A name in a sentence. `words`: its words, folded, without titles and joining words; `known` where it is one
    place or people that has several words."""

    text: str
    start: int
    end: int
    words: tuple[str, ...]
    known: str | None
    first: int  # of the sentence's words
    last: int
    sure: bool = True  # not a word that begins its sentence and may be any word

    @property
    def initials(self) -> str:
        """What an acronym of it would be."""
        return "".join(word[0] for word in self.words)


@cache
def _known() -> dict[str, str]:
    rows = [row.split("|") for row in _PEOPLES.strip().splitlines()]
    return {name.replace(".", ""): row[0] for row in rows for name in row}


def known(words: Sequence[str]) -> str | None:
    """The one name of a country, a people or a body that goes by several."""
    return _known().get(" ".join(words))


def names(text: str, words: Sequence[Token], common: frozenset[str] = frozenset()) -> tuple[Name, ...]:
    """The names of a sentence, in order. `common` are words that the article also writes without a capital: one that
    stands first in its sentence is no name by its capital alone."""
    return tuple(_names(text, words, common))


def _names(text: str, words: Sequence[Token], common: frozenset[str]) -> Iterator[Name]:
    at = 0
    while at < len(words):
        if not _begins(words[at], common, words[at + 1] if at + 1 < len(words) else None):
            at += 1
            continue
        last = _run(text, words, at)
        yield from _cut(text, words, at, last)
        at = last + 1


def _begins(word: Token, common: frozenset[str], following: Token | None) -> bool:
    if not word.capital or (word.empty and len(word.text) > 1 and not word.text.isupper()):
        return False
    if word.low in _CALENDAR or worded(word.low) or (word.empty and word.text in ("I", "A")):
        return False
    if not word.first:
        return True
    if word.low in common or word.low in TITLES:
        return False
    return (
        (word.text.isupper() and len(word.text) > 1)
        or known((word.low,)) is not None
        or word.low not in common
    )


def _run(text: str, words: Sequence[Token], at: int) -> int:
    """Where a run of capitals ends: joined by spaces, or by "of" and the like before another capital."""
    last = at
    while last + 1 < len(words):
        step = last + 1
        if not _touch(text, words[last], words[step]) or words[last].text.endswith(("'s", "’s")):
            break
        if words[step].low in _JOINING and not words[step].capital:
            if step + 1 >= len(words) or words[step].low in ("and", "for") or not words[step + 1].capital:
                break
            if not _touch(text, words[step], words[step + 1]):
                break
            step += 1
        if not words[step].capital or words[step].low in _CALENDAR or words[step].empty:
            break
        last = step
    return last


def _touch(text: str, one: Token, other: Token) -> bool:
    between = text[one.end : other.start]
    return between in (" ", "\xa0", "-", ". ", "&", " & ")


def _cut(text: str, words: Sequence[Token], first: int, last: int) -> Iterator[Name]:
    """One name of a run; a people before another name ("British Prime Minister Ann Lee") is one by itself."""
    while first <= last and words[first].low in TITLES:
        first += 1
    if first > last:
        return
    for size in (2, 1):
        people = known([word.low for word in words[first : first + size]])
        if people and first + size <= last + 1 and (first + size - 1 < last):
            yield _name(text, words, first, first + size - 1, people)
            yield from _cut(text, words, first + size, last)
            return
    yield _name(text, words, first, last, known([word.low for word in words[first : last + 1]]))


def _name(text: str, words: Sequence[Token], first: int, last: int, people: str | None) -> Name:
    run = words[first : last + 1]
    telling = tuple(word.low for word in run if word.low not in _JOINING and word.low not in TITLES)
    end = run[-1].end
    shown = text[run[0].start : end]
    for ending in ("'s", "’s"):
        if shown.endswith(ending):
            shown, end = shown[:-2], end - 2
    sure = len(run) > 1 or not run[0].first or people is not None or _said_of(words, last)
    sure = sure or (run[0].text.isupper() and len(run[0].text) > 1)
    return Name(
        shown, run[0].start, end, telling or tuple(word.low for word in run), people, first, last, sure
    )


def _said_of(words: Sequence[Token], last: int) -> bool:
    """Whether a word that begins a sentence is somebody who speaks: "Kovacs said", not "Officials said"."""
    following = words[last + 1].low if last + 1 < len(words) else ""
    return following in TELLING and words[last].low != "police" and not words[last].low.endswith("s")


def same(said: Name, source: Name) -> bool:
    """Whether one may stand for the other: the same words, fewer of them, its initials, or a people's other word."""
    if said.known or source.known:
        if said.known == source.known:
            return True
        if said.known and source.known:
            return False
    ours, theirs = set(said.words), set(source.words)
    if ours <= theirs or (theirs < ours and len(theirs) > 1):
        return True
    if _stems(ours) <= _stems(theirs):
        return True
    return _initials(said, source) or _initials(source, said)


def _stems(words: set[str]) -> set[str]:
    return {word.rstrip("s") for word in words}


def _initials(short: Name, long: Name) -> bool:
    return len(short.words) == 1 and len(long.words) > 1 and short.words[0].rstrip("s") == long.initials
