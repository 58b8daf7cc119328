"""Runs a piece of work in a child process that dies before its k-th call to the drive or the database."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Callable
from typing import Any

CALLS = frozenset(
    {
        "backup",
        "chmod",
        "close",
        "commit",
        "execute",
        "executemany",
        "fdatasync",
        "fsync",
        "link",
        "mkdir",
        "open",
        "rename",
        "replace",
        "rollback",
        "unlink",
        "write",
    }
)


def killed_before(step: int, work: Callable[[], object]) -> bool:
    """Whether the work came to its end, because it makes fewer calls than that."""
    child = os.fork()
    if child == 0:
        _work_and_die(step, work)
    _child, status = os.waitpid(child, 0)
    assert status in (0, signal.SIGKILL), "the child failed by itself; see its traceback above"
    return status == 0


def _work_and_die(step: int, work: Callable[[], object]) -> None:
    left = step

    def count(_frame: Any, event: str, called: Any) -> None:
        nonlocal left
        if event == "c_call" and called.__name__ in CALLS:
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)

    outcome = 1
    try:
        sys.setprofile(count)
        work()
        sys.setprofile(None)
        outcome = 0
    finally:
        sys.setprofile(None)
        if outcome:
            traceback.print_exc()
        os._exit(outcome)
