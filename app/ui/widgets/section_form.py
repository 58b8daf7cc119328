"""One section of the post-mortem: what the record says, the template's fields, and the prose a person writes."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from app.domain.errors import Refused
from app.ui import theme
from app.ui.guard import override_safe, slot_safe
from app.ui.models.breach_sheet import local_words
from app.ui.models.postmortem_sheet import FILLED, WRITTEN, Known, Part, join_fields, split_fields
from app.ui.widgets.labels import Elided, label, set_tone
from app.ui.widgets.prose import ENTER, Prose
from app.ui.widgets.wrapped import wrapped

Save = Callable[["SectionForm", str], object]


class KnownList(QWidget):
    """Labels and words from the record, in two columns; nothing here can be edited."""

    def __init__(self) -> None:
        super().__init__()
        self._shown: tuple[Known, ...] = ()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, theme.px(4))
        self._grid.setHorizontalSpacing(theme.px(14))
        self._grid.setVerticalSpacing(theme.px(3))
        self._grid.setColumnStretch(1, 1)

    def show_known(self, known: tuple[Known, ...]) -> None:
        """Other facts; the same ones cost nothing."""
        if known == self._shown:
            return
        self._shown = known
        while (item := self._grid.takeAt(0)) is not None:
            gone = item.widget()
            if gone is not None:
                gone.hide()
                gone.deleteLater()
        for place, one in enumerate(known):
            name, value = wrapped(one.label, "small"), wrapped(one.value, tone=one.tone)
            name.setFixedWidth(theme.px(156))
            self._grid.addWidget(name, place, 0)
            self._grid.addWidget(value, place, 1)
        self.setAccessibleName("; ".join(f"{one.label}: {one.value}" for one in known))

    @property
    def words(self) -> tuple[str, ...]:
        """What it says, one line each."""
        return tuple(f"{one.label}: {one.value}" for one in self._shown)


class SectionForm(QWidget):
    """Ctrl+Enter saves. What is typed stays until it is saved, whatever else is recorded meanwhile."""

    wanted = Signal(str)
    """The text to be recorded."""
    typed = Signal()

    def __init__(self, part: Part, zone: str) -> None:
        super().__init__()
        self.part, self._zone, self._base = part, zone, part.text
        self._title, self._mark = label(part.section.title, "strong"), label("", "caption", "attention")
        self._by = Elided("", "caption")
        self._by.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._filled = label(FILLED.get(part.section.kind, ""), "caption")
        self.known = KnownList()
        self.lines = {name: QLineEdit() for name in part.inputs}
        self.prose = Prose(3 if part.section.kind == "prose" else 1, 14)
        self.save = QPushButton("Save")
        self.remark = wrapped("", "caption")
        self._build()
        self._name()
        self._busy = False
        self._say("")
        self._fill(part.text)
        self.show_part(part)
        self.prose.textChanged.connect(self._changed)
        for line in self.lines.values():
            line.textChanged.connect(self._changed)
        self.prose.entered.connect(self.hand_in)
        self.save.clicked.connect(self.hand_in)

    def _build(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(theme.px(10))
        head.addWidget(self._title)
        head.addWidget(self._mark)
        head.addWidget(self._by, 1)
        fields = QGridLayout()
        fields.setHorizontalSpacing(theme.px(14))
        fields.setVerticalSpacing(theme.px(4))
        fields.setColumnStretch(1, 1)
        for place, (name, line) in enumerate(self.lines.items()):
            caption = wrapped(name, "small")
            caption.setFixedWidth(theme.px(156))
            fields.addWidget(caption, place, 0)
            fields.addWidget(line, place, 1)
        foot = QHBoxLayout()
        foot.addWidget(self.remark, 1)
        foot.addWidget(self.save, 0, Qt.AlignmentFlag.AlignRight)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(theme.px(14), theme.px(10), theme.px(12), theme.px(8))
        self._column.setSpacing(theme.px(5))
        self._column.addLayout(head)
        for each in (self._filled, self.known):
            self._column.addWidget(each)
        self._column.addLayout(fields)
        self._column.addWidget(self.prose)
        self._column.addLayout(foot)

    def _name(self) -> None:
        section = self.part.section
        self.save.setAutoDefault(False)
        self.save.setAccessibleName(f"Save {section.title}")
        self.prose.setAccessibleName(section.title)
        more = "A remark, if there is one to make" if section.kind not in WRITTEN else "What else is to be said"
        self.prose.setPlaceholderText(section.prompt or ("Nothing written yet" if section.kind == "prose" else more))
        for name, line in self.lines.items():
            line.setAccessibleName(f"{section.title}: {name}")
        self._filled.setVisible(bool(self._filled.text()) and section.kind in FILLED)

    def show_part(self, part: Part) -> None:
        """Another state of the record; typed text that was not saved is kept, and a newer text is said."""
        if part.text != self._base and not self.is_dirty:
            self._base = part.text
            self._fill(part.text)
        newer = part.text != self._base and self.is_dirty
        self.part = part
        self.known.show_known(part.known)
        self.known.setVisible(bool(part.known))
        self._filled.setVisible(bool(part.known) and part.section.kind in FILLED)
        self._marks()
        if newer and part.written is not None:
            self._say(
                f"{part.writer} saved another text meanwhile (#{part.written.seq}); saving replaces it.", "attention"
            )

    def _fill(self, text: str) -> None:
        values, prose = split_fields(text, list(self.lines)) if self.lines else ({}, text)
        for name, line in self.lines.items():
            if line.text() != values.get(name, ""):
                line.setText(values.get(name, ""))
        if self.prose.toPlainText() != prose:
            self.prose.setPlainText(prose)

    def text(self) -> str:
        """What would be saved."""
        return join_fields({name: line.text() for name, line in self.lines.items()}, self.prose.text())

    @property
    def is_dirty(self) -> bool:
        """Whether something is typed that is not in the record."""
        values, prose = split_fields(self._base, list(self.lines)) if self.lines else ({}, self._base)
        return self.text() != join_fields(values, prose)

    def take_draft(self, text: str) -> None:
        """What was typed before the program ended."""
        self._fill(text)
        if self.is_dirty:
            self._say("What you typed is back; it is not saved yet.", "attention")

    @slot_safe
    def _changed(self) -> None:
        self._marks()
        self._say("")
        self.typed.emit()

    def _marks(self) -> None:
        dirty = self.is_dirty
        self.save.setVisible(dirty)
        self.save.setText("Saving…" if self._busy else "Save  Ctrl Enter")
        self.save.setEnabled(not self._busy)
        self._mark.setText("not saved" if dirty else "required" if self.part.is_missing else "")
        self._mark.setVisible(bool(self._mark.text()))
        written = self.part.written
        when = local_words(written.at, self._zone) if written else ""
        self._by.setText(f"#{written.seq} · {self.part.writer}, {when}" if written else "")

    def _say(self, sentence: str, tone: str = "secondary") -> None:
        self.remark.setText(sentence)
        self.remark.setVisible(bool(sentence))
        set_tone(self.remark, tone)

    @slot_safe
    def hand_in(self) -> None:
        """Ask for what is typed to be recorded."""
        if self._busy or not self.is_dirty:
            return
        text = self.text()
        if not text:
            self._say("A section that was written cannot become empty; say why it is.", "overdue")
            return
        self._busy = True
        self._marks()
        self.wanted.emit(text)

    def saved(self, text: str) -> None:
        """The record has this text."""
        self._busy, self._base = False, text
        self._say("")
        self._marks()

    def refuse(self, refusal: Refused) -> None:
        """It was not recorded: why; what was typed stays."""
        self._busy = False
        self._marks()
        self._say(f"{refusal.message} {refusal.hint}".strip(), "overdue")

    @override_safe(None)
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in ENTER and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.hand_in()
            return
        super().keyPressEvent(event)
