"""The quiet strip: one sentence and a hint that a person can act on; Esc sends it away."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from app.domain.errors import Refused
from app.ui import theme
from app.ui.guard import slot_safe
from app.ui.widgets.labels import Elided


class Notice(QWidget):
    """Shows the newest refusal or remark; the words stay until they are dismissed or replaced."""

    dismissed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("notice", True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._icon = QLabel()
        self._warns = False
        self._message = Elided("", "strong")
        self._hint = Elided("", "small")
        self._act = QToolButton()
        self._act.hide()
        close = QToolButton()
        close.setText("Esc")
        close.setAccessibleName("Dismiss")
        close.clicked.connect(self._close)
        self._line = QHBoxLayout(self)
        self._line.addWidget(self._icon)
        self._line.addWidget(self._message)
        self._line.addWidget(self._hint, 1)
        self._line.addWidget(self._act)
        self._line.addWidget(close)
        self._run: object = None
        self._act.clicked.connect(self._do)
        theme.watch().changed.connect(self._sized)
        self._sized()
        self.hide()

    def _draw_icon(self) -> None:
        name, tint = ("triangle-alert", "attention") if self._warns else ("info", "focus")
        self._icon.setPixmap(theme.pixmap(name, 16, tint))

    def _sized(self) -> None:
        self._draw_icon()
        self.setFixedHeight(theme.px(34))
        self._line.setContentsMargins(theme.px(14), 0, theme.px(10), 0)
        self._line.setSpacing(theme.px(10))

    @property
    def message(self) -> str:
        """The sentence that is shown; empty when none is."""
        return "" if self.isHidden() else self._message.text()

    def show_refusal(self, refusal: Refused) -> None:
        """Show why something was not done and how to go on."""
        hint = " · ".join([*refusal.missing, refusal.hint] if refusal.hint else refusal.missing)
        self.say(refusal.message, hint, warns=True)

    def say(self, message: str, hint: str = "", *, warns: bool = False, act: str = "", run: object = None) -> None:
        """Show a sentence and a hint; `act` names a button that calls `run`."""
        self._warns = warns
        self._draw_icon()
        self._message.setText(message)
        self._hint.setText(hint)
        self._run = run
        self._act.setText(act)
        self._act.setVisible(bool(act))
        for each in (self._message, self._hint):
            each.updateGeometry()
        self.setAccessibleName(f"{message} {hint}".strip())
        self.show()

    @slot_safe
    def _do(self) -> None:
        run = self._run
        self._close()
        if callable(run):
            run()

    @slot_safe
    def _close(self) -> None:
        self.dismiss()

    def dismiss(self) -> bool:
        """Send it away; says whether there was anything to send."""
        if self.isHidden():
            return False
        self.hide()
        self.dismissed.emit()
        return True
