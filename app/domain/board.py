"""Board cards: what the severity board shows of an incident without folding it again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from app.domain.instants import from_text


@dataclass(frozen=True, slots=True)
class Card:
    """An incident on the board. Times are milliseconds since 1970 UTC; `clocks_json` lists the running clocks."""

    incident_id: str
    number: str
    title: str
    plan_id: str
    severity: str
    severity_rank: int
    state: str
    closed: bool
    drill: bool
    opened_at: int
    commander: str
    scribe: str
    label: str
    gates_open: int
    clocks_json: str
    updated_at: int
    entry_count: int

    @property
    def clocks(self) -> tuple[CardClock, ...]:
        """The clocks that still need an act, tightest first."""
        return tuple(CardClock(label, from_text(due), kind) for label, due, kind in json.loads(self.clocks_json))


@dataclass(frozen=True, slots=True)
class CardClock:
    """A running clock on a card: what it is for and when it is due."""

    label: str
    due_at: datetime
    kind: str
