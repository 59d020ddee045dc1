"""Sentence ranges on news texts, all invented."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.library.sentences import sentence_ranges


def cut(text: str, furniture: tuple[tuple[int, int], ...] = ()) -> list[str]:
    return [text[start:end] for start, end in sentence_ranges(text, furniture=furniture)]


ONE_LINE = [
    # titles, initials, abbreviations
    "U.S. officials met him.| The U.S. said no.| He lives in the U.S.| He left.",
    "In the U.S. Army he rose.| The U.S. Supreme Court ruled.| U.S. Sen. Ann Poe and U.S. President Lee met.",
    "Mr. Orban met Gen. Lee on Feb. 24.| Sen. Ann Poe, R-Ohio, left.",
    "It was No. 4.| No. 5 came later.| He scored No. 6 on Jan. 3, 2024.| The No. 10 spokesman said so.",
    "J. R. Smith of Acme Inc. said profits rose.| It was Acme Inc.| The firm left.",
    "Lt. Col. Roy Dee, Atty. Gen. Sue Ott and Rev. Al Poe, Jr. sat.| Dep. Chief Ann Lee stood.",
    "The St. Louis team beat Mt. Vernon vs. Ft. Worth.| Prof. Li et al. wrote it.",
    "Washington, D.C. Mayor Ann Poe spoke.| Ph.D. students in D.C. protested.",
    "The firm, e.g. Acme, i.e. us, etc. was sold.| See Vol. 3 and p. 4.| He left.",
    # the hour
    "It began at 5 a.m. Monday.| It ended at 6 p.m.| The police came.",
    "It starts at 7 p.m. ET.| It ends at 9 p.m. EDT on Sunday.| At 5 p.m. Eastern it rained.",
    # numbers
    "He paid $3.5 million.| Rates rose 0.25 percent.| In 2009.| 15 people left.",
    # ellipses
    "“Well... I do not know,” he said.| “It was... odd.”| She left.",
    "He said … no.| What happened?!| He left!!!",
    # quotations
    '"We will go.| We will win," he said.| "They will lose.| Always."| The crowd roared.',
    "He said: “We will go.| We will win.”| The crowd roared.",
    "“Is it?” he asked.| “Yes!” Mr. Poe said.| “No.”| He left.",
    "‘We lost,’ he said.| ‘It hurt.| Badly.’| The team’s bus left.",
    "The players' wives came.| The boys' club left.",
    "He said no.”| She left.| “Go.”",
    "So it ended. ”| She left.",
    "Yahoo! shares rose.| The film “Go!” opened.",
    # parentheses
    "He left.| (It was late.)| She stayed (see above).| Then it rained.",
    "(He was 12. She was 13.)| They left.| [Editor's note: It was later.]| He sat.",
    # run together, addresses
    "It rained.|He left.|Then she came.",
    "Visit www.acme.example.| Email a.b@c.example.| He uses ASP.NET and Node.JS daily.",
    # datelines and other scripts
    "LONDON, Feb. 3 (Agency) -- Rain fell.| BERLIN — Snow fell.",
    "他来了。|她走了！|真的吗？",
    "वह आया।| वह गया।",
    "هل جاء؟| نعم.| ذهب.",
    "Он пришел.| Она ушла.",
    # emoji count as one code point each
    "It was 😀 fun.| 😀 He left.",
]


@pytest.mark.parametrize("marked", ONE_LINE)
def test_a_line_of_news_is_cut_where_its_sentences_end(marked: str) -> None:
    assert cut(marked.replace("|", "")) == [part.strip() for part in marked.split("|")]


def test_a_heading_is_never_glued_to_the_next_paragraph() -> None:
    text = "Council talks stall\n\nBackground\n\nThe council met. It sat late.\nWhat it is made of\nIron is."
    assert cut(text) == [
        "Council talks stall",
        "Background",
        "The council met.",
        "It sat late.",
        "What it is made of",
        "Iron is.",
    ]


def test_each_bullet_is_a_sentence() -> None:
    text = "They asked for:\n- more buses\n- cheaper tickets and\n- a new bridge.\n1. First. \n2. Second."
    assert cut(text) == [
        "They asked for:",
        "- more buses",
        "- cheaper tickets and",
        "- a new bridge.",
        "1. First.",
        "2. Second.",
    ]


TORN = [
    "The talks collapsed and\n\nthe ferry strike began on Aug 3, 2021\n\n.",
    "The talks collapsed and\n\nFerrymen walked out on Aug 3, 2021\n\n.",
    "The mayor was told of it by\n\nHarbour Mail\n\n, which first reported the fall.",
    "It was a long night for the\n\nPort of Aldmoor\n\nand its forty workers.",
    "Analysts at the oldest bank in town,\n\nOrrin and Sons\n\n, expect rates to fall.",
    "Analysts who follow the bank say that\n\nOrrin and Sons\n\nexpects rates to fall.",
    "The Herald\n\nreported the sale on Monday.",
    "He called the plan “\n\nbroad\n\n”.",
    "He visited the\n\nMinistry of Ferries\n\n's new offices.",
]


@pytest.mark.parametrize("text", TORN)
def test_a_sentence_torn_by_a_link_is_one(text: str) -> None:
    around = f"It rained.\n\n{text}\n\nOld demands\n\nThe sun came."
    assert cut(around) == ["It rained.", text, "Old demands", "The sun came."]


def test_the_torn_sentence_alone_is_put_together_not_its_paragraph() -> None:
    assert cut("It rained. The dam broke and\n\nwater ran\n\n. He left.") == [
        "It rained.",
        "The dam broke and\n\nwater ran\n\n.",
        "He left.",
    ]


WHOLE = [
    ["2 cups flour", "salt", "pepper", "Mix everything."],
    ["Old demands", "iPhone sales fell."],
    ["No plan to resign, mayor says", "The mayor spoke on Monday."],
    ["Where things are", "The bridge is closed."],
    ["Read more:", "harbour news."],
    ["Dear editor,", "Your report was wrong."],
    ["Contact", "news@harbour.example or call us."],
    ["Ferry strike", "– Crews walk out."],
    ["The ferry is late.", '"(It) is late," he said.'],
]


@pytest.mark.parametrize("blocks", WHOLE)
def test_headings_and_lists_are_not_put_together(blocks: list[str]) -> None:
    assert cut("\n\n".join(blocks)) == blocks


def test_a_text_wrapped_at_a_fixed_width_is_unwrapped() -> None:
    text = (
        "The harbour board met on Tuesday to hear from\nMr. Poe and the owners of the ferries that\n"
        "sank. It will meet again in\n\nMarch news\n\nThe owners of the ferries asked the board\n"
        "for more time to answer the charges that the\npolice brought."
    )
    assert cut(text) == [
        "The harbour board met on Tuesday to hear from\nMr. Poe and the owners of the ferries that\nsank.",
        "It will meet again in",
        "March news",
        "The owners of the ferries asked the board\nfor more time to answer the charges that the\n"
        "police brought.",
    ]


def test_sentences_never_touch_furniture() -> None:
    text = "The dam broke and PHOTO: POE water ran. Sign up now. He left"
    photo, sign = text.index("PHOTO"), text.index("Sign")
    furniture = ((sign, sign + 12), (photo, photo + 10))
    assert cut(text, furniture) == ["The dam broke and", "water ran.", "He left"]
    assert cut(text, ((0, len(text)),)) == []
    assert cut(text, ((0, 1000),)) == []


TEXTS = st.text(
    alphabet=st.one_of(
        st.sampled_from("aB .,!?\n\r“”\"'’()-•1é中。\u200b\xa0\x85\u2028\x1c😀"), st.characters()
    ),
    max_size=120,
)


@given(TEXTS, st.lists(st.tuples(st.integers(0, 130), st.integers(0, 20)), max_size=3))
def test_every_character_of_its_own_text_is_in_one_sentence(text: str, cuts: list[tuple[int, int]]) -> None:
    furniture = [(start, start + length) for start, length in cuts]
    ranges = sentence_ranges(text, furniture=furniture)
    covered = [position for start, end in ranges for position in range(start, end)]
    outside = {i for i in range(len(text)) if not any(start <= i < end for start, end in furniture)}
    assert covered == sorted(set(covered))
    assert set(covered) <= outside
    assert {i for i in outside if not text[i].isspace()} <= set(covered)
    assert all(start < end and text[start:end] == text[start:end].strip() for start, end in ranges)


def test_a_lone_surrogate_does_not_stop_it() -> None:
    assert cut("It rained \ud800. He left.") == ["It rained \ud800.", "He left."]


def test_time_grows_with_the_text_and_no_faster() -> None:
    shapes = [
        "and so on,\n\n",
        "a short line\n",
        '. "',
        "(a. [b. ",
        "“We go.” She (said.) went! ",
        "x",
        " \n",
    ]
    for shape in shapes:
        seconds = []
        for size in (20_000, 200_000):
            began = time.process_time()
            sentence_ranges(shape * (size // len(shape)))
            seconds.append(time.process_time() - began)
        assert seconds[1] < 40 * seconds[0] + 0.2, shape
