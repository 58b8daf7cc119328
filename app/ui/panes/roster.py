"""The role roster: who does what since when, who should, and who is to be told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu

from app.domain.entries import shown
from app.ui import tasks, theme
from app.ui.actions import Command
from app.ui.guard import slot_safe
from app.ui.live import Live
from app.ui.models.completion import people_of
from app.ui.models.roster_model import RosterModel, Seat, counted, seats_of
from app.ui.pane import Pane
from app.ui.widgets.empty import Empty
from app.ui.widgets.question import Question
from app.ui.widgets.roster_list import RosterList

if TYPE_CHECKING:
    from app.ui.dialogs.hand_over import HandOver, HandOverDialog

MENU: Final = "Roster"
ACTS: Final = (
    ("assign", "Assign the role…", "a in the list."),
    ("backup", "Assign a backup…", "b in the list."),
    ("handover", "Hand the role over…", "h in the list; both sign."),
    ("release", "Release the role…", "r in the list."),
)


class RosterPane(Pane):
    """Roles of the plan with holder, since when, backup and contact."""

    title = "Role roster"
    help = (
        "Enter assigns a free role and hands over a held one. a assigns, b assigns a backup, h hands over (both sign), "
        "r releases. A hollow dot: somebody has not signed with a key of their own."
    )

    def __init__(self, live: Live, number: int = 0) -> None:
        super().__init__(live, number)
        self.model = RosterModel(self)
        self.list = RosterList(self.model)
        self.question = Question()
        self.empty = Empty("No incident is open.", "Its roles stand here.")
        self._incident = ""
        self._day: object = None
        self.setMinimumWidth(theme.px(200))
        self.body.addWidget(self.empty, 1)
        self.body.addWidget(self.list, 1)
        self.body.addWidget(self.question)
        self.list.wanted.connect(self.act)
        self.list.customContextMenuRequested.connect(self._menu)
        self._show_empty()

    def refresh(self) -> None:
        """The open incident advanced, or is another one."""
        look, now = self.live.look, self.live.now()
        incident = look.view.incident_id if look else ""
        if incident != self._incident:
            self._incident = incident
            self.question.dismiss()
        self._day = self.live.local(now).date()
        self.model.show(seats_of(look.plan, look.view, now, self.live.zone) if look else ())
        self.list.scheduleDelayedItemsLayout()
        self._show_empty()

    def _show_empty(self) -> None:
        look, seats = self.live.look, self.model.seats
        self.list.setVisible(bool(seats))
        self.empty.setVisible(not seats)
        if look is None:
            self.empty.say("No incident is open.", "Its roles stand here.")
        elif not seats:
            self.empty.say("The plan names no role.", "")
        missing = [seat.title for seat in seats if seat.needed and not seat.holder]
        lacking = (
            f" · no {missing[0].lower()}" if len(missing) == 1 else f" · {len(missing)} missing" if missing else ""
        )
        self.header.set_subtitle(counted(seats) + lacking if seats else "")

    def tick(self, now: datetime) -> None:
        """At midnight the times of yesterday get their day."""
        if self.live.look is not None and self.live.local(now).date() != self._day:
            self.refresh()

    def focus_first(self) -> None:
        """The keyboard to the list."""
        if self.model.seats:
            self.list.setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            super().focus_first()

    def commands(self) -> Sequence[Command]:
        """What the pane adds to menus and palette."""

        def chosen() -> bool:
            return self.list.current_seat() is not None

        return tuple(
            Command(f"role-{act}", title, partial(self.list.want, act), "", told, MENU, chosen)
            for act, title, told in ACTS
        )

    @slot_safe
    def _menu(self, place: QPoint) -> None:
        if self.list.current_seat() is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for act, title, _told in ACTS:
            menu.addAction(title, partial(self.list.want, act))
        menu.popup(self.list.viewport().mapToGlobal(place))

    # acts

    @slot_safe
    def act(self, wanted: str, seat: Seat) -> None:
        """Carry an act out, after the question that it needs."""
        if wanted == "backup":
            self._assign(seat, backup=True)
        elif wanted == "assign" and not seat.holder:
            self._assign(seat)
        elif wanted in ("assign", "handover"):
            self._hand_over(seat) if seat.holder else self._assign(seat)
        elif seat.holder:
            self._release(seat)

    def _names(self) -> tuple[str, ...]:
        look = self.live.look
        return people_of(look.plan, look.view) if look else ()

    def _do(self, verb: Any, *arguments: Any, saying: str, **options: Any) -> None:
        self.live.do(
            verb, self._incident, *arguments,
            done=lambda _receipt: self.question.dismiss(), refused=self.question.refuse, saying=saying, **options,
        )  # fmt: skip

    def _assign(self, seat: Seat, backup: bool = False) -> None:
        from app.services import roster

        look = self.live.look
        role = next((r for r in look.plan.roles if r.code == seat.code), None) if look else None
        holder = (role.backup if backup else role.primary) if role else None
        suggested = holder.person if holder is not None and not holder.placeholder else ""
        word = "Backup for " if backup else ""
        self.question.ask(
            f"{word}{seat.title}: who takes it?",
            lambda name: self._do(roster.assign, seat.code, name, backup=backup, saying=f"{word}{seat.title}: {name}"),
            hint=(seat.planned_backup if backup else seat.planned) or "A name",
            required="Name the person.",
            names=self._names(),
            text=suggested,
        )

    def _release(self, seat: Seat) -> None:
        from app.services import roster

        self.question.ask(
            f"{seat.title}: {seat.holder} lets go of it. Why?",
            lambda why: self._do(roster.release, seat.code, why or None, saying=f"{seat.title} released"),
            hint="May stay empty",
        )

    def _hand_over(self, seat: Seat) -> None:
        from app.ui.dialogs.hand_over import HandOverDialog

        look, signer = self.live.look, self.live.signer
        if look is None:
            return
        keyed = [shown(person.name) for person in look.view.people.values() if person.active]
        recorder = signer.name if signer else "nobody"
        role = (seat.code, seat.title)
        dialog = HandOverDialog(role, seat.holder, self._names(), keyed, recorder, self.window())
        dialog.agreed.connect(lambda wanted: self._record_hand_over(wanted, dialog))
        dialog.open()

    def _record_hand_over(self, wanted: HandOver, dialog: HandOverDialog) -> None:
        from app.services import roster

        self.live.do(
            roster.hand_over, self._incident, wanted.role, wanted.to, wanted.note,
            done=tasks.while_there(dialog, dialog.accept), refused=dialog.refuse, saying=f"hand-over to {wanted.to}",
        )  # fmt: skip
