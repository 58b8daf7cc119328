"""What differs between databases; everything else in the store is one code for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, Select, Table
from sqlalchemy.sql.dml import Insert


class Dialect(Protocol):
    """One kind of database: how to connect, guard the record, put rows in place, and search."""

    name: str

    def writer(self) -> Engine:
        """An engine whose transactions lock out every other writer from their first statement."""

    def readers(self) -> Engine:
        """An engine whose connections cannot write and see one moment per transaction."""

    def install_guards(self, connection: Connection) -> None:
        """Makes the record's tables write-once, replacing older guards, and the full-text index if there is none."""

    def missing_guards(self, connection: Connection) -> tuple[str, ...]:
        """Names of guards that are absent or altered."""

    def upsert(self, target: Table, keys: Sequence[str]) -> Insert:
        """An INSERT of all columns that replaces the row with the same key."""

    def matching(self, words: str, low: int, high: int) -> Select[tuple[int]] | None:
        """The keys of rows from `low` to `high` that hold these words, highest first; None without any word."""

    def wrong_settings(self, connection: Connection) -> tuple[str, ...]:
        """Sentences on settings of a connection that are not as they must be."""

    def index_rows(self, connection: Connection, low: int, high: int) -> None:
        """Puts the words of rows with these keys, which stand in the table, into the full-text index."""

    def unindex_rows(self, connection: Connection, low: int, high: int) -> None:
        """Takes the words of rows with these keys, which still stand in the table unchanged, out of the index."""

    def rebuild_search(self, connection: Connection) -> None:
        """Builds the full-text index again from the rows."""

    def tidy_search(self, connection: Connection) -> None:
        """Before the commit of an erasure: takes its words out of the full-text index for good."""

    def forget_erased(self, connection: Connection) -> bool:
        """Outside a transaction: clears the log of changes of erased text; False while a reader still needs it."""

    def damage(self, connection: Connection, *, search: bool) -> tuple[str, ...]:
        """What the database finds wrong in itself; with `search` in the full-text index too, which takes a writer."""

    def describe(self) -> dict[str, Any]:
        """Library, version and settings, for diagnostics."""
