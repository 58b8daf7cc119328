"""The bag: a whole record as a folder or zip file (BagIt, RFC 8493) that strangers can check with common tools."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from app.domain.errors import Broken, Unusable
from app.record import folder, signers, sshsig
from app.record import verify as verification
from app.record.archive import TooBig, ZipWriter
from app.record.bagnames import BadBag
from app.record.bagreader import SIGNATURE, SIGNED, BagReader
from app.record.bagwriter import Bag
from app.record.canonical import OBJECT_LIMIT
from app.record.examination import Examination, Problem
from app.record.keys import SigningKey
from app.record.parts import RecordParts
from app.record.verify import REJECTED, Verdict

PLAN = "data/plan/plan.json"
__all__ = ["RecordParts", "read", "verify", "write"]


def write(
    record: RecordParts, out: Path, signer: SigningKey, reports: Mapping[str, bytes], plan_files: Mapping[str, bytes]
) -> Path:
    """Write the bag to `out`, a zip file if it ends in .zip and else a new folder; the same record, the same bytes.

    The signer is a log key in force at the end. `reports` and `plan_files` go below data/ by name.
    Unusable if the folder exists or the zip would pass 4 GiB, Broken if the disk refuses. Nothing half-written stays.
    """
    as_zip = out.suffix.lower() == ".zip"
    if out.exists() and (out.is_dir() or not as_zip):
        raise Unusable(f"{out} exists already.", "Name a new folder, or a file that ends in .zip.", code="exists")
    part = out.with_name(f".{out.name}.part")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        _remove(part)
        _write_to(part, as_zip, Bag(record, signer, reports, plan_files))
        part.replace(out)
        folder.sync(out.parent)
    except TooBig:
        raise Unusable(
            "The bag does not fit into a zip file of 4 GiB.", "Export it to a folder instead.", code="too-big"
        ) from None
    except OSError as error:
        raise Broken(
            f"The bag could not be written to {out}: {error.strerror or error}.",
            "Choose another place, or make room on the disk.",
            code="cannot-write",
        ) from error
    finally:
        _remove(part)
    return out


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    elif os.path.lexists(path):
        path.unlink()


def _write_to(part: Path, as_zip: bool, bag: Bag) -> None:
    if not as_zip:
        part.mkdir()
        bag.write(folder.FolderWriter(part))
        return
    with part.open("w+b") as file:
        bag.write(ZipWriter(file, f"incident-{bag.incident_id[:12]}"))
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def read(path: Path) -> Iterator[RecordParts]:
    """The record in a bag, for as long as the context lasts: lines, disclosures and evidence are read when asked for.

    Nothing is verified: `verify` does that. Unusable, in one sentence, for anything that is not a bag of plain files.
    """
    try:
        with _opened(path) as bag:
            yield bag.parts()
    except BadBag as error:
        raise Unusable(f"{path.name} is no readable bag: {error}.", "Ask for it again.", code="bad-bag") from error


def verify(
    path: Path,
    trust: frozenset[str] = frozenset(),
    known: Iterable[str] = (),
    progress: Callable[[int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Verdict:
    """The verdict over a bag, in which a problem with a file names it. `progress` and `cancelled` as in verify_record.

    Unusable if there is nothing at `path`, or neither a zip file nor a folder with a bag's files.
    """
    try:
        with _opened(path) as bag:
            return _verify(bag, trust, known, verification.Watch(progress, cancelled))
    except BadBag as error:
        return Verdict(REJECTED, False, 0, "", (), (Problem(None, str(error)),), ())


def _opened(path: Path) -> BagReader:
    try:
        if not path.exists():
            raise Unusable(f"There is no {path}.", "Name a bag: a zip file or an unpacked folder.", code="no-file")
        is_bag = (path / "data").is_dir() or (path / SIGNED).is_file() if path.is_dir() else _is_zip(path)
        if not is_bag:
            raise Unusable(f"{path} is not a bag.", "Name a zip file or folder made by `export`.", code="not-a-bag")
        return BagReader(path)
    except OSError as error:
        raise Unusable(
            f"{path} cannot be read: {error.strerror or error}.", "Check the file's permissions.", code="cannot-read"
        ) from error


def _is_zip(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return path.suffix.lower() == ".zip" or file.read(2) == b"PK"


def _verify(bag: BagReader, trust: frozenset[str], known: Iterable[str], watch: verification.Watch) -> Verdict:
    changes = [Problem(None, str(one)) for one in bag.changes(watch.pause)]
    try:
        parts = bag.parts()
        found = verification.verify_record(
            parts.incident,
            parts.lines,
            parts.disclosures,
            parts.checkpoints,
            trust,
            watch.progress,
            watch.cancelled,
            evidence=lambda digest: parts.evidence[digest]() if digest in parts.evidence else None,
            tokens=parts.tokens,
            known=known,
            besides=lambda case: _check_bag(bag, parts, case),
        )
    except BadBag as error:
        return Verdict(REJECTED, False, 0, "", (), (*changes, Problem(None, str(error))), ())
    if not changes:
        return found
    problems = (*found.problems, *(one for one in changes if one not in found.problems))
    return Verdict(REJECTED, False, found.size, found.root, found.signers, problems, found.remarks)


def _check_bag(bag: BagReader, parts: RecordParts, case: Examination) -> None:
    """What holds for a bag beyond its record: who signed it, and files that follow from the entries."""
    try:
        _check_signature(bag, case)
        follows = {
            "data/allowed_signers": signers.allowed_signers(case.key_entries, dates=True),
            "data/allowed_signers.nodates": signers.allowed_signers(case.key_entries, dates=False),
            "data/log.vkey": signers.vkeys(case.key_entries),
        }
        for name, text in follows.items():
            if bag.text(name) != text:
                case.report(None, f"{name}: does not follow from the entries")
        _check_plan(bag, case)
    except BadBag as error:
        case.report(None, str(error))
    unnamed = sorted(parts.evidence.keys() - case.contents.evidence.keys())
    case.remarks += [f"data/evidence/{digest}: no disclosed entry names this file" for digest in unnamed]


def _check_plan(bag: BagReader, case: Examination) -> None:
    """Whether the plan in the bag is the one whose hash entry 0 names."""
    if case.plan_hash is None:
        return
    if PLAN not in bag.names:
        case.remarks.append(f"{PLAN} is absent: the plan that entry 0 names is not in the bag")
    elif sha256(b"AZ:PLAN:" + bag.read(PLAN, OBJECT_LIMIT)).hexdigest() != case.plan_hash:
        case.report(None, f"{PLAN}: is not the plan that entry 0 names")


def _check_signature(bag: BagReader, case: Examination) -> None:
    org = case.roll.org
    try:
        fp = sshsig.verify(bag.text(SIGNATURE), bag.read(SIGNED, 64 << 20), f"bundle@{org}")
    except sshsig.BadSignature as error:
        raise BadBag(SIGNATURE, str(error)) from error
    member = case.roll.members.get(fp)
    if member is None or f"bundle@{org}" not in member.namespaces or not member.in_force(case.trail.size):
        raise BadBag(SIGNATURE, "is not by a log key in force at the end of the record")
