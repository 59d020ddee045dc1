"""What a file is, found by its content first and its name second."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import Literal

from rag.errors import ReadingError
from rag.reading.decoding import decode, encoding_of

FileKind = Literal["text", "markdown", "html", "json", "jsonl", "csv"]

_TEXT_WAY_OUT = "Save it as text, Markdown or HTML."
_DOCUMENTS = ("a PDF", "an RTF", "a DOCX", "an old", "an ODT", "an EPUB", "a PostScript")
_BEGINNINGS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "a PDF"),
    (b"{\\rtf", "an RTF document"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document (.doc, .xls)"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!\x1a", "a RAR archive"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"PAR1", "a Parquet file"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90\x00", "a program"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF87a", "a GIF picture"),
    (b"GIF89a", "a GIF picture"),
    (b"II*\x00", "a TIFF picture"),
    (b"MM\x00*", "a TIFF picture"),
    (b"ID3", "an MP3 recording"),
    (b"OggS", "a recording"),
    (b"RIFF", "a picture, a recording or a film"),
    (b"wOFF", "a font"),
    (b"wOF2", "a font"),
    (b"%!PS", "a PostScript document"),
)
_NOT_READ_YET = {
    ".eml": "an e-mail",
    ".mbox": "a mailbox",
    ".rtf": "an RTF document",
    ".epub": "an EPUB book",
    ".pdf": "a PDF",
    ".docx": "a DOCX document",
    ".doc": "an old Office document (.doc)",
    ".odt": "an ODT document",
}
_BY_NAME: dict[str, FileKind] = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".tsv": "csv",
}
_COMMENTS = r"\s*(?:<!--.{0,2000}?-->\s*)*"
_HTML = re.compile(rf"{_COMMENTS}(?:<\?xml[^>]*>{_COMMENTS})?<(?:!doctype\s+html|html)\b", re.I | re.S)
_HTML_PART = re.compile(r"\s*<(?:head|body|article|main|section|div|p|h1|h2|title|meta)\b[^>]*>", re.I)
_ANY_TAG = re.compile(r"</?(?:p|div|html|body|h[1-6]|article|span|br|a)\b", re.I)
_XML = re.compile(rf"\s*(?:<\?xml[^>]*>)?{_COMMENTS}(?:<!DOCTYPE[^>]*>\s*)?<([A-Za-z][\w:.-]*)", re.S)
_XML_KINDS = {
    "rss": "an RSS feed",
    "feed": "an Atom feed",
    "rdf:rdf": "an RSS feed",
    "nitf": "a NITF document",
    "newsitem": "a NewsML-G2 document",
    "newsmessage": "a NewsML-G2 document",
    "newsml": "a NewsML document",
    "urlset": "a sitemap",
    "sitemapindex": "a sitemap",
    "svg": "an SVG picture",
}


def kind_of_file(name: str, head: bytes) -> FileKind:
    """The kind of a file from the first 64 KB of its content and from its name.

    Raises:
        ReadingError: it is no text, or of a kind that is not read yet; says which.
    """
    refused = _refused(head)
    if refused:
        other = "Unpack it first." if "archive" in refused else ""
        way_out = _TEXT_WAY_OUT if refused.startswith(_DOCUMENTS) else other
        raise ReadingError(name, f"{refused} is not read yet", way_out)
    if looks_binary(head):
        raise ReadingError(name, "binary data, not text")
    suffix = PurePath(name).suffix.lower()
    if suffix in _NOT_READ_YET:
        raise ReadingError(name, f"{_NOT_READ_YET[suffix]} is not read yet", _TEXT_WAY_OUT)
    start = decode(head)
    if _HTML.match(start):
        return "html"
    by_name = _BY_NAME.get(suffix, "text")
    xml = _XML.match(start)
    if xml and (xml[1].lower() in _XML_KINDS or start.lstrip().startswith("<?xml")):
        what = _XML_KINDS.get(xml[1].lower(), "an XML document")
        raise ReadingError(name, f"{what} is not read yet", _TEXT_WAY_OUT)
    if by_name == "html" and not _ANY_TAG.search(start):
        return "text"
    if by_name == "text" and _HTML_PART.match(start) and "</" in start:
        return "html"
    if by_name in ("text", "json", "jsonl"):
        return _records_kind(start, by_name)
    return by_name


def _records_kind(start: str, by_name: FileKind) -> FileKind:
    """JSON, lines of JSON, CSV or plain text, whatever the name says."""
    body = start.lstrip("\ufeff \t\r\n")
    first, _, rest = body.partition("\n")
    if body.startswith("[") and (by_name != "text" or re.match(r"\[\s*(?:\{|\]\s*$)", body)):
        return "json"
    if body.startswith("{") and (by_name != "text" or re.match(r'\{\s*(?:"|\})', body)):
        if first.rstrip().endswith("}") and rest.lstrip().startswith("{"):
            return "jsonl"
        return "jsonl" if by_name == "jsonl" and len(first.strip()) > 1 else "json"
    if by_name == "text" and rest and _is_header(first):
        return "csv"
    return by_name


def _is_header(line: str) -> bool:
    for mark in ",;\t":
        names = [part.strip().strip('"').lower() for part in line.split(mark)]
        if "text" in names and len({"title", "url", "id", "outlet", "published", "author"} & set(names)) >= 1:
            return all(re.fullmatch(r"[\w.-]{1,40}", name) for name in names)
    return False


def _refused(head: bytes) -> str | None:
    for beginning, what in _BEGINNINGS:
        if head.startswith(beginning):
            return what
    if head.startswith(b"PK\x03\x04"):
        if b"word/" in head:
            return "a DOCX document"
        if b"application/epub+zip" in head[:200]:
            return "an EPUB book"
        return "a spreadsheet (XLSX)" if b"xl/" in head else "a zip archive"
    if head[257:262] == b"ustar":
        return "a tar archive"
    return "a film" if head[4:8] == b"ftyp" else None


def looks_binary(head: bytes) -> bool:
    """More than a few control characters, and no UTF-16 or UTF-32 that would explain them."""
    if encoding_of(head)[0]:
        return False
    control = len(head) - len(head.translate(None, _CONTROL))
    return control > max(3, 0.02 * len(head))


_CONTROL = bytes(set(range(32)) - set(b"\t\n\r\f\x0b\x08\x1b")) + b"\x7f"
