"""What the store can say about its own health, as sentences; whether the record verifies is another question."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, func, select

from app.domain.errors import Broken
from app.store import anchor, driver, layout, tables
from app.store.dialect import Dialect
from app.store.shapes import Finding

if TYPE_CHECKING:
    from app.store.database import Store

_MEBIBYTE: Final = 1 << 20
_LITTLE: Final = 256 * _MEBIBYTE
_TOO_LITTLE: Final = 32 * _MEBIBYTE
_LONG_LOG: Final = 16 * _MEBIBYTE


def inspect(connection: Connection, dialect: Dialect, *, read_only: bool) -> tuple[Finding, ...]:
    """Settings, guards, pages, references, search index, logs and projections, all at one moment."""
    found = [Finding("error", f"Setting: {what}.") for what in dialect.wrong_settings(connection)]
    found += [
        Finding("error", f"The guard {name} is missing or altered.") for name in dialect.missing_guards(connection)
    ]
    found += [Finding("error", f"Damage: {what}.") for what in dialect.damage(connection, search=not read_only)]
    return (*found, *_commits(connection), *_logs(connection), *_projections(connection), *_clashes(connection))


def surroundings(store: Store) -> tuple[Finding, ...]:
    """Library, anchor, free space, file modes, and what lies about in the folder."""
    found: list[Finding] = []
    if driver.has_reset_bug():
        found.append(Finding("warning", "This SQLite can lose entries when two windows write; install sqlcipher3."))
    return (*found, *_anchor(store), *_space(store), *_modes(store), *_leftovers(store))


def _commits(connection: Connection) -> Iterator[Finding]:
    table = tables.commit
    count, last = connection.execute(select(func.count(), func.max(table.c.n)).select_from(table)).one()
    if count != (last or 0):
        yield Finding("error", f"Commits are missing: {count} rows, the last is number {last}.")


def _logs(connection: Connection) -> Iterator[Finding]:
    entry, seal, commit = tables.entry, tables.checkpoint, tables.commit
    for key, name in _incidents(connection):
        count, last = connection.execute(
            select(func.count(), func.max(entry.c.seq)).where(entry.c.incident == key)
        ).one()
        size = 0 if last is None else last + 1
        sealed = connection.execute(select(func.max(seal.c.size)).where(seal.c.incident == key)).scalar() or 0
        reached = connection.execute(select(func.max(commit.c.size)).where(commit.c.incident == key)).scalar() or 0
        if not count == size == sealed == reached:
            yield Finding(
                "error",
                f"{name}: {count} entries, numbered up to {size - 1}, sealed up to {sealed - 1}, "
                f"committed up to {reached - 1}.",
            )


def _projections(connection: Connection) -> Iterator[Finding]:
    row, entry, card = tables.row, tables.entry, tables.card
    for key, name in _incidents(connection):
        low, high = layout.span(key)
        count, last = connection.execute(
            select(func.count(), func.max(row.c.key)).where(row.c.key.between(low, high))
        ).one()
        if count != (0 if last is None else layout.row_of(last) + 1):
            yield Finding("error", f"{name}: the timeline has gaps; rebuild it.")
        strays = (
            select(func.count())
            .where(row.c.incident == key)
            .where(~select(entry.c.seq).where(entry.c.incident == key, entry.c.seq == row.c.seq).exists())
        )
        if connection.execute(strays).scalar():
            yield Finding("error", f"{name}: the timeline shows entries that the record does not have; rebuild it.")
        entries = connection.execute(select(func.max(entry.c.seq)).where(entry.c.incident == key)).scalar()
        shown = connection.execute(
            select(card.c.entry_count)
            .join(tables.incident, tables.incident.c.id == card.c.incident_id)
            .where(tables.incident.c.key == key)
        ).scalar()
        if entries is not None and shown != entries + 1:
            yield Finding("error", f"{name}: the card on the board is behind the record; rebuild it.")


def _clashes(connection: Connection) -> Iterator[Finding]:
    column = tables.number.c.number
    asked = select(column, func.count()).group_by(column).having(func.count() > 1).order_by(column)
    for number, count in connection.execute(asked):
        yield Finding("warning", f"{count} incidents bear the number {number}; give one of them another.")


def _incidents(connection: Connection) -> list[Any]:
    asked = select(tables.incident.c.key, tables.number.c.number)
    return list(connection.execute(asked.join(tables.number, tables.number.c.incident == tables.incident.c.key)))


def _anchor(store: Store) -> Iterator[Finding]:
    path = layout.anchor(store.folder)
    try:
        if anchor.read(path) is None:
            yield Finding("error", "The anchor file beside the database is missing.")
        elif anchor.damaged_slots(path):
            yield Finding("note", "One of the two places of the anchor is torn; the next entry writes it again.")
    except Broken as error:
        yield Finding("error", error.message)


def _space(store: Store) -> Iterator[Finding]:
    free = shutil.disk_usage(store.folder).free
    if free < _LITTLE:
        left = f"Only {free // _MEBIBYTE} MiB are free on the disk of the record."
        yield Finding("error" if free < _TOO_LITTLE else "warning", left)
    log = layout.database(store.folder).with_name(layout.DATABASE + "-wal")
    if log.exists() and log.stat().st_size > _LONG_LOG:
        yield Finding("warning", f"The write-ahead log has {log.stat().st_size // _MEBIBYTE} MiB; close other windows.")


def _modes(store: Store) -> Iterator[Finding]:
    if os.name != "posix":
        return
    for path in (store.folder, layout.database(store.folder), layout.anchor(store.folder)):
        if path.exists() and path.stat().st_mode & 0o077:
            yield Finding("warning", f"Other accounts of this machine can open {path.name}.")


def _leftovers(store: Store) -> Iterator[Finding]:
    for path in sorted(store.folder.glob(f"{layout.DATABASE}.before-*")):
        yield Finding("note", f"An older database is kept as {path.name} ({path.stat().st_size // _MEBIBYTE} MiB).")
