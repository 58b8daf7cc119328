"""What SQLite and the drive answer when something fails, as one sentence and a hint."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy.exc import DBAPIError

from app.domain.errors import Broken
from app.store import driver, layout

_FULL_ERRNOS: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_READ_ONLY_ERRNOS: Final = {errno.EROFS, errno.EACCES, errno.EPERM}
_OPENING_ERRNOS: Final = {
    errno.EMFILE,
    errno.ENFILE,
    errno.ENOENT,
    errno.ENOTDIR,
    errno.EISDIR,
    errno.EEXIST,
    errno.ENAMETOOLONG,
}

# Primary result codes (https://www.sqlite.org/rescode.html); the low byte of the extended one.
_CODES: Final = {
    3: "read-only",
    5: "locked",
    6: "locked",
    8: "read-only",
    10: "disk-io",
    11: "damaged",
    13: "disk-full",
    14: "cannot-open",
    15: "locked",
    23: "read-only",
    26: "not-a-record",
}

_WORDS: Final = {
    "database is locked": 5,
    "attempt to write a readonly database": 8,
    "disk I/O error": 10,
    "database disk image is malformed": 11,
    "database or disk is full": 13,
    "unable to open database file": 14,
}

_SENTENCES: Final = {
    "disk-full": (
        "The disk has no room for another entry (full, over quota, or a limit on file size).",
        "Free some space; nothing half-written was left behind, and the text is still in the draft.",
    ),
    "disk-io": (
        "The disk refused to read or write the record (failing, gone, full, or a limit on file size).",
        "Check the disk and its free space; an entry counts only once its number was shown.",
    ),
    "read-only": (
        "The record cannot be written: the folder or the disk is read-only for this account.",
        "Open it read-only, or make the data folder writable for this account.",
    ),
    "cannot-open": (
        "The database cannot be opened: no rights, no such folder, or too many open files.",
        "Check who owns the data folder, and close other programs.",
    ),
    "damaged": (
        "The database is damaged.",
        "Run doctor to see what is still good, and restore the newest backup; the damaged file is kept.",
    ),
    "not-a-record": (
        "The file is not a database of this program, or its first page is damaged.",
        "Restore the newest backup, or choose another data folder.",
    ),
    "locked": (
        "The record is locked by another program.",
        "Close that program or wait for it; the text is still in the draft.",
    ),
}

RETRYABLE_UNCHANGED: Final = {"locked", "read-only"}
"""After these nothing can have been written; after any other the connection is thrown away and the tail read again."""


def code_of(error: BaseException) -> str | None:
    """The kind of failure a person can act on; None when the error is ours (a constraint, a wrong statement)."""
    if isinstance(error, DBAPIError):
        error = error.orig or error
    if isinstance(error, driver.DBAPI.Error):
        return _CODES.get(_result_code(error) & 0xFF)
    return None


def _result_code(error: Any) -> int:
    # The driver's backup gives no code, only SQLite's own fixed words for it.
    return int(getattr(error, "sqlite_errorcode", None) or _WORDS.get(str(error), 0))


def _code_of_errno(number: int | None) -> str:
    if number in _FULL_ERRNOS:
        return "disk-full"
    if number in _READ_ONLY_ERRNOS:
        return "read-only"
    return "cannot-open" if number in _OPENING_ERRNOS else "disk-io"


def broken(code: str, folder: Path | None = None) -> Broken:
    """The failure of that kind, for the folder it happened in."""
    message, hint = _SENTENCES[code]
    if code == "locked" and folder is not None:
        holder = lock_holder(folder)
        if holder:
            message = f"The record is locked by {holder}."
    return Broken(message, hint, code=code)


@contextmanager
def spoken(folder: Path | None) -> Iterator[None]:
    """Turns failures of the database into Broken; an error of ours passes through as it is."""
    try:
        yield
    except (DBAPIError, driver.DBAPI.Error) as error:
        code = code_of(error)
        if code is None:
            raise
        raise broken(code, folder) from error


@contextmanager
def spoken_with_files(folder: Path | None) -> Iterator[None]:
    """The same, and failures of our own files as well; only around code of the store."""
    try:
        with spoken(folder):
            yield
    except OSError as error:
        raise broken(_code_of_errno(error.errno), folder) from error


def lock_holder(folder: Path) -> str:
    """Who holds a lock on the record, as "python (process 4711)"; empty where the system does not tell.

    Read from /proc/locks by the inode of the WAL index, never by opening a file of the database.
    """
    try:
        inode = layout.database(folder).with_name(layout.DATABASE + "-shm").stat().st_ino
        lines = Path("/proc/locks").read_text(encoding="ascii").splitlines()
    except (OSError, UnicodeDecodeError):
        return ""
    for line in lines:
        fields = line.split()
        if "WRITE" in fields and len(fields) > 5 and fields[5].endswith(f":{inode}") and int(fields[4]) != os.getpid():
            return _process_name(int(fields[4]))
    return ""


def _process_name(process: int) -> str:
    try:
        name = Path(f"/proc/{process}/comm").read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        name = ""
    return f"{name or 'another program'} (process {process})"
