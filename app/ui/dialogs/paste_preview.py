"""A pasted block before it is recorded: every line with the time that it would get; one Enter records them all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from app.domain.scribe import Line
from app.ui import theme
from app.ui.guard import override_safe, slot_safe
from app.ui.models.moments import zone_label
from app.ui.models.paste_model import LINE, PasteModel
from app.ui.pane import mark_wrong
from app.ui.widgets.labels import label, set_tone
from app.ui.widgets.paste_delegate import PasteDelegate


@dataclass(frozen=True, slots=True)
class Block:
    """The lines to record, in order."""

    lines: tuple[Line, ...]


class PastePreview(QDialog):
    """Opened with `open()`; `agreed` carries the `Block`. Nothing is recorded when it is closed otherwise."""

    agreed = Signal(object)

    def __init__(self, text: str, now: datetime, zone: ZoneInfo, number: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"Record a block in {number}")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(theme.px(860), theme.px(460))
        self.model = PasteModel(text, now, zone, self)
        self.table = self._table()
        self.day = QLineEdit()
        self.day.setPlaceholderText(f"{now.astimezone(zone):%Y-%m-%d}")
        self.day.setAccessibleName("Day of the lines that have only a time")
        self.day.setMaximumWidth(theme.px(120))
        self.record = QPushButton()
        self.record.setProperty("primary", True)
        self.record.setDefault(True)
        self._remark = label("", "small")
        self._build(zone_label(now, zone))
        self.day.textChanged.connect(self._day_typed)
        self.record.clicked.connect(self._agree)
        self.model.dataChanged.connect(self._count)
        self._count()
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _table(self) -> QTableView:
        table = QTableView()
        table.setModel(self.model)
        table.setItemDelegate(PasteDelegate(table, self.model))
        table.setAccessibleName("Lines of the block")
        table.setTabKeyNavigation(False)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        editing = QAbstractItemView.EditTrigger
        table.setEditTriggers(editing.DoubleClicked | editing.EditKeyPressed)
        table.verticalHeader().hide()
        table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        table.verticalHeader().setDefaultSectionSize(theme.row())
        header = table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for column, width in enumerate((244, 84, 120)):
            table.setColumnWidth(column, theme.px(width))
        header.setStretchLastSection(True)
        table.setCurrentIndex(self.model.index(0, LINE))
        return table

    def _build(self, zone: str) -> None:
        top = QHBoxLayout()
        told = f"Times without a zone are read as {zone}. Space leaves a line out, F2 edits it."
        top.addWidget(label(told, "small"), 1)
        top.addWidget(label("Day of bare times", "small"))
        top.addWidget(self.day)
        below = QHBoxLayout()
        below.addWidget(self._remark, 1)
        cancel = QPushButton("Cancel")
        cancel.setAutoDefault(False)
        cancel.clicked.connect(self.reject)
        below.addWidget(cancel)
        below.addWidget(self.record)
        stack = QVBoxLayout(self)
        stack.setContentsMargins(theme.px(14), theme.px(12), theme.px(14), theme.px(12))
        stack.setSpacing(theme.px(8))
        stack.addLayout(top)
        stack.addWidget(self.table, 1)
        stack.addLayout(below)

    @slot_safe
    def _day_typed(self, text: str) -> None:
        try:
            day = date.fromisoformat(text.strip()) if text.strip() else None
        except ValueError:
            mark_wrong(self.day, True)
            return
        mark_wrong(self.day, False)
        self.model.set_day(day)

    @slot_safe
    def _count(self) -> None:
        count, wrong = len(self.model.wanted()), self.model.wrong()
        self.record.setText(f"Record {count} line{'' if count == 1 else 's'}")
        self.record.setEnabled(count > 0 and wrong == 0)
        if wrong:
            some = "One line" if wrong == 1 else f"{wrong} lines"
            self._remark.setText(f"{some} cannot be recorded as it stands: edit it with F2 or leave it out with Space.")
        else:
            self._remark.setText("Nothing is recorded yet.")
        set_tone(self._remark, "attention" if wrong else "")

    @slot_safe
    def _agree(self) -> None:
        if self.record.isEnabled():
            self.agreed.emit(Block(self.model.wanted()))
            self.accept()

    def _toggle(self) -> None:
        index = self.model.index(self.table.currentIndex().row(), 0)
        if index.isValid():
            on = index.data(Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Checked
            wanted = Qt.CheckState.Unchecked if on else Qt.CheckState.Checked
            self.model.setData(index, wanted, Qt.ItemDataRole.CheckStateRole)

    @override_safe(None)
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._agree()
        elif event.key() == Qt.Key.Key_Space and self.table.hasFocus():
            self._toggle()
        else:
            super().keyPressEvent(event)
