"""The recovery sheet: what it is for, and where to save it; the key leaves this machine with it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.domain.errors import Refused
from app.ui import theme
from app.ui.guard import slot_safe
from app.ui.widgets.labels import label

WORDS = (
    "The recovery key can revoke a lost or stolen key and name a new one. It must not live on this machine.",
    "Save the sheet to a stick or print it, and keep it where you keep contracts.",
    "Once it is saved, the recovery key is destroyed here: the sheet is then the only copy.",
)


class RecoveryDialog(QDialog):
    """Opens with `open()`; `chosen` carries the Path to write to."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Save the recovery sheet")
        self._picker: QFileDialog | None = None
        self.problem = label("", "small", "overdue")
        self.problem.setWordWrap(True)
        self.problem.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(20), theme.px(18), theme.px(20), theme.px(16))
        column.setSpacing(theme.px(10))
        column.addWidget(label("Keep a recovery sheet off this machine", "title"))
        for sentence in WORDS:
            words = label(sentence)
            words.setWordWrap(True)
            column.addWidget(words)
        column.addWidget(self.problem)
        column.addStretch(1)
        later, self.go = QPushButton("Later"), QPushButton("Save the sheet…")
        self.go.setProperty("primary", True)
        self.go.setDefault(True)
        line = QHBoxLayout()
        line.setSpacing(theme.px(8))
        line.addStretch(1)
        line.addWidget(later)
        line.addWidget(self.go)
        column.addLayout(line)
        self.setMinimumWidth(theme.px(500))
        later.clicked.connect(self.reject)
        self.go.clicked.connect(self._pick)

    @slot_safe
    def _pick(self) -> None:
        picker = QFileDialog(self, "Save the recovery sheet")
        picker.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        picker.setNameFilters(["PDF (*.pdf)", "Text (*.txt)"])
        picker.setDefaultSuffix("pdf")
        picker.selectFile("recovery-sheet.pdf")
        picker.fileSelected.connect(self._picked)
        self._picker = picker
        picker.open()

    @slot_safe
    def _picked(self, name: str) -> None:
        self.chosen.emit(Path(name))

    def refuse(self, refusal: Refused) -> None:
        """Say inline why it was not saved."""
        self.problem.setText(f"{refusal.message} {refusal.hint}".strip())
        self.problem.show()
