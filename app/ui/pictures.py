"""Pictures of the window as it is, offscreen: every pane, light and dark, for documents and for looking."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication

from app.domain.errors import Broken
from app.ui import errors, sweep, tasks, theme
from app.ui.catalog import PANES
from app.ui.opening import Opening, ReadFirst, Wish
from app.ui.window import Window

SIZE = QSize(1366, 768)
PATIENCE_S = 60


def take(folder: Path, out: Path, read_first: ReadFirst, text_size: int = 100) -> tuple[Path, ...]:
    """Open the folder's newest incident in a window and write a PNG of each pane of the centre in both themes."""
    if QApplication.instance() is None:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    application = QApplication.instance() or QApplication(["incident-cockpit"])
    if not isinstance(application, QApplication):
        raise Broken("Another kind of Qt program runs in this process.", "Start afresh.", code="no-window")
    sweeper = sweep.Sweep()
    opening = Opening(application, read_first)
    window = opening.open(Wish(folder))
    window.resize(SIZE)
    faults: list[str] = []
    restore = errors.install(lambda refusal: faults.append(refusal.message), lambda slip: faults.append(slip.text))
    try:
        _until(application, lambda: window.live.session is not None and bool(window.live.cards))
        window.open_incident(window.live.cards[0].incident_id)
        _until(application, lambda: window.live.look is not None and window.live.row_count > 0)
        made = tuple(_each(application, window, out, text_size))
    finally:
        restore()
        window.close()
        tasks.stop()
        sweeper.stop()
    if faults:
        raise Broken(f"The window was not whole: {faults[0].splitlines()[0]}.", "Run selftest.", code="no-picture")
    return made


def _each(application: QApplication, window: Window, out: Path, text_size: int) -> Iterator[Path]:
    for name in ("light", "dark"):
        theme.apply(application, name, text_size)
        for spec in (spec for spec in PANES if spec.place == "centre"):
            window.show_pane(spec.id)
            _settle(application)
            path = out / f"window-{spec.id}-{name}.png"
            if not window.grab().save(str(path), "PNG"):
                raise Broken(f"{path} cannot be written.", "Choose another folder.", code="unwritable")
            yield path


def _settle(application: QApplication) -> None:
    """Let workers deliver and layouts come to rest: three rounds without anything new."""
    for _ in range(3):
        _until(application, lambda: tasks.waiting() == 0)
        application.processEvents()


def _until(application: QApplication, condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > end:
            raise Broken("The window did not come to rest.", "Try again.", code="no-picture")
        application.processEvents()
        time.sleep(0.01)
