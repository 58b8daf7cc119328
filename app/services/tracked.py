"""What a session remembers of an incident: its fold, and what that says now."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.board import Card
from app.domain.fold import Fold
from app.domain.incident import IncidentView
from app.domain.plan import Plan


@dataclass(frozen=True, slots=True)
class Look:
    """An incident with its plan and the seal of the record at that moment (root in base64)."""

    plan: Plan
    plan_hash: str
    view: IncidentView
    origin: str
    seal_size: int
    seal_root: str


@dataclass(slots=True)
class Tracked:
    """A fold that is kept and advanced; `look` is what it says now, `card` what this session last put on the board."""

    fold: Fold
    look: Look
    card: Card | None = None
