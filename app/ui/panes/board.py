"""The severity board: every open incident as a card, the worst first within its plan."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QListView, QStackedWidget

from app.ui import theme
from app.ui.actions import Command
from app.ui.guard import override_safe, slot_safe
from app.ui.live import Live
from app.ui.models.board_model import BoardModel, board_rows
from app.ui.pane import Pane, tool
from app.ui.widgets.board_delegate import BoardDelegate
from app.ui.widgets.empty import Empty


class BoardList(QListView):
    """The list of cards; the keyboard moves from card to card and skips headings."""

    chosen = Signal(str)
    filter_wanted = Signal()

    def __init__(self, model: BoardModel) -> None:
        super().__init__()
        self._rows = model
        self.setModel(model)
        self.setAccessibleName("Open incidents")
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.clicked.connect(self._clicked)

    def step(self, by: int) -> None:
        """The next card down (1) or up (-1)."""
        cards = [place for place, row in enumerate(self._rows.rows) if row.card is not None]
        if not cards:
            return
        here = self.currentIndex().row()
        ahead = [place for place in cards if (place > here if by > 0 else place < here)]
        self.go(ahead[0] if by > 0 and ahead else ahead[-1] if ahead else cards[-1 if by > 0 else 0])

    def go(self, place: int) -> None:
        """To the card at a row."""
        index = self._rows.index(place)
        self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self.scrollTo(index)

    @slot_safe
    def _clicked(self, index: QModelIndex) -> None:
        self._choose(index.row())

    def _choose(self, place: int) -> None:
        row = self._rows.rows[place] if 0 <= place < len(self._rows.rows) else None
        if row is not None and row.card is not None:
            self.chosen.emit(row.card.incident_id)

    @override_safe(None)
    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if plain and key in (Qt.Key.Key_J, Qt.Key.Key_Down):
            self.step(1)
        elif plain and key in (Qt.Key.Key_K, Qt.Key.Key_Up):
            self.step(-1)
        elif plain and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._choose(self.currentIndex().row())
        elif plain and key == Qt.Key.Key_F:
            self.filter_wanted.emit()
        else:
            super().keyPressEvent(event)


class Filter(QLineEdit):
    """Narrows a list while one types; Esc or Down goes back to the list."""

    left = Signal(bool)
    """The list takes over; True when the filter is to be cleared."""

    @override_safe(None)
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit(True)
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.left.emit(False)
        else:
            super().keyPressEvent(event)


class BoardPane(Pane):
    """Open incidents by plan and severity; closed ones appear when the filter finds them."""

    title = "Severity board"
    help = (
        "Every open incident is a card, the worst level of each plan first; plans stand in the order of their"
        " tightest clock. j and k move, Enter opens, f filters and finds closed incidents too, Ctrl N declares."
    )

    def __init__(self, live: Live, number: int = 0) -> None:
        super().__init__(live, number)
        self.model = BoardModel()
        self.list = BoardList(self.model)
        self._delegate = BoardDelegate(self.list)
        self.list.setItemDelegate(self._delegate)
        self.filter = Filter()
        self.filter.setPlaceholderText("Number, title, person, state")
        self.filter.setAccessibleName("Filter incidents")
        self.filter.setClearButtonEnabled(True)
        self.filter.hide()
        self._empty = Empty("No open incident", "Ctrl N declares one. f finds closed ones.")
        self._nothing = Empty("No incident matches", "Esc clears the filter.")
        self._stack = QStackedWidget()
        for each in (self.list, self._empty, self._nothing):
            self._stack.addWidget(each)
        self.body.addWidget(self.filter)
        self.body.addSpacing(theme.px(4))
        self.body.addWidget(self._stack, 1)
        self.header.add_tool(tool("Filter", self.show_filter, "Filter (f)"))
        self._connect()
        self.refresh()

    def _connect(self) -> None:
        self.list.chosen.connect(self.live.open)
        self.list.filter_wanted.connect(self.show_filter)
        self.filter.textChanged.connect(self._refilter)
        self.filter.left.connect(self._leave_filter)
        self.live.board_changed.connect(self.changed)
        theme.watch().changed.connect(self._appearance)

    @slot_safe
    def _appearance(self) -> None:
        self.list.scheduleDelayedItemsLayout()

    @slot_safe
    def _refilter(self) -> None:
        self.refresh()

    @slot_safe
    def show_filter(self) -> None:
        """Type to narrow the board."""
        self.filter.show()
        self.filter.setFocus()

    @slot_safe
    def _leave_filter(self, clear: bool) -> None:
        if clear:
            self.filter.clear()
        self.filter.setVisible(bool(self.filter.text()))
        self.focus_first()

    def refresh(self) -> None:
        """The cards as `live` holds them."""
        text = self.filter.text().strip()
        open_count = sum(not card.closed for card in self.live.cards)
        self.header.set_subtitle(f"{open_count} open" if open_count else "")
        here = self._current_incident()
        self.model.show_rows(board_rows(self.live.cards, self.live.plans, self.live.now(), self.live.zone, text))
        was, self._delegate.opened = self._delegate.opened, self.live.incident_id
        self._keep(here or self.live.incident_id)
        shown = self.list if self.model.rows else self._nothing if text else self._empty
        self._stack.setCurrentWidget(shown)
        if was != self.live.incident_id and self.isVisible():
            self.list.viewport().update()

    def _current_incident(self) -> str:
        place = self.list.currentIndex().row()
        card = self.model.rows[place].card if 0 <= place < len(self.model.rows) else None
        return card.incident_id if card else ""

    def _keep(self, incident_id: str) -> None:
        place = self.model.place_of(incident_id)
        if place >= 0 and place != self.list.currentIndex().row():
            self.list.go(place)

    def tick(self, now: datetime) -> None:
        """Countdowns."""
        self.model.show_rows(
            board_rows(self.live.cards, self.live.plans, now, self.live.zone, self.filter.text().strip())
        )

    def focus_first(self) -> None:
        """The list, at the card that is open."""
        if not self.model.rows:
            self.setFocus(Qt.FocusReason.ShortcutFocusReason)
            return
        if not self._current_incident():
            self.list.step(1)
        self.list.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def commands(self) -> Sequence[Command]:
        """The filter."""
        title, hint = "Filter the severity board", "Closed incidents are found too."
        return (Command("filter-board", title, self.show_filter, "", hint, "View"),)
