"""What a line of the scribe bar does: a note for the timeline, or one of the verbs behind a `/command`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from app.domain.errors import Unusable
from app.domain.plan import Plan
from app.domain.scribe import Line, parse
from app.services import journal, lifecycle, postmortem, regulatory, roster, tasks, updates

Verb = Callable[..., Any]
"""A service verb; it answers with a receipt, or a tuple of them."""
_BECAUSE = re.compile(r",?\s+because\s+", re.IGNORECASE)
_DUE = re.compile(r"\s+due\s+(\S+)\s*$", re.IGNORECASE)
_OWNER = re.compile(r"""(?:^|\s)@(?:"([^"]+)"|(\S+))""")


@dataclass(frozen=True, slots=True)
class Act:
    """A verb with its arguments, to be called as `verb(session, number, *arguments, **options)`; `words` tells it."""

    verb: Verb
    words: str
    arguments: tuple[Any, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CorrectionWanted:
    """`/correct 17` without a text: the line to correct is asked for in its own form."""

    seq: int


def understood(text: str, now: datetime, zone: str) -> Line:
    """The meaning of the typed line; a command may stand behind a time or a speaker (`-5m /ack`)."""
    line = parse(text, now, zone)
    if line.command is None and line.text.startswith("/"):
        inner = parse(line.text, now, zone)
        if inner.command is not None:
            return replace(inner, at=line.at, said_by=line.said_by)
    return line


def act_of(line: Line, plan: Plan) -> Act | CorrectionWanted:
    """What the line does. Unusable when a command lacks something or names what the plan does not have."""
    if line.command is None:
        return Act(journal.log_parsed, line.text, (line,))
    make = _COMMANDS.get(line.command)
    if make is None:
        raise Unusable(
            f"/{line.command} is not part of this version.",
            "Write the line without the slash and it stands in the timeline.",
            code="no-command",
        )
    act = make(line.argument, plan)
    if isinstance(act, CorrectionWanted):
        return act
    when = {"at": line.at} if line.at else {}
    who = {"said_by": line.said_by} if line.said_by else {}
    return replace(act, words=line.text, options={**act.options, **when, **who})


def _ack(argument: str, _plan: Plan) -> Act:
    return Act(lifecycle.acknowledge, "", options={"by": argument.lstrip("@").strip('"')} if argument else {})


def _sev(argument: str, plan: Plan) -> Act:
    code, why = _code(argument, plan.severity_ranks, "severity")
    return Act(lifecycle.change_severity, "", (code,), {"reason": why} if why else {})


def _state(argument: str, plan: Plan) -> Act:
    code, why = _code(argument, plan.state_codes, "state")
    return Act(lifecycle.change_state, "", (code,), {"reason": why} if why else {})


def _role(argument: str, plan: Plan) -> Act:
    code, holder = _code(argument, [role.code for role in plan.roles], "role")
    if not holder:
        raise Unusable("Nobody is named for the role.", f"Write /role {code} and a name.", code="no-holder")
    return Act(roster.assign, "", (code, holder.lstrip("@").strip('"')))


def _task(argument: str, plan: Plan) -> Act:
    task, rest = _code(argument, plan.tasks, "task")
    word, _, why = rest.partition(" ")
    match word.casefold():
        case "":
            return Act(tasks.tick, "", (task,))
        case "skip":
            return Act(tasks.skip, "", (task, _needed(why, "a reason")))
        case "na":
            return Act(tasks.not_applicable, "", (task, _needed(why, "a reason")))
        case _ if rest.startswith("@"):
            return Act(tasks.assign, "", (task, rest.lstrip("@").strip('"')))
    raise Unusable(f"{word!r} is not an outcome of a task.", "Use skip, na or @owner, or nothing to tick it.")


def _update(argument: str, plan: Plan) -> Act:
    audience, text = _code(argument, [audience.code for audience in plan.audiences], "audience")
    return Act(updates.send, "", (audience, _needed(text, "what was said")))


def _decide(argument: str, _plan: Plan) -> Act:
    parts = _BECAUSE.split(_needed(argument, "the decision"), maxsplit=1)
    return Act(journal.decide, "", (parts[0],), {"reason": parts[1]} if len(parts) > 1 else {})


def _aware(argument: str, _plan: Plan) -> Act:
    return Act(regulatory.aware, "", (_needed(argument, "the reason"),))


def _action(argument: str, _plan: Plan) -> Act:
    options: dict[str, Any] = {}
    text = _needed(argument, "what is to be done")
    due = _DUE.search(text)
    if due:
        options["due"] = _day(due[1])
        text = text[: due.start()]
    owner = _OWNER.search(text)
    if owner:
        options["owner"] = owner[1] or owner[2]
        text = (text[: owner.start()] + text[owner.end() :]).strip()
    return Act(postmortem.add_action, "", (_needed(text, "what is to be done"),), options)


def _correct(argument: str, _plan: Plan) -> Act | CorrectionWanted:
    number, _, text = argument.partition(" ")
    if not number.isdecimal():
        raise Unusable("Which entry? A number is missing.", "Write /correct 17 and the new text.", code="no-entry")
    if not text.strip():
        return CorrectionWanted(int(number))
    return Act(journal.correct, "", (int(number),), {"text": text.strip()})


_COMMANDS: dict[str, Callable[[str, Plan], Act | CorrectionWanted]] = {
    "ack": _ack, "action": _action, "aware": _aware, "comms": _update, "correct": _correct, "decide": _decide,
    "role": _role, "sev": _sev, "state": _state, "task": _task, "update": _update,
}  # fmt: skip


def _code(argument: str, known: Iterable[str], kind: str) -> tuple[str, str]:
    """The code at the head of the argument, whatever its case, and the rest."""
    word, _, rest = argument.strip().partition(" ")
    listed = list(known)
    found = [code for code in listed if code.casefold() == word.casefold()]
    if found:
        return found[0], rest.strip()
    some = ", ".join(listed[:8]) + (" …" if len(listed) > 8 else "")
    said = f"The plan has no {kind} {word!r}." if word else f"Which {kind}?"
    raise Unusable(said, f"It has {some}." if some else f"It has no {kind} at all.", code=f"unknown-{kind}")


def _needed(text: str, what: str) -> str:
    if not text.strip():
        raise Unusable(f"The command lacks {what}.", "Write it behind the command.", code="empty-text")
    return text.strip()


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise Unusable(f"{text!r} is not a day.", "Write it as 2026-12-01.", code="bad-date") from error
