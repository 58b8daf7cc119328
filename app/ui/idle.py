"""Notices that nobody is there: after some minutes without a key or a click the signer's key is locked."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QWindow

from app.ui.guard import override_safe, slot_safe

PRESENCE: Final = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
    }
)


class Idle(QObject):
    """`passed` when so many minutes went by without a sign of life; 0 minutes is never.

    Watches the platform windows only: they see every key and click once, widgets see thousands of other events.
    """

    passed = Signal()

    def __init__(self, minutes: int) -> None:
        super().__init__()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.passed)
        self.wait(minutes)
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication):
            application.focusWindowChanged.connect(self._watch)

    def wait(self, minutes: int) -> None:
        """Another span, from now."""
        self._timer.setInterval(minutes * 60_000)
        if minutes > 0:
            self._timer.start()
        else:
            self._timer.stop()

    @slot_safe
    def _watch(self, window: QWindow | None) -> None:
        if window is not None:
            window.removeEventFilter(self)
            window.installEventFilter(self)

    @override_safe(False)
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in PRESENCE and self._timer.isActive():
            self._timer.start()
        return False
