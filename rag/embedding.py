"""The library's vectors: whose they are, what waits for one, and making them, here or by an endpoint."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator

from rag import standing
from rag.errors import ModelError, WeightsMissing
from rag.library import embeddings
from rag.library import ingest as stages
from rag.library.embedder import Embedder
from rag.library.indexes import Indexes
from rag.limits import Limits
from rag.opened import Opened
from rag.state import Vectors
from rag.upkeep import Upkeep, embed_lock, waited_for

PACE_FROM = 100  # passages that an estimate of the next ingest may rest on


class Embedding(Opened):
    """The part of the newsroom that embeds. Safe for threads."""

    limits: Limits
    indexes: Indexes
    _embedder: Embedder | None
    _no_embedder: str
    _meeting: threading.Lock
    _upkeep: Upkeep | None

    @property
    def embedder(self) -> Embedder | None:
        """What is set: MiniLM, or an endpoint's model; opened at first use. None: `no_embedder` says why."""
        with self._meeting:
            if self._embedder is None and not self._no_embedder:
                try:
                    self._embedder = self._endpoint() if self.settings.embedding_model else self._minilm()
                except WeightsMissing as error:
                    self._no_embedder = str(error)
            return self._embedder

    @property
    def no_embedder(self) -> str:
        """Why there is no embedder; "" where there is one."""
        return self._no_embedder

    def _minilm(self) -> Embedder:
        from rag.models.minilm import open_minilm

        return open_minilm(minilm_dir=self.settings.minilm_dir, cache=self.settings.cache)

    def _endpoint(self) -> Embedder | None:
        from rag.models.openai_embeddings import Meter, open_embeddings

        meter = Meter(self.limits.embedding_refusal, self._embedding_took)
        try:
            return open_embeddings(
                self.settings, proof=lambda: embeddings.proof_of(self.catalog), meter=meter
            )
        except ModelError as error:
            self._no_embedder = str(error)
            return None

    def _embedding_took(self, tokens: int) -> None:
        assert self.settings.embedding_model is not None
        self.limits.note_embedding(self.settings.embedding_model, tokens)

    def endpoint_said(self) -> str:
        """Where the embedding model is, without key or password."""
        from rag.models.openai_faults import HOSTED, host_of

        return host_of(self.settings.embedding_base_url or self.settings.openai_base_url or HOSTED)

    def local_collections(self) -> tuple[str, ...]:
        """The collections that are never sent to a model: what is in one of them stays on this machine."""
        raise NotImplementedError

    def kept_here(self) -> tuple[str, ...]:
        """The collections whose articles the embedder may not be given."""
        embedder = self.embedder
        return self.local_collections() if embedder is not None and embedder.remote else ()

    def vectors(self, *, anew: bool = False) -> Vectors:
        """Whose vectors there are, and what is to be made; with `anew` as if all were to be."""
        return standing.vectors(self, anew=anew)

    def make_anew(self, *, anew: bool = False) -> bool:
        """Drop the vectors of another model, once the one that is set has answered; then all wait to be made.

        Searches go on by words. `anew`: also those of the model that is set. Whether any were dropped.

        Raises:
            ReadOnly, ModelError: nothing was dropped.
        """
        self._refuse_read_only()
        embedder = self.embedder
        if embedder is None:
            raise ModelError("The library's vectors", "there is no model to make them", self._no_embedder)
        kept = self.catalog.fingerprint()
        if kept is None or (standing.own(kept, embedder) and not anew):
            self._wake()
            return False
        refusal = self.limits.embedding_refusal() if embedder.remote else None
        if refusal is not None:
            raise ModelError(f"The embedding model {self.settings.embedding_model}", refusal.rstrip("."))
        standing.cutting(self.catalog, embedder)
        self._begin(embedder, anew=anew)
        self._wake()
        return True

    def _wake(self) -> None:
        if self._upkeep is not None:
            self._upkeep.wake()

    def embed(
        self,
        *,
        anew: bool = False,
        progress: stages.Report | None = None,
        stop: threading.Event | None = None,
    ) -> int:
        """Make every vector that is missing, all of them where they are another model's (or `anew`); how many.

        Killed or stopped it goes on at the next call, in the app by itself. What another process is making is waited
        for.

        Raises:
            ReadOnly, ModelError: what was made is kept.
        """
        self.make_anew(anew=anew)
        watch = stages.watching(self.catalog, progress) if progress else None
        with self._following(), waited_for(embed_lock(self.home), stop, watch) as mine:
            return self._embed(progress=progress, stop=stop) if mine else 0

    def _embed(self, *, progress: stages.Report | None = None, stop: threading.Event | None = None) -> int:
        embedder = self.embedder
        if embedder is None or self.not_embedding():
            return 0
        kept = self.catalog.fingerprint()
        if kept is None and not self.catalog.pending(limit=1, without=self.kept_here()):
            return 0
        if kept is None or not standing.own(kept, embedder):
            kept = self._begin(embedder)
        began = time.monotonic()
        done = stages.embed_all(
            self.catalog, embedder, fingerprint=kept, without=self.kept_here, report=progress, stop=stop
        )
        if done >= PACE_FROM:
            embeddings.note_pace(self.catalog, embedder.fingerprint, done / (time.monotonic() - began))
        return done

    @contextlib.contextmanager
    def _following(self) -> Iterator[None]:
        """Follow the log behind an ingest, so that what is stored is findable at once, and to its end after it."""
        follower = self.indexes.follower
        if follower is None:
            yield
            return
        follower.start()
        follower.resume()
        try:
            yield
        finally:
            if self._upkeep is None:
                follower.pause()
            follower.catch_up()

    def _begin(self, embedder: Embedder, *, anew: bool = False) -> str:
        """From here on the vectors are this embedder's. Its proof comes first: one that fails drops nothing."""
        proof, fingerprint = embedder.probe(), standing.fingerprint(embedder)
        if proof is not None or anew:  # the name does not tell these vectors from the ones before
            size = len(proof.vector) if proof is not None else embedder.dimension
            fingerprint += f"#{size}-{self.catalog.sequence()}"
        embeddings.use_fingerprint(self.catalog, fingerprint, proof=proof, anew=anew)
        return fingerprint

    def not_embedding(self) -> tuple[str, ...]:
        """Why nothing is embedded: the vectors are another model's, and nobody has asked to drop them."""
        embedder, kept = self.embedder, self.catalog.fingerprint()
        if embedder is None or kept is None:
            return ()
        if standing.own(kept, embedder) or standing.renewed(kept, embedder):
            return ()
        return (standing.other_vectors(kept, embedder),)
