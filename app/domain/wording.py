"""Wording: the record as people read it, one sentence an entry, corrections applied and shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import assert_never

from app.domain import entries as e
from app.domain.entries import Entry, shown
from app.domain.incident import STRIKING, Correction, IncidentView
from app.domain.plan import Plan
from app.domain.texts import tags_of
from app.domain.timeline import TimelineRow, milliseconds


def is_row(entry: Entry) -> bool:
    """Whether an entry is a row of its own; keys, attests, stars and corrections change other rows."""
    return entry.type not in e.PLUMBING


def raw_answer(payload: e.BreachStated) -> tuple[str, str]:
    """A breach file's answer without a catalogue: the field's id and the value as it was recorded."""
    return payload.field, shown(payload.value)


Answers = Callable[[e.BreachStated], tuple[str, str]]
"""The label of a field of the breach file and its value in words."""


def row_of(entry: Entry, number: int, plan: Plan, view: IncidentView, answers: Answers = raw_answer) -> TimelineRow:
    """The row of an entry, with the corrections, stars and signatures that the view knows of."""
    payload = e.payload_of(entry)
    kind, text, human = describe(payload, plan, answers)
    row = TimelineRow(
        row=number,
        seq=entry.seq,
        at=milliseconds(entry.at),
        ts=milliseconds(entry.ts),
        kind=kind,
        text=text,
        original="",
        said_by=shown(entry.said_by),
        recorded_by=view.name_of(entry.actor),
        signer=entry.actor,
        tags=tags_of(text),
        starred=entry.seq in view.stars,
        struck=False,
        human=human,
        unsigned=unsigned(payload, entry, view),
    )
    for correction in view.corrections.get(entry.seq, ()):
        if correction.change == "text" and correction.text is not None:
            again = describe(_reworded(payload, correction.text), plan, answers)[1]
            row = replace(row, text=again, original=row.original or row.text, tags=tags_of(again))
        else:
            row = corrected(row, correction)
    return row


def _reworded(payload: e.Payload, text: e.Text) -> e.Payload:
    """The payload with another text in the place of its own."""
    match payload:
        case e.Noted() | e.UpdateSent() | e.PostmortemWritten() | e.ActionAdded():
            return replace(payload, text=text)
        case e.Decided():
            return replace(payload, decision=text)
        case e.BreachStated():
            return replace(payload, value=text, unknown=False)
        case e.AwarenessDecided():
            return replace(payload, reason=text)
        case e.Opened():
            return replace(payload, title=text)
        case _:
            return payload


def corrected(row: TimelineRow, correction: Correction) -> TimelineRow:
    """The row after a correction of anything but its words."""
    if correction.change in STRIKING:
        reason = shown(correction.reason)
        word = {"retract": "retracted", "moved": "moved", "duplicate": "duplicate", "void": "void"}[correction.change]
        note = f" ({word}{': ' + reason if reason else ''})"
        return replace(row, struck=True, text=row.text + note, original=row.original or row.text)
    if correction.change == "at" and correction.to:
        return replace(row, at=milliseconds(datetime.fromisoformat(correction.to)))
    if correction.change == "tags" and correction.text is not None:
        return replace(row, tags=shown(correction.text))
    return row


def unsigned(payload: e.Payload, entry: Entry, view: IncidentView) -> str:
    """Who was quoted or took something over but has not signed it with a key of their own."""
    waiting: list[str] = []
    signed = {approval.by for approval in view.approvals.get(entry.seq, ())} | {entry.actor}
    match payload:
        case e.RoleHandedOver():
            parties = ((payload.giver, payload.giver_fp), (payload.holder, payload.fp))
            waiting = [shown(name) for name, fp in parties if fp not in signed]
        case e.RoleAssigned():
            waiting = [shown(payload.holder)] if payload.fp not in signed else []
        case _:
            said = entry.said_by
            if said is not None and shown(said) != view.name_of(entry.actor):
                names = {view.name_of(fp) for fp in signed}
                waiting = [shown(said)] if shown(said) not in names else []
    return ", ".join(waiting)


def describe(payload: e.Payload, plan: Plan, answers: Answers = raw_answer) -> tuple[str, str, bool]:
    """Kind, sentence, and whether a person wrote the words (rather than the program about an act)."""
    match payload:
        case e.Noted():
            return payload.mark or "note", shown(payload.text), True
        case e.Decided():
            return "decision", _because(shown(payload.decision), payload.reason), True
        case e.UpdateSent():
            return "update", f"Update to {_audience(plan, payload.audience)}: {shown(payload.text)}", True
        case e.AwarenessDecided():
            return "aware", f"Aware of a personal data breach: {shown(payload.reason)}", True
        case e.ActionAdded():
            extra = "".join(
                [f" @{shown(payload.owner)}" if payload.owner else "", f", due {payload.due}" if payload.due else ""]
            )
            return "action", f"{shown(payload.text)}{extra}", True
        case e.ActionClosed():
            return "action", f"Action closed{_colon(payload.text)}", False
        case e.PostmortemWritten():
            return "postmortem", f"Post-mortem, {_section(plan, payload.section)}: {shown(payload.text)}", True
        case e.BreachStated():
            return "breach", _breach(payload, *answers(payload)), False
        case _:
            return _describe_act(payload, plan)


def _describe_act(payload: e.Payload, plan: Plan) -> tuple[str, str, bool]:
    match payload:
        case e.Opened():
            return "open", _opening(payload, plan), False
        case e.Acknowledged():
            return "ack", f"Acknowledged{' by ' + shown(payload.by) if payload.by else ''}", False
        case e.SeverityChanged():
            return "severity", _because(f"Severity {_severity(plan, payload.severity)}", payload.reason), False
        case e.StateChanged():
            return "state", _because(f"State {_state(plan, payload.state)}", payload.reason), False
        case e.ClassChanged():
            return "class", f"Classified as {_class(plan, payload.incident_class)}", False
        case e.ProfileSet():
            return "profile", _because(f"Response profile {payload.profile}", payload.reason), False
        case e.Renumbered():
            return "number", f"New number {payload.number}", False
        case e.RoleAssigned():
            word = "Backup for " if payload.backup else ""
            return "role", f"{word}{_role(plan, payload.role)}: {shown(payload.holder)}", False
        case e.RoleHandedOver():
            text = f"{_role(plan, payload.role)} handed over from {shown(payload.giver)} to {shown(payload.holder)}"
            return "role", text + _colon(payload.note), False
        case e.RoleReleased():
            return "role", _because(f"{_role(plan, payload.role)} released", payload.reason), False
        case e.TaskSettled():
            word = {"done": "Done", "skipped": "Skipped", "not_applicable": "Not applicable"}[payload.outcome]
            return "task", _because(f"{word}: {_task(plan, payload.task)}", payload.reason), False
        case e.TaskReopened():
            return "task", _because(f"Reopened: {_task(plan, payload.task)}", payload.reason), False
        case e.TaskAssigned():
            return "task", f"{_task(plan, payload.task)} @{shown(payload.owner)}", False
        case e.Exported():
            return "export", f"Handed out: {payload.report}, sha256 {payload.sha256[:12]}…", False
        case e.KeyAdded():
            return "key", f"Key enrolled: {shown(payload.name, payload.principal)} ({payload.role})", False
        case e.KeyRetired() | e.KeyRevoked():
            return "key", f"Key {'retired' if isinstance(payload, e.KeyRetired) else 'revoked'}: {payload.fp}", False
        case e.Attested():
            return "attest", f"Entry {payload.of} signed ({payload.as_})", False
        case e.Amended():
            return "amend", f"Correction{_colon(payload.text)}", False
        case e.Starred():
            return "star", "Milestone" if payload.on else "No longer a milestone", False
        case e.Restored():
            known = f" (commit {payload.before} was known)" if payload.before is not None else ""
            return "restore", _because(f"Database restored to commit {payload.after}{known}", payload.reason), False
        case e.Unread():
            return "other", f"Entry of type {payload.kind}", False
        case (
            e.Noted()
            | e.Decided()
            | e.UpdateSent()
            | e.AwarenessDecided()
            | e.ActionAdded()
            | e.ActionClosed()
            | e.PostmortemWritten()
            | e.BreachStated()
        ):
            return describe(payload, plan)
        case _:
            assert_never(payload)


def _opening(payload: e.Opened, plan: Plan) -> str:
    word = "Drill" if payload.drill else "Incident"
    clock = ", simulated clock" if payload.simulated else ""
    level = _severity(plan, payload.severity)
    return f"{word} declared: {shown(payload.title)} ({level}, plan {payload.plan} {payload.plan_version}{clock})"


def _because(text: str, reason: e.Text | None) -> str:
    return f"{text}, because {shown(reason)}" if reason else text


def _colon(text: e.Text | None) -> str:
    return f": {shown(text)}" if text else ""


def _breach(payload: e.BreachStated, label: str, value: str) -> str:
    if payload.unknown:
        due = f", due {payload.due}" if payload.due else ""
        return f"{_asked(label)} not known yet, owner {shown(payload.owner, 'nobody')}{due}"
    return f"{_asked(label)} {value}"


def _asked(label: str) -> str:
    return label if label.endswith("?") else f"{label}:"


def _severity(plan: Plan, code: str) -> str:
    if code not in plan.severity_ranks:
        return code
    level = plan.severity(code)
    return f"{level.short or level.code} {level.title}".strip()


def _state(plan: Plan, code: str) -> str:
    return plan.state(code).title or code if code in plan.state_codes else code


def _class(plan: Plan, code: str) -> str:
    return next((item.title for item in plan.classes if item.code == code), code)


def _role(plan: Plan, code: str) -> str:
    return next((item.title for item in plan.roles if item.code == code), code)


def _task(plan: Plan, task: str) -> str:
    return (plan.tasks[task].text_en or plan.tasks[task].text) if task in plan.tasks else task


def _audience(plan: Plan, code: str) -> str:
    return next((item.title for item in plan.audiences if item.code == code), code)


def _section(plan: Plan, section: str) -> str:
    return next((item.title for item in plan.postmortem.sections if item.id == section), section)
