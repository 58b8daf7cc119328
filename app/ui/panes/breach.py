"""The breach file: the 72 hours, the five moments, and every question of a notification with its source."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLineEdit, QPushButton, QStackedWidget, QVBoxLayout, QWidget
from shiboken6 import isValid

from app.ui import theme
from app.ui.actions import Command
from app.ui.dialogs.awareness import Awareness, AwarenessDialog
from app.ui.guard import override_safe, slot_safe
from app.ui.live import Live
from app.ui.models.breach_sheet import Ask, Sheet, minimum_words, read_sheet
from app.ui.pane import Pane, tool
from app.ui.widgets.answer_input import input_for
from app.ui.widgets.breach_form import BreachForm
from app.ui.widgets.deadline import NARROW, DeadlineBoard
from app.ui.widgets.empty import Empty
from app.ui.widgets.field_row import Editor, FieldRow
from app.ui.widgets.labels import Elided, rule, set_tone
from app.ui.widgets.prose import ENTER
from app.ui.widgets.unknown_form import Unknown, UnknownForm


class Filter(QLineEdit):
    """Narrows the form; Down or Enter goes to it, Esc clears."""

    left = Signal()

    @override_safe(None)
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.clear()
            self.left.emit()
        elif event.key() in (Qt.Key.Key_Down, *ENTER):
            self.left.emit()
        else:
            super().keyPressEvent(event)


class BreachPane(Pane):
    """One plain form; everything typed becomes a signed entry."""

    title = "Breach file"
    help = (
        "The Art. 33(3) minimum stands first, the other questions below by group. j and k move, Enter answers,"
        " u says that it is not known yet, n goes to the next open question of the minimum, f filters, Enter on a"
        " heading unfolds it, a records the awareness decision, Ctrl E exports."
    )
    export_wanted = Signal()
    organisation_wanted = Signal()

    def __init__(self, live: Live, number: int = 0) -> None:
        super().__init__(live, number)
        self.sheet: Sheet | None = None
        self.head, self.form = DeadlineBoard(), BreachForm()
        self.minimum = Elided("", "strong")
        self.filter = Filter()
        self.filter.setPlaceholderText("Filter questions (f)")
        self.filter.setAccessibleName("Filter questions")
        self.filter.setClearButtonEnabled(True)
        self.next_open = QPushButton("Next open (n)")
        self.next_open.setAutoDefault(False)
        self._is_narrow = False
        self._drafts: dict[tuple[str, str], str] = {}
        self._dialog: AwarenessDialog | None = None
        self._reading = ""
        self._empty = Empty("No incident is open", "Its breach file stands here once one is.")
        self._stack = QStackedWidget()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self._page())
        self.body.addWidget(self._stack, 1)
        self.header.add_tool(tool("Organisation", self.organisation_wanted.emit, "Organisation profile"))
        self.header.add_tool(tool("Export", self.export_wanted.emit, "Export (Ctrl E)"))
        self._connect()

    def _page(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._bar = QGridLayout()
        self._bar.setContentsMargins(theme.px(14), theme.px(6), theme.px(12), theme.px(6))
        self._bar.setSpacing(theme.px(8))
        self._bar.setColumnStretch(0, 1)
        self._place()
        column.addWidget(self.head)
        column.addWidget(rule())
        column.addLayout(self._bar)
        column.addWidget(rule())
        column.addWidget(self.form, 1)
        return page

    def _place(self) -> None:
        """The filter beside the line about the minimum; below it in a narrow pane."""
        narrow = self._is_narrow
        self._bar.addWidget(self.minimum, 0, 0, 1, 2 if narrow else 1)
        self._bar.addWidget(self.next_open, 1 if narrow else 0, 1)
        self._bar.addWidget(self.filter, 1 if narrow else 0, 0 if narrow else 2)
        self.filter.setFixedWidth(theme.px(190))

    @override_safe(None)
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = event.size().width() < theme.px(NARROW)
        if narrow != self._is_narrow:
            self._is_narrow = narrow
            self._place()

    def _connect(self) -> None:
        self.head.decision_wanted.connect(self.decide_awareness)
        self.form.editing.connect(self._edit)
        self.form.filter_wanted.connect(self.show_filter)
        self.next_open.clicked.connect(self.form.next_open)
        self.filter.textChanged.connect(self._refilter)
        self.filter.left.connect(self._leave_filter)
        theme.watch().changed.connect(self._appearance)

    # showing

    def refresh(self) -> None:
        """Read the form of the open incident."""
        look = self.live.look
        self._stack.setCurrentIndex(0 if look is None else 1)
        if look is None:
            self.sheet = None
            self.header.set_subtitle("")
            return
        self._reading = look.view.incident_id
        self.live.read(read_sheet, look, done=self._show)

    def _show(self, sheet: Sheet) -> None:
        if sheet.incident_id != self._reading:
            return
        if self.sheet is not None and self.sheet.incident_id != sheet.incident_id:
            self._leave_all()
            self.form.start_over()
        self.sheet = sheet
        now = self.live.now()
        at_decision = self.window().focusWidget() is self.head.decide
        self.head.show_sheet(sheet, now)
        self.form.show_sheet(sheet, now)
        words = minimum_words(sheet)
        self.minimum.setText(words.text)
        set_tone(self.minimum, words.tone)
        self.next_open.setVisible(any(ask.lacking for ask in sheet.asks()))
        if self.hasFocus() or (at_decision and not self.head.decide.isVisibleTo(self.head)):
            self.focus_first()
        answered = sum(ask.answered for ask in sheet.asks())
        self.header.set_subtitle(f"{answered} answered")

    def tick(self, now: datetime) -> None:
        """The countdown."""
        self.head.tick(now)

    @slot_safe
    def _appearance(self) -> None:
        self._leave_all()
        self.form.start_over()
        self._place()
        self.changed()

    @slot_safe
    def _refilter(self) -> None:
        self.form.filter(self.filter.text())

    @slot_safe
    def _leave_filter(self) -> None:
        self.focus_first()

    @slot_safe
    def show_filter(self) -> None:
        """Type to narrow the form."""
        self.filter.setFocus()
        self.filter.selectAll()

    def focus_first(self) -> None:
        """The row where one was, or the decision that is missing; at once, or when the form has been read."""
        line = self.form.first()
        if self.sheet is None or line is None:
            self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        elif self.sheet.awareness is None and self.form.current is None:
            self.head.decide.setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            self.form.go(line)

    # answering

    @slot_safe
    def _edit(self, row: FieldRow, unknown: bool) -> None:
        if not row.ask.editable:
            if row.ask.field.verb and self.sheet is not None and self.sheet.awareness is None:
                self.decide_awareness()
            return
        if row.editor is None:
            self._leave_all()
        editor = self.form.edit(row, self._editor)
        if unknown != editor.is_unknown:
            editor.switch()
        editor.take_keyboard()

    def _editor(self, ask: Ask) -> Editor:
        sheet = self.sheet
        if sheet is None:
            raise LookupError("no sheet")
        from app.services import rulebook

        known = rulebook.known_authorities().values()
        options = [(one.id, f"{one.id} · {one.name_en or one.name}") for one in known]
        now, zone = self.live.now(), sheet.rule.zone
        made = input_for(ask.field, sheet.catalogue, now, zone, options)
        draft = self._drafts.get((sheet.incident_id, ask.field.id))
        made.fill(ask.raw if draft is None else draft)
        form = UnknownForm(now, zone, sheet.people)
        form.fill(ask.line.owner, ask.line.due)
        row = self.form.rows[ask.field.id]
        editor = Editor(ask, made, form, row.hint if draft is None else f"What you typed is back. {row.hint}")
        editor.stated.connect(lambda text: self._state(ask, editor, text))
        editor.unknown.connect(lambda answer: self._state_unknown(ask, editor, answer))
        editor.left.connect(lambda: self._leave(row))
        return editor

    def _state(self, ask: Ask, editor: Editor, text: str) -> None:
        from app.services import regulatory

        editor.busy(True)
        self._record(regulatory.state_field, ask, editor, text)

    def _state_unknown(self, ask: Ask, editor: Editor, answer: Unknown) -> None:
        from app.services import regulatory

        editor.busy(True)
        self._record(regulatory.state_unknown, ask, editor, answer.owner, answer.due)

    def _record(self, verb: object, ask: Ask, editor: Editor, *args: str) -> None:
        sheet = self.sheet
        if sheet is None or not callable(verb):
            return
        incident, field = sheet.incident_id, ask.field.id

        def done(_recorded: object) -> None:
            self._drafts.pop((incident, field), None)
            row = self.form.rows.get(field)
            if row is not None and row.editor is editor:
                row.close_editor()
                self.form.go(row)

        self.live.do(verb, incident, field, *args, done=done, refused=editor.refuse, saying=ask.field.label)

    def _leave(self, row: FieldRow) -> None:
        """Close a row's editor; a text that was not recorded is kept until it is."""
        editor, sheet = row.editor, self.sheet
        if editor is None or sheet is None:
            return
        key = (sheet.incident_id, row.ask.field.id)
        typed = editor.input.text()
        if typed and typed != row.ask.raw:
            self._drafts[key] = typed
        else:
            self._drafts.pop(key, None)
        had_keyboard = editor.isAncestorOf(editor.window().focusWidget() or row)
        row.close_editor()
        if had_keyboard:
            self.form.go(row)

    def _leave_all(self) -> None:
        for row in self.form.rows.values():
            self._leave(row)

    # awareness

    @slot_safe
    def decide_awareness(self) -> None:
        """Open the awareness decision, once."""
        sheet = self.sheet
        if sheet is None or sheet.awareness is not None:
            return
        dialog = AwarenessDialog(sheet, self.live.now, self.window())
        dialog.agreed.connect(lambda answer: self._aware(dialog, answer))
        self._dialog = dialog
        dialog.open()

    def _aware(self, dialog: AwarenessDialog, answer: Awareness) -> None:
        from app.services import regulatory

        sheet = self.sheet
        if sheet is None:
            return

        def done(_recorded: object) -> None:
            if isValid(dialog):
                dialog.accept()

        self.live.do(
            regulatory.aware,
            sheet.incident_id,
            answer.reason,
            at=answer.at,
            said_by=answer.said_by,
            done=done,
            refused=dialog.refuse,
            saying="We are aware",
        )

    @override_safe(None)
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_A and not event.modifiers():
            self.decide_awareness()
            return
        super().keyPressEvent(event)

    def commands(self) -> Sequence[Command]:
        """The awareness decision, and the ways through the form."""

        def undecided() -> bool:
            return self.live.look is not None and self.live.look.view.awareness is None

        def is_open() -> bool:
            return self.live.look is not None

        menu = "Compliance"
        return (
            Command(
                "aware",
                "Record the awareness decision…",
                self.decide_awareness,
                "",
                "Starts the 72 hours of Art. 33.",
                menu,
                undecided,
            ),
            Command(
                "breach-next",
                "Next open question of the minimum",
                self.form.next_open,
                "",
                "n in the breach file.",
                menu,
                is_open,
            ),
            Command("breach-filter", "Filter the breach file", self.show_filter, "", "f there.", menu, is_open),
        )
