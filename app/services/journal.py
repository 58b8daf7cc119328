"""The scribe's verbs: log, decide, correct, star; and a block of lines one by one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Literal

from app.domain import entries as e
from app.domain import scribe
from app.domain.errors import NotAllowed, Unusable
from app.domain.instants import to_text
from app.domain.plan import Plan
from app.domain.wording import is_row
from app.services import incidents, looks, reading
from app.services.recorder import Act, Recorded, check_moment, record
from app.services.session import Session
from app.services.tracked import Look

Strike = Literal["retract", "moved", "duplicate", "void"]


def log(
    session: Session,
    number: str,
    text: str,
    *,
    zone: str | None = None,
    plain: bool = False,
    fold: int | None = None,
    at: datetime | None = None,
    said_by: str | None = None,
    entry_id: str = "",
) -> Recorded:
    """Record one typed line by the scribe's grammar; `/words` are text here, never commands."""
    where = zone or session.zone
    line = scribe.parse(text, session.now(), where, plain=plain, fold=fold)
    return log_parsed(session, number, scribe.spoken(line, said_by), at=at, entry_id=entry_id)


def log_parsed(
    session: Session, number: str, line: scribe.Line, *, at: datetime | None = None, entry_id: str = ""
) -> Recorded:
    """Record a line that is parsed already; a time in the line wins over `at`."""
    payload = e.Decided(line.text) if line.mark == "decision" else e.Noted(line.text, line.mark)
    act = Act(payload, at=line.at or at, said_by=line.said_by, id=entry_id)
    return record(session, number, lambda _look: (act,))[0]


def log_block(
    session: Session, number: str, lines: Iterable[str], *, zone: str | None = None, plain: bool = False
) -> Iterator[Recorded]:
    """Record the lines of a block one by one; each is committed before it is yielded."""
    for line in lines:
        yield log(session, number, line, zone=zone, plain=plain)


def decide(
    session: Session,
    number: str,
    decision: str,
    reason: str | None = None,
    topic: str = "",
    *,
    at: datetime | None = None,
    said_by: str | None = None,
) -> Recorded:
    """Record a decision; `topic` names the gate that waits for it. Unusable for a topic that no gate knows."""

    def make(look: Look) -> tuple[Act, ...]:
        known = topics(look.plan)
        if topic and topic not in known:
            listed = ", ".join(sorted(known)) or "none"
            raise Unusable(f"Nothing in the plan waits for {topic!r}.", f"Topics: {listed}.", code="unknown-topic")
        return (Act(e.Decided(decision, reason or None, topic), at=at, said_by=said_by),)

    return record(session, number, make)[0]


def topics(plan: Plan) -> frozenset[str]:
    """The topics of decisions that gates and clocks of the plan wait for."""
    asked = {need.ref for gate in plan.gates for need in gate.needs if need.kind.endswith("decision")}
    ended = {word for clock in plan.clocks for word in (*clock.stop, *clock.until)}
    return frozenset(asked | {word.removeprefix("decision:") for word in ended if word.startswith("decision:")})


def correct(
    session: Session,
    number: str,
    seq: int,
    text: str | None = None,
    *,
    happened: datetime | None = None,
    tags: str | None = None,
    strike: Strike | None = None,
    to: str | None = None,
    reason: str | None = None,
    at: datetime | None = None,
    said_by: str | None = None,
) -> tuple[Recorded, ...]:
    """Correct an entry by new ones; the old stays readable. Text, time and tags may change; a strike stands alone."""
    if text is None and happened is None and tags is None and strike is None:
        raise Unusable("Nothing was given to correct.", "Give a text, a time, tags or a retraction.", code="nothing")
    if strike is not None and (text is not None or happened is not None or tags is not None):
        raise Unusable(
            "An entry is either changed or struck, not both.", "Give one of the two.", code="two-corrections"
        )

    def make(look: Look) -> tuple[Act, ...]:
        entry = existing(session, look, seq)
        _correctable(look, entry, text, strike)
        other = _other(session, look, entry, strike, to)
        changes = _changes(session, _corrected(entry, text), happened, tags, strike, other, reason)
        return tuple(Act(change, (seq,), at, said_by) for change in changes)

    return record(session, number, make)


def _corrected(entry: e.Entry, text: str | None) -> str | None:
    """The new text as that entry can hold it; the title of an incident obeys the same rule as when it was declared."""
    if text is None:
        return None
    return incidents.title_of(text) if entry.type == e.Opened.type else scribe.checked(text)


def _changes(
    session: Session,
    text: str | None,
    happened: datetime | None,
    tags: str | None,
    strike: Strike | None,
    to: str | None,
    reason: str | None,
) -> Iterator[e.Amended]:
    if text is not None:
        yield e.Amended("text", text=text, reason=reason)
    if happened is not None:
        moment = check_moment(happened, session.now())
        yield e.Amended("at", to=to_text(moment), reason=reason)
    if tags is not None:
        yield e.Amended("tags", text=" ".join(tags.replace("#", " ").split()), reason=reason)
    if strike is not None:
        yield e.Amended(strike, to=to, reason=reason)


def _other(session: Session, look: Look, entry: e.Entry, strike: Strike | None, to: str | None) -> str | None:
    """What a struck entry points at: the incident it was moved to, or the entry that says the same."""
    if strike == "moved":
        there = looks.find(session, to or "")
        if there == look.view.incident_id:
            raise Unusable(f"Entry {entry.seq} is in that incident.", "Name another incident.", code="same-incident")
        return there
    if strike == "duplicate" and to is not None:
        if not (to.isascii() and to.isdecimal() and len(to) <= 9):
            raise Unusable(f"{to[:40]!r} is no entry.", "Give the number of the other entry.", code="unknown-entry")
        if existing(session, look, int(to)).seq == entry.seq:
            raise Unusable(f"Entry {entry.seq} is no duplicate of itself.", "Name the other one.", code="same-entry")
        return str(int(to))
    return to


_TEXTUAL = frozenset(
    {"note", "decision", "update.sent", "postmortem.section", "action.added", "incident.open", "awareness.decided"}
)
_STATEFUL = frozenset(
    {"incident.open", "severity.changed", "state.changed", "role.assigned", "role.handed_over", "role.released"}
    | {"task.settled", "task.reopened", "task.assigned", "class.changed", "profile.set"}
)


def _correctable(look: Look, entry: e.Entry, text: str | None, strike: Strike | None) -> None:
    struck = look.view.struck(entry.seq)
    if struck is not None:
        raise NotAllowed(
            f"Entry {entry.seq} was struck by entry {struck.seq}.", "Write a new line instead.", code="struck"
        )
    if not is_row(entry):
        raise NotAllowed(f"Entry {entry.seq} is a {entry.type} and cannot be corrected.", "", code="not-correctable")
    if text is not None and entry.type not in _TEXTUAL:
        raise NotAllowed(
            f"Entry {entry.seq} has no text of its own to correct.",
            "Correct its time, or record the act again as it should be.",
            code="no-text",
        )
    if strike is not None and entry.type in _STATEFUL:
        raise NotAllowed(
            f"Entry {entry.seq} changed the state of the incident and cannot be struck.",
            "Record the opposite act: reopen the task, set the severity, state or role again.",
            code="stateful",
        )


def star(
    session: Session,
    number: str,
    seq: int,
    on: bool = True,
    *,
    at: datetime | None = None,
    said_by: str | None = None,
) -> Recorded:
    """Mark an entry as a milestone for the report, or take the mark away."""

    def make(look: Look) -> tuple[Act, ...]:
        entry = existing(session, look, seq)
        if not is_row(entry):
            raise NotAllowed(f"Entry {seq} is no line of the timeline.", "Star a line.", code="no-row")
        if (seq in look.view.stars) == on:
            word = "has its star already" if on else "has no star"
            raise NotAllowed(f"Entry {seq} {word}.", "", code="already")
        return (Act(e.Starred(on), (seq,), at, said_by),)

    return record(session, number, make)[0]


def existing(session: Session, look: Look, seq: int) -> e.Entry:
    """An entry of the incident by number. Unusable when there is none."""
    if not 0 <= seq < look.view.entry_count:
        raise Unusable(
            f"There is no entry {seq} in {look.view.number}.",
            f"It has the entries 0 to {look.view.entry_count - 1}.",
            code="unknown-entry",
        )
    with session.store.read() as read:
        own = read.disclosures(look.view.incident_id, seq - 1, seq)
        return next(reading.entries(read.lines(look.view.incident_id, seq - 1, seq), own))
