"""Updates to audiences; each restarts the clock of that audience."""

from __future__ import annotations

from datetime import datetime

from app.domain import entries as e
from app.domain.errors import Unusable
from app.services import gatekeeping
from app.services.recorder import Act, Recorded, record
from app.services.session import Session
from app.services.tracked import Look


def send(
    session: Session,
    number: str,
    audience: str,
    text: str,
    reason: str | None = None,
    *,
    at: datetime | None = None,
    said_by: str | None = None,
) -> Recorded:
    """Record that an audience was told; nothing is sent by the program. A SHOULD gate before it takes a reason."""

    def make(look: Look) -> tuple[Act, ...]:
        known = [item.code for item in look.plan.audiences]
        if audience not in known:
            raise Unusable(
                f"The plan {look.plan.id} has no audience {audience[:40]!r}.",
                f"It has {', '.join(known)}.",
                code="unknown-audience",
            )
        refusal = f"{look.view.number}: {audience} should not be told yet"
        warned = gatekeeping.through(session, look, f"update:{audience}", reason, refusal)
        return (Act(e.UpdateSent(audience, text, reason if warned else None, warned), at=at, said_by=said_by),)

    return record(session, number, make)[0]
