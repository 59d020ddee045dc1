"""What can be clipped on a page, the buttons for it, and what they do."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import streamlit as st

from rag.errors import DatelineError, UsageError
from rag.marks import taken_away
from rag.newsroom import clip_digest
from rag.types import Answer, Citation, Found, SearchResult
from ui import cut, listing, reader, room
from ui.contract import Pane, Tool

CLIP, UNCLIP, CLIP_WORDS = "clip", "unclip", "clip_words"
VERBATIM = "verbatim"


@dataclass(frozen=True, slots=True)
class Draft:
    """What a clip would hold."""

    citations: tuple[Citation, ...]
    text: str | None
    mark: str
    question: str
    answer_id: str | None

    @property
    def digest(self) -> str:
        """Names what it says."""
        return clip_digest(self.text, self.citations)


Drafts = dict[str, Draft]


def of_answer(answer: Answer, *, recorded: bool) -> Drafts:
    """By statement id and, for the cited words themselves, "c1": what an answer offers. Of an unrecorded question
    nothing but the words is kept."""
    question, answer_id = (answer.asked_as, answer.id) if recorded else ("", None)
    drafts = {f"c{one.number}": _words(one, question, answer_id) for one in answer.citations}
    sentences = (*answer.sentences, *answer.unfinished)
    for at, sentence in enumerate(sentences, 1):
        cited = tuple(one for one in answer.citations if one.number in sentence.citations)
        if cited:
            quoted = len(cited) == 1 and sentence.text == " ".join(cited[0].quote.split())
            text = None if quoted else sentence.text
            drafts[f"s{at}"] = Draft(cited, text, taken_away(sentence), question, answer_id)
    return drafts | {f"p{one.number}": drafts[f"c{one.number}"] for one in answer.citations}


def of_citations(citations: Sequence[Citation]) -> Drafts:
    """The same of cited words alone."""
    return {f"c{one.number}": _words(one) for one in citations}


def of_search(result: SearchResult) -> Drafts:
    """The same of what a search found; of an article, the sentence that is marked."""
    if result.exact:
        groups = [list(one) for _, one in groupby(result.passages, lambda found: found.passage.article_id)]
        places = [listing.place(group) for group in groups]
        found = [(group[0], place) for group, place in zip(groups, places, strict=True)]
    else:
        found = [(one, (one.passage.start, one.passage.end, one.text)) for one in result.passages]
    drafts: Drafts = {}
    for at, (one, (start, end, quote)) in enumerate(found, 1):
        draft = _words(_cited(at, one, start, end, quote), result.query, None)
        drafts |= {f"p{at}": draft, f"c{at}": draft}
    return drafts


def dress(pane: Pane, drafts: Drafts) -> None:
    """Give the statements and citations of a pane their buttons, and remember what they are of."""
    st.session_state.clippable = drafts
    there = room.opened().clipped(reader.owner())
    for at, statement in enumerate(pane["statements"], 1):
        if statement["id"] in drafts:
            name = f"{'sentence' if statement['kind'] == 'sentence' else 'passage'} {at}"
            statement["tools"] = [_tool(statement["id"], drafts[statement["id"]], there, name)]
    for cited in pane["citations"]:
        key = f"c{cited['number']}"
        if key in drafts and cited["located"]:
            cited["tools"] = [_tool(key, drafts[key], there, f"the words of citation {cited['number']}")]
    show(pane, there)


def show(pane: Pane, there: dict[str, str]) -> None:
    """Say on a pane what became of the last press; `there`: the reader's clips, by digest."""
    picked: Draft | None = st.session_state.pop("clip_picked", None)
    if picked is not None:
        pane["picked"] = [_tool("", picked, there, "the selected words")]
    if "clip_trouble" in st.session_state:
        pane["notes"] = [*pane["notes"], st.session_state.pop("clip_trouble")]


def heard() -> dict[str, Callable[[str], None]]:
    """What the buttons do, by event."""
    return {CLIP: _clip, UNCLIP: _unclip, CLIP_WORDS: _clip_words}


def _tool(key: str, draft: Draft, there: dict[str, str], name: str) -> Tool:
    clip_id = there.get(draft.digest)
    if clip_id is None:
        return {"label": "Clip", "name": f"Clip {name}", "event": CLIP, "value": key}
    return {"label": "Clipped · undo", "name": f"Clipped {name}. Undo", "event": UNCLIP, "value": clip_id}


def _clip(key: str) -> None:
    draft: Draft | None = st.session_state.get("clippable", {}).get(key)
    if draft is not None:
        _try(lambda: _keep(draft))


def _clip_words(said: str) -> None:
    """Words that were selected in an article; what the page sends is looked up there, never believed."""
    wanted = json.loads(said)
    key, words, before = (str(wanted[name]) for name in ("source", "words", "before"))

    def act() -> None:
        draft = _selected(key, words, before)
        _keep(draft)
        st.session_state.clip_picked = draft

    _try(act)


def _selected(key: str, words: str, before: str) -> Draft:
    article_id, _, version = key.rpartition("@")
    article = room.opened().article(article_id, int(version) if version.isdecimal() else None)
    place = None if article.status == "withdrawn" else cut.found(article.text, words, before)
    if place is None:
        raise UsageError(
            f"“{words[:60]}”", "this is not in the article as it stands", "Select the words again."
        )
    about = (article.title, article.outlet, article.agency, article.kind, article.published, article.url)
    start, end = place
    quote = article.text[start:end]
    return _words(Citation(1, article.id, article.version, *about, article.page, start, end, quote))


def _keep(draft: Draft) -> None:
    room.opened().clip(
        reader.owner(),
        draft.citations,
        text=draft.text,
        mark=draft.mark,
        question=draft.question,
        answer_id=draft.answer_id,
    )


def _unclip(clip_id: str) -> None:
    _try(lambda: room.opened().unclip(reader.owner(), [clip_id]))


def _try(act: Callable[[], object]) -> None:
    try:
        act()
    except DatelineError as error:
        st.session_state.clip_trouble = str(error)


def _words(cited: Citation, question: str = "", answer_id: str | None = None) -> Draft:
    return Draft((replace(cited, number=1),), None, VERBATIM, question, answer_id)


def _cited(at: int, one: Found, start: int, end: int, quote: str) -> Citation:
    about = (one.title, one.outlet, one.agency, one.kind, one.published, one.url, one.page)
    return Citation(at, one.passage.article_id, one.passage.version, *about, start, end, quote)
