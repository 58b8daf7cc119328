"""A plain-text editor that grows with its text, for answers and for the sections of a post-mortem."""

from __future__ import annotations

import math

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QPlainTextEdit

from app.ui import theme
from app.ui.guard import override_safe

ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class Prose(QPlainTextEdit):
    """Tab leaves it. `one_line`: Enter hands in and Shift+Enter makes a line; else Ctrl+Enter hands in."""

    entered = Signal()

    def __init__(self, least: int = 2, most: int = 12, one_line: bool = False) -> None:
        super().__init__()
        self._least, self._most, self._one_line = least, most, one_line
        self.setTabChangesFocus(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().documentLayout().documentSizeChanged.connect(self.fit)
        theme.watch().changed.connect(self.fit)
        self.fit()

    def text(self) -> str:
        """What is typed, without blanks around it."""
        return self.toPlainText().strip()

    def fit(self) -> None:
        """As tall as the text, between the bounds."""
        lines = min(max(math.ceil(self.document().size().height()), self._least), self._most)
        edge = self.height() - self.viewport().height() if self.isVisible() else 2 * theme.px(4) + 2
        margin = round(2 * self.document().documentMargin()) + 2
        # Qt lays out lines of text at whole pixels, rounded up.
        height = lines * math.ceil(QFontMetricsF(self.font()).lineSpacing()) + margin + edge
        if self.height() != height or self.maximumHeight() != height:
            self.setFixedHeight(height)

    @override_safe(None)
    def insertFromMimeData(self, source: QMimeData) -> None:
        if source.hasText():
            self.insertPlainText(source.text())

    @override_safe(None)
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    @override_safe(None)
    def keyPressEvent(self, event: QKeyEvent) -> None:
        strong = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if event.key() in ENTER and (strong or (self._one_line and not shifted)):
            self.entered.emit()
            return
        if event.key() == Qt.Key.Key_Escape:
            event.ignore()
            return
        super().keyPressEvent(event)
