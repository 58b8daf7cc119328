"""Keeps an error inside Python: one that leaves a Qt override of PySide6 on Python 3.11 ends the process."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Final, ParamSpec, TypeVar

from app.domain.errors import Refused
from app.ui import errors

P = ParamSpec("P")
R = TypeVar("R")

OURS: Final = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    ImportError,
    LookupError,
    NameError,
    OSError,
    Refused,
    RuntimeError,
    StopIteration,
    TypeError,
    ValueError,
)
"""Everything a slip of ours raises; KeyboardInterrupt, SystemExit and MemoryError go through."""


def override_safe(neutral: R) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """For every method that Qt calls (`data`, `paint`, `sizeHint`, `event` …): on an error report it, answer `neutral`.

    An IndexError, ZeroDivisionError, TypeError or ValueError raised by C code inside such a call is a segmentation
    fault with PySide6 6.8 to 6.11 on Python 3.11.
    """

    def decorate(method: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(method)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                return method(*args, **kwargs)
            except OURS as error:
                errors.met(error)
                return neutral

        guarded.__dict__["is_guarded"] = True
        return guarded

    return decorate


def slot_safe(method: Callable[P, None]) -> Callable[P, None]:
    """For slots: a refusal becomes the window's quiet strip, a slip of ours the crash path; both end here.

    A signal may bring more arguments than the slot takes (`clicked` brings `checked`): the surplus is dropped.
    """
    most = _positional(method)

    @functools.wraps(method)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            method(*args[:most], **kwargs)  # type: ignore[arg-type]
        except OURS as error:
            errors.met(error)

    guarded.__dict__["is_guarded"] = True
    return guarded


def _positional(method: Callable[..., object]) -> int | None:
    """How many arguments it takes by position; None for any number."""
    kinds = [parameter.kind for parameter in inspect.signature(method).parameters.values()]
    if inspect.Parameter.VAR_POSITIONAL in kinds:
        return None
    return sum(kind <= inspect.Parameter.POSITIONAL_OR_KEYWORD for kind in kinds)
