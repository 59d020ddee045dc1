"""What the articles of a scope say of names that are watched: the first sentence that names them, of each text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.briefed import Voice
from rag.briefing.cut import Cites, Text, sentences
from rag.reading.dates import moment

NEWS, OPINIONS = 4, 2  # sentences of one name


def naming(names: Sequence[str]) -> re.Pattern[str] | None:
    """What finds any of these names in a text, whole, whatever the case; None where there are none."""
    said = [r"\s+".join(map(re.escape, name.split())) for name in names if name.split()]
    return re.compile(rf"(?<!\w)(?:{'|'.join(said)})(?!\w)", re.IGNORECASE) if said else None


def about(texts: Sequence[Text], names: Sequence[str], cites: Cites) -> list[Voice]:
    """For each name the newest sentences that have it, one of each text and its copies; opinion and letters apart."""
    newest = sorted(texts, key=lambda one: (-_at(one), one.article.id))
    found = []
    for name in names:
        pattern = naming([name])
        if pattern is None:
            continue
        for news, most, said in ((True, NEWS, ""), (False, OPINIONS, ", in opinion or letters")):
            groups: set[int] = set()
            told = []
            for text in newest:
                first = next((one for one in sentences(text) if pattern.search(one.said)), None)
                if text.news is news and first is not None and text.group not in groups:
                    groups.add(text.group)
                    told.append(first)
            if told:
                count = f" ({len(told):,} texts)" if len(told) > most else ""
                found.append(Voice(f"{name}{said}{count}", tuple(cites.sentence(one) for one in told[:most])))
    return found


def _at(text: Text) -> float:
    return moment(text.article.published) if text.article.published else 0.0
