"""A briefing to take away: Markdown, HTML (one file, no scripts, to print), Word, JSON, and a mail (.eml).

All say the same, section by section as its template has them. No text becomes markup.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from email.policy import SMTP
from typing import Literal

from rag import credits
from rag.answer_sheet import Line, Sheet, as_html, as_markdown, limits
from rag.briefed import SECTIONS, BriefCoverage, Briefing, Change, Section
from rag.briefing.by_model import Estimate
from rag.jsonable import as_json
from rag.marks import conflict, taken_away
from rag.types import Sentence

Form = Literal["md", "html", "docx", "json", "eml"]
FORMS: dict[Form, str] = {"md": "Markdown", "html": "HTML", "docx": "Word", "json": "JSON", "eml": "Mail"}
MIMES: dict[Form, str] = {
    "md": "text/markdown",
    "html": "text/html",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "json": "application/json",
    "eml": "message/rfc822",
}
CHANGED = {
    "new": "New",
    "again": "Reported again",
    "differently": "Now reported differently",
    "not_mentioned": "No article in this window mentions it",
}

__all__ = [
    "FORMS",
    "MIMES",
    "Form",
    "Line",
    "as_bytes",
    "covered",
    "estimated",
    "laid_out",
    "lines",
    "title",
    "took",
    "written_by",
]


def title(made: Briefing) -> str:
    """What a briefing is called."""
    if made.beat:
        return f"{made.beat}, {credits.day(made.at)}"
    return f"{made.template.name}: {made.topic}" if made.topic else made.template.name


def as_bytes(form: Form, made: Briefing) -> bytes:
    """A briefing in one of the forms."""
    if form == "json":
        return (json.dumps({"schema": 1, **as_json(made)}, ensure_ascii=False, indent=1) + "\n").encode()
    sheet = laid_out(made)
    if form == "docx":
        from rag.answer_docx import as_docx  # its library takes a while to import

        return as_docx(sheet)
    if form == "eml":
        return _mail(sheet)
    return (as_markdown(sheet) if form == "md" else as_html(sheet)).encode()


def _mail(sheet: Sheet) -> bytes:
    """Text and HTML, as a draft that a mail program opens: nobody is written to yet."""
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = " ".join(sheet.title.split())
    mail["X-Unsent"] = "1"
    mail.set_content(as_markdown(sheet))
    mail.add_alternative(as_html(sheet), subtype="html")
    return mail.as_bytes()


def laid_out(made: Briefing) -> Sheet:
    """What every form of it says."""
    return Sheet(
        title=title(made),
        headline=None,
        lines=tuple(lines(made)),
        sources=tuple((one, None) for one in made.citations),
        nearest=(),
        about=tuple(_about(made)),
        of="briefing",
    )


def lines(made: Briefing) -> Iterator[Line]:
    """The lines of all sections, each section's first with its heading."""
    if made.nothing:
        yield from _headed(SECTIONS["in_brief"], [Line(made.nothing, "", ())])
    if made.changes is not None:
        since = (
            f"Since {credits.day(made.since)}, {made.since[11:16]} UTC" if made.since else "Since last time"
        )
        yield from _headed(since, list(_changes(made)) or [Line("Nothing has changed.", "", ())])
    sections = made.template.sections
    for section in sections if "about_us" in sections else ("about_us", *sections):
        yield from _headed(SECTIONS[section], list(marked_as_edited(made, of_section(made, section))))


def of_section(made: Briefing, section: Section) -> Iterator[Line]:
    """What a section says; nothing where there is nothing to say."""
    match section:
        case "about_us":
            for voice in made.about:
                for at, sentence in enumerate(voice.sentences):
                    yield _line(sentence, voice.speaker if at == 0 else None)
        case "in_brief":
            yield from map(_line, made.in_brief)
        case "developments":
            yield from _developments(made)
        case "timeline":
            for event in made.timeline:
                yield _line(
                    event.sentence, credits.day(event.day) if event.day else f"“{event.said}”, undated"
                )
        case "voices":
            for voice in made.voices:
                for at, sentence in enumerate(voice.sentences):
                    yield _line(sentence, voice.speaker if at == 0 else None)
        case "disagreements" | "updates":
            for one in made.conflicts:
                if (one.kind == "disagreement") == (section == "disagreements"):
                    yield _line(one.older, conflict(one))
                    yield _line(one.newer)
        case "unknown":
            yield from map(_line, made.unknown)
        case "not_found":
            if made.not_found:
                yield Line(f"No article in this scope has: {', '.join(made.not_found)}.", "", ())
        case "coverage":
            yield from (Line(said, "", ()) for said in covered(made.coverage))


def _developments(made: Briefing) -> Iterator[Line]:
    for story in made.stories:
        if not story.told:
            continue
        texts = f"{story.texts:,} text{'' if story.texts == 1 else 's'}"
        folded = f", {story.folded:,} of them copies" if story.folded else ""
        span = " to ".join(dict.fromkeys(credits.day(one) for one in (story.first, story.last) if one))
        for at, sentence in enumerate(story.sentences):
            lead = f"{story.headline} ({texts}{folded}{f'; {span}' if span else ''})"
            yield _line(sentence, lead if at == 0 else None)
    others = [story for story in made.stories if not story.told]
    if others:
        named = "; ".join(f"{story.headline} ({story.texts:,})" for story in others[:20])
        more = f"; and {len(others) - 20:,} more" if len(others) > 20 else ""
        yield Line(f"{named}{more}", "", (), "Other stories, by their headlines only")


def _changes(made: Briefing) -> Iterator[Line]:
    for change in made.changes or ():
        lead = f"{CHANGED[change.kind]}: {change.headline}"
        if change.kind == "differently" and change.was:
            yield Line(f"Then: {change.was}", "", (), lead)
            yield from map(_line, change.sentences)
        elif not change.sentences:
            yield Line(_plain(change), "", (), lead)
        else:
            for at, sentence in enumerate(change.sentences):
                yield _line(sentence, lead if at == 0 else None)


def _plain(change: Change) -> str:
    return "Another text on it came in." if change.kind == "again" else change.headline


def _headed(heading: str, some: list[Line]) -> Iterator[Line]:
    for at, line in enumerate(some):
        yield Line(line.text, line.mark, line.cites, line.lead, heading if at == 0 else None)


def _line(sentence: Sentence, lead: str | None = None) -> Line:
    return Line(sentence.text, taken_away(sentence), sentence.citations, lead)


def marked_as_edited(made: Briefing, some: Iterator[Line]) -> Iterator[Line]:
    """The lines, those that a person wrote marked so."""
    by_hand = {new for _, new in made.edited}
    for one in some:
        yield replace(one, mark=f"edited; {one.mark}") if one.cites and one.text in by_hand else one


_NOBODYS = "opinion, letters or sponsored, and told as nobody's news"


def covered(found: BriefCoverage) -> Iterator[str]:
    """What a briefing rests on, in sentences. The numbers add up to the articles in scope."""
    parts = [f"{found.told:,} in the stories told", f"{found.other:,} in other stories"]
    for count, said in (
        (found.off_topic, "off the topic"),
        (found.unticked, "in stories left out by hand"),
        (found.over, "over the most that are read at once"),
        (len(found.failed), "failed"),
    ):
        parts += [f"{count:,} {said}"] if count else []
    one, cited = found.considered == 1, f"{found.cited:,} {'is' if found.cited == 1 else 'are'} cited."
    yield f"{found.considered:,} article{'' if one else 's'} in scope: {', '.join(parts)}. {cited}"
    if found.earliest and found.newest:
        yield f"From {credits.day(found.earliest)} to {credits.day(found.newest)}."
    for count, said, of_one in (
        (found.folded, "are copies of others", "is a copy of another"),
        (found.opinions, f"are {_NOBODYS}", f"is {_NOBODYS}"),
        (found.undated, "are undated", "is undated"),
        (found.undated_left_out, "undated ones were left out", "undated one was left out"),
    ):
        if count:
            yield f"{count:,} {of_one if count == 1 else said}."
    if found.outlets:
        each = ", ".join(f"{name} {count:,} ({cited:,} cited)" for name, count, cited in found.outlets)
        yield f"By outlet: {each}."
    if found.silent:
        yield f"Nothing in scope from: {', '.join(found.silent)}. No feed is followed: they may have reported."
    for name, why in found.failed:
        yield f"Not read: {name}: {why}"


def written_by(made: Briefing) -> str:
    """Who wrote it: nobody, or a model what of it."""
    if made.model is None:
        return "Extractive: every sentence stands so in its article; no model wrote it."
    many = sum(story.told for story in made.stories)
    return (
        f"Developments written by {made.model} from the articles of {many:,} "
        f"{'story' if many == 1 else 'stories'}, each sentence held against the words it cites; "
        "all other sections stand so in the articles."
    )


def took(made: Briefing) -> str:
    """Tokens and cost of the model, "" where none was asked."""
    if not made.tokens or not sum(made.tokens.values()):
        return ""
    cost = f", {made.cost:.4f}" if made.cost is not None else ""
    return f"{made.tokens['in']:,} + {made.tokens['out']:,} tokens{cost}"


def estimated(what: Estimate) -> str:
    """What a model takes to write it, before it does."""
    if not what.calls:
        return f"{what.model} was paid for all of it before."
    cost = f", about {what.cost:.4f}" if what.cost is not None else ""
    before = f"; {what.kept} more were paid for before" if what.kept else ""
    calls = "1 call" if what.calls == 1 else f"{what.calls} calls"
    return f"{what.model} writes it: {calls}, about {what.tokens:,} tokens{cost}{before}."


def _about(made: Briefing) -> Iterator[str]:
    yield written_by(made)
    said = limits(made.scope)
    if said:
        yield f"Scope: {'; '.join(said)}."
    yield from made.warnings
    yield f"{len(made.edited):,} sentences edited by hand." if made.edited else "Nothing was edited by hand."
    yield (
        f"Written {credits.day(made.at)}, {made.at[11:16]} UTC, in {made.seconds:.1f} s"
        f"{f' ({took(made)})' if took(made) else ''}. Briefing {made.id}, library at sequence {made.sequence:,}."
    )
