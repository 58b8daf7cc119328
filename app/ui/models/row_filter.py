"""Which rows of a timeline are wanted, in which order: everything, decisions, what people wrote, a tag, a phrase."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from app.domain.timeline import TimelineRow

if TYPE_CHECKING:
    from app.services.session import Session

Fetch = Callable[[int, int], Sequence[TimelineRow | None]]
"""Rows of an incident from a first row on, at most so many; None where one cannot be had yet."""
By = Literal["ts", "at"]
"""In the order of recording, or of happening."""

DECISIONS = ("decision", "aware")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A filter of the timeline; `word` is the tag or the phrase."""

    kind: Literal["all", "decisions", "people", "tag", "text"] = "all"
    word: str = ""
    by: By = "ts"

    @property
    def is_plain(self) -> bool:
        """Whether it is the record as it stands."""
        return self.kind == "all" and self.by == "ts"

    def accepts(self, row: TimelineRow) -> bool:
        """Whether a row belongs to what is wanted; of a phrase every word has to be there."""
        match self.kind:
            case "all":
                return True
            case "decisions":
                return row.kind in DECISIONS
            case "people":
                return row.human
            case "tag":
                return self.word in row.tags.split()
            case "text":
                text = f"{row.text} {row.said_by} {row.recorded_by} {row.tags}".casefold()
                return all(word in text for word in self.word.casefold().split())


def order(session: Session, incident_id: str, wanted: Wanted) -> array[int]:
    """The row numbers of what is wanted, in the order wanted; worked out by the store."""
    from app.services import incidents

    return incidents.order(
        session,
        incident_id,
        by=wanted.by,
        text=wanted.word if wanted.kind == "text" else "",
        kinds=DECISIONS if wanted.kind == "decisions" else (),
        tag=wanted.word if wanted.kind == "tag" else "",
        human=True if wanted.kind == "people" else None,
    )


def ordered(fetch: Fetch, numbers: Sequence[int]) -> Fetch:
    """Windows into the rows with those numbers, read in stretches that stand together."""

    def window(first: int, count: int) -> Sequence[TimelineRow | None]:
        chosen = numbers[first : first + count]
        found: dict[int, TimelineRow | None] = {}
        for low, high in _stretches(sorted(chosen)):
            rows = fetch(low, high - low + 1)
            found.update(enumerate(rows, low))
        return [found.get(number) for number in chosen]

    return window


def _stretches(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """First and last of the runs of numbers; a gap of a few rows is cheaper read than skipped."""
    if not numbers:
        return
    low = high = numbers[0]
    for number in numbers[1:]:
        if number - high > 32:
            yield low, high
            low = number
        high = number
    yield low, high
