"""The severity board: every open incident as a card, the worst first within its plan."""

from __future__ import annotations

from app.ui.live import Live
from app.ui.pane import Pane


class BoardPane(Pane):
    """Open incidents by plan and severity."""

    title = "Severity board"
    help = "Open incidents, one lane a plan, the worst first. j and k move, Enter opens, / filters, Ctrl N declares."

    def __init__(self, live: Live, number: int = 0) -> None:
        super().__init__(live, number)
        self.body.addStretch(1)
