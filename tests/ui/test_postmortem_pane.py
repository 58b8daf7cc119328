from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from ui.room import Room

from app.services import incidents, lifecycle, postmortem, regulatory
from app.ui import theme
from app.ui.models.days import day_echo, parse_day
from app.ui.models.postmortem_sheet import join_fields, split_fields
from app.ui.panes.postmortem import PostmortemPane
from app.ui.widgets.section_form import SectionForm

Key = Qt.Key
CONTROL = Qt.KeyboardModifier.ControlModifier


def opened(room: Room, plan: str = "zkp", severity: str = "P0") -> PostmortemPane:
    """The post-mortem of a fresh incident under a plan."""
    if not room.incident:
        room.declare(plan, severity)
    pane = room.show(PostmortemPane(room.live, 6))
    room.qtbot.waitUntil(lambda: pane.sheet is not None)
    pane.activateWindow()
    room.settle()
    return pane


def write(room: Room, form: SectionForm, text: str) -> None:
    """Type into a section and save it with the keyboard."""
    form.prose.setFocus()
    room.qtbot.keyClicks(form.prose, text)
    room.qtbot.keyClick(form.prose, Key.Key_Return, CONTROL)
    room.settle()


def look(room: Room) -> incidents.Look:
    """What the record says, asked anew."""
    return incidents.look(room.session, room.incident)


@pytest.mark.parametrize("plan", ["zkp", "hyperkit", "atlas", "keycomp"])
def test_the_sections_are_the_plans_own_in_its_order(room: Room, plan: str) -> None:
    """Every section of the template, with its title; prose asks with the plan's prompt."""
    pane = opened(room, plan, look_severity(room, plan))
    template = look(room).plan.postmortem.sections
    titles = [label.text() for label in pane.findChildren(QLabel) if label.property("role") == "strong"]
    wanted = [section.title for section in template]
    assert [title for title in titles if title in wanted][: len(wanted)] == wanted
    for section in template:
        if section.kind == "prose" and section.prompt:
            assert pane.sections[section.id].prose.placeholderText() == section.prompt


def look_severity(room: Room, plan: str) -> str:
    """The worst severity of a plan, in its own words."""
    from app.services import plans

    return plans.get(room.session, plan)[0].severities[0].code


def test_without_an_incident_it_says_so(room: Room) -> None:
    """The pane is never an empty box."""
    pane = room.show(PostmortemPane(room.live, 6))
    assert "No incident is open" in [each.text() for each in pane.findChildren(QLabel) if each.isVisible()]


def test_summary_root_cause_lessons_are_written_and_signed(room: Room) -> None:
    """Ctrl+Enter saves the section one is in; the head line stops asking for it; each is an entry of the record."""
    pane = opened(room)
    assert pane.lack.text().startswith("Still to be written: Summary, Root Cause, Lessons Learned.")
    for section in ("summary", "root-cause", "lessons"):
        assert pane.sections[section].part.is_missing
        write(room, pane.sections[section], f"About {section}.")
    written = look(room).view.postmortem
    assert {name: each.text for name, each in written.items()} == {
        "summary": "About summary.",
        "root-cause": "About root-cause.",
        "lessons": "About lessons.",
    }
    assert pane.lack.text().startswith("Every required section is written.")
    assert not pane.sections["summary"].is_dirty
    assert not pane.sections["summary"].save.isVisible()


def test_what_is_not_saved_is_marked_and_survives_other_entries(room: Room) -> None:
    """A dirty section says so and keeps its text while others record; nothing is recorded by typing."""
    pane = opened(room)
    form = pane.sections["root-cause"]
    room.qtbot.keyClicks(form.prose, "Half a cause")
    assert form.is_dirty
    assert form.save.isVisible()
    room.log("somebody else writes a line")
    room.refreshed()
    assert form.prose.text() == "Half a cause"
    assert "root-cause" not in look(room).view.postmortem


def test_a_newer_text_of_somebody_else_is_said_and_not_overwritten_silently(room: Room) -> None:
    """Two people write the same section: the second sees who saved what meanwhile before saving over it."""
    pane = opened(room)
    form = pane.sections["lessons"]
    room.qtbot.keyClicks(form.prose, "Mine")
    done = postmortem.write(room.session, room.incident, "lessons", "Theirs")
    room.refreshed()
    assert form.prose.text() == "Mine"
    assert form.remark.text() == f"Ana Pop saved another text meanwhile (#{done.seq}); saving replaces it."
    write(room, form, "!")
    written = look(room).view.postmortem["lessons"]
    assert written.text == "Mine!"


def test_unsaved_text_is_there_after_the_program_ended(room: Room) -> None:
    """Drafts are on the disk two seconds later and come back marked as not saved."""
    pane = opened(room)
    room.qtbot.keyClicks(pane.sections["lessons"].prose, "Do not lose me")
    pane.keeper.save()
    room.settle()
    again = room.show(PostmortemPane(room.live, 6))
    room.qtbot.waitUntil(lambda: bool(again.sections) and again.sections["lessons"].is_dirty)
    assert again.sections["lessons"].text() == "Do not lose me"
    assert "not saved yet" in again.sections["lessons"].remark.text()


def test_facts_are_filled_from_the_record_and_cannot_be_typed(room: Room) -> None:
    """Title, severity and duration stand there; only what the record does not know has a field."""
    lifecycle_code = "P1"
    pane = opened(room)
    lifecycle.change_severity(room.session, room.incident, lifecycle_code)
    room.refreshed()
    form = pane.sections["summary"]
    words = form.known.words
    assert "Incident: PID linkage in a debug log" in words
    assert any(each.startswith("Severity: P0") and "P1" in each for each in words)
    assert any(each.startswith("Duration: open for") for each in words)
    assert list(form.lines) == ["Impact"]


def test_fields_of_the_template_are_recorded_as_the_document_reads_them(room: Room) -> None:
    """A typed field becomes `Label: value`, so that the PDF sets it in the plan's own row."""
    pane = opened(room)
    form = pane.sections["summary"]
    room.qtbot.keyClicks(form.lines["Impact"], "1,200 users")
    write(room, form, "In short.")
    assert look(room).view.postmortem["summary"].text == "Impact: 1,200 users\nIn short."
    assert form.lines["Impact"].text() == "1,200 users"
    assert not form.is_dirty


def test_fields_and_prose_come_apart_as_they_went_together() -> None:
    """Splitting what was joined gives the same, whatever stands in the prose."""
    values = {"Users affected": "8,800", "Funds at risk": "none: no payments"}
    prose = "Note: this is prose.\nUsers affected by hand: 3"
    assert split_fields(join_fields(values, prose), list(values)) == (values, prose)


def test_the_breach_file_fills_the_impact(room: Room) -> None:
    """What was stated there stands here; an unknown names who finds out."""
    room.declare("hyperkit", "P1")
    regulatory.state_field(room.session, room.incident, "ds.count", "8800")
    regulatory.state_unknown(room.session, room.incident, "data.rec_count", "Maria", "2026-11-25")
    pane = opened(room)
    words = pane.sections["impact"].known.words
    assert "Number of people: 8,800" in words
    assert any(each.endswith("not known yet, Maria finds out") for each in words)


def test_two_actions_are_added_and_one_is_closed(room: Room) -> None:
    """Text, owner and a weekday as due; Enter adds and waits for the next; Close asks in one line what was done."""
    pane = opened(room)
    actions = pane.action_list
    assert actions is not None
    for text, owner, due in (("Mask the debug field", "Maria", "fri"), ("Review log levels", "", "")):
        room.qtbot.keyClicks(actions.text, text)
        room.qtbot.keyClicks(actions.owner, owner)
        room.qtbot.keyClicks(actions.due, due)
        room.qtbot.keyClick(actions.due, Key.Key_Return)
        room.settle()
        assert actions.text.text() == ""
    first, second = look(room).view.actions
    assert (first.text, first.owner, first.due) == ("Mask the debug field", "Maria", "2026-11-27")
    assert (second.owner, second.due) == (None, None)
    assert "Maria" in actions.rows[0].accessibleName()
    room.qtbot.mouseClick(actions.rows[0].button, Qt.MouseButton.LeftButton)
    assert pane.question.field.isVisible()
    room.qtbot.keyClicks(pane.question.field, "deployed")
    room.qtbot.keyClick(pane.question.field, Key.Key_Return)
    room.settle()
    assert look(room).view.actions[0].closed_at is not None
    assert not actions.rows[0].button.isEnabled()
    assert actions.rows[0].accessibleName().endswith("closed")


def test_an_action_without_words_or_with_no_day_is_refused_inline(room: Room) -> None:
    """What is missing is said under the line; nothing is recorded, what was typed stays."""
    pane = opened(room)
    actions = pane.action_list
    assert actions is not None
    actions.hand_in()
    assert actions.remark.text() == "Say what is to be done."
    actions.text.setText("Rotate keys")
    actions.due.setText("soon")
    actions.hand_in()
    assert actions.remark.text().startswith("'soon' is not a day.")
    assert actions.text.text() == "Rotate keys"
    assert look(room).view.actions == ()


def test_everything_that_takes_the_keyboard_has_a_name(room: Room) -> None:
    """Editors, fields and buttons can be told apart without seeing them."""
    pane = opened(room)
    pane.sections["summary"].prose.setPlainText("dirty")
    takers = [w for w in pane.findChildren(QWidget) if w.isVisible() and w.focusPolicy() != Qt.FocusPolicy.NoFocus]
    assert len(takers) > 8
    assert [w for w in takers if not w.accessibleName() and not getattr(w, "text", str)()] == []


def test_the_keyboard_begins_at_what_is_missing(room: Room) -> None:
    """Alt+6 leads to the first required section that is empty; Tab leaves the text."""
    pane = opened(room)
    write(room, pane.sections["summary"], "Done.")
    pane.focus_first()
    assert pane.sections["root-cause"].prose.hasFocus()
    room.qtbot.keyClick(pane.sections["root-cause"].prose, Key.Key_Tab)
    assert QApplication.focusWidget() is not pane.sections["root-cause"].prose


def test_no_text_is_cut_off_at_any_width(room: Room) -> None:
    """Wrapped words are as tall as they need to be, wide and narrow."""
    room.declare()
    postmortem.add_action(room.session, room.incident, "An action with quite a lot of words in it " * 4, "Maria")
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    pane = opened(room)
    for percent, width in ((100, 900), (100, 480), (150, 656)):
        theme.apply(application, "light", percent)
        pane.resize(width, 660)
        room.settle()
        for each in pane.findChildren(QLabel):
            if each.isVisible() and each.wordWrap():
                assert each.height() >= each.heightForWidth(each.width()), (percent, width, each.text())
    theme.apply(application, "light")


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2026-11-30", "2026-11-30"),
        ("30 Nov", "2026-11-30"),
        ("1 November", "2027-11-01"),
        ("1 Nov 2026", "2026-11-01"),
        ("+3d", "2026-11-23"),
        ("+10", "2026-11-30"),
        ("tomorrow", "2026-11-21"),
        ("friday", "2026-11-27"),
        ("sat", "2026-11-21"),
        ("soon", None),
        ("31 Feb", None),
        ("", None),
    ],
)
def test_days_ahead_are_understood(typed: str, day: str | None) -> None:
    """On Friday 20 November 2026: dates, weekdays, days from now; a weekday is never today."""
    from datetime import date

    found = parse_day(typed, date(2026, 11, 20))
    assert (found.isoformat() if found else None) == day


def test_a_day_is_echoed_with_its_distance() -> None:
    """So that a slip is seen before Enter."""
    from datetime import date

    assert day_echo(date(2026, 11, 27), date(2026, 11, 20)) == "Fri 27 Nov, in 7 days"
    assert day_echo(date(2025, 11, 19), date(2026, 11, 20)) == "Wed 19 Nov 2025, 366 days ago"


@pytest.mark.parametrize("percent", [100, 150])
def test_an_editor_is_as_tall_as_its_text(room: Room, percent: int) -> None:
    """Nothing has to be scrolled inside a section that has room to grow, at any text size."""
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    room.declare()
    postmortem.write(room.session, room.incident, "lessons", "A lesson that takes more than one line to tell. " * 6)
    theme.apply(application, "light", percent)
    pane = opened(room)
    editor = pane.sections["lessons"].prose
    assert editor.verticalScrollBar().maximum() == 0
    assert editor.height() < theme.px(300)
    theme.apply(application, "light")
