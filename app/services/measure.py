"""Floors for the benchmarks: the same work with nothing of ours in it."""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from app.record import lines, sshsig
from app.record.keys import raw_public, signed
from app.record.parts import RecordParts
from app.record.verify import verify_record
from app.store import bare


class Bare:
    """A database with one table, one INSERT and one COMMIT a time."""

    def __init__(self, path: Path) -> None:
        self._connection = bare.connect(path)
        self._connection.execute("CREATE TABLE line (n INTEGER PRIMARY KEY, line BLOB NOT NULL)")

    def insert(self) -> None:
        """One row of the size of a signed line, durably."""
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.execute("INSERT INTO line (line) VALUES (?)", (b"x" * 700,))
        self._connection.execute("COMMIT")

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


@contextmanager
def bare_database(path: Path) -> Iterator[Bare]:
    """A bare database with WAL and synchronous=FULL on the same disk."""
    database = Bare(path)
    try:
        yield database
    finally:
        database.close()


def whole_verification(parts: RecordParts) -> Callable[[], None]:
    """Verify a record with everything that format version 1 asks."""

    def run() -> None:
        verify_record(parts.incident, parts.lines, parts.disclosures, parts.checkpoints)

    return run


def bare_verification(parts: RecordParts) -> Callable[[], None]:
    """Only the arithmetic: one SHA-256 a line, one Ed25519 verification a signature, in one thread."""
    whole = [(line, json.loads(line)) for line in parts.lines]
    public = {f["data"]["fp"]: raw_public(f["data"]["key"]) for _line, f in whole if f["type"] == "key.add"}
    jobs = []
    for line, fields in whole:
        message = b""
        if "sig" in fields:
            org = fields["log"].split("/")[0]
            message = sshsig.preimage(lines.unsigned(line), f"author@{org}")
            jobs.append((line, public[fields["actor"]], b64decode(fields["sig"]), message))

    def run() -> None:
        for line, key, signature, message in jobs:
            hashlib.sha256(b"\0" + line).digest()
            signed(key, signature, message)

    return run
