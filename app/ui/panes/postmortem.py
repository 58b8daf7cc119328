"""The post-mortem: the sections of the plan's template, written where the record cannot fill them, and the actions."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from app.domain.plan import Section
from app.ui import theme
from app.ui.actions import Command
from app.ui.guard import slot_safe
from app.ui.live import Live
from app.ui.models.postmortem_sheet import Part, PostmortemSheet, read_postmortem
from app.ui.pane import Pane, tool
from app.ui.widgets.action_list import Action, ActionList
from app.ui.widgets.breach_form import Page
from app.ui.widgets.draft_keeper import DraftKeeper
from app.ui.widgets.empty import Empty
from app.ui.widgets.labels import rule, set_tone
from app.ui.widgets.question import Question
from app.ui.widgets.section_form import SectionForm
from app.ui.widgets.wrapped import wrapped

DRAFTS: Final = "pm:"
"""Before the beginning of an incident's id: the name of its drafts, which fits the store's 64 characters."""


class PostmortemPane(Pane):
    """Every section is saved on its own, as an entry of the record; the newest text counts."""

    title = "Post-mortem"
    help = (
        "The sections of the plan's own template. Facts, timeline and clocks are filled from the record; Tab goes"
        " from text to text, Ctrl Enter saves the one you are in, and what is not saved is kept. Action items stand"
        " in their section: Enter adds one, Close says that it is done. Ctrl E makes the PDF."
    )
    export_wanted = Signal()

    def __init__(self, live: Live, number: int = 0) -> None:
        super().__init__(live, number)
        self.sheet: PostmortemSheet | None = None
        self.sections: dict[str, SectionForm] = {}
        self.action_list: ActionList | None = None
        self.lack = wrapped("", tone="attention")
        self.lack.setContentsMargins(theme.px(14), theme.px(8), theme.px(12), theme.px(8))
        self.question = Question()
        self.keeper = DraftKeeper(live, self._typed, self)
        self.keeper.found.connect(self._take_drafts)
        self._scroll = QScrollArea()
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._empty = Empty("No incident is open", "Its post-mortem stands here once one is.")
        self._stack = QStackedWidget()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self._page())
        self.body.addWidget(self._stack, 1)
        self.header.add_tool(tool("Export", self.export_wanted.emit, "Export (Ctrl E)"))
        theme.watch().changed.connect(self._appearance)

    def _page(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.lack)
        column.addWidget(rule())
        column.addWidget(self._scroll, 1)
        column.addWidget(self.question)
        return page

    # showing

    def refresh(self) -> None:
        """Read the form of the open incident."""
        look = self.live.look
        self._stack.setCurrentIndex(0 if look is None else 1)
        if look is None:
            self.sheet = None
            self.header.set_subtitle("")
            return
        self.live.read(read_postmortem, look, self.live.clocks(), self.live.zone.key, done=self._show)

    def _show(self, sheet: PostmortemSheet) -> None:
        if sheet.incident_id != self.live.incident_id:
            return
        if self.sheet is None or self.sheet.incident_id != sheet.incident_id:
            self._begin(sheet)
        self.sheet = sheet
        today = self.live.local(self.live.now()).date()
        for part in sheet.parts:
            if part.section.kind == "actions" and self.action_list is not None:
                self.action_list.show_actions(sheet.actions, sheet.people, today, part.is_missing)
            elif part.section.id in self.sections:
                self.sections[part.section.id].show_part(part)
        self._say_what_lacks(sheet)
        if self.hasFocus():
            self.focus_first()

    def _say_what_lacks(self, sheet: PostmortemSheet) -> None:
        missing = sheet.missing
        words = f"Still to be written: {', '.join(missing)}." if missing else "Every required section is written."
        self.lack.setText(f"{words} {sheet.note}".strip())
        set_tone(self.lack, "attention" if missing else "secondary")
        self.header.set_subtitle(sheet.title)

    def _begin(self, sheet: PostmortemSheet) -> None:
        """Another incident: its plan's sections, and what was typed for it before."""
        if self.keeper.unsaved:
            self.keeper.save()
        self.sections.clear()
        self.action_list = None
        page = Page()
        page.setProperty("surface", True)
        page.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, theme.px(12))
        column.setSpacing(0)
        for part in sheet.parts:
            column.addWidget(self._actions(sheet) if part.section.kind == "actions" else self._section(sheet, part))
            column.addWidget(rule())
        if self.action_list is None:
            column.addWidget(self._actions(sheet))
        column.addStretch(1)
        self._scroll.setWidget(page)
        self.keeper.follow(DRAFTS + sheet.incident_id[:56])

    def _section(self, sheet: PostmortemSheet, part: Part) -> SectionForm:
        form = SectionForm(part, sheet.zone)
        form.wanted.connect(lambda text: self._save(form, text))
        form.typed.connect(self.keeper.changed)
        self.sections[part.section.id] = form
        return form

    def _actions(self, sheet: PostmortemSheet) -> ActionList:
        own = next((part.section for part in sheet.parts if part.section.kind == "actions"), None)
        self.action_list = ActionList(own or Section("actions", "Action items", "actions"))
        self.action_list.adding.connect(self._add)
        self.action_list.closing.connect(self._ask_closing)
        return self.action_list

    @slot_safe
    def _appearance(self) -> None:
        self.sheet = None
        self.changed()

    def focus_first(self) -> None:
        """The first required section in which nothing stands, else the first text; or when they have been read."""
        forms = list(self.sections.values())
        empty = [form for form in forms if form.part.is_missing]
        if not forms:
            self.setFocus(Qt.FocusReason.ShortcutFocusReason)
            return
        form = (empty or forms)[0]
        form.prose.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._scroll.ensureWidgetVisible(form, 0, theme.px(12))

    # recording

    def _save(self, form: SectionForm, text: str) -> None:
        from app.services import postmortem

        def saved(_recorded: object) -> None:
            form.saved(text)
            self.keeper.changed()

        section = form.part.section
        incident = self.live.incident_id
        self.live.do(
            postmortem.write, incident, section.id, text, done=saved, refused=form.refuse, saying=section.title
        )

    @slot_safe
    def _add(self, action: Action) -> None:
        from app.services import postmortem

        shown = self.action_list
        if shown is None:
            return
        self.live.do(
            postmortem.add_action,
            self.live.incident_id,
            action.text,
            action.owner,
            action.due,
            done=lambda _recorded: shown.added(),
            refused=shown.refuse,
            saying=action.text,
        )

    @slot_safe
    def _ask_closing(self, seq: int) -> None:
        self.question.ask(
            f"Action {seq} is complete. What was done?",
            lambda text: self._close(seq, text),
            hint="may stay empty",
        )

    def _close(self, seq: int, text: str) -> None:
        from app.services import postmortem

        self.live.do(
            postmortem.close_action,
            self.live.incident_id,
            seq,
            text or None,
            done=lambda _recorded: self.question.dismiss(),
            refused=self.question.refuse,
            saying=f"Action {seq} is complete",
        )

    # drafts

    def _typed(self) -> str:
        """What is typed and not saved, by section, as JSON; empty when nothing is."""
        dirty = {name: form.text() for name, form in self.sections.items() if form.is_dirty}
        return json.dumps(dirty) if dirty else ""

    @slot_safe
    def _take_drafts(self, text: str) -> None:
        try:
            found = json.loads(text or "{}")
        except ValueError:
            return
        for name, typed in found.items():
            if name in self.sections and isinstance(typed, str):
                self.sections[name].take_draft(typed)

    def commands(self) -> Sequence[Command]:
        """A new action."""

        def is_open() -> bool:
            return self.live.look is not None

        return (
            Command(
                "add-action", "Add an action item", self.add_action, "", "What, who, by when.", "Compliance", is_open
            ),
        )

    @slot_safe
    def add_action(self) -> None:
        """Go to the line that adds an action."""
        if self.action_list is not None:
            self.action_list.text.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self._scroll.ensureWidgetVisible(self.action_list.text, 0, theme.px(60))
