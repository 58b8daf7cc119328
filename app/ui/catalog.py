"""The panes of the window: one line each; a new pane is one file in `panes` and one line here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from app.ui.live import Live
from app.ui.pane import Pane

Place = Literal["left", "centre", "right"]


@dataclass(frozen=True, slots=True)
class PaneSpec:
    """A pane by id, title, the digit of its Alt key, its place, and how it is made (imported only then).

    Panes of the centre share it, one visible at a time; those at the right stand under one another.
    """

    id: str
    title: str
    number: int
    place: Place
    make: Callable[[Live, int], Pane]


def _board(live: Live, number: int) -> Pane:
    from app.ui.panes.board import BoardPane

    return BoardPane(live, number)


def _timeline(live: Live, number: int) -> Pane:
    from app.ui.panes.timeline import TimelinePane

    return TimelinePane(live, number)


def _roster(live: Live, number: int) -> Pane:
    from app.ui.panes.roster import RosterPane

    return RosterPane(live, number)


def _checklists(live: Live, number: int) -> Pane:
    from app.ui.panes.checklists import ChecklistsPane

    return ChecklistsPane(live, number)


def _breach(live: Live, number: int) -> Pane:
    from app.ui.panes.breach import BreachPane

    return BreachPane(live, number)


def _postmortem(live: Live, number: int) -> Pane:
    from app.ui.panes.postmortem import PostmortemPane

    return PostmortemPane(live, number)


PANES: Final[tuple[PaneSpec, ...]] = (
    PaneSpec("board", "Severity board", 1, "left", _board),
    PaneSpec("timeline", "Timeline", 2, "centre", _timeline),
    PaneSpec("roster", "Role roster", 3, "right", _roster),
    PaneSpec("checklists", "Checklists", 4, "right", _checklists),
    PaneSpec("breach", "Breach file", 5, "centre", _breach),
    PaneSpec("postmortem", "Post-mortem", 6, "centre", _postmortem),
)
