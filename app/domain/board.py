"""Board cards: what the severity board shows of an incident without folding it again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from app.domain.checklists import tasks as all_tasks
from app.domain.clocks import ACTIVE, clocks
from app.domain.entries import shown
from app.domain.gates import gates
from app.domain.incident import IncidentView
from app.domain.instants import from_text, to_text
from app.domain.plan import Plan
from app.domain.timeline import milliseconds


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


def card_of(plan: Plan, view: IncidentView, now: datetime) -> Card:
    """The card of an incident as of now."""
    running = [clock for clock in clocks(plan, view, now) if clock.state in ACTIVE]
    state = plan.state(view.state) if view.state in plan.state_codes else None
    held = {function: _holder(plan, view, function) for function in ("commander", "scribe")}
    waiting = [status for status in gates(plan, view, running, now) if not status.met]
    return Card(
        incident_id=view.incident_id,
        number=view.number,
        title=shown(view.title),
        plan_id=plan.id,
        severity=view.severity,
        severity_rank=plan.severity_ranks[view.severity],
        state=view.state,
        closed=bool(state and state.closed),
        drill=view.drill,
        opened_at=milliseconds(view.declared_at),
        commander=held["commander"],
        scribe=held["scribe"],
        label=view.profile,
        gates_open=len(waiting),
        clocks_json=json.dumps([[c.label, to_text(c.due_at), c.kind] for c in running], ensure_ascii=False),
        updated_at=milliseconds(view.last_ts),
        entry_count=view.entry_count,
    )


def _holder(plan: Plan, view: IncidentView, function: str) -> str:
    role = plan.role_for(function)
    holding = view.roles.get(role.code) if role else None
    return shown(holding.holder) if holding else ""


def open_tasks(plan: Plan, view: IncidentView, now: datetime) -> int:
    """How many tasks of the applying checklists are open."""
    return sum(not task.settled for task in all_tasks(plan, view, now))
