"""The invented newsroom in corpus/ is whole, and what was planted in it is where planted.json says."""

import json
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import yaml

CORPUS = Path(__file__).resolve().parent.parent / "corpus"
KEYS = {
    "copies",
    "disagreements",
    "corrections",
    "withdrawn",
    "events",
    "quotations",
    "undated",
    "origins",
    "kinds",
    "later",
    "same_name",
    "mentions",
}
KINDS = {
    "report",
    "analysis",
    "opinion",
    "letter",
    "press_release",
    "sponsored",
    "live",
    "correction",
    "obituary",
}
FIELDS = {
    "id",
    "title",
    "outlet",
    "agency",
    "author",
    "url",
    "published",
    "updated",
    "kind",
    "section",
    "page",
    "language",
    "collections",
    "supersedes",
}
AGENCY = "VPA"


def read(path):
    _, head, body = path.read_text(encoding="utf-8").split("---\n", 2)
    return yaml.safe_load(head), body.strip()


ARTICLES = {path.stem: read(path) for path in sorted((CORPUS / "articles").glob("*.md"))}
PLANTED = json.loads((CORPUS / "planted.json").read_text(encoding="utf-8"))
ENTRIES = [(key, number, entry) for key, entries in PLANTED.items() for number, entry in enumerate(entries)]
NAMES = [f"{key}-{number}" for key, number, _ in ENTRIES]


def body(article):
    return ARTICLES[article][1]


def moment(value):
    return value if isinstance(value, datetime) else datetime(value.year, value.month, value.day, tzinfo=UTC)


def day(value):
    return value.date() if isinstance(value, datetime) else value


def sentences(text):
    parts = re.split(r"(?<=[.!?])[\"”]?\s+(?=[\"“A-Z0-9])", text)
    return {part.strip(' "“”') for part in parts if part.strip(' "“”')}


def shared(copy, source):
    """The share of the copy's sentences that stand in the source, leaving out what only the copy has."""
    mine = sentences(body(copy))
    return len(mine & sentences(body(source))) / len(mine)


def quotes(entry):
    for name in ("quotes", "only_here"):
        yield from ((item["article"], item["quote"]) for item in entry.get(name, []))
    for name in ("misquoted", "denied_by"):
        if name in entry:
            yield entry[name]["article"], entry[name]["quote"]
    if "quote" in entry:
        yield from ((article, entry["quote"]) for article in entry["articles"])


def test_there_are_at_least_sixty_articles():
    assert len(ARTICLES) >= 60


def test_there_are_six_outlets_and_one_agency():
    outlets = {head["outlet"] for head, _ in ARTICLES.values()}
    agencies = {head["agency"] for head, _ in ARTICLES.values() if "agency" in head}
    assert agencies == {AGENCY}
    assert len(outlets - {AGENCY}) == 6


def test_every_outlet_and_the_agency_have_at_least_six_articles():
    outlets = [head["outlet"] for head, _ in ARTICLES.values()]
    assert {name for name in outlets if outlets.count(name) < 6} == set()


def test_every_id_is_the_name_of_its_file():
    assert {stem: head["id"] for stem, (head, _) in ARTICLES.items() if head["id"] != stem} == {}


def test_no_two_articles_share_an_address():
    addresses = [head["url"] for head, _ in ARTICLES.values()]
    assert len(addresses) == len(set(addresses))
    assert all(re.match(r"https://[a-z-]+\.example/", address) for address in addresses)


def test_the_front_matter_has_only_known_keys_and_kinds():
    for stem, (head, _) in ARTICLES.items():
        assert set(head) <= FIELDS, stem
        assert head["kind"] in KINDS, stem
        assert head["language"] == "en", stem


def test_the_dates_cover_ten_weeks_with_articles_in_each():
    days = [day(head["published"]) for head, _ in ARTICLES.values() if "published" in head]
    first = date(2026, 9, 7)
    assert min(days) >= first
    assert max(days) <= date(2026, 11, 15)
    assert {(each - first).days // 7 for each in days} == set(range(10))


def test_a_time_of_publication_carries_the_zone_of_its_season():
    for stem, (head, _) in ARTICLES.items():
        if isinstance(head.get("published"), datetime):
            summer = head["published"].date() < date(2026, 10, 25)
            assert head["published"].utcoffset() == timedelta(hours=2 if summer else 1), stem


def test_the_id_carries_the_day_of_publication():
    for stem, (head, _) in ARTICLES.items():
        if "published" in head:
            assert day(head["published"]).isoformat() in stem


def test_an_article_that_replaces_another_names_one_that_exists_and_is_not_later():
    for stem, (head, _) in ARTICLES.items():
        if "supersedes" in head:
            old = ARTICLES[head["supersedes"]][0]
            assert moment(old["published"]) <= moment(head["published"]), stem


def test_no_body_repeats_its_title_as_a_heading():
    assert [stem for stem, (_, text) in ARTICLES.items() if text.startswith("#")] == []


def test_one_article_is_a_long_feature():
    assert max(len(text.split()) for _, text in ARTICLES.values()) >= 2500


def test_planted_has_exactly_the_twelve_lists():
    assert set(PLANTED) == KEYS
    assert all(isinstance(entries, list) and entries for entries in PLANTED.values())


@pytest.mark.parametrize(("key", "number", "entry"), ENTRIES, ids=NAMES)
def test_every_article_named_in_planted_exists(key, number, entry):
    named = [*entry["articles"], *(article for article, _ in quotes(entry))]
    for name in ("source", "rewrite", "killed", "kill", "truth", "corrected_by"):
        named += [entry[name]] if name in entry else []
    named += [*entry.get("copies", []), *entry.get("ran_by", [])]
    assert [article for article in named if article not in ARTICLES] == []


@pytest.mark.parametrize(("key", "number", "entry"), ENTRIES, ids=NAMES)
def test_every_planted_quote_stands_in_its_article(key, number, entry):
    assert [(article, quote) for article, quote in quotes(entry) if quote not in body(article)] == []


@pytest.mark.parametrize(("key", "number", "entry"), ENTRIES, ids=NAMES)
def test_every_quoted_article_is_listed_in_its_entry(key, number, entry):
    assert {item["article"] for item in entry.get("quotes", [])} <= set(entry["articles"])


@pytest.mark.parametrize("entry", PLANTED["copies"], ids=lambda entry: entry["source"])
def test_a_wire_copy_shares_at_least_sixty_percent_of_its_sentences_with_the_wire(entry):
    for copy in entry["copies"]:
        assert shared(copy, entry["source"]) >= 0.6, copy


@pytest.mark.parametrize("entry", PLANTED["copies"], ids=lambda entry: entry["source"])
def test_a_wire_copy_names_the_agency_and_is_not_older_than_the_wire(entry):
    for copy in entry["copies"]:
        assert ARTICLES[copy][0]["agency"] == AGENCY
        assert moment(ARTICLES[copy][0]["published"]) >= moment(ARTICLES[entry["source"]][0]["published"])


def test_every_article_that_names_the_agency_is_its_own_item_or_a_planted_copy():
    copies = {copy for entry in PLANTED["copies"] for copy in entry["copies"]}
    named = {stem for stem, (head, _) in ARTICLES.items() if "agency" in head and head["outlet"] != AGENCY}
    assert named == copies


def test_there_are_at_least_six_copied_items_a_rewrite_and_a_paragraph_only_one_copy_has():
    assert len(PLANTED["copies"]) >= 6
    assert any("rewrite" in entry for entry in PLANTED["copies"])
    assert any("only_here" in entry for entry in PLANTED["copies"])


def test_the_paragraph_only_one_copy_has_stands_in_no_other_article():
    for entry in PLANTED["copies"]:
        for item in entry.get("only_here", []):
            holders = [stem for stem, (_, text) in ARTICLES.items() if item["quote"] in text]
            assert holders == [item["article"]]


def test_the_rewrite_shares_few_sentences_with_the_first_item():
    for entry in PLANTED["copies"]:
        if "rewrite" in entry:
            assert shared(entry["rewrite"], entry["source"]) < 0.3


def test_there_are_at_least_three_disagreements_between_different_origins():
    assert len(PLANTED["disagreements"]) >= 3
    for entry in PLANTED["disagreements"]:
        assert len({ARTICLES[article][0]["outlet"] for article in entry["articles"]}) == 2
        assert len(set(entry["origins"])) == 2
        assert len(set(entry["values"])) == 2


def test_the_two_sides_of_a_disagreement_were_published_on_one_day():
    for entry in PLANTED["disagreements"]:
        assert len({day(ARTICLES[article][0]["published"]) for article in entry["articles"]}) == 1


def test_the_agency_corrects_itself_after_fifteen_minutes_and_says_what_it_replaces():
    entry = next(entry for entry in PLANTED["corrections"] if "minutes_between" in entry)
    old, new = (ARTICLES[article][0] for article in entry["articles"])
    assert new["supersedes"] == old["id"]
    assert moment(new["published"]) - moment(old["published"]) == timedelta(minutes=15)


def test_the_kill_notice_names_the_item_it_withdraws():
    for entry in PLANTED["withdrawn"]:
        head, text = ARTICLES[entry["kill"]]
        assert head["supersedes"] == entry["killed"]
        assert head["title"].startswith("KILL:")
        assert "STORY WITHDRAWN" in text


def test_three_outlets_tell_the_press_conference_in_their_own_words():
    entry = PLANTED["events"][0]
    assert len({ARTICLES[article][0]["outlet"] for article in entry["articles"]}) == 3
    for first in entry["articles"]:
        for second in entry["articles"]:
            if first != second:
                assert shared(first, second) < 0.3


def test_there_are_at_least_twelve_quotations_and_one_is_misquoted_elsewhere():
    assert len(PLANTED["quotations"]) >= 12
    assert all(entry["speaker"] and entry["quote"] for entry in PLANTED["quotations"])
    wrong = [entry["misquoted"] for entry in PLANTED["quotations"] if "misquoted" in entry]
    assert len(wrong) == 1
    assert wrong[0]["quote"] not in [entry["quote"] for entry in PLANTED["quotations"]]


def test_one_quotation_runs_on_into_a_paragraph_without_said():
    runs = [entry["quote"] for entry in PLANTED["quotations"] if "\n\n" in entry["quote"]]
    assert any("said" not in quote.split("\n\n", 1)[1] for quote in runs)


def test_the_undated_piece_has_no_date_and_speaks_of_last_tuesday():
    undated = {stem for stem, (head, _) in ARTICLES.items() if "published" not in head}
    assert undated == {article for entry in PLANTED["undated"] for article in entry["articles"]}
    assert all("last Tuesday" in body(article) for article in undated)


def test_every_kind_is_planted_and_the_article_says_so():
    assert {entry["kind"] for entry in PLANTED["kinds"]} == KINDS
    for entry in PLANTED["kinds"]:
        assert {ARTICLES[article][0]["kind"] for article in entry["articles"]} == {entry["kind"]}


def test_what_came_later_is_listed_after_what_came_first():
    assert len(PLANTED["later"]) >= 3
    for entry in PLANTED["later"]:
        times = [moment(ARTICLES[article][0]["published"]) for article in entry["articles"]]
        assert times == sorted(times)
        assert len(times) >= 2


def test_two_people_share_one_name():
    for entry in PLANTED["same_name"]:
        assert len(entry["people"]) == 2
        assert all(entry["name"] in body(article) for article in entry["articles"])


def test_the_minor_thing_stands_in_exactly_thirty_seven_articles():
    entry = PLANTED["mentions"][0]
    holders = {stem for stem, (_, text) in ARTICLES.items() if entry["term"].lower() in text.lower()}
    assert set(entry["articles"]) == holders
    assert entry["count"] == len(entry["articles"]) == len(holders) == 37


def test_the_readme_says_that_everything_is_invented():
    assert "Everything in this folder is invented" in (CORPUS / "README.md").read_text(encoding="utf-8")
