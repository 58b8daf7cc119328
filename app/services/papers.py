"""Is this PDF ours, and does the record bear it out: its seal is looked up and the document is made again."""

from __future__ import annotations

import re
from base64 import b64decode
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from app.domain.errors import Broken, Unusable
from app.domain.instants import from_text
from app.record.examination import Problem
from app.record.verify import REJECTED, Verdict
from app.services import exporting, looks, verification
from app.services.files import unreadable
from app.services.session import Session
from app.services.tracked import Look

LIMIT = 64 * 1024 * 1024
# With its name and its bracket, which no title or name can hold: in a PDF's texts brackets are escaped.
_STAMP = re.compile(
    rb"/Keywords \(incident ([0-9a-f]{64}), entries (\d{1,15}), root ([A-Za-z0-9+/]{43}=), "
    rb"audience ([a-z]{1,20}), made (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)\)"
)
_RACE = timedelta(seconds=2)
"""An entry that somebody else records while a document is being made is not in it."""


@dataclass(frozen=True, slots=True)
class _Stamp:
    """What our documents say of themselves: incident, size and root of the record, audience, moment."""

    incident_id: str
    size: int
    root: str
    audience: str
    made: str


def verify_paper(session: Session, path: Path, trust: frozenset[str] = frozenset()) -> Verdict:
    """The verdict over the record here that a document quotes, rejected unless the record bears the document out.

    The record is verified whole first: a text changed in the database would make the same forged document again.
    Then it must have had that root at that size by that moment, and give the same document, byte for byte.
    """
    content = _content(path)
    stamp = _stamp(content, path)
    try:
        found = verification.verify(session, stamp.incident_id, trust)
    except Unusable as missing:
        raise Unusable(
            "The record that this document quotes is not in this data folder.",
            "Verify the bag that came with it, or use --home.",
            code="unknown-incident",
        ) from missing
    why = _fault(session, stamp, content) if found.ok else None
    problems = (*found.problems, *([Problem(None, why)] if why else []))
    verdict = REJECTED if problems else found.verdict
    root = b64decode(stamp.root).hex()
    return Verdict(verdict, not problems, stamp.size, root, found.signers, problems, found.remarks)


def _fault(session: Session, stamp: _Stamp, content: bytes) -> str | None:
    """Why a record that verifies does not bear the document out; None where it does."""
    seen = looks.as_of_size(session, stamp.incident_id, stamp.size)
    if seen is None or seen.seal_root != stamp.root:
        return f"the record never had the root that the document quotes for {stamp.size} entries"
    made, view = from_text(stamp.made), seen.view
    if made < view.last_ts:
        # Whoever dates a document back makes a late notification look timely.
        return f"the document says that it was made before entry {stamp.size - 1}, which it holds, was recorded"
    if looks.as_known_at(session, stamp.incident_id, max(made - _RACE, view.declared_ts)).seal_size > stamp.size:
        return f"the document leaves out entries from {stamp.size} on, which were recorded before it was made"
    if not _made_again(session, seen, stamp, content):
        return (
            "the record has the quoted seal, but the document cannot be made again from it: it was changed, or made "
            "with another organisation profile or version, or before a text was erased"
        )
    return None


def _made_again(session: Session, seen: Look, stamp: _Stamp, content: bytes) -> bool:
    made = from_text(stamp.made)
    likely = [
        report for report in exporting.reports() if report.suffix == ".pdf" and stamp.audience in report.audiences
    ]
    dossier = exporting.dossier(session, seen, stamp.audience, made)
    return any(report.render(dossier) == content for report in likely)


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > LIMIT:
            raise Unusable(f"{path} is too large to be one of our documents.", "", code="too-large")
        return path.read_bytes()
    except OSError as error:
        raise unreadable(path, error) from error


def _stamp(content: bytes, path: Path) -> _Stamp:
    found = _STAMP.findall(content) if content.startswith(b"%PDF-") else []
    if len(found) != 1:
        raise Unusable(
            f"{path} is not a document of this program.", "Name a bag, a PDF of ours, or a number.", code="not-ours"
        )
    incident_id, size, root, audience, made = (part.decode() for part in found[0])
    try:
        from_text(made)
    except ValueError as error:
        raise Broken(f"{path} names no moment.", "It was changed.", code="not-ours") from error
    return _Stamp(incident_id, int(size), root, audience, made)
