"""What a user would pick instead of Dateline, and the parts it is built from, each on its own.

`LangChainUsual` is the real thing: RecursiveCharacterTextSplitter(1000, 200) into langchain_chroma. The others
(MiniLM alone, BM25, rank fusion, convex fusion) rank passages of whole sentences of at most 160 words.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import onnxruntime
import tantivy
from numpy.typing import NDArray
from tokenizers import Tokenizer

from benchmarks.chroma_weights import chroma_folder
from benchmarks.data import Data, Found
from rag.evaluation.metrics import Place
from rag.library.sentences import sentence_ranges
from rag.types import Article

if TYPE_CHECKING:
    from langchain_chroma import Chroma
    from langchain_core.documents import Document

Floats = NDArray[np.float32]
PASSAGE_WORDS = 160
SHARD = 512
CACHE = Path.home() / ".cache" / "dateline" / "peers"


def passages(articles: Iterable[Article], words: int = PASSAGE_WORDS) -> list[Place]:
    """Whole sentences up to so many words; a longer sentence is a passage of its own."""
    made = []
    for article in articles:
        start = end = held = 0
        for left, right in sentence_ranges(article.text):
            more = len(article.text[left:right].split())
            if held and held + more > words:
                made.append(Place(article.id, start, end))
                held = 0
            start = start if held else left
            end, held = right, held + more
        if held:
            made.append(Place(article.id, start, end))
    return made


class MiniLM:
    """all-MiniLM-L6-v2 in fp32, cut at 256 tokens: the vectors of Chroma's default embedder.

    Texts of like length are run together, which changes nothing but the time. Vectors are kept in `cache`.
    """

    def __init__(self, cache: Path, threads: int = 0) -> None:
        self.cache, self.threads = cache, threads
        self.known: dict[str, Floats] = {}
        cache.mkdir(parents=True, exist_ok=True)

    @cached_property
    def _session(self) -> onnxruntime.InferenceSession:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self.threads
        model = chroma_folder() / "onnx" / "model.onnx"
        return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        tokenizer = Tokenizer.from_file(str(chroma_folder() / "onnx" / "tokenizer.json"))
        tokenizer.enable_truncation(256)
        tokenizer.no_padding()
        return tokenizer

    def embed(self, texts: Sequence[str]) -> Floats:
        """(n, 384) of unit length."""
        new = [text for text in dict.fromkeys(texts) if text not in self.known]
        for at in range(0, len(new), SHARD):
            shard = new[at : at + SHARD]
            self.known |= zip(shard, self._kept(shard), strict=True)
        return np.stack([self.known[text] for text in texts])

    def _kept(self, texts: Sequence[str]) -> Floats:
        file = self.cache / (hashlib.sha256("\0".join(texts).encode()).hexdigest()[:24] + ".npy")
        if not file.exists():
            np.save(file, self._run(texts))
        vectors: Floats = np.load(file)
        return vectors

    def _run(self, texts: Sequence[str], batch: int = 8) -> Floats:
        ids = [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]
        vectors = np.empty((len(ids), 384), dtype=np.float32)
        order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
        for at in range(0, len(order), batch):
            which = order[at : at + batch]
            tokens = np.zeros((len(which), max(len(ids[i]) for i in which)), dtype=np.int64)
            mask = np.zeros_like(tokens)
            for row, i in enumerate(which):
                tokens[row, : len(ids[i])], mask[row, : len(ids[i])] = ids[i], 1
            inputs = {"input_ids": tokens, "attention_mask": mask, "token_type_ids": np.zeros_like(tokens)}
            (states,) = self._session.run(None, inputs)
            vectors[which] = (states * mask[:, :, None]).sum(1) / mask.sum(1)[:, None]
        unit: Floats = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return unit


class BM25:
    """Okapi BM25 (Robertson & Zaragoza, 2009), k1 = 1.2, b = .75: English stems, stop words out."""

    def __init__(self, texts: Sequence[str], k1: float = 1.2, b: float = 0.75) -> None:
        analyzer = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple()).filter(tantivy.Filter.lowercase())
        analyzer = analyzer.filter(tantivy.Filter.stopword("english")).filter(
            tantivy.Filter.stemmer("english")
        )
        self.analyzer = analyzer.build()
        counts: dict[str, dict[int, int]] = defaultdict(dict)
        lengths = np.zeros(len(texts), dtype=np.float32)
        for i, text in enumerate(texts):
            words = self.analyzer.analyze(text)
            lengths[i] = len(words)
            for word in words:
                counts[word][i] = counts[word].get(i, 0) + 1
        norm = k1 * (1 - b + b * lengths / lengths.mean())
        self.size = len(texts)
        self.postings: dict[str, tuple[NDArray[np.int64], Floats]] = {}
        for word, held in counts.items():
            where, often = np.fromiter(held, np.int64), np.fromiter(held.values(), np.float32)
            rarity = np.log(1 + (len(texts) - len(held) + 0.5) / (len(held) + 0.5))
            self.postings[word] = (
                where,
                (rarity * often * (k1 + 1) / (often + norm[where])).astype(np.float32),
            )

    def scores(self, question: str) -> Floats:
        """(passages,) float32, 0 where no word is shared."""
        total = np.zeros(self.size, dtype=np.float32)
        for word in self.analyzer.analyze(question):
            if word in self.postings:
                where, weights = self.postings[word]
                total[where] += weights
        return total


@dataclass(frozen=True, slots=True)
class Scores:
    """One question's scores over all passages: (passages,) cosines and BM25."""

    dense: Floats
    words: Floats

    def alone(self) -> Floats:
        return self.dense

    def bm25(self) -> Floats:
        return self.words

    def rank_fusion(self, k: int = 60, depth: int = 100) -> Floats:
        """Reciprocal rank fusion of the first `depth` of both (Cormack, Clarke & Büttcher, 2009)."""
        fused = np.zeros(len(self.dense), dtype=np.float32)
        for scores in (self.dense, self.words):
            first = best(scores, depth)
            first = first[scores[first] > 0]
            fused[first] += 1 / (k + 1 + np.arange(len(first), dtype=np.float32))
        return fused

    def convex(self, dense: float = 0.6) -> Floats:
        """Sum of both scores, each over its maximum (Bruch, Gai & Ingber, 2023)."""
        both: Floats = dense * self.dense / self.dense.max() + (1 - dense) * self.words / max(
            self.words.max(), 1e-9
        )
        return both


def best(scores: Floats, k: int) -> NDArray[np.int64]:
    """The indices of the k highest scores, highest first; the earlier of equals."""
    order: NDArray[np.int64] = np.argsort(-scores, kind="stable")[:k]
    return order


def ranked(data: Data, asked: Mapping[str, str], minilm: MiniLM, k: int) -> dict[str, dict[str, Found]]:
    """What each of the four finds for each question, by its name and the question's id."""
    places = passages(data.articles)
    texts = [data.texts[place.article][place.start : place.end] for place in places]
    vectors, questions, words = minilm.embed(texts), minilm.embed(list(asked.values())), BM25(texts)
    ways = {
        "MiniLM alone": Scores.alone,
        "BM25": Scores.bm25,
        "rank fusion, k=60": Scores.rank_fusion,
        "convex fusion, .6 dense": Scores.convex,
    }
    found: dict[str, dict[str, Found]] = {name: {} for name in ways}
    for (id_, question), vector in zip(asked.items(), questions, strict=True):
        scores = Scores(vectors @ vector, words.scores(question))
        for name, way in ways.items():
            found[name][id_] = [places[i] for i in best(way(scores), k)]
    return found


def langchain_split(articles: Iterable[Article]) -> Iterator[Document]:
    """An article's pieces as LangChain's documentation cuts them."""
    from langchain_core.documents import Document
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200, add_start_index=True)
    for article in articles:
        yield from splitter.split_documents([Document(article.text, metadata={"article": article.id})])


class LangChainUsual:
    """RecursiveCharacterTextSplitter(1000, 200) into langchain_chroma with Chroma's default embedder.

    With `minilm` the same vectors come from its cache (for quality); without, from Chroma's own code (for time).
    """

    def __init__(self, folder: Path, minilm: MiniLM | None = None) -> None:
        self.store = _store(folder, minilm)

    def add(self, articles: Iterable[Article]) -> int:
        """Split, embed and store; the number of pieces."""
        pieces = list(langchain_split(articles))
        size = 4096  # Chroma takes at most 5461 at once
        for at in range(0, len(pieces), size):
            self.store.add_documents(pieces[at : at + size])
        return len(pieces)

    def search(self, question: str, k: int) -> list[Place]:
        found = self.store.similarity_search(question, k=k)
        starts = [(d.metadata["article"], int(d.metadata["start_index"]), d.page_content) for d in found]
        return [Place(article, start, start + len(text)) for article, start, text in starts]


def _store(folder: Path, minilm: MiniLM | None) -> Chroma:
    from chromadb.utils.embedding_functions import ONNXMiniLM_L6_V2
    from langchain_chroma import Chroma
    from langchain_core.embeddings import Embeddings

    ONNXMiniLM_L6_V2.DOWNLOAD_PATH = chroma_folder()
    default = ONNXMiniLM_L6_V2()

    class DefaultEmbedder(Embeddings):
        """Chroma's default embedder as LangChain takes it."""

        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            vectors = default(texts) if minilm is None else minilm.embed(texts)
            return [vector.tolist() for vector in vectors]

        def embed_query(self, text: str) -> list[float]:
            return self.embed_documents([text])[0]

    return Chroma("usual", DefaultEmbedder(), persist_directory=str(folder))
