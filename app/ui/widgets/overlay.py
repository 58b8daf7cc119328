"""A panel that stands over the window without a window of its own; Esc or a click beside it sends it away."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QFrame, QVBoxLayout, QWidget

from app.ui import theme
from app.ui.guard import override_safe


class Overlay(QWidget):
    """Covers its parent, dims it a little, and shows one panel near the top; gives the keyboard back at the end."""

    closed = Signal()

    def __init__(self, parent: QWidget, width: int, name: str) -> None:
        super().__init__(parent)
        self._width = width
        self._before: QWidget | None = None
        self.panel = QFrame(self)
        self.panel.setProperty("panel", True)
        self.panel.setAccessibleName(name)
        self.column = QVBoxLayout(self.panel)
        self.column.setContentsMargins(1, 1, 1, 1)
        self.column.setSpacing(0)
        parent.installEventFilter(self)
        self.hide()

    def pop_up(self) -> None:
        """Show it, with the keyboard."""
        self._before = QApplication.focusWidget()
        self.place()
        self.show()
        self.raise_()
        self.take_keyboard()

    def take_keyboard(self) -> None:
        """Where typing goes while it is open."""
        self.panel.setFocus()

    def dismiss(self) -> None:
        """Send it away and give the keyboard back."""
        if self.isHidden():
            return
        self.hide()
        if self._before is not None and self._before.isVisible():
            self._before.setFocus()
        self.closed.emit()

    def place(self) -> None:
        """Over the whole parent, the panel centred below its top edge."""
        parent = self.parentWidget()
        if parent is None:
            return
        self.setGeometry(parent.rect())
        width = min(theme.px(self._width), self.width() - theme.px(32))
        top = theme.px(64)
        height = min(self.wanted_height(width), self.height() - top - theme.px(24))
        self.panel.setGeometry((self.width() - width) // 2, top, width, height)

    def wanted_height(self, width: int) -> int:
        """How tall the panel would like to be."""
        return self.panel.sizeHint().height()

    @override_safe(False)
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self.place()
        return super().eventFilter(watched, event)

    @override_safe(True)
    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab does not leave for what lies under it."""
        return True

    @override_safe(None)
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            super().keyPressEvent(event)

    @override_safe(None)
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self.panel.geometry().contains(event.position().toPoint()):
            self.dismiss()

    @override_safe(None)
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        shade = theme.colour("window")
        shade.setAlpha(150)
        painter.fillRect(self.rect(), shade)
        painter.end()
