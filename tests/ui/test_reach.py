from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QAbstractItemView, QApplication, QLabel, QWidget
from ui.room import Room

from app.ui.window import Window


@pytest.fixture
def window(room: Room, tmp_path: Path) -> Window:
    """The whole window on an incident with a few lines."""
    room.declare(commander="Ana Pop")
    room.log("first line", "! a decision")
    made = room.show(Window(room.live, tmp_path), 1366, 768)
    room.qtbot.waitUntil(lambda: bool(made.registry.all()))
    return made


def focusable(window: Window) -> list[QWidget]:
    return [
        each
        for each in window.findChildren(QWidget)
        if each.focusPolicy() & Qt.FocusPolicy.TabFocus and each.isVisibleTo(window) and each.isEnabled()
    ]


def test_everything_that_takes_the_keyboard_has_a_name(window: Window) -> None:
    """A screen reader says where one is."""
    nameless = []
    for each in focusable(window):
        interface = QAccessible.queryAccessibleInterface(each)
        name = interface.text(QAccessible.Text.Name) if interface else ""
        if not name and not isinstance(each.parentWidget(), QAbstractItemView):
            nameless.append(f"{type(each).__name__} in {type(each.parentWidget()).__name__}")
    assert nameless == []


def test_no_label_hides_what_it_says_behind_a_name(window: Window) -> None:
    """An accessible name on a label replaces its text for a screen reader."""
    hidden = [each.text() for each in window.findChildren(QLabel) if each.accessibleName() not in ("", each.text())]
    assert hidden == []


def test_every_row_of_every_list_is_spoken(window: Window) -> None:
    """`AccessibleTextRole` is filled in for each visible row."""
    silent = []
    for view in window.findChildren(QAbstractItemView):
        model = view.model()
        if model is None or not view.isVisibleTo(window):
            continue
        spoken = [model.index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(model.rowCount())]
        silent.extend((type(view).__name__, row) for row, words in enumerate(spoken) if not words)
    assert silent == []


def test_the_tree_can_be_walked_to_its_end(window: Window) -> None:
    """Every interface answers for its role and children."""
    seen = 0

    def walk(interface: QAccessibleInterface | None, depth: int) -> None:
        nonlocal seen
        if interface is None or not interface.isValid() or depth > 30:
            return
        seen += 1
        interface.role()
        interface.text(QAccessible.Text.Name)
        for child in range(min(interface.childCount(), 60)):
            walk(interface.child(child), depth + 1)

    walk(QAccessible.queryAccessibleInterface(window), 0)
    assert seen > 100


def test_tab_reaches_every_pane_and_leaves_it_again(window: Window) -> None:
    """No list keeps the Tab key for itself."""
    window.activateWindow()
    window.show_pane("board")
    reached = set()
    for _ in range(200):
        focus = QApplication.focusWidget()
        pane = window.focused_pane()
        reached.add(pane.title if pane else type(focus).__name__)
        window.focusNextChild()
    assert {"Severity board", "Timeline", "Role roster", "Checklists"} <= reached
