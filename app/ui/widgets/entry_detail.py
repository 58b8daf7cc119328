"""The detail of an entry below the list: the whole text, the facts, and what can be done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.domain.timeline import TimelineRow
from app.ui import theme
from app.ui.guard import override_safe
from app.ui.models.facts import facts_of, heading
from app.ui.widgets.labels import label, rule

if TYPE_CHECKING:
    from app.domain.incident import IncidentView

MOST_LINES = 8


class EntryDetail(QWidget):
    """Hidden until an entry is opened; Esc closes it."""

    starring = Signal(object)
    correcting = Signal(object)
    approving = Signal(object)
    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("surface", True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName("Entry")
        self.row: TimelineRow | None = None
        self._heading = label("", "strong")
        self._star = self._tool("Star", "S", lambda: self._emit(self.starring))
        self._correct = self._tool("Correct", "C", lambda: self._emit(self.correcting))
        self._approve = self._tool("Approve", "A", lambda: self._emit(self.approving))
        close = self._tool("Close", "Esc", self.closed.emit)
        head = QHBoxLayout()
        head.setSpacing(theme.px(4))
        head.addWidget(self._heading, 1)
        for each in (self._star, self._correct, self._approve, close):
            head.addWidget(each)
        self.text = _reader()
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(theme.px(12))
        self._grid.setVerticalSpacing(theme.px(3))
        self._grid.setColumnStretch(1, 1)
        self._area = _scrolling(self._inside())
        box = QVBoxLayout()
        box.setContentsMargins(theme.px(12), theme.px(6), theme.px(8), theme.px(4))
        box.setSpacing(theme.px(4))
        box.addLayout(head)
        box.addWidget(self._area)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(rule())
        whole.addLayout(box)
        self.hide()

    def _inside(self) -> QWidget:
        inside = QWidget()
        inside.setProperty("surface", True)
        stack = self._stack = QVBoxLayout(inside)
        stack.setContentsMargins(0, 0, theme.px(6), 0)
        stack.setSpacing(theme.px(8))
        stack.addWidget(self.text)
        stack.addLayout(self._grid)
        stack.addStretch(1)
        return inside

    def _tool(self, word: str, key: str, run: object) -> QToolButton:
        made = QToolButton()
        made.setText(f"{word}  {key}")
        made.setAccessibleName(f"{word} this entry" if word != "Close" else "Close the entry")
        made.clicked.connect(run)
        return made

    def _emit(self, signal: object) -> None:
        if self.row is not None:
            signal.emit(self.row)  # type: ignore[attr-defined]

    def show_entry(self, row: TimelineRow, view: IncidentView, zone: ZoneInfo) -> None:
        """Show another entry, or the same as it is read now."""
        self.row = row
        self._heading.setText(heading(row))
        self._star.setText("Unstar  S" if row.starred else "Star  S")
        self._correct.setEnabled(not row.struck)
        if self.text.toPlainText() != row.text:
            self.text.setPlainText(row.text)
        self._show_facts(facts_of(row, view, zone))
        self.show()
        self._fit()

    def _show_facts(self, facts: tuple[tuple[str, str], ...]) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            gone = item.widget()
            if gone is not None:
                gone.deleteLater()
        for place, (caption, value) in enumerate(facts):
            name, words = label(caption, "caption"), _value(value)
            words.setAccessibleName("")
            self._grid.addWidget(name, place, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(words, place, 1)

    def _fit(self) -> None:
        """The text as tall as it is, the whole at most two fifths of the pane."""
        width = self._area.viewport().width() - theme.px(6)
        document = self.text.document()
        document.setTextWidth(max(width, 40))
        lines = min(max(1, self.text.document().lineCount(), round(document.size().height())), MOST_LINES)
        self.text.setFixedHeight(lines * self.text.fontMetrics().lineSpacing() + theme.px(4))
        wanted = max(self._stack.totalHeightForWidth(width), self._stack.minimumSize().height())
        parent = self.parentWidget()
        most = (parent.height() * 2 // 5) if parent else wanted
        self._area.setFixedHeight(max(theme.px(60), min(wanted + theme.px(4), most)))

    @override_safe(None)
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.row is not None and event.size().width() != event.oldSize().width():
            self._fit()

    @override_safe(None)
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
            return
        super().keyPressEvent(event)


def _reader() -> QPlainTextEdit:
    made = QPlainTextEdit()
    made.setReadOnly(True)
    made.setAccessibleName("Text of the entry")
    made.setTabChangesFocus(True)
    made.setFrameShape(QFrame.Shape.NoFrame)
    made.setStyleSheet("QPlainTextEdit, QPlainTextEdit:focus { border: 0; padding: 0; background: transparent; }")
    made.document().setDocumentMargin(0)
    return made


def _value(text: str) -> QLabel:
    made = label(text)
    made.setWordWrap(True)
    made.setFont(theme.font(theme.SMALL))
    made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return made


def _scrolling(inside: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(inside)
    return area
