"""The signed timeline: every row with when it happened, when it was recorded, who said it and whose key signed it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from app.domain.dossier import Dossier
from app.domain.entries import shown
from app.domain.incident import Correction, IncidentView
from app.domain.timeline import LAG_SHOWN_MS, TimelineRow
from app.reports.kit import palette
from app.reports.kit.blocks import TABLE, TABLE_QUIET, Block, Drawn, Lines, Row, Space, baseline, cell
from app.reports.kit.frame import LEFT, MEASURE, RIGHT, press
from app.reports.kit.headings import Fact, masthead, section, strip
from app.reports.kit.ink import Ink
from app.reports.kit.letters import Style, lines
from app.reports.kit.moments import MONTHS, Wall, lag, offset
from app.reports.kit.seal import checkpoint_text
from app.reports.parts import code_note, duration_fact, sheet_for, state_title, verification, wall_of

TITLE = "Signed timeline"

_TEXT = Style("regular", 8, 10.6)
_OLD = Style("regular", 8, 10.6, palette.FAINT)
_NUMBER = Style("regular", 7.2, 10.6, palette.FAINT)
_TIME = Style("medium", 7.6, 10.6)
_QUIET = Style("regular", 7.2, 10.6, palette.QUIET)
_LATE = Style("medium", 7.2, 10.6, palette.HEED)
_PERSON = Style("regular", 7.2, 10.6)
_KEY = Style("mono", 6.4, 10.6, palette.FAINT)
_FINGERPRINT = Style("mono", 6.4, 11, palette.QUIET)
_STAR = Style("regular", 7.2, 10.6, palette.ACCENT)
_HEAD = Style("regular", 6.8, 9, palette.FAINT)
_DAY = Style("semibold", 8.6, 12)

_PAD = 2.7
_NUMBER_END = LEFT + 24
_HAPPENED = LEFT + 32
_RECORDED = LEFT + 73
_KIND = LEFT + 126
_WHAT = LEFT + 176
_WHO = RIGHT - 112
_WHAT_WIDTH = _WHO - _WHAT - 12
_WHO_WIDTH = RIGHT - _WHO - 17
_DEEPEST = 300.0

_KIND_WORDS = {"open": "declared", "postmortem": "post-mortem", "breach": "breach file"}
_CHANGE_WORDS = {
    "text": "text corrected",
    "at": "time corrected",
    "tags": "tags changed",
    "owner": "owner changed",
    "retract": "retracted",
    "moved": "moved to another incident",
    "duplicate": "marked as a duplicate",
    "void": "declared void",
}


def render(dossier: Dossier) -> bytes:
    """The signed timeline as PDF."""
    return press(sheet_for(dossier, TITLE), _blocks(dossier))


def _blocks(dossier: Dossier) -> Iterator[Block]:
    wall = wall_of(dossier)
    view = dossier.view
    keys = key_letters(dossier)
    yield from masthead(TITLE, f"{view.number} · {shown(view.title)}", checkpoint_text(dossier.seal))
    yield strip(_facts(dossier, wall), dossier.plan)
    yield section("", "Keys", "who signed, by the letter at the end of each row")
    yield from _key_rows(dossier, keys)
    yield from timeline_table(dossier, dossier.rows, wall, keys)
    yield from verification(dossier)
    yield from code_note()


def _facts(dossier: Dossier, wall: Wall) -> list[Fact]:
    view = dossier.view
    late = sum(row.lag_ms > LAG_SHOWN_MS for row in dossier.rows)
    changed = len(view.corrections)
    return [
        Fact("Severity now", severity=view.severity),
        Fact("State now", state_title(dossier.plan, view.state)),
        Fact("Declared", wall.short(view.declared_at), wall.abbreviation(view.declared_at)),
        duration_fact(dossier),
        Fact("Rows", f"{len(dossier.rows):,}", f"of {dossier.seal.size:,} entries"),
        Fact("Recorded late", f"{late:,}", "by over 5 min"),
        Fact("Corrected", f"{changed:,}", "both versions are shown" if changed else ""),
        Fact("Times in", _offsets(dossier, wall), "" if dossier.zone == "UTC" else dossier.zone),
    ]


def _offsets(dossier: Dossier, wall: Wall) -> str:
    """`UTC+3`; `UTC+3, UTC+2` where the clocks change between the first row and the last."""
    moments = [wall.from_ms(at) for at in sorted(row.at for row in dossier.rows)] or [wall.local(dossier.made_at)]
    return ", ".join(dict.fromkeys(offset(moment) for moment in moments))


def key_letters(dossier: Dossier) -> Mapping[str, str]:
    """Fingerprint to the letter under which a document names the key: A, B, … Z, AA."""
    order = dict.fromkeys([*dossier.view.people, *(row.signer for row in dossier.rows)])
    named = [fp for fp in order if fp in dossier.view.people]
    letters = {fp: _letter(place) for place, fp in enumerate(named)}
    return letters | {fp: "log" for fp in order if fp not in letters}


def _letter(place: int) -> str:
    text = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        text = chr(65 + rest) + text
    return text


def _key_rows(dossier: Dossier, keys: Mapping[str, str]) -> Iterator[Block]:
    people = dossier.view.people
    for fp, letter in keys.items():
        if fp in people:
            person = people[fp]
            note = "" if person.active else " · no longer in force"
            yield _key_row(letter, shown(person.name), person.principal + note, fp)
    seal = dossier.seal
    yield _key_row("log", "The record itself", "signs every checkpoint", seal.log_fingerprint)
    if seal.recovery_fingerprint:
        yield _key_row("–", "Recovery", "kept off the machine", seal.recovery_fingerprint)


def _key_row(letter: str, name: str, principal: str, fp: str) -> Row:
    return Row(
        [
            [cell(letter, LEFT, 24, _KEY, "right")],
            [cell(name, LEFT + 32, 120, TABLE)],
            [cell(principal, LEFT + 160, 144, TABLE_QUIET)],
            [cell(fp, RIGHT - 198, 198, _FINGERPRINT, "right")],
        ],
        LEFT,
        MEASURE,
    )


def timeline_table(
    dossier: Dossier, rows: Sequence[TimelineRow], wall: Wall, keys: Mapping[str, str]
) -> Iterator[Block]:
    """The rows by when they happened, under a head a day that is repeated on every page."""
    if not rows:
        yield Space(14)
        yield Lines("No entry has been recorded yet.", TABLE_QUIET, LEFT, MEASURE)
        return
    head = Drawn(17, _draw_columns, before=16)
    head.keep = True
    head.outline = (0, "Timeline")
    yield head
    setting = _Setting(dossier.view, wall, keys)
    day, zone = "", ""
    for row in sorted(rows, key=lambda row: (row.at, row.seq)):
        moment = wall.from_ms(row.at)
        now = wall.abbreviation(moment)
        if (date := f"{moment:%Y%m%d}") != day or now != zone:
            opening, again = _day_heads(wall, moment, new_day=date != day, shift=f"{zone} → {now}" if zone else "")
            day, zone = date, now
            yield opening
        entry = Entry(row, moment, setting)
        entry.again = again
        yield entry


def _day_heads(wall: Wall, moment: datetime, *, new_day: bool, shift: str) -> tuple[Block, Block]:
    """The head that opens a day, or a change of the clocks within it, and the one that repeats it on a new page."""
    name = wall.long_day(moment)
    zone = f"{wall.abbreviation(moment)}, {offset(wall.local(moment))}".removesuffix(", UTC")

    def draw(ink: Ink, top: float, more: str = "") -> None:
        y = top - baseline(_DAY) - 3
        words = name if new_day or more else "The clocks change"
        ink.text(LEFT, y, words, _DAY)
        quiet = f"{shift}, {offset(wall.local(moment))}" if not (new_day or more) else zone
        ink.text(LEFT + _DAY.width(words) + 6, y, f"{quiet}{more}", _QUIET)

    def draw_again(ink: Ink, top: float) -> None:
        _draw_columns(ink, top)
        draw(ink, top - 15, " · continued")

    opening = Drawn(18, draw, before=5)
    opening.keep = True
    opening.again = Drawn(17, _draw_columns)
    if new_day:
        opening.outline = (1, name)
    return opening, Drawn(33, draw_again)


def _draw_columns(ink: Ink, top: float) -> None:
    y = top - 9
    ink.right(_NUMBER_END, y, "Entry", _HEAD)
    ink.text(_HAPPENED, y, "Happened", _HEAD)
    ink.text(_RECORDED, y, "Recorded", _HEAD)
    ink.text(_KIND, y, "Kind", _HEAD)
    ink.text(_WHAT, y, "What", _HEAD)
    ink.text(_WHO, y, "Who recorded it", _HEAD)
    ink.right(RIGHT, y, "Key", _HEAD)
    ink.rule(LEFT, top - 14, RIGHT, palette.INK, 0.6)


class _Setting:
    """What all rows of a table share."""

    __slots__ = ("keys", "names", "view", "wall")

    def __init__(self, view: IncidentView, wall: Wall, keys: Mapping[str, str]) -> None:
        self.view, self.wall, self.keys = view, wall, keys
        self.names: dict[str, list[str]] = {}

    def person(self, name: str) -> list[str]:
        """A name as lines of the last column."""
        found = self.names.get(name)
        if found is None:
            found = self.names[name] = lines(name, _PERSON, _WHO_WIDTH)
        return found


class Entry(Block):
    """One row, drawn without a table: most are a line or two, and there may be a hundred thousand."""

    def __init__(self, row: TimelineRow, moment: datetime, setting: _Setting) -> None:
        self._row, self._moment, self._setting = row, moment, setting
        deep = max(len(self._what()), len(self._who()), len(self._recorded()))
        self.height = deep * _TEXT.leading + 2 * _PAD

    @property
    def least(self) -> float:
        """The whole row, unless it is so long that it has to be cut."""
        return self.height if self.height <= _DEEPEST else 80

    def _what(self) -> list[tuple[str, Style, bool]]:
        """Lines of the text: the original struck through, then what holds, then how it was corrected."""
        row = self._row
        if not row.original and not row.struck and row.seq not in self._setting.view.corrections:
            return [(line, _TEXT, False) for line in lines(row.text, _TEXT, _WHAT_WIDTH)]
        found = [(line, _OLD, True) for line in lines(row.original, _OLD, _WHAT_WIDTH)] if row.original else []
        if not row.struck:
            found += [(line, _TEXT, False) for line in lines(row.text, _TEXT, _WHAT_WIDTH)]
        for correction in self._setting.view.corrections.get(row.seq, ()):
            words = _corrected(correction, self._setting)
            found += [(line, _QUIET, False) for line in lines(words, _QUIET, _WHAT_WIDTH)]
        if row.struck and not self._setting.view.corrections.get(row.seq):
            found += [(line, _TEXT, False) for line in lines(row.text, _TEXT, _WHAT_WIDTH)]
        return found

    def _who(self) -> list[tuple[str, Style]]:
        """Lines of the last column: who is quoted, who recorded it, whose own signature is still missing."""
        row, setting = self._row, self._setting
        if not row.said_by and not row.unsigned:
            return [(line, _PERSON) for line in setting.person(row.recorded_by)]
        found = [(line, _PERSON) for line in setting.person(f"said by {row.said_by}")] if row.said_by else []
        recorded = f"recorded by {row.recorded_by}" if row.said_by else row.recorded_by
        found += [(line, _QUIET if row.said_by else _PERSON) for line in setting.person(recorded)]
        if row.unsigned:
            found += [(line, _LATE) for line in setting.person(f"unsigned by {row.unsigned}")]
        return found

    def draw(self, ink: Ink, top: float) -> None:
        """Draw it with its upper edge at `top`."""
        self.draw_margin(ink, top)
        self.draw_parts(ink, top, self._what(), self._who())

    @property
    def seq(self) -> int:
        """The entry's number."""
        return self._row.seq

    def draw_margin(self, ink: Ink, top: float) -> None:
        """Number, times, kind and key of the row."""
        row, moment = self._row, self._moment
        y = top - _PAD - baseline(_TEXT)
        if row.starred:
            ink.text(LEFT - 9, y, "★", _STAR)
        ink.right(_NUMBER_END, y, str(row.seq), _NUMBER)
        ink.text(_HAPPENED, y, f"{moment:%H:%M:%S}", _TIME)
        for place, (words, style) in enumerate(self._recorded()):
            ink.text(_RECORDED, y - place * _TEXT.leading, words, style)
        ink.text(_KIND, y, _KIND_WORDS.get(row.kind, row.kind), _QUIET)
        ink.right(RIGHT, y, self._setting.keys.get(row.signer, ""), _KEY)

    def _recorded(self) -> list[tuple[str, Style]]:
        """Lines of the second column: when it was recorded, with the day or the year where it is another one."""
        row, happened = self._row, self._moment
        recorded = self._setting.wall.from_ms(row.ts)
        day = f"{recorded.day} {MONTHS[recorded.month - 1]}"
        found = [f"{recorded:%H:%M:%S}"]
        if recorded.year != happened.year:
            found = [f"{day} {recorded.year}", f"{recorded:%H:%M}"]
        elif recorded.date() != happened.date():
            found = [f"{day} {recorded:%H:%M}"]
        late = [(lag(row.lag_ms), _LATE)] if row.lag_ms > LAG_SHOWN_MS else []
        return [(words, _QUIET) for words in found] + late

    def draw_parts(
        self, ink: Ink, top: float, what: Iterable[tuple[str, Style, bool]], who: Iterable[tuple[str, Style]]
    ) -> None:
        """Lines of the text and of the last column under a hairline."""
        ink.rule(LEFT, top, RIGHT)
        y = first = top - _PAD - baseline(_TEXT)
        for line, style, struck in what:
            (ink.struck if struck else ink.text)(_WHAT, y, line, style)
            y -= _TEXT.leading
        for words, style in who:
            ink.text(_WHO, first, words, style)
            first -= _TEXT.leading

    def cut(self, room: float) -> tuple[Block, Block] | None:
        """The lines that fit, and the rest."""
        count = int((room - 2 * _PAD) / _TEXT.leading)
        if self.height <= _DEEPEST or count < 5:
            return None
        what, who = self._what(), self._who()
        first = _Piece(self, what[:count], who)
        rest = _Piece(self, what[count:], [])
        rest.opens = False
        rest.again = self.again
        first.before = self.before
        return first, rest


class _Piece(Block):
    """A part of a row that is longer than a page leaves room for."""

    def __init__(self, entry: Entry, what: list[tuple[str, Style, bool]], who: list[tuple[str, Style]]) -> None:
        self._entry, self._what, self._who = entry, what, who
        self.opens = True
        self.height = max(len(what), len(who)) * _TEXT.leading + 2 * _PAD

    def draw(self, ink: Ink, top: float) -> None:
        """Draw it with its upper edge at `top`."""
        if self.opens:
            self._entry.draw_margin(ink, top)
        else:
            ink.right(_NUMBER_END, top - _PAD - baseline(_TEXT), str(self._entry.seq), _NUMBER)
            ink.text(_HAPPENED, top - _PAD - baseline(_TEXT), "continued", _QUIET)
        self._entry.draw_parts(ink, top, self._what, self._who)

    def cut(self, room: float) -> tuple[Block, Block] | None:
        """The lines that fit, and the rest."""
        count = int((room - 2 * _PAD) / _TEXT.leading)
        if count < 5 or count >= len(self._what):
            return None
        first, rest = _Piece(self._entry, self._what[:count], self._who), _Piece(self._entry, self._what[count:], [])
        first.opens, rest.opens, rest.again = self.opens, False, self.again
        return first, rest


def _corrected(correction: Correction, setting: _Setting) -> str:
    """`Text corrected in entry 31 by Mara Ilie, 23 Oct 10:02: reason`."""
    word = _CHANGE_WORDS[correction.change]
    who = setting.view.name_of(correction.actor)
    reason = f": {shown(correction.reason)}" if correction.reason is not None else ""
    return (
        f"{word[0].upper()}{word[1:]} in entry {correction.seq} by {who}, {setting.wall.short(correction.ts)}{reason}"
    )
