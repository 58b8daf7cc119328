"""Labels that show people's words as typed, and say no more than fits."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QVBoxLayout, QWidget

from app.ui import theme
from app.ui.guard import override_safe


def label(text: str = "", role: str = "", tone: str = "") -> QLabel:
    """A plain-text label; roles: caption, small, title, strong; tones: secondary, attention, overdue."""
    made = QLabel()
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setText(text)
    if role:
        made.setProperty("role", role)
    if tone:
        made.setProperty("tone", tone)
    return made


def set_tone(widget: QWidget, tone: str) -> None:
    """Another tone for a label that is already shown."""
    if widget.property("tone") != tone:
        widget.setProperty("tone", tone)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def set_property(widget: QWidget, name: str, value: object) -> None:
    """A property that the style sheet reads, such as `wrong`."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def rule() -> QFrame:
    """A hairline."""
    made = QFrame()
    made.setProperty("rule", True)
    made.setFixedHeight(1)
    return made


class Elided(QLabel):
    """One line that ends in … where it does not fit; the whole text is its tooltip and its accessible text.

    With `whole` it says all or nothing: for remarks that make no sense when cut.
    """

    def __init__(self, text: str = "", role: str = "", tone: str = "", *, whole: bool = False) -> None:
        super().__init__()
        self._whole = whole
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", role)
        self.setProperty("tone", tone)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.setMinimumWidth(0)
        self.setText(text)

    @override_safe(QSize(0, 0))
    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    @override_safe(QSize(0, 0))
    def sizeHint(self) -> QSize:
        self.ensurePolished()
        return QSize(self.fontMetrics().horizontalAdvance(self.text()) + 2, super().sizeHint().height())

    @override_safe(None)
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        room = self.contentsRect()
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        self.setToolTip(self.text() if shown != self.text() else "")
        if self._whole and shown != self.text():
            shown = ""
        painter.drawText(room, int(self.alignment() | Qt.AlignmentFlag.AlignVCenter), shown)
        painter.end()


class Fact(QWidget):
    """A caption over a value, as the strip shows them; only a very long value is cut."""

    WIDEST = 200
    CAPTION = 260
    """Pixels that a caption is sure of, at any text size: a large text may cut it, but not the value."""

    def __init__(self, caption: str = "", value: str = "") -> None:
        super().__init__()
        self._caption = Elided(caption, "caption")
        self._value = Elided(value, "strong")
        stack = QVBoxLayout(self)
        stack.setContentsMargins(0, 0, 0, 0)
        stack.setSpacing(theme.px(1))
        stack.addStretch(1)
        stack.addWidget(self._caption)
        stack.addWidget(self._value)
        stack.addStretch(1)
        theme.watch().changed.connect(self._keep_room)

    def show_fact(self, caption: str, value: str, tone: str = "") -> None:
        """Another caption and value; unchanged words cost nothing."""
        if self._caption.text() != caption:
            self._caption.setText(caption)
            self._keep_room()
        if self._value.text() != value:
            self._value.setText(value)
            self._keep_room()
        set_tone(self._value, tone)

    def _keep_room(self) -> None:
        self._value.setMinimumWidth(min(self._value.sizeHint().width(), theme.px(self.WIDEST)))
        self._caption.setMinimumWidth(min(self._caption.sizeHint().width(), self.CAPTION))
        self._value.updateGeometry()

    @property
    def value(self) -> str:
        """What it says."""
        return self._value.text()
