"""From one schema to the next without ever being half-way: copy, migrate the copy, verify it, rename.

Alembic alone, on the file itself, leaves a half-migrated database at most points where it can be killed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from app.domain.errors import Broken
from app.store import anchor, driver, faults, files, layout

SCRIPTS: Final = Path(__file__).resolve().parent / "migrations"
_BESIDE: Final = ("-wal", "-shm", "-journal")


def bring_up(folder: Path, *, scripts: Path = SCRIPTS, target: str = layout.REVISION) -> Path | None:
    """Leaves a database of the target revision in the folder; returns where the older one is kept, if there was one.

    To be called with every other opener kept out. Broken when a database that should be there is missing,
    when it is somebody else's or of a newer program, or when another window still has it open.
    """
    path = layout.database(folder)
    if not path.exists():
        _create(folder, scripts, target)
        return None
    found = revision(path)
    if found == target:
        _ensure_log(path)
        return None
    if found > target:
        raise Broken(
            f"This data folder was written by a newer version of the program (schema {found}, not {target}).",
            "Update the program, or choose another data folder.",
            code="newer-schema",
        )
    return _migrate(folder, scripts, found, target)


def revision(path: Path, mode: str = "rw") -> str:
    """The schema revision of a database of ours; Broken for any other file."""
    with closing(plain(path, mode)) as connection:
        try:
            application = connection.execute("PRAGMA application_id").fetchone()[0]
            found = connection.execute("SELECT version_num FROM alembic_version").fetchone() if application else None
        except driver.DBAPI.DatabaseError as error:
            raise faults.broken(faults.code_of(error) or "not-a-record", path.parent) from error
    if application != layout.APPLICATION_ID or found is None:
        raise faults.broken("not-a-record", path.parent)
    return str(found[0])


def _ensure_log(path: Path) -> None:
    """A migration that was interrupted leaves the old database without write-ahead log; in WAL mode this is nothing."""
    with closing(plain(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")


def check_revision(folder: Path) -> None:
    """For a store that may only be read: Broken unless its schema is the one this program speaks."""
    path = layout.database(folder)
    if not path.exists():
        raise Broken(f"There is no record in {folder}.", "Choose another data folder.", code="database-missing")
    found = revision(path, "ro")
    if found != layout.REVISION:
        raise Broken(
            f"This data folder has another schema ({found}, not {layout.REVISION}) and cannot be changed here.",
            "Open it where it can be written, with the newest version of the program.",
            code="other-schema",
        )


def _create(folder: Path, scripts: Path, target: str) -> None:
    mark = anchor.read(layout.anchor(folder))
    if mark is not None and mark.n:
        raise Broken(
            f"The database is gone, though {mark.n} commits were acknowledged in this folder.",
            f"Put {layout.DATABASE} back or restore the newest backup; nothing new was created in its place.",
            code="database-missing",
        )
    path = layout.database(folder)
    made = fresh(folder)
    with _migrating(made) as connection:
        _upgrade(connection, scripts, target)
    settle(made)
    anchor.create(layout.anchor(folder))
    for suffix in _BESIDE:
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    files.rename(made, path)


def _migrate(folder: Path, scripts: Path, found: str, target: str) -> Path:
    path, copied = layout.database(folder), fresh(folder)
    with closing(plain(path)) as old:
        hold_alone(old)
        # Read through a second connection: SQLite copies nothing through one that holds a write lock.
        with closing(plain(path, "ro")) as source, closing(plain(copied)) as copy:
            source.backup(copy)
        with _migrating(copied) as connection:
            _upgrade(connection, scripts, target)
        settle(copied)
        _same_record(old, copied)
        old.execute("ROLLBACK")
    kept = free_name(path, found)
    keep(path, kept)
    files.rename(copied, path)
    return kept


def hold_alone(connection: Any) -> None:
    """Folds the WAL into the file, which SQLite does only for the last connection, and locks out every other writer."""
    try:
        mode = connection.execute("PRAGMA journal_mode = DELETE").fetchone()[0]
        connection.execute("BEGIN IMMEDIATE")
    except driver.DBAPI.OperationalError as error:
        mode, cause = "", error
    else:
        cause = None
    if mode != "delete":
        raise Broken(
            "The database must be brought up to this version, but another window still has it open.",
            "Close the other window, then start again.",
            code="locked",
        ) from cause


def free_name(path: Path, event: str) -> Path:
    """A name beside the database under which the present one can be kept; the one that it already has, if any."""
    kept = path.with_name(f"{path.name}.before-{event}")
    turn = 1
    while kept.exists() and not kept.samefile(path):
        turn += 1
        kept = path.with_name(f"{path.name}.before-{event}-{turn}")
    return kept


def keep(path: Path, kept: Path) -> None:
    """Leaves a closed database under a second name, without a moment in which it has none."""
    if kept.exists():
        return
    try:
        kept.hardlink_to(path)
    except OSError:
        # A file system without hard links: a copy made by SQLite itself.
        with closing(plain(path)) as source, closing(private(kept)) as copy:
            source.backup(copy)
        files.flush_file(kept)
    files.flush_folder(path.parent)


def fresh(folder: Path) -> Path:
    """An empty file beside the database, in which the next one is made; what an earlier attempt left is removed."""
    path = layout.database(folder).with_name(layout.DATABASE + ".new")
    for suffix in ("", *_BESIDE):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    private(path).close()
    return path


def private(path: Path) -> Any:
    """A connection to a new file that nobody else can read."""
    os.close(files.private_file(path))
    return plain(path)


def plain(path: Path, mode: str = "rw") -> Any:
    """A connection of the driver, without SQLAlchemy, in autocommit."""
    from app.store.dialect_sqlite import set_up, uri

    try:
        connection = driver.DBAPI.connect(uri(path, mode), uri=True, isolation_level=None)
        set_up(connection)
    except driver.DBAPI.DatabaseError as error:
        raise faults.broken(faults.code_of(error) or "cannot-open", path.parent) from error
    return connection


@contextmanager
def _migrating(path: Path) -> Iterator[Any]:
    from app.store.dialect_sqlite import Sqlite

    dialect = Sqlite(path)
    engine = dialect.writer()
    try:
        with engine.connect() as connection, connection.begin():
            connection.exec_driver_sql(f"PRAGMA application_id = {layout.APPLICATION_ID}")
            # Tables that are copied into new ones must be able to dangle for a moment.
            connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
            yield connection
            dialect.install_guards(connection)
    finally:
        engine.dispose()


def _upgrade(connection: Any, scripts: Path, target: str) -> None:
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory

    from app.store.tables import METADATA

    script = ScriptDirectory(str(scripts))

    def steps(current: Any, _context: Any) -> Any:
        return script._upgrade_revs(target, current)

    with EnvironmentContext(Config(), script, fn=steps, destination_rev=target) as environment:
        environment.configure(connection=connection, target_metadata=METADATA)
        environment.run_migrations()


def settle(path: Path) -> None:
    """Leaves a migrated file whole, in WAL mode, closed and on the drive."""
    with closing(plain(path)) as connection:
        answers = [row[0] for row in connection.execute("PRAGMA integrity_check")]
        dangling = connection.execute("PRAGMA foreign_key_check").fetchall()
        mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    if answers != ["ok"] or dangling or mode != "wal":
        raise Broken(
            "The migrated copy of the database did not pass its check; the old one was not touched.",
            "Check the disk, then start again.",
            code="damaged",
        )
    files.flush_file(path)


def _same_record(old: Any, copied: Path) -> None:
    with closing(plain(copied)) as new:
        if _digest(old) != _digest(new):
            raise Broken(
                "The migrated copy does not hold the same record; the old database was not touched.",
                "Report this: it is a fault of the migration.",
                code="damaged",
            )


def _digest(connection: Any) -> str:
    total = sha256()
    for statement in (
        "SELECT id, record FROM incident ORDER BY key",
        "SELECT incident, seq, line, leaf FROM entry ORDER BY incident, seq",
        "SELECT incident, seq, digest, d FROM disclosure ORDER BY incident, seq, digest",
        "SELECT incident, size, note, sshsigs FROM checkpoint ORDER BY incident, size",
        'SELECT n, h FROM "commit" ORDER BY n',
    ):
        for row in connection.execute(statement):
            total.update(repr(row).encode())
    return total.hexdigest()
