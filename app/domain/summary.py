"""The card of an incident, made from its state."""

from __future__ import annotations

import json
from datetime import datetime

from app.domain.board import Card
from app.domain.clocks import ACTIVE, clocks
from app.domain.entries import shown
from app.domain.gates import gates
from app.domain.incident import IncidentView
from app.domain.instants import to_text
from app.domain.plan import Plan
from app.domain.timeline import milliseconds


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
