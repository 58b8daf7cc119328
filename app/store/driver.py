"""The one SQLite library of this process: two of them on one file drop each other's locks and lose entries."""

from __future__ import annotations

from typing import Any, Final


def _chosen() -> Any:
    try:
        from sqlcipher3 import dbapi2
    except ImportError:
        from sqlite3 import dbapi2
    return dbapi2


DBAPI: Final[Any] = _chosen()
VERSION: Final[tuple[int, int, int]] = tuple(DBAPI.sqlite_version_info)


def has_reset_bug(version: tuple[int, int, int] = VERSION) -> bool:
    """Whether this SQLite can lose commits when two connections meet while the WAL restarts.

    Fixed in 3.51.3 and in the branches 3.50.7 and 3.44.6 (https://www.sqlite.org/wal.html#walresetbug).
    """
    if version[:2] == (3, 44):
        return version < (3, 44, 6)
    if version[:2] == (3, 50):
        return version < (3, 50, 7)
    return version < (3, 51, 3)
