"""Benchmarks: ours and its floor in alternation in one run; only the ratio counts, for machines are noisy."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from app import settings
from app.domain.errors import Broken, Unusable
from app.services import exporting, incidents, journal, measure, plans, profiles, verification
from app.services.session import Session

WARM_UP = 2
Once = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Pair:
    """A benchmark ready to run: ours and its floor, each called once per turn."""

    ours: Once
    floor: Once


@dataclass(frozen=True, slots=True)
class Bench:
    """A benchmark: its id in the list of goals, what is compared, the goal for ours ÷ floor, how it is set up."""

    name: str
    goal_id: str
    what: str
    floor: str
    goal: float
    set_up: Callable[[Path], Any]


@dataclass(frozen=True, slots=True)
class Found:
    """What one benchmark gave; times in milliseconds."""

    bench: Bench
    pairs: int
    ours_median: float
    ours_p99: float
    floor_median: float
    floor_p99: float
    same: float

    @property
    def ratio(self) -> float:
        """Ours ÷ floor."""
        return self.ours_median / self.floor_median


@contextmanager
def _session(folder: Path) -> Iterator[tuple[Session, str]]:
    """A session with one signer and one incident."""
    with Session.open(folder / "data", sample=True) as session:
        profiles.create(session, "Bench")
        plan, _hash = plans.get(session, plans.available(session)[0].id)
        number = incidents.declare(session, plan.id, plan.severities[-1].code, "Bench").number
        yield session, number


@contextmanager
def _append(folder: Path) -> Iterator[Pair]:
    with _session(folder) as (session, number), measure.bare_database(folder / "bare.db") as bare:
        journal.log(session, number, "warm")
        yield Pair(
            lambda: _times(50, lambda: journal.log(session, number, "A line of ordinary length, as people type it")),
            lambda: _times(50, bare.insert),
        )


def _times(count: int, once: Callable[[], object]) -> None:
    for _ in range(count):
        once()


@contextmanager
def _verify(folder: Path) -> Iterator[Pair]:
    with _session(folder) as (session, number):
        _times(1000, lambda: journal.log(session, number, "A line of ordinary length, as people type it"))
        parts = verification.record_parts(session, incidents.look(session, number).view.incident_id)
        yield Pair(measure.whole_verification(parts), measure.bare_verification(parts))


@contextmanager
def _pdf(folder: Path) -> Iterator[Pair]:
    with _session(folder) as (session, number):
        _times(1000, lambda: journal.log(session, number, "A line of ordinary length, as people type it"))
        dossier = exporting.dossier(session, incidents.look(session, number))
        report = exporting.report_named("timeline")
        from app.reports import floor

        yield Pair(lambda: _used(report.render(dossier)), lambda: _used(floor.canvas(dossier.rows)))


def _used(content: bytes) -> None:
    if not content.startswith(b"%PDF"):
        raise Broken("The document is no PDF.", "Run selftest.", code="bench")


@contextmanager
def _timeline(folder: Path) -> Iterator[Pair]:
    with _session(folder) as (session, number):
        _times(2000, lambda: journal.log(session, number, "A line of ordinary length, as people type it"))
    yield Pair(_child(folder / "data", "timeline"), _child(folder / "data", "table"))


@contextmanager
def _start(folder: Path) -> Iterator[Pair]:
    with _session(folder) as (session, number):
        _times(200, lambda: journal.log(session, number, "A line of ordinary length, as people type it"))
        shown = incidents.look(session, number).view.incident_id
    settings.save(folder / "data", settings.Settings(last_incident=shown))
    yield Pair(_child(folder / "data", "window"), _child(folder / "data", "bare"))


def _child(home: Path, what: str) -> Once:
    """A process of its own that starts, paints once and ends."""
    words = [sys.executable, "-m", "app.cli.measured", what, str(home)]
    surroundings = os.environ | {"QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen")}
    root = Path(__file__).resolve().parents[2]

    def run() -> None:
        done = subprocess.run(words, env=surroundings, cwd=root, capture_output=True, check=False, timeout=120)
        if done.returncode:
            raise Broken(f"The measured window failed: {done.stderr.decode()[-200:]}.", "Run selftest.", code="bench")

    return run


BENCHES: dict[str, Bench] = {
    bench.name: bench
    for bench in (
        Bench("start", "S1", "launch to window with real data painted", "launch to bare window painted", 1.5, _start),
        Bench("append", "A1", "50 signed lines, durable", "50 bare INSERT+COMMIT, WAL and FULL", 3.0, _append),
        Bench("timeline", "V1", "open 2,000 rows and paint", "an empty table view painted", 1.4, _timeline),
        Bench("verify", "X1", "verify 1,000 entries whole", "their Ed25519 and SHA-256, one core", 1.25, _verify),
        Bench("pdf", "P1", "timeline PDF of 1,000 entries", "the same rows on a bare canvas", 1.5, _pdf),
    )
}


def run(names: Sequence[str], pairs: int) -> list[Found]:
    """Run the benchmarks named, or all. Unusable for an unknown name."""
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        raise Unusable(f"There is no benchmark {unknown[0]!r}.", f"Known: {', '.join(BENCHES)}.", code="unknown-bench")
    if not 1 <= pairs <= 1000:
        raise Unusable("The number of pairs is 1 to 1,000.", "Nine or more give a fair picture.", code="bad-pairs")
    return [_run(BENCHES[name], pairs) for name in names or BENCHES]


def _run(bench: Bench, pairs: int) -> Found:
    with tempfile.TemporaryDirectory(prefix="cockpit-bench-") as folder, bench.set_up(Path(folder)) as pair:
        for _ in range(WARM_UP):
            pair.ours()
            pair.floor()
        ours, floor, again = [], [], []
        for _ in range(pairs):
            ours.append(_timed(pair.ours))
            floor.append(_timed(pair.floor))
            again.append(_timed(pair.floor))
    same = median(again) / median(floor)
    return Found(bench, pairs, median(ours), _p99(ours), median(floor), _p99(floor), same)


def _timed(once: Once) -> float:
    gc.collect()
    begun = time.perf_counter()
    once()
    return (time.perf_counter() - begun) * 1000


def _p99(times: list[float]) -> float:
    return sorted(times)[max(0, round(len(times) * 0.99) - 1)]


def table(found: Sequence[Found]) -> list[str]:
    """The results as lines of text."""
    lines = [f"{os.cpu_count()} cores. Ratio = ours ÷ floor in this run; A÷A says how noisy the machine was."]
    for one in found:
        verdict = "met" if one.ratio <= one.bench.goal else "missed"
        lines.append(
            f"{one.bench.goal_id} {one.bench.name:<9} {one.ratio:5.2f}× "
            f"(goal ≤ {one.bench.goal}, {verdict}; A÷A {one.same:.2f})"
            f"  {one.bench.what}: {one.ours_median:.1f} ms, p99 {one.ours_p99:.1f}"
            f"  |  {one.bench.floor}: {one.floor_median:.1f} ms, p99 {one.floor_p99:.1f}"
        )
    return lines


def as_json(found: Sequence[Found]) -> dict[str, Any]:
    """The results for scripts."""
    return {
        "cores": os.cpu_count(),
        "results": [
            {
                "name": one.bench.name,
                "goal_id": one.bench.goal_id,
                "goal": one.bench.goal,
                "ratio": round(one.ratio, 3),
                "same": round(one.same, 3),
                "met": one.ratio <= one.bench.goal,
                "pairs": one.pairs,
                "ours_ms": {"median": one.ours_median, "p99": one.ours_p99},
                "floor_ms": {"median": one.floor_median, "p99": one.floor_p99},
            }
            for one in found
        ],
    }
