"""What a document is made from: the state of one incident, its rows, its seal; a report turns it into bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from app.domain.checklists import ChecklistStatus
from app.domain.clocks import Clock
from app.domain.gates import GateStatus
from app.domain.incident import IncidentView
from app.domain.plan import Plan
from app.domain.timeline import TimelineRow


@dataclass(frozen=True, slots=True)
class Seal:
    """The record's checkpoint that a document quotes: entry count, root (base64), and the key that signed it."""

    origin: str
    size: int
    root: str
    log_fingerprint: str
    recovery_fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything a document may show. Plain frozen values, so that it can cross into another process.

    `zone` is the IANA zone for times beside UTC, `made_at` the moment the document states (the simulated clock in a
    simulation), `organisation` the profile by field id, `packet` the Art. 33 content where the report needs it.
    """

    plan: Plan
    view: IncidentView
    rows: tuple[TimelineRow, ...]
    clocks: tuple[Clock, ...]
    gates: tuple[GateStatus, ...]
    checklists: tuple[ChecklistStatus, ...]
    seal: Seal
    made_at: datetime
    zone: str = "UTC"
    organisation: Mapping[str, str] = field(default_factory=dict)
    packet: object | None = None
    audience: str = "internal"
