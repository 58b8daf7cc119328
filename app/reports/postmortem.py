"""The post-mortem in the plan's own template: its title, its sections in its order, its words, filled by the record."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from app.domain.clocks import Clock
from app.domain.dossier import Dossier
from app.domain.entries import shown
from app.domain.incident import SectionText
from app.domain.plan import Section
from app.domain.timeline import TimelineRow
from app.reports import annex
from app.reports.kit import palette
from app.reports.kit.blocks import (
    BODY,
    SMALL,
    SUBSECTION,
    TABLE,
    TABLE_QUIET,
    Block,
    Lines,
    Row,
    Space,
    cell,
    led_cell,
)
from app.reports.kit.chips import CHIP_HEIGHT, draw_chip
from app.reports.kit.frame import LEFT, MEASURE, press
from app.reports.kit.headings import Fact, masthead, section, strip
from app.reports.kit.ink import Ink
from app.reports.kit.letters import Style
from app.reports.kit.moments import Wall, took
from app.reports.kit.seal import checkpoint_text
from app.reports.overview import legend, overview
from app.reports.parts import code_note, duration_fact, resolved_at, sheet_for, state_title, verification, wall_of

TITLE = "Post-mortem"

_LABEL_WIDTH = 128.0
_VALUE_LEFT = LEFT + _LABEL_WIDTH + 10
_VALUE_WIDTH = MEASURE - _LABEL_WIDTH - 10
_DISC = Style("semibold", 6.2, 11, palette.WHITE)
_FIELD = re.compile(r"^(?P<label>[^:\[]{1,80})(?::.*)?$", re.DOTALL)


def render(dossier: Dossier) -> bytes:
    """The post-mortem as PDF."""
    return press(sheet_for(dossier, TITLE), _blocks(dossier))


def _blocks(dossier: Dossier) -> Iterator[Block]:
    wall = wall_of(dossier)
    view, plan = dossier.view, dossier.plan
    head, subtitle = heading(dossier), shown(view.title)
    if view.number not in head:
        subtitle = view.number if subtitle in head else f"{view.number} · {subtitle}"
    yield from masthead(head, subtitle, checkpoint_text(dossier.seal))
    yield strip(_facts(dossier, wall), plan)
    yield from _template_note(dossier)
    for number, part in enumerate(plan.postmortem.sections, 1):
        written = view.postmortem.get(part.id)
        yield section(str(number), part.title, _byline(dossier, wall, written))
        yield from _body(dossier, wall, part, written)
    yield from _annex(dossier, wall)
    yield from verification(dossier)
    yield from code_note()


def heading(dossier: Dossier) -> str:
    """The plan's title of a post-mortem with its names filled in; other braces stay as they are."""
    view = dossier.view
    named = {
        "{number}": view.number,
        "{title}": shown(view.title),
        "{date}": Wall(dossier.zone).date(view.declared_at),
        "{severity}": view.severity,
    }
    return re.sub(r"\{\w+\}", lambda found: named.get(found[0], found[0]), dossier.plan.postmortem.title)


def _facts(dossier: Dossier, wall: Wall) -> list[Fact]:
    view, plan = dossier.view, dossier.plan
    worst = min((spell.code for spell in view.severities), key=lambda code: plan.severity_ranks.get(code, 99))
    judged = [clock for clock in dossier.clocks if _is_judged(clock)]
    kept = sum(not clock.missed for clock in judged)
    done = sum(item.closed_at is not None for item in view.actions)
    sections = [part.id for part in plan.postmortem.sections if part.kind in ("prose", "facts", "impact")]
    return [
        Fact("Worst severity", severity=worst),
        Fact("State now", state_title(plan, view.state)),
        Fact("Declared", wall.short(view.declared_at), wall.abbreviation(view.declared_at)),
        duration_fact(dossier),
        Fact("Commander", _commander(dossier)),
        Fact("Clocks in time", f"{kept} of {len(judged)}" if judged else "–"),
        Fact("Action items done", f"{done} of {len(view.actions)}" if view.actions else "none yet"),
        Fact("Sections written", f"{sum(id_ in view.postmortem for id_ in sections)} of {len(sections)}"),
    ]


def _is_judged(clock: Clock) -> bool:
    return clock.missed > 0 or any(lap.kept is not None for lap in clock.laps)


def _commander(dossier: Dossier) -> str:
    role = dossier.plan.role_for("commander")
    holding = dossier.view.roles.get(role.code) if role else None
    return shown(holding.holder) if holding else "nobody"


def _template_note(dossier: Dossier) -> Iterator[Block]:
    plan = dossier.plan
    parts = [
        f"In the template of {plan.identity.title}, version {plan.identity.version}. Times are those of {dossier.zone}."
    ]
    if plan.postmortem.participants:
        parts.append(f"Who takes part by the plan: {', '.join(plan.postmortem.participants)}.")
    if plan.postmortem.agenda:
        parts.append(f"Agenda: {'; '.join(plan.postmortem.agenda)}.")
    yield Lines(" ".join(parts), SMALL, LEFT, MEASURE, before=8)


def _byline(dossier: Dossier, wall: Wall, written: SectionText | None) -> str:
    """`Ana Pop, 25 Oct 17:00, entry 33`: who wrote the section."""
    if written is None:
        return ""
    return f"{dossier.view.name_of(written.actor)}, {wall.short(written.at)}, entry {written.seq}"


def _body(dossier: Dossier, wall: Wall, part: Section, written: SectionText | None) -> Iterator[Block]:
    match part.kind:
        case "facts" | "impact":
            yield from _fields(dossier, wall, part, written)
        case "timeline":
            yield from _timeline(dossier, wall, part)
            yield from _prose(part, written, needed=False)
        case "clocks":
            yield from annex.clocks_table(dossier, wall)
            yield from _prose(part, written, needed=False)
        case "actions":
            yield from annex.actions_table(dossier, wall, part.fields)
            yield from _prose(part, written, needed=False)
        case "severity":
            yield from annex.history_table(dossier, wall)
            yield from _prose(part, written, needed=False)
        case "prose":
            yield from _prose(part, written)


def _prose(part: Section, written: SectionText | None, *, needed: bool = True) -> Iterator[Block]:
    """A person's words as typed, with the plan's own sub-heads set as such; or a plain line that they are missing."""
    if written is None:
        if needed:
            yield _not_written(part.prompt)
        return
    heads = {field_label(field).casefold() for field in part.fields}
    body: list[str] = []
    for line in shown(written.text).split("\n"):
        if line.strip().rstrip(":").casefold() in heads and heads:
            yield from _paragraphs(body)
            body = []
            head = Lines(line.strip().rstrip(":"), SUBSECTION, LEFT, MEASURE, before=5)
            head.keep = True
            yield head
        else:
            body.append(line)
    yield from _paragraphs(body)


def _paragraphs(body: Sequence[str]) -> Iterator[Block]:
    text = "\n".join(body).strip("\n")
    if not text.strip():
        return
    for place, paragraph in enumerate(re.split(r"\n[ \t]*\n", text)):
        yield Lines(paragraph, BODY, LEFT, MEASURE, before=6 if place else 0)


def _not_written(prompt: str) -> Row:
    asked = f"Asked for: {prompt.rstrip('.')}." if prompt else ""
    return Row([[led_cell("Not written yet.", asked, LEFT, MEASURE)]], LEFT, MEASURE, ruled=False)


def field_label(field: str) -> str:
    """`Duration` of `Duration: [Start - End]`: a field of the plan's template without its placeholder."""
    return field.partition(":")[0].strip()


def _fields(dossier: Dossier, wall: Wall, part: Section, written: SectionText | None) -> Iterator[Block]:
    """The plan's fields: what was typed after a field's own word, else what the record knows; the rest is prose."""
    labels = [field_label(field) for field in part.fields]
    typed, rest = _typed(shown(written.text) if written else "", labels)
    for label, field in zip(labels, part.fields, strict=True):
        yield _field_row(dossier, wall, label, field, typed.get(label.casefold(), ""))
    if rest.strip():
        yield Space(6)
        yield from _paragraphs(rest.split("\n"))
    elif not part.fields and written is None:
        yield _not_written(part.prompt)


def _typed(text: str, labels: Sequence[str]) -> tuple[dict[str, str], str]:
    """Lines `Label: value` of a section's text by label, and the lines that are none."""
    known = {label.casefold() for label in labels}
    found: dict[str, str] = {}
    rest = []
    for line in text.split("\n"):
        label, colon, value = line.partition(":")
        key = label.strip(" -*").casefold()
        if colon and key in known and key not in found and value.strip():
            found[key] = value.strip()
        else:
            rest.append(line)
    return found, "\n".join(rest)


def _field_row(dossier: Dossier, wall: Wall, label: str, field: str, typed: str) -> Row:
    name = cell(label, LEFT, _LABEL_WIDTH, TABLE_QUIET)
    known = typed or _known(dossier, wall, label)
    if known is None:
        row = Row([[name], [cell("", _VALUE_LEFT, _VALUE_WIDTH)]], LEFT, MEASURE)
        row.marks.append(lambda ink, top: _draw_severities(ink, top, dossier))
        return row
    if known:
        return Row([[name], [cell(known, _VALUE_LEFT, _VALUE_WIDTH)]], LEFT, MEASURE)
    asked = field.partition(":")[2].strip(" []")
    words = f"Asked for: {asked.rstrip('.')}." if asked else ""
    if label.casefold() == "downtime":
        # An incident may be open without anything being down, and something may be down long before it is detected.
        words = f"{words} The incident: {_duration(dossier, wall)}.".lstrip()
    return Row([[name], [led_cell("Not written yet.", words, _VALUE_LEFT, _VALUE_WIDTH)]], LEFT, MEASURE)


def _known(dossier: Dossier, wall: Wall, label: str) -> str | None:
    """What the record says about a field of a template, by its word; None stands for the severity's chips."""
    view = dossier.view
    match label.casefold():
        case "severity":
            return None
        case "incident id" | "incident number" | "number" | "id":
            return view.number
        case "incident" | "title" | "description" | "post-mortem" | "postmortem":
            return shown(view.title)
        case "date":
            return wall.date(view.declared_at)
        case "status" | "state":
            return state_title(dossier.plan, view.state)
        case "duration":
            return _duration(dossier, wall)
        case "commander" | "incident commander":
            return _commander(dossier)
        case _:
            return ""


def _duration(dossier: Dossier, wall: Wall) -> str:
    """`2 d 10 h, 23 Oct 05:55 to 25 Oct 16:30 EET`, or how long it has been open."""
    view = dossier.view
    detected = view.first("detected")
    start = min(view.declared_at, detected.at) if detected else view.declared_at
    end = resolved_at(dossier)
    if end is None:
        return f"open for {took(dossier.made_at - start)}, since {wall.full(start)}"
    return f"{took(end - start)}, {wall.full(start)} to {wall.full(end)}"


def _draw_severities(ink: Ink, top: float, dossier: Dossier) -> None:
    """The severities that were declared, in their order."""
    x = _VALUE_LEFT
    y = top - TABLE.leading / 2 - CHIP_HEIGHT / 2
    spells = dossier.view.severities
    for place, spell in enumerate(spells):
        if x > LEFT + MEASURE - 120:
            ink.text(x, top - 8.3, f"and {len(spells) - place} more, in the table of severities", TABLE_QUIET)
            break
        if place:
            ink.text(x, top - 8.3, "then", TABLE_QUIET)
            x += TABLE_QUIET.width("then") + 5
        x += draw_chip(ink, x, y, dossier.plan, spell.code) + 5


def milestones(dossier: Dossier) -> list[TimelineRow]:
    """The starred rows in the order in which they happened; struck ones left out."""
    found = [row for row in dossier.rows if row.starred and not row.struck]
    return sorted(found, key=lambda row: (row.at, row.seq))


def _timeline(dossier: Dossier, wall: Wall, part: Section) -> Iterator[Block]:
    """The picture, and under it the milestones, or every row where none is starred."""
    starred = milestones(dossier)
    picture = overview(dossier, starred, wall)
    yield picture
    if dossier.clocks:
        yield legend()
    kept = sorted((row for row in dossier.rows if _happened(row)), key=lambda row: (row.at, row.seq))
    shown_rows = starred or kept
    words = part.fields if len(part.fields) == 2 else ("Time", "Event")
    heads = annex.columns(
        ("", 4), (words[0], 25 if wall.years else 19), (words[1], 68), ("Recorded by", 22), ("Entry", -7)
    )
    rows = [_event_row(wall, heads, row, place if starred else 0) for place, row in enumerate(shown_rows, 1)]
    yield Space(4)
    yield from annex.table(heads, rows, "No entry has been recorded yet.")
    yield from _timeline_note(dossier, part, len(starred), len(kept))


def _happened(row: TimelineRow) -> bool:
    """Whether a row belongs to the incident: it stands, and is not a section of this very document."""
    return not row.struck and row.kind != "postmortem"


def _timeline_note(dossier: Dossier, part: Section, starred: int, count: int) -> Iterator[Block]:
    parts = []
    if starred:
        parts.append(f"{starred} milestones of {count} rows; the signed timeline has them all.")
    elif count:
        parts.append("No entry is marked as a milestone, so all are shown but the sections of this document.")
    if len(part.fields) > 2:
        parts.append(f"The template asks for: {', '.join(map(field_label, part.fields))}.")
    if parts:
        yield Lines(" ".join(parts), SMALL, LEFT, MEASURE, before=5)


def _event_row(wall: Wall, heads: Sequence[annex.Column], row: TimelineRow, number: int) -> Row:
    mark, time, event, by, entry = heads
    at = wall.from_ms(row.at)
    who = [by.cell(row.said_by or row.recorded_by, TABLE_QUIET)]
    if row.said_by:
        who = [by.cell(f"said by {row.said_by}"), by.cell(f"recorded by {row.recorded_by}", SMALL)]
    found = Row(
        [
            [time.cell(wall.short(at))],
            [event.cell(row.text)],
            who,
            [entry.cell(str(row.seq), annex.NUMBER)],
        ],
        LEFT,
        MEASURE,
    )
    if number:
        found.marks.append(lambda ink, top: _draw_disc(ink, mark.left + 5, top - TABLE.leading / 2, number))
    return found


def _draw_disc(ink: Ink, x: float, y: float, number: int) -> None:
    ink.circle(x, y, 4.6, palette.ACCENT)
    ink.centred(x, y - 2.2, str(number), _DISC)


def _annex(dossier: Dossier, wall: Wall) -> Iterator[Block]:
    """What the template does not ask for and the record knows."""
    kinds = {part.kind for part in dossier.plan.postmortem.sections}
    note = "from the record"
    if "timeline" not in kinds:
        yield section("", "Timeline", note)
        yield from _timeline(dossier, wall, Section("timeline", "Timeline", "timeline"))
    if "clocks" not in kinds:
        yield section("", "Clocks met and missed", note)
        yield from annex.clocks_table(dossier, wall)
    if "actions" not in kinds:
        yield section("", "Action items", note)
        yield from annex.actions_table(dossier, wall)
    if "severity" not in kinds:
        yield section("", "Severity and state", note)
        yield from annex.history_table(dossier, wall)
    yield section("", "Roles", note)
    yield from annex.roles_table(dossier, wall)
