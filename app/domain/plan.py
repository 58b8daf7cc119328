"""A response plan as data: severities, clocks, lifecycle, roles, checklists, gates, templates.

No constant of any plan is code. What a plan leaves out is taken from the base plan and listed in `Plan.ours`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

Strength = Literal["MUST", "MUST NOT", "SHOULD", "SHOULD NOT", "MAY", ""]
"""The plan's own modal word; MUST blocks, SHOULD warns and takes a logged reason, MAY and none are offered.

MUST NOT and SHOULD NOT stand on rules only; they bind as MUST and SHOULD do.
"""

Unit = Literal["minutes", "hours", "days", "business_days", "months"]
ClockKind = Literal[
    "acknowledge", "respond", "act", "resolve", "notify", "cadence", "phase", "step", "review", "regulatory"
]
NeedKind = Literal[
    "checklist", "task", "state", "role", "clock", "postmortem", "decision", "approved_decision", "acknowledged"
]
SectionKind = Literal["prose", "facts", "timeline", "clocks", "actions", "severity", "impact"]


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a vocabulary of the plan (a response profile, a containment choice, a guardrail …).

    `facts` holds what else the plan says of it, by name: the month and lead of a drill, the bound of a target.
    """

    code: str
    title: str = ""
    text: str = ""
    text_en: str = ""
    group: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    strength: Strength = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Escalation:
    """Who is told when a severity is set, how, and how urgently; `role` is the code if the plan has that role."""

    who: str
    how: str = ""
    role: str = ""
    condition: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Threshold:
    """A measured value that speaks for a severity, in the metric's own unit; `above` and `below` exclude the bound."""

    metric: str
    unit: str = ""
    above: int | None = None
    least: int | None = None
    upto: int | None = None
    below: int | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Severity:
    """One level of the plan's scale; the position in the plan's list is its rank, 1 the worst."""

    code: str
    title: str
    short: str = ""
    definition: str = ""
    definition_en: str = ""
    examples: tuple[str, ...] = ()
    examples_en: tuple[str, ...] = ()
    thresholds: tuple[Threshold, ...] = ()
    response: str = ""
    escalation: tuple[Escalation, ...] = ()
    communication: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class IncidentClass:
    """A kind of incident that the plan distinguishes; `alert` names the roles that it concerns.

    `suspect_systemic`: shown as potentially systemic until a classification says otherwise. `facts` are the columns
    that the plan's owner adds (safe mode suffices, protocol evidence needed, recovery affects consensus …).
    """

    code: str
    title: str
    text: str = ""
    runbook: str = ""
    checklists: tuple[str, ...] = ()
    alert: tuple[str, ...] = ()
    suspect_systemic: bool = False
    facts: Mapping[str, str] = field(default_factory=dict)
    source: str = ""


@dataclass(frozen=True, slots=True)
class ClockRule:
    """A due time: it starts at an event, runs for an amount, and is met by another event.

    Events: `declared`, `detected`, `acknowledged`, `aware`, `resolved`, `closed`, `monitoring`, `recovering`,
    `postmortem` (issued), `state:CODE`, `severity:CODE`, `task:ID`, `checklist:ID` (all its tasks settled),
    `runbook:ID` (started), `update:AUDIENCE`, `role:CODE`, `handover:CODE`, `function:NAME` (that role is held),
    `decision:TOPIC`, `postmortem:SECTION` (written), `export:REPORT`. A
    cadence restarts at each `stop` and ends at `until`. `severities` empty means all. `inclusive` false: the due
    moment itself is too late. `warn_minutes` before the due moment the clock asks for attention.
    """

    id: str
    label: str
    kind: ClockKind
    start: str
    stop: tuple[str, ...]
    amount: int
    unit: Unit
    severities: tuple[str, ...] = ()
    until: tuple[str, ...] = ()
    worst: int = 0
    inclusive: bool = True
    warn_minutes: int | None = None
    audience: str = ""
    strength: Strength = ""
    note: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """A lifecycle state. `next` empty means that every later state may follow."""

    code: str
    title: str = ""
    text: str = ""
    next: tuple[str, ...] = ()
    resolved: bool = False
    closed: bool = False
    monitoring: bool = False
    recovering: bool = False
    public: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who normally holds a role: a title, a person, and how to reach them; `placeholder` marks missing data."""

    title: str = ""
    person: str = ""
    phone: str = ""
    email: str = ""
    availability: str = ""
    placeholder: bool = False
    source: str = ""


@dataclass(frozen=True, slots=True)
class Role:
    """A role of the plan. `function` says what the engine needs it for, whatever the plan calls it."""

    code: str
    title: str
    abbreviation: str = ""
    function: Literal["commander", "scribe", "dpo", "technical", "communications", "security", ""] = ""
    duties: tuple[str, ...] = ()
    duties_en: tuple[str, ...] = ()
    primary: Holder | None = None
    backup: Holder | None = None
    critical: bool = False
    separate_from: tuple[str, ...] = ()
    strength: Strength = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """An outside or inside contact; `placeholder` marks data that the plan's owner has yet to fill in."""

    name: str
    value: str = ""
    channel: str = ""
    purpose: str = ""
    availability: str = ""
    placeholder: bool = False
    source: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do, tick, skip with a reason or set aside as not applicable with a reason."""

    id: str
    text: str
    text_en: str = ""
    strength: Strength = ""
    condition: str = ""
    destructive: bool = False
    budget_minutes: int | None = None
    command: str = ""
    group: str = ""
    choices: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True)
class Checklist:
    """Tasks that belong together: of a phase, of a runbook's horizon, or evidence to preserve.

    `window` is minutes from `start` (see ClockRule events): first allowed, last expected. It is shown when the
    incident's severity is at least `severity_from` and its class is in `classes` (empty: all). `ordered`: working out
    of order is possible, and noted.
    """

    id: str
    title: str
    tasks: tuple[Task, ...]
    kind: Literal["phase", "runbook", "evidence", "closing", "communication", "recovery"] = "phase"
    phase: str = ""
    runbook: str = ""
    start: str = "declared"
    window: tuple[int, int] | None = None
    ongoing: bool = False
    parallel: bool = False
    ordered: bool = False
    classes: tuple[str, ...] = ()
    severity_from: str = ""
    strength: Strength = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Phase:
    """A phase of the response, with the window that the plan gives it (minutes from `start`)."""

    id: str
    title: str
    goal: str = ""
    start: str = "declared"
    window: tuple[int, int] | None = None
    parallel: bool = False
    ongoing: bool = False
    source: str = ""


@dataclass(frozen=True, slots=True)
class Runbook:
    """A runbook of the catalogue; its steps are checklists with `runbook` set to its id."""

    id: str
    title: str
    classes: tuple[str, ...] = ()
    severity_min: str = ""
    scenario: str = ""
    triggers: tuple[str, ...] = ()
    preconditions: tuple[str, ...] = ()
    escalation: tuple[str, ...] = ()
    rules: tuple[Term, ...] = ()
    goals: tuple[str, ...] = ()
    exit_criteria: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that a gate asks for.

    kind and ref: `checklist` id (all tasks settled) · `task` id · `state` code (passed through) · `role` code (held)
    · `clock` id (met, or never started) · `postmortem` section · `decision` topic · `approved_decision` topic (signed
    by a second person) · `acknowledged` (no ref). With `only_if` it counts once that event happened (see ClockRule).
    """

    kind: NeedKind
    text: str
    ref: str = ""
    only_if: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Gate:
    """What must be settled before something happens.

    `blocks` is `state:CODE`, `postmortem` (its publication), `restart` (of a subsystem), `cleanup` (a destructive
    task) or `update:AUDIENCE` (a message).
    """

    id: str
    title: str
    blocks: str
    needs: tuple[Need, ...]
    strength: Strength = "MUST"
    severity_from: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Template:
    """A message with `[placeholders]`, for an audience and a channel.

    `fields` binds a placeholder, as it stands in the body, to a value of the incident (`title`, `severity` …); the
    others are asked for. `when` is the plan's condition in words; `vocabulary` names the status words it uses.
    """

    id: str
    title: str
    audience: str
    body: str
    channel: str = ""
    when: str = ""
    vocabulary: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    source: str = ""


@dataclass(frozen=True, slots=True)
class Audience:
    """Someone who is kept informed, by the name that `update --audience` takes; at `severity_from` or worse."""

    code: str
    title: str
    external: bool = False
    severity_from: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the post-mortem, in the plan's order; `kind` says what fills it before a person writes."""

    id: str
    title: str
    kind: SectionKind = "prose"
    prompt: str = ""
    fields: tuple[str, ...] = ()
    required: bool = False
    source: str = ""


@dataclass(frozen=True, slots=True)
class Postmortem:
    """The post-mortem's template and duty: from which severity, who takes part, under which file name."""

    title: str = "Post-mortem: {number}"
    severity_from: str = ""
    sections: tuple[Section, ...] = ()
    participants: tuple[str, ...] = ()
    agenda: tuple[str, ...] = ()
    file_name: str = ""
    strength: Strength = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Names:
    """Patterns of derived names; `{date}`, `{time}`, `{sequence:3}`, `{class}`, `{number}`, `{title}` are filled in."""

    number: str = ""
    channel: str = ""
    others: Mapping[str, str] = field(default_factory=dict)
    source: str = ""


@dataclass(frozen=True, slots=True)
class Identity:
    """Which document this is and how far it may be trusted; one key a fact that the document states."""

    id: str
    title: str
    version: str
    language: str = "en"
    owner: str = ""
    status: str = ""
    seed: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    emergency_banner: str = ""
    critical_from: str = ""
    org_note: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value that the plan leaves to its owner; None is asked for when it is needed, `ours` marks our default."""

    code: str
    title: str
    value: int | None = None
    unit: str = ""
    text: str = ""
    ours: bool = False
    source: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One row of a decision table: the first row whose conditions hold is proposed, a person decides.

    Empty `severities`, `classes` and `when` (a blast radius or another circumstance, in words) hold always.
    """

    table: str
    choose: str
    severities: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    when: str = ""
    text: str = ""
    strength: Strength = ""
    ours: bool = False
    source: str = ""


@dataclass(frozen=True, slots=True)
class Authority:
    """Who may do or declare something (`severity`, `safe-mode`, `closure` …), by role code."""

    act: str
    roles: tuple[str, ...] = ()
    text: str = ""
    strength: Strength = ""
    ours: bool = False
    source: str = ""


@dataclass(frozen=True, slots=True)
class Practice:
    """Drills, training, metrics, targets, tools, reviews: upkeep that later rooms use, kept with its source."""

    drills: tuple[Term, ...] = ()
    training: tuple[Term, ...] = ()
    metrics: tuple[Term, ...] = ()
    targets: tuple[Term, ...] = ()
    reviews: tuple[Term, ...] = ()
    tools: tuple[Term, ...] = ()
    compliance: tuple[Term, ...] = ()
    documents: tuple[Term, ...] = ()


@dataclass(frozen=True)
class Plan:
    """Everything that one response plan says, merged with the base plan where it is silent."""

    identity: Identity
    severities: tuple[Severity, ...]
    names: Names
    classes: tuple[IncidentClass, ...] = ()
    clocks: tuple[ClockRule, ...] = ()
    states: tuple[State, ...] = ()
    roles: tuple[Role, ...] = ()
    contacts: tuple[Contact, ...] = ()
    phases: tuple[Phase, ...] = ()
    checklists: tuple[Checklist, ...] = ()
    runbooks: tuple[Runbook, ...] = ()
    gates: tuple[Gate, ...] = ()
    audiences: tuple[Audience, ...] = ()
    templates: tuple[Template, ...] = ()
    postmortem: Postmortem = field(default_factory=Postmortem)
    sources_of_detection: tuple[Term, ...] = ()
    rules: tuple[Term, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    choices: tuple[Choice, ...] = ()
    authorities: tuple[Authority, ...] = ()
    vocabularies: Mapping[str, tuple[Term, ...]] = field(default_factory=dict)
    practice: Practice = field(default_factory=Practice)
    ours: tuple[str, ...] = ()
    """What came from the base plan: `states`, `role:scribe`, `names.number`, `clock:…`; shown as "our default"."""

    @property
    def id(self) -> str:
        """The plan's short name, as `declare --plan` takes it."""
        return self.identity.id

    @cached_property
    def severity_ranks(self) -> Mapping[str, int]:
        """Code to rank, 1 the worst. Ranks of different plans are never compared."""
        return {severity.code: rank for rank, severity in enumerate(self.severities, 1)}

    @cached_property
    def tasks(self) -> Mapping[str, Task]:
        """Every task of every checklist by id."""
        return {task.id: task for checklist in self.checklists for task in checklist.tasks}

    @cached_property
    def checklist_of(self) -> Mapping[str, Checklist]:
        """The checklist that holds a task id."""
        return {task.id: checklist for checklist in self.checklists for task in checklist.tasks}

    @cached_property
    def state_codes(self) -> tuple[str, ...]:
        """The lifecycle in order; the first is where an incident starts."""
        return tuple(state.code for state in self.states)

    def severity(self, code: str) -> Severity:
        """The level with that code; KeyError if the plan has none."""
        return (
            next(level for level in self.severities if level.code == code) if code in self.severity_ranks else _no(code)
        )

    def state(self, code: str) -> State:
        """The state with that code; KeyError if the plan has none."""
        for state in self.states:
            if state.code == code:
                return state
        raise KeyError(code)

    def at_least(self, code: str, threshold: str) -> bool:
        """Whether a severity is as bad as the threshold or worse; an empty threshold admits all."""
        return not threshold or self.severity_ranks[code] <= self.severity_ranks[threshold]

    def role_for(self, function: str) -> Role | None:
        """The role that has a function (`commander`, `scribe`, `dpo`), whatever the plan calls it."""
        return next((role for role in self.roles if role.function == function), None)

    def checklists_for(self, severity: str, incident_class: str, runbooks: Collection[str] = ()) -> Iterator[Checklist]:
        """The checklists that apply to an incident of that severity and class (`""`: not yet classified).

        A started runbook's checklists always apply; one that no class leads to waits until it is started.
        """
        for checklist in self.checklists:
            if checklist.runbook and checklist.runbook in runbooks:
                yield checklist
                continue
            led_to = incident_class in checklist.classes if checklist.classes else not checklist.runbook
            if led_to and self.at_least(severity, checklist.severity_from):
                yield checklist


def _no(code: str) -> Severity:
    raise KeyError(code)
