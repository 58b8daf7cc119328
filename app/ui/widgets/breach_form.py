"""The questions of the breach file, one under the other: moved through with j and k, folded by group, filtered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget
from shiboken6 import isValid

from app.domain.fields import Answer
from app.ui import theme
from app.ui.guard import override_safe, slot_safe
from app.ui.models.breach_sheet import Ask, Part, Sheet, matches
from app.ui.widgets.deadline import Moments
from app.ui.widgets.field_row import Editor, FieldRow, Heading, Line
from app.ui.widgets.labels import label
from app.ui.widgets.prose import ENTER

_NO_MODIFIER = Qt.KeyboardModifier.NoModifier


class Page(QWidget):
    """As wide as the pane and never wider, whatever stands in it."""

    resized = Signal()

    @override_safe(None)
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.resized.emit()

    @override_safe(QSize(0, 0))
    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())


class BreachForm(QScrollArea):
    """Rows are made when their group is first unfolded, and then only told what changed."""

    editing = Signal(object, bool)
    """The row to answer, and whether as not known yet."""
    filter_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Questions of the breach file")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.rows: dict[str, FieldRow] = {}
        self.headings: dict[str, Heading] = {}
        self._open: set[str] = set()
        self._current: Line | None = None
        self._sheet: Sheet | None = None
        self._today = date.min
        self._wanted = ""
        self._in_sight: QWidget | None = None
        self.moments, self._none = Moments(), _nothing()
        self._column = self._begin()
        self.verticalScrollBar().sliderPressed.connect(self._let_go)

    def _begin(self) -> QVBoxLayout:
        page = Page()
        page.setProperty("surface", True)
        page.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, theme.px(12))
        column.setSpacing(0)
        column.addWidget(self.moments)
        column.addWidget(self._none)
        column.addStretch(1)
        # Queued: the rows are laid out after the page has its new size.
        page.resized.connect(self._scroll, Qt.ConnectionType.QueuedConnection)
        self.setWidget(page)
        return column

    def show_sheet(self, sheet: Sheet, now: datetime) -> None:
        """Another state of the record; what is being typed stays."""
        self._sheet, self._today = sheet, now.astimezone(ZoneInfo(sheet.rule.zone)).date()
        self.moments.show_sheet(sheet, now)
        self._lay_out()

    def filter(self, wanted: str) -> None:
        """Only questions that hold every word; an empty text shows the groups as they were folded."""
        self._wanted = wanted.strip()
        self._lay_out()

    def _lay_out(self) -> None:
        if self._sheet is None:
            return
        found = 0
        for place, part in enumerate(self._sheet.parts):
            shown = [ask for ask in part.asks if self._is_shown(ask, part)]
            found += len(shown)
            heading = self._heading(part, place)
            unfolded = part.minimum or bool(self._wanted) or part.id in self._open
            heading.show_part(part, unfolded)
            heading.setVisible(bool(shown))
            visible = {ask.field.id for ask in shown} if unfolded else set()
            self._lay_out_rows(part, visible)
        self._none.setVisible(not found)
        self.moments.setVisible(not self._wanted)
        self._keep_current()

    def _is_shown(self, ask: Ask, part: Part) -> bool:
        if self._wanted:
            return matches(ask, part, self._wanted)
        return ask.applies is not Answer.NO or ask.answered

    def _lay_out_rows(self, part: Part, visible: set[str]) -> None:
        after: QWidget = self.headings[part.id]
        for ask in part.asks:
            row = self.rows.get(ask.field.id)
            if row is None and ask.field.id in visible:
                row = self._make_row(ask, after)
            if row is None:
                continue
            if row.ask != ask:
                row.show_ask(ask, self._today)
            row.setVisible(ask.field.id in visible or row.editor is not None)
            after = row

    def _heading(self, part: Part, place: int) -> Heading:
        if part.id not in self.headings:
            made = Heading(part)
            made.pressed.connect(lambda it=part.id: self.fold(it))
            made.entered.connect(lambda it=made: self._came_to(it))
            self._column.insertWidget(self._column.count() - 1, made)
            self.headings[part.id] = made
        return self.headings[part.id]

    def _make_row(self, ask: Ask, after: QWidget) -> FieldRow:
        made = FieldRow(ask, self._today)
        made.pressed.connect(lambda it=made: self.editing.emit(it, False))
        made.entered.connect(lambda it=made: self._came_to(it))
        self._column.insertWidget(self._column.indexOf(after) + 1, made)
        made.show()
        self.rows[ask.field.id] = made
        return made

    # moving

    def lines(self) -> list[Line]:
        """What the keyboard can stand on, from the top."""
        return list(self._lines())

    def _lines(self) -> Iterator[Line]:
        for place in range(self._column.count()):
            item = self._column.itemAt(place)
            widget = item.widget() if item is not None else None
            if isinstance(widget, Line) and not widget.isHidden():
                yield widget

    @property
    def current(self) -> Line | None:
        """Where the keyboard was last."""
        return self._current

    def go(self, line: Line) -> None:
        """The keyboard to that row, in sight."""
        line.setFocus(Qt.FocusReason.OtherFocusReason)
        self.bring(line)

    def bring(self, line: QWidget) -> None:
        """Scroll so that the whole row is in sight, and keep it there when its height changes."""
        self._in_sight = line
        self._scroll()

    @slot_safe
    def _scroll(self) -> None:
        line, page = self._in_sight, self.widget()
        if line is None or page is None or not isValid(line):
            return
        at = line.mapTo(page, QPoint(0, 0)).y()
        bar, margin = self.verticalScrollBar(), theme.px(12)
        bar.setValue(max(bar.value(), at + line.height() + margin - self.viewport().height()))
        bar.setValue(min(bar.value(), max(0, at - margin)))

    @slot_safe
    def _let_go(self) -> None:
        self._in_sight = None

    @override_safe(None)
    def wheelEvent(self, event: QWheelEvent) -> None:
        self._let_go()
        super().wheelEvent(event)

    def first(self) -> Line | None:
        """The row to begin with: where one was, else the first open one of the minimum, else the first."""
        lines = self.lines()
        if self._current in lines:
            return self._current
        rows = [line for line in lines if isinstance(line, FieldRow)]
        return next((row for row in rows if row.ask.lacking), rows[0] if rows else lines[0] if lines else None)

    def step(self, by: int) -> None:
        """So many rows down or up."""
        lines = self.lines()
        here = lines.index(self._current) if self._current in lines else -1
        if lines:
            self.go(lines[min(max(here + by, 0), len(lines) - 1)])

    @slot_safe
    def next_open(self) -> None:
        """The next question of the minimum that is still open, from here round to the top."""
        lines = self.lines()
        here = lines.index(self._current) if self._current in lines else -1
        for line in [*lines[here + 1 :], *lines[: here + 1]]:
            if isinstance(line, FieldRow) and line.ask.lacking:
                self.go(line)
                return

    def fold(self, part_id: str, unfold: bool | None = None) -> None:
        """Fold or unfold a group; None turns it over."""
        wanted = part_id not in self._open if unfold is None else unfold
        (self._open.add if wanted else self._open.discard)(part_id)
        self._lay_out()

    def reveal(self, field_id: str) -> FieldRow | None:
        """The row of a field, unfolded."""
        part = next((p for p in self._parts() if any(ask.field.id == field_id for ask in p.asks)), None)
        if part is not None and not part.minimum and field_id not in self.rows:
            self.fold(part.id, True)
        return self.rows.get(field_id)

    def _parts(self) -> tuple[Part, ...]:
        return self._sheet.parts if self._sheet else ()

    def _came_to(self, line: Line) -> None:
        if self._current is not line:
            for each in self._lines():
                each.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
            self._current = line
        line.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def _keep_current(self) -> None:
        """Exactly one row takes part in the order of Tab."""
        lines = self.lines()
        if self._current not in lines:
            self._current = None
        first = self.first()
        for each in lines:
            policy = Qt.FocusPolicy.StrongFocus if each is first else Qt.FocusPolicy.ClickFocus
            if each.focusPolicy() != policy:
                each.setFocusPolicy(policy)

    # editing

    def edit(self, row: FieldRow, make: Callable[[Ask], Editor]) -> Editor:
        """Open a row's editor and bring it into sight."""
        editor = row.open_editor(make)
        self.bring(row)
        return editor

    def start_over(self) -> None:
        """Forget the rows: another incident, or another text size."""
        self.rows.clear()
        self.headings.clear()
        self._current = self._in_sight = None
        self.moments, self._none = Moments(), _nothing()
        self._column = self._begin()
        self._lay_out()

    @override_safe(None)
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier != _NO_MODIFIER or not self._plain_key(event.key()):
            super().keyPressEvent(event)

    def _plain_key(self, key: int) -> bool:
        line = self._current
        if line is None or not line.hasFocus():
            return False
        steps = {
            Qt.Key.Key_J: 1, Qt.Key.Key_Down: 1, Qt.Key.Key_K: -1, Qt.Key.Key_Up: -1,
            Qt.Key.Key_PageDown: 10, Qt.Key.Key_PageUp: -10, Qt.Key.Key_Home: -1000, Qt.Key.Key_End: 1000,
        }  # fmt: skip
        if key in steps:
            self.step(steps[Qt.Key(key)])
        elif key == Qt.Key.Key_N:
            self.next_open()
        elif key == Qt.Key.Key_F:
            self.filter_wanted.emit()
        elif isinstance(line, Heading):
            return self._heading_key(line, key)
        elif isinstance(line, FieldRow) and key in (*ENTER, Qt.Key.Key_E, Qt.Key.Key_U):
            self.editing.emit(line, key == Qt.Key.Key_U)
        else:
            return False
        return True

    def _heading_key(self, heading: Heading, key: int) -> bool:
        wanted = {Qt.Key.Key_Right: True, Qt.Key.Key_Left: False}.get(Qt.Key(key))
        if key not in (*ENTER, Qt.Key.Key_Space, Qt.Key.Key_Right, Qt.Key.Key_Left):
            return False
        if not heading.part.minimum:
            self.fold(heading.part.id, wanted)
        return True


def _nothing() -> QLabel:
    made = label("No question matches; Esc clears the filter.", tone="secondary")
    made.setContentsMargins(theme.px(14), theme.px(14), theme.px(14), theme.px(14))
    return made
