"""Drawings along an axis of time: labels that keep out of each other's way, ticks that fall on round local hours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.reports.kit import palette
from app.reports.kit.ink import Ink
from app.reports.kit.letters import Style, fitted
from app.reports.kit.moments import DAYS, MONTHS, Wall

LABEL = Style("regular", 6.8, 9)
LABEL_QUIET = Style("regular", 6.8, 9, palette.FAINT)

_STEPS = tuple(
    timedelta(minutes=minutes)
    for minutes in (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10080, 20160, 43200, 86400, 259200, 525600)
)


@dataclass(frozen=True, slots=True)
class Axis:
    """A stretch of time laid over a stretch of paper."""

    start: datetime
    end: datetime
    left: float
    right: float

    def x(self, at: datetime) -> float:
        """Where a moment stands; what lies outside is put at the edge."""
        span = (self.end - self.start).total_seconds() or 1.0
        share = (at - self.start).total_seconds() / span
        return self.left + min(max(share, 0.0), 1.0) * (self.right - self.left)

    def ticks(self, wall: Wall, apart: float) -> Iterator[datetime]:
        """Moments that are round on the wall, at least `apart` points from each other."""
        per_point = (self.end - self.start) / (self.right - self.left)
        step = next((step for step in _STEPS if step >= per_point * apart), _STEPS[-1])
        if step >= timedelta(days=1):
            yield from self._midnights(wall, step.days)
        elif step >= timedelta(hours=1):
            yield from self._hours(wall, step // timedelta(hours=1))
        else:
            at = self.start.replace(minute=0, second=0, microsecond=0)
            yield from self._inside(at + step * count for count in range((self.end - at) // step + 1))

    def _midnights(self, wall: Wall, step: int) -> Iterator[datetime]:
        """Local midnights, which are not always 24 hours apart."""
        first = wall.local(self.start).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
        count = (self.end - self.start).days + 2
        days = (first + timedelta(days=day) for day in range(0, count + 1, step))
        yield from self._inside(day.replace(tzinfo=wall.tz).astimezone(UTC) for day in days)

    def _hours(self, wall: Wall, step: int) -> Iterator[datetime]:
        """Round hours on the wall; an hour that the clocks leave out has no tick."""
        first = wall.local(self.start).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
        count = ((self.end - self.start).days + 2) * 24
        hours = (first + timedelta(hours=hour) for hour in range(0, count + 1, step))
        yield from self._inside(
            at for hour in hours if wall.local(at := hour.replace(tzinfo=wall.tz).astimezone(UTC)).hour == hour.hour
        )

    def _inside(self, moments: Iterable[datetime]) -> Iterator[datetime]:
        return (at for at in moments if self.start <= at <= self.end)


def tick_text(wall: Wall, at: datetime, axis: Axis) -> str:
    """`09:30`; `Fri 23 Oct` at midnight."""
    local = wall.local(at)
    if local.hour == local.minute == 0:
        day = f"{DAYS[local.weekday()]} {local.day} {MONTHS[local.month - 1]}"
        return day if axis.end - axis.start < timedelta(days=60) else f"{local.day} {MONTHS[local.month - 1]}"
    return f"{local:%H:%M}"


@dataclass(frozen=True, slots=True)
class Label:
    """Words at a moment; `strong` ones are ink, `lane` the first lane to be tried (0 above, 1 below …)."""

    at: datetime
    text: str
    strong: bool = True
    lane: int = 0


@dataclass(frozen=True, slots=True)
class Placed:
    """A label with the lane in which it stands and the middle of its words."""

    label: Label
    lane: int
    x: float
    middle: float
    text: str


def placed(labels: Iterable[Label], axis: Axis, lanes: int, edges: tuple[float, float]) -> list[Placed]:
    """Labels spread over lanes so that none covers another; one that fits nowhere goes where it disturbs least."""
    taken: list[list[tuple[float, float]]] = [[] for _ in range(lanes)]
    done = []
    for label in sorted(labels, key=lambda label: (label.at, label.text)):
        x = axis.x(label.at)
        text = fitted(label.text, LABEL, (edges[1] - edges[0]) * 0.4)
        half = LABEL.width(text) / 2 + 3
        middle = min(max(x, edges[0] + half - 3), edges[1] - half + 3)
        order = sorted(range(lanes), key=lambda lane: (lane % 2 != label.lane % 2, lane // 2))
        lane = next((lane for lane in order if _free(taken[lane], middle - half, middle + half)), order[-1])
        taken[lane].append((middle - half, middle + half))
        done.append(Placed(label, lane, x, middle, text))
    return done


def _free(taken: Sequence[tuple[float, float]], start: float, end: float) -> bool:
    return all(end <= other_start or start >= other_end for other_start, other_end in taken)


def clock_changes(wall: Wall, start: datetime, end: datetime) -> list[datetime]:
    """The moments between start and end at which the wall's offset from UTC changes, to the minute."""
    found = []
    at = start.astimezone(UTC)
    end = end.astimezone(UTC)
    while at < end:
        after = min(at + timedelta(hours=6), end)
        if wall.local(at).utcoffset() != wall.local(after).utcoffset():
            found.append(_change_between(wall, at, after))
        at = after
    return found


def _change_between(wall: Wall, before: datetime, after: datetime) -> datetime:
    while after - before > timedelta(minutes=1):
        middle = before + (after - before) / 2
        middle = middle.replace(second=0, microsecond=0)
        if middle <= before:
            break
        if wall.local(middle).utcoffset() == wall.local(before).utcoffset():
            before = middle
        else:
            after = middle
    return after


def draw_ticks(ink: Ink, axis: Axis, wall: Wall, y: float, apart: float = 56.0) -> None:
    """Ticks below a line at `y` with their local times."""
    last = axis.left - 100
    for at in axis.ticks(wall, apart):
        x = axis.x(at)
        ink.line(x, y, x, y - 3, palette.OUTLINE, 0.5)
        text = tick_text(wall, at, axis)
        half = LABEL_QUIET.width(text) / 2
        if x - half > last + 4 and x + half <= axis.right + 12:
            ink.centred(x, y - 10.5, text, LABEL_QUIET)
            last = x + half
