"""From stored lines back to entries: the one place that parses a record for use (verification has its own)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from app.domain.entries import Entry, Text
from app.domain.instants import from_text
from app.record import disclosure


def entry_of(line: bytes, leaf: str, disclosures: Iterable[str]) -> Entry:
    """The entry of a stored line with those of its texts that are still there."""
    return entry_from(json.loads(line), leaf, (disclosure.read(d)[1:] for d in disclosures))


def entry_from(fields: dict[str, Any], leaf: str, texts: Iterable[tuple[str, Any]]) -> Entry:
    """The same from parsed fields and opened disclosures."""
    ts = from_text(fields["ts"])
    named: dict[str, Text] = {name: value for name, value in texts if isinstance(value, str)}
    return Entry(
        seq=fields["seq"],
        type=fields["type"],
        ts=ts,
        at=from_text(fields["at"]) if "at" in fields else ts,
        actor=fields["actor"],
        data=fields.get("data", {}),
        texts=named,
        refs=tuple(ref for ref in fields.get("refs", ()) if isinstance(ref, int)),
        id=fields["id"],
        leaf=leaf,
    )


def entries(lines: Iterable[tuple[int, bytes, bytes]], disclosures: Iterable[tuple[int, str]]) -> Iterator[Entry]:
    """Entries in order from the store's lines `(seq, line, leaf)` and disclosures `(seq, d)`, both sorted by seq."""
    pending = iter(disclosures)
    ahead = next(pending, None)
    for seq, line, leaf in lines:
        own: list[str] = []
        while ahead is not None and ahead[0] <= seq:
            if ahead[0] == seq:
                own.append(ahead[1])
            ahead = next(pending, None)
        yield entry_of(line, leaf.hex(), own)
