"""Draws the severity board: quiet lines for lanes and levels, one card an incident."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.ui import theme
from app.ui.guard import override_safe
from app.ui.models.board_model import ROW_ROLE, BoardRow
from app.ui.widgets.chip import chip_size, paint_chip

HEIGHTS: Final = {"lane": 34, "level": 26, "card": 78, "folded": 26}
Index = QModelIndex | QPersistentModelIndex
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


class BoardDelegate(QStyledItemDelegate):
    """Paints one row; `opened` is the incident that the window shows."""

    opened = ""

    @override_safe(QSize(0, theme.ROW))
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        row = index.data(ROW_ROLE)
        return QSize(0, theme.px(HEIGHTS[row.kind] if isinstance(row, BoardRow) else theme.ROW))

    @override_safe(None)
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = index.data(ROW_ROLE)
        if not isinstance(row, BoardRow):
            return
        area: QRect = option.rect
        state: QStyle.StateFlag = option.state
        painter.save()
        if row.kind == "card":
            focused = bool(state & QStyle.StateFlag.State_HasFocus) and bool(state & QStyle.StateFlag.State_Selected)
            self._card(painter, area, row, focused, bool(state & QStyle.StateFlag.State_MouseOver))
        else:
            self._line(painter, area, row)
        painter.restore()

    def _line(self, painter: QPainter, area: QRect, row: BoardRow) -> None:
        inner = area.adjusted(theme.px(12), 0, -theme.px(12), 0)
        heading = row.kind == "lane"
        painter.setFont(theme.bold(theme.SMALL) if heading else theme.font(theme.CAPTION))
        painter.setPen(theme.colour("text" if heading else "secondary"))
        if heading:
            inner.setTop(inner.top() + theme.px(6))
        metrics = painter.fontMetrics()
        room = inner.width() - metrics.horizontalAdvance(row.note) - theme.px(8)
        painter.drawText(inner, _LEFT, metrics.elidedText(row.text, Qt.TextElideMode.ElideRight, room))
        painter.setPen(theme.colour("secondary"))
        painter.drawText(inner, _RIGHT, row.note)

    def _card(self, painter: QPainter, area: QRect, row: BoardRow, focused: bool, hovered: bool) -> None:
        card = row.card
        if card is None:
            return
        box = QRectF(area).adjusted(theme.px(8) + 0.5, theme.px(3) + 0.5, -theme.px(8) - 0.5, -theme.px(3) - 0.5)
        self._ground(painter, box, card.incident_id == self.opened, focused, hovered)
        inner = box.toRect().adjusted(theme.px(10), theme.px(7), -theme.px(10), -theme.px(7))
        line = inner.height() // 3
        self._head(painter, QRect(inner.left(), inner.top(), inner.width(), line), row)
        middle = QRect(inner.left(), inner.top() + line, inner.width(), line)
        last = QRect(inner.left(), inner.top() + 2 * line, inner.width(), line)
        _pair(painter, middle, row.state, row.left, row.tone)
        words = " · ".join(word for word in ("DRILL" if card.drill else "", card.label, row.note) if word)
        _pair(painter, last, card.commander or "no commander", words, "")

    def _ground(self, painter: QPainter, box: QRectF, opened: bool, focused: bool, hovered: bool) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = theme.colour("focus") if focused or opened else theme.colour("outline" if hovered else "line")
        painter.setPen(QPen(edge, 2 if focused else 1))
        painter.setBrush(theme.colour("tint") if opened else QColor(Qt.GlobalColor.transparent))
        painter.drawRoundedRect(box, theme.px(6), theme.px(6))

    def _head(self, painter: QPainter, area: QRect, row: BoardRow) -> None:
        size = chip_size(row.chip, small=True)
        top = area.center().y() + 1 - size.height() / 2
        paint_chip(painter, QRectF(area.left(), top, size.width(), size.height()), row.rank, row.chip, small=True)
        words = area.adjusted(size.width() + theme.px(7), 0, 0, 0)
        painter.setFont(theme.bold())
        painter.setPen(theme.colour("text"))
        elided = painter.fontMetrics().elidedText(row.text, Qt.TextElideMode.ElideRight, words.width())
        painter.drawText(words, _LEFT, elided)


def _pair(painter: QPainter, area: QRect, left: str, right: str, tone: str) -> None:
    painter.setFont(theme.bold(theme.SMALL) if tone else theme.font(theme.SMALL))
    metrics = painter.fontMetrics()
    taken = metrics.horizontalAdvance(right) + theme.px(8) if right else 0
    painter.setPen(theme.colour(tone or "secondary"))
    painter.drawText(area, _RIGHT, right)
    painter.setFont(theme.font(theme.SMALL))
    painter.setPen(theme.colour("secondary"))
    elided = painter.fontMetrics().elidedText(left, Qt.TextElideMode.ElideRight, area.width() - taken)
    painter.drawText(area, _LEFT, elided)
