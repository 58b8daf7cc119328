"""The first page, read without SQLAlchemy while the window is being painted; all the rest comes from the store."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from app.domain.board import Card
from app.domain.timeline import TimelineRow
from app.store import driver, layout, shapes

_CARDS: Final = (
    f"SELECT {', '.join(shapes.CARD_COLUMNS)} FROM incident_card "  # noqa: S608 - our own column names
    "ORDER BY closed, severity_rank, opened_at, number"
)
_ROWS: Final = (
    f"SELECT key, {', '.join(shapes.ROW_COLUMNS)} FROM timeline_row "  # noqa: S608
    "WHERE key BETWEEN ? AND ? ORDER BY key"
)
_BUSY_SECONDS: Final = 0.2


@dataclass(frozen=True, slots=True)
class FirstPage:
    """The board, and the newest rows of one incident: `rows` end at row number `row_count` - 1."""

    cards: tuple[Card, ...]
    incident_id: str
    rows: tuple[TimelineRow, ...]
    row_count: int
    data_version: int


def read(folder: Path, incident_id: str = "", count: int = layout.PAGE) -> FirstPage | None:
    """The first page of a data folder; None when there is nothing to show yet or the store must speak first.

    Without an id, the incident that changed last. The anchor is not asked: the store does so when it opens.
    """
    path = layout.database(folder)
    if not path.exists():
        return None
    try:
        with closing(_connection(path)) as connection:
            return _read(connection, incident_id, count)
    except driver.DBAPI.Error:
        return None


def _connection(path: Path) -> Any:
    address = f"file:{quote(str(path))}?mode=ro"
    return driver.DBAPI.connect(address, uri=True, isolation_level=None, timeout=_BUSY_SECONDS)


def _read(connection: Any, incident_id: str, count: int) -> FirstPage | None:
    connection.execute("PRAGMA query_only = ON")
    connection.execute("BEGIN")
    if connection.execute("SELECT version_num FROM alembic_version").fetchone() != (layout.REVISION,):
        return None
    cards = tuple(shapes.card_from(values) for values in connection.execute(_CARDS))
    version = connection.execute('SELECT max(n) FROM "commit"').fetchone()[0] or 0
    chosen = _chosen(cards, incident_id)
    if chosen is None:
        return FirstPage(cards, "", (), 0, version)
    rows, total = _rows(connection, chosen.incident_id, count)
    return FirstPage(cards, chosen.incident_id, rows, total, version)


def _chosen(cards: tuple[Card, ...], incident_id: str) -> Card | None:
    named = [card for card in cards if card.incident_id == incident_id]
    return named[0] if named else max(cards, key=lambda card: (not card.closed, card.updated_at), default=None)


def _rows(connection: Any, incident_id: str, count: int) -> tuple[tuple[TimelineRow, ...], int]:
    key = connection.execute("SELECT key FROM incident WHERE id = ?", (incident_id,)).fetchone()[0]
    low, high = layout.span(key)
    last = connection.execute("SELECT max(key) FROM timeline_row WHERE key BETWEEN ? AND ?", (low, high)).fetchone()[0]
    if last is None:
        return (), 0
    found = connection.execute(_ROWS, (max(low, last - count + 1), last))
    return tuple(shapes.row_from(layout.row_of(row[0]), row[1:]) for row in found), layout.row_of(last) + 1
