"""What a sentence says beside what its source says: honest wordings pass, each kind of error is told on both sides."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.evidence.check import Checked, Source, check
from rag.types import Evidence

PUBLISHED = "2026-11-12T09:00"  # a Thursday


def against(source: str, said: str, **more: str) -> Checked:
    return check(said, [Source(1, source, more.pop("published", PUBLISHED), article=source, **more)])  # type: ignore[arg-type]


HONEST = [
    (
        "Anton Rask, who was charged with fraud in May, was convicted by a court in Hallbeck on Thursday.",
        "A court in Hallbeck convicted Anton Rask of fraud on Thursday.",
    ),
    (
        "Petter Wray had been there for 53 hours with 11 cows on the floor below him.",
        "Petter Wray had been there for 53 hours above 11 cows.",
    ),
    (
        "Two trains collided at the park at dawn. A witness said one of the trains rammed into the back of another.",
        "One train rammed into the back of another at the park at dawn, a witness said.",
    ),
    (
        "“I have now asked about all the dykes. I don’t like the answers, and I’m going to publish them,” Lund said.",
        "Lund has asked about all the dykes and is going to publish the answers, Lund said.",
    ),
    (
        "The insurers put total damage at 310 million crowns.",
        "Total damage is put by insurers at 310 million crowns.",
    ),
    (
        "The council approved 14 new bus routes on Tuesday, the mayor, Ann Lee, said.",
        "On Tuesday the council approved fourteen new bus routes, Ann Lee said.",
    ),
    (
        "The council approved 14 new bus routes on Tuesday.",
        "The council approved 14 new bus routes on 10 November.",
    ),
    ("About 1.2 million people live in the region.", "The region is home to about 1,200,000 people."),
    (
        "Exactly 1,204 people signed the petition against the dam.",
        "More than 1,200 people signed the petition against the dam.",
    ),
    (
        "Profit rose 12 percent to £4.5 million in the year to June.",
        "Profit rose by 12% to £4.5m in the year to June.",
    ),
    (
        "Dr Maria Kovacs, who leads the hospital, said 40 nurses would be hired.",
        "Maria Kovacs said the hospital would hire 40 nurses.",
    ),
    (
        "The World Health Organization warned of a new strain of the virus.",
        "The WHO warned of a new strain of the virus.",
    ),
    (
        "Police said two men were arrested after the fire at the mill.",
        "Two men were arrested after the fire at the mill, according to police.",
    ),
    (
        "The minister did not attend the opening of the bridge.",
        "The minister didn't attend the bridge's opening.",
    ),
    (
        "Harbour workers voted to strike for two days next week.",
        "Dock workers at the harbour voted for a two-day strike next week.",
    ),
    (
        "“We will not sell the farm,” said Tom Reed, its owner.",
        "Tom Reed, the owner, said: “We will not sell the farm.”",
    ),
    (
        "The bridge is expected to reopen in March, the council said.",
        "The council expects the bridge to reopen in March.",
    ),
    (
        "Nearly half of the 300 homes were flooded on Monday night.",
        "Nearly half of 300 homes were flooded on Monday.",
    ),
    (
        "U.S. President Joe Hart met French leaders in Paris.",
        "The American president met the leaders of France in Paris.",
    ),
    (
        "The company, based in Leeds, employs 350 people and made a loss of $3 million last year.",
        "Last year the Leeds-based company lost $3 million; it has 350 employees.",
    ),
    (
        "The fire began at 9.30pm and was out by midnight.",
        "The fire began at 9:30 p.m. and was out by midnight.",
    ),
    ("The trial of Omar Said, 34, will begin on 3 March 2027.", "Omar Said's trial begins on March 3, 2027."),
    ("The vote was 9 to 4 in favour of the plan.", "The plan passed by nine votes to four."),
    (
        "The river rose to 4.2 metres on Friday, the highest level since 1987.",
        "On Friday the river reached 4.2 metres, its highest since 1987.",
    ),
]
WRONG = [
    (
        "Prosecutors on Thursday charged Anton Rask with four counts of fraud. If convicted, he faces years in prison.",
        "Anton Rask was convicted on Thursday on four counts of fraud.",
        "meaning",
        "convicted",
        "charged",
    ),
    (
        "Drivers must go round by Dunmoor, a detour of 38 kilometres.",
        "Drivers must go round by Dunmoor, a detour of 38 miles.",
        "number",
        "38 miles",
        "38 kilometres",
    ),
    (
        "The crane driver Lars Pettit, 79, gets 1,140 crowns a week from the fund and was in the queue for 40 seats.",
        "The crane driver Lars Pettit gets 1,140 crowns a month from the fund.",
        "number",
        "1,140 crowns a month",
        "1,140 crowns a week",
    ),
    (
        "Both were taken to hospital and are expected to go home on Monday.",
        "Both were taken to hospital and went home on Monday.",
        "hedge",
        "went",
        "are expected to go",
    ),
    (
        "The insurers put total damage at 310 million crowns.",
        "Total damage stands at 310 million crowns.",
        "attribution",
        "",
        "The insurers put total damage at",
    ),
    (
        "Rask left Hallbeck District Court by the front door. The Merrin fund said nothing.",
        "Rask left Merrin District Court by the front door.",
        "name",
        "Merrin District Court",
        "Hallbeck District Court",
    ),
    (
        "The council approved 14 new bus routes on Tuesday.",
        "The council approved 40 new bus routes on Tuesday.",
        "number",
        "40",
        "14",
    ),
    (
        "The council approved 14 new bus routes on Tuesday.",
        "The council approved 14 new bus routes on Wednesday.",
        "date",
        "Wednesday",
        "Tuesday",
    ),
    (
        "The council approved 14 new bus routes on Tuesday.",
        "The council rejected 14 new bus routes on Tuesday.",
        "meaning",
        "rejected",
        "approved",
    ),
    (
        "The council approved 14 new bus routes on Tuesday.",
        "The council did not approve 14 new bus routes on Tuesday.",
        "negation",
        "not approve",
        "approved",
    ),
    (
        "The council did not approve the new bus routes on Tuesday.",
        "The council approved the new bus routes on Tuesday.",
        "negation",
        "approved",
        "not approve",
    ),
    (
        "Profit rose 12 percent to £4.5 million in the year to June.",
        "Profit rose 12 percent to £4.5 billion in the year to June.",
        "number",
        "£4.5 billion",
        "£4.5 million",
    ),
    (
        "Profit rose 12 percent to £4.5 million in the year to June.",
        "Profit fell 12 percent to £4.5 million in the year to June.",
        "meaning",
        "fell",
        "rose",
    ),
    (
        "Support rose by 3 percentage points to 41 percent.",
        "Support rose by 3 percent to 41 percent.",
        "number",
        "3 percent",
        "3 percentage points",
    ),
    (
        "More than 400 people were evacuated from the valley.",
        "Fewer than 400 people were evacuated from the valley.",
        "number",
        "Fewer than 400",
        "More than 400",
    ),
    (
        "Ann Lee, the mayor, and Tom Reed, a farmer, opened the bridge.",
        "Tom Reed, the mayor, opened the bridge with Ann Lee, a farmer.",
        "name",
        "Tom Reed (mayor)",
        "Ann Lee (mayor)",
    ),
    (
        "The company sued the city over the contract.",
        "The city sued the company over the contract.",
        "meaning",
        "city sued the company over the contract",
        "company sued the city over the contract",
    ),
    (
        "Mayor Ann Lee praised the firefighters at the mill.",
        "Mayor Jane Lee praised the firefighters at the mill.",
        "name",
        "Jane Lee",
        "Ann Lee",
    ),
    (
        "Norway won the match against Sweden in Oslo.",
        "Sweden won the match against Norway in Oslo.",
        "meaning",
        "Sweden won the match against",
        "Norway won the match against",
    ),
    (
        "The minister denied that he had taken money from the firm.",
        "The minister had taken money from the firm.",
        "negation",
        "had taken",
        "denied that he had taken",
    ),
    (
        "The bridge is expected to reopen in March.",
        "The bridge will reopen in March.",
        "hedge",
        "reopen",
        "is expected to reopen",
    ),
    (
        "The alleged thief fled through the garden.",
        "The thief fled through the garden.",
        "hedge",
        "thief",
        "alleged thief",
    ),
    (
        "Ukraine holds less than 200 sq km of Kursk, according to the Russian military.",
        "Ukraine holds less than 200 sq km of Kursk.",
        "attribution",
        "",
        "according to the Russian military",
    ),
    (
        "Police said the driver had been drinking before the crash.",
        "The driver had been drinking before the crash.",
        "attribution",
        "",
        "Police said",
    ),
    (
        "Tom Reed said the water had poisoned his cows.",
        "Ann Lee said the water had poisoned Tom Reed's cows.",
        "attribution",
        "Ann Lee",
        "Tom Reed",
    ),
    (
        "“We will not sell the farm,” said Tom Reed, its owner.",
        "Tom Reed said: “We will never sell the farm.”",
        "quotation",
        "“We will never sell the farm”",
        "“We will not sell the farm”",
    ),
    (
        "“We will not sell the farm,” said Tom Reed. His sister Ann Lee disagreed.",
        "Ann Lee said: “We will not sell the farm.”",
        "quotation",
        "Ann Lee",
        "Tom Reed",
    ),
    (
        "The fire began at 9.30pm and was out by midnight.",
        "The fire began at 8.30pm and was out by midnight.",
        "date",
        "8.30pm",
        "9.30pm",
    ),
    (
        "In 2019 the plant employed 300 people; in 2024 it employed 120.",
        "The plant employed 120 people in 2019 and 300 in 2024.",
        "number",
        "120 (2019)",
        "120 (2024)",
    ),
    (
        "The ferry sank before the storm reached the coast.",
        "The ferry sank after the storm reached the coast.",
        "meaning",
        "after",
        "before",
    ),
    (
        "Germany exported 40,000 cars to Japan in May.",
        "Germany exported 40,000 cars to China in May.",
        "name",
        "China",
        "Japan",
    ),
    (
        "All of the miners were rescued from the shaft.",
        "Some of the miners were rescued from the shaft.",
        "meaning",
        "Some",
        "All",
    ),
    (
        "No one was injured in the blaze at the warehouse.",
        "Several people were injured in the blaze at the warehouse.",
        "negation",
        "were injured",
        "No one was injured",
    ),
    (
        "The trial of Omar Said, 34, will begin on 3 March 2027.",
        "The trial of Omar Said, 43, will begin on 3 March 2027.",
        "number",
        "43",
        "34",
    ),
    (
        "The dam holds 12 million cubic metres of water, twice as much as in 2010.",
        "The dam holds 12 million litres of water, twice as much as in 2010.",
        "number",
        "12 million litres",
        "12 million cubic metres",
    ),
    (
        "Researchers at Leeds found the drug may reduce pain in older patients.",
        "Researchers at Leeds found the drug reduces pain in older patients.",
        "hedge",
        "reduces",
        "may reduce",
    ),
]
ADDED = [
    (
        "The council approved 14 new bus routes on Tuesday.",
        "The mayor resigned after a scandal over her expenses.",
    ),
    (
        "The council approved 14 new bus routes on Tuesday.",
        "The council approved 14 new bus routes on Tuesday at a cost of £3 million.",
    ),
    (
        "The council approved 14 new bus routes on Tuesday.",
        "The council approved 14 new bus routes on Tuesday after protests by angry commuters in the suburbs.",
    ),
    (
        "Police said two men were arrested after the fire at the mill.",
        "Police said two men from Bradford were arrested after the fire at the mill.",
    ),
    (
        "The company made a loss last year.",
        "The company's loss was caused by the collapse of its Polish subsidiary.",
    ),
]


@pytest.mark.parametrize(("source", "said"), HONEST)
def test_an_honest_wording_is_in_the_source(source: str, said: str) -> None:
    assert against(source, said).evidence.state == "in_source"


@pytest.mark.parametrize(("source", "said", "kind", "ours", "theirs"), WRONG)
def test_an_error_is_told_on_both_sides(source: str, said: str, kind: str, ours: str, theirs: str) -> None:
    found = against(source, said).evidence
    assert found.state == "differs"
    assert (kind, ours, theirs, 1) in [
        (one.kind, one.said, one.source, one.citation) for one in found.reasons
    ]


@pytest.mark.parametrize(("source", "said"), ADDED)
def test_what_the_source_does_not_say_is_not_matched(source: str, said: str) -> None:
    assert against(source, said).evidence.state == "not_matched"


SPOKEN = "“We will not sell the farm,” said Tom Reed. “The land is ours.” His sister Ann Lee disagreed."


@pytest.mark.parametrize(
    ("said", "state", "quotation"),
    [
        ("Tom Reed said: 'We will not sell the farm.'", "in_source", "verbatim"),
        ("Tom Reed said: “We will not sell the farm, the land is ours.”", "differs", "joined"),
        ("Tom Reed said: “We will not rent the farm.”", "differs", "differs"),
        ("Ann Lee said: “The land is ours,” of the farm.", "differs", "given_to_another"),
        ("Ann Lee said: “We will not sell the farm.”", "differs", "given_to_another"),
        ("Tom Reed said: “We will,” and went to sell the farm.", "differs", "differs"),
        ("Tom Reed said he would “sell the farm”.", "differs", "differs"),
        ("Tom Reed said: “Nothing could be further from my mind.”", "not_matched", "not_found"),
    ],
)
def test_quoted_words_are_held_against_the_source_s(said: str, state: str, quotation: str) -> None:
    found = against(SPOKEN, said)
    assert [one.state for one in found.quotations] == [quotation]
    assert found.evidence.state == state


def test_the_whole_of_what_is_cited_is_verbatim_and_tells_whose_word_it_is() -> None:
    source = "The dam will not hold,\n  police said on Tuesday."
    found = against(source, "The dam will not hold, police said on Tuesday.", quote=source)
    assert found == Checked(Evidence("verbatim"), "police")


@pytest.mark.parametrize(
    ("source", "whose"),
    [
        ("The dam will not hold, said Ann Lee, the mayor of Skell.", "Ann Lee"),
        (
            "According to two officials who asked not to be named, the dam will not hold.",
            "two officials who asked not to be named",
        ),
        ("The report states that the dam will not hold.", "The report"),
        ("The dam did not hold on Tuesday night.", None),
        ("He said the dam would not hold.", None),
        ("The council was told in writing that the dam would not hold.", None),
    ],
)
def test_whose_word_a_sentence_is_stands_in_the_source_s_own_phrase(source: str, whose: str | None) -> None:
    assert against(source, source, quote=source).attribution == whose


def test_nothing_cited_is_not_matched_and_another_language_is_not_checked() -> None:
    assert check("The dam will not hold.", []).evidence.state == "not_matched"
    german = "Der Damm wird nicht halten, sagte die Polizei am Dienstag."
    assert against(german, "The dam will hold, police said.", language="de").evidence.state == "not_checked"


def test_a_fact_may_stand_in_any_of_the_passages_cited_and_the_reason_names_its_own() -> None:
    sources = [
        Source(1, "The council approved 14 new bus routes on Tuesday."),
        Source(2, "The routes will cost £3 million a year and start in May."),
    ]
    assert (
        check(
            "The council approved 14 new bus routes, which will cost £3 million a year.", sources
        ).evidence.state
        == "in_source"
    )
    found = check(
        "The routes approved by the council will cost £5 million a year and start in May.", sources
    ).evidence
    assert [(one.said, one.source, one.citation) for one in found.reasons] == [
        ("£5 million", "£3 million", 2)
    ]


def test_a_weekday_and_yesterday_are_read_from_the_day_of_publication() -> None:
    source = "The bridge was closed on Wednesday after a lorry hit it."
    yesterday = "The bridge was closed yesterday after a lorry hit it."
    assert against(source, yesterday).evidence.state == "in_source"
    assert against(source, yesterday, published="2026-11-14").evidence.state == "differs"
    assert against(source, yesterday, published="2026-11").evidence.state == "not_matched"


@given(st.text(max_size=300), st.text(max_size=600))
def test_any_text_is_checked_without_a_fault_and_the_same_twice(said: str, source: str) -> None:
    found = against(source, said)
    assert found == against(source, said)
    told = [one for one in found.evidence.reasons if one.kind != "language"]
    assert (found.evidence.state == "differs") == bool(told)


@pytest.mark.parametrize(
    ("said", "source", "reasons"),
    [
        (
            "The flat was let for 1,140 crowns a month.",
            "The flat was let for 1,140 crowns a week, a court heard.",
            [("1,140 crowns a month", "1,140 crowns a week")],
        ),
        ("He was paid 300 crowns a day.", "He was paid 300 crowns per day.", []),
        ("The repair costs 5.1 million crowns at most.", "The repair costs at most 5.1 million crowns.", []),
    ],
)
def test_what_a_figure_is_for_each_of_counts_and_a_limit_may_stand_behind_it(
    said: str, source: str, reasons: list[tuple[str, str]]
) -> None:
    found = check(said, [Source(1, source, article=source, quote=source)])
    assert [(one.said, one.source) for one in found.evidence.reasons if one.kind == "number"] == reasons


@pytest.mark.parametrize(
    ("said", "source", "state", "calculated"),
    [
        (
            "In all 84 people were hurt in the two crashes.",
            "The first crash hurt 48 people. The second crash hurt 36 people.",
            "in_source",
            ("48 + 36 = 84",),
        ),
        (
            "Steel and scaffolding take 75 percent of the 84 million crowns.",
            "The estimate is 84 million crowns. Steel and scaffolding take 63 million crowns.",
            "in_source",
            ("63 million crowns of 84 million crowns = 75 percent",),
        ),
        (
            "In all 84 people were hurt in the two crashes.",
            "The first crash hurt 48 people. The second crash killed 36 horses.",
            "not_matched",
            (),
        ),
        (
            "Steel and scaffolding take 64 million crowns.",
            "Steel takes 41 million crowns. Scaffolding takes 22 million crowns.",
            "differs",
            (),
        ),
    ],
)
def test_a_figure_made_of_two_of_the_source_s_is_shown_with_its_working_and_no_other(
    said: str, source: str, state: str, calculated: tuple[str, ...]
) -> None:
    found = check(said, [Source(1, source, article=source, quote=source)])
    assert (found.evidence.state, found.evidence.calculated) == (state, calculated)
