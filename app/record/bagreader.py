"""A bag that came from outside: its files are looked at, never trusted, and nothing is unpacked to disk."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Protocol, Self

from app.record import bagtext, canonical, checkpoint
from app.record.archive import ZipReader
from app.record.bagnames import BadBag
from app.record.canonical import LINE_LIMIT, NotCanonical
from app.record.checkpoint import BadCheckpoint, Checkpoint
from app.record.folder import FolderReader
from app.record.parts import Opener, RecordParts

TAGS = ("bag-info.txt", "bagit.txt", "manifest-sha256.txt")
SIGNED, SIGNATURE = "tagmanifest-sha256.txt", "tagmanifest-sha256.txt.sig"
_MANIFEST = "manifest-sha256.txt"
_MANIFEST_LIMIT = 64 << 20
_SMALL = 1 << 20
_DISCLOSURE_LIMIT = 1 << 20
_MANIFEST_LINE = re.compile(r"([0-9a-f]{64})  (\S.*)")
_REQUIRED = ("incident.json", "entries.jsonl", "disclosures.jsonl", "allowed_signers", "log.vkey")
_PAYLOAD = re.compile(
    r"data/(?:incident\.json|entries\.jsonl|disclosures\.jsonl|allowed_signers(?:\.nodates)?|log\.vkey"
    r"|README\.txt|verify\.py|checkpoints/\d{1,16}\.(?:note|txt(?:\.\d{1,4}\.sig)?)|tsa/\d{1,16}\.tsr"
    r"|evidence/[0-9a-f]{64}|(?:plan|reports)/.+)",
    re.ASCII,
)
_ARMOUR = re.compile(r"data/checkpoints/(\d+)\.txt\.(\d+)\.sig", re.ASCII)
_NOTE = re.compile(r"data/checkpoints/(\d+)\.note", re.ASCII)
_TOKEN = re.compile(r"data/tsa/(\d+)\.tsr", re.ASCII)


class _Files(Protocol):
    @property
    def names(self) -> tuple[str, ...]: ...

    def chunks(self, name: str) -> Iterator[bytes]: ...
    def close(self) -> None: ...


class BagReader:
    """The files of a bag in a folder or zip file; BadBag when they cannot even be listed."""

    def __init__(self, path: Path) -> None:
        self._files: _Files = FolderReader(path) if path.is_dir() else ZipReader(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._files.close()

    @property
    def names(self) -> tuple[str, ...]:
        """The files by name."""
        return self._files.names

    def read(self, name: str, limit: int = _SMALL) -> bytes:
        """A small file whole; BadBag if it is missing or larger than `limit`."""
        if name not in self._files.names:
            raise BadBag(name, "is missing")
        content = b""
        for chunk in self._files.chunks(name):
            content += chunk
            if len(content) > limit:
                raise BadBag(name, "is larger than any such file")
        return content

    def text(self, name: str, limit: int = _SMALL) -> str:
        """The same as UTF-8."""
        try:
            return self.read(name, limit).decode()
        except UnicodeDecodeError:
            raise BadBag(name, "is not UTF-8") from None

    def changes(self, look: Callable[[], None]) -> Iterator[BadBag]:
        """Every file that is missing, not listed, or not the one that was packed; `look` is called now and then."""
        yield from self._compare(SIGNED, set(TAGS), look)
        payload = {name for name in self._files.names if name.startswith("data/")}
        yield from self._compare(_MANIFEST, payload, look)
        for name in sorted({*self._files.names} - payload - {*TAGS, SIGNED, SIGNATURE}):
            yield BadBag(name, "is not listed in any manifest")
        for name in sorted(payload):
            if not _PAYLOAD.fullmatch(name):
                yield BadBag(name, "has no place in a bag")
        for name in _REQUIRED:
            if f"data/{name}" not in payload:
                yield BadBag(f"data/{name}", "is missing")

    def _compare(self, listing: str, expected: set[str], look: Callable[[], None]) -> Iterator[BadBag]:
        try:
            listed = _read_manifest(listing, self.text(listing, _MANIFEST_LIMIT))
        except BadBag as error:
            yield error
            return
        for name in sorted(expected - listed.keys()):
            yield BadBag(name, f"is not listed in {listing}")
        for name in sorted(listed):
            if name not in self._files.names:
                yield BadBag(name, "is missing")
            elif name not in expected:
                yield BadBag(name, f"does not belong in {listing}")
            else:
                yield from self._changed(name, listed[name], look)

    def _changed(self, name: str, wanted: str, look: Callable[[], None]) -> Iterator[BadBag]:
        digest = sha256()
        try:
            for chunk in self._files.chunks(name):
                look()
                digest.update(chunk)
        except BadBag as error:
            yield error
            return
        if digest.hexdigest() != wanted:
            yield BadBag(name, "was changed")

    def parts(self) -> RecordParts:
        """The record in the bag, not yet verified; BadBag if its files are not even of the right form."""
        incident = self.read("data/incident.json", LINE_LIMIT)
        try:
            org = canonical.decode(incident)["org"]
        except (NotCanonical, TypeError, KeyError):
            org = ""
        return RecordParts(
            incident=incident,
            lines=_Lines(self, "data/entries.jsonl", LINE_LIMIT),
            disclosures=_Disclosures(_Lines(self, "data/disclosures.jsonl", _DISCLOSURE_LIMIT)),
            checkpoints=tuple(self._checkpoints(str(org))),
            evidence={name[14:]: self._opener(name) for name in self._files.names if name.startswith("data/evidence/")},
            tokens={int(found[1]): self.read(found[0]) for found in self._found(_TOKEN)},
        )

    def _found(self, pattern: re.Pattern[str]) -> list[re.Match[str]]:
        return [found for name in self._files.names if (found := pattern.fullmatch(name))]

    def _opener(self, name: str) -> Opener:
        return partial(self._files.chunks, name)

    def _checkpoints(self, org: str) -> Iterator[Checkpoint]:
        armours: dict[str, list[str]] = {}
        for found in sorted(self._found(_ARMOUR), key=lambda found: int(found[2])):
            armours.setdefault(found[1], []).append(self.text(found[0]))
        for found in self._found(_NOTE):
            size = found[1]
            try:
                made = checkpoint.parse(self.text(found[0]), armours.get(size, []), org)
            except BadCheckpoint as error:
                raise BadBag(f"data/checkpoints/{size}", str(error)) from error
            if str(made.size) != size or self.text(f"data/checkpoints/{size}.txt") != made.body:
                raise BadBag(f"data/checkpoints/{size}.txt", "is not the text of its note")
            yield made

    def chunks(self, name: str) -> Iterator[bytes]:
        """The content of a file; BadBag if it is missing."""
        if name not in self._files.names:
            raise BadBag(name, "is missing")
        return self._files.chunks(name)


def _read_manifest(name: str, text: str) -> dict[str, str]:
    if not text.endswith("\n"):
        raise BadBag(name, "does not end with a line feed")
    listed = {}
    for line in text[:-1].split("\n"):
        found = _MANIFEST_LINE.fullmatch(line)
        if found is None or found[2] in listed:
            raise BadBag(name, "has a malformed line")
        listed[found[2]] = found[1]
    if bagtext.manifest(listed).decode() != text:
        raise BadBag(name, "is not sorted")
    return listed


class _Lines:
    """The lines of a file without their line feeds, read again for every iteration."""

    def __init__(self, bag: BagReader, name: str, limit: int) -> None:
        self._bag, self.name, self._limit = bag, name, limit

    def __iter__(self) -> Iterator[bytes]:
        rest = b""
        for chunk in self._bag.chunks(self.name):
            *whole, rest = (rest + chunk).split(b"\n")
            yield from whole
            if len(rest) > self._limit:
                raise BadBag(self.name, "has an endless line")
        if rest:
            yield rest
            raise BadBag(self.name, "does not end with a line feed")


class _Disclosures:
    """The disclosures of a bag as (seq, string)."""

    def __init__(self, lines: Iterable[bytes]) -> None:
        self._lines = lines

    def __iter__(self) -> Iterator[tuple[int, str]]:
        for number, line in enumerate(self._lines, 1):
            name = f"data/disclosures.jsonl, line {number}"
            try:
                one = canonical.decode(line, limit=_DISCLOSURE_LIMIT)
            except NotCanonical as error:
                raise BadBag(name, str(error)) from error
            if not isinstance(one, dict) or one.keys() != {"d", "seq"}:
                raise BadBag(name, "is not d and seq")
            if type(one["d"]) is not str or type(one["seq"]) is not int:
                raise BadBag(name, "is not d and seq")
            yield one["seq"], one["d"]
