"""Files and folders for one person only, flushed to the drive, and locked against a second process."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from app.domain.errors import Broken

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

OPENING_SECONDS: Final = 10.0
_BINARY: Final = getattr(os, "O_BINARY", 0)
_BEYOND_CONTENT: Final = 1 << 30


def private_folder(folder: Path) -> None:
    """Makes the folder, and its parents, readable by nobody else; one that exists keeps the mode its owner gave it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def private_file(path: Path) -> int:
    """A descriptor of the file, which is created for its owner only and never replaced."""
    return os.open(path, os.O_RDWR | os.O_CREAT | _BINARY, 0o600)


def existing_file(path: Path) -> int:
    """A descriptor of a file that is there; FileNotFoundError when it is not."""
    return os.open(path, os.O_RDWR | _BINARY)


def flush(descriptor: int) -> None:
    """Puts what was written to a descriptor on the drive, past the drive's own cache where the system can."""
    if sys.platform == "darwin":
        fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
    elif sys.platform == "win32":
        os.fsync(descriptor)
    else:
        os.fdatasync(descriptor)


def flush_file(path: Path) -> None:
    """Puts a closed file on the drive; never the live database, whose locks this would drop."""
    descriptor = existing_file(path)
    try:
        flush(descriptor)
    finally:
        os.close(descriptor)


def flush_folder(folder: Path) -> None:
    """Puts the names in a folder on the drive; Windows does so by itself."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def rename(source: Path, target: Path) -> None:
    """Gives a flushed file its final name, so that after a power cut there is the old or the new, never neither."""
    source.replace(target)
    flush_folder(target.parent)


def seize(descriptor: int) -> bool:
    """Whether the lock on an open file was free and is now ours."""
    try:
        if sys.platform == "win32":
            os.lseek(descriptor, _BEYOND_CONTENT, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True


def release(descriptor: int) -> None:
    """Gives the lock on an open file back."""
    if sys.platform == "win32":
        os.lseek(descriptor, _BEYOND_CONTENT, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)
    else:
        fcntl.flock(descriptor, fcntl.LOCK_UN)


def wait_for(descriptor: int, seconds: float) -> bool:
    """Whether the lock on an open file became ours within that time."""
    until = time.monotonic() + seconds
    pause = 0.0005
    while not seize(descriptor):
        if time.monotonic() > until:
            return False
        time.sleep(pause)
        pause = min(pause * 2, 0.05)
    return True


@contextmanager
def alone(path: Path, seconds: float = OPENING_SECONDS) -> Iterator[None]:
    """Keeps every other process that asks for the same file waiting; Broken when one does not let go."""
    descriptor = private_file(path)
    try:
        if not wait_for(descriptor, seconds):
            raise Broken(
                "Another process is opening, migrating or restoring this data folder and does not finish.",
                "Wait for it, or end it, then try again.",
                code="locked",
            )
        try:
            yield
        finally:
            release(descriptor)
    finally:
        os.close(descriptor)
