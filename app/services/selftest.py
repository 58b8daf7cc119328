"""Is this installation complete: resources, plans, fonts, store, record and documents, tried in a scratch folder."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.domain.errors import Refused
from app.paths import resources
from app.services import exporting, incidents, journal, plans, profiles, rulebook
from app.services.session import Session
from app.services.verification import verify


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was tried, in a sentence."""

    what: str
    ok: bool


def run() -> tuple[Check, ...]:
    """Try everything that a first incident needs; nothing outside a scratch folder is touched."""
    found = [_check("fonts and icons are there", _resources), _check("the breach file's fields are there", _fields)]
    with tempfile.TemporaryDirectory(prefix="cockpit-selftest-") as scratch:
        found.append(_check("an incident is declared, signed, verified and printed", lambda: _incident(Path(scratch))))
    return tuple(found)


def _check(what: str, attempt: Callable[[], bool]) -> Check:
    try:
        return Check(what, attempt())
    except (Refused, OSError, ImportError) as error:
        return Check(f"{what}: {error}", False)


def _resources() -> bool:
    folder = resources()
    return len(list((folder / "fonts").glob("*.ttf"))) >= 4 and any((folder / "icons").glob("*.svg"))


def _fields() -> bool:
    return bool(rulebook.catalogue().minimum) and "gdpr-art33" in rulebook.regimes()


def _incident(folder: Path) -> bool:
    with Session.open(folder / "data", sample=True) as session:
        profiles.create(session, "Self Test")
        every = plans.available(session)
        for plan in every:
            worst = plans.get(session, plan.id)[0].severities[0].code
            done = incidents.declare(session, plan.id, worst, "Self-test", drill=True)
            journal.log(session, done.number, "A line")
            if not verify(session, done.incident_id).ok:
                return False
        papers = [exporting.render(session, done.incident_id, name) for name in ("postmortem", "timeline", "art33")]
        return len(every) >= 4 and all(paper.startswith(b"%PDF") for paper in papers)
