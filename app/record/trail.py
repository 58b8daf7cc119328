"""The bytes of a record line after line: form, chain, leaves and tree."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256, sha512
from typing import Any

from app.record import lines
from app.record.canonical import NotCanonical
from app.record.merkle import EMPTY, node

Report = Callable[[int | None, str], None]
"""Takes the seq of a bad entry (None: the record as a whole) and what is wrong with it."""

_SHOWN = 8


class Trail:
    """What the lines taken so far come to; whatever is wrong with one goes to `report` under its number."""

    def __init__(self, org: str, incident_id: str, sizes: frozenset[int], report: Report) -> None:
        self.size = 0
        self.origin = ""
        self.roots: dict[int, bytes] = {}
        self.broken = False
        self._prefix = f"{org}/{incident_id}/"
        self._prev = incident_id
        self._sizes = sizes
        self._report = report
        self._leaves, self._hashes = bytearray(), bytearray()
        self._nodes: list[bytes] = []
        self._ids: dict[str, int] = {}
        self._last_ts = ""
        self._went_back: list[int] = []

    def take(self, raw: bytes) -> dict[str, Any] | None:
        """The fields of the next line; None if it is unreadable, or if an earlier gap made the order meaningless."""
        if self.broken:
            return None
        seq = self.size
        entry = self._read(raw)
        if entry is not None and entry["seq"] != seq:
            self.broken = True
            self._report(
                seq, f"entry {entry['seq']} stands here: entries are missing or moved, and none after was read"
            )
            return None
        self._grow(raw)
        if entry is not None:
            self._check_links(seq, entry)
        self._prev = self._leaves[-32:].hex()
        return entry

    def _read(self, raw: bytes) -> dict[str, Any] | None:
        try:
            return lines.read(raw)
        except (NotCanonical, lines.BadEntry) as error:
            self._report(self.size, f"not an entry of format version 1: {error}")
            return None

    def _grow(self, raw: bytes) -> None:
        leaf, size, nodes = sha256(b"\0" + raw).digest(), self.size, self._nodes
        self._leaves += leaf
        self._hashes += sha512(raw).digest()
        while size & 1:
            leaf = sha256(b"\1" + nodes.pop() + leaf).digest()
            size >>= 1
        nodes.append(leaf)
        self.size += 1
        if self.size in self._sizes:
            self.roots[self.size] = self.root

    def _check_links(self, seq: int, entry: dict[str, Any]) -> None:
        if entry["prev"] != self._prev:
            self._report(seq, "prev is not the leaf of the entry before it")
        if seq == 0:
            self.origin = entry["log"]
            if not self.origin.startswith(self._prefix):
                self._report(seq, "the log is not named after this incident")
        if entry["log"] != self.origin:
            self._report(seq, "it names another log")
        first = self._ids.setdefault(entry["id"], seq)
        if first != seq:
            self._report(seq, f"its id stands in entry {first} already")
        if entry["ts"] < self._last_ts:
            self._went_back.append(seq)
        self._last_ts = entry["ts"]

    @property
    def root(self) -> bytes:
        """The root over the lines taken."""
        if not self._nodes:
            return EMPTY
        total = self._nodes[-1]
        for left in self._nodes[-2::-1]:
            total = node(left, total)
        return total

    def leaf(self, seq: int) -> str:
        """The leaf of an entry taken before, in hex."""
        return self._leaves[32 * seq : 32 * seq + 32].hex()

    def line_hash(self, seq: int) -> bytes:
        """The SHA-512 of the line of an entry taken before, as an attestation signs it."""
        return bytes(self._hashes[64 * seq : 64 * seq + 64])

    def remarks(self) -> list[str]:
        """What a reader should know although it is no reason to reject."""
        return [f"the clock went back at {entries(self._went_back)}"] if self._went_back else []


def entries(seqs: list[int]) -> str:
    """`entry 4`, `entries 4, 7` and so on, the first eight by number."""
    shown = ", ".join(str(seq) for seq in seqs[:_SHOWN])
    more = f" and {len(seqs) - _SHOWN} more" if len(seqs) > _SHOWN else ""
    return f"{'entry' if len(seqs) == 1 else 'entries'} {shown}{more}"
