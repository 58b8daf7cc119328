"""The start: with a command the command line, without one the window; nothing slow before the first picture."""

from __future__ import annotations

import gc
import os
import socket
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app import paths
from app.domain.errors import Broken, Refused

VALUED: Final = ("--home", "--as", "--database-url")
FOREIGN_PATHS: Final = ("QT_PLUGIN_PATH", "QT_QPA_PLATFORM_PLUGIN_PATH", "QML2_IMPORT_PATH", "QT_STYLE_OVERRIDE")


@dataclass(frozen=True, slots=True)
class Options:
    """The global options of a call without a command."""

    home: str | None = None
    profile: str | None = None
    database_url: str | None = None


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program; the exit code is 0 done, 1 the answer is no, 2 unusable input, 3 the environment failed."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    os.umask(0o077)
    options = without_command(arguments)
    if options is None:
        from app.cli.main import main as command_line

        return command_line(arguments)
    try:
        return window(options)
    except Refused as refusal:
        print(f"{refusal.message} {refusal.hint}".strip(), file=sys.stderr)
        return refusal.exit_code


def without_command(arguments: Sequence[str]) -> Options | None:
    """The options of a call that names no command; None when there is one, or anything the parser should judge."""
    found: dict[str, str] = {}
    rest = list(arguments)
    while rest:
        name, joined, value = rest.pop(0).partition("=")
        if name not in VALUED or not (joined or rest):
            return None
        found[name] = value if joined else rest.pop(0)
    return Options(found.get("--home"), found.get("--as"), found.get("--database-url"))


def window(options: Options) -> int:
    """Open the window and stay until it is closed. Broken where there is no display."""
    check_display()
    folder = paths.private_folder(paths.home(options.home))
    for name in FOREIGN_PATHS:
        os.environ.pop(name, None)
    gc.disable()
    from PySide6.QtWidgets import QApplication

    from app.store import first_page
    from app.ui import opening, sweep, tasks

    application = QApplication(["incident-cockpit"])
    application.setApplicationName("Incident Cockpit")
    application.setDesktopFileName("incident-cockpit")
    sweeper = sweep.Sweep()
    windows = opening.Opening(application, first_page.read)
    address = options.database_url or os.environ.get("COCKPIT_DATABASE_URL")
    windows.open(opening.Wish(folder, options.profile, address)).painted.connect(sweeper.settle)
    code = application.exec()
    tasks.stop()
    return int(code)


def check_display() -> None:
    """Broken where Qt would find no screen; it would end the process without a word that helps."""
    if sys.platform in ("win32", "darwin") or os.environ.get("QT_QPA_PLATFORM"):
        return
    if _wayland_answers() or _x11_answers(os.environ.get("DISPLAY", "")):
        return
    raise Broken(
        "There is no display to open the window on.",
        "Every command works without one: incident-cockpit --help.",
        code="no-display",
    )


def _wayland_answers() -> bool:
    name, folder = os.environ.get("WAYLAND_DISPLAY"), os.environ.get("XDG_RUNTIME_DIR", "")
    return bool(name) and _answers(str(Path(folder) / str(name)))


def _x11_answers(display: str) -> bool:
    host, colon, rest = display.rpartition(":")
    number = rest.partition(".")[0]
    if not colon or not number.isdecimal():
        return False
    if host not in ("", "unix"):
        return True
    path = f"/tmp/.X11-unix/X{number}"  # noqa: S108 - where every X server puts its socket
    return _answers(f"\0{path}") or _answers(path)


def _answers(address: str) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(2)
        try:
            probe.connect(address)
        except OSError:
            return False
        return True
