"""A briefing without a model: the sentences that carry each story, verbatim, put under their sections."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from rag.answering.origins import origins_of
from rag.answering.quotations import in_context
from rag.briefed import Event, Story, Voice
from rag.briefing import conflicts, summary
from rag.briefing.cut import Cites, Drafted, Text, Told, sentences
from rag.briefing.summary import Read
from rag.evidence import speakers
from rag.evidence.parsed import parse
from rag.evidence.times import When, times
from rag.evidence.tokens import tokens
from rag.reading.dates import day_range, moment
from rag.types import Article, Conflict, Sentence

TEXTS = 40  # of one story, the most central first, whose sentences are weighed
EVENTS, EVENTS_OF_ONE = 14, 4  # of the timeline, and of one story
VOICES, OF_ONE = 10, 2  # speakers, and sentences of each
UNKNOWN = 6
BRIEF = 5  # sentences in brief
WEIGHED = 25  # best sentences of a story in which dates and differences are looked for
HEADLINE = 0.4  # of a headline's words that a lead says
LEAST = 40  # words that a story is told in at least
REPEATS = 0.65  # share of the shorter sentence's words from which another says the same

_NOT_KNOWN = re.compile(
    r"\b(?:declined to (?:comment|say|answer|give|name)|did not (?:respond|reply|answer|return)|could not be reached"
    r"|(?:was|is|were|are|remains?|remained) (?:not (?:yet |immediately )?(?:known|clear)|unclear|unknown)"
    r"|not (?:yet|immediately) (?:known|clear)|no (?:comment|explanation) "
    r"|has not (?:said|commented|been (?:named|identified))"
    r"|would not (?:say|comment|confirm)|refused to (?:say|comment|answer))",
    re.IGNORECASE,
)
_QUOTE = re.compile(r"[\"“”]")
_AUTHOR = re.compile(r"\b(?:I|I['’](?:m|d|ve|ll)|my|me)\b")
_QUOTED = re.compile(r"“[^“”]*”|\"[^\"]*\"")
_OPENS_BADLY = re.compile(
    r"[\"“‘]|(?:he|she|they|it|his|her|their|its|but|and|this|that|these|those|i|we)\b", re.IGNORECASE
)
_ARTICLES = tuple("A An The One Two Three Some Several Many Police Officials Prosecutors".split())
_BODIES = frozenset(
    "Department Ministry Office Directorate Authority Agency Council Board Committee Court University Union Party "
    "League Group Service Police Inspectorate Association Commission Company Bank Institute Centre Army Navy".split()
)
_JOINING = re.compile(r"^(?:But|And|Another|Also|Meanwhile|However|Later|Then)\s+", re.IGNORECASE)
_BEHIND = frozenset("in of on at for with who to from by during after before".split())
_OWNER = re.compile(r"['’]s\b")  # "Jackson's death": what is somebody's speaks for nobody
_NOBODY = re.compile(r"(?:I|we|you|he|she|they|it|who|this|that|there|not|as|when|if)\b", re.IGNORECASE)
_NAMED = re.compile(r"(?:[A-Z][\w.'’-]*)(?: (?:(?:of the|of|de|van|von|al) )?[A-Z][\w.'’-]*)*")
_COUNTS = re.compile(
    r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|hundred)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A story to tell or only to name: its texts, the most central first; `folded` of them copy another."""

    texts: tuple[Text, ...]
    count: int
    folded: int
    told: bool
    ended: tuple[tuple[Text, Text], ...] = ()


@dataclass(slots=True)
class Written:
    """The sections as they are filled, and the citations they rest on."""

    cites: Cites = field(default_factory=Cites)
    in_brief: list[Sentence] = field(default_factory=list)
    stories: list[Story] = field(default_factory=list)
    timeline: list[Event] = field(default_factory=list)
    voices: list[Voice] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    unknown: list[Sentence] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Weighed:
    """A story's sentences with what each carries; `order`: best first."""

    told: list[Told]
    score: summary.Floats
    order: list[int]


def shares(chosen: Sequence[Chosen], words: int) -> list[int]:
    """How many of `words` each story that is told has: by the root of how many texts it has."""
    share = np.sqrt([max(1, one.count - one.folded) for one in chosen if one.told])
    return [max(LEAST, int(words * one / share.sum())) for one in share]


def write(
    chosen: Sequence[Chosen],
    words: int,
    outlets: Sequence[str],
    drafts: Mapping[int, Sequence[Drafted]] = MappingProxyType({}),
    cites: Cites | None = None,
) -> Iterator[tuple[int, Written]]:
    """The sections, story by story: (how many are done, what is written so far). The last is whole.

    Args:
        words: of all developments together.
        outlets: of the library, for who the texts go back to.
        cites: what is cited already.
        drafts: what a model wrote of a story, by its place among `chosen`; the others are told by extraction.
    """
    written, weighed = Written(cites or Cites()), list[_Weighed]()
    budgets = shares(chosen, words)
    for at, one in enumerate(chosen):
        if not one.told:
            written.stories.append(_story(one, outlets, ()))
            continue
        known = weigh(one.texts)
        weighed.append(known)
        lead = _lead(known)
        if at in drafts:
            developments = [written.cites.drafted(each) for each in drafts[at]]
            first = next((one for one in developments if _stands(one)), None)
        else:
            developments = _extracted(known, lead, budgets[len(weighed) - 1], written.cites)
            first = None
        if first is None and lead is not None:
            first = written.cites.sentence(known.told[lead])
        if first is not None and len(written.in_brief) < BRIEF:
            written.in_brief.append(first)
        written.stories.append(_story(one, outlets, developments))
        written.conflicts += _conflicts(one, known, written.cites)
        yield at + 1, written
    written.timeline = _timeline(weighed, written.cites)
    written.voices = _voices(weighed, written.cites)
    written.unknown = _unknown(weighed, written.cites)
    yield len(chosen), written


def _extracted(known: _Weighed, lead: int | None, budget: int, cites: Cites) -> list[Sentence]:
    reads = [_read(each) for each in known.told]
    rows = summary.chosen(reads, known.score, budget, begin=lead) if reads else []
    return list(_once(cites.sentence(each) for each in _by_time([known.told[row] for row in rows])))


def _stands(one: Sentence) -> bool:
    """Whether a sentence of a model may stand in brief: its source does not say otherwise."""
    return one.evidence is not None and one.evidence.state in ("verbatim", "in_source")


def each_once(texts: Iterable[Text]) -> Iterator[Told]:
    """The sentences of a story's news: what a copy only repeats is left out, its own paragraph is not."""
    seen: set[tuple[int, str]] = set()
    for text in texts:
        for one in sentences(text) if text.news else ():
            if (text.group, _plain(one.said)) not in seen:
                seen.add((text.group, _plain(one.said)))
                yield one


def weigh(texts: Sequence[Text]) -> _Weighed:
    """The sentences of a story's news, each once, of its most central texts."""
    groups: dict[int, int] = {}
    told = list(each_once([one for one in texts if one.news][:TEXTS]))
    reads = [
        Read(groups.setdefault(one.text.group, len(groups)), one.place, len(one.text.ranges), one.said)
        for one in told
    ]
    score = summary.aged(summary.scores(reads), [in_days(one.text.article.published) for one in told])
    score = score - summary.FRAGMENT * np.array([_nobodys(one) for one in told], np.float64)
    return _Weighed(told, score, np.argsort(-score, kind="stable").tolist())


def _nobodys(one: Told) -> bool:
    """Whether nobody could tell whose words they are: it is only quoted, even with what belongs to it, or its author
    speaks of himself."""
    if _AUTHOR.search(_QUOTED.sub("", one.said)):
        return True
    if not _QUOTE.search(one.said):
        return False
    text, ranges = one.text.article.text, one.text.ranges
    first, last = in_context(text, ranges, one.place)
    outside = _QUOTED.sub("", text[ranges[first][0] : ranges[last][1]])
    return len(_QUOTE.split(outside)) > 1 or len(re.findall(r"\w+", outside)) < 2


def _plain(said: str) -> str:
    return " ".join(re.findall(r"\w+", said.casefold()))


def _read(one: Told) -> Read:
    return Read(0, one.place, len(one.text.ranges), one.said)


def _lead(known: _Weighed) -> int | None:
    """What the story has come to: the newest of the sentences that articles open with, of those that say what their
    headline says (a feature's opening scene does not) and carry as much as most; not what a quotation opens or what
    points back. None where there is none."""
    opening = [
        row
        for row, one in enumerate(known.told)
        if one.place <= 1 and not _OPENS_BADLY.match(one.said) and known.score[row] > -1
    ]
    if not opening:
        return known.order[0] if known.order else None
    opening = [row for row in opening if _headlined(known.told[row])] or opening
    least = float(np.quantile(known.score[opening], 0.4))
    good = [row for row in opening if known.score[row] >= least]
    return max(good, key=lambda row: (_dated_at(known.told[row].text.article), -known.told[row].place, -row))


def _headlined(one: Told) -> bool:
    """Whether an article's first sentence has enough of its headline's words."""
    headline, said = (
        {word.stem for word in tokens(text) if not word.empty}
        for text in (one.text.article.title or "", one.said)
    )
    return one.place == 0 and len(headline & said) >= max(1, HEADLINE * len(headline))


def _once(told: Iterable[Sentence]) -> Iterator[Sentence]:
    """Sentences in order, those left out that cite the same words, or repeat most of another's."""
    cited: set[int] = set()
    said: list[tuple[frozenset[str], frozenset[str]]] = []
    for one in told:
        words = frozenset(re.findall(r"[^\W\d]{3,}", one.text.casefold()))
        numbers = frozenset(re.findall(r"\d+", one.text))
        repeats = any(
            numbers <= others and len(words & other) >= REPEATS * min(len(words), len(other))
            for other, others in said
        )
        if not repeats and not cited & set(one.citations):
            cited |= set(one.citations)
            said.append((words, numbers))
            yield one


def _by_time(told: Sequence[Told]) -> list[Told]:
    """In the order in which they are read: by day, then article, then place."""
    return sorted(told, key=lambda one: (_dated_at(one.text.article), one.text.article.id, one.place))


def _dated_at(article: Article) -> float:
    return moment(article.published) if article.published else 0.0


def _story(one: Chosen, outlets: Sequence[str], told: Sequence[Sentence]) -> Story:
    articles = [text.article for text in one.texts]
    dated = sorted((each.published for each in articles if each.published), key=moment)
    return Story(
        headline=headline(one.texts),
        articles=tuple(each.id for each in articles),
        texts=one.count,
        folded=one.folded,
        outlets=tuple(dict.fromkeys(each.outlet for each in articles if each.outlet)),
        origins=origins_of([(text.article, text.article.text, text.group) for text in one.texts], outlets),
        first=dated[0] if dated else None,
        last=dated[-1] if dated else None,
        told=one.told,
        sentences=tuple(told),
    )


def headline(texts: Sequence[Text]) -> str:
    """Of the most central text that is news and has one, white space folded."""
    titled = [one for one in texts if one.article.title]
    best = next((one for one in titled if one.news), titled[0] if titled else None)
    return " ".join((best.article.title or "").split()) if best else "Untitled"


def _conflicts(one: Chosen, known: _Weighed, cites: Cites) -> Iterator[Conflict]:
    whole = (known.told[row] for row in known.order[:WEIGHED] if known.score[row] > -1)
    best = [each for each in whole if _COUNTS.search(each.said)]
    ended = [(old, list(sentences(newer))) for older, newer in one.ended for old in sentences(older)]
    given: set[tuple[str, str]] = set()
    for apart in conflicts.conflicts(best, ended):
        key = apart.reason.said.casefold(), apart.reason.source.casefold()
        if key in given:
            continue
        given.add(key)
        yield Conflict(apart.kind, cites.sentence(apart.older), cites.sentence(apart.newer), apart.reason)


def _timeline(weighed: Sequence[_Weighed], cites: Cites) -> list[Event]:
    """The days that the best sentences tell of, one sentence a day and story; what an undated article says of
    "Tuesday" stays unresolved."""
    found: list[tuple[float, str | None, str, Told]] = []
    for known in weighed:
        taken: set[str | None] = set()
        for row in known.order[:WEIGHED]:
            one = known.told[row]
            when = _dated(one)
            if when is None:
                continue
            day = when.days[0].isoformat() if when.days else None
            if day not in taken and len(taken) < EVENTS_OF_ONE:
                taken.add(day)
                found.append((float(known.score[row]), day, when.text, one))
    best = sorted(found, key=lambda one: -one[0])[:EVENTS]
    best.sort(key=lambda one: (one[1] is None, one[1] or "", one[3].text.article.id, one[3].place))
    return [Event(day, said, cites.sentence(one)) for _, day, said, one in best]


def _dated(one: Told) -> When | None:
    """The first day that a sentence names; a month, a year or a clock is none, nor is what is quoted, said on another
    day, nor the day that a dateline gives."""
    line = conflicts.DATELINE.match(one.said)
    for when in times(one.said, one.text.article.published):
        if when.start < (line.end() if line else 0) or _in_quotes(one.said, when.start):
            continue
        if when.days is not None and when.days[0] == when.days[1]:
            return when
        if when.days is None and one.text.article.published is None and when.form in ("weekday", "relative"):
            return when
    return None


def _in_quotes(said: str, at: int) -> bool:
    before = said[:at]
    return before.count("“") > before.count("”") or before.count('"') % 2 == 1


def _voices(weighed: Sequence[_Weighed], cites: Cites) -> list[Voice]:
    """Who is reported to say something, those with most sentences first, each with what counts most of it."""
    said: dict[str, list[Told]] = defaultdict(list)
    names: dict[str, str] = {}
    for known in weighed:
        for row in known.order:
            one = known.told[row]
            who = speakers.whose(parse(one.said, one.text.article.published))
            name = _speaker(who) if who else None
            if name is None:
                continue
            key = _surname(name)
            said[key].append(one)
            names[key] = max(names.get(key, ""), name, key=len)
    most = sorted(said, key=lambda key: (-min(len(said[key]), OF_ONE + 1), key))[:VOICES]
    found = ((names[key], list(_once(cites.sentence(one) for one in said[key]))) for key in most)
    return [Voice(name, tuple(some[:OF_ONE])) for name, some in found]


def _speaker(who: str) -> str | None:
    """Who speaks, without what comes behind the name; unnamed sources in the article's own phrase."""
    who = _JOINING.sub("", who.split(",")[0].strip())
    if _NOBODY.match(who) or not who[:1].isalpha():
        return None
    if _OWNER.search(who):
        return None
    named = [one for one in _NAMED.findall(who) if one.split()[0] not in _ARTICLES]
    longest = str(max(named, key=len)) if named else ""
    behind = who.partition(longest)[2].split() if named else []
    if behind and behind[0].islower() and behind[0] not in _BEHIND:
        return None  # "Russian officials": whose they are is no name
    if named and len(who.split()) <= len(longest.split()) + 5:
        return longest
    return who if 2 <= len(who.split()) <= 6 and who.split()[0] in _ARTICLES else None


def _surname(who: str) -> str:
    """What two ways to name one person share: the last word of a name; all of a body's, or an unnamed source's."""
    words = who.split()
    return (who if words[0] in _ARTICLES or len(words) > 4 or words[-1] in _BODIES else words[-1]).casefold()


def _unknown(weighed: Sequence[_Weighed], cites: Cites) -> list[Sentence]:
    found = [
        (float(known.score[row]), known.told[row])
        for known in weighed
        for row in known.order
        if _NOT_KNOWN.search(known.told[row].said)
    ]
    found.sort(key=lambda one: -one[0])
    return [cites.sentence(one) for _, one in found[:UNKNOWN]]


def in_days(published: str | None) -> int | None:
    """The first day of a date of publication as yyyymmdd; None where undated."""
    return day_range(published)[0] if published else None


def said_in(texts: Iterable[str], words: Sequence[str]) -> list[str]:
    """Those of `words` that stand in none of the texts, whatever the case."""
    missing = {word: re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE) for word in words}
    for text in texts:
        missing = {word: one for word, one in missing.items() if not one.search(text)}
        if not missing:
            break
    return [word for word in words if word in missing]
