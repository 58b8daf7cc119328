"""The breach file as a form: the Art. 33(3) minimum first, then the other questions by group, each with its source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Final, NamedTuple
from zoneinfo import ZoneInfo

from app.domain import breach, deadlines, organisation
from app.domain.fields import Answer, Catalogue, Field, condition_holds
from app.domain.incident import Awareness, IncidentView
from app.ui.models.days import due_words, is_past

if TYPE_CHECKING:
    from app.services.session import Session
    from app.services.tracked import Look

LETTERS: Final = {
    "a": "(a) Nature of the breach, people, records",
    "b": "(b) Contact",
    "c": "(c) Likely consequences",
    "d": "(d) Measures taken or proposed",
}


class Words(NamedTuple):
    """What stands in a row and in which tone."""

    text: str
    tone: str


@dataclass(frozen=True, slots=True)
class Ask:
    """One question as it stands: its line, the recorded text to edit, whose name is behind the key that signed it.

    `lacking`: the minimum needs it and nothing is stated; `pressing`: the 72 hours run meanwhile.
    """

    field: Field
    line: breach.Line
    raw: str
    applies: Answer
    signer: str
    lacking: bool
    pressing: bool

    @property
    def answered(self) -> bool:
        """Whether there is a value, or an unknown with somebody behind it."""
        return self.line.status not in ("not_stated", "blank")

    @property
    def editable(self) -> bool:
        """Whether a value can be typed here."""
        return not self.field.verb and self.field.kind != "secret"


@dataclass(frozen=True, slots=True)
class Part:
    """Questions under one heading; `minimum` for a letter of Art. 33(3)."""

    id: str
    title: str
    asks: tuple[Ask, ...]
    minimum: bool = False

    @property
    def count(self) -> str:
        """`4 of 11 answered`; of the minimum only what applies counts."""
        return f"{sum(ask.answered for ask in self.asks)} of {len(self.asks)} answered"


@dataclass(frozen=True, slots=True)
class Rule:
    """Which clock applies: regime, authority if one is named, and the zone in which times are shown."""

    regime: deadlines.Regime
    authority: deadlines.Authority | None
    zone: str

    def due(self, aware: Awareness | datetime, submitted: datetime | None, now: datetime) -> deadlines.Deadline:
        """The deadline for an awareness that is recorded, or only being considered."""
        at, zone = (aware.at, aware.zone) if isinstance(aware, Awareness) else (aware, self.zone)
        return deadlines.compute(at, zone, regime=self.regime, authority=self.authority, submitted=submitted, now=now)


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything the form shows of one incident."""

    incident_id: str
    parts: tuple[Part, ...]
    instants: breach.Instants
    awareness: Awareness | None
    aware_signer: str
    submitted: datetime | None
    warnings: tuple[str, ...]
    rule: Rule
    organisation: Mapping[str, str]
    people: tuple[str, ...]
    catalogue: Catalogue

    def asks(self) -> Iterator[Ask]:
        """Every question in the order shown."""
        for part in self.parts:
            yield from part.asks

    def ask(self, field_id: str) -> Ask | None:
        """The question of that field."""
        return next((ask for ask in self.asks() if ask.field.id == field_id), None)


def read_sheet(session: Session, look: Look) -> Sheet:
    """The form of an incident; reads the organisation profile, so it runs off the window's thread."""
    from app.services import regulatory, rulebook

    profile = regulatory.organisation_profile(session)
    authority = rulebook.known_authorities().get(profile.get("authority", ""))
    regime = rulebook.regimes()[authority.regime if authority else "gdpr-art33"]
    rule = Rule(regime, authority, regulatory.profile_zone(session))
    return sheet_of(look.view, rulebook.catalogue(), organisation.answers(profile), rule, session.now())


def sheet_of(view: IncidentView, catalogue: Catalogue, profile: Mapping[str, str], rule: Rule, now: datetime) -> Sheet:
    """The form from its parts; `profile` maps field ids to the organisation's values."""
    file = breach.breach_file(view)
    submitted = next((update.at for update in view.updates if update.audience == "authority"), None)
    late = None if view.awareness is None else rule.due(view.awareness, submitted, now).on_time_strict is False
    lines = breach.lines_of(catalogue, file, profile, zone=rule.zone, sent=submitted is not None)
    answers = breach.answers_of(file, profile)
    lacking = set(breach.missing(catalogue, file, profile))
    asks = {
        field.id: Ask(
            field,
            lines[field.id],
            _raw(view, profile, field.id),
            condition_holds(field.when, answers, late=late),
            view.name_of(lines[field.id].actor) if lines[field.id].actor else "",
            field.id in lacking,
            field.id in lacking and view.awareness is not None,
        )
        for field in catalogue.fields
    }
    return Sheet(
        incident_id=view.incident_id,
        parts=tuple(_parts(catalogue, asks)),
        instants=file.instants,
        awareness=view.awareness,
        aware_signer=view.name_of(view.awareness.actor) if view.awareness else "",
        submitted=submitted,
        warnings=file.warnings,
        rule=rule,
        organisation=profile,
        people=_people(view),
        catalogue=catalogue,
    )


def _raw(view: IncidentView, profile: Mapping[str, str], field_id: str) -> str:
    found = view.breach.get(field_id)
    if found is None:
        return profile.get(field_id, "")
    return found.value if isinstance(found.value, str) else ""


def _parts(catalogue: Catalogue, asks: Mapping[str, Ask]) -> Iterator[Part]:
    for letter, title in LETTERS.items():
        own = [asks[field.id] for field in catalogue.minimum if field.minimum == letter]
        yield Part(f"minimum-{letter}", title, tuple(a for a in own if a.applies is not Answer.NO), minimum=True)
    for group in catalogue.groups:
        rest = [asks[f.id] for f in catalogue.fields if f.group == group.id and not f.minimum]
        if rest:
            yield Part(group.id, group.title, tuple(rest))


def _people(view: IncidentView) -> tuple[str, ...]:
    holders = [held.holder for held in view.roles.values()]
    names = [*holders, *(person.name for person in view.people.values())]
    return tuple(dict.fromkeys(name for name in names if isinstance(name, str)))


def value_words(ask: Ask, today: date) -> Words:
    """What a row says: the value, who will find out by when, or that nothing is stated."""
    line = ask.line
    match line.status:
        case "stated":
            return Words(line.text.replace(" | ", " · ") if ask.field.kind == "table" else line.text, "")
        case "unknown":
            return _unknown_words(line, today)
        case "erased":
            return Words(line.text, "secondary")
        case "blank":
            return Words("Filled in when the notification is sent", "secondary")
    if ask.field.verb:
        return Words("Comes from the awareness decision", "secondary")
    if ask.field.kind == "secret":
        return Words("Typed into the authority's portal by hand; never kept here", "secondary")
    return Words("Not stated", "attention" if ask.pressing else "secondary")


def _unknown_words(line: breach.Line, today: date) -> Words:
    head = "Not known yet" if line.text.startswith("not known") else "To be determined"
    if not line.owner:
        return Words(f"{head} — nobody named yet", "attention")
    if is_past(line.due, today):
        return Words(f"{head} — {line.owner}, was due {due_words(line.due, today)}", "overdue")
    return Words(f"{head} — {line.owner}, due {due_words(line.due, today)}", "attention")


def source_words(ask: Ask) -> str:
    """`#27 · Ana Pop`, or the organisation profile."""
    if ask.line.entries:
        numbers = ", ".join(f"#{seq}" for seq in ask.line.entries)
        return f"{numbers} · {ask.signer}" if ask.signer else numbers
    return "organisation" if ask.line.source == "organisation" else ""


def duty_words(ask: Ask) -> str:
    """Whether the first notification needs it."""
    words = {
        "R": "Required.",
        "K": "Required; it may be to be determined.",
        "C": "Required where it applies.",
        "O": "Optional.",
        "N": "Not needed in the first notification.",
    }
    return "Internal: never in a packet." if ask.field.audience == "internal" else words[ask.field.initial]


def minimum_words(sheet: Sheet) -> Words:
    """`3 of 13 still open: …`, or that the minimum is complete."""
    asks = [ask for part in sheet.parts if part.minimum for ask in part.asks]
    lacking = [ask.field.label for ask in asks if ask.lacking]
    if lacking:
        tone = "attention" if sheet.awareness is not None else ""
        return Words(f"{len(lacking)} of {len(asks)} still open: {'; '.join(lacking)}", tone)
    unknown = sum(ask.line.status == "unknown" for ask in asks)
    open_words = f", {unknown} as not known yet with owner and day" if unknown else ""
    return Words(f"The minimum of Art. 33(3) is complete: {len(asks)} of {len(asks)}{open_words}", "")


def matches(ask: Ask, part: Part, wanted: str) -> bool:
    """Whether every word wanted stands in the label, id, value, owner or heading."""
    text = f"{ask.field.label} {ask.field.id} {ask.line.text} {ask.line.owner} {part.title}".casefold()
    return all(word in text for word in wanted.casefold().split())


def local_words(moment: datetime, zone: str) -> str:
    """`Fri 23 Oct 09:38 EEST`."""
    there = moment.astimezone(ZoneInfo(zone))
    return f"{there:%a} {there.day} {there:%b %H:%M} {there.tzname() or 'UTC'}"
