"""The line that asks for a passphrase while the window goes on."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QApplication,
    QBoxLayout,
    QDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.domain.errors import Refused
from app.ui import theme
from app.ui.guard import override_safe, slot_safe
from app.ui.live import Live, Prompt
from app.ui.widgets.labels import Elided, label
from app.ui.widgets.prose import ENTER


class UnlockLine(QWidget):
    """One question at a time, first come first asked: unlock the signer's key, or a passphrase the writer waits for.

    It stands in the window, below the strip; while a dialog has the window it stands at the head of the dialog, since
    nothing else can be typed into then. Whoever closes that dialog has given the act up.
    """

    def __init__(self, live: Live, column: QBoxLayout, place: int) -> None:
        super().__init__()
        self._live = live
        self._home, self._place = column, place
        self._dialog: QDialog | None = None
        self._height = 0
        self._prompts: list[Prompt] = []
        self._before: QWidget | None = None
        self.setProperty("notice", True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._icon = QLabel()
        self._words = Elided("", "strong")
        self._wrong = label("", tone="overdue")
        self._wrong.setWordWrap(True)
        self.field = QLineEdit()
        self.field.setEchoMode(QLineEdit.EchoMode.Password)
        self.field.setAccessibleName("Passphrase")
        self.field.setPlaceholderText("Passphrase")
        self._go = QPushButton("Unlock")
        self._go.setProperty("primary", True)
        self._go.setAutoDefault(False)
        asked, given = QHBoxLayout(), QHBoxLayout()
        asked.addWidget(self._icon)
        asked.addWidget(self._words)
        given.addWidget(self.field)
        given.addWidget(self._go)
        given.addStretch(1)
        given.addWidget(label("Esc: not now", "small"))
        self._line = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._line.addLayout(asked)
        self._line.addLayout(given, 1)
        self._spaced = (asked, given, self._line)
        self._stack = QVBoxLayout(self)
        self._stack.addLayout(self._line)
        self._stack.addWidget(self._wrong)
        self.field.returnPressed.connect(self._entered)
        self._go.clicked.connect(self._entered)
        live.unlock_wanted.connect(self.ask_unlock)
        live.passphrase_wanted.connect(self.ask_for)
        live.signer_changed.connect(self._signer_changed)
        theme.watch().changed.connect(self._sized)
        self._sized()
        self._stand(None)
        self.hide()

    def _sized(self) -> None:
        self._icon.setPixmap(theme.pixmap("lock", 16, "attention"))
        self._icon.setFixedWidth(theme.px(16))
        self.field.setFixedWidth(theme.px(220))
        self._stack.setContentsMargins(theme.px(14), theme.px(8), theme.px(14), theme.px(8))
        self._stack.setSpacing(theme.px(6))
        for each in self._spaced:
            each.setSpacing(theme.px(10))

    @slot_safe
    def ask_unlock(self) -> None:
        """The signer's key is needed."""
        signer = self._live.signer
        if signer is not None and not self._prompts:
            self._open(f"{signer.name}'s key is locked", signer.protected)

    @slot_safe
    def ask_for(self, prompt: Prompt) -> None:
        """The writer waits for somebody's passphrase."""
        self._prompts.append(prompt)
        if len(self._prompts) == 1:
            self._open(f"Passphrase of {prompt.name}", True)

    def _open(self, words: str, with_field: bool) -> None:
        if self.isHidden():
            self._before = QApplication.focusWidget()
        dialog = QApplication.activeModalWidget()
        self._stand(dialog if isinstance(dialog, QDialog) else None)
        self._words.setText(words)
        self._say_wrong("")
        self.field.clear()
        self.field.setVisible(with_field)
        self.setAccessibleName(words)
        self.show()
        (self.field if with_field else self._go).setFocus()

    def _stand(self, dialog: QDialog | None) -> None:
        """At the head of the dialog, which grows by it; in the window without one. A layout lets go of what leaves."""
        if dialog is not None and dialog is self._dialog:
            return
        before, height = self._dialog, self._height
        if before is not None:
            before.finished.disconnect(self._dialog_closed)
        layout = dialog.layout() if dialog is not None else None
        self._dialog = dialog if layout is not None else None
        below = QBoxLayout.Direction.TopToBottom if layout is not None else QBoxLayout.Direction.LeftToRight
        self._line.setDirection(below)
        if self._dialog is None or layout is None:
            self._home.insertWidget(self._place, self)
        else:
            self._dialog.finished.connect(self._dialog_closed)
            self._height = self._dialog.height()
            layout.setMenuBar(self)
            self._dialog.resize(self._dialog.width(), self._height + self.sizeHint().height())
        left = before.layout() if before is not None else None
        if before is not None and left is not None:
            left.activate()
            before.resize(before.width(), height)

    @slot_safe
    def _dialog_closed(self) -> None:
        self._not_now()

    def _say_wrong(self, sentence: str) -> None:
        self._wrong.setText(sentence)
        self._wrong.setVisible(bool(sentence))

    @slot_safe
    def _entered(self) -> None:
        typed = self.field.text()
        self.field.clear()
        if self._prompts:
            self._prompts.pop(0).answer(typed)
            self._next()
        else:
            self._live.unlock(typed or None, self._refused)

    def _refused(self, refusal: Refused) -> None:
        self._say_wrong(f"{refusal.message} {refusal.hint}".strip())
        self.field.setFocus()

    @slot_safe
    def _signer_changed(self) -> None:
        if not self._live.locked and not self._prompts:
            self._close()

    def _next(self) -> None:
        if self._prompts:
            self._open(f"Passphrase of {self._prompts[0].name}", True)
        else:
            self._close()

    def _close(self) -> None:
        if self.isHidden():
            return
        self.hide()
        self._stand(None)
        if self._before is not None and self._before.isVisible():
            self._before.setFocus()

    @override_safe(None)
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._not_now()
        elif event.key() not in ENTER:
            super().keyPressEvent(event)

    def _not_now(self) -> None:
        give_up: Callable[[], None] = self._live.give_up
        if self._prompts:
            self._prompts.pop(0).answer(None)
            self._next()
        else:
            self._close()
            give_up()
