"""The Library page over a real home, without a browser."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from rag import newsroom
from rag.newsroom import Newsroom
from rag.state import IngestReport, Item, Published, Sift, Timeline
from tests.fakes.embedder import FakeEmbedder
from tests.test_browsing import COPY
from tests.test_newsroom import BRIDGE, FERRY, write
from tests.ui.conftest import MAIN
from ui import library_chart, reader, shelving, sifting, words
from ui.adding import Adding, as_csv, counted, told_apart
from ui.dates import date


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Newsroom]:
    monkeypatch.setenv("DATELINE_TODAY", "2026-11-22")
    opened = newsroom.open(tmp_path / "home", embedder=FakeEmbedder())
    monkeypatch.setattr(newsroom, "open", lambda *_args, **_flags: opened)
    st.cache_resource.clear()
    st.cache_data.clear()
    yield opened
    st.cache_resource.clear()
    st.cache_data.clear()


@pytest.fixture
def filled(room: Newsroom, tmp_path: Path) -> Newsroom:
    folder = tmp_path / "articles"
    folder.mkdir()
    write(
        folder,
        "bridge",
        BRIDGE,
        title="Bridge <b>shut</b>",
        outlet="The Post",
        published="2026-10-12",
        kind="report",
    )
    write(folder, "ferry", FERRY, title="Ferry times", outlet="The Mail", published="2026-11-14")
    write(folder, "wire", COPY, title="Cranes", outlet="Reuters", published="2026-11-10")
    write(folder, "mayor", "The mayor of Marden will not stand again, she said.", title="Mayor to go")
    room.ingest([folder])
    return room


@pytest.fixture
def app() -> AppTest:
    opened = AppTest.from_file(MAIN, default_timeout=30)
    opened.run()
    return opened.switch_page("library.py").run()


def table(app: AppTest) -> dict[str, Any]:
    [element] = app.get("bidi_component")
    data: dict[str, Any] = json.loads(element.proto.json)
    return data


def titles(app: AppTest) -> list[str]:
    return [row["title"] for row in table(app)["rows"]]


def texts(app: AppTest) -> str:
    return "\n".join(element.value for element in app.text)


def html(app: AppTest) -> str:
    return "\n".join(element.proto.body for element in app.get("html"))


def pane(app: AppTest) -> str:
    """The article that is read, as its pane is handed it; "" where none is."""
    return "".join(element.proto.json for element in app.get("bidi_component"))


def opened(app: AppTest, article_id: str) -> AppTest:
    app.query_params["article"] = article_id
    return app.run()


def test_every_article_is_listed_newest_first_with_what_is_known_of_it(
    filled: Newsroom, app: AppTest
) -> None:
    data = table(app)
    assert titles(app) == ["Ferry times", "Cranes", "Bridge <b>shut</b>", "Mayor to go"]
    last = data["rows"][3]
    assert (last["outlet"], last["date"], last["kind"], last["status"]) == (
        "not stated",
        "undated",
        "not stated",
        "usable",
    )
    assert data["rows"][2]["href"] == "?article=bridge"
    assert data["summary"] == "1 to 4 of 4 articles"
    assert not app.exception


def test_an_empty_library_says_so_and_shows_the_way_in(room: Newsroom, app: AppTest) -> None:
    assert "No articles yet" in html(app)
    assert "Paste a story" in html(app)
    assert "Drop files" in html(app)
    assert app.get("bidi_component") == []


def test_words_of_the_headline_filter_the_list_and_what_matches_nothing_says_so(
    filled: Newsroom, app: AppTest
) -> None:
    app.text_input(key=sifting.TITLE).input("ferry").run()
    assert titles(app) == ["Ferry times"]
    assert table(app)["summary"] == "1 to 1 of 1 article, 4 in all"
    app.text_input(key=sifting.TITLE).input("zeppelin").run()
    assert "No article is like that." in texts(app)
    app.button(key="library_everything").click().run()
    assert len(titles(app)) == 4


def test_outlets_days_kinds_and_undated_filter_the_list_and_stay_while_another_page_is_read(
    filled: Newsroom, app: AppTest
) -> None:
    app.multiselect(key=sifting.OUTLETS).select("The Post").run()
    assert titles(app) == ["Bridge <b>shut</b>"]
    app.switch_page("status.py").run()
    app.switch_page("library.py").run()
    assert titles(app) == ["Bridge <b>shut</b>"]
    app.multiselect(key=sifting.OUTLETS).unselect("The Post")
    app.checkbox(key=sifting.UNDATED).check().run()
    assert titles(app) == ["Mayor to go"]


def test_an_article_in_the_address_is_opened_as_words_never_as_html(filled: Newsroom, app: AppTest) -> None:
    drawn = html(opened(app, "bridge"))
    [source] = json.loads(pane(app))["sources"]
    assert source["title"] == "Bridge <b>shut</b>"
    assert "".join(one["text"] for each in source["paragraphs"] for one in each["segments"]) == BRIDGE
    assert "<b>" not in drawn
    assert "Usable: questions may use it." in drawn


def test_each_passage_of_an_article_is_copied_and_clipped_as_it_stands(
    filled: Newsroom, app: AppTest
) -> None:
    opened(app, "bridge")
    app.session_state["library_shows"] = "Passages"
    data = json.loads(pane(app.run()))
    text, passages = filled.article("bridge").text, filled.passages(filled.article("bridge"))
    assert [one["quote"] for one in data["citations"]] == [
        " ".join(text[one.start : one.end].split()) for one in passages
    ]
    assert [[tool["label"] for tool in one["tools"]] for one in data["citations"]] == [["Clip"]] * len(
        passages
    )
    [source] = data["sources"]
    assert source["credit"].startswith("The Post, 12 Oct 2026, ")


def test_an_address_that_leads_nowhere_says_so(filled: Newsroom, app: AppTest) -> None:
    assert "There is no article “nothing”" in texts(opened(app, "nothing"))
    app.button(key="library_close").click().run()
    assert len(titles(app)) == 4


def test_an_article_is_removed_and_the_undo_brings_it_back(filled: Newsroom, app: AppTest) -> None:
    opened(app, "ferry").button(key="article_remove").click().run()
    assert "1 article removed: no question uses it." in texts(app)
    assert filled.article("ferry").status == "withdrawn"
    assert FERRY not in html(app) + pane(app)
    app.button(key="library_undo_button").click().run()
    assert "1 article brought back." in texts(app)
    assert filled.article("ferry").status == "usable"
    assert FERRY in pane(app)


def test_an_article_is_put_into_a_collection_and_the_collection_renamed(
    filled: Newsroom, app: AppTest
) -> None:
    filled.put(["wire"], "Harbour")
    opened(app, "ferry").selectbox(key="article_collection").select("Harbour")
    app.button(key="article_put").click().run()
    assert "1 article put into “Harbour”." in texts(app)
    assert filled.article("ferry").collections == ("Harbour",)
    app.text_input(key="article_new_name").input("Sea, air")
    next(button for button in app.button if button.label == "Rename").click().run()
    assert "holds a comma" in texts(app)
    app.selectbox(key="article_collection").select("Harbour")
    app.text_input(key="article_new_name").input("Sea")
    next(button for button in app.button if button.label == "Rename").click().run()
    assert "“Harbour” is “Sea” now, with 2 articles." in texts(app)


def test_two_versions_are_compared_with_signs(filled: Newsroom, app: AppTest, tmp_path: Path) -> None:
    filled.ingest([write(tmp_path, "ferry", FERRY.replace("ten", "eleven"), title="Ferry times")])
    opened(app, "ferry").get("button_group")
    app.session_state["library_shows"] = "Changes"
    app.session_state["compare_by"] = "Word"
    app.run()
    drawn = html(app)
    assert '<del title="removed"><span class="sign">−</span>ten</del>' in drawn
    assert '<ins title="added"><span class="sign">+</span>eleven</ins>' in drawn


def test_copies_are_listed_and_lead_to_each_other(filled: Newsroom, app: AppTest, tmp_path: Path) -> None:
    filled.ingest([write(tmp_path, "copy", COPY, title="Cranes", outlet="The Post", published="2026-11-11")])
    opened(app, "wire").button(key="copy-copy").click().run()
    assert app.query_params["article"] == "copy"
    assert "1 copy elsewhere" in html(app)


def test_a_pasted_story_is_proposed_corrected_and_stored(filled: Newsroom, app: AppTest) -> None:
    app.button(key="library_add").click().run()
    app.text_area(key="paste_text").input("Otters return\n\nOtters have been seen in the Lunde river again.")
    next(button for button in app.button if button.label == "Read it").click().run()
    assert app.text_input(key="paste_title").value == "Otters return"
    assert "kept undated" in texts(app)
    app.text_input(key="paste_outlet").input("The Post")
    next(button for button in app.button if button.label == "Store").click().run()
    assert "Stored: it can be asked now." in texts(app)
    [row] = filled.listing(Sift(title="otters")).rows
    assert (row.outlet, row.published, row.title) == ("The Post", None, "Otters return")
    assert app.query_params["article"] == row.article_id


def test_a_paste_with_a_date_that_cannot_be_read_keeps_the_form_and_says_why(
    filled: Newsroom, app: AppTest
) -> None:
    app.button(key="library_add").click().run()
    app.text_area(key="paste_text").input("Otters return\n\nOtters have been seen in the Lunde river again.")
    next(button for button in app.button if button.label == "Read it").click().run()
    app.text_input(key="paste_published").input("soonish")
    next(button for button in app.button if button.label == "Store").click().run()
    assert "The date: no readable date in 'soonish'" in texts(app)
    assert app.text_input(key="paste_title").value == "Otters return"


def test_in_a_home_that_cannot_be_written_nothing_can_be_added_or_removed(
    filled: Newsroom, app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filled.catalog, "read_only", True)
    st.cache_data.clear()
    app.run()
    assert "This home cannot be written" in texts(app)
    assert not table(app)["selectable"]
    assert "library_add" not in [button.key for button in app.button]
    assert "article_remove" not in [button.key for button in opened(app, "ferry").button]


def test_the_filter_is_said_in_words() -> None:
    today = date(2026, 11, 22)
    assert sifting.said(Sift(), today) == "All articles"
    sift = Sift(
        outlets=("Post", ""), from_="2026-10-01", to="2026-10-31", undated=True, kinds=("press_release",)
    )
    assert (
        sifting.said(sift, today) == "Post, outlet not stated · 1 Oct to 31 Oct · and undated · press release"
    )


def test_a_button_s_label_cannot_become_markdown() -> None:
    assert words.plain("![x] $a$ 12:30") == "\\!\\[x\\] \\$a\\$ 12\\:30"


@pytest.mark.parametrize(
    "read", ["http://x.y", "WWW.x.y", "a@x.y", ":smile:", ":material/home:", "a -> b", "<->"]
)
def test_what_streamlit_reads_though_it_is_escaped_is_cut(read: str) -> None:
    said = words.plain(read)
    assert words.JOINER in said
    assert said.replace(words.JOINER, "").replace("\\", "") == read


# Files on their way


def added(uploads: Any, only: Any, at: Any, _stop: Any) -> IngestReport:
    items = []
    for number, (name, data) in enumerate(uploads):
        at(number)
        if only is None or name in only:
            items.append(Item(name, "failed" if b"bad" in data else "added", None, name))
    return IngestReport(tuple(items), 1, 0.1)


def test_what_failed_is_tried_again_alone_and_the_rest_is_kept() -> None:
    with ThreadPoolExecutor(1) as pool:
        run = Adding([("a.txt", b"good"), ("b.txt", b"bad"), ("c.txt", b"good")], added, pool)
        run.wait(10)
        assert counted(run.items) == "2 added, 1 failed"
        assert run.items[0].source == "b.txt"
        asked: list[Any] = []
        run._add = lambda *given: (asked.append(given[1]), IngestReport((Item("b.txt", "added"),), 2, 0.1))[1]
        again = run.again(pool)
        again.wait(10)
    assert asked == [frozenset(["b.txt"])]
    assert sorted(item.source for item in again.items) == ["a.txt", "b.txt", "c.txt"]
    assert not again.failed


def test_while_it_runs_the_page_sees_how_far_it_is_and_can_stop_it() -> None:
    reached, go = threading.Event(), threading.Event()

    def slow(uploads: Any, _only: Any, at: Any, stop: threading.Event) -> IngestReport:
        at(1)
        reached.set()
        go.wait(10)
        return IngestReport((Item("a.txt", "added"),) if stop.is_set() else (), 1, 0.1)

    with ThreadPoolExecutor(1) as pool:
        run = Adding([("a.txt", b""), ("b.txt", b"")], slow, pool)
        assert reached.wait(10)
        assert (run.running, run.at, run.items) == (True, 1, ())
        run.stop()
        go.set()
        run.wait(10)
    assert (run.stopped, len(run.items)) == (True, 1)


def test_files_of_one_name_are_told_apart() -> None:
    named = [name for name, _ in told_apart([("a.txt", b""), ("a.txt", b""), ("a", b""), ("a", b"")])]
    assert named == ["a.txt", "a (2).txt", "a", "a (2)"]


def test_row_50_nothing_in_the_list_becomes_a_formula() -> None:
    made = as_csv([Item("=cmd|'/c calc'!A0", "failed", '+1, "two"'), Item("a.txt", "added", None, "@id")])
    assert made.splitlines() == [
        "source,status,reason,article_id",
        '\'=cmd|\'/c calc\'!A0,failed,"\'+1, ""two""",',
        "a.txt,added,,'@id",
    ]


def test_selecting_keeps_the_order_and_forgets_what_is_let_go() -> None:
    st.session_state.clear()
    shelving.select(["a", "b"], on=True)
    shelving.select(["c"], on=True)
    shelving.select(["a"], on=False)
    assert shelving.selected() == ("b", "c")
    st.session_state.clear()


def test_what_is_pressed_in_the_chart_filters_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    from types import SimpleNamespace

    held: dict[str, Any] = {}
    monkeypatch.setattr(library_chart.st, "session_state", held)
    timeline = Timeline(
        "month",
        (Published("2026-02", "Post", 3), Published("2026-02", "Rare", 1), Published("2026-02", None, 1)),
        0,
        0,
    )

    def press(*bars: tuple[str, str]) -> None:
        picked = [{"period": period, "outlet": outlet} for period, outlet in bars]
        held[library_chart.KEY] = SimpleNamespace(selection={"bar": picked})
        library_chart._press(timeline, ["Post"], lambda: None)

    press(("2026-02", "Post"))
    assert (held[sifting.FROM], held[sifting.TO]) == (date(2026, 2, 1), date(2026, 2, 28))
    assert held[sifting.OUTLETS] == ["Post"]
    press(("2026-02", library_chart.OTHERS))
    assert held[sifting.OUTLETS] == ["", "Rare"]
    press()
    assert (held[sifting.FROM], held[sifting.OUTLETS]) == (None, [])


def test_the_sample_says_on_an_opened_article_that_it_is_invented(
    filled: Newsroom, app: AppTest, tmp_path: Path
) -> None:
    filled.ingest([write(tmp_path, "invented", COPY[::-1], title="Invented")], collection=newsroom.SAMPLE)
    assert '"label": "Sample: invented"' in pane(opened(app, "invented"))
    assert '"label": null' in pane(opened(app, "ferry"))


def test_an_article_lists_the_answers_that_cite_it_one_s_own_and_shared_ones(
    filled: Newsroom, app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "owner", lambda: "user:maja")
    opened(app, "bridge")
    assert "Cited by no answer" in html(app)
    for who in ("user:maja", "user:jon", "user:ada"):
        answer = replace(filled.ask(f"Who closed the bridge, asks {who[5:]}?"), status="answered")
        assert "bridge" in {one.article_id for one in answer.citations}
        filled.keep(answer, who)
        if who == "user:ada":
            filled.share(answer.id, who)
    app.run()
    assert "Cited by 2 answers" in html(app)
    labels = [one.proto.label for one in app.get("page_link") if "asks" in one.proto.label]
    assert labels == ["Who closed the bridge, asks ada?", "Who closed the bridge, asks maja?"]
