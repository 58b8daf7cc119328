"""The clock of Art. 33 GDPR: 72 elapsed hours from awareness, and the hour rule beside it."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from app.domain.errors import Unusable
from app.domain.instants import zone_named

ClockState = Literal["running", "due_soon", "overdue", "met", "met_late"]
Reasons = Literal["no", "recommended", "yes"]

REASONS_NEEDED = "Late: the notification needs the reasons for the delay."
REASON_ADVISED = "Late on the strict clock, in time on the hour rule: give a short reason all the same."

_HOUR = timedelta(hours=1)
_NO_STATE = frozenset({"", "UTC", "Etc/UTC"})


@dataclass(frozen=True, slots=True)
class Example:
    """A worked example that travels with a rule, so that a reader can check the rule by hand."""

    aware: datetime
    zone: str
    strict_due: datetime
    hour_rule_due: datetime | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Regime:
    """A duty to notify within hours: its length, where the hour rule holds, and where both were read.

    `hour_rule_zones` are the IANA zones of the states in which Regulation 1182/71 applies; empty means nowhere.
    """

    id: str
    title: str
    law: str
    hours: int
    due_soon_hours: int
    checked: date
    evidence: str
    sources: tuple[str, ...]
    examples: tuple[Example, ...]
    hour_rule_zones: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Authority:
    """A supervisory authority: where it sits, which clock it reads, what is known about its form.

    `asks_as` is its letter code in the field catalogue; `evidence` is "verified" or "check with counsel".
    """

    id: str
    name: str
    name_en: str
    country: str
    zone: str
    eu: bool
    languages: tuple[str, ...]
    regime: str
    asks_as: str
    portal: str
    checked: date
    evidence: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Deadline:
    """Where one notification stands; moments are UTC, `None` in `on_time_*` means not decided or not applicable."""

    regime: str
    authority: str | None
    zone: str
    aware: datetime
    strict_due: datetime
    hour_rule_start: datetime | None
    hour_rule_due: datetime | None
    state: ClockState
    submitted: datetime | None
    now: datetime | None
    on_time_strict: bool | None
    on_time_hour_rule: bool | None
    reasons_for_delay_required: Reasons
    warnings: tuple[str, ...]

    @property
    def elapsed(self) -> timedelta | None:
        """From awareness to the submission, or to now while there is none."""
        until = self.submitted or self.now
        return None if until is None else until - self.aware

    @property
    def margin(self) -> timedelta | None:
        """What is left before the strict deadline; negative when it has passed."""
        until = self.submitted or self.now
        return None if until is None else self.strict_due - until

    def as_dict(self) -> dict[str, Any]:
        """The JSON of `clock compute`: moments as RFC 3339 UTC and, under `…_local`, in the authority's zone."""
        zone = ZoneInfo(self.zone)
        return {
            "regime": self.regime,
            "authority": self.authority,
            "zone": self.zone,
            "aware_at": rfc3339(self.aware),
            "aware_at_local": _local(self.aware, zone),
            "strict_due": rfc3339(self.strict_due),
            "strict_due_local": _local(self.strict_due, zone),
            "hour_rule_due": self.hour_rule_due and rfc3339(self.hour_rule_due),
            "hour_rule_due_local": self.hour_rule_due and _local(self.hour_rule_due, zone),
            "state": self.state,
            "submitted_at": self.submitted and rfc3339(self.submitted),
            "elapsed": None if self.elapsed is None else hours_text(self.elapsed),
            "margin": None if self.margin is None else hours_text(self.margin),
            "on_time_strict": self.on_time_strict,
            "on_time_hour_rule": self.on_time_hour_rule,
            "reasons_for_delay_required": self.reasons_for_delay_required,
            "warnings": list(self.warnings),
        }


def compute(
    aware: datetime,
    zone: str | None = None,
    *,
    regime: Regime,
    authority: Authority | None = None,
    submitted: datetime | None = None,
    now: datetime | None = None,
) -> Deadline:
    """The deadline of one notification, by elapsed time in UTC, never by the wall clock.

    Strict: Art. 33(1) GDPR, 72:00:00 after awareness is still in time. Hour rule: Regulation 1182/71 Art. 3(1), in
    the authority's zone, else in `zone`, else in whole hours of UTC; its end itself is too late. A moment in the
    future is not refused here: see `refuse_future`.
    """
    where = (authority.zone if authority else zone) or "UTC"
    tz = zone_named(where)
    aware = aware.astimezone(UTC)
    strict_due = elapsed_after(aware, regime.hours)
    start = next_full_hour(aware, tz) if _hour_rule_holds(regime, where, authority) else None
    hour_rule_due = None if start is None else elapsed_after(start, regime.hours)
    measured = submitted or now
    strict = _in_time(strict_due, submitted, now, inclusive=True)
    by_hour = None if hour_rule_due is None else _in_time(hour_rule_due, submitted, now, inclusive=False)
    return Deadline(
        regime=regime.id,
        authority=authority.id if authority else None,
        zone=where,
        aware=aware,
        strict_due=strict_due,
        hour_rule_start=start,
        hour_rule_due=hour_rule_due,
        state=_state(strict_due, submitted, now, timedelta(hours=regime.due_soon_hours)),
        submitted=submitted and submitted.astimezone(UTC),
        now=now and now.astimezone(UTC),
        on_time_strict=strict,
        on_time_hour_rule=by_hour,
        reasons_for_delay_required=_reasons(measured, strict_due, hour_rule_due),
        warnings=tuple(_warnings(aware, submitted, where, regime, authority, strict, by_hour)),
    )


def refuse_future(moment: datetime, now: datetime, what: str) -> None:
    """Refuse a moment that is later than now; `what` names it in the sentence, such as "awareness"."""
    if moment > now:
        raise Unusable(
            f"The moment of {what} ({rfc3339(moment)}) lies in the future.",
            "Give the moment at which it happened, not one that is planned.",
            code="time-future",
        )


def elapsed_after(moment: datetime, hours: int) -> datetime:
    """The UTC moment that many elapsed hours later, whatever the clocks on the wall do meanwhile."""
    return moment.astimezone(UTC) + timedelta(hours=hours)


def next_full_hour(moment: datetime, zone: ZoneInfo) -> datetime:
    """The start of the clock hour after the one in which `moment` falls: 1 microsecond to 60 minutes later."""
    local = moment.astimezone(zone)
    into = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    return moment.astimezone(UTC) - into + _HOUR


def add_months(day: date, months: int) -> date:
    """The same-numbered day that many months later, else the last of that month (Regulation 1182/71 Art. 3(2)(c))."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def expiry_of(day: date, zone: ZoneInfo) -> datetime:
    """The UTC moment at which a day has fully passed in that zone; a period in days or months ends before it."""
    return datetime.combine(day + timedelta(days=1), datetime.min.time(), zone).astimezone(UTC)


def months_after(moment: datetime, months: int, zone: ZoneInfo) -> datetime:
    """The UTC end (exclusive) of a period in months that starts on the local day of `moment`."""
    return expiry_of(add_months(moment.astimezone(zone).date(), months), zone)


def rfc3339(moment: datetime) -> str:
    """RFC 3339 in UTC with Z, with milliseconds only where there are any."""
    text = moment.astimezone(UTC).replace(tzinfo=None)
    return f"{text.isoformat(timespec='milliseconds' if text.microsecond else 'seconds')}Z"


def hours_text(span: timedelta) -> str:
    """`56:42:00`: hours, minutes and seconds, hours beyond 24 included; a minus sign when negative."""
    sign = "-" if span < timedelta() else ""
    total, micro = divmod(abs(span) // timedelta(microseconds=1), 1_000_000)
    text = f"{sign}{total // 3600}:{total // 60 % 60:02d}:{total % 60:02d}"
    return f"{text}.{micro // 1000:03d}" if micro else text


def _hour_rule_holds(regime: Regime, zone: str, authority: Authority | None) -> bool:
    if not regime.hour_rule_zones:
        return False
    if authority is not None:
        return authority.eu
    return zone in _NO_STATE or zone in regime.hour_rule_zones


def _in_time(due: datetime, submitted: datetime | None, now: datetime | None, *, inclusive: bool) -> bool | None:
    at = submitted or now
    if at is None:
        return None
    in_time = at <= due if inclusive else at < due
    return None if in_time and submitted is None else in_time


def _state(due: datetime, submitted: datetime | None, now: datetime | None, soon: timedelta) -> ClockState:
    if submitted is not None:
        return "met" if submitted <= due else "met_late"
    if now is None or now < due - soon:
        return "running"
    return "due_soon" if now <= due else "overdue"


def _reasons(at: datetime | None, strict_due: datetime, hour_rule_due: datetime | None) -> Reasons:
    if at is None or at <= strict_due:
        return "no"
    return "recommended" if hour_rule_due is not None and at < hour_rule_due else "yes"


def _warnings(
    aware: datetime,
    submitted: datetime | None,
    zone: str,
    regime: Regime,
    authority: Authority | None,
    strict: bool | None,
    by_hour: bool | None,
) -> list[str]:
    found = []
    if authority is not None and authority.regime != regime.id:
        found.append(f"{authority.id} applies {authority.regime}, not {regime.id}: check which law governs.")
    elif authority is None and regime.hour_rule_zones and not _hour_rule_holds(regime, zone, None):
        found.append(f"{zone} is no zone of an EU state, so no hour rule is shown; name the authority if there is one.")
    if submitted is not None and submitted < aware:
        found.append("The notification was sent before the recorded awareness: one of the two times is wrong.")
    if strict is False:
        found.append(_late_sentence(submitted is not None, by_hour))
    return found


def _late_sentence(sent: bool, by_hour: bool | None) -> str:
    if sent and by_hour:
        return REASON_ADVISED
    if sent:
        return REASONS_NEEDED
    return "The strict deadline has passed: notify now and give the reasons for the delay."


def _local(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).isoformat(timespec="seconds")
