"""Bags as one zip file, stored and without dates: one bag has one form, and any other form is refused.

Reading parses no more than that form (APPNOTE 6.3.10 §4.3) and re-encodes every header, so comments, links,
folders, encryption, compression bombs, overlaps and hidden bytes have no place to be.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO
from zlib import crc32

from app.record import bagnames
from app.record.bagnames import BadBag

CHUNK = 1 << 20
_LIMIT = 0xFFFF_FFFE
_MOST = 0xFFFE
_VERSION, _UNIX, _UTF8, _STORED, _TIME, _DATE = 20, 3 << 8, 0x800, 0, 0, 0x21
_MODE = 0o100644 << 16
_LOCAL, _CENTRAL, _END = struct.Struct("<4s5H3I2H"), struct.Struct("<4s6H3I5H2I"), struct.Struct("<4s4H2IH")


class TooBig(ValueError):
    """More than the plain zip format can hold."""


@dataclass(frozen=True, slots=True)
class _Member:
    name: str
    crc: int
    size: int
    start: int

    def local(self) -> bytes:
        raw = self.name.encode()
        fields = (_VERSION, _UTF8, _STORED, _TIME, _DATE, self.crc, self.size, self.size, len(raw), 0)
        return _LOCAL.pack(b"PK\3\4", *fields) + raw

    def central(self) -> bytes:
        raw = self.name.encode()
        fields = (_UNIX | _VERSION, _VERSION, _UTF8, _STORED, _TIME, _DATE, self.crc, self.size, self.size, len(raw))
        return _CENTRAL.pack(b"PK\1\2", *fields, 0, 0, 0, 0, _MODE, self.start) + raw

    @property
    def content(self) -> int:
        """Where the content begins."""
        return self.start + _LOCAL.size + len(self.name.encode())


def _end(count: int, size: int, start: int) -> bytes:
    return _END.pack(b"PK\5\6", 0, 0, count, count, size, start, 0)


class ZipWriter:
    """Writes a bag's files one after another under one top folder; the same files give the same bytes."""

    def __init__(self, out: BinaryIO, top: str) -> None:
        self._out, self._top = out, top
        self._members: list[_Member] = []

    def put(self, name: str, chunks: Iterable[bytes]) -> tuple[str, int]:
        """Store one file; its SHA-256 in hex and its size."""
        out, start = self._out, self._out.tell()
        blank = _Member(f"{self._top}/{name}", 0, 0, start)
        out.write(blank.local())
        digest, crc, size = sha256(), 0, 0
        for chunk in chunks:
            digest.update(chunk)
            crc, size = crc32(chunk, crc), size + len(chunk)
            out.write(chunk)
        if out.tell() > _LIMIT or len(self._members) >= _MOST:
            raise TooBig
        member = _Member(blank.name, crc, size, start)
        out.seek(start)
        out.write(member.local())
        out.seek(0, 2)
        self._members.append(member)
        return digest.hexdigest(), size

    def close(self) -> None:
        """Write the directory."""
        start = self._out.tell()
        central = b"".join(member.central() for member in self._members)
        if start + len(central) > _LIMIT:
            raise TooBig
        self._out.write(central + _end(len(self._members), len(central), start))


class ZipReader:
    """The files of a bag in a zip file of exactly our own form; BadBag for any other."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        try:
            members = self._read_directory(path.stat().st_size)
            top = members[0].name.partition("/")[0] if members else ""
            if not all(member.name.startswith(f"{top}/") for member in members):
                raise BadBag("", "the files of the zip are not in one folder")
            self._members = {member.name[len(top) + 1 :]: member for member in members}
            bagnames.check_all(member.name for member in members)
        except BaseException:
            self._file.close()
            raise

    def _read_directory(self, total: int) -> list[_Member]:
        self._file.seek(max(0, total - _END.size))
        raw = self._file.read(_END.size)
        if len(raw) != _END.size or not raw.startswith(b"PK\5\6"):
            raise BadBag("", "the zip does not end as a bag's does: cut, commented or packed by another program")
        _magic, _disk, _first, _here, count, size, start, _comment = _END.unpack(raw)
        if start + size + _END.size != total or raw != _end(count, size, start):
            raise _odd("its directory")
        self._file.seek(start)
        members = list(_members(self._file.read(size)))
        if len(members) != count:
            raise _odd("its directory")
        place = 0
        for member in members:
            self._file.seek(place)
            if member.start != place or self._file.read(len(member.local())) != member.local():
                raise _odd(f"the header of {member.name}")
            place = member.content + member.size
        if place != start:
            raise _odd("its directory")
        return members

    @property
    def names(self) -> tuple[str, ...]:
        """The files by name, relative to the bag."""
        return tuple(self._members)

    def chunks(self, name: str) -> Iterator[bytes]:
        """The content of a file, a mebibyte at a time; BadBag if it is damaged."""
        member, crc = self._members[name], 0
        place, left = member.content, member.size
        while left:
            self._file.seek(place)
            chunk = self._file.read(min(left, CHUNK))
            if not chunk:
                raise BadBag(name, "the zip is cut")
            crc, place, left = crc32(chunk, crc), place + len(chunk), left - len(chunk)
            yield chunk
        if crc != member.crc:
            raise BadBag(name, "was changed: its checksum in the zip does not fit")

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _odd(what: str) -> BadBag:
    return BadBag("", f"{what} is damaged, or the zip was packed by another program: unpack it and verify the folder")


def _members(central: bytes) -> Iterator[_Member]:
    place = 0
    while place < len(central):
        if len(central) - place < _CENTRAL.size:
            raise _odd("its directory")
        fields = _CENTRAL.unpack_from(central, place)
        crc, size, length, start = fields[7], fields[8], fields[10], fields[16]
        raw = central[place + _CENTRAL.size : place + _CENTRAL.size + length]
        try:
            member = _Member(raw.decode(), crc, size, start)
        except UnicodeDecodeError:
            raise _odd("its directory") from None
        again = member.central()
        if central[place : place + len(again)] != again:
            raise _odd(f"the directory entry of {member.name[:80]!r}")
        place += len(again)
        yield member
