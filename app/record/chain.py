"""Sealing: a draft becomes one line that names its predecessor, commits to its texts and carries its author's name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.record import canonical, disclosure, lines, merkle, sshsig
from app.record.keys import SigningKey


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be recorded: structural `data`, and the texts of which the line will hold only digests."""

    type: str
    data: dict[str, Any]
    disclosed: tuple[tuple[str, Any], ...] = ()
    refs: tuple[int | dict[str, Any], ...] = ()
    at: str | None = None
    id: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a log: its origin, number of entries, the next entry's `prev` in hex, and the tree so far."""

    origin: str
    size: int
    prev: str
    frontier: merkle.Frontier

    @classmethod
    def start(cls, origin: str, incident_id: str) -> Head:
        """The head of a log without entries: the first `prev` is the incident id."""
        return cls(origin, 0, incident_id, merkle.Frontier())

    @property
    def root(self) -> bytes:
        """The root over all entries, 32 bytes."""
        return self.frontier.root


@dataclass(frozen=True, slots=True)
class Sealed:
    """One line ready to be stored: its exact bytes, its 32-byte leaf, and its disclosures in the draft's order."""

    seq: int
    line: bytes
    leaf: bytes
    disclosures: tuple[str, ...]
    id: str


def origin(org: str, incident_id: str, log: str) -> str:
    """`<org>/<incident_id>/<log name>`, the name of a log."""
    return f"{org}/{incident_id}/{log}"


def uuid7(now: datetime, rand: bytes) -> str:
    """A UUID of version 7 from an aware moment and 10 random bytes (RFC 9562 §5.7)."""
    millis = int(now.timestamp() * 1000)
    tail = int.from_bytes(rand[:10])
    number = millis << 80 | 7 << 76 | (tail >> 62 & 0xFFF) << 64 | 2 << 62 | tail & (1 << 62) - 1
    text = f"{number:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def seal(
    draft: Draft,
    head: Head,
    author: SigningKey | None,
    actor: str,
    ts: str,
    org: str,
    salts: Iterable[bytes] | None = None,
) -> tuple[Sealed, Head]:
    """The sealed line and the head after it; without an author, `actor` is the log key that speaks for the program.

    ValueError (BadEntry, NotCanonical) for a draft that a verifier would reject; Unusable for a text over 64 KiB.
    """
    if (author is None) and draft.type not in lines.PROGRAM_TYPES:
        raise lines.BadEntry(f"{draft.type} needs a person's signature")
    if author is not None and author.fingerprint != actor:
        raise lines.BadEntry("actor and author are not the same key")
    source: Iterator[bytes] = disclosure.salts() if salts is None else iter(salts)
    disclosures = tuple(disclosure.make(name, value, next(source)) for name, value in draft.disclosed)
    entry = _fields(draft, head, actor, ts, disclosures)
    lines.check(entry)
    line = canonical.encode(entry)
    if author is not None:
        line = lines.with_signature(line, author.sign(sshsig.preimage(line, f"author@{org}")))
        if len(line) > canonical.LINE_LIMIT:
            raise canonical.NotCanonical(f"{len(line)} bytes, more than {canonical.LINE_LIMIT}")
    leaf = merkle.leaf(line)
    sealed = Sealed(head.size, line, leaf, disclosures, draft.id)
    return sealed, Head(head.origin, head.size + 1, leaf.hex(), head.frontier.push(leaf))


def _fields(draft: Draft, head: Head, actor: str, ts: str, disclosures: tuple[str, ...]) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "actor": actor,
        "id": draft.id,
        "log": head.origin,
        "prev": head.prev,
        "seq": head.size,
        "ts": ts,
        "type": draft.type,
        "v": 1,
    }
    if draft.at is not None and draft.at != ts:
        entry["at"] = draft.at
    if draft.data:
        entry["data"] = draft.data
    if draft.refs:
        entry["refs"] = list(draft.refs)
    if disclosures:
        entry["_sd"] = sorted(disclosure.digest(one) for one in disclosures)
        entry["_sd_alg"] = "sha-256"
    return entry
