"""The text of a timeline row cut into runs that are inked differently: tags, people, what was corrected away."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from app.domain.timeline import TimelineRow

Ink = Literal["plain", "tag", "person", "struck", "strong", "note"]

ROW_LIMIT = 600
"""Characters of one row that are laid out; the rest stands in the entry's detail."""

_TOKEN = re.compile(r'(?<![\w#])(?P<tag>#[\w-]{1,60})|(?<![\w@])(?P<person>@(?:"[^"\n]{1,80}"|[\w][\w.\'-]{0,79}))')
_NOTE = re.compile(r" \((?:retracted|moved|duplicate|void)(?::.*)?\)$", re.DOTALL)
_BREAKS = re.compile(r"\s*[\r\n\u2028\u2029\v\f]+\s*")
_TURNS = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)), "↔")
"""What turns the direction of writing by command: shown, since it can make a line read as what it is not."""
_CONTROL = {code: 0x2400 + code for code in range(32)} | {127: 0x2421} | _TURNS
_CLAUSE = re.compile(r"(?<=\w{3})[,;:.]\s")
_KEPT = 48


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text with one ink."""

    text: str
    ink: Ink = "plain"


def one_line(text: str) -> str:
    """The text on one line, with control characters made visible and at most `ROW_LIMIT` characters of it."""
    cut = text[: ROW_LIMIT + 1]
    shown = _BREAKS.sub(" ⏎ ", cut.strip()).replace("\t", " ").translate(_CONTROL)
    return shown[:ROW_LIMIT].rstrip() + "…" if len(text) > ROW_LIMIT else shown


def runs_of(row: TimelineRow) -> tuple[Run, ...]:
    """The runs of a row as it is read today: struck where it was taken back, old beside new where corrected."""
    text = one_line(row.text)
    if row.struck:
        return _struck(text)
    if row.original and row.original != row.text:
        return tuple(_corrected(one_line(row.original), text))
    if not row.human:
        return tuple(_acted(text, row.kind))
    return tuple(_decided(text) if row.kind == "decision" else inked(text))


def inked(text: str) -> Iterator[Run]:
    """The runs of a text with its `#tags` and `@people`."""
    place = 0
    for found in _TOKEN.finditer(text):
        if found.start() > place:
            yield Run(text[place : found.start()])
        yield Run(found[0], "tag" if found["tag"] else "person")
        place = found.end()
    if place < len(text):
        yield Run(text[place:])


def _struck(text: str) -> tuple[Run, ...]:
    note = _NOTE.search(text)
    if note is None:
        return (Run(text, "struck"),)
    return Run(text[: note.start()], "struck"), Run(note[0], "note")


def _acted(text: str, kind: str) -> Iterator[Run]:
    """A sentence of the program: plan texts may hold `#` and `@`, only the owner of a task is a person."""
    what, at, owner = text.rpartition(" @") if kind == "task" else (text, "", "")
    if not at:
        yield Run(text)
        return
    yield Run(what + " ")
    yield Run("@" + owner, "person")


def _decided(text: str) -> Iterator[Run]:
    """A decision: its first clause is what is read from afar."""
    end = _CLAUSE.search(text)
    cut = end.start() if end else len(text)
    for run in inked(text[:cut]):
        yield Run(run.text, "strong") if run.ink == "plain" else run
    yield from inked(text[cut:])


def _corrected(old: str, new: str) -> Iterator[Run]:
    """What stayed, what was struck, what stands instead: compared word by word from both ends."""
    before, after = old.split(" "), new.split(" ")
    head = _common(before, after)
    tail = _common(before[head:][::-1], after[head:][::-1])
    gone = " ".join(before[head : len(before) - tail])
    if head:
        yield from inked(" ".join(after[:head]) + " ")
    if gone:
        yield Run(_shortened(gone), "struck")
    rest = " ".join(after[head:])
    if rest:
        yield from inked(f" {rest}" if gone else rest)


def _common(left: list[str], right: list[str]) -> int:
    count = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        count += 1
    return count


def _shortened(text: str) -> str:
    return text if len(text) <= _KEPT else f"{text[: _KEPT - 1].rstrip()}…"
