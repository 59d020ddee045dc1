"""The question and its scope as an address says them: both ways, and what cannot be read."""

import pytest

from rag.types import Scope
from ui.address import Address, read, write

FULL = Address(
    "Who opened the bridge?",
    Scope(
        from_="2026-10-01",
        to="2026-10-31",
        outlets=("The Mercury", "A & B = C"),
        not_outlets=("VPA",),
        agencies=("Reuters",),
        collections=("bridge",),
        articles=("a1",),
        not_articles=("a2",),
        kinds=("report", "opinion"),
        language="en",
        undated=True,
    ),
    frozenset({"from", "outlet"}),
)


@pytest.mark.parametrize(
    "address", [FULL, Address(), Address("Überall?"), Address(scope=Scope(to="2026-01-01"))]
)
def test_what_is_written_is_read_again(address: Address) -> None:
    assert read(write(address)) == address


def test_nothing_said_is_no_address() -> None:
    assert write(Address()) == {}


def test_the_names_are_those_of_the_flags() -> None:
    assert list(write(FULL)) == [
        *(
            "q",
            "from",
            "to",
            "outlet",
            "not_outlet",
            "agency",
            "collection",
            "kind",
            "article",
            "not_article",
        ),
        *("language", "undated", "not_read"),
    ]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"from": ["banana"]}, "from=“banana” in the address is no day"),
        ({"to": ["2026-13-01"]}, "to=“2026-13-01” in the address is no day"),
        ({"from": ["2026-02-02"], "to": ["2026-02-01"]}, "The first day, 2026-02-02, is after the last"),
        ({"kind": ["rumour"]}, "Choose from: report"),
        ({"not_read": ["mood"]}, "Choose from: from, to, outlet."),
        ({"undated": ["maybe"]}, "must be 1 or 0"),
        ({"colour": ["red"]}, "“colour” in the address means nothing here"),
    ],
)
def test_what_cannot_be_read_is_named_in_one_sentence_and_left_out(
    said: dict[str, list[str]], told: str
) -> None:
    found = read({"q": ["Who?"], "outlet": ["Post"], **said})
    [problem] = found.problems
    assert told in problem
    assert (found.question, found.scope, found.not_read) == ("Who?", Scope(outlets=("Post",)), frozenset())


def test_what_stands_there_more_than_once_is_named_and_the_last_one_counts() -> None:
    found = read({"q": ["One?", "Two?"]})
    assert found.question == "Two?"
    assert found.problems == ("q stands in the address more than once; the last one counts.",)


def test_a_hostile_address_is_shown_cut_and_without_control_characters() -> None:
    [problem] = read({"from": ["\n\u202e" + "x" * 5000]}).problems
    assert len(problem) < 200
    assert problem.isprintable()


def test_the_same_name_twice_is_one_choice() -> None:
    assert read({"outlet": ["Post", "Post", ""]}).scope.outlets == ("Post",)
