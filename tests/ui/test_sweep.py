from __future__ import annotations

import gc
import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from app.ui import tasks
from app.ui.sweep import Sweep


class Knot:
    """Garbage that only the collector can find; says on which thread it went."""

    def __init__(self, went: list[int]) -> None:
        self.went, self.itself = went, self

    def __del__(self) -> None:
        self.went.append(threading.get_ident())


@pytest.fixture
def sweep() -> Iterator[Sweep]:
    """The collector is the window's while the test runs."""
    made = Sweep()
    yield made
    made.stop()
    tasks.stop()


def test_cycles_die_on_the_thread_of_the_window(qtbot: QtBot, sweep: Sweep) -> None:
    """However much the writer allocates, it never runs the collector; the window's next look does."""
    went: list[int] = []

    def work() -> list[Knot]:
        return [knot for _ in range(5000) if (knot := Knot(went)) is None]

    answered: list[object] = []
    tasks.write(work, answered.append)
    qtbot.waitUntil(lambda: bool(answered))
    assert went == []
    sweep.look()
    assert len(went) >= 4999
    assert set(went) == {threading.get_ident()}


def test_a_look_costs_nothing_while_there_is_little(sweep: Sweep) -> None:
    """Only a generation beyond its threshold is collected."""
    gc.collect()
    before = gc.get_stats()[0]["collections"]
    sweep.look()
    assert gc.get_stats()[0]["collections"] == before


def test_python_collects_again_when_it_has_stopped() -> None:
    """Whoever takes pictures leaves the process as it was."""
    sweep = Sweep()
    assert not gc.isenabled()
    sweep.stop()
    assert gc.isenabled()
