"""Acknowledge, severity, state, class and response profile: the acts that move an incident along."""

from __future__ import annotations

from datetime import datetime

from app.domain import entries as e
from app.domain.errors import NotAllowed, Unusable
from app.domain.plan import Plan
from app.services import gatekeeping
from app.services.incidents import class_code, severity_code
from app.services.recorder import Act, Recorded, record
from app.services.session import Session
from app.services.tracked import Look


def acknowledge(
    session: Session, number: str, by: str | None = None, *, at: datetime | None = None, said_by: str | None = None
) -> Recorded:
    """The on-call responder takes the incident; once. NotAllowed when somebody did."""

    def make(look: Look) -> tuple[Act, ...]:
        done = look.view.first("acknowledged")
        if done is not None:
            raise NotAllowed(
                f"It was acknowledged already, in entry {done.seq}.",
                "Correct the time of that entry if it is wrong.",
                code="already",
            )
        return (Act(e.Acknowledged(by), at=at, said_by=said_by),)

    return record(session, number, make)[0]


def change_severity(
    session: Session,
    number: str,
    code: str,
    reason: str | None = None,
    *,
    at: datetime | None = None,
    said_by: str | None = None,
) -> Recorded:
    """Set the severity to another level of the plan."""

    def make(look: Look) -> tuple[Act, ...]:
        wanted = severity_code(look.plan, code)
        if wanted == look.view.severity_at(at or session.now()):
            raise NotAllowed(f"The severity is {wanted} already.", "", code="already")
        return (Act(e.SeverityChanged(wanted, reason), at=at, said_by=said_by),)

    return record(session, number, make)[0]


def change_state(
    session: Session,
    number: str,
    code: str,
    reason: str | None = None,
    *,
    at: datetime | None = None,
    said_by: str | None = None,
) -> Recorded:
    """Move the incident to a state that the plan allows next, through its gates."""

    def make(look: Look) -> tuple[Act, ...]:
        wanted = _state_code(look.plan, code)
        here = look.view.state_at(at or session.now())
        if wanted == here:
            raise NotAllowed(f"The state is {wanted} already.", "", code="already")
        # The gate first: its list of what is missing says more than the rule about neighbours.
        refusal = f"{look.view.number} cannot go to {wanted} yet"
        warned = gatekeeping.through(session, look, f"state:{wanted}", reason, refusal)
        _allowed_next(look.plan, here, wanted)
        return (Act(e.StateChanged(wanted, reason, warned), at=at, said_by=said_by),)

    return record(session, number, make)[0]


def _state_code(plan: Plan, text: str) -> str:
    for state in plan.states:
        if text.strip().casefold() in {state.code.casefold(), state.title.casefold()} - {""}:
            return state.code
    codes = ", ".join(plan.state_codes)
    raise Unusable(f"The plan {plan.id} has no state {text[:40]!r}.", f"It has {codes}.", code="unknown-state")


def _allowed_next(plan: Plan, here: str, wanted: str) -> None:
    order = list(plan.state_codes)
    following = plan.state(here).next or tuple(order[order.index(here) + 1 :])
    if wanted not in following:
        raise NotAllowed(
            f"From {here} the plan does not go to {wanted}.", f"Next: {', '.join(following)}.", code="not-next"
        )


def classify(
    session: Session, number: str, code: str, *, at: datetime | None = None, said_by: str | None = None
) -> Recorded:
    """Say which class of the plan it is."""

    def make(look: Look) -> tuple[Act, ...]:
        wanted = class_code(look.plan, code)
        if wanted == look.view.incident_class:
            raise NotAllowed(f"The class is {wanted} already.", "", code="already")
        return (Act(e.ClassChanged(wanted), at=at, said_by=said_by),)

    return record(session, number, make)[0]


def set_profile(
    session: Session,
    number: str,
    profile: str,
    reason: str | None = None,
    *,
    at: datetime | None = None,
    said_by: str | None = None,
) -> Recorded:
    """Set the response profile to one of the plan's."""

    def make(look: Look) -> tuple[Act, ...]:
        known = [term.code for term in look.plan.vocabularies.get("response_profiles", ())]
        if profile not in known:
            listed = ", ".join(known) or "none"
            raise Unusable(
                f"The plan {look.plan.id} has no response profile {profile[:40]!r}.",
                f"It has {listed}.",
                code="unknown-profile",
            )
        return (Act(e.ProfileSet(profile, reason), at=at, said_by=said_by),)

    return record(session, number, make)[0]
