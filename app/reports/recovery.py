"""The recovery sheet: one page to print and keep off the machine, with the code that brings the recovery key back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from app.reports.kit import palette
from app.reports.kit.blocks import BODY, CODE, TABLE, TABLE_QUIET, Block, Drawn, Lines, Row, cell
from app.reports.kit.frame import LEFT, MEASURE, RIGHT, Sheet, press
from app.reports.kit.headings import masthead, section
from app.reports.kit.ink import Ink
from app.reports.kit.letters import Style

TITLE = "Recovery sheet"

_GROUP = Style("mono-bold", 15, 24)
_PLACE = Style("regular", 7.2, 24, palette.FAINT)
_COLUMNS = 4
# The sheet is the same whenever it is printed: it says nothing about a moment, and its reader writes the date on it.
_NO_MOMENT = datetime(2000, 1, 1, tzinfo=UTC)

_WHY = (
    "This code restores the recovery key of the installation named above. With it a log key that was stolen or lost is "
    "revoked and records go on with a new one; without it that cannot be done, and nobody can send it to you again."
)
_HOW = (
    "Print this page, check that every group can be read, and delete the file.",
    "Keep the paper away from the machine: a safe, or a sealed envelope with a second person. Treat it as a key.",
    "To use it, type the groups in their order. A group that was mistyped is found and named.",
    "Compare the fingerprint with the one that the program shows before you trust either.",
)


def recovery_sheet(name: str, code_groups: str | Sequence[str], fingerprint: str, org: str) -> bytes:
    """The sheet as PDF: whose installation, the code (whole or in groups), the recovery key's fingerprint."""
    code = code_groups if isinstance(code_groups, str) else " ".join(code_groups)
    groups = code.replace("-", " ").split()
    sheet = Sheet(
        name=f"{TITLE} {org}",
        owner=name,
        beside="keep off the machine",
        made_at=_NO_MOMENT,
        subject=f"recovery key {fingerprint}",
        foot=((("recovery key ", fingerprint),),),
        hint="prepared with Incident Cockpit",
    )
    return press(sheet, _blocks(name if name == org else f"{name} · {org}", groups, fingerprint))


def _blocks(whose: str, code_groups: Sequence[str], fingerprint: str) -> Iterator[Block]:
    yield from masthead(TITLE, whose, "")
    yield Lines(_WHY, BODY, LEFT, MEASURE, before=12)
    yield section("", "The code", f"{len(code_groups)} groups, read line by line")
    yield _code(code_groups)
    yield section("", "The key", "SHA-256 fingerprint, as ssh-keygen -l prints it")
    yield Row([[cell(fingerprint, LEFT, MEASURE, CODE)]], LEFT, MEASURE)
    yield section("", "What to do")
    for number, text in enumerate(_HOW, 1):
        yield Row(
            [[cell(str(number), LEFT, 12, TABLE_QUIET)], [cell(text, LEFT + 20, MEASURE - 20, TABLE)]], LEFT, MEASURE
        )
    yield section("", "Where this paper is", "to be filled in by hand")
    for label in ("Printed on", "Kept at", "Second person who knows"):
        row = Row([[cell(label, LEFT, 120, TABLE_QUIET)], [cell("", LEFT + 140, 200)]], LEFT, MEASURE, ruled=False)
        row.marks.append(lambda ink, top: ink.rule(LEFT + 140, top - 10, RIGHT, palette.OUTLINE, 0.4))
        row.before = 5
        yield row


def _code(code_groups: Sequence[str]) -> Block:
    """The groups in columns, each with its place, between two rules."""
    rows = -(-len(code_groups) // _COLUMNS)
    width = MEASURE / _COLUMNS
    widest = max((_GROUP.width(group) for group in code_groups), default=1.0)
    size = min(_GROUP.size, _GROUP.size * (width - 26) / widest)
    style = Style(_GROUP.weight, size, _GROUP.leading)
    height = rows * _GROUP.leading + 14

    def draw(ink: Ink, top: float) -> None:
        ink.rule(LEFT, top, RIGHT, palette.INK, 0.6)
        for place, group in enumerate(code_groups):
            x, y = LEFT + place % _COLUMNS * width, top - 23 - place // _COLUMNS * _GROUP.leading
            ink.right(x + 14, y, str(place + 1), _PLACE)
            ink.text(x + 21, y, group, style)
        ink.rule(LEFT, top - height, RIGHT, palette.INK, 0.6)

    return Drawn(height, draw)
