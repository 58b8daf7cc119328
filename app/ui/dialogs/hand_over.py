"""Hand a role over: both sign where they have a key, and the form says beforehand who will be unsigned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.domain.errors import Refused
from app.ui import theme
from app.ui.guard import slot_safe
from app.ui.widgets.labels import label, set_tone
from app.ui.widgets.name_field import NameField


@dataclass(frozen=True, slots=True)
class HandOver:
    """To whom, with what said."""

    role: str
    to: str
    note: str | None


def signatures(giver: str, to: str, keyed: Sequence[str], recorder: str) -> str:
    """Who will sign the hand-over, and who will stand in the record as unsigned."""
    if not to:
        return "Both sign with their own keys; people without a key stand in the record as unsigned."
    parts = [f"{name} signs and is asked for the passphrase." for name in (giver, to) if name in keyed]
    without = [name for name in (giver, to) if name not in keyed]
    if without:
        parts.append(f"Recorded by {recorder}, unsigned by {' and '.join(without)}; they can sign later.")
    return " ".join(parts)


class HandOverDialog(QDialog):
    """Opened with `open()`; `agreed` carries the `HandOver`; the dialog closes when the record has it."""

    agreed = Signal(object)

    def __init__(
        self,
        role: tuple[str, str],
        giver: str,
        names: Sequence[str],
        keyed: Sequence[str],
        recorder: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._role, self._giver, self._keyed, self._recorder = role[0], giver, tuple(keyed), recorder
        self.setWindowTitle(f"Hand over: {role[1]}")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(theme.px(480), 0)
        self.to = NameField()
        self.note = QLineEdit()
        self.note.setPlaceholderText("what the next one must know; may stay empty")
        self.to.set_names([name for name in names if name != giver])
        self._signs = label("", "small")
        self._signs.setWordWrap(True)
        self._signs.setMinimumHeight(theme.px(36))
        self.record = QPushButton("Hand over")
        self.record.setProperty("primary", True)
        self.record.setDefault(True)
        self._build()
        self.to.textChanged.connect(self._show)
        self.record.clicked.connect(self.agree)
        self._show()
        self.to.setFocus(Qt.FocusReason.OtherFocusReason)

    def _build(self) -> None:
        form = QFormLayout()
        form.setHorizontalSpacing(theme.px(12))
        form.setVerticalSpacing(theme.px(6))
        form.addRow("From", label(self._giver, "strong"))
        form.addRow("To", self.to)
        form.addRow("Note", self.note)
        below = QHBoxLayout()
        below.addStretch(1)
        cancel = QPushButton("Cancel")
        cancel.setAutoDefault(False)
        cancel.clicked.connect(self.reject)
        below.addWidget(cancel)
        below.addWidget(self.record)
        stack = QVBoxLayout(self)
        stack.setContentsMargins(theme.px(14), theme.px(12), theme.px(14), theme.px(12))
        stack.setSpacing(theme.px(10))
        stack.addLayout(form)
        stack.addWidget(self._signs)
        stack.addLayout(below)

    def receiver(self) -> str:
        """The name typed, with its blanks put in order."""
        return " ".join(self.to.text().split())

    @slot_safe
    def _show(self) -> None:
        to = self.receiver()
        same = to == self._giver
        self._signs.setText(
            f"{to} holds it already." if same else signatures(self._giver, to, self._keyed, self._recorder)
        )
        set_tone(self._signs, "")
        self.record.setEnabled(bool(to) and not same)

    @slot_safe
    def agree(self) -> None:
        """Hand over what is wanted."""
        if self.record.isEnabled():
            self._show()
            self.record.setEnabled(False)
            self.agreed.emit(HandOver(self._role, self.receiver(), self.note.text().strip() or None))

    @slot_safe
    def refuse(self, refusal: Refused) -> None:
        """It was not recorded: say why, keep what was typed. A passphrase typed now must not become somebody's name."""
        self.record.setEnabled(True)
        self.record.setFocus()
        self._signs.setText(f"{refusal.message} {refusal.hint}".strip())
        set_tone(self._signs, "overdue")
