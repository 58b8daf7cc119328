"""Gates: what must be settled before a step; MUST blocks, SHOULD warns and takes a logged reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.clocks import Clock, event_names, events_for
from app.domain.incident import IncidentView
from app.domain.plan import Gate, Need, Plan


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that a gate still waits for; `need` says where it is mended."""

    text: str
    need: Need


@dataclass(frozen=True, slots=True)
class GateStatus:
    """A gate of an incident and what it still waits for."""

    gate: Gate
    missing: tuple[Missing, ...]

    @property
    def met(self) -> bool:
        """Whether nothing is missing."""
        return not self.missing


def gates(plan: Plan, view: IncidentView, clocks: Sequence[Clock], now: datetime) -> tuple[GateStatus, ...]:
    """Every gate that applies at the incident's severity, met or not."""
    return tuple(
        GateStatus(gate, tuple(_missing(plan, view, clocks, gate)))
        for gate in plan.gates
        if plan.at_least(view.severity, gate.severity_from)
    )


def gates_before(found: Sequence[GateStatus], step: str) -> tuple[GateStatus, ...]:
    """The unmet gates that stand before a step such as `state:CODE`."""
    return tuple(status for status in found if status.gate.blocks == step and not status.met)


def _missing(plan: Plan, view: IncidentView, clocks: Sequence[Clock], gate: Gate) -> list[Missing]:
    lacking: list[Missing] = []
    for need in gate.needs:
        if need.only_if and not events_for(plan, view, [need.only_if]):
            continue
        lacking.extend(Missing(text, need) for text in _open_points(plan, view, clocks, need))
    return lacking


def _open_points(plan: Plan, view: IncidentView, clocks: Sequence[Clock], need: Need) -> list[str]:
    match need.kind:
        case "checklist":
            return _open_tasks(plan, view, need)
        case "task":
            mark = view.tasks.get(need.ref)
            return [] if mark and mark.outcome != "open" else [need.text]
        case "state":
            names = {need.ref} | {name.removeprefix("state:") for name in event_names(plan, need.ref)}
            return [] if any(spell.code in names for spell in view.states) else [need.text]
        case "role":
            role = plan.role_for(need.ref)
            code = role.code if role else need.ref
            return [] if code in view.roles else [need.text]
        case "clock":
            owed = any(clock.id == need.ref and clock.active for clock in clocks)
            return [need.text] if owed else []
        case "postmortem":
            return [] if need.ref in view.postmortem else [need.text]
        case "acknowledged":
            return [] if view.first("acknowledged") else [need.text]
        case "decision":
            return [] if any(d.topic == need.ref for d in view.decisions) else [need.text]
        case "approved_decision":
            taken = [d for d in view.decisions if d.topic == need.ref]
            approved = any(view.approvers(d.seq) - {d.actor} for d in taken)
            return [] if approved else [need.text]


def _open_tasks(plan: Plan, view: IncidentView, need: Need) -> list[str]:
    for checklist in plan.checklists_for(view.severity, view.incident_class):
        if checklist.id == need.ref:
            return [
                f"{need.text}: {task.text_en or task.text}"
                for task in checklist.tasks
                if (mark := view.tasks.get(task.id)) is None or mark.outcome == "open"
            ]
    return []
