"""The post-mortem as a form: the sections of the plan's template, what the record says in each, what a person wrote."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple
from zoneinfo import ZoneInfo

from app.domain.clocks import Clock
from app.domain.entries import shown
from app.domain.fields import Catalogue
from app.domain.incident import ActionItem, IncidentView, SectionText
from app.domain.instants import span_text
from app.domain.plan import Plan, Section
from app.ui.models.breach_sheet import local_words

if TYPE_CHECKING:
    from app.services.session import Session
    from app.services.tracked import Look

WRITTEN: Final = frozenset({"prose", "facts", "impact"})
"""Kinds of sections that stay empty unless a person writes; the others are filled from the record."""
FILLED: Final = {
    "facts": "Filled from the record",
    "impact": "Filled from the breach file",
    "timeline": "Filled from the record; the document shows the milestones",
    "clocks": "Filled from the record",
    "severity": "Filled from the record",
}
_IMPACT: Final = ("ds.categories", "ds.count", "data.types", "data.rec_count", "con.impact", "con.severity")


class Known(NamedTuple):
    """Something the record says: its label, its words, and a tone where somebody must act."""

    label: str
    value: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One section: `inputs` are fields of the template that the record does not know; `typed` what stands in them."""

    section: Section
    known: tuple[Known, ...]
    inputs: tuple[str, ...]
    written: SectionText | None
    writer: str
    is_missing: bool

    @property
    def text(self) -> str:
        """What was written last, as it stands in the record."""
        return shown(self.written.text) if self.written else ""


@dataclass(frozen=True, slots=True)
class PostmortemSheet:
    """Everything the form shows of one incident."""

    incident_id: str
    title: str
    note: str
    zone: str
    parts: tuple[Part, ...]
    actions: tuple[ActionItem, ...]
    people: tuple[str, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """Titles of required sections in which nothing stands."""
        return tuple(part.section.title for part in self.parts if part.is_missing)


def read_postmortem(session: Session, look: Look, clocks: Sequence[Clock], zone: str) -> PostmortemSheet:
    """The form of an incident; the words of the breach file are loaded here, off the window's thread."""
    from app.services import rulebook

    return postmortem_of(look.plan, look.view, clocks, session.now(), zone, rulebook.catalogue())


def postmortem_of(
    plan: Plan, view: IncidentView, clocks: Sequence[Clock], now: datetime, zone: str, catalogue: Catalogue
) -> PostmortemSheet:
    """The form from its parts."""
    template = plan.postmortem
    facts = _facts(plan, view, now, zone)
    filled: Mapping[str, tuple[Known, ...]] = {
        "facts": (),
        "impact": tuple(_impact(view, catalogue, zone)),
        "timeline": tuple(_milestones(plan, view, zone)),
        "clocks": tuple(_clock_words(clock, now, zone) for clock in clocks),
        "severity": tuple(Known(local_words(spell.at, zone), _severity(plan, spell.code)) for spell in view.severities),
    }
    needed = template.strength in ("MUST", "SHOULD") and plan.at_least(view.severity, template.severity_from)
    title = template.title.replace("{number}", view.number).replace("{title}", shown(view.title))
    return PostmortemSheet(
        incident_id=view.incident_id,
        title=title.replace("{severity}", view.severity).replace("{date}", f"{view.declared_at:%Y-%m-%d}"),
        note=f"The plan says: this severity {template.strength} have one." if needed else "",
        zone=zone,
        parts=tuple(_part(section, view, facts, filled) for section in template.sections),
        actions=view.actions,
        people=_people(view),
    )


def _part(
    section: Section, view: IncidentView, facts: Mapping[str, str], filled: Mapping[str, tuple[Known, ...]]
) -> Part:
    written = view.postmortem.get(section.id)
    labels = [field_label(field) for field in section.fields] if section.kind in ("facts", "impact") else []
    known = tuple(Known(label, facts[label.casefold()]) for label in labels if label.casefold() in facts)
    return Part(
        section=section,
        known=(*known, *filled.get(section.kind, ())),
        inputs=tuple(label for label in labels if label.casefold() not in facts),
        written=written,
        writer=view.name_of(written.actor) if written else "",
        is_missing=section.required and _is_empty(section, view),
    )


def _is_empty(section: Section, view: IncidentView) -> bool:
    if section.kind == "actions":
        return not view.actions
    return section.kind in WRITTEN and section.id not in view.postmortem


def field_label(field: str) -> str:
    """`Duration` of `Duration: [Start - End]`: a field of the plan's template without its placeholder."""
    return field.partition(":")[0].strip()


def split_fields(text: str, labels: Sequence[str]) -> tuple[dict[str, str], str]:
    """A section's text as `label: value` lines by label, and the rest as prose; documents read it the same way."""
    known = {label.casefold(): label for label in labels}
    found: dict[str, str] = {}
    rest = []
    for line in text.split("\n"):
        head, colon, value = line.partition(":")
        label = known.get(head.strip(" -*").casefold(), "")
        if colon and label and label not in found and value.strip():
            found[label] = value.strip()
        else:
            rest.append(line)
    return found, "\n".join(rest).strip()


def join_fields(values: Mapping[str, str], prose: str) -> str:
    """The text that `split_fields` takes apart again."""
    lines = [f"{label}: {' '.join(value.split())}" for label, value in values.items() if value.strip()]
    return "\n".join([*lines, prose.strip()]).strip()


def _facts(plan: Plan, view: IncidentView, now: datetime, zone: str) -> dict[str, str]:
    """What the record says about fields of templates, by their usual names."""
    role = plan.role_for("commander")
    held = view.roles.get(role.code) if role else None
    title, state = shown(view.title), plan.state(view.state).title or view.state
    commander = shown(held.holder) if held else "nobody"
    spells = dict.fromkeys(_severity(plan, spell.code) for spell in view.severities)
    return {
        **dict.fromkeys(("incident", "title", "description", "post-mortem", "postmortem"), title),
        **dict.fromkeys(("incident id", "incident number", "number", "id"), view.number),
        **dict.fromkeys(("commander", "incident commander"), commander),
        **dict.fromkeys(("status", "state"), state),
        **dict.fromkeys(("duration", "downtime"), _duration(plan, view, now, zone)),
        "severity": " → ".join(spells),
        "date": f"{view.declared_at.astimezone(ZoneInfo(zone)):%Y-%m-%d}",
    }


def _duration(plan: Plan, view: IncidentView, now: datetime, zone: str) -> str:
    alarm = view.first("detected")
    start = min(view.declared_at, alarm.at) if alarm else view.declared_at
    over = {state.code for state in plan.states if state.resolved or state.closed}
    end = next((spell.at for spell in view.states if spell.code in over), None) if view.state in over else None
    if end is None:
        return f"open for {span_text(now - start)}, since {local_words(start, zone)}"
    return f"{span_text(end - start)}, {local_words(start, zone)} to {local_words(end, zone)}"


def _impact(view: IncidentView, catalogue: Catalogue, zone: str) -> Iterator[Known]:
    for field_id in _IMPACT:
        found, field = view.breach.get(field_id), catalogue.named(field_id)
        if found is not None and found.unknown:
            yield Known(field.label, f"not known yet, {shown(found.owner)} finds out", "secondary")
        elif found is not None:
            value = catalogue.readable(field, found.value, zone) if isinstance(found.value, str) else shown(found.value)
            yield Known(field.label, value)


def _milestones(plan: Plan, view: IncidentView, zone: str) -> list[Known]:
    named = {"detected": "Detected", "declared": "Declared", "acknowledged": "Acknowledged"}
    found = [(event.at, named[event.name]) for event in view.events if event.name in named]
    if view.awareness is not None:
        found.append((view.awareness.at, "Controller aware"))
    found += [(spell.at, f"Severity {_severity(plan, spell.code)}") for spell in view.severities[1:]]
    found += [(spell.at, f"State {plan.state(spell.code).title or spell.code}") for spell in view.states[1:]]
    lines = [Known(local_words(at, zone), words) for at, words in sorted(found)]
    starred = f", {len(view.stars)} starred" if view.stars else ", none starred yet"
    return [*lines, Known("In all", f"{view.entry_count} entries{starred}", "secondary")]


def _clock_words(clock: Clock, now: datetime, zone: str) -> Known:
    due = local_words(clock.due_at, zone)
    missed = f", missed {clock.missed} of {len(clock.laps)} times" if clock.missed and len(clock.laps) > 1 else ""
    words = {
        "met": "met",
        "met_late": "met late",
        "ended": "ended",
        "lapsed": "not met",
        "running": f"running, due {due}",
        "due_soon": f"due {due}",
        "overdue": f"{span_text(now - clock.due_at)} overdue",
    }[clock.state]
    tone = {"overdue": "overdue", "lapsed": "attention", "met_late": "attention"}.get(clock.state, "")
    return Known(clock.label, f"{clock.limit}: {words}{missed}", tone)


def _severity(plan: Plan, code: str) -> str:
    title = plan.severity(code).title
    return code if not title or title.casefold().startswith(code.casefold()) else f"{code} {title}"


def _people(view: IncidentView) -> tuple[str, ...]:
    holders = [held.holder for held in view.roles.values()]
    names = [*holders, *(person.name for person in view.people.values())]
    return tuple(dict.fromkeys(name for name in names if isinstance(name, str)))
