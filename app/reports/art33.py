"""The initial notification of Art. 33 GDPR: what is known, what is not yet, and where each answer comes from."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app import paths
from app.domain.breach import Instant, Line, Packet
from app.domain.deadlines import REASON_ADVISED, REASONS_NEEDED, Authority, Deadline, Regime, compute, rfc3339
from app.domain.dossier import Dossier
from app.domain.entries import shown
from app.domain.fields import moment_of
from app.plans.authorities import load_authorities, load_regimes
from app.reports.kit import palette
from app.reports.kit.blocks import (
    SMALL,
    TABLE,
    TABLE_QUIET,
    Block,
    Cell,
    Drawn,
    Lines,
    Row,
    Space,
    baseline,
    cell,
    led_cell,
)
from app.reports.kit.charts import LABEL, LABEL_QUIET, Axis, Label, clock_changes, draw_ticks, placed
from app.reports.kit.frame import LEFT, MEASURE, RIGHT, press
from app.reports.kit.headings import Fact, masthead, section, strip
from app.reports.kit.ink import Ink
from app.reports.kit.letters import Style
from app.reports.kit.moments import LONG_MONTHS, Wall, took
from app.reports.kit.seal import checkpoint_text
from app.reports.parts import code_note, initials, sheet_for, verification, wall_of

TITLE = "Notification of a personal data breach"
NOTICE = "Prepared with Incident Cockpit; not legal advice."

_REASONS = ("time.delay_reason", "time.delay_code")
_NUMBER = Style("regular", 6.8, 11, palette.FAINT)
_SOURCE = Style("regular", 6.8, 11, palette.FAINT)
_MOMENT = Style("semibold", 8.2, 11)
_MOMENT_QUIET = Style("regular", 7.2, 10, palette.QUIET)
_MOMENT_NONE = Style("regular", 8.2, 11, palette.FAINT)
_LABEL_LEFT = LEFT + 24
_VALUE_LEFT = LEFT + 168
_SOURCE_WIDTH = 70.0
_VALUE_WIDTH = RIGHT - _VALUE_LEFT - _SOURCE_WIDTH - 10
_AXIS_HEIGHT = 74.0


@dataclass(frozen=True, slots=True)
class _Case:
    """A dossier with its packet and with the deadline that follows from it."""

    dossier: Dossier
    packet: Packet
    wall: Wall
    authority: Authority | None
    regime: Regime
    deadline: Deadline | None
    signers: Mapping[str, str]

    @property
    def sent(self) -> datetime | None:
        """When it was sent, once the packet says so."""
        return self.deadline.submitted if self.deadline else None


def render(dossier: Dossier) -> bytes:
    """The notification as PDF."""
    return press(sheet_for(dossier, TITLE), _blocks(_case(dossier)))


def art33_json(dossier: Dossier) -> bytes:
    """The same content as JSON (UTF-8): packet, deadline, signers and seal; moments as RFC 3339 UTC."""
    case = _case(dossier)
    view, seal = dossier.view, dossier.seal
    content = {
        "report": "art33",
        "number": view.number,
        "incident_id": view.incident_id,
        "made_at": rfc3339(dossier.made_at),
        "zone": dossier.zone,
        "drill": view.drill,
        "simulated": view.opening.simulated,
        "authority": case.authority.id if case.authority else None,
        "regime": case.regime.id,
        "deadline": case.deadline.as_dict() if case.deadline else None,
        "packet": case.packet.as_dict(),
        "signers": [{"initials": short, "name": view.name_of(fp), "key": fp} for fp, short in case.signers.items()],
        "seal": {"origin": seal.origin, "size": seal.size, "root": seal.root, "log_key": seal.log_fingerprint},
        "notice": NOTICE,
    }
    return (json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _case(dossier: Dossier) -> _Case:
    packet = dossier.packet
    if not isinstance(packet, Packet):
        raise TypeError("the notification needs a dossier with a packet")
    folder = paths.resources() / "authorities"
    named = dossier.organisation.get("authority") or dossier.organisation.get("notif.authority", "")
    authority = load_authorities(folder).get(named.upper())
    regime = load_regimes(folder)[authority.regime if authority else "gdpr-art33"]
    aware = packet.instants.aware.at
    sent, now = _sent_at(dossier, packet), dossier.made_at
    deadline = None
    if aware is not None:
        deadline = compute(aware, dossier.zone, regime=regime, authority=authority, submitted=sent, now=now)
    due = (deadline.strict_due, deadline.hour_rule_due, deadline.submitted) if deadline else ()
    wall = wall_of(dossier, *due, *(instant.at for instant in packet.instants))
    return _Case(dossier, packet, wall, authority, regime, deadline, _signers(dossier, packet))


def _signers(dossier: Dossier, packet: Packet) -> Mapping[str, str]:
    """The initials of those whose key signed something that stands here: nobody else is named to an authority."""
    named = {line.actor for line in _lines(packet)} | {instant.actor for instant in packet.instants}
    return {fp: short for fp, short in initials(dossier).items() if fp in named}


def _sent_at(dossier: Dossier, packet: Packet) -> datetime | None:
    """The moment of the sending field; None as long as the packet leaves it blank."""
    stated = any(line.field == "notif.sent_at" and line.status == "stated" for line in _lines(packet))
    found = dossier.view.breach.get("notif.sent_at")
    return moment_of(found.value) if stated and found is not None and isinstance(found.value, str) else None


def _lines(packet: Packet) -> Iterator[Line]:
    for part in packet.sections:
        yield from part.lines


def _blocks(case: _Case) -> Iterator[Block]:
    dossier = case.dossier
    yield from masthead(TITLE, _subtitle(case), checkpoint_text(dossier.seal))
    yield strip(_facts(case), dossier.plan)
    if case.deadline is not None:
        yield from _counted(case, case.deadline)
    yield from _moments(case)
    for number, part in enumerate(case.packet.sections, 1):
        yield section(str(number), part.title, f"Art. 33(3)({part.letter})" if part.letter else "")
        for line in part.lines:
            yield _row(case, line)
    yield from _close(case)
    yield from code_note()


def _subtitle(case: _Case) -> str:
    to = case.authority.id.partition("-")[2] if case.authority else ""
    return " · ".join(
        part
        for part in (
            case.regime.title.partition(":")[0],
            f"{_phase(case.packet)}{', incomplete' if _open_points(case.packet) else ''}",
            f"to {to}" if to else "authority not named yet",
            case.wall.full(case.sent or case.dossier.made_at),
        )
        if part
    )


def _phase(packet: Packet) -> str:
    """What kind of notification it is, in the words of the answer where there is one."""
    stated = _value(packet, "notif.type")
    return "initial" if stated in ("", "new") else stated


def _open_points(packet: Packet) -> int:
    return sum(line.status == "unknown" or _is_owed(line) for line in _lines(packet))


def _is_owed(line: Line) -> bool:
    """Whether an answer is missing that has to be there: of the minimum, or the reasons of a late notification."""
    return line.status == "not_stated" and (line.minimum or line.field in _REASONS)


def _facts(case: _Case) -> list[Fact]:
    deadline, wall = case.deadline, case.wall
    hours = f"{case.regime.hours} elapsed hours"
    if deadline is None:
        undecided = "Not decided yet"
        return [Fact("Aware", undecided, colour=palette.HEED), Fact(f"Strict deadline, {hours}", "–"), *_scale(case)]
    aware, due = deadline.aware, deadline.strict_due
    return [
        Fact("Aware", f"{wall.day(aware)} {wall.clock(aware)}", wall.abbreviation(aware)),
        Fact(f"Strict deadline, {hours}", f"{wall.day(due)} {wall.clock(due)}", wall.abbreviation(due)),
        *_scale(case),
    ]


def _scale(case: _Case) -> list[Fact]:
    """When it was sent, and how many people and records: blank until sent, open where it is open."""
    deadline = case.deadline
    sent = Fact("Sent after", blank=True)
    if deadline is not None and deadline.submitted is not None:
        on_time = "in time" if deadline.on_time_strict else "late"
        sent = Fact("Sent after", hours_words(deadline.submitted - deadline.aware), on_time)
    people, mode = _value(case.packet, "ds.count"), _value(case.packet, "ds.count_mode")
    records = _value(case.packet, "data.rec_count")
    words = f"{people} {'approx.' if mode == 'approximate' else ''}".strip() if people else "people not known yet"
    if not people and not records:
        return [sent, Fact("People · records", "not known yet")]
    return [sent, Fact("People · records", f"{words} · {_headline(records) or 'records not known yet'}")]


def _headline(text: str) -> str:
    """The first words of a long answer, whole in its own line below."""
    return text if len(text) <= 40 else f"{text[:40].rsplit(' ', 1)[0]} …"


def _value(packet: Packet, field: str) -> str:
    return next((line.text for line in _lines(packet) if line.field == field and line.status == "stated"), "")


def hours_words(span: timedelta) -> str:
    """`56 h 42 min`: hours beyond a day are not turned into days, because the law counts hours."""
    minutes = int(span.total_seconds() // 60)
    return f"{minutes // 60} h {minutes % 60} min" if minutes % 60 else f"{minutes // 60} h"


def _counted(case: _Case, deadline: Deadline) -> Iterator[Block]:
    """How the deadline was counted: a sentence and an axis to scale."""
    wall = case.wall
    end = max(filter(None, (deadline.strict_due, deadline.hour_rule_due, deadline.submitted)))
    changes = clock_changes(wall, deadline.aware, end)
    words = Lines(_sentence(case, deadline, changes), SMALL, LEFT, MEASURE, before=9)
    words.keep = True
    yield words
    yield Drawn(_AXIS_HEIGHT, lambda ink, top: _draw_axis(ink, top, case, deadline, changes))
    explained = (REASONS_NEEDED, REASON_ADVISED) if _value(case.packet, _REASONS[0]) else ()
    warnings = [text for text in deadline.warnings if text not in explained]
    for warning in (*warnings, *case.packet.warnings):
        yield Row([[led_cell("Note.", warning, LEFT, MEASURE)]], LEFT, MEASURE, ruled=False)


def _sentence(case: _Case, deadline: Deadline, changes: list[datetime]) -> str:
    wall, hours = case.wall, case.regime.hours
    text = f"How the deadline was counted: {hours} elapsed hours from awareness, {hours}:00:00 included."
    for change in changes:
        if change > deadline.strict_due:
            continue
        before, after = wall.local(change - timedelta(minutes=1)), wall.local(change)
        word = "back" if (after.utcoffset() or timedelta()) < (before.utcoffset() or timedelta()) else "forward"
        shift = abs((after.utcoffset() or timedelta()) - (before.utcoffset() or timedelta()))
        text += (
            f" The clocks go {word} on {wall.long_day(change)} ({wall.abbreviation(before)} to "
            f"{wall.abbreviation(after)}), so they end {took(shift)} {'earlier' if word == 'back' else 'later'} on the "
            "wall than they began."
        )
    if deadline.hour_rule_due is not None:
        text += " The hour rule (Regulation 1182/71, Art. 3(1)) is an argument, not the target."
    return text


def _draw_axis(ink: Ink, top: float, case: _Case, deadline: Deadline, changes: list[datetime]) -> None:
    wall = case.wall
    labels = list(_axis_labels(case, deadline, changes))
    moments = [label.at for label in labels]
    room = (max(moments) - min(moments)) / 40
    axis = Axis(min(moments) - room, max(moments) + room, LEFT, RIGHT)
    y = top - 33
    reached = case.sent or min(case.dossier.made_at, axis.end)
    ink.rule(LEFT, y, RIGHT, palette.INK, 0.9)
    x = axis.x(deadline.aware)
    if reached > deadline.aware:
        ink.block(x, y - 2, axis.x(reached) - x, 4, palette.ACCENT if case.sent else palette.OUTLINE)
    for one in placed(labels, axis, 4, (LEFT, RIGHT)):
        above = one.lane % 2 == 0
        base = y + 9 + 9.5 * (one.lane // 2) if above else y - 14 - 9.5 * (one.lane // 2)
        ink.line(one.x, y - 5, one.x, y + 5, palette.INK, 0.9)
        if one.lane > 1:
            ink.line(one.x, y + (5 if above else -5), one.x, base + (-1.5 if above else 6), palette.HAIRLINE, 0.5)
        ink.centred(one.middle, base, one.text, LABEL if one.label.strong else LABEL_QUIET)
    ink.rule(LEFT, top - _AXIS_HEIGHT + 13, RIGHT)
    draw_ticks(ink, axis, wall, top - _AXIS_HEIGHT + 13)


def _axis_labels(case: _Case, deadline: Deadline, changes: list[datetime]) -> Iterator[Label]:
    wall = case.wall
    detected = case.packet.instants.detected.at
    if detected is not None and deadline.aware - detected < timedelta(hours=case.regime.hours):
        yield Label(detected, f"detected {wall.clock(detected)}", strong=False)
    yield Label(deadline.aware, f"aware {wall.clock(deadline.aware)}", lane=1)
    for change in changes:
        yield Label(change, f"clock change, {wall.abbreviation(change)}", strong=False, lane=1)
    if deadline.submitted is not None:
        yield Label(deadline.submitted, f"sent {wall.clock(deadline.submitted)}")
    elif timedelta() < case.dossier.made_at - deadline.aware < timedelta(hours=3 * case.regime.hours):
        yield Label(case.dossier.made_at, f"this copy {wall.clock(case.dossier.made_at)}", strong=False)
    yield Label(deadline.strict_due, f"strict {wall.clock(deadline.strict_due)}")
    if deadline.hour_rule_due is not None:
        yield Label(deadline.hour_rule_due, f"hour rule {wall.clock(deadline.hour_rule_due)}", strong=False, lane=1)


def _moments(case: _Case) -> Iterator[Block]:
    """The five moments side by side; only awareness starts the countdown."""
    head = section("", "Five moments", "only awareness starts the countdown")
    yield head
    gutter = 10.0
    found = list(case.packet.instants)
    width = (MEASURE - gutter * (len(found) - 1)) / len(found)
    columns = [
        _moment_cells(case, instant, LEFT + place * (width + gutter), width) for place, instant in enumerate(found)
    ]
    yield Row(columns, LEFT, MEASURE)


def _moment_cells(case: _Case, instant: Instant, left: float, width: float) -> list[Cell]:
    name = cell(instant.label, left, width, SMALL)
    if instant.at is None:
        return [name, cell("Not stated yet", left, width, _MOMENT_NONE)]
    wall, at = case.wall, instant.at
    there = Wall("UTC")
    day = "" if wall.local(at).date() == there.local(at).date() else f"{there.short(at).rsplit(' ', 1)[0]} "
    utc = "" if wall.abbreviation(at) == "UTC" else f"{day}{there.clock(at)} UTC · "
    entry = _source_words(case, (instant.seq,) if instant.seq is not None else (), instant.actor)
    return [
        name,
        cell(f"{wall.day(at)} {wall.clock(at)} {wall.abbreviation(at)}", left, width, _MOMENT),
        cell(f"{utc}{entry}".removesuffix(" · "), left, width, _MOMENT_QUIET),
    ]


def _source_words(case: _Case, entries: tuple[int, ...], actor: str) -> str:
    """`#12, #31 AP`: entry numbers and the initials of the key under the last."""
    numbers = ", ".join(f"#{seq}" for seq in entries)
    return f"{numbers} {case.signers.get(actor, '')}".strip()


def _row(case: _Case, line: Line) -> Row:
    source = "profile" if line.source == "organisation" else _source_words(case, line.entries, line.actor)
    row = Row(
        [
            [cell(line.number, LEFT, 22, _NUMBER)],
            [cell(line.label, _LABEL_LEFT, _VALUE_LEFT - _LABEL_LEFT - 12, TABLE_QUIET)],
            [_answer(case, line)],
            [cell(source, RIGHT - _SOURCE_WIDTH, _SOURCE_WIDTH, _SOURCE, "right")],
        ],
        LEFT,
        MEASURE,
    )
    if _is_blank(line):
        row.marks.append(_draw_blank)
    return row


def _is_blank(line: Line) -> bool:
    """Whether there is nothing to say: not sent yet, or a field of the sending that only some notifications have."""
    return line.status == "blank" or (line.status == "not_stated" and not _is_owed(line))


def _draw_blank(ink: Ink, top: float) -> None:
    """A line to write on: the field is filled when the notification goes out."""
    ink.rule(_VALUE_LEFT, top - baseline(TABLE) - 2, _VALUE_LEFT + 180, palette.OUTLINE, 0.4)


def _answer(case: _Case, line: Line) -> Cell:
    if line.status == "unknown":
        owner = f"Owner {line.owner}" if line.owner else "Nobody is named yet"
        due = f", due {_due(case, line.due)}" if line.due else ", no date yet"
        return led_cell("Not known yet.", f"{owner}{due}.", _VALUE_LEFT, _VALUE_WIDTH)
    if _is_owed(line):
        return led_cell("Not stated yet.", "No answer and no owner is recorded.", _VALUE_LEFT, _VALUE_WIDTH)
    if _is_blank(line):
        return cell("", _VALUE_LEFT, _VALUE_WIDTH)
    if line.status == "erased":
        return cell(line.text, _VALUE_LEFT, _VALUE_WIDTH, TABLE_QUIET)
    if line.field == "notif.authority" and case.authority is not None and line.text == case.authority.id:
        name = f"{case.authority.name}, {case.authority.name_en} ({line.text})"
        return cell(name, _VALUE_LEFT, _VALUE_WIDTH, TABLE)
    return cell(line.text, _VALUE_LEFT, _VALUE_WIDTH, TABLE)


def _due(case: _Case, text: str) -> str:
    """A recorded due date or moment in words; as it stands where it is neither."""
    moment = moment_of(text)
    if moment is not None:
        return case.wall.full(moment)
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return text
    return f"{day.day} {LONG_MONTHS[day.month - 1]} {day.year}"


def _close(case: _Case) -> Iterator[Block]:
    """What is not there, who signed, where the questions come from, how to check."""
    if case.packet.unanswered_line:
        yield Lines(case.packet.unanswered_line, TABLE_QUIET, LEFT, MEASURE, before=14)
    yield section("", "Sources", "the last column of the answers")
    yield Lines(
        "# is the number of the entry of the record that holds the answer; the initials are those of the person whose "
        "key signed it. 'profile' is the organisation's profile, typed once.",
        SMALL,
        LEFT,
        MEASURE,
    )
    yield Space(5)
    for fp, short in case.signers.items():
        yield _signer_row(case, fp, short)
    yield from verification(case.dossier)
    yield section("", "Colophon")
    yield Lines(f"{NOTICE} {case.packet.credit}", SMALL, LEFT, MEASURE)


def _signer_row(case: _Case, fp: str, short: str) -> Row:
    person = case.dossier.view.people.get(fp)
    return Row(
        [
            [cell(short, LEFT, 30, Style("semibold", 7.2, 11))],
            [cell(shown(person.name) if person else "", LEFT + 34, 120, TABLE)],
            [cell(person.principal if person else "", LEFT + 160, 144, TABLE_QUIET)],
            [cell(fp, RIGHT - 198, 198, Style("mono", 6.4, 11, palette.QUIET), "right")],
        ],
        LEFT,
        MEASURE,
    )
