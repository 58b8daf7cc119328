"""The severity chip: colour, shape and word together, so that no one of them has to be seen."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.ui import theme
from app.ui.guard import override_safe

if TYPE_CHECKING:
    from app.domain.plan import Severity

SHAPES = ("octagon", "triangle", "diamond", "square", "circle", "ring")


def short_text(level: Severity) -> str:
    """The level's short name: what a small chip says."""
    return level.short or level.code


def severity_text(level: Severity) -> str:
    """Short name and title; a title that repeats the short name stands alone."""
    short, title = short_text(level), level.title
    if not title:
        return short
    return title if title.casefold().startswith(short.casefold()) else f"{short} {title}"


def shape_of(rank: int) -> str:
    """The shape of a rank, 1 the worst; a sixth level is an outlined circle."""
    return SHAPES[min(max(rank, 1), len(SHAPES)) - 1]


def shape_path(rank: int, box: QRectF) -> QPainterPath:
    """That shape inside a square box."""
    path = QPainterPath()
    kind = shape_of(rank)
    if kind in ("circle", "ring"):
        path.addEllipse(box)
    elif kind == "square":
        path.addRect(box.adjusted(1, 1, -1, -1))
    else:
        corners = {"octagon": (8, 22.5), "triangle": (3, -90.0), "diamond": (4, 0.0)}[kind]
        path.addPolygon([_corner(box, turn, *corners) for turn in range(corners[0])])
        path.closeSubpath()
    return path


def _corner(box: QRectF, turn: int, count: int, first: float) -> QPointF:
    angle = math.radians(first + turn * 360 / count)
    drop = box.height() * 0.12 if count == 3 else 0.0
    radius = box.width() / 2 * (1.15 if count == 3 else 1.05)
    return QPointF(box.center().x() + radius * math.cos(angle), box.center().y() + drop + radius * math.sin(angle))


def paint_shape(painter: QPainter, box: QRectF, rank: int, ink: QColor) -> None:
    """The shape alone, filled (rank 6: outlined)."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if shape_of(rank) == "ring":
        painter.setPen(QPen(ink, max(1.5, box.width() / 7)))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        box = box.adjusted(1, 1, -1, -1)
    else:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink)
    painter.drawPath(shape_path(rank, box))
    painter.restore()


def paint_stop(painter: QPainter, box: QRectF, ink: QColor) -> None:
    """The stroke inside the octagon: at a few pixels an octagon alone looks like a circle."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink)
    wide = box.width() * 0.17
    left = box.center().x() - wide / 2
    painter.drawRoundedRect(QRectF(left, box.top() + box.height() * 0.18, wide, box.height() * 0.4), 0.6, 0.6)
    painter.drawRect(QRectF(left, box.top() + box.height() * 0.68, wide, wide))
    painter.restore()


def chip_size(text: str, small: bool = False) -> QSize:
    """The room a chip with that word needs."""
    metrics = QFontMetrics(theme.bold(theme.CAPTION if small else theme.SMALL))
    height = theme.px(18 if small else 22)
    return QSize(metrics.horizontalAdvance(text) + height + theme.px(10), height)


def paint_chip(painter: QPainter, at: QRectF, rank: int, text: str, small: bool = False) -> None:
    """A chip at that place: ground, shape, word."""
    fill = theme.tokens().severity(rank)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(fill.fill))
    painter.drawRoundedRect(at, theme.px(4), theme.px(4))
    side = at.height() * 0.54
    box = QRectF(at.left() + theme.px(6), at.center().y() - side / 2, side, side)
    paint_shape(painter, box, rank, QColor(fill.label))
    if rank == 1:
        paint_stop(painter, box, QColor(fill.fill))
    painter.setPen(QColor(fill.label))
    painter.setFont(theme.bold(theme.CAPTION if small else theme.SMALL))
    words = QRectF(box.right() + theme.px(5), at.top(), at.right() - box.right() - theme.px(9), at.height())
    metrics = painter.fontMetrics()
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, math.ceil(words.width()) + 1)
    painter.drawText(words.adjusted(0, 0, 2, 0), int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), shown)
    painter.restore()


class Chip(QWidget):
    """A severity chip as a widget of its own; hidden while there is nothing to show."""

    def __init__(self, small: bool = False) -> None:
        super().__init__()
        self._rank, self._text, self._small = 1, "", small
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        theme.watch().changed.connect(self.updateGeometry)
        self.setVisible(False)

    @property
    def text(self) -> str:
        """The word on it."""
        return self._text

    def show_severity(self, rank: int, text: str) -> None:
        """Another severity."""
        self._rank, self._text = rank, text
        self.setAccessibleName(f"Severity {text}")
        self.setVisible(bool(text))
        self.updateGeometry()
        self.update()

    @override_safe(QSize(0, 0))
    def sizeHint(self) -> QSize:
        return chip_size(self._text, self._small)

    @override_safe(None)
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_chip(painter, QRectF(self.rect()), self._rank, self._text, self._small)
        painter.end()
