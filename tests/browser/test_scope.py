"""The scope bar and the readings of a question in a real browser: pressed, typed into, linked to, gone back from."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import LOOKS, Open, Reader
from tests.browser.test_reach import TOO_SMALL, serious
from tests.scale import some

BRIDGE = "Why is the Tarn bridge closed?"
CLOSEST = "Who runs the harbour since last week?"


def said(one: Reader) -> Locator:
    return one.page.locator(".scope .said")


def opener(one: Reader, name: str) -> Locator:
    return one.page.locator(".opener", has_text=name)


def address(one: Reader, **params: str) -> None:
    """Wait until the address says just this, beside the id of the answer."""

    def holds(url: str) -> bool:
        said = parse_qs(urlsplit(url).query)
        said.pop("answer", None)
        return said == {name: [value] for name, value in params.items()}

    one.page.wait_for_url(holds)


def test_a_choice_narrows_the_count_becomes_a_chip_and_is_in_the_address(reader: Open) -> None:
    one = reader()
    expect(said(one)).to_have_text(["All 6 articles · 3 Oct to 12 Nov"])
    opener(one, "Outlets").click()
    one.page.get_by_label("Harbour Lantern", exact=False).first.click()
    expect(said(one)).to_contain_text(["of 6 articles"])
    expect(one.page.locator(".picked")).to_have_text(["Harbour Lantern×"])
    address(one, outlet="Harbour Lantern")
    one.page.get_by_role("button", name="Leave out Harbour Lantern").click()
    expect(one.page.locator(".picked")).to_have_text(["not Harbour Lantern×"])
    address(one, not_outlet="Harbour Lantern")
    one.page.get_by_role("button", name="Clear", exact=True).click()
    expect(said(one)).to_have_text(["All 6 articles · 3 Oct to 12 Nov"])
    expect(one.page.locator(".picked")).to_have_count(0)
    address(one)


def test_a_day_leaves_the_undated_out_and_one_click_includes_them(reader: Open) -> None:
    one = reader()
    opener(one, "Dates").click()
    one.page.get_by_label("From, day of publication").fill("2026-11-01")
    expect(one.page.locator(".picked")).to_have_text(["From 1 Nov×"])
    expect(one.page.locator(".undated")).to_have_text(["1 undated left out · include"])
    one.page.get_by_role("button", name="include", exact=True).click()
    expect(one.page.locator(".picked").nth(1)).to_have_text("with 1 undated×")
    address(one, **{"from": "2026-11-01", "undated": "1"})
    one.page.get_by_role("button", name="This year").click()
    expect(one.page.get_by_label("From, day of publication")).to_have_value("2026-01-01")
    one.page.get_by_label("To, day of publication").fill("2025-05-05")
    expect(one.page.locator(".fault")).to_have_text(["The first day is after the last."])


def test_a_link_fills_the_bar_and_asks_and_back_forward_and_reload_follow(reader: Open) -> None:
    one = reader(path="?q=Why+is+the+Tarn+bridge+closed%3F&outlet=Harbour+Lantern")
    one.page.locator('.pane[data-outcome="answered"]').wait_for()
    expect(one.page.locator(".picked")).to_have_text(["Harbour Lantern×"])
    one.answered(CLOSEST, "closest")
    address(one, q=CLOSEST, outlet="Harbour Lantern")
    one.page.get_by_role("button", name="Take out: Harbour Lantern").click()
    address(one, q=CLOSEST)
    one.page.go_back()
    expect(one.page.locator(".picked")).to_have_text(["Harbour Lantern×"])
    one.page.go_back()
    box = one.page.locator(".st-key-question input")
    expect(box).to_have_value(BRIDGE)
    one.page.locator('.pane[data-outcome="answered"]').wait_for()
    one.page.go_forward()
    expect(box).to_have_value(CLOSEST)
    one.page.locator('.pane[data-outcome="closest"]').wait_for()
    one.page.reload()
    one.page.locator('.pane[data-outcome="closest"]').wait_for()
    expect(box).to_have_value(CLOSEST)
    expect(one.page.locator(".picked")).to_have_text(["Harbour Lantern×"])


def test_the_scope_goes_with_the_reader_and_each_page_keeps_its_question(reader: Open) -> None:
    one = reader(path="?outlet=Harbour+Lantern")
    one.answered(BRIDGE)
    one.page.get_by_role("link", name="Search").click()
    expect(one.page.get_by_text("How to search")).to_be_visible()
    expect(one.page.locator(".picked")).to_have_text(["Harbour Lantern×"])
    one.answered("bridge county ferry", "passages")
    address(one, q="bridge county ferry", outlet="Harbour Lantern")
    one.page.get_by_role("link", name="Ask", exact=True).click()
    one.page.locator('.pane[data-outcome="answered"]').wait_for()
    address(one, q=BRIDGE, outlet="Harbour Lantern")


def test_nonsense_in_the_address_is_told_in_a_sentence(reader: Open) -> None:
    one = reader(path="?from=banana&q=Why+is+the+Tarn+bridge+closed%3F")
    expect(one.page.locator(".problems p")).to_have_text(
        ["from=“banana” in the address is no day; it was left out. Write it like from=2026-11-12."]
    )
    one.page.locator('.pane[data-outcome="answered"]').wait_for()


def test_a_reading_is_taken_out_with_one_click_and_can_be_read_again(reader: Open) -> None:
    one = reader()
    one.answered(CLOSEST, "closest")
    expect(one.page.locator(".reading .tag")).to_have_text(["“last week” published since 2 Nov"])
    one.page.get_by_role("button", name="Do not read: published since 2 Nov").click()
    expect(one.page.locator(".reading")).to_have_count(0)
    expect(one.page.locator(".action").last).to_contain_text("Not read from the question: the first day")
    address(one, q=CLOSEST, not_read="from")
    one.page.get_by_role("button", name="Read it again").click()
    expect(one.page.locator(".reading")).to_have_count(1)
    address(one, q=CLOSEST)


def test_a_reading_is_moved_by_keyboard_and_stands_in_the_scope_then(reader: Open) -> None:
    one = reader()
    one.answered(CLOSEST, "closest")
    change = one.page.get_by_role("button", name="Change: published since 2 Nov")
    change.focus()
    one.page.keyboard.press("Enter")
    field = one.page.get_by_label("published since 2 Nov: another day")
    expect(field).to_be_focused()
    field.fill("2026-10-20")
    one.page.keyboard.press("Enter")
    expect(one.page.locator(".picked").first).to_contain_text("From 20 Oct")
    address(one, **{"q": CLOSEST, "from": "2026-10-20", "undated": "1"})
    expect(one.page.locator(".reading")).to_have_count(0)


TRIBUNE = "What did the Vale Tribune report since last week?"


def test_an_outlet_that_was_read_can_mean_the_credited_agency_or_another_outlet(reader: Open) -> None:
    one = reader()
    one.answered(TRIBUNE, "closest")
    expect(one.page.locator(".reading")).to_have_count(2)
    one.page.get_by_role("button", name="Change: outlet Vale Tribune").click()
    one.page.get_by_label("outlet Vale Tribune: another").select_option(label="credits NPA")
    one.page.locator(".reading .editor:not([hidden]) button").click()
    expect(one.page.locator(".picked")).to_have_text(["credits NPA×"])
    address(one, q=TRIBUNE, agency="NPA")
    expect(one.page.locator(".reading .tag")).to_have_text(["“since last week” published since 2 Nov"])
    one.page.go_back()
    one.page.get_by_role("button", name="or credits Vale Tribune?").click()
    expect(one.page.locator(".picked")).to_have_text(["credits Vale Tribune×"])
    address(one, q=TRIBUNE, agency="Vale Tribune")


def test_the_bar_is_walked_by_keyboard_and_escape_closes_what_is_open(reader: Open) -> None:
    one = reader()
    opener(one, "Dates").focus()
    one.page.keyboard.press("Tab")
    expect(opener(one, "Outlets")).to_be_focused()
    assert opener(one, "Outlets").evaluate("one => getComputedStyle(one).outlineStyle") == "solid"
    one.page.keyboard.press("Enter")
    expect(opener(one, "Outlets")).to_have_attribute("aria-expanded", "true")
    boxes = one.page.locator('.panel input[type="checkbox"]')
    while not boxes.first.evaluate("box => box.getRootNode().activeElement === box"):
        one.page.keyboard.press("Tab")
    one.page.keyboard.press("Space")
    expect(one.page.locator(".picked")).to_have_count(1)
    expect(boxes.first).to_be_focused()
    one.page.keyboard.press("Escape")
    expect(one.page.locator(".panel")).to_be_hidden()
    expect(opener(one, "Outlets")).to_be_focused()


@pytest.mark.parametrize(("width", "dark"), some(LOOKS, 0, 3))
def test_the_open_bar_fits_is_large_enough_and_keeps_nobody_out(reader: Open, width: int, dark: bool) -> None:
    one = reader(dark=dark, size=(width, 800), path="?from=2026-11-01&outlet=Harbour+Lantern&to=soon")
    expect(one.page.locator(".picked")).to_have_count(2)
    for name in ("Dates", "Outlets", "Kinds"):
        if opener(one, name).count():
            opener(one, name).click()
            expect(one.page.locator(".panel")).to_be_visible()
        assert one.page.evaluate("document.documentElement.scrollWidth") <= width
        assert one.page.evaluate(TOO_SMALL) == []
        assert serious(one) == []


def test_the_masthead_s_links_carry_the_scope(reader: Open) -> None:
    one = reader(path="?outlet=Harbour+Lantern")
    link = one.page.get_by_role("link", name="Search")
    expect(link).to_have_attribute("href", re.compile(r"search\?outlet=Harbour"))
