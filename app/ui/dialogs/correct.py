"""Correct an entry: another text, another time, or take it back; both stay readable for ever."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.domain import scribe
from app.domain.errors import Refused
from app.domain.timeline import TimelineRow
from app.ui import theme
from app.ui.guard import override_safe, slot_safe
from app.ui.models.moments import echo_text, full_text, moment_of
from app.ui.widgets.labels import label, set_tone

Strike = Literal["retract", "duplicate", "moved"]
ACTS: Final[tuple[tuple[str, Strike | None], ...]] = (
    ("Change text or time", None),
    ("Take it back", "retract"),
    ("It stands twice", "duplicate"),
    ("It belongs to another incident", "moved"),
)
TEXTUAL: Final = frozenset({"note", "decision", "hypothesis", "action", "update", "postmortem", "breach", "open"})
"""Kinds of rows whose words a person wrote; acts have only a time to correct."""
STRIKABLE: Final = TEXTUAL - {"open"} | {"ack", "aware", "export"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be corrected; None leaves a thing as it is. `to` is the other incident or entry."""

    seq: int
    text: str | None = None
    happened: datetime | None = None
    strike: Strike | None = None
    to: str | None = None
    reason: str | None = None


class CorrectDialog(QDialog):
    """Opened with `open()`; `agreed` carries what is `Wanted`; the dialog closes when the record has it."""

    agreed = Signal(object)

    def __init__(self, row: TimelineRow, now: datetime, zone: ZoneInfo, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row, self._now, self._zone = row, now, zone
        self.setWindowTitle(f"Correct entry {row.seq}")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(theme.px(560), 0)
        self.act = QComboBox()
        self.text = QPlainTextEdit(row.text)
        self.time = QLineEdit()
        self.to = QLineEdit()
        self.reason = QLineEdit()
        self._echo = label("", "caption")
        self._remark = label("", "small")
        self._remark.setWordWrap(True)
        self.record = QPushButton("Record the correction")
        self._fill()
        self._build()
        self.act.currentIndexChanged.connect(self._show)
        self.text.textChanged.connect(self._show)
        for field in (self.time, self.to, self.reason):
            field.textChanged.connect(self._show)
        self.record.clicked.connect(self.agree)
        self._show()
        (self.text if self.text.isEnabled() else self.time).setFocus(Qt.FocusReason.OtherFocusReason)

    def _fill(self) -> None:
        for words, strike in ACTS:
            if strike is None or self._row.kind in STRIKABLE:
                self.act.addItem(words, strike)
        self.act.setAccessibleName("What to correct")
        self.text.setAccessibleName("New text")
        self.text.setTabChangesFocus(True)
        self.text.setFixedHeight(theme.px(84))
        self.text.setEnabled(self._row.kind in TEXTUAL)
        self.time.setPlaceholderText("as it is; or 14:32, -5m, 2025-07-23 15:35")
        self.to.setPlaceholderText("its number")
        self.reason.setPlaceholderText("why, if it is not obvious")
        self.record.setProperty("primary", True)
        self.record.setDefault(True)

    def _build(self) -> None:
        self._form = QFormLayout()
        self._form.setHorizontalSpacing(theme.px(12))
        self._form.setVerticalSpacing(theme.px(6))
        self._form.addRow("Correction", self.act)
        self._form.addRow("Text", self.text)
        self._form.addRow("Happened", self.time)
        self._form.addRow("", self._echo)
        self._form.addRow("Where it belongs", self.to)
        self._form.addRow("Reason", self.reason)
        below = QHBoxLayout()
        below.addWidget(self._remark, 1)
        cancel = QPushButton("Cancel")
        cancel.setAutoDefault(False)
        cancel.clicked.connect(self.reject)
        below.addWidget(cancel)
        below.addWidget(self.record)
        stack = QVBoxLayout(self)
        stack.setContentsMargins(theme.px(14), theme.px(12), theme.px(14), theme.px(12))
        stack.setSpacing(theme.px(10))
        stack.addLayout(self._form)
        stack.addLayout(below)

    @property
    def strike(self) -> Strike | None:
        """How it is struck, or None for a change."""
        return next((strike for words, strike in ACTS if words == self.act.currentText()), None)

    def wanted(self) -> Wanted:
        """What the form says now. Refused for a time that cannot be."""
        reason = self.reason.text().strip() or None
        strike = self.strike
        if strike is not None:
            return Wanted(self._row.seq, strike=strike, to=self.to.text().strip() or None, reason=reason)
        typed = self.text.toPlainText().strip()
        text = typed if typed != self._row.text and self.text.isEnabled() else None
        return Wanted(self._row.seq, text, self._moment(), reason=reason)

    def _moment(self) -> datetime | None:
        typed = self.time.text().strip()
        if not typed:
            return None
        line = scribe.parse(f"{typed} .", self._now, self._zone.key)
        if line.at is None:
            raise Refused(f"{typed!r} is not a time.", "Write 14:32, -5m or 2025-07-23 15:35.", code="bad-time")
        return line.at

    @slot_safe
    def _show(self) -> None:
        strike = self.strike
        for field, visible in ((self.text, strike is None), (self.time, strike is None), (self._echo, strike is None)):
            self._form.setRowVisible(field, visible)
        self._form.setRowVisible(self.to, strike in ("moved", "duplicate"))
        self._shrink()
        try:
            wanted = self.wanted()
        except Refused as refusal:
            self._echo.setText(f"{refusal.message} {refusal.hint}")
            set_tone(self._echo, "overdue")
            self.record.setEnabled(False)
            return
        moment = wanted.happened
        self._echo.setText(
            echo_text(moment, self._zone, self._now) if moment else full_text(moment_of(self._row.at), self._zone)
        )
        set_tone(self._echo, "")
        lacking = problems(wanted)
        self._remark.setText(lacking[0] if lacking else "The old stays readable beside the new.")
        set_tone(self._remark, "")
        self.record.setEnabled(not lacking)

    def _shrink(self) -> None:
        """No taller than the rows that are shown."""
        layout = self.layout()
        if layout is not None:
            layout.activate()
        self.resize(self.width(), self.minimumSizeHint().height())

    @slot_safe
    def agree(self) -> None:
        """Hand over what is wanted; the dialog stays until it is recorded."""
        if self.record.isEnabled():
            self.record.setEnabled(False)
            self.agreed.emit(self.wanted())

    @slot_safe
    def refuse(self, refusal: Refused) -> None:
        """The record said no: why, with everything that was typed."""
        self.record.setEnabled(True)
        self._remark.setText(f"{refusal.message} {refusal.hint}".strip())
        set_tone(self._remark, "overdue")

    @override_safe(None)
    def keyPressEvent(self, event: QKeyEvent) -> None:
        strong = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and strong:
            self.agree()
            return
        super().keyPressEvent(event)


def problems(wanted: Wanted) -> tuple[str, ...]:
    """What is still missing, in sentences."""
    if wanted.strike == "moved" and not wanted.to:
        return ("Name the incident to which it belongs.",)
    if wanted.strike == "retract" and not wanted.reason:
        return ("Say why it is taken back.",)
    if wanted.strike is None and wanted.text is None and wanted.happened is None:
        return ("Nothing is changed yet.",)
    if wanted.text is not None and not wanted.text:
        return ("An entry cannot become empty; take it back instead.",)
    return ()
