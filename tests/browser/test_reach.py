"""Who can use the page: keyboard, narrow windows, both themes, screen readers."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import LOOKS, Open, Reader
from tests.scale import some

BRIDGE = "Why is the Tarn bridge closed?"
CLOSEST = "Who runs the harbour since last week?"

TOO_SMALL = """() => {
    const small = [];
    const walk = node => {
        for (const child of node.childNodes) {
            if (child.nodeType === Node.TEXT_NODE && child.textContent.trim()) {
                const box = child.parentElement, style = getComputedStyle(box);
                const shown = box.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true });
                const seen = shown && box.getBoundingClientRect().width > 2;
                if (seen && parseFloat(style.fontSize) < 14) {
                    small.push(`${style.fontSize} ${child.textContent.trim()}`);
                }
            } else if (child.nodeType === Node.ELEMENT_NODE && !/^(STYLE|SCRIPT|NOSCRIPT)$/.test(child.tagName)) {
                walk(child);
                if (child.shadowRoot) walk(child.shadowRoot);
            }
        }
    };
    walk(document.body);
    return small;
}"""


def serious(reader: Reader) -> list[str]:
    """What axe finds that keeps somebody out."""
    return serious_of(reader.page)


def serious_of(page: Page) -> list[str]:
    """The same of a page that is none of a reader's."""
    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {node['target']} {node['failureSummary']}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]


def test_slash_goes_to_the_question_and_brackets_walk_the_citations(reader: Open) -> None:
    one = reader()
    one.answered(BRIDGE)
    one.page.locator(".chip").first.focus()
    one.page.keyboard.press("]")
    expect(one.page.locator(".place")).to_contain_text(["Citation 2 of 4"])
    one.page.keyboard.press("[")
    expect(one.page.locator(".place")).to_contain_text(["Citation 1 of 4"])
    one.page.keyboard.press("/")
    box = one.page.locator(".st-key-question input")
    expect(box).to_be_focused()
    one.page.keyboard.type("what/about [this]")
    expect(box).to_have_value("what/about [this]")
    expect(one.page.locator(".place")).to_contain_text(["Citation 1 of 4"])


def test_slash_works_before_anything_was_asked(reader: Open) -> None:
    one = reader()
    one.page.locator(".pane").wait_for(state="attached")
    one.page.keyboard.press("/")
    expect(one.page.locator(".st-key-question input")).to_be_focused()


def test_a_chip_is_reached_and_pressed_by_keyboard_and_shows_its_focus(reader: Open) -> None:
    one = reader()
    one.answered(BRIDGE)
    one.page.locator(".chip").first.focus()
    for name in ("Copy sentence 1 with its source", "Clip sentence 1"):
        one.page.keyboard.press("Tab")
        expect(one.page.get_by_role("button", name=name)).to_be_focused()
    one.page.keyboard.press("Tab")
    second = one.page.locator(".chip").nth(1)
    expect(second).to_be_focused()
    assert second.evaluate("chip => getComputedStyle(chip).outlineStyle") == "solid"
    one.page.keyboard.press("Enter")
    expect(one.page.locator(".place")).to_contain_text(["Citation 2 of 4"])
    expect(second).to_be_focused()


def test_who_presses_by_keyboard_always_stands_somewhere(
    reader: Open, request: pytest.FixtureRequest
) -> None:
    one = reader(path="status")
    request.addfinalizer(one.page.context.clear_cookies)  # the clips are nobody's after this
    page, keys = one.page, one.page.keyboard
    link = page.get_by_role("link", name="Status", exact=True)
    link.focus()
    expect(link).to_have_css("outline-style", "solid")
    keys.press("/")
    expect(page.locator(".st-key-question input")).to_be_focused()
    keys.insert_text(BRIDGE)
    keys.press("Enter")
    page.locator('.pane[data-outcome="answered"]').wait_for()

    def press(name: str, then: str) -> None:
        page.get_by_role("button", name=re.compile(f"{name}$")).focus()
        keys.press("Enter")
        stands(then)

    def stands(name: str) -> None:
        buttons = page.get_by_role("button", name=re.compile(name))
        expect(buttons.and_(page.locator(":focus"))).to_have_count(1)

    press("Share", "Stop sharing")
    press("Clip sentence 1", "Clipped sentence 1. Undo")
    press("Clip sentence 2", "Clipped sentence 2. Undo")
    press("Markdown", "Markdown")  # while the file is made the button is none
    press("Watch", "Watch this question")
    keys.press("Tab")
    stands("^Watch$")
    keys.press("Escape")
    page.get_by_role("button", name=re.compile("New conversation")).press("Enter")
    expect(page.locator(".st-key-unrecorded input")).to_be_focused()
    page.get_by_role("link", name="Clips", exact=True).press("Enter")
    page.get_by_role("button", name="Take clip 2 out").wait_for()
    press("Take clip 1 out", "Take clip 1 out")  # what was clip 2
    expect(page.locator(".pane .statement")).to_have_count(1)
    one.settled()
    press("Take clip 1 out", "Dismiss|Undo")
    press("Undo", "Markdown")


def test_a_narrow_window_stacks_and_brings_the_source_up_as_a_sheet(reader: Open) -> None:
    one = reader(size=(360, 740))
    one.answered(BRIDGE)
    expect(one.page.locator(".source")).not_to_be_visible()
    assert one.page.evaluate("document.documentElement.scrollWidth") <= 360
    chip = one.page.locator(".chip").nth(2)
    chip.click()
    expect(one.page.locator(".source")).to_be_visible()
    expect(one.page.locator("article h2")).to_have_text(["Who pays for the Tarn bridge?"])
    expect(one.page.locator("mark[data-on]").first).to_be_in_viewport()
    one.page.get_by_role("button", name="Back to the answer").click()
    expect(one.page.locator(".source")).not_to_be_visible()
    expect(chip).to_be_focused()


def test_escape_closes_the_sheet(reader: Open) -> None:
    one = reader(size=(360, 740))
    one.answered(BRIDGE)
    one.page.locator(".chip").first.click()
    one.page.keyboard.press("Escape")
    expect(one.page.locator(".source")).not_to_be_visible()


def test_from_the_sheet_a_marked_span_leads_back_to_its_sentence(reader: Open) -> None:
    one = reader(size=(360, 740))
    one.answered(BRIDGE)
    one.page.locator(".chip").nth(2).click()
    one.page.locator("article .tag").click()
    expect(one.page.locator(".source")).not_to_be_visible()
    expect(one.page.locator('.statement[data-place="2"]')).to_be_focused()


@pytest.mark.parametrize(("width", "dark"), some(LOOKS, 0))
def test_no_text_is_too_small_and_nobody_is_kept_out(reader: Open, width: int, dark: bool) -> None:
    one = reader(dark=dark, size=(width, 800))
    one.page.locator(".st-key-welcome").wait_for()
    assert serious(one) == []
    for question, outcome in (
        (BRIDGE, "answered"),
        (CLOSEST, "closest"),
        ("Who is king?", "no_answer_found"),
    ):
        one.answered(question, outcome)
        one.page.wait_for_timeout(200)
        assert one.page.evaluate(TOO_SMALL) == []
        assert serious(one) == []


def test_dark_follows_the_reader_s_system(reader: Open) -> None:
    light, dark = reader(dark=False), reader(dark=True)
    for one in (light, dark):
        one.answered(BRIDGE)
    for one, paper in ((light, "rgb(255, 255, 255)"), (dark, "rgb(26, 33, 40)")):
        expect(one.page.locator(".pane .source")).to_have_css("background-color", paper)


def test_reading_width_is_sixty_to_seventy_five_characters(reader: Open) -> None:
    one = reader(size=(1440, 900))
    one.answered("What was the mill sold for?")
    lengths = one.page.locator(".body p").nth(642).evaluate(
        """p => {
            const range = document.createRange(), text = p.firstChild, lines = [];
            let top = null, start = 0;
            for (let at = 0; at < text.length; at++) {
                range.setStart(text, at); range.setEnd(text, at + 1);
                const box = range.getBoundingClientRect();
                if (top !== null && box.top > top + 8) { lines.push(at - start); start = at; }
                top = box.top;
            }
            return lines;
        }"""
    ) or [0]
    assert 55 <= max(lengths) <= 78
