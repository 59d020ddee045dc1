"""Bytes to text: UTF-8, UTF-16 and Windows-1252, by fixed rules that always give the same answer.

A byte order mark decides and is no part of the text. Without one: UTF-16 where every second byte is mostly
NUL; UTF-8 where the bytes are valid, or most of their multi-byte sequences are; else Windows-1252. What
cannot be told becomes U+FFFD. Nothing else is changed: no normal form, no newline folding.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from typing import Literal

Encoding = Literal["utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "cp1252"]

_MARKS: tuple[tuple[bytes, Encoding], ...] = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_DECLARED = re.compile(
    rb"""<(?:meta|\?xml)[^>]{0,300}?(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_:.-]{2,40})""", re.I
)
# The encodings a page may declare: those of the WHATWG list, without the escape codecs that Python adds.
_PAGE_ENCODING = re.compile(
    r"(?:iso-?8859-?\d{1,2}|latin-?1|us-ascii|windows-?\d{3,4}|cp\d{3,4}|koi8-[ru]|gb2312|gbk|gb18030|big5(?:-hkscs)?"
    r"|shift[_-]jis|x-sjis|sjis|euc-(?:jp|kr)|iso-2022-jp|tis-620|mac(?:intosh)?)",
    re.I,
)


def clean(text: str) -> str:
    """NUL and lone surrogates as U+FFFD, one for one: what no store can keep."""
    return _UNSTORABLE.sub("\ufffd", text) if _UNSTORABLE.search(text) else text


def byte_order_mark(data: bytes) -> tuple[Encoding | None, int]:
    """The encoding that a byte order mark names, and the mark's length in bytes."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding, len(mark)
    return None, 0


def utf16_without_mark(data: bytes) -> Encoding | None:
    """UTF-16 told by its NULs: nearly all on one side of each pair, and what they make is text."""
    pairs = len(data) // 2
    if pairs < 3 or b"\x00" not in data:
        return None
    first, second = data[0 : 2 * pairs : 2].count(0), data[1 : 2 * pairs : 2].count(0)
    few, many = sorted((first, second))
    if many < 0.04 * pairs or few > 0.1 * many:
        return None
    encoding: Encoding = "utf-16-le" if second > first else "utf-16-be"
    sample = data[: 2 * min(pairs, 4096)].decode(encoding, "surrogatepass")
    strange = sum(not (c.isprintable() or c in "\t\n\r\f\x0b\ufeff\u2028\u2029") for c in sample)
    scripts = Counter(ord(c) >> 8 for c in sample).most_common(2)  # text has one or two, misread bytes many
    text = strange <= 0.02 * len(sample) and sum(n for _, n in scripts) >= 0.8 * len(sample)
    return encoding if text else None


def encoding_of(head: bytes) -> tuple[Encoding | None, int]:
    """What the beginning of a file tells for certain: (encoding, bytes to leave out), else (None, 0)."""
    encoding, skip = byte_order_mark(head)
    return (encoding, skip) if encoding else (utf16_without_mark(head), 0)


def decode(data: bytes) -> str:
    """Text of a whole document or of one line. Never raises."""
    encoding, skip = encoding_of(data)
    body = data[skip:] if skip else data
    if encoding and encoding != "utf-8":
        return _wide(body, encoding)
    try:
        return clean(body.decode("utf-8"))
    except UnicodeDecodeError:
        return clean(_doubtful(body))


def decode_page(data: bytes) -> str:
    """Text of an HTML page. What it declares is believed only where the bytes are no valid UTF-8."""
    encoding, _ = encoding_of(data)
    declared = _DECLARED.search(data[:4096])
    if encoding or not declared:
        return decode(data)
    try:
        return clean(data.decode("utf-8"))
    except UnicodeDecodeError:
        name = declared[1].decode("ascii").lower()
    if not _PAGE_ENCODING.fullmatch(name) or re.fullmatch(r"iso-?8859-?1|latin-?1|us-ascii", name):
        return decode(data)  # Latin-1 is read as Windows-1252, as browsers do
    try:
        return clean(data.decode(_python_name(name)))
    except (UnicodeDecodeError, LookupError):
        return decode(data)


def _python_name(name: str) -> str:
    renamed = {"x-sjis": "shift_jis", "macintosh": "mac_roman", "mac": "mac_roman"}
    return renamed.get(name, name.replace("windows-", "cp"))


def _wide(body: bytes, encoding: Encoding) -> str:
    """UTF-16 or UTF-32; lone surrogates and a cut last character become U+FFFD."""
    unit = 2 if encoding.startswith("utf-16") else 4
    whole = len(body) - len(body) % unit
    handler = "surrogatepass" if unit == 2 else "replace"
    return clean(body[:whole].decode(encoding, handler)) + ("\ufffd" if whole < len(body) else "")


def _doubtful(body: bytes) -> str:
    """Bytes that are no valid UTF-8: surrogates written as UTF-8, a few broken places, else Windows-1252."""
    try:
        return body.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        mended = body.decode("utf-8", "replace")
    right = sum(c > "\x7f" for c in mended) - mended.count("\ufffd")
    return mended if right > mended.count("\ufffd") else body.decode("cp1252", "replace")
