from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from store.maker import Maker, copy_of_closed, lines, remarks

from app.domain.errors import Broken
from app.store import anchor, layout
from app.store.anchor import AnchorFile, Mark
from app.store.database import Store, open_store


def test_the_anchor_agrees_after_every_commit(folder: Path, store: Store, maker: Maker) -> None:
    """What is acknowledged is in the anchor: number, running hash, log and size."""
    h = bytes(32)
    for turn in range(3):
        maker.log(store, str(turn))
        with store.read() as reading:
            seal = reading.checkpoint(maker.incident_id)
        assert seal is not None
        h = anchor.next_hash(h, seal.body)
        assert anchor.read(layout.anchor(folder)) == Mark(turn + 1, h, maker.origin, turn + 1)


def test_settings_alone_do_not_move_the_anchor(folder: Path, store: Store) -> None:
    """Only commits of the record count."""
    with store.write() as write:
        write.put_setting("theme", "dark")
    assert anchor.read(layout.anchor(folder)) == anchor.START


def test_an_older_database_is_named_with_what_is_missing(folder: Path, tmp_path: Path) -> None:
    """Putting an older copy back is an alarm that says which commits and which entry are gone."""
    with open_store(folder) as store:
        maker = Maker().create(store)
        maker.log(store, "a")
    copy_of_closed(folder, tmp_path / "old")
    with open_store(folder) as store:
        maker.log(store, "b")
        maker.log(store, "c")
    shutil.copy(tmp_path / "old" / layout.DATABASE, layout.database(folder))
    for read_only in (False, True):
        with pytest.raises(Broken) as alarm:
            open_store(folder, read_only=read_only)
        assert alarm.value.code == "rolled-back"
        assert f"commits 2 to 3 are missing, the newest of them entry 2 of {maker.origin}" in alarm.value.message
    with open_store(folder, accept_rollback=True) as store:
        assert "accepted" in remarks(store)[0]
        assert len(lines(store, maker)) == 1
    with open_store(folder) as store:
        assert remarks(store) == ()


def test_another_history_of_the_same_length_is_noticed(folder: Path, tmp_path: Path) -> None:
    """A database that went on differently after the same beginning is not the one the anchor knows."""
    with open_store(folder) as store:
        maker = Maker().create(store)
        maker.log(store, "a")
    copy_of_closed(folder, tmp_path / "other")
    with open_store(folder) as store:
        maker.log(store, "b")
    with open_store(tmp_path / "other") as store:
        maker.log(store, "c")
        maker.log(store, "d")
    shutil.copy(tmp_path / "other" / layout.DATABASE, layout.database(folder))
    with pytest.raises(Broken) as alarm:
        open_store(folder)
    assert alarm.value.code == "other-history"


def test_a_lost_log_end_is_noticed(folder: Path, tmp_path: Path) -> None:
    """A WAL that goes missing takes acknowledged entries with it, which SQLite does not notice and the anchor does."""
    live = tmp_path / "live"
    store = open_store(live)
    maker = Maker().create(store)
    maker.log(store, "a")
    folder.mkdir()
    for name in (layout.DATABASE, layout.ANCHOR):
        shutil.copy(live / name, folder / name)
    store.close()
    with pytest.raises(Broken) as alarm:
        open_store(folder)
    assert alarm.value.code == "rolled-back"


def test_killed_between_commit_and_anchor_is_no_alarm(folder: Path) -> None:
    """A database newer than its anchor is lawful; opening brings the anchor up."""
    with open_store(folder) as store:
        maker = Maker().create(store)
        maker.log(store, "a")
        old = layout.anchor(folder).read_bytes()
        maker.log(store, "b")
    layout.anchor(folder).write_bytes(old)
    with open_store(folder) as store:
        assert remarks(store) == ()
    mark = anchor.read(layout.anchor(folder))
    assert mark is not None
    assert mark.n == 2


def test_a_missing_or_unreadable_anchor_is_an_alarm(folder: Path) -> None:
    """Without its anchor a database is opened only when somebody accepts it as it is."""
    with open_store(folder) as store:
        Maker().create(store).log(store, "a")
    layout.anchor(folder).unlink()
    with pytest.raises(Broken) as alarm:
        open_store(folder)
    assert alarm.value.code == "anchor-missing"
    layout.anchor(folder).write_bytes(bytes(8192))
    with pytest.raises(Broken) as alarm:
        open_store(folder)
    assert alarm.value.code == "anchor-damaged"
    open_store(folder, accept_rollback=True).close()
    open_store(folder).close()


def test_a_missing_database_is_never_made_anew(folder: Path) -> None:
    """Where commits were acknowledged, no empty database takes the place of a lost one."""
    with open_store(folder) as store:
        Maker().create(store).log(store, "a")
    layout.database(folder).unlink()
    with pytest.raises(Broken) as alarm:
        open_store(folder)
    assert alarm.value.code == "database-missing"
    assert not layout.database(folder).exists()


def test_every_flipped_bit_of_a_slot_is_noticed(tmp_path: Path) -> None:
    """A damaged slot does not count; the other one does, and the next mark goes over the damaged one."""
    path = tmp_path / "anchor"
    anchor.create(path)
    file = AnchorFile(path)
    for n in (1, 2):
        file.advance(Mark(n, bytes([n]) * 32, "org/x/a", n))
    whole = path.read_bytes()
    newest = whole.index(b"\n2\n0202") - len("cockpit-anchor/1")
    for position in range(newest, newest + 1024):
        path.write_bytes(whole[:position] + bytes([whole[position] ^ 1]) + whole[position + 1 :])
        mark = anchor.read(path)
        assert mark is not None
        assert mark.n == 1
        assert anchor.damaged_slots(path) == 1
    file.close()
    file = AnchorFile(path)
    file.advance(Mark(3, bytes([3]) * 32, "org/x/a", 3))
    file.close()
    assert anchor.damaged_slots(path) == 0


def test_the_anchor_never_goes_back(tmp_path: Path) -> None:
    """A smaller number than the one noted is not written."""
    path = tmp_path / "anchor"
    anchor.create(path)
    first, second = AnchorFile(path), AnchorFile(path)
    first.advance(Mark(5, bytes(32), "o", 5))
    newest = path.read_bytes()
    for n in (4, 5):
        second.advance(Mark(n, bytes(32), "other", n))
    first.close()
    second.close()
    assert path.read_bytes() == newest


@pytest.mark.parametrize("content", [b"", b"x", bytes(8192), b"cockpit-anchor/1\n" * 400, b"\xff" * 9000])
def test_any_other_file_is_no_anchor(tmp_path: Path, content: bytes) -> None:
    """Garbage is one sentence, never a traceback."""
    path = tmp_path / "anchor"
    path.write_bytes(content)
    with pytest.raises(Broken, match="cannot be read"):
        anchor.read(path)
