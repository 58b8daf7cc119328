"""The store of one data folder: opened, brought up to date, held against its anchor, then read and written."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Self

from sqlalchemy import Connection, Engine, select

from app.domain.errors import Broken, Unusable
from app.record.chain import Head
from app.store import anchor, driver, faults, files, layout, migrate, tables
from app.store.anchor import AnchorFile, Mark
from app.store.dialect import Dialect
from app.store.dialect_sqlite import Sqlite
from app.store.reading import BATCH, Reading
from app.store.shapes import Finding
from app.store.statements import Statements
from app.store.writing import Writing

_BUSY: Final = "busy"
_ALARMS: Final = {"anchor-missing", "anchor-damaged", "rolled-back", "other-history"}


def open_store(location: Path | str, *, read_only: bool = False, accept_rollback: bool = False) -> Store:
    """The store of a data folder (or of the database in it), created or migrated where needed; close it when done.

    Broken when the database is missing, damaged, locked, older than its anchor, or cannot be written; the
    caller may then ask again with `read_only`. `accept_rollback` takes a database as it is although its anchor
    knows more: for a lawful restore, which the record then tells in an entry of its own.
    """
    if isinstance(location, str) and "://" in location:
        raise Unusable(
            "This version keeps its record in a local folder only, not on a database server.",
            "Leave the database address out.",
            code="no-server",
        )
    folder = Path(location)
    if folder.name == layout.DATABASE:
        folder = folder.parent
    with faults.spoken_with_files(folder):
        if read_only:
            migrate.check_revision(folder)
            return _opened(folder, read_only=True, accept_rollback=accept_rollback, kept=None)
        files.private_folder(folder)
        with files.alone(folder / layout.OPENING):
            kept = migrate.bring_up(folder)
            return _opened(folder, read_only=False, accept_rollback=accept_rollback, kept=kept)


def _opened(folder: Path, *, read_only: bool, accept_rollback: bool, kept: Path | None) -> Store:
    store = Store(folder, read_only=read_only)
    try:
        store.start(accept_rollback=accept_rollback)
    except BaseException:
        store.close()
        raise
    if kept is not None:
        store.remarks += (f"The database was brought up to this version; the old one is kept as {kept.name}.",)
    return store


class Store:
    """The record and its projections. One thread at a time writes; any number may read."""

    def __init__(self, folder: Path, *, read_only: bool = False) -> None:
        self.folder = folder
        self.read_only = read_only
        self.remarks: tuple[str, ...] = ()
        """Sentences for the person about the state in which the store was opened."""
        self._dialect: Dialect = Sqlite(layout.database(folder), read_only=read_only)
        self._readers: Engine = self._dialect.readers()
        self._writers: Engine | None = None
        self._connection: Connection | None = None
        self._statements = Statements(self._readers.dialect, self._dialect)
        self._anchor: AnchorFile | None = None
        self._keys: dict[str, int] = {}
        self._heads: dict[str, Head] = {}
        self._turn = threading.Lock()
        self._writing = threading.local()
        self._unforgotten = False

    def start(self, *, accept_rollback: bool = False) -> None:
        """Reads the settings back, then holds guards, tail and anchor against the database."""
        if driver.has_reset_bug():
            version = ".".join(map(str, driver.VERSION))
            self.remarks += (f"SQLite {version} can lose entries when two windows write; install sqlcipher3.",)
        with self._moment() as connection:
            missing = self._dialect.missing_guards(connection)
            self._refuse_unsafe(connection)
        if missing and not self.read_only:
            self._put_guards_back(missing)
        self._verify_tail()
        self._hold_against_anchor(accept_rollback=accept_rollback)

    def close(self) -> None:
        """Lets go of every file."""
        self._drop_writer()
        self._readers.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    # Reading

    @contextmanager
    def read(self) -> Iterator[Reading]:
        """A short transaction that sees one moment; do not keep it open while waiting for a person."""
        with self._moment() as connection:
            reading = Reading(connection, self._dialect, self._statements, self._keys)
            try:
                yield reading
            finally:
                reading.end()

    @contextmanager
    def _moment(self) -> Iterator[Connection]:
        with faults.spoken(self.folder), self._readers.connect() as connection, connection.begin():
            yield connection

    def stream(self, incident_id: str, after: int = -1, upto: int | None = None) -> Iterator[tuple[int, bytes, bytes]]:
        """(seq, line, leaf) of a long record in many short reads, so that no writer ever waits for the reader."""
        while True:
            last = after + BATCH if upto is None else min(upto, after + BATCH)
            with self.read() as reading:
                batch = list(reading.lines(incident_id, after, last))
            yield from batch
            if len(batch) < BATCH:
                return
            after = last

    def data_version(self) -> int:
        """The number of the newest commit of any process; cheap enough to ask several times a second."""
        with self.read() as reading:
            return reading.data_version()

    def check(self) -> tuple[Finding, ...]:
        """What is wrong or worth knowing about database, projections and folder; nothing is changed."""
        from app.store import checks

        with self._undone() as connection:
            inside = checks.inspect(connection, self._dialect, read_only=self.read_only)
        return (*inside, *checks.surroundings(self))

    @contextmanager
    def _undone(self) -> Iterator[Connection]:
        if self.read_only:
            with self._moment() as connection:
                yield connection
            return
        with self._turn, self._watched():
            connection = self._writer()
            transaction = connection.begin()
            try:
                yield connection
            finally:
                transaction.rollback()

    # Writing

    @contextmanager
    def write(self) -> Iterator[Writing]:
        """One transaction. Leaving the block commits and puts the head anchor on the drive: only then it counts.

        An error inside rolls everything back. Broken when the surroundings fail; what was called failed may
        then stand in the record all the same (after an I/O error at COMMIT), so repeat with the same entry ids.
        """
        if self.read_only:
            raise faults.broken("read-only", self.folder)
        if getattr(self._writing, _BUSY, False):
            raise RuntimeError("a write inside a write")
        with self._turn:
            self._writing.busy = True
            try:
                with self._watched():
                    yield from self._transact()
            finally:
                self._writing.busy = False

    def _transact(self) -> Iterator[Writing]:
        connection = self._writer()
        with connection.begin():
            writing = Writing(connection, self._dialect, self._statements, self._keys, self._heads)
            try:
                yield writing
                mark = writing.seal()
            finally:
                writing.end()
        if mark is not None:
            self._acknowledge(mark)
        self._keys, self._heads = writing.learned()
        if writing.erased or self._unforgotten:
            self._unforgotten = not self._dialect.forget_erased(connection)

    @contextmanager
    def _watched(self) -> Iterator[None]:
        """Speaks of failures, and after one that may have reached the file starts over with a fresh connection."""
        try:
            with faults.spoken(self.folder):
                yield
        except Broken as error:
            if error.code not in faults.RETRYABLE_UNCHANGED:
                self._drop_writer()
            raise

    def _acknowledge(self, mark: Mark) -> None:
        with faults.spoken_with_files(self.folder):
            if self._anchor is None:
                self._anchor = AnchorFile(layout.anchor(self.folder))
            self._anchor.advance(mark)

    def _writer(self) -> Connection:
        if self._connection is None:
            self._writers = self._writers or self._dialect.writer()
            self._connection = self._writers.connect()
            self._verify_tail()
            with self._connection.begin():
                self._refuse_unsafe(self._connection)
        return self._connection

    def _drop_writer(self) -> None:
        self._heads = {}
        connection, self._connection = self._connection, None
        engine, self._writers = self._writers, None
        if connection is not None:
            connection.invalidate()
            connection.close()
        if engine is not None:
            engine.dispose()
        noted, self._anchor = self._anchor, None
        if noted is not None:
            noted.close()

    # Checks at the start and after a failure

    def _refuse_unsafe(self, connection: Connection) -> None:
        wrong = self._dialect.wrong_settings(connection)
        if wrong:
            raise Broken(
                f"The database cannot promise that nothing is lost here: {'; '.join(wrong)}.",
                "Use a data folder on a local disk.",
                code="unsafe-settings",
            )

    def _put_guards_back(self, missing: tuple[str, ...]) -> None:
        connection = self._writer()
        with connection.begin():
            self._dialect.install_guards(connection)
        names = ", ".join(missing)
        self.remarks += (f"Guards of the record were missing or altered and were put back ({names}): verify all.",)

    def _verify_tail(self) -> None:
        """The last commit must be the hash over the one before it and the checkpoint that it sealed."""
        commit, seal, entry = tables.commit, tables.checkpoint, tables.entry
        with self._moment() as connection:
            last = connection.execute(select(commit).order_by(commit.c.n.desc()).limit(2)).all()
            if not last:
                return
            newest, before = last[0], last[1].h if len(last) > 1 else anchor.START.h
            body = connection.execute(
                select(seal.c.body).where(seal.c.incident == newest.incident, seal.c.size == newest.size)
            ).scalar()
            end = connection.execute(
                select(entry.c.seq).where(entry.c.incident == newest.incident).order_by(entry.c.seq.desc()).limit(1)
            ).scalar()
        if body is None or end != newest.size - 1 or anchor.next_hash(before, body) != newest.h:
            raise Broken(
                f"The newest commit of the record (number {newest.n}) does not agree with its checkpoint and entries.",
                "Run doctor to see what is still good, and restore the newest backup; the damaged file is kept.",
                code="damaged",
            )

    def _hold_against_anchor(self, *, accept_rollback: bool) -> None:
        try:
            # The anchor first: what another process adds in between may only make the database newer.
            known = anchor.read(layout.anchor(self.folder))
            with self.read() as reading:
                reached = reading.mark()
            self._compare(known, reached)
        except Broken as error:
            if not accept_rollback or self.read_only or error.code not in _ALARMS:
                raise
            self._accept()
            return
        if known is not None and known.n < reached.n and not self.read_only:
            # Killed between COMMIT and the anchor: stored, only never acknowledged.
            self._acknowledge(reached)

    def _compare(self, known: Mark | None, reached: Mark) -> None:
        if known is None:
            raise Broken(
                "The anchor file beside the database is missing, so nobody can say that no entry is missing.",
                "Put it back, or verify every incident; then the database can be accepted as it is, with a reason.",
                code="anchor-missing",
            )
        if known.n > reached.n:
            raise Broken(
                f"The database is older than its anchor: {_commits(reached.n + 1, known.n)} missing, "
                f"the newest of them entry {known.size - 1} of {known.origin}.",
                "Put the newer database back; if an older one was restored on purpose, accept it with a reason.",
                code="rolled-back",
            )
        if known.n and self._hash_of(known.n) != known.h:
            raise Broken(
                f"The database is not the one that its anchor knows: commit {known.n} is another one.",
                "Put the right database back; if another one was restored on purpose, accept it with a reason.",
                code="other-history",
            )

    def _hash_of(self, n: int) -> bytes | None:
        with self._moment() as connection:
            return connection.execute(select(tables.commit.c.h).where(tables.commit.c.n == n)).scalar()

    def _accept(self) -> None:
        with self.read() as reading:
            reached = reading.mark()
        anchor.create(layout.anchor(self.folder), reached)
        self.remarks += ("The database was accepted although its anchor knew more or something else.",)


def _commits(first: int, last: int) -> str:
    return f"commit {first} is" if first == last else f"commits {first} to {last} are"
