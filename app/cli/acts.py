"""Commands that move an incident: acknowledge, severity, state, roles, tasks, updates, approvals."""

from __future__ import annotations

from pathlib import Path

from app.cli.frame import NUMBER, WHEN, Answer, Call, Commands, option
from app.cli.journal import receipt
from app.domain.errors import Unusable
from app.services import attestation, lifecycle, roster, tasks, updates
from app.services.files import first_line

REASON = option("--reason", metavar="TEXT")
TASK = option("task", metavar="TASK", help="the task's id, as incident show lists it")


def add(commands: Commands) -> None:
    """List the commands of this module."""
    commands.add("ack", _ack, "take the incident", NUMBER, option("--by", metavar="NAME"), WHEN)
    commands.add("severity", _severity, "set the severity", NUMBER, option("code", metavar="CODE"), REASON, WHEN)
    commands.add("state", _state, "move to a state", NUMBER, option("state", metavar="STATE"), REASON, WHEN)
    commands.add("classify", _classify, "say which class it is", NUMBER, option("code", metavar="CLASS"), WHEN)
    commands.add(
        "profile-set", _profile, "set the response profile", NUMBER, option("profile", metavar="PROFILE"), REASON, WHEN
    )
    commands.add(
        "update",
        _update,
        "record that an audience was told",
        NUMBER,
        option("--audience", required=True, metavar="AUDIENCE"),
        option("text", metavar="TEXT"),
        REASON,
        WHEN,
    )
    commands.add(
        "approve", _approve, "sign an entry of somebody else (--as PROFILE)", NUMBER,
        option("entry", type=int, metavar="ENTRY"), WHEN,
    )  # fmt: skip
    _add_roles(commands.group("role", "who does what"))
    _add_tasks(commands.group("task", "checklists"))


def _add_roles(group: Commands) -> None:
    role = option("role", metavar="ROLE")
    group.add(
        "assign", _assign, "give a role", NUMBER, role, option("holder", metavar="NAME"),
        option("--backup", action="store_true"), WHEN,
    )  # fmt: skip
    group.add(
        "handover", _hand_over, "hand a role over, signed by both", NUMBER, role, option("to", metavar="NAME"),
        option("--note", metavar="TEXT"),
        option("--passphrase-file", action="append", default=[], metavar="NAME=FILE", help="a party's own passphrase"),
        WHEN,
    )  # fmt: skip
    group.add("release", _release, "nobody holds it any more", NUMBER, role, REASON, WHEN)


def _add_tasks(group: Commands) -> None:
    needed = option("--reason", required=True, metavar="TEXT")
    group.add("tick", _tick, "it is done", NUMBER, TASK, WHEN)
    group.add("skip", _skip, "it is not done, for a reason", NUMBER, TASK, needed, WHEN)
    group.add("na", _not_applicable, "it does not apply, for a reason", NUMBER, TASK, needed, WHEN)
    group.add("reopen", _reopen, "it is open again", NUMBER, TASK, REASON, WHEN)
    group.add("assign", _take, "somebody takes it", NUMBER, TASK, option("owner", metavar="NAME"), WHEN)


def _ack(call: Call) -> Answer:
    return receipt(lifecycle.acknowledge(call.open(), call.args.number, call.args.by, **call.when()))


def _severity(call: Call) -> Answer:
    args = call.args
    return receipt(lifecycle.change_severity(call.open(), args.number, args.code, args.reason, **call.when()))


def _state(call: Call) -> Answer:
    args = call.args
    return receipt(lifecycle.change_state(call.open(), args.number, args.state, args.reason, **call.when()))


def _classify(call: Call) -> Answer:
    return receipt(lifecycle.classify(call.open(), call.args.number, call.args.code, **call.when()))


def _profile(call: Call) -> Answer:
    args = call.args
    return receipt(lifecycle.set_profile(call.open(), args.number, args.profile, args.reason, **call.when()))


def _update(call: Call) -> Answer:
    args = call.args
    return receipt(updates.send(call.open(), args.number, args.audience, args.text, args.reason, **call.when()))


def _approve(call: Call) -> Answer:
    # The approver is whoever --as names; the entry is recorded by them too.
    session, args = call.open(), call.args
    name = getattr(args, "as_profile", None)
    return receipt(attestation.approve(session, args.number, args.entry, name, **call.when()))


def _assign(call: Call) -> Answer:
    args = call.args
    return receipt(roster.assign(call.open(), args.number, args.role, args.holder, args.backup, **call.when()))


def _hand_over(call: Call) -> Answer:
    args = call.args
    given = dict(_party(text) for text in args.passphrase_file)
    done = roster.hand_over(call.open(), args.number, args.role, args.to, args.note, passphrases=given, **call.when())
    answer = receipt(done[0])
    return Answer(answer.lines, {**answer.value, "signed": [one.seq for one in done[1:]]})


def _party(text: str) -> tuple[str, str]:
    """`NAME=FILE`: who signs, and the passphrase in the file."""
    name, sign, file = text.partition("=")
    if not name or not sign or not file:
        raise Unusable(f"{text[:60]!r} is not NAME=FILE.", "Give a profile's name and a file.", code="usage")
    return name, first_line(Path(file))


def _release(call: Call) -> Answer:
    args = call.args
    return receipt(roster.release(call.open(), args.number, args.role, args.reason, **call.when()))


def _tick(call: Call) -> Answer:
    return receipt(tasks.tick(call.open(), call.args.number, call.args.task, **call.when()))


def _skip(call: Call) -> Answer:
    args = call.args
    return receipt(tasks.skip(call.open(), args.number, args.task, args.reason, **call.when()))


def _not_applicable(call: Call) -> Answer:
    args = call.args
    return receipt(tasks.not_applicable(call.open(), args.number, args.task, args.reason, **call.when()))


def _reopen(call: Call) -> Answer:
    args = call.args
    return receipt(tasks.reopen(call.open(), args.number, args.task, args.reason, **call.when()))


def _take(call: Call) -> Answer:
    args = call.args
    return receipt(tasks.assign(call.open(), args.number, args.task, args.owner, **call.when()))
