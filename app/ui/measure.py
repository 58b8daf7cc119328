"""Windows that paint once and end, ours and Qt's bare ones, so that starts can be compared."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication, QMainWindow, QTableView, QWidget

from app.ui.guard import override_safe

if TYPE_CHECKING:
    from app.ui.opening import ReadFirst

BARE = ("bare", "table")


class _AfterPaint(QObject):
    """Calls back once, after the first paint of a widget has been carried out."""

    def __init__(self, widget: QWidget, then: Callable[[], object]) -> None:
        super().__init__(widget)
        self._then = then
        self._done = False
        widget.installEventFilter(self)

    @override_safe(False)
    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and not self._done:
            self._done = True
            QTimer.singleShot(0, self._then)
        return False


def _end() -> None:
    """The picture stands: what a window does afterwards, or at its end, is not part of the measure."""
    os._exit(0)


def bare(what: str) -> int:
    """A main window with nothing in it, or an empty table view."""
    application = QApplication(["bare"])
    window = QMainWindow()
    if what == "table":
        window.setCentralWidget(QTableView())
    window.resize(1366, 768)
    centre = window.centralWidget()
    _AfterPaint(centre.viewport() if isinstance(centre, QTableView) else window, _end)
    window.show()
    return int(application.exec())


def ours(what: str, home: Path, read_first: ReadFirst) -> int:
    """The program's window with the data of a folder, or (`timeline`) its list of rows alone."""
    application = QApplication(["ours"])
    if what == "timeline":
        return _timeline(application, home, read_first)
    from app.ui.opening import Opening, Wish

    window = Opening(application, read_first).open(Wish(home))
    _AfterPaint(window, _end)
    return int(application.exec())


def _timeline(application: QApplication, home: Path, read_first: ReadFirst) -> int:
    from app.ui import theme
    from app.ui.models.timeline_model import TimelineModel
    from app.ui.widgets.timeline_view import TimelineView

    theme.apply(application, "light")
    page = read_first(home, "")
    if page is None:
        return 1
    model = TimelineModel()
    first = page.row_count - len(page.rows)
    model.show(lambda start, count: page.rows[max(0, start - first) : max(0, start - first + count)], page.row_count)
    view = TimelineView(model)
    window = QMainWindow()
    window.setCentralWidget(view)
    window.resize(1366, 768)
    _AfterPaint(view.viewport(), _end)
    window.show()
    view.scrollToBottom()
    return int(application.exec())
