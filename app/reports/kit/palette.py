"""Colours as PDF operands, and the chip of a severity: colour by rank, shape and word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Shape = Literal["octagon", "triangle", "diamond", "square", "circle", "ring"]


def rgb(code: str) -> str:
    """`#1B1E23` as the three operands of a PDF colour operator."""
    return " ".join(f"{int(code[start : start + 2], 16) / 255:.3f}" for start in (1, 3, 5))


INK = rgb("#1B1E23")
QUIET = rgb("#4A515B")
FAINT = rgb("#666D77")
OUTLINE = rgb("#7B838E")
HAIRLINE = rgb("#D3D7DC")
TINT = rgb("#ECEEF1")
WASH = rgb("#F1F2F4")
WHITE = rgb("#FFFFFF")
ACCENT = rgb("#0B57D0")
HEED = rgb("#96480A")
HEED_BAR = rgb("#DE7B2E")


@dataclass(frozen=True, slots=True)
class Chip:
    """How a severity's rank looks on paper: fill, label on it, edge, and the shape that says it without colour."""

    fill: str
    label: str
    edge: str
    shape: Shape


_CHIPS = (
    Chip(rgb("#BB081A"), WHITE, rgb("#BB081A"), "octagon"),
    Chip(rgb("#DE7B2E"), rgb("#14161A"), rgb("#96480A"), "triangle"),
    Chip(rgb("#FEE484"), rgb("#14161A"), rgb("#7A6100"), "diamond"),
    Chip(rgb("#03328F"), WHITE, rgb("#03328F"), "square"),
    Chip(rgb("#B9BEC4"), rgb("#14161A"), rgb("#666D77"), "circle"),
    Chip(WHITE, rgb("#14161A"), rgb("#666D77"), "ring"),
)


def chip(rank: int) -> Chip:
    """The chip of a rank, 1 the worst; ranks past the sixth look like the sixth, and their word tells them apart."""
    return _CHIPS[min(max(rank, 1), len(_CHIPS)) - 1]
