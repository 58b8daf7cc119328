"""The start page: a name at the first start, afterwards recent incidents, search, declare and the sample."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QListView,
    QPushButton,
    QStackedWidget,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from app.ui import theme
from app.ui.dialogs.sign_in import passphrase_field
from app.ui.guard import override_safe, slot_safe
from app.ui.live import Live
from app.ui.models.recent_model import LINE_ROLE, Recent, RecentModel, recent
from app.ui.widgets.chip import chip_size, paint_chip
from app.ui.widgets.labels import label, rule, set_tone

Index = QModelIndex | QPersistentModelIndex
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
SEARCH_MS = 120
HITS = 40
TITLE_ROOM = 180
"""What a title has before the remark at its right."""
LATER = (
    "It stands beside everything you record. Your signing key is made now;"
    " passphrase, recovery sheet and organisation can wait."
)
IN_A_FILE = "Nobody can restore a forgotten passphrase. Recovery sheet and organisation can wait."


class RecentDelegate(QStyledItemDelegate):
    """Chip, number, words, and a quiet remark at the right."""

    @override_safe(QSize(0, theme.ROW))
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, theme.px(34))

    @override_safe(None)
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        line = index.data(LINE_ROLE)
        if not isinstance(line, Recent):
            return
        area: QRect = option.rect
        chosen = bool(option.state & QStyle.StateFlag.State_Selected) and bool(
            option.state & QStyle.StateFlag.State_Active
        )
        painter.save()
        if chosen and option.state & QStyle.StateFlag.State_HasFocus:
            painter.fillRect(area, theme.colour("tint"))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(area, theme.colour("alternate"))
        inner = area.adjusted(theme.px(8), 0, -theme.px(8), 0)
        left = inner.left()
        if line.severity:
            size = chip_size(line.severity, small=True)
            top = area.center().y() + 1 - size.height() / 2
            place = QRectF(left, top, size.width(), size.height())
            paint_chip(painter, place, line.rank, line.severity, small=True)
        left += self._chip_room(index)
        painter.setFont(theme.font(theme.SMALL))
        painter.setPen(theme.colour("secondary"))
        metrics = painter.fontMetrics()
        number = max(metrics.horizontalAdvance(line.number) + theme.px(14), theme.px(124))
        painter.drawText(QRect(left, area.top(), number, area.height()), _LEFT, line.number)
        left += number
        taken = metrics.horizontalAdvance(line.note) + theme.px(12)
        whole = QFontMetrics(theme.font()).horizontalAdvance(line.text)
        if inner.right() - taken - left < min(whole, theme.px(TITLE_ROOM)):
            taken = 0
        else:
            painter.drawText(inner, _RIGHT, line.note)
        painter.setFont(theme.font())
        painter.setPen(theme.colour("text"))
        room = inner.right() - taken - left
        shown = painter.fontMetrics().elidedText(line.text, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRect(left, area.top(), room, area.height()), _LEFT, shown)
        painter.restore()

    def _chip_room(self, index: Index) -> int:
        """The numbers stand behind the widest chip of the list."""
        model = index.model()
        lines = (model.index(row, 0).data(LINE_ROLE) for row in range(model.rowCount()))
        chips = [line.severity for line in lines if isinstance(line, Recent) and line.severity]
        widest = max((chip_size(chip, small=True).width() for chip in chips), default=0)
        return max(widest + theme.px(12), theme.px(78))


class RecentList(QListView):
    """j, k and Enter."""

    chosen = Signal(str)

    def __init__(self, model: RecentModel) -> None:
        super().__init__()
        self._lines = model
        self.setModel(model)
        self.setItemDelegate(RecentDelegate(self))
        self.setAccessibleName("Recent incidents")
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.clicked.connect(self._clicked)

    @slot_safe
    def _clicked(self, index: QModelIndex) -> None:
        self._choose(index.row())

    def _choose(self, place: int) -> None:
        if 0 <= place < len(self._lines.lines):
            self.chosen.emit(self._lines.lines[place].incident_id)

    @override_safe(None)
    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_J: 1, Qt.Key.Key_Down: 1, Qt.Key.Key_K: -1, Qt.Key.Key_Up: -1}
        step = steps.get(Qt.Key(event.key()))
        if step is not None:
            place = max(0, min(self.currentIndex().row() + step, len(self._lines.lines) - 1))
            self.setCurrentIndex(self._lines.index(place))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose(self.currentIndex().row())
        else:
            super().keyPressEvent(event)


class FirstStart(QWidget):
    """One field: a name is enough."""

    named = Signal(str, str)
    """The name, and a passphrase where the machine has no keyring."""
    sample_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.name = QLineEdit()
        self.name.setPlaceholderText("Your name")
        self.name.setAccessibleName("Your name")
        self.name.setMaxLength(120)
        self.passphrase = passphrase_field("Passphrase for your key")
        self.again = passphrase_field("The same again")
        for each in (self.passphrase, self.again):
            each.hide()
        self.go = QPushButton("Continue")
        self.go.setProperty("primary", True)
        self.problem = label("", tone="overdue")
        self.problem.setWordWrap(True)
        hint = self._hint = label(LATER, "small")
        hint.setWordWrap(True)
        line = QHBoxLayout()
        line.setSpacing(theme.px(8))
        line.addWidget(self.name, 1)
        line.addWidget(self.go)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.px(56), 0, 0)
        column.setSpacing(theme.px(10))
        column.addWidget(label("Who are you?", "title"))
        column.addLayout(line)
        column.addWidget(self.passphrase)
        column.addWidget(self.again)
        column.addWidget(self.problem)
        column.addWidget(hint)
        column.addSpacing(theme.px(18))
        column.addWidget(rule())
        column.addSpacing(theme.px(10))
        column.addWidget(sample_line(self.sample_wanted))
        column.addStretch(1)
        self.problem.hide()
        self.name.returnPressed.connect(self._entered)
        self.passphrase.returnPressed.connect(self.again.setFocus)
        self.again.returnPressed.connect(self._entered)
        self.go.clicked.connect(self._entered)

    @slot_safe
    def _entered(self) -> None:
        name = " ".join(self.name.text().split())
        if not name:
            self.refuse("Type your name; it stands beside everything you record.")
            self.name.setFocus()
            return
        if not self.passphrase.isHidden() and not self.passphrase.text():
            self.refuse("Type a passphrase; your key is kept in a file that it opens.")
            self.passphrase.setFocus()
            return
        if self.passphrase.text() != self.again.text():
            self.refuse("The two passphrases differ.")
            self.again.clear()
            self.again.setFocus()
            return
        self.problem.hide()
        self.busy(True)
        self.named.emit(name, self.passphrase.text())

    def ask_passphrase(self, reason: str) -> None:
        """The machine has no keyring: the key goes into a file, which needs a passphrase."""
        self.passphrase.show()
        self.again.show()
        self.busy(False)
        set_tone(self.problem, "")
        self.problem.setText(f"{reason} Choose a passphrase: your key is kept in a file that it opens.")
        self.problem.show()
        self._hint.setText(IN_A_FILE)
        self.passphrase.setFocus()

    def refuse(self, sentence: str) -> None:
        """Say inline why it did not work."""
        self.busy(False)
        set_tone(self.problem, "overdue")
        self.problem.setText(sentence)
        self.problem.show()

    def busy(self, on: bool) -> None:
        """While the key is being made."""
        self.go.setEnabled(not on)
        self.go.setText("Making the key…" if on else "Continue")


def sample_line(wanted: Signal | object) -> QWidget:
    """The way to the sample, which says that nothing in it is real."""
    line = QWidget()
    row = QHBoxLayout(line)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(theme.px(12))
    button = QPushButton("Open the sample incident")

    @slot_safe
    def pressed() -> None:
        emit = getattr(wanted, "emit", None)
        if emit is not None:
            emit()

    button.clicked.connect(pressed)
    row.addWidget(button)
    words = label("SAMPLE: an invented clinic, kept apart from your own record.", "small")
    words.setWordWrap(True)
    row.addWidget(words, 1)
    return line


class Recents(QWidget):
    """Search, recent incidents, declare, sample."""

    chosen = Signal(str)
    declare_wanted = Signal()
    sample_wanted = Signal()

    def __init__(self, live: Live) -> None:
        super().__init__()
        self._live = live
        self.model = RecentModel()
        self.list = RecentList(self.model)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search numbers, titles, people and every line of every timeline")
        self.search.setAccessibleName("Search incidents")
        self.search.setClearButtonEnabled(True)
        self.caption = label("Recent incidents", "caption")
        self.none = label("Nothing has been declared here yet.", "small")
        self.declare = QPushButton("Declare an incident   Ctrl N")
        self.declare.setProperty("primary", True)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(SEARCH_MS)
        self._build()
        self.search.textChanged.connect(self._typed)
        self._later.timeout.connect(self._search)
        self.search.returnPressed.connect(self._to_list)
        self.list.chosen.connect(self.chosen)
        self.declare.clicked.connect(self._declare)

    def _build(self) -> None:
        line = QHBoxLayout()
        line.setSpacing(theme.px(8))
        line.addWidget(self.search, 1)
        line.addWidget(self.declare)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(8))
        column.addLayout(line)
        column.addSpacing(theme.px(8))
        column.addWidget(self.caption)
        column.addWidget(self.none)
        column.addWidget(self.list, 1)
        column.addWidget(rule())
        column.addSpacing(theme.px(6))
        column.addWidget(sample_line(self.sample_wanted))

    @slot_safe
    def _declare(self) -> None:
        self.declare_wanted.emit()

    @slot_safe
    def _typed(self) -> None:
        self.refresh()
        self._later.start()

    @slot_safe
    def _to_list(self) -> None:
        self.list.setFocus()
        if self.model.lines and not self.list.currentIndex().isValid():
            self.list.setCurrentIndex(self.model.index(0))

    def refresh(self) -> None:
        """Recent incidents, or those whose card matches what is typed."""
        text = self.search.text().strip()
        self._show(recent(self._live.cards, self._live.plans, self._live.zone, text), text)

    @slot_safe
    def _search(self) -> None:
        text = self.search.text().strip()
        if len(text) < 2 or self._live.session is None:
            return
        from app.services import incidents

        def found(hits: Sequence[Any]) -> None:
            if self.search.text().strip() == text:
                by_card = recent(self._live.cards, self._live.plans, self._live.zone, text)
                self._show((*by_card, *_lines_of(hits)), text)

        self._live.read(incidents.search, text, None, HITS, done=found)

    def _show(self, lines: tuple[Recent, ...], text: str) -> None:
        self.model.show_lines(lines)
        self.caption.setText("Found" if text else "Recent incidents")
        self.caption.setVisible(bool(lines))
        self.list.setVisible(bool(lines))
        self.none.setVisible(not lines)
        self.none.setText("Nothing matches." if text else "Nothing has been declared here yet. Ctrl N declares.")


def _lines_of(hits: Sequence[Any]) -> tuple[Recent, ...]:
    return tuple(Recent(hit.incident_id, hit.number, hit.row.text, "", 0, f"entry {hit.row.seq}") for hit in hits)


class StartPage(QWidget):
    """Fills the window while no incident is open."""

    chosen = Signal(str)
    declare_wanted = Signal()
    sample_wanted = Signal()
    named = Signal(str, str)

    def __init__(self, live: Live) -> None:
        super().__init__()
        self._live = live
        self.setProperty("surface", True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName("Start page")
        self.first, self.recents = FirstStart(), Recents(live)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.recents)
        self._stack.addWidget(self.first)
        across = QHBoxLayout(self)
        across.addStretch(1)
        across.addWidget(self._stack, 6)
        across.addStretch(1)
        self._across = across
        theme.watch().changed.connect(self._sized)
        self._sized()
        for signal, mine in ((self.recents.chosen, self.chosen), (self.first.named, self.named)):
            signal.connect(mine)
        self.recents.declare_wanted.connect(self.declare_wanted)
        self.recents.sample_wanted.connect(self.sample_wanted)
        self.first.sample_wanted.connect(self.sample_wanted)
        live.board_changed.connect(self.refresh)
        live.ready.connect(self.refresh)
        live.signer_changed.connect(self.refresh)
        self.refresh()

    @slot_safe
    def _sized(self) -> None:
        self._stack.setMaximumWidth(theme.px(760))
        self._across.setContentsMargins(theme.px(24), theme.px(48), theme.px(24), theme.px(32))

    @property
    def is_first_start(self) -> bool:
        """Whether nobody has a key here yet."""
        return self._stack.currentWidget() is self.first

    @slot_safe
    def refresh(self) -> None:
        """The field for a name while nobody has a key, else what happened last."""
        nobody = self._live.session is not None and self._live.signer is None
        self._stack.setCurrentWidget(self.first if nobody else self.recents)
        self.recents.refresh()

    def focus_first(self) -> None:
        """Where typing goes."""
        (self.first.name if self.is_first_start else self.recents.search).setFocus()
