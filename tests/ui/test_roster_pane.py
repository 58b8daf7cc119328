from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from ui.room import PASSPHRASE, Room

from app.domain.errors import NotAllowed
from app.services import attestation, roster
from app.ui.dialogs.hand_over import HandOverDialog, signatures
from app.ui.models.roster_model import RosterModel, Seat, seats_of
from app.ui.panes.roster import RosterPane


@pytest.fixture
def pane(room: Room) -> RosterPane:
    """The roster of a fresh incident that nobody leads yet."""
    room.declare()
    room.clock.forward(3)
    pane = room.show(RosterPane(room.live, 3), 318, 420)
    pane.activateWindow()
    pane.list.setFocus()
    return pane


def choose(pane: RosterPane, function: str) -> Seat:
    """Make the role with that function the current one."""
    role = pane.live.look.plan.role_for(function)
    place = pane.model.place_of(role.code)
    pane.list.setCurrentIndex(pane.model.index(place))
    return pane.model.seats[place]


def answer(pane: RosterPane, text: str) -> None:
    """Type the answer to the question at the foot and press Enter."""
    pane.question.field.clear()
    QTest.keyClicks(pane.question.field, text)
    QTest.keyClick(pane.question.field, Qt.Key.Key_Return)


def test_a_missing_commander_and_scribe_are_told(pane: RosterPane) -> None:
    """They stand first, warn in words, and the heading counts them."""
    commander, scribe = choose(pane, "commander"), choose(pane, "scribe")
    assert (commander.vital, commander.holder, commander.warning) == (True, "", "nobody holds it")
    assert "not assigned" in scribe.spoken
    assert "2 missing" in pane.header._subtitle.text()
    assert all(seat.needed for seat in pane.model.seats[:2])


def test_enter_and_a_name_assign_a_role(room: Room, pane: RosterPane) -> None:
    """Two keys and a name; a person without a key stands there as unsigned."""
    seat = choose(pane, "scribe")
    QTest.keyClick(pane.list, Qt.Key.Key_Return)
    assert seat.title in pane.question.field.accessibleName()
    answer(pane, "Eve  Adams")
    room.settle()
    seat = choose(pane, "scribe")
    assert (seat.holder, seat.since, seat.unsigned, seat.warning) == ("Eve Adams", "12:41", "Eve Adams", "")
    assert not pane.question.isVisibleTo(pane)
    assert pane.list.hasFocus()


def test_known_people_are_offered_and_taken_only_when_chosen(room: Room, pane: RosterPane) -> None:
    """Down and Enter take the name on offer; without the arrow Enter takes what was typed."""
    choose(pane, "scribe")
    QTest.keyClick(pane.list, Qt.Key.Key_A)
    field = pane.question.field
    QTest.keyClicks(field, "mar")
    assert field.offering
    QTest.keyClick(field, Qt.Key.Key_Down)
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert field.text() == "Maria Ionescu"
    QTest.keyClick(field, Qt.Key.Key_Return)
    room.settle()
    assert choose(pane, "scribe").holder == "Maria Ionescu"
    choose(pane, "technical")
    QTest.keyClick(pane.list, Qt.Key.Key_A)
    answer(pane, "Mar")
    room.settle()
    assert choose(pane, "technical").holder == "Mar"


def test_an_empty_name_is_asked_again_and_escape_changes_nothing(room: Room, pane: RosterPane) -> None:
    """The question stays until it is answered or left."""
    count = len(room.rows())
    choose(pane, "scribe")
    QTest.keyClick(pane.list, Qt.Key.Key_A)
    answer(pane, "  ")
    assert pane.question.isVisibleTo(pane)
    QTest.keyClick(pane.question.field, Qt.Key.Key_Escape)
    room.settle()
    assert not pane.question.isVisibleTo(pane)
    assert len(room.rows()) == count


def test_a_held_role_is_handed_over_with_both_signatures(room: Room, pane: RosterPane) -> None:
    """Both have keys here: the record has a signature of each, and nothing is owed."""
    seat = choose(pane, "commander")
    roster.assign(room.session, room.incident, seat.code, "Ana Pop")
    room.refreshed()
    choose(pane, "commander")
    QTest.keyClick(pane.list, Qt.Key.Key_H)
    dialog = pane.findChild(HandOverDialog)
    assert not dialog.record.isEnabled()
    QTest.keyClicks(dialog.to, "Maria Ionescu")
    assert "Ana Pop signs" in dialog._signs.text()
    assert "Maria Ionescu signs" in dialog._signs.text()
    dialog.note.setText("gates are open")
    dialog.agree()
    room.settle()
    assert pane.findChild(HandOverDialog) is None
    holding = room.live.look.view.roles[seat.code]
    assert {a.as_ for a in room.live.look.view.approvals[holding.seq]} == {"handover-from", "handover-to"}
    seat = choose(pane, "commander")
    assert (seat.holder, seat.handed_over_from, seat.unsigned) == ("Maria Ionescu", "Ana Pop", "")


def test_a_hand_over_between_people_without_keys_says_who_is_unsigned(room: Room, pane: RosterPane) -> None:
    """Recorded by X, unsigned by Y: before it is recorded and afterwards."""
    assert signatures("Eve", "Ana Pop", ["Ana Pop"], "Ana Pop") == (
        "Ana Pop signs and is asked for the passphrase. Recorded by Ana Pop, unsigned by Eve; they can sign later."
    )
    seat = choose(pane, "technical")
    roster.assign(room.session, room.incident, seat.code, "Charlie Brown")
    roster.hand_over(room.session, room.incident, seat.code, "Eve Adams")
    room.refreshed()
    assert choose(pane, "technical").unsigned == "Charlie Brown, Eve Adams"


def test_a_role_given_by_somebody_else_is_unsigned_until_its_holder_signs(room: Room, pane: RosterPane) -> None:
    """A key of one's own is no signature yet; whoever records taking a role oneself has signed."""
    scribe, lead = choose(pane, "scribe"), choose(pane, "technical")
    given = roster.assign(room.session, room.incident, scribe.code, "Maria Ionescu")
    roster.assign(room.session, room.incident, lead.code, "Ana Pop")
    room.refreshed()
    assert choose(pane, "scribe").unsigned == "Maria Ionescu"
    assert choose(pane, "technical").unsigned == ""
    attestation.approve(room.session, room.incident, given.seq, "Maria Ionescu", PASSPHRASE)
    room.refreshed()
    assert choose(pane, "scribe").unsigned == ""


def test_a_refused_hand_over_leaves_no_field_for_a_passphrase(room: Room, pane: RosterPane) -> None:
    """Whoever types the passphrase again without looking does not write it where a name stands; Enter tries again."""
    dialog = HandOverDialog(("technical", "Tech"), "Ana Pop", (), ("Ana Pop",), "Ana Pop", pane)
    asked: list[object] = []
    dialog.agreed.connect(asked.append)
    dialog.open()
    QTest.keyClicks(dialog.to, "Maria Ionescu")
    QTest.keyClick(dialog.to, Qt.Key.Key_Return)
    QTest.keyClick(dialog.to, Qt.Key.Key_Return)
    assert len(asked) == 1
    dialog.refuse(NotAllowed("That is not the passphrase of Ana Pop.", "Try again.", code="wrong-passphrase"))
    QTest.keyClicks(dialog.focusWidget(), "secret")
    assert dialog.to.text() == "Maria Ionescu"
    QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_Return)
    assert len(asked) == 2
    dialog.reject()


def test_enter_twice_is_one_answer(room: Room, pane: RosterPane) -> None:
    """A tired hand gives a role once, and no refusal comes back for the second Enter."""
    choose(pane, "scribe")
    QTest.keyClick(pane.list, Qt.Key.Key_A)
    QTest.keyClicks(pane.question.field, "Eve Adams")
    QTest.keyClick(pane.question.field, Qt.Key.Key_Return)
    QTest.keyClick(pane.question.field, Qt.Key.Key_Return)
    room.settle()
    assert choose(pane, "scribe").holder == "Eve Adams"
    assert not pane.question.isVisibleTo(pane)
    assert room.failures == []


def test_a_long_name_is_read_before_the_time_since_when(room: Room, pane: RosterPane) -> None:
    """The time gives way on the line, and stands below where the keyboard is."""
    seat = choose(pane, "scribe")
    delegate, width = pane.list.itemDelegate(), 300
    held = replace(seat, holder="Ana", since="23 Oct 06:20")
    long = replace(held, holder="Alexandra-Maria Constantinescu")
    assert delegate._room_for_since(held, width) > 0
    assert delegate._room_for_since(long, width) == 0
    assert len(delegate._lines(long, True, width)) == len(delegate._lines(held, True, width)) + 1


def test_a_role_is_released_with_a_reason(room: Room, pane: RosterPane) -> None:
    """The reason is in the record, the role is free again."""
    seat = choose(pane, "technical")
    roster.assign(room.session, room.incident, seat.code, "Charlie Brown")
    room.refreshed()
    choose(pane, "technical")
    QTest.keyClick(pane.list, Qt.Key.Key_R)
    answer(pane, "went home")
    room.settle()
    assert choose(pane, "technical").holder == ""
    assert "went home" in room.last.text


def test_a_backup_stands_beside_the_holder(room: Room, pane: RosterPane) -> None:
    """b assigns it; the role itself stays as it is."""
    choose(pane, "scribe")
    QTest.keyClick(pane.list, Qt.Key.Key_B)
    answer(pane, "Eve Adams")
    room.settle()
    seat = choose(pane, "scribe")
    assert (seat.backup, seat.holder) == ("Eve Adams", "")


def test_a_refusal_is_shown_at_the_question_and_keeps_the_name(room: Room, pane: RosterPane) -> None:
    """Another window was faster."""
    seat = choose(pane, "scribe")
    QTest.keyClick(pane.list, Qt.Key.Key_A)
    roster.assign(room.session, room.incident, seat.code, "Somebody Else")
    answer(pane, "Eve Adams")
    room.settle()
    assert pane.question.field.text() == "Eve Adams"
    assert "is held by Somebody Else" in pane.question._remark.text()


def test_the_plan_names_its_own_holders_and_says_what_is_missing(room: Room, pane: RosterPane) -> None:
    """A placeholder is shown as missing data, never as a number to call."""
    planned = [seat.planned for seat in pane.model.seats if seat.planned]
    assert planned
    for seat, role in zip(
        (s for s in pane.model.seats if s.kind == "role"),
        sorted(room.live.look.plan.roles, key=lambda r: not (r.function in {"commander", "scribe"} or r.critical)),
        strict=True,
    ):
        assert seat.code == role.code
        if role.primary is not None and role.primary.placeholder:
            assert "missing data" in seat.planned
            assert not role.primary.phone or role.primary.phone not in seat.planned


def test_the_severity_brings_those_who_are_to_be_told(room: Room, pane: RosterPane) -> None:
    """The escalation of the level in force, and of no other."""
    level = room.live.look.plan.severity("P0")
    told = [seat.title for seat in pane.model.seats if seat.kind == "escalation"]
    assert told == [each.who for each in level.escalation]


def test_the_model_keeps_qts_rules(room: Room, pane: RosterPane) -> None:
    """Qt's own tester looks on while holders change and the incident is left."""
    model = RosterModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    look = room.live.look
    seats = seats_of(look.plan, look.view, room.live.now(), room.live.zone)
    model.show(seats)
    roster.assign(room.session, room.incident, seats[0].code, "Ana Pop")
    room.refreshed()
    changed: list[int] = []
    model.dataChanged.connect(lambda first, _last: changed.append(first.row()))
    look = room.live.look
    model.show(seats_of(look.plan, look.view, room.live.now(), room.live.zone))
    assert {seats[place].code for place in changed} == {seats[0].code}
    model.show(())
    del tester


def test_j_and_k_skip_headings(room: Room, pane: RosterPane) -> None:
    """The keyboard stops only where something can be done or read."""
    pane.list.setCurrentIndex(pane.model.index(0))
    for _ in range(len(pane.model.seats)):
        QTest.keyClick(pane.list, Qt.Key.Key_J)
        assert pane.model.seats[pane.list.currentIndex().row()].kind != "heading"
    assert pane.list.currentIndex().row() == len(pane.model.seats) - 1
