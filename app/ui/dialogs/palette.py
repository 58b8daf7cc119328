"""The palette: every command and incident, found by typing a part of its name; shows the key for next time."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QLineEdit, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.ui import theme
from app.ui.guard import override_safe, slot_safe
from app.ui.models.palette_model import CHOICE_ROLE, Choice, PaletteModel, ranked
from app.ui.widgets.labels import label, rule
from app.ui.widgets.overlay import Overlay

LINES = 12
Index = QModelIndex | QPersistentModelIndex
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


class ChoiceDelegate(QStyledItemDelegate):
    """Title and remark at the left, group and key at the right."""

    @override_safe(QSize(0, theme.ROW))
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, theme.row())

    @override_safe(None)
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        choice = index.data(CHOICE_ROLE)
        if not isinstance(choice, Choice):
            return
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        area: QRect = option.rect
        painter.save()
        if chosen:
            painter.fillRect(area, theme.colour("selection"))
        inner = area.adjusted(theme.px(14), 0, -theme.px(14), 0)
        quiet = theme.colour("on_selection" if chosen else "secondary")
        painter.setFont(theme.font(theme.SMALL))
        painter.setPen(quiet)
        painter.drawText(inner, _RIGHT, choice.keys)
        taken = painter.fontMetrics().horizontalAdvance(choice.keys) + theme.px(16)
        painter.setFont(theme.font())
        ink = "on_selection" if chosen else "text" if choice.can else "outline"
        painter.setPen(theme.colour(ink))
        metrics = painter.fontMetrics()
        title = metrics.elidedText(choice.title, Qt.TextElideMode.ElideRight, inner.width() - taken)
        painter.drawText(inner, _LEFT, title)
        note = inner.adjusted(metrics.horizontalAdvance(title) + theme.px(10), 0, -taken, 0)
        painter.setFont(theme.font(theme.SMALL))
        painter.setPen(quiet)
        shown = painter.fontMetrics().elidedText(choice.note, Qt.TextElideMode.ElideRight, note.width())
        painter.drawText(note, _LEFT, shown)
        painter.restore()


class Palette(Overlay):
    """Type, arrow, Enter."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, 620, "Commands")
        self._all: tuple[Choice, ...] = ()
        self.model = PaletteModel()
        self.field = QLineEdit()
        self.field.setProperty("bare", True)
        self.field.setPlaceholderText("Search or run a command")
        self.field.setAccessibleName("Search commands and incidents")
        self.list = QListView()
        self.list.setAccessibleName("Commands")
        self.list.setModel(self.model)
        self.list.setItemDelegate(ChoiceDelegate(self.list))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setProperty("plain", True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.none = label("Nothing is called that. Esc goes back.", "small")
        self.none.setContentsMargins(theme.px(14), theme.px(8), theme.px(14), theme.px(10))
        for each in (self.field, rule(), self.list, self.none):
            self.column.addWidget(each)
        self.field.textChanged.connect(self._search)
        self.field.installEventFilter(self)
        self.list.clicked.connect(self._clicked)

    def offer(self, choices: Sequence[Choice]) -> None:
        """Show it with these choices; those that are not possible now stand last."""
        self._all = tuple(sorted(choices, key=lambda choice: not choice.can))
        self.field.clear()
        self._search()
        self.pop_up()

    def take_keyboard(self) -> None:
        self.field.setFocus()

    def wanted_height(self, width: int) -> int:
        lines = min(max(len(self.model.choices), 1), LINES)
        head = self.field.sizeHint().height() + theme.px(4)
        return head + lines * theme.row() + theme.px(8)

    @slot_safe
    def _search(self) -> None:
        self.model.show_choices(ranked(self._all, self.field.text()))
        found = bool(self.model.choices)
        self.list.setVisible(found)
        self.none.setVisible(not found)
        if found:
            self.list.setCurrentIndex(self.model.index(0))
        self.place()

    @slot_safe
    def _clicked(self, index: QModelIndex) -> None:
        self._run(index.row())

    def _run(self, place: int) -> None:
        if not 0 <= place < len(self.model.choices):
            return
        choice = self.model.choices[place]
        if choice.can:
            self.dismiss()
            choice.run()

    def _step(self, by: int) -> None:
        count = len(self.model.choices)
        if count:
            self.list.setCurrentIndex(self.model.index((self.list.currentIndex().row() + by) % count))

    @override_safe(False)
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.field and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            steps = {
                Qt.Key.Key_Down: 1,
                Qt.Key.Key_Up: -1,
                Qt.Key.Key_PageDown: LINES,
                Qt.Key.Key_PageUp: -LINES,
            }
            step = steps.get(Qt.Key(event.key()))
            if step is not None:
                self._step(step)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._run(self.list.currentIndex().row())
                return True
            return False
        return super().eventFilter(watched, event)
