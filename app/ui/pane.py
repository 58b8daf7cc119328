"""A pane: a header line with title, subtitle and tools, and below it whatever the pane shows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from app.ui import theme
from app.ui.guard import override_safe
from app.ui.live import Live
from app.ui.widgets.labels import Elided, label, rule, set_property

if TYPE_CHECKING:
    from app.ui.actions import Command

HEADER = 32


class Header(QWidget):
    """Title (or the tabs of panes that share the place), subtitle, tools, and the key that leads here."""

    chosen = Signal(str)
    """Another pane of the same place, by id."""

    def __init__(self, title: str, number: int) -> None:
        super().__init__()
        self.setProperty("surface", True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._title = label(title, "strong")
        self._subtitle = Elided("", "small", whole=True)
        self._subtitle.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._key = label(f"Alt {number}" if number else "", "caption")
        self._tools = QHBoxLayout()
        self._tools.setSpacing(theme.px(2))
        self._tabs = QHBoxLayout()
        self._tabs.setSpacing(0)
        self._line = QHBoxLayout(self)
        self._line.setSpacing(theme.px(8))
        self._line.addWidget(self._title)
        self._line.addLayout(self._tabs)
        self._line.addWidget(self._subtitle, 1)
        self._line.addLayout(self._tools)
        self._line.addWidget(self._key)
        self.resize_to_text()
        theme.watch().changed.connect(self.resize_to_text)

    def resize_to_text(self) -> None:
        """The line at the text size in force."""
        self.setFixedHeight(theme.px(HEADER))
        left = theme.px(12 if self._title.isVisibleTo(self) else 4)
        self._line.setContentsMargins(left, 0, theme.px(12), 0)

    def set_subtitle(self, text: str) -> None:
        """A few words beside the title: a count, a name."""
        if self._subtitle.text() != text:
            self._subtitle.setText(text)

    def add_tool(self, widget: QWidget) -> None:
        """A tool at the right end of the line."""
        self._tools.addWidget(widget)

    def set_tabs(self, panes: Sequence[tuple[str, str]], current: str) -> None:
        """Name the panes that share this place, the current one in full ink; fewer than two are no tabs."""
        while (item := self._tabs.takeAt(0)) is not None:
            gone = item.widget()
            if gone is not None:
                gone.deleteLater()
        self._title.setVisible(len(panes) < 2)
        self.resize_to_text()
        if len(panes) < 2:
            return
        for identity, title in panes:
            tab = QToolButton()
            tab.setText(title)
            tab.setCheckable(True)
            tab.setChecked(identity == current)
            tab.setProperty("tab", True)
            tab.clicked.connect(lambda _checked=False, it=identity: self.chosen.emit(it))
            self._tabs.addWidget(tab)


class Pane(QWidget):
    """Subclass it, give it `title` and `help`, put content into `self.body`, and override what follows.

    `refresh` is called when the open incident changed, if the pane is visible, else as soon as it is; `tick` once a
    second while visible. Every other override of Qt's carries `@override_safe`.
    """

    title = ""
    help = ""
    """What F1 shows: a few plain sentences."""

    def __init__(self, live: Live, number: int = 0) -> None:
        super().__init__()
        self.live = live
        self.setProperty("surface", True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(self.title)
        self.header = Header(self.title, number)
        self.body = QVBoxLayout()
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(0)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.header)
        whole.addWidget(rule())
        whole.addLayout(self.body, 1)
        self._stale = True
        live.incident_changed.connect(self._changed)
        live.tick.timeout.connect(self._ticked)

    def refresh(self) -> None:
        """Show what `self.live` holds now."""

    def tick(self, now: datetime) -> None:
        """A second has passed: update what counts, and only what differs."""

    def commands(self) -> Sequence[Command]:
        """What this pane adds to menus, palette and cheat sheet."""
        return ()

    def leave(self) -> None:
        """The window closes: keep what is being typed."""

    def focus_first(self) -> None:
        """Take the keyboard: F6 and Alt+number come here."""
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def changed(self) -> None:
        """Say that the pane has to refresh, now if it is visible."""
        self._changed()

    def _changed(self) -> None:
        if self.isVisible():
            self._stale = False
            self.refresh()
        else:
            self._stale = True

    def _ticked(self) -> None:
        if self.isVisible():
            self.tick(self.live.now())

    @override_safe(None)
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self._stale = False
            self.refresh()


def tool(text: str, run: Callable[[], object], tip: str = "") -> QToolButton:
    """A flat word in a header that does something."""
    made = QToolButton()
    made.setText(text)
    made.setAccessibleName(tip or text)
    made.setToolTip(tip)
    made.clicked.connect(lambda _checked=False: run())
    return made


def mark_wrong(widget: QWidget, wrong: bool) -> None:
    """Give a field the edge of a field that cannot be used as it is."""
    set_property(widget, "wrong", wrong)
