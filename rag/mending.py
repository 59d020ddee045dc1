"""Repairs at the front door: merge outlets' names, set outlet, date, kind or byline of many articles; and undo."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import get_args

from rag.browsing import Browsing
from rag.errors import UsageError
from rag.library import mending
from rag.library.mended import FIELDS
from rag.mends import Mend, Mended, MendPreview, SetByHand
from rag.reading.dates import read_date
from rag.ruled import NAMED
from rag.types import Article, Kind

ALIKE = 20  # articles from which on one date for all is worth a word
LONGEST = 200  # characters of a name


class Mending(Browsing):
    """The part of the newsroom that repairs records by hand, apart from what their files state."""

    def mend_preview(self, mend: Mend) -> MendPreview:
        """What a repair would do; nothing is changed. Raises: UsageError: it cannot be made."""
        mend = self._checked(mend)
        found = mending.look(self.catalog, mend, self._keys(mend))
        return replace(found, warnings=self._warnings(mend, found))

    def mend(
        self, mend: Mend, *, who: str = "", progress: Callable[[int, int], None] | None = None
    ) -> Mended:
        """Make a repair: it holds for later versions of the articles too, and a merge for articles to come.

        Args:
            who: who makes it, for the list of repairs.
            progress: hears how many articles follow, of how many.

        Raises:
            UsageError: it cannot be made.
            ReadOnly: the home cannot be written.
        """
        self._refuse_read_only()
        mend = self._checked(mend)
        number = mending.make(self.catalog, mend, self._keys(mend), who=who, report=progress)
        self._words_follow()
        return self._mended(number)

    def undo_mend(
        self, number: int | None = None, *, progress: Callable[[int, int], None] | None = None
    ) -> Mended:
        """Take a repair back, the last one in force if none is named. `warnings` say what later repairs keep set.

        Raises:
            UsageError: there is none, or it was undone.
            ReadOnly: the home cannot be written.
        """
        self._refuse_read_only()
        if number is None:
            number = next((one.id for one in self.mends() if one.undone is None), None)
        if number is None:
            raise UsageError("Undo", "no repair is in force", "`dateline mends` lists those that were made.")
        remarks = mending.undo(self.catalog, number, report=progress)
        self._words_follow()
        return replace(self._mended(number), warnings=remarks)

    def mends(self) -> tuple[Mended, ...]:
        """The repairs that were made, the last first."""
        return mending.made(self.catalog)

    def set_by_hand(self, article: Article) -> tuple[SetByHand, ...]:
        """What repairs have changed of this version's record, with what it states itself."""
        return mending.by_hand(self.catalog, article.id, article.version)

    def settle(self) -> None:
        """Do what a repair that was killed has left over."""
        if not self.catalog.read_only:
            mending.settle(self.catalog)

    def _mended(self, number: int) -> Mended:
        return next(one for one in self.mends() if one.id == number)

    def _keys(self, mend: Mend) -> list[int]:
        sifted = self.browser.article_keys(mend.sift) if mend.sift is not None else ()
        return mending.keys_of(self.catalog, mend, sifted)

    def _checked(self, mend: Mend) -> Mend:
        fields = {name: self._value(name, value) for name, value in mend.fields}
        if not fields:
            raise UsageError(
                "The repair", "it sets nothing", "Say what to set: outlet, date, kind or byline."
            )
        if mend.merge:
            names = tuple(dict.fromkeys(" ".join(name.split()) for name in mend.merge))
            if fields.keys() != {"outlet"} or fields["outlet"] is None or not all(names):
                raise UsageError("The merge", "it needs the one name to use", "Say the outlet's name.")
            return replace(mend, fields=tuple(fields.items()), merge=names)
        if not mend.ids and mend.sift is None:
            raise UsageError("The repair", "it is for no article", "Select some, or filter the list.")
        return replace(mend, fields=tuple(fields.items()))

    def _value(self, name: str, value: str | None) -> str | None:
        called = NAMED.get(name, name)
        if name not in FIELDS:
            fault, known = f"there is no field '{called[:40]}' to set", "outlet, date, kind and byline"
            raise UsageError("The repair", fault, f"There are {known}.")
        said = " ".join((value or "").split())
        if not said:
            return None
        if name == "published":
            found, why = read_date(said, today=self.settings.day)
            if found is None:
                fault = (why or "it is no date").replace(": kept undated", "")
                raise UsageError("The date", fault, "Write it as 2026-11-12, 2026-11 or 2026.")
            return found
        if name == "kind" and said not in get_args(Kind):
            raise UsageError("The kind", f"there is no '{said[:40]}'", f"Kinds: {', '.join(get_args(Kind))}.")
        if len(said) > LONGEST or not said.isprintable():
            raise UsageError(f"The {called}", f"'{said[:40]}' will not do", f"Use up to {LONGEST} letters.")
        return said

    def _warnings(self, mend: Mend, found: MendPreview) -> tuple[str, ...]:
        told, fields = [], dict(mend.fields)
        if not found.articles:
            told.append("Nothing would change: no article, or each says so already.")
        if fields.get("published") and found.articles >= ALIKE:
            told.append(f"{found.articles:,} articles would have the same date, {fields['published']}.")
        if "published" in fields and fields["published"] is None:
            told.append("They would be undated: dated questions leave them out and say so.")
        outlet = fields.get("outlet")
        if outlet and outlet not in self._outlets():
            told.append(f"“{outlet}” would be a new outlet: no article is of it yet.")
        return tuple(told)
