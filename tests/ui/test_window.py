from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot
from ui.room import PASSPHRASE

from app import settings
from app.services import demo, incidents, journal
from app.services.session import Session
from app.settings import Settings
from app.store import first_page
from app.ui import tasks
from app.ui.dialogs.declare import DeclareForm
from app.ui.dialogs.palette import Palette
from app.ui.dialogs.sign_in import NewPerson, Protect, SignIn, SignInDialog
from app.ui.opening import Opening, Wish
from app.ui.widgets.scribe_editor import ScribeEditor
from app.ui.window import Window

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Profile:
    """A person of the list."""

    name: str
    protected: bool
    role: str = ""

    @property
    def principal(self) -> str:
        return self.name


class Desk:
    """Opens windows on one data folder and waits for them."""

    def __init__(self, folder: Path, application: QApplication, qtbot: QtBot) -> None:
        self.folder, self.qtbot = folder, qtbot
        self.opening = Opening(application, first_page.read)

    def open(self, profile: str | None = None) -> Window:
        window = self.opening.open(Wish(self.folder, profile))
        self.until(lambda: window.live.session is not None and bool(window.live.plans))
        return window

    def until(self, so: object) -> None:
        self.qtbot.waitUntil(so, timeout=20_000)

    def settle(self) -> None:
        self.until(lambda: tasks.waiting() == 0)
        QApplication.processEvents()
        self.until(lambda: tasks.waiting() == 0)

    def declared(self) -> Window:
        """The first start, up to the first incident."""
        window = self.open()
        self.until(lambda: window.start.is_first_start)
        self.qtbot.keyClicks(window.start.first.name, "Ana Pop")
        self.qtbot.keyClick(window.start.first.name, Qt.Key.Key_Return)
        self.until(lambda: self.form(window) is not None)
        form = self.form(window)
        assert form is not None
        self.qtbot.keyClicks(form.levels, "1")
        self.qtbot.keyClicks(form.title, "Records readable without a login")
        self.qtbot.keyClick(form.title, Qt.Key.Key_Return)
        self.until(lambda: window.live.look is not None)
        self.settle()
        return window

    def opened(self) -> Window:
        """Another start, with the incident of the folder open."""
        window = self.open()
        self.until(lambda: window.live.look is not None)
        self.settle()
        window.activateWindow()
        return window

    def form(self, window: Window) -> DeclareForm | None:
        found = [each for each in window.findChildren(DeclareForm) if each.isVisible()]
        return found[0] if found else None

    def close(self) -> None:
        for window in tuple(self.opening.windows):
            window.close()
        tasks.stop()


@pytest.fixture(scope="module")
def first_day(people: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with Ana, Maria and one incident, which is open when the window starts."""
    folder = tmp_path_factory.mktemp("day") / "home"
    shutil.copytree(people, folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COCKPIT_KEYSTORE", "file")
        patch.setenv("COCKPIT_PASSPHRASE", PASSPHRASE)
        with Session.open(folder) as session:
            session.sign_in("Ana Pop")
            done = incidents.declare(session, "zkp", "P0", "Records readable without a login")
    settings.save(folder, Settings(last_incident=done.incident_id))
    return folder


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qapp: QApplication, qtbot: QtBot) -> Iterator[Desk]:
    monkeypatch.setenv("COCKPIT_KEYSTORE", "file")
    monkeypatch.setenv("COCKPIT_PASSPHRASE", PASSPHRASE)
    made = Desk(tmp_path / "home", qapp, qtbot)
    yield made
    made.close()


@pytest.fixture
def day(desk: Desk, first_day: Path) -> Desk:
    """A desk on a copy of that folder."""
    shutil.copytree(first_day, desk.folder)
    return desk


def test_from_the_first_start_to_the_first_incident_and_back_again(desk: Desk) -> None:
    """A name and Enter, a digit, a title and Enter; after a restart the same incident stands there."""
    desk.folder.mkdir()
    window = desk.declared()
    number, rows = window.live.number, window.live.row_count
    assert window.strip.title.text() == "Records readable without a login"
    assert [card.number for card in window.live.cards] == [number]
    assert "recovery sheet" in window.strip.owed.accessibleName()
    assert window.strip.signer.accessibleName() == "Signs · F2: Ana Pop"
    window.close()
    tasks.stop()
    again = desk.open()
    desk.until(lambda: again.live.look is not None)
    assert (again.live.number, again.live.row_count) == (number, rows)
    assert again.strip.title.text() == "Records readable without a login"


def test_a_machine_without_a_keyring_is_asked_for_a_passphrase_instead(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name stays, a field appears, the key goes into a file; the next start asks before the first act."""
    for name in ("COCKPIT_KEYSTORE", "COCKPIT_PASSPHRASE", "DBUS_SESSION_BUS_ADDRESS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(desk.folder.parent))
    window = desk.open()
    first = window.start.first
    desk.qtbot.keyClicks(first.name, "Ana Pop")
    desk.qtbot.keyClick(first.name, Qt.Key.Key_Return)
    desk.until(first.passphrase.isVisible)
    assert "can wait" not in first.problem.text()
    for typed in ("with a slip", PASSPHRASE):
        first.passphrase.clear()
        desk.qtbot.keyClicks(first.passphrase, PASSPHRASE)
        desk.qtbot.keyClick(first.passphrase, Qt.Key.Key_Return)
        desk.qtbot.keyClicks(first.again, typed)
        desk.qtbot.keyClick(first.again, Qt.Key.Key_Return)
        assert first.problem.isVisibleTo(first) is (typed != PASSPHRASE)
    desk.until(lambda: window.live.signer is not None and window.live.signer.unlocked)
    assert (desk.folder / "keys.vault").exists()
    window.close()
    tasks.stop()
    again = desk.open()
    assert again.live.locked
    again.live.unlock("something else", again.show_refusal)
    desk.settle()
    assert "not the passphrase" in again.notice.message
    again.live.unlock(PASSPHRASE)
    desk.until(lambda: not again.live.locked)


def test_the_form_says_inline_what_is_missing(day: Desk) -> None:
    """No severity, no title, a time ahead: each has its sentence, and nothing is recorded."""
    window = day.opened()
    window.registry.run("declare")
    day.until(lambda: day.form(window) is not None)
    form = day.form(window)
    assert form is not None
    form.detected.setText("2099-01-01 00:00")
    assert form.answer() is None
    said = {name: label.text() for name, label in form.problems.items() if not label.isHidden()}
    assert set(said) == {"severity", "title", "detected"}
    assert "future" in said["detected"]
    form.title.setText("kept")
    form.reject()
    window.registry.run("declare")
    day.until(lambda: day.form(window) is not None)
    assert form.title.text() == "kept"
    assert len(window.live.cards) == 1


def test_the_palette_finds_a_command_that_is_mistyped_and_shows_its_key(day: Desk) -> None:
    """`delcare` is declare, Ctrl N; Esc gives the keyboard back."""
    window = day.opened()
    window.show_pane("board")
    before = QApplication.focusWidget()
    window.registry.run("palette")
    palette = window.findChild(Palette)
    assert palette is not None
    day.qtbot.keyClicks(palette.field, "delcare inc")
    assert (palette.model.choices[0].title, palette.model.choices[0].keys) == ("Declare an incident…", "Ctrl N")
    day.qtbot.keyClicks(palette.field, "x" * 40)
    assert palette.model.choices == ()
    assert palette.none.isVisible()
    day.qtbot.keyClick(palette.field, Qt.Key.Key_Escape)
    assert palette.isHidden()
    assert QApplication.focusWidget() is before


def test_every_key_has_one_command_and_every_command_is_reachable(day: Desk) -> None:
    """No two commands share a key; each has a title; what is in no menu is in the palette."""
    window = day.opened()
    commands = window.registry.all()
    keys = [command.shortcut for command in commands if command.shortcut]
    assert len(keys) == len(set(keys))
    assert all(command.title for command in commands)
    for key in ("Ctrl+N", "Ctrl+K", "Ctrl+L", "/", "F6", "Shift+F6", "F1", "?", "F11", "Ctrl+F", "Ctrl++", "Ctrl+-"):
        assert window.registry.with_key(key) is not None, key


def test_a_key_that_is_taken_twice_is_refused_and_changes_none(day: Desk) -> None:
    """A remapped key works; one that collides is named, and every command keeps the key it came with."""
    kept = settings.load(day.folder)
    settings.save(day.folder, replace(kept, shortcuts={"declare": "Ctrl+Shift+N"}))
    window = day.opened()
    assert window.registry.get("declare").keys == "Ctrl Shift N"
    window.close()
    tasks.stop()
    settings.save(day.folder, replace(kept, shortcuts={"declare": "Ctrl+K", "lock": "Ctrl+Shift+J"}))
    again = day.opened()
    assert "Ctrl K" in again.notice.message
    assert (again.registry.get("declare").keys, again.registry.get("lock").keys) == ("Ctrl N", "Ctrl Shift L")


def test_a_killed_window_comes_back_where_it_was(desk: Desk) -> None:
    """The incident, text size and panes are in the settings file a second after they were chosen, not at the end."""
    desk.folder.mkdir()
    window = desk.declared()
    window.registry.run("larger")
    kept = lambda: settings.load(desk.folder)  # noqa: E731 - asked again and again
    desk.until(lambda: (kept().last_incident, kept().text_size) == (window.live.incident_id, 110))
    window._across.moveSplitter(300, 1)
    desk.until(lambda: "across" in kept().splitters)
    window.registry.run("normal-size")


def test_after_declaring_one_types_and_it_stands_in_the_bar(desk: Desk) -> None:
    """From the first start on, without a key in between."""
    desk.folder.mkdir()
    window = desk.declared()
    editor = window.focusWidget()
    assert isinstance(editor, ScribeEditor)


def test_an_incident_opened_from_the_start_page_has_the_keyboard_in_its_bar(day: Desk) -> None:
    """Enter on a recent incident, then one types."""
    window = day.opened()
    window.registry.run("start")
    day.qtbot.keyClick(window.start.recents.search, Qt.Key.Key_Return)
    day.qtbot.keyClick(window.start.recents.list, Qt.Key.Key_Return)
    day.settle()
    assert isinstance(window.focusWidget(), ScribeEditor)


def test_f6_goes_round_the_panes(day: Desk) -> None:
    """Every visible pane has the keyboard once, then the first again; Shift F6 goes back."""
    window = day.opened()
    window.show_pane("board")
    visited = []
    for _ in range(4):
        pane = window.focused_pane()
        visited.append(pane.title if pane else None)
        window.registry.run("next-pane")
    assert visited == ["Severity board", "Timeline", "Role roster", "Checklists"]
    window.registry.run("previous-pane")
    last = window.focused_pane()
    assert last is not None
    assert last.title == "Checklists"


def test_a_question_mark_in_a_text_is_a_question_mark(day: Desk) -> None:
    """`?` and `/` are commands only where nobody is typing."""
    window = day.opened()
    window.registry.run("filter-board")
    field = QApplication.focusWidget()
    assert isinstance(field, QLineEdit)
    day.qtbot.keyClicks(field, "what?/")
    assert field.text() == "what?/"


def test_larger_text_is_kept_for_the_next_start(day: Desk) -> None:
    """Ctrl + goes to 200 % and no further; the choice is in the settings file."""
    window = day.opened()
    for _ in range(9):
        window.registry.run("larger")
    assert window.settings.text_size == 200
    window.close()
    tasks.stop()
    assert "text_size = 200" in (day.folder / "settings.toml").read_text(encoding="utf-8")
    again = day.open()
    again.registry.run("normal-size")


def test_an_error_of_ours_is_told_with_the_state_of_the_record(day: Desk) -> None:
    """The crash path says whether the record still verifies; Esc sends the strip away."""
    window = day.opened()
    sys.excepthook(ValueError, ValueError("quoted from an entry"), None)
    day.until(lambda: "still verifies" in window.notice.accessibleName())
    assert "quoted" not in (day.folder / "last-error.txt").read_text(encoding="utf-8")
    day.qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert window.notice.isHidden()


def test_an_idle_window_locks_the_key_and_asks_in_a_line(day: Desk) -> None:
    """The strip says so; the next act asks in the window itself and goes on after Enter."""
    window = day.opened()
    window.idle.passed.emit()
    day.settle()
    assert window.strip.signer.accessibleName() == "Locked · F2: Ana Pop"
    before = window.live.row_count
    window.live.do(journal.log, window.live.number, "after the pause", zone="UTC")
    assert not window.unlock.isHidden()
    day.qtbot.keyClicks(window.unlock.field, "wrong")
    day.qtbot.keyClick(window.unlock.field, Qt.Key.Key_Return)
    day.settle()
    assert (window.unlock.isHidden(), window.live.row_count) == (False, before)
    day.qtbot.keyClicks(window.unlock.field, PASSPHRASE)
    day.qtbot.keyClick(window.unlock.field, Qt.Key.Key_Return)
    day.until(lambda: window.live.row_count == before + 1)
    assert window.unlock.isHidden()


def locked_and_declaring(day: Desk) -> tuple[Window, DeclareForm]:
    """The key is locked, the form is filled in and handed in: the passphrase is asked for in the form."""
    window = day.opened()
    window.live.lock()
    day.settle()
    window.registry.run("declare")
    day.until(lambda: day.form(window) is not None)
    form = day.form(window)
    assert form is not None
    day.qtbot.keyClicks(form.levels, "1")
    day.qtbot.keyClicks(form.title, "A second one")
    day.qtbot.keyClick(form.title, Qt.Key.Key_Return)
    assert form.isAncestorOf(window.unlock)
    assert form.focusWidget() is window.unlock.field
    return window, form


def test_a_dialog_that_needs_a_locked_key_asks_for_it_itself(day: Desk) -> None:
    """What lies under a dialog cannot be typed into; a wrong passphrase is told there, the right one carries on."""
    window, form = locked_and_declaring(day)
    height = form.height()
    for typed in ("wrong", PASSPHRASE):
        day.qtbot.keyClicks(window.unlock.field, typed)
        day.qtbot.keyClick(window.unlock.field, Qt.Key.Key_Return)
        day.settle()
    day.until(lambda: len(window.live.cards) == 2)
    assert form.isHidden()
    assert not form.isAncestorOf(window.unlock)
    assert form.height() < height


def test_a_dialog_is_usable_again_when_nobody_unlocks(day: Desk) -> None:
    """Esc in the line gives the act up: the form says so and keeps what was typed; closing the form does too."""
    window, form = locked_and_declaring(day)
    day.qtbot.keyClick(window.unlock.field, Qt.Key.Key_Escape)
    assert form.isVisible()
    assert form.go.isEnabled()
    assert "stayed locked" in form.problems["all"].text()
    assert form.title.text() == "A second one"
    day.qtbot.mouseClick(form.go, Qt.MouseButton.LeftButton)
    assert form.isAncestorOf(window.unlock)
    form.reject()
    assert window.unlock.isHidden()
    window.live.unlock(PASSPHRASE)
    day.settle()
    assert len(window.live.cards) == 1


def test_a_passphrase_that_is_put_on_a_key_is_typed_twice(qtbot: QtBot) -> None:
    """Nobody can restore it, and nobody sees what was typed."""
    dialog = SignInDialog()
    qtbot.addWidget(dialog)
    asked: list[object] = []
    dialog.chosen.connect(asked.append)
    open_key, locked_key = Profile("Ana", protected=False), Profile("Maria", protected=True)
    dialog.begin([open_key, locked_key], "Ana")
    qtbot.keyClicks(dialog.passphrase, "secret")
    qtbot.keyClick(dialog.passphrase, Qt.Key.Key_Return)
    qtbot.keyClicks(dialog.again, "secrte")
    qtbot.keyClick(dialog.again, Qt.Key.Key_Return)
    assert (asked, "differ" in dialog.problem.text()) == ([], True)
    dialog.again.clear()
    qtbot.keyClicks(dialog.again, "secret")
    qtbot.keyClick(dialog.again, Qt.Key.Key_Return)
    assert asked == [Protect("Ana", "secret")]
    for field, typed in ((dialog.fresh.name, "Eve"), (dialog.fresh.role, ""), (dialog.fresh.first, "x")):
        qtbot.keyClicks(field, typed)
        qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.keyClicks(dialog.fresh.second, "x")
    qtbot.keyClick(dialog.fresh.second, Qt.Key.Key_Return)
    assert asked.pop() == NewPerson("Eve", "", "x")
    dialog.begin([open_key, locked_key], "Maria")
    assert not dialog.again.isVisibleTo(dialog)
    qtbot.keyClicks(dialog.passphrase, "hers")
    qtbot.keyClick(dialog.passphrase, Qt.Key.Key_Return)
    assert asked[1:] == [SignIn("Maria", "hers")]


def test_the_start_page_has_the_keyboard_from_the_first_picture_on(desk: Desk) -> None:
    """What is typed while the record opens is not lost; Tab does not leave an overlay for what lies under it."""
    window = desk.opening.open(Wish(desk.folder))
    assert window.live.session is None
    assert window.focusWidget() is window.start.recents.search
    desk.until(lambda: window.start.is_first_start)
    assert window.focusWidget() is window.start.first.name
    window.registry.run("cheat-sheet")
    sheet = QApplication.focusWidget()
    for _ in range(3):
        desk.qtbot.keyClick(sheet, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is sheet


def test_a_name_that_nobody_has_is_told_and_the_window_stays(day: Desk) -> None:
    """`--as` with an unknown name signs as nobody else in silence."""
    window = day.open("Nobody Known")
    assert "Nobody Known" in window.notice.message
    assert window.live.signer is not None


def test_what_was_wrong_at_the_start_is_told_before_that_this_is_the_sample(desk: Desk) -> None:
    """There is one strip: the refusal, such as of a folder that cannot be written, counts more."""
    demo.make(desk.folder).close()
    window = desk.open("Nobody Known")
    assert "Nobody Known" in window.notice.message
    window.close()
    tasks.stop()
    assert "SAMPLE" in desk.open().notice.message


START = """
import enum, json, os, sys
made, plain = [], enum.EnumType.__new__
enum.EnumType.__new__ = staticmethod(lambda kind, name, *a, **k: made.append(name) or plain(kind, name, *a, **k))
from PySide6.QtWidgets import QApplication
from app.store import first_page
from app.ui import opening
from pathlib import Path
application = QApplication([])
windows = opening.Opening(application, first_page.read)
opening.Opening._start = lambda self, window, wish: None
window = windows.open(opening.Wish(Path(sys.argv[1])))
window.painted.disconnect()
window.painted.connect(lambda: (print(json.dumps([sorted(sys.modules), made])), sys.stdout.flush(), os._exit(0)))
application.exec()
"""
SLOW = (
    "sqlalchemy",
    "alembic",
    "keyring",
    "cryptography",
    "pydantic",
    "reportlab",
    "rapidfuzz",
    "tomlkit",
    "platformdirs",
)


def test_the_first_picture_needs_nothing_that_is_slow_to_load(day: Desk) -> None:
    """At the first paint, with an incident on it, only Qt, the standard library and light modules are there."""
    done = subprocess.run(
        [sys.executable, "-c", START, str(day.folder)], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    loaded, enums = json.loads(done.stdout)
    assert [name for name in loaded if name.partition(".")[0] in SLOW] == []
    assert [name for name in loaded if name.startswith(("app.services.", "app.record", "app.plans"))] == []
    assert "app.ui.panes.timeline" in loaded
    assert "ScrollBarPolicy" in enums
    assert "WizardButton" not in enums, "PySide was given a widget that Python did not make and looked through them all"


def test_without_a_display_one_sentence_and_exit_3(tmp_path: Path) -> None:
    """Qt would abort the process; we say what to do instead."""
    bare = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    bare.pop("QT_QPA_PLATFORM", None)
    for display in ({}, {"DISPLAY": ":987"}, {"DISPLAY": "nonsense"}):
        done = subprocess.run(
            [sys.executable, "-m", "app", "--home", str(tmp_path / "home")],
            cwd=ROOT, env={**bare, **display}, capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        assert done.returncode == 3
        assert done.stderr.count("\n") == 1
        assert "display" in done.stderr
