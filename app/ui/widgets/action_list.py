"""Follow-up actions: each with owner, day and state, a button that closes it, and a line that adds one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.domain.entries import shown
from app.domain.errors import Refused
from app.domain.incident import ActionItem
from app.domain.plan import Section
from app.ui import theme
from app.ui.guard import slot_safe
from app.ui.models.days import HINT, day_echo, due_words, is_past, parse_day
from app.ui.pane import mark_wrong
from app.ui.widgets.labels import label, set_tone
from app.ui.widgets.name_field import NameField
from app.ui.widgets.wrapped import wrapped


@dataclass(frozen=True, slots=True)
class Action:
    """A follow-up action to be recorded; the day as YYYY-MM-DD."""

    text: str
    owner: str | None
    due: str | None


class ActionRow(QWidget):
    """One action; a closed one is quiet."""

    closing = Signal(int)

    def __init__(self, item: ActionItem, today: date) -> None:
        super().__init__()
        closed = item.closed_at is not None
        self.words = wrapped(shown(item.text), tone="secondary" if closed else "")
        late = not closed and is_past(item.due, today)
        who = shown(item.owner) if item.owner else "nobody yet"
        due = f"due {due_words(item.due, today)}" if item.due else "no day"
        icon, top = QLabel(), Qt.AlignmentFlag.AlignTop
        icon.setPixmap(theme.pixmap("circle-check" if closed else "circle", 15, "secondary" if closed else "outline"))
        facts = QHBoxLayout()
        facts.setSpacing(theme.px(8))
        for words, tone in ((who, ""), (due, "overdue" if late else ""), (f"#{item.seq}", "")):
            facts.addWidget(label(words, "small", tone))
        facts.addStretch(1)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, theme.px(4), 0, theme.px(4))
        grid.setHorizontalSpacing(theme.px(8))
        grid.setVerticalSpacing(theme.px(1))
        grid.setColumnStretch(1, 1)
        grid.addWidget(icon, 0, 0, top)
        grid.addWidget(self.words, 0, 1, top)
        grid.addLayout(facts, 1, 1)
        state = "closed" if closed else f"open, {due}"
        self.setAccessibleName(f"Action {item.seq}, {shown(item.text)}, {who}, {state}")
        self.button = QToolButton()
        self.button.setText("Closed" if closed else "Close…")
        self.button.setAccessibleName(f"Close action {item.seq}, {shown(item.text)}")
        self.button.setEnabled(not closed)
        self.button.clicked.connect(lambda _checked=False: self.closing.emit(item.seq))
        grid.addWidget(self.button, 0, 2, 2, 1, top)


class ActionList(QWidget):
    """The section of the plan that holds the actions."""

    adding = Signal(object)
    closing = Signal(int)

    def __init__(self, section: Section) -> None:
        super().__init__()
        self.section = section
        self._today = date.min
        self._people: tuple[str, ...] = ()
        self._shown: tuple[ActionItem, ...] | None = None
        self.rows: list[ActionRow] = []
        self._mark = label("required", "caption", "attention")
        self._count = label("", "caption")
        self._none = wrapped("No action yet. What has to change, who does it, by when?", tone="secondary")
        self.text, self.owner, self.due = QLineEdit(), NameField(), QLineEdit()
        self.add = QPushButton("Add")
        self.remark = wrapped("", "caption")
        self._list = QVBoxLayout()
        self._list.setSpacing(0)
        self._build()
        self._name()

    def _build(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(theme.px(10))
        head.addWidget(label(self.section.title, "strong"))
        head.addWidget(self._mark)
        head.addStretch(1)
        head.addWidget(self._count)
        form = QGridLayout()
        form.setHorizontalSpacing(theme.px(8))
        form.setVerticalSpacing(theme.px(4))
        form.addWidget(self.text, 0, 0, 1, 3)
        form.addWidget(self.owner, 1, 0)
        form.addWidget(self.due, 1, 1)
        form.addWidget(self.add, 1, 2)
        form.setColumnStretch(0, 1)
        form.setColumnStretch(1, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(14), theme.px(10), theme.px(12), theme.px(10))
        column.setSpacing(theme.px(5))
        column.addLayout(head)
        column.addWidget(self._none)
        column.addLayout(self._list)
        column.addSpacing(theme.px(4))
        column.addLayout(form)
        column.addWidget(self.remark)

    def _name(self) -> None:
        fields = ((self.text, "New action", "A new action"), (self.owner, "Owner", "who"), (self.due, "Due day", HINT))
        for line, name, hint in fields:
            line.setAccessibleName(name)
            line.setPlaceholderText(hint)
            line.returnPressed.connect(self.hand_in)
            line.textChanged.connect(self._calm)
        self.add.setAutoDefault(False)
        self.add.setAccessibleName("Add the action")
        self.add.clicked.connect(self.hand_in)
        self._say("Enter adds it.")

    def show_actions(self, items: tuple[ActionItem, ...], people: Sequence[str], today: date, missing: bool) -> None:
        """The actions as the record has them; what is being typed stays."""
        self._today = today
        self._mark.setVisible(missing)
        self._none.setVisible(not items)
        self._count.setText(f"{sum(i.closed_at is not None for i in items)} of {len(items)} closed" if items else "")
        if tuple(people) != self._people:
            self._people = tuple(people)
            self.owner.set_names(people)
        if items == self._shown:
            return
        self._shown = items
        for row in self.rows:
            self._list.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows = [ActionRow(item, today) for item in items]
        for row in self.rows:
            row.closing.connect(self.closing)
            self._list.addWidget(row)

    @slot_safe
    def _calm(self) -> None:
        mark_wrong(self.due, False)
        day = parse_day(self.due.text(), self._today)
        self._say(f"Due {day_echo(day, self._today)}. Enter adds it." if day else "Enter adds it.")

    def _say(self, sentence: str, tone: str = "secondary") -> None:
        self.remark.setText(sentence)
        set_tone(self.remark, tone)

    @slot_safe
    def hand_in(self) -> None:
        """Ask for the action to be recorded, or say what is missing."""
        text = " ".join(self.text.text().split())
        typed = self.due.text().strip()
        day = parse_day(typed, self._today)
        if not text:
            self._say("Say what is to be done.", "overdue")
            self.text.setFocus()
            return
        if typed and day is None:
            mark_wrong(self.due, True)
            self._say(f"{typed[:40]!r} is not a day. Type {HINT}.", "overdue")
            self.due.setFocus()
            return
        self.add.setEnabled(False)
        owner = " ".join(self.owner.text().split())
        self.adding.emit(Action(text, owner or None, day.isoformat() if day else None))

    def added(self) -> None:
        """It is recorded: ready for the next."""
        self.add.setEnabled(True)
        for line in (self.text, self.owner, self.due):
            line.clear()
        self.text.setFocus()

    def refuse(self, refusal: Refused) -> None:
        """It was not recorded: why; what was typed stays."""
        self.add.setEnabled(True)
        self._say(f"{refusal.message} {refusal.hint}".strip(), "overdue")
