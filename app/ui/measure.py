"""Windows that paint once and end, ours and Qt's bare ones, so that starts can be compared."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QTimer
from PySide6.QtWidgets import QApplication, QMainWindow, QTableView

from app.ui.guard import override_safe

if TYPE_CHECKING:
    from app.ui.opening import ReadFirst

BARE = ("bare", "table")


class Bare(QMainWindow):
    """A window that says when it stands painted: after its update request was carried out."""

    waits = True

    @override_safe(False)
    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        if self.waits and event.type() == QEvent.Type.UpdateRequest:
            self.waits = False
            QTimer.singleShot(0, _end)
        return handled


def _end() -> None:
    """The picture stands: what a window does afterwards, or at its end, is not part of the measure."""
    os._exit(0)


def bare(what: str) -> int:
    """A main window with nothing in it, or an empty table view."""
    application = QApplication(["bare"])
    window = Bare()
    if what == "table":
        window.setCentralWidget(QTableView())
    window.resize(1366, 768)
    window.show()
    return int(application.exec())


def ours(what: str, home: Path, read_first: ReadFirst) -> int:
    """The program's window with the data of a folder, or (`timeline`) its list of rows alone."""
    application = QApplication(["ours"])
    if what == "timeline":
        return _timeline(application, home, read_first)
    from app.ui.opening import Opening, Wish

    window = Opening(application, read_first).open(Wish(home))
    window.painted.disconnect()
    window.painted.connect(_end)
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
    window = Bare()
    window.setCentralWidget(view)
    window.resize(1366, 768)
    window.show()
    view.scrollToBottom()
    return int(application.exec())
