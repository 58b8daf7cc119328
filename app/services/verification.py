"""Does it still verify: one record, all of them, a bag from elsewhere; and the health of the store."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.domain.errors import Refused, Unusable
from app.domain.fold import Fold
from app.domain.summary import card_of
from app.domain.wording import is_row
from app.record import bundle
from app.record.verify import Verdict, verify_record
from app.services import looks, plans, profiles, reading
from app.services.rows import row_of
from app.services.session import Session


def verify(
    session: Session,
    number: str,
    trust: frozenset[str] = frozenset(),
    progress: Callable[[int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Verdict:
    """Verify a stored record whole: every hash, signature, key and checkpoint."""
    parts = record_parts(session, looks.find(session, number))
    return verify_record(parts.incident, parts.lines, parts.disclosures, parts.checkpoints, trust, progress, cancelled)


def record_parts(session: Session, incident_id: str) -> bundle.RecordParts:
    """The record as it lies in the store."""
    with session.store.read() as read:
        stored = read.incident(incident_id)
        return bundle.RecordParts(
            incident=stored.record,
            lines=tuple(line for _seq, line, _leaf in read.lines(incident_id)),
            disclosures=tuple(read.disclosures(incident_id)),
            checkpoints=read.checkpoints(incident_id),
        )


def verify_file(path: Path, trust: frozenset[str] = frozenset()) -> Verdict:
    """Verify a bag (folder or zip). Unusable when it is none."""
    if not path.exists():
        raise Unusable(f"There is no file {path}.", "Name a bag, or the number of an incident.", code="no-file")
    return bundle.verify(path, trust)


def verify_all(session: Session, trust: frozenset[str] = frozenset()) -> dict[str, Verdict]:
    """Verify every record of the store, by number and the beginning of its id."""
    with session.store.read() as read:
        known = read.incidents()
    return {f"{one.number} {one.incident_id[:12]}": verify(session, one.incident_id, trust) for one in known}


def verdict_json(verdict: Verdict) -> dict[str, Any]:
    """A verdict as the command line prints it."""
    return {
        "ok": verdict.ok,
        "verdict": verdict.verdict,
        "size": verdict.size,
        "root": verdict.root,
        "signers": list(verdict.signers),
        "problems": [{"entry": problem.entry, "what": problem.what} for problem in verdict.problems],
        "remarks": list(verdict.remarks),
    }


def doctor(session: Session) -> list[dict[str, str]]:
    """The state of the store, of every record, and of the keys: findings with severity and sentence."""
    found = [{"severity": one.severity, "what": one.what} for one in session.store.check()]
    for name, verdict in verify_all(session).items():
        if not verdict.ok:
            found.extend({"severity": "error", "what": f"{name}: {problem.what}"} for problem in verdict.problems)
    with session.store.read() as read:
        ids, numbers = [one.incident_id for one in read.incidents()], read.numbers()
    found.extend({"severity": "error", "what": text} for one in ids for text in _differences(session, one))
    found.extend({"severity": "warning", "what": text} for text in profiles.clashes(numbers))
    return found + _keys(session)


def _keys(session: Session) -> list[dict[str, str]]:
    """Which keys are not at hand: those of the people here, and the ones that seal the records."""
    try:
        lost = [p.name for p in profiles.everyone(session) if p.active and not session.keychain.holds(p.principal)]
    except Refused as refusal:
        return [{"severity": _word_of(refusal), "what": f"The keys cannot be looked at. {refusal.message}"}]
    found = [
        {"severity": "error", "what": f"The key of {name} is not here; nothing can be signed with it."} for name in lost
    ]
    with session.store.read() as read:
        records = read.incidents()
    for record in records:
        try:
            session.keychain.log(record.origin)
        except Refused as refusal:
            found.append(
                {"severity": _word_of(refusal), "what": f"{record.number} cannot be written: {refusal.message}"}
            )
    return found


def _word_of(refusal: Refused) -> str:
    """A passphrase that nobody gave is no damage."""
    return "note" if refusal.code in ("no-passphrase", "wrong-passphrase", "locked") else "error"


def _differences(session: Session, incident_id: str) -> list[str]:
    """Where the stored projections say something else than the record."""
    fold, _plan, rows = _refold(session, incident_id)
    view = fold.view()
    with session.store.read() as read:
        stored = read.rows(incident_id, 0, max(read.row_count(incident_id), 1))
        card = read.card(incident_id)
    sentences = []
    if stored != tuple(rows):
        sentences.append(f"{view.number}: the stored timeline differs from the record; doctor --rebuild mends it.")
    if (
        card is None
        or card.entry_count != view.entry_count
        or card.severity != view.severity
        or card.state != view.state
    ):
        sentences.append(f"{view.number}: the stored card differs from the record; doctor --rebuild mends it.")
    return sentences


def rebuild(session: Session) -> int:
    """Drop every projection and fold it again from the records; returns how many incidents there are."""
    with session.store.read() as read:
        ids = [one.incident_id for one in read.incidents()]
    for incident_id in ids:
        fold, plan, rows = _refold(session, incident_id)
        with session.store.write() as write:
            write.clear_projections(incident_id)
            write.put_rows(incident_id, rows)
            write.put_card(card_of(plan, fold.view(), session.now()))
    session.tracked.clear()
    return len(ids)


def _refold(session: Session, incident_id: str) -> tuple[Fold, Any, list[Any]]:
    with session.store.read() as read:
        stored = read.incident(incident_id)
        every = list(reading.entries(read.lines(incident_id), read.disclosures(incident_id)))
    plan = plans.by_hash(session, stored.plan_hash)
    fold = Fold()
    for entry in every:
        fold.advance(entry)
    view = fold.view()
    visible = [entry for entry in every if is_row(entry)]
    return fold, plan, [row_of(entry, number, plan, view) for number, entry in enumerate(visible)]
