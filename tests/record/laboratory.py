"""A log that tests grow by hand, so that they can also grow it wrongly."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from hashlib import sha256
from itertools import count
from typing import Any

from app.record import attestation, canonical, chain, checkpoint, disclosure, signers, verify
from app.record.checkpoint import Checkpoint
from app.record.keys import SigningKey

ORG = "clinic.example"


def key(name: str) -> SigningKey:
    """The test key of a name."""
    return SigningKey.from_seed(sha256(b"AZ:TESTKEY:" + name.encode()).digest())


ALICE, BOB, CAROL, LOG, LOG2, RECOVERY, FOREIGN = map(
    key, ("alice", "bob", "carol", "log-1", "log-2", "recovery", "foreign")
)

INCIDENT = {
    "affected_scopes_hash": None,
    "current_response_profile": None,
    "detected_by": "monitoring",
    "detection_time": "2026-03-01T11:52:00.000Z",
    "incident_class": "INC",
    "initial_evidence_hash": None,
    "nonce": "00" * 16,
    "opened": "2026-03-01T12:00:00.000Z",
    "org": ORG,
    "related_object_refs": [],
    "related_runbook_id": None,
    "severity": "S1",
    "status": "OPEN",
    "v": 1,
}


class Log:
    """Lines, disclosures and checkpoints of one record in the making."""

    def __init__(self, incident: dict[str, Any] | None = None) -> None:
        self.incident = canonical.encode(incident or INCIDENT)
        self.incident_id = sha256(b"AZ:INCIDENT:" + self.incident).hexdigest()
        self.head = chain.Head.start(chain.origin(ORG, self.incident_id, "a"), self.incident_id)
        self.lines: list[bytes] = []
        self.disclosures: list[tuple[int, str]] = []
        self.checkpoints: list[Checkpoint] = []
        self._salts = (sha256(b"AZ:TESTSALT:%d" % n).digest()[:16] for n in count())

    def add(
        self,
        kind: str,
        data: dict[str, Any] | None = None,
        by: SigningKey | None = ALICE,
        texts: Sequence[tuple[str, Any]] = (),
        refs: Sequence[int] = (),
        actor: str = "",
        ts: str = "",
        at: str | None = None,
        uuid: str = "",
    ) -> int:
        """Seal one entry, without a check of the rules; the seq."""
        seq = self.head.size
        draft = chain.Draft(
            kind, data or {}, tuple(texts), tuple(refs), at, uuid or f"0192b6f0-0000-7000-8000-{seq:012d}"
        )
        actor = actor or (by.fingerprint if by else LOG.fingerprint)
        ts = ts or f"2026-03-01T{12 + seq // 3600:02d}:{seq // 60 % 60:02d}:{seq % 60:02d}.000Z"
        sealed, self.head = chain.seal(draft, self.head, by, actor, ts, ORG, self._salts)
        self.put(sealed.line)
        self.disclosures += [(seq, one) for one in sealed.disclosures]
        return seq

    def put(self, line: bytes) -> None:
        """Append a line as it is (the head is the caller's affair)."""
        self.lines.append(line)

    def enrol(
        self, new: SigningKey, role: str, principal: str, by: SigningKey | None = ALICE, /, **changes: Any
    ) -> int:
        """A `key.add`."""
        return self.add("key.add", signers.key_add(new.public, role, principal, ORG) | changes, by)

    def attest(
        self, of: int, signer: SigningKey, as_: str = "approve", by: SigningKey | None = None, /, **changes: Any
    ) -> int:
        """An `attest` of entry `of`."""
        content = attestation.make(self.lines[of], as_, signer, ORG) | changes
        return self.add("attest", content, by or signer, refs=[of])

    def seal(self, *signers_: SigningKey) -> Checkpoint:
        """A checkpoint over everything so far."""
        made = checkpoint.sign(self.head.origin, self.head.size, self.head.root, signers_ or [LOG], ORG)
        self.checkpoints.append(made)
        return made

    def genesis(self, **more: Any) -> Log:
        """The ordinary first commit: Alice and Bob, one log key, one recovery key."""
        self.add("incident.open", {"incident_id": self.incident_id} | more, texts=[("title", "Server down")])
        self.enrol(LOG, "log", "log-1")
        self.enrol(RECOVERY, "recovery", "recovery")
        self.enrol(ALICE, "person", "p1")
        self.enrol(BOB, "person", "p2")
        self.seal()
        return self

    def verdict(self, trust: Sequence[SigningKey] = (LOG,), **more: Any) -> verify.Verdict:
        """What the verifier says."""
        fingerprints = frozenset(one.fingerprint for one in trust)
        return verify.verify_record(self.incident, self.lines, self.disclosures, self.checkpoints, fingerprints, **more)

    def copy(self) -> Log:
        """The same record, to be spoilt."""
        other = Log.__new__(Log)
        other.__dict__ |= self.__dict__
        other.lines, other.disclosures, other.checkpoints = self.lines[:], self.disclosures[:], self.checkpoints[:]
        return other

    def cut(self, size: int) -> Log:
        """The record as it was with `size` entries, and the checkpoints of that time."""
        other = Log()
        other.incident, other.incident_id = self.incident, self.incident_id
        head = chain.Head.start(self.head.origin, self.incident_id)
        for line in self.lines[:size]:
            leaf = sha256(b"\0" + line).digest()
            head = dataclasses.replace(head, size=head.size + 1, prev=leaf.hex(), frontier=head.frontier.push(leaf))
        other.head, other.lines = head, self.lines[:size]
        other.disclosures = [one for one in self.disclosures if one[0] < size]
        other.checkpoints = [one for one in self.checkpoints if one.size <= size]
        return other


def digest_of(log: Log, seq: int) -> str:
    """The digest of the first disclosure of an entry."""
    return next(disclosure.digest(d) for s, d in log.disclosures if s == seq)


def said(verdict, entry, words):
    """Whether the verdict is REJECTED for that entry with these words."""
    found = [problem for problem in verdict.problems if problem.entry == entry and words in problem.what]
    assert found, verdict.problems
    assert not verdict.ok
    assert verdict.verdict == "REJECTED"
    return True


def good(log, *remarks):
    """That a record is accepted, with exactly these remarks."""
    verdict = log.verdict()
    assert verdict.problems == ()
    assert len(verdict.remarks) == len(remarks), verdict.remarks
    assert all(words in found for words, found in zip(remarks, verdict.remarks, strict=True))
    assert verdict.verdict == ("VERIFIED with remarks" if remarks else "VERIFIED")
    return verdict
