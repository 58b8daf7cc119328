"""SQLite: one writer at a time, write-ahead log, guards as triggers, full text with FTS5."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from sqlalchemy import Connection, Engine, Integer, Select, String, Table, column, create_engine, event, select, table
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import QueuePool, StaticPool
from sqlalchemy.sql.dml import Insert

from app.store import driver, layout

BUSY_MILLISECONDS: Final = 2000

# What is set on every connection and what must be read back; spelt as SQLite answers.
SETTINGS: Final[tuple[tuple[str, str, Any], ...]] = (
    ("busy_timeout", str(BUSY_MILLISECONDS), BUSY_MILLISECONDS),
    ("synchronous", "FULL", 2),
    ("secure_delete", "ON", 1),
    ("foreign_keys", "ON", 1),
    ("trusted_schema", "OFF", 0),
    ("recursive_triggers", "ON", 1),
    ("temp_store", "MEMORY", 2),
    ("fullfsync", "ON", 1),
    ("checkpoint_fullfsync", "ON", 1),
    ("cell_size_check", "ON", 1),
)

_READER_POOL: Final = 4
_READER_OVERFLOW: Final = 12

_TEXT: Final = table("timeline_text", column("rowid", Integer), column("timeline_text", String))
FULL_TEXT: Final = (
    "CREATE VIRTUAL TABLE timeline_text USING fts5(text, said_by, tags, "
    "content='timeline_row', content_rowid='key', tokenize='unicode61')"
)

_INDEX: Final = (
    "INSERT INTO timeline_text(rowid, text, said_by, tags) "
    "SELECT key, text, said_by, tags FROM timeline_row WHERE key BETWEEN ? AND ?"
)
_UNINDEX: Final = (
    "INSERT INTO timeline_text(timeline_text, rowid, text, said_by, tags) "
    "SELECT 'delete', key, text, said_by, tags FROM timeline_row WHERE key BETWEEN ? AND ?"
)

GUARDS: Final[dict[str, str]] = {
    "incident_is_final": "BEFORE UPDATE ON incident BEGIN SELECT RAISE(ABORT, 'an incident is never changed'); END",
    "incident_stays": "BEFORE DELETE ON incident BEGIN SELECT RAISE(ABORT, 'an incident is never deleted'); END",
    "entry_is_final": "BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'an entry is never changed'); END",
    "entry_stays": "BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'an entry is never deleted'); END",
    "entry_is_next": """BEFORE INSERT ON entry
        WHEN NEW.seq <> (SELECT coalesce(max(seq) + 1, 0) FROM entry WHERE incident = NEW.incident)
        BEGIN SELECT RAISE(ABORT, 'an entry takes the next number'); END""",
    "entry_follows": """BEFORE INSERT ON entry
        WHEN lower(hex(NEW.prev)) <> CASE NEW.seq
            WHEN 0 THEN (SELECT id FROM incident WHERE key = NEW.incident)
            ELSE (SELECT lower(hex(leaf)) FROM entry WHERE incident = NEW.incident AND seq = NEW.seq - 1) END
        BEGIN SELECT RAISE(ABORT, 'an entry names the one before it'); END""",
    "disclosure_is_final": """BEFORE UPDATE ON disclosure
        BEGIN SELECT RAISE(ABORT, 'a disclosure is never changed'); END""",
    "disclosure_has_entry": """BEFORE INSERT ON disclosure
        WHEN NOT EXISTS (SELECT 1 FROM entry WHERE incident = NEW.incident AND seq = NEW.seq
            AND instr(CAST(line AS TEXT), NEW.digest) > 0)
        BEGIN SELECT RAISE(ABORT, 'a disclosure belongs to an entry that commits to it'); END""",
    # An entry above the last commit of its incident was inserted in this very transaction: the commit row comes last.
    # Compared as canonical bytes: older libraries call JSON functions unsafe while the schema is not trusted.
    "disclosure_stays": """BEFORE DELETE ON disclosure
        WHEN NOT EXISTS (
            SELECT 1 FROM entry WHERE incident = OLD.incident
            AND seq >= (SELECT coalesce(max(size), 0) FROM "commit" WHERE incident = OLD.incident)
            AND substr(CAST(line AS TEXT), -21) = '"type":"erase","v":1}'
            AND instr(CAST(line AS TEXT), '{"digest":"' || OLD.digest || '","seq":' || OLD.seq || '}') > 0)
        BEGIN SELECT RAISE(ABORT, 'a disclosure is deleted only together with its erase entry'); END""",
    "checkpoint_stays": "BEFORE DELETE ON checkpoint BEGIN SELECT RAISE(ABORT, 'a checkpoint is never deleted'); END",
    "checkpoint_is_newest": """BEFORE INSERT ON checkpoint
        WHEN NEW.size <> (SELECT max(seq) + 1 FROM entry WHERE incident = NEW.incident)
        BEGIN SELECT RAISE(ABORT, 'a checkpoint covers every entry'); END""",
    "checkpoint_is_final": """BEFORE UPDATE ON checkpoint
        WHEN NEW.incident <> OLD.incident
        OR OLD.size <> (SELECT max(size) FROM checkpoint WHERE incident = OLD.incident)
        OR NOT (
            (NOT OLD.kept AND NEW.size > OLD.size
             AND NEW.size = (SELECT max(seq) + 1 FROM entry WHERE incident = NEW.incident))
            OR (NEW.kept AND NEW.size = OLD.size AND NEW.root = OLD.root AND NEW.frontier = OLD.frontier
                AND NEW.body = OLD.body AND NEW.note = OLD.note AND NEW.sshsigs = OLD.sshsigs))
        BEGIN SELECT RAISE(ABORT, 'only the latest checkpoint gives way, and only to a larger one'); END""",
    "anchor_is_final": "BEFORE UPDATE ON anchor BEGIN SELECT RAISE(ABORT, 'a timestamp is never changed'); END",
    "anchor_stays": "BEFORE DELETE ON anchor BEGIN SELECT RAISE(ABORT, 'a timestamp is never deleted'); END",
    "commit_is_final": "BEFORE UPDATE ON \"commit\" BEGIN SELECT RAISE(ABORT, 'a commit is never changed'); END",
    "commit_stays": "BEFORE DELETE ON \"commit\" BEGIN SELECT RAISE(ABORT, 'a commit is never deleted'); END",
    "commit_is_next": """BEFORE INSERT ON "commit"
        WHEN NEW.n <> (SELECT coalesce(max(n), 0) + 1 FROM "commit")
        OR NEW.size <> (SELECT max(seq) + 1 FROM entry WHERE incident = NEW.incident)
        BEGIN SELECT RAISE(ABORT, 'a commit takes the next number and covers every entry'); END""",
    "plan_is_final": "BEFORE UPDATE ON plan BEGIN SELECT RAISE(ABORT, 'a plan in use is never changed'); END",
}


def set_up(connection: Any) -> None:
    """Puts every setting on a fresh connection of the driver."""
    for name, value, _answer in SETTINGS:
        connection.execute(f"PRAGMA {name} = {value}")


def uri(path: Path, mode: str) -> str:
    """The file as SQLite's URI; mode is ro or rw."""
    address = f"file:{quote(str(path))}?mode={mode}"
    if mode == "ro" and not os.access(path.parent, os.W_OK) and not path.with_name(path.name + "-wal").exists():
        # Reading a WAL database takes a writable folder, unless nobody can change the file anyway.
        address += "&immutable=1"
    return address


class Sqlite:
    """The database of one data folder."""

    name = "sqlite"

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self._path = path
        self._read_only = read_only

    def writer(self) -> Engine:
        """An engine of one connection that is kept open and begins with BEGIN IMMEDIATE."""
        engine = self._engine("rw", StaticPool)
        event.listen(engine, "begin", _begin_immediate)
        return engine

    def readers(self) -> Engine:
        """An engine for several threads, with short deferred transactions and no right to write."""
        engine = self._engine(
            "ro" if self._read_only else "rw", QueuePool, pool_size=_READER_POOL, max_overflow=_READER_OVERFLOW
        )
        event.listen(engine, "connect", _refuse_writing)
        event.listen(engine, "begin", _begin)
        return engine

    def _engine(self, mode: str, pool: type[StaticPool | QueuePool], **options: Any) -> Engine:
        engine = create_engine(
            f"sqlite:///{uri(self._path, mode)}&uri=true",
            module=driver.DBAPI,
            # The error text of a statement would repeat the entry.
            hide_parameters=True,
            poolclass=pool,
            connect_args={"isolation_level": None, "check_same_thread": False},
            **options,
        )
        event.listen(engine, "connect", _set_up)
        return engine

    def install_guards(self, connection: Connection) -> None:
        """Drops every trigger and creates ours; the full-text table is made where it is missing."""
        for (name,) in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").all():
            connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
        if not _exists(connection, "timeline_text"):
            connection.exec_driver_sql(FULL_TEXT)
            if _forgets_at_once():
                _command(connection, "secure-delete", 1)
            _command(connection, "rebuild")
        for name, body in GUARDS.items():
            connection.exec_driver_sql(_trigger(name, body))

    def missing_guards(self, connection: Connection) -> tuple[str, ...]:
        """Names of triggers whose text is not exactly ours, and of triggers that are not ours at all."""
        stored = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        found: dict[str, str] = {row.name: row.sql for row in stored}
        ours = {name: _trigger(name, body) for name, body in GUARDS.items()}
        odd = [name for name in ours if found.get(name) != ours[name]]
        return tuple(odd + sorted(found.keys() - ours.keys()))

    def upsert(self, target: Table, keys: Sequence[str]) -> Insert:
        """INSERT … ON CONFLICT DO UPDATE."""
        statement = insert(target)
        changed = {one.name: statement.excluded[one.name] for one in target.c if one.name not in keys}
        return statement.on_conflict_do_update(index_elements=list(keys), set_=changed)

    def matching(self, words: str, low: int, high: int) -> Select[tuple[int]] | None:
        """A phrase in double quotes is taken as one; every other word as the beginning of a word; all must occur."""
        query = query_of(words)
        if not query:
            return None
        key = _TEXT.c.rowid
        return select(key).where(_TEXT.c.timeline_text.op("MATCH")(query), key.between(low, high)).order_by(key.desc())

    def wrong_settings(self, connection: Connection) -> tuple[str, ...]:
        """Settings that do not read back as they were set, for instance because the file system cannot do WAL."""
        wanted = [(name, answer) for name, _value, answer in SETTINGS]
        if not self._read_only:
            # A file that nobody can change is read without a log.
            wanted.append(("journal_mode", "wal"))
        found = [(name, connection.exec_driver_sql(f"PRAGMA {name}").scalar(), answer) for name, answer in wanted]
        return tuple(f"{name} is {value} instead of {answer}" for name, value, answer in found if value != answer)

    def index_rows(self, connection: Connection, low: int, high: int) -> None:
        """By statement: older libraries refuse a trigger that writes to FTS5 while the schema is not trusted."""
        connection.connection.cursor().execute(_INDEX, (low, high))

    def unindex_rows(self, connection: Connection, low: int, high: int) -> None:
        """FTS5 with external content must be told the old words."""
        connection.connection.cursor().execute(_UNINDEX, (low, high))

    def rebuild_search(self, connection: Connection) -> None:
        """FTS5's own rebuild from timeline_row."""
        _command(connection, "rebuild")

    def tidy_search(self, connection: Connection) -> None:
        """FTS5 forgets at once since 3.42; an older one keeps the word until the index is built again."""
        if not _forgets_at_once():
            _command(connection, "rebuild")

    def forget_erased(self, connection: Connection) -> bool:
        """Writes the WAL back and cuts it to nothing, so that no erased text stays in it."""
        # Through the driver: SQLAlchemy would begin a transaction, inside which no checkpoint is possible.
        cursor = connection.connection.cursor()
        busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        return not busy

    def damage(self, connection: Connection, *, search: bool) -> tuple[str, ...]:
        """Integrity of pages and indexes, dangling references, and the full-text index against the rows."""
        answers = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check(20)")]
        found = [answer for answer in answers if answer != "ok"]
        for child, rowid, parent, _fk in connection.exec_driver_sql("PRAGMA foreign_key_check"):
            found.append(f"row {rowid} of {child} names a row of {parent} that does not exist")
        try:
            if search:
                _command(connection, "integrity-check", 1)
        except DatabaseError:
            found.append("the full-text index does not match the timeline")
        return tuple(found)

    def describe(self) -> dict[str, Any]:
        """Which library, which version, where."""
        return {
            "library": driver.DBAPI.__name__.partition(".")[0],
            "sqlite": ".".join(map(str, driver.VERSION)),
            "file": str(self._path),
            "revision": layout.REVISION,
        }


def query_of(words: str) -> str:
    """What a person typed as an FTS5 query in which nothing but words has a meaning."""
    parts = words.replace("\0", " ").split('"')
    terms: list[str] = []
    for index, part in enumerate(parts):
        # Between an opening and a closing quotation mark lies a phrase; an unclosed one is no phrase.
        if index % 2 and index < len(parts) - 1:
            terms += [f'"{part}"'] if _has_word(part) else []
        else:
            terms += [f'"{word}"*' for word in part.split() if _has_word(word)]
    return " ".join(terms)


def _has_word(part: str) -> bool:
    return any(character.isalnum() for character in part)


def _trigger(name: str, body: str) -> str:
    return f"CREATE TRIGGER {name} {' '.join(body.split())}"


def _forgets_at_once() -> bool:
    return driver.VERSION >= (3, 42, 0)


def _command(connection: Connection, command: str, rank: int | None = None) -> None:
    if rank is None:
        connection.exec_driver_sql("INSERT INTO timeline_text(timeline_text) VALUES (?)", (command,))
    else:
        connection.exec_driver_sql("INSERT INTO timeline_text(timeline_text, rank) VALUES (?, ?)", (command, rank))


def _exists(connection: Connection, table: str) -> bool:
    found = connection.exec_driver_sql("SELECT 1 FROM sqlite_master WHERE name = ?", (table,))
    return found.scalar() is not None


def _set_up(connection: Any, _record: object) -> None:
    set_up(connection)


def _refuse_writing(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA query_only = ON")


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")
