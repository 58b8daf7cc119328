"""The checklists: what the plan wants done, by when, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QMenu

from app.domain.scribe import Line
from app.ui import theme
from app.ui.actions import Command
from app.ui.guard import slot_safe
from app.ui.live import Live
from app.ui.models.checklist_model import ChecklistModel, Item, groups_of
from app.ui.models.completion import people_of
from app.ui.models.spans import Run, one_line
from app.ui.pane import Pane
from app.ui.widgets.checklist_tree import ChecklistTree
from app.ui.widgets.empty import Empty
from app.ui.widgets.ink_line import InkLine
from app.ui.widgets.question import Question

MENU: Final = "Checklists"
KEYS: Final = (("Space", "tick"), ("x", "skip"), ("n", "n/a"), ("r", "reopen"), ("a", "assign"))
ACTS: Final = (
    ("tick", "Tick the task", "Space in the list."),
    ("skip", "Skip the task…", "x in the list; with a reason."),
    ("na", "The task does not apply…", "n in the list; with a reason."),
    ("reopen", "Reopen the task…", "r in the list."),
    ("assign", "Assign the task…", "a in the list."),
    ("copy", "Copy the command of the task", "Ctrl C in the list; nothing is ever run."),
)


class ChecklistsPane(Pane):
    """Checklists of the plan that apply at the incident's severity and class."""

    title = "Checklists"
    help = (
        "Space ticks the task, x skips it with a reason, n says that it does not apply, r reopens it, a assigns it. "
        "Left and right fold a checklist. Commands are shown to be copied (Ctrl C) and are never run."
    )

    def __init__(self, live: Live, number: int = 0) -> None:
        super().__init__(live, number)
        self.model = ChecklistModel(self)
        self.tree = ChecklistTree(self.model)
        self.question = Question()
        self.empty = Empty("No incident is open.", "Its checklists stand here.")
        self._keys = InkLine()
        self._keys.show_runs([run for key, word in KEYS for run in (Run(key, "strong"), Run(f" {word}   "))])
        self._keys.setContentsMargins(theme.px(12), theme.px(4), theme.px(12), theme.px(5))
        self._keys.hide()
        self.setMinimumWidth(theme.px(200))
        self._incident = ""
        self._minute: datetime | None = None
        self.body.addWidget(self.empty, 1)
        self.body.addWidget(self.tree, 1)
        self.body.addWidget(self._keys)
        self.body.addWidget(self.question)
        self.tree.wanted.connect(self.act)
        self.tree.focused.connect(self._keys.setVisible)
        self.tree.customContextMenuRequested.connect(self._menu)
        self._show_empty()

    def refresh(self) -> None:
        """The open incident advanced, or is another one."""
        look, now = self.live.look, self.live.now()
        self._minute = now.replace(second=0, microsecond=0)
        incident = look.view.incident_id if look else ""
        if incident != self._incident:
            self._incident = incident
            self.tree.forget_folds()
            self.question.dismiss()
        current = self.tree.current_item()
        groups = groups_of(look.plan, look.view, now, self.live.zone) if look else ()
        complete = {group.id for group in self.model.groups if group.complete}
        anew = self.model.show(groups)
        if anew or complete != {group.id for group in groups if group.complete}:
            self.tree.fold()
        if anew and current is not None:
            self.tree.setCurrentIndex(self.model.index_of(current.id))
        self._show_empty()

    def _show_empty(self) -> None:
        look = self.live.look
        groups = self.model.groups
        self.tree.setVisible(bool(groups))
        self.empty.setVisible(not groups)
        if look is None:
            self.empty.say("No incident is open.", "Its checklists stand here.")
        elif not groups:
            self.empty.say("The plan has no checklist for this severity and class.", "Classify it to see more.")
        settled, total = sum(g.settled for g in groups), sum(len(g.items) for g in groups)
        self.header.set_subtitle(f"{settled} of {total}" if groups else "")

    def tick(self, now: datetime) -> None:
        """Windows are counted in minutes: once a minute is enough."""
        if self.live.look is not None and now.replace(second=0, microsecond=0) != self._minute:
            self.refresh()

    def focus_first(self) -> None:
        """The keyboard to the first open task."""
        if self.model.groups:
            if not self.tree.currentIndex().isValid():
                self.tree.setCurrentIndex(self.tree.first_open())
            self.tree.setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            super().focus_first()

    def commands(self) -> Sequence[Command]:
        """What the pane adds to menus and palette."""

        def chosen() -> bool:
            return self.tree.current_item() is not None

        return tuple(
            Command(f"task-{act}", title, partial(self.tree.want, act), "", told, MENU, chosen)
            for act, title, told in ACTS
        )

    @slot_safe
    def _menu(self, place: QPoint) -> None:
        if self.tree.lists.item_at(self.tree.indexAt(place)) is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for act, title, _told in ACTS:
            menu.addAction(title, partial(self.tree.want, act))
        menu.popup(self.tree.viewport().mapToGlobal(place))

    # acts

    @slot_safe
    def act(self, wanted: str, item: Item) -> None:
        """Carry an act out, after the question that it needs."""
        {
            "tick": self._tick, "skip": self._skip, "na": self._set_aside, "reopen": self._reopen,
            "assign": self._assign, "copy": self._copy,
        }[wanted](item)  # fmt: skip

    def _do(self, verb: Any, item: Item, *arguments: Any, asked: bool = True) -> None:
        done = (lambda _receipt: self.question.dismiss()) if asked else None
        refused = self.question.refuse if asked else None
        self.live.do(verb, self._incident, item.id, *arguments, done=done, refused=refused, saying=item.text)

    def _tick(self, item: Item) -> None:
        from app.services import tasks

        if not item.alters_evidence:
            self._do(tasks.tick, item, asked=False)
            return
        self.question.ask(
            f"It alters evidence: {one_line(item.text)}",
            partial(self._tick_with_evidence, item),
            hint="Where is the evidence secured?",
            required="Say where the evidence is, or why there is none.",
        )

    def _tick_with_evidence(self, item: Item, where: str) -> None:
        from app.services import journal, tasks

        line = Line(f"Evidence before “{one_line(item.text)}”: {where}")
        self.live.do(journal.log_parsed, self._incident, line, refused=self.question.refuse, saying=line.text)
        self._do(tasks.tick, item)

    def _skip(self, item: Item) -> None:
        from app.services import tasks

        self._ask_why(f"Skip: {one_line(item.text)}", partial(self._do, tasks.skip, item))

    def _set_aside(self, item: Item) -> None:
        from app.services import tasks

        self._ask_why(f"Not applicable: {one_line(item.text)}", partial(self._do, tasks.not_applicable, item))

    def _ask_why(self, caption: str, answered: Any) -> None:
        self.question.ask(caption, answered, hint="Why?", required="A reason is needed; it stands in the record.")

    def _reopen(self, item: Item) -> None:
        from app.services import tasks

        if item.settled:
            self.question.ask(
                f"Reopen: {one_line(item.text)}",
                lambda why: self._do(tasks.reopen, item, why or None),
                hint="Why? May stay empty.",
            )

    def _assign(self, item: Item) -> None:
        from app.services import tasks

        look = self.live.look
        names = people_of(look.plan, look.view) if look else ()
        self.question.ask(
            f"Who takes it: {one_line(item.text)}",
            partial(self._do, tasks.assign, item),
            hint="A name",
            required="Name the person.",
            names=names,
            text=item.owner,
        )

    def _copy(self, item: Item) -> None:
        QApplication.clipboard().setText(item.command or item.text)
