"""Paints the lines of a pasted block: check boxes of our own pixels, times, and what cannot be recorded in words."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView

from app.ui import theme
from app.ui.guard import override_safe
from app.ui.models.paste_model import LINE, PasteModel
from app.ui.models.spans import Run, inked
from app.ui.widgets.checklist_delegate import BOX, paint_check
from app.ui.widgets.inked import lay_out

Index = QModelIndex | QPersistentModelIndex


class PasteDelegate(QStyledItemDelegate):
    """One line a row; what is left out stands in second ink."""

    def __init__(self, view: QTableView, model: PasteModel) -> None:
        super().__init__(view)
        self._model = model

    @override_safe(None)
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        each = self._model.lines[index.row()]
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, QColor(theme.tokens().tint))
        box = option.rect.adjusted(theme.px(8), 0, -theme.px(6), 0)
        if index.column() == 0:
            box = self._check(painter, box, each.wanted)
        ink = "secondary" if not each.wanted else "attention" if each.line is None else "text"
        text = str(index.data(Qt.ItemDataRole.DisplayRole) or "")
        runs = tuple(inked(text)) if index.column() == LINE and ink == "text" else (Run(text),)
        lay_out(runs, box.width(), 1, plain=ink).draw_in(painter, QRectF(box))
        painter.restore()

    def _check(self, painter: QPainter, box: QRect, wanted: bool) -> QRect:
        side = theme.px(BOX)
        place = QRectF(box.left(), box.center().y() - side / 2 + 0.5, side, side)
        paint_check(painter, place, "done" if wanted else "open")
        return box.adjusted(side + theme.px(8), 0, 0, 0)
