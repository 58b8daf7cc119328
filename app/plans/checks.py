"""What the parts of a plan must agree on: codes once, references that lead somewhere, a lifecycle with an exit."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from app.domain.plan import Checklist, ClockRule, Gate, Need, Plan, State
from app.plans.folder import Fault
from app.plans.lines import Path

_EVENTS = {
    "declared", "detected", "acknowledged", "aware", "resolved", "closed", "monitoring", "recovering", "postmortem",
}  # fmt: skip
_FREE = {"decision", "export"}
_NOUNS = {"update": "audience", "handover": "role", "postmortem": "section"}
_ACTS = {"postmortem", "restart", "cleanup"}
_FUNCTIONS = {"commander", "scribe", "dpo", "technical", "communications", "security"}
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}|[{}]")
_NAME_PARTS = re.compile(r"date|time|class|number|title|sequence(:[1-9])?")
_NAME_PARTS_TEXT = "{date}, {time}, {sequence:3}, {class}, {number} and {title}"
_CODE = re.compile(r"[\w./-]{1,60}")
_NUMBER = re.compile(r"(?:[A-Za-z0-9_-]|\{date\}|\{sequence(?::[1-9])?\})+")
_LONGEST = {"minutes": 1_000_000, "hours": 20_000, "days": 3_700, "business_days": 2_600, "months": 120}
_MOST = 1_000_000
_CODED = {
    "severities": "code", "classes": "code", "clocks": "id", "states": "code", "roles": "code", "phases": "id",
    "checklists": "id", "runbooks": "id", "gates": "id", "audiences": "code", "templates": "id", "parameters": "code",
}  # fmt: skip


class _Known:
    """Every code of a plan that another part may refer to."""

    def __init__(self, plan: Plan) -> None:
        self.severities = {item.code for item in plan.severities}
        self.classes = {item.code for item in plan.classes}
        self.states = {item.code for item in plan.states}
        self.roles = {item.code for item in plan.roles}
        self.audiences = {item.code for item in plan.audiences}
        self.phases = {item.id for item in plan.phases}
        self.checklists = {item.id for item in plan.checklists}
        self.runbooks = {item.id for item in plan.runbooks}
        self.clocks = {item.id for item in plan.clocks}
        self.sections = {item.id for item in plan.postmortem.sections}
        self.tasks = {task.id for checklist in plan.checklists for task in checklist.tasks}
        self.vocabularies = set(plan.vocabularies)

    def event(self, name: str) -> str | None:
        """Why an event's name is none, or None if the plan has such an event."""
        kind, colon, code = name.partition(":")
        if not colon:
            return None if name in _EVENTS else f"`{name}` is no event"
        if kind in _FREE:
            return None if code else f"`{name}` names no {kind}"
        groups = {
            "state": self.states, "severity": self.severities, "task": self.tasks, "checklist": self.checklists,
            "runbook": self.runbooks, "update": self.audiences, "role": self.roles, "handover": self.roles,
            "function": _FUNCTIONS, "postmortem": self.sections,
        }  # fmt: skip
        if kind not in groups:
            return f"`{name}` is no event"
        return None if code in groups[kind] else f"`{name}`: the plan has no {_NOUNS.get(kind, kind)} {code}"


def faults(plan: Plan) -> list[Fault]:
    """Everything in a well-shaped plan that does not fit together, each with its path and one sentence."""
    known = _Known(plan)
    found = [*_repeated(plan), *_identity(plan, known), *_severities(plan, known), *_names(plan)]
    found += [fault for index, rule in enumerate(plan.clocks) for fault in _clock(("clocks", index), rule, known)]
    found += [*_lifecycle(plan.states), *_people(plan, known), *_catalogue(plan, known), *_tables(plan, known)]
    found += [fault for index, item in enumerate(plan.checklists) for fault in _checklist(index, item, known)]
    found += [fault for index, gate in enumerate(plan.gates) for fault in _gate(("gates", index), gate, known)]
    found += [*_templates(plan, known), *_windows(plan)]
    return found


def _unknown(path: Path, codes: Iterable[str], known: set[str], noun: str) -> Iterator[Fault]:
    for code in codes:
        if code and code not in known:
            yield Fault(path, f"the plan has no {noun} {code}")


def _repeated(plan: Plan) -> Iterator[Fault]:
    for key, name in _CODED.items():
        seen: set[str] = set()
        for index, item in enumerate(getattr(plan, key)):
            code = getattr(item, name)
            if said := _unfit(code, seen, f"{name} {code} is already taken in `{key}`"):
                yield Fault((key, index, name), said)
            seen.add(code)
    tasks: set[str] = set()
    for index, checklist in enumerate(plan.checklists):
        for place, task in enumerate(checklist.tasks):
            if said := _unfit(task.id, tasks, f"task id {task.id} is already taken"):
                yield Fault(("checklists", index, "tasks", place, "id"), said)
            tasks.add(task.id)


def _unfit(code: str, taken: set[str], repeated: str) -> str:
    """Why a code cannot be used: it is typed on the command line and stands in `state:CODE`."""
    if code in taken:
        return f"the {repeated}"
    return "" if _CODE.fullmatch(code) else f"{code!r} cannot be typed: use letters, digits and - _ . / without spaces"


def _identity(plan: Plan, known: _Known) -> Iterator[Fault]:
    if not plan.severities:
        yield Fault(("identity",), "the plan has no severities: add [[severities]], the worst first")
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", plan.identity.id):
        yield Fault(("identity", "id"), "the id must be lower-case letters, digits and hyphens")
    path = ("identity", "critical_from")
    yield from _unknown(path, [plan.identity.critical_from], known.severities, "severity")


def _severities(plan: Plan, known: _Known) -> Iterator[Fault]:
    for index, level in enumerate(plan.severities):
        if level.examples_en and len(level.examples_en) != len(level.examples):
            path = ("severities", index, "examples_en")
            yield Fault(
                path, f"{level.code} has {len(level.examples)} examples and {len(level.examples_en)} translations"
            )
        for place, who in enumerate(level.escalation):
            yield from _unknown(("severities", index, "escalation", place, "role"), [who.role], known.roles, "role")


def _names(plan: Plan) -> Iterator[Fault]:
    patterns: list[tuple[Path, str]] = [
        (("names", "number"), plan.names.number),
        (("names", "channel"), plan.names.channel),
        (("postmortem", "title"), plan.postmortem.title),
        (("postmortem", "file_name"), plan.postmortem.file_name),
        *((("names", "others", key), pattern) for key, pattern in plan.names.others.items()),
    ]
    for path, pattern in patterns:
        for match in _PLACEHOLDER.finditer(pattern):
            if match[1] is None or not _NAME_PARTS.fullmatch(match[1]):
                yield Fault(path, f"{match[0]} is no placeholder; known are {_NAME_PARTS_TEXT}")
    if plan.names.number.count("{sequence") != 1:
        yield Fault(("names", "number"), "the number needs one {sequence:3}, so that two incidents of a day differ")
    elif not _NUMBER.fullmatch(plan.names.number):
        yield Fault(("names", "number"), "a number is letters, digits, hyphens, {date} and {sequence:3}, nothing else")


def _clock(path: Path, rule: ClockRule, known: _Known) -> Iterator[Fault]:
    if not 0 < rule.amount <= _LONGEST[rule.unit]:
        most = f"{_LONGEST[rule.unit]} {rule.unit.replace('_', ' ')}"
        yield Fault((*path, "amount"), f"a clock runs for at least 1 and at most {most}, not {rule.amount}")
    if rule.warn_minutes is not None and not 0 <= rule.warn_minutes <= _MOST:
        yield Fault((*path, "warn_minutes"), f"a warning is 0 to {_MOST} minutes before, not {rule.warn_minutes}")
    if rule.worst < 0:
        yield Fault((*path, "worst"), f"the number of the worst levels is 0 (all) or more, not {rule.worst}")
    if not rule.stop:
        yield Fault((*path, "stop"), "a clock needs at least one event that meets it")
    for key, names in (("start", (rule.start,)), ("stop", rule.stop), ("until", rule.until)):
        for said in filter(None, map(known.event, names)):
            yield Fault((*path, key), said)
    yield from _unknown((*path, "severities"), rule.severities, known.severities, "severity")
    yield from _unknown((*path, "audience"), [rule.audience], known.audiences, "audience")


def _lifecycle(states: tuple[State, ...]) -> Iterator[Fault]:
    known = {state.code for state in states}
    for index, state in enumerate(states):
        yield from _unknown(("states", index, "next"), state.next, known, "state")
    if not any(state.closed for state in states):
        yield Fault(("states", 0), "no state has `closed = true`, so an incident could never end")
        return
    exits = {state.code for state in states if state.closed}
    while grown := {s.code for s in states if s.code not in exits and _next(states, s) & exits}:
        exits |= grown
    for index, state in enumerate(states):
        if state.code not in exits:
            yield Fault(("states", index, "next"), f"from {state.code} no way leads to a closed state")


def _next(states: tuple[State, ...], state: State) -> set[str]:
    return set(state.next) or {later.code for later in states[states.index(state) + 1 :]}


def _people(plan: Plan, known: _Known) -> Iterator[Fault]:
    holding = Counter(role.function for role in plan.roles if role.function)
    for index, role in enumerate(plan.roles):
        yield from _unknown(("roles", index, "separate_from"), role.separate_from, known.roles, "role")
        if role.function in {"commander", "scribe", "dpo"} and holding[role.function] > 1:
            yield Fault(("roles", index, "function"), f"more than one role has the function {role.function}")
    for index, item in enumerate(plan.audiences):
        yield from _unknown(("audiences", index, "severity_from"), [item.severity_from], known.severities, "severity")


def _catalogue(plan: Plan, known: _Known) -> Iterator[Fault]:
    for index, item in enumerate(plan.classes):
        yield from _unknown(("classes", index, "runbook"), [item.runbook], known.runbooks, "runbook")
        yield from _unknown(("classes", index, "checklists"), item.checklists, known.checklists, "checklist")
        yield from _unknown(("classes", index, "alert"), item.alert, known.roles, "role")
    for index, runbook in enumerate(plan.runbooks):
        yield from _unknown(("runbooks", index, "classes"), runbook.classes, known.classes, "class")
        yield from _unknown(("runbooks", index, "severity_min"), [runbook.severity_min], known.severities, "severity")
    for index, phase in enumerate(plan.phases):
        if said := known.event(phase.start):
            yield Fault(("phases", index, "start"), said)


def _tables(plan: Plan, known: _Known) -> Iterator[Fault]:
    for index, row in enumerate(plan.choices):
        yield from _unknown(("choices", index, "severities"), row.severities, known.severities, "severity")
        yield from _unknown(("choices", index, "classes"), row.classes, known.classes, "class")
    for index, value in enumerate(plan.parameters):
        if value.value is not None and abs(value.value) > _MOST:
            yield Fault(("parameters", index, "value"), f"a value is at most {_MOST}")
    for index, right in enumerate(plan.authorities):
        yield from _unknown(("authorities", index, "roles"), right.roles, known.roles, "role")
    path = ("postmortem", "severity_from")
    yield from _unknown(path, [plan.postmortem.severity_from], known.severities, "severity")
    repeated = [item for item, count in Counter(s.id for s in plan.postmortem.sections).items() if count > 1]
    for code in repeated:
        yield Fault(("postmortem", "sections"), f"the section {code} stands twice")


def _checklist(index: int, item: Checklist, known: _Known) -> Iterator[Fault]:
    path = ("checklists", index)
    if not item.tasks:
        yield Fault(path, f"the checklist {item.id} has no tasks")
    yield from _unknown((*path, "phase"), [item.phase], known.phases, "phase")
    yield from _unknown((*path, "runbook"), [item.runbook], known.runbooks, "runbook")
    yield from _unknown((*path, "classes"), item.classes, known.classes, "class")
    yield from _unknown((*path, "severity_from"), [item.severity_from], known.severities, "severity")
    if said := known.event(item.start):
        yield Fault((*path, "start"), said)
    for place, task in enumerate(item.tasks):
        if task.budget_minutes is not None and not 0 < task.budget_minutes <= _MOST:
            yield Fault((*path, "tasks", place, "budget_minutes"), f"a budget is 1 to {_MOST} minutes")


def _gate(path: Path, gate: Gate, known: _Known) -> Iterator[Fault]:
    kind, _, code = gate.blocks.partition(":")
    groups = {"state": known.states, "update": known.audiences}
    if kind in groups and code:
        yield from _unknown((*path, "blocks"), [code], groups[kind], _NOUNS.get(kind, kind))
    elif gate.blocks not in _ACTS:
        yield Fault((*path, "blocks"), f"`{gate.blocks}` is nothing that a gate can block")
    if not gate.needs:
        yield Fault(path, f"the gate {gate.id} needs nothing")
    yield from _unknown((*path, "severity_from"), [gate.severity_from], known.severities, "severity")
    for place, need in enumerate(gate.needs):
        yield from _need((*path, "needs", place), need, known)


def _need(path: Path, need: Need, known: _Known) -> Iterator[Fault]:
    groups = {
        "checklist": known.checklists, "task": known.tasks, "state": known.states | {"recovering", "monitoring"},
        "role": known.roles | _FUNCTIONS, "clock": known.clocks, "postmortem": known.sections,
    }  # fmt: skip
    if need.kind in groups:
        noun = "section" if need.kind == "postmortem" else need.kind
        if need.ref:
            yield from _unknown((*path, "ref"), [need.ref], groups[need.kind], noun)
        else:
            yield Fault(path, f"a need of the kind {need.kind} says which in `ref`")
    if need.only_if and (said := known.event(need.only_if)):
        yield Fault((*path, "only_if"), said)


def _templates(plan: Plan, known: _Known) -> Iterator[Fault]:
    for index, item in enumerate(plan.templates):
        yield from _unknown(("templates", index, "audience"), [item.audience], known.audiences, "audience")
        yield from _unknown(("templates", index, "vocabulary"), [item.vocabulary], known.vocabularies, "vocabulary")
        for placeholder in item.fields:
            if placeholder not in item.body:
                yield Fault(("templates", index), f"the placeholder {placeholder} is not in the template {item.id}")


def _windows(plan: Plan) -> Iterator[Fault]:
    windows: list[tuple[Path, tuple[int, int] | None]] = [
        *((("phases", index, "window"), item.window) for index, item in enumerate(plan.phases)),
        *((("checklists", index, "window"), item.window) for index, item in enumerate(plan.checklists)),
    ]
    for path, window in windows:
        if window is not None and not 0 <= window[0] < window[1] <= _MOST:
            yield Fault(path, "a window goes from an earlier minute to a later one")
