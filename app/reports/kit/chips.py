"""The chip of a severity on paper: colour, shape and word, so that no reader depends on colour."""

from __future__ import annotations

import math

from app.domain.plan import Plan
from app.reports.kit import palette
from app.reports.kit.ink import Ink
from app.reports.kit.letters import Style

CHIP_HEIGHT = 13.0
_SIZE = 7.6


def severity_words(plan: Plan, code: str) -> str:
    """Code and title; the code alone where the plan does not know it or calls it by nothing else."""
    if code not in plan.severity_ranks:
        return code
    level = plan.severity(code)
    short = level.short or code
    return short if not level.title or level.title.casefold() == short.casefold() else f"{short} {level.title}"


def chip_width(plan: Plan, code: str) -> float:
    """How wide the chip of a severity is."""
    return Style("semibold", _SIZE, 10).width(severity_words(plan, code)) + 22


def draw_chip(ink: Ink, x: float, y: float, plan: Plan, code: str) -> float:
    """Draw the chip with its lower left corner at (x, y); gives its width."""
    look = palette.chip(plan.severity_ranks.get(code, 6))
    words, width = severity_words(plan, code), chip_width(plan, code)
    ink.block(x, y, width, CHIP_HEIGHT, look.fill)
    if look.fill == palette.WHITE:
        ink.frame(x, y, width, CHIP_HEIGHT, look.edge)
    draw_shape(ink, x + 9, y + CHIP_HEIGHT / 2, 3.6, look.shape, look.label)
    ink.text(x + 17, y + CHIP_HEIGHT / 2 - _SIZE * 0.36, words, Style("semibold", _SIZE, 10, look.label))
    return width


def draw_shape(ink: Ink, x: float, y: float, radius: float, shape: palette.Shape, colour: str) -> None:
    """The shape of a rank around (x, y)."""
    match shape:
        case "octagon":
            ink.polygon(_corners(x, y, radius, 8, math.pi / 8), colour)
        case "triangle":
            ink.polygon([(x - radius, y - radius * 0.8), (x + radius, y - radius * 0.8), (x, y + radius)], colour)
        case "diamond":
            ink.polygon(_corners(x, y, radius * 1.1, 4, 0), colour)
        case "square":
            ink.block(x - radius * 0.85, y - radius * 0.85, radius * 1.7, radius * 1.7, colour)
        case "circle":
            ink.circle(x, y, radius * 0.92, colour)
        case "ring":
            ink.circle(x, y, radius * 0.85, edge=colour, stroke=1)


def _corners(x: float, y: float, radius: float, count: int, turn: float) -> list[tuple[float, float]]:
    steps = (turn + 2 * math.pi * step / count for step in range(count))
    return [(x + radius * math.cos(step), y + radius * math.sin(step)) for step in steps]
