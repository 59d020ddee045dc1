"""Import rules: what patterns read, what they refuse, and that none of them is slow."""

from __future__ import annotations

from datetime import date

import pytest

from rag.errors import UsageError
from rag.reading import Read
from rag.reading.rules import Rules, checked
from rag.ruled import Rule
from rag.types import Article

TODAY = date(2026, 11, 23)
PATH = "archive/2024/gazette/2024-03-11_p04_bridge.txt"
TEXT = "The bridge\n\nGAZETTE, 11 March 2024, page 4\n\nThe mayor opened the bridge."


def read(*texts: str, source: str = PATH, override: bool = False, **stated: str) -> Read:
    rules = [Rule(f"r{number}", text, override) for number, text in enumerate(texts, 1)]
    found = Read(source, Article("one", TEXT, **stated))  # type: ignore[arg-type]
    [done] = Rules(rules, today=TODAY).over([found])
    return done


def fields(done: Read, *names: str) -> tuple[object, ...]:
    return tuple(getattr(done.article, name) for name in names)


@pytest.mark.parametrize(
    "rule",
    [
        "path: {outlet}/{date:YYYY-MM-DD}_p{page}_*",
        "path: archive/*/{outlet}/{date:YYYY-MM-DD}_p{page}_*.txt",
        "path: **/{outlet}/{year}-{month}-{day}_p{page}_*",
        r"path regex: (?P<outlet>\w+)/(?P<date>\d{4}-\d\d-\d\d)_p(?P<page>\d+)_(bridge|ferry)",
    ],
)
def test_a_path_gives_outlet_date_and_page(rule: str) -> None:
    assert fields(read(rule), "outlet", "published", "page") == ("gazette", "2024-03-11", "4")


@pytest.mark.parametrize(
    "rule",
    [
        "line 3: {outlet}, {date:D Month YYYY}, page {page}",
        "line: {outlet}, {date}, page {page}",
        "line: {outlet}, {day} {month} {year}, page {page}",
    ],
)
def test_a_line_of_the_text_gives_outlet_date_and_page(rule: str) -> None:
    assert fields(read(rule), "outlet", "published", "page") == ("GAZETTE", "2024-03-11", "4")


@pytest.mark.parametrize(
    ("form", "name", "published"),
    [
        ("YYYYMMDD", "20240311_x.txt", "2024-03-11"),
        ("YYMMDD", "240311_x.txt", "2024-03-11"),
        ("YYMMDD", "991231_x.txt", "1999-12-31"),
        ("YYYY-MM", "2024-03_x.txt", "2024-03"),
        ("YYYY", "2024_x.txt", "2024"),
        ("D.M.YYYY", "3.4.2024_x.txt", "2024-04-03"),
        ("DD-Mon-YYYY", "11-mar-2024_x.txt", "2024-03-11"),
    ],
)
def test_a_dates_form_says_which_part_is_what_and_how_exact_it_is(
    form: str, name: str, published: str
) -> None:
    assert fields(read(f"name: {{date:{form}}}_*", source=name), "published") == (published,)


def test_a_day_that_there_is_not_or_that_lies_ahead_leaves_the_article_undated_and_is_said() -> None:
    none = read("name: {date:YYYY-MM-DD}_*", source="2024-02-31_x.txt")
    assert fields(none, "published") == (None,)
    assert none.reason == "the rule 'r1': there is no day 2024-02-31"
    ahead = read("name: {date:YYYY-MM-DD}_*", source="2031-02-01_x.txt")
    assert fields(ahead, "published") == (None,)
    assert "later than tomorrow" in (ahead.reason or "")


def test_what_the_file_states_holds_unless_the_rule_goes_before_it() -> None:
    rule = "path: archive/** => outlet=The Gazette; kind=opinion"
    done = read(rule, outlet="gazette.example")
    assert fields(done, "outlet", "kind") == ("gazette.example", "opinion")
    given = {one.field: one for one in done.ruled.given} if done.ruled else {}
    assert (given["outlet"].stated, given["outlet"].value, given["outlet"].used) == (
        "gazette.example",
        "The Gazette",
        False,
    )
    assert fields(read(rule, override=True, outlet="gazette.example"), "outlet") == ("The Gazette",)


def test_the_first_rule_that_gives_a_field_decides_and_others_fill_the_rest() -> None:
    done = read("path: gazette/* => outlet=The Gazette", "path: {outlet}/{date:YYYY-MM-DD}_*")
    assert fields(done, "outlet", "published") == ("The Gazette", "2024-03-11")


def test_a_file_that_no_rule_matches_stays_as_it_is() -> None:
    done = read("path: mercury/** => outlet=Mercury")
    assert done.ruled is not None
    assert not done.ruled.matched
    assert done.article == Article("one", TEXT)


def test_a_date_that_could_not_be_read_is_no_remark_once_a_rule_gives_one() -> None:
    found = Read(PATH, Article("one", TEXT), "no readable date in 'soon': kept undated; 'url' is no text")
    [done] = Rules([Rule("r", "name: {date:YYYY-MM-DD}_*")], today=TODAY).over([found])
    assert done.reason == "'url' is no text"


@pytest.mark.parametrize(
    ("rule", "place", "fault"),
    [
        ("path: {outlt}/*", "character 8", "there is no field 'outlt'"),
        ("path: a/{outlet", "character 9", "a { that no } closes"),
        ("name: a}", "character 8", "a } that no { opens"),
        ("path: {outlet}{page}", "character 15", "two fields side by side"),
        ("name: {date:YYYY-QQ}", "character 18", "'Q' is no part of a date"),
        ("name: {date:MM-DD}", "character 13", "lacks the year"),
        ("path regex: (?P<outlet>a", "character 13", "missing )"),
        ("path regex: (?P<outlet>a)(?=b)", "character 26", "(?="),
        ("path regex: (?P<foo>a)", "character 17", "there is no field 'foo'"),
        ("anywhere: {page}", "character 1", "where to look"),
        ("path: x => kind=poem", "character 12", "there is no kind 'poem'"),
        ("path: x => outlet=A; date=soon", "character 21", "'soon' is no date"),
        ("path: *", "", "it gives nothing"),
    ],
)
def test_a_rule_that_cannot_be_read_names_the_place_in_it(rule: str, place: str, fault: str) -> None:
    with pytest.raises(UsageError) as told:
        checked(Rule("mine", rule))
    assert place in str(told.value)
    assert fault in told.value.fault
    assert "'mine'" in told.value.thing


@pytest.mark.parametrize("evil", ["(?P<outlet>(x+x+)+y)", "(?P<outlet>(a|b|ab)*c)", "(?P<outlet>(x*)*)z"])
@pytest.mark.parametrize("where", ["line", "path"])
def test_a_hostile_pattern_ends(evil: str, where: str) -> None:
    """Of a backtracking matcher these take longer than the world is old."""
    hostile = Read("x" * 5000, Article("one", "x" * 5000))
    [done] = Rules([Rule("evil", f"{where} regex: {evil}")], today=TODAY).over([hostile])
    assert done.ruled is not None
    assert not done.ruled.matched
