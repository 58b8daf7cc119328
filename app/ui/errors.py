"""Where errors end: a refusal in the quiet strip, a slip of ours on the one crash path."""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final

from app.domain.errors import Refused

log: Final = logging.getLogger("cockpit")
REPORT: Final = "last-error.txt"


@dataclass(frozen=True, slots=True)
class Slip:
    """An error that is ours: its kind and where it happened, and not a word of what people wrote."""

    kind: str
    frames: tuple[str, ...]

    @property
    def text(self) -> str:
        """The whole report, ready to copy."""
        return "\n".join([f"{self.kind} (message withheld, it may quote an entry)", *self.frames])


Shown = Callable[[Refused], None]
Crashed = Callable[[Slip], None]

_refused: list[Shown] = []
_crashed: list[Crashed] = []


def slip_of(error: BaseException) -> Slip:
    """What may be told of an error: class and places, never its message."""
    frames = traceback.extract_tb(error.__traceback__)
    return Slip(type(error).__name__, tuple(f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in frames))


def met(error: BaseException) -> None:
    """Take an error from anywhere in the window: show a refusal, report anything else."""
    if isinstance(error, Refused):
        if _refused:
            _refused[-1](error)
        return
    slip = slip_of(error)
    log.error("%s", slip.text)
    if _crashed:
        _crashed[-1](slip)


def unexpected(error: BaseException) -> Refused:
    """A slip of ours in the words of a refusal, for code that waits for an answer."""
    from app.domain.errors import Broken

    return Broken(
        f"The program made an error of its own ({type(error).__name__}).",
        "Nothing that was acknowledged is lost. Help › Copy diagnostics has the details.",
        code="our-error",
    )


def install(refused: Shown, crashed: Crashed) -> Callable[[], None]:
    """Send refusals and slips to these from now on, uncaught ones too; returns the way back."""
    before = (sys.excepthook, threading.excepthook)
    _refused.append(refused)
    _crashed.append(crashed)
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread

    def restore() -> None:
        _refused.remove(refused)
        _crashed.remove(crashed)
        sys.excepthook, threading.excepthook = before

    return restore


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if isinstance(error, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    met(error)


def _uncaught_in_thread(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None:
        met(args.exc_value)


def write_report(folder: Path, slip: Slip) -> Path | None:
    """Keep the report in the data folder; None where even that cannot be written."""
    path = folder / REPORT
    try:
        path.touch(mode=0o600, exist_ok=True)
        path.write_text(slip.text + "\n", encoding="utf-8")
    except OSError:
        return None
    return path
