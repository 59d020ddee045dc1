"""Erasing articles for good, at the front door: from the catalog, the indexes and every file below the home.

There is no undo. First goes what lies beside the catalog (question sets, lines of the log), then one transaction of the
catalog with the receipt, then original files, the indexes, which are built anew, and the catalog's free pages. Killed
after the receipt, the next start goes on from it; killed before, nothing but sets and log lines was changed.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from rag.erasures import Erasure
from rag.errors import DiskFull, LibraryError, NoSuchArticle, QuestionSetError
from rag.evaluation import sets
from rag.evaluation.records import record_of
from rag.library import erased, erasing, originals
from rag.library.browse import Browser
from rag.library.durable import explained, write_whole
from rag.library.editions import editions
from rag.library.erased import text_digest
from rag.library.erased_words import without
from rag.library.erasing import ToErase
from rag.library.indexes import Indexes
from rag.library.ledger import now
from rag.library.lock import held_by, holder
from rag.library.originals import OriginalFiles
from rag.reading import read_bytes
from rag.undoing import Undoing


class Erasing(Undoing):
    """The part of the newsroom that erases. Safe for threads."""

    indexes: Indexes
    browser: Browser

    def erasing(self, article_ids: Sequence[str]) -> Erasure:
        """The receipt that erasing these would give: nothing is changed.

        Raises:
            NoSuchArticle: one of them is not in the library.
            ReadOnly: the home cannot be written.
        """
        self._refuse_read_only()
        what = self._to_erase(article_ids)
        return erasing.would(self.catalog, what, kin=self._kin(what), beside=self._beside(what, act=False))

    def erase(self, article_ids: Sequence[str], *, who: str = "") -> Erasure:
        """Erase articles for good, with every version, and whatever below the home repeats their words.

        They stay out when their files are ingested again, until `let_back`. Files outside the home are not touched.

        Raises:
            NoSuchArticle: one of them is not in the library; nothing was erased.
            IndexLocked: another process holds the indexes: erase there, or stop it.
            DiskFull: the catalog and the indexes could not be written anew; nothing was erased.
            ReadOnly, LibraryError: after the receipt the next start goes on.
        """
        self._refuse_read_only()
        if not self.indexes.try_hold():
            raise held_by(holder(self.home), self.home)
        what = self._to_erase(article_ids)
        self._refuse_without_room()
        kin = self._kin(what)
        beside = self._beside(what, act=True)
        receipt = erasing.erase(self.catalog, what, who=who, kin=kin, beside=beside)
        self.finish_erasures()
        return next(one for one in self.erasures() if one.number == receipt.number)

    def erasures(self) -> tuple[Erasure, ...]:
        """The receipts, the last first."""
        return erased.receipts(self.catalog)

    def let_back(self, article_ids: Sequence[str]) -> tuple[str, ...]:
        """Let erased articles be ingested again; nothing brings back what was erased. The ids that were kept out.

        Raises:
            NoSuchArticle: none of this id is kept out.
            ReadOnly: the home cannot be written.
        """
        self._refuse_read_only()
        known = erased.erased_ids(self.catalog, article_ids)
        for one in article_ids:
            if one not in known:
                raise NoSuchArticle(one, "nothing of this id is kept out", "`dateline erase` lists what is.")
        return erased.let_back(self.catalog, article_ids)

    def finish_erasures(self) -> None:
        """Do what is left of erasures whose receipt is written; only who holds the indexes can."""
        if self.catalog.read_only or not self.indexes.holder:
            return
        left = erased.unfinished(self.catalog)
        if not left:
            return
        files = OriginalFiles(self.home)
        for digest in (digest for _, digests in left for digest in digests):
            files.refuse(digest)
        with explained(self.home / "pinned"):
            if (self.home / "pinned").exists():
                shutil.rmtree(self.home / "pinned")
        self.indexes.renew()
        self.catalog.compact()
        erased.finish(self.catalog, [number for number, _ in left], now())

    def _to_erase(self, article_ids: Sequence[str]) -> ToErase:
        what = erasing.look(self.catalog, article_ids)
        if what.unknown or not what.articles:
            unknown = what.unknown[0] if what.unknown else "No id"
            raise NoSuchArticle(unknown, "there is no such article", "`dateline list` shows the ids.")
        return what

    def _kin(self, what: ToErase) -> tuple[str, ...]:
        own = {article_id for _, article_id in what.articles}
        near = dict.fromkeys(one.article_id for each in sorted(own) for one in self.browser.copies(each))
        story = dict.fromkeys(one.article_id for each in sorted(own) for one in editions(self.catalog, each))
        return tuple(one for one in near | story if one not in own)

    def _refuse_without_room(self) -> None:
        """What is written anew stands beside the old for a moment."""
        parts = [self.catalog.path, *(path for path in (self.home / "index").rglob("*") if path.is_file())]
        needed = sum(path.stat().st_size for path in parts)
        free = shutil.disk_usage(self.home).free
        if free < needed:
            fault = f"erasing writes {needed / 1e6:,.0f} MB anew, and {free / 1e6:,.0f} are free"
            raise DiskFull(str(self.home), fault, "Free some space; nothing was erased.")

    # What lies beside the catalog

    def _beside(self, what: ToErase, *, act: bool) -> Counter[str]:
        done: Counter[str] = Counter()
        for path, left, gone in self._sets(what):
            done["questions of question sets"] += gone
            if act and left is None:
                _unlink(path)
            elif act and left is not None:
                write_whole(path, left)
        for path in self._unnamed(what):
            done["files kept as originals"] += 1
            if act:
                _unlink(path)
        for path in sorted((self.home / "logs").glob("*")):
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines(keepends=True)
            kept = [line for line in lines if not what.words.said_in(line)]
            if len(kept) < len(lines):
                done["lines of the log"] += len(lines) - len(kept)
                if act:
                    write_whole(path, "".join(kept).encode())
        return done

    def _sets(self, what: ToErase) -> Iterator[tuple[Path, bytes | None, int]]:
        """Question sets that repeat what is to be erased: each with what is left of it, None: nothing, and how many
        questions go."""
        folder = self.home / "sets"
        for path in sorted(one for one in folder.glob("*") if one.suffix.lower() in sets.ENDINGS):
            try:
                questions = sets.read(path)
            except QuestionSetError as error:
                if what.words.said_in(path.read_text(encoding="utf-8", errors="replace")):
                    raise LibraryError(
                        str(path), "it repeats what is to be erased, and cannot be read", "Mend or delete it."
                    ) from error
                continue
            kept = [
                one for one in questions if (said := record_of(one)) == without(said, what.names, what.words)
            ]
            if len(kept) < len(questions):
                form = sets.as_csv if path.suffix.lower() == ".csv" else sets.as_jsonl
                yield path, form(kept).encode() if kept else None, len(questions) - len(kept)

    def _unnamed(self, what: ToErase) -> Iterator[Path]:
        """Original files that no version names, and that hold what is to be erased: another way in of the same text."""
        hashes = {name for kind, name, _ in what.barred if kind == "text"}
        for path in OriginalFiles(self.home).unnamed(originals.named(self.catalog)):
            try:
                data = path.read_bytes()
            except FileNotFoundError:  # of an ingest under way
                continue
            found = [read.article for read in read_bytes(path.name, data, today=self.settings.day)]
            if any(
                one and (one.id in what.names or text_digest(one.text, one.title) in hashes) for one in found
            ):
                yield path


def _unlink(path: Path) -> None:
    with explained(path):
        path.unlink(missing_ok=True)
