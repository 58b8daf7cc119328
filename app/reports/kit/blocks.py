"""Blocks: what a page is built from. Each knows its height, draws itself below a line, and says where it may be cut."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from app.reports.kit import palette
from app.reports.kit.ink import Ink
from app.reports.kit.letters import Style, lines

Align = Literal["left", "right", "centre"]

BODY = Style("regular", 8.6, 12.4)
QUIET = Style("regular", 8.6, 12.4, palette.QUIET)
TABLE = Style("regular", 8, 11)
TABLE_QUIET = Style("regular", 8, 11, palette.QUIET)
TABLE_STRONG = Style("semibold", 8, 11)
SMALL = Style("regular", 6.8, 9, palette.FAINT)
SMALL_INK = Style("regular", 6.8, 9)
HEED = Style("semibold", 8, 11, palette.HEED)
CODE = Style("mono", 7, 10.5)
SECTION = Style("semibold", 11, 14)
SUBSECTION = Style("semibold", 8.6, 12)


class Block:
    """Something of a known height on a page.

    `before` is the space above it unless it starts a page; `keep` ties it to the block after it; `least` is how much
    of it must fit where it begins; `outline` is its level and name among the bookmarks; `again` is drawn above it
    where it continues a table on a new page.
    """

    height: float = 0.0
    before: float = 0.0
    keep: bool = False
    outline: tuple[int, str] | None = None
    again: Block | None = None

    @property
    def least(self) -> float:
        """The smallest part that may stand at the foot of a page."""
        return self.height

    def draw(self, ink: Ink, top: float) -> None:
        """Draw it with its upper edge at `top`."""

    def cut(self, room: float) -> tuple[Block, Block] | None:
        """The part that fits into `room` points, and the rest; None where it stays in one piece."""
        return None


class Space(Block):
    """Nothing, of some height; vanishes at the top of a page."""

    def __init__(self, height: float) -> None:
        self.before = height


class Drawn(Block):
    """A drawing of a fixed height."""

    def __init__(self, height: float, draw: Callable[[Ink, float], None], before: float = 0.0) -> None:
        self.height = height
        self.before = before
        self._draw = draw

    def draw(self, ink: Ink, top: float) -> None:
        """Draw it with its upper edge at `top`."""
        self._draw(ink, top)


class Lines(Block):
    """A text: lines of one style, cut between lines so that neither part is a single one."""

    def __init__(self, text: str | Sequence[str], style: Style, left: float, width: float, before: float = 0.0) -> None:
        self._lines = lines(text, style, width) if isinstance(text, str) else list(text)
        self._style, self._left, self._width = style, left, width
        self.height = style.leading * len(self._lines)
        self.before = before

    @property
    def least(self) -> float:
        """Two lines, or three where two would leave one behind."""
        count = len(self._lines)
        return self._style.leading * (count if count <= 3 else 2)

    def draw(self, ink: Ink, top: float) -> None:
        """Draw it with its upper edge at `top`."""
        y = top - baseline(self._style)
        for line in self._lines:
            ink.text(self._left, y, line, self._style)
            y -= self._style.leading

    def cut(self, room: float) -> tuple[Block, Block] | None:
        """The lines that fit, and the rest, at least two each."""
        count = min(int(room / self._style.leading + 0.001), len(self._lines) - 2)
        if count < 2:
            return None
        parts = self._lines[:count], self._lines[count:]
        first, rest = (Lines(part, self._style, self._left, self._width) for part in parts)
        first.before, first.outline, rest.again = self.before, self.outline, self.again
        return first, rest


def baseline(style: Style) -> float:
    """How far below the top of a line box its baseline lies."""
    return style.leading / 2 + style.size * 0.36


@dataclass(frozen=True, slots=True)
class Cell:
    """Lines of one column of a row: where it starts, how wide it is, how it is set."""

    left: float
    width: float
    lines: tuple[str, ...]
    style: Style
    align: Align = "left"
    struck: bool = False
    bar: str = ""
    lead: str = ""
    lead_style: Style = HEED


def cell(text: str, left: float, width: float, style: Style = TABLE, align: Align = "left", *, bar: str = "") -> Cell:
    """A cell of a text; with `bar` a stroke of that colour stands at its left."""
    indent = 7 if bar else 0
    return Cell(left + indent, width - indent, tuple(lines(text, style, width - indent)), style, align, bar=bar)


def led_cell(lead: str, text: str, left: float, width: float, style: Style = TABLE, lead_style: Style = HEED) -> Cell:
    """A cell that opens with words of another style, a stroke at its left, the text following on the same line."""
    width -= 7
    first_width = width - lead_style.width(lead) - style.face.space * style.size
    first = lines(text, style, first_width)[0]
    rest = text[len(first) :].lstrip(" ")
    parts = (first, *(lines(rest, style, width) if rest else ()))
    return Cell(left + 7, width, parts, style, bar=palette.HEED_BAR, lead=lead, lead_style=lead_style)


class Row(Block):
    """A row of cells over a hairline; several cells of one column stand below each other."""

    pad = 3.6

    def __init__(self, columns: Sequence[Sequence[Cell]], left: float, width: float, *, ruled: bool = True) -> None:
        self._columns, self._left, self._width, self._ruled = columns, left, width, ruled
        self._tall = max((_tall(column) for column in columns), default=0.0)
        self.height = self._tall + 2 * self.pad
        self.marks: list[Callable[[Ink, float], None]] = []

    @property
    def least(self) -> float:
        """The whole row, unless it is so tall that it has to be cut."""
        return self.height if self.height <= 180 else 60

    def draw(self, ink: Ink, top: float) -> None:
        """Draw it with its upper edge at `top`."""
        if self._ruled:
            ink.rule(self._left, top, self._left + self._width)
        for column in self._columns:
            _draw_column(ink, column, top - self.pad)
        for mark in self.marks:
            mark(ink, top - self.pad)

    def cut(self, room: float) -> tuple[Block, Block] | None:
        """The lines of every column that fit, and the rest."""
        if self.height <= 180 or room < 60:
            return None
        halves = [_cut_column(column, room - 2 * self.pad) for column in self._columns]
        first = Row([half[0] for half in halves], self._left, self._width, ruled=self._ruled)
        rest = Row([half[1] for half in halves], self._left, self._width, ruled=self._ruled)
        first.before, first.outline, first.marks, rest.again = self.before, self.outline, self.marks, self.again
        return first, rest


def _tall(column: Sequence[Cell]) -> float:
    return sum(len(part.lines) * part.style.leading for part in column)


def _draw_column(ink: Ink, column: Sequence[Cell], top: float) -> None:
    for part in column:
        if part.bar:
            ink.block(part.left - 7, top - _tall([part]), 1.6, _tall([part]), part.bar)
        y = top - baseline(part.style)
        for place, line in enumerate(part.lines):
            if part.lead and place == 0:
                ink.text(part.left, y, part.lead, part.lead_style)
                after = part.left + part.lead_style.width(part.lead) + part.style.face.space * part.style.size
                ink.text(after, y, line, part.style)
            else:
                _draw_line(ink, part, y, line)
            y -= part.style.leading
        top -= _tall([part])


def _draw_line(ink: Ink, part: Cell, y: float, line: str) -> None:
    if part.align == "right":
        ink.right(part.left + part.width, y, line, part.style)
    elif part.align == "centre":
        ink.centred(part.left + part.width / 2, y, line, part.style)
    elif part.struck:
        ink.struck(part.left, y, line, part.style)
    else:
        ink.text(part.left, y, line, part.style)


def _cut_column(column: Sequence[Cell], room: float) -> tuple[list[Cell], list[Cell]]:
    first: list[Cell] = []
    rest: list[Cell] = []
    for part in column:
        count = max(0, min(int(room / part.style.leading + 0.001), len(part.lines)))
        if rest:
            count = 0
        room -= count * part.style.leading
        if count:
            first.append(_part(part, part.lines[:count]))
        if count < len(part.lines):
            rest.append(_part(part, part.lines[count:]))
    return first, rest


def _part(whole: Cell, kept: tuple[str, ...]) -> Cell:
    return replace(whole, lines=kept, lead=whole.lead if kept == whole.lines[: len(kept)] else "")
