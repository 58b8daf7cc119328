"""Backup and restore of a data folder."""

from __future__ import annotations

from pathlib import Path

from app.domain import entries as e
from app.domain.errors import Broken, NotAllowed, Unusable
from app.services.files import check_target
from app.services.looks import look
from app.services.recorder import Act, record
from app.services.session import Session
from app.store import backup as store_backup

_ALARMS = frozenset({"anchor-missing", "anchor-damaged", "rolled-back", "other-history"})
"""What the store says when database and anchor contradict each other."""


def backup(session: Session, out: Path) -> None:
    """Write a whole copy of the database that can be restored; keys stay in the keyring (or in the key file)."""
    check_target(out, session.folder)
    store_backup.backup(session.store, out)


def restore(file: Path, folder: Path) -> store_backup.Restored:
    """Put a backup in the place of a folder's database. The session on the folder must be closed."""
    if not file.is_file():
        raise Unusable(f"There is no backup {file}.", "Name the file that backup wrote.", code="no-file")
    return store_backup.restore(file, folder)


def accept_rollback(folder: Path) -> None:
    """Take a folder's database although its anchor knows more. NotAllowed when the two agree: nothing was put back."""
    try:
        with Session.open(folder):
            pass
    except Broken as refusal:
        if refusal.code not in _ALARMS:
            raise
    else:
        raise NotAllowed("The database agrees with its anchor: there is nothing to accept.", code="no-rollback")
    with Session.open(folder, accept_rollback=True):
        pass


def confess(session: Session, reason: str, after: int, before: int | None = None) -> int:
    """Say in every record of the signer that the database was put back; returns in how many."""
    fingerprint = session.signing_key().fingerprint
    with session.store.read() as read:
        ids = [one.incident_id for one in read.incidents()]
    told = [one for one in ids if fingerprint in look(session, one).view.people]
    for incident_id in told:
        record(session, incident_id, lambda _look: (Act(e.Restored(after, before, reason)),))
    return len(told)
