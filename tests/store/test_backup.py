from __future__ import annotations

import shutil
import threading
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest
from store.maker import Maker, lines, remarks

from app.domain.errors import Broken, Unusable
from app.store import anchor, backup, driver, layout
from app.store.database import Store, open_store


def test_a_backup_is_whole_while_somebody_writes(folder: Path, store: Store, maker: Maker, tmp_path: Path) -> None:
    """Ten backups while another thread writes: each can be restored, and holds a beginning of the record."""
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            maker.log(store, "x" * 200)

    maker.log(store, "first")
    thread = threading.Thread(target=write)
    thread.start()
    try:
        made = [backup.backup(store, tmp_path / f"backup{turn}") for turn in range(10)]
    finally:
        stop.set()
        thread.join()
    whole = lines(store, maker)
    for turn, one in enumerate(made):
        assert sha256(one.path.read_bytes()).hexdigest() == one.sha256
        assert one.path.stat().st_mode & 0o777 == 0o600
        target = tmp_path / f"restored{turn}"
        restored = backup.restore(one.path, target)
        assert (restored.kept, restored.after.n) == (None, one.commits)
        with open_store(target) as opened:
            found = lines(opened, maker)
            assert found == whole[: len(found)]
            assert len(found) == one.commits
            assert [finding for finding in opened.check() if finding.severity == "error"] == []
    assert made[0].commits < made[-1].commits


def test_a_restore_keeps_the_older_database_and_resets_the_anchor(folder: Path, tmp_path: Path) -> None:
    """What was there is kept beside it and can be put back; the record goes on from the backup."""
    with open_store(folder) as store:
        maker = Maker().create(store)
        maker.log(store, "a")
        made = backup.backup(store, tmp_path / "backup")
        maker.log(store, "b")
        newer = lines(store, maker)
    restored = backup.restore(made.path, folder)
    assert restored.before is not None
    assert (restored.before.n, restored.after.n) == (2, 1)
    assert restored.kept is not None
    with open_store(folder) as store:
        assert (lines(store, maker), remarks(store)) == (newer[:1], ())
        maker.log(store, "c")
        assert any("older database is kept" in finding.what for finding in store.check())
    again = backup.restore(restored.kept, folder)
    assert again.kept != restored.kept
    with open_store(folder) as store:
        assert lines(store, maker) == newer


def test_a_stale_log_beside_either_file_is_ignored(folder: Path, tmp_path: Path) -> None:
    """A -wal that lies beside the backup, or is left from the older database, does not get into the restored one."""
    store = open_store(folder)
    maker = Maker().create(store)
    maker.log(store, "a")
    made = backup.backup(store, tmp_path / "backup")
    maker.log(store, "b")
    stale = layout.database(folder).with_name(layout.DATABASE + "-wal").read_bytes()
    assert stale
    store.close()
    (tmp_path / "backup-wal").write_bytes(stale)
    layout.database(folder).with_name(layout.DATABASE + "-wal").write_bytes(stale)
    backup.restore(made.path, folder)
    with open_store(folder) as store:
        assert len(lines(store, maker)) == 1
    layout.database(folder).unlink()
    layout.database(folder).with_name(layout.DATABASE + "-wal").write_bytes(stale)
    backup.restore(made.path, folder)
    with open_store(folder) as store:
        assert len(lines(store, maker)) == 1


def test_a_copied_live_database_is_no_backup(folder: Path, tmp_path: Path) -> None:
    """A copy with its log beside it is refused with the way to do it right."""
    store = open_store(folder)
    maker = Maker().create(store)
    maker.log(store, "a")
    for suffix in ("", "-wal"):
        source = layout.database(folder)
        shutil.copy(source.with_name(source.name + suffix), tmp_path / f"copy.db{suffix}")
    store.close()
    with pytest.raises(Unusable, match="copy of a database in use"):
        backup.restore(tmp_path / "copy.db", tmp_path / "new")


def test_a_damaged_database_is_kept_too(folder: Path, tmp_path: Path) -> None:
    """Where the store cannot even be opened, a restore works and the damaged file is kept as it was."""
    with open_store(folder) as store:
        maker = Maker().create(store)
        maker.log(store, "a")
        made = backup.backup(store, tmp_path / "backup")
    layout.database(folder).write_bytes(b"rubbish" * 1000)
    layout.anchor(folder).write_bytes(b"rubbish")
    restored = backup.restore(made.path, folder)
    assert restored.before is None
    assert restored.kept is not None
    assert restored.kept.read_bytes() == b"rubbish" * 1000
    with open_store(folder) as store:
        assert len(lines(store, maker)) == 1


def test_nothing_is_restored_under_an_open_window(folder: Path, store: Store, maker: Maker, tmp_path: Path) -> None:
    """One sentence, and the open store goes on."""
    maker.log(store, "a")
    made = backup.backup(store, tmp_path / "backup")
    with pytest.raises(Broken, match="another window"):
        backup.restore(made.path, folder)
    maker.log(store, "b")
    assert len(lines(store, maker)) == 2


@pytest.mark.parametrize("kind", ["missing", "folder", "text", "empty", "cut", "flipped", "foreign", "live", "newer"])
def test_what_is_no_backup_is_refused_and_nothing_is_touched(folder: Path, tmp_path: Path, kind: str) -> None:
    """Missing, damaged, foreign and newer files are one sentence; the store stays."""
    with open_store(folder) as store:
        maker = Maker().create(store)
        maker.log(store, *("x" * 500 for _ in range(40)))
        made = backup.backup(store, tmp_path / "backup").path
    if kind == "foreign":
        made.unlink()
        with closing(driver.DBAPI.connect(str(made))) as connection:
            connection.execute("CREATE TABLE photos(id)")
    elif kind == "newer":
        with closing(driver.DBAPI.connect(str(made))) as connection:
            connection.execute("UPDATE alembic_version SET version_num = '9999'")
            connection.commit()
    elif kind == "folder":
        made = tmp_path
    elif kind == "live":
        made = layout.database(folder)
    else:
        raw = made.read_bytes()
        middle = len(raw) // 2
        changed = {"text": b"hello", "empty": b"", "cut": raw[:middle], "flipped": raw[:middle] + bytes(4096)}
        made.write_bytes(changed.get(kind, raw) + (raw[middle + 4096 :] if kind == "flipped" else b""))
        if kind == "missing":
            made.unlink()
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(Unusable):
        backup.restore(made, folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_backup_does_not_go_where_it_would_do_harm(folder: Path, store: Store, maker: Maker, tmp_path: Path) -> None:
    """A folder, a path without a folder, and the files of the store are refused; an older backup gives way."""
    maker.log(store, "a")
    for target in (
        tmp_path,
        tmp_path / "nowhere" / "backup",
        layout.database(folder),
        layout.anchor(folder),
        folder / (layout.DATABASE + "-wal"),
    ):
        with pytest.raises(Unusable):
            backup.backup(store, target)
    first = backup.backup(store, tmp_path / "backup")
    maker.log(store, "b")
    second = backup.backup(store, tmp_path / "backup")
    assert second.commits == first.commits + 1
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["backup"]
    mark = anchor.read(layout.anchor(folder))
    assert mark is not None
    assert mark.n == 2
