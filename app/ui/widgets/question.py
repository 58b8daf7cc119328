"""One question in one line at the foot of a pane: a reason, a name; Enter answers, Esc leaves things as they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from app.domain.errors import Refused
from app.ui import theme
from app.ui.guard import override_safe, slot_safe
from app.ui.widgets.labels import Elided, label, rule, set_tone
from app.ui.widgets.name_field import NameField

Answered = Callable[[str], object]


class Question(QWidget):
    """Hidden until something is asked. The field keeps its text when the answer is refused."""

    def __init__(self) -> None:
        super().__init__()
        self._answered: Answered | None = None
        self._required = ""
        self._waits = False
        self._back: QWidget | None = None
        self._caption = Elided("", "small")
        self.field = NameField()
        self._remark = label("", "caption")
        self._remark.setWordWrap(True)
        close = self._close = QToolButton()
        close.setAccessibleName("Leave it as it is")
        close.setToolTip("Esc")
        close.clicked.connect(self.dismiss)
        line = QHBoxLayout()
        line.addWidget(self._caption, 1)
        line.addWidget(close)
        box = QVBoxLayout()
        box.setContentsMargins(theme.px(12), theme.px(4), theme.px(8), theme.px(8))
        box.setSpacing(theme.px(3))
        box.addLayout(line)
        box.addWidget(self.field)
        box.addWidget(self._remark)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(rule())
        whole.addLayout(box)
        theme.watch().changed.connect(self._tint)
        self._tint()
        self.field.returnPressed.connect(self._enter)
        self.field.textEdited.connect(self._calm)
        self.hide()

    @slot_safe
    def _tint(self) -> None:
        self._close.setIcon(theme.icon("x", 14))

    def ask(
        self,
        caption: str,
        answered: Answered,
        *,
        hint: str = "",
        required: str = "",
        names: Sequence[str] = (),
        text: str = "",
    ) -> None:
        """Ask. `required` is the sentence shown when nothing was typed; `names` are completed."""
        self._answered, self._required, self._waits = answered, required, False
        self._back = self.window().focusWidget()
        self._caption.setText(caption)
        self.field.setAccessibleName(caption)
        self.field.setPlaceholderText(hint)
        self.field.setText(text)
        self.field.selectAll()
        self.field.set_names(names)
        self._say("Enter records it, Esc leaves it.")
        self.show()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def refuse(self, refusal: Refused) -> None:
        """The answer was refused: say why and keep what was typed."""
        self._waits = False
        self._say(f"{refusal.message} {refusal.hint}".strip(), "overdue")
        self.show()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    @slot_safe
    def dismiss(self) -> None:
        """Nothing is asked any more; the keyboard goes back to where it was."""
        if self.field.hasFocus() and self._back is not None and self._back.isVisible():
            self._back.setFocus(Qt.FocusReason.OtherFocusReason)
        self._answered = self._back = None
        self.hide()

    @slot_safe
    def _enter(self) -> None:
        text = " ".join(self.field.text().split())
        if not text and self._required:
            self._say(self._required, "overdue")
            return
        if self._answered is not None and not self._waits:
            self._waits = True
            self._answered(text)

    def _calm(self) -> None:
        self._say("Enter records it, Esc leaves it.")

    def _say(self, sentence: str, tone: str = "") -> None:
        self._remark.setText(sentence)
        set_tone(self._remark, tone)

    @override_safe(None)
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
            return
        super().keyPressEvent(event)
