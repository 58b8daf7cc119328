"""Lines on their way to the disk: shown as saving until they are committed, given back when they are refused."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.ui import theme
from app.ui.models.spans import one_line
from app.ui.widgets.labels import Elided

SHOWN = 3


@dataclass(frozen=True, slots=True)
class Pending:
    """A line that was entered and is not acknowledged yet."""

    key: int
    incident_id: str
    text: str


class Saving(QWidget):
    """Above the bar, in secondary ink: what is written next is still there if this very moment the power goes."""

    def __init__(self) -> None:
        super().__init__()
        self._pending: dict[int, Pending] = {}
        self._next = 0
        self._lines = [Elided("", "small") for _ in range(SHOWN)]
        stack = QVBoxLayout(self)
        stack.setContentsMargins(theme.px(14), theme.px(4), theme.px(14), theme.px(2))
        stack.setSpacing(theme.px(2))
        for each in self._lines:
            stack.addWidget(each)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._show()

    def add(self, incident_id: str, text: str) -> int:
        """A line is on its way; the key names it."""
        self._next += 1
        self._pending[self._next] = Pending(self._next, incident_id, text)
        self._show()
        return self._next

    def remove(self, key: int) -> Pending | None:
        """It is committed, or it was refused."""
        gone = self._pending.pop(key, None)
        self._show()
        return gone

    def texts(self, incident_id: str) -> tuple[str, ...]:
        """The lines of an incident that are not acknowledged, in the order entered."""
        return tuple(each.text for each in self._pending.values() if each.incident_id == incident_id)

    def all(self) -> tuple[Pending, ...]:
        """Every line on its way."""
        return tuple(self._pending.values())

    def _show(self) -> None:
        waiting = list(self._pending.values())
        more = len(waiting) - SHOWN
        for place, each in enumerate(self._lines):
            visible = place < len(waiting)
            each.setVisible(visible)
            if visible:
                last = place == SHOWN - 1 and more > 0
                each.setText(f"saving {more + 1} more …" if last else f"saving …  {one_line(waiting[place].text)}")
        self.setVisible(bool(waiting))
