import json
from dataclasses import replace
from datetime import date

import pytest

from rag.marks import UNFINISHED
from rag.types import Answer, Article, Conflict, Reason, Sentence
from tests.fakes.newsroom import FakeNewsroom
from tests.fakes.scripted import SCRIPTS
from ui import sources, view
from ui.contract import Pane

TODAY = date(2026, 11, 22)
BRIDGE = "Why is the Tarn bridge closed?"
CLOSEST = "Who runs the harbour since last week?"
HOSTILE = "What happened to the harvest?"


def asked(fake: FakeNewsroom, question: str) -> Answer:
    *_, last = fake.ask_stream(question)
    assert isinstance(last, Answer)
    return last


def drawn(fake: FakeNewsroom, question: str, whole: frozenset[str] = frozenset()) -> Pane:
    return view.of_answer(asked(fake, question), fake.article, TODAY, key="k", whole=whole)


def marked(pane: Pane, number: int) -> str:
    return "".join(
        segment["text"]
        for source in pane["sources"]
        for paragraph in source["paragraphs"]
        for segment in paragraph["segments"]
        if number in segment.get("marks", [])
    )


@pytest.mark.parametrize("question", [*SCRIPTS, "Nothing like this"])
def test_every_citation_is_marked_with_exactly_its_words(fake: FakeNewsroom, question: str) -> None:
    answer = asked(fake, question)
    pane = view.of_answer(answer, fake.article, TODAY, key="k")
    for citation in answer.citations:
        assert "".join(marked(pane, citation.number).split()) == "".join(citation.quote.split())


def test_each_citation_knows_the_sentences_that_use_it(fake: FakeNewsroom) -> None:
    used = {cited["number"]: cited["used_by"] for cited in drawn(fake, BRIDGE)["citations"]}
    assert used == {1: ["s1"], 2: ["s2"], 3: ["s2"], 4: ["s3"]}


def test_an_article_cited_twice_comes_once(fake: FakeNewsroom) -> None:
    keys = [source["key"] for source in drawn(fake, BRIDGE)["sources"]]
    assert keys == ["lantern-bridge@1", "tribune-cost@1", "lantern-ferry@1"]


def test_the_first_citation_stands_right_at_first(fake: FakeNewsroom) -> None:
    assert drawn(fake, BRIDGE)["open"] == 1


def test_the_closest_passages_are_passages_not_sentences(fake: FakeNewsroom) -> None:
    pane = drawn(fake, CLOSEST)
    assert [statement["kind"] for statement in pane["statements"]] == ["passage", "passage"]
    assert pane["statements"][0]["text"] == "The harbour master decides."


def test_a_disagreement_stands_beside_the_statements_with_both_sides_their_outlets_and_times(
    fake: FakeNewsroom,
) -> None:
    answer = asked(fake, BRIDGE)
    older, newer = (Sentence(f"{said} cracks.", (n,)) for said, n in (("Nine", 1), ("Ten", 3)))
    apart = Conflict("disagreement", older, newer, Reason("number", "Ten", "Nine"))
    [told] = view.of_answer(replace(answer, disagreements=(apart,)), fake.article, TODAY, key="k")["disputes"]
    assert told["label"] == "Sources disagree"
    assert [(side["figure"], side["text"], side["cite"]) for side in told["sides"]] == [
        ("Nine", "Nine cracks.", 1),
        ("Ten", "Ten cracks.", 3),
    ]
    for side, cited in zip(told["sides"], (answer.citations[0], answer.citations[2]), strict=True):
        assert side["line"].startswith(f"{cited.outlet} · ")


def test_no_answer_found_has_headlines_and_no_citations(fake: FakeNewsroom) -> None:
    pane = drawn(fake, "Nothing like this")
    assert pane["citations"] == pane["statements"] == []
    assert len(pane["headlines"]) == 3
    assert pane["open"] is None
    assert not any(
        s.get("marks") for src in pane["sources"] for p in src["paragraphs"] for s in p["segments"]
    )


def test_undated_articles_left_out_can_be_included(fake: FakeNewsroom) -> None:
    assert drawn(fake, CLOSEST)["actions"] == [
        {"label": "Include", "said": "3 undated left out", "event": "undated"}
    ]


def test_a_source_removed_since_says_so_and_shows_nothing(fake: FakeNewsroom) -> None:
    answer = asked(fake, BRIDGE)
    fake.remove(["lantern-bridge"])
    pane = view.of_answer(answer, fake.article, TODAY, key="k")
    source = pane["sources"][0]
    assert (source["state"], source["paragraphs"]) == ("removed", [])
    assert "Removed" in (source["notice"] or "")
    assert [cited["located"] for cited in pane["citations"]] == [False, False, True, True]


def test_a_source_withdrawn_since_says_so_and_shows_nothing(fake: FakeNewsroom) -> None:
    answer = asked(fake, BRIDGE)
    fake.withdraw("lantern-bridge")
    source = view.of_answer(answer, fake.article, TODAY, key="k")["sources"][0]
    assert (source["state"], source["paragraphs"]) == ("withdrawn", [])


def test_words_that_are_no_longer_there_are_not_marked(fake: FakeNewsroom) -> None:
    answer = asked(fake, BRIDGE)
    bridge = fake.articles["lantern-bridge"]
    fake.articles["lantern-bridge"] = replace(bridge, text="Something else. " + bridge.text)
    pane = view.of_answer(answer, fake.article, TODAY, key="k")
    assert marked(pane, 1) == ""
    assert pane["citations"][0]["located"] is False
    assert pane["sources"][0]["state"] == "shown"


def test_a_superseded_version_says_that_a_newer_one_is_there(fake: FakeNewsroom) -> None:
    answer = asked(fake, BRIDGE)
    fake.articles["lantern-bridge"] = replace(fake.articles["lantern-bridge"], status="superseded")
    source = view.of_answer(answer, fake.article, TODAY, key="k")["sources"][0]
    assert "newer version" in (source["notice"] or "")
    assert source["paragraphs"]


def test_the_stamp_changes_when_the_source_has_to_be_drawn_anew(fake: FakeNewsroom) -> None:
    answer = asked(fake, BRIDGE)
    before = view.of_answer(answer, fake.article, TODAY, key="k")["sources"][0]["stamp"]
    fake.withdraw("lantern-bridge")
    assert view.of_answer(answer, fake.article, TODAY, key="k")["sources"][0]["stamp"] != before


def test_a_hostile_address_becomes_no_link(fake: FakeNewsroom) -> None:
    [source] = drawn(fake, HOSTILE)["sources"]
    assert (source["href"], source["host"]) == (None, None)


def test_whose_word_it_is_is_marked_near_the_citation(fake: FakeNewsroom) -> None:
    answer = asked(fake, BRIDGE)
    said = replace(answer.sentences[0], attribution="county engineer Jon Aker")
    pane = view.of_answer(
        replace(answer, sentences=(said, *answer.sentences[1:])), fake.article, TODAY, key="k"
    )
    soft = [s["text"] for p in pane["sources"][0]["paragraphs"] for s in p["segments"] if s.get("soft")]
    assert soft == ["county engineer Jon Aker"]


def test_long_articles_past_the_budget_come_in_part_and_whole_when_asked_for(
    fake: FakeNewsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "BUDGET", 100_000)
    question = "What was the mill sold for?"
    [part] = drawn(fake, question)["sources"]
    assert part["partial"]
    assert len(part["paragraphs"]) < 250
    assert marked(drawn(fake, question), 1) == "In the end the mill was sold for 1.4 million crowns"
    [whole] = drawn(fake, question, frozenset({part["key"]}))["sources"]
    assert not whole["partial"]
    assert len(whole["paragraphs"]) == 700
    assert whole["stamp"] != part["stamp"]


def test_the_pane_is_plain_json(fake: FakeNewsroom) -> None:
    for question in SCRIPTS:
        pane = drawn(fake, question)
        assert json.loads(json.dumps(pane)) == pane


def test_a_search_shows_passages_with_why_they_were_found(fake: FakeNewsroom) -> None:
    pane = view.of_search(fake.search("bridge"), fake.article, TODAY, key="k", whole=frozenset())
    assert pane["outcome"] == "passages"
    assert pane["statements"][0]["why"][0].startswith("words ")
    assert pane["statements"][0]["cites"] == [1]
    assert marked(pane, 1) == pane["statements"][0]["text"]


def test_an_excerpt_begins_before_the_best_sentence_where_that_stands_far_down(fake: FakeNewsroom) -> None:
    result = fake.search("bridge")
    text = " ".join(f"Sentence {number:02} says nothing of note at all." for number in range(12))
    ranges = tuple((at, at + 40) for at in range(0, len(text), 41))
    first = result.passages[0]
    passage = replace(first.passage, start=0, end=len(text), sentences=ranges)

    def shown(best: int | None) -> str:
        found = replace(first, passage=passage, text=text, best_sentence=best)
        pane = view.of_search(
            replace(result, passages=(found,)), fake.article, TODAY, key="k", whole=frozenset()
        )
        return pane["statements"][0]["text"]

    assert shown(None) == shown(0) == shown(5) == text
    assert shown(9).startswith("… Sentence 08 says")
    assert shown(9).endswith(text[-40:])


def test_a_search_that_finds_nothing_says_so(fake: FakeNewsroom) -> None:
    pane = view.of_search(fake.search("zzzz"), fake.article, TODAY, key="k", whole=frozenset())
    assert pane["headline"] == "Nothing found. It may be there in other words."


def test_a_file_without_a_title_is_called_untitled(fake: FakeNewsroom) -> None:
    article: Article = replace(fake.articles["lantern-bridge"], title=None)
    fake.articles["lantern-bridge"] = article
    assert drawn(fake, BRIDGE)["sources"][0]["title"] == "Untitled"


def by_model(fake: FakeNewsroom, **changes: object) -> Answer:
    told = {"mode": "llm", "model": "scripted", "tokens": {"in": 1200, "out": 85}, "cost": 0.0042}
    return replace(asked(fake, BRIDGE), **(told | {"prompts": {"answer": "0" * 12}} | changes))  # type: ignore[arg-type]


def test_a_model_s_answer_names_it_its_tokens_and_its_cost(fake: FakeNewsroom) -> None:
    pane = view.of_answer(by_model(fake), fake.article, TODAY, key="k", model="scripted")
    assert {"scripted", "1,200 + 85 tokens", "cost 0.0042"} <= set(pane["summary"])
    assert [one["event"] for one in pane["actions"]] == [view.PLAIN]
    counted_here = by_model(fake, tokens={"in": 1200, "out": 85, "estimated": 1})
    assert "about 1,200 + 85 tokens" in view.of_answer(counted_here, fake.article, TODAY, key="k")["summary"]


def test_an_answer_for_a_model_that_failed_says_so_and_shows_what_it_had_finished(fake: FakeNewsroom) -> None:
    whole = asked(fake, BRIDGE)
    failed = by_model(
        fake, mode="extractive", model=None, sentences=whole.sentences[:1], unfinished=whole.sentences[1:]
    )
    pane = view.of_answer(failed, fake.article, TODAY, key="k", model="scripted", others=1)
    assert "extractive, the model failed" in pane["summary"]
    assert [one.get("lead") for one in pane["statements"]] == [None, UNFINISHED, None]
    assert [one["event"] for one in pane["actions"]] == [view.RETRY, view.OTHER]
    assert {cited["number"]: cited["used_by"] for cited in pane["citations"]} == {
        1: ["s1"], 2: ["s2"], 3: ["s2"], 4: ["s3"],
    }  # fmt: skip


def test_without_a_model_nothing_offers_to_ask_one(fake: FakeNewsroom) -> None:
    assert drawn(fake, BRIDGE)["actions"] == []
