"""Letters: the bundled faces, how wide their words are, and where a text breaks into lines.

User text never meets a markup parser here: a line is a plain string from the record to the page.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING, Literal

from app import paths
from app.reports.kit import palette

if TYPE_CHECKING:
    from reportlab.pdfbase.ttfonts import TTFont

Weight = Literal["regular", "medium", "semibold", "bold", "italic", "mono", "mono-bold"]

BOX_WIDTH = 0.92
"""Ems that a character takes which the face lacks and which is drawn as its code in a box."""

_FILES: dict[Weight, str] = {
    "regular": "Inter-Regular.ttf",
    "medium": "Inter-Medium.ttf",
    "semibold": "Inter-SemiBold.ttf",
    "bold": "Inter-Bold.ttf",
    "italic": "Inter-Italic.ttf",
    "mono": "JetBrainsMono-Regular.ttf",
    "mono-bold": "JetBrainsMono-Bold.ttf",
}
_HIDDEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
_MANY_WORDS = 60_000
_BREAKS = re.compile(r"[^/\-_.,;:?&=+@|\\]*[/\-_.,;:?&=+@|\\]*")


class _Advances(dict[str, float]):
    """Character to ems; one that the face lacks is as wide as its box."""

    def __missing__(self, character: str) -> float:
        self[character] = BOX_WIDTH
        return BOX_WIDTH


class _Words(dict[str, float]):
    """Word to ems, measured at the first look-up."""

    def __init__(self, advances: _Advances) -> None:
        super().__init__()
        self._advance = advances.__getitem__

    def __missing__(self, word: str) -> float:
        if len(self) > _MANY_WORDS:
            self.clear()
        width = self[word] = sum(map(self._advance, word))
        return width


class Face:
    """One bundled font: what it can show and how wide its words are, in ems."""

    def __init__(self, weight: Weight) -> None:
        self.weight = weight
        self.font = _load(weight)
        widths, known = self.font.face.charWidths, self.font.face.charToGlyph
        shown = [chr(code) for code in known if code <= 0xFFFF and unicodedata.category(chr(code)) not in _HIDDEN]
        self.known = frozenset(shown)
        self.advances = _Advances({letter: widths[ord(letter)] / 1000 for letter in shown})
        self.words = _Words(self.advances)
        self.space = self.advances[" "]


@cache
def face(weight: Weight) -> Face:
    """The face of that weight, read at its first use."""
    return Face(weight)


def registered(weight: Weight) -> str:
    """The name under which reportlab knows the face of that weight, for a bare canvas."""
    return str(face(weight).font.fontName)


def _load(weight: Weight) -> TTFont:
    # reportlab runs `reportlab_settings.py` of the working folder, or `~/.reportlab_settings`, when it is imported.
    sys.modules.setdefault("reportlab_settings", ModuleType("reportlab_settings"))
    from reportlab.pdfbase.pdfmetrics import registerFont
    from reportlab.pdfbase.ttfonts import TTFont

    name = f"Cockpit-{_FILES[weight].removesuffix('.ttf')}"
    found = TTFont(name, str(paths.resources() / "fonts" / _FILES[weight]), asciiReadable=1, shapable=False)
    registerFont(found)
    return found


@dataclass(frozen=True, slots=True)
class Style:
    """How a text is set: weight, size and leading in points, colour as PDF operands."""

    weight: Weight
    size: float
    leading: float
    colour: str = palette.INK

    @property
    def face(self) -> Face:
        """The face of this style."""
        return face(self.weight)

    def width(self, line: str) -> float:
        """How wide a line is set, in points."""
        found = self.face
        advance = found.words.__getitem__
        parts = line.split(" ")
        return (sum(map(advance, parts)) + found.space * (len(parts) - 1)) * self.size


def plain(text: str) -> str:
    """Line ends of any system as one, tabs as four blanks; nothing else is touched."""
    if "\r" in text or "\t" in text or "\u2028" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\t", "    ")
    return text


def lines(text: str, style: Style, width: float) -> list[str]:
    """A text as lines no wider than `width` points: as typed, broken at blanks, else inside a word too long."""
    found = style.face
    limit = width / style.size
    if "\n" not in text and "\t" not in text and "\r" not in text:
        return _wrapped(text, found, limit)
    return [line for part in plain(text).split("\n") for line in _wrapped(part, found, limit)]


def _wrapped(text: str, found: Face, limit: float) -> list[str]:
    parts = text.split(" ")
    widths = [*map(found.words.__getitem__, parts)]
    space = found.space
    if sum(widths) + space * (len(parts) - 1) <= limit:
        return [text]
    if max(widths) > limit:
        return _wrapped_hard(parts, found, limit)
    done: list[str] = []
    start, at = 0, widths[0]
    for place in range(1, len(parts)):
        at += space + widths[place]
        if at > limit:
            done.append(" ".join(parts[start:place]))
            start, at = place, widths[place]
    done.append(" ".join(parts[start:]))
    return done


def _wrapped_hard(parts: list[str], found: Face, limit: float) -> list[str]:
    """Lines of a text with words wider than a line: those are cut after a sign, else between letters."""
    done: list[str] = []
    line, at, started = "", 0.0, False
    for word in parts:
        gap = found.space if started else 0.0
        if at + gap + found.words[word] <= limit:
            line, at = f"{line} {word}" if started else word, at + gap + found.words[word]
        else:
            if started:
                done.append(line)
            *whole, line = _cut(word, found, limit)
            done.extend(whole)
            at = found.words[line]
        started = True
    return [*done, line]


def _cut(word: str, found: Face, limit: float) -> list[str]:
    pieces: list[str] = []
    line, at = "", 0.0
    for part in filter(None, _BREAKS.findall(word)):
        width = sum(map(found.advances.__getitem__, part))
        if at + width > limit and line:
            pieces.append(line)
            line, at = "", 0.0
        if width <= limit:
            line, at = line + part, at + width
            continue
        for letter in part:
            advance = found.advances[letter]
            if at + advance > limit and line:
                pieces.append(line)
                line, at = "", 0.0
            line, at = line + letter, at + advance
    return [*pieces, line]


def fitted(text: str, style: Style, width: float) -> str:
    """The text on one line, cut with an ellipsis where it is too wide; for running heads, never for content."""
    text = " ".join(plain(text).split())
    if style.width(text) <= width:
        return text
    room = width / style.size - style.face.advances["…"]
    kept = 0
    for letter in text:
        room -= style.face.advances[letter]
        if room < 0:
            break
        kept += 1
    return text[:kept].rstrip() + "…"
