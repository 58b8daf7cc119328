"""Moments as people read them: local time of one zone, its abbreviation, and UTC beside it where it matters."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from functools import cached_property

from app.domain.instants import span_text, zone_named

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
LONG_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
LONG_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


class Wall:
    """The clock on the wall of one zone. Month and day names are our own, so no machine's locale changes a byte.

    `years`: short forms name the year too, for a document whose moments lie in more than one.
    """

    def __init__(self, zone: str, *, years: bool = False) -> None:
        self.zone, self.years = zone, years

    @cached_property
    def tz(self) -> tzinfo:
        """The zone's rules."""
        return zone_named(self.zone)

    def local(self, at: datetime) -> datetime:
        """That moment on this wall."""
        return at.astimezone(self.tz)

    def from_ms(self, at: int) -> datetime:
        """The local moment of milliseconds since 1970 UTC."""
        return datetime.fromtimestamp(at / 1000, self.tz)

    def abbreviation(self, at: datetime) -> str:
        """`EEST`; `UTC+3` where the zone has no letters of its own."""
        local = self.local(at)
        name = local.tzname() or ""
        return name if name.isalpha() else offset(local)

    def clock(self, at: datetime) -> str:
        """`09:38`, or `09:38:12` where there are seconds."""
        local = self.local(at)
        return f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"

    def day(self, at: datetime) -> str:
        """`Fri 23 Oct`; with `years` also `Fri 23 Oct 2026`."""
        local = self.local(at)
        return f"{DAYS[local.weekday()]} {local.day} {MONTHS[local.month - 1]}{self._year(local)}"

    def date(self, at: datetime) -> str:
        """`23 Oct 2026`."""
        local = self.local(at)
        return f"{local.day} {MONTHS[local.month - 1]} {local.year}"

    def long_day(self, at: datetime) -> str:
        """`Friday 23 October 2026`."""
        local = self.local(at)
        return f"{LONG_DAYS[local.weekday()]} {local.day} {LONG_MONTHS[local.month - 1]} {local.year}"

    def short(self, at: datetime) -> str:
        """`23 Oct 09:38`; with `years` also `23 Oct 2026 09:38`."""
        local = self.local(at)
        return f"{local.day} {MONTHS[local.month - 1]}{self._year(local)} {self.clock(at)}"

    def _year(self, local: datetime) -> str:
        return f" {local.year}" if self.years else ""

    def full(self, at: datetime) -> str:
        """`23 Oct 2026, 09:38 EEST`."""
        return f"{self.date(at)}, {self.clock(at)} {self.abbreviation(at)}"

    def with_utc(self, at: datetime) -> str:
        """`Fri 23 Oct 2026, 09:38 EEST (06:38 UTC)`; the UTC day too where it is another one."""
        local, there = self.local(at), at.astimezone(UTC)
        text = f"{DAYS[local.weekday()]} {self.full(at)}"
        if local.utcoffset() == timedelta():
            return text
        beside = Wall("UTC")
        day = "" if local.date() == there.date() else f"{there.day} {MONTHS[there.month - 1]} "
        return f"{text} ({day}{beside.clock(at)} UTC)"


def offset(local: datetime) -> str:
    """`UTC+3`, `UTC-3:30`, `UTC`."""
    seconds = int((local.utcoffset() or timedelta()).total_seconds())
    if not seconds:
        return "UTC"
    hours, minutes = divmod(abs(seconds) // 60, 60)
    return f"UTC{'-' if seconds < 0 else '+'}{hours}{f':{minutes:02d}' if minutes else ''}"


def lag(milliseconds: int) -> str:
    """`+12 s`, `+1 h 12 min`: how much later something was written down; a minus sign where a clock went back."""
    sign = "-" if milliseconds < 0 else "+"
    span = timedelta(milliseconds=abs(milliseconds))
    if span < timedelta(minutes=1):
        return f"{sign}{int(span.total_seconds())} s"
    return sign + span_text(span)


def took(span: timedelta) -> str:
    """A duration in words, seconds where it is under a minute."""
    return f"{int(span.total_seconds())} s" if timedelta() <= span < timedelta(minutes=1) else span_text(span)
