"""The frame of every page: running heads, the seal in the foot, 'page x of y', drill and simulation marks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import md5
from typing import TYPE_CHECKING

from app.reports.kit import palette
from app.reports.kit.blocks import Block
from app.reports.kit.ink import Ink
from app.reports.kit.letters import Style, fitted, registered

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

WIDTH, HEIGHT = 595.28, 841.89
LEFT, RIGHT = 42.5, 552.78
MEASURE = RIGHT - LEFT
TOP, BOTTOM = 779.0, 66.0

_HEAD_STRONG = Style("semibold", 7.2, 9)
_HEAD = Style("regular", 7.2, 9, palette.FAINT)
_BANNER = Style("semibold", 7.2, 9, palette.HEED)
_FOOT = Style("regular", 6.8, 9, palette.FAINT)
_FOOT_CODE = Style("mono", 6.2, 9, palette.FAINT)
_WATERMARK = Style("bold", 168, 0, palette.rgb("#F4F1EE"))
_STEEP = (0.8290, 0.5592)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the frame of a document says.

    `owner` and `name` open the running head, `beside` ends it; `foot` are its lines as (words, code) pairs, `hint` the
    words at the right of the last; `banner` stands under the head on every page.
    """

    name: str
    owner: str
    beside: str
    made_at: datetime
    subject: str = ""
    keywords: str = ""
    banner: str = ""
    watermark: str = ""
    foot: tuple[tuple[tuple[str, str], ...], ...] = ()
    hint: str = ""


@dataclass(frozen=True, slots=True)
class _Stamp:
    """The moment that a PDF states about itself: reportlab's own is the machine's clock."""

    t: float
    YMDhms: tuple[int, ...]
    dhh: int = 0
    dmm: int = 0


def press(sheet: Sheet, blocks: Iterable[Block]) -> bytes:
    """The document as PDF: the same blocks give the same bytes on every machine and day."""
    pages = list(paginate(blocks, TOP - BOTTOM))
    ink = Ink(_canvas(sheet))
    for number, page in enumerate(pages, 1):
        _draw_frame(ink, sheet, number, len(pages))
        for offset, block in page:
            if block.outline:
                _bookmark(ink, block.outline, f"{number}-{offset:.1f}", TOP - offset)
            block.draw(ink, TOP - offset)
        ink.flush()
        ink.canvas.showPage()
        page.clear()
    return bytes(ink.canvas.getpdfdata())


def paginate(blocks: Iterable[Block], room: float) -> Iterator[list[tuple[float, Block]]]:
    """Pages of (distance from the top, block); what is kept together moves together."""
    page: list[tuple[float, Block]] = []
    used = 0.0
    for group in _groups(blocks):
        for place, block in enumerate(group):
            tied = 0.0 if place else _need(group)
            need = max(tied, block.least) + (block.before if page else 0.0)
            if page and used + need > room:
                yield page
                page, used = [], 0.0
            rest: Block | None = block
            while rest is not None:
                page, used, rest, full = _place(page, used, rest, room)
                if full:
                    yield full
    if page:
        yield page


def _place(
    page: list[tuple[float, Block]], used: float, block: Block, room: float
) -> tuple[list[tuple[float, Block]], float, Block | None, list[tuple[float, Block]] | None]:
    """Put a block, or its first part, on the page; a page that is full comes back as the last item."""
    if not page and block.again is not None:
        page.append((0.0, block.again))
        used = block.again.height
    at = used + (block.before if page and used else 0.0)
    if at + block.height <= room + 0.01:
        page.append((at, block))
        return page, at + block.height, None, None
    parts = block.cut(room - at)
    if parts is not None:
        page.append((at, parts[0]))
        return [], 0.0, parts[1], page
    if not page or (len(page) == 1 and page[0][1] is block.again):
        page.append((at, block))
        return [], 0.0, None, page
    return [], 0.0, block, page


def _groups(blocks: Iterable[Block]) -> Iterator[list[Block]]:
    """Blocks with those that are tied to them."""
    group: list[Block] = []
    for block in blocks:
        group.append(block)
        if not block.keep:
            yield group
            group = []
    if group:
        yield group


def _need(group: list[Block]) -> float:
    *tied, last = group
    return sum(block.height + block.before for block in group[1:-1]) + (
        group[0].height + last.before + last.least if tied else last.least
    )


def _canvas(sheet: Sheet) -> Canvas:
    regular = registered("regular")
    from reportlab import rl_config
    from reportlab.pdfgen.canvas import Canvas

    # Text armour around compressed pages costs a quarter of the size and half of the time, and RL_useA85 could set it.
    rl_config.useA85 = 0
    canvas = Canvas(
        "",
        pagesize=(WIDTH, HEIGHT),
        pageCompression=1,
        invariant=1,
        initialFontName=regular,
        lang="en-GB",
    )
    made = sheet.made_at.astimezone(UTC)
    # reportlab mixes SOURCE_DATE_EPOCH or its own fixed date into the file; the moment of the document counts here.
    canvas._doc._timeStamp = _Stamp(made.timestamp(), made.timetuple()[:6])
    canvas._doc.signature = md5(b"incident-cockpit", usedforsecurity=False)
    canvas.setTitle(sheet.name)
    canvas.setAuthor(sheet.owner)
    canvas.setSubject(sheet.subject)
    canvas.setKeywords(sheet.keywords)
    canvas.setCreator("Incident Cockpit")
    canvas.setProducer("Incident Cockpit")
    return canvas


def _bookmark(ink: Ink, outline: tuple[int, str], key: str, top: float) -> None:
    level, name = outline
    ink.canvas.bookmarkPage(key, fit="XYZ", left=0, top=top + 12)
    ink.canvas.addOutlineEntry(" ".join(name.split())[:120], key, level, closed=level > 0)


def _draw_frame(ink: Ink, sheet: Sheet, number: int, count: int) -> None:
    if sheet.watermark:
        ink.turned(WIDTH / 2, HEIGHT / 2, _STEEP, sheet.watermark, _WATERMARK)
    _draw_head(ink, sheet)
    _draw_foot(ink, sheet, f"page {number} of {count}")


def _draw_head(ink: Ink, sheet: Sheet) -> None:
    beside = fitted(sheet.beside, _HEAD, MEASURE * 0.5)
    room = MEASURE - _HEAD.width(beside) - 14
    owner = fitted(sheet.owner, _HEAD_STRONG, room * 0.6)
    ink.text(LEFT, 805, owner, _HEAD_STRONG)
    at = LEFT + _HEAD_STRONG.width(owner)
    name = fitted(f"{' · ' if owner else ''}{sheet.name}", _HEAD, room - (at - LEFT))
    ink.text(at, 805, f" {name}" if owner else name, _HEAD)
    ink.right(RIGHT, 805, beside, _HEAD)
    if sheet.banner:
        ink.text(LEFT, 794, fitted(sheet.banner, _BANNER, MEASURE), _BANNER)


def _draw_foot(ink: Ink, sheet: Sheet, page: str) -> None:
    ink.rule(LEFT, 51, RIGHT, palette.HAIRLINE)
    y = 40.5
    for line in sheet.foot:
        at = LEFT
        for words, code in line:
            ink.text(at, y, words, _FOOT)
            at += _FOOT.width(words)
            ink.text(at, y, code, _FOOT_CODE)
            at += _FOOT_CODE.width(code)
        y -= 10
    ink.right(RIGHT, 40.5, page, Style("medium", 6.8, 9, palette.QUIET))
    ink.right(RIGHT, 30.5, sheet.hint, _FOOT)
