from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from ui.room import ZONE, Room

from app.services import journal, lifecycle
from app.store import first_page
from app.ui import theme
from app.ui.dialogs.correct import CorrectDialog
from app.ui.live import Live
from app.ui.models.row_filter import Wanted
from app.ui.panes.timeline import ALL, TimelinePane


@pytest.fixture
def pane(room: Room) -> TimelinePane:
    """The timeline of an incident with a few lines."""
    room.declare()
    room.clock.forward(2)
    room.log(
        "10:31 Grace saw two users with one address",
        "? linkage through a debug field #prooflog",
        "! Disable proof logging in eu-west",
        "> preserve the log volume @Maria",
    )
    return room.show(TimelinePane(room.live, 2))


def texts(pane: TimelinePane) -> list[str]:
    """The lines shown, top to bottom."""
    return [pane.model.index(number, 0).data() for number in range(pane.model.rowCount())]


def test_the_newest_line_stands_at_the_bottom_beside_the_bar(pane: TimelinePane) -> None:
    """Few rows do not float at the top; the last one touches the bar."""
    assert texts(pane)[-1] == "preserve the log volume @Maria"
    bottom = pane.view.mapTo(pane, QPoint(0, pane.view.height())).y()
    assert bottom == pane.tail.geometry().bottom() + 1
    assert pane.view.height() == pane.model.rowCount() * theme.row()


def test_rows_of_others_are_appended_without_reading_the_old_ones_again(room: Room, pane: TimelinePane) -> None:
    """What another window records appears at the end."""
    before = pane.model.rowCount()
    room.log("seen from the other laptop")
    room.refreshed()
    assert pane.model.rowCount() == before + 1
    assert texts(pane)[-1] == "seen from the other laptop"


def test_the_list_follows_the_tail_unless_somebody_scrolled_up(room: Room, pane: TimelinePane) -> None:
    """At the end it stays at the end; further up it stays where it is and says how many came."""
    room.log(*[f"line {number}" for number in range(40)])
    room.refreshed()
    bar = pane.view.verticalScrollBar()
    assert bar.value() == bar.maximum()
    bar.setValue(0)
    room.log("one more")
    room.refreshed()
    assert bar.value() == 0
    pills = [child for child in pane.tail.children() if child.property("pill")]
    assert pills[0].isVisible()
    assert pills[0].text().startswith("1 new")
    pane.view.to_end()
    assert not pills[0].isVisible()


def test_j_and_k_move_and_home_and_end_go_to_the_ends(pane: TimelinePane) -> None:
    """The list is moved through without arrows or mouse."""
    pane.view.setFocus()
    last = pane.model.rowCount() - 1
    for key, place in ((Qt.Key.Key_Home, 0), (Qt.Key.Key_J, 1), (Qt.Key.Key_K, 0), (Qt.Key.Key_End, last)):
        QTest.keyClick(pane.view, key)
        assert pane.view.currentIndex().row() == place


def test_enter_opens_the_whole_entry_with_both_times_and_the_signer(room: Room, pane: TimelinePane) -> None:
    """The detail holds what the row has no room for."""
    pane.view.choose(1)
    QTest.keyClick(pane.view, Qt.Key.Key_Return)
    assert pane.detail.isVisibleTo(pane)
    words = " ".join(label.text() for label in pane.detail.findChildren(QLabel))
    assert room.rows()[1].signer in words
    assert "EET" in words
    assert "UTC" in words
    QTest.keyClick(pane.view, Qt.Key.Key_Escape)
    assert not pane.detail.isVisibleTo(pane)


def test_s_stars_the_entry_and_s_again_takes_the_star_away(room: Room, pane: TimelinePane) -> None:
    """A star is an entry of the record, and the row shows it."""
    pane.view.choose(2)
    seq = pane.view.current().seq
    for starred in (True, False):
        QTest.keyClick(pane.view, Qt.Key.Key_S)
        room.settle()
        assert (seq in room.live.look.view.stars) is starred
        assert pane.model.row_at(2).starred is starred


def test_c_corrects_and_the_row_shows_old_and_new(room: Room, pane: TimelinePane) -> None:
    """The form is filled with the line; what is recorded supersedes, and both stay readable."""
    pane.view.choose(2)
    seq = pane.view.current().seq
    QTest.keyClick(pane.view, Qt.Key.Key_C)
    dialog = pane.findChild(CorrectDialog)
    assert isinstance(dialog, CorrectDialog)
    assert dialog.text.toPlainText() == "linkage through a debug field #prooflog"
    assert not dialog.record.isEnabled()
    dialog.text.setPlainText("linkage through a trace field #prooflog")
    dialog.agree()
    room.settle()
    row = pane.model.row_at(2)
    assert (row.seq, row.text) == (seq, "linkage through a trace field #prooflog")
    assert row.original == "linkage through a debug field #prooflog"


def test_a_refused_correction_keeps_the_form_and_says_why(room: Room, pane: TimelinePane) -> None:
    """Another window retracted the entry meanwhile."""
    pane.view.choose(2)
    seq = pane.view.current().seq
    pane.acts.correct(pane.view.current())
    dialog = pane.findChild(CorrectDialog)
    journal.correct(room.session, room.incident, seq, strike="retract", reason="twice")
    dialog.text.setPlainText("something else")
    dialog.agree()
    room.settle()
    assert dialog.isVisible()
    assert "struck" in dialog._remark.text()
    assert dialog.text.toPlainText() == "something else"


def test_a_second_person_approves_and_the_author_cannot(room: Room, pane: TimelinePane) -> None:
    """Only the other people with a key are offered; the signature is in the record."""
    pane.view.choose(3)
    seq = pane.view.current().seq
    QTest.keyClick(pane.view, Qt.Key.Key_A)
    assert pane.question.field.text() == "Maria Ionescu"
    QTest.keyClick(pane.question.field, Qt.Key.Key_Return)
    room.settle()
    assert [a.as_ for a in room.live.look.view.approvals[seq]] == ["approve"]
    assert not pane.question.isVisibleTo(pane)


def test_decisions_people_and_tags_are_chosen_by_the_store(room: Room, pane: TimelinePane) -> None:
    """A filter shows exactly its rows, and new ones join it as they come."""
    pane.want(Wanted("decisions"))
    room.settle()
    assert texts(pane) == ["Disable proof logging in eu-west"]
    room.log("! Notify the authority", "not a decision")
    room.refreshed()
    assert texts(pane) == ["Disable proof logging in eu-west", "Notify the authority"]
    pane.want(Wanted("tag", "prooflog"))
    room.settle()
    assert texts(pane) == ["linkage through a debug field #prooflog"]
    pane.want(ALL)
    assert pane.model.rowCount() == room.live.row_count


def test_a_search_finds_words_and_escape_gives_everything_back(room: Room, pane: TimelinePane) -> None:
    """Ctrl+F, words, Enter to the rows, Esc: the found row stays the current one."""
    pane.search()
    QTest.keyClicks(pane.phrase, "log volume")
    room.qtbot.waitUntil(lambda: texts(pane) == ["preserve the log volume @Maria"])
    QTest.keyClick(pane.phrase, Qt.Key.Key_Return)
    pane.view.choose(0)
    QTest.keyClick(pane.view, Qt.Key.Key_Escape)
    room.settle()
    assert pane.model.rowCount() == room.live.row_count
    assert pane.view.current().text == "preserve the log volume @Maria"


def test_rows_sort_by_time_when_that_is_wanted(room: Room, pane: TimelinePane) -> None:
    """A line about something earlier stands earlier, and still says how late it was written."""
    room.log("10:05 first alarm, nobody looked")
    room.refreshed()
    assert texts(pane)[-1] == "first alarm, nobody looked"
    pane.source.sort("at")
    room.settle()
    assert texts(pane)[0] == "first alarm, nobody looked"
    assert pane.model.row_at(0).lag_ms > 0


def test_empty_and_closed_say_so_in_a_sentence(room: Room) -> None:
    """No incident, then a filter that finds nothing."""
    pane = room.show(TimelinePane(room.live, 2))
    assert "No incident is open" in pane.tail._empty.text()
    assert not pane.bar.editor.isEnabled()
    room.declare()
    room.show(pane)
    pane.want(Wanted("decisions"))
    room.settle()
    assert "No decision" in pane.tail._empty.text()


def test_another_incident_brings_its_own_rows_and_no_old_filter(room: Room, pane: TimelinePane) -> None:
    """Switching forgets filter, detail and tags of the former incident."""
    pane.want(Wanted("tag", "prooflog"))
    room.settle()
    room.declare(severity="P2")
    room.show(pane)
    assert pane.source.wanted == ALL
    assert pane.model.tags == ()
    assert len(texts(pane)) == room.live.row_count


def test_the_first_page_is_painted_before_there_is_a_session(room: Room) -> None:
    """The newest rows stand there at once; the rest follows when the store is open."""
    room.declare()
    room.log(*[f"line {number}" for number in range(300)])
    page = first_page.read(room.session.folder, room.incident)
    live = Live(ZONE)
    live.begin(page, room.incident)
    pane = TimelinePane(live, 2)
    room.qtbot.addWidget(pane)
    pane.resize(784, 660)
    pane.show()
    QApplication.processEvents()
    assert pane.model.index(pane.model.rowCount() - 1, 0).data() == "line 299"
    assert not pane.bar.editor.isEnabled()
    live.start(room.session)
    room.settle()
    assert pane.model.row_at(0).kind == "open"
    assert pane.bar.editor.isEnabled()
    live.pause()


def test_a_row_is_painted_once_and_then_copied(pane: TimelinePane) -> None:
    """Repainting costs a copy; another row, colour or width is painted anew."""
    painter = pane.view.painter_of_rows
    pane.grab()
    known = dict(painter._drawn)
    pane.grab()
    assert dict(painter._drawn) == known
    pane.view.choose(1)
    pane.grab()
    assert dict(painter._drawn) != known


def test_a_struck_row_is_not_corrected_again(room: Room, pane: TimelinePane) -> None:
    """It says so instead of opening a form that must be refused."""
    seq = room.rows()[2].seq
    journal.correct(room.session, room.incident, seq, strike="retract", reason="twice")
    room.refreshed()
    pane.acts.correct(pane.model.row_at(2))
    assert pane.findChild(CorrectDialog) is None
    assert room.failures[-1].code == "struck"


def test_copy_puts_number_time_and_text_on_the_clipboard(pane: TimelinePane) -> None:
    """Ctrl+C in the list."""
    pane.view.choose(3)
    QTest.keySequence(pane.view, QKeySequence(QKeySequence.StandardKey.Copy))
    seq, when, text = QApplication.clipboard().text().split("\t")
    assert (seq, text) == (str(pane.view.current().seq), "Disable proof logging in eu-west")
    assert "UTC" in when


def test_a_screen_reader_gets_every_row_as_a_sentence(pane: TimelinePane) -> None:
    """The rows of the table carry AccessibleTextRole, and Tab leaves the list."""
    interface = QAccessible.queryAccessibleInterface(pane.view)
    assert interface.text(QAccessible.Text.Name) == "Timeline"
    for number in range(pane.model.rowCount()):
        assert "Entry" in pane.model.index(number, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert not pane.view.tabKeyNavigation()


def test_state_changes_are_rows_in_second_ink(room: Room, pane: TimelinePane) -> None:
    """What the program writes about an act is told from what a person wrote."""
    lifecycle.acknowledge(room.session, room.incident)
    room.refreshed()
    row = pane.model.row_at(pane.model.rowCount() - 1)
    assert (row.kind, row.human) == ("ack", False)
