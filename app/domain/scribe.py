"""The scribe's grammar: one typed line becomes a time, a speaker, a mark and a text; nothing typed is ever lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from app.domain.errors import Unusable
from app.domain.instants import floor_ms, local_to_utc, zone_named
from app.domain.texts import TEXT_LIMIT, Mark, tags_of

COMMANDS = (
    "ack", "action", "aware", "comms", "correct", "decide", "evidence",
    "role", "sev", "state", "task", "timer", "update",
)  # fmt: skip
_MARKS: dict[str, Mark] = {"!": "decision", "?": "hypothesis", ">": "action"}
_MONTHS = {name: number for number, name in enumerate(
    ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
)}  # fmt: skip

_CLOCK = r"(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d)(?P<fraction>\.\d{1,9})?)?"
_OFFSET = r"(?P<offset>Z|[+-]\d{2}:\d{2})?"
_END = r"(?=\s|$)"
_TIME = re.compile(
    rf"^(?:(?P<date>\d{{4}}-\d{{2}}-\d{{2}})[ T]"
    rf"|(?P<day>\d{{1,2}}) (?P<month>[A-Za-z]{{3}})[a-z]*(?: (?P<year>\d{{4}}))? "
    rf"|(?P<yesterday>yesterday) )?{_CLOCK}{_OFFSET}{_END}",
    re.IGNORECASE,
)
_AGO = re.compile(rf"^-(?:(?P<hours>\d{{1,3}})h)?(?:(?P<minutes>\d{{1,4}})m)?{_END}")
_DASH = re.compile(r"^\s*[–—-]\s+")
_SAID = re.compile(
    r"^(?:said:\s*(?P<said>[^:\n]{1,80}):|@(?:\"(?P<quoted>[^\"\n]{1,80})\"|(?P<name>[\w.'-]{1,80})):)\s*"
)
_PERSON = re.compile(r"(?<![\w@])@(?:\"([^\"\n]{1,80})\"|([\w][\w.'-]{0,79}))")
_COMMAND = re.compile(r"^/(\w+)(?:\s+(.*))?$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Line:
    """What a typed line means. `at` is None when it happens now; `hint` is a remark for the person who types."""

    text: str
    at: datetime | None = None
    said_by: str | None = None
    mark: Mark = ""
    tags: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    command: str | None = None
    argument: str = ""
    hint: str = ""


def parse(text: str, now: datetime, zone: str, *, plain: bool = False, fold: int | None = None) -> Line:
    """The meaning of one typed line (it may span several screen lines).

    With `plain` marks and times are text. Raises Unusable for a time that cannot be, and for an empty or huge line.
    """
    checked(text)
    if plain:
        return Line(text.strip(), tags=_tags(text))
    rest = text.strip()
    command = _COMMAND.match(rest)
    if command and command[1] in COMMANDS:
        return Line(rest, command=command[1], argument=(command[2] or "").strip())
    at, rest = _leading_time(rest, now, zone_named(zone), fold)
    said_by, rest = _leading_speaker(rest)
    mark, rest = _leading_mark(rest)
    if not rest:
        raise Unusable("There is a time or a mark but no text.", "Write what happened after it.", code="empty-text")
    hint = f"/{command[1]} is no command; it stays as text." if command else ""
    return Line(rest, at, said_by, mark, _tags(rest), people_of(rest), hint=hint)


def checked(text: str) -> str:
    """The text if a record can hold it: not empty, valid Unicode, at most 64 KiB."""
    if not text.strip():
        raise Unusable("There is no text.", "Write what happened.", code="empty-text")
    try:
        size = len(text.encode())
    except UnicodeEncodeError as error:
        raise Unusable("The text is not valid Unicode.", "Save it as UTF-8 and try again.", code="bad-utf8") from error
    if size > TEXT_LIMIT:
        raise Unusable(
            f"The text has {size:,} bytes; one entry holds at most {TEXT_LIMIT:,}.",
            "Attach it as evidence and write a line about it.",
            code="text-too-long",
        )
    if "\x7f" in text or "\x00" in text:
        raise Unusable("The text contains a control character.", "Remove it and try again.", code="bad-text")
    return text


def block(text: str) -> Iterator[str]:
    """The lines of a pasted block; an indented line continues the one above, empty lines part nothing."""
    pending: list[str] = []
    for line in text.splitlines():
        if not line.strip():
            continue
        if pending and line[0] in " \t":
            pending.append(line.strip())
            continue
        if pending:
            yield "\n".join(pending)
        pending = [line.rstrip()]
    if pending:
        yield "\n".join(pending)


def people_of(text: str) -> tuple[str, ...]:
    """The people named with `@` in a text, in order, once each."""
    return tuple(dict.fromkeys(quoted or name.rstrip(".") for quoted, name in _PERSON.findall(text)))


def _tags(text: str) -> tuple[str, ...]:
    return tuple(tags_of(text).split())


def _leading_time(text: str, now: datetime, zone: ZoneInfo, fold: int | None) -> tuple[datetime | None, str]:
    ago = _AGO.match(text)
    if ago and (ago["hours"] or ago["minutes"]):
        back = timedelta(hours=int(ago["hours"] or 0), minutes=int(ago["minutes"] or 0))
        return floor_ms(now - back), text[ago.end() :].lstrip()
    found = _TIME.match(text)
    if not found or (found["month"] and found["month"].lower() not in _MONTHS):
        return None, text
    rest = _DASH.sub("", text[found.end() :]).lstrip()
    return _moment(found, now, zone, fold), rest


def _moment(found: re.Match[str], now: datetime, zone: ZoneInfo, fold: int | None) -> datetime:
    try:
        local, dated = _local(found, now.astimezone(zone))
        moment = _placed(found, local, zone, fold)
        if not dated and moment > now:
            moment = _placed(found, local - timedelta(days=1), zone, fold)
    except (ValueError, OverflowError) as error:
        raise Unusable(f"{found[0]!r} is not a time.", "Check the day and the month.", code="bad-time") from error
    if moment > now:
        raise Unusable(f"{found[0]} is in the future.", "Give the time at which it happened.", code="future-time")
    return moment


def _local(found: re.Match[str], here: datetime) -> tuple[datetime, bool]:
    day = here.replace(tzinfo=None)
    dated = True
    if found["date"]:
        day = datetime.fromisoformat(found["date"])
    elif found["month"]:
        day = day.replace(int(found["year"] or day.year), _MONTHS[found["month"].lower()], int(found["day"]))
        if not found["year"] and day.date() > here.date():
            day = day.replace(year=day.year - 1)
    elif found["yesterday"]:
        day -= timedelta(days=1)
    else:
        dated = False
    micro = round(float(found["fraction"] or 0) * 1_000_000)
    clock = (int(found["hour"]), int(found["minute"]), int(found["second"] or 0), micro)
    return day.replace(hour=clock[0], minute=clock[1], second=clock[2], microsecond=clock[3]), dated


def _placed(found: re.Match[str], local: datetime, zone: ZoneInfo, fold: int | None) -> datetime:
    offset = found["offset"]
    if not offset:
        return local_to_utc(local, zone, fold)
    text = local.isoformat() + ("+00:00" if offset.upper() == "Z" else offset)
    return floor_ms(datetime.fromisoformat(text).astimezone(UTC))


def _leading_speaker(text: str) -> tuple[str | None, str]:
    found = _SAID.match(text)
    if not found:
        return None, text
    return (found["said"] or found["quoted"] or found["name"]).strip(), text[found.end() :]


def _leading_mark(text: str) -> tuple[Mark, str]:
    mark = _MARKS.get(text[:1])
    glued = len(text) > 1 and not text[1].isspace()
    if mark is None or (glued and not (text[0] == "!" and text[1].isalpha())):
        return "", text
    return mark, text[1:].strip()


def spoken(line: Line, said_by: str | None) -> Line:
    """The line with a speaker named by other means, unless it names one itself."""
    return line if line.said_by or not said_by else replace(line, said_by=said_by)
