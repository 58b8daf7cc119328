"""The declare form: plan, severity and title; everything else can wait."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app.domain import scribe
from app.domain.errors import Refused, Unusable
from app.domain.plan import Plan, Severity
from app.ui import theme, times
from app.ui.guard import override_safe, slot_safe
from app.ui.live import Live
from app.ui.models.spans import Run
from app.ui.pane import mark_wrong
from app.ui.widgets.chip import chip_size, paint_chip, severity_text
from app.ui.widgets.inked import lay_out
from app.ui.widgets.labels import Elided, label, set_tone

Index = QModelIndex | QPersistentModelIndex
LEVEL_ROLE = int(Qt.ItemDataRole.UserRole)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap)


@dataclass(frozen=True, slots=True)
class Declaration:
    """What the form gives back."""

    plan_id: str
    severity: str
    title: str
    incident_class: str | None = None
    detected_at: datetime | None = None
    commander: str | None = None
    drill: bool = False


@dataclass(frozen=True, slots=True)
class Level:
    """A severity as the form lists it."""

    rank: int
    words: str
    definition: str


def moment_typed(text: str, now: datetime, zone: str) -> datetime | None:
    """A time as the scribe bar reads it; None for nothing. Unusable when it is no time or lies ahead."""
    if not text.strip():
        return None
    found = scribe.parse(f"{text.strip()} .", now, zone).at
    if found is None:
        hint = "Type 14:32, -20m or 2026-11-20 14:32."
        raise Unusable(f"{text.strip()[:40]!r} is not a time.", hint, code="bad-time")
    if found > now:
        raise Unusable("That lies in the future.", "Detection is a thing of the past.", code="future")
    return found


def levels_of(plan: Plan) -> tuple[Level, ...]:
    """The plan's levels in its own words, the worst first."""
    return tuple(
        Level(rank, severity_text(level), definition_of(level)) for rank, level in enumerate(plan.severities, 1)
    )


def definition_of(level: Severity) -> str:
    """What the plan says of a level: its definition, with its examples where it ends in a colon, else these alone."""
    definition, examples = level.definition_en or level.definition, level.examples_en or level.examples
    if definition.rstrip().endswith(":"):
        return f"{definition.rstrip()} {', '.join(examples)}" if examples else definition.rstrip().removesuffix(":")
    return definition or "; ".join(examples[:3])


class LevelDelegate(QStyledItemDelegate):
    """Digit, chip and definition of a level."""

    @override_safe(QSize(0, theme.ROW))
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, theme.px(40))

    @override_safe(None)
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        level = index.data(LEVEL_ROLE)
        if not isinstance(level, Level):
            return
        area: QRect = option.rect
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        if chosen:
            painter.fillRect(area, theme.colour("tint"))
            painter.fillRect(QRect(area.left(), area.top(), theme.px(3), area.height()), theme.colour("focus"))
        painter.setFont(theme.font(theme.SMALL))
        painter.setPen(theme.colour("secondary"))
        digit = QRect(area.left() + theme.px(12), area.top(), theme.px(14), area.height())
        painter.drawText(digit, _LEFT, str(level.rank))
        left = digit.right() + theme.px(6)
        room = self._chip_room(index, area.width())
        size = chip_size(level.words)
        top = area.center().y() + 1 - size.height() / 2
        chip = QRectF(left, top, min(size.width(), room), size.height())
        paint_chip(painter, chip, level.rank, level.words)
        words = QRect(left + room + theme.px(10), area.top(), 0, area.height())
        words.setRight(area.right() - theme.px(10))
        self._definition(painter, words, level.definition)
        painter.restore()

    def _chip_room(self, index: Index, width: int) -> int:
        """The definitions stand behind the widest chip, within reason."""
        model = index.model()
        levels = (model.index(row, 0).data(LEVEL_ROLE) for row in range(model.rowCount()))
        widest = max((chip_size(each.words).width() for each in levels if isinstance(each, Level)), default=0)
        return min(widest + theme.px(6), width // 2)

    def _definition(self, painter: QPainter, words: QRect, text: str) -> None:
        laid = lay_out((Run(text),), words.width(), 2, font=theme.font(theme.SMALL))
        laid.draw(painter, QPointF(words.left(), words.top() + (words.height() - laid.height) / 2))


class LevelList(QListWidget):
    """The plan's levels; a digit picks one and goes on to the title."""

    picked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Severity")
        self.setItemDelegate(LevelDelegate(self))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setProperty("boxed", True)

    def show_levels(self, levels: Sequence[Level]) -> None:
        """Another plan's levels; none is chosen for the person."""
        self.clear()
        for level in levels:
            item = QListWidgetItem(level.words)
            item.setData(LEVEL_ROLE, level)
            item.setData(int(Qt.ItemDataRole.AccessibleTextRole), f"{level.words}: {level.definition}")
            item.setToolTip(level.definition)
            self.addItem(item)
        self.setMinimumHeight(theme.px(40) + 6)
        self.setMaximumHeight(len(levels) * theme.px(40) + 6)

    @override_safe(QSize(0, 0))
    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self.maximumHeight())

    @property
    def chosen(self) -> Level | None:
        """The level that is chosen."""
        items = self.selectedItems()
        level = items[0].data(LEVEL_ROLE) if items else None
        return level if isinstance(level, Level) else None

    @override_safe(None)
    def keyPressEvent(self, event: QKeyEvent) -> None:
        typed = event.text()
        if typed.isdecimal() and typed.isascii() and 1 <= int(typed) <= self.count():
            self.setCurrentRow(int(typed) - 1)
            self.picked.emit()
        elif event.key() in (Qt.Key.Key_J, Qt.Key.Key_K):
            step = 1 if event.key() == Qt.Key.Key_J else -1
            self.setCurrentRow(max(0, min(self.currentRow() + step, self.count() - 1)))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.chosen is not None:
            self.picked.emit()
        else:
            super().keyPressEvent(event)


class DeclareForm(QDialog):
    """Opens with `open()`; `declared` carries a Declaration. What was typed stays when it is closed."""

    declared = Signal(object)

    def __init__(self, live: Live, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._live = live
        self._plans: Mapping[str, Plan] = {}
        self.setWindowTitle("Declare an incident")
        self.plan, self.levels, self.title = QComboBox(), LevelList(), QLineEdit()
        self.kind, self.detected, self.commander = QComboBox(), QLineEdit(), QComboBox()
        self.drill = QCheckBox("This is a drill")
        self.go = QPushButton("Declare")
        self.problems = {name: label("", "small", "overdue") for name in ("severity", "title", "detected", "all")}
        self._echo = label("", "small")
        self._keys = Elided("", "small", whole=True)
        self._name_fields()
        self._build()
        self._connect()
        self.take_plans()

    def _name_fields(self) -> None:
        self.plan.setAccessibleName("Plan")
        self.title.setAccessibleName("Title")
        self.title.setPlaceholderText("What is happening, in a few words")
        self.title.setMaxLength(300)
        self.kind.setAccessibleName("Class")
        self.detected.setAccessibleName("Detected at")
        self.detected.setPlaceholderText("14:32, -20m, yesterday 23:10")
        self.commander.setAccessibleName("Commander")
        self.commander.setEditable(True)
        edit = self.commander.lineEdit()
        if edit is not None:
            edit.setPlaceholderText("nobody yet")
        self.go.setProperty("primary", True)
        self.go.setDefault(True)

    def _build(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(theme.px(20), theme.px(18), theme.px(20), theme.px(16))
        grid.setHorizontalSpacing(theme.px(14))
        grid.setVerticalSpacing(theme.px(6))
        grid.setColumnStretch(1, 1)
        rows: tuple[tuple[str, QWidget, str], ...] = (
            ("Plan", self.plan, ""),
            ("Severity", self.levels, "severity"),
            ("Title", self.title, "title"),
            ("Class", self.kind, ""),
            ("Detected", self._with_echo(), "detected"),
            ("Commander", self.commander, ""),
            ("", self.drill, ""),
        )
        place = 0
        for name, field, problem in rows:
            grid.addWidget(self._caption(name), place, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(field, place, 1)
            place += 1
            if problem:
                grid.addWidget(self.problems[problem], place, 1)
                place += 1
        grid.addWidget(self.problems["all"], place, 1)
        grid.setRowStretch(1, 1000)
        grid.setRowStretch(place + 1, 1)
        grid.addLayout(self._buttons(), place + 2, 0, 1, 2)
        for each in self.problems.values():
            each.setWordWrap(True)
            each.hide()

    def _caption(self, name: str) -> QWidget:
        made = label(name, tone="secondary")
        made.setContentsMargins(0, theme.px(6), 0, 0)
        return made

    def _with_echo(self) -> QWidget:
        whole = QWidget()
        line = QHBoxLayout(whole)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme.px(10))
        line.addWidget(self.detected, 1)
        line.addWidget(self._echo, 1)
        return whole

    def _buttons(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(theme.px(8))
        line.setContentsMargins(0, theme.px(12), 0, 0)
        cancel = QPushButton("Cancel")
        cancel.setAutoDefault(False)
        cancel.clicked.connect(self.reject)
        line.addWidget(self._keys, 1)
        line.addWidget(cancel)
        line.addWidget(self.go)
        return line

    def _connect(self) -> None:
        self.plan.currentIndexChanged.connect(self._plan_chosen)
        self.levels.picked.connect(self.title.setFocus)
        self.levels.itemSelectionChanged.connect(self._severity_chosen)
        self.detected.textChanged.connect(self._echo_time)
        self.go.clicked.connect(self._declare)
        self._live.plans_changed.connect(self.take_plans)

    @slot_safe
    def take_plans(self) -> None:
        """Offer the plans that `live` holds."""
        if not self._live.plans or self._live.plans is self._plans:
            return
        self._plans = self._live.plans
        here = self.plan.currentData()
        self.plan.clear()
        for plan in self._plans.values():
            self.plan.addItem(f"{plan.identity.title} {plan.identity.version}", plan.id)
        self.choose_plan(str(here or ""))
        self._plan_chosen()

    def choose_plan(self, plan_id: str) -> None:
        """Begin with a plan, such as the one used last."""
        place = self.plan.findData(plan_id)
        if place >= 0:
            self.plan.setCurrentIndex(place)

    def begin(self, people: Sequence[str]) -> None:
        """Open it with the keyboard at the first thing that is missing."""
        typed = self.commander.currentText()
        self.commander.clear()
        self.commander.addItems(list(people))
        self.commander.setCurrentIndex(-1)
        self.commander.setEditText(typed)
        self.busy(False)
        self._fit()
        self.open()
        (self.title if self.levels.chosen else self.levels).setFocus()

    def _fit(self) -> None:
        """As large as it likes, within the screen: on a small one the levels scroll."""
        room = self.screen().availableGeometry()
        self.setMinimumWidth(min(theme.px(740), room.width() - theme.px(20)))
        wanted = self.sizeHint()
        self.resize(self.minimumWidth(), min(wanted.height(), room.height() - theme.px(40)))

    @slot_safe
    def _plan_chosen(self) -> None:
        plan = self._plans.get(str(self.plan.currentData()))
        if plan is None:
            return
        self.levels.show_levels(levels_of(plan))
        last = len(plan.severities)
        self._keys.setText(f"1 to {last} pick the severity · Enter declares · Esc keeps what you typed")
        self.kind.clear()
        self.kind.addItem("not classified yet", None)
        for each in plan.classes:
            self.kind.addItem(each.title or each.code, each.code)
        self.kind.setEnabled(bool(plan.classes))

    @slot_safe
    def _severity_chosen(self) -> None:
        self._say("severity", "")

    @slot_safe
    def _echo_time(self) -> None:
        try:
            moment = moment_typed(self.detected.text(), self._live.now(), self._live.zone.key)
        except Refused as refusal:
            self._echo.setText(refusal.hint)
            return
        self._echo.setText(times.clock_text(moment, self._live.zone, self._live.now()) if moment else "")
        self._say("detected", "")

    def _say(self, field: str, sentence: str) -> None:
        self.problems[field].setText(sentence)
        self.problems[field].setVisible(bool(sentence))
        widget = {"title": self.title, "detected": self.detected}.get(field)
        if widget is not None:
            mark_wrong(widget, bool(sentence))

    @slot_safe
    def _declare(self) -> None:
        answer = self.answer()
        if answer is not None:
            self.busy(True)
            self.declared.emit(answer)

    def answer(self) -> Declaration | None:
        """What the form says; None, with the reasons shown, while something is missing or wrong."""
        level, title = self.levels.chosen, " ".join(self.title.text().split())
        self._say("severity", "" if level else "Choose how bad it is; it can be changed at any time.")
        self._say("title", "" if title else "Give it a title; a few words are enough.")
        moment, wrong = None, ""
        try:
            moment = moment_typed(self.detected.text(), self._live.now(), self._live.zone.key)
        except Refused as refusal:
            wrong = f"{refusal.message} {refusal.hint}"
        self._say("detected", wrong)
        if level is None or not title or wrong:
            missing = self.levels if level is None else self.title if not title else self.detected
            missing.setFocus()
            return None
        plan = self._plans[str(self.plan.currentData())]
        return Declaration(
            plan.id,
            plan.severities[level.rank - 1].code,
            title,
            self.kind.currentData(),
            moment,
            " ".join(self.commander.currentText().split()) or None,
            self.drill.isChecked(),
        )

    def refuse(self, refusal: Refused) -> None:
        """Say inline why it was not declared."""
        self.busy(False)
        self._say("all", f"{refusal.message} {refusal.hint}".strip())

    def finish(self) -> None:
        """It stands: forget what was typed and close."""
        for field in (self.title, self.detected):
            field.clear()
        self.commander.setEditText("")
        self.drill.setChecked(False)
        self.levels.clearSelection()
        self.levels.setFocus()
        self._say("all", "")
        self.accept()

    def busy(self, on: bool) -> None:
        """While it is being recorded."""
        self.go.setEnabled(not on)
        self.go.setText("Recording…" if on else "Declare")
        set_tone(self._echo, "")
