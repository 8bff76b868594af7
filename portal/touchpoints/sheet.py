"""The sheet to hang up at a place: an A4 page as PDF, with the QR code as vectors.

Chinese is set in the fonts that every PDF reader brings for it (Adobe's CJK packages), so that no font travels along.
"""

from __future__ import annotations

import io
from collections.abc import Mapping

import segno
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from portal.directory import Place
from portal.languages import LOCALES, gettext, speaking
from portal.wording import local

FONTS = {"en": "Times-Bold", "zh_Hans": "STSong-Light", "zh_Hant": "MSung-Light"}
QR_SIDE = 105 * mm


def pdf(network: Mapping[str, str], place: Place, address: str) -> bytes:
    """The sheet of a place, in all three languages; `address` is what the code opens."""
    for font in ("STSong-Light", "MSung-Light"):
        pdfmetrics.registerFont(UnicodeCIDFont(font))
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, pageCompression=1)
    canvas.setTitle(place.code)
    width, height = A4
    y = height - 32 * mm
    for locale in LOCALES:
        with speaking(locale):
            canvas.setFont(FONTS[locale], 27 if locale == "en" else 22)
            canvas.drawCentredString(width / 2, y, gettext("How was it here?"))
        y -= 12 * mm
    _draw_code(canvas, address, (width - QR_SIDE) / 2, y - QR_SIDE)
    y -= QR_SIDE + 12 * mm
    for locale in LOCALES:
        with speaking(locale):
            canvas.setFont(FONTS[locale], 13)
            canvas.drawCentredString(width / 2, y, local(place.name))
            canvas.drawCentredString(
                width / 2, y - 6 * mm, gettext("Five seconds. And see what came of other people’s reports.")
            )
        y -= 16 * mm
    canvas.setFont("Courier", 11)
    canvas.drawCentredString(width / 2, 24 * mm, address)
    canvas.setFont("Times-Roman", 10)
    canvas.drawCentredString(width / 2, 16 * mm, network.get("en") or next(iter(network.values()), ""))
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def _draw_code(canvas: Canvas, address: str, x: float, y: float) -> None:
    """The code with its quiet zone, one rectangle for each run of dark modules."""
    rows = [list(row) for row in segno.make(address, error="m", micro=False).matrix_iter(border=4)]
    side = QR_SIDE / len(rows)
    canvas.setFillGray(0)
    for number, row in enumerate(rows):
        start: int | None = None
        for column, dark in enumerate([*row, 0]):
            if dark and start is None:
                start = column
            elif not dark and start is not None:
                top = y + QR_SIDE - (number + 1) * side
                canvas.rect(x + start * side, top, (column - start) * side, side, stroke=0, fill=1)
                start = None
