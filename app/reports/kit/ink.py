"""Ink: one page's marks as PDF operators, written straight from plain strings.

Text is encoded once a line and never parsed. A character that the face lacks, or that would be invisible, is drawn as
its code in a box; the text layer keeps the character itself (PDF 32000-1, 14.9.4, ActualText).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from unicodedata import is_normalized, normalize

from app.reports.kit import palette
from app.reports.kit.letters import BOX_WIDTH, Face, Style, Weight

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

_ESCAPES = {code: f"\\{code:03o}" for code in (*range(32), *range(127, 256))} | {
    ord(sign): f"\\{sign}" for sign in "()\\"
}
_LEFTWARD = "\u0590-\u08ff\u200f\ufb1d-\ufdff\ufe70-\ufefe\U00010800-\U00010fff\U0001e800-\U0001efff"
_RTL_RUN = re.compile(f"[{_LEFTWARD}](?:[^A-Za-z0-9]*[{_LEFTWARD}])*")
_MARKED = re.compile(r"[^\W\d_][\u0300-\u036f]+")
_KAPPA = 0.5523


class Ink:
    """Marks of the current page, in points from the lower left corner; `flush` hands them to the canvas."""

    def __init__(self, canvas: Canvas) -> None:
        self.canvas = canvas
        self.boxed = False
        self._document: Any = canvas._doc
        self._names: dict[tuple[Weight, int], str] = {}
        self._marks: list[str] = []
        self._font = ""
        self._fill = ""

    def flush(self) -> None:
        """Put the marks into the page and forget them."""
        self.canvas.addLiteral("\n".join(self._marks))
        self._marks = []
        self._font = self._fill = ""

    def text(self, x: float, y: float, line: str, style: Style) -> None:
        """A line with its baseline at `y`, starting at `x`."""
        if not line:
            return
        found = style.face
        self._set(style)
        if line.isascii() and line.isprintable():
            # Subset 0 of every face holds ASCII at its own codes (reportlab: asciiReadable).
            shown = line.translate(_ESCAPES) if "\\" in line or "(" in line or ")" in line else line
            self._marks.append(f"{self._font_operator(style, 0)}BT {x:.2f} {y:.2f} Td ({shown}) Tj ET")
        elif found.known.issuperset(line) and is_normalized("NFC", line):
            self._marks.append(f"BT {x:.2f} {y:.2f} Td {self._shown(line, style)} ET")
        else:
            self._text_in_pieces(x, y, line, style)

    def right(self, x: float, y: float, line: str, style: Style) -> None:
        """A line that ends at `x`."""
        self.text(x - style.width(line), y, line, style)

    def centred(self, x: float, y: float, line: str, style: Style) -> None:
        """A line around `x`."""
        self.text(x - style.width(line) / 2, y, line, style)

    def struck(self, x: float, y: float, line: str, style: Style) -> None:
        """A line with a stroke through it: what was said first and then corrected."""
        self.text(x, y, line, style)
        height = y + style.size * 0.27
        self.rule(x, height, x + style.width(line), style.colour, 0.5)

    def rule(self, x: float, y: float, to: float, colour: str = palette.HAIRLINE, width: float = 0.5) -> None:
        """A horizontal line."""
        self.line(x, y, to, y, colour, width)

    def line(self, x: float, y: float, to_x: float, to_y: float, colour: str, width: float = 0.5) -> None:
        """A straight line."""
        self._marks.append(f"{colour} RG {width:g} w {x:.2f} {y:.2f} m {to_x:.2f} {to_y:.2f} l S")

    def block(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        """A filled rectangle."""
        self._fill = colour
        self._marks.append(f"{colour} rg {x:.2f} {y:.2f} {width:.2f} {height:.2f} re f")

    def blocks(self, rectangles: list[tuple[float, float, float, float]], colour: str) -> None:
        """Many filled rectangles of one colour."""
        self._fill = colour
        drawn = " ".join(f"{x:.3f} {y:.3f} {w:.3f} {h:.3f} re" for x, y, w, h in rectangles)
        self._marks.append(f"{colour} rg {drawn} f")

    def frame(self, x: float, y: float, width: float, height: float, colour: str, stroke: float = 0.5) -> None:
        """The outline of a rectangle."""
        self._marks.append(f"{colour} RG {stroke:g} w {x:.2f} {y:.2f} {width:.2f} {height:.2f} re S")

    def polygon(self, points: list[tuple[float, float]], fill: str = "", edge: str = "", stroke: float = 0.6) -> None:
        """A closed figure, filled, outlined or both."""
        (x, y), *rest = points
        path = f"{x:.2f} {y:.2f} m " + " ".join(f"{a:.2f} {b:.2f} l" for a, b in rest) + " h"
        self._paint(path, fill, edge, stroke)

    def circle(self, x: float, y: float, radius: float, fill: str = "", edge: str = "", stroke: float = 0.6) -> None:
        """A circle around (x, y)."""
        k = radius * _KAPPA
        quarters = (
            (x + radius, y + k, x + k, y + radius, x, y + radius),
            (x - k, y + radius, x - radius, y + k, x - radius, y),
            (x - radius, y - k, x - k, y - radius, x, y - radius),
            (x + k, y - radius, x + radius, y - k, x + radius, y),
        )
        curves = " ".join(" ".join(f"{v:.2f}" for v in quarter) + " c" for quarter in quarters)
        self._paint(f"{x + radius:.2f} {y:.2f} m {curves} h", fill, edge, stroke)

    def turned(self, x: float, y: float, degrees_sin_cos: tuple[float, float], line: str, style: Style) -> None:
        """A line centred on (x, y) and turned; sine and cosine of its angle."""
        sine, cosine = degrees_sin_cos
        half = style.width(line) / 2
        self._marks.append(f"q {cosine:.4f} {sine:.4f} {-sine:.4f} {cosine:.4f} {x:.2f} {y:.2f} cm")
        self.text(-half, -style.size * 0.36, line, style)
        self._marks.append("Q")
        self._font = self._fill = ""

    def _paint(self, path: str, fill: str, edge: str, stroke: float) -> None:
        if fill:
            self._fill = fill
        setup = (f"{fill} rg " if fill else "") + (f"{edge} RG {stroke:g} w " if edge else "")
        self._marks.append(f"{setup}{path} {'B' if fill and edge else 'f' if fill else 'S'}")

    def _set(self, style: Style) -> None:
        if self._fill != style.colour:
            self._fill = style.colour
            self._marks.append(f"{style.colour} rg")

    def _font_operator(self, style: Style, subset: int) -> str:
        name = self._names.get((style.weight, subset))
        if name is None:
            name = style.face.font.getSubsetInternalName(subset, self._document)
            self._names[style.weight, subset] = name
        wanted = f"{name} {style.size:g} Tf "
        if wanted == self._font:
            return ""
        self._font = wanted
        return wanted

    def _shown(self, line: str, style: Style) -> str:
        """The operators that show a line of known characters."""
        parts = []
        for subset, codes in style.face.font.splitString(line, self._document):
            shown = codes.decode("latin-1").translate(_ESCAPES)
            parts.append(f"{self._font_operator(style, subset)}({shown}) Tj")
        return " ".join(parts)

    def _text_in_pieces(self, x: float, y: float, line: str, style: Style) -> None:
        """A line with characters that need a box, or with marks that the face can only show as one letter."""
        found = style.face
        for shown, typed in _pieces(_visual(line), found):
            if not shown:
                self._boxed(x, y, typed, style)
                x += BOX_WIDTH * style.size
                continue
            self._set(style)
            marks = f"BT {x:.2f} {y:.2f} Td {self._shown(shown, style)} ET"
            self._marks.append(marks if shown == typed else f"{_actual(typed)}\n{marks}\nEMC")
            x += sum(map(found.advances.__getitem__, typed)) * style.size

    def _boxed(self, x: float, y: float, letter: str, style: Style) -> None:
        """One character as its code in a box, two rows of digits.

        A blank at either edge makes the text layer as wide as the box, so that readers keep words together.
        """
        self.boxed = True
        code = f"{ord(letter):04X}" if ord(letter) <= 0xFFFF else f"{ord(letter):06X}"
        half, size = len(code) // 2, style.size
        small = Style("mono-bold", size * (0.47 if half == 2 else 0.4), 0, style.colour)
        left, width = x + size * 0.04, size * (BOX_WIDTH - 0.08)
        self._marks.append(_actual(letter))
        self.text(x, y, " ", style)
        self.frame(left, y - size * 0.16, width, size * 0.96, palette.OUTLINE, size * 0.03)
        for row, digits in ((0.36, code[:half]), (-0.07, code[half:])):
            self.centred(left + width / 2, y + size * row, digits, small)
        self.text(x + size * (BOX_WIDTH - style.face.space), y, " ", style)
        self._marks.append("EMC")


def _visual(line: str) -> str:
    """The line with runs of right-to-left letters in the order in which they stand on paper."""
    return _RTL_RUN.sub(lambda run: run[0][::-1], line)


def _pieces(line: str, found: Face) -> Iterator[tuple[str, str]]:
    """Stretches of a line as (what is shown, what was typed); nothing is shown of a character that needs a box."""
    start = place = 0
    while place < len(line):
        marked = _MARKED.match(line, place)
        letter = normalize("NFC", marked[0]) if marked else line[place]
        if letter in found.known and not (marked and len(letter) != 1):
            if marked is None:
                place += 1
                continue
            yield from _known(line, start, place)
            yield letter, marked[0]
            start = place = marked.end()
            continue
        if line[place] in found.known:
            place += 1
            continue
        yield from _known(line, start, place)
        yield "", line[place]
        start = place = place + 1
    yield from _known(line, start, place)


def _known(line: str, start: int, end: int) -> Iterator[tuple[str, str]]:
    if end > start:
        yield line[start:end], line[start:end]


def _actual(typed: str) -> str:
    """The operator from which on the text layer holds `typed`, until EMC."""
    return f"/Span <</ActualText <FEFF{typed.encode('utf-16-be', 'surrogatepass').hex().upper()}>>> BDC"
