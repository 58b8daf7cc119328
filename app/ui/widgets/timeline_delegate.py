"""Paints a row of the timeline: time, lag, mark, text, who, star and number, each at its place."""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFontMetrics, QHelpEvent, QPainter, QPainterPath, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QToolTip

from app.domain.timeline import TimelineRow
from app.ui import theme
from app.ui.guard import override_safe
from app.ui.models.moments import clock_text, day_text, lag_text, moment_of
from app.ui.models.spans import Run, runs_of
from app.ui.models.timeline_model import TimelineModel, hint_of
from app.ui.widgets.inked import Laid, lay_out

Index = QModelIndex | QPersistentModelIndex
OPEN_LINES: Final = 8
"""Lines that the current row may unfold to; the rest stands in its detail."""
KEPT: Final = 100
KEPT_PICTURES: Final = 60
DOT_ROOM: Final = 14
"""Between names and number, where the mark of a missing signature stands."""
WHO_MOST: Final = 190
STAR_ROOM: Final = 18

GLYPHS: Final = {"decision": "!", "hypothesis": "?", "action": ">"}
"""The marks of the grammar, as they are typed."""
ICONS: Final = {
    "update": "send", "aware": "shield-alert", "postmortem": "file-text", "breach": "file-check", "open": "flag",
    "ack": "check", "severity": "triangle-alert", "state": "arrow-right", "class": "tag", "profile": "shield-check",
    "number": "hash", "role": "user", "task": "list-checks", "export": "download",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Places:
    """Where the parts of a row stand; a narrow row has no names."""

    time: QRect
    aside: QRect
    mark: QRect
    text: QRect
    who: QRect
    number: QRect


def places(box: QRect, number_width: int, who_width: int) -> Places:
    """The parts of a row of that box; the text has all the room that the names of its row leave."""
    px = theme.px
    left, top, line = box.left() + px(12), box.top(), min(box.height(), theme.row())
    aside_width = px(60) if box.width() >= px(440) else px(46)
    time = QRect(left, top, px(40), line)
    aside = QRect(time.right() + 1, top, aside_width, line)
    mark = QRect(aside.right() + 1, top, px(24), line)
    number = QRect(box.right() + 1 - px(12) - number_width, top, number_width, line)
    who = QRect(number.left() - px(DOT_ROOM) - who_width, top, who_width, line)
    edge = who.left() - px(14) if who_width else number.left() - px(4)
    text = QRect(mark.right() + px(5), top, max(px(40), edge - mark.right() - px(5)), box.height())
    return Places(time, aside, mark, text, who, number)


class TimelineDelegate(QStyledItemDelegate):
    """Lays texts out once and keeps what is visible; the current row is wrapped, the others end in …."""

    def __init__(self, view: QAbstractItemView, model: TimelineModel) -> None:
        super().__init__(view)
        self._view = view
        self._model = model
        self._laid: OrderedDict[tuple[object, ...], Laid] = OrderedDict()
        self.number_width = theme.px(30)
        self.now: datetime | None = None
        self._drawn: OrderedDict[tuple[object, ...], QPixmap] = OrderedDict()
        theme.watch().changed.connect(self._forget)

    def _forget(self) -> None:
        """Other colours or another text size."""
        self._laid.clear()
        self._drawn.clear()

    def make_room_for(self, number: int) -> None:
        """Keep the column of numbers wide enough for that one."""
        metrics = QFontMetrics(theme.font(theme.SMALL))
        self.number_width = max(theme.px(30), metrics.horizontalAdvance(str(number)) + theme.px(6))

    def open_height(self, row: TimelineRow, number: int, width: int) -> int:
        """How tall the row at that place is when its text is wrapped."""
        box = QRect(0, 0, width, theme.row())
        lead = lag_text(row.lag_ms) if self._begins_day(row, number) else ""
        laid = self._text(row, self._places(box, row).text.width(), OPEN_LINES, lead)
        return max(theme.row(), round(laid.height) + theme.px(10)) if laid.lines > 1 else theme.row()

    def _places(self, box: QRect, row: TimelineRow) -> Places:
        px = theme.px
        if box.width() < px(440):
            return places(box, self.number_width, 0)
        said, via = names_of(row)
        metrics = QFontMetrics(theme.font(theme.SMALL))
        wanted = metrics.horizontalAdvance(said + via) + (px(STAR_ROOM) if row.starred else 0)
        return places(box, self.number_width, min(wanted + 1, px(WHO_MOST), box.width() // 3))

    def _text(self, row: TimelineRow, width: int, lines: int, lead: str = "") -> Laid:
        ink = "text" if row.human else "secondary"
        key = (row.seq, row.text, row.original, row.struck, width, lines, lead)
        laid = self._laid.get(key)
        if laid is None:
            runs = (Run(f"{lead}  ", "note"), *runs_of(row)) if lead else runs_of(row)
            laid = self._laid[key] = lay_out(runs, width, lines, plain=ink)
            if len(self._laid) > KEPT:
                self._laid.popitem(last=False)
        self._laid.move_to_end(key)
        return laid

    @override_safe(QSize(0, 0))
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, theme.row())

    @override_safe(None)
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = self._model.row_at(index.row())
        if row is None:
            return
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        ground = 3 if chosen and self._view.hasFocus() else 2 if chosen else index.row() % 2
        opened = index == self._view.currentIndex()
        begins = self._begins_day(row, index.row())
        ratio = self._view.devicePixelRatioF()
        year = self.now.year if self.now else 0
        look = (ground, opened, begins, self.number_width, ratio, self._model.zone.key, year)
        key = (row, option.rect.width(), option.rect.height(), *look)
        drawn = self._drawn.get(key)
        if drawn is None:
            drawn = self._drawn[key] = self._draw(row, option.rect.size(), ground, opened, begins, ratio)
            if len(self._drawn) > KEPT_PICTURES:
                self._drawn.popitem(last=False)
        self._drawn.move_to_end(key)
        painter.drawPixmap(option.rect.topLeft(), drawn)

    def _draw(self, row: TimelineRow, size: QSize, ground: int, opened: bool, begins: bool, ratio: float) -> QPixmap:
        """The row as a picture: scrolling and repainting then cost a copy."""
        picture = QPixmap(size * ratio)
        picture.setDevicePixelRatio(ratio)
        painter = QPainter(picture)
        box = QRect(QPoint(0, 0), size)
        self._ground(painter, box, ground)
        at = self._places(box, row)
        lag = lag_text(row.lag_ms)
        self._times(painter, at, row, begins, lag)
        self._mark(painter, at.mark, row)
        laid = self._text(row, at.text.width(), OPEN_LINES if opened else 1, lag if begins else "")
        if laid.lines > 1:
            laid.draw(painter, QPointF(at.text.left(), theme.px(5)))
        else:
            laid.draw_in(painter, QRectF(at.text.left(), 0, at.text.width(), min(size.height(), theme.row())))
        self._who(painter, at, row)
        painter.end()
        return picture

    def _ground(self, painter: QPainter, box: QRect, ground: int) -> None:
        tokens = theme.tokens()
        striped = between(tokens.surface, tokens.alternate)
        painter.fillRect(box, (QColor(tokens.surface), striped, QColor(tokens.tint), QColor(tokens.tint))[ground])
        if ground == 3:
            painter.fillRect(QRect(0, 0, theme.px(3), box.height()), QColor(tokens.focus))

    def _times(self, painter: QPainter, at: Places, row: TimelineRow, begins: bool, lag: str) -> None:
        zone = self._model.zone
        happened = moment_of(row.at)
        middle = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
        painter.setPen(theme.colour("text" if row.human else "secondary"))
        painter.setFont(theme.font())
        painter.drawText(at.time, middle, clock_text(happened, zone))
        painter.setFont(theme.font(theme.CAPTION))
        painter.setPen(theme.colour("secondary"))
        beside = day_text(happened, zone, self.now or happened) if begins else lag
        painter.drawText(at.aside, middle, beside)

    def _begins_day(self, row: TimelineRow, number: int) -> bool:
        zone = self._model.zone
        day = moment_of(row.at).astimezone(zone).date()
        before = self._model.row_at(number - 1)
        if before is None:
            return self.now is None or day != self.now.astimezone(zone).date()
        return moment_of(before.at).astimezone(zone).date() != day

    def _mark(self, painter: QPainter, box: QRect, row: TimelineRow) -> None:
        glyph = GLYPHS.get(row.kind)
        if glyph:
            painter.setFont(theme.bold())
            painter.setPen(theme.colour("text"))
            painter.drawText(box, int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter), glyph)
            return
        name = ICONS.get(row.kind)
        if name:
            drawn = theme.pixmap(name, 14, "text" if row.human else "outline")
            size = drawn.deviceIndependentSize()
            corner = QRectF(box).center() - QRectF(0, 0, size.width(), size.height()).center()
            painter.drawPixmap(corner.toPoint(), drawn)

    def _who(self, painter: QPainter, at: Places, row: TimelineRow) -> None:
        painter.setFont(theme.font(theme.SMALL))
        middle = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)
        painter.setPen(theme.colour("secondary"))
        painter.drawText(at.number, middle, str(row.seq))
        box = at.who
        if row.unsigned and at.who.width():
            self._unsigned(painter, box)
        if row.starred:
            self._star(painter, box)
        if at.who.width():
            self._names(painter, box, row)

    def _names(self, painter: QPainter, box: QRect, row: TimelineRow) -> None:
        """Who said it in full ink, who wrote it down for them in the second."""
        said, via = names_of(row)
        metrics, elide = painter.fontMetrics(), Qt.TextElideMode.ElideRight
        middle = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)
        box = box.adjusted(theme.px(STAR_ROOM) if row.starred else 0, 0, 0, 0)
        room = box.width() - metrics.horizontalAdvance(said)
        shown = metrics.elidedText(via, elide, room + 1) if room > theme.px(30) else ""
        painter.setPen(theme.colour("secondary"))
        painter.drawText(box, middle, shown)
        rest = box.adjusted(0, 0, -metrics.horizontalAdvance(shown), 0)
        painter.setPen(theme.colour("text" if row.human else "secondary"))
        painter.drawText(rest, middle, metrics.elidedText(said, elide, rest.width() + 1))

    def _star(self, painter: QPainter, box: QRect) -> None:
        side = theme.px(13)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("text"))
        painter.drawPath(star_path(QRectF(box.left(), box.center().y() - side / 2, side, side)))
        painter.restore()

    def _unsigned(self, painter: QPainter, box: QRect) -> None:
        """A hollow dot after the names: somebody's own signature is still owed."""
        size = theme.px(6)
        dot = QRectF(box.right() + theme.px(5), box.center().y() - size / 2 + 0.5, size, size)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.colour("outline"))
        painter.drawEllipse(dot)
        painter.restore()

    @override_safe(False)
    def helpEvent(self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index) -> bool:
        row = self._model.row_at(index.row()) if index.isValid() else None
        if row is None or event.type() != QEvent.Type.ToolTip:
            return False
        QToolTip.showText(event.globalPos(), hint_of(row, self._model.zone), view)
        return True

    @override_safe(False)
    def editorEvent(self, event: QEvent, model: QAbstractItemModel, option: QStyleOptionViewItem, index: Index) -> bool:
        return False


def names_of(row: TimelineRow) -> tuple[str, str]:
    """Who is quoted (or wrote), and ` via` whoever recorded it when that is somebody else."""
    if row.said_by and row.said_by != row.recorded_by:
        return row.said_by, f" via {row.recorded_by}"
    return row.recorded_by, ""


def star_path(box: QRectF) -> QPainterPath:
    """A star of five points in a box."""
    path = QPainterPath()
    middle, radius = box.center(), box.width() / 2
    for turn in range(10):
        angle = math.radians(turn * 36 - 90)
        reach = radius if turn % 2 == 0 else radius * 0.42
        point = QPointF(middle.x() + reach * math.cos(angle), middle.y() + reach * math.sin(angle))
        path.lineTo(point) if turn else path.moveTo(point)
    path.closeSubpath()
    return path


def between(one: str, other: str) -> QColor:
    """The colour half-way between two tokens' values."""
    left, right = QColor(one), QColor(other)
    pairs = ((left.red(), right.red()), (left.green(), right.green()), (left.blue(), right.blue()))
    return QColor(*((a + b) // 2 for a, b in pairs))
