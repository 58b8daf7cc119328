from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from store.killing import killed_before
from store.maker import Maker, lines, remarks

from app.domain.errors import Broken
from app.record import merkle
from app.store import anchor, layout
from app.store.database import Store, open_store

CHILD = Path(__file__).with_name("writing_child.py")
ROOT = CHILD.parents[2]


def _start(*arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, str(CHILD), *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment)


def _check_whole(folder: Path, maker: Maker, acknowledged: list[str]) -> int:
    """Every acknowledged id is there once, the chain holds, anchor, rows and card agree; the number of entries."""
    with open_store(folder) as store:
        assert remarks(store) == ()
        with store.read() as reading:
            stored = list(reading.lines(maker.incident_id))
            places = [reading.entry_id(one) for one in acknowledged]
            seal = reading.checkpoint(maker.incident_id)
            mark = reading.mark()
            assert reading.row_count(maker.incident_id) == len(stored)
        errors = [finding.what for finding in store.check() if finding.severity == "error"]
        assert [what for what in errors if "MiB are free" not in what] == []
    assert places == [(maker.incident_id, seq) for seq in range(len(acknowledged))]
    assert seal is not None
    assert merkle.root([leaf for _seq, _line, leaf in stored]) == seal.root
    assert all(merkle.leaf(line) == leaf for _seq, line, leaf in stored)
    assert anchor.read(layout.anchor(folder)) == mark
    return len(stored)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and kill -9")
def test_killed_anywhere_nothing_acknowledged_is_lost(folder: Path, tmp_path: Path) -> None:
    """Twenty writers are killed before a random call; what they acknowledged is there, once, and the anchor agrees."""
    seed = int.from_bytes(os.urandom(4))
    print(f"seed {seed}")
    dice = random.Random(seed)  # noqa: S311 - no secret
    with open_store(folder) as store:
        maker = Maker().create(store)
        maker.log(store, "first")
    notes = tmp_path / "acknowledged"
    notes.write_text(maker.entry_id(1) + "\n", encoding="ascii")
    total = 1
    for _ in range(20):
        killed = killed_before(dice.randrange(40, 700), partial(_log_and_note, folder, notes, total))
        total = _check_whole(folder, maker, notes.read_text(encoding="ascii").split())
        acknowledged = len(notes.read_text(encoding="ascii").split())
        # At most one entry was stored without being acknowledged; it counts from now on.
        assert total - acknowledged in (0, 1)
        with notes.open("a", encoding="ascii") as file:
            file.writelines(f"{maker.entry_id(turn)}\n" for turn in range(acknowledged + 1, total + 1))
        assert not killed or total >= acknowledged
    assert total > 20


def _log_and_note(folder: Path, notes: Path, turn: int) -> None:
    maker = Maker(turn=turn)
    with open_store(folder) as store:
        for step in range(40):
            (entry,) = maker.log(store, f"line {turn + step}").entries
            descriptor = os.open(notes, os.O_WRONLY | os.O_APPEND)
            os.write(descriptor, f"{entry.id}\n".encode())
            os.close(descriptor)


def test_a_logging_process_is_killed_in_the_middle(folder: Path) -> None:
    """A separate process is killed while it prints numbers: each printed one is there afterwards."""
    with open_store(folder) as store:
        maker = Maker().create(store)
    child = _start(folder, "one", 0, 10_000)
    assert child.stdout is not None
    printed = [child.stdout.readline().strip() for _ in range(25)]
    child.send_signal(signal.SIGKILL)
    rest, _errors = child.communicate()
    printed += [line for line in rest.splitlines() if len(line) == 36]
    assert _check_whole(folder, maker, printed) - len(printed) in (0, 1)


def test_two_processes_write_without_a_fork(folder: Path) -> None:
    """Two processes of fifty entries each, into one incident: a hundred entries, one chain, no error."""
    with open_store(folder) as store:
        maker = Maker().create(store)
    children = [_start(folder, "one", first, 50) for first in (0, 1000)]
    printed = [child.communicate()[0].split() for child in children]
    assert [child.returncode for child in children] == [0, 0]
    assert [len(ids) for ids in printed] == [50, 50]
    with open_store(folder) as store, store.read() as reading:
        places = [reading.entry_id(one) for ids in printed for one in ids]
    assert sorted(place[1] for place in places if place) == list(range(100))
    assert _check_whole(folder, maker, []) == 100


@pytest.fixture
def holder(folder: Path, store: Store, maker: Maker) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the write lock and does not move."""
    child = _start("hold", folder)
    assert child.stdout is not None
    assert child.stdout.readline() == "held\n"
    child.send_signal(signal.SIGSTOP)
    yield child
    child.kill()
    child.communicate()


@pytest.mark.skipif(sys.platform != "linux", reason="stops a process, and reads /proc/locks")
def test_a_frozen_holder_is_named_and_does_not_stop_reading(
    folder: Path, store: Store, maker: Maker, holder: subprocess.Popen[str]
) -> None:
    """Writing says who holds the record; reading and a second window go on; afterwards the same line is recorded."""
    with pytest.raises(Broken) as refused:
        maker.log(store, "wait")
    assert refused.value.code == "locked"
    assert f"(process {holder.pid})" in refused.value.message
    with store.read() as reading:
        assert reading.entry_count(maker.incident_id) == 0
    with open_store(folder) as second, second.read() as reading:
        assert reading.cards() == ()
    holder.kill()
    holder.wait()
    maker.turn = 0
    assert maker.log(store, "wait").is_new


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of four megabytes of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(place)]
    if subprocess.run(command, capture_output=True).returncode:
        pytest.skip("needs the right to mount a small disk")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.mark.real("mount", "umount")
@pytest.mark.skipif(sys.platform != "linux", reason="mounts a tmpfs")
def test_a_full_disk_is_one_sentence_and_nothing_is_half_written(small_disk: Path) -> None:
    """The entry that has no room is refused whole; with room again the same process goes on, nothing doubled."""
    folder = small_disk / "data"
    with open_store(folder) as store:
        maker = Maker().create(store)
        maker.log(store, "first")
        (small_disk / "filler").write_bytes(bytes(shutil.disk_usage(small_disk).free - 400_000))
        acknowledged = 1
        with pytest.raises(Broken) as refused:
            while acknowledged < 200:
                maker.log(store, "x" * 2000)
                acknowledged += 1
        assert refused.value.code == "disk-full"
        assert len(lines(store, maker)) == acknowledged
        (small_disk / "filler").unlink()
        maker.turn = acknowledged
        assert maker.log(store, "x" * 2000).is_new
    ids = [maker.entry_id(turn) for turn in range(1, acknowledged + 2)]
    assert _check_whole(folder, maker, ids) == acknowledged + 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a limit of file size in a child")
def test_a_limit_of_file_size_is_one_sentence_too(folder: Path) -> None:
    """Where a file may not grow, the answer is a sentence, and what was acknowledged stands."""
    with open_store(folder) as store:
        maker = Maker().create(store)
        maker.log(store, "first")
    script = (
        "import resource, sys; from pathlib import Path; from app.domain.errors import Broken\n"
        "from app.store.database import open_store; sys.path.insert(0, 'tests'); from store.maker import Maker\n"
        f"maker = Maker(turn=1); folder = Path({str(folder)!r})\n"
        "with open_store(folder) as store:\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000)); done = 1\n"
        "    try:\n"
        "        while done < 400: maker.log(store, 'x' * 2000); done += 1\n"
        "    except Broken as error: print(error.code, done)\n"
    )
    child = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert child.returncode == 0, child.stderr
    code, done = child.stdout.split()
    assert code in {"disk-io", "disk-full"}
    ids = [maker.entry_id(turn) for turn in range(1, int(done) + 1)]
    assert _check_whole(folder, maker, ids) - int(done) in (0, 1)


def test_a_failing_anchor_means_not_acknowledged_and_the_repetition_is_not_doubled(
    folder: Path, store: Store, maker: Maker
) -> None:
    """Where the anchor cannot be written the entry does not count; the same ids, repeated, are acknowledged then."""
    maker.log(store, "first")
    store.close()
    away = layout.anchor(folder).rename(folder / "away")
    with pytest.raises(Broken):
        maker.log(store, "second")
    away.rename(layout.anchor(folder))
    maker.turn = 1
    with store.write() as write:
        head = write.head(maker.incident_id)
        assert head is not None
        repeated = write.append(maker.incident_id, *maker.seal(head, ["second"]))
    assert (repeated.is_new, [one.seq for one in repeated.entries]) == (False, [1])
    mark = anchor.read(layout.anchor(folder))
    assert mark is not None
    assert (mark.n, mark.size) == (2, 2)
    assert _check_whole(folder, maker, [maker.entry_id(1), maker.entry_id(2)]) == 2


@pytest.mark.real("mount", "umount")
@pytest.mark.skipif(sys.platform != "linux", reason="mounts a tmpfs")
def test_a_read_only_disk_is_opened_for_reading_with_a_reason(small_disk: Path) -> None:
    """Opening for writing says that it cannot; opening for reading shows everything and refuses to write."""
    folder = small_disk / "data"
    with open_store(folder) as store:
        maker = Maker().create(store)
        maker.log(store, "first")
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(Broken) as refused:
        open_store(folder)
    assert refused.value.code == "read-only"
    with open_store(folder, read_only=True) as store:
        assert len(lines(store, maker)) == 1
        assert [finding for finding in store.check() if finding.what.startswith(("Damage", "Setting"))] == []
        with pytest.raises(Broken) as refused, store.write():
            pass
    assert refused.value.code == "read-only"


def test_a_store_that_is_read_only_does_not_write(folder: Path) -> None:
    """Reading changes no file of the folder."""
    with open_store(folder) as store:
        maker = Maker().create(store)
        maker.log(store, "first")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with open_store(folder, read_only=True) as store:
        assert len(lines(store, maker)) == 1
        with pytest.raises(Broken), store.write():
            pass
    after = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert {name: after[name] for name in before} == before
    with pytest.raises(Broken, match="no record"):
        open_store(folder / "nowhere", read_only=True)
    assert not (folder / "nowhere").exists()


def test_a_file_in_the_place_of_the_folder_is_one_sentence(tmp_path: Path) -> None:
    """Not a folder, and no traceback."""
    (tmp_path / "data").write_text("x", encoding="ascii")
    with pytest.raises(Broken) as refused:
        open_store(tmp_path / "data")
    assert refused.value.code == "cannot-open"


@pytest.mark.parametrize("seed", range(6))
def test_a_flipped_bit_in_the_newest_pages_is_noticed_or_harmless(folder: Path, seed: int) -> None:
    """Bits flipped in a closed database: either opening or the checks name it, or what is read is still the record."""
    with open_store(folder) as store:
        maker = Maker().create(store)
        for turn in range(12):
            maker.log(store, f"line {turn} " + "x" * 300)
        whole = lines(store, maker)
    raw = bytearray(layout.database(folder).read_bytes())
    dice = random.Random(seed)  # noqa: S311 - no secret
    for _ in range(25):
        raw[dice.randrange(100, len(raw))] ^= 1 << dice.randrange(8)
    layout.database(folder).write_bytes(raw)
    told = _what_is_told(folder)
    if not told:
        with open_store(folder) as store:
            assert lines(store, maker) == whole
    assert told <= {"remark", "finding", "damaged", "not-a-record", "other-history", "rolled-back"}


def _what_is_told(folder: Path) -> set[str]:
    try:
        with open_store(folder) as store:
            told = {"remark"} if remarks(store) else set()
            errors = [finding.what for finding in store.check() if finding.severity == "error"]
            return told | {"finding" for what in errors if "MiB are free" not in what}
    except Broken as error:
        return {error.code}


def test_the_error_text_never_holds_an_entry(store: Store, maker: Maker) -> None:
    """What SQLAlchemy says about a failing statement does not repeat the values."""
    with pytest.raises(Exception, match="UNIQUE") as raised, store.write() as write:
        write.create(maker.incident_id, maker.record, "canary-4711", "N", "a" * 64)
    text = f"{raised.value!s}{raised.value!r}"
    assert "canary" not in text
    assert maker.record.decode() not in text


def test_files_are_for_their_owner_only(folder: Path, store: Store, maker: Maker) -> None:
    """Folder 0700, every file in it 0600, while it is open too."""
    maker.log(store, "a")
    if os.name == "posix":
        assert folder.stat().st_mode & 0o777 == 0o700
        assert {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()} == {
            path.name: 0o600 for path in folder.iterdir()
        }
