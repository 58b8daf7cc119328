"""A pasted block as lines to be recorded: each parsed as if it were typed, its time shown before anything stands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from app.domain import scribe
from app.domain.errors import Refused
from app.ui.guard import override_safe
from app.ui.models.moments import echo_text
from app.ui.models.spans import one_line

Index = QModelIndex | QPersistentModelIndex
COLUMNS: Final = ("When", "Kind", "Said by", "Line")
LINE: Final = 3
_BARE_TIME: Final = re.compile(r"^\s*(?:[01]?\d|2[0-3]):[0-5]\d")


@dataclass(frozen=True, slots=True)
class Pasted:
    """One line of the block: as typed, what it means, or why it cannot be recorded; `wanted` if it is to be."""

    typed: str
    line: scribe.Line | None
    wrong: str = ""
    wanted: bool = True


def read(typed: str, now: datetime, zone: ZoneInfo, day: date | None = None, wanted: bool = True) -> Pasted:
    """The meaning of one line; `day` dates lines that begin with a bare time."""
    dated = f"{day.isoformat()} {typed.strip()}" if day and _BARE_TIME.match(typed) else typed
    try:
        return Pasted(typed, scribe.parse(dated, now, zone.key), wanted=wanted)
    except Refused as refusal:
        return Pasted(typed, None, f"{refusal.message} {refusal.hint}".strip(), wanted)


class PasteModel(QAbstractTableModel):
    """The lines with a check box each; the line itself can be edited and is read again."""

    def __init__(self, text: str, now: datetime, zone: ZoneInfo, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._now, self._zone = now, zone
        self._day: date | None = None
        self._lines = [read(line, now, zone) for line in scribe.block(text)]

    @property
    def lines(self) -> Sequence[Pasted]:
        """All of them."""
        return tuple(self._lines)

    def wanted(self) -> tuple[scribe.Line, ...]:
        """The lines that will be recorded."""
        return tuple(each.line for each in self._lines if each.wanted and each.line is not None)

    def wrong(self) -> int:
        """How many wanted lines cannot be recorded."""
        return sum(each.wanted and each.line is None for each in self._lines)

    def set_day(self, day: date | None) -> None:
        """The day of lines that begin with a bare time; without one the latest past such time is meant."""
        if day == self._day:
            return
        self._day = day
        self._lines = [read(each.typed, self._now, self._zone, day, each.wanted) for each in self._lines]
        self._changed(0, len(self._lines) - 1)

    def _changed(self, first: int, last: int) -> None:
        if last >= first:
            self.dataChanged.emit(self.index(first, 0), self.index(last, LINE))

    @override_safe(0)
    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self._lines)

    @override_safe(len(COLUMNS))
    def columnCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    @override_safe(None)
    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal and section < len(COLUMNS):
            return COLUMNS[section]
        return None

    @override_safe(None)
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        each = self._lines[index.row()]
        if role == Qt.ItemDataRole.CheckStateRole and index.column() == 0:
            return Qt.CheckState.Checked if each.wanted else Qt.CheckState.Unchecked
        if role == Qt.ItemDataRole.EditRole and index.column() == LINE:
            return each.typed
        if role == Qt.ItemDataRole.DisplayRole:
            return self._cell(each, index.column())
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._cell(each, index.column()) or "nothing"
        return None

    def _cell(self, each: Pasted, column: int) -> str:
        if each.line is None:
            return (("cannot be recorded", "", "", each.wrong + " · " + one_line(each.typed)))[column]
        line = each.line
        when = echo_text(line.at, self._zone, self._now) if line.at else "now"
        text = line.text if not line.command else f"{line.text} (text, not carried out)"
        return (when, line.mark or "note", line.said_by or "", one_line(text))[column]

    @override_safe(False)
    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if not index.isValid():
            return False
        old = self._lines[index.row()]
        if role == Qt.ItemDataRole.CheckStateRole and index.column() == 0:
            checked = Qt.CheckState(value) == Qt.CheckState.Checked
            self._lines[index.row()] = Pasted(old.typed, old.line, old.wrong, checked)
        elif role == Qt.ItemDataRole.EditRole and index.column() == LINE:
            self._lines[index.row()] = read(str(value), self._now, self._zone, self._day, old.wanted)
        else:
            return False
        self._changed(index.row(), index.row())
        return True

    @override_safe(Qt.ItemFlag.NoItemFlags)
    def flags(self, index: Index) -> Qt.ItemFlag:
        common = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemNeverHasChildren
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        if index.column() == 0:
            return common | Qt.ItemFlag.ItemIsUserCheckable
        return common | Qt.ItemFlag.ItemIsEditable if index.column() == LINE else common
