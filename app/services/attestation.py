"""Second signatures: a person approves an entry of somebody else with their own key."""

from __future__ import annotations

from datetime import datetime

from app.domain.errors import NotAllowed
from app.services import profiles
from app.services.journal import existing
from app.services.recorder import Attest, Recorded, record
from app.services.roster import fresh_key
from app.services.session import Session
from app.services.tracked import Look


def approve(
    session: Session,
    number: str,
    seq: int,
    as_profile: str | None = None,
    passphrase: str | None = None,
    *,
    at: datetime | None = None,
    said_by: str | None = None,
) -> Recorded:
    """Approve an entry as a profile whose key is unlocked for this one act. NotAllowed for the author."""
    name = as_profile or (session.signer or session.choose(None)).name
    profile = profiles.named(session, name)

    def make(look: Look) -> tuple[Attest, ...]:
        entry = existing(session, look, seq)
        if entry.actor == profile.fingerprint:
            raise NotAllowed(
                f"{profile.name} wrote entry {seq} and cannot approve it.",
                "A second person signs with their own key: approve NUMBER ENTRY --as PROFILE.",
                code="own-entry",
            )
        if profile.fingerprint not in look.view.people:
            raise NotAllowed(
                f"{profile.name} is not enrolled in {look.view.number}.",
                "Someone who is enrols them: incident-cockpit profile enrol NAME NUMBER.",
                code="not-enrolled",
            )
        if profile.fingerprint in look.view.approvers(seq):
            raise NotAllowed(f"{profile.name} approved entry {seq} already.", "", code="already")
        return (Attest(seq, "approve", fresh_key(session, profile, passphrase), at, said_by),)

    return record(session, number, make)[0]
