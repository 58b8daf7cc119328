"""The statements of the hot path, compiled once for a kind of database and run by its driver."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, Integer, bindparam, func, insert, literal_column, select, update
from sqlalchemy.engine import Dialect as Compiler

from app.store import shapes, tables
from app.store.dialect import Dialect

# Spelt out, because a driver-level statement binds every value itself.
_ONE: Final = literal_column("1", Integer)
_NONE: Final = literal_column("0", Integer)


class Cursor:
    """The driver's own cursor in the transaction of a connection; results are whole, so one cursor serves for all."""

    def __init__(self, connection: Connection) -> None:
        self._cursor: Any = connection.connection.cursor()

    def all(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Every row."""
        self._cursor.execute(statement, values)
        rows: list[tuple[Any, ...]] = self._cursor.fetchall()
        return rows

    def first(self, statement: str, values: Sequence[Any] = ()) -> tuple[Any, ...] | None:
        """The first row of a statement that finds one at most."""
        rows = self.all(statement, values)
        return rows[0] if rows else None

    def put(self, statement: str, values: Sequence[Any]) -> int:
        """How many rows were written."""
        self._cursor.execute(statement, values)
        return int(self._cursor.rowcount)

    def put_all(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        """One row after the other."""
        self._cursor.executemany(statement, rows)


class Statements:
    """One text each; values are given in the order in which the text asks for them."""

    def __init__(self, compiler: Compiler, dialect: Dialect) -> None:
        self._compiler = compiler
        self._read_record()
        self._read_rows()
        self._write_record()
        self.put_row = self._text(insert(tables.row))
        self.put_card = self._text(dialect.upsert(tables.card, ["incident_id"]))

    def _text(self, statement: Any) -> str:
        return str(statement.compile(dialect=self._compiler))

    def _read_record(self) -> None:
        entry, commit, incident = tables.entry, tables.commit, tables.incident
        self.last_entry = self._text(
            select(entry.c.seq, entry.c.leaf)
            .where(entry.c.incident == bindparam("incident"))
            .order_by(entry.c.seq.desc())
            .limit(_ONE)
            .offset(_NONE)
        )
        self.entries = self._text(
            select(entry.c.seq, entry.c.id, entry.c.line, entry.c.leaf)
            .where(
                entry.c.incident == bindparam("incident"), entry.c.seq.between(bindparam("first"), bindparam("last"))
            )
            .order_by(entry.c.seq)
        )
        self.entry_with_id = self._text(
            select(incident.c.id, entry.c.seq)
            .join(incident, incident.c.key == entry.c.incident)
            .where(entry.c.id == bindparam("id"))
        )
        self.last_commit = self._text(
            select(commit.c.n, commit.c.h).order_by(commit.c.n.desc()).limit(_ONE).offset(_NONE)
        )

        self.last_mark = self._text(
            select(commit.c.n, commit.c.h, incident.c.origin, commit.c.size)
            .join(incident, incident.c.key == commit.c.incident)
            .order_by(commit.c.n.desc())
            .limit(_ONE)
            .offset(_NONE)
        )

    def _read_rows(self) -> None:
        key = tables.row.c.key
        columns = [tables.row.c[name] for name in shapes.ROW_COLUMNS]
        span = key.between(bindparam("low"), bindparam("high"))
        self.last_row = self._text(select(func.max(key)).where(span))
        self.rows = self._text(select(key, *columns).where(span).order_by(key))

    def _write_record(self) -> None:
        seal = tables.checkpoint
        self.put_entry = self._text(insert(tables.entry))
        self.put_disclosure = self._text(insert(tables.disclosure))
        self.put_commit = self._text(insert(tables.commit))
        self.put_checkpoint = self._text(insert(seal))
        self.move_checkpoint = self._text(
            update(seal)
            .where(seal.c.incident == bindparam("of"), seal.c.size == bindparam("before"), seal.c.kept.is_(False))
            .values({column.name: bindparam(column.name) for column in seal.c if column.name != "incident"})
        )
