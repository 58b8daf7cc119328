"""Declare incidents, list them, show them."""

from __future__ import annotations

import re
import secrets
from array import array
from base64 import b64decode
from datetime import datetime
from typing import Any

from app import __version__
from app.domain import entries as e
from app.domain.board import Card
from app.domain.checklists import tasks
from app.domain.clocks import clocks
from app.domain.entries import shown
from app.domain.errors import Unusable
from app.domain.gates import gates
from app.domain.instants import to_text, zone_named
from app.domain.plan import Plan
from app.domain.scribe import checked
from app.domain.timeline import TimelineRow
from app.record import canonical, chain
from app.services import looks, plans, profiles
from app.services.looks import as_known_at, look
from app.services.recorder import Act, Recorded, check_moment, record, record_first
from app.services.session import Session
from app.services.tracked import Look

__all__ = [
    "as_known_at",
    "board",
    "declare",
    "look",
    "order",
    "renumber",
    "row_count",
    "rows",
    "search",
    "show",
    "summaries",
]

_SEQUENCE = re.compile(r"\{sequence(?::(\d))?\}")
TITLE_LIMIT = 300


def board(session: Session) -> tuple[Card, ...]:
    """Every incident's card, the open ones first."""
    with session.store.read() as read:
        return read.cards()


def declare(
    session: Session,
    plan_id: str,
    severity: str,
    title: str,
    *,
    incident_class: str | None = None,
    summary: str | None = None,
    detected_at: datetime | None = None,
    detected_by: str | None = None,
    commander: str | None = None,
    drill: bool = False,
    zone: str | None = None,
    at: datetime | None = None,
    said_by: str | None = None,
) -> Recorded:
    """Open an incident: its record, its keys and the commander in one commit. Unusable for words the plan lacks."""
    plan, plan_hash = plans.get(session, plan_id)
    severity = severity_code(plan, severity)
    incident_class = class_code(plan, incident_class) if incident_class else None
    title = title_of(title)
    commander = profiles.person(commander) if commander is not None else None
    now = session.now()
    opened_at, seen_at = check_moment(at, now), check_moment(detected_at, now) if detected_at else None
    source = next((s.code for s in plan.sources_of_detection if detected_by in (s.code, s.title)), None)
    body = _body(session, plan, severity, incident_class, opened_at, seen_at, source)
    incident_id = canonical.tagged_hash("AZ:INCIDENT:", body)
    author = session.signing_key()
    origin = chain.origin(body["org"], incident_id, "a")
    log_key = session.keychain.add_log(origin)
    with session.store.write() as write:
        number = _next_number(plan, now, write.reading().numbers())
        opened = e.Opened(
            app=f"cockpit {__version__}",
            incident_id=incident_id,
            plan=plan.id,
            plan_hash=plan_hash,
            plan_version=plan.identity.version,
            number=number,
            severity=severity,
            state=plan.state_codes[0],
            title=title,
            incident_class=incident_class,
            drill=drill,
            simulated=session.simulated,
            zone=zone_named(zone or session.zone).key,
            summary=summary or None,
            detected_by=detected_by or None,
            detected_at=to_text(seen_at) if seen_at else None,
        )
        write.create(incident_id, canonical.encode(body), origin, number, plan_hash)
        first = (Act(opened, at=opened_at, said_by=said_by), *profiles.genesis(session, body["org"], log_key))
        done = record_first(session, write, chain.Head.start(origin, incident_id), plan, first, author)
    led = _commander(session, plan, commander, opened_at)
    if led:
        record(session, incident_id, lambda _look: led)
    return done[0]


def title_of(text: str) -> str:
    """A title as it is kept: one line of at most 300 characters."""
    title = " ".join(checked(text).split())
    if len(title) > TITLE_LIMIT:
        raise Unusable(
            f"The title has {len(title)} characters; at most {TITLE_LIMIT}.",
            "Put the rest into the summary, or into a line of its own.",
            code="title",
        )
    return title


def _body(
    session: Session,
    plan: Plan,
    severity: str,
    incident_class: str | None,
    opened: datetime,
    detected: datetime | None,
    source: str | None,
) -> dict[str, Any]:
    """The incident record (format version 1); it can never change, so nothing personal is in it."""
    return {
        "v": 1,
        "org": session.org,
        "nonce": secrets.token_hex(16),
        "opened": to_text(opened),
        "incident_class": incident_class,
        "severity": severity,
        "detection_time": to_text(detected) if detected else None,
        "detected_by": source,
        "status": plan.state_codes[0],
        "affected_scopes_hash": None,
        "initial_evidence_hash": None,
        "current_response_profile": None,
        "related_object_refs": [],
        "related_runbook_id": None,
    }


def _commander(session: Session, plan: Plan, name: str | None, at: datetime) -> tuple[Act, ...]:
    role = plan.role_for("commander")
    if not name or role is None:
        return ()
    fp = next((p.fingerprint for p in profiles.everyone(session) if p.name == name), None)
    return (Act(e.RoleAssigned(role.code, name, fp), at=at),)


def _next_number(plan: Plan, now: datetime, used: tuple[str, ...]) -> str:
    """The next number of the plan's pattern; a number that was given once is never given again."""
    pattern = plan.names.number.replace("{date}", f"{now:%Y%m%d}")
    width = int((_SEQUENCE.search(pattern) or [None, "3"])[1] or 3)
    before, _, after = _SEQUENCE.sub("\0", pattern).partition("\0")
    taken = [u[len(before) : len(u) - len(after) or None] for u in used if u.startswith(before) and u.endswith(after)]
    highest = max((int(t) for t in taken if t.isdecimal()), default=0)
    return f"{before}{highest + 1:0{width}d}{after}"


def renumber(session: Session, number: str, *, at: datetime | None = None, said_by: str | None = None) -> Recorded:
    """Give an incident whose number clashes with another's the next free number of its plan."""
    incident_id = looks.find(session, number)
    now = session.now()
    with session.store.read() as read:
        used = read.numbers()
    fresh = _next_number(look(session, incident_id).plan, now, used)
    done = record(session, incident_id, lambda _look: (Act(e.Renumbered(fresh), at=at, said_by=said_by),))
    with session.store.write() as write:
        write.renumber(incident_id, fresh)
    return done[0]


def severity_code(plan: Plan, text: str) -> str:
    """The plan's code for what was typed: the code itself, its short form, or any case of either."""
    for level in plan.severities:
        if text.strip().casefold() in {level.code.casefold(), level.short.casefold()} - {""}:
            return level.code
    codes = ", ".join(level.code for level in plan.severities)
    raise Unusable(f"The plan {plan.id} has no severity {text[:40]!r}.", f"It has {codes}.", code="unknown-severity")


def class_code(plan: Plan, text: str) -> str:
    """The plan's code for a class of incident."""
    for item in plan.classes:
        if text.strip().casefold() in (item.code.casefold(), item.title.casefold()):
            return item.code
    codes = ", ".join(item.code for item in plan.classes) or "none"
    raise Unusable(f"The plan {plan.id} has no class {text[:40]!r}.", f"It has {codes}.", code="unknown-class")


def rows(session: Session, incident_id: str, first: int, count: int) -> tuple[TimelineRow, ...]:
    """A page of the timeline by row number."""
    with session.store.read() as read:
        return read.rows(incident_id, first, count)


def row_count(session: Session, incident_id: str) -> int:
    """How many rows the timeline has."""
    with session.store.read() as read:
        return read.row_count(incident_id)


def order(
    session: Session,
    incident_id: str,
    *,
    by: str = "ts",
    text: str = "",
    kinds: tuple[str, ...] = (),
    tag: str = "",
    human: bool | None = None,
) -> array[int]:
    """The row numbers of what matches, in the order of recording (`ts`) or of happening (`at`)."""
    with session.store.read() as read:
        return read.order(incident_id, by=by, text=text, kinds=kinds, tag=tag, human=human)


def search(session: Session, text: str, number: str | None = None, limit: int = 100) -> tuple[Any, ...]:
    """Rows that hold every word, newest first, as hits `(incident_id, number, row)`."""
    incident_id = looks.find(session, number) if number is not None else None
    with session.store.read() as read:
        return read.search(text, incident_id, limit)


def summaries(session: Session) -> list[dict[str, Any]]:
    """The incidents for `incident list`."""
    return [
        {
            "number": card.number,
            "incident_id": card.incident_id,
            "title": card.title,
            "plan": card.plan_id,
            "severity": {"code": card.severity, "rank": card.severity_rank},
            "state": card.state,
            "closed": card.closed,
            "drill": card.drill,
            "entry_count": card.entry_count,
        }
        for card in board(session)
    ]


def show(seen: Look, now: datetime) -> dict[str, Any]:
    """An incident as `incident show --json` prints it."""
    plan, view = seen.plan, seen.view
    running = clocks(plan, view, now)
    return {
        "number": view.number,
        "incident_id": view.incident_id,
        "title": shown(view.title),
        "plan": {"id": plan.id, "version": plan.identity.version, "hash": seen.plan_hash},
        "severity": {"code": view.severity, "rank": plan.severity_ranks[view.severity]},
        "state": view.state,
        "incident_class": view.incident_class or None,
        "drill": view.drill,
        "profile": view.profile or None,
        "clocks": [clock_json(clock) for clock in running],
        "roles": _roles(plan, view),
        "gates": [
            {
                "id": status.gate.id,
                "blocks": status.gate.blocks,
                "strength": status.gate.strength,
                "met": status.met,
                "missing": [missing.text for missing in status.missing],
            }
            for status in gates(plan, view, running, now)
        ],
        "tasks": [
            {
                "id": status.task.id,
                "text": status.task.text,
                "state": status.outcome,
                "due_at": to_text(status.due_at) if status.due_at else None,
            }
            for status in tasks(plan, view, now)
        ],
        "entry_count": view.entry_count,
        "seal": {"size": seen.seal_size, "root": b64decode(seen.seal_root).hex()},
    }


def clock_json(clock: Any) -> dict[str, Any]:
    """A clock as the command line prints it."""
    return {
        "id": clock.id,
        "label": clock.label,
        "kind": clock.kind,
        "started_at": to_text(clock.started_at),
        "due_at": to_text(clock.due_at),
        "met_at": to_text(clock.met_at) if clock.met_at else None,
        "state": clock.state,
        "missed": clock.missed,
    }


def _roles(plan: Plan, view: Any) -> list[dict[str, Any]]:
    listed = []
    for role in plan.roles:
        held, backup = view.roles.get(role.code), view.roles.get(f"{role.code}/backup")
        listed.append(
            {
                "role": role.code,
                "title": role.title,
                "holder": shown(held.holder) if held else None,
                "since": to_text(held.since) if held else None,
                "backup": shown(backup.holder) if backup else None,
            }
        )
    return listed
