from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from app.domain.board import Card
from app.domain.instants import to_text
from app.domain.plan import Identity, Names, Plan, Severity, State
from app.ui.dialogs.declare import definition_of
from app.ui.live import Live
from app.ui.models.board_model import BoardModel, board_rows
from app.ui.models.completion import Choice, matching
from app.ui.models.recent_model import recent
from app.ui.panes.board import BoardPane
from app.ui.widgets.chip import severity_text, short_text

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def plan(identity: str, levels: int) -> Plan:
    scale = tuple(Severity(f"{identity}{rank}", f"Level {rank}") for rank in range(1, levels + 1))
    return Plan(Identity(identity, f"Plan {identity}", "1"), scale, Names(), states=(State("OPEN", "Being handled"),))


PLANS = {"a": plan("a", 4), "b": plan("b", 3)}


def card(number: str, plan_id: str, rank: int, due: float | None = None, **more: object) -> Card:
    clocks = [] if due is None else [["Update", to_text(NOW + timedelta(minutes=due)), "cadence"]]
    plain: dict[str, object] = {
        "incident_id": number * 8, "number": number, "title": f"Title {number}", "plan_id": plan_id,
        "severity": f"{plan_id}{rank}", "severity_rank": rank, "state": "OPEN", "closed": False, "drill": False,
        "opened_at": 0, "commander": "Ana Pop", "scribe": "", "label": "", "gates_open": 0,
        "clocks_json": json.dumps(clocks), "updated_at": 0, "entry_count": 3,
    }  # fmt: skip
    return Card(**{**plain, **more})  # type: ignore[arg-type]


def seen(*cards: Card, text: str = "") -> list[tuple[str, str]]:
    return [(row.kind, row.text) for row in board_rows(cards, PLANS, NOW, UTC, text)]


def test_one_plan_needs_no_lane_and_empty_levels_are_one_line() -> None:
    """The worst level first, in the plan's own words; what is empty between and below is folded."""
    assert seen(card("1", "a", 2)) == [
        ("folded", "a1 Level 1"),
        ("level", "a2 Level 2"),
        ("card", "Title 1"),
        ("folded", "a3 Level 3 · a4 Level 4"),
    ]


def test_plans_stand_in_the_order_of_their_tightest_clock() -> None:
    """Severities of different plans are never compared: the clock decides."""
    rows = seen(card("1", "a", 1, due=90), card("2", "b", 3, due=5))
    assert [text for kind, text in rows if kind == "lane"] == ["Plan b", "Plan a"]


def test_within_a_level_the_tightest_clock_is_first() -> None:
    """A card without a clock comes last."""
    rows = seen(card("1", "a", 1), card("2", "a", 1, due=60), card("3", "a", 1, due=2))
    assert [text for kind, text in rows if kind == "card"] == ["Title 3", "Title 2", "Title 1"]


def test_a_closed_incident_is_found_by_the_filter_only() -> None:
    """The board shows what is open; words find the rest."""
    closed = card("7", "a", 1, closed=True, title="Old leak")
    assert seen(closed) == []
    assert seen(closed, text="old LEAK") == [("lane", "Closed"), ("card", "Old leak")]
    assert seen(closed, text="other") == []


def test_a_countdown_changes_its_words_and_colour() -> None:
    """Rounded up while there is time, counting up when it is over."""
    tones = {due: board_rows([card("1", "a", 1, due=due)], PLANS, NOW, UTC)[1] for due in (90, 14.2, -3.5)}
    assert [(row.left, row.tone) for row in tones.values()] == [
        ("1 h 30 min", ""),
        ("15 min", "attention"),
        ("3 min over", "overdue"),
    ]


def test_the_model_keeps_qts_rules_and_speaks_every_row(qtbot) -> None:
    """Rows come, change and go under the model tester; a screen reader hears severity, title, state, clock."""
    model = BoardModel()
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    changed: list[int] = []
    model.dataChanged.connect(lambda first, _last: changed.append(first.row()))
    for due in (10, 9):
        model.show_rows(board_rows([card("1", "a", 1, due=due, gates_open=2)], PLANS, NOW, UTC))
    assert changed == [1]
    spoken = model.index(1).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "a1, Title 1, Being handled, Ana Pop, 9 min, 2 gates open"
    model.show_rows(())


def test_the_keyboard_goes_from_card_to_card_and_opens(qtbot) -> None:
    """j and k skip headings; Enter opens; f filters; Esc brings everything back."""
    live = Live("UTC", clock=lambda: NOW)
    live.plans, live.cards = PLANS, (card("1", "a", 1), card("2", "a", 3), card("3", "b", 1))
    pane = BoardPane(live)
    qtbot.addWidget(pane)
    pane.resize(264, 600)
    pane.show()
    opened: list[str] = []
    pane.list.chosen.connect(opened.append)
    pane.focus_first()
    qtbot.keyClicks(pane.list, "jj")
    qtbot.keyClick(pane.list, Qt.Key.Key_Return)
    qtbot.keyClicks(pane.list, "k")
    qtbot.keyClick(pane.list, Qt.Key.Key_Return)
    assert opened == ["3" * 8, "2" * 8]
    qtbot.keyClicks(pane.list, "f")
    qtbot.keyClicks(pane.filter, "b1")
    assert [row.text for row in pane.model.rows if row.card] == ["Title 3"]
    qtbot.keyClick(pane.filter, Qt.Key.Key_Escape)
    assert len([row for row in pane.model.rows if row.card]) == 3
    assert not pane.filter.isVisible()


LONG = Severity("LEVEL_4_CRITICAL", "Critical", "LEVEL_4", definition="May affect:", examples=("finality", "funds"))


def test_a_level_is_named_by_its_short_name_wherever_a_chip_stands() -> None:
    """`LEVEL_4 Critical`, and on small chips the short name alone; its code is what commands take."""
    assert (severity_text(LONG), short_text(LONG)) == ("LEVEL_4 Critical", "LEVEL_4")
    assert severity_text(Severity("P0", "P0 Critical")) == "P0 Critical"
    assert severity_text(Severity("P0", "")) == "P0"
    long = replace(PLANS["a"], severities=(LONG,))
    here = card("1", "a", 1, severity=LONG.code)
    assert [row.chip for row in board_rows([here], {"a": long}, NOW, UTC) if row.card] == ["LEVEL_4"]
    assert [line.severity for line in recent([here], {"a": long}, UTC)] == ["LEVEL_4"]
    assert [line.severity for line in recent([here], {}, UTC)] == [LONG.code]


def test_a_definition_that_announces_its_examples_is_read_with_them() -> None:
    """A sentence that ends in a colon says nothing alone."""
    assert definition_of(LONG) == "May affect: finality, funds"
    assert definition_of(replace(LONG, examples=())) == "May affect"
    assert definition_of(replace(LONG, definition="Local impact.")) == "Local impact."
    assert definition_of(replace(LONG, definition="")) == "finality; funds"


def test_a_city_is_found_in_the_list_of_zones() -> None:
    """By the part of the name that people know."""
    zones = [Choice(name, name) for name in ("America/New_York", "Europe/Bucharest", "Europe/Budapest")]
    assert [choice.label for choice in matching(zones, "buch")] == ["Europe/Bucharest"]
    assert [choice.label for choice in matching(zones, "york")] == ["America/New_York"]
