"""A short list to choose from: one of several, or any of several with a box before each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from app.ui import theme
from app.ui.guard import override_safe
from app.ui.widgets.prose import ENTER

CODE = Qt.ItemDataRole.UserRole
MOST = 7
Index = QModelIndex | QPersistentModelIndex


class Choices(QListWidget):
    """Arrows or the first letters move, Space ticks, Enter hands in; `alone` is a code that excludes the others."""

    entered = Signal()
    changed = Signal()

    def __init__(self, options: Sequence[tuple[str, str]], several: bool, alone: str = "") -> None:
        super().__init__()
        self.several, self._alone = several, alone
        self.setItemDelegate(_Mark(self))
        self.setProperty("boxed", True)
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for code, word in options:
            item = QListWidgetItem(word)
            item.setData(CODE, code)
            item.setData(Qt.ItemDataRole.CheckStateRole, Qt.CheckState.Unchecked)
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
            self.addItem(item)
        theme.watch().changed.connect(self.fit)
        self.fit()

    def fit(self) -> None:
        """As tall as its rows, at most seven."""
        self.setFixedHeight(min(self.count(), MOST) * theme.row() + 6)

    def take(self, codes: Iterable[str]) -> None:
        """Tick these and stand on the first of them."""
        wanted = set(codes)
        first = 0
        for place in reversed(range(self.count())):
            item = self.item(place)
            ticked = item.data(CODE) in wanted
            item.setCheckState(Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked)
            first = place if ticked else first
        self.setCurrentRow(first)

    def taken(self) -> tuple[str, ...]:
        """The ticked codes in the order of the list; of a list to choose one from, that one."""
        return tuple(str(item.data(CODE)) for item in self._items() if item.checkState() is Qt.CheckState.Checked)

    def choose(self, place: int) -> None:
        """Tick or untick a row; in a list to choose one from, that one alone."""
        item = self.item(place)
        if item is None:
            return
        on = not self.several or item.checkState() is not Qt.CheckState.Checked
        code = item.data(CODE)
        for other in self._items():
            if not self.several or (on and (code == self._alone or other.data(CODE) == self._alone)):
                other.setCheckState(Qt.CheckState.Unchecked)
        item.setCheckState(Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)
        self.changed.emit()

    def _items(self) -> list[QListWidgetItem]:
        return [self.item(place) for place in range(self.count())]

    @override_safe(None)
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            self.choose(self.currentRow())
        elif event.key() in ENTER:
            if not self.several or not self.taken():
                self.choose(self.currentRow())
            self.entered.emit()
        elif event.key() == Qt.Key.Key_Escape:
            event.ignore()
        else:
            super().keyPressEvent(event)
            if event.text().isprintable() and event.text():
                event.accept()

    @override_safe(None)
    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        item = self.itemAt(event.position().toPoint())
        if item is not None:
            self.choose(self.row(item))

    @override_safe(None)
    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()


class _Mark(QStyledItemDelegate):
    """A box or a ring in the row's own ink, then the word."""

    def __init__(self, view: Choices) -> None:
        super().__init__(view)
        self._view = view

    @override_safe(QSize(0, theme.ROW))
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, theme.row())

    @override_safe(None)
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        here = bool(option.state & QStyle.StateFlag.State_Selected) and self._view.hasFocus()
        ticked = Qt.CheckState(index.data(Qt.ItemDataRole.CheckStateRole)) is Qt.CheckState.Checked
        area = QRectF(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if here:
            painter.fillRect(area, theme.colour("selection"))
        side = theme.px(14)
        box = QRectF(area.left() + theme.px(10), area.center().y() - side / 2, side, side)
        self._box(painter, box, ticked, here)
        painter.setPen(theme.colour("on_selection" if here else "text"))
        painter.setFont(theme.font())
        words = area.adjusted(theme.px(34), 0, -theme.px(8), 0)
        shown = painter.fontMetrics().elidedText(
            str(index.data(Qt.ItemDataRole.DisplayRole)), Qt.TextElideMode.ElideRight, int(words.width())
        )
        painter.drawText(words, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), shown)
        painter.restore()

    def _box(self, painter: QPainter, box: QRectF, ticked: bool, here: bool) -> None:
        ink = theme.colour("on_selection" if here else "focus" if ticked else "outline")
        painter.setPen(QPen(ink, 1.4))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if not self._view.several:
            painter.drawEllipse(box)
            if ticked:
                painter.setBrush(ink)
                quarter = box.width() / 4
                painter.drawEllipse(box.adjusted(quarter, quarter, -quarter, -quarter))
            return
        painter.drawRoundedRect(box, 3, 3)
        if ticked:
            w, h = box.width(), box.height()
            points = [(0.22, 0.52), (0.42, 0.72), (0.78, 0.28)]
            painter.setPen(QPen(ink, 1.8))
            painter.drawPolyline(QPolygonF([QPointF(box.left() + x * w, box.top() + y * h) for x, y in points]))
