"""An answer as a Word document."""

from __future__ import annotations

import io
import re

from docx import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor
from docx.text.paragraph import Paragraph

from rag.answer_sheet import Sheet
from rag.sheets import credited, linked

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_GREY, _BLUE = RGBColor(0x55, 0x5B, 0x66), RGBColor(0x0F, 0x4C, 0x81)


def as_docx(sheet: Sheet) -> bytes:
    """The sheet with headings and styles of Word's own; links are real links. Control characters become U+FFFD."""
    document = Document()
    document.core_properties.title = _safe(sheet.title)[:255]
    document.core_properties.author = ""
    document.styles["Normal"].font.name = "Georgia"
    document.add_heading(_safe(sheet.title), 1)
    if sheet.headline:
        document.add_paragraph().add_run(_safe(sheet.headline)).bold = True
    for line in sheet.lines:
        if line.heading:
            document.add_heading(_safe(line.heading), 2)
        if line.lead:
            document.add_paragraph().add_run(_safe(line.lead)).italic = True
        paragraph = document.add_paragraph(_safe(line.text))
        cites = "".join(f"[{number}]" for number in line.cites)
        _small(paragraph, f" {cites} [{line.mark}]" if line.mark else f" {cites}")
    if sheet.nearest:
        document.add_heading("Nearest headlines", 2)
        for one in sheet.nearest:
            document.add_paragraph(_safe(one), style="List Bullet")
    if sheet.sources:
        document.add_heading("Sources", 2)
    for cited, since in sheet.sources:
        paragraph = document.add_paragraph(_safe(f"[{cited.number}] {credited(cited, since)} "))
        to = linked(cited)
        if to:
            _link(paragraph, to)
        document.add_paragraph(_safe(" ".join(cited.quote.split())), style="Quote")
    document.add_heading(f"About this {sheet.of}", 2)
    for one in sheet.about:
        document.add_paragraph(_safe(one), style="List Bullet")
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _safe(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)


def _small(paragraph: Paragraph, text: str) -> None:
    run = paragraph.add_run(_safe(text))
    run.font.size, run.font.color.rgb = Pt(9), _GREY


def _link(paragraph: Paragraph, to: str) -> None:
    """A hyperlink, which the library reads but does not write."""
    relation = paragraph.part.relate_to(to, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), relation)
    run = paragraph.add_run(_safe(to))
    run.font.color.rgb, run.font.underline = _BLUE, True
    link.append(run._element)
    paragraph._element.append(link)
