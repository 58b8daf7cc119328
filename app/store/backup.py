"""Backups made by SQLite itself, and the way back; a copied database file is not a backup.

A plain copy of a live database (with or without its -wal) was broken almost every time it was tried;
opening the file for it would also drop the locks of this process.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from app.domain.errors import Broken, Unusable
from app.store import anchor, driver, faults, files, layout, migrate
from app.store.anchor import Mark
from app.store.database import Store

_CHUNK: Final = 1 << 20
_WAL_FORMAT: Final = 2
_HEADER: Final = 100
_BESIDE: Final = ("-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True)
class Backup:
    """A finished backup: where, how large, its SHA-256 in hex, and how many commits it holds."""

    path: Path
    bytes: int
    sha256: str
    commits: int


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did: the newest commit known before (None when nobody knew) and now, and the older database."""

    before: Mark | None
    after: Mark
    kept: Path | None


def backup(store: Store, out: Path) -> Backup:
    """Writes the whole store to one file while others may read and write; an older file of that name gives way at once.

    Unusable for a path that cannot be a file of its own, Broken when the disk refuses.
    """
    _check_target(store.folder, out)
    part = out.with_name(out.name + ".part")
    with faults.spoken_with_files(out.parent), _discarding(part):
        source = layout.database(store.folder)
        with closing(migrate.plain(source, "ro")) as live, closing(migrate.private(part)) as copy:
            live.backup(copy)
            # One file that is complete by itself, without a log beside it.
            copy.execute("PRAGMA journal_mode = DELETE")
        mark = _checked(part)
        files.flush_file(part)
        result = Backup(out, part.stat().st_size, _digest(part), mark.n)
        files.rename(part, out)
    return result


def restore(file: Path, folder: Path) -> Restored:
    """Puts a backup in the place of the store of a data folder, which nobody may have open; the old file is kept.

    The backup is copied and checked before anything gives way. Unusable for a file that is no backup of ours;
    Broken when another window has the store open. The record of what happened is the caller's to write.
    """
    path = layout.database(folder)
    _check_source(file, path)
    files.private_folder(folder)
    with faults.spoken_with_files(folder), files.alone(folder / layout.OPENING):
        fresh = migrate.fresh(folder)
        with _discarding(fresh):
            _copy(file, fresh)
            after = _checked(fresh)
            migrate.settle(fresh)
            before = _known(folder)
            kept = _set_aside(path) if path.exists() else None
            # First the anchor: a power cut between the two must not call the database that is still there too old.
            anchor.create(layout.anchor(folder), after)
            for suffix in _BESIDE:
                path.with_name(path.name + suffix).unlink(missing_ok=True)
            files.rename(fresh, path)
    return Restored(before, after, kept)


def _check_target(folder: Path, out: Path) -> None:
    if out.is_dir() or not out.parent.is_dir():
        raise Unusable(f"A backup cannot be written to {out}.", "Name a file in a folder that exists.", code="no-file")
    names = {layout.DATABASE, layout.ANCHOR, layout.OPENING, *(layout.DATABASE + suffix for suffix in _BESIDE)}
    if out.parent.samefile(folder) and out.name in names:
        raise Unusable(f"{out.name} is the store itself.", "Give the backup another name.", code="no-file")


def _check_source(file: Path, path: Path) -> None:
    if not file.is_file():
        raise Unusable(f"There is no file {file}.", "Name a file that the backup command wrote.", code="no-file")
    if path.exists() and file.samefile(path):
        raise Unusable(f"{file} is the store itself.", "Name a file that the backup command wrote.", code="no-file")
    with file.open("rb") as stream:
        header = stream.read(_HEADER)
    if not header.startswith(b"SQLite format 3\0"):
        raise Unusable(f"{file.name} is not a backup.", "Name a file that the backup command wrote.", code="no-backup")
    log = file.with_name(file.name + "-wal")
    if header[18] == _WAL_FORMAT and log.exists() and log.stat().st_size:
        raise Unusable(
            f"{file.name} is a copy of a database in use: part of it may lie in {log.name}.",
            "Open its folder as a data folder and make a backup there.",
            code="no-backup",
        )


def _checked(path: Path) -> Mark:
    """The newest commit of a closed copy; Unusable unless it is a whole database of ours."""
    try:
        found = migrate.revision(path)
        with closing(migrate.plain(path)) as connection:
            whole = [row[0] for row in connection.execute("PRAGMA integrity_check(1)")] == ["ok"]
            mark = _newest(connection)
    except (Broken, driver.DBAPI.DatabaseError) as error:
        raise _not_whole(path) from error
    if not whole:
        raise _not_whole(path)
    if found > layout.REVISION:
        raise Unusable(
            f"The backup was written by a newer version of the program (schema {found}).",
            "Update the program, then restore.",
            code="newer-schema",
        )
    return mark


def _not_whole(path: Path) -> Unusable:
    return Unusable(
        f"The backup is damaged or not of this program (checked as {path.name}).",
        "Use another backup; the store was not touched.",
        code="no-backup",
    )


def _newest(connection: Any) -> Mark:
    found = connection.execute(
        'SELECT n, h, origin, size FROM "commit" JOIN incident ON incident.key = "commit".incident '
        "ORDER BY n DESC LIMIT 1"
    ).fetchone()
    return Mark(*found) if found else anchor.START


def _known(folder: Path) -> Mark | None:
    try:
        return anchor.read(layout.anchor(folder))
    except Broken:
        return None


def _set_aside(path: Path) -> Path:
    kept = migrate.free_name(path, "restore")
    try:
        with closing(migrate.plain(path)) as old:
            migrate.hold_alone(old)
            old.execute("ROLLBACK")
    except (Broken, driver.DBAPI.DatabaseError) as error:
        if isinstance(error, Broken) and error.code == "locked":
            raise
        return _move_away(path, kept)
    migrate.keep(path, kept)
    return kept


def _move_away(path: Path, kept: Path) -> Path:
    """A database that SQLite cannot open is kept with everything that lies beside it."""
    for suffix in _BESIDE:
        beside = path.with_name(path.name + suffix)
        if beside.exists():
            beside.replace(kept.with_name(kept.name + suffix))
    files.rename(path, kept)
    return kept


def _copy(file: Path, fresh: Path) -> None:
    with file.open("rb") as source, fresh.open("r+b") as target:
        while chunk := source.read(_CHUNK):
            target.write(chunk)
        target.truncate()


def _digest(path: Path) -> str:
    total = sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            total.update(chunk)
    return total.hexdigest()


@contextmanager
def _discarding(path: Path) -> Iterator[None]:
    try:
        yield
    finally:
        for suffix in ("", *_BESIDE):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
