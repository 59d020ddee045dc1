"""Which article is a newer version of which; all invented."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag.library.storyline import Marks, ends, marks, named_titles
from rag.types import Article


def article(
    id: str,
    title: str = "Twelve missing in ferry fire",
    text: str = "Twelve people were missing on Friday.",
    *,
    agency: str | None = "Norlan",
    outlet: str | None = "Norlan",
    published: str | None = "2026-03-01T09:00:00+01:00",
    supersedes: str | None = None,
) -> Article:
    return Article(
        id, text, title=title, agency=agency, outlet=outlet, published=published, supersedes=supersedes
    )


FIRST = article("first")
LATER = "2026-03-01T09:15:00+01:00"


@pytest.mark.parametrize(
    ("title", "text", "expected"),
    [
        ("Twelve missing in ferry fire", "Twelve people were missing.", Marks(None, 0)),
        ("Weather update for Aldmoor", "Rain.", Marks(None, 0)),
        ("Corrected sight at 80: a doctor's gift", "She sees.", Marks(None, 0)),
        ("Killing of mayor was planned, court hears", "A court heard.", Marks(None, 0)),
        ("UPDATE 2-Two missing in ferry fire", "Two.", Marks("update", 2)),
        ("UPDATE Two missing in ferry fire", "Two.", Marks("update", 1)),
        ("BC-Ferry Fire, 3rd Ld-Writethru", "Two.", Marks("update", 3)),
        ("Two missing in ferry fire (UPDATED)", "Two.", Marks("update", 1)),
        ("Two missing in ferry fire", "(Adds quote from mayor, paragraph 4)\n\nTwo.", Marks("update", 1)),
        ("CORRECTED-UPDATE 1-Two missing in ferry fire", "Two.", Marks("correction", 1)),
        ("CORRECTED: Two missing in ferry fire", "Two.", Marks("correction", 0)),
        ("REFILE-Two missing in ferry fire", "Two.", Marks("correction", 0)),
        ("Two missing in ferry fire", "(Corrects number to 2 from 12)\n\nTwo.", Marks("correction", 0)),
        ("Two missing", "Two.\n\nCorrection: An earlier version said twelve.", Marks("correction", 0, True)),
        ("Two missing", "Two.\n\nThis story has been updated with a quote.", Marks("update", 1, True)),
        ("Two missing", "Editor's note: The writer sails.\n\nTwo.", Marks(None, 0)),
        ("Two missing", "Two.\n\nThis article was amended on 3 March.", Marks("correction", 0, True)),
        ("KILL: Twelve missing in ferry fire", "Editors: please kill.", Marks("kill", 0)),
        ("Twelve missing", "STORY WITHDRAWN\n\nPlease remove it.", Marks("kill", 0)),
    ],
)
def test_marks_are_read_where_the_trade_puts_them(title: str, text: str, expected: Marks) -> None:
    assert marks(article("a", title, text)) == expected


def test_a_named_article_is_superseded_whatever_the_marks() -> None:
    assert ends(article("b", supersedes="first", published=None), FIRST, copies=False) == "superseded"
    assert ends(article("b", "KILL: x", supersedes="first", agency=None), FIRST, copies=False) == "withdrawn"


def test_a_later_marked_copy_of_the_same_agency_supersedes() -> None:
    corrected = article("b", "CORRECTED: Two missing in ferry fire", published=LATER)
    assert ends(corrected, FIRST, copies=True) == "superseded"
    assert ends(FIRST, corrected, copies=True) is None
    assert ends(corrected, FIRST, copies=False) is None
    assert ends(article("c", published=LATER), FIRST, copies=True) is None


def test_an_earlier_marked_copy_does_not() -> None:
    earlier = article("b", "UPDATE 1-Two missing in ferry fire", published="2026-03-01T08:00:00+01:00")
    assert ends(earlier, FIRST, copies=True) is None


def test_times_are_compared_across_zones_and_by_the_clock_where_one_has_none() -> None:
    update = "UPDATE 1-Two missing in ferry fire"
    assert ends(article("b", update, published="2026-03-01T08:05:00Z"), FIRST, copies=True) == "superseded"
    assert ends(article("b", update, published="2026-03-01T07:55:00Z"), FIRST, copies=True) is None
    assert ends(article("b", update, published="2026-03-01T09:05"), FIRST, copies=True) == "superseded"
    assert ends(article("b", update, published="2026-03-01T08:55"), FIRST, copies=True) is None
    assert ends(article("b", update, published="2026-02"), FIRST, copies=True) is None


def test_where_the_dates_do_not_tell_the_marks_do() -> None:
    first, second, third = (
        article(str(n), f"UPDATE {n}-Two missing in ferry fire", published="2026-03-01") for n in (1, 2, 3)
    )
    plain = article("first", published=None)
    assert ends(second, first, copies=True) == "superseded"
    assert ends(second, third, copies=True) is None
    assert ends(first, plain, copies=True) == "superseded"
    assert ends(article("c", "CORRECTED-UPDATE 2-x", published="2026"), second, copies=True) == "superseded"


def test_a_rivals_mark_changes_nothing() -> None:
    rival = article("b", "UPDATE 1-Two missing", agency="Castrel", outlet="Castrel", published=LATER)
    assert ends(rival, FIRST, copies=True) is None
    nobody = article("b", "UPDATE 1-Two missing", agency=None, outlet=None, published=LATER)
    assert ends(nobody, article("a", agency=None, outlet=None), copies=True) is None


def test_an_update_leaves_another_outlets_copy_a_correction_does_not() -> None:
    local = article("local", outlet="Brindle Post")
    assert ends(article("b", "UPDATE 1-Two missing", published=LATER), local, copies=True) is None
    assert ends(article("b", "CORRECTED: Two missing", published=LATER), local, copies=True) == "superseded"
    own = article("b", "UPDATE 1-Two missing", outlet="Brindle Post", published=LATER)
    assert ends(own, local, copies=True) == "superseded"


@pytest.mark.parametrize(
    "below", ["This story has been updated with a quote.", "Correction: An earlier version said twelve."]
)
def test_what_a_page_says_of_itself_ends_nothing_under_another_headline(below: str) -> None:
    own = {"agency": None, "outlet": "Brindle Post"}
    page = article("b", "Two missing in ferry fire", f"Two.\n\n{below}", published=LATER, **own)
    assert ends(page, article("a", "What to know about the ferry fire", **own), copies=True) is None
    assert ends(page, article("a", "Two missing in ferry fire", **own), copies=True) == "superseded"
    assert ends(page, article("a", "Two missing in ...", **own), copies=True) == "superseded"
    assert ends(page, article("a", "Two missing", **own), copies=True) is None


def test_a_kill_withdraws_the_headline_it_names() -> None:
    by_title = article("k", "KILL: Twelve missing in ferry fire", "Editors: do not use.", published=LATER)
    by_text = article(
        "k", "STORY WITHDRAWN", 'Please kill the item headed "Twelve missing in ferry fire".', published=LATER
    )
    assert named_titles(by_title) == named_titles(by_text) == ("Twelve missing in ferry fire",)
    for kill in (by_title, by_text):
        assert ends(kill, FIRST, copies=False) == "withdrawn"
        assert ends(kill, article("other", "Two rescued in ferry fire"), copies=False) is None
        assert ends(kill, article("new", published="2026-03-01T12:00:00+01:00"), copies=False) is None
        assert ends(kill, article("rival", agency="Castrel", outlet="Castrel"), copies=False) is None


def test_an_article_withdrawn_by_hand_is_no_kill() -> None:
    by_hand = replace(FIRST, status="withdrawn")
    assert ends(by_hand, article("copy", outlet="Brindle Post"), copies=True) is None
    assert ends(replace(by_hand, supersedes="copy"), article("copy"), copies=False) == "withdrawn"


def test_a_kill_withdraws_copies_in_outlets_that_credit_the_agency() -> None:
    kill = article("k", "KILL: Twelve missing in ferry fire", "Editors: do not use.", published=LATER)
    ran = article("ran", "Ferry horror", outlet="Brindle Post")
    assert ends(kill, ran, copies=True) == "withdrawn"
    assert ends(kill, kill, copies=True) is None
