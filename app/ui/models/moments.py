"""Moments for the eye: a clock time in a zone, the date where it matters, both zones where they differ."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from app.domain.instants import span_text
from app.domain.timeline import LAG_SHOWN_MS


def moment_of(ms: int) -> datetime:
    """The UTC moment of milliseconds since 1970."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)


def clock_text(moment: datetime, zone: ZoneInfo) -> str:
    """`14:32` as the clock on the wall of that zone shows it."""
    return f"{moment.astimezone(zone):%H:%M}"


def day_text(moment: datetime, zone: ZoneInfo, now: datetime) -> str:
    """`25 Oct`, with the year in front (`2025-10-25`) when it is not the year of now."""
    local = moment.astimezone(zone)
    return f"{local.day} {local:%b}" if local.year == now.astimezone(zone).year else f"{local:%Y-%m-%d}"


def zone_label(moment: datetime, zone: ZoneInfo) -> str:
    """What the zone calls itself at that moment, `EET` or `+03`."""
    return moment.astimezone(zone).tzname() or zone.key


def full_text(moment: datetime, zone: ZoneInfo) -> str:
    """`2025-10-25 17:20:05 EEST · 14:20:05 UTC`, the second with its date when that differs."""
    local, utc = moment.astimezone(zone), moment.astimezone(UTC)
    here = f"{local:%Y-%m-%d %H:%M:%S} {zone_label(moment, zone)}"
    if local.utcoffset() == timedelta(0):
        return f"{utc:%Y-%m-%d %H:%M:%S} UTC"
    there = f"{utc:%H:%M:%S}" if utc.date() == local.date() else f"{utc:%Y-%m-%d %H:%M:%S}"
    return f"{here} · {there} UTC"


def echo_text(moment: datetime, zone: ZoneInfo, now: datetime) -> str:
    """The time of a line before it is recorded: `14:32 EET · 12:32 UTC`, with the day when it is not today."""
    local, utc = moment.astimezone(zone), moment.astimezone(UTC)
    today = now.astimezone(zone).date()
    day = "" if local.date() == today else f"{day_text(moment, zone, now)} "
    here = f"{day}{local:%H:%M} {zone_label(moment, zone)}"
    if local.utcoffset() == timedelta(0):
        return f"{day}{utc:%H:%M} UTC"
    far = "" if utc.date() == local.date() else f"{utc.day} {utc:%b} "
    return f"{here} · {far}{utc:%H:%M} UTC"


def lag_text(lag_ms: int) -> str:
    """`+9 min` for an entry written down more than five minutes after the event, else nothing."""
    return f"+{span_text(timedelta(milliseconds=lag_ms))}" if lag_ms > LAG_SHOWN_MS else ""


def initials(name: str) -> str:
    """`CB` for Charlie Brown: up to three capitals, the whole of a short single name."""
    words = name.replace(".", " ").split()
    if len(words) < 2:
        return name[:8]
    return "".join(word[0] for word in words[:3]).upper()
