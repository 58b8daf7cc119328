"""A timeline row: what the record says, as people read it, ready to be stored and shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

LAG_SHOWN_MS = 5 * 60 * 1000


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """One row: `at` happened and `ts` recorded, in milliseconds since 1970 UTC.

    `kind` is a word for icon and filter; `original` the text before a correction; `signer` the fingerprint;
    `recorded_by` its name; `unsigned` the person whose own signature is still outstanding.
    """

    row: int
    seq: int
    at: int
    ts: int
    kind: str
    text: str
    original: str
    said_by: str
    recorded_by: str
    signer: str
    tags: str
    starred: bool
    struck: bool
    human: bool
    unsigned: str

    @property
    def lag_ms(self) -> int:
        """How long after the event it was recorded."""
        return self.ts - self.at


def milliseconds(moment: datetime) -> int:
    """Milliseconds since 1970 UTC."""
    return round(moment.timestamp() * 1000)
