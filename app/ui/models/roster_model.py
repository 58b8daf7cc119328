"""The roster of an incident as a list: warnings, roles with their holders, and who is told at this severity."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from app.domain.entries import shown
from app.domain.incident import Holding, IncidentView
from app.domain.plan import Holder, Plan, Role
from app.ui.guard import override_safe
from app.ui.models.moments import clock_text, day_text

Index = QModelIndex | QPersistentModelIndex
SEAT_ROLE: Final = Qt.ItemDataRole.UserRole
"""The `Seat` of an index."""
MISSING_DATA: Final = "missing data"


@dataclass(frozen=True, slots=True)
class Seat:
    """A row of the roster: a role with its holder, a heading, or somebody to be told.

    `needed` roles warn while nobody holds them, `vital` ones (commander, scribe) loudly; `planned` is the plan's own
    holder, `unsigned` who took or gave the role without signing for it.
    """

    kind: Literal["role", "heading", "escalation"]
    code: str
    title: str
    holder: str = ""
    since: str = ""
    backup: str = ""
    planned: str = ""
    planned_backup: str = ""
    duties: tuple[str, ...] = ()
    warning: str = ""
    needed: bool = False
    vital: bool = False
    unsigned: str = ""
    handed_over_from: str = ""
    ours: bool = False
    note: str = ""

    @property
    def spoken(self) -> str:
        """The row as one sentence for a screen reader."""
        if self.kind == "heading":
            return self.title
        if self.kind == "escalation":
            return ", ".join(part for part in (f"Tell {self.title}", self.holder, self.note) if part) + "."
        parts = [f"{self.title}: {self.holder or 'not assigned'}"]
        parts += [f"since {self.since}"] if self.since else []
        parts += [f"backup {self.backup}"] if self.backup else []
        parts += [f"unsigned by {self.unsigned}"] if self.unsigned else []
        parts += [f"the plan names {self.planned}"] if self.planned and not self.holder else []
        parts += [self.warning] if self.warning else []
        return ", ".join(parts) + "."


def seats_of(plan: Plan, view: IncidentView, now: datetime, zone: ZoneInfo) -> tuple[Seat, ...]:
    """The roster as it stands: the roles in the plan's order, then the escalation of the severity."""
    seats = [_seat(plan, view, role, now, zone) for role in plan.roles]
    seats.sort(key=lambda seat: not seat.needed)
    level = plan.severity(view.severity) if view.severity in plan.severity_ranks else None
    if level is not None and level.escalation:
        seats.append(Seat("heading", "escalation", f"To be told at {level.code}"))
        for told in level.escalation:
            holding = view.roles.get(told.role)
            who = shown(holding.holder) if holding else ""
            seats.append(Seat("escalation", told.role, told.who, holder=who, since=told.how, note=told.condition))
    return tuple(seats)


def counted(seats: tuple[Seat, ...]) -> str:
    """`5 of 6` roles are held."""
    roles = [seat for seat in seats if seat.kind == "role"]
    return f"{sum(bool(seat.holder) for seat in roles)} of {len(roles)}"


def _seat(plan: Plan, view: IncidentView, role: Role, now: datetime, zone: ZoneInfo) -> Seat:
    needed = role.function in {"commander", "scribe"} or role.critical
    seat = Seat(
        "role",
        role.code,
        role.title,
        planned=holder_text(role.primary),
        planned_backup=holder_text(role.backup),
        duties=role.duties_en or role.duties,
        needed=needed,
        vital=role.function in {"commander", "scribe"},
        ours=f"role:{role.code}" in plan.ours,
    )
    backup = view.roles.get(f"{role.code}/backup")
    if backup is not None:
        seat = replace(seat, backup=shown(backup.holder))
    holding = view.roles.get(role.code)
    if holding is None:
        return replace(seat, warning="nobody holds it" if needed else "")
    return replace(
        seat,
        holder=shown(holding.holder),
        since=_since(holding.since, now, zone),
        warning=_separation(plan, view, role, holding),
        unsigned=", ".join(_unsigned(view, holding)),
        handed_over_from=shown(holding.handed_over_from),
    )


def _since(moment: datetime, now: datetime, zone: ZoneInfo) -> str:
    today = now.astimezone(zone).date() == moment.astimezone(zone).date()
    return clock_text(moment, zone) if today else f"{day_text(moment, zone, now)} {clock_text(moment, zone)}"


def _separation(plan: Plan, view: IncidentView, role: Role, holding: Holding) -> str:
    """The other role that the plan wants in other hands, if the same person holds it."""
    titles = {other.code: other.title for other in plan.roles}
    for code in role.separate_from:
        other = view.roles.get(code)
        if other is not None and shown(other.holder) == shown(holding.holder):
            return f"the plan separates it from {titles.get(code, code)}"
    return ""


def _unsigned(view: IncidentView, holding: Holding) -> Iterator[str]:
    """Who has not signed taking or giving the role: the recorder has by recording, others when they approve it."""
    signed = {approval.by for approval in view.approvals.get(holding.seq, ())} | {holding.actor}
    if holding.handed_over_from is not None and holding.giver_fp not in signed:
        yield shown(holding.handed_over_from)
    if holding.fp not in signed:
        yield shown(holding.holder)


def holder_text(holder: Holder | None) -> str:
    """Who the plan names and how to reach them; `missing data` where the plan has only a placeholder."""
    if holder is None:
        return ""
    if holder.placeholder and not holder.person:
        return f"{holder.title}: {MISSING_DATA}" if holder.title else MISSING_DATA
    reach = [holder.phone, holder.email, holder.availability] if not holder.placeholder else [MISSING_DATA]
    named = [holder.person or holder.title, *reach]
    return ", ".join(part for part in named if part)


class RosterModel(QAbstractListModel):
    """The seats in one list; values are replaced in place so that the selection stays."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._seats: tuple[Seat, ...] = ()

    @property
    def seats(self) -> tuple[Seat, ...]:
        """What is shown."""
        return self._seats

    def show(self, seats: tuple[Seat, ...]) -> None:
        """Show these seats."""
        if [(s.kind, s.code, s.title) for s in seats] == [(s.kind, s.code, s.title) for s in self._seats]:
            before, self._seats = self._seats, seats
            for place, (old, new) in enumerate(zip(before, seats, strict=True)):
                if old != new:
                    self.dataChanged.emit(self.index(place), self.index(place))
            return
        self.beginResetModel()
        self._seats = seats
        self.endResetModel()

    def seat_at(self, index: Index) -> Seat | None:
        """The seat of an index."""
        return self._seats[index.row()] if index.isValid() and index.row() < len(self._seats) else None

    def place_of(self, role: str) -> int | None:
        """Where a role stands."""
        return next((n for n, seat in enumerate(self._seats) if seat.kind == "role" and seat.code == role), None)

    @override_safe(0)
    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self._seats)

    @override_safe(None)
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        seat = self.seat_at(index)
        if seat is None:
            return None
        if role == SEAT_ROLE:
            return seat
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return seat.spoken
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{seat.title} {seat.holder}".strip()
        return None

    @override_safe(Qt.ItemFlag.NoItemFlags)
    def flags(self, index: Index) -> Qt.ItemFlag:
        seat = self.seat_at(index)
        if seat is None or seat.kind == "heading":
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemNeverHasChildren
