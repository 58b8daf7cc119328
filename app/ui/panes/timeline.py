"""The timeline: what happened and when it was written down, with the scribe bar always under it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cached_property, partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QToolButton, QWidget

from app.domain.errors import NotAllowed
from app.domain.timeline import TimelineRow
from app.ui import theme
from app.ui.actions import Command
from app.ui.guard import slot_safe
from app.ui.live import Live
from app.ui.models.completion import Words, words_of
from app.ui.models.row_filter import Wanted
from app.ui.models.timeline_model import TimelineModel
from app.ui.models.timeline_source import TimelineSource
from app.ui.pane import Pane, tool
from app.ui.widgets.chip_row import ChipRow
from app.ui.widgets.scribe_bar import ScribeBar
from app.ui.widgets.timeline_acts import TimelineActs
from app.ui.widgets.timeline_view import Tail, TimelineView

if TYPE_CHECKING:
    from app.ui.widgets.entry_detail import EntryDetail
    from app.ui.widgets.question import Question

SEARCH_MS: Final = 120
OWN_ROWS: Final = 256
OWN_KINDS: Final = frozenset({"note", "decision", "hypothesis", "action"})
TAGS_SHOWN: Final = 24
CHIPS: Final = {"all": "All", "decisions": "Decisions", "people": "People", "tag": "#tags"}
MENU: Final = "Timeline"
IN_THE_BAR: Final = {
    "ack": "Acknowledge the incident…",
    "sev": "Change the severity…",
    "state": "Change the state…",
    "update": "Record an update that was sent…",
    "decide": "Record a decision…",
}
"""Acts that the bar's grammar knows, for those who look for them in a menu or in the palette."""
ALL: Final = Wanted()
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
        "@person, #tag, /command. Enter records, Shift Enter breaks the line, ↑ in the empty bar corrects my last line."
    )

    def __init__(self, live: Live, number: int = 0) -> None:
        super().__init__(live, number)
        self.model = TimelineModel(self)
        self.source = TimelineSource(live, self.model, self)
        self.view = TimelineView(self.model)
        self.tail = Tail(self.view)
        self.bar = ScribeBar(live, self.words, self.last_own)
        self.acts = TimelineActs(live, self.bar, lambda: self.question, self.window)
        self._kept: TimelineRow | None = None
        self._known_words: tuple[object, Words] | None = None
        self._search_timer = QTimer(self)
        self._search_timer.setSingleShot(True)
        self._search_timer.setInterval(SEARCH_MS)
        self._build_tools()
        self.body.addWidget(self._search_line())
        self.body.addWidget(self.tail, 1)
        for widget in (self.bar.saving, self.bar):
            self.body.addWidget(widget)
        self._connect()
        self.tail.say(NO_INCIDENT)

    def _build_tools(self) -> None:
        self._row = ChipRow()
        self._chips: dict[str, QToolButton] = {}
        for rank, (kind, word) in enumerate(CHIPS.items(), 1):
            self._chips[kind] = self._check(word, partial(self._chip, kind), f"Show {word.lower()}", rank)
        told = "Sort by when it happened instead of when it was recorded"
        self._by_time = self._check("By time", self._sort, told, len(CHIPS) + 1)
        self._by_time.setToolTip(told)
        self._find = tool("Ctrl F", self.search, "Search the timeline")
        self._find.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._row.add(self._find, 0)
        self._row.in_tab_order()
        self.header.add_tool(self._row)
        theme.watch().changed.connect(self._tint)
        self._tint()
        self._check_chips()

    @slot_safe
    def _tint(self) -> None:
        self._find.setIcon(theme.icon("search", 14))
        self._row.arrange()

    def _check(self, word: str, run: Callable[[], object], name: str, rank: int) -> QToolButton:
        made = tool(word, run, name)
        made.setToolTip("")
        made.setCheckable(True)
        self._row.add(made, rank)
        return made

    def _search_line(self) -> QWidget:
        self._search = QWidget()
        self.phrase = QLineEdit()
        self.phrase.setPlaceholderText("Words of the line; Enter goes to the rows, Esc closes")
        self.phrase.setAccessibleName("Search the timeline")
        self.phrase.setClearButtonEnabled(True)
        line = QHBoxLayout(self._search)
        line.setContentsMargins(theme.px(12), theme.px(6), theme.px(12), theme.px(6))
        line.addWidget(self.phrase)
        self._search.hide()
        return self._search

    def _connect(self) -> None:
        self.source.shown.connect(self._shown)
        self.source.grown.connect(self._count)
        self.view.chosen.connect(self._chosen)
        self.view.opened.connect(self._open_detail)
        self.view.left.connect(self._leave_list)
        self._connect_acts(self.view)
        self.bar.left.connect(self.focus_list)
        self.bar.block_pasted.connect(self.acts.preview)
        self.bar.correction_wanted.connect(self.correct_entry)
        self.phrase.textChanged.connect(self._phrase_typed)
        self.phrase.returnPressed.connect(self.focus_list)
        self._search_timer.timeout.connect(self._search_now)

    def _connect_acts(self, origin: TimelineView | EntryDetail) -> None:
        origin.starring.connect(self.acts.star)
        origin.correcting.connect(self.acts.correct)
        origin.approving.connect(self.acts.approve)

    # What the first picture does not show is made, and its module loaded, when it is first wanted.

    @cached_property
    def detail(self) -> EntryDetail:
        """The whole of one entry, between list and bar."""
        from app.ui.widgets import entry_detail

        made = entry_detail.EntryDetail()
        made.hide()
        self.body.insertWidget(self.body.indexOf(self.tail) + 1, made)
        self._connect_acts(made)
        made.closed.connect(self._close_detail)
        return made

    @property
    def _detail_is_open(self) -> bool:
        return "detail" in vars(self) and self.detail.isVisible()

    @cached_property
    def question(self) -> Question:
        """What is asked at the foot of the pane."""
        from app.ui.widgets import question

        made = question.Question()
        self.body.insertWidget(self.body.indexOf(self.bar), made)
        return made

    # what is shown

    def refresh(self) -> None:
        """The open incident advanced, or is another one."""
        self.view.painter_of_rows.now = self.live.now()
        if self.source.follow():
            self._kept = self._known_words = None
            self._search.hide()
            if "detail" in vars(self):
                self.detail.hide()
            if "question" in vars(self):
                self.question.dismiss()
            self._check_chips()
        self._count()

    @slot_safe
    def _shown(self) -> None:
        """Other rows, or the same read again: keep the current row where it is still there."""
        self._check_chips()
        self._count()
        if self._kept is not None and not self.view.currentIndex().isValid():
            self._choose_seq(self._kept.seq)
        self.view.reread()
        look, row = self.live.look, self.view.current()
        if self._detail_is_open and look is not None and row is not None:
            self.detail.show_entry(row, look.view, self.live.zone)

    @slot_safe
    def _count(self) -> None:
        look, total, wanted = self.live.look, self.source.total, self.source.wanted
        self.tail.say(EMPTY[wanted.kind] if self.source.incident else NO_INCIDENT)
        if not self.source.incident:
            self.header.set_subtitle("")
        elif wanted.kind == "all":
            sealed = f" · sealed at {look.seal_size:,}" if look else ""
            self.header.set_subtitle(f"{total:,} rows{sealed}")
        else:
            self.header.set_subtitle(f"{self.model.rowCount():,} of {total:,}")

    def _choose_seq(self, seq: int) -> bool:
        place = self.model.place_of(seq) if self.source.wanted.by == "ts" else self._found(seq)
        if place is not None:
            self.view.choose(place)
        return place is not None

    def _found(self, seq: int) -> int | None:
        """A row of a list that is not in the order of entries: looked for among the newest only."""
        count = self.model.rowCount()
        places = range(count - 1, max(-1, count - 1 - OWN_ROWS), -1)
        return next((n for n in places if (row := self.model.row_at(n)) is not None and row.seq == seq), None)

    # filters, order and search

    def _chip(self, kind: str) -> None:
        if kind == "tag":
            self._choose_tag()
        else:
            self.want({"decisions": DECISIONS, "people": PEOPLE}.get(kind, ALL))

    def _choose_tag(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for tag in self.model.tags[:TAGS_SHOWN]:
            menu.addAction(f"#{tag}".replace("&", "&&"), partial(self.want, Wanted("tag", tag)))
        if menu.isEmpty():
            menu.addAction("No line has a tag yet").setEnabled(False)
        chip = self._chips["tag"] if self._chips["tag"].isVisible() else self._find
        menu.aboutToHide.connect(self._check_chips)
        menu.popup(chip.mapToGlobal(chip.rect().bottomLeft()))

    def _sort(self) -> None:
        self._kept = self.view.current()
        self.source.sort("at" if self.source.wanted.by == "ts" else "ts")

    def want(self, wanted: Wanted) -> None:
        """Show only some rows, or all of them again; the current row stays current where it is among them."""
        self._kept = self.view.current() or self._kept
        if wanted.kind != "text":
            self._search.hide()
        self.source.want(wanted)
        self._check_chips()

    @slot_safe
    def _check_chips(self) -> None:
        wanted = self.source.wanted
        for kind, chip in self._chips.items():
            chip.setChecked(kind == wanted.kind)
        self._chips["tag"].setText(f"#{wanted.word}".replace("&", "&&") if wanted.kind == "tag" else "#tags")
        self._by_time.setChecked(wanted.by == "at")
        self._row.arrange()

    @slot_safe
    def search(self) -> None:
        """Ctrl+F: words of the line."""
        if self.source.incident:
            self._search.show()
            self.phrase.selectAll()
            self.phrase.setFocus(Qt.FocusReason.ShortcutFocusReason)

    @slot_safe
    def _phrase_typed(self) -> None:
        self._search_timer.start()

    @slot_safe
    def _search_now(self) -> None:
        phrase = self.phrase.text().strip()
        if self._search.isVisible():
            self.want(Wanted("text", phrase) if phrase else ALL)
            self._search.show()

    def reveal(self, seq: int) -> None:
        """Show an entry: make its row the current one, without a filter."""
        if not self.source.wanted.is_plain:
            self.source.wanted = ALL
            self.want(ALL)
        if self._choose_seq(seq):
            self.view.setFocus(Qt.FocusReason.OtherFocusReason)

    # the keyboard

    def focus_first(self) -> None:
        """The scribe bar is where a person wants to be."""
        if self.live.look is None:
            super().focus_first()
        else:
            self.bar.take_keyboard()

    @slot_safe
    def focus_list(self) -> None:
        """The keyboard to the rows."""
        if self.model.rowCount():
            self.view.setFocus(Qt.FocusReason.OtherFocusReason)

    @slot_safe
    def _leave_list(self) -> None:
        """Esc in the list: first the detail, then the filter, then back to the bar."""
        if self._detail_is_open:
            self.detail.hide()
        elif self.source.wanted.kind != "all":
            self.phrase.clear()
            self.want(ALL)
        else:
            self.view.to_end()
            self.focus_first()

    def commands(self) -> Sequence[Command]:
        """What the pane adds to menus and palette."""

        def opened() -> bool:
            return self.live.look is not None

        def chosen() -> bool:
            return self.view.current() is not None

        def on_current(act: Callable[[TimelineRow | None], object]) -> Callable[[], object]:
            return lambda: act(self.view.current())

        acts = self.acts
        return (
            *(
                Command(f"bar-{name}", title, partial(self.bar.begin, name), "", f"/{name} in the bar", MENU, opened)
                for name, title in IN_THE_BAR.items()
            ),
            Command("scribe", "To the scribe bar", self.focus_first, "Ctrl+L", "Type what happened.", MENU, opened),
            Command("scribe-slash", "To the scribe bar (slash)", self.focus_first, "/", "", "", opened),
            Command("timeline-search", "Search the timeline", self.search, "Ctrl+F", "Words of a line.", MENU, opened),
            Command("timeline-all", "Show all rows", partial(self.want, ALL), "", "", MENU, opened),
            Command("timeline-decisions", "Show decisions", partial(self.want, DECISIONS), "", "", MENU, opened),
            Command("timeline-people", "Show what people wrote", partial(self.want, PEOPLE), "", "", MENU, opened),
            Command("timeline-tag", "Show the lines of a tag…", self._choose_tag, "", "", MENU, opened),
            Command("timeline-by-time", "Sort by time or as recorded", self._sort, "", "", MENU, opened),
            Command("star", "Star the entry", on_current(acts.star), "", "A milestone; s in the list.", MENU, chosen),
            Command("correct", "Correct the entry…", on_current(acts.correct), "", "c in the list.", MENU, chosen),
            Command("approve", "Approve the entry…", on_current(acts.approve), "", "a in the list.", MENU, chosen),
        )

    # detail

    @slot_safe
    def _chosen(self, row: TimelineRow | None) -> None:
        if row is None:
            return
        self._kept = row
        if self._detail_is_open:
            self._show_detail(row)

    @slot_safe
    def _open_detail(self, row: TimelineRow) -> None:
        if self._detail_is_open and self.detail.row == row:
            self.detail.hide()
        else:
            self._show_detail(row)

    def _show_detail(self, row: TimelineRow) -> None:
        look = self.live.look
        if look is not None:
            self.detail.show_entry(row, look.view, self.live.zone)
            self.view.scrollTo(self.view.currentIndex())

    @slot_safe
    def _close_detail(self) -> None:
        self.detail.hide()
        self.focus_list()

    @slot_safe
    def correct_entry(self, seq: int) -> None:
        """`/correct 17`: open the form for that entry."""
        self.reveal(seq)
        row = self.view.current()
        if row is not None and row.seq == seq:
            self.acts.correct(row)
        else:
            told = "Its number stands at the right of its line."
            self.live.failed.emit(NotAllowed(f"Entry {seq} is no line of the timeline.", told, code="no-row"))

    # what the bar asks

    def words(self) -> Words:
        """The vocabulary for completion, made anew only when the incident advanced."""
        look = self.live.look
        if look is None:
            return Words()
        known = (look.view.incident_id, look.view.entry_count, len(self.model.tags), len(self.model.speakers))
        if self._known_words is None or self._known_words[0] != known:
            self._known_words = (known, words_of(look.plan, look.view, self.model.tags, self.model.speakers))
        return self._known_words[1]

    def last_own(self) -> TimelineRow | None:
        """My last line that can be corrected, among the newest rows."""
        signer = self.live.signer
        if signer is None:
            return None
        newest = reversed(self.source.newest(OWN_ROWS))
        own = (r for r in newest if r.signer == signer.fingerprint and r.kind in OWN_KINDS and not r.struck)
        return next(own, None)

    def tick(self, now: datetime) -> None:
        """Only the echo under the bar counts here."""
        self.bar.tick()

    def leave(self) -> None:
        """The window closes: keep what is being typed."""
        self.bar.save_draft()
