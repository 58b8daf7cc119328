"""Clocks: when something is due by the plan, judged by when things happened, never by when they were written down."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from app.domain.incident import Event, IncidentView
from app.domain.plan import ClockRule, Plan

ClockState = Literal["running", "due_soon", "overdue", "met", "met_late", "ended", "lapsed"]

ACTIVE: frozenset[ClockState] = frozenset({"running", "due_soon", "overdue"})


@dataclass(frozen=True, slots=True)
class Lap:
    """One run of a clock: from its start to its due time, and when it was met."""

    started_at: datetime
    due_at: datetime
    met_at: datetime | None = None
    met_seq: int | None = None
    met_ts: datetime | None = None
    kept: bool | None = None


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock of an incident as it stands at one moment; the last lap is the current one."""

    id: str
    label: str
    kind: str
    audience: str
    strength: str
    state: ClockState
    laps: tuple[Lap, ...]
    limit: str
    start_event: str = ""

    @property
    def started_at(self) -> datetime:
        """When the current lap began."""
        return self.laps[-1].started_at

    @property
    def due_at(self) -> datetime:
        """When the current lap is due."""
        return self.laps[-1].due_at

    @property
    def met_at(self) -> datetime | None:
        """When it was met; of a cadence, when it was last met."""
        return next((lap.met_at for lap in reversed(self.laps) if lap.met_at is not None), None)

    @property
    def active(self) -> bool:
        """Whether somebody still has to act."""
        return self.state in ACTIVE

    @property
    def missed(self) -> int:
        """How many laps were not kept."""
        return sum(lap.kept is False for lap in self.laps)


def due_after(start: datetime, rule: ClockRule, holidays: frozenset[date] = frozenset()) -> datetime:
    """The due moment of a rule that starts then. Hours and days are elapsed time; months keep the day of the month."""
    match rule.unit:
        case "minutes":
            return start + timedelta(minutes=rule.amount)
        case "hours":
            return start + timedelta(hours=rule.amount)
        case "days":
            return start + timedelta(days=rule.amount)
        case "business_days":
            return _business_days(start, rule.amount, holidays)
        case "months":
            return _months(start, rule.amount)


def _business_days(start: datetime, amount: int, holidays: frozenset[date]) -> datetime:
    moment, left = start, amount
    while left:
        moment += timedelta(days=1)
        left -= moment.weekday() < 5 and moment.date() not in holidays
    return moment


def _months(start: datetime, amount: int) -> datetime:
    year, month = divmod(start.year * 12 + start.month - 1 + amount, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return start.replace(year=year, month=month + 1, day=min(start.day, last))


def limit_text(rule: ClockRule) -> str:
    """`within 15 min`, `under 1 h`, `every 30 min`."""
    unit = {"minutes": "min", "hours": "h", "days": "d", "business_days": "business days", "months": "months"}[
        rule.unit
    ]
    word = "every" if rule.kind == "cadence" else "within" if rule.inclusive else "under"
    return f"{word} {rule.amount} {unit}"


def event_names(plan: Plan, pattern: str) -> frozenset[str]:
    """The event names that a rule's word stands for, by the plan's own states and roles."""
    if pattern == "resolved":
        return frozenset(f"state:{s.code}" for s in plan.states if s.resolved)
    if pattern == "closed":
        return frozenset(f"state:{s.code}" for s in plan.states if s.closed)
    if pattern == "monitoring":
        return frozenset(f"state:{s.code}" for s in plan.states if s.monitoring)
    if pattern == "recovering":
        return frozenset(f"state:{s.code}" for s in plan.states if s.recovering)
    if pattern == "postmortem":
        return frozenset({"export:postmortem"})
    if pattern.startswith("function:"):
        role = plan.role_for(pattern.removeprefix("function:"))
        return frozenset({f"role:{role.code}"}) if role else frozenset()
    return frozenset({pattern})


def events_for(plan: Plan, view: IncidentView, patterns: Iterable[str]) -> list[Event]:
    """The incident's events that match any of the patterns, in the order in which they happened."""
    found: list[Event] = []
    names: set[str] = set()
    for pattern in patterns:
        if pattern.startswith("checklist:"):
            found.extend(_checklist_event(plan, view, pattern))
        else:
            names |= event_names(plan, pattern)
    found.extend(event for event in view.events if event.name in names)
    return sorted(found, key=lambda event: (event.at, event.seq))


def _checklist_event(plan: Plan, view: IncidentView, pattern: str) -> Iterator[Event]:
    wanted = pattern.removeprefix("checklist:")
    for checklist in plan.checklists:
        if checklist.id != wanted or not checklist.tasks:
            continue
        marks = [view.tasks.get(task.id) for task in checklist.tasks]
        done = [m for m in marks if m is not None and m.outcome != "open" and m.at is not None and m.seq is not None]
        if len(done) == len(marks):
            last = max(done, key=lambda mark: (mark.at, mark.seq))
            if last.at is not None and last.seq is not None:
                yield Event(pattern, last.at, last.at, last.seq)


def clocks(plan: Plan, view: IncidentView, now: datetime, holidays: frozenset[date] = frozenset()) -> tuple[Clock, ...]:
    """Every clock that has started, those that need an act first and tightest first."""
    found = [clock for rule in plan.clocks for clock in _of_rule(plan, view, rule, now, holidays)]
    return tuple(sorted(found, key=lambda c: (not c.active, c.due_at, c.id)))


def tightest(found: Sequence[Clock]) -> Clock | None:
    """The clock that runs out first, of those that still need an act."""
    return min((clock for clock in found if clock.active), key=lambda clock: clock.due_at, default=None)


def _spells(plan: Plan, view: IncidentView, rule: ClockRule) -> Iterator[tuple[datetime, datetime | None]]:
    """The stretches of time in which the incident's severity was one of the rule's."""
    began: datetime | None = None
    first = True
    for spell in view.severities:
        inside = spell.code in rule.severities if rule.severities else True
        inside = inside and (not rule.worst or plan.severity_ranks[spell.code] <= rule.worst)
        if inside and began is None:
            began = datetime.min.replace(tzinfo=spell.at.tzinfo) if first else spell.at
        elif not inside and began is not None:
            yield began, spell.at
            began = None
        first = False
    if began is not None:
        yield began, None


def _of_rule(
    plan: Plan, view: IncidentView, rule: ClockRule, now: datetime, holidays: frozenset[date]
) -> Iterator[Clock]:
    starts = [event for event in events_for(plan, view, [rule.start]) if event.at <= now]
    if not starts:
        return
    stops = [event for event in events_for(plan, view, rule.stop) if event.at <= now]
    ends = _lasting(plan, view, [event for event in events_for(plan, view, _ends_of(rule)) if event.at <= now])
    for began, ended in _spells(plan, view, rule):
        if rule.kind == "cadence":
            clock = _cadence(rule, starts[0], stops, ends, began, ended, now, holidays)
        else:
            clock = _single(rule, starts[-1], stops, ends, began, ended, now, holidays)
        if clock is not None:
            yield clock


def _ends_of(rule: ClockRule) -> tuple[str, ...]:
    """What ends a clock: the plan's word, else closing, which nobody owes an answer to any more.

    A review and a duty by law outlive the incident.
    """
    outlives = rule.kind in ("review", "regulatory")
    return rule.until or (() if outlives else ("closed",))


def _lasting(plan: Plan, view: IncidentView, ends: list[Event]) -> list[Event]:
    """The ends that hold: a return to an earlier state of the lifecycle takes the clocks up again."""
    order = {code: place for place, code in enumerate(plan.state_codes)}
    reached = [(order.get(event.name.removeprefix("state:"), 0), event) for event in ends]
    return [
        event
        for place, event in reached
        if not any(spell.at > event.at and order.get(spell.code, place) < place for spell in view.states)
    ]


def _single(
    rule: ClockRule,
    start: Event,
    stops: list[Event],
    ends: list[Event],
    began: datetime,
    ended: datetime | None,
    now: datetime,
    holidays: frozenset[date],
) -> Clock | None:
    started = max(start.at, began)
    if ended is not None and started >= ended:
        return None
    due = due_after(started, rule, holidays)
    met = next((stop for stop in stops if stop.at >= start.at or stop.seq > start.seq), None)
    if met is not None and (ended is None or met.at < ended):
        kept = met.at <= due if rule.inclusive else met.at < due
        lap = Lap(started, due, met.at, met.seq, met.ts, kept)
        return _clock(rule, "met" if kept else "met_late", (lap,))
    over = _over(rule, due, min(now, ended) if ended else now)
    if ended is not None:
        return _clock(rule, "lapsed", (Lap(started, due, kept=False),)) if over else None
    end = next((end for end in ends if end.at >= start.at), None)
    if end is not None:
        # A decision that nothing is owed misses nothing; an incident that is over does not undo what was missed in it.
        if _over(rule, due, end.at) and not end.name.startswith("decision:"):
            return _clock(rule, "lapsed", (Lap(started, due, kept=False),))
        return _clock(rule, "ended", (Lap(started, due),))
    return _clock(rule, _running(rule, started, due, now), (Lap(started, due, kept=False if over else None),))


def _cadence(
    rule: ClockRule,
    start: Event,
    stops: list[Event],
    ends: list[Event],
    began: datetime,
    ended: datetime | None,
    now: datetime,
    holidays: frozenset[date],
) -> Clock | None:
    started = max(start.at, began)
    last = ended if ended is not None and ended <= now else now
    if started >= last and ended is not None:
        return None
    end = next((event.at for event in reversed(ends) if event.at >= started), None)
    finish = min(last, end) if end is not None else last
    laps: list[Lap] = []
    for stop in stops:
        if stop.at < started or stop.at > finish:
            continue
        due = due_after(started, rule, holidays)
        laps.append(Lap(started, due, stop.at, stop.seq, stop.ts, stop.at <= due))
        started = stop.at
    due = due_after(started, rule, holidays)
    over = _over(rule, due, finish)
    laps.append(Lap(started, due, kept=False if over else None))
    if ended is not None and not over and len(laps) == 1:
        return None
    if end is not None or ended is not None:
        return _clock(rule, "ended", tuple(laps))
    return _clock(rule, _running(rule, started, due, now), tuple(laps))


def _over(rule: ClockRule, due: datetime, now: datetime) -> bool:
    return now > due if rule.inclusive else now >= due


def _running(rule: ClockRule, started: datetime, due: datetime, now: datetime) -> ClockState:
    if _over(rule, due, now):
        return "overdue"
    warning = timedelta(minutes=rule.warn_minutes) if rule.warn_minutes is not None else (due - started) / 4
    return "due_soon" if due - now <= warning else "running"


def _clock(rule: ClockRule, state: ClockState, laps: tuple[Lap, ...]) -> Clock:
    return Clock(
        rule.id, rule.label, rule.kind, rule.audience, rule.strength, state, laps, limit_text(rule), rule.start
    )
