"""What a copied page leaves in a text that is not the article: sign-ups, credits, links to other stories.

`furniture` finds ranges, and takes nothing away: the text stays as it was read. Precision counts before
recall: a line is furniture where the whole of it fits a rule, so no sentence is lost to a word in it; a line
that reports speech is none. The rules know English pages.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from difflib import SequenceMatcher

from rag.reading.agencies import end_credit

Range = tuple[int, int]


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.I)


_LONGEST = 320  # characters: no rule fits a longer line
_LETTERS = r"(?:newsletters?|inbox|e-?mail(?:s|ed)?|alerts?|mailing list|briefings?)"
_NETWORKS = (
    r"(?:facebook|twitter|x|instagram|whatsapp|linkedin|reddit|pinterest|telegram|tiktok|threads|bluesky)"
)
_LISTS = r"(?:stories|news|articles|topics|coverage|headlines|content|reading|links|tags|videos|photos)"
_SPEECH = re.compile(r"\b(?:said|says|told|according to|announced|wrote)\b|^[\"“‘']", re.I)

# Lines that lead elsewhere: the headline of another story may well report speech.
_LINKS = _any(
    r"(?:(?:read |see |learn |find out |watch )?more|related|also read|read (?:also|next|on)|see also|up next"
    r"|recommended|(?:more )?from the archives?|previously|watch(?: live| now)?|listen)\s*:\s*\S.{0,220}"
)
_SIGN_UP = _any(
    rf"(?:.{{3,70}}[:.!?]\s+)?(?:sign up|subscribe|register)\b[^.]{{0,90}}\b{_LETTERS}\b.{{0,150}}"
)
_RULES = _any(
    # Newsletters
    r"(?:get|receive)\s.{0,60}\b(?:newsletters?|(?:in|to) your inbox)\b.{0,200}",
    r"\[?\s*subscribe (?:now|today|here)\b.{0,120}|subscribe\s*:.{1,120}",
    r"get .{2,30} updates: we['’]ll e-?mail you\b.{0,80}",
    # Pictures
    r"\(?(?:file )?(?:photos?|pictures?|images?|illustration|graphic|video)(?: credits?| courtesy)?"
    r"\s*(?::|©|by\b)\s*(?:\S+\s+){0,7}\S{1,40}\)?",
    r"\(?(?:image|photo|picture) credit:\s.{1,100}\)?|credit: \S.{0,60}",
    r"[^.!?]{0,50}(?:/|\bvia )(?:getty images|afp|ap|reuters|shutterstock|alamy|istock)(?:/[^.!?]{1,30})?",
    # To other pages and other stories
    rf"follow topics?\s*:?|follow (?:us|our)\b.{{0,120}}|follow [\w .’']{{1,40}} on {_NETWORKS}\b.{{0,80}}",
    r"(?:read|see|learn|find out|show|load|view)\s+(?:more|less|all)(?: (?:here"
    r"|on(?: this(?: story| topic)?)?|about [^.]{1,60}|news|stories|from [^.]{1,40}|comments))?\s*[:.…»>→]*",
    rf"(?:more|top|latest|related|other|popular|trending)\s+{_LISTS}(?: (?:from|in|on|by) .{{1,40}})?\s*:?",
    r"(?:related|recommended(?: for you)?|suggested reading|trending(?: now)?|read next|up next"
    r"|you may also like|more on this story|editor['’]s picks|most (?:read|popular|viewed|shared))\s*:?",
    r"more from [^.:]{1,40}",
    r"(?:tags|topics|keywords|filed under)\s*:.{0,160}",
    r"(?:click|tap|tap or click) here\b.{0,120}|jump to .{1,40}",
    r"skip to (?:main )?content|back to (?:the )?top",
    r"download (?:the|our) .{0,60}\bapps?\b.{0,60}",
    r"(?:view|leave an?|post an?|join the|read the|show|hide)"
    r"\s+(?:comments?|conversation|repl(?:y|ies)|discussion)",
    r"(?:need a break\? )?play (?:the|our|today['’]s) .{0,60}\b(?:crossword|puzzles?|sudoku|quiz)\b.{0,40}",
    r"share (?:this|on|via)\b.{0,40}|e-?mail to a friend\s*\.?|\d{1,2}[- ]min(?:ute)?s?(?: read| listen)",
    r"listen to (?:this )?(?:article|story)\b.{0,30}|gift(?: this)? article",
    # Advertising
    r"advertisements?|sponsored(?: content| by .{1,40})?|promoted content|paid (?:post|content)|remove ads",
    r"(?:story|article) continues (?:below|after)\b.{0,40}|continue reading(?: below| the main story)?",
    r"scroll (?:down )?(?:to|for) (?:continue|more)\b.{0,40}",
    r"skip (?:advertisement|past newsletter promotion)|after newsletter promotion",
    # Consent and rights
    r"(?:we|this (?:site|website|page)) uses? cookies\b.{0,250}",
    r"(?:accept|reject|manage)(?: all)? cookies.{0,40}",
    r"by (?:clicking|continuing|signing up|subscribing|submitting)\b.{0,160}"
    r"\b(?:agree|consent|terms|privacy)\b.*",
    r"(?:©|\(c\)|copyright (?:©|\(c\)|\d{4})).{0,120}|.{0,160}\ball rights reserved\b.{0,120}",
    r"this (?:material|content|article|story) may not be (?:published|reproduced|copied|broadcast).{0,160}",
    r"([-–—_=*·•~])(?:\s?\1){2,}",
)
# Single words that may be headings as well: furniture only beside other furniture.
_BUTTONS = _any(
    r"share|save|print|e-?mail|tweet|post|comments?|copy link|bookmark|listen|like|reply|follow|flipboard|ad",
    rf"\d+ (?:shares?|comments?)|{_NETWORKS}|home|menu|search|log ?in|sign in|close|previous|next|loading\.*",
)
_CREDIT_LINE = _any(r"\(?(?:photo|picture|image)s?(?: credits?)?\s*:.{1,80}")
_TOPICS_FOLLOW = _any(r"(?:see more on|related topics|more about|tags|topics)\s*:?")
_CONTACT = _any(
    r"(?:(?<=[.!?] )|^)(?:you can )?(?:reach|contact|follow|e-?mail|call)\s+(?:out to )?"
    r"(?:him|her|them|me|us|the (?:reporter|author|writer)|(?:reporter )?[A-Z]\w+(?: [A-Z]\w+)?)\b"
    r".{0,40}(?:@|\d{3}-\d{3,4}).{0,200}$"
)
_INLINE = re.compile(
    r"(?<=[.?!\"”'’)])\s+"
    r"(?:((?:Watch|See|Read|Learn|Hear|View|Take|Explore|Check|Find|Listen|In pictures|Photos?)\b"
    r"[^.!?\n]{2,100}Â?»)|(E-mail to a friend(?: ?\.)?)(?=\s*$))",
    re.M,
)
_WORD = re.compile(r"\w+(?:['’]\w+)?")
_SMALL = """a an the of to in on at for and or but with by from as is are was were be been has have had he she
it its his her their that this who which will would"""
_SMALL_WORDS = frozenset(_SMALL.split())
_NEGATIONS = frozenset(("no", "not", "never", "none", "nor", "neither", "without", "cannot"))


def furniture(text: str) -> tuple[Range, ...]:
    """Ranges of the page's furniture in `text`: in order, apart, without surrounding white space."""
    lines = list(_lines(text))
    found = {i for i, (start, end) in enumerate(lines) if _is_furniture(text[start:end])}
    found |= _buttons(text, lines, found)
    found |= _topics(text, lines, found)
    found |= _repeats(text, lines, found)
    ranges = [lines[i] for i in found]
    ranges += _contacts(text, lines[-8:])
    if "»" in text or "E-mail" in text:
        ranges += [m.span(m.lastindex or 0) for m in _INLINE.finditer(text)]
    credit = end_credit(text[: _article_end(lines, found)])
    if credit:
        ranges.append((credit.start, credit.end))
    return _apart(ranges)


def _lines(text: str) -> Iterator[Range]:
    """Every line that is not blank, without surrounding white space."""
    position = 0
    for line in text.splitlines(keepends=True):
        stripped = line.strip()
        if stripped:
            start = position + len(line) - len(line.lstrip())
            yield start, start + len(stripped)
        position += len(line)


def _is_furniture(line: str) -> bool:
    if len(line) > _LONGEST:
        return False
    if _LINKS.fullmatch(line):
        return True
    low = line.lower()
    signs_up = "sign up" in low or "subscribe" in low or "register" in low  # the pattern alone is slow
    fits = _RULES.fullmatch(line) or (signs_up and _SIGN_UP.fullmatch(line))
    return bool(fits) and not _SPEECH.search(line)


def _contacts(text: str, lines: list[Range]) -> list[Range]:
    """How to reach the reporter, at the end of an article; who the reporter is stays."""
    found = []
    for start, end in lines:
        match = _CONTACT.search(text[start:end]) if end - start <= _LONGEST else None
        if match:
            found.append((start + match.start(), end))
    return found


def _buttons(text: str, lines: list[Range], found: set[int]) -> set[int]:
    """Runs of two or more one-word lines that are buttons on a page, or one beside other furniture."""
    buttons = {
        i
        for i, (start, end) in enumerate(lines)
        if end - start <= 20 and _BUTTONS.fullmatch(text, start, end)
    }
    return {i for i in buttons if {i - 1, i + 1} & (buttons | found)}


def _topics(text: str, lines: list[Range], found: set[int]) -> set[int]:
    """The short lines that follow "See more on" at the end of a page."""
    heads = [i for i in found if _TOPICS_FOLLOW.fullmatch(text, *lines[i])]
    if not heads or len(lines) - max(heads) > 12:
        return set()
    after = range(max(heads) + 1, len(lines))
    short = all(lines[i][1] - lines[i][0] <= 60 and text[lines[i][1] - 1] not in '.!?”"' for i in after)
    return set(after) if short else set()


def _repeats(text: str, lines: list[Range], found: set[int]) -> set[int]:
    """Standfirsts and captions that say again what a sentence of the body says; the body's stays."""
    captions = {i - 1 for i in found if _CREDIT_LINE.fullmatch(text, *lines[i])}
    again: set[int] = set()
    for i in sorted({*range(1, min(12, len(lines))), *captions} - found):
        start, end = lines[i] if i >= 0 else (0, 0)
        if not 40 <= end - start <= 400 or text[end - 1] not in '.!?"”' or text.count(" ", start, end) < 7:
            continue
        for other in _lines_sharing_words(text, lines, i, everywhere=i in captions):
            if not {other} & (again | found) and _says_the_same(text[start:end], text[slice(*lines[other])]):
                again.add(i)
                break
    return again


def _lines_sharing_words(text: str, lines: list[Range], i: int, *, everywhere: bool) -> set[int]:
    """Lines after line i (or anywhere else) that hold four words of it in a row. Substring search: cheap."""
    start, end = lines[i]
    line = text[start:end]
    words = [(m.start(), m.end()) for m in _WORD.finditer(line)]
    shared: set[int] = set()
    if len(words) < 8:
        return shared
    for part in (1, 3, 5, 7):  # four places, spread evenly
        first = min(part * len(words) // 8, len(words) - 4)
        snippet = line[words[first][0] : words[first + 3][1]]
        for begin, stop in ((end, len(text)), *([(0, start)] if everywhere else [])):
            at = text.find(snippet, begin, stop)
            if at >= 0:
                shared.add(bisect_right(lines, (at, len(text))) - 1)
    return shared


def _says_the_same(line: str, body: str) -> bool:
    """Near-identical: what `line` has beyond a stretch of `body` are names, titles and small words only."""
    said, words = _WORD.findall(line), _WORD.findall(body)
    if len(said) < 8:
        return False
    fold = [w.replace("’", "'").lower() for w in said]
    other = [w.replace("’", "'").lower() for w in words]
    blocks = [b for b in SequenceMatcher(None, fold, other, autojunk=False).get_matching_blocks() if b.size]
    matched = {n for b in blocks for n in range(b.a, b.a + b.size)}
    if len(matched) < 0.8 * len(fold) or blocks[-1].b + blocks[-1].size - blocks[0].b > 1.25 * len(fold) + 3:
        return False
    stretch = other[blocks[0].b : blocks[-1].b + blocks[-1].size]
    if sum(w in _NEGATIONS for w in fold) != sum(w in _NEGATIONS for w in stretch):
        return False
    extra = [said[n] for n in range(len(said)) if n not in matched]
    return all(w[0].isupper() or w.lower() in _SMALL_WORDS for w in extra) and not any(
        c.isdigit() for w in extra for c in w
    )


def _article_end(lines: list[Range], found: set[int]) -> int:
    """Where the last line that is no furniture ends."""
    return next((lines[i][1] for i in range(len(lines) - 1, -1, -1) if i not in found), 0)


def _apart(ranges: list[Range]) -> tuple[Range, ...]:
    """In order; where two overlap, joined."""
    apart: list[Range] = []
    for start, end in sorted(ranges):
        if apart and start < apart[-1][1]:
            apart[-1] = (apart[-1][0], max(end, apart[-1][1]))
        elif start < end:
            apart.append((start, end))
    return tuple(apart)
