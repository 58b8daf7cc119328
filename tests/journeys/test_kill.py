"""kill -9 while lines are being logged: every line whose number was printed is there afterwards."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cli.line import Line
from journeys.chance import seeded
from outside import ROOT

from app.store.database import open_store

COUNT = 200
MOMENTS = 5
Printed = list[tuple[int, str]]
LOG = ("-m", "app")
# What must be found out: it prints a line's number first and commits it only when the next line has come.
HASTY = """
import sys
from pathlib import Path
from app.services import incidents, journal
from app.services.session import Session
with Session.open(Path(sys.argv[2])) as session:
    number, waiting = sys.argv[4], ""
    seq = incidents.look(session, number).view.entry_count
    for line in sys.stdin:
        print(f"{seq}\\t-", flush=True)
        if waiting:
            journal.log(session, number, waiting)
        waiting, seq = line, seq + 1
"""


def logging(program: tuple[str, ...], home: Path, number: str) -> subprocess.Popen[str]:
    """A process that logs 200 lines from its standard input."""
    words = [sys.executable, *program, "--home", str(home), "log", number, "-"]
    if program[0] == "-c":
        words = [sys.executable, *program, "--home", str(home), "log", number]
    return subprocess.Popen(words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def killed(process: subprocess.Popen[str], lines: list[str], after: int, grace: float) -> Printed:
    """What it had printed when it was killed: so many lines, and a moment more."""
    assert process.stdin
    assert process.stdout
    # Its standard input stays open, so that it never comes to an end by itself.
    process.stdin.write("".join(f"{line}\n" for line in lines))
    process.stdin.flush()
    printed = [process.stdout.readline() for _ in range(after)]
    try:
        process.wait(grace)
    except subprocess.TimeoutExpired:
        process.kill()
    rest = process.stdout.read().splitlines(keepends=True)
    process.stdin.close()
    process.stdout.close()
    assert process.wait() == -9, "it was still at work"
    whole = [line.rstrip("\n").split("\t") for line in (*printed, *rest) if line.endswith("\n")]
    return [(int(seq), leaf) for seq, leaf in whole]


def stored(home: Path, number: str) -> dict[int, str]:
    """Entry numbers and leaves as they are on disk."""
    with open_store(home) as store, store.read() as read:
        return {seq: leaf.hex() for seq, _line, leaf in read.lines(read.incident(number).incident_id)}


def lost(printed: Printed, found: dict[int, str]) -> list[int]:
    """Numbers that were printed and are not there."""
    return [seq for seq, _leaf in printed if seq not in found]


@pytest.fixture
def number(people: Line) -> str:
    """An incident to log into."""
    plan = people.fine("plan", "list", "--json").json[0]["id"]
    worst = people.fine("plan", "show", plan, "--json").json["severities"][0]["code"]
    return people.fine("declare", "--plan", plan, "--severity", worst, "--title", "Killed").last


@pytest.fixture
def moments() -> list[tuple[int, float]]:
    """After how many printed lines, and how many seconds later; the first one before any line."""
    chance = seeded()
    return [(0, chance.uniform(0.05, 0.6))] + [
        (chance.randrange(1, COUNT), chance.uniform(0, 0.03)) for _ in range(MOMENTS - 1)
    ]


def test_no_printed_line_is_lost(people: Line, number: str, moments: list[tuple[int, float]]) -> None:
    """At several random moments: all there once, the record verifies, nothing is amiss, the next line works."""
    for turn, (after, grace) in enumerate(moments):
        before = set(stored(people.home, number))
        lines = [f"turn {turn} line {place}" for place in range(COUNT)]
        printed = killed(logging(LOG, people.home, number), lines, after, grace)
        found = stored(people.home, number)
        assert lost(printed, found) == []
        assert {seq: found[seq] for seq, _leaf in printed} == dict(printed)
        assert len(printed) >= after
        fresh = sorted(set(found) - before)
        # One line may have been committed when the process died before it could say so: a ghost, but never two.
        assert len(fresh) - len(printed) in (0, 1)
        check_whole(people, number, lines[: len(fresh)], turn)


def check_whole(people: Line, number: str, expected: list[str], turn: int) -> None:
    """Each line once and in order; verify and doctor content; one more line."""
    rows = people.fine("incident", "timeline", number, "--json").json
    assert [row["text"] for row in rows if row["text"].startswith(f"turn {turn} ")] == expected
    assert people.fine("verify", number, "--json").json["ok"] is True
    assert people.fine("doctor", "--json").json["ok"] is True
    people.fine("log", number, f"after the kill {turn}")


def test_a_process_that_acknowledges_too_early_is_found_out(people: Line, number: str) -> None:
    """The control: numbers printed before the commit are missing after a kill."""
    printed = killed(logging(("-c", HASTY), people.home, number), [f"line {n}" for n in range(8)], 8, 0.3)
    assert lost(printed, stored(people.home, number)) == [printed[-1][0]]


@pytest.mark.parametrize("words", [("export", "--as", "bundle"), ("export", "--as", "postmortem"), ("backup",)])
def test_a_killed_export_leaves_a_whole_file_or_none(
    people: Line, number: str, words: tuple[str, ...], tmp_path: Path, check_export: Callable[[Path], None]
) -> None:
    """Exports and backups appear under their name only when they are whole."""
    people.fine("log", number, "-", stdin=b"".join(b"line %d\n" % n for n in range(150)))
    chance = seeded()
    place = tmp_path / "out"
    place.mkdir()
    for turn in range(2):
        out = place / f"{turn}{ {'bundle': '.zip', 'postmortem': '.pdf'}.get(words[-1], '.db') }"
        named = (words[0], number, *words[1:]) if words[0] == "export" else words
        command = [sys.executable, *LOG, "--home", str(people.home), *named, "-o", str(out)]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
        try:
            process.wait(chance.uniform(0.3, 1.2))
        except subprocess.TimeoutExpired:
            process.kill()
        process.wait()
        if out.exists():
            check_export(out)
    assert people.fine("verify", number, "--json").json["ok"] is True


@pytest.fixture
def check_export(people: Line, tmp_path: Path) -> Callable[[Path], None]:
    """Whether a document, bag or backup is whole."""

    def check(out: Path) -> None:
        if out.suffix == ".zip":
            assert people.fine("verify", str(out), "--json").json["ok"] is True
        elif out.suffix == ".pdf":
            assert out.read_bytes().rstrip().endswith(b"%%EOF")
        else:
            other = Line(tmp_path / f"restored-{out.stem}", people._patch, people._capture)
            other.fine("restore", str(out))
            assert other.fine("verify", "--all", "--json").json["ok"] is True

    return check
