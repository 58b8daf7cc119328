"""What the store hands out, as frozen records, and how moments travel to and from a column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import Any, Final, Literal

from app.domain.board import Card
from app.domain.timeline import TimelineRow

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)

Severity = Literal["error", "warning", "note"]


def to_ms(moment: datetime) -> int:
    """Milliseconds since 1970 in UTC."""
    return (moment - _EPOCH) // _MILLISECOND


def from_ms(count: int) -> datetime:
    """The aware UTC moment of a column."""
    return _EPOCH + timedelta(milliseconds=count)


@dataclass(frozen=True, slots=True)
class Incident:
    """An incident as it was created: `record` holds the exact bytes whose hash is the id; the number is a label."""

    incident_id: str
    number: str
    record: bytes
    origin: str
    plan_hash: str
    entry_count: int


@dataclass(frozen=True, slots=True)
class Stored:
    """An entry as it was read back from the table."""

    seq: int
    id: str
    line: bytes
    leaf: bytes


@dataclass(frozen=True, slots=True)
class Appended:
    """What an append left in the record; `is_new` is false when these ids stood there already."""

    entries: tuple[Stored, ...]
    is_new: bool


@dataclass(frozen=True, slots=True)
class Commit:
    """One acknowledged write: commit number `n` brought an incident's log to `size`."""

    n: int
    incident_id: str
    size: int


@dataclass(frozen=True, slots=True)
class Profile:
    """A person who signs on this machine; `protected` says that the key has a passphrase of its own."""

    principal: str
    name: str
    role: str
    fingerprint: str
    ssh_public: str
    created: datetime
    active: bool = True
    protected: bool = False


@dataclass(frozen=True, slots=True)
class StoredPlan:
    """A plan that was imported, by the hash of its canonical JSON."""

    hash: str
    id: str
    version: str


@dataclass(frozen=True, slots=True)
class Token:
    """A timestamp token over the checkpoint note of that size."""

    size: int
    sha256: str
    token: bytes


@dataclass(frozen=True, slots=True)
class Hit:
    """A timeline row that a search found, and whose it is."""

    incident_id: str
    number: str
    row: TimelineRow


@dataclass(frozen=True, slots=True)
class Finding:
    """One answer of the checks: an error needs an act, a warning attention, a note none."""

    severity: Severity
    what: str


ROW_COLUMNS: Final = tuple(field.name for field in fields(TimelineRow) if field.name != "row")
CARD_COLUMNS: Final = tuple(field.name for field in fields(Card))
_row_values = attrgetter(*ROW_COLUMNS)
_card_values = attrgetter(*CARD_COLUMNS)


def row_values(key: int, incident: int, row: TimelineRow) -> tuple[Any, ...]:
    """A timeline row in the order of its table's columns."""
    return (key, incident, *_row_values(row))


def row_from(number: int, values: Sequence[Any]) -> TimelineRow:
    """A timeline row from `ROW_COLUMNS` as a driver returns them, truths as 0 and 1."""
    starred, struck, human = map(bool, values[-4:-1])
    return TimelineRow(number, *values[:-4], starred, struck, human, values[-1])  # type: ignore[call-arg]


def card_values(card: Card) -> tuple[Any, ...]:
    """A card in the order of its table's columns."""
    values: tuple[Any, ...] = _card_values(card)
    return values


def card_from(values: Sequence[Any]) -> Card:
    """A card from `CARD_COLUMNS` as a driver returns them, truths as 0 and 1."""
    return Card(*values[:7], bool(values[7]), bool(values[8]), *values[9:])  # type: ignore[call-arg]
