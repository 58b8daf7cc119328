"""Tables that the record fills: clocks met or missed, action items, severity and state, roles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.domain.clocks import Clock, Lap
from app.domain.dossier import Dossier
from app.domain.entries import shown
from app.domain.incident import ActionItem, Holding, SeveritySpell, StateSpell
from app.domain.instants import until_text
from app.domain.timeline import LAG_SHOWN_MS
from app.reports.kit import palette
from app.reports.kit.blocks import (
    SMALL,
    TABLE,
    TABLE_QUIET,
    TABLE_STRONG,
    Block,
    Cell,
    Drawn,
    Lines,
    Row,
    cell,
)
from app.reports.kit.chips import CHIP_HEIGHT, chip_width, draw_chip
from app.reports.kit.frame import LEFT, MEASURE
from app.reports.kit.ink import Ink
from app.reports.kit.letters import Style
from app.reports.kit.moments import MONTHS, Wall, lag, took
from app.reports.overview import draw_result
from app.reports.parts import clock_name, state_title

_HEAD = Style("regular", 6.8, 9, palette.FAINT)
_HEED = Style("medium", 8, 11, palette.HEED)
_LAP = Style("regular", 7.2, 10, palette.QUIET)
_LAP_LATE = Style("regular", 7.2, 10, palette.HEED)
_INDENT = 12.0
NUMBER = Style("regular", 7.2, 11, palette.FAINT)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: the words of its head, where it starts and how wide it is."""

    title: str
    left: float
    width: float
    right: bool = False

    def cell(self, text: str, style: Style = TABLE) -> Cell:
        """A cell of this column."""
        return cell(text, self.left, self.width, style, "right" if self.right else "left")


def columns(*parts: tuple[str, float]) -> list[Column]:
    """Columns side by side; widths are shares of the measure, a negative one sets its column flush right."""
    gutter = 10.0
    total = sum(abs(share) for _, share in parts)
    room = MEASURE - gutter * (len(parts) - 1)
    found, left = [], LEFT
    for title, share in parts:
        width = room * abs(share) / total
        found.append(Column(title, left, width, share < 0))
        left += width + gutter
    return found


def table(heads: Sequence[Column], rows: Sequence[Row], empty: str) -> Iterator[Block]:
    """Column heads, repeated on every page, over the rows; a sentence where there are none."""
    if not rows:
        yield Lines(empty, TABLE_QUIET, LEFT, MEASURE, before=2)
        return

    def draw(ink: Ink, top: float) -> None:
        for column in heads:
            if column.right:
                ink.right(column.left + column.width, top - 9, column.title, _HEAD)
            else:
                ink.text(column.left, top - 9, column.title, _HEAD)

    head = Drawn(13, draw)
    head.keep = True
    yield head
    for row in rows:
        row.again = Drawn(13, draw)
        yield row


def clocks_table(dossier: Dossier, wall: Wall) -> Iterator[Block]:
    """Every clock that started: limit, due, met, and whether in time; a cadence with each lap that was late."""
    heads = columns(("Clock", 27), ("Limit", 15), ("Started", 16), ("Due", 16), ("Met", 16), ("Result", 30))
    found = sorted(dossier.clocks, key=lambda clock: (clock.laps[0].started_at, clock.laps[0].due_at, clock.id))
    rows = [row for clock in found for row in _clock_rows(dossier, wall, heads, clock)]
    yield from table(heads, rows, "No clock has started.")


def _clock_rows(dossier: Dossier, wall: Wall, heads: Sequence[Column], clock: Clock) -> Iterator[Row]:
    yield _clock_row(dossier, wall, heads, clock)
    if clock.kind == "cadence":
        for lap in clock.laps:
            if lap.kept is False:
                yield _late_lap(lap, wall, heads)


def _clock_row(dossier: Dossier, wall: Wall, heads: Sequence[Column], clock: Clock) -> Row:
    name, limit, started, due, met, result = heads
    mark, words = result_words(clock, dossier.made_at)
    beside = " · ".join(
        filter(None, (clock.strength, "our default" if f"clock:{clock.id}" in dossier.plan.ours else ""))
    )
    cadence = clock.kind == "cadence"
    last = clock.met_at
    shown_result = cell(
        words, result.left + _INDENT, result.width - _INDENT, _HEED if mark in ("late", "missed") else TABLE
    )
    row = Row(
        [
            [name.cell(clock_name(dossier, clock)), *([name.cell(beside, SMALL)] if beside else [])],
            [limit.cell(clock.limit, TABLE_QUIET)],
            [started.cell(wall.short(clock.laps[0].started_at), TABLE_QUIET)],
            [due.cell("each lap" if cadence else wall.short(clock.due_at), TABLE_QUIET)],
            [met.cell(_met_words(clock, wall, last), TABLE)],
            [shown_result],
        ],
        LEFT,
        MEASURE,
    )
    row.marks.append(lambda ink, top: draw_result(ink, result.left + 3, top - TABLE.leading / 2, mark))
    return row


def _met_words(clock: Clock, wall: Wall, last: datetime | None) -> str:
    if clock.kind == "cadence":
        count = sum(lap.met_at is not None for lap in clock.laps)
        return {0: "never", 1: "once"}.get(count, f"{count} times")
    if last is None:
        return "–"
    lap = clock.laps[-1]
    late = round((lap.met_ts - last).total_seconds() * 1000) if lap.met_ts is not None else 0
    return wall.short(last) + (f"\nrecorded {lag(late)}" if late > LAG_SHOWN_MS else "")


class _Follower(Row):
    """A row that belongs to the one above it: no rule, close to it."""

    pad = 0.0


def _late_lap(lap: Lap, wall: Wall, heads: Sequence[Column]) -> Row:
    """One lap of a cadence that was not kept."""
    _, limit, started, due, met, result = heads
    late = f"late by {_lateness(lap.met_at - lap.due_at)}" if lap.met_at else "not met"
    row = _Follower(
        [
            [limit.cell("lap", _LAP)],
            [started.cell(wall.short(lap.started_at), _LAP)],
            [due.cell(wall.short(lap.due_at), _LAP)],
            [met.cell(wall.short(lap.met_at) if lap.met_at else "–", _LAP)],
            [cell(late, result.left + _INDENT, result.width - _INDENT, _LAP_LATE)],
        ],
        LEFT,
        MEASURE,
        ruled=False,
    )
    row.height += 2
    return row


def result_words(clock: Clock, now: datetime) -> tuple[str, str]:
    """The mark of a clock (met, late, missed, open) and what it says in words."""
    if clock.kind == "cadence":
        return _cadence_words(clock, now)
    met = clock.met_at
    match clock.state:
        case "met" if met is not None and met < clock.started_at:
            return "met", "in time, before it started"
        case "met" if met is not None:
            return "met", f"in time, {took(clock.due_at - met)} left"
        case "met_late" if met is not None:
            return "late", f"late by {_lateness(met - clock.due_at)}"
        case "overdue":
            return "missed", f"not met, {_lateness(now - clock.due_at)} over"
        case "lapsed":
            return "missed", "not met before it ended"
        case "ended":
            return "open", "ended, no longer needed"
        case _:
            return "open", f"running, {until_text(clock.due_at - now)} left"


def _cadence_words(clock: Clock, now: datetime) -> tuple[str, str]:
    kept = sum(lap.kept is True for lap in clock.laps)
    words = f"{kept} of {kept + clock.missed} in time"
    if not kept and not clock.missed:
        words = "none was due"
    mark = "late" if clock.missed else "met" if kept else "open"
    if clock.state == "overdue":
        return "missed", f"{words}; {_lateness(now - clock.due_at)} over now"
    return mark, words


def _lateness(span: timedelta) -> str:
    return took(span) if span >= timedelta(seconds=1) else "under 1 s"


def actions_table(dossier: Dossier, wall: Wall, words: Sequence[str] = ()) -> Iterator[Block]:
    """Action items with owner, due date and status, under the plan's own column words where it has them."""
    titles = _own_words(words)
    heads = columns(
        (titles["action"], 46), (titles["owner"], 20), (titles["due"], 18), (titles["status"], 22), ("Entry", -7)
    )
    rows = [_action_row(dossier, wall, heads, item) for item in dossier.view.actions]
    yield from table(heads, rows, "No action item has been recorded.")


def _own_words(words: Sequence[str]) -> Mapping[str, str]:
    found = {"action": "Action", "owner": "Owner", "due": "Due", "status": "Status"}
    for word in words:
        key = {"deadline": "due"}.get(word.casefold(), word.casefold())
        if key in found:
            found[key] = word
    return found


def _action_row(dossier: Dossier, wall: Wall, heads: Sequence[Column], item: ActionItem) -> Row:
    action, owner, due, status, entry = heads
    day = due_day(item.due)
    late = item.closed_at is None and day is not None and day < wall.local(dossier.made_at).date()
    if item.closed_at is not None:
        words = f"closed {wall.short(item.closed_at)}"
    else:
        words = "open, overdue" if late else "open"
    return Row(
        [
            [action.cell(shown(item.text))],
            [owner.cell(shown(item.owner)) if item.owner is not None else owner.cell("no owner", _HEED)],
            [due.cell(due_words(item.due)) if item.due else due.cell("no date", _HEED)],
            [status.cell(words, _HEED if late else TABLE_QUIET)],
            [entry.cell(str(item.seq), NUMBER)],
        ],
        LEFT,
        MEASURE,
    )


def due_day(text: str | None) -> date | None:
    """The day of a due date, None where it is not one."""
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        return None


def due_words(text: str | None) -> str:
    """`6 Nov 2026`; as it stands where it is not a date."""
    day = due_day(text)
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}" if day else text or ""


def history_columns(dossier: Dossier) -> list[Column]:
    """The columns of the severities and states; the second is as wide as the widest chip."""
    widest = max(chip_width(dossier.plan, spell.code) for spell in dossier.view.severities)
    # A column is a share of the measure: of 118 shares here, after four gutters.
    share = min(max(27.0, widest * 118 / (MEASURE - 40)), 50.0)
    return columns(("Since", 18), ("Severity or state", share), ("As recorded", 73 - share), ("By", 20), ("Entry", -7))


def history_table(dossier: Dossier, wall: Wall) -> Iterator[Block]:
    """Every severity and state with the moment from which it held, by whom, and why."""
    view = dossier.view
    heads = history_columns(dossier)
    spells: list[SeveritySpell | StateSpell] = [*view.severities, *view.states]
    spells.sort(key=lambda spell: (spell.at, spell.seq, isinstance(spell, StateSpell)))
    texts = {row.seq: row.text for row in dossier.rows}
    rows = [_spell_row(dossier, wall, heads, spell, texts) for spell in spells]
    yield from table(heads, rows, "Nothing is recorded.")


def _spell_row(
    dossier: Dossier,
    wall: Wall,
    heads: Sequence[Column],
    spell: SeveritySpell | StateSpell,
    texts: Mapping[int, str],
) -> Row:
    since, what, recorded, by, entry = heads
    is_severity = isinstance(spell, SeveritySpell)
    row = Row(
        [
            [since.cell(wall.short(spell.at))],
            [what.cell("" if is_severity else state_title(dossier.plan, spell.code), TABLE_STRONG)],
            [recorded.cell(texts.get(spell.seq, "–") if spell.seq else "at declaration", TABLE_QUIET)],
            [by.cell(dossier.view.name_of(spell.actor), TABLE_QUIET)],
            [entry.cell(str(spell.seq), NUMBER)],
        ],
        LEFT,
        MEASURE,
    )
    if is_severity:
        height = TABLE.leading / 2 + CHIP_HEIGHT / 2
        row.marks.append(lambda ink, top: _chip(ink, what.left, top - height, dossier, spell.code))
    return row


def _chip(ink: Ink, x: float, y: float, dossier: Dossier, code: str) -> None:
    draw_chip(ink, x, y, dossier.plan, code)


def roles_table(dossier: Dossier, wall: Wall) -> Iterator[Block]:
    """Who held which role from when to when, from whom it came, and whose signature is missing."""
    heads = columns(
        ("Role", 27), ("Held by", 24), ("From", 16), ("Until", 16), ("Taken over from", 22), ("Signature", 25)
    )
    view = dossier.view
    order = {role.code: place for place, role in enumerate(dossier.plan.roles)}
    held = [*((holding, True) for holding in view.roles.values()), *((holding, False) for holding in view.past_roles)]
    held.sort(key=lambda pair: (order.get(pair[0].role, len(order)), pair[0].role, pair[0].backup, pair[0].since))
    waiting = {row.seq: row.unsigned for row in dossier.rows}
    rows = [_role_row(dossier, wall, heads, holding, now, waiting.get(holding.seq, "")) for holding, now in held]
    yield from table(heads, rows, "No role has been assigned.")
    free = [role.title or role.code for role in dossier.plan.roles if role.code not in view.roles]
    if free and rows:
        yield Lines(f"Held by nobody now: {', '.join(free)}.", TABLE_QUIET, LEFT, MEASURE, before=4)


def _role_row(
    dossier: Dossier, wall: Wall, heads: Sequence[Column], holding: Holding, current: bool, unsigned: str
) -> Row:
    role, holder, since, until, giver, signature = heads
    plan = dossier.plan
    title = next((item.title or item.code for item in plan.roles if item.code == holding.role), holding.role)
    end = None if current else _ended(dossier, holding)
    came_from = shown(holding.handed_over_from) if holding.handed_over_from is not None else "–"
    signed = signature.cell(f"unsigned by {unsigned}", _HEED) if unsigned else signature.cell("signed", TABLE_QUIET)
    return Row(
        [
            [role.cell(f"{title}, backup" if holding.backup else title)],
            [holder.cell(shown(holding.holder), TABLE_STRONG if current else TABLE)],
            [since.cell(wall.short(holding.since), TABLE_QUIET)],
            [until.cell("now" if current else wall.short(end) if end else "–", TABLE_QUIET)],
            [giver.cell(came_from, TABLE_QUIET)],
            [signed],
        ],
        LEFT,
        MEASURE,
    )


def _ended(dossier: Dossier, holding: Holding) -> datetime | None:
    """When somebody else took the role over or it was released: the next entry about it."""
    view = dossier.view
    later = [
        other.since
        for other in (*view.roles.values(), *view.past_roles)
        if other.role == holding.role and other.backup == holding.backup and other.seq > holding.seq
    ]
    later += [e.at for e in view.events if e.name == f"released:{holding.role}" and e.seq > holding.seq]
    return min(later, default=None)
