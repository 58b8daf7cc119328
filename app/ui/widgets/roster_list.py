"""The list of roles with their holders, painted; the row with the keyboard unfolds."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QFontMetrics, QHelpEvent, QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
)

from app.ui import theme
from app.ui.guard import override_safe, slot_safe
from app.ui.models.roster_model import RosterModel, Seat
from app.ui.models.spans import Run, one_line
from app.ui.widgets.inked import Laid, lay_out

Index = QModelIndex | QPersistentModelIndex
PAD: Final = 12
MIDDLE: Final = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
RIGHT: Final = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)
_ELIDE: Final = Qt.TextElideMode.ElideRight
_PLAIN: Final = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)


def below(seat: Seat, current: bool) -> tuple[tuple[str, str], ...]:
    """The smaller lines under a role as ink and text; all of them only where the keyboard is."""
    lines: list[tuple[str, str]] = []
    if seat.warning and seat.holder:
        lines.append(("attention", seat.warning))
    if not seat.holder and seat.planned and (current or seat.needed):
        lines.append(("secondary", f"the plan names {seat.planned}"))
    if current and seat.kind == "role":
        lines += _facts(seat)
    if current and seat.kind == "escalation" and seat.note:
        lines.append(("secondary", seat.note))
    return tuple(lines)


def _facts(seat: Seat) -> list[tuple[str, str]]:
    facts = [("text", f"backup {seat.backup}")] if seat.backup else []
    facts += [("secondary", f"handed over by {seat.handed_over_from}")] if seat.handed_over_from else []
    facts += [("secondary", f"unsigned by {seat.unsigned}")] if seat.unsigned else []
    facts += [("secondary", f"the plan names {seat.planned}")] if seat.planned and seat.holder else []
    facts += [("secondary", f"planned backup {seat.planned_backup}")] if seat.planned_backup else []
    facts += [("secondary", f"· {duty}") for duty in seat.duties[:3]]
    facts += [("secondary", "our default, the plan does not name this role")] if seat.ours else []
    return facts


class RosterDelegate(QStyledItemDelegate):
    """Role, holder and since on one line; what else is known under it."""

    def __init__(self, view: QListView, model: RosterModel) -> None:
        super().__init__(view)
        self._view = view
        self._model = model

    def _current(self, index: Index) -> bool:
        return index == self._view.currentIndex() and self._view.selectionModel().isSelected(index)

    def _split(self, width: int) -> int:
        """Where the holders begin: behind the longest title, within reason."""
        metrics = QFontMetrics(theme.font())
        longest = max((metrics.horizontalAdvance(seat.title) for seat in self._model.seats), default=0)
        return min(max(longest + theme.px(12), width * 2 // 5), width * 51 // 100)

    def _lines(self, seat: Seat, current: bool, width: int) -> list[Laid]:
        room = width - 2 * theme.px(PAD)
        font = theme.font(theme.CAPTION)
        lines = below(seat, current)
        if current and seat.kind == "role" and seat.since and not self._room_for_since(seat, room):
            lines = (("secondary", f"since {seat.since}"), *lines)
        return [lay_out((Run(one_line(text)),), room, 2, font=font, plain=ink) for ink, text in lines]

    def _room_for_since(self, seat: Seat, width: int) -> int:
        """What the time at the right takes; 0 where the name needs the room: who it is counts more than since when."""
        since = QFontMetrics(theme.font(theme.CAPTION)).horizontalAdvance(seat.since)
        name = QFontMetrics(theme.font()).horizontalAdvance(seat.holder) + theme.px(16 if seat.unsigned else 2)
        if seat.kind == "escalation":
            since = min(since, width // 3)
        elif self._split(width) + name + theme.px(8) + since > width:
            return 0
        return since + theme.px(8) if since else 0

    @override_safe(QSize(0, 0))
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        seat = self._model.seat_at(index)
        width = self._view.viewport().width()
        if seat is None:
            return QSize(width, theme.row())
        lines = self._lines(seat, self._current(index), width)
        under = sum(laid.height for laid in lines)
        return QSize(width, theme.row() + round(under) + (theme.px(5) if lines else 0))

    @override_safe(None)
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        seat = self._model.seat_at(index)
        if seat is None:
            return
        painter.save()
        box = QRect(0, option.rect.top(), self._view.viewport().width(), option.rect.height())
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, QColor(theme.tokens().tint))
            if self._view.hasFocus():
                painter.fillRect(QRect(0, box.top(), theme.px(3), box.height()), QColor(theme.tokens().focus))
        line = QRect(theme.px(PAD), box.top(), box.width() - 2 * theme.px(PAD), theme.row())
        if seat.kind == "heading":
            self._heading(painter, line, seat)
        else:
            self._seat(painter, line, seat)
        y = float(line.bottom() - theme.px(2))
        for laid in self._lines(seat, self._current(index), box.width()):
            laid.draw(painter, QPointF(line.left(), y))
            y += laid.height
        painter.restore()

    def _heading(self, painter: QPainter, line: QRect, seat: Seat) -> None:
        painter.setFont(theme.font(theme.CAPTION))
        painter.setPen(theme.colour("secondary"))
        painter.drawText(line.adjusted(0, theme.px(6), 0, 0), MIDDLE, seat.title)

    def _seat(self, painter: QPainter, line: QRect, seat: Seat) -> None:
        painter.setFont(theme.font(theme.CAPTION))
        room = self._room_for_since(seat, line.width())
        painter.setPen(theme.colour("secondary"))
        if room:
            painter.drawText(line, RIGHT, painter.fontMetrics().elidedText(seat.since, _ELIDE, room - theme.px(8) + 1))
        painter.setFont(theme.font())
        split = self._split(line.width())
        title = QRect(line.left(), line.top(), split - theme.px(10), line.height())
        painter.drawText(title, MIDDLE, painter.fontMetrics().elidedText(seat.title, _ELIDE, title.width()))
        who = QRect(line.left() + split, line.top(), line.width() - split - room, line.height())
        words, ink, strong = holder_words(seat)
        painter.setFont(theme.bold() if strong else theme.font())
        painter.setPen(theme.colour(ink))
        shown = painter.fontMetrics().elidedText(words, _ELIDE, who.width() - (theme.px(14) if seat.unsigned else 0))
        painter.drawText(who, MIDDLE, shown)
        if seat.unsigned:
            used = painter.fontMetrics().horizontalAdvance(shown)
            _dot(painter, QPointF(min(who.left() + used + theme.px(10), who.right()), who.center().y() + 1))

    @override_safe(False)
    def helpEvent(self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index) -> bool:
        seat = self._model.seat_at(index)
        if seat is None or event.type() != QEvent.Type.ToolTip:
            return False
        QToolTip.showText(event.globalPos(), seat.spoken, view)
        return True


def holder_words(seat: Seat) -> tuple[str, str, bool]:
    """What stands as the holder: words, ink, and whether somebody has to act."""
    if seat.kind == "escalation":
        return seat.holder, "text", False
    if seat.holder:
        return seat.holder, "attention" if seat.warning else "text", False
    return ("not assigned", "attention", seat.vital) if seat.needed else ("not assigned", "secondary", False)


def _dot(painter: QPainter, centre: QPointF) -> None:
    """A hollow dot: somebody's own signature is still owed."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(theme.colour("outline"))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawEllipse(centre, theme.px(3), theme.px(3))
    painter.restore()


class RosterList(QListView):
    """Enter assigns a free role and hands a held one over; letters for the rest."""

    wanted = Signal(str, object)
    """An act (`assign`, `backup`, `handover`, `release`) and the `Seat` it is wanted for."""

    def __init__(self, model: RosterModel) -> None:
        super().__init__()
        self.roster = model
        self.setItemDelegate(RosterDelegate(self, model))
        self.setModel(model)
        self.setAccessibleName("Role roster")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabKeyNavigation(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.doubleClicked.connect(lambda _index: self.want("enter"))
        theme.watch().changed.connect(self.scheduleDelayedItemsLayout)

    def current_seat(self) -> Seat | None:
        """The role that the keyboard is on."""
        seat = self.roster.seat_at(self.currentIndex())
        return seat if seat is not None and seat.kind == "role" else None

    @slot_safe
    def want(self, act: str) -> None:
        """Ask for an act on the current role."""
        seat = self.current_seat()
        if seat is None:
            return
        if act == "enter":
            act = "handover" if seat.holder else "assign"
        self.wanted.emit(act, seat)

    @override_safe(None)
    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        self.scheduleDelayedItemsLayout()

    @override_safe(None)
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.scheduleDelayedItemsLayout()

    @override_safe(None)
    def focusInEvent(self, event: QFocusEvent) -> None:
        if not self.currentIndex().isValid() and self.roster.rowCount():
            self.setCurrentIndex(self.roster.index(0))
        super().focusInEvent(event)
        self.viewport().update()

    @override_safe(None)
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    @override_safe(None)
    def keyboardSearch(self, search: str) -> None:
        """Letters are keys here."""

    @override_safe(None)
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.modifiers() not in _PLAIN or not self._plain_key(Qt.Key(event.key())):
            super().keyPressEvent(event)

    def _plain_key(self, key: Qt.Key) -> bool:
        acts = {
            Qt.Key.Key_Return: "enter", Qt.Key.Key_Enter: "enter", Qt.Key.Key_A: "assign", Qt.Key.Key_B: "backup",
            Qt.Key.Key_H: "handover", Qt.Key.Key_R: "release",
        }  # fmt: skip
        if key in acts:
            self.want(acts[key])
        elif key in (Qt.Key.Key_J, Qt.Key.Key_K):
            self._move(1 if key == Qt.Key.Key_J else -1)
        else:
            return False
        return True

    def _move(self, by: int) -> None:
        place = self.currentIndex().row() + by
        while 0 <= place < self.roster.rowCount():
            if self.roster.seats[place].kind != "heading":
                self.setCurrentIndex(self.roster.index(place))
                return
            place += by
