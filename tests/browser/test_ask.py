"""The Ask page as a reader meets it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open, Reader

BRIDGE = "Why is the Tarn bridge closed?"
CLOSEST = "Who runs the harbour since last week?"
NONE = "Who is king of Nordby?"


def marked(reader: Reader) -> str:
    """The words marked as the citation that stands right, as drawn."""
    marks = reader.page.locator("mark[data-on]")
    marks.first.wait_for()
    return " ".join("".join(marks.all_text_contents()).split())


def in_view(reader: Reader) -> bool:
    """Whether the first word of the citation that stands right can be seen in the article."""
    return bool(
        reader.page.locator("mark[data-on]").first.evaluate(
            """mark => {
                const box = mark.closest('.scroller').getBoundingClientRect(), at = mark.getBoundingClientRect();
                return at.top >= box.top && at.bottom <= box.bottom && at.bottom <= innerHeight;
            }"""
        )
    )


def test_enter_asks_and_the_answer_stands_beside_its_source(reader: Open) -> None:
    one = reader()
    one.answered(BRIDGE)
    expect(one.page.locator(".statement")).to_have_count(3)
    expect(one.page.locator(".summary")).to_contain_text(["Newest used 12 Nov · 3 texts"])
    expect(one.page.locator(".summary")).to_contain_text(["extractive, no model"])
    expect(one.page.locator(".details")).to_contain_text(["Searched 6 articles, 3 Oct to 12 Nov"])
    expect(one.page.locator("article h2")).to_have_text(
        ["Tarn bridge stays shut after divers find a second crack"]
    )
    assert marked(one).startswith("The Tarn bridge will stay closed")
    assert in_view(one)


def test_a_chip_changes_the_source_at_once_and_asks_the_server_nothing(reader: Open) -> None:
    one = reader()
    one.answered(BRIDGE)
    one.page.wait_for_timeout(500)
    before = len(one.watch.sent), len(one.watch.requests)
    one.page.locator(".chip", has_text="Vale Tribune").click()
    assert one.page.locator("article h2").inner_text() == "Who pays for the Tarn bridge?"
    assert marked(one) == "Thirty-one million crowns is a lot of money"
    assert in_view(one)
    one.page.wait_for_timeout(500)
    assert (len(one.watch.sent), len(one.watch.requests)) == before


def test_a_chip_shows_that_it_is_pressed_and_its_sentence_that_it_is_meant(reader: Open) -> None:
    one = reader()
    one.answered(BRIDGE)
    chips = one.page.locator(".chip")
    chips.nth(3).click()
    expect(chips.nth(3)).to_have_attribute("aria-pressed", "true")
    expect(chips.nth(0)).to_have_attribute("aria-pressed", "false")
    expect(one.page.locator(".statement[data-on]")).to_contain_text(["It leaves Nordby at 7.10"])


def test_next_and_previous_walk_through_the_citations(reader: Open) -> None:
    one = reader()
    one.answered(BRIDGE)
    place = one.page.locator(".place")
    expect(place).to_contain_text(["Citation 1 of 4 · Harbour Lantern · 11 Nov · used by sentence 1"])
    one.page.get_by_role("button", name="Next citation").click()
    expect(place).to_contain_text(["Citation 2 of 4 · "])
    expect(place).to_contain_text(["used by sentence 2"])
    one.page.get_by_role("button", name="Previous citation").click()
    one.page.get_by_role("button", name="Previous citation").click()
    expect(place).to_contain_text(["Citation 4 of 4"])


def test_a_marked_span_says_who_uses_it_and_leads_back_there(reader: Open) -> None:
    one = reader()
    one.answered(BRIDGE)
    one.page.locator(".chip", has_text="Vale Tribune").click()
    tag = one.page.locator("article .tag")
    expect(tag).to_have_attribute("aria-label", "Citation 3, used by sentence 2. Back to it.")
    one.page.locator("mark[data-on]").first.click()
    sentence = one.page.locator('.statement[data-place="2"]')
    expect(sentence).to_be_focused()
    expect(sentence).to_have_class("statement sentence lit")


def test_a_long_article_opens_at_the_cited_words(reader: Open) -> None:
    one = reader()
    one.answered("What was the mill sold for?")
    assert marked(one) == "In the end the mill was sold for 1.4 million crowns"
    one.page.wait_for_timeout(300)
    assert in_view(one)
    one.page.locator(".scroller").evaluate("scroller => { scroller.scrollTop = 0; }")
    one.page.wait_for_timeout(200)
    one.page.locator(".chip").click()
    one.page.wait_for_timeout(300)
    assert in_view(one)


def test_the_article_scrolls_and_the_page_stays_where_it_is(reader: Open) -> None:
    one = reader()
    one.answered("What was the mill sold for?")
    assert marked(one)
    one.page.wait_for_timeout(300)
    main = one.page.locator('[data-testid="stMain"]')
    assert main.evaluate("main => main.scrollTop") == 0
    assert one.page.locator(".scroller").evaluate("scroller => scroller.scrollTop") > 10_000


def test_the_closest_passages_are_not_called_an_answer(reader: Open) -> None:
    one = reader()
    one.answered(CLOSEST, "closest")
    expect(one.page.locator(".headline")).to_have_text(["Closest passages; not judged an answer"])
    expect(one.page.locator(".statement.passage")).to_have_count(2)
    expect(one.page.locator(".summary")).not_to_contain_text("text")
    expect(one.page.locator(".read")).to_contain_text(["published since 2 Nov"])
    assert marked(one) == "The harbour master decides."


def test_undated_articles_left_out_are_included_with_one_click(reader: Open) -> None:
    one = reader()
    one.answered(CLOSEST, "closest")
    undated = one.page.locator(".action", has_text="undated")
    expect(undated).to_contain_text(["3 undated left out"])
    one.page.get_by_role("button", name="Include").click()
    expect(undated).to_have_count(0)


def test_no_answer_found_shows_headlines_and_nothing_marked(reader: Open) -> None:
    one = reader()
    one.answered(NONE, "no_answer_found")
    expect(one.page.locator(".headline")).to_have_text(
        ["No answer found in 6 articles, 3 Oct to 12 Nov. It may be there in other words."]
    )
    expect(one.page.locator(".chip, mark")).to_have_count(0)
    one.page.get_by_role("button", name="Free ferry for schoolchildren").click()
    expect(one.page.locator("article h2")).to_have_text(["Free ferry for schoolchildren from Monday"])
    expect(one.page.locator("mark")).to_have_count(0)


def test_nothing_of_the_answer_before_stays_when_the_next_one_finds_nothing(reader: Open) -> None:
    one = reader()
    one.answered(BRIDGE)
    one.answered(NONE, "no_answer_found")
    expect(one.page.locator("article")).to_have_count(0)


def test_a_question_that_cannot_be_asked_says_why(reader: Open) -> None:
    one = reader()
    one.answered("x" * 3000, "failed")
    expect(one.page.locator(".note")).to_contain_text(["it has 3,000 characters. Ask in at most 2,000."])


def test_row_51_a_fault_of_ours_shows_nothing_of_the_inside(reader: Open) -> None:
    one = reader()
    one.ask("break")
    expect(one.page.get_by_test_id("stException")).to_be_visible()
    assert "secret detail" not in one.page.content()


RECORD = """() => {
    window.seen = [];
    const look = () => {
        const pane = [...document.querySelectorAll('[data-testid="stBidiComponentIsolated"]')]
            .map(one => one.shadowRoot?.querySelector('.pane:not([hidden])')).find(Boolean);
        const now = pane && [
            pane.querySelector('.stage').textContent,
            pane.querySelectorAll('.statement').length,
            pane.querySelectorAll('.chip:enabled').length,
        ].join('|');
        if (now && now !== window.seen.at(-1)) window.seen.push(now);
        requestAnimationFrame(look);
    };
    look();
}"""


def test_stages_then_sentences_one_by_one_then_their_sources(reader: Open) -> None:
    one = reader("sample slow tight")
    one.page.evaluate(RECORD)
    one.answered(BRIDGE)
    seen = [line.split("|") for line in one.page.evaluate("window.seen")]
    assert seen[0][1] == "0"
    assert next(stage for stage, *_ in seen if stage) in ("Searching …", "Choosing sentences …")
    counts = [int(count) for _, count, _ in seen]
    assert counts == sorted(counts)
    assert {0, 1, 3} <= set(counts)
    assert seen[-1] == ["", "3", "4"]
    assert all(enabled == "0" for stage, _, enabled in seen if stage)


def test_stop_stops_at_once_and_keeps_what_had_come(reader: Open) -> None:
    one = reader("sample slow tight")
    one.ask("Tell me slowly")
    one.page.locator(".statement").first.wait_for()
    one.page.get_by_role("button", name="Stop").click()
    expect(one.page.locator(".note")).to_have_text(["Stopped before the answer was complete."])
    kept = one.page.locator(".statement").count()
    assert 0 < kept < 30
    one.page.wait_for_timeout(1200)
    assert one.page.locator(".statement").count() == kept


def test_a_very_long_article_comes_in_part_and_whole_when_asked_for(reader: Open) -> None:
    one = reader("sample slow tight")
    one.answered("What was the mill sold for?")
    assert one.page.locator("article .body p").count() < 250
    one.page.get_by_role("button", name="Show all of it").click()
    expect(one.page.locator("article .body p")).to_have_count(700)
    expect(one.page.get_by_role("button", name="Show all of it")).to_have_count(0)
    one.page.wait_for_timeout(300)
    assert in_view(one)


def test_the_sample_offers_questions_and_says_it_is_invented_everywhere(reader: Open) -> None:
    one = reader("sample slow tight")
    expect(one.page.locator(".st-key-sample")).to_contain_text(["invented"])
    expect(one.page.locator('[class*="st-key-example-"]')).to_have_count(3)
    one.answered(BRIDGE)
    expect(one.page.locator("article .invented")).to_have_text(["Sample: invented"])
    one.page.get_by_role("link", name="Status").click()
    expect(one.page.locator(".st-key-page")).to_contain_text(["Library sequence"])
    expect(one.page.locator(".st-key-sample")).to_contain_text(["invented"])


def test_the_answer_is_still_there_after_another_page(reader: Open) -> None:
    one = reader()
    one.answered(BRIDGE)
    one.page.get_by_role("link", name="Status").click()
    one.page.locator(".st-key-page").wait_for()
    one.page.get_by_role("link", name="Ask", exact=True).click()
    expect(one.page.locator(".statement")).to_have_count(3)


def test_a_search_opens_each_passage_in_the_same_pane(reader: Open) -> None:
    one = reader(path="search")
    one.answered("bridge county ferry", "passages")
    expect(one.page.locator(".why").first).to_contain_text("Found by: words")
    assert "%" not in " ".join(one.page.locator(".why").all_inner_texts())
    one.page.get_by_role("button", name="Free ferry for schoolchildren").click()
    assert marked(one) == "A ferry will carry schoolchildren across the Tarn free of charge from Monday."


@pytest.mark.parametrize("path", ["", "search", "status"])
def test_every_page_names_itself(reader: Open, path: str) -> None:
    one = reader(path=path)
    expect(one.page).to_have_title(f"{(path or 'ask').title()} · Dateline")


def test_a_search_with_operators_counts_is_shown_further_and_downloads_as_csv(reader: Open) -> None:
    one = reader(path="search")
    one.answered("Tarn AND more", "passages")
    expect(one.page.locator(".details")).to_contain_text(["Read as: Tarn AND more"])
    expect(one.page.locator(".statement")).to_have_count(20)
    one.page.get_by_role("button", name="Show more").click()
    expect(one.page.locator(".statement").nth(25)).to_be_visible()
    expect(one.page.locator("mark .soft").first).to_have_text("Tarn")
    one.page.get_by_text("Oldest first").click()
    expect(one.page.locator(".summary")).to_contain_text(["oldest first"])
    one.settled()
    with one.page.expect_download() as download:
        one.page.get_by_role("button", name="Download as CSV").click()
    table = download.value.path().read_text(encoding="utf-8-sig")
    assert table.startswith("headline,outlet,published,byline,article id,start,end,text,url")
    one.page.get_by_role("button", name="How to search").click()
    expect(one.page.get_by_text("any word that begins so")).to_be_visible()


def test_a_rewritten_question_can_be_changed_or_taken_back(reader: Open) -> None:
    one = reader()
    one.answered(BRIDGE)
    expect(one.page.locator(".rewritten")).to_have_count(0)
    one.ask("When will it open?")
    field = one.page.locator(".rewritten input")
    expect(field).to_have_value("When will the Tarn bridge open?")
    expect(one.page.locator('.pane:not([data-outcome="working"])')).to_have_count(1)  # it stays from here on
    expect(one.page.locator(".pane")).to_have_count(1)
    field.fill(BRIDGE)
    field.press("Enter")
    expect(one.page.locator(".statement")).to_have_count(3)
    expect(one.page.locator(".rewritten")).to_have_count(0)
    expect(one.page.locator(".st-key-question input")).to_have_value(BRIDGE)
    one.ask("When will it open?")
    one.page.get_by_role("button", name="Ask it as I wrote it").click()
    expect(one.page.locator(".rewritten")).to_have_count(0)
    one.page.get_by_role("button", name="New conversation").click()
    expect(one.page.locator(".st-key-welcome")).to_be_visible()
    expect(one.page.locator(".st-key-question input")).to_have_value("")
