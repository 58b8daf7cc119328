"""The organisation profile, typed once: controller, data protection officer, authority, zone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from zoneinfo import available_timezones

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from app.domain import organisation
from app.domain.errors import Refused
from app.domain.fields import Catalogue
from app.domain.organisation import PROFILE, ProfileField
from app.ui import tasks, theme
from app.ui.guard import override_safe, slot_safe
from app.ui.live import Live
from app.ui.pane import mark_wrong
from app.ui.widgets.answer_input import YES_NO
from app.ui.widgets.breach_form import Page
from app.ui.widgets.labels import label, set_tone
from app.ui.widgets.name_field import NameField
from app.ui.widgets.prose import ENTER

NEEDED: Final = frozenset(field.id for field in organisation.unset({}))
"""What Art. 33(3)(b), the address of the notification and its clock need."""


class ProfileLine(QWidget):
    """One value: saved when one leaves it or presses Enter, with what came of it below."""

    changed = Signal(str, str)

    def __init__(self, field: ProfileField, options: Sequence[tuple[str, str]], names: Sequence[str] = ()) -> None:
        super().__init__()
        self.field, self._saved = field, ""
        self.line = NameField()
        self.choice = QComboBox()
        self._is_choice = bool(options)
        self._hint = "" if self._is_choice else field.hint
        self.remark = label(self._hint, "caption")
        self.remark.setWordWrap(True)
        self.choice.addItem("not chosen", "")
        for code, words in options:
            self.choice.addItem(words, code)
        if names:
            self.line.set_names(names)
        self.input: QWidget = self.choice if self._is_choice else self.line
        self.input.setAccessibleName(field.label)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(2))
        column.addWidget(self.input)
        column.addWidget(self.remark)
        self.setFocusProxy(self.input)
        self._calm()
        self.line.editingFinished.connect(self.hand_in)
        self.line.textEdited.connect(self._calm)
        self.choice.activated.connect(self.hand_in)

    def fill(self, value: str) -> None:
        """What is kept now."""
        self._saved = value
        self.line.setText(value)
        place = self.choice.findData(value)
        if place < 0:
            self.choice.addItem(value, value)
            place = self.choice.count() - 1
        self.choice.setCurrentIndex(place)

    def text(self) -> str:
        """What is typed or chosen."""
        return str(self.choice.currentData()) if self._is_choice else self.line.text().strip()

    @slot_safe
    def hand_in(self) -> None:
        """Ask for a value that differs to be kept."""
        text = self.text()
        if text == self._saved:
            return
        self._say("saving…")
        self.changed.emit(self.field.id, text)

    def kept(self, value: str) -> None:
        """It is kept."""
        self._saved = value
        mark_wrong(self.input, False)
        self._say("Saved")

    def refuse(self, refusal: Refused) -> None:
        """It was not kept: why; what was typed stays."""
        mark_wrong(self.input, True)
        self._say(f"{refusal.message} {refusal.hint}".strip(), "overdue")

    @slot_safe
    def _calm(self) -> None:
        mark_wrong(self.input, False)
        self._say(self._hint)

    def _say(self, sentence: str, tone: str = "secondary") -> None:
        self.remark.setText(sentence)
        self.remark.setVisible(bool(sentence))
        set_tone(self.remark, tone)


class OrganisationDialog(QDialog):
    """Opened with `open()`; every field is saved on its own, so there is nothing to confirm."""

    kept = Signal()

    def __init__(
        self,
        live: Live,
        catalogue: Catalogue,
        authorities: Sequence[tuple[str, str]],
        profile: Mapping[str, str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._live, self._profile = live, dict(profile)
        self.setWindowTitle("Organisation profile")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        room = self.screen().availableGeometry()
        self.resize(min(theme.px(640), room.width() - 40), min(theme.px(690), room.height() - 80))
        self.lines = {field.id: self._line(field, catalogue, authorities) for field in PROFILE}
        self._lack = label("", "small")
        self._lack.setWordWrap(True)
        self._build()
        self._say_what_lacks()
        first = next((line for line in self.lines.values() if line.field.id in NEEDED and not line.text()), None)
        (first or next(iter(self.lines.values()))).setFocus(Qt.FocusReason.OtherFocusReason)

    def _line(self, field: ProfileField, catalogue: Catalogue, authorities: Sequence[tuple[str, str]]) -> ProfileLine:
        options: Sequence[tuple[str, str]] = ()
        if field.id == "authority":
            options = authorities
        elif field.breach_field:
            asked = catalogue.named(field.breach_field)
            options = YES_NO if asked.kind == "bool" else [(code, catalogue.word(code)) for code in asked.values]
        names = sorted(available_timezones()) if field.id == "zone" else ()
        line = ProfileLine(field, options, names)
        line.fill(self._profile.get(field.id, ""))
        line.changed.connect(self._keep)
        return line

    def _build(self) -> None:
        page = Page()
        grid = QGridLayout(page)
        grid.setContentsMargins(theme.px(18), theme.px(6), theme.px(18), theme.px(12))
        grid.setHorizontalSpacing(theme.px(14))
        grid.setVerticalSpacing(theme.px(7))
        grid.setColumnStretch(1, 1)
        for place, line in enumerate(self.lines.values()):
            words = f"{line.field.label} *" if line.field.id in NEEDED else line.field.label
            caption = label(words, tone="secondary")
            caption.setWordWrap(True)
            caption.setFixedWidth(theme.px(190))
            caption.setContentsMargins(0, theme.px(6), 0, 0)
            grid.addWidget(caption, place, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(line, place, 1)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(page)
        close = QPushButton("Close")
        close.setAutoDefault(False)
        close.clicked.connect(self.accept)
        foot = QHBoxLayout()
        foot.setContentsMargins(theme.px(18), 0, theme.px(18), theme.px(14))
        foot.addWidget(self._lack, 1)
        foot.addWidget(close, 0, Qt.AlignmentFlag.AlignBottom)
        first = label(
            "Typed once; every packet fills itself in from here. Each value is saved as you leave it.", "small"
        )
        first.setContentsMargins(theme.px(18), theme.px(14), theme.px(18), theme.px(4))
        first.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(first)
        column.addWidget(scroll, 1)
        column.addLayout(foot)

    def _say_what_lacks(self) -> None:
        lacking = organisation.unset(self._profile)
        names = ", ".join(field.label for field in lacking)
        self._lack.setText(f"* Still needed for a notification: {names}." if lacking else "All that is needed is here.")

    @slot_safe
    def _keep(self, field: str, value: str) -> None:
        session, line = self._live.session, self.lines[field]
        if session is None:
            return
        from app.services import regulatory

        def kept(_field: str) -> None:
            self._live.refresh()
            if isValid(self):
                self._profile[field] = value
                line.kept(value)
                self._say_what_lacks()
                self.kept.emit()

        tasks.write(lambda: regulatory.set_organisation(session, field, value), kept, line.refuse)

    @slot_safe
    def done(self, result: int) -> None:
        """What stands in the field that one is in is saved first."""
        for line in self.lines.values():
            line.hand_in()
        super().done(result)

    @override_safe(None)
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in ENTER:
            # QDialog would press a button; Enter here saves the line and goes on.
            self.focusNextChild()
            return
        super().keyPressEvent(event)
