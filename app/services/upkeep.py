"""Backup and restore of a data folder."""

from __future__ import annotations

from pathlib import Path

from app.domain.errors import Unusable
from app.services.session import Session
from app.store import backup as store_backup


def backup(session: Session, out: Path) -> None:
    """Write a whole copy of the database that can be restored; keys stay in the keyring (or in the key file)."""
    if out.is_dir():
        raise Unusable(f"{out} is a folder.", "Name a file in it with -o.", code="is-folder")
    store_backup.backup(session.store, out)


def restore(file: Path, folder: Path) -> Path | None:
    """Put a backup in the place of a folder's database; returns where the database before it is kept, if any."""
    if not file.is_file():
        raise Unusable(f"There is no backup {file}.", "Name the file that backup wrote.", code="no-file")
    return store_backup.restore(file, folder).kept
