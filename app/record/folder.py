"""Bags as a folder: written whole or not at all, read without following links."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path

from app.record import bagnames
from app.record.archive import CHUNK
from app.record.bagnames import BadBag

_MOST_FILES = 100_000
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def from_file(path: Path) -> Iterator[bytes]:
    """The content of a regular file, a mebibyte at a time."""
    with os.fdopen(os.open(path, os.O_RDONLY | _NO_FOLLOW), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise BadBag(path.name, "not a regular file")
        while chunk := file.read(CHUNK):
            yield chunk


def sync(folder: Path) -> None:
    """Make the names in a folder outlive a power cut, where the system can."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


class FolderWriter:
    """Writes a bag's files below a folder, each fsync'ed."""

    def __init__(self, top: Path) -> None:
        self._top = top
        self._folders = {top}

    def put(self, name: str, chunks: Iterable[bytes]) -> tuple[str, int]:
        """Write one file; its SHA-256 in hex and its size."""
        path = self._top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        self._folders |= {path.parent, path.parent.parent}
        digest, size = sha256(), 0
        with path.open("xb") as file:
            for chunk in chunks:
                digest.update(chunk)
                size += len(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        return digest.hexdigest(), size

    def close(self) -> None:
        """Make the names durable."""
        for folder in self._folders:
            if folder.is_relative_to(self._top):
                sync(folder)


class FolderReader:
    """The files of a bag in a folder; BadBag for links and for anything else but plain files."""

    def __init__(self, top: Path) -> None:
        self._top = top
        self.names = tuple(sorted(self._walk(top, "")))
        bagnames.check_all(self.names)

    def _walk(self, folder: Path, prefix: str, count: int = 0) -> Iterator[str]:
        with os.scandir(folder) as found:
            for one in found:
                name, count = prefix + one.name, count + 1
                if count > _MOST_FILES or prefix.count("/") > 8:
                    raise BadBag(name, "too many files for a bag")
                if one.is_dir(follow_symlinks=False):
                    yield from self._walk(folder / one.name, name + "/", count)
                elif one.is_file(follow_symlinks=False):
                    yield name
                else:
                    raise BadBag(name, "neither file nor folder")

    def chunks(self, name: str) -> Iterator[bytes]:
        """The content of a file, a mebibyte at a time."""
        return from_file(self._top / name)

    def close(self) -> None:
        """Nothing is held open."""
