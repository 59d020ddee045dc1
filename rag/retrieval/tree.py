"""What a search in reporters' syntax becomes: words, phrases and NEARs under AND, OR and NOT."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Field = Literal["title", "byline", "outlet"]
OPERATORS = ("AND", "OR", "NOT")


@dataclass(frozen=True, slots=True)
class Word:
    """A word in any of its forms, as the word index knows them; `field` None: in headline or text."""

    said: str
    stem: str
    field: Field | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One word of a phrase, folded; where `begins`, any word that begins so."""

    word: str
    begins: bool = False


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words as they are written, one after another; a single `word*` is one too."""

    parts: tuple[Part, ...]
    field: Field | None = None


@dataclass(frozen=True, slots=True)
class Near:
    """Both at most `within` words from each other, in either order."""

    within: int
    left: Tree
    right: Tree


@dataclass(frozen=True, slots=True)
class And:
    """All of these hold for the article."""

    parts: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Any of these holds for the article."""

    parts: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """This does not hold for the article."""

    part: Tree


Leaf = Word | Phrase | Near
Tree = Leaf | And | Or | Not


def said(tree: Tree) -> str:
    """The tree as a query that reads as it does."""
    match tree:
        case Word():
            operator = tree.said in OPERATORS or tree.said.startswith("NEAR/")
            return _field(tree.field) + (f'"{tree.said.lower()}"' if operator else tree.said)
        case Phrase():
            words = " ".join(part.word + "*" * part.begins for part in tree.parts)
            bare = len(tree.parts) == 1 and tree.parts[0].begins
            return _field(tree.field) + (words if bare else f'"{words}"')
        case Near():
            return f"{_bracketed(tree.left)} NEAR/{tree.within} {_bracketed(tree.right)}"
        case And():
            return " AND ".join(
                _bracketed(part) if isinstance(part, Or) else said(part) for part in tree.parts
            )
        case Or():
            return " OR ".join(
                _bracketed(part) if isinstance(part, And) else said(part) for part in tree.parts
            )
        case Not():
            return "NOT " + _bracketed(tree.part)


def leaves(tree: Tree, *, wanted: bool = True) -> tuple[Leaf, ...]:
    """The words, phrases and NEARs of a tree that an article may be found by: those under no NOT."""
    match tree:
        case Word() | Phrase() | Near():
            return (tree,) if wanted else ()
        case Not():
            return leaves(tree.part, wanted=not wanted)
        case _:
            return tuple(leaf for part in tree.parts for leaf in leaves(part, wanted=wanted))


def words_in(tree: Tree) -> str:
    """The words that count for ranking: those of the text, under no NOT."""
    found: list[str] = []
    for leaf in leaves(tree):
        match leaf:
            case Word(field=None):
                found.append(leaf.said)
            case Phrase(field=None):
                found += [part.word for part in leaf.parts]
            case Near():
                found.append(words_in(leaf.left) + " " + words_in(leaf.right))
            case _:
                pass
    return " ".join(found)


def field_of(tree: Tree) -> Field | None:
    """Where a word, a phrase or what stands beside a NEAR is looked for."""
    match tree:
        case Word() | Phrase():
            return tree.field
        case Near():
            return field_of(tree.left)
        case Not():
            return field_of(tree.part)
        case _:
            return field_of(tree.parts[0])


def _bracketed(tree: Tree) -> str:
    return said(tree) if isinstance(tree, Word | Phrase) else f"({said(tree)})"


def _field(field: Field | None) -> str:
    return f"{field}:" if field else ""


def nearable(tree: Tree) -> bool:
    """Whether it can stand beside a NEAR."""
    match tree:
        case Word() | Phrase() | Near():
            return True
        case Or():
            fields = {field_of(part) for part in tree.parts}
            return all(nearable(part) for part in tree.parts) and len(fields) == 1
        case _:
            return False
