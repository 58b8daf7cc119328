"""The breach file: what was answered, which moments are kept apart, and what an Art. 33 packet says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any, Literal

from app.domain.deadlines import rfc3339
from app.domain.entries import Gone, Text, shown
from app.domain.fields import TBD, Answer, Catalogue, Field, condition_holds, moment_of, moment_words
from app.domain.incident import FieldValue, IncidentView
from app.domain.instants import span_text

Status = Literal["stated", "unknown", "erased", "not_stated", "blank"]

_INSTANT_FIELDS = {
    "time.begin": ("began", "Breach began"),
    "time.detected": ("detected", "Detected"),
    "time.investigation": ("investigation", "Investigation began"),
    "party.processor_informed_at": ("processor_informed", "Processor informed us"),
}


@dataclass(frozen=True, slots=True)
class Instant:
    """One of the five moments that are kept apart: when, which entry says so, whose key, and why where it was said."""

    name: str
    label: str
    at: datetime | None = None
    seq: int | None = None
    actor: str = ""
    reason: Text | None = None
    zone: str = ""


@dataclass(frozen=True, slots=True)
class Instants:
    """The five moments; only `aware` starts the 72 hours."""

    began: Instant
    detected: Instant
    investigation: Instant
    aware: Instant
    processor_informed: Instant

    def __iter__(self) -> Iterator[Instant]:
        return iter((self.began, self.detected, self.investigation, self.aware, self.processor_informed))


@dataclass(frozen=True, slots=True)
class BreachFile:
    """What an incident's record says about the breach so far."""

    fields: Mapping[str, FieldValue]
    instants: Instants

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences about moments that contradict each other or weaken the clock."""
        return tuple(_instant_warnings(self.instants))


def breach_file(view: IncidentView) -> BreachFile:
    """The breach file of an incident: fields as stated, moments from fields, declaration and awareness."""
    began, detected, investigation, informed = (_from_field(view.breach, name) for name in _INSTANT_FIELDS)
    alarm = view.first("detected")
    if detected.at is None and alarm is not None:
        detected = Instant("detected", detected.label, alarm.at, alarm.seq, view.severities[0].actor)
    aware = Instant("aware", "Controller aware")
    if view.awareness is not None:
        known = view.awareness
        aware = Instant("aware", aware.label, known.at, known.seq, known.actor, known.reason, known.zone)
    return BreachFile(view.breach, Instants(began, detected, investigation, aware, informed))


def _from_field(fields: Mapping[str, FieldValue], field_id: str) -> Instant:
    name, label = _INSTANT_FIELDS[field_id]
    found = fields.get(field_id)
    at = moment_of(found.value) if found is not None and isinstance(found.value, str) else None
    return Instant(name, label, at, found.seq, found.actor) if found is not None and at else Instant(name, label)


def _instant_warnings(instants: Instants) -> list[str]:
    found = []
    aware, informed, began = instants.aware.at, instants.processor_informed.at, instants.began.at
    if aware and informed and informed < aware:
        found.append(
            f"The processor informed us {span_text(aware - informed)} before the recorded awareness: "
            "an authority may count from that notice."
        )
    if aware and began and aware < began:
        found.append(
            f"Awareness is recorded {span_text(began - aware)} before the breach began: one of the two is wrong."
        )
    return found


@dataclass(frozen=True, slots=True)
class Line:
    """One numbered answer of a packet; `entries` are its sources in the record, `actor` the key under the last."""

    number: str
    field: str
    label: str
    gdpr: str
    status: Status
    text: str
    owner: str = ""
    due: str = ""
    entries: tuple[int, ...] = ()
    actor: str = ""
    source: Literal["record", "organisation", ""] = ""
    minimum: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """One heading of a packet with its lines; `letter` is its place in Art. 33(3), empty outside it."""

    title: str
    letter: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Packet:
    """The content of an Art. 33 notification: what is said, what is owed, and how much was not asked yet."""

    sections: tuple[Section, ...]
    instants: Instants
    missing: tuple[str, ...]
    unanswered: int
    warnings: tuple[str, ...]
    credit: str

    @property
    def unanswered_line(self) -> str:
        """How many questions of the template have no answer, in one line; empty when none."""
        if self.unanswered == 1:
            return "1 further field of the common template is not answered yet."
        count = self.unanswered
        return f"{count} further fields of the common template are not answered yet." if count else ""

    def as_dict(self) -> dict[str, Any]:
        """The same content as JSON; moments as RFC 3339 UTC."""
        return {
            "sections": [asdict(section) for section in self.sections],
            "instants": [
                {"name": i.name, "label": i.label, "at": i.at and rfc3339(i.at), "entry": i.seq, "actor": i.actor}
                for i in self.instants
            ],
            "missing": list(self.missing),
            "unanswered": self.unanswered,
            "warnings": list(self.warnings),
            "credit": self.credit,
        }


def packet_sections(
    catalogue: Catalogue,
    file: BreachFile,
    organisation: Mapping[str, str],
    *,
    zone: str = "UTC",
    late: bool | None = None,
    sent: bool = False,
) -> Packet:
    """The notification as sections: every field of the minimum, and every other field that has an answer.

    `organisation` maps field ids to the profile's values (`organisation.answers`); the record's own answer wins.
    Sending fields stay blank until `sent`; internal fields never appear.
    """
    written = lines_of(catalogue, file, organisation, zone=zone, sent=sent)
    answers = answers_of(file, organisation)
    sections: list[Section] = []
    unanswered = 0
    for group in catalogue.groups:
        lines: list[Line] = []
        for field in _outward(catalogue, group.id):
            line = written[field.id]
            holds = condition_holds(field.when, answers, late=late)
            # A number of an earlier notification is asked for once there was one, not as long as nobody said so.
            applies = holds is Answer.YES if field.sending else holds is not Answer.NO
            if _has_answer(line) or (applies and (field.minimum or field.sending or _for_lateness(field, late))):
                lines.append(replace(line, number=f"{len(sections) + 1}.{len(lines) + 1}"))
            elif applies and field.initial != "N":
                unanswered += 1
        if lines:
            sections.append(Section(group.title, group.letter, tuple(lines)))
    owed = missing(catalogue, file, organisation, late=late)
    return Packet(tuple(sections), file.instants, owed, unanswered, file.warnings, catalogue.credit)


def lines_of(
    catalogue: Catalogue, file: BreachFile, organisation: Mapping[str, str], *, zone: str = "UTC", sent: bool = False
) -> dict[str, Line]:
    """Every field of the catalogue as it stands, without a number; internal fields too, which no packet shows."""
    return {field.id: _line(catalogue, field, file, organisation, zone, sent) for field in catalogue.fields}


def missing(
    catalogue: Catalogue, file: BreachFile, organisation: Mapping[str, str], *, late: bool | None = None
) -> tuple[str, ...]:
    """Ids of the minimum fields that are neither answered nor stated as unknown with owner and date.

    Of a late notification Art. 33(1) also asks for the reasons.
    """
    answers = answers_of(file, organisation)
    owed = []
    for field in (field for field in catalogue.fields if field.minimum or _for_lateness(field, late)):
        found = file.fields.get(field.id)
        named = found is not None and found.owner is not None and _is_day(found.due)
        settled = named if found is not None and _is_open(found) else (found is not None or field.id in answers)
        if not settled and condition_holds(field.when, answers, late=late) is not Answer.NO:
            owed.append(field.id)
    return tuple(owed)


def answers_of(file: BreachFile, organisation: Mapping[str, str]) -> dict[str, str]:
    """Field ids to known values: the record's, else the profile's; open and erased ones are left out."""
    answers = {name: text for name, text in organisation.items() if text and name not in file.fields}
    for name, found in file.fields.items():
        if isinstance(found.value, str) and not _is_open(found):
            answers[name] = found.value
    return answers


def _outward(catalogue: Catalogue, group: str) -> Iterator[Field]:
    for field in catalogue.fields:
        if field.group == group and field.audience != "internal" and field.kind != "secret":
            yield field


def _for_lateness(field: Field, late: bool | None) -> bool:
    return late is True and "late" in field.when.split()


def _has_answer(line: Line) -> bool:
    return line.status not in ("not_stated", "blank")


def _is_open(found: FieldValue) -> bool:
    return found.unknown or found.value == TBD


def _is_day(text: str | None) -> bool:
    try:
        return text is not None and date.fromisoformat(text[:10]) is not None
    except ValueError:
        return False


def _line(
    catalogue: Catalogue, field: Field, file: BreachFile, organisation: Mapping[str, str], zone: str, sent: bool
) -> Line:
    bare = Line("", field.id, field.label, field.gdpr, "not_stated", "not stated yet", minimum=bool(field.minimum))
    found = file.fields.get(field.id)
    if field.sending and not sent:
        return replace(bare, status="blank", text="")
    if found is not None and not field.verb:
        return _from_record(bare, catalogue, field, found, zone)
    moment = _from_instant(bare, field, file.instants, zone)
    if moment is not None:
        return moment
    if organisation.get(field.id):
        text = catalogue.readable(field, organisation[field.id], zone)
        return replace(bare, status="stated", text=text, source="organisation")
    return bare


def _from_record(bare: Line, catalogue: Catalogue, field: Field, found: FieldValue, zone: str) -> Line:
    line = replace(bare, entries=(found.seq,), actor=found.actor, source="record")
    if _is_open(found):
        owner, due = shown(found.owner), found.due or ""
        return replace(line, status="unknown", text=_unknown_words(found.unknown, owner, due), owner=owner, due=due)
    if not isinstance(found.value, str):
        return replace(line, status="erased", text=str(Gone.GONE))
    return replace(line, status="stated", text=catalogue.readable(field, found.value, zone))


def _unknown_words(unknown: bool, owner: str, due: str) -> str:
    said = "not known yet" if unknown else "to be determined"
    who = f"; {owner} will answer" if owner else "; nobody named yet"
    return f"{said}{who}{f' by {due}' if due else ''}"


def _from_instant(bare: Line, field: Field, instants: Instants, zone: str) -> Line | None:
    by_field = {"time.aware": instants.aware, "time.aware_basis": instants.aware, "time.detected": instants.detected}
    known = by_field.get(field.id)
    if known is None or known.at is None or known.seq is None:
        return None
    text = shown(known.reason) if field.id == "time.aware_basis" else moment_words(known.at, zone)
    status: Status = "erased" if field.id == "time.aware_basis" and known.reason is Gone.GONE else "stated"
    return replace(bare, status=status, text=text, entries=(known.seq,), actor=known.actor, source="record")
