"""What the scribe bar offers while a line is typed: people, tags, commands and the codes of the plan."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from app.domain.incident import IncidentView
    from app.domain.plan import Plan

LIMIT: Final = 8
_PERSON = re.compile(r'(?<![\w@])@"?([^\s@"]*)$')
_TAG = re.compile(r"(?<![\w#])#([\w-]*)$")
_COMMAND = re.compile(r"^/(\w*)$")
_ARGUMENT = re.compile(r"^/(\w+)\s+(\S*)$")
_HOLDER = re.compile(r"^/role\s+\S+\s+(.*)$")

COMMANDS: Final = {
    "ack": ("[who]", "acknowledge the incident"),
    "action": ("text @owner due 2026-12-01", "add a follow-up action"),
    "aware": ("why", "decide that we are aware of a personal data breach"),
    "correct": ("17 new text", "correct an entry"),
    "decide": ("text because reason", "record a decision"),
    "role": ("code name", "give a role to somebody"),
    "sev": ("code why", "change the severity"),
    "state": ("code why", "move the lifecycle"),
    "task": ("id [skip|na why]", "settle a task"),
    "update": ("audience text", "record an update that was sent"),
}
"""Command to the form of its argument and what it does."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One completion: what is put in, and what is shown beside it."""

    insert: str
    label: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Completion:
    """Choices for the stretch of the line from `start` to the cursor."""

    start: int
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """Everything that may be completed at the moment."""

    people: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    severities: tuple[Choice, ...] = ()
    states: tuple[Choice, ...] = ()
    roles: tuple[Choice, ...] = ()
    tasks: tuple[Choice, ...] = ()
    audiences: tuple[Choice, ...] = ()
    commands: tuple[Choice, ...] = field(
        default=tuple(Choice(f"/{name} ", f"/{name} {form}", what) for name, (form, what) in COMMANDS.items())
    )


def words_of(plan: Plan, view: IncidentView, tags: Iterable[str] = (), speakers: Iterable[str] = ()) -> Words:
    """The vocabulary of an incident: roster and keys first, then who was quoted, then the plan's own holders."""
    return Words(
        people=people_of(plan, view, speakers),
        tags=tuple(tags),
        severities=tuple(Choice(f"{s.code} ", s.code, s.title) for s in plan.severities if s.code != view.severity),
        states=tuple(_states(plan, view)),
        roles=tuple(Choice(f"{role.code} ", role.code, role.title) for role in plan.roles),
        tasks=tuple(_tasks(plan, view)),
        audiences=tuple(Choice(f"{a.code} ", a.code, a.title) for a in plan.audiences),
    )


def people_of(plan: Plan, view: IncidentView, speakers: Iterable[str] = ()) -> tuple[str, ...]:
    """Names, each once: who holds a role, who has a key, who held one, who was quoted, who the plan names."""
    from app.domain.entries import shown

    names = [shown(holding.holder) for holding in view.roles.values()]
    names += [shown(person.name) for person in view.people.values() if person.active]
    names += [shown(holding.holder) for holding in view.past_roles]
    names += speakers
    planned = [holder for role in plan.roles for holder in (role.primary, role.backup)]
    names += [holder.person for holder in planned if holder is not None and not holder.placeholder]
    return tuple(dict.fromkeys(name for name in names if name))


def _states(plan: Plan, view: IncidentView) -> Iterator[Choice]:
    here = plan.state(view.state) if view.state in plan.state_codes else None
    for state in plan.states:
        if state.code != view.state and (here is None or not here.next or state.code in here.next):
            yield Choice(f"{state.code} ", state.code, state.title)


def _tasks(plan: Plan, view: IncidentView) -> Iterator[Choice]:
    for checklist in plan.checklists_for(view.severity, view.incident_class):
        for task in checklist.tasks:
            mark = view.tasks.get(task.id)
            if mark is None or mark.outcome == "open":
                yield Choice(f"{task.id} ", task.id, task.text_en or task.text)


def complete(text: str, words: Words) -> Completion | None:
    """What fits the text in front of the cursor; None when nothing does or the word is already whole."""
    for pattern, offer in _OFFERS:
        found = pattern.search(text)
        if found is not None:
            completion = offer(found, words)
            return completion if completion and completion.choices else None
    return None


def _commands(found: re.Match[str], words: Words) -> Completion:
    typed = found[1].casefold()
    return Completion(0, tuple(c for c in words.commands if c.insert[1:].startswith(typed)))


def _arguments(found: re.Match[str], words: Words) -> Completion:
    listed = {
        "sev": words.severities,
        "state": words.states,
        "role": words.roles,
        "task": words.tasks,
        "update": words.audiences,
        "comms": words.audiences,
    }.get(found[1].casefold(), ())
    return Completion(found.start(2), matching(listed, found[2]))


def _holders(found: re.Match[str], words: Words) -> Completion:
    named = tuple(Choice(name, name) for name in words.people)
    return Completion(found.start(1), matching(named, found[1]))


def _people(found: re.Match[str], words: Words) -> Completion:
    choices = tuple(Choice(f"{mention(name)} ", name) for name in words.people)
    return Completion(found.start(), matching(choices, found[1]))


def _tags(found: re.Match[str], words: Words) -> Completion:
    choices = tuple(Choice(f"#{tag} ", f"#{tag}") for tag in words.tags if tag != found[1])
    typed = found[1].casefold()
    return Completion(found.start(), tuple(c for c in choices if c.label[1:].casefold().startswith(typed))[:LIMIT])


_OFFERS = ((_COMMAND, _commands), (_HOLDER, _holders), (_PERSON, _people), (_ARGUMENT, _arguments), (_TAG, _tags))


def mention(name: str) -> str:
    """A person as the grammar takes it: `@Ana`, or `@"Ana Pop"` for a name of several words."""
    return f"@{name}" if re.fullmatch(r"\w[\w.'-]*", name) else f'@"{name}"'


def matching(choices: Iterable[Choice], typed: str) -> tuple[Choice, ...]:
    """Those whose label or one of its words begins as typed, exact beginnings first."""
    typed = typed.strip().casefold()
    if any(choice.insert.strip().casefold() == typed for choice in choices):
        return ()
    first = [c for c in choices if c.label.casefold().startswith(typed)]
    words = [c for c in choices if c not in first and _has_word(f"{c.label} {c.detail}", typed)]
    return tuple((first + words)[:LIMIT])


def _has_word(text: str, typed: str) -> bool:
    return any(word.startswith(typed) for word in re.split(r"[\s_./-]+", text.casefold()))
