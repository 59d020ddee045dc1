"""Words by which a sentence says the opposite, says it less surely, or says whose word it is: closed lists."""

from __future__ import annotations

from functools import cache

from rag.evidence.tokens import stem

# Two words of a row cannot both be true of one thing; parts of a row divided by | stand against each other.
_AGAINST = """
rise rises rose risen rising increase increased increases increasing grow grew grown growing growth climb \
climbed climbing gain gained gains up higher jump jumped surge surged soar soared improve improved improving | \
fall falls fell fallen falling decrease decreased decreases decreasing decline declined declines declining drop \
dropped dropping shrink shrank shrunk loss lost losses down lower plunge plunged plummet slump slumped worsen \
worsened
approve approved approves approval accept accepted accepts acceptance adopt adopted endorse endorsed back backed \
pass passed ratify ratified | reject rejected rejects rejection oppose opposed opposes block blocked veto vetoed \
defeated turned refused
win wins won winning victory beat beaten defeat defeated | lose loses lost losing defeat
support supports supported supporting supporter supporters favour favor favoured favored | oppose opposes \
opposed opposing opponent opponents against
open opens opened opening reopen reopened reopening | close closes closed closing shut shuts closure
start starts started starting begin begins began begun beginning launch launched | end ends ended ending finish \
finished stop stopped halt halted
before earlier | after later
first | last final
more | less fewer
most | least fewest
above over | below under
inside | outside
north northern | south southern | east eastern | west western
left | right
alive survive survived survivor survivors | dead die died killed death
guilty convicted convict conviction | innocent acquitted acquittal cleared
arrest arrested detain detained jailed imprisoned | release released freed
allow allowed allows permit permitted | ban banned bans forbid forbidden prohibit prohibited bar barred
include included includes including | exclude excluded excludes excluding
buy buys bought buying purchase purchased | sell sells sold selling sale
arrive arrived arrives arrival enter entered | leave leaves left depart departed departure
hire hired hires appoint appointed | fire fired dismiss dismissed sack sacked
agree agreed agrees agreement | disagree disagreed disagrees disagreement
admit admitted admits confess confessed | deny denied denies
true | false
safe | unsafe dangerous
legal lawful | illegal unlawful
public | private
major | minor
large big huge | small tiny
high highest | low lowest
latest | earliest
long | short
hot | cold
old older oldest elder eldest | young younger youngest
rich wealthy | poor
strong stronger strengthen strengthened | weak weaker weaken weakened
early | late
best better | worst worse
success successful succeed succeeded | failure unsuccessful fail failed
male man men boy boys | female woman women girl girls
husband | wife
father | mother
son sons | daughter daughters
brother brothers | sister sisters
uncle | aunt
all every | some few
many | few
majority | minority
maximum | minimum
same | different
known named | unknown unnamed
permanent permanently | temporary temporarily
possible | impossible
likely | unlikely
expected | unexpected
necessary | unnecessary
positive | negative
optimistic | pessimistic
attack attacked | defend defended
offensive | defensive
peaceful peacefully | violent violently
victim victims | suspect suspects attacker attackers
winner winners | loser losers
buyer buyers | seller sellers
employer employers | employee employees
landlord landlords | tenant tenants
teacher teachers | pupil pupils student students
doctor doctors | patient patients
defendant defendants | plaintiff plaintiffs
prosecutor prosecutors prosecution | defence defense
red | blue | green | yellow | black | white | orange | purple | pink | brown | grey gray
spring | summer | autumn | winter
morning | afternoon | evening | night
domestic | foreign international
urban | rural
import imports imported | export exports exported
surplus | deficit
profit profits | loss losses
asset assets | debt debts liabilities
income revenue | expenditure spending
remove removed removes delete | keep kept keeps install installed
add added adds | remove removed cut
build built building construct constructed | demolish demolished demolition destroy destroyed
protect protected | harm harmed endanger endangered
cause caused causes | prevent prevented prevents
praise praised praises hail hailed welcome welcomed | criticise criticised criticize criticized condemn \
condemned blame blamed denounce denounced
love loved | hate hated
friend friends ally allies | enemy enemies foe rival rivals
day | night
forward forwards ahead | back backward backwards
single | double | triple
increase raise raised | cut reduce reduced lower lowered
extend extended extension prolong prolonged | shorten shortened curtail
expand expanded expansion | contract contracted contraction
deploy deployed | withdraw withdrew withdrawn withdrawal
join joined | quit leave left
encourage encouraged | discourage discouraged deter
hit | miss missed
heaviest heavier | lightest lighter
occupied | vacant empty
full | empty
wet rain rainfall | dry drought
flood flooding floods | drought
married | divorced unmarried
elected | defeated appointed
retain retained retains | lose lost
abstain abstained abstention | vote voted
optional voluntary | compulsory mandatory
despite | because
"""

NEGATORS = frozenset(
    """
    not never no none nobody nothing nowhere neither nor without cannot n't hardly barely unable lack lacks
    lacked
    """.split()
)
DENIALS = frozenset(
    """
    deny denies denied denying reject rejects rejected refute refuted dismiss dismissed
    """.split()
)
WITH_TO = frozenset(
    """
    fail fails failed failing refuse refuses refused decline declines declined
    """.split()
)

# What denies without a "not".
PREVENTS = frozenset(
    """
    cancelled canceled banned barred prevented stopped avoided
    """.split()
)

# Each before what it makes unsure.
HEDGES = (
    "is expected to", "are expected to", "was expected to", "were expected to", "expected to", "is likely to",
    "are likely to", "likely to", "likely", "may", "might", "could", "is believed to", "are believed to",
    "believed to", "is thought to", "are thought to", "thought to", "is understood to", "plans to", "plan to",
    "planned to", "planning to", "hopes to", "hope to", "hoped to", "hoping to", "intends to", "intend to",
    "intended to", "aims to", "aim to", "aimed to", "wants to", "want to", "wanted to", "appears to", "appear to",
    "appeared to", "seems to", "seem to", "seemed to", "considering", "considers", "proposes to", "proposed to",
    "proposed", "seeking to", "seeks to", "possible", "possibly", "perhaps", "probably", "apparently", "allegedly",
    "alleged", "reportedly", "suspected", "suspected of", "accused of", "on suspicion of", "is set to",
    "are set to", "set to", "due to be", "potentially", "tentatively", "is scheduled to", "are scheduled to",
    "scheduled to", "is estimated to", "estimated to", "tried to", "tries to", "trying to", "attempted to",
    "attempting to",
    "expects to", "expect to", "is expected", "are expected", "was expected", "whether to",
)  # fmt: skip
# Where one of these stands in the answer it has not said it surely.
UNSURE = frozenset(
    """
    expected likely may might could believed thought understood plan plans planned planning hopes hope hoped
    hoping intends
    intend intended aims aim aimed wants want wanted appears appear appeared seems seem seemed considering
    considers proposes
    proposed proposal proposals seeking seeks possible possibly perhaps probably apparently allegedly alleged
    allegation
    allegations reportedly suspected suspicion accused accusations potentially potential tentatively scheduled
    estimated
    estimate tried tries trying attempted attempting attempt should unclear whether if set due forecast
    predicted
    presumed supposed supposedly charged prospect chance risk anticipated looks look projected provisional
    provisionally
    plans unconfirmed claim claimed claims
    can able possibility doubtful
    """.split()
)

SAYING = frozenset(
    """
    said says say told tells claimed claims claim alleges argued argues insisted insists maintained
    maintains suggested suggests understands believes believe thinks think estimated estimates stated states warned
    warns added adds
    """.split()
)
# What a sentence may tell by instead, so that it does say whose word it is.
TELLING = SAYING | frozenset(
    """
    according figures saying telling claiming allege alleging arguing insisting suggesting believing announced announces
    announcing
    confirmed confirms confirming denied denies denying described describes describing called calls calling
    urged urges
    promised promises pledged vowed wrote writes writing asked asks explained explains noted notes acknowledged
    admits
    admitted complained criticised criticized praised condemned welcomed accused accuses expects expected
    predicts predicted
    forecast forecasts hopes hoped wants wanted declared testified tweeted posted quoted blamed blames
    attributed cited
    citing disclosed revealed reveals report statement testimony heard recalled remembers feels felt concluded
    found finds
    ruled allegedly reportedly alleged say-so word advised advises cautioned cautions stressed remarked
    commented put account
    view opinion assessment estimate estimates thinks regarded considers considered describing hailed warning
    warnings
    informed communicated assured affirmed affirms proclaimed reported reports asserted asserts view allegation
    allegations claimant disputes disputed contends contended contend
    maintains reckons reckoned guaranteed shows showed showing recommended recommends
    """.split()
)

# What one does to another, so that who is first matters.
DEEDS = frozenset(
    stem(word)
    for word in """
    sued beat defeated killed attacked accused criticised criticized praised bought sold paid hired fired won lost told
    asked arrested invaded owed owes warned blamed shot hit replaced overtook acquired owns owned lent gave sent taught
    helped saved rescued threatened insulted thanked outsold outnumbered succeeded preceded followed married divorced
    elected appointed chose nominated backed supported opposed betrayed condemned fined jailed convicted sentenced
    banned bombed shelled struck robbed stole cheated deceived misled lied bribed borrowed charged prosecuted
    represented defended challenged outscored thrashed edged knocked eliminated hosted visited invited funded financed
    telephoned phoned
    supplied imported exported controls controlled runs dominates leads trails
    """.split()
)


@cache
def _sides() -> dict[str, frozenset[tuple[int, int]]]:
    found: dict[str, set[tuple[int, int]]] = {}
    for row, line in enumerate(_AGAINST.strip().splitlines()):
        for side, words in enumerate(line.split("|")):
            for word in words.split():
                found.setdefault(stem(word), set()).add((row, side))
    return {word: frozenset(places) for word, places in found.items()}


# What is done, and what comes before it and is not yet that.
_STEPS = """
convicted convicts conviction guilty sentenced jailed imprisoned | charged accused indicted suspected arrested
approved approves passed adopted signed | proposed considered considering debated discussed drafted sought requested
bought acquired acquires | offered bid considering
killed died | injured wounded hurt
"""


@cache
def _steps() -> tuple[tuple[frozenset[str], frozenset[str]], ...]:
    rows = (row.split("|") for row in _STEPS.strip().splitlines())
    return tuple(
        (frozenset(map(stem, done.split())), frozenset(map(stem, before.split()))) for done, before in rows
    )


def further(said: str, source: str) -> bool:
    """Whether one word, by its stem, says done what the other says is only on the way to it."""
    return any(said in done and source in before for done, before in _steps())


def opposed(one: str, other: str) -> bool:
    """Whether two words, by their stems, stand against each other, and never on one side."""
    if one[:5] == other[:5]:
        return False  # one word's forms: "employs" and "employees"
    ours, theirs = _sides().get(one), _sides().get(other)
    if not ours or not theirs or ours & theirs:
        return False
    rows = dict(theirs)
    return any(rows.get(row, side) != side for row, side in ours)


def alike(one: str, other: str) -> bool:
    """Whether two words, by their stems, stand on one side."""
    return bool(_sides().get(one, frozenset()) & _sides().get(other, frozenset()))
