"""The incident in one picture: severity, state, milestones and clocks along one axis of time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.clocks import Clock, Lap
from app.domain.dossier import Dossier
from app.domain.timeline import TimelineRow
from app.reports.kit import palette
from app.reports.kit.blocks import Block, Drawn
from app.reports.kit.charts import LABEL, LABEL_QUIET, Axis, draw_ticks
from app.reports.kit.chips import draw_shape, severity_words
from app.reports.kit.frame import LEFT, RIGHT
from app.reports.kit.ink import Ink
from app.reports.kit.letters import Style, fitted
from app.reports.kit.moments import Wall
from app.reports.parts import clock_name, state_title

MOST_CLOCKS = 10
_GUTTER = 112.0
_LANE = 15.0
_BAND = 10.0
_ON_CHIP = 6.8
_MARK = Style("semibold", 6.2, 8, palette.WHITE)
_STATE = Style("medium", 6.8, 9)


@dataclass(frozen=True, slots=True)
class _Picture:
    dossier: Dossier
    axis: Axis
    milestones: Sequence[TimelineRow]
    clocks: Sequence[Clock]
    wall: Wall

    @property
    def height(self) -> float:
        """Lanes for severity, state, milestones and clocks, and the ticks."""
        return _LANE * (2 + (2 if self.milestones else 0) + len(self.clocks)) + 20


def overview(dossier: Dossier, milestones: Sequence[TimelineRow], wall: Wall) -> Block:
    """The picture; `milestones` are numbered in their order, as in the table beside it."""
    clocks = sorted(dossier.clocks, key=lambda clock: (clock.laps[0].started_at, clock.laps[0].due_at, clock.id))
    axis = _axis(dossier, milestones)
    picture = _Picture(dossier, axis, milestones, clocks[:MOST_CLOCKS], wall)
    return Drawn(picture.height, lambda ink, top: _draw(ink, top, picture), before=6)


def _axis(dossier: Dossier, milestones: Sequence[TimelineRow]) -> Axis:
    """From the first sign to the last move, or to the moment of the document while the incident is open."""
    view, plan = dossier.view, dossier.plan
    over = view.state in plan.state_codes and (plan.state(view.state).resolved or plan.state(view.state).closed)
    moments = [spell.at for spell in view.severities] + [spell.at for spell in view.states]
    moments += [datetime.fromtimestamp(row.at / 1000, view.declared_at.tzinfo) for row in milestones]
    detected = view.first("detected")
    if detected is not None:
        moments.append(detected.at)
    if not over:
        moments.append(dossier.made_at)
    last = max(moments)
    # One early trace must not press the incident itself into a corner: what is earlier stands at the edge.
    earliest = view.declared_at - max((last - view.declared_at) * 0.4, timedelta(hours=1))
    first = max(min(moments), earliest)
    room = max((last - first) * 0.025, timedelta(minutes=1))
    return Axis(first - room, last + room * 1.6, LEFT + _GUTTER, RIGHT)


def _draw(ink: Ink, top: float, picture: _Picture) -> None:
    bottom = top - picture.height + 16
    for at in picture.axis.ticks(picture.wall, 56):
        ink.line(picture.axis.x(at), bottom, picture.axis.x(at), top, palette.WASH, 0.5)
    y = _draw_severities(ink, top, picture)
    y = _draw_states(ink, y, picture)
    y = _draw_milestones(ink, y, picture)
    for clock in picture.clocks:
        _draw_clock(ink, y, picture, clock)
        y -= _LANE
    ink.rule(picture.axis.left, bottom, RIGHT, palette.OUTLINE)
    draw_ticks(ink, picture.axis, picture.wall, bottom)


def _lane_name(ink: Ink, y: float, text: str) -> None:
    ink.text(LEFT, y - _LANE / 2 - 2.4, fitted(text, LABEL_QUIET, _GUTTER - 8), LABEL_QUIET)


def _draw_severities(ink: Ink, y: float, picture: _Picture) -> float:
    """One coloured stretch a severity, with its shape and, where there is room, its word."""
    _lane_name(ink, y, "Severity")
    plan, spells = picture.dossier.plan, picture.dossier.view.severities
    for place, spell in enumerate(spells):
        end = spells[place + 1].at if place + 1 < len(spells) else picture.axis.end
        left, right = picture.axis.x(spell.at), picture.axis.x(end)
        look = palette.chip(plan.severity_ranks.get(spell.code, 6))
        ink.block(left, y - _LANE + 2.5, max(right - left - 0.7, 0.7), _BAND, look.fill)
        if look.fill == palette.WHITE:
            ink.frame(left, y - _LANE + 2.5, max(right - left - 0.7, 0.7), _BAND, look.edge)
        middle = y - _LANE + 2.5 + _BAND / 2
        if right - left > 12:
            draw_shape(ink, left + 7, middle, 2.9, look.shape, look.label)
        words = Style("semibold", _ON_CHIP, 9, look.label)
        text = severity_words(plan, spell.code)
        if right - left > words.width(text) + 20:
            ink.text(left + 13.5, middle - _ON_CHIP * 0.36, text, words)
    return y - _LANE


def _draw_states(ink: Ink, y: float, picture: _Picture) -> float:
    _lane_name(ink, y, "State")
    plan, spells = picture.dossier.plan, picture.dossier.view.states
    for place, spell in enumerate(spells):
        end = spells[place + 1].at if place + 1 < len(spells) else picture.axis.end
        left, right = picture.axis.x(spell.at), picture.axis.x(end)
        ink.block(left, y - _LANE + 2.5, max(right - left - 0.7, 0.7), _BAND, palette.TINT)
        text = state_title(plan, spell.code)
        if right - left > _STATE.width(text) + 8:
            ink.text(left + 4, y - _LANE + 2.5 + _BAND / 2 - 2.45, text, _STATE)
    return y - _LANE


def _draw_milestones(ink: Ink, y: float, picture: _Picture) -> float:
    """Numbered marks; one that would cover its neighbour goes into the second lane."""
    if not picture.milestones:
        return y
    _lane_name(ink, y, "Milestones")
    last = [-1e9, -1e9]
    for number, row in enumerate(picture.milestones, 1):
        at = datetime.fromtimestamp(row.at / 1000, picture.dossier.made_at.tzinfo)
        x = picture.axis.x(at)
        lane = 0 if x - last[0] >= 11 else 1
        middle = y - _LANE / 2 - lane * 12
        if x - last[lane] < 11:
            ink.line(x, y - _LANE - 9, x, y - _LANE - 13, palette.ACCENT, 0.8)
            continue
        last[lane] = x
        ink.circle(x, middle, 4.6, palette.ACCENT)
        ink.centred(x, middle - 2.2, str(number), _MARK)
    return y - 2 * _LANE


def _draw_clock(ink: Ink, y: float, picture: _Picture, clock: Clock) -> None:
    """Each lap from its start to its due moment; the mark says when it was met, and whether in time."""
    _lane_name(ink, y, clock_name(picture.dossier, clock))
    middle = y - _LANE / 2
    for lap in clock.laps:
        _draw_lap(ink, middle, picture, clock, lap)


def _draw_lap(ink: Ink, y: float, picture: _Picture, clock: Clock, lap: Lap) -> None:
    axis = picture.axis
    left, due = axis.x(lap.started_at), axis.x(lap.due_at)
    ended_early = lap.met_at is not None or clock.state in ("ended", "lapsed")
    ink.rule(left, y, due, palette.HAIRLINE if ended_early else palette.OUTLINE, 1.2)
    if lap.due_at > axis.end:
        ink.polygon([(axis.right - 4, y - 2.2), (axis.right, y), (axis.right - 4, y + 2.2)], palette.OUTLINE)
    else:
        ink.line(due, y - 3.6, due, y + 3.6, palette.OUTLINE, 0.9)
    if lap.met_at is None:
        if lap.kept is False:
            end = axis.x(picture.dossier.made_at) if clock.active else due
            ink.rule(due, y, max(end, due), palette.HEED_BAR, 1.6)
            draw_result(ink, max(due, min(end, axis.right - 3)), y, "missed")
        return
    met = axis.x(lap.met_at)
    late = lap.kept is False
    ink.rule(due if late else left, y, met, palette.HEED_BAR if late else palette.ACCENT, 1.6)
    draw_result(ink, met, y, "late" if late else "met")


def draw_result(ink: Ink, x: float, y: float, result: str) -> None:
    """The mark of a clock's result: a disc is in time, a triangle late, a cross missed, a ring still open."""
    match result:
        case "met":
            ink.circle(x, y, 2.7, palette.ACCENT)
        case "late":
            ink.polygon([(x - 3.2, y - 2.6), (x + 3.2, y - 2.6), (x, y + 3.2)], palette.HEED)
        case "missed":
            ink.line(x - 2.5, y - 2.5, x + 2.5, y + 2.5, palette.HEED, 1.5)
            ink.line(x - 2.5, y + 2.5, x + 2.5, y - 2.5, palette.HEED, 1.5)
        case _:
            ink.circle(x, y, 2.4, edge=palette.OUTLINE, stroke=1)


def legend() -> Block:
    """What the marks on the clocks mean."""
    words = (("met", "met in time"), ("late", "met late"), ("missed", "not met"))

    def draw(ink: Ink, top: float) -> None:
        x = LEFT + _GUTTER
        for result, text in words:
            draw_result(ink, x + 3, top - 7, result)
            ink.text(x + 10, top - 9.4, text, LABEL_QUIET)
            x += LABEL.width(text) + 26
        ink.line(x + 3, top - 10.6, x + 3, top - 3.4, palette.OUTLINE, 0.9)
        ink.text(x + 10, top - 9.4, "due", LABEL_QUIET)

    return Drawn(14, draw)
