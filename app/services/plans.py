"""Plans at hand: what ships is imported into the store as canonical JSON, and that is what runs."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from app.domain.errors import Unusable
from app.domain.plan import Plan
from app.paths import resources
from app.record import canonical
from app.services.session import Session

_SHIPPED = "plans.shipped"


@dataclass(frozen=True, slots=True)
class PlanSummary:
    """A plan that can be declared under."""

    id: str
    title: str
    version: str
    hash: str


def available(session: Session) -> tuple[PlanSummary, ...]:
    """Every plan at hand, the newest version of each, by id."""
    import_shipped(session)
    with session.store.read() as read:
        newest = {row.id: row for row in read.plans()}
        return tuple(
            PlanSummary(row.id, _title(read.plan(row.hash) or b""), row.version, row.hash)
            for _id, row in sorted(newest.items())
        )


def get(session: Session, plan_id: str) -> tuple[Plan, str]:
    """A plan and its hash by id. Unusable when there is none of that name."""
    for summary in available(session):
        if summary.id == plan_id:
            return by_hash(session, summary.hash), summary.hash
    names = ", ".join(summary.id for summary in available(session))
    raise Unusable(f"There is no plan {plan_id!r}.", f"Plans: {names}.", code="unknown-plan")


def by_hash(session: Session, plan_hash: str) -> Plan:
    """The plan version that an incident was declared under."""
    with session.store.read() as read:
        stored = read.plan(plan_hash)
    if stored is None:
        raise Unusable(f"The plan {plan_hash[:12]} is missing from the store.", "Import it again.", code="no-plan")
    return _built(stored)


def as_json(session: Session, plan_id: str) -> dict[str, Any]:
    """The plan as JSON: `id, title, version, hash, severities[{code, rank, title, …}]` and every text."""
    plan, plan_hash = get(session, plan_id)
    with session.store.read() as read:
        whole: dict[str, Any] = json.loads(read.plan(plan_hash) or b"{}")
    ranked = [{**level, "rank": rank} for rank, level in enumerate(whole["severities"], 1)]
    head = {"id": plan.id, "title": plan.identity.title, "version": plan.identity.version, "hash": plan_hash}
    return {**head, **whole, "severities": ranked}


def import_folder(session: Session, folder: Path) -> PlanSummary:
    """Validate a plan folder and keep it. Unusable with file and line when it is no plan."""
    from app.plans import load

    plan = load.load_folder(folder)
    plan_hash = _keep(session, plan)
    return PlanSummary(plan.id, plan.identity.title, plan.identity.version, plan_hash)


def validate(path: Path) -> Plan:
    """The plan of a folder, or Unusable with the line at fault."""
    from app.plans import load

    return load.load_folder(path)


def differences(session: Session, first: str, second: str) -> tuple[str, ...]:
    """What changed from one plan to the other (id, hash or folder), one sentence each."""
    from app.plans import diff

    return tuple(diff.diff(_named(session, first), _named(session, second)))


def _named(session: Session, name: str) -> Plan:
    if Path(name).is_dir():
        return validate(Path(name))
    with session.store.read() as read:
        stored = read.plan(name)
    return _built(stored) if stored is not None else get(session, name)[0]


def import_shipped(session: Session) -> None:
    """Bring the shipped plans into the store, once per change of their files."""
    if session.store.read_only:
        return
    digest = _shipped_digest()
    with session.store.read() as read:
        if read.setting(_SHIPPED) == digest:
            return
    from app.plans import catalog, load

    for _plan_id, folder in catalog.shipped():
        _keep(session, load.load_folder(folder))
    with session.store.write() as write:
        write.put_setting(_SHIPPED, digest)


def _keep(session: Session, plan: Plan) -> str:
    from app.plans import load

    content = load.to_json(plan)
    plan_hash = canonical.tagged_hash("AZ:PLAN:", content)
    with session.store.write() as write:
        write.put_plan(plan_hash, plan.id, plan.identity.version, canonical.encode(content, canonical.OBJECT_LIMIT))
    return plan_hash


@lru_cache(maxsize=32)
def _built(stored: bytes) -> Plan:
    from app.plans import load

    return load.from_json(json.loads(stored))


def _title(stored: bytes) -> str:
    return str(json.loads(stored)["identity"]["title"])


@lru_cache(maxsize=1)
def _shipped_digest() -> str:
    digest = hashlib.sha256()
    folder = resources() / "plans"
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
