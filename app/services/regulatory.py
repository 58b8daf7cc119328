"""The regulator side: the signed awareness decision, the breach file, the deadline and the packet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.domain import breach, deadlines, organisation
from app.domain import entries as e
from app.domain.errors import NotAllowed, Unusable
from app.domain.incident import IncidentView
from app.domain.instants import checked_day
from app.plans import authorities
from app.services.looks import look
from app.services.recorder import Act, Recorded, record
from app.services.rulebook import catalogue, known_authorities, regimes
from app.services.session import Session
from app.services.tracked import Look

ORG_DOMAIN = "org.domain"


def aware(
    session: Session,
    number: str,
    reason: str,
    *,
    zone: str | None = None,
    at: datetime | None = None,
    said_by: str | None = None,
) -> Recorded:
    """Record the decision that the controller is aware (Art. 33(1) GDPR); once, it can be corrected."""

    def make(seen: Look) -> tuple[Act, ...]:
        if seen.view.awareness is not None:
            raise NotAllowed(
                f"Awareness was decided already, in entry {seen.view.awareness.seq}.",
                "Correct the time of that entry, or retract it, if it is wrong.",
                code="already",
            )
        return (Act(e.AwarenessDecided(reason, zone or profile_zone(session)), at=at, said_by=said_by),)

    return record(session, number, make)[0]


def profile_zone(session: Session) -> str:
    """The zone of the organisation's authority, else of its profile, else the session's."""
    profile = organisation_profile(session)
    authority = known_authorities().get(profile.get("authority", ""))
    return authority.zone if authority else profile.get("zone") or session.zone


def state_field(
    session: Session,
    number: str,
    field: str,
    value: str,
    *,
    at: datetime | None = None,
    said_by: str | None = None,
) -> Recorded:
    """Answer a field of the breach file. Unusable for an unknown field or a value that does not fit it."""
    settled = catalogue().settled(field, value, profile_zone(session), session.now())
    stated = e.BreachStated(catalogue().named(field).id, value=settled)
    return record(session, number, lambda _seen: (Act(stated, at=at, said_by=said_by),))[0]


def state_unknown(
    session: Session,
    number: str,
    field: str,
    owner: str,
    due: str,
    *,
    at: datetime | None = None,
    said_by: str | None = None,
) -> Recorded:
    """Say that a field is not known yet, who will find out, and by which day."""
    if not owner.strip():
        raise Unusable("An unknown needs an owner.", "Say who will find out.", code="no-owner")
    stated = e.BreachStated(catalogue().named(field).id, unknown=True, owner=owner.strip(), due=checked_day(due))
    return record(session, number, lambda _seen: (Act(stated, at=at, said_by=said_by),))[0]


def set_organisation(session: Session, field: str, value: str) -> str:
    """Keep a value of the organisation profile; returns the field's id."""
    if field in ("domain", ORG_DOMAIN):
        return _set_domain(session, value)
    settled = organisation.settled(field, value, catalogue(), known_authorities())
    name = organisation.profile_field(field).id
    with session.store.write() as write:
        write.put_organisation(name, settled)
    return name


def _set_domain(session: Session, value: str) -> str:
    from app.record.lines import ORG

    if not ORG.fullmatch(value):
        raise Unusable(
            f"{value[:60]!r} is no domain name.", "Use letters a to z, digits, dots and hyphens.", code="bad-domain"
        )
    with session.store.write() as write:
        write.put_organisation(ORG_DOMAIN, value)
    return ORG_DOMAIN


def organisation_profile(session: Session) -> Mapping[str, str]:
    """The organisation profile by field id."""
    with session.store.read() as read:
        return dict(read.organisation())


def packet(session: Session, view: IncidentView, now: datetime) -> breach.Packet:
    """The content of the initial notification as the record stands, as of a moment."""
    answers = organisation.answers(organisation_profile(session))
    due = deadline(session, view, now)
    late = None if due is None else due.state in ("overdue", "met_late")
    sent = _sent(view) is not None
    file = breach.breach_file(view)
    return breach.packet_sections(catalogue(), file, answers, zone=profile_zone(session), late=late, sent=sent)


def deadline(session: Session, view: IncidentView, now: datetime) -> deadlines.Deadline | None:
    """The Art. 33 deadline of an incident; None before awareness."""
    if view.awareness is None:
        return None
    authority = known_authorities().get(organisation_profile(session).get("authority", ""))
    regime = regimes()[authority.regime if authority else "gdpr-art33"]
    return deadlines.compute(
        view.awareness.at, view.awareness.zone, regime=regime, authority=authority, submitted=_sent(view), now=now
    )


def _sent(view: IncidentView) -> datetime | None:
    return next((update.at for update in view.updates if update.audience == "authority"), None)


def breach_json(session: Session, number: str) -> dict[str, Any]:
    """The breach file as `breach show --json` prints it."""
    seen = look(session, number)
    now = session.now()
    due = deadline(session, seen.view, now)
    return {**packet(session, seen.view, now).as_dict(), "deadline": due.as_dict() if due else None}


def compute_deadline(
    *,
    regime: str,
    aware_at: datetime,
    zone: str | None,
    authority: str | None,
    submitted: datetime | None,
    now: datetime | None,
) -> dict[str, Any]:
    """`clock compute`: a deadline without an incident."""
    chosen = authorities.named_authority(known_authorities(), authority) if authority else None
    rule = authorities.named_regime(regimes(), regime)
    if now is not None:
        deadlines.refuse_future(aware_at, now, "awareness")
    return deadlines.compute(aware_at, zone, regime=rule, authority=chosen, submitted=submitted, now=now).as_dict()
