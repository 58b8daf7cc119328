"""Everything that is written to the store, within one transaction that locks out every other writer."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Connection, Table, delete, insert, select, update

from app.domain.board import Card
from app.domain.errors import Broken
from app.domain.timeline import TimelineRow
from app.record import checkpoint as checkpoints
from app.record import disclosure, merkle
from app.record.chain import Head, Sealed
from app.record.checkpoint import Checkpoint
from app.store import anchor, layout, shapes, tables
from app.store.anchor import Mark
from app.store.dialect import Dialect
from app.store.reading import Reading
from app.store.shapes import Appended, Profile, Stored
from app.store.statements import Cursor, Statements

_NODE: Final = 32
_LOOKUP: Final = 500


class Misfit(ValueError):
    """Lines that do not continue the log they are for; the text says why. The recorder is wrong, not the person."""


@dataclass(frozen=True, slots=True)
class _Reached:
    """Where a log stands after this transaction, and the checkpoint lines that say so."""

    key: int
    body: str
    origin: str
    size: int


class Writing:
    """One transaction; nothing of it counts until the block that opened it has been left without an error."""

    def __init__(
        self,
        connection: Connection,
        dialect: Dialect,
        statements: Statements,
        keys: dict[str, int],
        heads: dict[str, Head],
    ) -> None:
        self._connection = connection
        self._dialect = dialect
        self._statements = statements
        self._cursor = Cursor(connection)
        self._keys = dict(keys)
        self._heads = dict(heads)
        self._reached: dict[str, _Reached] = {}
        self._erased = False
        self._repeats = False
        self._reading = Reading(connection, dialect, statements, self._keys)

    def reading(self) -> Reading:
        """What stands in the store at this moment, this transaction's own writes included."""
        return self._reading

    def end(self) -> None:
        """After this nothing more can be written or asked."""
        self._reading.end()
        del self._connection, self._cursor

    # The record

    def create(self, incident_id: str, record_json: bytes, origin: str, number: str, plan_hash: str) -> None:
        """A new incident without entries; its id is the tagged hash of its record, its plan must have been put."""
        if sha256(b"AZ:INCIDENT:" + record_json).hexdigest() != incident_id:
            raise Misfit("the incident's id is not the hash of its record")
        row = {"id": incident_id, "record": record_json, "origin": origin, "plan_hash": plan_hash}
        made = self._connection.execute(insert(tables.incident), row)
        key: int = made.inserted_primary_key[0]  # type: ignore[index]
        self._connection.execute(insert(tables.number), {"incident": key, "number": number})
        self._keys[incident_id] = key

    def renumber(self, incident_id: str, number: str) -> None:
        """Another label for the incident; the record says so in an entry of its own."""
        asked = update(tables.number).where(tables.number.c.incident == self._reading.key(incident_id))
        self._connection.execute(asked.values(number=number))

    def head(self, incident_id: str) -> Head | None:
        """Where the incident's log ends; None without such an incident. Broken when its last entries are damaged."""
        key = self._reading.find_key(incident_id)
        if key is None:
            return None
        last = self._cursor.first(self._statements.last_entry, (key,))
        known = self._heads.get(incident_id)
        if known is not None and last is not None and (known.size, known.prev) == (last[0] + 1, last[1].hex()):
            return known
        head = self._head_on_disk(key, incident_id, last)
        self._heads[incident_id] = head
        return head

    def _head_on_disk(self, key: int, incident_id: str, last: Any) -> Head:
        asked = select(tables.incident.c.origin).where(tables.incident.c.key == key)
        origin: str = self._connection.execute(asked).scalar_one()
        if last is None:
            return Head.start(origin, incident_id)
        frontier = self._frontier(key, incident_id, last[0] + 1)
        return Head(origin, last[0] + 1, last[1].hex(), frontier)

    def _frontier(self, key: int, incident_id: str, size: int) -> merkle.Frontier:
        seal = tables.checkpoint
        asked = select(seal.c.size, seal.c.root, seal.c.frontier).where(seal.c.incident == key)
        latest = self._connection.execute(asked.order_by(seal.c.size.desc()).limit(1)).first()
        if latest is not None and latest.size == size:
            frontier = _unpacked(size, latest.frontier)
            if frontier.root != latest.root:
                frontier = merkle.frontier(self._reading.leaves(incident_id))
            if frontier.size == size and frontier.root == latest.root:
                return frontier
        raise Broken(
            f"The end of the record {incident_id[:12]} is damaged: entries and latest checkpoint do not agree.",
            "Verify the incident to see what is still good, and restore the newest backup.",
            code="damaged",
        )

    def append(
        self, incident_id: str, sealed: Sequence[Sealed], checkpoint: Checkpoint, *, keep: bool = False
    ) -> Appended:
        """Entries and the checkpoint over them, as one; entries whose ids stand there already are returned as they are.

        `keep` holds this checkpoint for good; the first one, and one over a change of keys, is held anyway.
        Misfit unless lines, numbers, leaves, disclosures and root continue the log exactly.
        """
        if not sealed:
            raise Misfit("there is nothing to append")
        key = self._reading.key(incident_id)
        if self._reading.entry_id(sealed[0].id) is not None:
            self._repeats = True
            return Appended(self._standing(key, sealed), is_new=False)
        head = self.head(incident_id)
        assert head is not None  # noqa: S101 - the key was found, so the incident exists
        lines = [_fitting(one, place, head) for place, one in enumerate(sealed)]
        after = _after(head, sealed, lines, checkpoint)
        self._put_entries(key, sealed, lines)
        held = keep or head.size == 0 or any(str(line["type"]).startswith("key.") for line in lines)
        self._put_checkpoint(key, head.size, after, checkpoint, kept=held)
        stored = self._read_back(key, head.size, sealed)
        self._heads[incident_id] = after
        self._reached[incident_id] = _Reached(key, checkpoint.body, head.origin, after.size)
        return Appended(stored, is_new=True)

    def _standing(self, key: int, sealed: Sequence[Sealed]) -> tuple[Stored, ...]:
        entry = tables.entry
        found: dict[str, Stored] = {}
        for start in range(0, len(sealed), _LOOKUP):
            ids = [one.id for one in sealed[start : start + _LOOKUP]]
            asked = select(entry.c.seq, entry.c.id, entry.c.line, entry.c.leaf)
            for row in self._connection.execute(asked.where(entry.c.incident == key, entry.c.id.in_(ids))):
                found[row.id] = Stored(*row)
        if len(found) != len(sealed):
            raise Misfit("some of these entries were recorded before, and some were not")
        return tuple(found[one.id] for one in sealed)

    def _put_entries(self, key: int, sealed: Sequence[Sealed], lines: Sequence[dict[str, Any]]) -> None:
        entries = [
            (key, one.seq, one.id, bytes.fromhex(line["prev"]), one.leaf, one.line)
            for one, line in zip(sealed, lines, strict=True)
        ]
        self._cursor.put_all(self._statements.put_entry, entries)
        texts = [(key, one.seq, disclosure.digest(d), d) for one in sealed for d in one.disclosures]
        if texts:
            self._cursor.put_all(self._statements.put_disclosure, texts)

    def _put_checkpoint(self, key: int, before: int, after: Head, checkpoint: Checkpoint, *, kept: bool) -> None:
        sshsigs = json.dumps(checkpoint.sshsigs)
        nodes = b"".join(after.frontier.nodes)
        row = (checkpoint.size, checkpoint.root, nodes, checkpoint.body, checkpoint.note, sshsigs, kept)
        if before and self._cursor.put(self._statements.move_checkpoint, (*row, key, before)):
            return
        self._cursor.put(self._statements.put_checkpoint, (key, *row))

    def _read_back(self, key: int, first: int, sealed: Sequence[Sealed]) -> tuple[Stored, ...]:
        found = self._cursor.all(self._statements.entries, (key, first, first + len(sealed)))
        stored = tuple(Stored(*row) for row in found)
        if [(one.seq, one.id, one.line, one.leaf) for one in stored] != [
            (one.seq, one.id, one.line, one.leaf) for one in sealed
        ]:
            raise Broken(
                "The database gave back other bytes than were written.",
                "Check memory and disk of this machine before going on.",
                code="damaged",
            )
        return stored

    def keep_checkpoint(self, incident_id: str, size: int) -> None:
        """Holds the latest checkpoint for good, because it was exported, anchored or cosigned."""
        seal = tables.checkpoint
        asked = update(seal).where(seal.c.incident == self._reading.key(incident_id), seal.c.size == size)
        self._connection.execute(asked.values(kept=True))

    def put_token(self, incident_id: str, size: int, token: bytes) -> str:
        """Stores a timestamp token over the checkpoint note of that size; returns its SHA-256."""
        digest = sha256(token).hexdigest()
        row = {"incident": self._reading.key(incident_id), "size": size, "sha256": digest, "token": token}
        self._connection.execute(insert(tables.anchor), row)
        return digest

    def erase_disclosure(self, incident_id: str, seq: int, digest: str) -> bool:
        """Deletes a text for good; its erase entry must stand in this very transaction. False if it was gone."""
        table = tables.disclosure
        asked = delete(table).where(
            table.c.incident == self._reading.key(incident_id), table.c.seq == seq, table.c.digest == digest
        )
        self._erased = True
        return bool(self._connection.execute(asked).rowcount)

    # Projections

    def put_card(self, card: Card) -> None:
        """The card of an incident, replacing the one before."""
        self._cursor.put(self._statements.put_card, shapes.card_values(card))

    def put_rows(self, incident_id: str, rows: Sequence[TimelineRow]) -> None:
        """Rows for the end of the timeline, numbered on without a gap."""
        if not rows:
            return
        key = self._reading.key(incident_id)
        if any(row.row != number for number, row in enumerate(rows, self._reading.row_count(incident_id))):
            raise Misfit("timeline rows are numbered on without a gap")
        first = layout.first_key(key)
        self._cursor.put_all(self._statements.put_row, [shapes.row_values(first + row.row, key, row) for row in rows])
        self._dialect.index_rows(self._connection, first + rows[0].row, first + rows[-1].row)

    def amend_row(self, incident_id: str, seq: int, **changes: str | int | bool) -> bool:
        """Changes what is shown for an entry after a correction or a star; False when it has no row."""
        unknown = changes.keys() - set(shapes.ROW_COLUMNS)
        if unknown or not changes:
            raise Misfit(f"a row has no such changeable field: {', '.join(sorted(unknown)) or 'none given'}")
        shown = self._reading.row_of(incident_id, seq)
        if shown is None:
            return False
        key = layout.first_key(self._reading.key(incident_id)) + shown.row
        self._dialect.unindex_rows(self._connection, key, key)
        self._connection.execute(update(tables.row).where(tables.row.c.key == key).values(changes))
        self._dialect.index_rows(self._connection, key, key)
        return True

    def clear_projections(self, incident_id: str) -> None:
        """Drops card and rows of an incident, to be folded again from the record."""
        key = self._reading.key(incident_id)
        self._dialect.unindex_rows(self._connection, *layout.span(key))
        self._connection.execute(delete(tables.row).where(tables.row.c.incident == key))
        self._connection.execute(delete(tables.card).where(tables.card.c.incident_id == incident_id))

    def rebuild_search(self) -> None:
        """Builds the full-text index again from the rows of every incident."""
        self._dialect.rebuild_search(self._connection)

    # Plans, people, settings

    def put_plan(self, plan_hash: str, plan_id: str, version: str, canonical: bytes) -> None:
        """A plan under the hash of its canonical JSON; one that is there already stays as it is."""
        if self._reading.plan(plan_hash) is None:
            row = {"hash": plan_hash, "id": plan_id, "version": version, "canonical": canonical}
            self._connection.execute(insert(tables.plan), row)

    def put_profile(self, profile: Profile) -> None:
        """A person and their key, replacing what stood under the same principal."""
        row = {name: getattr(profile, name) for name in (column.name for column in tables.profile.c)}
        row["created"] = shapes.to_ms(profile.created)
        self._connection.execute(self._dialect.upsert(tables.profile, ["principal"]), row)

    def put_organisation(self, field: str, value: str) -> None:
        """One field of the organisation profile; an empty value takes it away."""
        self._put_text(tables.organisation, "field", field, "value", value)

    def put_setting(self, name: str, value: str) -> None:
        """One setting; an empty value takes it away."""
        self._put_text(tables.setting, "name", name, "value", value)

    def put_draft(self, incident_id: str, text: str) -> None:
        """What is being typed for an incident (empty id: a new one); an empty text takes it away."""
        self._put_text(tables.draft, "incident", incident_id, "text", text)

    def _put_text(self, table: Table, key: str, name: str, column: str, text: str) -> None:
        if text:
            self._connection.execute(self._dialect.upsert(table, [key]), {key: name, column: text})
        else:
            self._connection.execute(delete(table).where(table.c[key] == name))

    # The end of the transaction

    @property
    def erased(self) -> bool:
        """Whether a text was deleted, so that the log of changes must be cleared after the commit."""
        return self._erased

    @property
    def commit_count(self) -> int:
        """The number of the newest commit."""
        return self._last_commit()[0]

    def _last_commit(self) -> tuple[int, bytes]:
        last = self._cursor.first(self._statements.last_commit)
        return (last[0], last[1]) if last else (0, anchor.START.h)

    def seal(self) -> Mark | None:
        """Adds a commit row for every log that grew, the last act before COMMIT; the newest mark, None without any."""
        if self._erased:
            self._dialect.tidy_search(self._connection)
        if not self._reached:
            # What is repeated was perhaps stored but never anchored: it counts only once it is.
            return self._reading.mark() if self._repeats else None
        n, h = self._last_commit()
        for reached in self._reached.values():
            n, h = n + 1, anchor.next_hash(h, reached.body)
            self._cursor.put(self._statements.put_commit, (n, h, reached.key, reached.size))
        return Mark(n, h, reached.origin, reached.size)

    def learned(self) -> tuple[dict[str, int], dict[str, Head]]:
        """Keys and heads that hold once the transaction has been committed."""
        return self._keys, self._heads


def _fitting(one: Sealed, place: int, head: Head) -> dict[str, Any]:
    line: dict[str, Any] = json.loads(one.line)
    if (line["seq"], one.seq) != (head.size + place, head.size + place):
        raise Misfit(f"entry {one.seq} is not the next one")
    if line["log"] != head.origin or line["id"] != one.id:
        raise Misfit(f"entry {one.seq} is of another log or under another id")
    if merkle.leaf(one.line) != one.leaf:
        raise Misfit(f"the leaf of entry {one.seq} is not the hash of its line")
    if not {disclosure.digest(d) for d in one.disclosures} <= set(line.get("_sd", ())):
        raise Misfit(f"entry {one.seq} does not commit to one of its texts")
    return line


def _after(head: Head, sealed: Sequence[Sealed], lines: Sequence[dict[str, Any]], checkpoint: Checkpoint) -> Head:
    frontier, prev = head.frontier, head.prev
    for one, line in zip(sealed, lines, strict=True):
        if line["prev"] != prev:
            raise Misfit(f"entry {one.seq} does not name the one before it")
        frontier, prev = frontier.push(one.leaf), one.leaf.hex()
    reached = (frontier.size, frontier.root, checkpoints.body(head.origin, frontier.size, frontier.root))
    if (checkpoint.size, checkpoint.root, checkpoint.body) != reached:
        raise Misfit("the checkpoint is not of this log at this size and root")
    return Head(head.origin, frontier.size, prev, frontier)


def _unpacked(size: int, nodes: bytes) -> merkle.Frontier:
    return merkle.Frontier(size, tuple(nodes[at : at + _NODE] for at in range(0, len(nodes), _NODE)))
