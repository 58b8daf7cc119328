"""Paints checklists: a heading with its window and progress, tasks with check boxes of our own pixels."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QHelpEvent, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QToolTip, QTreeView

from app.ui import theme
from app.ui.guard import override_safe
from app.ui.models.checklist_model import ChecklistModel, Group, Item
from app.ui.models.spans import Run, one_line
from app.ui.widgets.inked import Laid, lay_out

Index = QModelIndex | QPersistentModelIndex
PAD: Final = 12
TEXT_LEFT: Final = 38
BOX: Final = 14
HEADING: Final = 38
MOST_LINES: Final = 6
ASIDE: Final = 112
KEPT: Final = 400
MIDDLE_LEFT: Final = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
MIDDLE_RIGHT: Final = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)


@dataclass(frozen=True, slots=True)
class Below:
    """A smaller line under a task: a condition, a reason, a step or a command."""

    text: str
    kind: str = "note"


def below(item: Item, current: bool) -> tuple[Below, ...]:
    """What stands under a task; steps and command only where the keyboard is."""
    lines = [Below(note, "warning" if note.startswith("alters evidence") else "note") for note in item.notes]
    if item.why:
        lines.append(Below(item.why))
    if current:
        lines += [Below(f"· {step}") for step in item.steps]
        if item.command:
            lines.append(Below(item.command, "command"))
    return tuple(lines)


class ChecklistDelegate(QStyledItemDelegate):
    """Texts wrap; a task is as tall as its text and the lines under it."""

    def __init__(self, view: QTreeView, model: ChecklistModel) -> None:
        super().__init__(view)
        self._view = view
        self._model = model
        self._laid: OrderedDict[tuple[object, ...], Laid] = OrderedDict()
        theme.watch().changed.connect(self._laid.clear)

    def _lay(self, text: str, width: int, *, ink: str = "text", size: int = theme.BODY, mono: bool = False) -> Laid:
        key = (text, width, ink, size, mono)
        laid = self._laid.get(key)
        if laid is None:
            font = theme.mono(size) if mono else theme.font(size)
            laid = self._laid[key] = lay_out((Run(text),), width, MOST_LINES, font=font, plain=ink)
            if len(self._laid) > KEPT:
                self._laid.popitem(last=False)
        self._laid.move_to_end(key)
        return laid

    def _parts(self, item: Item, width: int, current: bool) -> tuple[Laid, list[tuple[Below, Laid]]]:
        px = theme.px
        full = width - px(TEXT_LEFT) - px(PAD)
        ink = "secondary" if item.settled else "text"
        text = self._lay(one_line(item.text), full - (0 if is_narrow(width) else self._aside_room(item)), ink=ink)
        lines = []
        if item.aside and is_narrow(width):
            told = Below(item.aside, "warning" if item.late and item.due else "note")
            tone = "attention" if told.kind == "warning" else "secondary"
            lines.append((told, self._lay(one_line(told.text), full, ink=tone, size=theme.CAPTION)))
        for line in below(item, current):
            tone = "attention" if line.kind == "warning" else "text" if line.kind == "command" else "secondary"
            inset = px(16 + 20) if line.kind == "command" else 0
            laid = self._lay(
                one_line(line.text), full - inset, ink=tone, size=theme.CAPTION, mono=line.kind == "command"
            )
            lines.append((line, laid))
        return text, lines

    def _aside_room(self, item: Item) -> int:
        if not item.aside:
            return 0
        metrics = QFontMetrics(theme.font(theme.CAPTION, QFont.Weight.DemiBold))
        return min(metrics.horizontalAdvance(item.aside), theme.px(ASIDE)) + theme.px(10)

    def _current(self, index: Index) -> bool:
        return index == self._view.currentIndex() and self._view.selectionModel().isSelected(index)

    @override_safe(QSize(0, 0))
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        width = self._view.viewport().width()
        item = self._model.item_at(index)
        if item is None:
            return QSize(width, theme.px(HEADING))
        text, lines = self._parts(item, width, self._current(index))
        under = sum(laid.height + theme.px(8 if line.kind == "command" else 1) for line, laid in lines)
        height = max(theme.row(), round(text.height + under) + theme.px(11))
        return QSize(width, height)

    @override_safe(None)
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRect(0, option.rect.top(), self._view.viewport().width(), option.rect.height())
        self._ground(painter, box, option)
        item = self._model.item_at(index)
        group = self._model.group_at(index)
        if item is not None:
            self._task(painter, box, item, self._current(index))
        elif group is not None:
            self._heading(painter, box, group, self._view.isExpanded(self._model.index(index.row(), 0)))
        painter.restore()

    def _ground(self, painter: QPainter, box: QRect, option: QStyleOptionViewItem) -> None:
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, QColor(theme.tokens().tint))
            if self._view.hasFocus():
                painter.fillRect(QRect(0, box.top(), theme.px(3), box.height()), QColor(theme.tokens().focus))

    # headings

    def _heading(self, painter: QPainter, box: QRect, group: Group, opened: bool) -> None:
        px = theme.px
        line = QRect(px(PAD), box.top() + px(8), box.width() - 2 * px(PAD), px(18))
        right = group.left if group.late else f"{group.count} · {group.left}" if group.left else group.count
        painter.setFont(theme.bold(theme.CAPTION) if group.late else theme.font(theme.CAPTION))
        painter.setPen(theme.colour("attention" if group.late else "secondary"))
        painter.drawText(line, MIDDLE_RIGHT, right)
        used = painter.fontMetrics().horizontalAdvance(right)
        _chevron(painter, QRectF(line.left(), line.center().y() - px(4), px(8), px(8)), opened)
        painter.setFont(theme.font(theme.CAPTION))
        painter.setPen(theme.colour("secondary"))
        words = f"{group.title} · {group.window}" if group.window else group.title
        room = line.adjusted(px(14), 0, -used - px(10), 0)
        painter.drawText(room, MIDDLE_LEFT, painter.fontMetrics().elidedText(words, _ELIDE, room.width()))
        self._progress(painter, QRectF(px(PAD), box.bottom() - px(8), box.width() - 2 * px(PAD), px(3)), group)

    def _progress(self, painter: QPainter, bar: QRectF, group: Group) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("line"))
        painter.drawRoundedRect(bar, 1.5, 1.5)
        if group.settled:
            done = QRectF(bar)
            done.setWidth(bar.width() * group.settled / len(group.items))
            painter.setBrush(theme.colour("outline"))
            painter.drawRoundedRect(done, 1.5, 1.5)

    # tasks

    def _task(self, painter: QPainter, box: QRect, item: Item, current: bool) -> None:
        px = theme.px
        top = box.top() + px(5)
        text, lines = self._parts(item, box.width(), current)
        first = text.layout.lineAt(0).height() if text.lines else px(16)
        paint_check(painter, QRectF(px(PAD), top + (first - px(BOX)) / 2 + 0.5, px(BOX), px(BOX)), item.outcome)
        text.draw(painter, QPointF(px(TEXT_LEFT), top))
        self._aside(painter, QRect(0, round(top), box.width() - px(PAD), round(first)), item)
        y = top + text.height + px(1)
        for line, laid in lines:
            y = self._under(painter, box, y, line, laid)

    def _under(self, painter: QPainter, box: QRect, y: float, line: Below, laid: Laid) -> float:
        px = theme.px
        if line.kind != "command":
            laid.draw(painter, QPointF(px(TEXT_LEFT), y))
            return y + laid.height + px(1)
        frame = QRectF(px(TEXT_LEFT), y + px(2), box.width() - px(TEXT_LEFT) - px(PAD), laid.height + px(6))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("alternate"))
        painter.drawRoundedRect(frame, px(3), px(3))
        laid.draw(painter, QPointF(frame.left() + px(8), frame.top() + px(3)))
        drawn = theme.pixmap("copy", 12)
        painter.drawPixmap(QPointF(frame.right() - px(18), frame.top() + px(4)), drawn)
        return y + laid.height + px(8)

    def _aside(self, painter: QPainter, line: QRect, item: Item) -> None:
        if not item.aside or is_narrow(self._view.viewport().width()):
            return
        counts = item.late and bool(item.due) and not item.settled
        painter.setFont(theme.bold(theme.CAPTION) if counts else theme.font(theme.CAPTION))
        used = 0
        if counts:
            painter.setPen(theme.colour("attention"))
            painter.drawText(line, MIDDLE_RIGHT, item.due)
            used = painter.fontMetrics().horizontalAdvance(f"{item.due}  ")
        words = item.aside.removesuffix(item.due).rstrip() if counts else item.aside
        painter.setFont(theme.font(theme.CAPTION))
        painter.setPen(theme.colour("secondary"))
        shown = painter.fontMetrics().elidedText(words, _ELIDE, theme.px(ASIDE) - used)
        painter.drawText(line.adjusted(0, 0, -used, 0), MIDDLE_RIGHT, shown)

    def box_of(self, rect: QRect) -> QRect:
        """Where the mouse ticks: the check box with some room around it."""
        return QRect(0, rect.top(), theme.px(TEXT_LEFT - 4), rect.height())

    def command_of(self, rect: QRect, index: Index) -> QRect:
        """Where the mouse copies the command of the current task; an empty rectangle when it shows none."""
        item = self._model.item_at(index)
        if item is None or not item.command or not self._current(index):
            return QRect()
        _text, lines = self._parts(item, self._view.viewport().width(), True)
        height = round(lines[-1][1].height) + theme.px(10)
        return QRect(theme.px(TEXT_LEFT), rect.bottom() - height - theme.px(4), rect.width(), height + theme.px(4))

    @override_safe(False)
    def helpEvent(self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index) -> bool:
        shown = self._model.item_at(index) or self._model.group_at(index)
        if shown is None or event.type() != QEvent.Type.ToolTip:
            return False
        QToolTip.showText(event.globalPos(), shown.spoken, view)
        return True

    @override_safe(False)
    def editorEvent(self, event: QEvent, model: QAbstractItemModel, option: QStyleOptionViewItem, index: Index) -> bool:
        return False


def is_narrow(width: int) -> bool:
    """Whether who and when stand under the task instead of beside it."""
    return width < theme.px(260)


_ELIDE: Final = Qt.TextElideMode.ElideRight


def _chevron(painter: QPainter, box: QRectF, opened: bool) -> None:
    painter.setPen(QPen(theme.colour("secondary"), 1.4))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    x, y, w, h = box.left(), box.top(), box.width(), box.height()
    corners = [(0.1, 0.3), (0.5, 0.7), (0.9, 0.3)] if opened else [(0.3, 0.1), (0.7, 0.5), (0.3, 0.9)]
    painter.drawPolyline(QPolygonF([QPointF(x + w * a, y + h * b) for a, b in corners]))


def paint_check(painter: QPainter, box: QRectF, outcome: str) -> None:
    """A check box: empty, ticked, skipped (a dash) or not applicable (a stroke); told apart by shape alone."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    radius = box.width() / 5
    if outcome == "done":
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("outline"))
        painter.drawRoundedRect(box, radius, radius)
        painter.setPen(_pen("surface", 1.8))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(_points(box, (0.24, 0.52), (0.43, 0.71), (0.77, 0.31)))
    else:
        painter.setPen(QPen(theme.colour("outline"), 1.2))
        painter.setBrush(theme.colour("surface"))
        painter.drawRoundedRect(box.adjusted(0.6, 0.6, -0.6, -0.6), radius, radius)
        painter.setPen(_pen("secondary", 1.8))
        if outcome == "skipped":
            painter.drawPolyline(_points(box, (0.28, 0.5), (0.72, 0.5)))
        elif outcome == "not_applicable":
            painter.drawPolyline(_points(box, (0.3, 0.7), (0.7, 0.3)))
    painter.restore()


def _pen(token: str, width: float) -> QPen:
    pen = QPen(theme.colour(token), width)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return pen


def _points(box: QRectF, *parts: tuple[float, float]) -> QPolygonF:
    return QPolygonF([QPointF(box.left() + box.width() * x, box.top() + box.height() * y) for x, y in parts])
