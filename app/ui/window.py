"""The main window: strip, panes, status; it composes and decides nothing about incidents."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QMainWindow,
    QMenu,
    QSplitter,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app import settings as stored
from app.domain.errors import Refused
from app.settings import Settings
from app.ui import actions, errors, theme
from app.ui.catalog import PANES, PaneSpec
from app.ui.guard import override_safe, slot_safe
from app.ui.live import Live
from app.ui.pane import Pane
from app.ui.widgets.labels import rule
from app.ui.widgets.status import Status
from app.ui.widgets.strip import Strip

if TYPE_CHECKING:
    from app.ui.acts import Acts
    from app.ui.idle import Idle
    from app.ui.panes.start import StartPage
    from app.ui.papers import Papers
    from app.ui.widgets.notice import Notice
    from app.ui.widgets.unlock import UnlockLine

LEFT, RIGHT = (264, 24), (318, 28)
"""Width at text size 100 %, and the most in per cent of the window."""
FIRST_FOCUS = "timeline"
"""Where typing goes when an incident is opened: to its scribe bar."""
PASSPHRASE_PLACE = 3
"""Below the top strip and its two rules."""
SEARCH = "Search or run a command   Ctrl K"
RIGHT_HEIGHTS = (222, 441)


class Window(QMainWindow):
    """One window on one data folder."""

    painted = Signal()
    """The first picture is on the screen; whatever is slow may begin."""
    sample_wanted = Signal()
    remembered = Signal()
    """A choice was made that the next start should know, even one after a kill."""
    gone = Signal()

    def __init__(self, live: Live, folder: Path, settings: Settings | None = None) -> None:
        super().__init__()
        self.live = live
        self.folder = folder
        self.settings = settings or Settings()
        self.registry = actions.Registry(self.settings.shortcuts)
        self.panes: dict[str, Pane] = {}
        self._to_scribe = False
        self._shown_incident = ""
        self._waits_for_paint = True
        self._is_complete = False
        self.setMinimumSize(QSize(800, 500))
        self.resize(self.settings.width, self.settings.height)
        self.strip, self.status = Strip(live), Status(live)
        self._start: StartPage | None = None
        self.stack = QStackedWidget()
        self._centre = QStackedWidget()
        self._right = QSplitter(Qt.Orientation.Vertical)
        self._across = QSplitter(Qt.Orientation.Horizontal)
        self._column = QVBoxLayout()
        self._build()
        self._menus: dict[str, QMenu] = {}
        self._build_first()
        self._build_menu_bar()
        self._connect()
        self._restore_errors = errors.install(self.show_refusal, self._crashed)
        self.setWindowTitle("Incident Cockpit")
        if live.incident_id:
            self.stack.setCurrentWidget(self._across)
        else:
            self.stack.setCurrentWidget(self.start)
            self.start.focus_first()
        self.painted.connect(self.complete)

    # building

    def _build(self) -> None:
        for splitter in (self._right, self._across):
            splitter.setHandleWidth(1)
            splitter.setChildrenCollapsible(False)
        self.stack.addWidget(self._across)
        whole = QWidget()
        column = self._column
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for each in (rule(), self.strip, rule()):
            column.addWidget(each)
        column.addWidget(self.stack, 1)
        column.addWidget(rule())
        column.addWidget(self.status)
        whole.setLayout(column)
        self.setCentralWidget(whole)

    # What the first picture does not show is made, and its module loaded, when it is first wanted.

    @cached_property
    def acts(self) -> Acts:
        """What the window's own commands do."""
        from app.ui import acts

        return acts.Acts(self)

    @cached_property
    def papers(self) -> Papers:
        """What leaves the window."""
        from app.ui import papers

        return papers.Papers(self)

    @cached_property
    def notice(self) -> Notice:
        """The quiet strip under the top strip."""
        from app.ui.widgets import notice

        made = notice.Notice()
        self._column.insertWidget(self._column.indexOf(self.stack), made)
        return made

    @cached_property
    def unlock(self) -> UnlockLine:
        """The line that asks for a passphrase."""
        from app.ui.widgets import unlock

        return unlock.UnlockLine(self.live, self._column, PASSPHRASE_PLACE)

    @cached_property
    def idle(self) -> Idle:
        """What notices that nobody is there."""
        from app.ui import idle

        return idle.Idle(self.settings.lock_after_minutes)

    @property
    def start(self) -> StartPage:
        """The start page, made when it is first wanted."""
        if self._start is None:
            from app.ui.panes import start

            self._start = start.StartPage(self.live)
            self.stack.addWidget(self._start)
            self._start.chosen.connect(self.open_incident)
            self._start.named.connect(self.acts.first_name)
            self._start.declare_wanted.connect(self.acts.declare)
            self._start.sample_wanted.connect(self.sample_wanted)
        return self._start

    def _build_first(self) -> None:
        """What the first picture shows: the pane at the left and the first of the centre, room for the others."""
        if self.live.incident_id:
            for place in ("left", "centre"):
                for spec in [spec for spec in PANES if spec.place == place][:1]:
                    self._add_pane(spec)
        self._across.addWidget(self._centre)
        self._across.addWidget(self._right)
        self._across.setStretchFactor(self._across.indexOf(self._centre), 1)
        self._size_panes()

    def _add_pane(self, spec: PaneSpec) -> None:
        pane = spec.make(self.live, spec.number)
        self.panes[spec.id] = pane
        pane.header.chosen.connect(self.show_pane)
        if spec.place == "left":
            self._across.insertWidget(0, pane)
        else:
            (self._centre if spec.place == "centre" else self._right).addWidget(pane)

    @slot_safe
    def complete(self) -> None:
        """After the first picture: the other panes, and every command with its key."""
        if self._is_complete:
            return
        self._is_complete = True
        self.unlock.hide()
        self.notice.hide()
        self.idle.passed.connect(self.live.lock)
        self.strip.signer_clicked.connect(self.acts.choose_signer)
        self.strip.owed_clicked.connect(self.acts.show_owed)
        for spec in PANES:
            if spec.id not in self.panes:
                self._add_pane(spec)
        self.papers.attach()
        self._add_commands()
        self._label_centre()
        self._size_panes()
        self._fill_menus()
        for splitter in self._splitters().values():
            splitter.splitterMoved.connect(self._remember_layout)

    def _add_commands(self) -> None:
        """Every command; where a key in the settings is taken twice, all keep the keys they came with."""
        offered = [*actions.window_commands(self), *self.papers.commands()]
        for spec in PANES:
            offered += [self._goto(spec), *self.panes[spec.id].commands()]
        try:
            self.registry.add(offered)
        except Refused as refusal:
            self.registry = actions.Registry()
            self.registry.add(offered)
            self.show_refusal(refusal)

    def _size_panes(self) -> None:
        self.reset_layout()
        for name, splitter in self._splitters().items():
            splitter.restoreState(QByteArray(b64decode(self.settings.splitters.get(name, ""))))

    def _splitters(self) -> dict[str, QSplitter]:
        return {"across": self._across, "right": self._right}

    def _goto(self, spec: PaneSpec) -> actions.Command:
        keys = f"Alt+{spec.number}" if spec.number else ""
        return actions.Command(
            f"pane-{spec.id}", f"Go to {spec.title.lower()}", lambda: self.show_pane(spec.id), keys, "", "View"
        )

    def _build_menu_bar(self) -> None:
        bar = self.menuBar()
        self._menus = {name: bar.addMenu(name) for name in actions.MENUS}
        self._search_words = search = QToolButton(self)
        search.setAccessibleName(SEARCH)
        search.setProperty("search", True)
        search.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        search.clicked.connect(self._search)
        self._fit_menu_bar()
        theme.watch().changed.connect(self._fit_menu_bar)

    @slot_safe
    def _fit_menu_bar(self) -> None:
        """Where every menu and the whole invitation to search do not fit, its key is enough."""
        menus = sum(self.menuBar().fontMetrics().horizontalAdvance(name) + theme.px(24) for name in self._menus)
        words = self.menuBar().fontMetrics().horizontalAdvance(SEARCH) + theme.px(60)
        shown = SEARCH if menus + words <= self.width() else "Ctrl K"
        if shown != self._search_words.text():
            self._search_words.setText(shown)
        self.menuBar().setCornerWidget(self._search_words)
        self._search_words.show()

    @slot_safe
    def _search(self) -> None:
        self.acts.show_palette()

    def _crashed(self, slip: errors.Slip) -> None:
        self.acts.crashed(slip)

    def _fill_menus(self) -> None:
        for name, menu in self._menus.items():
            listed = tuple(command for command in self.registry.all() if command.menu == name)
            menu.menuAction().setVisible(bool(listed))
            menu.addActions([self.registry.action(command.id) for command in listed])
            menu.aboutToShow.connect(partial(self._show_enabled, listed))
        self.addActions([self.registry.action(command.id) for command in self.registry.all()])

    def _show_enabled(self, listed: Iterable[actions.Command]) -> None:
        for command in listed:
            self.registry.action(command.id).setEnabled(command.enabled())

    def _connect(self) -> None:
        live = self.live
        live.failed.connect(self.show_refusal)
        live.incident_changed.connect(self._incident_changed)
        live.first_profile_wanted.connect(self.show_start)
        live.ready.connect(self._ready)

    # panes

    def pane(self, identity: str) -> Pane:
        """The pane with that id; KeyError if there is none."""
        return self.panes[identity]

    def focused_pane(self) -> Pane | None:
        """The pane that has the keyboard."""
        focus = QApplication.focusWidget()
        found = [pane for pane in self.panes.values() if focus is pane or (focus and pane.isAncestorOf(focus))]
        return found[0] if found else None

    @slot_safe
    def show_pane(self, identity: str) -> None:
        """Bring a pane to the front and give it the keyboard."""
        pane = self.panes[identity]
        self.stack.setCurrentWidget(self._across)
        if self._centre.indexOf(pane) >= 0:
            self._centre.setCurrentWidget(pane)
            self._label_centre()
        pane.focus_first()

    def _label_centre(self) -> None:
        shared = [(spec.id, spec.title) for spec in PANES if spec.place == "centre" and spec.id in self.panes]
        for identity, _title in shared:
            self.panes[identity].header.set_tabs(shared, identity)

    def step_pane(self, step: int) -> None:
        """The keyboard to the next visible pane, or the one before."""
        visible = [spec.id for spec in PANES if self.panes[spec.id].isVisible()]
        if not visible:
            return
        here = self.focused_pane()
        place = next((i for i, each in enumerate(visible) if self.panes[each] is here), -1 if step > 0 else 0)
        self.show_pane(visible[(place + step) % len(visible)])

    def reset_layout(self) -> None:
        """The sizes as they were at first."""
        whole = max(self.width(), self.minimumWidth())
        left, right = (min(theme.px(width), whole * share // 100) for width, share in (LEFT, RIGHT))
        self._across.setSizes([left, whole - left - right, right][-self._across.count() :])
        self._right.setSizes([theme.px(height) for height in RIGHT_HEIGHTS])

    # which incident

    @slot_safe
    def show_start(self) -> None:
        """Recent incidents, search, the sample; at the first start the field for a name."""
        self.start.refresh()
        self.stack.setCurrentWidget(self.start)
        self.start.focus_first()

    @slot_safe
    def _ready(self) -> None:
        if self.stack.currentWidget() is self._start:
            self.start.refresh()
            self.start.focus_first()

    def open_incident(self, number_or_id: str, to_scribe: bool = False) -> None:
        """Show an incident in the war room; `to_scribe` gives the keyboard to the scribe bar."""
        self._to_scribe = to_scribe
        self._shown_incident = ""
        self.live.open(number_or_id)

    @slot_safe
    def _incident_changed(self) -> None:
        look = self.live.look
        self.setWindowTitle(f"{look.view.number} · Incident Cockpit" if look else "Incident Cockpit")
        if look is None or look.view.incident_id == self._shown_incident:
            return
        self._shown_incident = look.view.incident_id
        self.remember(last_incident=look.view.incident_id)
        elsewhere = self.stack.currentWidget() is not self._across
        self.stack.setCurrentWidget(self._across)
        focus = QApplication.focusWidget()
        if self._to_scribe or elsewhere or focus is None or self.strip.isAncestorOf(focus):
            self.show_pane(FIRST_FOCUS)
        self._to_scribe = False

    # appearance

    def change_text_size(self, step: int) -> None:
        """The next larger (1) or smaller (-1) text, or the normal one (0)."""
        sizes = stored.TEXT_SIZES
        place = sizes.index(self.settings.text_size)
        chosen = 100 if step == 0 else sizes[max(0, min(place + step, len(sizes) - 1))]
        self._appear(text_size=chosen)

    def change_theme(self) -> None:
        """Light if it is dark, dark if it is light."""
        self._appear(theme="light" if theme.tokens().dark else "dark")

    def _appear(self, **changes: object) -> None:
        self.remember(**changes)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            theme.apply(application, self.settings.theme, self.settings.text_size)

    def change_wall(self) -> None:
        """The whole screen and back."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def remember(self, **changes: object) -> None:
        """Keep a choice for the next start."""
        chosen = replace(self.settings, **changes)  # type: ignore[arg-type]
        if chosen != self.settings:
            self.settings = chosen
            self.remembered.emit()

    @slot_safe
    def _remember_layout(self) -> None:
        states = {name: b64encode(each.saveState().data()).decode() for name, each in self._splitters().items()}
        self.remember(maximised=self.isMaximized(), splitters=states)

    @slot_safe
    def show_refusal(self, refusal: Refused) -> None:
        """One sentence and a hint in the quiet strip."""
        self.notice.show_refusal(refusal)

    # Qt

    @override_safe(False)
    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        if self._waits_for_paint and event.type() == QEvent.Type.UpdateRequest:
            self._waits_for_paint = False
            QTimer.singleShot(0, self.painted.emit)
        return handled

    @override_safe(None)
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and (self.notice.dismiss() or self._leave_wall()):
            return
        super().keyPressEvent(event)

    def _leave_wall(self) -> bool:
        if self.isFullScreen():
            self.change_wall()
            return True
        return False

    @override_safe(None)
    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.WindowStateChange:
            (self.live.pause if self.isMinimized() else self.live.resume)()
        super().changeEvent(event)

    @override_safe(None)
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_menu_bar()
        if not self.isMaximized() and not self.isFullScreen():
            self.remember(width=self.width(), height=self.height())

    @override_safe(None)
    def closeEvent(self, event: QCloseEvent) -> None:
        self._remember_layout()
        for pane in self.panes.values():
            pane.leave()
        self._restore_errors()
        self.live.stop()
        super().closeEvent(event)
        self.gone.emit()
