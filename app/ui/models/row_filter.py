"""Which rows of a timeline are wanted: everything, decisions, what people wrote, a tag."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from app.domain.timeline import TimelineRow

Fetch = Callable[[int, int], Sequence[TimelineRow]]
"""Rows of an incident from a first row on, at most so many."""

STEP = 1024


@dataclass(frozen=True, slots=True)
class Wanted:
    """A filter of the timeline; `word` is the tag or the phrase."""

    kind: Literal["all", "decisions", "people", "tag", "text"] = "all"
    word: str = ""

    def accepts(self, row: TimelineRow) -> bool:
        """Whether a row belongs to what is wanted; a phrase is judged by the store's index, here only roughly."""
        match self.kind:
            case "all":
                return True
            case "decisions":
                return row.kind in {"decision", "aware"}
            case "people":
                return row.human
            case "tag":
                return self.word.casefold() in row.tags.casefold().split()
            case "text":
                words = self.word.casefold().split()
                text = f"{row.text} {row.said_by} {row.recorded_by}".casefold()
                return all(word in text for word in words)


def newest(fetch: Fetch, count: int, wanted: Wanted, limit: int) -> tuple[TimelineRow, ...]:
    """The newest rows that are wanted, oldest first, at most `limit`; reads backwards and stops when it has them."""
    found: list[TimelineRow] = []
    end = count
    while end > 0 and len(found) < limit:
        first = max(0, end - STEP)
        page = fetch(first, end - first)
        found.extend(row for row in reversed(page) if wanted.accepts(row))
        end = first
    return tuple(reversed(found[:limit]))
