"""What `live` reads: the board, the open incident, the plans; and what differs from what was read before."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from app.domain.board import Card
    from app.domain.plan import Plan
    from app.domain.timeline import TimelineRow
    from app.services.session import Session
    from app.services.tracked import Look

LOCALTIME: Final = Path("/etc/localtime")


class FirstPage(Protocol):
    """What is read before the session is open: the board, and the newest rows of one incident."""

    @property
    def cards(self) -> tuple[Card, ...]: ...
    @property
    def incident_id(self) -> str: ...
    @property
    def rows(self) -> tuple[TimelineRow, ...]: ...
    @property
    def row_count(self) -> int: ...


@dataclass(frozen=True, slots=True)
class State:
    """What one reading of the record gave: the board, the open incident, its number of rows."""

    cards: tuple[Card, ...]
    look: Look | None
    rows: int
    owed: tuple[str, ...]


def machine_zone() -> str:
    """The machine's IANA zone. The link that Linux and macOS keep is a thousandth of what Qt's own search costs."""
    _, found, name = str(LOCALTIME.readlink() if LOCALTIME.is_symlink() else "").partition("/zoneinfo/")
    if found and "TZ" not in os.environ:
        return name
    from PySide6.QtCore import QTimeZone

    return bytes(QTimeZone.systemTimeZoneId().data()).decode() or "UTC"


def read_state(session: Session, incident: str) -> State:
    """The board and, if there is one, the open incident, as they are now."""
    from app.services import incidents, profiles

    cards, owed = incidents.board(session), profiles.owed(session)
    if not incident:
        return State(cards, None, 0, owed)
    return State(cards, incidents.look(session, incident), incidents.row_count(session, incident), owed)


def read_plans(session: Session) -> dict[str, Plan]:
    """Every plan at hand by id, the newest version of each."""
    from app.services import plans

    return {summary.id: plans.get(session, summary.id)[0] for summary in plans.available(session)}


def first_changed(before: Look | None, after: Look | None, rows: int) -> int:
    """The first timeline row that is new or different; 0 where older rows changed or the incident is another."""
    if before is None or after is None or before.view.incident_id != after.view.incident_id:
        return 0
    then, now = before.view, after.view
    same = then.corrections == now.corrections and then.stars == now.stars and then.approvals == now.approvals
    return rows if same and then.people == now.people else 0
