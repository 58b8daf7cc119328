"""Work off the window's thread: one writer in order, and a pool for long reads; answers come back on the window's."""

from __future__ import annotations

import queue
from collections.abc import Callable
from typing import Any, Final, TypeVar

from PySide6.QtCore import QObject, QRunnable, Qt, QThread, QThreadPool, Signal, SignalInstance
from shiboken6 import isValid

from app.domain.errors import Refused
from app.ui import errors

T = TypeVar("T")
Done = Callable[[T], object]
Failed = Callable[[Refused], object]
_STOP: Final = None


class Steps:
    """What long work says on its way and asks: `said(done, total, words)` and `cancelled`."""

    def __init__(self, task: Task) -> None:
        self._task = task

    @property
    def cancelled(self) -> bool:
        """Whether nobody waits any more; the work should return as soon as it safely can."""
        return self._task.cancelled

    def said(self, done: int, total: int, words: str = "") -> None:
        """Progress, shown by whoever started the work."""
        _desk().progressed.emit(self._task, done, total, words)


class Task:
    """One piece of work on its way; `cancel` drops its answer and tells the work to stop early."""

    def __init__(
        self,
        work: Callable[[Task], Any],
        done: Done[Any] | None,
        failed: Failed | None,
        progress: Callable[[int, int, str], object] | None = None,
    ) -> None:
        self._work = work
        self._done = done
        self._failed = failed
        self._progress = progress
        self._result: Any = None
        self._error: BaseException | None = None
        self.cancelled = False

    def cancel(self) -> None:
        """Nobody waits for the answer any more. A write that has begun is still carried out."""
        self.cancelled = True

    def carry_out(self) -> None:
        """Run on the worker; every error is kept for the window's thread."""
        try:
            self._result = self._work(self)
        except Exception as error:
            self._error = error

    def answer(self) -> None:
        """Run on the window's thread: hand the result or the refusal to whoever waits and still exists."""
        error, self._error = self._error, None
        if error is not None and not isinstance(error, Refused):
            errors.met(error)
        if self.cancelled:
            return
        if error is None:
            if self._done is not None and alive(self._done):
                self._done(self._result)
        else:
            refusal = error if isinstance(error, Refused) else errors.unexpected(error)
            if self._failed is None:
                errors.met(refusal)
            elif alive(self._failed):
                self._failed(refusal)

    def step(self, done: int, total: int, words: str) -> None:
        """Run on the window's thread: hand the progress on."""
        if self._progress is not None and not self.cancelled and alive(self._progress):
            self._progress(done, total, words)


def alive(callback: Callable[..., object]) -> bool:
    """Whether the widget behind a bound method still exists."""
    owner = getattr(callback, "__self__", None)
    return not isinstance(owner, QObject) or isValid(owner)


def while_there(owner: QObject, act: Callable[[], object]) -> Callable[[object], None]:
    """An answer's callback that calls `act` unless its owner is gone: a dialog can be closed before the answer."""

    def answered(_result: object) -> None:
        if isValid(owner):
            act()

    return answered


class _Desk(QObject):
    """Lives on the window's thread and takes the answers in."""

    finished = Signal(object)
    progressed = Signal(object, int, int, str)

    def __init__(self) -> None:
        super().__init__()
        self.open: set[Task] = set()
        self.finished.connect(self._take, Qt.ConnectionType.QueuedConnection)
        self.progressed.connect(self._step, Qt.ConnectionType.QueuedConnection)
        self.writer = _Writer(self.finished)
        self.pool = QThreadPool(self)
        self.pool.setMaxThreadCount(max(2, QThread.idealThreadCount()))

    def _take(self, task: Task) -> None:
        self.open.discard(task)
        task.answer()

    def _step(self, task: Task, done: int, total: int, words: str) -> None:
        task.step(done, total, words)


class _Writer(QThread):
    """The one thread that records; strictly first in, first out."""

    def __init__(self, finished: SignalInstance) -> None:
        super().__init__()
        self.setObjectName("writer")
        self._finished = finished
        self._line: queue.SimpleQueue[Task | None] = queue.SimpleQueue()

    def put(self, task: Task) -> None:
        self._line.put(task)
        if not self.isRunning():
            self.start()

    def run(self) -> None:
        while (task := self._line.get()) is not _STOP:
            task.carry_out()
            self._finished.emit(task)

    def stop(self) -> None:
        if self.isRunning():
            self._line.put(_STOP)
            self.wait()


class _Job(QRunnable):
    def __init__(self, task: Task, finished: SignalInstance) -> None:
        super().__init__()
        self._task = task
        self._finished = finished

    def run(self) -> None:
        self._task.carry_out()
        self._finished.emit(self._task)


_desks: list[_Desk] = []


def _desk() -> _Desk:
    if not _desks:
        _desks.append(_Desk())
    return _desks[0]


def write(verb: Callable[[], T], done: Done[T] | None = None, failed: Failed | None = None) -> Task:
    """Carry a recording verb out on the writer thread, in the order asked; `done` or `failed` follow on this thread.

    An answer for a widget that is gone is dropped, the write is not. Without `failed` a refusal goes to the strip.
    """
    task = Task(lambda _task: verb(), done, failed)
    _desk().open.add(task)
    _desk().writer.put(task)
    return task


def run(work: Callable[[], T], done: Done[T] | None = None, failed: Failed | None = None) -> Task:
    """Carry out a read or another long piece of work in the pool; answers as `write` does."""
    return _start(Task(lambda _task: work(), done, failed))


def run_in_steps(
    work: Callable[[Steps], T],
    done: Done[T] | None = None,
    failed: Failed | None = None,
    progress: Callable[[int, int, str], object] | None = None,
) -> Task:
    """Like `run`, for work over a second: it is given `Steps` to report progress and to hear of a cancel."""
    return _start(Task(lambda task: work(Steps(task)), done, failed, progress))


def _start(task: Task) -> Task:
    desk = _desk()
    desk.open.add(task)
    desk.pool.start(_Job(task, desk.finished))
    return task


def waiting() -> int:
    """How many pieces of work have not been answered yet."""
    return len(_desks[0].open) if _desks else 0


def stop() -> None:
    """Before the program ends: every write that was asked for is carried out, reads are waited for, answers dropped."""
    while _desks:
        desk = _desks.pop()
        desk.writer.stop()
        desk.pool.waitForDone()
        for task in desk.open:
            task.cancel()
        desk.deleteLater()
