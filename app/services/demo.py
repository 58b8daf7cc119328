"""The sample incident: played through the same verbs as a real one, on a simulated clock, in its own folder."""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.domain import scribe
from app.domain.errors import NotAllowed, Unusable
from app.domain.instants import to_text
from app.paths import private_folder, resources
from app.services import (
    attestation,
    exporting,
    incidents,
    journal,
    lifecycle,
    postmortem,
    profiles,
    regulatory,
    roster,
    tasks,
    updates,
)
from app.services.files import write_whole
from app.services.session import SAMPLE_NOW, SAMPLE_PASSPHRASE, Session
from app.services.verification import verify

MARKER = "sample.txt"
_SAMPLE = "clinic.toml"
_NOTE = "This folder holds the sample incident. Everything in it is invented and may be deleted.\n"


@dataclass(slots=True)
class SimulatedClock:
    """A clock that stands where it is put; it never goes back."""

    moment: datetime

    def __call__(self) -> datetime:
        return self.moment

    def put(self, moment: datetime) -> None:
        """Move on. ValueError for a moment before the present one."""
        if moment < self.moment:
            raise ValueError("a simulated clock does not go back")
        self.moment = moment.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class _Stage:
    """What the acts need: the session, the number once there is one, and the people by id."""

    session: Session
    people: dict[str, str]
    zone: str
    note: str
    plan: str

    def at(self, act: dict[str, Any]) -> dict[str, Any]:
        """When it happened and who said it."""
        return {"at": act.get("at"), "said_by": self.people.get(act.get("said_by", ""), act.get("said_by"))}


def play(out: Path) -> tuple[Path, ...]:
    """Play the sample into `out`/data and write every document and the bag beside it.

    Unusable for a folder with anything but an earlier sample: what is there is replaced.
    """
    if out.is_dir() and any(out.iterdir()) and not is_sample(out / "data"):
        raise _not_ours(out)
    private_folder(out)
    with make(out / "data") as session:
        number = incidents.board(session)[0].number
        return _papers(session, number, out)


def make(folder: Path) -> Session:
    """A fresh data folder with the sample incident, and a session in it at the sample's own present."""
    script = tomllib.loads((resources() / "samples" / _SAMPLE).read_text(encoding="utf-8"))
    _clear(folder)
    private_folder(folder)
    write_whole(folder / MARKER, _NOTE.encode())
    acts = script["acts"]
    clock = SimulatedClock(acts[0]["recorded"].astimezone(UTC))
    session = Session.open(folder, clock=clock, sample=True)
    session.zone = script["sample"]["zone"]
    _prepare(session, script)
    stage = _Stage(
        session,
        {person["id"]: person["name"] for person in script["persons"]},
        script["sample"]["zone"],
        script["sample"]["note"],
        script["sample"]["plan"],
    )
    number = ""
    for act in acts:
        clock.put(act["recorded"])
        session.sign_in(stage.people[act["by"]])
        number = _ACTS[act["verb"]](stage, number, act) or number
    clock.put(script["sample"]["now"])
    return session


def is_sample(folder: Path) -> bool:
    """Whether a folder holds the sample incident."""
    return (folder / MARKER).is_file()


def _clear(folder: Path) -> None:
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    if not is_sample(folder):
        raise _not_ours(folder)
    shutil.rmtree(folder)


def _not_ours(folder: Path) -> Unusable:
    return Unusable(f"{folder} holds something else than the sample.", "Choose another folder.", code="not-empty")


def _prepare(session: Session, script: dict[str, Any]) -> None:
    with session.store.write() as write:
        write.put_setting(SAMPLE_NOW, to_text(script["sample"]["now"]))
    for field, value in script["organisation"].items():
        regulatory.set_organisation(session, field, value)
    for person in script["persons"]:
        if person.get("key"):
            profiles.create(session, person["name"], person.get("role", ""), SAMPLE_PASSPHRASE)


def _declare(stage: _Stage, _number: str, act: dict[str, Any]) -> str:
    done = incidents.declare(
        stage.session,
        stage.plan,
        act["severity"],
        act["title"],
        summary=f"{act['summary']} {stage.note}",
        detected_at=act.get("detected_at"),
        detected_by=act.get("detected_by"),
        zone=stage.zone,
        **stage.at(act),
    )
    return done.number


def _log(stage: _Stage, number: str, act: dict[str, Any]) -> None:
    line = scribe.Line(act["text"], act.get("at"), stage.at(act)["said_by"], act.get("mark", ""))
    journal.log_parsed(stage.session, number, line)


def _role(stage: _Stage, number: str, act: dict[str, Any]) -> None:
    roster.assign(stage.session, number, act["role"], stage.people[act["holder"]], **stage.at(act))


_Act = Callable[[_Stage, str, dict[str, Any]], str | None]


def _quiet(verb: Callable[[_Stage, str, dict[str, Any]], object]) -> _Act:
    def run(stage: _Stage, number: str, act: dict[str, Any]) -> None:
        verb(stage, number, act)

    return run


_ACTS: dict[str, _Act] = {
    "declare": _declare,
    "log": _quiet(_log),
    "role": _quiet(_role),
    "ack": _quiet(lambda s, n, a: lifecycle.acknowledge(s.session, n, **s.at(a))),
    "decide": _quiet(lambda s, n, a: journal.decide(s.session, n, a["text"], a.get("reason"), **s.at(a))),
    "task_tick": _quiet(lambda s, n, a: tasks.tick(s.session, n, a["task"], **s.at(a))),
    "aware": _quiet(lambda s, n, a: regulatory.aware(s.session, n, a["reason"], **s.at(a))),
    "breach_set": _quiet(lambda s, n, a: regulatory.state_field(s.session, n, a["field"], str(a["value"]), **s.at(a))),
    "breach_unknown": _quiet(
        lambda s, n, a: regulatory.state_unknown(s.session, n, a["field"], a["owner"], str(a["due"]), **s.at(a))
    ),
    "update": _quiet(lambda s, n, a: updates.send(s.session, n, a["audience"], a["text"], **s.at(a))),
    "postmortem_set": _quiet(lambda s, n, a: postmortem.write(s.session, n, a["section"], a["text"], **s.at(a))),
    "action_add": _quiet(
        lambda s, n, a: postmortem.add_action(s.session, n, a["text"], a.get("owner"), str(a["due"]), **s.at(a))
    ),
    "state": _quiet(lambda s, n, a: lifecycle.change_state(s.session, n, a["state"], a.get("reason"), **s.at(a))),
    "severity": _quiet(
        lambda s, n, a: lifecycle.change_severity(s.session, n, a["severity"], a.get("reason"), **s.at(a))
    ),
    "approve": _quiet(lambda s, n, a: attestation.approve(s.session, n, a["entry"], None, SAMPLE_PASSPHRASE)),
}


def _papers(session: Session, number: str, out: Path) -> tuple[Path, ...]:
    made = []
    for name in ("postmortem", "art33", "art33-json", "timeline"):
        made.append(out / exporting.file_name(session, number, name))
        write_whole(made[-1], exporting.render(session, number, name))
    for bag in (out / f"{number}-bag.zip", out / f"{number}-bag"):
        if bag.is_dir():
            shutil.rmtree(bag)
        exporting.export_bundle(session, number, bag)
        made.append(bag)
    verdict = verify(session, number)
    if not verdict.ok:
        raise NotAllowed("The sample's record does not verify.", "This is a fault of the program.", code="not-verified")
    return tuple(made)
