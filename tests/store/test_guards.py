from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from store.maker import Maker, remarks

from app.record import disclosure
from app.store import driver, layout
from app.store.database import Store, open_store
from app.store.dialect_sqlite import GUARDS, set_up


@pytest.fixture
def connection(folder: Path, store: Store, maker: Maker) -> Iterator[Any]:
    """A connection past the store, with the settings that every connection of ours has."""
    maker.log(store, "a", "b", "c", keep=True)
    maker.log(store, "d")
    with store.write() as write:
        write.put_token(maker.incident_id, 4, b"token")
    with closing(driver.DBAPI.connect(str(layout.database(folder)), isolation_level=None)) as opened:
        set_up(opened)
        yield opened


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE incident SET origin = 'x'",
        "DELETE FROM incident",
        "INSERT OR REPLACE INTO incident SELECT * FROM incident",
        "UPDATE entry SET line = 'x' WHERE seq = 1",
        "UPDATE entry SET incident = 2",
        "DELETE FROM entry WHERE seq = 3",
        "DELETE FROM entry",
        "INSERT OR REPLACE INTO entry SELECT * FROM entry WHERE seq = 3",
        "REPLACE INTO entry SELECT incident, 4, id, leaf, leaf, 'x' FROM entry WHERE seq = 3",
        "INSERT INTO entry SELECT incident, 5, 'new', leaf, zeroblob(32), 'x' FROM entry WHERE seq = 3",
        "INSERT INTO entry SELECT incident, 3, 'new', zeroblob(32), zeroblob(32), 'x' FROM entry WHERE seq = 3",
        "INSERT INTO entry SELECT incident, 4, 'new', zeroblob(32), zeroblob(32), 'x' FROM entry WHERE seq = 3",
        "INSERT INTO entry SELECT incident, 4, 'new', leaf, zeroblob(32), 'x' FROM entry WHERE seq = 2",
        "INSERT INTO entry SELECT incident, 4, id, leaf, zeroblob(32), 'x' FROM entry WHERE seq = 3",
        "INSERT INTO entry SELECT 99, 0, 'new', zeroblob(32), zeroblob(32), 'x' FROM entry WHERE seq = 3",
        "UPDATE disclosure SET d = 'x'",
        "DELETE FROM disclosure WHERE seq = 1",
        "INSERT OR REPLACE INTO disclosure SELECT * FROM disclosure",
        "INSERT INTO disclosure SELECT incident, seq, 'other', 'x' FROM disclosure WHERE seq = 0",
        "DELETE FROM checkpoint",
        "INSERT OR REPLACE INTO checkpoint SELECT * FROM checkpoint",
        "INSERT INTO checkpoint SELECT incident, 2, root, frontier, body, note, sshsigs, 0 FROM checkpoint",
        "UPDATE checkpoint SET note = 'x' WHERE size = 4",
        "UPDATE checkpoint SET size = 5 WHERE size = 4",
        "UPDATE checkpoint SET kept = 0 WHERE size = 3",
        "UPDATE checkpoint SET size = 4, note = 'x' WHERE size = 3",
        "UPDATE checkpoint SET root = zeroblob(32), kept = 1 WHERE size = 4",
        "UPDATE anchor SET token = 'x'",
        "DELETE FROM anchor",
        'UPDATE "commit" SET h = zeroblob(32)',
        'DELETE FROM "commit" WHERE n = 2',
        'INSERT OR REPLACE INTO "commit" SELECT * FROM "commit"',
        'INSERT INTO "commit" SELECT 9, h, incident, size FROM "commit" WHERE n = 2',
        'INSERT INTO "commit" SELECT 3, h, incident, 9 FROM "commit" WHERE n = 2',
        "UPDATE plan SET canonical = 'x'",
        "DELETE FROM plan",
    ],
)
def test_the_record_cannot_be_changed_past_the_store(connection: Any, statement: str) -> None:
    """Whatever SQL says, rows of the record stay, and nothing gets in between."""
    before = connection.execute("SELECT * FROM entry").fetchall()
    with pytest.raises(driver.DBAPI.IntegrityError):
        connection.execute(statement)
    assert connection.execute("SELECT * FROM entry").fetchall() == before


def test_every_statement_above_works_without_its_guard(connection: Any) -> None:
    """The control: with the triggers dropped and foreign keys off, an entry can be changed and deleted."""
    for name in GUARDS:
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute("PRAGMA foreign_keys = OFF")
    assert connection.execute("UPDATE entry SET line = 'x' WHERE seq = 1").rowcount == 1
    assert connection.execute("DELETE FROM entry WHERE seq = 3").rowcount == 1


def test_a_text_is_erased_only_together_with_its_erase_entry(store: Store, maker: Maker) -> None:
    """The erase entry must name this very disclosure and stand in the same transaction."""
    maker.log(store, "Ada has a cold", "harmless")
    with store.read() as reading:
        digests = [disclosure.digest(d) for _seq, d in reading.disclosures(maker.incident_id)]
    for items in ([{"seq": 1, "digest": digests[1]}], [{"seq": 1, "digest": digests[0]}]):
        with pytest.raises(Exception, match="together with its erase entry"), store.write() as write:
            head = write.head(maker.incident_id)
            assert head is not None
            write.append(maker.incident_id, *maker.seal(head, ["why"], kind="erase", items=items, basis="request"))
            write.erase_disclosure(maker.incident_id, 0, digests[0])
    with store.write() as write:
        head = write.head(maker.incident_id)
        assert head is not None
        items = [{"seq": 0, "digest": digests[0]}]
        write.append(maker.incident_id, *maker.seal(head, ["why"], kind="erase", items=items, basis="request"))
    with pytest.raises(Exception, match="together with its erase entry"), store.write() as write:
        write.erase_disclosure(maker.incident_id, 0, digests[0])
    with store.write() as write:
        head = write.head(maker.incident_id)
        assert head is not None
        write.append(maker.incident_id, *maker.seal(head, ["now"], kind="erase", items=items, basis="request"))
        assert write.erase_disclosure(maker.incident_id, 0, digests[0])
        assert not write.erase_disclosure(maker.incident_id, 0, digests[0])
    with store.read() as reading:
        assert [seq for seq, _d in reading.disclosures(maker.incident_id)] == [1, 2, 3]


def test_an_erased_word_is_in_no_file(folder: Path, store: Store, maker: Maker) -> None:
    """Neither database, log nor full-text index holds the word once its erasure was committed."""
    maker.log(store, "the patient Xylotomazopol called", "harmless")
    word, encoded = b"xylotomazopol", _disclosed(store, maker)
    assert _holding(folder, word) or _holding(folder, encoded)
    with store.read() as reading:
        digest = disclosure.digest(next(d for _seq, d in reading.disclosures(maker.incident_id)))
    with store.write() as write:
        head = write.head(maker.incident_id)
        assert head is not None
        items = [{"seq": 0, "digest": digest}]
        write.append(maker.incident_id, *maker.seal(head, ["asked"], kind="erase", items=items, basis="request"))
        write.erase_disclosure(maker.incident_id, 0, digest)
        write.amend_row(maker.incident_id, 0, text="[erased]", original="")
    assert not _holding(folder, word)
    assert not _holding(folder, encoded)
    with store.read() as reading:
        assert not reading.search("xylotomazopol")
        assert [hit.row.seq for hit in reading.search("erased")] == [0]


def _disclosed(store: Store, maker: Maker) -> bytes:
    with store.read() as reading:
        return next(d for _seq, d in reading.disclosures(maker.incident_id))[40:80].encode()


def _holding(folder: Path, needle: bytes) -> str:
    """Names of files with those bytes; read by another process, because a look from this one drops SQLite's locks."""
    script = (
        "import pathlib, sys; folder, needle = sys.argv[1:]; "
        "print(*[f.name for f in pathlib.Path(folder).iterdir() if needle.lower().encode() in f.read_bytes().lower()])"
    )
    command = [sys.executable, "-c", script, str(folder), needle.decode()]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_dropped_guards_come_back_and_are_told(folder: Path) -> None:
    """Opening puts missing or altered guards back and says which."""
    with open_store(folder):
        pass
    with closing(driver.DBAPI.connect(str(layout.database(folder)), isolation_level=None)) as connection:
        connection.execute("DROP TRIGGER entry_stays")
        connection.execute("DROP TRIGGER commit_stays")
        connection.execute("CREATE TRIGGER commit_stays BEFORE DELETE ON plan BEGIN SELECT 1; END")
        connection.execute("CREATE TRIGGER stranger AFTER INSERT ON entry BEGIN SELECT 1; END")
    with open_store(folder) as store:
        assert "(entry_stays, commit_stays, stranger)" in remarks(store)[0]
    with open_store(folder) as store:
        assert remarks(store) == ()
