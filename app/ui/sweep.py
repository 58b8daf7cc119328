"""Collects garbage on the window's thread alone: cycles may hold widgets, which must not die on the writer's."""

from __future__ import annotations

import gc
from typing import Final

from PySide6.QtCore import QObject, QTimer

from app.ui.guard import slot_safe

LOOK_MS: Final = 2000


class Sweep(QObject):
    """While it stands Python's own collector is off, which would run on whatever thread happens to allocate."""

    def __init__(self) -> None:
        super().__init__()
        gc.disable()
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    @slot_safe
    def look(self) -> None:
        """Collect the oldest generation that has grown beyond its threshold, as Python itself would."""
        due = [place for place, most in enumerate(gc.get_threshold()) if gc.get_count()[place] > most]
        if due:
            gc.collect(due[-1])

    @slot_safe
    def settle(self) -> None:
        """What is loaded by now stays, and is never looked through again."""
        gc.collect()
        gc.freeze()

    def stop(self) -> None:
        """Leave it to Python again."""
        self._timer.stop()
        gc.enable()
