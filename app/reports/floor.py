"""The floor under the timeline's cost: the same words on reportlab's bare canvas, without any of our layout."""

from __future__ import annotations

import io
from collections.abc import Sequence

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from app.domain.timeline import TimelineRow
from app.reports.kit import letters

_LINES = 50


def canvas(rows: Sequence[TimelineRow]) -> bytes:
    """One line a row, with the fonts of the real document: time, text, who, number."""
    font = letters.registered("regular")
    out = io.BytesIO()
    sheet = Canvas(out, pagesize=A4, invariant=1)
    for number, row in enumerate(rows):
        place = number % _LINES
        if place == 0:
            if number:
                sheet.showPage()
            sheet.setFont(font, 8)
        height = 800 - place * 15
        sheet.drawString(40, height, str(row.at))
        sheet.drawString(120, height, row.text)
        sheet.drawRightString(520, height, row.recorded_by)
        sheet.drawRightString(555, height, str(row.seq))
    sheet.save()
    return out.getvalue()
