"""What an entry of the record can say: one payload class a type, past facts only.

A field annotated `Text` is a disclosure: it may be erased, is then `GONE`, and nothing may branch on it.
Every other field is structural and stays in the record for ever, so none holds personal data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import datetime
from enum import Enum
from typing import Any, ClassVar, Final, Literal, cast, get_args

from app.domain.texts import Mark


class Gone(Enum):
    """The content of an erased or withheld disclosure."""

    GONE = "gone"

    def __str__(self) -> str:
        return "[erased]"


GONE: Final = Gone.GONE
Text = str | Gone
Outcome = Literal["done", "skipped", "not_applicable"]
Change = Literal["text", "at", "tags", "owner", "retract", "moved", "duplicate", "void"]


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as it was read back: `ts` is when it was recorded, `at` when it happened."""

    seq: int
    type: str
    ts: datetime
    at: datetime
    actor: str
    data: Mapping[str, Any]
    texts: Mapping[str, Text]
    refs: tuple[int, ...]
    id: str
    leaf: str

    @property
    def said_by(self) -> Text | None:
        """Who is quoted, when that is not the person whose key signed."""
        return self.texts.get("said_by")


@dataclass(frozen=True, slots=True)
class Opened:
    """The incident was declared; always entry 0."""

    type: ClassVar[str] = "incident.open"
    app: str
    incident_id: str
    plan: str
    plan_hash: str
    plan_version: str
    number: str
    severity: str
    state: str
    title: Text
    incident_class: str | None = None
    drill: bool = False
    simulated: bool = False
    zone: str = "UTC"
    summary: Text | None = None
    detected_by: Text | None = None
    detected_at: str | None = None


@dataclass(frozen=True, slots=True)
class KeyAdded:
    """A key was enrolled."""

    type: ClassVar[str] = "key.add"
    key: str
    fp: str
    role: Literal["log", "person", "recovery", "witness"]
    principal: str
    ns: tuple[str, ...]
    name: Text | None = None


@dataclass(frozen=True, slots=True)
class KeyRetired:
    """A key was taken out of use as planned."""

    type: ClassVar[str] = "key.retire"
    fp: str
    reason: str = "planned"


@dataclass(frozen=True, slots=True)
class KeyRevoked:
    """A key is no longer trusted from `since` on."""

    type: ClassVar[str] = "key.revoke"
    fp: str
    reason: str
    since: str
    last_good: int


@dataclass(frozen=True, slots=True)
class Attested:
    """Someone put a signature of their own under an earlier entry."""

    type: ClassVar[str] = "attest"
    of: int
    leaf: str
    as_: Literal["approve", "handover-from", "handover-to", "witness"]
    by: str
    sshsig: str


@dataclass(frozen=True, slots=True)
class Amended:
    """An earlier entry (the first of `refs`) was corrected; both stay in the record."""

    type: ClassVar[str] = "amend"
    change: Change
    to: str | None = None
    text: Text | None = None
    reason: Text | None = None


@dataclass(frozen=True, slots=True)
class Noted:
    """A line of the scribe."""

    type: ClassVar[str] = "note"
    text: Text
    mark: Mark = ""


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision with its reason; `topic` is set where a gate waits for it."""

    type: ClassVar[str] = "decision"
    decision: Text
    reason: Text | None = None
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The on-call responder took the incident."""

    type: ClassVar[str] = "acknowledged"
    by: Text | None = None


@dataclass(frozen=True, slots=True)
class SeverityChanged:
    """The severity is another one from now on."""

    type: ClassVar[str] = "severity.changed"
    severity: str
    reason: Text | None = None


@dataclass(frozen=True, slots=True)
class StateChanged:
    """The lifecycle moved; `warned` names the SHOULD gates that were passed with the given reason."""

    type: ClassVar[str] = "state.changed"
    state: str
    reason: Text | None = None
    warned: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClassChanged:
    """The incident was classified or re-classified."""

    type: ClassVar[str] = "class.changed"
    incident_class: str


@dataclass(frozen=True, slots=True)
class RoleAssigned:
    """A role was given to a person; `fp` when that person has a key in this record."""

    type: ClassVar[str] = "role.assigned"
    role: str
    holder: Text
    fp: str | None = None
    backup: bool = False


@dataclass(frozen=True, slots=True)
class RoleHandedOver:
    """A role went from one person to another; each signs with an `attest` where they have a key."""

    type: ClassVar[str] = "role.handed_over"
    role: str
    giver: Text
    holder: Text
    giver_fp: str | None = None
    fp: str | None = None
    note: Text | None = None


@dataclass(frozen=True, slots=True)
class RoleReleased:
    """Nobody holds the role any more."""

    type: ClassVar[str] = "role.released"
    role: str
    reason: Text | None = None


@dataclass(frozen=True, slots=True)
class TaskSettled:
    """A task was done, skipped with a reason, or does not apply for a reason."""

    type: ClassVar[str] = "task.settled"
    task: str
    outcome: Outcome
    reason: Text | None = None


@dataclass(frozen=True, slots=True)
class TaskReopened:
    """A settled task is open again."""

    type: ClassVar[str] = "task.reopened"
    task: str
    reason: Text | None = None


@dataclass(frozen=True, slots=True)
class TaskAssigned:
    """Someone took a task."""

    type: ClassVar[str] = "task.assigned"
    task: str
    owner: Text


@dataclass(frozen=True, slots=True)
class UpdateSent:
    """An audience was told; `warned` names the SHOULD gates that were passed with the given reason."""

    type: ClassVar[str] = "update.sent"
    audience: str
    text: Text
    reason: Text | None = None
    warned: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Starred:
    """An entry (the first of `refs`) was marked, or unmarked, as a milestone for the report."""

    type: ClassVar[str] = "star"
    on: bool = True


@dataclass(frozen=True, slots=True)
class AwarenessDecided:
    """The controller is aware (Art. 33(1) GDPR) since the entry's `at`; starts the 72 hours."""

    type: ClassVar[str] = "awareness.decided"
    reason: Text
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class BreachStated:
    """A field of the breach file was answered, or stated as unknown with owner and date."""

    type: ClassVar[str] = "breach.stated"
    field: str
    unknown: bool = False
    value: Text | None = None
    owner: Text | None = None
    due: str | None = None


@dataclass(frozen=True, slots=True)
class PostmortemWritten:
    """A section of the post-mortem was written; the newest text counts."""

    type: ClassVar[str] = "postmortem.section"
    section: str
    text: Text


@dataclass(frozen=True, slots=True)
class ActionAdded:
    """A follow-up action with owner and due date."""

    type: ClassVar[str] = "action.added"
    text: Text
    owner: Text | None = None
    due: str | None = None


@dataclass(frozen=True, slots=True)
class ActionClosed:
    """A follow-up action (the first of `refs`) is complete."""

    type: ClassVar[str] = "action.closed"
    text: Text | None = None


@dataclass(frozen=True, slots=True)
class Renumbered:
    """The number clashed with another incident's; this is the new label."""

    type: ClassVar[str] = "incident.renumbered"
    number: str


@dataclass(frozen=True, slots=True)
class ProfileSet:
    """The response profile in force."""

    type: ClassVar[str] = "profile.set"
    profile: str
    reason: Text | None = None


@dataclass(frozen=True, slots=True)
class Exported:
    """A person handed a document or bundle out."""

    type: ClassVar[str] = "export"
    report: str
    sha256: str
    size: int
    audience: str = ""


@dataclass(frozen=True, slots=True)
class Restored:
    """The database was put back to an earlier state, lawfully: `before` and `after` are commit numbers."""

    type: ClassVar[str] = "restore"
    after: int
    before: int | None = None
    reason: Text | None = None


@dataclass(frozen=True, slots=True)
class Unread:
    """An entry of a kind that this version does not know: kept, verified, shown by its type."""

    type: ClassVar[str] = "?"
    kind: str


Payload = (
    Opened
    | KeyAdded
    | KeyRetired
    | KeyRevoked
    | Attested
    | Amended
    | Noted
    | Decided
    | Acknowledged
    | SeverityChanged
    | StateChanged
    | ClassChanged
    | RoleAssigned
    | RoleHandedOver
    | RoleReleased
    | TaskSettled
    | TaskReopened
    | TaskAssigned
    | UpdateSent
    | Starred
    | AwarenessDecided
    | BreachStated
    | PostmortemWritten
    | ActionAdded
    | ActionClosed
    | Renumbered
    | ProfileSet
    | Exported
    | Restored
    | Unread
)

KINDS: Final[dict[str, type[Any]]] = {kind.type: kind for kind in get_args(Payload) if kind is not Unread}
NARRATIVE: Final = frozenset({"note"})
"""Kinds that tell and change nothing: no clock, gate, role or state depends on them."""
PLUMBING: Final = frozenset({"key.add", "key.retire", "key.revoke", "attest", "amend", "star", "erase"})
"""Kinds that are no rows of the timeline: they change other rows or the ring of keys."""


@dataclass(frozen=True, slots=True)
class _Slot:
    name: str
    key: str
    is_text: bool
    default: Any


def _slots(kind: type[Any]) -> tuple[_Slot, ...]:
    return tuple(
        _Slot(item.name, item.name.rstrip("_"), str(item.type).startswith("Text"), item.default)
        for item in fields(kind)
    )


_SLOTS: Final = {kind: _slots(kind) for kind in KINDS.values()}


def to_parts(payload: Payload) -> tuple[dict[str, Any], tuple[tuple[str, str], ...]]:
    """The structural data and the disclosures `(name, value)` of a payload, ready for the record."""
    structural: dict[str, Any] = {}
    disclosed: list[tuple[str, str]] = []
    for slot in _SLOTS[type(payload)]:
        value = getattr(payload, slot.name)
        if value is None or value == slot.default:
            continue
        if slot.is_text:
            disclosed.append((slot.name, str(value)))
        else:
            structural[slot.key] = list(value) if isinstance(value, tuple) else value
    return structural, tuple(disclosed)


def payload_of(entry: Entry) -> Payload:
    """The typed payload of an entry; `Unread` when its type or shape is not one of ours."""
    kind = KINDS.get(entry.type)
    if kind is None:
        return Unread(entry.type)
    try:
        return cast(Payload, kind(*[_value(entry, slot) for slot in _SLOTS[kind]]))
    except KeyError:
        return Unread(entry.type)


def _value(entry: Entry, slot: _Slot) -> Any:
    if slot.is_text:
        absent = GONE if slot.default is MISSING else slot.default
        return entry.texts.get(slot.name, absent)
    if slot.key in entry.data:
        value = entry.data[slot.key]
        return tuple(value) if isinstance(value, list) else value
    if slot.default is MISSING:
        raise KeyError(slot.key)
    return slot.default


def shown(text: Text | None, absent: str = "") -> str:
    """A disclosure for the eye: its text, `[erased]`, or what to show when it was never there."""
    return absent if text is None else str(text)
