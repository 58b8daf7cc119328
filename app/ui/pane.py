"""A pane: a header line with title, subtitle and tools, and below it whatever the pane shows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QMenu, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from app.ui import theme
from app.ui.guard import override_safe, slot_safe
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
        self._title = Elided(title, "strong")
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
        self._put_away: list[QWidget] = []
        self._more = QToolButton()
        self._more.setText("…")
        self._more.setAccessibleName("More tools")
        self._more.hide()
        self._more.clicked.connect(self._show_more)
        self._tools.addWidget(self._more)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.resize_to_text()
        theme.watch().changed.connect(self.resize_to_text)

    @override_safe(QSize(0, 0))
    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(120), theme.px(HEADER))

    @override_safe(None)
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    @override_safe(False)
    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self.fit()
        return handled

    def fit(self) -> None:
        """Where the line is too short: first the key goes, then tools, which `…` still offers."""
        tools = [each for each in self._tool_widgets() if each in self._put_away or not each.isHidden()]
        away: list[QWidget] = []
        for each in (self._key, *tools):
            if self._wanted(tools, away) <= self.width():
                break
            away.append(each)
        if away == self._put_away:
            return
        for each in (self._key, *tools):
            each.setHidden(each in away)
        self._put_away = away
        self._more.setVisible(len(away) > 1)

    def _wanted(self, tools: Sequence[QWidget], away: Sequence[QWidget]) -> int:
        margins = self._line.contentsMargins()
        named = self._tab_widgets() or [self._title]
        more = [self._more] if len(away) > 1 else []
        shown = [each for each in (*named, *tools, self._key, *more) if each not in away]
        gaps = self._line.spacing() * 3 + self._tools.spacing() * len(tools)
        return sum(each.sizeHint().width() for each in shown) + gaps + margins.left() + margins.right()

    def _tool_widgets(self) -> list[QWidget]:
        found = [item.widget() for at in range(self._tools.count()) if (item := self._tools.itemAt(at)) is not None]
        return [each for each in found if each is not None and each is not self._more]

    def _tab_widgets(self) -> list[QWidget]:
        found = [item.widget() for at in range(self._tabs.count()) if (item := self._tabs.itemAt(at)) is not None]
        return [each for each in found if each is not None]

    @slot_safe
    def _show_more(self) -> None:
        menu = QMenu(self)
        for each in self._tool_widgets():
            if each in self._put_away and isinstance(each, QAbstractButton):
                menu.addAction(each.accessibleName() or each.text()).triggered.connect(each.click)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self._more.mapToGlobal(self._more.rect().bottomLeft()))

    def resize_to_text(self) -> None:
        """The line at the text size in force."""
        self.setFixedHeight(theme.px(HEADER))
        left = theme.px(12 if not self._title.isHidden() else 4)
        self._line.setContentsMargins(left, 0, theme.px(12), 0)
        self.fit()

    def set_subtitle(self, text: str) -> None:
        """A few words beside the title: a count, a name."""
        if self._subtitle.text() != text:
            self._subtitle.setText(text)

    def add_tool(self, widget: QWidget) -> None:
        """A tool at the right end of the line."""
        self._tools.addWidget(widget)
        self.fit()

    def set_tabs(self, panes: Sequence[tuple[str, str]], current: str) -> None:
        """Name the panes that share this place, the current one in full ink; fewer than two are no tabs."""
        while (item := self._tabs.takeAt(0)) is not None:
            gone = item.widget()
            if gone is not None:
                gone.hide()
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
        self.fit()


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
