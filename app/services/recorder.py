"""The one door that writes: acts become signed lines, a checkpoint and projections in one transaction."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from app.domain import entries as e
from app.domain.board import Card
from app.domain.entries import NARRATIVE, Entry, Payload
from app.domain.errors import Broken, Unusable
from app.domain.fold import Fold
from app.domain.incident import IncidentView
from app.domain.instants import floor_ms, to_text
from app.domain.plan import Plan
from app.domain.scribe import checked
from app.domain.summary import card_of
from app.domain.timeline import milliseconds
from app.domain.wording import is_row
from app.record import attestation, chain, checkpoint, lines, sshsig
from app.record.keys import SigningKey, signed
from app.services import looks, reading
from app.services.rows import row_of
from app.services.session import Session
from app.services.tracked import Look, Tracked

if TYPE_CHECKING:
    from app.store.reading import Reading
    from app.store.writing import Writing

_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
"""Before it some systems cannot show a local time, and no incident of a computer happened."""

_TOUCHES = frozenset({"amend", "star", "attest"})
"""Kinds that change how earlier rows look."""

_SEALED_FOR_GOOD = frozenset({"key.add", "key.retire", "key.revoke", "export"})
"""Kinds whose commit's checkpoint is kept when later ones supersede it (format version 1, Checkpoint)."""


@dataclass(frozen=True, slots=True)
class Act:
    """What is to be recorded: a payload, the entries it refers to, when it happened, who said it.

    `by` signs in place of the session's signer; `id` is the caller's UUID, so that a retry never doubles an entry.
    """

    payload: Payload
    refs: tuple[int, ...] = ()
    at: datetime | None = None
    said_by: str | None = None
    by: SigningKey | None = None
    id: str = ""


@dataclass(frozen=True, slots=True)
class Attest:
    """A signature of its own under entry `of`, which is recorded already or earlier in the same commit."""

    of: int
    as_: Literal["approve", "handover-from", "handover-to", "witness"]
    key: SigningKey
    at: datetime | None = None
    said_by: str | None = None


Step = Act | Attest


@dataclass(frozen=True, slots=True)
class Recorded:
    """A committed entry: the incident's number, the entry's number and leaf (hex), and what kind it is."""

    number: str
    incident_id: str
    seq: int
    leaf: str
    type: str
    at: datetime
    ts: datetime


Make = Callable[[Look], Sequence[Step]]
"""Makes acts from the state inside the transaction, after the gates were asked; raises Refused to write nothing."""


def record(session: Session, number_or_id: str, make: Make) -> tuple[Recorded, ...]:
    """Record acts in one commit. Returns only after the lines are on disk and the head anchor is written."""
    incident_id = looks.find(session, number_or_id)
    author = session.signing_key()
    with session.lock_looks:
        try:
            with session.store.write() as write:
                tracked = looks.advance(session, incident_id)
                head = write.head(incident_id)
                if head is None:
                    raise Broken("The record has no entries.", "Restore a backup.", code="empty-record")
                acts = make(tracked.look)
                standing = _standing(write, incident_id, acts)
                if standing:
                    return tuple(recorded(tracked.look.view, entry) for entry in standing)
                after, fresh, card = _append(session, write, tracked, head, acts, author)
        except BaseException:
            # What the fold took in may not be on disk: the next look reads the record again.
            session.tracked.pop(incident_id, None)
            raise
        seen = tracked.look
        kept = looks.keep(session, tracked.fold, seen.plan, seen.plan_hash, seen.origin, after.root, card)
    return tuple(recorded(kept.look.view, entry) for entry in fresh)


def _standing(write: Writing, incident_id: str, steps: Sequence[Step]) -> list[Entry]:
    """The entries that stand there already under the caller's ids: a retry records nothing twice."""
    read = write.reading()
    found = [read.entry_id(step.id) for step in steps if isinstance(step, Act) and step.id]
    return [_stored(read, incident_id, place[1]) for place in found if place is not None and place[0] == incident_id]


def _stored(read: Reading, incident_id: str, seq: int) -> Entry:
    return next(reading.entries(read.lines(incident_id, seq - 1, seq), read.disclosures(incident_id, seq - 1, seq)))


def record_first(
    session: Session, write: Writing, head: chain.Head, plan: Plan, steps: Sequence[Step], author: SigningKey
) -> tuple[Recorded, ...]:
    """Record the genesis group of a new incident inside an open transaction."""
    fold = Fold()
    _after, fresh, _card = _written(session, write, fold, plan, None, head, steps, author)
    return tuple(recorded(fold.view(), entry) for entry in fresh)


def recorded(view: IncidentView, entry: Entry) -> Recorded:
    """The receipt of a committed entry."""
    return Recorded(view.number, view.incident_id, entry.seq, entry.leaf, entry.type, entry.at, entry.ts)


def _append(
    session: Session, write: Writing, tracked: Tracked, head: chain.Head, steps: Sequence[Step], author: SigningKey
) -> tuple[chain.Head, list[Entry], Card]:
    return _written(session, write, tracked.fold, tracked.look.plan, tracked.card, head, steps, author)


def _written(
    session: Session,
    write: Writing,
    fold: Fold,
    plan: Plan,
    card: Card | None,
    head: chain.Head,
    steps: Sequence[Step],
    author: SigningKey,
) -> tuple[chain.Head, list[Entry], Card]:
    org, incident_id, _log = head.origin.split("/")
    sealed: list[chain.Sealed] = []
    fresh: list[Entry] = []
    authors: list[SigningKey] = []
    for step in steps:
        now = session.now()
        act = step if isinstance(step, Act) else _attestation(write, incident_id, step, sealed, org)
        signer = act.by or author
        draft = _draft(act, now)
        one, head = chain.seal(draft, head, signer, signer.fingerprint, to_text(now), org)
        sealed.append(one)
        authors.append(signer)
        fresh.append(_entry(draft, one, signer.fingerprint, now, act.at))
    log_key = session.keychain.log(head.origin)
    stored = write.append(incident_id, sealed, checkpoint.sign(head.origin, head.size, head.root, [log_key], org))
    if any(entry.type in _SEALED_FOR_GOOD for entry in fresh):
        write.keep_checkpoint(incident_id, head.size)
    for kept, signer in zip(stored.entries, authors, strict=True):
        _check_signature(kept.line, signer, org)
    return head, fresh, _project(session, write, fold, plan, card, fresh)


def _attestation(write: Writing, incident_id: str, step: Attest, sealed: Sequence[chain.Sealed], org: str) -> Act:
    own = next((one.line for one in sealed if one.seq == step.of), None)
    line = own or next(line for _seq, line, _leaf in write.reading().lines(incident_id, step.of - 1, step.of))
    content = attestation.make(line, step.as_, step.key, org)
    made = e.Attested(content["of"], content["leaf"], content["as"], content["by"], content["sshsig"])
    return Act(made, (step.of,), step.at, step.said_by)


def _check_signature(line: bytes, signer: SigningKey, org: str) -> None:
    """The author's signature, over the bytes that the store gave back."""
    message = sshsig.preimage(lines.unsigned(line), f"author@{org}")
    if not signed(signer.public, lines.signature(lines.read(line)), message):
        raise Broken("The stored line does not carry its author's signature.", "Nothing was recorded.", code="torn")


def _project(
    session: Session, write: Writing, fold: Fold, plan: Plan, card: Card | None, fresh: Sequence[Entry]
) -> Card:
    for entry in fresh:
        fold.advance(entry)
    view = fold.view()
    first = write.reading().row_count(view.incident_id)
    visible = [entry for entry in fresh if is_row(entry)]
    write.put_rows(view.incident_id, [row_of(entry, n, plan, view) for n, entry in enumerate(visible, first)])
    touched = {ref for entry in fresh if entry.type in _TOUCHES for ref in entry.refs}
    for seq in sorted(touched - {entry.seq for entry in fresh}):
        _refresh(write, view, plan, seq)
    narrated = card is not None and all(entry.type in NARRATIVE for entry in fresh)
    if card is not None and narrated:
        card = replace(card, updated_at=milliseconds(view.last_ts), entry_count=view.entry_count)
    else:
        card = card_of(plan, view, session.now())
    write.put_card(card)
    return card


def _refresh(write: Writing, view: IncidentView, plan: Plan, seq: int) -> None:
    read = write.reading()
    shown = read.row_of(view.incident_id, seq)
    if shown is None:
        return
    row = row_of(_stored(read, view.incident_id, seq), shown.row, plan, view)
    changes = {name: value for name, value in asdict(row).items() if value != getattr(shown, name)}
    if changes:
        write.amend_row(view.incident_id, seq, **changes)


def _draft(act: Act, now: datetime) -> chain.Draft:
    structural, disclosed = e.to_parts(act.payload)
    for _name, text in disclosed:
        checked(text)
    if act.said_by:
        disclosed = (*disclosed, ("said_by", checked(act.said_by)))
    at = check_moment(act.at, now)
    entry_id = act.id or chain.uuid7(now, secrets.token_bytes(10))
    return chain.Draft(act.payload.type, structural, disclosed, act.refs, None if at == now else to_text(at), entry_id)


def check_moment(at: datetime | None, now: datetime) -> datetime:
    """When an act happened: now, or a moment in the past. Unusable for the future, and before 1970."""
    if at is None:
        return now
    at = floor_ms(at)
    if at > now:
        raise Unusable(
            f"{to_text(at)} is in the future (it is {to_text(now)}).",
            "Give the time at which it happened.",
            code="future-time",
        )
    if at < _EARLIEST:
        raise Unusable(f"{to_text(at)} is before 1970.", "Check the year.", code="early-time")
    return at


def _entry(draft: chain.Draft, one: chain.Sealed, actor: str, ts: datetime, at: datetime | None) -> Entry:
    refs = tuple(ref for ref in draft.refs if isinstance(ref, int))
    happened = floor_ms(at) if at else ts
    texts = dict(draft.disclosed)
    return Entry(one.seq, draft.type, ts, happened, actor, draft.data, texts, refs, draft.id, one.leaf.hex())
