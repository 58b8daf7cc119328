"""The questions of the common notification template: their kinds, coded values and conditions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum
from typing import Literal

from app.domain.deadlines import refuse_future
from app.domain.errors import Refused, Unusable
from app.domain.instants import parse_moment, zone_named

Audience = Literal["authority", "people", "internal"]
Duty = Literal["R", "K", "C", "O", "N"]

TBD = "tbd"
_TBD_WORDS = frozenset({TBD, "to be determined"})
_TRUE, _FALSE = frozenset({"yes", "true", "1"}), frozenset({"no", "false", "0"})
_CLAUSE = re.compile(r"([a-z_]+\.[a-z0-9_]+) = ([a-z0-9_|]+)")


class Answer(Enum):
    """Whether a condition holds: `ASK` where the file does not say or the condition is not for a program."""

    YES = "yes"
    NO = "no"
    ASK = "ask"


@dataclass(frozen=True, slots=True)
class Group:
    """A heading of the breach file as people think of it; `letter` is its place in Art. 33(3)."""

    id: str
    title: str
    letter: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """One question of the common template.

    `initial` and `final`: R required, K required with "to be determined" allowed, C required if `when` holds,
    O optional, N not applicable. `asked_by` maps a form to its duty and evidence letters. `verb` names the act that
    answers the field in place of a typed value; a `sending` field is filled when the notification goes out; an `ahead`
    field may name a moment that is still to come.
    """

    id: str
    label: str
    kind: str
    group: str
    initial: Duty
    final: Duty
    audience: Audience
    asked_by: Mapping[str, str]
    values: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    values_of: str = ""
    verb: str = ""
    minimum: str = ""
    sending: bool = False
    when: str = ""
    gdpr: str = ""
    row: str = ""
    in_register: bool = False
    ahead: bool = False
    note: str = ""

    def from_memory(self, form: str) -> bool:
        """Whether it is only from memory that this form asks for the field: show "check with counsel"."""
        return self.asked_by.get(form, "").endswith("m")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every field in the order of the template, and the words for its coded values."""

    version: str
    checked: date
    credit: str
    legend: str
    forms: Mapping[str, str]
    groups: tuple[Group, ...]
    words: Mapping[str, str]
    fields: tuple[Field, ...]

    def named(self, field_id: str) -> Field:
        """The field of that id; `Unusable` says where to find the ids."""
        found = next((field for field in self.fields if field.id == field_id.strip()), None)
        if found is None:
            part = field_id.split(".", maxsplit=1)[0]
            near = ", ".join(field.id for field in self.fields if field.id.split(".")[0] == part)
            hint = f"Known there: {near}." if near else "Field ids look like nat.text; breach show lists them."
            raise Unusable(f"There is no field {field_id[:60]!r} in the breach file.", hint, code="unknown-field")
        return found

    @property
    def minimum(self) -> tuple[Field, ...]:
        """The fields without which Art. 33(3)(a) to (d) is not answered."""
        return tuple(field for field in self.fields if field.minimum)

    def check_value(
        self, field_id: str, text: str, zone: str | None = None, now: datetime | None = None
    ) -> tuple[str, ...]:
        """What is wrong with a typed value, in sentences; empty when it can be recorded."""
        try:
            self.settled(field_id, text, zone, now)
        except Refused as refusal:
            return (refusal.message,)
        return ()

    def settled(self, field_id: str, text: str, zone: str | None = None, now: datetime | None = None) -> str:
        """The value as it is recorded: codes for words, times with offset. `Unusable` when it does not fit.

        `zone` reads a wall-clock time; with `now` a moment that has not come yet is refused.
        """
        field = self.named(field_id)
        if field.verb:
            raise _unfit(field, "is recorded as a decision with its reason", f"Use the command {field.verb}.")
        if field.kind == "secret":
            raise _unfit(field, "is never stored", "Type it into the authority's portal by hand.")
        text = text.strip()
        if not text:
            raise _unfit(field, "needs a value", "State it as unknown, with who will find out and by when.")
        if text.lower() in _TBD_WORDS and (field.initial == "K" or TBD in field.values):
            return TBD
        value = self._settled_kind(field, text, zone)
        moment = moment_of(value) if field.kind.startswith("instant") and not field.ahead else None
        if moment is not None and now is not None:
            refuse_future(moment, now, field.label)
        return value

    def _settled_kind(self, field: Field, text: str, zone: str | None) -> str:
        match field.kind:
            case "enum":
                return self._code(field, text)
            case "multi":
                codes = [self._code(field, part) for part in re.split(r"[,;\n]", text) if part.strip()]
                return ", ".join(dict.fromkeys(codes))
            case "enum+text":
                head, colon, rest = text.partition(":")
                return f"{self._code(field, head)}{colon}{rest}"
            case "bool" | "bool+text":
                return _settled_bool(field, text)
            case "int" | "int+text":
                return _settled_number(field, text)
            case "date":
                return _settled_date(field, text)
            case "instant":
                return _settled_instant(text, zone)
            case "instant_or_date":
                return _settled_date(field, text) if re.fullmatch(r"[\d-]+", text) else _settled_instant(text, zone)
            case "instant+text":
                return _settled_start(field, text, zone)
        return text

    def _code(self, field: Field, text: str) -> str:
        wanted = _plain(text)
        for value in field.values:
            if wanted in (_plain(value), _plain(self.word(value))):
                return value
        raise _unfit(field, f"cannot be {text.strip()[:60]!r}", f"Possible: {', '.join(field.values)}.")

    def word(self, code: str) -> str:
        """A coded value as people read it."""
        return self.words.get(code, code.replace("_", " "))

    def readable(self, field: Field, text: str, zone: str = "UTC") -> str:
        """A recorded value as it stands in a document; moments in local time and UTC."""
        if text == TBD:
            return self.word(TBD)
        if field.kind in ("enum", "multi"):
            return ", ".join(self.word(code.strip()) for code in text.split(","))
        if field.kind == "enum+text":
            head, colon, rest = text.partition(":")
            return f"{self.word(head)}{colon}{rest}"
        if field.kind == "int" and text.isdigit():
            return f"{int(text):,}"
        moment = moment_of(text) if field.kind.startswith("instant") else None
        if moment is None:
            return text
        rest = text.partition(" ")[2]
        return f"{moment_words(moment, zone)} {rest}".rstrip()


def condition_holds(when: str, answers: Mapping[str, str], *, late: bool | None = None) -> Answer:
    """Whether a condition of the catalogue holds for these answers (field id to recorded value).

    A condition is clauses joined by " and ": `late`, or `field = value|value`, which a multiple answer meets by any
    of its values. What is not written so, or rests on an open answer, is `ASK`.
    """
    results = [_clause_holds(clause, answers, late) for clause in when.split(" and ")] if when else []
    if Answer.NO in results:
        return Answer.NO
    return Answer.ASK if Answer.ASK in results else Answer.YES


def _clause_holds(clause: str, answers: Mapping[str, str], late: bool | None) -> Answer:
    if clause == "late":
        return Answer.ASK if late is None else _answer(late)
    parsed = _CLAUSE.fullmatch(clause)
    given = answers.get(parsed[1], TBD) if parsed else TBD
    if parsed is None or given == TBD:
        return Answer.ASK
    wanted = set(parsed[2].split("|"))
    return _answer(bool(wanted & {code.strip() for code in given.split(",")}))


def _answer(holds: bool) -> Answer:
    return Answer.YES if holds else Answer.NO


def moment_of(text: str) -> datetime | None:
    """The UTC moment with which a recorded value starts, or None where it starts with none."""
    try:
        return parse_moment(text.split(maxsplit=1)[0]) if text.strip() else None
    except Unusable:
        return None


def moment_words(moment: datetime, zone: str) -> str:
    """`2026-10-23 09:38 EEST (06:38 UTC)`: the UTC date where the day differs, seconds where there are any."""
    local, utc = moment.astimezone(zone_named(zone)), moment.astimezone(UTC)
    clock = "%H:%M:%S" if moment.second else "%H:%M"
    if local.utcoffset() == utc.utcoffset():
        return f"{utc:%Y-%m-%d {clock}} UTC"
    there = f"{utc:{clock}}" if utc.date() == local.date() else f"{utc:%Y-%m-%d {clock}}"
    return f"{local:%Y-%m-%d {clock} %Z} ({there} UTC)"


def _plain(word: str) -> str:
    return re.sub(r"[\s_-]+", " ", word).strip().casefold()


def _unfit(field: Field, what: str, hint: str) -> Unusable:
    return Unusable(f"{field.label} ({field.id}) {what}.", hint, code="bad-value")


def _settled_bool(field: Field, text: str) -> str:
    head = re.match(r"\w+", text)
    word = head[0].lower() if head else ""
    rest = text[len(word) :]
    if word not in _TRUE | _FALSE or (rest and field.kind == "bool"):
        raise _unfit(field, "is answered with yes or no", "Write yes or no.")
    return ("yes" if word in _TRUE else "no") + rest


def _settled_number(field: Field, text: str) -> str:
    if field.kind == "int+text":
        if not text[0].isdecimal():
            raise _unfit(field, "starts with a number", "Such as: 41900 care episodes about 8420 patients.")
        return text
    digits = re.sub(r"(?<=\d)[ ,](?=\d{3}(\D|$))", "", text)
    if not re.fullmatch(r"[0-9]{1,12}", digits):
        raise _unfit(field, f"is a whole number, not {text[:40]!r}", "Write digits only, such as 8800.")
    return str(int(digits))


def _settled_date(field: Field, text: str) -> str:
    try:
        if len(text) == 10:
            return date.fromisoformat(text).isoformat()
    except ValueError:
        pass
    raise _unfit(field, f"is a date, not {text[:40]!r}", "Write the day as 2026-10-26.")


def _settled_instant(text: str, zone: str | None) -> str:
    moment = parse_moment(text, zone)
    return text if zone is None else moment.astimezone(zone_named(zone)).isoformat()


def _settled_start(field: Field, text: str, zone: str | None) -> str:
    head, _, rest = text.partition(" ")
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", head):
        clock, _, rest = rest.partition(" ")
        head = f"{head} {clock}"
    return f"{_settled_instant(head.rstrip(',;:'), zone)} {rest}".rstrip()
