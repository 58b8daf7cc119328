"""Checking many signatures on all cores while the reader goes on reading."""

from __future__ import annotations

import os
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self

from app.record import keys

Check = tuple[bytes, bytes, bytes, int, str]
"""Public key, signature, signed bytes, and the entry and the words of the problem if they do not match."""

_BATCH = 256
_AHEAD = 16


def cores() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _failures(batch: list[Check]) -> list[tuple[int, str]]:
    return [
        (seq, what) for public, signature, message, seq, what in batch if not keys.signed(public, signature, message)
    ]


class Signatures:
    """A context in which signatures are handed in; `failures` is complete once it was left."""

    def __init__(self, workers: int | None = None) -> None:
        self.failures: list[tuple[int, str]] = []
        # Ed25519 runs outside the interpreter's lock, so threads do use the cores.
        self._pool = ThreadPoolExecutor(workers or cores(), thread_name_prefix="verify")
        self._batch: list[Check] = []
        self._running: deque[Future[list[tuple[int, str]]]] = deque()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._submit()
            self._collect(0)
        self._pool.shutdown(cancel_futures=True)

    def add(self, public: bytes, signature: bytes, message: bytes, seq: int, what: str) -> None:
        """Have a signature checked; waits when too many are under way."""
        self._batch.append((public, signature, message, seq, what))
        if len(self._batch) >= _BATCH:
            self._submit()
            self._collect(_AHEAD)

    def _submit(self) -> None:
        self._running.append(self._pool.submit(_failures, self._batch))
        self._batch = []

    def _collect(self, left: int) -> None:
        while len(self._running) > left:
            self.failures += self._running.popleft().result()
