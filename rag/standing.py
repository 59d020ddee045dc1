"""How a library stands: what its vectors are from, how fresh it is, how much it holds, and what an ingest will take."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import math
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import numpy as np

from rag.library import embeddings, originals
from rag.library.catalog import Catalog
from rag.library.embedder import Embedder
from rag.library.generations import Part
from rag.library.indexes import Health
from rag.library.ingest import Split
from rag.library.ingest import splitter as bound
from rag.library.passages import PASSAGE_RULES, estimate_tokens
from rag.library.snapshot import UNDATED, InScope, Snapshot
from rag.reading import count_files
from rag.reading.dates import moment
from rag.settings import Settings
from rag.state import IndexState, Plan, Status, Vectors
from rag.types import Freshness, Scope

if TYPE_CHECKING:
    from rag.embedding import Embedding
    from rag.intake import Intake
    from rag.newsroom import Newsroom

USABLE = ("ready", "following", "building")
LIMIT_WITHOUT = 256  # tokens of a passage where no embedder says otherwise
SHOWN = (
    "dateline",
    "chromadb",
    "tantivy",
    "onnxruntime",
    "langchain-core",
    "openai",
    "streamlit",
    "tiktoken",
)

# Estimates of what an ingest takes, per passage and per byte of articles; benchmarks/speed.py is to measure them.
PASSAGES_PER_BYTE = 1 / 900
WORDS_PER_SECOND = 1_200  # passages stored and findable by words
MEANING_PER_SECOND = 60  # passages embedded by MiniLM, where this library has measured none of its own
CHARACTERS_PER_TOKEN, HEADER_TOKENS = 4, 20  # of what an endpoint's model reads, about
DISK_PER_PASSAGE = 11_000  # bytes, all indexes and vectors
COUNTED_IN = 384  # numbers of a vector in that; a longer one lies in the catalog, the flat file and Chroma
COPIES_ON_DISK = 3
MEMORY = 350_000_000
MEMORY_PER_PASSAGE = 3_400


def splitter(embedder: Embedder | None) -> Split:
    """How articles are cut into passages for this embedder; by an estimate where there is none."""
    if embedder is None:
        return bound(LIMIT_WITHOUT, estimate_tokens)
    return bound(embedder.limit, embedder.count_tokens)


def cutting(catalog: Catalog, embedder: Embedder | None) -> Split:
    """How articles are cut from now on. What is stored is cut again where its passages follow other rules, save where
    they are an embedder's that is only not there now."""
    split = splitter(embedder)
    embeddings.use_passages(catalog, passage_rules(embedder), split, stand_in=embedder is None)
    return split


def passage_rules(embedder: Embedder | None) -> str:
    """What passages depend on: our rules, and whose tokens were counted."""
    counted = f"{embedder.limit}/{embedder.tokenizer}" if embedder else f"{LIMIT_WITHOUT}/estimate"
    return f"{PASSAGE_RULES}/{counted}"


def fingerprint(embedder: Embedder) -> str:
    """What stored vectors depend on; vectors of two fingerprints never mix."""
    return f"{embedder.fingerprint}+{PASSAGE_RULES}"


def answer_fingerprint(catalog: Catalog) -> str:
    """12 hex digits over what an answer depends on beside the articles."""
    parts = (catalog.fingerprint() or "words", catalog.meta("passages") or "", _version("dateline"))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def own(kept: str, embedder: Embedder) -> bool:
    """Whether vectors kept under this fingerprint are the embedder's, as far as can be told without asking it."""
    return fingerprint(embedder) in (kept, kept.rpartition("#")[0])


def renewed(kept: str, embedder: Embedder) -> bool:
    """Whether they are an older make of the very model that is set, on this machine: then they are made anew unasked.

    Another model's may have cost money, and making them anew may: that is done only where it is asked for.
    """
    return not embedder.remote and named(kept) == named(fingerprint(embedder))


def named(kept: str) -> str:
    """The model of a fingerprint as its user knows it."""
    model = kept.rpartition("#")[0] or kept
    if model.startswith("endpoint/"):
        return model.removeprefix("endpoint/").removesuffix(f"+{PASSAGE_RULES}")
    return model.split("/")[0].replace("minilm-l6-v2", "MiniLM", 1)


def other_vectors(kept: str, embedder: Embedder) -> str:
    """The warning where the stored vectors are another model's."""
    set_now = named(fingerprint(embedder))
    return (
        f"Keyword search only: the library's vectors are from {named(kept)}, and the model that is set is {set_now}. "
        "`dateline embed`, or the button on the Status page, makes them anew."
    )


def vectors(room: Embedding, *, anew: bool = False) -> Vectors:
    """Whose vectors there are, and what is to be made; with `anew` as if all were to be."""
    catalog, embedder = room.catalog, room.embedder
    kept = catalog.fingerprint()
    before = None if kept is None else named(kept)
    if embedder is None:
        return Vectors(before, None, None, False, 0, 0, None, None, 0)
    others = kept is not None and not own(kept, embedder)
    left = embeddings.work(catalog, without=room.kept_here(), anew=anew or others)
    tokens = _tokens(left.characters, left.passages)
    pace = embeddings.pace(catalog, embedder.fingerprint) or (None if embedder.remote else MEANING_PER_SECOND)
    return Vectors(
        kept=before,
        model=named(fingerprint(embedder)),
        where=room.endpoint_said() if embedder.remote else None,
        anew=others,
        passages=left.passages,
        tokens=tokens,
        seconds=None if pace is None else left.passages / pace,
        cost=_cost(tokens, room.settings) if embedder.remote else None,
        kept_back=left.kept_back,
    )


def freshness(catalog: Catalog, snapshot: Snapshot, inside: InScope) -> Freshness:
    """Newest and oldest in scope as their outlets wrote them, and the undated left out."""
    edges: list[str | None] = []
    for day, days in ((inside.newest, snapshot.last), (inside.earliest, snapshot.first)):
        if day is None:
            edges.append(None)
            continue
        keys = snapshot.keys[np.flatnonzero(inside.mask & (days == day))[:500]].tolist()
        edges.append(max(catalog.published_of(keys), key=moment, default=None))
    return Freshness(
        newest_cited=None,
        newest_in_scope=edges[0],
        last_added=None,
        undated_left_out=inside.undated_left_out,
        oldest_in_scope=edges[1],
    )


def status(room: Newsroom) -> Status:
    """Everything `dateline status` and the Status page show."""
    embedder, snapshot = room.embedder, room.questions.snapshot()
    totals = room.questions.totals()
    health = room.indexes.health()
    inside = room.questions.inside(snapshot, Scope())
    fresh = freshness(room.catalog, snapshot, inside)
    there = set(snapshot.outlet[inside.mask].tolist())
    kept, held = room.catalog.fingerprint(), vectors(room)
    warnings = [] if room.catalog.read_only is False else ["This home cannot be written: questions only."]
    if embedder is None:
        warnings.append(f"Keyword search only: {room.no_embedder}")
    elif kept is not None and held.anew:
        warnings.append(other_vectors(kept, embedder))
    if health.last_error:
        warnings.append(str(health.last_error))
    if room.upkeep_error:
        warnings.append(str(room.upkeep_error))
    kept_files = originals.standing(room.catalog)
    return Status(
        home=str(room.home),
        sequence=room.catalog.sequence(),
        articles=inside.articles,
        passages=totals.passages,
        meaning=room.meaning(),
        undated=int((inside.mask & (snapshot.first == UNDATED)).sum()),
        withdrawn=totals.withdrawn,
        superseded=totals.superseded,
        last_added=totals.last_added,
        oldest=fresh.oldest_in_scope,
        newest=fresh.newest_in_scope,
        outlets=tuple(name for code, name in enumerate(snapshot.outlets) if code in there),
        mode="keyword search only" if embedder is None or held.anew else "words and meaning",
        embedder=None if embedder is None else embedder.fingerprint,
        fingerprint=kept,
        sample=room.questions.sample_only(),
        read_only=room.catalog.read_only,
        holder=room.indexes.holder,
        indexes=index_states(health),
        bytes=size_of(room.home, but="originals") + kept_files.bytes,
        bytes_free=shutil.disk_usage(room.home).free,
        versions=tuple((name, _version(name)) for name in SHOWN),
        warnings=tuple(warnings),
        sample_aside=len(snapshot.keys) - inside.articles,
        model=room.settings.model,
        model_said=model_said(room.settings),
        spending=spending_said(room),
        local=room.local_collections(),
        vectors=held,
        originals=kept_files,
    )


def spending_said(room: Newsroom) -> str:
    """What the model took today, beside the limits."""
    today = room.limits.spent("")[0]
    told = room.settings
    cost = f", cost {today.cost:.2f}" if told.price_in is not None and told.price_out is not None else ""
    limits = [
        f"limit a {name} {limit:.2f}"
        for name, limit in (("day", told.limit_day), ("session", told.limit_session))
        if limit is not None
    ]
    return "; ".join([f"{today.calls:,} calls, {today.tokens:,} tokens{cost} today", *limits])


def model_said(settings: Settings) -> str:
    """Which model writes, where it is and what it may take; the key is never told."""
    address = settings.openai_base_url
    if settings.model is None:
        unused = settings.openai_api_key is not None or address is not None
        why = " (a key or an address is set, but no DATELINE_MODEL)" if unused else ""
        return f"none: answers are extractive{why}"
    where = urlsplit(address).netloc.rpartition("@")[2] if address else "OpenAI"
    return f"{settings.model} at {where}, {settings.context_window:,} tokens, {settings.timeout:.0f} s"


def index_states(health: Health) -> tuple[IndexState, ...]:
    """Each index in words."""
    names: dict[Part, str] = {"words": "words", "meaning": "meaning, exact", "vectors": "meaning, Chroma"}
    return tuple(
        IndexState(
            part, health.applied[part], health.states[part] in USABLE, f"{name}: {_said(health, part)}"
        )
        for part, name in names.items()
    )


def _said(health: Health, part: Part) -> str:
    applied = health.applied[part]
    return {
        "ready": f"ready, at {applied:,}",
        "following": f"following, at {applied:,} of {health.catalog:,}",
        "building": f"being built, at {applied:,} of {health.catalog:,}",
        "damaged": f"damaged: {health.faults.get(part, '')}; it is built anew",
        "missing": "not there yet",
        "elsewhere": "in the app only",
    }[health.states[part]]


def plan(room: Intake, paths: Sequence[Path]) -> Plan:
    """What an ingest will take, from the files' sizes and this library's own pace."""
    files, size = count_files(paths)
    passages = math.ceil(size * PASSAGES_PER_BYTE)
    embedder, size_of_vector = room.embedder, 0
    per_second = tokens = cost = None
    if embedder is not None:
        per_second = embeddings.pace(room.catalog, embedder.fingerprint)
        size_of_vector = max(0, embedder.dimension - COUNTED_IN) * 4
        if embedder.remote:
            tokens = _tokens(size, passages)
            cost = _cost(tokens, room.settings)
        else:
            per_second = per_second or MEANING_PER_SECOND
    disk = (
        passages * (DISK_PER_PASSAGE + COPIES_ON_DISK * size_of_vector) + 2 * size
    )  # the text, and the file
    free = shutil.disk_usage(room.home).free
    return Plan(
        files=files,
        bytes=size,
        passages=passages,
        seconds_to_words=passages / WORDS_PER_SECOND,
        seconds_to_meaning=None if per_second is None else passages / per_second,
        disk=disk,
        disk_free=free,
        memory=MEMORY + passages * (MEMORY_PER_PASSAGE + size_of_vector),
        fits=disk < free * 0.95,
        embedder=None if embedder is None else named(fingerprint(embedder)),
        tokens=tokens,
        cost=cost,
    )


def _tokens(characters: int, passages: int) -> int:
    """About how many an endpoint's model would read."""
    return characters // CHARACTERS_PER_TOKEN + passages * HEADER_TOKENS


def _cost(tokens: int, told: Settings) -> float | None:
    return None if told.embedding_price is None else tokens * told.embedding_price / 1_000_000


def size_of(folder: Path, *, but: str | None = None) -> int:
    """Bytes of all files below a folder, `but` those of one in it; what goes while it counts is left out."""
    total = 0
    for inside, folders, names in os.walk(folder):
        if but in folders and Path(inside) == folder:
            folders.remove(but)
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                total += Path(inside, name).lstat().st_size
    return total


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"
