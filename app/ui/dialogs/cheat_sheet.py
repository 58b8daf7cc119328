"""The cheat sheet: every key on one page, made from the registry; and the short help of a pane."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.ui import theme
from app.ui.actions import MENUS, Command
from app.ui.widgets.labels import label
from app.ui.widgets.overlay import Overlay

SCRIBE: Final = (
    ("14:32 …", "happened at 14:32, today or yesterday"),
    ("-5m …", "five minutes ago; -1h20m too"),
    ("23 Jul 15:35 …", "on another day"),
    ("said: Ana: …", "Ana said it, I record it"),
    ("! … ? … > …", "decision, hypothesis, action"),
    ("@person #tag", "who it concerns, what it is about"),
    ("/sev /state /role …", "acts without leaving the line"),
    ("/ or Ctrl L", "to the bar, from anywhere"),
    ("Shift Enter", "a new line in the same entry"),
    ("↑", "in the empty bar: correct my last line"),
)
LISTS: Final = (
    ("j k", "down and up"),
    ("Enter", "open, assign, answer"),
    ("s c a", "timeline: star, correct, approve"),
    ("a b h r", "roster: assign, backup, hand over, release"),
    ("Space x n", "checklists: tick, skip, not applicable"),
    ("r a", "checklists: reopen, assign"),
    ("u n a", "breach file: not known yet, next open, aware"),
    ("f", "board and breach file: filter"),
    ("Esc", "leave; never loses text"),
)


class CheatSheet(Overlay):
    """Groups of keys in three columns; what it says is what the registry holds."""

    def __init__(self, parent: QWidget, commands: Sequence[Command]) -> None:
        super().__init__(parent, 1080, "Keys")
        head = label("Keys", "title")
        head.setContentsMargins(theme.px(20), theme.px(16), theme.px(20), theme.px(4))
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._scroll.setProperty("surface", True)
        inner = _columns(_groups(commands))
        inner.setProperty("surface", True)
        self._scroll.setWidget(inner)
        self.column.addWidget(head)
        self.column.addWidget(self._scroll, 1)

    def take_keyboard(self) -> None:
        self._scroll.setFocus()

    def wanted_height(self, width: int) -> int:
        inner = self._scroll.widget()
        layout = inner.layout() if inner is not None else None
        wrapped = layout.totalHeightForWidth(width - 2) if layout is not None else theme.px(400)
        return wrapped + theme.px(52)


Group = tuple[str, tuple[tuple[str, str], ...]]


def _groups(commands: Sequence[Command]) -> list[Group]:
    groups: list[Group] = []
    for menu in MENUS:
        keyed = tuple((c.keys, c.title.rstrip("…")) for c in commands if c.shortcut and c.menu == menu)
        if keyed:
            groups.append((menu, keyed))
    return [*groups, ("Scribe bar", SCRIBE), ("Lists", LISTS)]


def _columns(groups: Sequence[Group]) -> QWidget:
    whole = QWidget()
    line = QHBoxLayout(whole)
    line.setContentsMargins(theme.px(20), theme.px(4), theme.px(20), theme.px(18))
    line.setSpacing(theme.px(28))
    for column in _spread(groups, 3):
        stack = QVBoxLayout()
        stack.setSpacing(theme.px(14))
        width = max(_key_width(keys) for _title, keys in column)
        for title, keys in column:
            stack.addLayout(_group(title, keys, width))
        stack.addStretch(1)
        line.addLayout(stack, 1)
    return whole


def _key_width(keys: Sequence[tuple[str, str]]) -> int:
    metrics = QFontMetrics(theme.bold())
    return max(metrics.horizontalAdvance(key) for key, _does in keys) + 2


def _spread(groups: Sequence[Group], count: int) -> list[list[Group]]:
    columns: list[list[Group]] = [[] for _ in range(count)]
    heights = [0] * count
    for group in sorted(groups, key=lambda group: -len(group[1])):
        shortest = heights.index(min(heights))
        columns[shortest].append(group)
        heights[shortest] += len(group[1]) + 2
    return columns


def _group(title: str, keys: Sequence[tuple[str, str]], width: int = 0) -> QGridLayout:
    grid = QGridLayout()
    grid.setColumnMinimumWidth(0, width)
    grid.setHorizontalSpacing(theme.px(12))
    grid.setVerticalSpacing(theme.px(3))
    grid.addWidget(label(title, "caption"), 0, 0, 1, 2)
    for place, (key, does) in enumerate(keys, 1):
        shown = label(key, "strong")
        words = label(does, "small")
        words.setWordWrap(True)
        grid.addWidget(shown, place, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(words, place, 1, Qt.AlignmentFlag.AlignTop)
    grid.setColumnStretch(1, 1)
    return grid


class HelpCard(Overlay):
    """The short help of one pane and its keys."""

    def __init__(self, parent: QWidget, title: str, text: str, commands: Sequence[Command]) -> None:
        super().__init__(parent, 520, f"Help: {title}")
        inner = QWidget()
        inner.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        stack = QVBoxLayout(inner)
        stack.setContentsMargins(theme.px(20), theme.px(16), theme.px(20), theme.px(18))
        stack.setSpacing(theme.px(10))
        words = label(text)
        words.setWordWrap(True)
        stack.addWidget(label(title, "title"))
        stack.addWidget(words)
        keyed = tuple((c.keys, c.title.rstrip("…")) for c in commands if c.shortcut)
        if keyed:
            stack.addLayout(_group("Keys of this pane", keyed))
        stack.addWidget(label("? shows every key, Esc closes this.", "small"))
        self._inner = inner
        self.column.addWidget(inner)

    def take_keyboard(self) -> None:
        self._inner.setFocus()

    def wanted_height(self, width: int) -> int:
        return max(self._inner.sizeHint().height(), self._inner.heightForWidth(width - 2)) + theme.px(12)
