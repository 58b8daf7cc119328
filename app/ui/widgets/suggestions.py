"""The completions above the scribe bar: a small list that never takes the keyboard."""

from __future__ import annotations

from typing import Any, Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.ui import theme
from app.ui.guard import override_safe
from app.ui.models.completion import Choice

Index = QModelIndex | QPersistentModelIndex
WIDTH: Final = 460


class ChoiceModel(QAbstractListModel):
    """The choices on offer."""

    def __init__(self, parent: QWidget | None) -> None:
        super().__init__(parent)
        self._choices: tuple[Choice, ...] = ()

    def show(self, choices: tuple[Choice, ...]) -> None:
        """Offer these."""
        self.beginResetModel()
        self._choices = choices
        self.endResetModel()

    def choice_at(self, place: int) -> Choice | None:
        """The choice there."""
        return self._choices[place] if 0 <= place < len(self._choices) else None

    @override_safe(0)
    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self._choices)

    @override_safe(None)
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        choice = self.choice_at(index.row())
        if choice is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return choice.label
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{choice.label}, {choice.detail}" if choice.detail else choice.label
        return None


class ChoiceDelegate(QStyledItemDelegate):
    """The word and what it means, on one line."""

    def __init__(self, model: ChoiceModel) -> None:
        super().__init__(model)
        self._model = model

    @override_safe(QSize(0, 0))
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(theme.px(120), theme.px(26))

    @override_safe(None)
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        choice = self._model.choice_at(index.row())
        if choice is None:
            return
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, QColor(theme.tokens().tint))
        middle = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
        box = option.rect.adjusted(theme.px(10), 0, -theme.px(10), 0)
        painter.setFont(theme.font(theme.SMALL))
        painter.setPen(theme.colour("text"))
        elide = Qt.TextElideMode.ElideRight
        name = painter.fontMetrics().elidedText(choice.label, elide, box.width())
        painter.drawText(box, middle, name)
        used = painter.fontMetrics().horizontalAdvance(name) + theme.px(12)
        painter.setPen(theme.colour("secondary"))
        detail = painter.fontMetrics().elidedText(choice.detail, elide, max(0, box.width() - used))
        painter.drawText(box.adjusted(used, 0, 0, 0), middle, detail)
        painter.restore()


class Suggestions(QListView):
    """Stands over its parent, its lower edge at a given point; the editor moves the mark."""

    taken = Signal(object)

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self._over = over
        self._model = ChoiceModel(self)
        self.setModel(self._model)
        self.setItemDelegate(ChoiceDelegate(self._model))
        self.setAccessibleName("Completions")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setUniformItemSizes(True)
        self.setProperty("popup", True)
        self.clicked.connect(self._clicked)
        self._edge()
        theme.watch().changed.connect(self._edge)
        self.hide()

    def _edge(self) -> None:
        tokens = theme.tokens()
        self.setStyleSheet(
            f"QListView {{ border: 1px solid {tokens.outline}; border-radius: 5px; background: {tokens.surface}; }}"
        )

    @property
    def over(self) -> QWidget:
        """What it stands over; places are in its coordinates."""
        return self._over

    def offer(self, choices: tuple[Choice, ...], beside: QRect, *, below: bool = False) -> None:
        """Show these above (or `below`) a place of the parent, on the other side where there is no room."""
        self._model.show(choices)
        height = len(choices) * theme.px(26) + 4
        over = self._over.width()
        room = over - theme.px(16)
        metrics = QFontMetrics(theme.font(theme.SMALL))
        wanted = max(metrics.horizontalAdvance(f"{each.label}{each.detail}") for each in choices) + theme.px(40)
        width = min(max(wanted, theme.px(140)), theme.px(WIDTH), room)
        left = max(theme.px(8), min(beside.left(), over - width - theme.px(8)))
        high, low = beside.top() - height - theme.px(2), beside.bottom() + theme.px(3)
        fits = low + height <= self._over.height()
        self.setGeometry(QRect(left, low if high < 0 or (below and fits) else high, width, height))
        self.setCurrentIndex(self._model.index(0))
        self.show()
        self.raise_()

    def mark_first(self) -> None:
        """Mark the first choice."""
        self.setCurrentIndex(self._model.index(0))

    def step(self, by: int) -> Choice | None:
        """Mark the next choice, round and round."""
        count = self._model.rowCount()
        if count:
            self.setCurrentIndex(self._model.index((self.currentIndex().row() + by) % count))
        return self.marked()

    def marked(self) -> Choice | None:
        """The choice that Tab takes."""
        return self._model.choice_at(self.currentIndex().row())

    def _clicked(self, index: QModelIndex) -> None:
        choice = self._model.choice_at(index.row())
        if choice is not None:
            self.taken.emit(choice)
