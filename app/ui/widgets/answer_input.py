"""What a question is answered with: a list, a line, a day, a moment with its zone, a text, or lines of a table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.domain import scribe
from app.domain.errors import Refused
from app.domain.fields import TBD, Catalogue, Field
from app.domain.instants import parse_moment
from app.ui import theme
from app.ui.models.days import HINT, day_echo, parse_day
from app.ui.models.moments import echo_text
from app.ui.widgets.choices import Choices
from app.ui.widgets.labels import label
from app.ui.widgets.name_field import NameField
from app.ui.widgets.prose import Prose

YES_NO: Final = (("yes", "Yes"), ("no", "No"))
CELL: Final = " | "
_NARROW: Final = frozenset({"when", "taken|proposed", "role", "country", "main", "int", "sent_at"})


class Input(QWidget):
    """Subclasses give text for the record, take a recorded text back, and say in `echo` how they understand it."""

    entered = Signal()
    changed = Signal()

    @property
    def first(self) -> QWidget:
        """What takes the keyboard. No focus proxy: Qt's Tab would leap over whatever stands beside it."""
        raise NotImplementedError

    def text(self) -> str:
        """What would be recorded."""
        raise NotImplementedError

    def fill(self, raw: str) -> None:
        """Start from what is recorded."""
        raise NotImplementedError

    def echo(self) -> str:
        """How the text is understood; empty where that is plain."""
        return ""

    def name(self, title: str) -> None:
        """The accessible name of whatever takes the keyboard."""
        self.first.setAccessibleName(title)


class ChoiceInput(Input):
    """One of the words, or several; `beside` a line of free text after the choice, or `instead` of it."""

    def __init__(
        self, options: Sequence[tuple[str, str]], several: bool = False, beside: str = "", instead: str = ""
    ) -> None:
        super().__init__()
        self.choices = Choices(options, several, alone=TBD)
        self._joint, self._instead = beside, bool(instead)
        self.line = QLineEdit()
        self.line.setPlaceholderText(instead or "In words, if there is more to say")
        self.line.setAccessibleName(instead or "In words")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(4))
        column.addWidget(self.choices)
        column.addWidget(self.line)
        self.line.setHidden(not (beside or instead))
        self.choices.entered.connect(self.entered)
        self.choices.changed.connect(self.changed)
        self.line.textChanged.connect(self.changed)

    @property
    def first(self) -> QWidget:
        return self.choices

    def text(self) -> str:
        words = self.line.text().strip()
        if self._instead and words:
            return words
        head = ", ".join(self.choices.taken())
        return f"{head}{self._joint}{words}" if head and words and self._joint else head

    def fill(self, raw: str) -> None:
        if self._joint:
            head, _, rest = raw.partition(self._joint.strip())
            self.choices.take([head.strip()])
            self.line.setText(rest.strip())
            return
        codes = [code.strip() for code in raw.split(",")]
        self.choices.take(codes)
        if self._instead and raw and not self.choices.taken():
            self.line.setText(raw)


class LineInput(Input):
    """One line: a number, or a number and what it counts."""

    def __init__(self, hint: str = "") -> None:
        super().__init__()
        self.line = QLineEdit()
        self.line.setPlaceholderText(hint)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.line)
        self.line.textChanged.connect(self.changed)

    @property
    def first(self) -> QWidget:
        return self.line

    def text(self) -> str:
        return self.line.text().strip()

    def fill(self, raw: str) -> None:
        self.line.setText(raw)
        self.line.selectAll()


class NumberInput(LineInput):
    """A whole number."""

    def __init__(self) -> None:
        super().__init__("A whole number, such as 8800")

    def echo(self) -> str:
        digits = self.text().replace(",", "").replace(" ", "")
        return f"{int(digits):,}" if digits.isdecimal() and len(digits) in range(4, 13) else ""


class DayInput(LineInput):
    """A day; weekdays and days from now are understood."""

    def __init__(self, now: datetime, zone: str) -> None:
        super().__init__(HINT)
        self._today = now.astimezone(ZoneInfo(zone)).date()

    def text(self) -> str:
        typed = super().text()
        day = parse_day(typed, self._today)
        return day.isoformat() if day else typed

    def echo(self) -> str:
        day = parse_day(super().text(), self._today)
        return day_echo(day, self._today) if day else ""


class MomentInput(LineInput):
    """A moment in the zone shown behind it; `or_day` admits a day alone, `more` keeps words after the moment."""

    def __init__(
        self, now: datetime, zone: str, *, or_day: bool = False, more: bool = False, ahead: bool = False
    ) -> None:
        super().__init__("2026-10-23 09:38, 23 Oct 09:38, 14:32 or -5m" + (", then words" if more else ""))
        self._now, self._zone, self._or_day, self._more, self._ahead = now, zone, or_day, more, ahead
        place = label(zone, "caption")
        row = QHBoxLayout()
        column = self.layout()
        if isinstance(column, QVBoxLayout):
            column.removeWidget(self.line)
            row.addWidget(self.line, 1)
            row.addWidget(place)
            column.addLayout(row)

    def _read(self) -> tuple[datetime | None, str]:
        typed = super().text()
        try:
            return read_moment(typed, self._now, self._zone)
        except Refused:
            if not self._ahead:
                raise
            return parse_moment(typed, self._zone), ""

    def text(self) -> str:
        typed = super().text()
        try:
            at, rest = self._read()
        except Refused:
            return typed
        if at is not None and (self._more or not rest):
            return f"{at.astimezone(ZoneInfo(self._zone)).isoformat()} {rest}".rstrip()
        day = parse_day(typed, self._now.date()) if self._or_day else None
        return day.isoformat() if day else typed

    def echo(self) -> str:
        try:
            at, rest = self._read()
        except Refused as refusal:
            return f"{refusal.message} {refusal.hint}"
        if at is not None and (self._more or not rest):
            return echo_text(at, ZoneInfo(self._zone), self._now)
        day = parse_day(super().text(), self._now.date()) if self._or_day else None
        return day_echo(day, self._now.date()) if day else ""


def read_moment(text: str, now: datetime, zone: str) -> tuple[datetime | None, str]:
    """A leading moment by the scribe's grammar, or as recorded (`2026-10-23T09:38:00+03:00`), and what follows it."""
    text = text.strip()
    if not text:
        return None, ""
    line = scribe.parse(f"{text} .", now, zone)
    return line.at, line.text.removesuffix(".").strip() if line.at is not None else text


class TextInput(Input):
    """Prose; Enter records, Shift+Enter makes a line."""

    def __init__(self, least: int = 2) -> None:
        super().__init__()
        self.prose = Prose(least, one_line=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.prose)
        self.prose.entered.connect(self.entered)
        self.prose.textChanged.connect(self.changed)

    @property
    def first(self) -> QWidget:
        return self.prose

    def text(self) -> str:
        return self.prose.text()

    def fill(self, raw: str) -> None:
        self.prose.setPlainText(raw)
        self.prose.selectAll()


class TableInput(Input):
    """Lines of cells, recorded as one line each with ` | ` between the cells; an empty line waits at the end."""

    def __init__(self, columns: Sequence[str], words: Sequence[str] = (), of: str = "") -> None:
        super().__init__()
        self._columns, self._words, self._of = tuple(columns), tuple(words), of
        self._cells: list[list[QLineEdit]] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.px(4))
        self._grid.setVerticalSpacing(theme.px(3))
        for place, column in enumerate(self._columns):
            self._grid.addWidget(label(column_words(column), "caption"), 0, place)
            self._grid.setColumnStretch(place, 2 if column in _NARROW else 3)
        self._add()

    def _add(self) -> None:
        row = [self._cell(len(self._cells), place) for place in range(len(self._columns))]
        self._cells.append(row)
        for place, cell in enumerate(row):
            self._grid.addWidget(cell, len(self._cells), place)
            cell.show()
        cells = [cell for line in self._cells[-2:] for cell in line]
        for before, after in pairwise(cells):
            QWidget.setTabOrder(before, after)

    def _cell(self, row: int, place: int) -> QLineEdit:
        cell = NameField()
        cell.setAccessibleName(f"{column_words(self._columns[place])}, line {row + 1}")
        if self._words and self._columns[place] == self._of:
            cell.set_names(self._words)
        cell.textChanged.connect(self._changed)
        return cell

    def _changed(self) -> None:
        if any(cell.text().strip() for cell in self._cells[-1]):
            self._add()
        self.changed.emit()

    @property
    def first(self) -> QWidget:
        return self._cells[0][0]

    def text(self) -> str:
        rows = [[" ".join(cell.text().replace("|", "/").split()) for cell in row] for row in self._cells]
        return "\n".join(CELL.join(row).rstrip(" |") for row in rows if any(row))

    def fill(self, raw: str) -> None:
        for place, line in enumerate(line for line in raw.splitlines() if line.strip()):
            cells = [cell.strip() for cell in line.split("|", len(self._columns) - 1)]
            for cell, text in zip(self._cells[place], cells, strict=False):
                cell.setText(text)
                cell.setCursorPosition(0)

    def name(self, title: str) -> None:
        self.setAccessibleName(title)


def column_words(column: str) -> str:
    """A column's id as people read it."""
    special = {"int": "number", "case_no": "case number", "sent_at": "sent", "main": "main establishment"}
    return special.get(column, column.replace("|", " or ").replace("_", " ")).capitalize()


def input_for(
    field: Field, catalogue: Catalogue, now: datetime, zone: str, authorities: Sequence[tuple[str, str]]
) -> Input:
    """The input that fits a question."""
    options = [(code, catalogue.word(code)) for code in field.values]
    if field.initial == "K" and TBD not in field.values:
        options.append((TBD, catalogue.word(TBD)))
    match field.kind:
        case "enum":
            return ChoiceInput(options)
        case "multi":
            return ChoiceInput(options, several=True)
        case "enum+text":
            return ChoiceInput(options, beside=": ")
        case "bool" | "bool+text":
            rest = options if field.initial == "K" else []
            return ChoiceInput([*YES_NO, *rest], beside=": " if field.kind == "bool+text" else "")
        case "authority":
            return ChoiceInput(authorities, instead="Another authority, by name")
        case "int":
            return NumberInput()
        case "int+text":
            return LineInput("A number first: 41900 care episodes about 8420 patients")
        case "date":
            return DayInput(now, zone)
        case "instant" | "instant_or_date" | "instant+text":
            or_day, more = field.kind == "instant_or_date", field.kind == "instant+text"
            return MomentInput(now, zone, or_day=or_day, more=more, ahead=field.ahead)
        case "table":
            return TableInput(field.columns, [catalogue.word(code) for code in field.values], field.values_of)
    return TextInput(2 if "text" in field.id or len(field.label) > 40 else 1)
