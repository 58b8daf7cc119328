"""Passing a gate: MUST stops, SHOULD asks for a reason that is recorded, MAY lets through."""

from __future__ import annotations

from app.domain.clocks import clocks
from app.domain.errors import NotAllowed
from app.domain.gates import gates, gates_before
from app.services.session import Session
from app.services.tracked import Look


def through(session: Session, look: Look, step: str, reason: str | None, refusal: str) -> tuple[str, ...]:
    """The ids of SHOULD gates before `step` that are passed for the reason given; NotAllowed for what stops.

    `refusal` is the beginning of the sentence that says what cannot be done, such as "INC-1 cannot be closed yet".
    """
    now = session.now()
    found = gates(look.plan, look.view, clocks(look.plan, look.view, now), now)
    waiting = gates_before(found, step)
    hard = [status for status in waiting if status.gate.strength == "MUST"]
    soft = [status for status in waiting if status.gate.strength == "SHOULD"]
    stopping = hard or ([] if reason else soft)
    if stopping:
        missing = tuple(point.text for status in stopping for point in status.missing)
        hint = "Settle each point first." if hard else "Settle each point, or give a --reason, which is recorded."
        points = f"{len(missing)} point{'s are' if len(missing) != 1 else ' is'} missing"
        raise NotAllowed(f"{refusal}: {points}.", hint, code="gate", missing=missing)
    return tuple(status.gate.id for status in soft)
