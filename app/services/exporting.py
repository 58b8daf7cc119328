"""Documents and bundles: what leaves the machine, made from the record as it stands."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain import entries as e
from app.domain.checklists import checklists
from app.domain.clocks import clocks
from app.domain.dossier import Dossier, Seal
from app.domain.entries import Entry
from app.domain.errors import NotAllowed, Unusable
from app.domain.gates import gates
from app.domain.wording import is_row
from app.record import bundle
from app.services import reading, regulatory
from app.services.files import write_whole
from app.services.looks import as_known_at, look
from app.services.recorder import Act, Recorded, record
from app.services.rows import row_of
from app.services.session import Session
from app.services.tracked import Look
from app.services.verification import record_parts, verify

if TYPE_CHECKING:
    from app.reports.catalog import Report

BUNDLE = "bundle"
INTERNAL = "internal"


def report_list() -> list[dict[str, object]]:
    """Every document that can be exported."""
    from app.reports.catalog import REPORTS

    listed: list[dict[str, object]] = [
        {"name": name, "title": report.title, "audiences": list(report.audiences)} for name, report in REPORTS.items()
    ]
    return [*listed, {"name": BUNDLE, "title": "The record as a bag that strangers can verify", "audiences": []}]


def reports() -> Iterable[Report]:
    """The documents themselves."""
    from app.reports.catalog import REPORTS

    return REPORTS.values()


def report_named(name: str) -> Report:
    """The document of that name."""
    from app.reports.catalog import REPORTS

    if name not in REPORTS:
        raise Unusable(
            f"There is no report {name[:40]!r}.", f"Reports: {', '.join([*REPORTS, BUNDLE])}.", code="unknown-report"
        )
    return REPORTS[name]


def render(session: Session, number: str, name: str, audience: str | None = None, at: datetime | None = None) -> bytes:
    """The document's bytes. Writing it out is not handing it out: nothing is recorded."""
    report = report_named(name)
    if audience is not None and audience not in report.audiences:
        raise Unusable(
            f"The {report.title} is not made for {audience[:40]!r}.",
            f"Audiences: {', '.join(report.audiences)}.",
            code="unknown-audience",
        )
    seen = as_known_at(session, number, at) if at else look(session, number)
    return report.render(dossier(session, seen, audience or report.audiences[0], at))


def file_name(session: Session, number: str, name: str) -> str:
    """The name under which a document of an incident is offered."""
    return report_named(name).file_name(dossier(session, look(session, number)))


def dossier(session: Session, seen: Look, audience: str = INTERNAL, at: datetime | None = None) -> Dossier:
    """What a document is made from, as of now or of an earlier moment."""
    now = at or session.now()
    plan, view = seen.plan, seen.view
    with session.store.read() as read:
        upto = seen.seal_size - 1
        own = read.disclosures(view.incident_id, -1, upto)
        every = list(reading.entries(read.lines(view.incident_id, -1, upto), own))
    listed = [entry for entry in every if is_row(entry)]
    rows = tuple(row_of(entry, number, plan, view) for number, entry in enumerate(listed))
    running = clocks(plan, view, now)
    return Dossier(
        plan=plan,
        view=view,
        rows=rows,
        clocks=running,
        gates=gates(plan, view, running, now),
        checklists=checklists(plan, view, now),
        seal=seal(seen, every),
        made_at=now,
        zone=regulatory.profile_zone(session) if view.opening.zone == "UTC" else view.opening.zone,
        organisation=regulatory.organisation_profile(session),
        packet=regulatory.packet(session, view, now),
        audience=audience,
    )


def seal(seen: Look, every: Iterable[Entry]) -> Seal:
    """The seal that documents quote, with the log's and the recovery key as the record names them."""
    added = {entry.data["role"]: entry.data["fp"] for entry in every if entry.type == "key.add"}
    return Seal(seen.origin, seen.seal_size, seen.seal_root, added["log"], added.get("recovery", ""))


def export(session: Session, number: str, name: str, out: Path, audience: str | None = None) -> str:
    """Write a document or bundle to a file, after verifying the record whole; returns its SHA-256."""
    if out.is_dir() and name != BUNDLE:
        raise Unusable(f"{out} is a folder.", "Name a file in it with -o.", code="is-folder")
    if name == BUNDLE:
        return export_bundle(session, number, out)
    content = verified(session, number, name, audience)
    write_whole(out, content)
    return hashlib.sha256(content).hexdigest()


def export_bundle(session: Session, number: str, out: Path) -> str:
    """Write the record as a BagIt bag (a folder, or a zip by its name), after verifying it whole."""
    seen = look(session, number)
    _need_verified(session, number)
    papers = {f"{name}.pdf": render(session, number, name) for name in ("postmortem", "timeline")}
    parts = record_parts(session, seen.view.incident_id)
    with session.store.read() as read:
        plan = read.plan(seen.plan_hash) or b""
    bundle.write(parts, out, session.keychain.log(seen.origin), reports=papers, plan_files={"plan.json": plan})
    return hashlib.sha256(out.read_bytes()).hexdigest() if out.is_file() else ""


def verified(session: Session, number: str, name: str, audience: str | None = None) -> bytes:
    """The document's bytes as they may leave the house: NotAllowed where the record itself does not verify."""
    report_named(name)
    _need_verified(session, number)
    return render(session, number, name, audience)


def _need_verified(session: Session, number: str) -> None:
    verdict = verify(session, number)
    if not verdict.ok:
        raise NotAllowed(
            "The record does not verify, so it is not handed out as if it did.",
            "Run verify to see what is wrong, and restore a backup.",
            code="not-verified",
            missing=tuple(problem.what for problem in verdict.problems),
        )


def handed_out(
    session: Session,
    number: str,
    name: str,
    sha256: str,
    audience: str = "",
    *,
    at: datetime | None = None,
    said_by: str | None = None,
) -> Recorded:
    """Record that a person handed a document out."""

    def make(seen: Look) -> tuple[Act, ...]:
        return (Act(e.Exported(name, sha256, seen.seal_size, audience), at=at, said_by=said_by),)

    return record(session, number, make)[0]
