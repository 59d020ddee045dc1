"""Import rules at the front door: kept, held against files, and looked at before anything is stored."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from sqlalchemy import select

from rag.errors import UsageError
from rag.library import rulebook
from rag.library.mended import InForce, folded, in_force, stated_by
from rag.library.schema import mendings, versions
from rag.opened import Opened
from rag.preview import preview
from rag.reading import Read, read_bytes, read_paths
from rag.reading.rules import Rules, checked
from rag.ruled import Preview, Rule

LONGEST = 60  # characters of a rule's name


class Ruling(Opened):
    """The part of the newsroom that keeps and tries import rules."""

    def rules(self) -> tuple[Rule, ...]:
        """The library's import rules, in their order."""
        return rulebook.kept(self.catalog)

    def keep_rule(self, rule: Rule) -> None:
        """Keep a rule for the ingests that come, in the place of one of the same name.

        Raises:
            UsageError: it cannot be used; the fault names the place in it.
            ReadOnly: the home cannot be written.
        """
        self._refuse_read_only()
        name = " ".join(rule.name.split())
        if not name or len(name) > LONGEST or not name.isprintable():
            raise UsageError("A rule's name", f"it has {len(name)} characters", f"Use 1 to {LONGEST}.")
        rulebook.put(self.catalog, checked(Rule(name, " ".join(rule.text.split()), rule.override, rule.on)))

    def drop_rule(self, name: str) -> None:
        """Forget a rule. What it gave stays as it is. Raises: UsageError, ReadOnly."""
        self._refuse_read_only()
        rulebook.remove(self.catalog, name)

    def switch_rule(self, name: str, on: bool) -> None:
        """Use a rule in the ingests that come, or not. Raises: UsageError, ReadOnly."""
        self._refuse_read_only()
        rulebook.switch(self.catalog, name, on=on)

    def first_rule(self, name: str) -> None:
        """Put a rule before all others. Raises: UsageError, ReadOnly."""
        self._refuse_read_only()
        rulebook.first(self.catalog, name)

    def ready_rules(self, rules: Sequence[Rule] | None = None) -> Rules:
        """These rules ready to use, else the library's. Raises: UsageError: one of them cannot be used."""
        return Rules(self.rules() if rules is None else rules, today=self.settings.day)

    def preview(self, paths: Iterable[Path | str], rules: Sequence[Rule] | None = None) -> Preview:
        """What an ingest of these paths would store, with these rules or the library's. Nothing is stored.

        Raises:
            UsageError: a rule cannot be used.
        """
        return self._previewed(read_paths([Path(path) for path in paths], today=self.settings.day), rules)

    def preview_uploads(
        self, uploads: Sequence[tuple[str, bytes]], rules: Sequence[Rule] | None = None
    ) -> Preview:
        """The same of uploads (name, bytes). Raises: UsageError."""
        day = self.settings.day
        return self._previewed((read for one in uploads for read in read_bytes(*one, today=day)), rules)

    def _previewed(self, reads: Iterable[Read], rules: Sequence[Rule] | None) -> Preview:
        ready = self.ready_rules(rules)
        mends: tuple[InForce, ...] = ()
        if self.catalog.holds(mendings.name):
            with self.catalog.reading() as connection:
                mends = in_force(connection)
        after = (_merged(read, mends) for read in ready.over(reads))
        return preview(after, rules=ready.names, known=self._outlets())

    def _outlets(self) -> frozenset[str]:
        with self.catalog.reading() as connection:
            asked = select(versions.c.outlet).where(versions.c.went.is_(None)).distinct()
            return frozenset(one for one in connection.scalars(asked) if one)


def _merged(read: Read, mends: Sequence[InForce]) -> Read:
    """What was read, with its outlet as the merges in force will leave it."""
    if read.article is None or not mends:
        return read
    record, _ = folded(stated_by(read.article), mends)
    return replace(read, article=replace(read.article, outlet=record["outlet"]))
