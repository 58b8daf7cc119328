"""Times in words: clock times always with their zone, countdowns rounded up, elapsed time rounded down."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

from app.domain.instants import span_text, until_text


def zone_text(moment: datetime, zone: tzinfo) -> str:
    """`EET`, `UTC`, or an offset such as `+03` where the zone has no letters."""
    return moment.astimezone(zone).tzname() or "UTC"


def clock_text(moment: datetime, zone: tzinfo, now: datetime) -> str:
    """`16:30 EET`; `Mon 16:30 EET` on another day of the week around; `3 Dec 16:30 EET` further away."""
    there, today = moment.astimezone(zone), now.astimezone(zone)
    days = (there.date() - today.date()).days
    day = "" if days == 0 else f"{there:%a} " if -6 <= days <= 6 else f"{there.day} {there:%b} "
    year = f"{there.year} " if there.year != today.year and abs(days) > 6 else ""
    return f"{day}{year}{there:%H:%M} {zone_text(moment, zone)}"


def day_text(moment: datetime, zone: tzinfo) -> str:
    """`20 Nov 2026`."""
    there = moment.astimezone(zone)
    return f"{there.day} {there:%b %Y}"


def left_text(due: datetime, now: datetime, long: bool = True) -> str:
    """What is left of a clock: `4 min left`, `now due`, `12 min overdue`; short: without `left`."""
    left = due - now
    if left > timedelta(0):
        return f"{until_text(left)} left" if long else until_text(left)
    if left > -timedelta(minutes=1):
        return "due now"
    return f"{span_text(left)} overdue" if long else f"{span_text(left)} over"


def elapsed_text(since: datetime, now: datetime) -> str:
    """`T+01:48`; over a day `T+2 d 03:10`; before the start `T−00:05`."""
    seconds = (now - since).total_seconds()
    minutes = int(abs(seconds) // 60)
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    sign = "−" if seconds <= -60 else "+"
    return f"T{sign}{days} d {hours:02d}:{minutes:02d}" if days else f"T{sign}{hours:02d}:{minutes:02d}"
