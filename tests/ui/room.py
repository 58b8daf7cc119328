"""A real session on a real file with two people, a stepping clock and an open incident, for tests of the panes."""

from __future__ import annotations

import gc
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.domain.timeline import TimelineRow
from app.services import incidents, journal, profiles
from app.services.recorder import Recorded
from app.services.session import Session
from app.ui import tasks, theme
from app.ui.live import Live

PASSPHRASE = "correct horse"
START = datetime(2026, 11, 20, 10, 38, tzinfo=UTC)
ZONE = "Europe/Bucharest"
W = TypeVar("W", bound=QWidget)


class Clock:
    """Stands still but for a millisecond at each look; tests move it."""

    def __init__(self) -> None:
        self.moment = START

    def __call__(self) -> datetime:
        self.moment += timedelta(milliseconds=1)
        return self.moment

    def forward(self, minutes: float) -> None:
        """Let time pass."""
        self.moment += timedelta(minutes=minutes)


class Room:
    """An open incident and what watches it."""

    def __init__(self, session: Session, clock: Clock, qtbot: QtBot) -> None:
        self.session = session
        self.clock = clock
        self.qtbot = qtbot
        self.live = Live(ZONE)
        self.incident = ""
        self.failures: list[Any] = []
        self.live.failed.connect(self.failures.append)

    def declare(self, plan: str = "zkp", severity: str = "P0", **more: Any) -> Recorded:
        """Declare an incident, before or while somebody looks."""
        done = incidents.declare(self.session, plan, severity, "PID linkage in a debug log", **more)
        self.incident = done.incident_id
        return done

    def log(self, *lines: str) -> None:
        """Record lines as another window would."""
        for line in lines:
            journal.log(self.session, self.incident, line, zone=ZONE)

    def show(self, pane: W, width: int = 784, height: int = 660) -> W:
        """Show a pane on the incident and wait until it has it."""
        self.qtbot.addWidget(pane)
        pane.resize(width, height)
        pane.show()
        if self.live.session is None:
            self.live.start(self.session)
        if self.incident and self.live.incident_id != self.incident:
            self.live.open(self.incident)
        self.settle()
        return pane

    def settle(self) -> None:
        """Wait until nothing is being written or read, and the panes have heard of it."""
        self.qtbot.waitUntil(lambda: tasks.waiting() == 0, timeout=10_000)
        QApplication.processEvents()
        self.qtbot.waitUntil(lambda: tasks.waiting() == 0, timeout=10_000)

    def refreshed(self) -> None:
        """What others wrote is seen."""
        self.live.refresh()
        self.settle()

    def rows(self) -> tuple[TimelineRow, ...]:
        """What the record says, asked anew."""
        return incidents.rows(self.session, self.incident, 0, 10_000)

    @property
    def last(self) -> TimelineRow:
        """The newest row of the record."""
        return self.rows()[-1]


@pytest.fixture(scope="session")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which Ana and Maria have keys: made once, since stretching passphrases takes its time."""
    folder = tmp_path_factory.mktemp("people") / "home"
    with pytest.MonkeyPatch.context() as patch:
        _key_file(patch)
        with Session.open(folder, clock=Clock()) as session:
            profiles.create(session, "Ana Pop")
            profiles.create(session, "Maria Ionescu")
    return folder


def _key_file(patch: pytest.MonkeyPatch) -> None:
    patch.setenv("COCKPIT_KEYSTORE", "file")
    patch.setenv("COCKPIT_PASSPHRASE", PASSPHRASE)


@pytest.fixture
def room(people: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> Iterator[Room]:
    """Ana is signed in; no incident is declared yet."""
    _key_file(monkeypatch)
    folder = tmp_path / "home"
    shutil.copytree(people, folder)
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    theme.apply(application, "light")
    clock = Clock()
    session = Session.open(folder, clock=clock)
    session.sign_in("Ana Pop")
    made = Room(session, clock, qtbot)
    yield made
    made.live.stop()
    tasks.stop()
    made.live.deleteLater()
    gc.collect()


Make = Callable[..., Recorded]
