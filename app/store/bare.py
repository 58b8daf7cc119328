"""A bare connection of this process's SQLite library, for measuring what a database costs without a store."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from app.store.driver import DBAPI


def connect(path: Path) -> Any:
    """A connection with WAL and synchronous=FULL and no transaction of its own accord."""
    connection = DBAPI.connect(str(path), isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")
    return connection
