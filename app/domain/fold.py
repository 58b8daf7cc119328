"""The fold: what an incident is now, or was at any moment, read from its entries and from nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar, assert_never

from app.domain import entries as e
from app.domain.entries import Entry, Text
from app.domain.incident import (
    STRIKING,
    ActionItem,
    Approval,
    Awareness,
    Correction,
    Decision,
    Event,
    FieldValue,
    Holding,
    IncidentView,
    Person,
    SectionText,
    SeveritySpell,
    StateSpell,
    TaskMark,
    TaskOutcome,
    Update,
)


class Fold:
    """Advances through the entries of one incident; `view()` freezes what it knows.

    The only mutable thing of the domain: a plain loop over frozen entries is the fast way to fold.
    """

    def __init__(self) -> None:
        self._opening: e.Opened | None = None
        self._declared: Entry | None = None
        self._number = ""
        self._severities: list[SeveritySpell] = []
        self._states: list[StateSpell] = []
        self._class = ""
        self._profile = ""
        self._events: list[Event] = []
        self._people: dict[str, Person] = {}
        self._roles: dict[str, Holding] = {}
        self._past_roles: list[Holding] = []
        self._tasks: dict[str, TaskMark] = {}
        self._approvals: dict[int, tuple[Approval, ...]] = {}
        self._corrections: dict[int, tuple[Correction, ...]] = {}
        self._stars: set[int] = set()
        self._decisions: list[Decision] = []
        self._updates: list[Update] = []
        self._awareness: Awareness | None = None
        self._breach: dict[str, FieldValue] = {}
        self._postmortem: dict[str, SectionText] = {}
        self._actions: dict[int, ActionItem] = {}
        self._exports: list[tuple[int, e.Exported]] = []
        self._count = 0
        self._last_ts: datetime | None = None

    def advance(self, entry: Entry) -> None:
        """Take the next entry into account. Raises ValueError if it is not the next."""
        if entry.seq != self._count:
            raise ValueError(f"entry {entry.seq} does not follow {self._count - 1}")
        self._count += 1
        self._last_ts = entry.ts
        if entry.type not in e.NARRATIVE:
            self._apply(entry, e.payload_of(entry))

    def _apply(self, entry: Entry, payload: e.Payload) -> None:
        match payload:
            case e.Opened():
                self._open(entry, payload)
            case e.KeyAdded():
                if payload.role == "person":
                    name = e.GONE if payload.name is None else payload.name
                    self._people[payload.fp] = Person(payload.fp, payload.principal, name, entry.seq)
            case e.KeyRetired() | e.KeyRevoked():
                if payload.fp in self._people:
                    self._people[payload.fp] = replace(self._people[payload.fp], active=False)
            case e.Attested():
                approval = Approval(payload.of, payload.as_, payload.by, entry.at, entry.seq)
                self._approvals[payload.of] = (*self._approvals.get(payload.of, ()), approval)
                self._event(f"attest:{payload.as_}", entry)
            case e.Amended():
                self._amend(entry, payload)
            case e.Starred():
                (self._stars.add if payload.on else self._stars.discard)(entry.refs[0])
            case e.Decided():
                self._decisions.append(
                    Decision(
                        entry.seq, entry.at, payload.topic, payload.decision, payload.reason, entry.actor, entry.said_by
                    )
                )
                self._event(f"decision:{payload.topic}", entry)
            case e.Acknowledged():
                self._event("acknowledged", entry)
            case e.SeverityChanged():
                self._severities.append(SeveritySpell(payload.severity, entry.at, entry.seq, entry.actor))
                self._event(f"severity:{payload.severity}", entry)
            case e.StateChanged():
                self._states.append(StateSpell(payload.state, entry.at, entry.seq, entry.actor, payload.reason))
                self._event(f"state:{payload.state}", entry)
            case e.ClassChanged():
                self._class = payload.incident_class
            case e.ProfileSet():
                self._profile = payload.profile
            case e.Renumbered():
                self._number = payload.number
            case e.RoleAssigned() | e.RoleHandedOver() | e.RoleReleased():
                self._change_role(entry, payload)
            case e.TaskSettled() | e.TaskReopened() | e.TaskAssigned():
                self._change_task(entry, payload)
            case e.UpdateSent():
                self._updates.append(Update(entry.seq, entry.at, payload.audience, payload.text))
                self._event(f"update:{payload.audience}", entry)
            case e.AwarenessDecided():
                self._awareness = Awareness(entry.at, entry.ts, entry.seq, entry.actor, payload.zone, payload.reason)
                self._event("aware", entry)
            case e.BreachStated():
                self._breach[payload.field] = FieldValue(
                    payload.field,
                    payload.value,
                    payload.unknown,
                    payload.owner,
                    payload.due,
                    entry.seq,
                    entry.at,
                    entry.actor,
                )
            case e.PostmortemWritten():
                self._postmortem[payload.section] = SectionText(
                    payload.section, payload.text, entry.seq, entry.at, entry.actor
                )
                self._event(f"postmortem:{payload.section}", entry)
            case e.ActionAdded():
                self._actions[entry.seq] = ActionItem(entry.seq, payload.text, payload.owner, payload.due, entry.at)
            case e.ActionClosed():
                if entry.refs[0] in self._actions:
                    self._actions[entry.refs[0]] = replace(self._actions[entry.refs[0]], closed_at=entry.at)
            case e.Exported():
                self._exports.append((entry.seq, payload))
                self._event(f"export:{payload.report}", entry)
            case e.Noted() | e.Restored() | e.Unread():
                pass
            case _:
                assert_never(payload)

    def _open(self, entry: Entry, opened: e.Opened) -> None:
        self._opening, self._declared = opened, entry
        self._number, self._class = opened.number, opened.incident_class or ""
        self._severities = [SeveritySpell(opened.severity, entry.at, entry.seq, entry.actor)]
        self._states = [StateSpell(opened.state, entry.at, entry.seq, entry.actor)]
        self._event("declared", entry)
        self._event(f"state:{opened.state}", entry)
        if opened.detected_at:
            moment = datetime.fromisoformat(opened.detected_at)
            self._events.append(Event("detected", moment, entry.ts, entry.seq))

    def _event(self, name: str, entry: Entry) -> None:
        self._events.append(Event(name, entry.at, entry.ts, entry.seq))

    def _change_role(self, entry: Entry, payload: e.RoleAssigned | e.RoleHandedOver | e.RoleReleased) -> None:
        backup = isinstance(payload, e.RoleAssigned) and payload.backup
        slot = f"{payload.role}/backup" if backup else payload.role
        before = self._roles.pop(slot, None)
        if before is not None:
            self._past_roles.append(before)
        if isinstance(payload, e.RoleReleased):
            self._event(f"released:{payload.role}", entry)
            return
        handed = isinstance(payload, e.RoleHandedOver)
        self._roles[slot] = Holding(
            payload.role,
            payload.holder,
            payload.fp,
            entry.at,
            entry.seq,
            payload.giver if isinstance(payload, e.RoleHandedOver) else None,
            payload.giver_fp if isinstance(payload, e.RoleHandedOver) else None,
            backup,
            entry.actor,
        )
        if not backup:
            self._event(f"role:{payload.role}", entry)
        if handed:
            self._event(f"handover:{payload.role}", entry)

    def _change_task(self, entry: Entry, payload: e.TaskSettled | e.TaskReopened | e.TaskAssigned) -> None:
        mark = self._tasks.get(payload.task, TaskMark(payload.task))
        if isinstance(payload, e.TaskAssigned):
            self._tasks[payload.task] = replace(mark, owner=payload.owner)
            return
        outcome: TaskOutcome = payload.outcome if isinstance(payload, e.TaskSettled) else "open"
        self._tasks[payload.task] = replace(
            mark, outcome=outcome, at=entry.at, seq=entry.seq, actor=entry.actor, reason=payload.reason
        )
        self._event(f"{'reopened' if outcome == 'open' else 'task'}:{payload.task}", entry)

    def _amend(self, entry: Entry, payload: e.Amended) -> None:
        of = entry.refs[0]
        correction = Correction(
            of, entry.seq, payload.change, payload.to, payload.text, payload.reason, entry.ts, entry.actor
        )
        self._corrections[of] = (*self._corrections.get(of, ()), correction)
        if payload.change == "at" and payload.to:
            self._move(of, datetime.fromisoformat(payload.to))
        elif payload.change in STRIKING:
            self._events = [event for event in self._events if event.seq != of]
            self._updates = [update for update in self._updates if update.seq != of]
            self._decisions = [decision for decision in self._decisions if decision.seq != of]
            self._breach = {name: value for name, value in self._breach.items() if value.seq != of}
            self._postmortem = {name: text for name, text in self._postmortem.items() if text.seq != of}
            self._actions = {seq: action for seq, action in self._actions.items() if seq != of}
            if self._awareness is not None and self._awareness.seq == of:
                self._awareness = None
        elif payload.change == "text" and payload.text is not None:
            self._retext(of, payload.text)

    def _move(self, of: int, at: datetime) -> None:
        self._events = [replace(event, at=at) if event.seq == of else event for event in self._events]
        self._severities = [replace(s, at=at) if s.seq == of else s for s in self._severities]
        self._states = [replace(s, at=at) if s.seq == of else s for s in self._states]
        self._updates = [replace(u, at=at) if u.seq == of else u for u in self._updates]
        self._decisions = [replace(d, at=at) if d.seq == of else d for d in self._decisions]
        self._tasks = {k: replace(t, at=at) if t.seq == of else t for k, t in self._tasks.items()}
        self._roles = {k: replace(r, since=at) if r.seq == of else r for k, r in self._roles.items()}
        if self._awareness is not None and self._awareness.seq == of:
            self._awareness = replace(self._awareness, at=at)

    def _retext(self, of: int, text: Text) -> None:
        self._updates = [replace(u, text=text) if u.seq == of else u for u in self._updates]
        self._decisions = [replace(d, decision=text) if d.seq == of else d for d in self._decisions]
        self._postmortem = {k: replace(p, text=text) if p.seq == of else p for k, p in self._postmortem.items()}
        self._breach = {k: replace(b, value=text) if b.seq == of else b for k, b in self._breach.items()}
        if of in self._actions:
            self._actions[of] = replace(self._actions[of], text=text)
        if self._awareness is not None and self._awareness.seq == of:
            self._awareness = replace(self._awareness, reason=text)

    def view(self) -> IncidentView:
        """What is known after the entries so far. Raises ValueError before entry 0."""
        if self._opening is None or self._declared is None or self._last_ts is None:
            raise ValueError("a record starts with incident.open")
        severities, states = _as_they_held(self._severities), _as_they_held(self._states)
        return IncidentView(
            opening=self._opening,
            declared_at=self._severities[0].at,
            declared_ts=self._declared.ts,
            number=self._number,
            severity=severities[-1].code,
            severities=severities,
            state=states[-1].code,
            states=states,
            incident_class=self._class,
            profile=self._profile,
            events=tuple(self._events),
            people=dict(self._people),
            roles=dict(self._roles),
            past_roles=tuple(self._past_roles),
            tasks=dict(self._tasks),
            approvals=dict(self._approvals),
            corrections=dict(self._corrections),
            stars=frozenset(self._stars),
            decisions=tuple(self._decisions),
            updates=tuple(self._updates),
            awareness=self._awareness,
            breach=dict(self._breach),
            postmortem=dict(self._postmortem),
            actions=tuple(self._actions.values()),
            exports=tuple(self._exports),
            entry_count=self._count,
            last_ts=self._last_ts,
        )


_Spell = TypeVar("_Spell", bound=SeveritySpell | StateSpell)


def _as_they_held(spells: Sequence[_Spell]) -> tuple[_Spell, ...]:
    """The declaration's first, then each from the moment on which it was true, whenever it was written down."""
    later = sorted(spells[1:], key=lambda spell: (spell.at, spell.seq))
    return tuple(spells[:1]) + tuple(later)


def fold(entries: Iterable[Entry]) -> IncidentView:
    """The incident after these entries, which start at 0 and leave no gap."""
    folded = Fold()
    for entry in entries:
        folded.advance(entry)
    return folded.view()
