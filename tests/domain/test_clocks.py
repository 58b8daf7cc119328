"""Clocks: started, met, missed and restarted by events, judged by when they happened."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from domain.plot import PLAN, entry, moment, opened, story, text
from hypothesis import given
from hypothesis import strategies as st

from app.domain import entries as e
from app.domain.clocks import Clock, clocks, due_after, tightest
from app.domain.fold import fold
from app.domain.plan import ClockRule


def clock(steps: list[e.Entry], name: str, minute: float) -> Clock | None:
    return next((c for c in clocks(PLAN, fold(steps), moment(minute)) if c.id == name), None)


def need(found: Clock | None) -> Clock:
    assert found is not None
    return found


def test_acknowledgement_stops_its_clock_by_when_it_happened_not_when_it_was_recorded() -> None:
    """Recorded 40 minutes late, but done after 14: met."""
    steps = [entry(0, opened()), entry(1, e.Acknowledged(), minute=14, ts=40)]
    found = need(clock(steps, "ack-s1", 60))
    assert (found.state, found.met_at, found.due_at) == ("met", moment(14), moment(15))


def test_an_inclusive_bound_admits_the_exact_minute_and_a_strict_one_does_not() -> None:
    """15 min is within 15 min; 60 min is not under 1 h."""
    at_15 = story((opened(), 0), (e.Acknowledged(), 15))
    at_60 = story((opened(), 0), (e.Acknowledged(), 60))
    assert need(clock(at_15, "ack-s1", 90)).state == "met"
    assert need(clock(at_60, "strict", 90)).state == "met_late"


def test_states_of_a_running_clock() -> None:
    """Running, due soon in its last quarter, overdue after its due time."""
    steps = story((opened(), 0))
    found = [need(clock(steps, "ack-s1", minute)).state for minute in (0, 11, 12, 15, 15.001)]
    assert found == ["running", "running", "due_soon", "due_soon", "overdue"]


def test_a_cadence_restarts_at_each_update_and_counts_missed_laps() -> None:
    """Updates at 20 and 70: the first lap kept, the second missed, the third runs to 100."""
    steps = story((opened(), 0), (e.UpdateSent("team", "one"), 20), (e.UpdateSent("team", "two"), 70))
    found = need(clock(steps, "cadence", 80))
    assert [lap.kept for lap in found.laps] == [True, False, None]
    assert (found.due_at, found.state, found.missed) == (moment(100), "running", 1)


def test_a_cadence_ends_when_resolved_and_goes_on_when_reopened() -> None:
    """Resolution ends it; a return to an earlier state takes it up again."""
    ended = story((opened(), 0), (e.StateChanged("RESOLVED"), 10))
    again = story((opened(), 0), (e.StateChanged("RESOLVED"), 10), (e.StateChanged("OPEN"), 20))
    closed = story((opened(), 0), (e.StateChanged("RESOLVED"), 10), (e.StateChanged("CLOSED"), 20))
    assert need(clock(ended, "cadence", 25)).state == "ended"
    assert need(clock(again, "cadence", 25)).active
    assert need(clock(closed, "cadence", 25)).state == "ended"


def test_closing_ends_what_nobody_answers_any_more_and_keeps_what_was_missed() -> None:
    """Late before closing stays missed, not yet due is over; a review and a duty by law outlive the incident."""
    late = story(
        (opened(), 0), (e.AwarenessDecided("sure"), 1), (e.StateChanged("RESOLVED"), 70), (e.StateChanged("CLOSED"), 80)
    )
    early = story((opened(), 0), (e.StateChanged("RESOLVED"), 5), (e.StateChanged("CLOSED"), 6))
    assert need(clock(late, "ack-s1", 90)).state == "lapsed"
    assert need(clock(late, "strict", 90)).missed == 1
    assert need(clock(early, "ack-s1", 90)).state == "ended"
    assert need(clock(late, "gdpr", 90)).active
    assert need(clock(late, "review", 90)).active


def test_a_hand_over_restarts_the_commanders_relief() -> None:
    """The clock that started with the first holder starts again with the second."""
    steps = story((opened(), 0), (e.RoleAssigned("LEAD", "Ana"), 1), (e.RoleHandedOver("LEAD", "Ana", "Bob"), 100))
    found = need(clock(steps, "relief", 120))
    assert found.due_at == moment(100) + timedelta(hours=8)


def test_a_tick_meets_the_clock_of_its_checklist_and_reopening_takes_it_back() -> None:
    """All tasks settled meets it; one of them open again does not."""
    done = story((opened(), 0), (e.TaskSettled("a", "done"), 3), (e.TaskSettled("b", "skipped", "no"), 7))
    again = [*done, entry(3, e.TaskReopened("a"), minute=8)]
    assert need(clock(done, "listed", 10)).met_at == moment(7)
    assert need(clock(again, "listed", 10)).state == "running"


def test_a_severity_that_is_raised_starts_its_clocks_then() -> None:
    """The worst level's cadence runs from the moment of the change; an earlier acknowledgement still counts."""
    steps = story((opened("S3"), 0), (e.Acknowledged(), 5), (e.SeverityChanged("S1"), 50))
    assert need(clock(steps, "cadence", 55)).due_at == moment(80)
    assert need(clock(steps, "ack-s1", 55)).state == "met"
    assert clock(steps[:2], "cadence", 55) is None


def test_a_clock_that_was_missed_before_the_severity_fell_stays_missed() -> None:
    """Lowering the severity is no way to unmiss an acknowledgement."""
    steps = story((opened(), 0), (e.SeverityChanged("S3"), 30))
    assert need(clock(steps, "ack-s1", 40)).state == "lapsed"
    kept = story((opened(), 0), (e.SeverityChanged("S3"), 10))
    assert clock(kept, "ack-s1", 40) is None


def test_a_corrected_time_moves_the_clock() -> None:
    """The acknowledgement happened two minutes after declaration, says a correction."""
    late = [entry(0, opened()), entry(1, e.Acknowledged(), minute=20)]
    right = [*late, entry(2, e.Amended("at", to=text(2)), minute=30, refs=(1,))]
    assert need(clock(late, "ack-s1", 40)).state == "met_late"
    assert need(clock(right, "ack-s1", 40)).state == "met"


def test_business_days_leave_weekends_and_holidays_out() -> None:
    """Friday 20 November 2026 plus five business days is the next Friday, a holiday later Monday."""
    rule = ClockRule("r", "R", "review", "resolved", (), 5, "business_days")
    friday = datetime(2026, 11, 20, 10, tzinfo=UTC)
    assert due_after(friday, rule) == datetime(2026, 11, 27, 10, tzinfo=UTC)
    assert due_after(friday, rule, frozenset({datetime(2026, 11, 25, tzinfo=UTC).date()})) == datetime(
        2026, 11, 30, 10, tzinfo=UTC
    )


def test_months_end_on_the_last_day_of_a_shorter_month() -> None:
    """31 January plus one month is the last of February."""
    rule = ClockRule("r", "R", "review", "resolved", (), 1, "months")
    assert due_after(datetime(2027, 1, 31, tzinfo=UTC), rule) == datetime(2027, 2, 28, tzinfo=UTC)


@given(st.lists(st.floats(0, 600), max_size=8), st.floats(0, 700))
def test_laps_of_a_cadence_tile_the_time_without_gap(updates: list[float], now: float) -> None:
    """Each lap starts where the one before was met, and only the last is open."""
    ordered = sorted(updates)
    steps = story((opened(), 0), *((e.UpdateSent("team", "x"), minute) for minute in ordered))
    found = need(clock(steps, "cadence", now))
    assert all(a.met_at == b.started_at for a, b in zip(found.laps, found.laps[1:], strict=False))
    assert [lap.met_at is None for lap in found.laps] == [False] * (len(found.laps) - 1) + [True]
    assert all(lap.due_at - lap.started_at == timedelta(minutes=30) for lap in found.laps)
    assert found.missed == sum(
        (lap.met_at or moment(now)) - lap.started_at > timedelta(minutes=30) for lap in found.laps
    )


@given(st.floats(0, 10_000), st.floats(0, 10_000))
def test_due_never_moves_as_time_goes_by(first: float, second: float) -> None:
    """The due instant is a fact of the record, so sleep and clock changes do not matter."""
    steps = story((opened(), 0))
    assert need(clock(steps, "strict", first)).due_at == need(clock(steps, "strict", second)).due_at


def test_the_tightest_clock_is_the_one_that_runs_out_first() -> None:
    """Of those that still need an act."""
    found = clocks(PLAN, fold(story((opened(), 0), (e.Acknowledged(), 1))), moment(5))
    best = tightest(found)
    assert best is not None
    assert best.id == "listed"


def test_an_incident_that_is_over_does_not_undo_what_was_missed_in_it() -> None:
    """Resolved before it was due: no longer needed. Resolved after, and never done: missed. Decided away: not owed."""
    early = story((opened("S3"), 0), (e.StateChanged("RESOLVED"), 10))
    late = story((opened("S3"), 0), (e.StateChanged("RESOLVED"), 20))
    decided = story((opened("S3"), 0), (e.Decided("nobody has to know", topic="none"), 20))
    found = [need(clock(steps, "notify", 60)) for steps in (early, late, decided)]
    assert [(one.state, one.missed) for one in found] == [("ended", 0), ("lapsed", 1), ("ended", 0)]
    assert not any(one.active for one in found)
