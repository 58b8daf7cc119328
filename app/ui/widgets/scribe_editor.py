"""The field of the scribe bar: one line that grows, records on Enter, and keeps what was typed."""

from __future__ import annotations

import re
from typing import Final

from PySide6.QtCore import QMimeData, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFont,
    QKeyEvent,
    QKeySequence,
    QResizeEvent,
    QSyntaxHighlighter,
    QTextCharFormat,
    QTextOption,
)
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QSizePolicy

from app.domain import scribe
from app.domain.errors import Refused
from app.ui import theme
from app.ui.guard import override_safe
from app.ui.models.spans import inked
from app.ui.widgets.inked import utf16

MOST_LINES: Final = 6
_RETURN: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_BLOCK: Final = re.compile(r"\S[^\n\r]*[\r\n]+.*\S", re.DOTALL)


class Tint(QSyntaxHighlighter):
    """Inks the time and mark in front of the text, `#tags`, `@people` and a `/command`."""

    def __init__(self, editor: QPlainTextEdit) -> None:
        super().__init__(editor.document())
        self.lead = 0
        theme.watch().changed.connect(self.rehighlight)

    def set_lead(self, length: int) -> None:
        """How many characters at the start are time, speaker, mark or command."""
        if length != self.lead:
            self.lead = length
            self.rehighlight()

    @override_safe(None)
    def highlightBlock(self, text: str) -> None:
        accent = QTextCharFormat()
        accent.setForeground(theme.colour("focus"))
        place = 0
        for run in inked(text):
            length = utf16(run.text)
            if run.ink != "plain":
                self.setFormat(place, length, accent)
            place += length
        if self.lead and self.currentBlock().blockNumber() == 0:
            strong = QTextCharFormat(accent)
            strong.setFontWeight(QFont.Weight.DemiBold)
            self.setFormat(0, utf16(text[: self.lead]), strong)


class ScribeEditor(QPlainTextEdit):
    """Plain text only. Enter emits `entered`, Shift+Enter breaks the line, ↑ in the empty field `recalled`."""

    entered = Signal()
    recalled = Signal()
    block_pasted = Signal(str)
    paste_refused = Signal(object)
    """A paste that no entry can hold; the clipboard still has it."""
    completing = Signal()
    """Tab or Enter while a completion is marked."""
    stepping = Signal(int)
    """Up or down in the completions."""
    escaped = Signal()
    resized = Signal()
    focused = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.offering = False
        """Whether completions are shown, which then take Tab and the arrows."""
        self.marked = False
        """Whether one of them was chosen with the arrows, so that Enter takes it."""
        self.setProperty("scribe", True)
        self.setAccessibleName("Scribe bar")
        self.setAccessibleDescription("Type what happened; Enter records it in the open incident.")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setStyleSheet("QPlainTextEdit, QPlainTextEdit:focus { border: 0; padding: 0; background: transparent; }")
        self.setTabChangesFocus(True)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.document().setDocumentMargin(0)
        self.tint = Tint(self)
        self.textChanged.connect(self.fit)
        theme.watch().changed.connect(self.fit)
        self.fit()

    def lines(self) -> int:
        """How many lines the text takes on the screen, wrapped."""
        return max(1, round(self.document().size().height()))

    def fit(self) -> None:
        """As tall as the text, from one line to six."""
        shown = min(self.lines(), MOST_LINES)
        more = self.lines() > MOST_LINES
        wanted = Qt.ScrollBarPolicy.ScrollBarAsNeeded if more else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.setVerticalScrollBarPolicy(wanted)
        height = shown * self.fontMetrics().lineSpacing() + 2
        if height != self.height():
            self.setFixedHeight(height)
            self.resized.emit()

    def replace_all(self, text: str) -> None:
        """Put another text in; Ctrl+Z brings the former back."""
        cursor = self.textCursor()
        cursor.select(cursor.SelectionType.Document)
        cursor.insertText(text)
        self.moveCursor(cursor.MoveOperation.End)

    @override_safe(QSize(0, 0))
    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(80), self.fontMetrics().lineSpacing() + 2)

    @override_safe(None)
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.fit()

    @override_safe(None)
    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focused.emit(True)

    @override_safe(None)
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.focused.emit(False)

    @override_safe(False)
    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return source.hasText()

    @override_safe(None)
    def insertFromMimeData(self, source: QMimeData) -> None:
        text = source.text()
        try:
            if text.strip():
                scribe.checked(text)
        except Refused as refusal:
            self.paste_refused.emit(refusal)
            return
        if _BLOCK.search(text) and len(list(scribe.block(text))) > 1:
            self.block_pasted.emit(text)
        else:
            self.textCursor().insertText(text.strip("\r\n"))

    @override_safe(False)
    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab takes a completion while there is one, and leaves the field otherwise."""
        return False if self.offering and forward else super().focusNextPrevChild(forward)

    @override_safe(None)
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._own_key(event):
            super().keyPressEvent(event)

    def _own_key(self, event: QKeyEvent) -> bool:
        key, shift = event.key(), bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if key in _RETURN and not shift:
            (self.completing if self.offering and self.marked else self.entered).emit()
        elif key in _RETURN:
            self.insertPlainText("\n")
        elif self.offering and key == Qt.Key.Key_Tab and not shift:
            self.completing.emit()
        elif self.offering and key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.stepping.emit(-1 if key == Qt.Key.Key_Up else 1)
        elif key == Qt.Key.Key_Escape:
            self.escaped.emit()
        elif key == Qt.Key.Key_Up and not self.toPlainText():
            self.recalled.emit()
        else:
            return event.matches(QKeySequence.StandardKey.InsertParagraphSeparator)
        return True
