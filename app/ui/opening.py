"""Opens a window on a data folder: first the picture, then, in the worker, everything that is slow to load."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from app import settings as stored
from app.domain.errors import Broken, Refused
from app.ui import tasks, theme
from app.ui.live import Live
from app.ui.state import FirstPage
from app.ui.window import Window

if TYPE_CHECKING:
    from app.services.session import Session

ReadFirst = Callable[[Path, str], FirstPage | None]
SAMPLE = "sample"
KEEP_MS = 1000
"""How long after a choice it is in the settings file."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the command line asked for."""

    folder: Path
    profile: str | None = None
    database_url: str | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """A session, and what should be said about how it was opened."""

    session: Session
    remark: Refused | None = None


class Opening:
    """Keeps the windows of this process."""

    def __init__(self, application: QApplication, read_first: ReadFirst) -> None:
        self._application = application
        self._read_first = read_first
        self.windows: list[Window] = []

    def open(self, wish: Wish) -> Window:
        """A window with the first page painted as soon as Qt can; the session follows by itself."""
        settings = stored.load(wish.folder)
        theme.apply(self._application, settings.theme, settings.text_size)
        live = Live(settings.zone)
        page = self._read_first(wish.folder, settings.last_incident)
        if page is not None:
            live.begin(page, settings.last_incident)
        window = Window(live, wish.folder, settings)
        self.windows.append(window)
        window.painted.connect(lambda: self._start(window, wish))
        window.sample_wanted.connect(self.open_sample)
        window.gone.connect(lambda: self._closed(window))
        later = QTimer(window)
        later.setSingleShot(True)
        later.setInterval(KEEP_MS)
        later.timeout.connect(lambda: _keep(window))
        window.remembered.connect(later.start)
        if settings.maximised:
            window.showMaximized()
        else:
            window.show()
        return window

    def _start(self, window: Window, wish: Wish) -> None:
        live, last = window.live, window.settings.last_profile

        def opened(result: Opened) -> None:
            if window not in self.windows:
                tasks.write(result.session.close)
                return
            live.start(result.session)
            if result.remark is not None:
                window.notice.show_refusal(result.remark)
            elif result.session.simulated:
                window.notice.say("SAMPLE: everything here is invented.", "Its clock goes on from the story's end.")

        tasks.write(lambda: _session(wish, last, live), opened, window.show_refusal)

    def open_sample(self) -> None:
        """The sample incident in a window of its own, in a folder of its own; played first where it is missing."""
        home = self.windows[0].folder if self.windows else Path()
        folder = home if home.name == SAMPLE else home / SAMPLE
        there = next((window for window in self.windows if window.folder == folder), None)
        if there is not None:
            there.raise_()
            there.activateWindow()
            return
        asking = self.windows[-1]
        asking.notice.say("The sample is being played through; this takes a few seconds.")

        def played(incident_id: str) -> None:
            asking.notice.dismiss()
            window = self.open(Wish(folder))
            window.open_incident(incident_id)

        tasks.run(lambda: _sample(folder), played, asking.show_refusal)

    def _closed(self, window: Window) -> None:
        self.windows.remove(window)
        window.deleteLater()
        _keep(window, is_last=True)


def _keep(window: Window, *, is_last: bool = False) -> None:
    """Write the settings down, in the writer's line so that no two writes meet; a folder that refuses is told once."""
    folder, settings = window.folder, window.settings

    def save() -> None:
        try:
            stored.save(folder, settings)
        except OSError as error:
            if is_last:
                os.write(2, f"The settings could not be kept: {error.strerror}.\n".encode())

    tasks.write(save)


def _session(wish: Wish, last: str, live: Live) -> Opened:
    from app.services.session import Session

    try:
        session = Session.open(wish.folder, ask=live.ask, database_url=wish.database_url)
    except Broken as reason:
        return Opened(_choose(_read_only(wish, live, reason), wish, last), reason)
    return _named(session, wish, last)


def _named(session: Session, wish: Wish, last: str) -> Opened:
    try:
        return Opened(_choose(session, wish, last))
    except Refused as reason:
        return Opened(_choose(session, Wish(wish.folder), ""), reason)


def _read_only(wish: Wish, live: Live, reason: Broken) -> Session:
    from app.services.session import Session

    try:
        return Session.open(wish.folder, ask=live.ask, database_url=wish.database_url, read_only=True)
    except Refused:
        raise reason from None


def _choose(session: Session, wish: Wish, last: str) -> Session:
    from app.services import profiles

    known = [profile for profile in profiles.everyone(session) if profile.active]
    if wish.profile is not None:
        session.choose(wish.profile)
    elif known:
        remembered = any(profile.principal == last for profile in known)
        session.choose(last if remembered else None)
    if session.signer is not None and session.keychain.given_passphrase is not None:
        session.sign_in(session.signer.principal)
    return session


def _sample(folder: Path) -> str:
    from app.services import demo, incidents
    from app.services.session import Session

    session = Session.open(folder) if demo.is_sample(folder) else demo.make(folder)
    with session:
        return incidents.board(session)[0].incident_id
