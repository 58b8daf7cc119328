"""The awareness decision of Art. 33(1): when, why, who said so, and what would be due."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from app.domain.breach import BreachFile, Instants
from app.domain.errors import Refused, Unusable
from app.ui import theme
from app.ui.dialogs.growing import GrowingDialog
from app.ui.guard import override_safe, slot_safe
from app.ui.models.breach_sheet import Sheet, local_words
from app.ui.models.moments import echo_text
from app.ui.widgets.answer_input import read_moment
from app.ui.widgets.labels import label, set_tone
from app.ui.widgets.name_field import NameField
from app.ui.widgets.prose import ENTER, Prose


@dataclass(frozen=True, slots=True)
class Awareness:
    """The decision: why, the moment of awareness (None: now), and who said so when that is not who signs."""

    reason: str
    at: datetime | None
    said_by: str | None


class AwarenessDialog(GrowingDialog):
    """Opened with `open()`; `agreed` carries the `Awareness`; it stays open until the record has it."""

    agreed = Signal(object)

    def __init__(self, sheet: Sheet, now: Callable[[], datetime], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sheet, self._now, self._zone = sheet, now, sheet.rule.zone
        self.setWindowTitle("Record the awareness decision")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(theme.px(600), 0)
        self.reason = Prose(3, 8)
        self.reason.setAccessibleName("Why the controller is aware")
        self.reason.setPlaceholderText("What makes it reasonably certain that personal data were compromised")
        self.time = QLineEdit()
        self.time.setAccessibleName("Moment of awareness")
        self.time.setPlaceholderText("now; or 09:38, -2h, 2026-10-23 09:38")
        self.said_by = _name_line(sheet.people)
        self.echo, self.due = label("", "caption"), label("", "small")
        self.remark = label("", "small")
        for each in (self.due, self.remark, self.echo):
            each.setWordWrap(True)
        self.record = QPushButton("Sign the decision")
        self.record.setProperty("primary", True)
        self.record.setDefault(True)
        self._build()
        self.time.textChanged.connect(self._show)
        self.reason.textChanged.connect(self._calm)
        self.reason.entered.connect(self.agree)
        self.record.clicked.connect(self.agree)
        self._show()
        self.reason.setFocus(Qt.FocusReason.OtherFocusReason)

    def _build(self) -> None:
        form = QFormLayout()
        form.setHorizontalSpacing(theme.px(12))
        form.setVerticalSpacing(theme.px(6))
        form.addRow("Reason", self.reason)
        form.addRow("Aware since", self.time)
        form.addRow("", self.echo)
        form.addRow("Said by", self.said_by)
        cancel = QPushButton("Cancel")
        cancel.setAutoDefault(False)
        cancel.clicked.connect(self.reject)
        below = QHBoxLayout()
        below.addWidget(label("Ctrl+Enter signs · Esc leaves", "caption"), 1)
        below.addWidget(cancel)
        below.addWidget(self.record)
        stack = QVBoxLayout(self)
        stack.setContentsMargins(theme.px(16), theme.px(14), theme.px(16), theme.px(14))
        stack.setSpacing(theme.px(10))
        stack.addLayout(form)
        stack.addWidget(self.due)
        stack.addWidget(self.remark)
        stack.addLayout(below)

    def moment(self) -> datetime | None:
        """The moment typed, None for now. Unusable when it is no time, or lies ahead."""
        typed = self.time.text().strip()
        if not typed:
            return None
        at, rest = read_moment(typed, self._now(), self._zone)
        if at is None or rest:
            raise Unusable(f"{typed[:40]!r} is not a time.", "Write 09:38, -2h or 2026-10-23 09:38.", code="bad-time")
        if at > self._now():
            raise Unusable("Awareness cannot lie in the future.", "Give the moment it was decided.", code="time-future")
        return at

    @slot_safe
    def _show(self) -> None:
        try:
            at = self.moment()
        except Refused as refusal:
            self.echo.setText(f"{refusal.message} {refusal.hint}")
            set_tone(self.echo, "overdue")
            self.due.setText("")
            return
        moment = at or self._now()
        echo = echo_text(moment, ZoneInfo(self._zone), self._now())
        self.echo.setText(echo if at else f"now, {echo}")
        set_tone(self.echo, "secondary")
        found = self._sheet.rule.due(moment, None, self._now())
        late = " That has passed: reasons for the delay will be asked." if found.state == "overdue" else ""
        due = local_words(found.strict_due, found.zone)
        self.due.setText(f"The authority is to be notified by {due}, 72 elapsed hours later.{late}")
        self._calm()

    @slot_safe
    def _calm(self) -> None:
        warnings = self._warnings()
        self.remark.setText("\n".join(warnings) or "It is recorded once; its time can be corrected, and both stay.")
        set_tone(self.remark, "attention" if warnings else "secondary")

    def _warnings(self) -> tuple[str, ...]:
        """What the moment would contradict, before it is signed."""
        try:
            at = self.moment() or self._now()
        except Refused:
            return ()
        known = self._sheet.instants
        aware = replace(known.aware, at=at)
        moments = Instants(known.began, known.detected, known.investigation, aware, known.processor_informed)
        return BreachFile({}, moments).warnings

    @slot_safe
    def agree(self) -> None:
        """Hand over the decision; a missing reason is said."""
        if not self.record.isEnabled():
            return
        reason = self.reason.text()
        if not reason:
            self._refuse_words("A decision needs its reason.", self.reason)
            return
        try:
            at = self.moment()
        except Refused:
            self.time.setFocus()
            return
        self.record.setEnabled(False)
        self.agreed.emit(Awareness(reason, at, self.said_by.text().strip() or None))

    @slot_safe
    def refuse(self, refusal: Refused) -> None:
        """The record said no: why, with everything that was typed."""
        self._refuse_words(f"{refusal.message} {refusal.hint}".strip(), self.reason)

    def _refuse_words(self, sentence: str, place: QWidget) -> None:
        self.record.setEnabled(True)
        self.remark.setText(sentence)
        set_tone(self.remark, "overdue")
        place.setFocus()

    @override_safe(None)
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in ENTER and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.agree()
            return
        super().keyPressEvent(event)


def _name_line(people: Sequence[str]) -> NameField:
    made = NameField()
    made.setAccessibleName("Said by")
    made.setPlaceholderText("if it is not who signs")
    made.set_names(people)
    return made
