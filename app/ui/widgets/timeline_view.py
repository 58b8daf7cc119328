"""The list of the timeline: newest at the bottom, following the tail, moved through with j and k."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence, QRegion, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QApplication, QFrame, QHeaderView, QTableView, QToolButton, QWidget

from app.domain.timeline import TimelineRow
from app.ui import theme
from app.ui.guard import override_safe
from app.ui.models.timeline_model import TimelineModel, times
from app.ui.widgets.labels import label
from app.ui.widgets.timeline_delegate import TimelineDelegate

Index = QModelIndex | QPersistentModelIndex
_NO_MODIFIER: Final = Qt.KeyboardModifier.NoModifier


class TimelineView(QTableView):
    """One column, uniform rows; only the current one is as tall as its wrapped text."""

    opened = Signal(object)
    """Enter or double click: the row whose detail is wanted."""
    chosen = Signal(object)
    """The current row, or None."""
    starring = Signal(object)
    correcting = Signal(object)
    approving = Signal(object)
    left = Signal()
    """Esc: back to where lines are typed."""
    height_changed = Signal()
    grown = Signal(int, bool)
    """How many rows came, and whether the list follows them."""

    def __init__(self, model: TimelineModel) -> None:
        super().__init__()
        self.rows = model
        self.painter_of_rows = TimelineDelegate(self, model)
        self._tall = -1
        self._following = True
        self.setItemDelegate(self.painter_of_rows)
        self.setModel(model)
        self._look()
        model.rowsAboutToBeInserted.connect(self._before_growth)
        model.rowsInserted.connect(self._after_growth)
        model.modelReset.connect(self._anew)
        self.doubleClicked.connect(self._open_current)
        theme.watch().changed.connect(self._measure)

    def _look(self) -> None:
        self.setAccessibleName("Timeline")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.horizontalHeader().hide()
        self.horizontalHeader().setStretchLastSection(True)
        self.horizontalHeader().setMinimumSectionSize(1)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self._measure()

    def _measure(self) -> None:
        """Rows at the text size in force."""
        self.verticalHeader().setMinimumSectionSize(theme.row())
        self.verticalHeader().setDefaultSectionSize(theme.row())
        self.verticalScrollBar().setSingleStep(theme.row())
        self._make_room()
        self._unfold()

    def _make_room(self) -> None:
        last = self.rows.row_at(self.rows.rowCount() - 1)
        if last is not None:
            self.painter_of_rows.make_room_for(last.seq)

    @property
    def following(self) -> bool:
        """Whether the newest row is in sight and stays so."""
        bar = self.verticalScrollBar()
        return bool(bar.value() >= bar.maximum() - theme.row() // 2)

    def current(self) -> TimelineRow | None:
        """The current row."""
        return self.rows.row_at(self.currentIndex().row()) if self.currentIndex().isValid() else None

    def choose(self, place: int) -> None:
        """Make a row the current one and bring it into sight."""
        index = self.rows.index(place, 0)
        self.setCurrentIndex(index)
        self.scrollTo(index)

    def to_end(self) -> None:
        """Show the newest row."""
        self.scrollToBottom()

    def _before_growth(self) -> None:
        self._following = self.following

    def _after_growth(self, _parent: QModelIndex, first: int, last: int) -> None:
        self._make_room()
        self.height_changed.emit()
        if self._following:
            self.scrollToBottom()
        self.grown.emit(last - first + 1, self._following)

    def _anew(self) -> None:
        self._tall = -1
        self._make_room()
        self.height_changed.emit()
        self.scrollToBottom()
        self.chosen.emit(None)

    def _unfold(self) -> None:
        """Give the current row the height of its text and the former one the common height."""
        place = self.currentIndex().row()
        if self._tall not in (-1, place) and self._tall < self.rows.rowCount():
            self.setRowHeight(self._tall, theme.row())
        row = self.rows.row_at(place)
        self._tall = place if row is not None else -1
        if row is not None:
            height = self.painter_of_rows.open_height(row, place, self.viewport().width())
            if height != self.rowHeight(place):
                self.setRowHeight(place, height)
        self.height_changed.emit()

    @override_safe(None)
    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        self._unfold()
        if current.isValid():
            self.scrollTo(current)
        self.chosen.emit(self.rows.row_at(current.row()) if current.isValid() else None)

    def reread(self) -> None:
        """The rows in sight have changed: the current one may have another height."""
        self._unfold()
        # Not `viewport()`: at the first widget that Python did not make PySide looks through all classes, for 16 ms.
        self.setDirtyRegion(QRegion(self.rect()))

    @override_safe(None)
    def resizeEvent(self, event: QResizeEvent) -> None:
        following = self.following
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._unfold()
        if following:
            self.scrollToBottom()

    @override_safe(None)
    def focusInEvent(self, event: QFocusEvent) -> None:
        if not self.currentIndex().isValid() and self.rows.rowCount():
            self.choose(self.rows.rowCount() - 1)
        super().focusInEvent(event)
        self.viewport().update()

    @override_safe(None)
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    @override_safe(None)
    def keyboardSearch(self, search: str) -> None:
        """Letters are keys here; Qt's own search would read every row."""

    @override_safe(None)
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self._copy()
        elif event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier == _NO_MODIFIER and self._plain_key(event.key()):
            event.accept()
        else:
            super().keyPressEvent(event)

    def _plain_key(self, key: int) -> bool:
        place, count = self.currentIndex().row(), self.rows.rowCount()
        steps = {Qt.Key.Key_J: place + 1, Qt.Key.Key_K: place - 1, Qt.Key.Key_Home: 0, Qt.Key.Key_End: count - 1}
        signals = {Qt.Key.Key_S: self.starring, Qt.Key.Key_C: self.correcting, Qt.Key.Key_A: self.approving}
        if key in steps:
            if count:
                self.choose(min(max(steps[Qt.Key(key)], 0), count - 1))
        elif key in signals:
            row = self.current()
            if row is not None:
                signals[Qt.Key(key)].emit(row)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open_current()
        elif key == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            return False
        return True

    def _open_current(self) -> None:
        row = self.current()
        if row is not None:
            self.opened.emit(row)

    def _copy(self) -> None:
        row = self.current()
        if row is not None:
            happened, _recorded = times(row, self.rows.zone)
            QApplication.clipboard().setText(f"{row.seq}\t{happened}\t{row.text}")


class Tail(QWidget):
    """Holds the list so that few rows stand at the bottom, beside the bar, and says what is so when there are none."""

    def __init__(self, view: TimelineView) -> None:
        super().__init__()
        self.setProperty("surface", True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumHeight(theme.px(84))
        self._view = view
        view.setParent(self)
        self._empty = label("", tone="secondary")
        self._empty.setParent(self)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setWordWrap(True)
        self._fresh = QToolButton(self)
        self._fresh.setProperty("pill", True)
        self._fresh.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._fresh.clicked.connect(self._to_end)
        self._unseen = 0
        self._fresh.hide()
        view.height_changed.connect(self.fit)
        view.grown.connect(self._grown)
        view.verticalScrollBar().valueChanged.connect(self._scrolled)

    def say(self, sentence: str) -> None:
        """The sentence shown while there are no rows."""
        self._empty.setText(sentence)
        self.fit()

    def fit(self) -> None:
        """As tall as the rows, at most as tall as the room."""
        count = self._view.rows.rowCount()
        self._empty.setVisible(count == 0)
        self._empty.setGeometry(self.rect().adjusted(theme.px(32), 0, -theme.px(32), 0))
        self._view.setVisible(count > 0)
        height = min(self.height(), self._view.verticalHeader().length()) if count else 0
        self._view.setGeometry(0, self.height() - height, self.width(), height)

    def _grown(self, count: int, following: bool) -> None:
        if following:
            return
        self._unseen += count
        self._fresh.setText(f"{self._unseen} new  ↓")
        self._fresh.setAccessibleName(f"{self._unseen} new rows below, go to the newest")
        self._fresh.adjustSize()
        self._fresh.move((self.width() - self._fresh.width()) // 2, self.height() - self._fresh.height() - theme.px(8))
        self._fresh.setVisible(True)
        self._fresh.raise_()

    def _scrolled(self) -> None:
        if self._unseen and self._view.following:
            self._unseen = 0
            self._fresh.hide()

    def _to_end(self) -> None:
        self._view.to_end()
        self._scrolled()

    @override_safe(None)
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()
