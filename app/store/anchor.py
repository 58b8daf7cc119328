"""The head anchor: the newest acknowledged commit, noted outside the database in a file of two slots.

A database that lost its end (a flipped bit in the WAL, an older copy put back) looks whole to SQLite;
only a note that lies elsewhere shows that something is missing.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from app.domain.errors import Broken
from app.store import files

_MAGIC: Final = "cockpit-anchor/1"
_SLOT: Final = 1024
# A sector that tears takes its neighbours within one physical block with it, never the other slot.
_PLACES: Final = (0, 4096)
_LENGTH: Final = 8192
_LOCK_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class Mark:
    """Commit number `n` with its running hash, and the log and size that this commit reached."""

    n: int
    h: bytes
    origin: str
    size: int


START: Final = Mark(0, bytes(32), "", 0)


def next_hash(previous: bytes, body: str) -> bytes:
    """h = SHA-256(h₋₁ ‖ origin ‖ size ‖ root), the last three as the three lines of the checkpoint."""
    return sha256(previous + body.encode()).digest()


def create(path: Path, mark: Mark = START) -> None:
    """Writes a new anchor file, whole or not at all."""
    temporary = path.with_name(path.name + ".new")
    temporary.unlink(missing_ok=True)
    descriptor = files.private_file(temporary)
    try:
        os.write(descriptor, _image(mark))
        files.flush(descriptor)
    finally:
        os.close(descriptor)
    files.rename(temporary, path)


def read(path: Path) -> Mark | None:
    """The newest mark; None when there is no file. Broken when neither slot can be read."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return None
    slots = _slots(raw)
    if not any(slots):
        raise Broken(
            "The anchor file beside the database cannot be read, so nobody can say that no entry is missing.",
            "Verify every incident; then the database can be accepted as it is, with a reason.",
            code="anchor-damaged",
        )
    return max((mark for mark in slots if mark), key=lambda mark: mark.n)


def damaged_slots(path: Path) -> int:
    """How many of the two slots cannot be read; a power cut while writing lawfully leaves one."""
    return sum(mark is None for mark in _slots(path.read_bytes()))


class AnchorFile:
    """The anchor file kept open by a writer, since every commit writes to it."""

    def __init__(self, path: Path) -> None:
        self._descriptor = files.existing_file(path)

    def close(self) -> None:
        """Lets go of the file."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def advance(self, mark: Mark) -> None:
        """Puts the mark on the drive unless a newer one is there already; OSError when the drive refuses."""
        if not files.wait_for(self._descriptor, _LOCK_SECONDS):
            raise Broken(
                "Another program holds the anchor file beside the database, so the entry is stored but not confirmed.",
                "Close that program, then record the line again: it will not be doubled.",
                code="locked",
            )
        try:
            self._write(mark)
        finally:
            files.release(self._descriptor)

    def _write(self, mark: Mark) -> None:
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        slots = _slots(os.read(self._descriptor, _LENGTH))
        numbers = [slot.n if slot else -1 for slot in slots]
        if max(numbers) >= mark.n:
            return
        os.lseek(self._descriptor, _PLACES[numbers.index(min(numbers))], os.SEEK_SET)
        os.write(self._descriptor, _slot(mark))
        files.flush(self._descriptor)


def _slot(mark: Mark) -> bytes:
    text = f"{_MAGIC}\n{mark.n}\n{mark.h.hex()}\n{mark.origin}\n{mark.size}\n".encode()
    return (text + sha256(text).hexdigest().encode() + b"\n").ljust(_SLOT, b"\0")


def _image(mark: Mark) -> bytes:
    return b"".join(_slot(mark).ljust(_LENGTH // len(_PLACES), b"\0") for _place in _PLACES)


def _slots(raw: bytes) -> list[Mark | None]:
    return [_parsed(raw[place : place + _SLOT]) for place in _PLACES]


def _parsed(raw: bytes) -> Mark | None:
    lines = raw.split(b"\n")
    if len(lines) != 7 or sha256(b"\n".join(lines[:5]) + b"\n").hexdigest().encode() != lines[5]:
        return None
    _magic, n, h, origin, size = (line.decode() for line in lines[:5])
    mark = Mark(int(n), bytes.fromhex(h), origin, int(size))
    return mark if _slot(mark) == raw else None
