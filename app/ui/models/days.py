"""Days as people type them ahead: a date, a weekday, so many days from now; and how they are shown."""

from __future__ import annotations

import re
from datetime import date, timedelta

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_AHEAD = re.compile(r"\+(\d{1,3}) ?d?(?:ays?)?")
_DAY = re.compile(r"(\d{1,2}) ([a-z]{3})[a-z]*(?: (\d{4}))?")

HINT = "2026-10-30, 30 Oct, Friday or +3d"


def parse_day(text: str, today: date) -> date | None:
    """The day meant; a weekday or a day without a year is the next one from today. None where it is no day."""
    text = " ".join(text.split()).casefold()
    if text in ("today", "tomorrow"):
        return today + timedelta(days=int(text == "tomorrow"))
    if ahead := _AHEAD.fullmatch(text):
        return today + timedelta(days=int(ahead[1]))
    if len(text) >= 3 and text[:3] in _WEEKDAYS and text.isalpha():
        return today + timedelta(days=(_WEEKDAYS.index(text[:3]) - today.weekday() - 1) % 7 + 1)
    if named := _DAY.fullmatch(text):
        return _named(int(named[1]), named[2], named[3], today)
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _named(day: int, month: str, year: str | None, today: date) -> date | None:
    if month not in _MONTHS:
        return None
    number = _MONTHS.index(month) + 1
    try:
        meant = date(int(year) if year else today.year, number, day)
        return meant if year or meant >= today else meant.replace(year=today.year + 1)
    except ValueError:
        return None


def day_words(day: date, today: date) -> str:
    """`Fri 30 Oct`, with the year when it is not this one."""
    year = f" {day.year}" if day.year != today.year else ""
    return f"{day:%a} {day.day} {day:%b}{year}"


def day_echo(day: date, today: date) -> str:
    """`Fri 30 Oct, in 5 days`."""
    days = (day - today).days
    near = {0: "today", 1: "tomorrow", -1: "yesterday"}
    away = near.get(days) or (f"in {days} days" if days > 0 else f"{-days} days ago")
    return f"{day_words(day, today)}, {away}"


def due_words(text: str | None, today: date) -> str:
    """A recorded due day for the eye; what is no day is shown as it stands."""
    try:
        return day_words(date.fromisoformat((text or "")[:10]), today)
    except ValueError:
        return text or ""


def is_past(text: str | None, today: date) -> bool:
    """Whether a recorded due day lies behind us."""
    try:
        return bool(text) and date.fromisoformat((text or "")[:10]) < today
    except ValueError:
        return False
