"""One painted line of several inks, for remarks in which keys and times stand out."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.ui import theme
from app.ui.guard import override_safe
from app.ui.models.spans import Run
from app.ui.widgets.inked import Laid, lay_out


class InkLine(QWidget):
    """Ends in … where it does not fit; a screen reader gets the text as its name."""

    def __init__(self, size: int = theme.CAPTION, plain: str = "secondary") -> None:
        super().__init__()
        self._size, self._plain, self._lines = size, plain, 1
        self._runs: tuple[Run, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        theme.watch().changed.connect(self._fit)

    @property
    def text(self) -> str:
        """What it says, without inks."""
        return "".join(run.text for run in self._runs)

    def show_runs(self, runs: Sequence[Run], plain: str = "", lines: int = 1) -> None:
        """Other words, in another ink where nothing else is said, in so many lines at most."""
        runs, plain = tuple(runs), plain or self._plain
        if (runs, plain, lines) == (self._runs, self._plain, self._lines):
            return
        self._runs, self._plain, self._lines = runs, plain, lines
        self._fit()
        self.setAccessibleName(self.text)
        self.setToolTip("")
        self.updateGeometry()
        self.update()

    def _laid(self) -> Laid:
        font = theme.font(self._size)
        return lay_out(self._runs, self.contentsRect().width(), self._lines, font=font, plain=self._plain)

    def _fit(self) -> None:
        """As tall as the lines that are needed."""
        edges = self.contentsMargins()
        tall = QFontMetrics(theme.font(self._size)).lineSpacing()
        if self._lines > 1:
            tall = max(tall, round(self._laid().height))
        self.setFixedHeight(tall + 2 + edges.top() + edges.bottom())

    @override_safe(None)
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

    @override_safe(QSize(0, 0))
    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(theme.font(self._size))
        strong = QFontMetrics(theme.font(self._size, QFont.Weight.DemiBold))
        width = sum((strong if run.ink == "strong" else metrics).horizontalAdvance(run.text) for run in self._runs)
        edges = self.contentsMargins()
        return QSize(width + 4 + edges.left() + edges.right(), metrics.lineSpacing() + 2 + edges.top() + edges.bottom())

    @override_safe(QSize(0, 0))
    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.sizeHint().height())

    @override_safe(None)
    def paintEvent(self, event: QPaintEvent) -> None:
        laid = self._laid()
        self.setToolTip(self.text if laid.cut else "")
        painter = QPainter(self)
        laid.draw_in(painter, QRectF(self.contentsRect()))
        painter.end()
