from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from ui.room import Room

from app.services import incidents, regulatory
from app.ui import tasks
from app.ui.dialogs.export import ExportDialog
from app.ui.dialogs.organisation import OrganisationDialog
from app.ui.window import Window

Key = Qt.Key


@pytest.fixture
def window(room: Room, tmp_path: Path) -> Iterator[Window]:
    """The window on an open incident."""
    room.declare()
    made = Window(room.live, tmp_path / "home")
    room.qtbot.addWidget(made)
    made.show()
    made.complete()
    room.live.start(room.session)
    room.live.open(room.incident)
    room.qtbot.waitUntil(lambda: room.live.look is not None)
    room.settle()
    yield made
    made.close()


def begun(room: Room, window: Window, folder: Path, name: str = "") -> ExportDialog:
    """The export dialog, pointed at a folder."""
    window.papers.export(name)
    dialog = window.papers.export_dialog
    assert dialog is not None
    room.settle()
    dialog.folder.setText(str(folder))
    return dialog


def made(room: Room, dialog: ExportDialog) -> Path:
    """Press Make it and wait for the file."""
    room.qtbot.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    room.qtbot.waitUntil(lambda: dialog.made is not None, timeout=30_000)
    assert dialog.made is not None
    return dialog.made.wish.out


def test_ctrl_e_offers_every_document_and_the_record(room: Room, window: Window, tmp_path: Path) -> None:
    """The registry's key opens it; documents, audiences and a name from the incident's number are there."""
    command = window.registry.with_key("Ctrl+E")
    assert command is not None
    assert command.id == "export"
    dialog = begun(room, window, tmp_path)
    names = [dialog.paper.itemData(place) for place in range(dialog.paper.count())]
    assert {"postmortem", "timeline", "art33", "bundle"} <= set(names)
    number = room.live.number
    dialog.choose("timeline")
    assert dialog.name.text() == f"{number}-timeline.pdf"
    dialog.choose("bundle")
    assert dialog.name.text() == f"{number}.zip"
    assert not dialog.audience.isVisible()


def test_the_notification_is_made_and_recorded_as_handed_out(room: Room, window: Window, tmp_path: Path) -> None:
    """A PDF lies where the dialog says; only then a button records the hand-out with its hash and audience."""
    dialog = begun(room, window, tmp_path, "art33")
    out = made(room, dialog)
    assert out == tmp_path / f"{room.live.number}-art33.pdf"
    content = out.read_bytes()
    assert content.startswith(b"%PDF")
    assert str(out) in dialog.outcome.text()
    assert incidents.look(room.session, room.incident).view.exports == ()
    room.qtbot.mouseClick(dialog.handed, Qt.MouseButton.LeftButton)
    room.settle()
    ((seq, exported),) = incidents.look(room.session, room.incident).view.exports
    assert exported.sha256 == hashlib.sha256(content).hexdigest()
    assert (exported.report, exported.audience) == ("art33", "authority")
    assert dialog.remark.text() == f"Recorded as handed out, entry {seq}."
    assert not dialog.handed.isEnabled()


def test_what_is_missing_is_said_before_it_is_made(room: Room, window: Window, tmp_path: Path) -> None:
    """The open minimum, each unknown with owner and day, and an undecided awareness, in sentences."""
    regulatory.state_unknown(room.session, room.incident, "data.rec_count", "Maria", "2026-11-25")
    room.refreshed()
    dialog = begun(room, window, tmp_path, "art33")
    words = dialog.lack.text()
    assert "Awareness is not decided" in words
    assert "12 of 13 still open" in words
    assert "Not known yet — Maria, due Wed 25 Nov." in words
    dialog.choose("postmortem")
    assert "Required and not written: Summary, Root Cause, Lessons Learned." in dialog.lack.text()
    dialog.choose("timeline")
    assert not dialog.lack.isVisible()


def test_what_is_missing_follows_the_record(room: Room, window: Window, tmp_path: Path) -> None:
    """What others record while the dialog is open counts."""
    dialog = begun(room, window, tmp_path, "art33")
    assert "13 of 13 still open" in dialog.lack.text()
    regulatory.state_field(room.session, room.incident, "nat.text", "Names were readable.")
    room.refreshed()
    room.settle()
    assert "12 of 13 still open" in dialog.lack.text()


def test_the_record_as_a_bag(room: Room, window: Window, tmp_path: Path) -> None:
    """The record itself is exported as one zip, and nothing half-written stays beside it."""
    out = made(room, begun(room, window, tmp_path, "bundle"))
    with zipfile.ZipFile(out) as bag:
        assert any(name.endswith("bagit.txt") for name in bag.namelist())
    assert [path.name for path in tmp_path.iterdir() if "part" in path.name] == []


def test_the_folder_is_remembered(room: Room, window: Window, tmp_path: Path) -> None:
    """The next export begins where the last one went."""
    dialog = begun(room, window, tmp_path, "timeline")
    made(room, dialog)
    dialog.accept()
    assert window.settings.export_folder == str(tmp_path)
    room.settle()
    window.papers.export()
    again = window.papers.export_dialog
    assert again is not None
    assert again.folder.text() == str(tmp_path)
    again.reject()


def test_a_wrong_place_is_refused_inline(room: Room, window: Window, tmp_path: Path) -> None:
    """A missing folder or a name with a folder in it: one sentence, nothing is made."""
    dialog = begun(room, window, tmp_path / "nowhere", "timeline")
    dialog.make()
    assert dialog.remark.text().startswith("There is no folder")
    dialog.folder.setText(str(tmp_path))
    dialog.name.setText("../x.pdf")
    dialog.make()
    assert dialog.remark.text().startswith("Give the file a name")
    assert list(tmp_path.glob("*.pdf")) == []


def test_a_file_that_is_there_is_announced(room: Room, window: Window, tmp_path: Path) -> None:
    """It will be replaced, and that is said beforehand."""
    dialog = begun(room, window, tmp_path, "timeline")
    (tmp_path / "mine.pdf").write_bytes(b"old")
    dialog.name.setText("mine.pdf")
    assert "will be replaced" in dialog.remark.text()


def test_cancel_writes_nothing(room: Room, window: Window, tmp_path: Path) -> None:
    """Cancelled while it is being made: the dialog is free at once and no file appears later."""
    dialog = begun(room, window, tmp_path, "postmortem")
    room.qtbot.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    room.qtbot.mouseClick(dialog.stop, Qt.MouseButton.LeftButton)
    assert dialog.remark.text() == "Cancelled; nothing was written."
    room.qtbot.waitUntil(lambda: tasks.waiting() == 0, timeout=30_000)
    assert list(tmp_path.glob("*.pdf")) == []
    assert dialog.made is None


def test_the_organisation_is_typed_once(room: Room, window: Window) -> None:
    """Each value is saved as one leaves it; a wrong one is refused beside its field and stays to be mended."""
    window.papers.organisation()
    room.qtbot.waitUntil(lambda: window.papers.organisation_dialog is not None)
    dialog = window.papers.organisation_dialog
    assert isinstance(dialog, OrganisationDialog)
    name = dialog.lines["controller.name"]
    room.qtbot.waitUntil(name.line.hasFocus)
    room.qtbot.keyClicks(name.line, "Clinica Aurora")
    room.qtbot.keyClick(name.line, Key.Key_Return)
    room.settle()
    assert dialog.isVisible()
    assert name.remark.text() == "Saved"
    zone = dialog.lines["zone"]
    zone.line.setText("Mars/Olympus")
    zone.hand_in()
    room.settle()
    assert "no time zone" in zone.remark.text()
    assert zone.line.text() == "Mars/Olympus"
    authority = dialog.lines["authority"]
    authority.choice.setCurrentIndex(authority.choice.findData("RO-ANSPDCP"))
    authority.choice.activated.emit(authority.choice.currentIndex())
    room.settle()
    profile = regulatory.organisation_profile(room.session)
    assert profile["controller.name"] == "Clinica Aurora"
    assert profile["authority"] == "RO-ANSPDCP"
    assert "zone" not in profile
    zone.fill("")
    dialog.accept()


def test_leaving_the_profile_saves_the_field_one_is_in(room: Room, window: Window) -> None:
    """Esc in a field that was changed does not lose it."""
    window.papers.organisation()
    room.qtbot.waitUntil(lambda: window.papers.organisation_dialog is not None)
    dialog = window.papers.organisation_dialog
    assert dialog is not None
    dialog.lines["dpo.name"].line.setText("DPO office")
    room.qtbot.keyClick(dialog, Key.Key_Escape)
    room.settle()
    assert regulatory.organisation_profile(room.session)["dpo.name"] == "DPO office"
