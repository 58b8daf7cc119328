"""What stands where nothing is to show yet: a sentence, and what to do."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from app.ui import theme
from app.ui.guard import slot_safe
from app.ui.widgets.labels import label


class Empty(QWidget):
    """A sentence, a hint, and a button if there is something to press."""

    def __init__(self, sentence: str, hint: str = "", act: str = "", run: Callable[[], object] | None = None) -> None:
        super().__init__()
        self._sentence = label(sentence, "strong")
        self._hint = label(hint, "small")
        for each in (self._sentence, self._hint):
            each.setWordWrap(True)
            each.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(14), theme.px(14), theme.px(14), theme.px(14))
        column.setSpacing(theme.px(6))
        column.addWidget(self._sentence)
        column.addWidget(self._hint)
        if run is not None:
            column.addSpacing(theme.px(6))
            column.addWidget(_button(act, run), 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)

    def say(self, sentence: str, hint: str = "") -> None:
        """Another sentence and hint."""
        self._sentence.setText(sentence)
        self._hint.setText(hint)


def _button(act: str, run: Callable[[], object]) -> QPushButton:
    made = QPushButton(act)

    @slot_safe
    def pressed() -> None:
        run()

    made.clicked.connect(pressed)
    return made
