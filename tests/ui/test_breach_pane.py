from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from ui.room import Room

from app.domain import breach
from app.services import incidents, regulatory, rulebook
from app.ui import theme
from app.ui.dialogs.awareness import AwarenessDialog
from app.ui.panes.breach import BreachPane
from app.ui.widgets.answer_input import ChoiceInput, TableInput
from app.ui.widgets.field_row import Editor, FieldRow, Heading

Key = Qt.Key


@pytest.fixture
def pane(room: Room) -> BreachPane:
    """The breach file of a fresh incident, in the keyboard's hands."""
    room.declare()
    made = room.show(BreachPane(room.live, 5))
    room.qtbot.waitUntil(lambda: made.sheet is not None)
    made.activateWindow()
    room.settle()
    return made


def row(pane: BreachPane, field: str) -> FieldRow:
    """The row of a field, unfolded if need be."""
    found = pane.form.reveal(field)
    assert found is not None
    return found


def edit(room: Room, pane: BreachPane, field: str, key: Key = Key.Key_Return) -> Editor:
    """Go to a row and press Enter (or u)."""
    at = row(pane, field)
    pane.form.go(at)
    room.qtbot.keyClick(at, key)
    assert at.editor is not None
    return at.editor


def type_in(room: Room, text: str) -> None:
    """Type where the keyboard is."""
    focus = QApplication.focusWidget()
    assert focus is not None
    room.qtbot.keyClicks(focus, text)


def press(room: Room, key: Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """Press a key where the keyboard is."""
    focus = QApplication.focusWidget()
    assert focus is not None
    room.qtbot.keyClick(focus, key, modifier)
    room.settle()


def view(room: Room) -> incidents.Look:
    """What the record says, asked anew."""
    return incidents.look(room.session, room.incident)


def test_without_an_incident_it_says_so(room: Room) -> None:
    """The pane is never an empty box."""
    pane = room.show(BreachPane(room.live, 5))
    texts = [each.text() for each in pane.findChildren(QLabel) if each.isVisible()]
    assert "No incident is open" in texts


def test_the_minimum_stands_first_and_is_complete(room: Room, pane: BreachPane) -> None:
    """Every field of the Art. 33(3) minimum is a row before any other group, by letter."""
    rows = [line for line in pane.form.lines() if isinstance(line, FieldRow)]
    letters = [line.ask.field.minimum for line in rows]
    assert len(rows) == len(rulebook.catalogue().minimum)
    assert letters == sorted(letters)
    headings = [line.part.title for line in pane.form.lines() if isinstance(line, Heading)]
    assert headings[:4] == [
        "(a) Nature of the breach, people, records",
        "(b) Contact",
        "(c) Likely consequences",
        "(d) Measures taken or proposed",
    ]
    assert pane.minimum.text().startswith("13 of 13 still open: What was lost")


def test_the_awareness_decision_starts_the_clock(room: Room, pane: BreachPane) -> None:
    """Pressing the one clear button, a reason and a time give a signed entry and the strict due time, zone shown."""
    room.clock.forward(120)
    room.qtbot.mouseClick(pane.head.decide, Qt.MouseButton.LeftButton)
    dialog = pane.window().findChild(AwarenessDialog)
    assert dialog is not None
    room.qtbot.waitUntil(dialog.reason.hasFocus)
    type_in(room, "The export log shows names and diagnoses.")
    room.qtbot.keyClicks(dialog.time, "13:00")
    assert "11:00 UTC" in dialog.echo.text()
    assert "Mon 23 Nov 13:00 EET" in dialog.due.text()
    room.qtbot.keyClick(dialog.time, Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert dialog.remark.text() == "It is recorded once; its time can be corrected, and both stay."
    room.settle()
    known = view(room).view.awareness
    assert known is not None
    assert known.at == datetime(2026, 11, 20, 11, 0, tzinfo=UTC)
    assert known.reason == "The export log shows names and diagnoses."
    assert pane.head.left.text() == "2 d 22 h left" or pane.head.left.text().endswith("left")
    assert "Due Mon 23 Nov 13:00 EET" in pane.head.due.text()
    assert not pane.head.decide.isVisible()


def test_after_the_decision_the_keyboard_is_at_the_questions(room: Room, pane: BreachPane) -> None:
    """The button it was at is gone; n and Enter go on without the mouse."""
    pane.head.decide.setFocus()
    pane.decide_awareness()
    dialog = pane.window().findChild(AwarenessDialog)
    assert dialog is not None
    dialog.reason.setPlainText("The export log shows names.")
    dialog.agree()
    room.settle()
    room.settle()
    assert not pane.head.decide.isVisible()
    assert pane.window().focusWidget() is pane.form.first()


def test_awareness_needs_a_reason_and_a_past(room: Room, pane: BreachPane) -> None:
    """Without a reason, or with a moment ahead, nothing is recorded and the text stays."""
    pane.decide_awareness()
    dialog = pane.window().findChild(AwarenessDialog)
    assert dialog is not None
    dialog.agree()
    assert dialog.remark.text() == "A decision needs its reason."
    dialog.reason.setPlainText("Names were readable.")
    dialog.time.setText("2026-11-21 09:00")
    dialog.agree()
    room.settle()
    assert "future" in dialog.echo.text()
    assert view(room).view.awareness is None
    assert dialog.reason.text() == "Names were readable."


def test_awareness_before_the_breach_is_warned_of(room: Room, pane: BreachPane) -> None:
    """The dialog says beforehand what the moment would contradict, in a sentence."""
    room.clock.forward(60)
    regulatory.state_field(room.session, room.incident, "time.begin", "2026-11-20T10:50:00Z")
    room.refreshed()
    pane.decide_awareness()
    dialog = pane.window().findChild(AwarenessDialog)
    assert dialog is not None
    dialog.time.setText("12:40")
    assert "before the breach began" in dialog.remark.text()


def test_a_text_is_answered_inline(room: Room, pane: BreachPane) -> None:
    """Enter opens the editor in the row, Enter records; the row shows the value, its entry and its signer."""
    edit(room, pane, "nat.text")
    type_in(room, "A debug log held names.")
    press(room, Key.Key_Return)
    at = row(pane, "nat.text")
    assert at.editor is None
    assert at.value == "A debug log held names."
    seq = view(room).view.breach["nat.text"].seq
    assert at.accessibleName().endswith(f", #{seq} · Ana Pop")
    assert at.hasFocus()


def test_several_of_a_list_are_ticked(room: Room, pane: BreachPane) -> None:
    """A multiple answer is a list with boxes: Space ticks, arrows move, Enter records the codes."""
    edit(room, pane, "nat.cia")
    press(room, Key.Key_Space)
    press(room, Key.Key_Down)
    press(room, Key.Key_Down)
    press(room, Key.Key_Space)
    press(room, Key.Key_Return)
    codes = rulebook.catalogue().named("nat.cia").values
    assert view(room).view.breach["nat.cia"].value == f"{codes[0]}, {codes[2]}"


def test_to_be_determined_excludes_the_rest(room: Room, pane: BreachPane) -> None:
    """Ticking "to be determined" unticks what was ticked."""
    editor = edit(room, pane, "nat.cia")
    assert isinstance(editor.input, ChoiceInput)
    editor.input.choices.choose(0)
    editor.input.choices.choose(editor.input.choices.count() - 1)
    assert editor.input.text() == "tbd"


def test_one_of_a_list_is_found_by_its_first_letters(room: Room, pane: BreachPane) -> None:
    """An enumeration is a list: typing goes to the word, Enter records its code."""
    edit(room, pane, "nat.incident")
    type_in(room, "ranso")
    press(room, Key.Key_Return)
    assert view(room).view.breach["nat.incident"].value == "ransomware"


def test_a_wrong_number_is_refused_inline_and_stays(room: Room, pane: BreachPane) -> None:
    """A refusal is a sentence with a hint under the field; what was typed is still there; nothing is recorded."""
    editor = edit(room, pane, "ds.count")
    type_in(room, "many")
    press(room, Key.Key_Return)
    assert "is a whole number" in editor.remark.text()
    assert "digits" in editor.remark.text()
    assert editor.input.text() == "many"
    assert "ds.count" not in view(room).view.breach
    assert not room.failures


def test_a_moment_is_echoed_in_both_zones_before_it_is_recorded(room: Room, pane: BreachPane) -> None:
    """Local time without a zone is read in the zone shown, and kept with its offset."""
    regulatory.set_organisation(room.session, "zone", "Europe/Bucharest")
    pane.changed()
    room.settle()
    editor = edit(room, pane, "time.detected")
    type_in(room, "yesterday 23:10")
    assert editor.remark.text() == "19 Nov 23:10 EET · 21:10 UTC"
    press(room, Key.Key_Return)
    assert view(room).view.breach["time.detected"].value == "2026-11-19T23:10:00+02:00"
    assert pane.form.moments.facts["detected"].value == "Thu 19 Nov 23:10 EET"


def test_a_day_may_be_typed_as_a_weekday(room: Room, pane: BreachPane) -> None:
    """Friday is the next one, echoed with how far it is."""
    editor = edit(room, pane, "notif.next_update_due")
    type_in(room, "wed")
    assert editor.remark.text() == "Wed 25 Nov, in 5 days"
    press(room, Key.Key_Return)
    assert view(room).view.breach["notif.next_update_due"].value == "2026-11-25"


def test_tab_goes_from_a_choice_to_its_words(room: Room, pane: BreachPane) -> None:
    """Yes, and what there is to say about it: one answer."""
    edit(room, pane, "time.ongoing")
    press(room, Key.Key_Space)
    press(room, Key.Key_Tab)
    type_in(room, "restoration is being prepared")
    press(room, Key.Key_Return)
    assert view(room).view.breach["time.ongoing"].value == "yes: restoration is being prepared"


def test_a_table_is_lines_of_cells(room: Room, pane: BreachPane) -> None:
    """Cells become one recorded line each; a bar typed in a cell cannot break the line; it comes back into cells."""
    editor = edit(room, pane, "post.mitigate")
    type_in(room, "Log deleted | really")
    press(room, Key.Key_Tab)
    type_in(room, "taken")
    press(room, Key.Key_Return)
    assert view(room).view.breach["post.mitigate"].value == "Log deleted / really | taken"
    editor = edit(room, pane, "post.mitigate")
    assert isinstance(editor.input, TableInput)
    assert editor.input.text() == "Log deleted / really | taken"


def test_u_says_who_will_find_out_by_when(room: Room, pane: BreachPane) -> None:
    """An unknown needs an owner and a day; the row and the line about the minimum then say so."""
    before = len(pane.minimum.text())
    editor = edit(room, pane, "data.rec_count", Key.Key_U)
    press(room, Key.Key_Return)
    assert editor.remark.text().startswith("An unknown needs an owner.")
    type_in(room, "Maria Ionescu")
    press(room, Key.Key_Return)
    assert editor.remark.text().startswith("An unknown needs a day.")
    editor.form.owner.setFocus()
    press(room, Key.Key_Tab)
    type_in(room, "+3d")
    press(room, Key.Key_Return)
    found = view(room).view.breach["data.rec_count"]
    assert (found.unknown, found.owner, found.due) == (True, "Maria Ionescu", "2026-11-23")
    assert row(pane, "data.rec_count").value == "Not known yet — Maria Ionescu, due Mon 23 Nov"
    assert pane.minimum.text().startswith("12 of 13 still open")
    assert len(pane.minimum.text()) < before


def test_an_unknown_whose_day_has_passed_says_it_was_due(room: Room, pane: BreachPane) -> None:
    """The owner is asked again, in words."""
    regulatory.state_unknown(room.session, room.incident, "nat.text", "Maria", "2026-11-21")
    room.clock.forward(60 * 24 * 3)
    room.refreshed()
    assert row(pane, "nat.text").value == "Not known yet — Maria, was due Sat 21 Nov"


def test_escape_keeps_what_was_typed(room: Room, pane: BreachPane) -> None:
    """Leaving an editor records nothing and loses nothing: the text is back when it is opened again."""
    edit(room, pane, "nat.text")
    type_in(room, "Half a thou")
    press(room, Key.Key_Escape)
    assert row(pane, "nat.text").editor is None
    assert "nat.text" not in view(room).view.breach
    editor = edit(room, pane, "nat.text")
    assert editor.input.text() == "Half a thou"
    assert editor.remark.text().startswith("What you typed is back.")


def test_typing_survives_what_others_record(room: Room, pane: BreachPane) -> None:
    """An entry from elsewhere redraws the form and leaves the open editor alone."""
    editor = edit(room, pane, "nat.text")
    type_in(room, "I am still typ")
    regulatory.state_field(room.session, room.incident, "nat.cyber", "yes")
    room.refreshed()
    assert row(pane, "nat.text").editor is editor
    assert editor.input.text() == "I am still typ"


def test_the_keyboard_goes_through_the_form(room: Room, pane: BreachPane) -> None:
    """j and k step over rows and headings, n goes to the next open question, Enter unfolds, and Tab leaves."""
    rows = [line for line in pane.form.lines() if isinstance(line, FieldRow)]
    pane.form.go(rows[0])
    press(room, Key.Key_J)
    assert pane.form.current is rows[1]
    press(room, Key.Key_K)
    assert pane.form.current is rows[0]
    press(room, Key.Key_N)
    assert pane.form.current is rows[1]
    heading = pane.form.headings["what"]
    pane.form.go(heading)
    count = len(pane.form.lines())
    press(room, Key.Key_Return)
    assert len(pane.form.lines()) > count
    press(room, Key.Key_Left)
    assert len(pane.form.lines()) == count
    takers = [line for line in pane.form.lines() if line.focusPolicy() == Qt.FocusPolicy.StrongFocus]
    assert takers == [heading]


def test_questions_that_do_not_apply_are_not_asked(room: Room, pane: BreachPane) -> None:
    """A condition that fails hides its question; the filter still finds it."""
    regulatory.state_field(room.session, room.incident, "nat.cyber", "no")
    room.refreshed()
    pane.form.fold("what", True)
    shown = [line.ask.field.id for line in pane.form.lines() if isinstance(line, FieldRow)]
    assert "nat.cyber" in shown
    assert "nat.cyber_recovery" not in shown
    pane.filter.setText("recovery time")
    shown = [line.ask.field.id for line in pane.form.lines() if isinstance(line, FieldRow)]
    assert shown == ["nat.cyber_recovery"]


def test_the_filter_narrows_and_escape_clears(room: Room, pane: BreachPane) -> None:
    """f goes to the filter; nothing found is said; Esc shows everything again."""
    count = len(pane.form.lines())
    pane.form.go(pane.form.lines()[1])
    press(room, Key.Key_F)
    assert pane.filter.hasFocus()
    type_in(room, "zzz")
    assert pane.form.lines() == []
    assert any("No question matches" in each.text() for each in pane.findChildren(QLabel) if each.isVisible())
    press(room, Key.Key_Escape)
    assert len(pane.form.lines()) == count


def test_the_organisation_answers_for_every_incident(room: Room, pane: BreachPane) -> None:
    """What is typed once stands in the form with its source, and the record's own answer wins."""
    regulatory.set_organisation(room.session, "dpo.name", "DPO office")
    pane.changed()
    room.settle()
    at = row(pane, "dpo.name")
    assert at.value == "DPO office"
    assert at.accessibleName().endswith(", organisation")
    regulatory.state_field(room.session, room.incident, "dpo.name", "Elena Marcu")
    room.refreshed()
    assert at.value == "Elena Marcu"


def test_fields_that_are_not_for_typing_open_no_editor(room: Room, pane: BreachPane) -> None:
    """A national id is never stored; the moment of awareness opens its decision instead."""
    secret = row(pane, "rep.national_id")
    pane.form.go(secret)
    room.qtbot.keyClick(secret, Key.Key_Return)
    assert secret.editor is None
    assert "never kept" in secret.value
    aware = row(pane, "time.aware")
    pane.form.go(aware)
    room.qtbot.keyClick(aware, Key.Key_Return)
    assert aware.editor is None
    assert pane.window().findChild(AwarenessDialog) is not None


def test_markup_is_shown_as_typed(room: Room, pane: BreachPane) -> None:
    """Text is data: tags of a person or a file are not rendered anywhere in the pane."""
    regulatory.state_field(room.session, room.incident, "nat.text", "<b>bold</b> <img src='file:///etc/passwd'>")
    room.refreshed()
    shown = [each for each in row(pane, "nat.text").findChildren(QLabel) if "<b>" in each.text()]
    assert shown
    assert all(each.textFormat() is Qt.TextFormat.PlainText for each in pane.findChildren(QLabel))


def test_the_late_deadline_asks_for_reasons(room: Room, pane: BreachPane) -> None:
    """Past the strict moment the countdown counts up and the warning stands as a sentence."""
    regulatory.aware(room.session, room.incident, "Names were readable.")
    room.clock.forward(60 * 73)
    room.refreshed()
    pane.tick(room.live.now())
    assert pane.head.left.text().endswith("overdue")
    assert "reasons for the delay" in pane.form.moments.warnings.text()


def test_everything_that_takes_the_keyboard_has_a_name(room: Room, pane: BreachPane) -> None:
    """Each kind of editor, open, names every widget that can have the focus."""
    for field in ("nat.text", "nat.cia", "nat.incident", "ds.count", "time.begin", "com.date", "time.ongoing"):
        at = row(pane, field)
        pane.form.go(at)
        room.qtbot.keyClick(at, Key.Key_Return)
        nameless = [each for each in _reachable(pane) if not (each.accessibleName() or _text_of(each))]
        assert nameless == []
        at.close_editor()


def _reachable(pane: BreachPane) -> Iterator[QWidget]:
    for each in pane.findChildren(QWidget):
        if each.isVisible() and each.focusPolicy() != Qt.FocusPolicy.NoFocus and each.focusProxy() is None:
            yield each


def _text_of(widget: QWidget) -> str:
    text = getattr(widget, "text", None)
    return str(text()) if callable(text) else ""


def test_no_text_is_cut_off_at_any_size(room: Room, pane: BreachPane) -> None:
    """Wrapped labels are as tall as their text needs, wide and narrow, and the page never grows past the pane."""
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    text = "A long answer about what happened that certainly needs more than one line to be shown. " * 3
    regulatory.state_field(room.session, room.incident, "nat.text", text)
    room.refreshed()
    for percent, width in ((100, 1000), (100, 784), (100, 420), (150, 784), (150, 520)):
        theme.apply(application, "light", percent)
        pane.resize(width, 660)
        room.settle()
        page = pane.form.widget()
        assert page is not None
        assert page.width() <= pane.form.viewport().width()
        for line in pane.form.lines():
            for each in line.findChildren(QLabel):
                if each.isVisible() and each.wordWrap():
                    assert each.height() >= each.heightForWidth(each.width()), (percent, width, each.text())
    theme.apply(application, "light")


def test_nothing_presses_while_no_clock_runs(room: Room, pane: BreachPane) -> None:
    """A colour only where somebody must act: before awareness the open questions are said, not shouted."""
    assert row(pane, "nat.text").findChildren(QLabel)[1].property("tone") == "secondary"
    regulatory.aware(room.session, room.incident, "Names were readable.")
    room.refreshed()
    assert row(pane, "nat.text").findChildren(QLabel)[1].property("tone") == "attention"


def test_the_awareness_dialog_grows_with_its_sentences(room: Room, pane: BreachPane) -> None:
    """A long reason and a warning never lie over the fields below."""
    pane.decide_awareness()
    dialog = pane.window().findChild(AwarenessDialog)
    assert dialog is not None
    dialog.reason.setPlainText("Several words of a reason. " * 30)
    dialog.time.setText("-80h")
    room.settle()
    assert dialog.reason.geometry().bottom() < dialog.time.geometry().top()


def test_another_incident_shows_its_own_file(room: Room, pane: BreachPane) -> None:
    """Switching shows the other file, and what was typed for the first waits there."""
    edit(room, pane, "nat.text")
    type_in(room, "For the first")
    first = room.incident
    room.declare()
    room.live.open(room.incident)
    room.settle()
    assert row(pane, "nat.text").editor is None
    assert row(pane, "nat.text").value == "Not stated"
    room.live.open(first)
    room.settle()
    room.incident = first
    assert edit(room, pane, "nat.text").input.text() == "For the first"


def test_the_form_agrees_with_the_packet(room: Room, pane: BreachPane) -> None:
    """What the form calls open is what the notification will call missing."""
    regulatory.state_field(room.session, room.incident, "nat.text", "Names were readable.")
    room.refreshed()
    packet = regulatory.packet(room.session, view(room).view, room.session.now())
    assert isinstance(packet, breach.Packet)
    sheet = pane.sheet
    assert sheet is not None
    assert tuple(ask.field.id for ask in sheet.asks() if ask.lacking) == tuple(
        sorted(packet.missing, key=[ask.field.id for ask in sheet.asks()].index)
    )


def test_a_countdown_rounds_up(room: Room, pane: BreachPane) -> None:
    """Nobody is promised less time than there is, and never more than the rule gives."""
    regulatory.aware(room.session, room.incident, "Names were readable.")
    room.refreshed()
    aware = view(room).view.awareness
    assert aware is not None
    pane.head.tick(aware.at + timedelta(hours=71, minutes=59, seconds=30))
    assert pane.head.left.text() == "1 min left"


def test_no_editor_flashes_up_as_a_window(room: Room, pane: BreachPane) -> None:
    """Whatever kind of answer is opened, nothing but the pane is ever a window."""
    for field in ("time.ongoing", "notif.authority", "post.mitigate", "time.begin"):
        at = row(pane, field)
        pane.form.editing.emit(at, False)
        windows = [each for each in QApplication.topLevelWidgets() if each.isVisible()]
        assert windows == [pane]
