"""One painted line of several inks, for remarks in which keys and times stand out."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.ui import theme
from app.ui.guard import override_safe
from app.ui.models.spans import Run
from app.ui.widgets.inked import lay_out


class InkLine(QWidget):
    """Ends in … where it does not fit; a screen reader gets the text as its name."""

    def __init__(self, size: int = theme.CAPTION, plain: str = "secondary") -> None:
        super().__init__()
        self._size, self._plain = size, plain
        self._runs: tuple[Run, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        theme.watch().changed.connect(self.updateGeometry)

    @property
    def text(self) -> str:
        """What it says, without inks."""
        return "".join(run.text for run in self._runs)

    def show_runs(self, runs: Sequence[Run], plain: str = "") -> None:
        """Other words, in another ink where nothing else is said."""
        runs, plain = tuple(runs), plain or self._plain
        if (runs, plain) == (self._runs, self._plain):
            return
        self._runs, self._plain = runs, plain
        self.setAccessibleName(self.text)
        self.setToolTip("")
        self.updateGeometry()
        self.update()

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
        laid = lay_out(self._runs, self.contentsRect().width(), 1, font=theme.font(self._size), plain=self._plain)
        self.setToolTip(self.text if laid.cut else "")
        painter = QPainter(self)
        laid.draw_in(painter, QRectF(self.contentsRect()))
        painter.end()
