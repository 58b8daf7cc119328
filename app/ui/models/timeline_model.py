"""The timeline as a list that knows its length and fetches its rows in windows, so that a million cost what ten do."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from app.domain.instants import span_text
from app.domain.timeline import TimelineRow
from app.ui.guard import override_safe
from app.ui.models.moments import clock_text, full_text, lag_text, moment_of
from app.ui.models.row_filter import Fetch
from app.ui.models.spans import one_line

PAGE: Final = 256
KEPT_PAGES: Final = 12
SEEN_LIMIT: Final = 400
ROW_ROLE: Final = Qt.ItemDataRole.UserRole
"""The `TimelineRow` itself."""

Index = QModelIndex | QPersistentModelIndex

KINDS: Final = {
    "note": "note", "decision": "decision", "hypothesis": "hypothesis", "action": "action", "update": "update",
    "aware": "awareness decision", "postmortem": "post-mortem", "breach": "breach file", "open": "declaration",
    "ack": "acknowledgement", "severity": "severity", "state": "state", "class": "class", "profile": "profile",
    "number": "number", "role": "role", "task": "task", "export": "export",
}  # fmt: skip
"""What a kind is called when it is read out."""


class TimelineModel(QAbstractTableModel):
    """Rows 0 … count-1 in the order of the record, one column that a delegate paints in parts.

    `fetch` answers any window of rows; pages of 256 are kept, the least used is dropped first.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._fetch: Fetch = _nothing
        self._count = 0
        self._pages: OrderedDict[int, Sequence[TimelineRow | None]] = OrderedDict()
        self._tags: dict[str, None] = {}
        self._speakers: dict[str, None] = {}
        self.zone = ZoneInfo("UTC")

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags of the rows that were looked at so far, last met first."""
        return tuple(reversed(self._tags))

    @property
    def speakers(self) -> tuple[str, ...]:
        """The people quoted in the rows that were looked at so far."""
        return tuple(self._speakers)

    def show(self, fetch: Fetch, count: int) -> None:
        """Show another record, or another choice of its rows."""
        self.beginResetModel()
        self._fetch, self._count = fetch, count
        self._pages.clear()
        self.endResetModel()

    def forget_seen(self) -> None:
        """Forget tags and people when another incident is shown."""
        self._tags.clear()
        self._speakers.clear()

    def grow(self, count: int) -> None:
        """Take in rows that were appended; a smaller count than before shows the record anew."""
        if count < self._count:
            self.show(self._fetch, count)
        elif count > self._count:
            self.beginInsertRows(QModelIndex(), self._count, count - 1)
            # Only now: whoever hears of the insertion beforehand reads the short page once more.
            self._pages.pop(self._count // PAGE, None)
            self._count = count
            self.endInsertRows()

    def reread(self) -> None:
        """Fetch again what is shown: corrections, stars and signatures change rows that are already there."""
        self._pages.clear()
        if self._count:
            self.dataChanged.emit(self.index(0, 0), self.index(self._count - 1, 0))

    def set_zone(self, zone: ZoneInfo) -> None:
        """Show times in another zone."""
        if zone == self.zone:
            return
        self.zone = zone
        if self._count:
            self.dataChanged.emit(self.index(0, 0), self.index(self._count - 1, 0))

    def row_at(self, number: int) -> TimelineRow | None:
        """The row at a place, fetched with its page; None outside."""
        if not 0 <= number < self._count:
            return None
        page = self._page(number // PAGE)
        place = number % PAGE
        return page[place] if place < len(page) else None

    def place_of(self, seq: int) -> int | None:
        """Where the row of an entry stands, or None; rows are in the order of their entries, so halves suffice.

        Not for rows that are sorted by another thing.
        """
        low, high = 0, self._count
        while low < high:
            middle = (low + high) // 2
            row = self.row_at(middle)
            if row is None:
                return None
            if row.seq < seq:
                low = middle + 1
            else:
                high = middle
        found = self.row_at(low)
        return low if found is not None and found.seq == seq else None

    def _page(self, number: int) -> Sequence[TimelineRow | None]:
        page = self._pages.get(number)
        if page is None:
            first = number * PAGE
            page = self._pages[number] = self._fetch(first, min(PAGE, self._count - first))
            self._note(page)
            if len(self._pages) > KEPT_PAGES:
                self._pages.popitem(last=False)
        self._pages.move_to_end(number)
        return page

    def _note(self, page: Iterable[TimelineRow | None]) -> None:
        for row in page:
            if row is None:
                continue
            for tag in row.tags.split():
                self._tags.pop(tag, None)
                if len(self._tags) < SEEN_LIMIT:
                    self._tags[tag] = None
            if row.said_by and len(self._speakers) < SEEN_LIMIT:
                self._speakers[row.said_by] = None

    @override_safe(0)
    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else self._count

    @override_safe(1)
    def columnCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else 1

    @override_safe(None)
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or role not in _ROLES:
            return None
        row = self.row_at(index.row())
        if row is None:
            return None
        if role == ROW_ROLE:
            return row
        return one_line(row.text) if role == Qt.ItemDataRole.DisplayRole else spoken(row, self.zone)

    @override_safe(Qt.ItemFlag.NoItemFlags)
    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemNeverHasChildren


_ROLES: Final = {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole, ROW_ROLE}


def _nothing(_first: int, _count: int) -> Sequence[TimelineRow]:
    return ()


def spoken(row: TimelineRow, zone: ZoneInfo) -> str:
    """A row as one sentence for a screen reader."""
    happened = moment_of(row.at)
    late = f", recorded {lag_text(row.lag_ms).removeprefix('+')} later" if lag_text(row.lag_ms) else ""
    kind = KINDS.get(row.kind, row.kind)
    words = [f"{clock_text(happened, zone)}{late}, {kind}: {one_line(row.text)}."]
    if row.original and row.original != row.text:
        words.append("Struck." if row.struck else f"Corrected, was: {one_line(row.original)}.")
    words.append(credit(row))
    words.append(f"Entry {row.seq}{', milestone' if row.starred else ''}.")
    return " ".join(words)


def credit(row: TimelineRow) -> str:
    """Who said it and who recorded it: two facts, one sentence."""
    if row.said_by and row.said_by != row.recorded_by:
        unsigned = f", unsigned by {row.unsigned}" if row.unsigned else ""
        return f"Said by {row.said_by}, recorded by {row.recorded_by}{unsigned}."
    unsigned = f", unsigned by {row.unsigned}" if row.unsigned else ""
    return f"Recorded by {row.recorded_by}{unsigned}."


def times(row: TimelineRow, zone: ZoneInfo) -> tuple[str, str]:
    """When it happened and when it was recorded, each in both zones."""
    return full_text(moment_of(row.at), zone), full_text(moment_of(row.ts), zone)


def lag_words(row: TimelineRow) -> str:
    """`9 min later`, or nothing."""
    return f"{span_text(timedelta(milliseconds=row.lag_ms))} later" if lag_text(row.lag_ms) else ""


def hint_of(row: TimelineRow, zone: ZoneInfo) -> str:
    """The plain text of the tooltip."""
    happened, recorded = times(row, zone)
    later = f" ({lag_words(row)})" if lag_words(row) else ""
    return f"Happened {happened}\nRecorded {recorded}{later}\n{credit(row)}"


def local_day(row: TimelineRow, zone: ZoneInfo) -> datetime:
    """The moment a row happened, on the wall of the zone."""
    return moment_of(row.at).astimezone(zone)
