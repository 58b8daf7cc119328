"""Feeds the timeline's model from the open incident: pages of the record, or a choice of its rows."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from app.domain.timeline import TimelineRow
from app.ui import tasks
from app.ui.guard import slot_safe
from app.ui.live import Live
from app.ui.models.row_filter import By, Wanted, order, ordered
from app.ui.models.timeline_model import TimelineModel


class TimelineSource(QObject):
    """Follows `live`: what is appended is appended, what was corrected is read again, a filter stays in force."""

    shown = Signal()
    """Other rows are shown, or the same ones were read again."""
    grown = Signal()
    """Rows were appended."""

    def __init__(self, live: Live, model: TimelineModel, parent: QObject) -> None:
        super().__init__(parent)
        self.live = live
        self.model = model
        self.wanted = Wanted()
        self.incident = ""
        self._numbers: array[int] = array("q")
        self._working: tasks.Task | None = None
        live.rows_changed.connect(self.take)

    def follow(self) -> bool:
        """Show the incident that is open now; True when it is another one than before."""
        incident = self.live.incident_id
        self.model.set_zone(self.live.zone)
        if incident == self.incident:
            return False
        self.incident = incident
        self.wanted = Wanted()
        self.model.forget_seen()
        self._show_record()
        return True

    @property
    def total(self) -> int:
        """How many rows the record has."""
        return self.live.row_count if self.incident else 0

    def fetch(self, first: int, count: int) -> Sequence[TimelineRow | None]:
        """Rows of the record; before there is a session only those that the first page brought."""
        session = self.live.session
        if session is None:
            known = dict(enumerate(self.live.first_rows, self.live.row_count - len(self.live.first_rows)))
            return [known.get(number) for number in range(first, first + count)]
        from app.services import incidents

        return incidents.rows(session, self.incident, first, count)

    def want(self, wanted: Wanted) -> None:
        """Show what is wanted."""
        self.wanted = replace(wanted, by=self.wanted.by)
        self._apply()

    def sort(self, by: By) -> None:
        """Sort by recording or by happening."""
        self.wanted = replace(self.wanted, by=by)
        self._apply()

    def number_of(self, place: int) -> int:
        """The row number at a place of the list."""
        return place if self.wanted.is_plain else self._numbers[place]

    def newest(self, count: int) -> Sequence[TimelineRow]:
        """The last rows of the record, whatever is shown."""
        first = max(0, self.total - count)
        return [row for row in self.fetch(first, self.total - first) if row is not None]

    @slot_safe
    def take(self, first: int) -> None:
        """Rows from that number on are new or different."""
        if self.follow():
            return
        appended = first > 0
        if self.wanted.is_plain:
            if not appended:
                self.model.reread()
            self.model.grow(self.total)
            (self.grown if appended else self.shown).emit()
        elif appended and self.wanted.by == "ts":
            self._append(first)
        else:
            self._apply()

    def _show_record(self) -> None:
        self.model.show(self.fetch, self.total)
        self.shown.emit()

    def _apply(self) -> None:
        if self._working is not None:
            self._working.cancel()
        session, incident, wanted = self.live.session, self.incident, self.wanted
        if wanted.is_plain or session is None or not incident:
            self._show_record()
            return
        self._working = tasks.run(
            lambda: order(session, incident, wanted), lambda numbers: self._take_order(wanted, numbers)
        )

    def _take_order(self, wanted: Wanted, numbers: array[int]) -> None:
        if wanted != self.wanted:
            return
        self._numbers = numbers
        self.model.show(ordered(self.fetch, numbers), len(numbers))
        self.shown.emit()

    def _append(self, first: int) -> None:
        fresh = self.fetch(first, self.total - first)
        accepted = (n for n, row in enumerate(fresh, first) if row is not None and self.wanted.accepts(row))
        self._numbers.extend(accepted)
        self.model.grow(len(self._numbers))
        self.grown.emit()
