"""The post-mortem's prose and its follow-up actions."""

from __future__ import annotations

from datetime import datetime

from app.domain import entries as e
from app.domain.errors import NotAllowed, Unusable
from app.domain.instants import checked_day
from app.services.recorder import Act, Recorded, record
from app.services.session import Session
from app.services.tracked import Look


def write(
    session: Session, number: str, section: str, text: str, *, at: datetime | None = None, said_by: str | None = None
) -> Recorded:
    """Write a section of the plan's post-mortem; a second text supersedes the first."""

    def make(look: Look) -> tuple[Act, ...]:
        known = {item.id: item for item in look.plan.postmortem.sections}
        titles = {item.title.casefold(): item.id for item in known.values()}
        wanted = section if section in known else titles.get(section.casefold(), "")
        if not wanted:
            raise Unusable(
                f"The post-mortem of {look.plan.id} has no section {section[:40]!r}.",
                f"It has {', '.join(known)}.",
                code="unknown-section",
            )
        return (Act(e.PostmortemWritten(wanted, text), at=at, said_by=said_by),)

    return record(session, number, make)[0]


def add_action(
    session: Session,
    number: str,
    text: str,
    owner: str | None = None,
    due: str | None = None,
    *,
    at: datetime | None = None,
    said_by: str | None = None,
) -> Recorded:
    """A follow-up action; its entry number names it. `due` is a day, YYYY-MM-DD."""
    day = checked_day(due) if due else None
    return record(session, number, lambda _look: (Act(e.ActionAdded(text, owner, day), at=at, said_by=said_by),))[0]


def close_action(
    session: Session,
    number: str,
    seq: int,
    text: str | None = None,
    *,
    at: datetime | None = None,
    said_by: str | None = None,
) -> Recorded:
    """The action of that entry number is complete."""

    def make(look: Look) -> tuple[Act, ...]:
        item = next((action for action in look.view.actions if action.seq == seq), None)
        if item is None:
            raise Unusable(f"Entry {seq} is no action.", "incident timeline lists them.", code="unknown-action")
        if item.closed_at is not None:
            raise NotAllowed(f"The action {seq} is closed already.", "", code="already")
        return (Act(e.ActionClosed(text), (seq,), at, said_by),)

    return record(session, number, make)[0]
