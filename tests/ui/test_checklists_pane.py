from __future__ import annotations

from datetime import timedelta

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication
from ui.room import Room

from app.services import lifecycle, tasks
from app.ui import theme
from app.ui.models.checklist_model import ChecklistModel, Item, groups_of, left_text, window_text
from app.ui.panes.checklists import ChecklistsPane
from app.ui.widgets.checklist_delegate import below


@pytest.fixture
def pane(room: Room) -> ChecklistsPane:
    """The checklists of a fresh incident."""
    room.declare()
    room.clock.forward(1)
    pane = room.show(ChecklistsPane(room.live, 4), 318, 440)
    pane.activateWindow()
    pane.focus_first()
    return pane


def at(pane: ChecklistsPane, group: int, row: int) -> Item:
    """Make a task the current one."""
    index = pane.model.index(row, 0, pane.model.index(group, 0))
    pane.tree.setCurrentIndex(index)
    item = pane.model.item_at(index)
    assert item is not None
    return item


def again(pane: ChecklistsPane, item: Item) -> Item:
    """The same task as it stands now."""
    found = pane.model.item_at(pane.model.index_of(item.id))
    assert found is not None
    return found


def answer(pane: ChecklistsPane, text: str) -> None:
    """Type the answer to the question at the foot and press Enter."""
    pane.question.field.clear()
    QTest.keyClicks(pane.question.field, text)
    QTest.keyClick(pane.question.field, Qt.Key.Key_Return)


def test_space_ticks_and_says_who_and_when(room: Room, pane: ChecklistsPane) -> None:
    """The tick is an entry; the task shows initials and time, the list its progress."""
    item = at(pane, 0, 0)
    QTest.keyClick(pane.tree, Qt.Key.Key_Space)
    room.settle()
    item = again(pane, item)
    assert (item.outcome, item.aside) == ("done", "AP 12:39")
    assert pane.model.groups[0].settled == 1
    assert room.last.kind == "task"
    assert pane.header._subtitle.text().startswith("1 of ")
    assert pane.tree.current_item().id == item.id


def test_the_mouse_ticks_in_the_box_only(room: Room, pane: ChecklistsPane) -> None:
    """A click on the text moves the keyboard there and settles nothing."""
    item = at(pane, 0, 1)
    rect = pane.tree.visualRect(pane.model.index_of(item.id))
    QTest.mouseClick(pane.tree.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
    room.settle()
    assert again(pane, item).outcome == "open"
    QTest.mouseClick(pane.tree.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(theme.px(18), rect.top() + 12))
    room.settle()
    assert again(pane, item).outcome == "done"


def test_skipping_and_setting_aside_need_a_reason(room: Room, pane: ChecklistsPane) -> None:
    """Without one the question stays; with one it is recorded and shown under the task."""
    first, second = at(pane, 0, 0), at(pane, 0, 1)
    QTest.keyClick(pane.tree, Qt.Key.Key_X)
    answer(pane, "")
    assert "reason is needed" in pane.question._remark.text()
    answer(pane, "done by the provider")
    room.settle()
    at(pane, 0, 0)
    QTest.keyClick(pane.tree, Qt.Key.Key_N)
    answer(pane, "no such region")
    room.settle()
    assert again(pane, second).why == "skipped: done by the provider"
    assert again(pane, first).why == "not applicable: no such region"
    assert not pane.question.isVisibleTo(pane)


def test_a_settled_task_is_reopened_only_after_a_question(room: Room, pane: ChecklistsPane) -> None:
    """A second Space by accident changes nothing."""
    item = at(pane, 0, 0)
    QTest.keyClick(pane.tree, Qt.Key.Key_Space)
    room.settle()
    QTest.keyClick(pane.tree, Qt.Key.Key_Space)
    assert pane.question.isVisibleTo(pane)
    assert again(pane, item).outcome == "done"
    answer(pane, "")
    room.settle()
    assert again(pane, item).outcome == "open"


def test_a_task_is_assigned_and_shows_whose_it_is(room: Room, pane: ChecklistsPane) -> None:
    """a, a name, Enter."""
    item = at(pane, 0, 1)
    QTest.keyClick(pane.tree, Qt.Key.Key_A)
    answer(pane, "Grace Hopper")
    room.settle()
    assert again(pane, item).aside == "@Grace Hopper"


def test_a_step_that_alters_evidence_asks_for_the_evidence_first(room: Room, pane: ChecklistsPane) -> None:
    """The answer stands in the record before the tick does."""
    plan = room.live.look.plan
    destructive = next(
        (t.id for k in plan.checklists_for("P0", "") for t in k.tasks if t.destructive), None
    ) or _destructive_by_class(room)
    room.refreshed()
    index = pane.model.index_of(destructive)
    assert index.isValid()
    pane.tree.setExpanded(index.parent(), True)
    pane.tree.setCurrentIndex(index)
    item = pane.model.item_at(index)
    assert any(line.kind == "warning" for line in below(item, False))
    QTest.keyClick(pane.tree, Qt.Key.Key_Space)
    assert again(pane, item).outcome == "open"
    answer(pane, "image in locker 4")
    room.settle()
    assert again(pane, item).outcome == "done"
    note, tick = room.rows()[-2:]
    assert "image in locker 4" in note.text
    assert tick.kind == "task"


def _destructive_by_class(room: Room) -> str:
    """Classify the incident so that a checklist with such a step applies."""
    plan = room.live.look.plan
    for kind in plan.classes:
        for checklist in plan.checklists_for("P0", kind.code):
            for task in checklist.tasks:
                if task.destructive:
                    lifecycle.classify(room.session, room.incident, kind.code)
                    return task.id
    raise AssertionError("no plan step alters evidence")


def test_a_window_counts_and_says_by_how_much_it_is_over(room: Room, pane: ChecklistsPane) -> None:
    """Rounded up while there is time, rounded down when it is over."""
    assert pane.model.groups[0].window.endswith("after acknowledgement")
    lifecycle.acknowledge(room.session, room.incident)
    room.refreshed()
    group = next(g for g in pane.model.groups if g.left)
    status = next(s for s in room.live.look.plan.checklists if s.id == group.id)
    assert group.left.endswith("left")
    room.clock.forward(status.window[1] + 48)
    pane.tick(room.live.now())
    later = next(g for g in pane.model.groups if g.id == group.id)
    assert (later.late, later.left) == (True, "48 min over")


def test_complete_checklists_fold_and_stay_as_a_person_left_them(room: Room, pane: ChecklistsPane) -> None:
    """What is finished gives its room away; what was opened by hand stays open."""
    group = pane.model.groups[0]
    for item in group.items:
        tasks.tick(room.session, room.incident, item.id)
    room.refreshed()
    top = pane.model.index(0, 0)
    assert pane.model.groups[0].complete
    assert not pane.tree.isExpanded(top)
    pane.tree.setCurrentIndex(top)
    QTest.keyClick(pane.tree, Qt.Key.Key_Return)
    assert pane.tree.isExpanded(top)
    tasks.tick(room.session, room.incident, pane.model.groups[1].items[0].id)
    room.refreshed()
    assert pane.tree.isExpanded(top)


def test_commands_are_copied_and_never_run(pane: ChecklistsPane) -> None:
    """Ctrl+C on a task puts its command on the clipboard."""
    item = Item("t", "Rotate the keys", "open", command="rotate --all ; rm -rf /")
    assert [line.text for line in below(item, False)] == []
    assert [line.text for line in below(item, True)] == ["rotate --all ; rm -rf /"]
    pane.act("copy", item)
    assert QApplication.clipboard().text() == "rotate --all ; rm -rf /"


def test_another_class_brings_other_checklists(room: Room, pane: ChecklistsPane) -> None:
    """The tree is built anew and the subtitle counts what applies now."""
    before = [group.id for group in pane.model.groups]
    plan = room.live.look.plan
    kind = next(c for k in plan.checklists if k.classes for c in k.classes)
    lifecycle.classify(room.session, room.incident, kind)
    room.refreshed()
    after = [group.id for group in pane.model.groups]
    assert set(before) < set(after)


def test_the_model_keeps_qts_rules(room: Room, pane: ChecklistsPane) -> None:
    """Qt's own tester looks on while tasks are settled and lists come and go."""
    model = ChecklistModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    look = room.live.look
    groups = groups_of(look.plan, look.view, room.live.now(), room.live.zone)
    assert model.show(groups)
    tasks.tick(room.session, room.incident, groups[0].items[0].id)
    room.refreshed()
    look = room.live.look
    assert not model.show(groups_of(look.plan, look.view, room.live.now(), room.live.zone))
    assert model.show(groups[:1])
    model.show(())
    del tester


def test_the_boxes_have_pixels_of_their_own_in_the_dark(room: Room, pane: ChecklistsPane) -> None:
    """The outline of an open box stands out from its ground by 3 to 1, on a selected row too."""
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    theme.apply(application, "dark")
    item = at(pane, 0, 0)
    room.settle()
    rect = pane.tree.visualRect(pane.model.index_of(item.id))
    image = pane.tree.viewport().grab(rect).toImage()
    ground = image.pixelColor(6, 4)
    edge = max(_lightness(image, x, y) for x in range(10, 30) for y in range(4, 26))
    assert (edge + 0.05) / (_relative(ground.redF(), ground.greenF(), ground.blueF()) + 0.05) >= 3


def _lightness(image: QImage, x: int, y: int) -> float:
    colour = image.pixelColor(x, y)
    return _relative(colour.redF(), colour.greenF(), colour.blueF())


def _relative(red: float, green: float, blue: float) -> float:
    """Relative luminance, WCAG 2.2."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (red, green, blue)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_windows_and_remainders_are_words() -> None:
    """Minutes become what a person says."""
    assert [window_text(w) for w in ((0, 10), (10, 60), (60, 240), (2, 7), (0, 4320))] == [
        "0 to 10 min", "10 min to 1 h", "1 to 4 h", "2 to 7 min", "0 to 3 d",
    ]  # fmt: skip
    from ui.room import START

    assert left_text(START, START - timedelta(seconds=61)) == "2 min left"
    assert left_text(START, START + timedelta(seconds=30)) == "due now"
    assert left_text(START, START + timedelta(seconds=119)) == "1 min over"


def test_every_task_reads_as_one_sentence(room: Room, pane: ChecklistsPane) -> None:
    """State, who, when, why and what to know before."""
    item = at(pane, 0, 0)
    tasks.skip(room.session, room.incident, item.id, "twice")
    room.refreshed()
    index = pane.model.index_of(item.id)
    sentence = index.data(Qt.ItemDataRole.AccessibleTextRole)
    assert sentence == f"{item.text}: skipped, by Ana Pop at 12:39, twice."
    assert index.data(Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.PartiallyChecked
