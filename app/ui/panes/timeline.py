"""The timeline: what happened and when it was written down, with the scribe bar always under it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QToolButton, QWidget

from app.domain.errors import Refused
from app.domain.timeline import TimelineRow
from app.ui import tasks, theme
from app.ui.actions import Command
from app.ui.guard import slot_safe
from app.ui.live import Live
from app.ui.models.completion import Words, words_of
from app.ui.models.row_filter import Fetch, Wanted, newest
from app.ui.models.timeline_model import TimelineModel
from app.ui.pane import Pane, tool
from app.ui.widgets.entry_detail import EntryDetail
from app.ui.widgets.question import Question
from app.ui.widgets.scribe_bar import ScribeBar
from app.ui.widgets.timeline_view import Tail, TimelineView

if TYPE_CHECKING:
    from app.services.looks import Look
    from app.ui.dialogs.correct import CorrectDialog
    from app.ui.dialogs.correct import Wanted as Correction
    from app.ui.dialogs.paste_preview import Block

FOUND_LIMIT: Final = 2000
SEARCH_LIMIT: Final = 500
SEARCH_MS: Final = 120
OWN_ROWS: Final = 256
OWN_KINDS: Final = frozenset({"note", "decision", "hypothesis", "action"})

MENU: Final = "Timeline"
DECISIONS: Final = Wanted("decisions")
PEOPLE: Final = Wanted("people")

EMPTY: Final = {
    "all": "Nothing is written yet. Type what happens below and press Enter.",
    "decisions": "No decision is recorded yet. A line that begins with ! is one.",
    "people": "Nobody has written a line yet.",
    "tag": "No line has this tag.",
    "text": "No line holds all of these words.",
}
NO_INCIDENT: Final = "No incident is open. Ctrl N declares one; the board at the left opens one."


class TimelinePane(Pane):
    """List, detail and scribe bar of the open incident."""

    title = "Timeline"
    help = (
        "Newest at the bottom. j and k move, Home and End go to the ends, Enter opens the whole entry. "
        "s stars, c corrects, a has a second person sign. Ctrl F searches. Ctrl L or / goes to the scribe bar: "
        "14:32, -5m or yesterday 23:10 in front of a line says when it happened; ! decision, ? hypothesis, > action; "
        "@person, #tag, /command. Enter records, Shift Enter breaks the line."
    )

    def __init__(self, live: Live, number: int = 0) -> None:
        super().__init__(live, number)
        self.model = TimelineModel(self)
        self.view = TimelineView(self.model)
        self.tail = Tail(self.view)
        self.detail = EntryDetail()
        self.question = Question()
        self.bar = ScribeBar(live, self.words, self.last_own)
        self._incident = ""
        self._wanted = Wanted()
        self._found: tuple[TimelineRow, ...] = ()
        self._looking: tasks.Task | None = None
        self._known_words: tuple[object, Words] | None = None
        self._search_timer = QTimer(self)
        self._search_timer.setSingleShot(True)
        self._search_timer.setInterval(SEARCH_MS)
        self._build_tools()
        for widget, stretch in (
            (self._search_line(), 0), (self.tail, 1), (self.detail, 0),
            (self.bar.saving, 0), (self.question, 0), (self.bar, 0),
        ):  # fmt: skip
            self.body.addWidget(widget, stretch)
        self._connect()
        self.tail.say(NO_INCIDENT)

    def _build_tools(self) -> None:
        self._chips: dict[str, QToolButton] = {}
        for kind, word in (("all", "All"), ("decisions", "Decisions"), ("people", "People"), ("tag", "#tags")):
            made = tool(word, partial(self._chip, kind), f"Show {word.lower()}")
            made.setToolTip("")
            made.setCheckable(True)
            self._chips[kind] = made
            self.header.add_tool(made)
        search = tool("Ctrl F", self.search, "Search the timeline")
        search.setIcon(theme.icon("search", 14))
        search.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.header.add_tool(search)
        self._chips["all"].setChecked(True)

    def _search_line(self) -> QWidget:
        self._search = QWidget()
        self.phrase = QLineEdit()
        self.phrase.setPlaceholderText("Words of the line; Esc closes")
        self.phrase.setAccessibleName("Search the timeline")
        self.phrase.setClearButtonEnabled(True)
        line = QHBoxLayout(self._search)
        line.setContentsMargins(theme.px(12), theme.px(6), theme.px(12), theme.px(6))
        line.addWidget(self.phrase)
        self._search.hide()
        return self._search

    def _connect(self) -> None:
        self.live.rows_changed.connect(self._rows_changed)
        self.view.chosen.connect(self._chosen)
        self.view.opened.connect(self._open_detail)
        self.view.left.connect(self._leave_list)
        for source in (self.view, self.detail):
            source.starring.connect(self.star)
            source.correcting.connect(self.correct)
            source.approving.connect(self.approve)
        self.detail.closed.connect(self._close_detail)
        self.bar.left.connect(self.focus_list)
        self.bar.block_pasted.connect(self.preview)
        self.bar.correction_wanted.connect(self.correct_entry)
        self.phrase.textChanged.connect(lambda _text: self._search_timer.start())
        self.phrase.returnPressed.connect(self.focus_list)
        self._search_timer.timeout.connect(self._search_now)

    # what is shown

    def refresh(self) -> None:
        """The open incident advanced, or is another one."""
        look = self.live.look
        incident = look.view.incident_id if look else ""
        self.model.zone = self.live.zone
        self.view.painter_of_rows.now = self.live.now()
        if incident != self._incident:
            self._switch(incident)
        self._count()

    def _switch(self, incident: str) -> None:
        self._incident = incident
        self._known_words = None
        self._wanted = Wanted()
        self._check_chip()
        self._search.hide()
        self.detail.hide()
        self.question.dismiss()
        self.model.forget_seen()
        self._show_all()

    def _fetch(self) -> Fetch:
        session, incident = self.live.session, self._incident

        def fetch(first: int, count: int) -> Sequence[TimelineRow]:
            if session is None or not incident:
                return ()
            from app.services import incidents

            return incidents.rows(session, incident, first, count)

        return fetch

    def _show_all(self) -> None:
        self.model.show(self._fetch(), self.live.row_count if self._incident else 0)
        self._say_empty()

    @slot_safe
    def _rows_changed(self, first: int) -> None:
        """Rows from that number on are new or different."""
        if not self.isVisible() and self.live.incident_id != self._incident:
            return
        self.refresh()
        grown_only = first > 0
        if self._wanted.kind == "all":
            if not grown_only:
                self.model.reread()
            self.model.grow(self.live.row_count)
        elif grown_only:
            self._add_found(first)
        else:
            self._apply()
        if not grown_only:
            self.view.reread()
            self._refresh_detail()
        self._say_empty()
        self._count()

    def _count(self) -> None:
        look = self.live.look
        if look is None:
            self.header.set_subtitle("")
            return
        if self._wanted.kind == "all":
            self.header.set_subtitle(f"{self.live.row_count:,} rows · sealed at {look.seal_size:,}")
            return
        shown = self.model.rowCount()
        more = "newest " if shown >= (SEARCH_LIMIT if self._wanted.kind == "text" else FOUND_LIMIT) else ""
        word = f"#{self._wanted.word}" if self._wanted.kind == "tag" else ""
        self.header.set_subtitle(f"{word} {more}{shown:,} of {self.live.row_count:,}".strip())

    def _say_empty(self) -> None:
        self.tail.say(EMPTY[self._wanted.kind] if self.live.look is not None else NO_INCIDENT)

    # filters and search

    def _chip(self, kind: str) -> None:
        if kind == "tag":
            self._choose_tag()
        else:
            self.want({"decisions": DECISIONS, "people": PEOPLE}.get(kind, Wanted()))

    def _choose_tag(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for tag in self.model.tags[:20]:
            menu.addAction(f"#{tag}".replace("&", "&&"), partial(self.want, Wanted("tag", tag)))
        if menu.isEmpty():
            menu.addAction("No line has a tag yet").setEnabled(False)
        chip = self._chips["tag"]
        menu.aboutToHide.connect(self._check_chip)
        menu.popup(chip.mapToGlobal(chip.rect().bottomLeft()))

    def want(self, wanted: Wanted) -> None:
        """Show only some rows, or all of them again; the current row stays current where it is among them."""
        self._wanted = wanted
        self._check_chip()
        if wanted.kind != "text":
            self._search.hide()
        self._apply()

    def _check_chip(self) -> None:
        for kind, chip in self._chips.items():
            chip.setChecked(kind == self._wanted.kind)
        tagged = self._wanted.kind == "tag"
        self._chips["tag"].setText(f"#{self._wanted.word}" if tagged else "#tags")

    def _apply(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
        row = self.view.current()
        wanted, fetch, count, session = self._wanted, self._fetch(), self.live.row_count, self.live.session
        if wanted.kind == "all" or session is None:
            self._show_all()
            self._count()
            self._return_to(row)
            return
        if wanted.kind == "text":
            self._looking = tasks.run(lambda: self._hits(wanted.word), lambda rows: self._take(wanted, rows, row))
            return
        self._looking = tasks.run(
            lambda: newest(fetch, count, wanted, FOUND_LIMIT), lambda rows: self._take(wanted, rows, row)
        )

    def _hits(self, phrase: str) -> tuple[TimelineRow, ...]:
        from app.services import incidents

        session = self.live.session
        if session is None:
            return ()
        hits = incidents.search(session, phrase, self._incident, SEARCH_LIMIT)
        return tuple(hit.row for hit in reversed(hits))

    def _take(self, wanted: Wanted, rows: tuple[TimelineRow, ...], before: TimelineRow | None) -> None:
        if wanted != self._wanted:
            return
        self._found = rows
        self.model.show(lambda first, count: self._found[first : first + count], len(rows))
        self._say_empty()
        self._count()
        self._return_to(before)

    def _add_found(self, first: int) -> None:
        fresh = self._fetch()(first, self.live.row_count - first)
        self._found += tuple(row for row in fresh if self._wanted.accepts(row))
        self.model.grow(len(self._found))

    def _return_to(self, row: TimelineRow | None) -> None:
        place = self.model.place_of(row.seq) if row else None
        if place is not None:
            self.view.choose(place)

    @slot_safe
    def search(self) -> None:
        """Ctrl+F: words of the line."""
        if self.live.look is None:
            return
        self._search.show()
        self.phrase.selectAll()
        self.phrase.setFocus(Qt.FocusReason.ShortcutFocusReason)

    @slot_safe
    def _search_now(self) -> None:
        phrase = self.phrase.text().strip()
        if self._search.isVisible():
            self.want(Wanted("text", phrase) if phrase else Wanted())
            self._search.show()

    def reveal(self, seq: int) -> None:
        """Show an entry: make its row the current one, without a filter."""
        if self._wanted.kind != "all":
            self.want(Wanted())
        place = self.model.place_of(seq)
        if place is not None:
            self.view.choose(place)
            self.view.setFocus(Qt.FocusReason.OtherFocusReason)

    # the keyboard

    def focus_first(self) -> None:
        """The scribe bar is where a person wants to be."""
        if self.live.look is None:
            super().focus_first()
        else:
            self.bar.editor.setFocus(Qt.FocusReason.ShortcutFocusReason)

    @slot_safe
    def focus_list(self) -> None:
        """The keyboard to the rows."""
        if self.model.rowCount():
            self.view.setFocus(Qt.FocusReason.OtherFocusReason)

    @slot_safe
    def _leave_list(self) -> None:
        """Esc in the list: first the detail, then the filter, then back to the bar."""
        if self.detail.isVisible():
            self.detail.hide()
        elif self._wanted.kind != "all":
            self.phrase.clear()
            self.want(Wanted())
        else:
            self.view.to_end()
            self.focus_first()

    def commands(self) -> Sequence[Command]:
        """What the pane adds to menus and palette."""

        def opened() -> bool:
            return self.live.look is not None

        def chosen() -> bool:
            return self.view.current() is not None

        def on_current(act: Any) -> Any:
            return lambda: act(self.view.current())

        return (
            Command("scribe", "To the scribe bar", self.focus_first, "Ctrl+L", "Type what happened.", MENU, opened),
            Command("scribe-slash", "To the scribe bar (slash)", self.focus_first, "/", "", "", opened),
            Command("timeline-search", "Search the timeline", self.search, "Ctrl+F", "Words of a line.", MENU, opened),
            Command("timeline-all", "Show all rows", lambda: self.want(Wanted()), "", "", MENU, opened),
            Command("timeline-decisions", "Show decisions", lambda: self.want(DECISIONS), "", "", MENU, opened),
            Command("timeline-people", "Show what people wrote", lambda: self.want(PEOPLE), "", "", MENU, opened),
            Command("star", "Star the entry", on_current(self.star), "", "A milestone; s in the list.", MENU, chosen),
            Command("correct", "Correct the entry…", on_current(self.correct), "", "c in the list.", MENU, chosen),
            Command("approve", "Approve the entry…", on_current(self.approve), "", "a in the list.", MENU, chosen),
        )

    # detail

    @slot_safe
    def _chosen(self, row: TimelineRow | None) -> None:
        if row is None:
            self.detail.hide()
        elif self.detail.isVisible():
            self._open_detail(row)

    @slot_safe
    def _open_detail(self, row: TimelineRow) -> None:
        look = self.live.look
        if look is None:
            return
        if self.detail.isVisible() and self.detail.row is row:
            self.detail.hide()
            return
        self.detail.show_entry(row, look.view, self.live.zone)
        self.view.scrollTo(self.view.currentIndex())

    def _refresh_detail(self) -> None:
        look, row = self.live.look, self.view.current()
        if self.detail.isVisible() and look is not None and row is not None:
            self.detail.show_entry(row, look.view, self.live.zone)

    @slot_safe
    def _close_detail(self) -> None:
        self.detail.hide()
        self.focus_list()

    # acts

    @slot_safe
    def star(self, row: TimelineRow) -> None:
        """Mark the entry as a milestone, or take the mark away."""
        from app.services import journal

        self.live.do(journal.star, self._incident, row.seq, on=not row.starred, saying=f"star {row.seq}")

    @slot_safe
    def correct(self, row: TimelineRow) -> None:
        """Open the form that corrects an entry."""
        from app.ui.dialogs.correct import CorrectDialog

        dialog = CorrectDialog(row, self.live.now(), self.live.zone, self.window())
        dialog.agreed.connect(lambda wanted: self._record_correction(wanted, dialog))
        dialog.open()

    @slot_safe
    def correct_entry(self, seq: int) -> None:
        """`/correct 17`: open the form for that entry."""
        self.reveal(seq)
        row = self.view.current()
        if row is not None and row.seq == seq:
            self.correct(row)
            return
        self.live.failed.emit(Refused(f"Entry {seq} is no line of the timeline.", "Its number stands at the right."))

    def _record_correction(self, wanted: Correction, dialog: CorrectDialog) -> None:
        from app.services import journal

        self.live.do(
            journal.correct, self._incident, wanted.seq,
            text=wanted.text, happened=wanted.happened, strike=wanted.strike, to=wanted.to, reason=wanted.reason,
            saying=f"correction of {wanted.seq}", done=lambda _receipts: dialog.accept(), refused=dialog.refuse,
        )  # fmt: skip

    @slot_safe
    def approve(self, row: TimelineRow) -> None:
        """Ask which other person signs; the passphrase is asked for when the key is used."""
        look = self.live.look
        if look is None:
            return
        from app.domain.entries import shown

        people = [shown(p.name) for p in look.view.people.values() if p.active and p.fp != row.signer]
        if not people:
            self.live.failed.emit(
                Refused(
                    f"Nobody but {row.recorded_by} has a key in this incident.",
                    "Add a person with F2; a second person then approves with their own key.",
                    code="nobody-else",
                )
            )
            return
        self.question.ask(
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
            attestation.approve, self._incident, seq, as_profile=name,
            saying=f"approval of {seq}", done=lambda _receipt: self.question.dismiss(), refused=self.question.refuse,
        )  # fmt: skip

    # a block

    @slot_safe
    def preview(self, text: str) -> None:
        """Show a pasted block with the time that each line would get."""
        look = self.live.look
        if look is None:
            return
        from app.ui.dialogs.paste_preview import PastePreview

        dialog = PastePreview(text, self.live.now(), self.live.zone, look.view.number, self.window())
        dialog.agreed.connect(self.record_block)
        dialog.open()

    @slot_safe
    def record_block(self, block: Block) -> None:
        """Record every line of the block, in order, each committed by itself."""
        from app.services import journal

        for line in block.lines:
            self.bar.send(journal.log_parsed, line.text, line)

    # what the bar asks

    def words(self) -> Words:
        """The vocabulary for completion, made anew only when the incident advanced."""
        look: Look | None = self.live.look
        if look is None:
            return Words()
        known = (look, self.model.tags, self.model.speakers)
        if self._known_words is None or self._known_words[0] != known:
            self._known_words = (known, words_of(look.plan, look.view, self.model.tags, self.model.speakers))
        return self._known_words[1]

    def last_own(self) -> TimelineRow | None:
        """My last line that can be corrected, among the newest rows."""
        signer = self.live.signer
        if signer is None or not self._incident:
            return None
        count = self.live.row_count
        rows = self._fetch()(max(0, count - OWN_ROWS), min(count, OWN_ROWS))
        own = (r for r in reversed(rows) if r.signer == signer.fingerprint and r.kind in OWN_KINDS and not r.struck)
        return next(own, None)

    def tick(self, now: datetime) -> None:
        """Only the echo under the bar counts here."""
        self.bar.tick()
