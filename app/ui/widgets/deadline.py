"""The head of the breach file: what is left of the 72 hours, and the five moments that are kept apart."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QGridLayout, QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from app.domain import entries
from app.domain.breach import Instant
from app.domain.deadlines import Deadline
from app.domain.instants import span_text
from app.ui import theme, times
from app.ui.guard import override_safe, slot_safe
from app.ui.models.breach_sheet import Sheet, local_words
from app.ui.widgets.labels import Elided, Fact, label, set_tone
from app.ui.widgets.wrapped import wrapped

NARROW = 560
SHORT_NAMES = {
    "began": "Breach began",
    "detected": "Detected",
    "investigation": "Investigation began",
    "aware": "Controller aware",
    "processor_informed": "Processor informed us",
}


class DeadlineBoard(QWidget):
    """Undecided: one clear thing to do. Decided: the strict due time, its countdown, and the hour rule in small."""

    decision_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._sheet: Sheet | None = None
        self._is_narrow = False
        self.decide = QPushButton("Record the awareness decision…")
        self.decide.setProperty("primary", True)
        self.decide.setAccessibleDescription("Starts the 72 hours of Art. 33")
        self.decide.clicked.connect(self._wanted)
        self.left, self.due = label("", "title"), Elided("", "strong")
        self.hour_rule = Elided("", "small")
        self._why = wrapped(
            "Aware: reasonably certain that personal data were compromised. A signed decision.", "small"
        )
        self._stack = QStackedWidget()
        self._stack.addWidget(self._undecided())
        self._stack.addWidget(self._decided())
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(14), theme.px(9), theme.px(12), theme.px(9))
        column.addWidget(self._stack)

    def _undecided(self) -> QWidget:
        whole = QWidget()
        line = self._line = QHBoxLayout(whole)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme.px(10))
        words = QVBoxLayout()
        words.setSpacing(theme.px(2))
        words.addWidget(wrapped("Awareness is not decided yet: the 72 hours do not run.", "strong"))
        words.addWidget(self._why)
        line.addLayout(words, 1)
        line.addWidget(self.decide, 0, Qt.AlignmentFlag.AlignVCenter)
        return whole

    def _decided(self) -> QWidget:
        whole = QWidget()
        self._grid = QGridLayout(whole)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.px(22))
        self._grid.setVerticalSpacing(theme.px(2))
        self._grid.addWidget(label("Authority, 72 elapsed hours", "caption"), 0, 0)
        self._grid.addWidget(self.left, 1, 0)
        self._grid.setColumnStretch(1, 1)
        self._place()
        return whole

    def _place(self) -> None:
        """The due time beside the countdown; below it in a narrow pane."""
        first = 2 if self._is_narrow else 0
        for place, each in enumerate((self.due, self.hour_rule)):
            span = 2 if self._is_narrow else 1
            self._grid.addWidget(each, first + place, 0 if self._is_narrow else 1, 1, span)

    @slot_safe
    def _wanted(self) -> None:
        self.decision_wanted.emit()

    def show_sheet(self, sheet: Sheet, now: datetime) -> None:
        """Another state of the record."""
        self._sheet = sheet
        self._stack.setCurrentIndex(0 if sheet.awareness is None else 1)
        self.tick(now)
        self._fit()

    def tick(self, now: datetime) -> None:
        """The countdown; only words that differ are set."""
        sheet = self._sheet
        if sheet is None or sheet.awareness is None:
            return
        found = sheet.rule.due(sheet.awareness, sheet.submitted, now)
        words, tone = left_words(found, now)
        if self.left.text() != words:
            self.left.setText(words)
        set_tone(self.left, tone)
        self.due.setText(f"Due {local_words(found.strict_due, found.zone)} · {found.strict_due:%a %H:%M} UTC")
        self.hour_rule.setText(hour_rule_words(found))

    def _fit(self) -> None:
        shown = self._stack.currentWidget()
        if shown is None:
            return
        width = self._stack.width()
        layout = shown.layout()
        tall = layout.heightForWidth(width) if layout is not None and layout.hasHeightForWidth() else -1
        self._stack.setFixedHeight(tall if tall > 0 else shown.sizeHint().height())

    @override_safe(None)
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = event.size().width() < theme.px(NARROW)
        if narrow != self._is_narrow:
            self._is_narrow = narrow
            self._why.setHidden(narrow)
            self._line.setDirection(QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight)
            self._place()
        self._fit()


class Moments(QWidget):
    """Why the controller is aware, the five moments that are kept apart, and what contradicts what."""

    def __init__(self) -> None:
        super().__init__()
        self.basis = wrapped("", "small")
        self.facts = {name: Fact() for name in SHORT_NAMES}
        self.warnings = wrapped("", tone="attention")
        self._columns = 0
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(theme.px(10))
        self._grid.setVerticalSpacing(theme.px(6))
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(14), theme.px(9), theme.px(12), theme.px(9))
        column.setSpacing(theme.px(8))
        column.addLayout(self._grid)
        column.addWidget(self.basis)
        column.addWidget(self.warnings)
        self._place(len(self.facts))

    def show_sheet(self, sheet: Sheet, now: datetime) -> None:
        """The moments and warnings of another state of the record."""
        zone, known = sheet.rule.zone, sheet.awareness
        for instant in sheet.instants:
            self._show_moment(instant, zone)
        warnings = list(sheet.warnings)
        self.basis.setVisible(known is not None)
        if known is not None:
            reason = entries.shown(known.reason)
            self.basis.setText(f"Aware, because: {reason} (#{known.seq} · {sheet.aware_signer})")
            warnings.extend(sheet.rule.due(known, sheet.submitted, now).warnings)
        self.warnings.setText("\n".join(warnings))
        self.warnings.setVisible(bool(warnings))

    def _show_moment(self, instant: Instant, zone: str) -> None:
        value = local_words(instant.at, zone) if instant.at else "not stated"
        seq = f" #{instant.seq}" if instant.seq is not None else ""
        caption = f"{SHORT_NAMES[instant.name]}{seq}"
        self.facts[instant.name].show_fact(caption, value, "" if instant.at else "secondary")

    def _place(self, columns: int) -> None:
        if columns == self._columns:
            return
        self._columns = columns
        for place, fact in enumerate(self.facts.values()):
            self._grid.addWidget(fact, place // columns, place % columns)
        for place in range(len(self.facts)):
            self._grid.setColumnStretch(place, int(place < columns))

    @override_safe(None)
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place(min(max(event.size().width() // theme.px(150), 1), len(self.facts)))


def left_words(found: Deadline, now: datetime) -> tuple[str, str]:
    """`15 h 18 min left`, or how it ended, with its tone."""
    if found.submitted is not None:
        took = span_text(found.submitted - found.aware)
        late = found.state == "met_late"
        return f"Sent after {took}, {'late' if late else 'in time'}", "attention" if late else ""
    tone = {"due_soon": "attention", "overdue": "overdue"}.get(found.state, "")
    return times.left_text(found.strict_due, now), tone


def hour_rule_words(found: Deadline) -> str:
    """The hour rule in one line; empty where it does not hold."""
    if found.hour_rule_due is None:
        return ""
    return f"By the hour rule of Regulation 1182/71 before {local_words(found.hour_rule_due, found.zone)}"
