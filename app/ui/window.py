"""The main window: strip, panes, status; it composes and decides nothing about incidents."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QSplitter, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from app import settings as stored
from app.domain.errors import Refused
from app.ui import actions, errors, theme
from app.ui.catalog import PANES, PaneSpec
from app.ui.guard import override_safe, slot_safe
from app.ui.live import Live
from app.ui.pane import Pane
from app.ui.widgets.labels import rule
from app.ui.widgets.notice import Notice
from app.ui.widgets.status import Status
from app.ui.widgets.strip import Strip

if TYPE_CHECKING:
    from app.settings import Settings

WIDTHS = (264, 784, 318)
"""Board, centre and right at 1366 px."""


class Window(QMainWindow):
    """One window of the program."""

    def __init__(self, live: Live, folder: Path, settings: Settings | None = None) -> None:
        super().__init__()
        self.live = live
        self.folder = folder
        self.settings = settings or stored.Settings()
        self.registry = actions.Registry(self.settings.shortcuts)
        self.panes: dict[str, Pane] = {}
        self.setWindowTitle("Incident Cockpit")
        self.setMinimumSize(QSize(800, 500))
        self.resize(self.settings.width, self.settings.height)
        self.strip, self.notice, self.status = Strip(live), Notice(), Status(live)
        self.stack = QStackedWidget()
        self._centre = QStackedWidget()
        self._right = QSplitter(Qt.Orientation.Vertical)
        self._across = QSplitter(Qt.Orientation.Horizontal)
        self._build()
        self.registry.add(actions.window_commands(self))
        self._build_panes()
        self._build_menus()
        self._connect()
        self._restore = errors.install(self.show_refusal, self._crashed)

    # building

    def _build(self) -> None:
        for splitter in (self._right, self._across):
            splitter.setHandleWidth(1)
            splitter.setChildrenCollapsible(False)
        self.stack.addWidget(self._across)
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for each in (rule(), self.strip, rule(), self.notice):
            column.addWidget(each)
        column.addWidget(self.stack, 1)
        column.addWidget(rule())
        column.addWidget(self.status)
        self.setCentralWidget(whole)

    def _build_panes(self) -> None:
        for spec in PANES:
            pane = spec.make(self.live, spec.number)
            self.panes[spec.id] = pane
            self.registry.add([self._goto(spec), *pane.commands()])
            pane.header.chosen.connect(self.show_pane)
            if spec.place == "left":
                self._across.addWidget(pane)
            elif spec.place == "centre":
                self._centre.addWidget(pane)
            else:
                self._right.addWidget(pane)
        self._across.addWidget(self._centre)
        self._across.addWidget(self._right)
        for place, stretch in enumerate((0, 1, 0)):
            self._across.setStretchFactor(place, stretch)
        self._label_centre()
        self.reset_layout()

    def _goto(self, spec: PaneSpec) -> actions.Command:
        keys = f"Alt+{spec.number}" if spec.number else ""
        return actions.Command(
            f"pane-{spec.id}", f"Go to {spec.title.lower()}", lambda: self.show_pane(spec.id), keys, "", "View"
        )

    def _build_menus(self) -> None:
        bar = self.menuBar()
        for name in actions.MENUS:
            listed = [command for command in self.registry.all() if command.menu == name]
            if not listed:
                continue
            menu = bar.addMenu(name)
            menu.addActions([self.registry.action(command.id) for command in listed])
            menu.aboutToShow.connect(lambda it=tuple(listed): self._show_enabled(it))
        self.addActions([self.registry.action(c.id) for c in self.registry.all() if c.shortcut or c.menu])
        search = QToolButton()
        search.setText("Search or run a command   Ctrl K")
        search.setProperty("search", True)
        search.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        search.clicked.connect(self.show_palette)
        bar.setCornerWidget(search)

    def _show_enabled(self, listed: Iterable[actions.Command]) -> None:
        for command in listed:
            self.registry.action(command.id).setEnabled(command.enabled())

    def _connect(self) -> None:
        self.live.failed.connect(self.show_refusal)
        self.strip.signer_clicked.connect(self.choose_signer)
        self.strip.show_owed(())

    # panes

    def pane(self, identity: str) -> Pane:
        """The pane with that id; KeyError if there is none."""
        return self.panes[identity]

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
        shared = [(spec.id, spec.title) for spec in PANES if spec.place == "centre"]
        for identity, _title in shared:
            self.panes[identity].header.set_tabs(shared, identity)

    def step_pane(self, step: int) -> None:
        """The keyboard to the next visible pane, or the one before."""
        visible = [spec.id for spec in PANES if self.panes[spec.id].isVisible()]
        if not visible:
            return
        focus = QApplication.focusWidget()
        here = next((i for i, each in enumerate(visible) if focus and self.panes[each].isAncestorOf(focus)), -1)
        start = here if here >= 0 or step > 0 else 0
        self.show_pane(visible[(start + step) % len(visible)])

    def reset_layout(self) -> None:
        """The sizes as they were at first."""
        self._across.setSizes([theme.px(width) for width in WIDTHS])
        self._right.setSizes([theme.px(222), theme.px(441)])

    # what commands do

    def declare(self) -> None:
        """Open the declare form."""

    def show_start(self) -> None:
        """Recent incidents, search, the sample."""

    @slot_safe
    def choose_signer(self) -> None:
        """Choose who signs."""

    def save_recovery_sheet(self) -> None:
        """Choose a file for the recovery sheet."""

    @slot_safe
    def show_palette(self) -> None:
        """Every command, found by typing a part of it."""

    def show_help(self) -> None:
        """The help of the pane that has the keyboard."""

    def show_cheat_sheet(self) -> None:
        """Every key on one page."""

    def copy_diagnostics(self) -> None:
        """Versions and places to the clipboard."""

    def change_text_size(self, step: int) -> None:
        """The next larger (1) or smaller (-1) text, or the normal one (0)."""
        sizes = stored.TEXT_SIZES
        place = sizes.index(self.settings.text_size)
        chosen = 100 if step == 0 else sizes[max(0, min(place + step, len(sizes) - 1))]
        self._appear(replace(self.settings, text_size=chosen))

    def change_theme(self) -> None:
        """Light if it is dark, dark if it is light."""
        self._appear(replace(self.settings, theme="light" if theme.tokens().dark else "dark"))

    def _appear(self, settings: Settings) -> None:
        self.settings = settings
        application = QApplication.instance()
        if isinstance(application, QApplication):
            theme.apply(application, settings.theme, settings.text_size)

    def change_wall(self) -> None:
        """The whole screen and back."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    # errors

    @slot_safe
    def show_refusal(self, refusal: Refused) -> None:
        """One sentence and a hint in the quiet strip."""
        self.notice.show_refusal(refusal)

    def _crashed(self, slip: errors.Slip) -> None:
        errors.write_report(self.folder, slip)
        self.notice.say("The program made an error of its own.", slip.kind, warns=True)

    # Qt

    @override_safe(None)
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.notice.dismiss():
            return
        super().keyPressEvent(event)

    @override_safe(None)
    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.WindowStateChange:
            if self.isMinimized():
                self.live.pause()
            else:
                self.live.resume()
        super().changeEvent(event)

    @override_safe(None)
    def closeEvent(self, event: QCloseEvent) -> None:
        self.live.stop()
        self._restore()
        super().closeEvent(event)
