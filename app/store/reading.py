"""Everything that is asked of the store, within one short transaction that sees one moment."""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, select

from app.domain.board import Card
from app.domain.errors import Unusable
from app.domain.timeline import TimelineRow
from app.record.checkpoint import Checkpoint
from app.store import layout, shapes, tables
from app.store.anchor import START, Mark
from app.store.dialect import Dialect
from app.store.shapes import Commit, Hit, Incident, Profile, StoredPlan, Token
from app.store.statements import Cursor, Statements

BATCH: Final = 2000
_ID_PREFIX: Final = 8

_INCIDENT = (
    select(
        tables.incident.c.id,
        tables.number.c.number,
        tables.incident.c.record,
        tables.incident.c.origin,
        tables.incident.c.plan_hash,
        tables.incident.c.key,
    )
    .join(tables.number, tables.number.c.incident == tables.incident.c.key)
    .order_by(tables.incident.c.key)
)
_CARD = [tables.card.c[name] for name in shapes.CARD_COLUMNS]
_ROW = [tables.row.c[name] for name in shapes.ROW_COLUMNS]


class Reading:
    """One moment of the store."""

    def __init__(self, connection: Connection, dialect: Dialect, statements: Statements, keys: dict[str, int]) -> None:
        self._connection = connection
        self._dialect = dialect
        self._statements = statements
        self._cursor = Cursor(connection)
        self._keys = keys

    def end(self) -> None:
        """After this nothing more can be asked: a forgotten reader would keep its moment, or a lock, for ever."""
        del self._connection, self._cursor

    # The record

    def incidents(self) -> tuple[Incident, ...]:
        """Every incident, oldest first."""
        return tuple(self._incident(row) for row in self._connection.execute(_INCIDENT))

    def incident(self, reference: str) -> Incident:
        """The incident with that number, id, or beginning of an id; Unusable when there is none or more than one."""
        found = self.with_number(reference) or self._with_id(reference)
        if not found:
            raise Unusable(
                f"There is no incident {reference[:80]!r}.",
                "List the incidents to see their numbers.",
                code="no-incident",
            )
        if len(found) > 1:
            ids = " or ".join(incident.incident_id[:12] for incident in found)
            raise Unusable(
                f"{len(found)} incidents bear the number {reference!r}.",
                f"Say which by its id ({ids}), and give one of them another number.",
                code="ambiguous-number",
            )
        return found[0]

    def with_number(self, number: str) -> tuple[Incident, ...]:
        """The incidents that bear a number: more than one when two laptops gave the same on one day."""
        asked = _INCIDENT.where(tables.number.c.number == number)
        return tuple(self._incident(row) for row in self._connection.execute(asked))

    def _with_id(self, reference: str) -> tuple[Incident, ...]:
        if len(reference) < _ID_PREFIX or not set(reference) <= set("0123456789abcdef"):
            return ()
        asked = _INCIDENT.where(tables.incident.c.id.startswith(reference, autoescape=True))
        return tuple(self._incident(row) for row in self._connection.execute(asked))

    def _incident(self, row: Any) -> Incident:
        return Incident(row.id, row.number, row.record, row.origin, row.plan_hash, self._size(row.key))

    def _size(self, key: int) -> int:
        last = self._cursor.first(self._statements.last_entry, (key,))
        return last[0] + 1 if last else 0

    def numbers(self, prefix: str = "") -> tuple[str, ...]:
        """Every number in use that begins so, sorted; one that is borne twice stands twice."""
        column = tables.number.c.number
        asked = select(column).where(column.startswith(prefix, autoescape=True)).order_by(column)
        return tuple(self._connection.execute(asked).scalars())

    def entry_count(self, incident_id: str) -> int:
        """How many entries the incident's log has."""
        return self._size(self.key(incident_id))

    def lines(self, incident_id: str, after: int = -1, upto: int | None = None) -> Iterator[tuple[int, bytes, bytes]]:
        """(seq, line, leaf) in order, from the entry after `after` up to and including `upto`; streamed."""
        key = self.key(incident_id)
        end = self._size(key) - 1 if upto is None else upto
        for first in range(after + 1, end + 1, BATCH):
            batch = self._cursor.all(self._statements.entries, (key, first, min(first + BATCH - 1, end)))
            yield from ((seq, line, leaf) for seq, _id, line, leaf in batch)

    def leaves(self, incident_id: str) -> list[bytes]:
        """Every leaf hash in order, for proofs."""
        asked = select(tables.entry.c.leaf).where(tables.entry.c.incident == self.key(incident_id))
        return list(self._connection.execute(asked.order_by(tables.entry.c.seq)).scalars())

    def disclosures(self, incident_id: str, after: int = -1, upto: int | None = None) -> Iterator[tuple[int, str]]:
        """(seq, disclosure) in order of entries, as far as they were not erased."""
        table, key = tables.disclosure, self.key(incident_id)
        asked = select(table.c.seq, table.c.d).where(table.c.incident == key, table.c.seq > after)
        if upto is not None:
            asked = asked.where(table.c.seq <= upto)
        found = self._connection.execute(asked.order_by(table.c.seq, table.c.digest))
        yield from ((seq, d) for seq, d in found)

    def entry_id(self, entry_id: str) -> tuple[str, int] | None:
        """(incident id, seq) of the entry with a client's UUID; None when it was never recorded."""
        found = self._cursor.first(self._statements.entry_with_id, (entry_id,))
        return None if found is None else (found[0], found[1])

    def checkpoints(self, incident_id: str) -> tuple[Checkpoint, ...]:
        """Every checkpoint that is kept, and the latest, smallest first."""
        asked = _checkpoints(self.key(incident_id)).order_by(tables.checkpoint.c.size)
        return tuple(_checkpoint(row) for row in self._connection.execute(asked))

    def checkpoint(self, incident_id: str) -> Checkpoint | None:
        """The latest checkpoint."""
        asked = _checkpoints(self.key(incident_id)).order_by(tables.checkpoint.c.size.desc()).limit(1)
        found = self._connection.execute(asked).first()
        return None if found is None else _checkpoint(found)

    def tokens(self, incident_id: str) -> tuple[Token, ...]:
        """The timestamp tokens over this incident's checkpoints."""
        table = tables.anchor
        asked = select(table.c.size, table.c.sha256, table.c.token).where(table.c.incident == self.key(incident_id))
        return tuple(Token(*row) for row in self._connection.execute(asked.order_by(table.c.size)))

    def data_version(self) -> int:
        """The number of the newest commit: grows whenever this or another process records something."""
        last = self._cursor.first(self._statements.last_commit)
        return last[0] if last else 0

    def mark(self) -> Mark:
        """The newest commit, as the anchor notes it."""
        found = self._cursor.first(self._statements.last_mark)
        return Mark(*found) if found else START

    def commits(self, after: int = 0) -> tuple[Commit, ...]:
        """The commits after number `after`, oldest first: which incidents another window changed."""
        table = tables.commit
        asked = (
            select(table.c.n, tables.incident.c.id, table.c.size)
            .join(tables.incident, tables.incident.c.key == table.c.incident)
            .where(table.c.n > after)
            .order_by(table.c.n)
        )
        return tuple(Commit(*row) for row in self._connection.execute(asked))

    def find_key(self, incident_id: str) -> int | None:
        """The table key of an incident; None when there is none with that id."""
        found = self._keys.get(incident_id)
        if found is None:
            asked = select(tables.incident.c.key).where(tables.incident.c.id == incident_id)
            found = self._connection.execute(asked).scalar()
            if found is not None:
                self._keys[incident_id] = found
        return found

    def key(self, incident_id: str) -> int:
        """The table key of an incident; Unusable when there is none with that id."""
        found = self.find_key(incident_id)
        if found is None:
            raise Unusable(f"There is no incident with the id {incident_id[:64]}.", code="no-incident")
        return found

    # Projections

    def cards(self) -> tuple[Card, ...]:
        """Every card: open incidents first, worst first, oldest first."""
        card = tables.card
        asked = select(*_CARD).order_by(card.c.closed, card.c.severity_rank, card.c.opened_at, card.c.number)
        return tuple(shapes.card_from(row) for row in self._connection.execute(asked))

    def card(self, incident_id: str) -> Card | None:
        """The card of one incident."""
        asked = select(*_CARD).where(tables.card.c.incident_id == incident_id)
        found = self._connection.execute(asked).first()
        return None if found is None else shapes.card_from(found)

    def row_count(self, incident_id: str) -> int:
        """How many timeline rows an incident has: the highest row number and one, without counting."""
        highest = self._cursor.all(self._statements.last_row, self._span(incident_id))[0][0]
        return 0 if highest is None else layout.row_of(highest) + 1

    def rows(self, incident_id: str, first: int, count: int) -> tuple[TimelineRow, ...]:
        """`count` rows from row number `first`, in order; fewer at the end."""
        start = layout.first_key(self.key(incident_id)) + first
        found = self._cursor.all(self._statements.rows, (start, start + count - 1))
        return tuple(_row(values) for values in found)

    def row_of(self, incident_id: str, seq: int) -> TimelineRow | None:
        """The row that stands for an entry; None for an entry that has no row of its own."""
        table = tables.row
        asked = select(table.c.key, *_ROW).where(table.c.incident == self.key(incident_id), table.c.seq == seq)
        found = self._connection.execute(asked).first()
        return None if found is None else _row(found)

    def search(self, text: str, incident_id: str | None = None, limit: int = 100) -> tuple[Hit, ...]:
        """Rows that hold every word (a phrase in double quotes as one), newest first."""
        low, high = self._span(incident_id)
        keys = self._dialect.matching(text, low, high)
        if keys is None:
            return ()
        asked = (
            select(tables.incident.c.id, tables.number.c.number, tables.row.c.key, *_ROW)
            .join(tables.incident, tables.incident.c.key == tables.row.c.incident)
            .join(tables.number, tables.number.c.incident == tables.row.c.incident)
            .where(tables.row.c.key.in_(keys.limit(limit)))
            .order_by(tables.row.c.key.desc())
        )
        return tuple(Hit(row[0], row[1], _row(row[2:])) for row in self._connection.execute(asked))

    def order(
        self,
        incident_id: str,
        *,
        by: str = "at",
        text: str = "",
        kinds: tuple[str, ...] = (),
        person: str = "",
        tag: str = "",
        human: bool | None = None,
        starred: bool = False,
        upto_seq: int | None = None,
    ) -> array[int]:
        """Row numbers of what matches, sorted by "at" (happened) or "ts" (recorded); pages slice the answer."""
        table = tables.row
        low, high = self._span(incident_id)
        asked = select(table.c.key).where(table.c.key.between(low, high))
        if text.strip():
            keys = self._dialect.matching(text, low, high)
            if keys is None:
                return array("q")
            asked = asked.where(table.c.key.in_(keys))
        if kinds:
            asked = asked.where(table.c.kind.in_(kinds))
        if person:
            asked = asked.where((table.c.said_by == person) | (table.c.recorded_by == person))
        if tag:
            asked = asked.where((" " + table.c.tags + " ").contains(f" {tag} ", autoescape=True))
        if human is not None:
            asked = asked.where(table.c.human == human)
        if starred:
            asked = asked.where(table.c.starred)
        if upto_seq is not None:
            asked = asked.where(table.c.seq <= upto_seq)
        ordered = asked.order_by(table.c.ts if by == "ts" else table.c.at, table.c.key)
        return array("q", (layout.row_of(key) for key in self._connection.execute(ordered).scalars()))

    def _span(self, incident_id: str | None) -> tuple[int, int]:
        if incident_id is None:
            return 0, (1 << 63) - 1
        return layout.span(self.key(incident_id))

    # Plans, people, settings

    def plan(self, plan_hash: str) -> bytes | None:
        """The canonical JSON of an imported plan."""
        asked = select(tables.plan.c.canonical).where(tables.plan.c.hash == plan_hash)
        return self._connection.execute(asked).scalar()

    def plans(self) -> tuple[StoredPlan, ...]:
        """Every imported plan, by id and version."""
        table = tables.plan
        asked = select(table.c.hash, table.c.id, table.c.version).order_by(table.c.id, table.c.version, table.c.hash)
        return tuple(StoredPlan(*row) for row in self._connection.execute(asked))

    def profiles(self) -> tuple[Profile, ...]:
        """Every person who has or had a key here, oldest first."""
        table = tables.profile
        found = self._connection.execute(select(table).order_by(table.c.created, table.c.principal)).mappings()
        return tuple(Profile(**{**row, "created": shapes.from_ms(row["created"])}) for row in found)

    def organisation(self) -> dict[str, str]:
        """The organisation profile, by field."""
        table = tables.organisation
        found = self._connection.execute(select(table.c.field, table.c.value).order_by(table.c.field))
        return {row.field: row.value for row in found}

    def settings(self) -> dict[str, str]:
        """Every setting that was put, by name."""
        table = tables.setting
        found = self._connection.execute(select(table.c.name, table.c.value).order_by(table.c.name))
        return {row.name: row.value for row in found}

    def setting(self, name: str) -> str | None:
        """One setting."""
        asked = select(tables.setting.c.value).where(tables.setting.c.name == name)
        return self._connection.execute(asked).scalar()

    def drafts(self) -> dict[str, str]:
        """What was being typed, by incident id; the empty id is the form that declares one."""
        table = tables.draft
        return {row.incident: row.text for row in self._connection.execute(select(table.c.incident, table.c.text))}


def _row(values: Any) -> TimelineRow:
    return shapes.row_from(layout.row_of(values[0]), values[1:])


def _checkpoints(key: int) -> Select[Any]:
    table = tables.checkpoint
    asked = select(table.c.size, table.c.root, table.c.body, table.c.note, table.c.sshsigs)
    return asked.where(table.c.incident == key)


def _checkpoint(row: Row[Any]) -> Checkpoint:
    signatures = tuple((fingerprint, armour) for fingerprint, armour in json.loads(row.sshsigs))
    return Checkpoint(row.size, row.root, row.body, row.note, signatures)
