from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject

from app.domain.errors import Refused, Unusable
from app.ui import errors, tasks


@pytest.fixture(autouse=True)
def ends() -> Iterator[None]:
    yield
    tasks.stop()


def test_writes_happen_in_the_order_asked_and_answers_come_back_here(qtbot) -> None:
    """One writer, first in first out; `done` runs on the window's thread."""
    order: list[int] = []
    answered: list[tuple[int, bool]] = []
    here = threading.current_thread()
    for number in range(50):
        tasks.write(
            lambda it=number: order.append(it) or it,
            lambda it: answered.append((it, threading.current_thread() is here)),
        )
    qtbot.waitUntil(lambda: len(answered) == 50)
    assert order == list(range(50))
    assert answered == [(number, True) for number in range(50)]


def test_a_refusal_reaches_whoever_asked(qtbot) -> None:
    """`failed` gets the refusal; `done` is not called."""
    refused: list[Refused] = []

    def verb() -> None:
        raise Unusable("No such number.", "List them.")

    tasks.write(verb, lambda _result: refused.append(Refused("done was called")), refused.append)
    qtbot.waitUntil(lambda: bool(refused))
    assert [each.message for each in refused] == ["No such number."]


def test_a_slip_of_ours_becomes_a_report_and_a_sentence(qtbot) -> None:
    """An unexpected error is reported once and the waiting pane gets words it can show."""
    slips: list[errors.Slip] = []
    refused: list[Refused] = []
    back = errors.install(lambda _refusal: None, slips.append)
    tasks.run(lambda: {}["nothing"], None, refused.append)
    qtbot.waitUntil(lambda: bool(refused))
    back()
    assert [slip.kind for slip in slips] == ["KeyError"]
    assert refused[0].code == "our-error"


def test_an_answer_for_a_widget_that_is_gone_is_dropped(qtbot) -> None:
    """The write is carried out all the same."""

    class Pane(QObject):
        def take(self, _result: object) -> None:
            raise AssertionError("a dead pane was called")

    pane, written = Pane(), []
    hold = threading.Event()
    tasks.write(lambda: hold.wait(5) and written.append(1), pane.take)
    import shiboken6

    shiboken6.delete(pane)
    hold.set()
    qtbot.waitUntil(lambda: tasks.waiting() == 0)
    assert written == [1]


def test_long_work_tells_its_progress_and_hears_of_a_cancel(qtbot) -> None:
    """Steps arrive in order; after `cancel` the work sees it and its answer is dropped."""
    said: list[tuple[int, int, str]] = []
    begun, seen = threading.Event(), threading.Event()

    def work(steps: tasks.Steps) -> str:
        steps.said(1, 3, "first")
        begun.set()
        while not steps.cancelled:
            pass
        seen.set()
        return "never shown"

    task = tasks.run_in_steps(work, lambda _r: said.append((9, 9, "answered")), None, lambda *s: said.append(s))
    qtbot.waitUntil(lambda: bool(said))
    assert begun.is_set()
    task.cancel()
    qtbot.waitUntil(lambda: tasks.waiting() == 0)
    assert seen.is_set()
    assert said == [(1, 3, "first")]


def test_stopping_carries_out_every_write_that_was_asked_for(qtbot) -> None:
    """Closing the window loses nothing that was on its way."""
    written: list[int] = []
    for number in range(20):
        tasks.write(lambda it=number: written.append(it))
    tasks.stop()
    assert written == list(range(20))
