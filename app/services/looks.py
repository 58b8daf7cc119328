"""Looking at an incident: its state is folded once and then advanced, entry by entry."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from datetime import datetime

from app.domain.board import Card
from app.domain.entries import Entry
from app.domain.errors import Unusable
from app.domain.fold import Fold
from app.domain.plan import Plan
from app.record import merkle
from app.services import plans, reading
from app.services.session import Session
from app.services.tracked import Look, Tracked


def find(session: Session, number_or_id: str) -> str:
    """The incident id of a number, an id or its beginning. Unusable when there is none, or more than one."""
    with session.store.read() as read:
        return read.incident(number_or_id).incident_id


def look(session: Session, number_or_id: str) -> Look:
    """The incident as it is now, including what other processes wrote."""
    return advance(session, find(session, number_or_id)).look


def advance(session: Session, incident_id: str) -> Tracked:
    """The kept fold of an incident, taken up to the end of the stored record."""
    with session.lock_looks:
        tracked = session.tracked.get(incident_id)
        size = tracked.look.seal_size if tracked else 0
        with session.store.read() as read:
            if tracked is not None and read.entry_count(incident_id) == size:
                return tracked
            stored = read.incident(incident_id)
            fresh = list(reading.entries(read.lines(incident_id, size - 1), read.disclosures(incident_id, size - 1)))
            point = read.checkpoint(incident_id)
        fold = tracked.fold if tracked else Fold()
        plan = tracked.look.plan if tracked else plans.by_hash(session, stored.plan_hash)
        for entry in fresh:
            fold.advance(entry)
        root = point.root if point is not None else merkle.Frontier().root
        return keep(session, fold, plan, stored.plan_hash, stored.origin, root)


def keep(
    session: Session, fold: Fold, plan: Plan, plan_hash: str, origin: str, root: bytes, card: Card | None = None
) -> Tracked:
    """Remember a fold that agrees with the committed record, whose root (32 bytes) is given."""
    view = fold.view()
    seen = Look(plan, plan_hash, view, origin, view.entry_count, b64encode(root).decode())
    session.tracked[view.incident_id] = tracked = Tracked(fold, seen, card)
    return tracked


def as_known_at(session: Session, number_or_id: str, moment: datetime) -> Look:
    """What was known at a moment: the longest prefix of the record that was written by then."""
    now = advance(session, find(session, number_or_id)).look
    found = _prefix(session, now, lambda entry: entry.ts <= moment)
    if found is None:
        raise Unusable(
            "The incident was not yet recorded at that moment.",
            f"It was recorded at {now.view.declared_ts:%Y-%m-%d %H:%M:%S} UTC.",
            code="before-declaration",
        )
    return found


def as_of_size(session: Session, number_or_id: str, size: int) -> Look | None:
    """The incident after its first `size` entries; None if it never had so many."""
    now = advance(session, find(session, number_or_id)).look
    return _prefix(session, now, lambda entry: entry.seq < size) if 0 < size <= now.seal_size else None


def _prefix(session: Session, now: Look, belongs: Callable[[Entry], bool]) -> Look | None:
    incident_id = now.view.incident_id
    fold = Fold()
    leaves: list[bytes] = []
    with session.store.read() as read:
        for entry in reading.entries(read.lines(incident_id), read.disclosures(incident_id)):
            if not belongs(entry):
                break
            fold.advance(entry)
            leaves.append(bytes.fromhex(entry.leaf))
    if not leaves:
        return None
    view = fold.view()
    root = b64encode(merkle.root(leaves)).decode()
    return Look(now.plan, now.plan_hash, view, now.origin, view.entry_count, root)
