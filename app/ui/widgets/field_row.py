"""One question of the breach file as a row: label, answer and source, and the editor that opens in its place."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Final

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.domain.errors import Refused
from app.ui import theme
from app.ui.guard import override_safe, slot_safe
from app.ui.models.breach_sheet import Ask, Part, duty_words, source_words, value_words
from app.ui.widgets.answer_input import Input
from app.ui.widgets.labels import Elided, label, set_tone
from app.ui.widgets.prose import ENTER
from app.ui.widgets.unknown_form import UnknownForm
from app.ui.widgets.wrapped import wrapped

LABEL: Final = 226
SOURCE: Final = 134
SHORT: Final = 260
NARROW: Final = 600
WIDE: Final = 16_777_215


class Line(QWidget):
    """What the keyboard can stand on in the form: a question or a heading."""

    pressed = Signal()
    """Enter, or a double click."""
    entered = Signal()
    """The keyboard came here."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)

    @override_safe(None)
    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.entered.emit()
        self.update()

    @override_safe(None)
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    @override_safe(None)
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.pressed.emit()


class Heading(Line):
    """A group of questions: its title, how many are answered, and whether it is unfolded."""

    def __init__(self, part: Part) -> None:
        super().__init__()
        self.part, self.is_open = part, part.minimum
        self._title = label(part.title, "strong")
        self._count = label("", "caption")
        line = QHBoxLayout(self)
        line.setContentsMargins(theme.px(14 if part.minimum else 30), 0, theme.px(12), 0)
        line.addWidget(self._title)
        line.addStretch(1)
        line.addWidget(self._count)
        self.setFixedHeight(theme.px(34))
        self.show_part(part, self.is_open)

    def show_part(self, part: Part, is_open: bool) -> None:
        """Another count, or folded the other way."""
        self.part, self.is_open = part, is_open
        count = part.count.removesuffix(" answered") if part.minimum else part.count
        if self._count.text() != count:
            self._count.setText(count)
        folded = "" if part.minimum else ", unfolded" if is_open else ", folded"
        self.setAccessibleName(f"{part.title}, {part.count}{folded}")
        self.update()

    @override_safe(None)
    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        if not self.part.minimum:
            self.pressed.emit()

    @override_safe(None)
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        event.accept()

    @override_safe(None)
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self.hasFocus():
            painter.fillRect(self.rect(), theme.colour("tint"))
        if not self.part.minimum:
            name = "chevron-down" if self.is_open else "chevron-right"
            side = theme.px(16)
            painter.drawPixmap(theme.px(9), (self.height() - side) // 2, theme.pixmap(name))
        painter.fillRect(0, self.height() - 1, self.width(), 1, theme.colour("line"))
        painter.end()


class Editor(QWidget):
    """Answers one question in its row; the text stays when the record refuses it."""

    stated = Signal(str)
    unknown = Signal(object)
    left = Signal()

    def __init__(self, ask: Ask, answer: Input, unknown: UnknownForm, hint: str) -> None:
        super().__init__()
        self.ask, self.input, self.form, self._hint = ask, answer, unknown, hint
        self.is_unknown = False
        self.remark = wrapped("", "caption")
        self.record = QPushButton("Record")
        self.record.setProperty("primary", True)
        self.other = QPushButton("Not known yet…")
        self.keys = Elided("", "caption")
        for button in (self.record, self.other):
            button.setAutoDefault(False)
        self._build()
        answer.name(ask.field.label)
        answer.entered.connect(self.hand_in)
        answer.changed.connect(self._calm)
        self.record.clicked.connect(self.hand_in)
        self.other.clicked.connect(self.switch)
        self._show()

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.px(2), 0, theme.px(6))
        column.setSpacing(theme.px(4))
        below = QHBoxLayout()
        below.setSpacing(theme.px(8))
        below.addWidget(self.record)
        below.addWidget(self.other)
        below.addWidget(self.keys, 1)
        for each in (self.input, self.form, self.remark):
            column.addWidget(each)
        column.addLayout(below)

    def take_keyboard(self) -> None:
        """Where typing goes."""
        (self.form.owner if self.is_unknown else self.input.first).setFocus(Qt.FocusReason.OtherFocusReason)

    @slot_safe
    def switch(self) -> None:
        """From a value to not known yet, or back; what was typed stays in both."""
        self.is_unknown = not self.is_unknown
        self._show()
        self.take_keyboard()

    def _show(self) -> None:
        self.input.setVisible(not self.is_unknown)
        self.form.setVisible(self.is_unknown)
        self.other.setText("A value…" if self.is_unknown else "Not known yet…")
        lines = "Enter records · Shift+Enter new line" if self._prose() else "Enter records"
        self.keys.setText(f"{lines} · Ctrl+U {'value' if self.is_unknown else 'not known yet'} · Esc leaves")
        self._calm()

    def _prose(self) -> bool:
        return self.ask.field.kind == "text" and not self.is_unknown

    @slot_safe
    def _calm(self) -> None:
        words = "The record will say that it is not known yet, and who finds out." if self.is_unknown else ""
        self._say(words or self.input.echo() or self._hint)

    def _say(self, sentence: str, tone: str = "secondary") -> None:
        self.remark.setText(sentence)
        self.remark.setVisible(bool(sentence))
        set_tone(self.remark, tone)

    def busy(self, on: bool) -> None:
        """While it is being recorded."""
        self.record.setText("Recording…" if on else "Record")
        for each in (self.record, self.other):
            each.setEnabled(not on)

    def refuse(self, refusal: Refused) -> None:
        """Why it was not recorded; what was typed stays."""
        self.busy(False)
        self._say(f"{refusal.message} {refusal.hint}".strip(), "overdue")
        self.take_keyboard()

    @slot_safe
    def hand_in(self) -> None:
        """Give back what is typed."""
        if not self.record.isEnabled():
            return
        if not self.is_unknown:
            self.stated.emit(self.input.text())
            return
        try:
            answer = self.form.answer()
        except Refused as refusal:
            self._say(f"{refusal.message} {refusal.hint}", "overdue")
            return
        self.unknown.emit(answer)

    @override_safe(None)
    def keyPressEvent(self, event: QKeyEvent) -> None:
        strong = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif event.key() in ENTER:
            self.hand_in()
        elif event.key() == Qt.Key.Key_U and strong:
            self.switch()
        event.accept()


class FieldRow(Line):
    """Label, answer, source; the whole answer is shown while the keyboard is here."""

    def __init__(self, ask: Ask, today: date) -> None:
        super().__init__()
        self.ask = ask
        self._tone, self._today = "", today
        self.editor: Editor | None = None
        self._label, self._value = wrapped(ask.field.label, tone="secondary"), wrapped()
        self._source = Elided("", "caption")
        self._source.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        self._source.setFixedWidth(theme.px(SOURCE))
        self._head = QHBoxLayout()
        self._head.setSpacing(theme.px(14))
        self._body = QVBoxLayout(self)
        self._body.setContentsMargins(theme.px(14), theme.px(6), theme.px(12), theme.px(6))
        self._body.setSpacing(theme.px(2))
        self._body.addLayout(self._head)
        self._is_narrow = False
        self._place()
        self.show_ask(ask, today)

    def _place(self) -> None:
        """Label, answer and source side by side; in a narrow pane the answer below the label."""
        narrow = self._is_narrow
        self._label.setMinimumWidth(1 if narrow else theme.px(LABEL))
        self._label.setMaximumWidth(WIDE if narrow else theme.px(LABEL))
        answers = [each for each in (self._value, self.editor) if each is not None]
        for each in (self._label, *answers, self._source):
            self._head.removeWidget(each)
            self._body.removeWidget(each)
        self._head.addWidget(self._label, int(narrow))
        for each in answers:
            self._place_answer(each)
        self._head.addWidget(self._source, 0, Qt.AlignmentFlag.AlignTop)

    def _place_answer(self, answer: QWidget) -> None:
        if self._is_narrow:
            self._body.addWidget(answer)
        else:
            self._head.insertWidget(self._head.indexOf(self._label) + 1, answer, 1)

    @override_safe(None)
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = event.size().width() < theme.px(NARROW)
        if narrow != self._is_narrow:
            self._is_narrow = narrow
            self._place()

    @property
    def value(self) -> str:
        """What the row says."""
        return value_words(self.ask, self._today).text

    def show_ask(self, ask: Ask, today: date) -> None:
        """The question as it stands now; an open editor keeps what is typed."""
        self.ask, self._today = ask, today
        words = value_words(ask, today)
        self._tone = words.tone
        self._value_shown()
        set_tone(self._value, words.tone)
        self._source.setText(source_words(ask))
        source = f", {source_words(ask)}" if source_words(ask) else ""
        self.setAccessibleName(f"{ask.field.label}: {words.text}{source}")
        self.setToolTip("")
        self.update()

    def _value_shown(self) -> None:
        text = self.value
        short = text if self.hasFocus() or len(text) <= SHORT else f"{text[:SHORT].rstrip()}…"
        if self._value.text() != short:
            self._value.setText(short)

    def open_editor(self, make: Callable[[Ask], Editor]) -> Editor:
        """Answer here; the answer so far is in the editor."""
        if self.editor is None:
            self.editor = make(self.ask)
            self._value.hide()
            self._source.hide()
            self._place_answer(self.editor)
            self.editor.show()
        return self.editor

    def close_editor(self) -> None:
        """Show the answer again."""
        if self.editor is not None:
            self._head.removeWidget(self.editor)
            self._body.removeWidget(self.editor)
            self.editor.hide()
            self.editor.deleteLater()
            self.editor = None
            self._value.show()
            self._source.show()

    @property
    def hint(self) -> str:
        """What helps to answer: the duty, and the note of the catalogue."""
        return f"{duty_words(self.ask)} {self.ask.field.note}".strip()

    @override_safe(None)
    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._value_shown()

    @override_safe(None)
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._value_shown()

    @override_safe(None)
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self.hasFocus() or self.editor is not None:
            painter.fillRect(self.rect(), theme.colour("tint"))
        elif self._tone in ("attention", "overdue"):
            left, top = self._value.x() - theme.px(9), self._value.y()
            bar = QRectF(left, top, theme.px(3), self._value.height())
            painter.fillRect(bar, theme.colour(self._tone))
        painter.fillRect(theme.px(14), self.height() - 1, self.width() - theme.px(26), 1, theme.colour("line"))
        painter.end()
