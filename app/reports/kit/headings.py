"""What opens a document and its parts: masthead with the code, the strip of key facts, section heads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.plan import Plan
from app.reports.kit import palette
from app.reports.kit.blocks import BODY, Block, Drawn, Lines, baseline
from app.reports.kit.chips import draw_chip
from app.reports.kit.frame import LEFT, MEASURE, RIGHT
from app.reports.kit.ink import Ink
from app.reports.kit.letters import Style, fitted, lines
from app.reports.kit.seal import draw_qr

_TITLE = Style("semibold", 19, 23)
_SUBTITLE = Style("regular", 9.6, 13, palette.QUIET)
_LABEL = Style("regular", 6.8, 9, palette.FAINT)
_VALUE = Style("semibold", 10, 13)
_BESIDE = Style("regular", 8, 13, palette.QUIET)
_SECTION = Style("semibold", 11, 15)
_NOTE = Style("regular", 7.2, 9, palette.FAINT)
_QR_SIDE = 56.0
_MOST_LINES = 4


def masthead(title: str, subtitle: str, code: str) -> list[Block]:
    """Title and subtitle with the QR code of `code` at their right; a subtitle too long is given in full below."""
    room = MEASURE - (_QR_SIDE + 22 if code else 0)
    heads = lines(title, _TITLE, room)[:_MOST_LINES]
    whole = lines(subtitle, _SUBTITLE, room)
    below = whole if len(whole) <= _MOST_LINES else [*whole[: _MOST_LINES - 1], fitted(subtitle, _SUBTITLE, room)]
    if len(whole) > _MOST_LINES:
        below = whole[:_MOST_LINES]
        below[-1] = fitted(below[-1] + " …", _SUBTITLE, room)
    height = max(len(heads) * _TITLE.leading + len(below) * _SUBTITLE.leading + 10, _QR_SIDE + 8 if code else 0)

    def draw(ink: Ink, top: float) -> None:
        y = top - baseline(_TITLE)
        for line in heads:
            ink.text(LEFT, y, line, _TITLE)
            y -= _TITLE.leading
        y += _TITLE.leading - 18
        for line in below:
            ink.text(LEFT, y, line, _SUBTITLE)
            y -= _SUBTITLE.leading
        if code:
            draw_qr(ink, code, RIGHT - _QR_SIDE, top - _QR_SIDE, _QR_SIDE)
        ink.rule(LEFT, top - height, RIGHT, palette.INK, 0.9)

    opening = Drawn(height, draw)
    opening.outline = (0, title)
    blocks: list[Block] = [opening]
    if len(whole) > _MOST_LINES:
        blocks.append(Lines(subtitle, BODY, LEFT, MEASURE, before=8))
    return blocks


@dataclass(frozen=True, slots=True)
class Fact:
    """A key fact of the strip: label, value and quiet words after it; a severity as its chip; or a line to write on."""

    label: str
    value: str = ""
    beside: str = ""
    severity: str = ""
    colour: str = palette.INK
    blank: bool = False


def strip(facts: Sequence[Fact], plan: Plan, columns: int = 4) -> Block:
    """Facts in columns between two rules: label above, value below."""
    gutter = 14.0
    width = (MEASURE - gutter * (columns - 1)) / columns
    rows = [facts[start : start + columns] for start in range(0, len(facts), columns)]
    heights = [16 + max(_fact_height(fact, width) for fact in row) for row in rows]
    height = sum(heights) + 10 * len(rows)

    def draw(ink: Ink, top: float) -> None:
        for row, tall in zip(rows, heights, strict=True):
            for place, fact in enumerate(row):
                _draw_fact(ink, fact, LEFT + place * (width + gutter), top - 8, width, plan)
            top -= tall + 10
        ink.rule(LEFT, top, RIGHT)

    return Drawn(height, draw)


def _fact_height(fact: Fact, width: float) -> float:
    return _VALUE.leading if fact.severity else len(_value_lines(fact, width)) * _VALUE.leading


def _value_lines(fact: Fact, width: float) -> list[tuple[str, str]]:
    """Lines as (strong, quiet) words: the quiet ones follow on the last line where they fit."""
    strong = lines(fact.value, _VALUE, width)
    if not fact.beside:
        return [(line, "") for line in strong]
    left = width - _VALUE.width(strong[-1]) - 4
    if _BESIDE.width(fact.beside) <= left:
        return [(line, "") for line in strong[:-1]] + [(strong[-1], fact.beside)]
    return [(line, "") for line in strong] + [("", line) for line in lines(fact.beside, _BESIDE, width)]


def _draw_fact(ink: Ink, fact: Fact, x: float, top: float, width: float, plan: Plan) -> None:
    ink.text(x, top - baseline(_LABEL), fact.label, _LABEL)
    top -= 13
    if fact.severity:
        draw_chip(ink, x, top - 13.5, plan, fact.severity)
        return
    if fact.blank:
        ink.rule(x, top - 12, x + width - 10, palette.OUTLINE, 0.4)
        return
    strong = Style(_VALUE.weight, _VALUE.size, _VALUE.leading, fact.colour)
    for words, quiet in _value_lines(fact, width):
        ink.text(x, top - baseline(_VALUE), words, strong)
        ink.text(x + (_VALUE.width(words) + 4 if words else 0), top - baseline(_VALUE), quiet, _BESIDE)
        top -= _VALUE.leading


def section(number: str, title: str, note: str = "", level: int = 0) -> Block:
    """The head of a section, tied to what follows: its number, its title, and a quiet note at the right."""
    indent = _SECTION.width(number) + 7 if number else 0.0
    room = MEASURE - indent - (_NOTE.width(note) + 16 if note else 0)
    heads = lines(title, _SECTION, room)
    height = len(heads) * _SECTION.leading + 4

    def draw(ink: Ink, top: float) -> None:
        y = top - baseline(_SECTION)
        ink.text(LEFT, y, number, _SECTION)
        for place, line in enumerate(heads):
            ink.text(LEFT + indent, y - place * _SECTION.leading, line, _SECTION)
        ink.right(RIGHT, y, note, _NOTE)

    head = Drawn(height, draw, before=17)
    head.keep = True
    head.outline = (level, f"{number}  {title}".strip())
    return head
