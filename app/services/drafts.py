"""Text that is being typed: kept beside the record, never in it, so that a crash loses nothing."""

from __future__ import annotations

from app.services.session import Session


def save(session: Session, incident_id: str, text: str) -> None:
    """Keep what is being typed for an incident; an empty text forgets it."""
    with session.store.write() as write:
        write.put_draft(incident_id, text)


def load(session: Session, incident_id: str) -> str:
    """What was being typed for an incident."""
    with session.store.read() as read:
        return read.drafts().get(incident_id, "")
