"""The top strip: which incident, how bad, since when, what is due next, and who signs."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from app.ui import theme, times
from app.ui.guard import override_safe, slot_safe
from app.ui.live import Live
from app.ui.widgets.chip import Chip, severity_text
from app.ui.widgets.labels import Elided, Fact

if TYPE_CHECKING:
    from app.domain.board import Card
    from app.domain.clocks import Clock

HEIGHT = 52
READABLE = 260
"""A title keeps at least this much, if it is that long."""


class Badge(QLabel):
    """A word in an outline: the response profile, DRILL, SIMULATED."""

    def __init__(self) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("badge", True)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.hide()

    def show_word(self, word: str) -> None:
        """Another word; none hides it."""
        self.setText(word)
        self.setVisible(bool(word))


class DueFact(Fact):
    """A clock in the strip; a bar at its left when it asks for somebody."""

    def __init__(self) -> None:
        super().__init__()
        self._tone = ""
        self.setContentsMargins(theme.px(10), 0, 0, 0)

    def show_clock(self, clock: Clock | None, live: Live) -> None:
        """The words of a clock."""
        if clock is None:
            return
        now = live.now()
        tone = {"due_soon": "attention", "overdue": "overdue"}.get(clock.state, "")
        due = times.clock_text(clock.due_at, live.zone, now)
        self.show_fact(f"{due} · {clock.label}", times.left_text(clock.due_at, now), tone)
        if tone != self._tone:
            self._tone = tone
            self.update()

    @override_safe(None)
    def paintEvent(self, event: QPaintEvent) -> None:
        if self._tone:
            painter = QPainter(self)
            painter.fillRect(
                QRectF(0, theme.px(8), theme.px(3), self.height() - theme.px(16)), theme.colour(self._tone)
            )
            painter.end()


class SignerButton(QToolButton):
    """Who signs, with the lock; opens the choice of signers."""

    def __init__(self) -> None:
        super().__init__()
        self._caption, self._name, self._icon = "", "", "user"
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def show_signer(self, caption: str, name: str, icon: str) -> None:
        """Another signer, or another state of the key."""
        if (caption, name, icon) == (self._caption, self._name, self._icon):
            return
        self._caption, self._name, self._icon = caption, name, icon
        self.setAccessibleName(f"{caption}: {name}")
        self.updateGeometry()
        self.update()

    @override_safe(QSize(0, 0))
    def sizeHint(self) -> QSize:
        from PySide6.QtGui import QFontMetrics

        caption = QFontMetrics(theme.font(theme.CAPTION)).horizontalAdvance(self._caption)
        name = QFontMetrics(theme.bold()).horizontalAdvance(self._name)
        return QSize(min(max(caption, name) + theme.px(40), theme.px(260)), theme.px(40))

    @override_safe(None)
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.hasFocus() or self.underMouse():
            painter.setPen(QPen(theme.colour("focus" if self.hasFocus() else "line"), 2 if self.hasFocus() else 1))
            painter.setBrush(QColor(Qt.GlobalColor.transparent) if self.hasFocus() else theme.colour("alternate"))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 5, 5)
        side = theme.px(16)
        painter.drawPixmap(theme.px(8), (self.height() - side) // 2, theme.pixmap(self._icon))
        left = theme.px(32)
        room = self.width() - left - theme.px(6)
        painter.setFont(theme.font(theme.CAPTION))
        painter.setPen(theme.colour("secondary"))
        half = self.height() // 2
        metrics = painter.fontMetrics()
        painter.drawText(left, half - theme.px(5), metrics.elidedText(self._caption, Qt.TextElideMode.ElideRight, room))
        painter.setFont(theme.bold())
        painter.setPen(theme.colour("text"))
        metrics = painter.fontMetrics()
        painter.drawText(left, half + theme.px(12), metrics.elidedText(self._name, Qt.TextElideMode.ElideRight, room))
        painter.end()


class Strip(QWidget):
    """One line, fixed; follows `live`."""

    signer_clicked = Signal()
    owed_clicked = Signal()

    def __init__(self, live: Live) -> None:
        super().__init__()
        self._live = live
        self.setProperty("surface", True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName("Incident strip")
        self._words: tuple[object, ...] = ()
        self.chip = Chip()
        self.title = Elided("", "title")
        self.number = Fact()
        self.badges = (Badge(), Badge(), Badge())
        self.commander, self.scribe = Fact(), Fact()
        self.elapsed, self.due, self.regulatory = Fact(), DueFact(), DueFact()
        self.owed = QToolButton()
        self.owed.clicked.connect(self._show_owed)
        self.signer = SignerButton()
        self.signer.clicked.connect(self._choose_signer)
        self._build()
        live.incident_changed.connect(self.refresh)
        live.signer_changed.connect(self.refresh_signer)
        live.ready.connect(self.refresh)
        live.ready.connect(self.refresh_signer)
        live.owed_changed.connect(self.refresh_owed)
        live.tick.timeout.connect(self._ticked)
        theme.watch().changed.connect(self._sized)
        self._sized()
        self.refresh()
        self.refresh_signer()
        self.refresh_owed()

    def _build(self) -> None:
        line = QHBoxLayout(self)
        line.setSpacing(theme.px(16))
        line.addWidget(self.chip)
        line.addWidget(self.title)
        line.addWidget(self.number)
        for badge in self.badges:
            line.addWidget(badge)
        line.addWidget(self.commander)
        line.addWidget(self.scribe)
        line.addStretch(1)
        line.addWidget(self.elapsed)
        line.addWidget(self.due)
        line.addWidget(self.regulatory)
        line.addWidget(self.owed)
        line.addWidget(self.signer)
        self._line = line

    def _sized(self) -> None:
        self.setFixedHeight(theme.px(HEIGHT))
        self._line.setContentsMargins(theme.px(14), 0, theme.px(8), 0)
        self._line.setSpacing(theme.px(16))

    def _fit(self) -> None:
        """Where the line is too short the title stays readable and the lesser facts go, one by one."""
        there = self._live.look is not None or self._live.card is not None
        lesser = (self.scribe, self.regulatory, self.elapsed, self.commander, self.number)
        for fact in (self.scribe, self.commander, self.number):
            fact.setVisible(there)
        self.elapsed.setVisible(self._live.look is not None)
        self.due.setVisible(self._tightest() is not None)
        self.regulatory.setVisible(self._second_clock() is not None)
        if not there:
            return
        wanted = min(self.title.sizeHint().width(), theme.px(READABLE))
        for fact in lesser:
            if self._spare() >= wanted:
                return
            fact.hide()

    def _spare(self) -> int:
        """What the others leave for the title."""
        margins = self._line.contentsMargins()
        shown = [item.widget() for place in range(self._line.count()) if (item := self._line.itemAt(place)) is not None]
        others = [each for each in shown if each is not None and each is not self.title and not each.isHidden()]
        taken = sum(each.sizeHint().width() + self._line.spacing() for each in others)
        return self.width() - margins.left() - margins.right() - taken - self._line.spacing()

    @override_safe(None)
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    @slot_safe
    def _ticked(self) -> None:
        if self.isVisible():
            self.tick(self._live.now())

    @slot_safe
    def _show_owed(self) -> None:
        self.owed_clicked.emit()

    @slot_safe
    def _choose_signer(self) -> None:
        self.signer_clicked.emit()

    @slot_safe
    def refresh_owed(self) -> None:
        """What first start left for later."""
        sentences = self._live.owed
        self.owed.setText(f"{len(sentences)} owed")
        self.owed.setAccessibleName(f"{len(sentences)} owed: {' '.join(sentences)}")
        self.owed.setToolTip("\n".join(sentences))
        self.owed.setVisible(bool(sentences))

    @slot_safe
    def refresh(self) -> None:
        """The incident as `live` holds it."""
        look = self._live.look
        for each in (self.number, self.commander, self.scribe, self.elapsed):
            each.setVisible(look is not None)
        if look is None:
            self._show_card(self._live.card)
            return
        from app.domain.entries import shown

        plan, view = look.plan, look.view
        level = plan.severity(view.severity)
        self.chip.show_severity(plan.severity_ranks[view.severity], severity_text(level))
        self.title.setText(shown(view.title))
        state = plan.state(view.state).title if view.state in plan.state_codes else ""
        self.number.show_fact(view.number, state or view.state)
        words = ("DRILL" if view.drill else "", "SIMULATED" if view.opening.simulated else "", view.profile)
        for badge, word in zip(self.badges, words, strict=True):
            badge.show_word(word)
        for fact, function in ((self.commander, "commander"), (self.scribe, "scribe")):
            role = plan.role_for(function)
            holding = view.roles.get(role.code) if role else None
            fact.show_fact(role.title if role else function.title(), shown(holding.holder) if holding else "nobody yet")
        self.tick(self._live.now())
        self._fit()

    def _show_card(self, card: Card | None) -> None:
        """Before the record is read: what the board's card says, or nothing."""
        self.chip.show_severity(card.severity_rank if card else 1, card.severity if card else "")
        self.title.setText(card.title if card else "Incident Cockpit")
        words = ("DRILL" if card.drill else "", "", card.label) if card else ("", "", "")
        for badge, word in zip(self.badges, words, strict=True):
            badge.show_word(word)
        if card is not None:
            self.number.show_fact(card.number, card.state.replace("_", " ").capitalize())
            self.commander.show_fact("Commander", card.commander or "nobody yet")
            self.scribe.show_fact("Scribe", card.scribe or "nobody yet")
            self.number.show()
        self._fit()

    def tick(self, now: datetime) -> None:
        """Only words that differ are set."""
        look = self._live.look
        if look is None:
            return
        self.elapsed.show_fact("Since declared", times.elapsed_text(look.view.declared_at, now))
        first, second = self._tightest(), self._second_clock()
        self.due.show_clock(first, self._live)
        self.regulatory.show_clock(second, self._live)
        words = (self.elapsed.value, first and first.id, self.due.value, second and second.id, self.regulatory.value)
        if words != self._words:
            self._words = words
            self._fit()

    def _tightest(self) -> Clock | None:
        active = [clock for clock in self._live.clocks() if clock.active]
        return min(active, key=lambda clock: clock.due_at, default=None)

    def _second_clock(self) -> Clock | None:
        """The first of the law's clocks, where another one is tighter."""
        law = [clock for clock in self._live.clocks() if clock.active and clock.kind == "regulatory"]
        first = min(law, key=lambda clock: clock.due_at, default=None)
        return None if first is None or first == self._tightest() else first

    @slot_safe
    def refresh_signer(self) -> None:
        """Who signs, and whether the key is at hand."""
        signer = self._live.signer
        if self._live.session is None:
            self.signer.show_signer("Signs", "opening…", "user")
        elif signer is None:
            self.signer.show_signer("Signs · F2", "nobody yet", "user-plus")
        elif self._live.locked:
            self.signer.show_signer("Locked · F2", signer.name, "lock")
        else:
            self.signer.show_signer("Signs · F2", signer.name, "key-round")
