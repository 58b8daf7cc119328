"""A row of small tools at the right of a header: those that do not fit stay away whole instead of being cut."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolButton, QWidget

from app.ui import theme
from app.ui.guard import override_safe, slot_safe

GAP = 2


class ChipRow(QWidget):
    """Tools from left to right; when there is little room the last ones added with `keep` False go first."""

    def __init__(self) -> None:
        super().__init__()
        self._tools: list[QToolButton] = []
        self._rank: dict[QToolButton, int] = {}
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        theme.watch().changed.connect(self.arrange)

    def add(self, tool: QToolButton, rank: int) -> None:
        """A tool at the right end; of those that do not all fit the lowest ranks are kept."""
        tool.setParent(self)
        self._tools.append(tool)
        self._rank[tool] = rank

    @override_safe(QSize(0, 0))
    def sizeHint(self) -> QSize:
        widths = [tool.sizeHint().width() + theme.px(GAP) for tool in self._tools]
        return QSize(sum(widths), max((tool.sizeHint().height() for tool in self._tools), default=0))

    @override_safe(QSize(0, 0))
    def minimumSizeHint(self) -> QSize:
        first = min(self._tools, key=self._rank.__getitem__, default=None)
        return first.sizeHint() if first else QSize(0, 0)

    @slot_safe
    def arrange(self) -> None:
        """Show what fits, from the right edge leftwards."""
        self.updateGeometry()
        room, shown = self.width(), set()
        for tool in sorted(self._tools, key=self._rank.__getitem__):
            width = tool.sizeHint().width() + theme.px(GAP)
            if width > room:
                break
            room -= width
            shown.add(tool)
        right = self.width()
        for tool in reversed(self._tools):
            tool.setVisible(tool in shown)
            if tool in shown:
                size = tool.sizeHint()
                right -= size.width()
                tool.setGeometry(right, (self.height() - size.height()) // 2, size.width(), size.height())
                right -= theme.px(GAP)

    @override_safe(None)
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.arrange()

    def in_tab_order(self) -> None:
        """Tab goes from left to right."""
        for one, following in zip(self._tools, self._tools[1:], strict=False):
            QWidget.setTabOrder(one, following)
            following.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
