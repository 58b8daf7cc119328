"""Text of several inks laid out for painting: wrapped to a few lines or cut with …, in either writing direction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QTextCharFormat, QTextLayout, QTextOption

from app.ui import theme
from app.ui.models.spans import Ink, Run

TOKEN: Final[dict[Ink, str]] = {
    "plain": "text", "tag": "focus", "person": "focus", "struck": "secondary", "strong": "text", "note": "secondary",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Laid:
    """A layout that is ready to be drawn, its height and whether something was left out."""

    layout: QTextLayout
    height: float
    lines: int
    cut: bool

    def draw(self, painter: QPainter, at: QPointF) -> None:
        """Draw it with the top left corner there."""
        self.layout.draw(painter, at)

    def draw_in(self, painter: QPainter, box: QRectF) -> None:
        """Draw it in the vertical middle of a box."""
        self.layout.draw(painter, QPointF(box.left(), box.top() + (box.height() - self.height) / 2))


def lay_out(
    runs: Sequence[Run], width: float, lines: int = 1, *, font: QFont | None = None, plain: str = "text"
) -> Laid:
    """The runs in at most so many lines of a width; `plain` is the token of the ink where nothing else is said."""
    font = font or theme.font()
    laid = _lay(runs, width, lines, font, plain)
    tries = 0
    while laid.cut and tries < 4:
        end = laid.layout.lineAt(laid.lines - 1)
        keep = end.textStart() + end.textLength() - 1 - tries
        shorter = _lay((*_first(runs, keep), Run("…", "plain")), width, lines, font, plain)
        if not shorter.cut:
            return Laid(shorter.layout, shorter.height, shorter.lines, True)
        tries += 1
    return laid


def _lay(runs: Sequence[Run], width: float, lines: int, font: QFont, plain: str) -> Laid:
    layout = QTextLayout("".join(run.text for run in runs), font)
    option = QTextOption()
    option.setWrapMode(_wrap(lines))
    option.setTextDirection(Qt.LayoutDirection.LayoutDirectionAuto)
    layout.setTextOption(option)
    layout.setFormats(_formats(runs, plain))
    height, count, used = 0.0, 0, 0
    layout.beginLayout()
    while count < lines:
        line = layout.createLine()
        if not line.isValid():
            break
        line.setLineWidth(max(width, 1.0))
        line.setPosition(QPointF(0, height))
        height += line.height()
        used = line.textStart() + line.textLength()
        count += 1
    layout.endLayout()
    return Laid(layout, height, count, used < _length(runs))


def _wrap(lines: int) -> QTextOption.WrapMode:
    return QTextOption.WrapMode.WrapAnywhere if lines == 1 else QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere


def _length(runs: Sequence[Run]) -> int:
    """The length as Qt counts it, in UTF-16 units."""
    return sum(utf16(run.text) for run in runs)


def utf16(text: str) -> int:
    """How many UTF-16 units a text has: beyond the basic plane each character counts twice."""
    return len(text) + sum(character > "\uffff" for character in text)


def _formats(runs: Sequence[Run], plain: str) -> list[QTextLayout.FormatRange]:
    ranges: list[QTextLayout.FormatRange] = []
    start = 0
    for run in runs:
        each = QTextLayout.FormatRange()
        each.start, each.length = start, utf16(run.text)
        each.format = _format(run.ink, plain)
        ranges.append(each)
        start += each.length
    return ranges


def _format(ink: Ink, plain: str) -> QTextCharFormat:
    made = QTextCharFormat()
    token = plain if ink in ("plain", "strong") else TOKEN[ink]
    made.setForeground(QColor(getattr(theme.tokens(), token)))
    made.setFontStrikeOut(ink == "struck")
    if ink == "strong":
        made.setFontWeight(QFont.Weight.DemiBold)
    return made


def _first(runs: Sequence[Run], units: int) -> list[Run]:
    """The runs up to so many UTF-16 units, without the blanks at the end."""
    kept: list[Run] = []
    for run in runs:
        size = utf16(run.text)
        if size >= units:
            text = run.text.encode("utf-16-le")[: max(0, units) * 2].decode("utf-16-le", "ignore")
            kept.append(Run(text.rstrip(), run.ink))
            break
        kept.append(run)
        units -= size
    return kept
