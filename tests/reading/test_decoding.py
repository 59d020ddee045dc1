from __future__ import annotations

import pytest

from rag.reading.decoding import clean, decode, decode_page

TEXT = "Grüße vom Hafen: „Wir öffnen um 9“, sagt Łukasz.\r\n\r\nZweiter Absatz – Ende"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"]
)
def test_every_unicode_encoding_gives_the_same_text(encoding: str) -> None:
    mark = "\ufeff" if encoding == "utf-32-be" else ""
    assert decode((mark + TEXT).encode(encoding)) == TEXT


def test_utf16_without_mark_is_found_in_another_script_too() -> None:
    text = "Мэр сказал, что мост закрыт на год. Паром ходит каждый час.\n"
    assert decode(text.encode("utf-16-le")) == text
    assert decode(text.encode("utf-16-be")) == text


def test_windows_1252_is_what_is_left() -> None:
    assert decode("“Naïve” – 5 € café".encode("cp1252")) == "“Naïve” – 5 € café"


def test_undefined_bytes_of_windows_1252_become_one_replacement_each() -> None:
    assert decode(b"caf\xe9 \x81\x8d end") == "café \ufffd\ufffd end"


def test_one_broken_byte_does_not_turn_utf8_into_windows_1252() -> None:
    data = "Żółć i gęś, öffnen, naïve".encode() + b" \xff end"
    assert decode(data) == "Żółć i gęś, öffnen, naïve \ufffd end"


def test_a_text_cut_in_the_middle_of_a_character_keeps_the_rest() -> None:
    assert decode("Größe und Öl".encode()[:-1] + "ü".encode()[:1]) == "Größe und Ö\ufffd"


def test_nul_and_lone_surrogates_become_replacements_one_for_one() -> None:
    assert decode(b"one\x00two\x00\x00three") == "one\ufffdtwo\ufffd\ufffdthree"
    assert decode("a\ud800b\udfffc".encode("utf-8", "surrogatepass")) == "a\ufffdb\ufffdc"
    assert decode("\ufeffa\ud800b".encode("utf-16-le", "surrogatepass")) == "a\ufffdb"
    assert clean("\x00\ud83d") == "\ufffd\ufffd"
    assert clean("a pair \U0001f600 stays") == "a pair \U0001f600 stays"


def test_nothing_else_is_changed() -> None:
    text = "  e\u0301 and \u00e9\r\nline\rline\u2028\u00a0 \t"
    assert decode(text.encode()) == text


def test_half_a_utf16_character_at_the_end_is_a_replacement() -> None:
    assert decode("\ufeffHarbour".encode("utf-16-le") + b"\x41") == "Harbour\ufffd"


def test_valid_utf8_is_believed_before_a_page_that_declares_another_encoding() -> None:
    page = '<html><head><meta charset="iso-8859-1"></head><p>Köln – Öl</p>'
    assert decode_page(page.encode()) == page


def test_a_page_that_declares_utf8_and_is_not_is_read_as_windows_1252() -> None:
    assert (
        decode_page('<meta charset="utf-8"><p>“Köln”</p>'.encode("cp1252"))
        == '<meta charset="utf-8"><p>“Köln”</p>'
    )


def test_a_declared_encoding_is_used_where_the_bytes_are_no_utf8() -> None:
    page = '<meta http-equiv="Content-Type" content="text/html; charset=windows-1251"><p>Мост закрыт</p>'
    assert decode_page(page.encode("cp1251")) == page


@pytest.mark.parametrize("name", ["utf-7", "unicode_escape", "idna", "nonsense", "rot13"])
def test_a_page_cannot_choose_a_codec_that_is_no_encoding_of_pages(name: str) -> None:
    page = f'<meta charset="{name}"><p>caf\\u0041 +AEE- \xe9</p>'
    assert decode_page(page.encode("cp1252")) == page
