"""A field for a name that offers the people known here; a name is taken only when somebody chooses it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFocusEvent, QHideEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit

from app.ui.guard import override_safe, slot_safe
from app.ui.models.completion import Choice, matching
from app.ui.widgets.suggestions import Suggestions


class NameField(QLineEdit):
    """Down marks, Tab or Enter takes the marked one; Enter with nothing marked leaves what was typed.

    The offer is a part of the window and no window of its own: those take the keyboard on some systems.
    """

    def __init__(self) -> None:
        super().__init__()
        self._names: tuple[Choice, ...] = ()
        self._offer: Suggestions | None = None
        self._marked = False
        self.textEdited.connect(self._edited)

    def set_names(self, names: Sequence[str]) -> None:
        """The people to offer."""
        self._names = tuple(Choice(name, name) for name in names)
        self.close_offer()

    @property
    def offering(self) -> bool:
        """Whether names are on offer."""
        return self._offer is not None and not self._offer.isHidden()

    @slot_safe
    def _edited(self, text: str) -> None:
        self._marked = False
        choices = matching(self._names, text) if text.strip() else ()
        if not choices:
            self.close_offer()
            return
        if self._offer is None or self._offer.over is not self.window():
            self._offer = Suggestions(self.window())
            self._offer.taken.connect(self._take)
        corner = self.mapTo(self.window(), self.rect().topLeft())
        self._offer.offer(choices, QRect(corner, self.size()), below=True)
        self._offer.clearSelection()

    def close_offer(self) -> None:
        """Offer nothing."""
        self._marked = False
        if self._offer is not None:
            self._offer.hide()

    @slot_safe
    def _take(self, choice: Choice) -> None:
        self.setText(choice.insert)
        self.close_offer()

    def _step(self, by: int) -> None:
        if self._offer is not None:
            if self._marked or by < 0:
                self._offer.step(by)
            else:
                self._offer.mark_first()
            self._marked = True

    def _take_marked(self) -> None:
        choice = self._offer.marked() if self._offer else None
        if choice is not None:
            self._take(choice)

    @override_safe(False)
    def focusNextPrevChild(self, forward: bool) -> bool:
        if self.offering and forward:
            self._take_marked()
            return True
        return super().focusNextPrevChild(forward)

    @override_safe(None)
    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if self.offering and key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self._step(1 if key == Qt.Key.Key_Down else -1)
        elif self.offering and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._marked:
            self._take_marked()
        elif self.offering and key == Qt.Key.Key_Escape:
            self.close_offer()
        else:
            super().keyPressEvent(event)

    @override_safe(None)
    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.close_offer()
        super().focusOutEvent(event)

    @override_safe(None)
    def hideEvent(self, event: QHideEvent) -> None:
        self.close_offer()
        super().hideEvent(event)
