from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication
from ui.room import PASSPHRASE, START, ZONE, Room

from app.services import drafts
from app.ui import tasks
from app.ui.dialogs.correct import CorrectDialog
from app.ui.dialogs.paste_preview import PastePreview
from app.ui.live import Live
from app.ui.models.completion import Choice
from app.ui.models.paste_model import PasteModel
from app.ui.panes.timeline import TimelinePane
from app.ui.widgets.scribe_bar import ScribeBar
from app.ui.widgets.suggestions import ChoiceModel


@pytest.fixture
def pane(room: Room) -> TimelinePane:
    """The timeline of a fresh incident with the keyboard in the bar."""
    room.declare()
    room.clock.forward(30)
    pane = room.show(TimelinePane(room.live, 2))
    pane.activateWindow()
    pane.bar.editor.setFocus()
    return pane


def write(pane: TimelinePane, text: str) -> ScribeBar:
    """Type a line and press Enter."""
    QTest.keyClicks(pane.bar.editor, text)
    QTest.keyClick(pane.bar.editor, Qt.Key.Key_Return)
    return pane.bar


def paste(pane: TimelinePane, text: str) -> None:
    """Paste a text into the bar."""
    clip = QMimeData()
    clip.setText(text)
    pane.bar.editor.insertFromMimeData(clip)


def test_enter_records_and_the_line_is_saving_until_it_is_on_the_disk(room: Room, pane: TimelinePane) -> None:
    """The field is free at once; the line stands above it as saving, then in the list."""
    bar = write(pane, "two users share an address")
    assert bar.editor.toPlainText() == ""
    assert bar.saving.texts(room.incident) == ("two users share an address",)
    assert bar.saving.isVisibleTo(pane)
    room.settle()
    assert bar.saving.texts(room.incident) == ()
    assert room.last.text == "two users share an address"
    assert pane.model.row_at(pane.model.rowCount() - 1) == room.last
    assert f"Recorded as entry {room.last.seq}" in bar.echo.text


def test_ten_lines_typed_at_once_stand_in_the_order_typed(room: Room, pane: TimelinePane) -> None:
    """Nobody waits for the disk between two lines."""
    for number in range(10):
        write(pane, f"line {number}")
    room.settle()
    assert [row.text for row in room.rows()[-10:]] == [f"line {number}" for number in range(10)]


ECHOES = {
    "12:40 all quiet": "12:40 EET · 10:40 UTC   note",
    "-5m ! stop it": "13:03 EET · 11:03 UTC   decision",
    "23:10 last night": "19 Nov 23:10 EET · 21:10 UTC   note",
    "@Grace: ? the proof log": "now, 13:08 EET · 11:08 UTC   hypothesis   said by Grace",
    "/sev P1": "now, 13:08 EET · 11:08 UTC   /sev",
    "-5m /ack": "13:03 EET · 11:03 UTC   /ack",
    "/foo bar": "now, 13:08 EET · 11:08 UTC   note   /foo is no command; it stays as text.",
}


def test_time_and_kind_are_echoed_before_enter(pane: TimelinePane) -> None:
    """Both zones, the kind and the speaker are read back while the line is typed."""
    for typed, echo in ECHOES.items():
        pane.bar.editor.replace_all("")
        QTest.keyClicks(pane.bar.editor, typed)
        assert pane.bar.echo.text == echo


def test_a_back_dated_decision_keeps_both_times_and_the_speaker(room: Room, pane: TimelinePane) -> None:
    """What happened when, who said it and who recorded it are separate facts."""
    write(pane, '12:40 @"Grace Hopper": ! stop the proof log #prooflog')
    room.settle()
    row = room.last
    assert (row.kind, row.text, row.said_by, row.recorded_by) == (
        "decision", "stop the proof log #prooflog", "Grace Hopper", "Ana Pop",
    )  # fmt: skip
    assert row.unsigned == "Grace Hopper"
    assert row.lag_ms // 60_000 == 28


def test_commands_do_what_they_say(room: Room, pane: TimelinePane) -> None:
    """Each verb of the bar, one after the other, ends in the state of the incident."""
    view = room.live.look.view
    plan = room.live.look.plan
    commander = plan.role_for("commander").code
    task = next(plan.checklists_for(view.severity, "")).tasks[0].id
    for line in (
        "-5m /ack", "/sev p1 exposure stopped", f"/role {commander} Grace Hopper", f"/task {task}",
        "/decide Disable the log because it leaks", "/action Review the log policy @Maria due 2026-12-01",
    ):  # fmt: skip
        write(pane, line)
    room.settle()
    view = room.live.look.view
    assert room.failures == []
    assert view.first("acknowledged") is not None
    assert view.severity == "P1"
    assert str(view.roles[commander].holder) == "Grace Hopper"
    assert view.tasks[task].outcome == "done"
    assert (str(view.decisions[-1].decision), str(view.decisions[-1].reason)) == ("Disable the log", "it leaks")
    assert (str(view.actions[0].owner), view.actions[0].due) == ("Maria", "2026-12-01")


REFUSALS = {
    "/sev P9": "The plan has no severity 'P9'.",
    "/sev": "Which severity?",
    "/role": "Which role?",
    "/task nothing": "The plan has no task 'nothing'.",
    "/correct x new": "Which entry?",
    "/correct 999 new text": "There is no entry 999",
    "/update": "Which audience?",
    "/action buy due tomorrow": "is not a day",
    "2030-01-01 10:00 later": "is in the future",
    "12:40": "no text",
    "/timer 10m": "/timer is not part of this version",
}


def test_a_refused_line_stays_in_the_field_and_says_why(room: Room, pane: TimelinePane) -> None:
    """One sentence under the field; not a character is lost and nothing is recorded."""
    count = len(room.rows())
    for typed, said in REFUSALS.items():
        pane.bar.editor.replace_all("")
        write(pane, typed)
        room.settle()
        assert pane.bar.editor.toPlainText() == typed
        assert said in pane.bar.echo.text
    assert len(room.rows()) == count


def test_a_line_refused_by_the_record_comes_back_in_front_of_what_was_typed_since(
    room: Room,
    pane: TimelinePane,
) -> None:
    """The gate says no after the field was free already."""
    closed = next(state.code for state in room.live.look.plan.states if state.closed)
    write(pane, f"/state {closed}")
    QTest.keyClicks(pane.bar.editor, "meanwhile")
    room.settle()
    assert pane.bar.editor.toPlainText() == f"/state {closed}\nmeanwhile"
    assert pane.bar.saving.all() == ()


def test_shift_enter_breaks_the_line_and_the_field_grows(room: Room, pane: TimelinePane) -> None:
    """Several screen lines are one entry."""
    editor = pane.bar.editor
    before = editor.height()
    QTest.keyClicks(editor, "first")
    QTest.keyClick(editor, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    write(pane, "second")
    room.settle()
    assert room.last.text == "first\nsecond"
    paste(pane, "word " * 400)
    assert before < editor.height() < 8 * before


def test_escape_leaves_and_keeps_the_text(pane: TimelinePane) -> None:
    """Esc never loses text: it only moves the keyboard to the rows, and / brings it back."""
    QTest.keyClicks(pane.bar.editor, "half a line")
    QTest.keyClick(pane.bar.editor, Qt.Key.Key_Escape)
    assert pane.view.hasFocus()
    assert pane.bar.editor.toPlainText() == "half a line"


def test_up_in_the_empty_field_corrects_my_last_line(room: Room, pane: TimelinePane) -> None:
    """It stands there as a correction, ready to be changed."""
    write(pane, "1,2000 people")
    room.settle()
    seq = room.last.seq
    QTest.keyClick(pane.bar.editor, Qt.Key.Key_Up)
    assert pane.bar.editor.toPlainText() == f"/correct {seq} 1,2000 people"
    pane.bar.editor.replace_all(f"/correct {seq} 1,200 people")
    QTest.keyClick(pane.bar.editor, Qt.Key.Key_Return)
    room.settle()
    assert (room.last.seq, room.last.text, room.last.original) == (seq, "1,200 people", "1,2000 people")


def test_correct_with_a_number_alone_opens_the_form(room: Room, pane: TimelinePane) -> None:
    """`/correct 17` asks for the rest."""
    room.log("a line")
    room.refreshed()
    write(pane, f"/correct {room.last.seq}")
    room.settle()
    assert isinstance(pane.findChild(CorrectDialog), CorrectDialog)


def test_people_tags_and_commands_are_completed_with_tab(room: Room, pane: TimelinePane) -> None:
    """Tab takes the marked one; Enter records although something is on offer."""
    room.log("seen before #prooflog")
    room.refreshed()
    editor = pane.bar.editor
    for typed, completed in (("told @Mar", 'told @"Maria Ionescu" '), ("a #pro", "a #prooflog "), ("/se", "/sev ")):
        editor.replace_all("")
        QTest.keyClicks(editor, typed)
        assert editor.offering, typed
        QTest.keyClick(editor, Qt.Key.Key_Tab)
        assert editor.toPlainText() == completed
    editor.replace_all("")
    write(pane, "told @Mar")
    room.settle()
    assert room.last.text == "told @Mar"


def test_arrows_choose_a_completion_and_enter_takes_it(pane: TimelinePane) -> None:
    """Down marks, Enter puts it in, Esc closes the list and keeps the text."""
    editor = pane.bar.editor
    QTest.keyClicks(editor, "/sev ")
    QTest.keyClick(editor, Qt.Key.Key_Down)
    QTest.keyClick(editor, Qt.Key.Key_Down)
    second = pane.bar.suggestions.marked()
    QTest.keyClick(editor, Qt.Key.Key_Return)
    assert editor.toPlainText() == f"/sev {second.insert}"
    editor.replace_all("")
    QTest.keyClicks(editor, "/st")
    QTest.keyClick(editor, Qt.Key.Key_Escape)
    assert not editor.offering
    assert editor.hasFocus()


def test_a_pasted_block_is_shown_before_it_is_recorded(room: Room, pane: TimelinePane) -> None:
    """Each line with its time; one Enter records them all, in order; words with a slash stay words."""
    paste(pane, "12:31 first alarm\n12:40 @Grace: ! stop it\n   and say so\n\n/sev P1 they wrote\n")
    dialog = pane.findChild(PastePreview)
    assert isinstance(dialog, PastePreview)
    assert dialog.model.index(0, 0).data() == "12:31 EET · 10:31 UTC"
    count = len(room.rows())
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    room.settle()
    fresh = room.rows()[count:]
    assert [row.text for row in fresh] == ["first alarm", "stop it\nand say so", "/sev P1 they wrote"]
    assert fresh[1].said_by == "Grace"
    assert room.live.look.view.severity == "P0"


def test_a_line_that_cannot_be_blocks_the_block_until_it_is_mended_or_left_out(
    room: Room,
    pane: TimelinePane,
) -> None:
    """Nothing of a block is recorded while a wanted line is wrong."""
    paste(pane, "12:31 first alarm\n2031-01-01 10:00 from the future\nthird")
    dialog = pane.findChild(PastePreview)
    assert not dialog.record.isEnabled()
    assert "future" in dialog.model.index(1, 3).data()
    dialog.table.setCurrentIndex(dialog.model.index(1, 0))
    dialog.table.setFocus()
    QTest.keyClick(dialog.table, Qt.Key.Key_Space)
    assert dialog.record.text() == "Record 2 lines"
    dialog.model.setData(dialog.model.index(1, 0), Qt.CheckState.Checked, Qt.ItemDataRole.CheckStateRole)
    dialog.model.setData(dialog.model.index(1, 3), "12:50 mended")
    assert dialog.record.text() == "Record 3 lines"
    dialog.day.setText("2026-11-18")
    assert dialog.model.index(0, 0).data() == "18 Nov 12:31 EET · 10:31 UTC"
    dialog.reject()
    room.settle()


def test_the_models_of_block_and_completions_keep_qts_rules() -> None:
    """Qt's own tester looks on while lines are edited, dated and left out, and choices come and go."""
    fatal = QAbstractItemModelTester.FailureReportingMode.Fatal
    block = PasteModel("12:31 one\n12:32 two\nthree", START, ZoneInfo(ZONE))
    choices = ChoiceModel(None)
    testers = [QAbstractItemModelTester(block, fatal), QAbstractItemModelTester(choices, fatal)]
    block.setData(block.index(1, 3), "12:33 changed")
    block.setData(block.index(0, 0), Qt.CheckState.Unchecked, Qt.ItemDataRole.CheckStateRole)
    block.set_day(START.date())
    assert [line.text for line in block.wanted()] == ["changed", "three"]
    choices.show((Choice("a ", "a"), Choice("b ", "b", "what it is")))
    assert choices.index(1).data(Qt.ItemDataRole.AccessibleTextRole) == "b, what it is"
    choices.show(())
    del testers


def test_one_pasted_line_goes_straight_into_the_field(pane: TimelinePane) -> None:
    """A trailing line break is no block."""
    paste(pane, "one line\n")
    assert pane.bar.editor.toPlainText() == "one line"
    assert pane.findChild(PastePreview) is None


def test_what_is_typed_survives_the_end_of_the_program(room: Room, pane: TimelinePane) -> None:
    """Closing keeps the draft; the next window puts it back and says that it is not recorded."""
    QTest.keyClicks(pane.bar.editor, "half a thought")
    pane.leave()
    room.settle()
    assert drafts.load(room.session, room.incident) == "half a thought"
    again = Live(ZONE)
    later = TimelinePane(again, 2)
    room.qtbot.addWidget(later)
    later.show()
    again.start(room.session)
    again.open(room.incident)
    room.settle()
    assert later.bar.editor.toPlainText() == "half a thought"
    assert "not recorded yet" in later.bar.echo.text
    again.pause()


def test_the_draft_is_saved_two_seconds_after_a_key(room: Room, pane: TimelinePane) -> None:
    """Without anybody closing anything."""
    QTest.keyClicks(pane.bar.editor, "kept")
    room.qtbot.waitUntil(lambda: drafts.load(room.session, room.incident) == "kept", timeout=4000)


def test_every_incident_has_its_own_draft(room: Room, pane: TimelinePane) -> None:
    """Switching takes nothing along, and Ctrl+Z does not fetch the other incident's words."""
    first = room.incident
    QTest.keyClicks(pane.bar.editor, "of the first")
    room.declare(severity="P2")
    room.show(pane)
    assert pane.bar.editor.toPlainText() == ""
    pane.bar.editor.undo()
    assert pane.bar.editor.toPlainText() == ""
    room.incident = first
    room.show(pane)
    assert pane.bar.editor.toPlainText() == "of the first"


def test_a_recorded_line_is_no_draft_any_more(room: Room, pane: TimelinePane) -> None:
    """After a restart nobody records it twice."""
    QTest.keyClicks(pane.bar.editor, "once")
    pane.leave()
    QTest.keyClick(pane.bar.editor, Qt.Key.Key_Return)
    room.settle()
    pane.leave()
    room.settle()
    assert drafts.load(room.session, room.incident) == ""


def test_an_acknowledged_line_leaves_the_draft_on_the_disk_at_once(room: Room, pane: TimelinePane) -> None:
    """A kill right after the acknowledgement brings nothing back that is recorded already."""
    QTest.keyClicks(pane.bar.editor, "once")
    pane.bar.save_draft()
    QTest.keyClick(pane.bar.editor, Qt.Key.Key_Return)
    room.settle()
    assert drafts.load(room.session, room.incident) == ""


def test_a_line_recorded_while_another_incident_is_open_leaves_its_draft(room: Room, pane: TimelinePane) -> None:
    """It waited for the key; what was typed after it is still a draft."""
    first = room.incident
    room.live.lock()
    room.settle()
    write(pane, "said while locked")
    QTest.keyClicks(pane.bar.editor, "half a line")
    room.declare("zkp", "P2")
    room.show(pane)
    assert drafts.load(room.session, first) == "said while locked\nhalf a line"
    room.live.unlock(PASSPHRASE)
    room.settle()
    assert drafts.load(room.session, first) == "half a line"


def test_two_lines_that_nobody_unlocked_come_back_in_their_order(room: Room, pane: TimelinePane) -> None:
    """The first typed stands first."""
    room.live.lock()
    room.settle()
    write(pane, "first")
    write(pane, "second")
    room.live.give_up()
    assert pane.bar.editor.toPlainText() == "first\nsecond"


def test_an_act_from_the_palette_begins_in_the_bar(room: Room, pane: TimelinePane) -> None:
    """Its codes are offered; a line that stands there already is not touched."""
    commands = {command.id: command for command in pane.commands()}
    commands["bar-sev"].run()
    assert pane.bar.editor.toPlainText() == "/sev "
    assert pane.bar.editor.offering
    pane.bar.editor.replace_all("half a line")
    commands["bar-state"].run()
    assert pane.bar.editor.toPlainText() == "half a line"
    assert "Record or clear" in pane.bar.echo.text


def test_lines_that_waited_for_a_locked_key_come_back_when_nobody_unlocks(room: Room, pane: TimelinePane) -> None:
    """Nothing was recorded, and nothing of it is lost."""
    room.live.lock()
    room.settle()
    write(pane, "said while locked")
    assert pane.bar.editor.toPlainText() == ""
    room.live.give_up()
    room.settle()
    assert pane.bar.editor.toPlainText() == "said while locked"
    assert pane.bar.saving.all() == ()


def test_the_bar_says_which_incident_it_writes_to(room: Room, pane: TimelinePane) -> None:
    """Number and severity chip stand in it and follow the incident."""
    assert pane.bar._number.text() == room.live.number
    assert pane.bar._chip.text == "P0"
    write(pane, "/sev P1")
    room.settle()
    assert pane.bar._chip.text == "P1"


def test_text_from_an_input_method_is_text(room: Room, pane: TimelinePane) -> None:
    """What is being composed is not recorded; what was committed is, beyond the basic plane too."""
    editor = pane.bar.editor
    QApplication.sendEvent(editor, QInputMethodEvent("にほ", []))
    done = QInputMethodEvent("", [])
    done.setCommitString("証明 😀 #タグ ")
    QApplication.sendEvent(editor, done)
    QTest.keyClicks(editor, "@Mar")
    QTest.keyClick(editor, Qt.Key.Key_Tab)
    assert editor.toPlainText() == '証明 😀 #タグ @"Maria Ionescu" '
    QTest.keyClick(editor, Qt.Key.Key_Return)
    room.settle()
    assert room.last.text == '証明 😀 #タグ @"Maria Ionescu"'
    assert room.last.tags == "タグ"


def test_markup_is_recorded_and_shown_as_typed(room: Room, pane: TimelinePane) -> None:
    """Text is data."""
    write(pane, "<b>bold</b> <img src=file:///etc/passwd> & C:\\x")
    room.settle()
    assert room.last.text == "<b>bold</b> <img src=file:///etc/passwd> & C:\\x"
    assert pane.model.index(pane.model.rowCount() - 1, 0).data() == room.last.text
    assert tasks.waiting() == 0


def test_a_megabyte_is_refused_with_a_way_out(room: Room, pane: TimelinePane) -> None:
    """What was typed stays, and the hint says where such material belongs."""
    QTest.keyClicks(pane.bar.editor, "the log: ")
    paste(pane, "x" * 1_000_000)
    assert "Attach it as evidence" in pane.bar.echo.text
    assert pane.bar.editor.toPlainText() == "the log: "
