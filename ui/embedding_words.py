"""The words about whose vectors the library holds, and about making them anew."""

from __future__ import annotations

from rag.state import Vectors
from ui import words


def embedder(held: Vectors) -> str:
    """As "scripted at 127.0.0.1:8080": which model reads meaning, and what of it is not as with MiniLM."""
    if held.model is None:
        return "None" + (f"; the library's vectors, by {held.kept}, are not used" if held.kept else "")
    said = [f"{held.model} at {held.where}" if held.where else f"{held.model}, on this machine"]
    if held.anew:
        said.append(f"the library's vectors are by {held.kept} and not used")
    if held.where:
        said.append(
            "it ranks passages; sentences are chosen and answers judged by words alone, for which that was measured"
        )
    if held.kept_back:
        said.append(f"{words.count(held.kept_back, 'passage')} never sent to it, found by words only")
    return "; ".join(said)


def anew(held: Vectors) -> tuple[str, ...]:
    """What making every vector anew means, before it is begun."""
    lines = [
        f"The vectors in this library are by {held.kept}. The model that is set is {held.model}, which cannot use "
        "them: until all are made anew, search is by words only.",
        f"{words.count(held.passages, 'passage')} to read: {', '.join(_taking(held))}. It goes on behind the page, "
        "also after a restart; what is read is found by meaning at once.",
    ]
    if held.where:
        lines.append(f"Their text is sent to {held.where}.")
    if held.kept_back:
        lines.append(
            f"{words.count(held.kept_back, 'passage')} of collections that are never sent to a model stay here: "
            "they are found by words only."
        )
    return tuple(lines)


def embedding(held: Vectors, left: float | None) -> str:
    """As "1,204 passages to read by scripted, about 4 min left"."""
    known = "" if left is None else f", about {duration(left)} left"
    return f"{words.count(held.passages, 'passage')} to read by {held.model}{known}"


def _taking(held: Vectors) -> list[str]:
    parts = [f"about {held.tokens:,} tokens"] if held.where else []
    parts.append("the time is not known yet" if held.seconds is None else f"about {duration(held.seconds)}")
    if held.where:
        parts.append("no price is set" if held.cost is None else f"cost about {held.cost:.2g}")
    return parts


def duration(spent: float) -> str:
    """As "40 s", "12 min", "2.5 hours"; never less than a second."""
    if spent < 90:
        return f"{max(1, round(spent))} s"
    return f"{spent / 60:.0f} min" if spent < 5400 else f"{spent / 3600:.1f} hours"
