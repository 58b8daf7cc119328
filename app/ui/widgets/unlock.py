"""The line that asks for a passphrase while the window goes on."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QLineEdit, QPushButton, QWidget

from app.domain.errors import Refused
from app.ui import theme
from app.ui.guard import override_safe, slot_safe
from app.ui.live import Live, Prompt
from app.ui.widgets.labels import Elided, label


class UnlockLine(QWidget):
    """One question at a time, first come first asked: unlock the signer's key, or a passphrase the writer waits for."""

    def __init__(self, live: Live) -> None:
        super().__init__()
        self._live = live
        self._prompts: list[Prompt] = []
        self._before: QWidget | None = None
        self.setProperty("notice", True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._icon = QLabel()
        self._words = label("", "strong")
        self._wrong = Elided("", tone="overdue")
        self.field = QLineEdit()
        self.field.setEchoMode(QLineEdit.EchoMode.Password)
        self.field.setAccessibleName("Passphrase")
        self.field.setPlaceholderText("Passphrase")
        self._go = QPushButton("Unlock")
        self._go.setProperty("primary", True)
        self._line = QHBoxLayout(self)
        for widget, stretch in ((self._icon, 0), (self._words, 0), (self.field, 0), (self._go, 0), (self._wrong, 1)):
            self._line.addWidget(widget, stretch)
        self._line.addWidget(label("Esc: not now", "small"))
        self.field.returnPressed.connect(self._entered)
        self._go.clicked.connect(self._entered)
        live.unlock_wanted.connect(self.ask_unlock)
        live.passphrase_wanted.connect(self.ask_for)
        live.signer_changed.connect(self._signer_changed)
        theme.watch().changed.connect(self._sized)
        self._sized()
        self.hide()

    def _sized(self) -> None:
        self._icon.setPixmap(theme.pixmap("lock", 16, "attention"))
        self.setFixedHeight(theme.px(44))
        self.field.setFixedWidth(theme.px(240))
        self._line.setContentsMargins(theme.px(14), 0, theme.px(14), 0)
        self._line.setSpacing(theme.px(10))

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
        self._words.setText(words)
        self._wrong.setText("")
        self.field.clear()
        self.field.setVisible(with_field)
        self.setAccessibleName(words)
        self.show()
        (self.field if with_field else self._go).setFocus()

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
        self._wrong.setText(f"{refusal.message} {refusal.hint}".strip())
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
        if self._before is not None and self._before.isVisible():
            self._before.setFocus()

    @override_safe(None)
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
            return
        give_up: Callable[[], None] = self._live.give_up
        if self._prompts:
            self._prompts.pop(0).answer(None)
            self._next()
        else:
            self._close()
            give_up()
