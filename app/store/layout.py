"""Names and numbers that fix how a data folder is laid out, importable without SQLAlchemy."""

from __future__ import annotations

from pathlib import Path
from typing import Final

DATABASE: Final = "cockpit.db"
ANCHOR: Final = "cockpit.anchor"
OPENING: Final = "cockpit.lock"

REVISION: Final = "0001"
"""The schema this program speaks; the newest revision in migrations/versions."""

APPLICATION_ID: Final = 0x494E4343
"""Stands in SQLite's header ("INCC"), so that somebody else's database is never taken for ours."""

ROW_BITS: Final = 40
"""A timeline row's key is `incident key << ROW_BITS | row`, so a page is one range of the primary key."""

PAGE: Final = 256
"""Rows in a page of the timeline: page number is row >> 8."""


def database(folder: Path) -> Path:
    """Where the record of a data folder lies."""
    return folder / DATABASE


def anchor(folder: Path) -> Path:
    """Where the newest acknowledged commit is noted, outside the database."""
    return folder / ANCHOR


def first_key(incident: int) -> int:
    """The key of row 0 of an incident."""
    return incident << ROW_BITS


def span(incident: int) -> tuple[int, int]:
    """The lowest and the highest key that rows of an incident can have."""
    first = first_key(incident)
    return first, first + (1 << ROW_BITS) - 1


def row_of(key: int) -> int:
    """The dense row number in a timeline row's key."""
    return key & ((1 << ROW_BITS) - 1)
