"""Checklist acts: tick, skip with a reason, set aside as not applicable, reopen, assign."""

from __future__ import annotations

from datetime import datetime

from app.domain import entries as e
from app.domain.errors import NotAllowed, Unusable
from app.domain.plan import Plan, Task
from app.services.recorder import Act, Recorded, record
from app.services.session import Session
from app.services.tracked import Look


def tick(
    session: Session, number: str, task: str, *, at: datetime | None = None, said_by: str | None = None
) -> Recorded:
    """The task is done. NotAllowed when it was settled already."""
    return _settle(session, number, task, "done", None, at, said_by)


def skip(
    session: Session, number: str, task: str, reason: str, *, at: datetime | None = None, said_by: str | None = None
) -> Recorded:
    """The task is not done, for a reason."""
    return _settle(session, number, task, "skipped", _needed(reason), at, said_by)


def not_applicable(
    session: Session, number: str, task: str, reason: str, *, at: datetime | None = None, said_by: str | None = None
) -> Recorded:
    """The task does not apply here, for a reason."""
    return _settle(session, number, task, "not_applicable", _needed(reason), at, said_by)


def reopen(
    session: Session,
    number: str,
    task: str,
    reason: str | None = None,
    *,
    at: datetime | None = None,
    said_by: str | None = None,
) -> Recorded:
    """A settled task is open again."""

    def make(look: Look) -> tuple[Act, ...]:
        found = task_of(look.plan, task)
        mark = look.view.tasks.get(found.id)
        if mark is None or mark.outcome == "open":
            raise NotAllowed(f"The task {found.id} is open.", "", code="already")
        return (Act(e.TaskReopened(found.id, reason), at=at, said_by=said_by),)

    return record(session, number, make)[0]


def assign(
    session: Session, number: str, task: str, owner: str, *, at: datetime | None = None, said_by: str | None = None
) -> Recorded:
    """Someone takes the task."""

    def make(look: Look) -> tuple[Act, ...]:
        return (Act(e.TaskAssigned(task_of(look.plan, task).id, owner), at=at, said_by=said_by),)

    return record(session, number, make)[0]


def task_of(plan: Plan, text: str) -> Task:
    """The task with that id. Unusable with the nearest ids when there is none."""
    found = plan.tasks.get(text.strip())
    if found is not None:
        return found
    near = [task_id for task_id in plan.tasks if text.strip().casefold() in task_id.casefold()][:5]
    hint = f"Did you mean {', '.join(near)}?" if near else "incident-cockpit incident show NUMBER lists the tasks."
    raise Unusable(f"The plan {plan.id} has no task {text[:60]!r}.", hint, code="unknown-task")


def _needed(reason: str) -> str:
    if not reason.strip():
        raise Unusable("A skipped task needs a reason.", "Say why in a few words.", code="no-reason")
    return reason


def _settle(
    session: Session,
    number: str,
    task: str,
    outcome: e.Outcome,
    reason: str | None,
    at: datetime | None,
    said_by: str | None,
) -> Recorded:
    def make(look: Look) -> tuple[Act, ...]:
        found = task_of(look.plan, task)
        mark = look.view.tasks.get(found.id)
        if mark is not None and mark.outcome != "open":
            raise NotAllowed(
                f"The task {found.id} is settled: {mark.outcome.replace('_', ' ')} in entry {mark.seq}.",
                "Reopen it first.",
                code="already",
            )
        return (Act(e.TaskSettled(found.id, outcome, reason), at=at, said_by=said_by),)

    return record(session, number, make)[0]
