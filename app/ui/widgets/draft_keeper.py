"""Keeps what is being typed for each incident: two seconds after a key at the latest it is on the disk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from app.ui import tasks
from app.ui.guard import slot_safe
from app.ui.live import Live

DRAFT_MS: Final = 2000


class DraftKeeper(QObject):
    """One draft an incident; `typed` says what has to be kept at the moment."""

    found = Signal(str)
    """What was being typed for the incident that is now followed, when the program ended."""

    def __init__(self, live: Live, typed: Callable[[], str], parent: QObject) -> None:
        super().__init__(parent)
        self.live = live
        self.incident = ""
        self._typed = typed
        self._kept = ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DRAFT_MS)
        self._timer.timeout.connect(self.save)

    def changed(self) -> None:
        """A key was pressed: save soon, and no later because of the next key."""
        if self.incident and not self._timer.isActive():
            self._timer.start()

    @property
    def unsaved(self) -> bool:
        """Whether something was typed since the last time."""
        return self._timer.isActive()

    @slot_safe
    def save(self) -> None:
        """Keep it now."""
        self._timer.stop()
        session, incident, text = self.live.session, self.incident, self._typed()
        if session is None or not incident:
            return
        from app.services import drafts

        self._kept = text
        tasks.write(lambda: drafts.save(session, incident, text))

    def recorded(self, incident: str, text: str) -> None:
        """A line stands in the record: a draft that still holds it would have somebody record it twice."""
        session = self.live.session
        if incident == self.incident:
            if self._kept:
                self.save()
            return
        if session is None:
            return
        from app.services import drafts

        def strike() -> None:
            kept = drafts.load(session, incident)
            if kept == text or kept.startswith(f"{text}\n"):
                drafts.save(session, incident, kept[len(text) + 1 :])

        tasks.write(strike)

    def follow(self, incident: str) -> None:
        """Another incident: keep the draft of the one before, look for the draft of this one."""
        if self.unsaved:
            self.save()
        self.incident, self._kept = incident, ""
        session = self.live.session
        if session is None or not incident:
            return
        from app.services import drafts

        def loaded(text: str) -> None:
            if incident == self.incident and text:
                self._kept = text
                self.found.emit(text)

        tasks.write(lambda: drafts.load(session, incident), loaded)
