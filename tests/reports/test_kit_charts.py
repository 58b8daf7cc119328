"""Axes: round hours on the wall over a clock change, labels that do not cover each other."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from app.reports.kit.charts import Axis, Label, clock_changes, placed, tick_text
from app.reports.kit.moments import Wall

CLUJ = Wall("Europe/Bucharest")
START = datetime(2026, 10, 24, 6, 0, tzinfo=UTC)


def test_ticks_stay_on_round_hours_over_the_end_of_summer_time() -> None:
    """After the clocks went back the ticks still say 12:00, not 11:00."""
    axis = Axis(START, START + timedelta(days=2), 0, 500)
    texts = [tick_text(CLUJ, at, axis) for at in axis.ticks(CLUJ, 100)]
    assert texts == ["12:00", "Sun 25 Oct", "12:00", "Mon 26 Oct"]


def test_ticks_of_a_long_incident_are_days_and_of_a_short_one_minutes() -> None:
    """The step follows the length: never more ticks than there is room for."""
    for span in (timedelta(minutes=9), timedelta(hours=5), timedelta(days=40), timedelta(days=900)):
        axis = Axis(START, START + span, 0, 500)
        found = list(axis.ticks(CLUJ, 50))
        assert 2 <= len(found) <= 11
        assert all(axis.start <= at <= axis.end for at in found)


def test_the_moment_of_a_clock_change_is_found() -> None:
    """25 October 2026, 01:00 UTC: 04:00 EEST becomes 03:00 EET."""
    assert clock_changes(CLUJ, START, START + timedelta(days=2)) == [datetime(2026, 10, 25, 1, 0, tzinfo=UTC)]
    assert clock_changes(Wall("UTC"), START, START + timedelta(days=2)) == []


def test_labels_keep_apart() -> None:
    """Two labels of one lane never overlap as long as there are lanes."""
    axis = Axis(START, START + timedelta(hours=10), 0, 500)
    labels = [Label(START + timedelta(minutes=5 * n), f"label {n}") for n in range(4)]
    found = placed(labels, axis, 4, (0, 500))
    assert len({one.lane for one in found}) == 4
