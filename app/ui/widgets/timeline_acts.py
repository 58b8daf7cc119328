"""What a person can do with an entry of the timeline, and with a pasted block: each act with the form it needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from app.domain.errors import NotAllowed
from app.domain.timeline import TimelineRow
from app.ui import tasks
from app.ui.guard import slot_safe
from app.ui.live import Live
from app.ui.widgets.scribe_bar import ScribeBar

if TYPE_CHECKING:
    from app.ui.dialogs.correct import CorrectDialog
    from app.ui.dialogs.correct import Wanted as Correction
    from app.ui.dialogs.paste_preview import Block
    from app.ui.widgets.question import Question


class TimelineActs(QObject):
    """Star, correct, approve, record a block; questions are asked at the foot of the pane, forms over the window."""

    def __init__(
        self, live: Live, bar: ScribeBar, question: Callable[[], Question], window: Callable[[], QWidget]
    ) -> None:
        super().__init__(bar)
        self.live = live
        self._bar = bar
        self._question = question
        self._window = window

    @slot_safe
    def star(self, row: TimelineRow | None) -> None:
        """Mark the entry as a milestone, or take the mark away."""
        from app.services import journal

        if row is not None:
            self.live.do(journal.star, self.live.incident_id, row.seq, on=not row.starred, saying=f"star {row.seq}")

    @slot_safe
    def correct(self, row: TimelineRow | None) -> None:
        """Open the form that corrects an entry."""
        from app.ui.dialogs.correct import CorrectDialog

        if row is None:
            return
        if row.struck:
            self.live.failed.emit(
                NotAllowed(f"Entry {row.seq} is struck already.", "Write a new line instead.", code="struck")
            )
            return
        dialog = CorrectDialog(row, self.live.now(), self.live.zone, self._window())
        dialog.agreed.connect(lambda wanted: self._record_correction(wanted, dialog))
        dialog.open()

    def _record_correction(self, wanted: Correction, dialog: CorrectDialog) -> None:
        from app.services import journal

        self.live.do(
            journal.correct, self.live.incident_id, wanted.seq,
            text=wanted.text, happened=wanted.happened, strike=wanted.strike, to=wanted.to, reason=wanted.reason,
            saying=f"correction of {wanted.seq}", done=tasks.while_there(dialog, dialog.accept), refused=dialog.refuse,
        )  # fmt: skip

    @slot_safe
    def approve(self, row: TimelineRow | None) -> None:
        """Ask which other person signs; the passphrase is asked for when the key is used."""
        from app.domain.entries import shown

        look = self.live.look
        if look is None or row is None:
            return
        people = [shown(p.name) for p in look.view.people.values() if p.active and p.fp != row.signer]
        if not people:
            self.live.failed.emit(
                NotAllowed(
                    f"Nobody but {row.recorded_by} has a key in this incident.",
                    "Add a person with F2; a second person then approves with their own key.",
                    code="nobody-else",
                )
            )
            return
        self._question().ask(
            f"Who approves entry {row.seq}?",
            lambda name: self._approve_as(row.seq, name),
            hint=", ".join(people),
            required="Name the person who signs.",
            names=people,
            text=people[0] if len(people) == 1 else "",
        )

    def _approve_as(self, seq: int, name: str) -> None:
        from app.services import attestation

        self.live.do(
            attestation.approve, self.live.incident_id, seq, as_profile=name, saying=f"approval of {seq}",
            done=lambda _receipt: self._question().dismiss(), refused=self._question().refuse,
        )  # fmt: skip

    @slot_safe
    def preview(self, text: str) -> None:
        """Show a pasted block with the time that each line would get."""
        look = self.live.look
        if look is None:
            return
        from app.ui.dialogs.paste_preview import PastePreview

        dialog = PastePreview(text, self.live.now(), self.live.zone, look.view.number, self._window())
        dialog.agreed.connect(self.record_block)
        dialog.open()

    @slot_safe
    def record_block(self, block: Block) -> None:
        """Record every line of the block, in order, each committed by itself."""
        from app.services import journal

        for line in block.lines:
            self._bar.send(journal.log_parsed, line.text, line)
