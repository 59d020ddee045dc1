"""Articles and a model's reply that would be more than words: each asks a server for pictures, styles, pages."""

from __future__ import annotations

from typing import Any

from tests.fakes.openai_server import said


def hostile(field: str, there: str) -> str:
    """What would be a picture, a link, HTML, Markdown and TeX, each of which asks `there`, naming the field."""
    to = f"{there}/{field}"
    return (
        f"**zq{field}** ![a]({to}/1) [b]({to}/2) [c](//{to[7:]}/3) <{to}/4> <img src={to}/5 onerror=fetch('{to}/6')> "
        f"[d](javascript:fetch('{to}/7')) <svg onload=fetch('{to}/8')> $\\href{{{to}/9}}{{x}}$ www.{to[7:]} "
        f":material/zzq: :smile: --- x@{to[7:]}"
    )


def records(there: str) -> list[dict[str, Any]]:
    """An article with everything in every field, a later version's like, one at a host that poses as another."""
    loss = "The harvest at Dunmere was lost to hail on Monday, 412 farmers said."
    quoted = f"“We lost the harvest at Dunmere {hostile('quoted', there)},” Anna Velde told the assembly on Monday."
    one = {
        "id": f"hostile {hostile('id', there)}"[:180],
        "title": f"Harvest lost {hostile('title', there)}",
        "outlet": f"Post {hostile('outlet', there)}",
        "author": f"Anna {hostile('author', there)}",
        "agency": f"NPA {hostile('agency', there)}",
        "section": hostile("section", there),
        "page": "**zqpage**",
        "collections": [f"Farms **zqcollection** ![a]({there}/collection)"],
        "url": f"javascript:fetch('{there}/url')",
        "published": "2026-11-10",
        "text": f"{loss}\n\n{quoted}\n\n{hostile('body', there)}\n\n"
        f"```mermaid\ngraph TD; A[<img src='{there}/m'>]\n```\n\n"
        f"![f][g]\n\n[g]: {there}/reference\n\n<style>@import url({there}/style)</style><iframe src={there}></iframe>",
    }
    posing = {
        "id": "posing",
        "title": "Hail at Dunmere",
        "outlet": "Vale Tribune",
        "published": "2026-11-11",
        "url": "https://examp\u043be.com/hail",
        "text": "Hail fell on the harvest at Dunmere for 20 minutes, the weather service said.",
    }
    return [one, posing]


def reply(there: str) -> Any:
    """A model's hostile reply, which cites what it was given."""
    sentences = (
        f"The harvest at Dunmere was lost to hail on Monday {hostile('model', there)} [1].",
        f"412 farmers said so ![f][g] ```mermaid graph {there}/h ``` [1].\n\n[g]: {there}/g",
    )
    return lambda _request: said(*sentences, size=11)
