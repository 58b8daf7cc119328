"""A bag on its way out: files in a fixed order, each hashed as it is written, the tag manifest signed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from importlib import resources
from typing import Any, Protocol

from app.record import bagnames, bagtext, canonical, signers, sshsig
from app.record.bagtext import disclosure_line, manifest
from app.record.checkpoint import Checkpoint
from app.record.keys import SigningKey
from app.record.parts import RecordParts

_KEY_ENTRY = re.compile(rb',"type":"key\.(?:add|retire|revoke)","v":1\}\Z')
_TS = re.compile(rb',"ts":"([0-9T:.Z-]{24})","type":"[^"]*","v":1\}\Z')


class Writer(Protocol):
    """Where the files of a bag go: a folder or a zip file."""

    def put(self, name: str, chunks: Iterable[bytes]) -> tuple[str, int]:
        """Store a file; its SHA-256 in hex and its size."""

    def close(self) -> None:
        """Finish what was written."""


class Bag:
    """One bag on its way out: every file is hashed as it is written."""

    def __init__(
        self, record: RecordParts, signer: SigningKey, reports: Mapping[str, bytes], plan_files: Mapping[str, bytes]
    ) -> None:
        self.incident_id = sha256(b"AZ:INCIDENT:" + record.incident).hexdigest()
        self._record, self._signer = record, signer
        self._extra = [("reports", reports), ("plan", plan_files)]
        self._org: str = canonical.decode(record.incident)["org"]
        self._listed: dict[str, str] = {}
        self._bytes = 0
        self._key_entries: list[dict[str, Any]] = []
        self._last_ts, self._size, self._plan_hash = "", 0, ""

    def write(self, out: Writer) -> None:
        """Write every file in its fixed order."""
        record = self._record
        self._data(out, "incident.json", [record.incident])
        self._data(out, "entries.jsonl", self._lines())
        self._data(out, "disclosures.jsonl", _disclosures(record.disclosures))
        self._data(out, "allowed_signers", [signers.allowed_signers(self._key_entries, dates=True).encode()])
        self._data(out, "allowed_signers.nodates", [signers.allowed_signers(self._key_entries, dates=False).encode()])
        self._data(out, "log.vkey", [signers.vkeys(self._key_entries).encode()])
        for one in sorted(record.checkpoints, key=lambda one: one.size):
            self._checkpoint(out, one)
        for size in sorted(record.tokens):
            self._data(out, f"tsa/{size}.tsr", [record.tokens[size]])
        for digest in sorted(record.evidence):
            self._data(out, f"evidence/{digest}", record.evidence[digest]())
        for place, files in self._extra:
            for name in sorted(files):
                self._data(out, f"{place}/{name}", [files[name]])
        self._data(out, "verify.py", [standalone_verifier()])
        self._tags(out, self._facts())
        out.close()

    def _data(self, out: Writer, name: str, chunks: Iterable[bytes]) -> None:
        path = f"data/{name}"
        bagnames.check(path)
        self._listed[path], size = out.put(path, chunks)
        self._bytes += size

    def _lines(self) -> Iterator[bytes]:
        for line in self._record.lines:
            if _KEY_ENTRY.search(line):
                self._key_entries.append(canonical.decode(line))
            if not self._size:
                self._plan_hash = _plan_hash(line)
            stamp = _TS.search(line)
            self._last_ts = stamp[1].decode() if stamp else self._last_ts
            self._size += 1
            yield line + b"\n"

    def _checkpoint(self, out: Writer, one: Checkpoint) -> None:
        self._data(out, f"checkpoints/{one.size}.txt", [one.body.encode()])
        self._data(out, f"checkpoints/{one.size}.note", [one.note.encode()])
        for number, (_fp, armour) in enumerate(one.sshsigs, 1):
            self._data(out, f"checkpoints/{one.size}.txt.{number}.sig", [armour.encode()])

    def _facts(self) -> bagtext.Facts:
        added = {one["data"]["fp"]: one for one in self._key_entries if one["type"] == "key.add"}
        mine = added[self._signer.fingerprint]
        # ssh-keygen refuses a key before its valid-after: after a clock went back, the key's own time serves.
        stamp = max(self._last_ts, mine["ts"])[:19]
        newest = max(self._record.checkpoints, key=lambda one: one.size)
        return bagtext.Facts(
            origin=mine["log"],
            incident_id=self.incident_id,
            size=self._size,
            root=newest.root.hex(),
            principal=mine["data"]["principal"],
            fingerprint=self._signer.fingerprint,
            org=self._org,
            verify_time=re.sub(r"[-T:]", "", stamp) + "Z",
            recovery=next((fp for fp, one in added.items() if one["data"]["role"] == "recovery"), ""),
            last_ts=self._last_ts,
            anchors=tuple(sorted(self._record.tokens)),
            plan_hash=self._plan_hash if "data/plan/plan.json" in self._listed else "",
        )

    def _tags(self, out: Writer, facts: bagtext.Facts) -> None:
        self._data(out, "README.txt", [bagtext.readme(facts)])
        tags = {
            "bagit.txt": bagtext.DECLARATION,
            "bag-info.txt": bagtext.info(facts, self._bytes, len(self._listed)),
            "manifest-sha256.txt": manifest(self._listed),
        }
        hashes = {name: out.put(name, [content])[0] for name, content in tags.items()}
        signed = manifest(hashes)
        out.put("tagmanifest-sha256.txt", [signed])
        armour = sshsig.sign(self._signer, signed, f"bundle@{self._org}")
        out.put("tagmanifest-sha256.txt.sig", [armour.encode()])


def _plan_hash(opening: bytes) -> str:
    """The hash of the plan that entry 0 names; empty where it names none."""
    found = canonical.decode(opening).get("data", {}).get("plan_hash")
    return found if isinstance(found, str) else ""


def _disclosures(disclosures: Iterable[tuple[int, str]]) -> Iterator[bytes]:
    for seq, text in disclosures:
        yield disclosure_line(seq, text)


def standalone_verifier() -> bytes:
    """The bytes of `data/verify.py`."""
    return resources.files("app.record").joinpath("verify_standalone.py").read_bytes()
