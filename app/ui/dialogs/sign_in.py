"""Who signs: choose a person and unlock the key, add a person, put a passphrase on a key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.domain.errors import Refused
from app.ui import theme
from app.ui.guard import slot_safe
from app.ui.pane import mark_wrong
from app.ui.widgets.labels import label, rule

PERSON_ROLE = int(Qt.ItemDataRole.UserRole)


class Person(Protocol):
    """A profile as services give it."""

    @property
    def principal(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def role(self) -> str: ...
    @property
    def protected(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class SignIn:
    """Sign as this person from now on."""

    principal: str
    passphrase: str | None


@dataclass(frozen=True, slots=True)
class NewPerson:
    """Make a key for somebody."""

    name: str
    role: str
    passphrase: str | None


@dataclass(frozen=True, slots=True)
class Protect:
    """Put a passphrase on a key that has none."""

    principal: str
    passphrase: str


def passphrase_field(name: str) -> QLineEdit:
    """A field that hides what is typed."""
    made = QLineEdit()
    made.setEchoMode(QLineEdit.EchoMode.Password)
    made.setPlaceholderText(name)
    made.setAccessibleName(name)
    return made


class SignInDialog(QDialog):
    """Opens with `open()`; `chosen` carries a SignIn, NewPerson or Protect."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Who signs")
        self._people: tuple[Person, ...] = ()
        self.list = QListWidget()
        self.list.setAccessibleName("People with a key here")
        self.list.setProperty("boxed", True)
        self.passphrase, self.again = passphrase_field("Passphrase"), passphrase_field("The same again")
        self.problem = label("", "small", "overdue")
        self.problem.setWordWrap(True)
        self.go, self.add = QPushButton("Sign as this person"), QPushButton("Add a person…")
        self._stack = QStackedWidget()
        self.fresh = NewPersonForm()
        self._build()
        self.list.itemSelectionChanged.connect(self._selected)
        self.list.itemActivated.connect(self._activated)
        self.passphrase.returnPressed.connect(self._entered)
        self.again.returnPressed.connect(self._go)
        self.go.clicked.connect(self._go)
        self.add.clicked.connect(self._add)
        self.fresh.back.clicked.connect(self._back)
        self.fresh.entered.connect(self.chosen)

    def _build(self) -> None:
        first = QWidget()
        column = QVBoxLayout(first)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(8))
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.px(8))
        buttons.addWidget(self.add)
        buttons.addStretch(1)
        self.add.setAutoDefault(False)
        self.go.setProperty("primary", True)
        self.go.setAutoDefault(False)
        buttons.addWidget(self.go)
        hint = label("Whoever signs vouches for what is recorded; who said it is noted beside it.", "small")
        hint.setWordWrap(True)
        for each in (hint, self.list, self.passphrase, self.again, self.problem):
            column.addWidget(each)
        column.addLayout(buttons)
        self._stack.addWidget(first)
        self._stack.addWidget(self.fresh)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(theme.px(20), theme.px(18), theme.px(20), theme.px(16))
        whole.addWidget(self._stack)
        self.setMinimumWidth(theme.px(460))
        self.problem.hide()

    def begin(self, people: Sequence[Person], signer: str) -> None:
        """Open it with these people, the present signer selected."""
        self._people = tuple(people)
        self.fresh.needs_passphrase(bool(people))
        self.list.clear()
        for person in self._people:
            words = " · ".join(part for part in (person.name, person.role) if part)
            item = QListWidgetItem(words if person.protected else f"{words} · no passphrase")
            item.setIcon(theme.icon("lock" if person.protected else "key-round"))
            item.setData(PERSON_ROLE, person.principal)
            item.setSizeHint(QSize(0, theme.row()))
            self.list.addItem(item)
            if person.principal == signer:
                self.list.setCurrentItem(item)
        self.list.setFixedHeight(theme.row() * max(3, min(len(self._people), 7)) + 6)
        self.refuse("")
        self._stack.setCurrentIndex(0)
        self.open()
        self._selected()
        (self.passphrase if self.passphrase.isVisibleTo(self) else self.list).setFocus()

    @property
    def person(self) -> Person | None:
        """Who is selected."""
        item = self.list.currentItem()
        principal = item.data(PERSON_ROLE) if item is not None else ""
        return next((person for person in self._people if person.principal == principal), None)

    @slot_safe
    def _selected(self) -> None:
        person = self.person
        self.go.setEnabled(person is not None)
        needs = person is not None and (person.protected or len(self._people) > 1)
        self.passphrase.setVisible(needs)
        self.passphrase.clear()
        self.again.clear()
        protected = person is None or person.protected
        self.again.setVisible(needs and not protected)
        words = "Passphrase" if protected else "New passphrase for this key"
        self.passphrase.setPlaceholderText(words)
        self.passphrase.setAccessibleName(words)
        self.go.setText("Sign as this person" if protected or not needs else "Set passphrase and sign")
        self.refuse("")

    @slot_safe
    def _activated(self) -> None:
        if self.passphrase.isVisibleTo(self):
            self.passphrase.setFocus()
        else:
            self._go()

    @slot_safe
    def _entered(self) -> None:
        if self.again.isVisibleTo(self):
            self.again.setFocus()
        else:
            self._go()

    @slot_safe
    def _go(self) -> None:
        person = self.person
        if person is None:
            return
        typed = self.passphrase.text() or None
        if person.protected and typed is None:
            self.refuse(f"Type the passphrase of {person.name}.")
        elif not person.protected and self.again.text() != self.passphrase.text():
            self.refuse("The two passphrases differ.")
        elif not person.protected and typed is not None:
            self.chosen.emit(Protect(person.principal, typed))
        else:
            self.chosen.emit(SignIn(person.principal, typed))

    @slot_safe
    def _add(self) -> None:
        self._stack.setCurrentWidget(self.fresh)
        self.fresh.name.setFocus()

    @slot_safe
    def _back(self) -> None:
        self._stack.setCurrentIndex(0)

    def refuse(self, sentence: str) -> None:
        """Say inline why it did not work."""
        self.problem.setText(sentence)
        self.problem.setVisible(bool(sentence))
        mark_wrong(self.passphrase, bool(sentence))
        if sentence:
            self.fresh.refuse(sentence)

    def show_refusal(self, refusal: Refused) -> None:
        """The same for a service's refusal."""
        self.refuse(f"{refusal.message} {refusal.hint}".strip())


class NewPersonForm(QWidget):
    """Name, role, and from the second person on a passphrase, typed twice."""

    entered = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.name, self.role = QLineEdit(), QLineEdit()
        self.name.setMaxLength(120)
        self.role.setPlaceholderText("optional")
        self.first, self.second = passphrase_field("Passphrase"), passphrase_field("The same again")
        self.problem = label("", "small", "overdue")
        self.problem.setWordWrap(True)
        self.back, self.go = QPushButton("Back"), QPushButton("Make the key")
        self.back.setAutoDefault(False)
        self.go.setProperty("primary", True)
        self._needed = False
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(theme.px(12))
        grid.setVerticalSpacing(theme.px(8))
        rows = (("Name", self.name), ("Role", self.role), ("Passphrase", self.first), ("", self.second))
        for place, (caption, field) in enumerate(rows):
            grid.addWidget(label(caption, tone="secondary"), place, 0)
            grid.addWidget(field, place, 1)
            if caption in ("Name", "Role"):
                field.setAccessibleName(caption)
        grid.addWidget(self.problem, 4, 1)
        hint = label("Asked for at every approval and hand-over. Nobody can restore it.", "small")
        hint.setWordWrap(True)
        grid.addWidget(hint, 5, 1)
        grid.setRowStretch(6, 1)
        grid.addWidget(rule(), 7, 0, 1, 2)
        line = QHBoxLayout()
        line.setSpacing(theme.px(8))
        line.addWidget(self.back)
        line.addStretch(1)
        line.addWidget(self.go)
        grid.addLayout(line, 8, 0, 1, 2)
        self.problem.hide()
        self.go.clicked.connect(self._go)
        self.go.setAutoDefault(False)
        for field, following in pairwise((self.name, self.role, self.first, self.second)):
            field.returnPressed.connect(following.setFocus)
        self.second.returnPressed.connect(self._go)

    def needs_passphrase(self, needed: bool) -> None:
        """Whether somebody has a key here already."""
        self._needed = needed

    @slot_safe
    def _go(self) -> None:
        sentence = self.wrong()
        self.refuse(sentence)
        if not sentence:
            name = " ".join(self.name.text().split())
            self.entered.emit(NewPerson(name, self.role.text().strip(), self.first.text() or None))

    def wrong(self) -> str:
        """What is missing, in a sentence; empty when nothing is."""
        if not self.name.text().strip():
            return "Type a name."
        if self._needed and not self.first.text():
            return "From the second person on, each key needs a passphrase of its own."
        if self.first.text() != self.second.text():
            return "The two passphrases differ."
        return ""

    def refuse(self, sentence: str) -> None:
        """Say inline why it did not work."""
        self.problem.setText(sentence)
        self.problem.setVisible(bool(sentence))

    def forget(self) -> None:
        """Empty every field."""
        for field in (self.name, self.role, self.first, self.second):
            field.clear()
