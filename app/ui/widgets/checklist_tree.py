"""The tree of checklists: Space ticks, letters skip, set aside, reopen, assign; headings fold."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QTreeView

from app.ui import theme
from app.ui.guard import override_safe, slot_safe
from app.ui.models.checklist_model import ChecklistModel, Group, Item
from app.ui.widgets.checklist_delegate import ChecklistDelegate

Index = QModelIndex | QPersistentModelIndex
_PLAIN: Final = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)


class ChecklistTree(QTreeView):
    """Tasks of variable height, hundreds at most; folding is remembered by checklist."""

    wanted = Signal(str, object)
    """An act (`tick`, `skip`, `na`, `reopen`, `assign`, `copy`) and the `Item` it is wanted for."""
    focused = Signal(bool)

    def __init__(self, model: ChecklistModel) -> None:
        super().__init__()
        self.lists = model
        self.painter_of_tasks = ChecklistDelegate(self, model)
        self._folded: dict[str, bool] = {}
        self.setItemDelegate(self.painter_of_tasks)
        self.setModel(model)
        self.setAccessibleName("Checklists")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHeaderHidden(True)
        self.setRootIsDecorated(False)
        self.setIndentation(0)
        self.setItemsExpandable(True)
        self.setExpandsOnDoubleClick(False)
        self.setAnimated(False)
        self.setTabKeyNavigation(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.collapsed.connect(lambda index: self._remember(index, True))
        self.expanded.connect(lambda index: self._remember(index, False))
        theme.watch().changed.connect(self.scheduleDelayedItemsLayout)

    def _remember(self, index: QModelIndex, folded: bool) -> None:
        group = self.lists.group_at(index)
        if group is not None:
            self._folded[group.id] = folded

    def fold(self) -> None:
        """Fold what is complete, open what is not, and leave what a person folded or opened as it is."""
        chosen = dict(self._folded)
        for place, group in enumerate(self.lists.groups):
            opened = not chosen.get(group.id, group.complete)
            self.setExpanded(self.lists.index(place, 0), opened)
        self._folded = chosen

    def forget_folds(self) -> None:
        """Another incident: nothing was folded by anybody yet."""
        self._folded.clear()

    def first_open(self) -> QModelIndex:
        """The first open task of a checklist that is not folded; else the first heading."""
        for place, group in enumerate(self.lists.groups):
            top = self.lists.index(place, 0)
            if self.isExpanded(top):
                for row, item in enumerate(group.items):
                    if not item.settled:
                        return self.lists.index(row, 0, top)
        return self.lists.index(0, 0)

    def current_item(self) -> Item | None:
        """The task that the keyboard is on."""
        return self.lists.item_at(self.currentIndex())

    @override_safe(None)
    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        # Only the current task shows its steps and command: both rows may have another height now.
        self.scheduleDelayedItemsLayout()

    @override_safe(None)
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.scheduleDelayedItemsLayout()

    @override_safe(None)
    def focusInEvent(self, event: QFocusEvent) -> None:
        if not self.currentIndex().isValid():
            self.setCurrentIndex(self.first_open())
        super().focusInEvent(event)
        self.focused.emit(True)
        self.viewport().update()

    @override_safe(None)
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.focused.emit(False)
        self.viewport().update()

    @override_safe(None)
    def keyboardSearch(self, search: str) -> None:
        """Letters are keys here."""

    @override_safe(None)
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.want("copy")
        elif event.modifiers() not in _PLAIN or not self._plain_key(Qt.Key(event.key())):
            super().keyPressEvent(event)

    def _plain_key(self, key: Qt.Key) -> bool:
        acts = {Qt.Key.Key_X: "skip", Qt.Key.Key_N: "na", Qt.Key.Key_R: "reopen", Qt.Key.Key_A: "assign"}
        if key in (Qt.Key.Key_J, Qt.Key.Key_K):
            self._move(1 if key == Qt.Key.Key_J else -1)
        elif key in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.current_item() is None:
            self._toggle_fold(self.currentIndex())
        elif key == Qt.Key.Key_Space:
            self.want("tick")
        elif key in acts:
            self.want(acts[key])
        else:
            return False
        return True

    def _move(self, by: int) -> None:
        index = self.currentIndex()
        following = self.indexBelow(index) if by > 0 else self.indexAbove(index)
        if following.isValid():
            self.setCurrentIndex(following)
            self.scrollTo(following)

    def _toggle_fold(self, index: QModelIndex) -> None:
        if index.isValid():
            self.setExpanded(index, not self.isExpanded(index))

    @slot_safe
    def want(self, act: str) -> None:
        """Ask for an act on the current task."""
        item = self.current_item()
        if item is not None:
            self.wanted.emit("reopen" if act == "tick" and item.settled else act, item)

    @override_safe(None)
    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        before = self.currentIndex()
        super().mousePressEvent(event)
        if not index.isValid() or event.button() != Qt.MouseButton.LeftButton:
            return
        rect, point = self.visualRect(index), event.position().toPoint()
        shown: Item | Group | None = self.lists.item_at(index)
        if shown is None:
            self._toggle_fold(index)
        elif self.painter_of_tasks.box_of(rect).contains(point):
            self.want("tick")
        elif before == index and self.painter_of_tasks.command_of(rect, index).contains(point):
            self.want("copy")
