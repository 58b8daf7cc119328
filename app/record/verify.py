"""Verification of a whole record: chain, tree, keys, signatures, checkpoints and disclosures, problem by problem."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from app.domain.errors import NotAllowed
from app.record import canonical, lines
from app.record.checkpoint import Checkpoint
from app.record.examination import Examination, Problem
from app.record.signatures import Signatures

VERIFIED, REMARKS, REJECTED = "VERIFIED", "VERIFIED with remarks", "REJECTED"
"""The three verdicts."""

Evidence = Callable[[str], Iterable[bytes] | None]
"""The chunks of the evidence file of a hash, or None where it is not at hand."""

_STEP = 1_000
_INCIDENT_FIELDS = {
    "affected_scopes_hash",
    "current_response_profile",
    "detected_by",
    "detection_time",
    "incident_class",
    "initial_evidence_hash",
    "nonce",
    "opened",
    "org",
    "related_object_refs",
    "related_runbook_id",
    "severity",
    "status",
    "v",
}
_NONCE = re.compile(r"[0-9a-f]{32}")


class Cancelled(NotAllowed):
    """The verification was stopped before it came to a verdict."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What verification found: size, root in hex, the fingerprints of the roll, problems by entry, and remarks."""

    verdict: str
    ok: bool
    size: int
    root: str
    signers: tuple[str, ...]
    problems: tuple[Problem, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Watch:
    """The caller's wish to see progress and to stop."""

    progress: Callable[[int], None] | None
    cancelled: Callable[[], bool] | None

    def pause(self) -> None:
        """Stop here if the caller wants it (Cancelled)."""
        if self.cancelled is not None and self.cancelled():
            raise Cancelled("The verification was stopped.", "Start it again to get a verdict.", code="cancelled")

    def look(self, number: int) -> None:
        """The same, and tell how many entries were read."""
        self.pause()
        if self.progress is not None:
            self.progress(number)


def verify_record(
    incident_json: bytes,
    record: Iterable[bytes],
    disclosures: Iterable[tuple[int, str]],
    checkpoints: Iterable[Checkpoint],
    trust: frozenset[str] = frozenset(),
    progress: Callable[[int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    evidence: Evidence | None = None,
    tokens: Mapping[int, bytes] | None = None,
    known: Iterable[str] = (),
    besides: Callable[[Examination], None] | None = None,
) -> Verdict:
    """The verdict over the exact bytes of a record.

    `trust` holds fingerprints learnt elsewhere; `tokens` the time stamps by size; `known` signed notes seen
    earlier. `progress` gets the number of entries read, about every thousand; `cancelled` is asked as often
    (raises Cancelled). Without `evidence` or `tokens` those files are not looked for.
    `besides` may add to what was found.
    """
    opened = _read_incident(incident_json)
    if isinstance(opened, Problem):
        return Verdict(REJECTED, False, 0, "", (), (opened,), ())
    watch = Watch(progress, cancelled)
    with Signatures() as signatures:
        case = Examination(*opened, checkpoints, known, signatures)
        for number, line in enumerate(record, 1):
            case.take(line)
            if number % _STEP == 0:
                watch.look(number)
        case.finish()
        case.remarks += case.contents.check(disclosures)
        if evidence is not None:
            _check_evidence(case, evidence, watch)
    if tokens is not None:
        case.check_tokens(tokens)
    case.check_trust(trust)
    if besides is not None:
        besides(case)
    watch.look(case.trail.size)
    for seq, what in signatures.failures:
        case.report(seq, what)
    return _verdict(case)


def _read_incident(raw: bytes) -> tuple[str, str] | Problem:
    """Organisation and incident id of `incident.json`, or what is wrong with it."""
    try:
        fields: Any = canonical.decode(raw)
    except canonical.NotCanonical as error:
        return Problem(None, f"incident.json: {error}")
    if not isinstance(fields, dict) or fields.keys() - {"metadata_hash"} != _INCIDENT_FIELDS:
        return Problem(None, "incident.json does not have the fields of format version 1")
    if type(fields["v"]) is not int or fields["v"] != 1:
        return Problem(None, "incident.json is not of format version 1")
    org, nonce = fields["org"], fields["nonce"]
    if not (isinstance(org, str) and lines.ORG.fullmatch(org) and isinstance(nonce, str) and _NONCE.fullmatch(nonce)):
        return Problem(None, "incident.json: org or nonce is malformed")
    return org, sha256(b"AZ:INCIDENT:" + raw).hexdigest()


def _check_evidence(case: Examination, evidence: Evidence, watch: Watch) -> None:
    for digest, (seq, size) in case.contents.evidence.items():
        chunks = evidence(digest)
        if chunks is None:
            case.remarks.append(f"entry {seq}: the evidence file {digest} is absent")
            continue
        found, length = sha256(), 0
        for chunk in chunks:
            watch.pause()
            found.update(chunk)
            length += len(chunk)
        if (found.hexdigest(), length) != (digest, size):
            case.report(seq, f"the evidence file {digest} is not what was recorded")


def _verdict(case: Examination) -> Verdict:
    problems = tuple(sorted(dict.fromkeys(case.problems), key=lambda one: (one.entry is None, one.entry or 0)))
    word = REJECTED if problems else REMARKS if case.remarks else VERIFIED
    root = case.trail.root.hex()
    return Verdict(word, not problems, case.trail.size, root, case.signers, problems, tuple(case.remarks))
