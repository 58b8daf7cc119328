"""Says of a question that its answer is not known yet, who will find out, and by which day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from PySide6.QtWidgets import QGridLayout, QLineEdit, QWidget

from app.domain.errors import Unusable
from app.ui import theme
from app.ui.models.days import HINT, day_echo, parse_day
from app.ui.widgets.labels import label
from app.ui.widgets.name_field import NameField


@dataclass(frozen=True, slots=True)
class Unknown:
    """Who will find out, and the day (YYYY-MM-DD)."""

    owner: str
    due: str


class UnknownForm(QWidget):
    """Two lines: owner and day. `answer` refuses what is missing."""

    def __init__(self, now: datetime, zone: str, people: Sequence[str]) -> None:
        super().__init__()
        self._today = now.astimezone(ZoneInfo(zone)).date()
        self.owner, self.due = NameField(), QLineEdit()
        self.owner.setAccessibleName("Who will find out")
        self.owner.setPlaceholderText("a person or a team")
        self.owner.set_names(people)
        self.due.setAccessibleName("By which day")
        self.due.setPlaceholderText(HINT)
        self.echo = label("", "caption")
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(theme.px(8))
        grid.setVerticalSpacing(theme.px(3))
        grid.addWidget(label("Who will find out", "caption"), 0, 0)
        grid.addWidget(label("By which day", "caption"), 0, 1)
        grid.addWidget(self.owner, 1, 0)
        grid.addWidget(self.due, 1, 1)
        grid.addWidget(self.echo, 2, 1)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        self.due.textChanged.connect(self._show)

    def fill(self, owner: str, due: str) -> None:
        """Start from what is recorded."""
        self.owner.setText(owner)
        self.due.setText(due)
        self.owner.selectAll()

    def answer(self) -> Unknown:
        """What is typed. Unusable, with the keyboard at the place, while something is missing."""
        owner = " ".join(self.owner.text().split())
        if not owner:
            self.owner.setFocus()
            raise Unusable("An unknown needs an owner.", "Say who will find out.", code="no-owner")
        day = parse_day(self.due.text(), self._today)
        if day is None:
            self.due.setFocus()
            said = self.due.text().strip()
            what = f"{said[:40]!r} is not a day." if said else "An unknown needs a day."
            raise Unusable(what, f"Type {HINT}.", code="bad-day")
        return Unknown(owner, day.isoformat())

    def _show(self) -> None:
        day = parse_day(self.due.text(), self._today)
        self.echo.setText(day_echo(day, self._today) if day else "")
