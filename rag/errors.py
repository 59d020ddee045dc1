"""What can go wrong, as one tree. Every error names the thing, the fault and the way out.

DatelineError
├── UsageError            a flag, a question or a request that cannot be understood (exit 2)
├── ReadingError          a file, page or record that cannot be read
│   └── QuestionSetError  a question set, by line and column
├── LibraryError          the home, the catalog or an index
│   ├── CatalogDamaged    the catalog itself is damaged: never replaced silently
│   ├── CatalogTooNew     written by a newer version
│   ├── ReadOnly          the home cannot be written
│   ├── DiskFull          no room; nothing of what was stored is lost
│   ├── IndexLocked       another process holds the indexes; names its pid
│   ├── LockUnsupported   the filesystem has no flock
│   ├── IndexRefused      an index made with another fingerprint, or damaged
│   ├── NoSuchArticle     an id that is not in the library
│   └── NotKept           an answer or a clip that is not there, or that is somebody else's: one and the same
└── ModelError            MiniLM's weights, an embedding endpoint or a language model
    └── WeightsMissing    no MiniLM weights: keyword search only
"""

from __future__ import annotations


class DatelineError(Exception):
    """Any fault that Dateline explains to its user.

    Args:
        thing: what it happened to, as the user knows it ("questions.csv line 14").
        fault: what is wrong with it, one clause.
        way_out: what the user can do, one sentence; "" where there is nothing to do.
    """

    def __init__(self, thing: str, fault: str, way_out: str = "") -> None:
        self.thing, self.fault, self.way_out = thing, fault, way_out
        super().__init__(f"{thing}: {fault}." + (f" {way_out}" if way_out else ""))

    def __reduce__(self) -> tuple[type[DatelineError], tuple[str, str, str]]:
        return type(self), (self.thing, self.fault, self.way_out)  # else it cannot leave a worker process

    def as_dict(self) -> dict[str, str]:
        """The object that `--json` prints under "error"."""
        return {"thing": self.thing, "fault": self.fault, "way_out": self.way_out}


class UsageError(DatelineError):
    """A flag, a question or a request that cannot be understood."""


class ReadingError(DatelineError):
    """A file, page or record that cannot be read."""


class QuestionSetError(ReadingError):
    """A question set with a fault, by line and column."""


class LibraryError(DatelineError):
    """The home, the catalog or an index."""


class CatalogDamaged(LibraryError):
    """The catalog is damaged. It is never replaced silently."""


class CatalogTooNew(LibraryError):
    """The catalog was written by a newer version of Dateline."""


class ReadOnly(LibraryError):
    """The home cannot be written."""


class DiskFull(LibraryError):
    """There is no room left; what was stored is kept."""


class IndexLocked(LibraryError):
    """Another process holds the indexes."""


class LockUnsupported(LibraryError):
    """The filesystem does not support flock."""


class IndexRefused(LibraryError):
    """An index was made with another fingerprint, or is damaged."""


class NoSuchArticle(LibraryError):
    """An article id that is not in the library."""


class NotKept(LibraryError):
    """An answer or a clip that is not there, or is another's and not shared. Nothing tells one from the other."""


class ModelError(DatelineError):
    """MiniLM's weights, an embedding endpoint or a language model."""


class WeightsMissing(ModelError):
    """MiniLM's weights were not found: keyword search only."""
