"""One incident in the real window, by the keyboard, with real keys and a real file; restarted, and folded anew."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from pytestqt.qtbot import QtBot

from app.services import incidents, verification
from app.services.session import Session
from app.store import first_page
from app.ui import tasks
from app.ui.dialogs.declare import DeclareForm
from app.ui.dialogs.export import ExportDialog
from app.ui.opening import Opening, Wish
from app.ui.panes.checklists import ChecklistsPane
from app.ui.panes.timeline import TimelinePane
from app.ui.window import Window

LINES = (
    "-45m Support ticket: two users see each other's address",
    '-40m @"Grace Hopper": the debug field is in the proof log #prooflog',
    "-35m ? Linkage through Tuesday's deploy #deploy",
    "-30m > Preserve the log volume @Grace",
    "-25m about 12,000 people",
    "-20m Ștefan: 中文 Ελληνικά русский, and <b>no markup</b>",
    "-15m rotation started",
    "-10m rotation at 30 %",
    "-5m rotation at 68 %",
    "-2m rotation done #rotation",
)


class Person:
    """Somebody at the keyboard."""

    def __init__(self, folder: Path, application: QApplication, qtbot: QtBot) -> None:
        self.folder, self.application, self.qtbot = folder, application, qtbot
        self.opening = Opening(application, first_page.read)
        self.window: Window

    def start(self) -> None:
        """Start the program."""
        self.window = self.opening.open(Wish(self.folder))
        self.until(lambda: self.window.live.session is not None and bool(self.window.live.plans))
        self.settle()

    def close(self) -> None:
        """Close every window and wait until what was asked for is written."""
        for window in tuple(self.opening.windows):
            window.close()
        tasks.stop()
        QApplication.processEvents()

    def until(self, so: Any) -> None:
        self.qtbot.waitUntil(so, timeout=30_000)

    def settle(self) -> None:
        for _ in range(2):
            self.until(lambda: tasks.waiting() == 0)
            QApplication.processEvents()

    def press(self, widget: QWidget, key: Qt.Key, *modifiers: Qt.KeyboardModifier) -> None:
        held = Qt.KeyboardModifier.NoModifier
        for modifier in modifiers:
            held |= modifier
        self.qtbot.keyClick(widget, key, held)

    def visible(self, kind: type[Any]) -> Any:
        """The one visible widget of a kind, as soon as it is there."""
        self.until(lambda: any(each.isVisible() for each in self.window.findChildren(kind)))
        return next(each for each in self.window.findChildren(kind) if each.isVisible())

    def introduce(self, name: str) -> None:
        """The first start: a name and Enter."""
        self.until(lambda: self.window.start.is_first_start)
        self.qtbot.keyClicks(self.window.start.first.name, name)
        self.press(self.window.start.first.name, Qt.Key.Key_Return)

    def declare(self, plan: str, level: str, title: str) -> None:
        """Fill the short form."""
        form: DeclareForm = self.visible(DeclareForm)
        form.choose_plan(plan)
        form.levels.setFocus()
        self.qtbot.keyClicks(form.levels, level)
        self.qtbot.keyClicks(form.title, title)
        self.press(form.title, Qt.Key.Key_Return)
        self.until(lambda: self.window.live.look is not None)
        self.settle()

    @property
    def timeline(self) -> TimelinePane:
        pane = self.window.pane("timeline")
        assert isinstance(pane, TimelinePane)
        return pane

    def type(self, line: str) -> None:
        """One line in the scribe bar and Enter; it is committed when this returns."""
        editor = self.timeline.bar.editor
        before = self.window.live.look.seal_size  # type: ignore[union-attr]
        editor.setFocus()
        for character in line:
            self.qtbot.keyClicks(editor, character) if character.isascii() else editor.insertPlainText(character)
        self.press(editor, Qt.Key.Key_Escape)
        self.press(editor, Qt.Key.Key_Return)
        self.until(lambda: self.window.live.look.seal_size > before)  # type: ignore[union-attr]
        self.settle()

    def picture(self) -> dict[str, Any]:
        """What the window shows of the incident, pane by pane."""
        live = self.window.live
        look = live.look
        assert look is not None
        model = self.timeline.model
        rows = [model.row_at(place) for place in range(model.rowCount())]
        checklists = self.window.pane("checklists")
        assert isinstance(checklists, ChecklistsPane)
        return {
            "rows": [
                (r.seq, r.at, r.text, r.original, r.said_by, r.recorded_by, r.starred, r.struck) for r in rows if r
            ],
            "title": self.window.windowTitle(),
            "strip": self.window.strip.accessibleDescription() or self.window.strip.accessibleName(),
            "cards": [(c.number, c.severity, c.state, c.commander, c.gates_open) for c in live.cards],
            "roles": {code: str(held.holder) for code, held in look.view.roles.items()},
            "tasks": {name: mark.outcome for name, mark in look.view.tasks.items()},
            "seal": (look.seal_size, look.seal_root),
        }


@pytest.fixture
def person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qapp: QApplication, qtbot: QtBot) -> Iterator[Person]:
    """A person in front of an empty data folder."""
    monkeypatch.setenv("COCKPIT_KEYSTORE", "file")
    monkeypatch.setenv("COCKPIT_PASSPHRASE", "correct horse")
    made = Person(tmp_path / "home", qapp, qtbot)
    made.start()
    yield made
    made.close()


def test_one_incident_from_the_first_key_press_to_the_documents(person: Person, tmp_path: Path) -> None:
    """Declared as P0 under ZKP, led, logged, corrected, moved on, exported; the same after a restart and a rebuild."""
    person.introduce("Ana Pop")
    person.declare("zkp", "1", "PID linkage exposed in a debug log")
    person.type("/ack")
    for role, holder in (("commander", "Ana Pop"), ("technical-lead", "Charlie Brown"), ("scribe", "M. Ionescu")):
        person.type(f"/role {role} {holder}")
    for line in LINES:
        person.type(line)
    person.type("! Disable proof logging in eu-west")
    look = person.window.live.look
    assert look is not None
    wrong = next(row.seq for row in rows(person) if row.text == "about 12,000 people")
    person.type(f"/correct {wrong} about 1,200 people")
    first, second, third = list(look.plan.tasks)[:3]
    person.type(f"/task {first}")
    person.type(f"/task {second} skip no second region")
    person.type(f"/task {third}")
    person.type("/update internal Rotation is done, monitoring")
    person.type("/sev P1 contained")
    person.type("/state CONTAINMENT")
    view = person.window.live.look.view  # type: ignore[union-attr]
    assert (view.severity, view.state) == ("P1", "CONTAINMENT")
    assert {code: str(held.holder) for code, held in view.roles.items()} == {
        "commander": "Ana Pop", "technical-lead": "Charlie Brown", "scribe": "M. Ionescu",
    }  # fmt: skip
    corrected = next(row for row in rows(person) if row.seq == wrong)
    assert (corrected.text, corrected.original) == ("about 1,200 people", "about 12,000 people")
    quoted = next(row for row in rows(person) if "debug field" in row.text)
    assert (quoted.said_by, quoted.recorded_by, quoted.unsigned) == ("Grace Hopper", "Ana Pop", "Grace Hopper")
    assert quoted.lag_ms >= 40 * 60_000
    assert [outcome.outcome for outcome in (view.tasks[first], view.tasks[second])] == ["done", "skipped"]
    export(person, "postmortem", tmp_path / "papers")
    paper = next((tmp_path / "papers").glob("*.pdf"))
    text = "\n".join(page.extract_text() for page in PdfReader(paper).pages)
    assert "about 1,200 people" in text
    assert view.number in text
    before = person.picture()

    person.close()
    person.start()
    person.until(lambda: person.window.live.look is not None)
    person.settle()
    assert person.picture() == before

    person.close()
    with Session.open(person.folder) as session:
        assert verification.rebuild(session) == 1
        assert [one for one in verification.doctor(session) if one["severity"] == "error"] == []
        assert verification.verify(session, view.number).ok
    person.start()
    person.until(lambda: person.window.live.look is not None)
    person.settle()
    assert person.picture() == before


def rows(person: Person) -> tuple[Any, ...]:
    session = person.window.live.session
    assert session is not None
    return incidents.rows(session, person.window.live.incident_id, 0, 10_000)


def export(person: Person, report: str, folder: Path) -> None:
    """Ctrl+E, choose, Enter."""
    folder.mkdir()
    person.window.activateWindow()
    person.window.registry.run("export")
    dialog: ExportDialog = person.visible(ExportDialog)
    dialog.choose(report)
    dialog.folder.setText(str(folder))
    dialog.make()
    person.until(lambda: any(folder.glob("*.pdf")))
    person.settle()
    assert isinstance(dialog, QDialog)
    dialog.close()
