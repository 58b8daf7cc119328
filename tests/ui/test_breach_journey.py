from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from ui.room import Room

from app.services import incidents, regulatory, verification
from app.ui.dialogs.awareness import AwarenessDialog
from app.ui.panes.breach import BreachPane
from app.ui.panes.postmortem import PostmortemPane
from app.ui.window import Window

Key = Qt.Key
CONTROL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
ANSWERS = {
    "nat.text": "A debug log held names and diagnoses.",
    "ds.count": "1200",
    "con.impact_text": "Colleagues could read diagnoses.",
    "post.mitigate": "Log deleted",
}
UNKNOWN = ("data.rec_count",)
PROFILE = {
    "controller.name": "Clinica Aurora Med",
    "controller.contact": "Cluj-Napoca; privacy@aurora.example",
    "dpo.name": "Elena Marcu",
    "dpo.contact": "dpo@aurora.example",
    "zone": "Europe/Bucharest",
}


@pytest.fixture
def window(room: Room, tmp_path: Path) -> Iterator[Window]:
    """The window, next morning: an incident is open and Ana signs."""
    room.declare("hyperkit", "P1")
    made = Window(room.live, tmp_path / "home")
    room.qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    made.complete()
    room.live.start(room.session)
    room.live.open(room.incident)
    room.qtbot.waitUntil(lambda: room.live.look is not None)
    room.settle()
    yield made
    made.close()


def press(room: Room, key: Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """Press a key where the keyboard is, and let everything follow."""
    focus = QApplication.focusWidget()
    assert focus is not None
    room.qtbot.keyClick(focus, key, modifier)
    room.settle()


def front(room: Room, window: Window) -> None:
    """Bring the window to the front again, as a desktop does when a dialog closes."""
    room.settle()
    window.activateWindow()
    room.qtbot.waitUntil(window.isActiveWindow)


def type_in(room: Room, text: str) -> None:
    """Type where the keyboard is."""
    focus = QApplication.focusWidget()
    assert focus is not None
    room.qtbot.keyClicks(focus, text)


def test_a_compliance_officer_needs_the_window_alone(room: Room, window: Window, tmp_path: Path) -> None:
    """Organisation once, awareness, the minimum, an unknown with its owner, post-mortem with two actions, exports."""
    _organisation(room, window)
    _awareness(room, window)
    _minimum(room, window)
    _postmortem(room, window)
    view = incidents.look(room.session, room.incident).view
    assert view.awareness is not None
    assert len(view.actions) == 2
    assert regulatory.packet(room.session, view, room.session.now()).missing == ()
    text = _exported(room, window, tmp_path, "art33")
    for words in ("Clinica Aurora Med", "Elena Marcu", ANSWERS["nat.text"], "1,200", "Maria Ionescu"):
        assert words in text, words
    text = _exported(room, window, tmp_path, "postmortem")
    for words in ("A debug field was logged.", "Missing review.", "Masks are part of the schema.", "Mask the field"):
        assert words in text, words
    assert verification.verify(room.session, room.incident).ok
    assert room.failures == []


def _organisation(room: Room, window: Window) -> None:
    window.registry.run("organisation")
    room.qtbot.waitUntil(lambda: window.papers.organisation_dialog is not None)
    dialog = window.papers.organisation_dialog
    assert dialog is not None
    for field, value in PROFILE.items():
        dialog.lines[field].line.setFocus()
        room.qtbot.keyClicks(dialog.lines[field].line, value)
    dialog.lines["authority"].choice.setFocus()
    room.qtbot.keyClicks(dialog.lines["authority"].choice, "RO")
    dialog.lines["authority"].hand_in()
    room.qtbot.keyClick(dialog, Key.Key_Escape)
    room.settle()
    profile = regulatory.organisation_profile(room.session)
    assert {name: profile[name] for name in PROFILE} == PROFILE
    assert profile["authority"] == "RO-ANSPDCP"


def _awareness(room: Room, window: Window) -> None:
    front(room, window)
    window.registry.run("pane-breach")
    pane = window.pane("breach")
    assert isinstance(pane, BreachPane)
    room.qtbot.waitUntil(lambda: pane.sheet is not None)
    room.settle()
    assert pane.head.decide.hasFocus()
    press(room, Key.Key_Space)
    dialog = window.findChild(AwarenessDialog)
    assert dialog is not None
    room.qtbot.waitUntil(dialog.reason.hasFocus)
    type_in(room, "The log shows names and diagnoses.")
    press(room, Key.Key_Return, CONTROL)
    room.qtbot.waitUntil(pane.head.left.isVisible)


def _minimum(room: Room, window: Window) -> None:
    """Down the open questions with n: a text, a number, a first choice, or not known yet."""
    pane = window.pane("breach")
    assert isinstance(pane, BreachPane)
    front(room, window)
    line = pane.form.first()
    assert line is not None
    pane.form.go(line)
    for _question in range(40):
        if pane.sheet is None or not any(ask.lacking for ask in pane.sheet.asks()):
            break
        at = pane.form.current
        if at is None or not getattr(at, "ask", None) or not at.ask.lacking:  # type: ignore[attr-defined]
            press(room, Key.Key_N)
            continue
        field = at.ask.field.id  # type: ignore[attr-defined]
        press(room, Key.Key_U if field in UNKNOWN else Key.Key_Return)
        if field in UNKNOWN:
            type_in(room, "Maria Ionescu")
            press(room, Key.Key_Tab)
            type_in(room, "+3d")
        elif field in ANSWERS:
            type_in(room, ANSWERS[field])
        else:
            press(room, Key.Key_Space)
        press(room, Key.Key_Return)
    assert pane.minimum.text().startswith("The minimum of Art. 33(3) is complete")


def _postmortem(room: Room, window: Window) -> None:
    front(room, window)
    window.registry.run("pane-postmortem")
    pane = window.pane("postmortem")
    assert isinstance(pane, PostmortemPane)
    room.qtbot.waitUntil(lambda: bool(pane.sections))
    room.settle()
    texts = {
        "summary": "A debug field was logged.",
        "root-cause": "Missing review.",
        "lessons": "Masks are part of the schema.",
    }
    for section, text in texts.items():
        window.show_pane("postmortem")
        assert pane.sections[section].prose.hasFocus()
        type_in(room, text)
        press(room, Key.Key_Return, CONTROL)
    window.registry.run("add-action")
    for action, owner in (("Mask the field", "Maria Ionescu"), ("Review log levels", "Ana Pop")):
        type_in(room, action)
        press(room, Key.Key_Tab)
        type_in(room, owner)
        press(room, Key.Key_Tab)
        type_in(room, "fri")
        press(room, Key.Key_Return)


def _exported(room: Room, window: Window, folder: Path, name: str) -> str:
    """Export with Ctrl+E and read the words back."""
    import pypdfium2

    window.papers.export(name)
    dialog = window.papers.export_dialog
    assert dialog is not None
    room.settle()
    dialog.folder.setText(str(folder))
    dialog.make()
    room.qtbot.waitUntil(lambda: dialog.made is not None, timeout=30_000)
    assert dialog.made is not None
    document = pypdfium2.PdfDocument(dialog.made.wish.out)
    pages = [page.get_textpage().get_text_bounded() for page in document]
    document.close()
    dialog.accept()
    room.settle()
    return re.sub(r"\s+", " ", " ".join(pages))
