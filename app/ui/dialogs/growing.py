"""A dialog that grows with what it has to say: wrapped sentences appear while one types, and nothing may overlap."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QDialog

from app.ui.guard import override_safe


class GrowingDialog(QDialog):
    """Never smaller than its content needs at its width."""

    @override_safe(False)
    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Show):
            self._grow()
        return handled

    def _grow(self) -> None:
        layout = self.layout()
        if layout is None:
            return
        tall = layout.totalHeightForWidth(self.width()) if layout.hasHeightForWidth() else layout.sizeHint().height()
        if tall > self.height():
            self.resize(self.width(), tall)
