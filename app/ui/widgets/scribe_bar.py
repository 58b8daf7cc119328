"""The scribe bar: from thought to signed entry in one line and Enter."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.domain import scribe
from app.domain.errors import Refused
from app.domain.timeline import TimelineRow
from app.ui import theme
from app.ui.guard import override_safe, slot_safe
from app.ui.live import Live
from app.ui.models.completion import Choice, Words, complete
from app.ui.models.moments import echo_text, zone_label
from app.ui.models.spans import Run
from app.ui.widgets.chip import Chip, short_text
from app.ui.widgets.draft_keeper import DraftKeeper
from app.ui.widgets.ink_line import InkLine
from app.ui.widgets.labels import label
from app.ui.widgets.saving import Saving
from app.ui.widgets.scribe_editor import ScribeEditor

if TYPE_CHECKING:
    from app.services.tracked import Look
    from app.ui.widgets.suggestions import Suggestions

HINTS: Final = (
    ("Enter", "record"), ("/", "command"), ("@", "person"), ("#", "tag"), ("!", "decision"), ("?", "hypothesis"),
    (">", "action"),
)  # fmt: skip
MARKS: Final = {"": "note", "decision": "decision", "hypothesis": "hypothesis", "action": "action"}


class Edge(QFrame):
    """The outline around chip, field and number; it is the field's focus mark."""

    def __init__(self) -> None:
        super().__init__()
        self.focused = False

    def set_focused(self, focused: bool) -> None:
        """Whether the field inside has the keyboard."""
        self.focused = focused
        self.update()

    @override_safe(None)
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = 2.0 if self.focused else 1.0
        painter.setPen(QPen(theme.colour("focus" if self.focused else "outline"), width))
        painter.setBrush(theme.colour("surface"))
        half = width / 2
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(half, half, -half, -half), theme.px(7), theme.px(7))
        painter.end()


class ScribeBar(QWidget):
    """Writes to the open incident; keeps one draft an incident; a refused line comes back into the field."""

    block_pasted = Signal(str)
    correction_wanted = Signal(int)
    left = Signal()
    """Esc in the field: the keyboard goes to the list, the text stays."""

    def __init__(self, live: Live, words: Callable[[], Words], last_own: Callable[[], TimelineRow | None]) -> None:
        super().__init__()
        self.live = live
        self._words = words
        self._last_own = last_own
        self._start = 0
        self._loading = False
        self._tone = ""
        self.editor = ScribeEditor()
        self.saving = Saving()
        self._edge = Edge()
        self._chip = Chip(small=True)
        self._number = label("", "caption")
        self.echo = InkLine(theme.SMALL, "text")
        self._hints = InkLine()
        self._hints.show_runs([run for key, word in HINTS for run in (Run(key, "strong"), Run(f" {word}    "))])
        self.suggestions: Suggestions | None = None
        self._drafts = DraftKeeper(live, self.draft, self)
        self._said = QTimer(self)
        self._said.setSingleShot(True)
        self._build()
        self._connect()
        self.follow()

    def _build(self) -> None:
        px = theme.px
        inside = QHBoxLayout(self._edge)
        inside.setContentsMargins(px(10), px(8), px(10), px(8))
        inside.setSpacing(px(8))
        inside.addWidget(self._chip, 0, Qt.AlignmentFlag.AlignTop)
        inside.addWidget(self.editor, 1)
        inside.addWidget(self._number, 0, Qt.AlignmentFlag.AlignTop)
        below = QHBoxLayout()
        below.setContentsMargins(px(2), 0, px(2), 0)
        below.setSpacing(px(14))
        below.addWidget(self.echo, 0)
        self.echo.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        below.addWidget(self._hints, 1)
        self._hints.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(px(12), px(8), px(12), px(8))
        whole.setSpacing(px(6))
        whole.addWidget(self._edge)
        whole.addLayout(below)
        self.editor.setPlaceholderText("What happened? Enter records it.")

    def _connect(self) -> None:
        self.editor.entered.connect(self.enter)
        self.editor.recalled.connect(self.recall)
        self.editor.block_pasted.connect(self.block_pasted)
        self.editor.paste_refused.connect(self._refuse)
        self.editor.completing.connect(self._take_marked)
        self.editor.stepping.connect(self._step)
        self.editor.escaped.connect(self._escape)
        self.editor.focused.connect(self._focus)
        self.editor.textChanged.connect(self._typed)
        self.editor.cursorPositionChanged.connect(self._offer)
        self._drafts.found.connect(self._take_draft)
        self._said.timeout.connect(self._show_meaning)
        self.live.incident_changed.connect(self.follow)
        self.live.ready.connect(self.follow)

    # the incident it writes to

    @slot_safe
    def follow(self) -> None:
        """Write to the incident that is open now, with its own draft."""
        look = self.live.look
        incident = look.view.incident_id if look else ""
        other = incident != self._drafts.incident
        if other:
            self._drafts.follow(incident)
            self._put_quietly("")
        self.editor.setEnabled(look is not None)
        self._label(look)
        if other or not self._speaking:
            self._show_meaning()

    def _label(self, look: Look | None) -> None:
        if look is None:
            self._chip.show_severity(1, "")
            self._number.setText("")
            return
        level = look.plan.severity(look.view.severity)
        self._chip.show_severity(look.plan.severity_ranks[look.view.severity], short_text(level))
        self._number.setText(look.view.number)
        self._number.setToolTip(str(look.view.title))

    def draft(self) -> str:
        """Everything of this incident that is not acknowledged: lines on their way, then what is being typed."""
        return "\n".join([*self.saving.texts(self._drafts.incident), self.editor.toPlainText()]).strip("\n")

    def save_draft(self) -> None:
        """Keep what is typed now, before the window goes."""
        if self._drafts.unsaved or self.draft():
            self._drafts.save()

    @slot_safe
    def _take_draft(self, text: str) -> None:
        if self.editor.toPlainText() or self.saving.all():
            return
        self._put_quietly(text)
        self._say("This was being typed when the window closed. It is not recorded yet.")

    def _put_quietly(self, text: str) -> None:
        """Not a step that Ctrl+Z takes back: it would bring another incident's words."""
        self._loading = True
        self.editor.setPlainText(text)
        self.editor.moveCursor(self.editor.textCursor().MoveOperation.End)
        self._loading = False

    # what is typed

    @slot_safe
    def _typed(self) -> None:
        if not self._loading:
            self._drafts.changed()
        self._said.stop()
        self._show_meaning()

    @slot_safe
    def _show_meaning(self) -> None:
        """The echo: when and as what the line would be recorded."""
        text = self.editor.toPlainText()
        if not text.strip():
            self._idle_echo()
            return
        from app.ui.models import bar_command

        now = self.live.now()
        try:
            line = bar_command.understood(text, now, self.live.zone.key)
        except Refused as refusal:
            self._echo(
                f"{refusal.message} {refusal.hint}", "secondary" if refusal.code == "empty-text" else "attention"
            )
            self.editor.tint.set_lead(0)
            return
        self.editor.tint.set_lead(_lead(text, line))
        when = echo_text(line.at or now, self.live.zone, now)
        self._echo(f"   {_meaning(line)}", lead=when if line.at else f"now, {when}")

    @property
    def _speaking(self) -> bool:
        """Whether a sentence stands under the field that the next key sends away."""
        return self._said.isActive() or self._tone == "overdue"

    def _idle_echo(self) -> None:
        self.editor.tint.set_lead(0)
        if self.live.look is None:
            self._echo("No incident is open.")
            return
        self._echo(f"Times in {zone_label(self.live.now(), self.live.zone)}")

    def _echo(self, text: str, tone: str = "", lead: str = "") -> None:
        self._tone = tone
        runs = [run for run in (Run(lead, "strong"), Run(text)) if run.text]
        self.echo.show_runs(runs, tone or "text", 3 if tone else 1)
        self._hints.setVisible(not tone)

    def _say(self, text: str, tone: str = "", ms: int = 6000) -> None:
        """A sentence under the field that gives way to the echo at the next key or after a while."""
        self._echo(text, tone)
        announce(self.editor, text)
        if not tone:
            self._said.start(ms)

    # recording

    @slot_safe
    def enter(self) -> None:
        """Record what is typed. What cannot be recorded stays in the field and says why."""
        text = self.editor.toPlainText()
        look = self.live.look
        if look is None or not text.strip():
            return
        from app.ui.models import bar_command

        try:
            line = bar_command.understood(text, self.live.now(), self.live.zone.key)
            act = bar_command.act_of(line, look.plan)
        except Refused as refusal:
            self._refuse(refusal)
            return
        if isinstance(act, bar_command.CorrectionWanted):
            self._clear()
            self.correction_wanted.emit(act.seq)
            return
        self.send(act.verb, text, *act.arguments, **act.options)
        self._clear()

    def send(self, verb: Callable[..., Any], text: str, /, *arguments: Any, **options: Any) -> None:
        """Record by a verb; `text` stands as saving until it is acknowledged and comes back when it is refused."""
        incident = self._drafts.incident
        key = self.saving.add(incident, text)

        def recorded(receipt: Any) -> None:
            self.saving.remove(key)
            self._drafts.recorded(incident, text)
            self._acknowledged(receipt)

        def refused(refusal: Refused) -> None:
            self._take_back(key)
            self._refuse(refusal)

        self.live.do(verb, incident, *arguments, done=recorded, refused=refused, saying=text, **options)

    def _acknowledged(self, receipt: Any) -> None:
        last = receipt[-1] if isinstance(receipt, tuple) else receipt
        self._drafts.changed()
        if not self.editor.toPlainText().strip():
            self._say(f"Recorded as entry {last.seq}.")
        else:
            announce(self.editor, f"Recorded as entry {last.seq}.")

    def _take_back(self, key: int) -> None:
        """A line that was not recorded stands in the field again, in front of what was typed since."""
        gone = self.saving.remove(key)
        if gone is None or gone.incident_id != self._drafts.incident:
            return
        typed = self.editor.toPlainText()
        self.editor.replace_all(f"{gone.text}\n{typed}" if typed.strip() else gone.text)
        self._drafts.changed()

    @slot_safe
    def _refuse(self, refusal: Refused) -> None:
        missing = f" Missing: {', '.join(refusal.missing)}." if refusal.missing else ""
        self._say(f"{refusal.message}{missing} {refusal.hint}".strip(), "overdue")

    def _clear(self) -> None:
        self._close_suggestions()
        self.editor.replace_all("")

    @slot_safe
    def recall(self) -> None:
        """Put my last line into the field as a correction."""
        row = self._last_own()
        if row is None:
            self._say("You have no line here that could be corrected.")
            return
        self.editor.replace_all(f"/correct {row.seq} {row.text}")

    def begin(self, command: str) -> None:
        """Start a `/command` for a person to finish; what is typed already goes first."""
        self.take_keyboard()
        if self.editor.toPlainText().strip():
            self._say("Record or clear this line first.", "attention")
        else:
            self.editor.replace_all(f"/{command} ")

    def take_keyboard(self) -> None:
        """The keyboard to the field; whoever heard first that an incident is open may send it here."""
        self.follow()
        self.editor.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def put(self, text: str) -> None:
        """Put a text into the field for a person to finish, keeping what is there."""
        typed = self.editor.toPlainText()
        self.editor.replace_all(f"{typed}{' ' if typed and not typed.endswith(' ') else ''}{text}")
        self.editor.setFocus(Qt.FocusReason.OtherFocusReason)

    # completion

    @slot_safe
    def _offer(self) -> None:
        cursor = self.editor.textCursor()
        if self._loading or cursor.hasSelection() or not self.editor.hasFocus():
            self._close_suggestions()
            return
        text = self.editor.toPlainText()
        place = _characters(text, cursor.position())
        whole = place == len(text) or text[place].isspace()
        found = complete(text[:place], self._words()) if whole and text else None
        if found is None:
            self._close_suggestions()
            return
        self._start = found.start
        popup = self._popup()
        cursor.setPosition(_units(text, found.start))
        left = self.editor.viewport().mapTo(popup.over, self.editor.cursorRect(cursor).topLeft()).x() - theme.px(11)
        top = self._edge.mapTo(popup.over, self._edge.rect().topLeft()).y()
        popup.offer(found.choices, QRect(left, top, 1, self._edge.height()))
        self.editor.offering, self.editor.marked = True, False

    def _popup(self) -> Suggestions:
        if self.suggestions is None:
            from app.ui.widgets.suggestions import Suggestions

            self.suggestions = Suggestions(self.parentWidget() or self)
            self.suggestions.taken.connect(self._take)
        return self.suggestions

    @slot_safe
    def _step(self, by: int) -> None:
        if self.suggestions is None:
            return
        first = not self.editor.marked
        self.editor.marked = True
        choice = self.suggestions.marked() if first and by > 0 else self.suggestions.step(by)
        if choice is not None:
            announce(self.editor, f"{choice.label}, {choice.detail}" if choice.detail else choice.label)

    @slot_safe
    def _take_marked(self) -> None:
        choice = self.suggestions.marked() if self.suggestions else None
        if choice is not None:
            self._take(choice)

    @slot_safe
    def _take(self, choice: Choice) -> None:
        cursor = self.editor.textCursor()
        text = self.editor.toPlainText()
        behind = _characters(text, cursor.position())
        insert = choice.insert
        if behind < len(text) and text[behind].isspace():
            insert = insert.rstrip()
        cursor.setPosition(_units(text, self._start))
        cursor.setPosition(_units(text, behind), cursor.MoveMode.KeepAnchor)
        cursor.insertText(insert)
        self.editor.setTextCursor(cursor)
        self._offer()

    def _close_suggestions(self) -> None:
        self.editor.offering = self.editor.marked = False
        if self.suggestions is not None:
            self.suggestions.hide()

    @slot_safe
    def _escape(self) -> None:
        if self.editor.offering:
            self._close_suggestions()
        else:
            self.left.emit()

    @slot_safe
    def _focus(self, focused: bool) -> None:
        self._edge.set_focused(focused)
        if not focused:
            self._close_suggestions()

    def tick(self) -> None:
        """A minute may have passed: the echo of a line without a time says now."""
        if self.editor.toPlainText().strip() and not self._speaking:
            self._show_meaning()

    @override_safe(None)
    def hideEvent(self, event: QHideEvent) -> None:
        if self._drafts.unsaved:
            self._drafts.save()
        super().hideEvent(event)


def _meaning(line: scribe.Line) -> str:
    parts = [f"/{line.command}" if line.command else MARKS[line.mark]]
    parts += [f"said by {line.said_by}"] if line.said_by else []
    parts += [line.hint] if line.hint else []
    return "   ".join(parts)


def _lead(text: str, line: scribe.Line) -> int:
    """How much of the typed text stands before the words that are recorded."""
    if line.command:
        return text.find("/") + 1 + len(line.command)
    return max(0, text.rfind(line.text))


def _characters(text: str, units: int) -> int:
    """A place in UTF-16 units, as Qt counts, in characters."""
    return len(text.encode("utf-16-le")[: units * 2].decode("utf-16-le", "ignore"))


def _units(text: str, characters: int) -> int:
    return len(text[:characters].encode("utf-16-le")) // 2


def announce(widget: QWidget, text: str) -> None:
    """Say it to a screen reader, once."""
    from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent

    if QAccessible.isActive():
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, text))
