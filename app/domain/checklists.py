"""Checklists of an incident: which apply, what is settled, what is late."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.clocks import events_for
from app.domain.entries import Text
from app.domain.incident import IncidentView, TaskMark, TaskOutcome
from app.domain.plan import Checklist, Plan, Task


@dataclass(frozen=True, slots=True)
class TaskStatus:
    """A task of an incident: what the plan says, what became of it, when it is due."""

    task: Task
    checklist: str
    outcome: TaskOutcome
    due_at: datetime | None
    late: bool
    mark: TaskMark | None

    @property
    def owner(self) -> Text | None:
        """Who took it."""
        return self.mark.owner if self.mark else None

    @property
    def settled(self) -> bool:
        """Done, skipped or not applicable."""
        return self.outcome != "open"


@dataclass(frozen=True, slots=True)
class ChecklistStatus:
    """A checklist of an incident with its window as moments."""

    checklist: Checklist
    tasks: tuple[TaskStatus, ...]
    opens_at: datetime | None
    due_at: datetime | None
    late: bool

    @property
    def settled(self) -> int:
        """How many tasks need nothing more."""
        return sum(task.settled for task in self.tasks)

    @property
    def complete(self) -> bool:
        """Whether nothing is open."""
        return self.settled == len(self.tasks)


def checklists(plan: Plan, view: IncidentView, now: datetime) -> tuple[ChecklistStatus, ...]:
    """The checklists that apply to the incident as it is classified now, in the plan's order."""
    applying = plan.checklists_for(view.severity, view.incident_class)
    return tuple(_status(plan, view, checklist, now) for checklist in applying)


def tasks(plan: Plan, view: IncidentView, now: datetime) -> Iterator[TaskStatus]:
    """Every task that applies, in the plan's order."""
    for status in checklists(plan, view, now):
        yield from status.tasks


def _status(plan: Plan, view: IncidentView, checklist: Checklist, now: datetime) -> ChecklistStatus:
    started = next((event.at for event in events_for(plan, view, [checklist.start]) if event.at <= now), None)
    opens = due = None
    if started is not None and checklist.window is not None:
        opens, due = (started + timedelta(minutes=edge) for edge in checklist.window)
    listed = tuple(_task(view, checklist, task, started, due, now) for task in checklist.tasks)
    late = any(task.late for task in listed)
    return ChecklistStatus(checklist, listed, opens, due, late)


def _task(
    view: IncidentView, checklist: Checklist, task: Task, started: datetime | None, due: datetime | None, now: datetime
) -> TaskStatus:
    mark = view.tasks.get(task.id)
    outcome: TaskOutcome = mark.outcome if mark else "open"
    own = started + timedelta(minutes=task.budget_minutes) if started and task.budget_minutes else due
    until = mark.at if mark and outcome != "open" and mark.at else now
    return TaskStatus(task, checklist.id, outcome, own, own is not None and until > own, mark)
