"""All that a bag holds of a record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from app.record.checkpoint import Checkpoint

Opener = Callable[[], Iterable[bytes]]
"""Gives the chunks of one file, from its beginning, as often as it is called."""


@dataclass(frozen=True, slots=True)
class RecordParts:
    """Exact bytes of incident and lines, disclosures as (seq, string), evidence by hash, time stamps by size."""

    incident: bytes
    lines: Iterable[bytes]
    disclosures: Iterable[tuple[int, str]]
    checkpoints: tuple[Checkpoint, ...]
    evidence: Mapping[str, Opener] = field(default_factory=dict)
    tokens: Mapping[int, bytes] = field(default_factory=dict)
