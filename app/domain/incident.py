"""An incident at one moment: everything that panes, gates, clocks and documents read, as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from app.domain import entries as e
from app.domain.entries import Text

TaskOutcome = Literal["open", "done", "skipped", "not_applicable"]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that starts or stops clocks: its name, when it happened, when it was recorded."""

    name: str
    at: datetime
    ts: datetime
    seq: int


@dataclass(frozen=True, slots=True)
class Person:
    """A key holder of this record."""

    fp: str
    principal: str
    name: Text
    seq: int
    active: bool = True


@dataclass(frozen=True, slots=True)
class SeveritySpell:
    """A severity and the moment from which it held."""

    code: str
    at: datetime
    seq: int
    actor: str


@dataclass(frozen=True, slots=True)
class StateSpell:
    """A lifecycle state and the moment from which it held."""

    code: str
    at: datetime
    seq: int
    actor: str
    reason: Text | None = None


@dataclass(frozen=True, slots=True)
class Holding:
    """Who holds a role since when; `seq` is the entry that says so, `actor` the key that signed it."""

    role: str
    holder: Text
    fp: str | None
    since: datetime
    seq: int
    handed_over_from: Text | None = None
    giver_fp: str | None = None
    backup: bool = False
    actor: str = ""


@dataclass(frozen=True, slots=True)
class TaskMark:
    """What became of a task."""

    task: str
    outcome: TaskOutcome = "open"
    at: datetime | None = None
    seq: int | None = None
    actor: str = ""
    reason: Text | None = None
    owner: Text | None = None


@dataclass(frozen=True, slots=True)
class Approval:
    """A second signature under an entry."""

    of: int
    as_: str
    by: str
    at: datetime
    seq: int


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision that was taken."""

    seq: int
    at: datetime
    topic: str
    decision: Text
    reason: Text | None
    actor: str
    said_by: Text | None


@dataclass(frozen=True, slots=True)
class Update:
    """What an audience was told, and when."""

    seq: int
    at: datetime
    audience: str
    text: Text


@dataclass(frozen=True, slots=True)
class Awareness:
    """The signed decision that the controller is aware; `at` is the moment of awareness."""

    at: datetime
    ts: datetime
    seq: int
    actor: str
    zone: str
    reason: Text


@dataclass(frozen=True, slots=True)
class FieldValue:
    """A field of the breach file as it was last stated."""

    field: str
    value: Text | None
    unknown: bool
    owner: Text | None
    due: str | None
    seq: int
    at: datetime
    actor: str


@dataclass(frozen=True, slots=True)
class SectionText:
    """A section of the post-mortem as it was last written."""

    section: str
    text: Text
    seq: int
    at: datetime
    actor: str


@dataclass(frozen=True, slots=True)
class ActionItem:
    """A follow-up action; `seq` names it."""

    seq: int
    text: Text
    owner: Text | None
    due: str | None
    at: datetime
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Correction:
    """One correction of an entry; a list of them is the chain that the reader can follow."""

    of: int
    seq: int
    change: e.Change
    to: str | None
    text: Text | None
    reason: Text | None
    ts: datetime
    actor: str


@dataclass(frozen=True, slots=True)
class IncidentView:
    """An incident at one moment of its record; everything that panes, gates, clocks and documents read."""

    opening: e.Opened
    declared_at: datetime
    declared_ts: datetime
    number: str
    severity: str
    severities: tuple[SeveritySpell, ...]
    state: str
    states: tuple[StateSpell, ...]
    incident_class: str
    profile: str
    events: tuple[Event, ...]
    people: Mapping[str, Person]
    roles: Mapping[str, Holding]
    past_roles: tuple[Holding, ...]
    tasks: Mapping[str, TaskMark]
    approvals: Mapping[int, tuple[Approval, ...]]
    corrections: Mapping[int, tuple[Correction, ...]]
    stars: frozenset[int]
    decisions: tuple[Decision, ...]
    updates: tuple[Update, ...]
    awareness: Awareness | None
    breach: Mapping[str, FieldValue]
    postmortem: Mapping[str, SectionText]
    actions: tuple[ActionItem, ...]
    exports: tuple[tuple[int, e.Exported], ...]
    entry_count: int
    last_ts: datetime

    @property
    def incident_id(self) -> str:
        """The incident's identity: the hash of its first record."""
        return self.opening.incident_id

    @property
    def title(self) -> Text:
        """The title as declared or last corrected."""
        return self._latest_text(0, self.opening.title)

    @property
    def drill(self) -> bool:
        """Whether this is an exercise."""
        return self.opening.drill

    def _latest_text(self, seq: int, first: Text) -> Text:
        for correction in reversed(self.corrections.get(seq, ())):
            if correction.change == "text" and correction.text is not None:
                return correction.text
        return first

    def struck(self, seq: int) -> Correction | None:
        """The correction that took an entry out of the account (retracted, moved, duplicate, void), if any."""
        return next((c for c in self.corrections.get(seq, ()) if c.change in STRIKING), None)

    def name_of(self, fp: str) -> str:
        """The name behind a key, or its fingerprint where the name was erased or never given."""
        person = self.people.get(fp)
        return e.shown(person.name) if person else fp[:14]

    def first(self, event: str) -> Event | None:
        """The first event of that name."""
        return next((item for item in self.events if item.name == event), None)

    def severity_at(self, moment: datetime) -> str:
        """The severity that held at a moment; before the declaration, the declared one."""
        return next((spell.code for spell in reversed(self.severities) if spell.at <= moment), self.severities[0].code)

    def state_at(self, moment: datetime) -> str:
        """The state that held at a moment; before the declaration, the first one."""
        return next((spell.code for spell in reversed(self.states) if spell.at <= moment), self.states[0].code)

    def approvers(self, seq: int) -> frozenset[str]:
        """Keys that approved an entry."""
        return frozenset(a.by for a in self.approvals.get(seq, ()) if a.as_ == "approve")


STRIKING = frozenset({"retract", "moved", "duplicate", "void"})
