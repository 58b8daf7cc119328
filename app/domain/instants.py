"""Moments: aware, UTC, milliseconds; written as RFC 3339 with Z."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.domain.errors import Unusable

_LOCAL = re.compile(r"^(\d{4})-(\d{2})-(\d{2})[ T](\d{2}):(\d{2})(?::(\d{2}))?$")
_STRICT = re.compile(r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$")


def to_text(moment: datetime) -> str:
    """`YYYY-MM-DDTHH:MM:SS.mmmZ`, the only form in a record."""
    # Not strftime: its %Y loses the leading zeros of early years on some systems.
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def from_text(text: str) -> datetime:
    """The aware UTC moment of a record's own text; ValueError for anything else."""
    if len(text) != 24 or text[23] != "Z":
        raise ValueError(f"not a record time: {text!r}")
    return datetime.fromisoformat(text)


def floor_ms(moment: datetime) -> datetime:
    """The same moment in UTC, cut to the millisecond that a record can hold."""
    moment = moment.astimezone(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def zone_named(name: str) -> ZoneInfo:
    """The IANA zone of that name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Unusable(
            f"There is no time zone named {name!r}.", "Use a name such as Europe/Bucharest or UTC.", code="bad-zone"
        ) from error


def local_to_utc(local: datetime, zone: ZoneInfo, fold: int | None) -> datetime:
    """The moment of a wall-clock time: refused if it does not exist, or exists twice and nobody said which."""
    first, second = local.replace(tzinfo=zone, fold=0), local.replace(tzinfo=zone, fold=1)
    if first.utcoffset() == second.utcoffset():
        return floor_ms(first)
    exists = first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == local
    shown = f"{local:%Y-%m-%d %H:%M}"
    if not exists:
        raise Unusable(
            f"{shown} does not exist in {zone.key}: the clocks go forward over it.",
            "Give the time that the clock showed, or an offset.",
            code="time-gap",
        )
    if fold is None:
        raise Unusable(
            f"{shown} happens twice in {zone.key}: was it the first or the second?",
            "Repeat with --fold 0 for the first or --fold 1 for the second, or give an offset.",
            code="time-twice",
        )
    return floor_ms(second if fold else first)


def parse_moment(text: str, zone: str | None = None, fold: int | None = None) -> datetime:
    """A moment typed by a person or script: RFC 3339 with offset, or local time with a zone."""
    text = text.strip()
    local = _LOCAL.match(text)
    try:
        if local:
            return _plausible(_parse_local(text, zone, fold), text)
        if _STRICT.match(text):
            return _plausible(_parse_offset(text, zone), text)
    except (ValueError, OverflowError) as error:
        raise _unreadable(text) from error
    raise _unreadable(text)


def _plausible(moment: datetime, text: str) -> datetime:
    """At the ends of the calendar no deadline can be counted and no local time shown."""
    if not 1900 <= moment.year < 9000:
        raise Unusable(f"{text[:60]!r} is no time of an incident.", "Check the year.", code="bad-year")
    return moment


def _parse_local(text: str, zone: str | None, fold: int | None) -> datetime:
    naive = datetime.fromisoformat(text)
    if zone is None:
        raise Unusable(
            f"The time {text!r} has no zone.",
            "Add Z or an offset such as +02:00, or name the zone with --zone Europe/Bucharest.",
            code="no-zone",
        )
    return local_to_utc(naive, zone_named(zone), fold)


def _parse_offset(text: str, zone: str | None) -> datetime:
    moment = datetime.fromisoformat(text)
    if zone is not None and not text.endswith("Z"):
        there = moment.astimezone(zone_named(zone))
        if there.utcoffset() != moment.utcoffset():
            raise Unusable(
                f"The offset of {text!r} contradicts {zone}, which had {there:%z} then.",
                "Correct the offset or leave the zone out.",
                code="offset-contradicts",
            )
    return floor_ms(moment)


def _unreadable(text: str) -> Unusable:
    return Unusable(
        f"{text[:60]!r} is not a time.",
        "Write 2026-11-20T14:32:00Z, or 2026-11-20 14:32 together with --zone.",
        code="bad-time",
    )


def span_text(span: timedelta) -> str:
    """`1 h 12 min`, `4 min`, `2 d 3 h`: the two largest units, rounded down; never negative."""
    minutes = int(abs(span).total_seconds() // 60)
    days, rest = divmod(minutes, 1440)
    hours, minutes = divmod(rest, 60)
    if days:
        return f"{days} d {hours} h" if hours else f"{days} d"
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{minutes} min"


def until_text(span: timedelta) -> str:
    """Time left, rounded up to the minute, so that nobody is promised more than there is."""
    seconds = span.total_seconds()
    return span_text(timedelta(minutes=-(-seconds // 60)))


def checked_day(text: str) -> str:
    """A day as YYYY-MM-DD."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise Unusable(f"{text[:40]!r} is not a day.", "Write YYYY-MM-DD.", code="bad-day") from error
