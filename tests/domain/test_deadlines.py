"""The clock of Art. 33: published vectors, neighbouring periods, and what must hold for every moment."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import paths
from app.domain import deadlines
from app.domain.deadlines import Deadline
from app.domain.errors import Unusable
from app.domain.instants import parse_moment
from app.plans.authorities import load_authorities, load_regimes, named_authority, named_regime

ROOT = Path(__file__).resolve().parents[2]
FOLDER = paths.resources() / "authorities"
VECTORS = json.loads((ROOT / "tests/vectors/deadlines.json").read_text(encoding="utf-8"))
REGIMES = load_regimes(FOLDER)
AUTHORITIES = load_authorities(FOLDER)
GDPR = REGIMES["gdpr-art33"]
NEIGHBOURS = {clock["id"]: clock for clock in VECTORS["neighbour_clocks"]}
CLINIC = datetime(2026, 10, 23, 6, 38, tzinfo=UTC)
HOUR = timedelta(hours=1)

ZONES = st.sampled_from(
    ["Europe/Bucharest", "Europe/Dublin", "Europe/Berlin", "Europe/Lisbon", "Atlantic/Azores", "Europe/Helsinki"]
)
MOMENTS = st.integers(0, 60 * 365 * 86_400_000).map(
    lambda ms: datetime(2000, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)
)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def reached(aware: datetime = CLINIC, **given: Any) -> Deadline:
    return deadlines.compute(aware, "Europe/Bucharest", regime=GDPR, **given)


@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=lambda vector: vector["id"])
def test_published_vectors_hold(vector: dict[str, Any]) -> None:
    """Strict and hour-rule deadlines of every vector, in UTC and on the wall of the authority."""
    given_, expect = vector["input"], vector["expect"]
    aware = parse_moment(given_["awareness"], given_["zone"], given_["fold"])
    assert aware == moment(given_["awareness_utc"])
    found = deadlines.compute(aware, given_["zone"], regime=GDPR).as_dict()
    assert found["strict_due"] == expect["strict_72h"]["utc"]
    assert found["strict_due_local"] == expect["strict_72h"]["local"]
    assert found["hour_rule_due"] == expect["reg1182_hour_rule"]["utc"]
    assert found["hour_rule_due_local"] == expect["reg1182_hour_rule"]["local"]


@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=lambda vector: vector["id"])
def test_hour_rule_starts_with_the_next_clock_hour(vector: dict[str, Any]) -> None:
    """The hour of awareness is not counted, the one after it is."""
    given_ = vector["input"]
    found = deadlines.compute(moment(given_["awareness"]), given_["zone"], regime=GDPR)
    assert found.hour_rule_start == moment(vector["expect"]["reg1182_hour_rule"]["period_start_utc"])


@pytest.mark.parametrize("case", VECTORS["invalid_inputs"], ids=lambda case: case["id"])
def test_unusable_local_times_are_refused(case: dict[str, Any]) -> None:
    """A gap, a time that happens twice, no zone, and an offset that contradicts the zone."""
    given_ = case["input"]
    with pytest.raises(Unusable):
        parse_moment(given_.get("local") or given_["awareness"], given_["zone"])


@pytest.mark.parametrize("case", VECTORS["submission_status"], ids=lambda case: case["id"])
def test_submissions_are_judged_as_published(case: dict[str, Any]) -> None:
    """On time means 72:00:00 exactly or less; between the two deadlines a reason is recommended."""
    base = next(vector for vector in VECTORS["vectors"] if vector["id"] == case["base"])
    aware = moment(base["input"]["awareness_utc"])
    expect = case["expect"]
    found = deadlines.compute(aware, base["input"]["zone"], regime=GDPR, submitted=moment(case["submitted"])).as_dict()
    assert found["on_time_strict"] is expect["on_time_strict"]
    assert found["on_time_hour_rule"] is expect["on_time_reg1182"]
    wanted = {False: "no", True: "yes"}.get(expect["reasons_for_delay_required"], "recommended")
    assert found["reasons_for_delay_required"] == wanted
    assert found["elapsed"] == expect["elapsed"]
    assert found["state"] == ("met" if expect["on_time_strict"] else "met_late")


def test_the_end_of_the_hour_rule_is_too_late() -> None:
    """The hour rule excludes its last instant: 09:00:00 sharp needs reasons, a millisecond before is recommended."""
    due = reached().hour_rule_due
    assert due is not None
    at_end = reached(submitted=due)
    assert (at_end.on_time_hour_rule, at_end.reasons_for_delay_required) == (False, "yes")
    before = reached(submitted=due - timedelta(milliseconds=1))
    assert (before.on_time_hour_rule, before.reasons_for_delay_required) == (True, "recommended")


@pytest.mark.parametrize(("neighbour", "hours"), [("N01", 24), ("N02", 72)])
def test_neighbour_clocks_in_hours_run_by_elapsed_time(neighbour: str, hours: int) -> None:
    """NIS2 early warning and notification, the second one over the end of summer time."""
    clock = NEIGHBOURS[neighbour]
    assert deadlines.elapsed_after(moment(clock["input"]), hours) == moment(clock["expect"])


@pytest.mark.parametrize(
    ("neighbour", "start"), [("N07", "2026-08-04T14:00:00Z"), ("N16", "2026-05-18T10:00:00+02:00")]
)
def test_follow_up_clocks_run_from_the_submission(neighbour: str, start: str) -> None:
    """DORA intermediate and the CNIL's complement: 72 hours from what was sent, not from what was due."""
    assert deadlines.elapsed_after(moment(start), 72) == moment(NEIGHBOURS[neighbour]["expect"])


def test_a_month_ends_with_the_expiry_of_the_same_numbered_day() -> None:
    """NIS2 final report: submitted on 25 October, over at the end of 25 November, local time."""
    end = deadlines.months_after(moment("2026-10-25T17:20:00+02:00"), 1, ZoneInfo("Europe/Bucharest"))
    assert end == moment(NEIGHBOURS["N03"]["expect"])


def test_a_month_without_that_day_ends_on_its_last_day() -> None:
    """DORA final report: one month after 31 August is 30 September; February clamps by leap year."""
    assert deadlines.add_months(date(2026, 8, 31), 1).isoformat() == NEIGHBOURS["N10"]["expect"]
    assert deadlines.add_months(date(2028, 1, 31), 1) == date(2028, 2, 29)
    assert deadlines.add_months(date(2026, 12, 31), 2) == date(2027, 2, 28)


@given(MOMENTS, ZONES)
def test_strict_is_always_72_elapsed_hours(aware: datetime, zone: str) -> None:
    """Whatever the clocks on the wall do meanwhile."""
    found = deadlines.compute(aware.astimezone(ZoneInfo(zone)), zone, regime=GDPR)
    assert found.strict_due - aware == timedelta(hours=72)
    assert found.strict_due.utcoffset() == timedelta()


@given(MOMENTS, ZONES)
def test_hour_rule_ends_within_an_hour_after_strict_on_a_full_hour(aware: datetime, zone: str) -> None:
    """Later than strict, by 60 minutes at most, and the authority's clock shows a full hour."""
    found = deadlines.compute(aware, zone, regime=GDPR)
    assert found.hour_rule_due is not None
    assert timedelta() < found.hour_rule_due - found.strict_due <= HOUR
    assert found.hour_rule_due.astimezone(ZoneInfo(zone)).strftime("%M%S%f") == "0000000000"


@given(ZONES, st.integers(2020, 2036), st.sampled_from([3, 10]), st.integers(-72, 4), st.integers(0, 59))
def test_clock_changes_move_the_wall_and_not_the_period(
    zone: str, year: int, month: int, hours: int, minutes: int
) -> None:
    """Awareness around the last Sunday of March or October: elapsed stays 72 hours, the wall shows an hour's shift."""
    last_day = date(year, month, 31)
    sunday = last_day - timedelta(days=(last_day.weekday() + 1) % 7)
    change = datetime(sunday.year, sunday.month, sunday.day, 1, tzinfo=UTC)
    aware = change + timedelta(hours=hours, minutes=minutes)
    due = deadlines.compute(aware, zone, regime=GDPR).strict_due
    wall = due.astimezone(ZoneInfo(zone)).replace(tzinfo=None) - aware.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    crossed = aware < change <= due
    shift = HOUR if month == 3 else -HOUR
    assert wall == timedelta(hours=72) + (shift if crossed else timedelta())


@given(MOMENTS, st.integers(-100 * 3600, 100 * 3600))
def test_state_and_reasons_agree_with_the_two_deadlines(aware: datetime, seconds: int) -> None:
    """Met exactly when strictly in time; no reason then, "yes" only when both deadlines are past."""
    sent = aware + timedelta(hours=72, seconds=seconds)
    found = reached(aware, submitted=sent)
    assert found.hour_rule_due is not None
    assert (found.state == "met") == (sent <= found.strict_due) == (found.reasons_for_delay_required == "no")
    assert (found.reasons_for_delay_required == "yes") == (sent >= found.hour_rule_due)


@pytest.mark.parametrize(
    ("left", "state"),
    [(48 * HOUR, "running"), (HOUR, "due_soon"), (timedelta(), "due_soon"), (-timedelta(seconds=1), "overdue")],
)
def test_state_of_an_unsent_notification_follows_now(left: timedelta, state: str) -> None:
    """Running, due soon, overdue; at 72:00:00 sharp it can still be sent in time."""
    found = reached(now=CLINIC + timedelta(hours=72) - left)
    assert found.state == state
    assert found.margin == left
    assert found.on_time_strict is (False if state == "overdue" else None)


def test_overdue_and_unsent_asks_for_reasons() -> None:
    """Two hours late nobody has to be told twice."""
    found = reached(now=CLINIC + timedelta(hours=74))
    assert found.reasons_for_delay_required == "yes"
    assert found.as_dict()["margin"] == "-2:00:00"
    assert any("deadline has passed" in warning for warning in found.warnings)


@pytest.mark.parametrize(
    ("regime", "zone", "authority"),
    [
        ("uk-gdpr-art33", "Europe/London", None),
        ("uk-gdpr-art33", None, "UK-ICO"),
        ("gdpr-art33", None, "UK-ICO"),
        ("gdpr-art33", "Europe/London", None),
    ],
)
def test_there_is_no_hour_rule_outside_the_eu(regime: str, zone: str | None, authority: str | None) -> None:
    """Neither for the regime, nor for the authority, nor for a zone in no member state."""
    where = AUTHORITIES[authority] if authority else None
    late = CLINIC + timedelta(hours=72, minutes=5)
    found = deadlines.compute(CLINIC, zone, regime=REGIMES[regime], authority=where, submitted=late)
    assert found.hour_rule_due is None
    assert found.on_time_hour_rule is None
    assert found.reasons_for_delay_required == "yes"
    assert found.strict_due == CLINIC + timedelta(hours=72)


def test_hour_rule_is_read_on_the_clock_of_the_authority() -> None:
    """The zone in which a time was typed gives way to the authority's."""
    found = deadlines.compute(CLINIC, "Asia/Kolkata", regime=GDPR, authority=AUTHORITIES["RO-ANSPDCP"])
    assert found.zone == "Europe/Bucharest"
    assert found.hour_rule_due == datetime(2026, 10, 26, 7, tzinfo=UTC)


def test_the_wrong_regime_for_an_authority_is_named() -> None:
    """UK-ICO under the EU regime draws a warning, under its own none."""
    ico = AUTHORITIES["UK-ICO"]
    assert "uk-gdpr-art33" in deadlines.compute(CLINIC, regime=GDPR, authority=ico).warnings[0]
    assert deadlines.compute(CLINIC, regime=REGIMES["uk-gdpr-art33"], authority=ico).warnings == ()


def test_a_notification_before_awareness_is_questioned() -> None:
    """It counts as in time, but one of the two times must be wrong."""
    found = reached(submitted=CLINIC - HOUR)
    assert found.state == "met"
    assert any("before the recorded awareness" in warning for warning in found.warnings)


def test_a_future_awareness_is_refused_by_name() -> None:
    """Only a moment that has come can start a clock."""
    deadlines.refuse_future(CLINIC, CLINIC, "awareness")
    with pytest.raises(Unusable, match="awareness"):
        deadlines.refuse_future(CLINIC, CLINIC - timedelta(milliseconds=1), "awareness")


def test_json_has_the_promised_keys_and_writes_z() -> None:
    """The names are a contract; milliseconds appear only where there are any."""
    found = reached(CLINIC + timedelta(milliseconds=7)).as_dict()
    assert {
        "strict_due",
        "hour_rule_due",
        "state",
        "on_time_strict",
        "on_time_hour_rule",
        "reasons_for_delay_required",
        "warnings",
    } <= found.keys()
    assert found["strict_due"] == "2026-10-26T06:38:00.007Z"
    assert found["hour_rule_due"] == "2026-10-26T07:00:00Z"
    assert json.loads(json.dumps(found)) == found


@pytest.mark.parametrize("regime", REGIMES.values(), ids=lambda regime: regime.id)
def test_every_regime_holds_its_own_worked_examples(regime: deadlines.Regime) -> None:
    """A regime file carries examples, sources and the day it was checked."""
    assert regime.examples
    assert regime.sources
    for example in regime.examples:
        found = deadlines.compute(example.aware, example.zone, regime=regime)
        assert found.strict_due == example.strict_due
        assert found.hour_rule_due == example.hour_rule_due


@pytest.mark.parametrize("authority", AUTHORITIES.values(), ids=lambda authority: authority.id)
def test_every_authority_names_a_real_zone_and_regime(authority: deadlines.Authority) -> None:
    """Its zone exists, its regime is shipped, and the EU flag agrees with the regime's zones."""
    assert ZoneInfo(authority.zone)
    regime = named_regime(REGIMES, authority.regime)
    assert authority.eu == (authority.zone in regime.hour_rule_zones)
    assert authority.evidence in ("verified", "check with counsel")
    assert named_authority(AUTHORITIES, authority.id.lower()) is authority


def test_hour_rule_zones_exist() -> None:
    """A misspelt zone would silently lose the hour rule."""
    assert all(ZoneInfo(zone) for zone in GDPR.hour_rule_zones)


def test_unknown_names_list_the_known_ones() -> None:
    """A wrong id is answered with the right ones."""
    with pytest.raises(Unusable) as wrong:
        named_authority(AUTHORITIES, "RO")
    assert "RO-ANSPDCP" in wrong.value.hint
    with pytest.raises(Unusable) as wrong:
        named_regime(REGIMES, "gdpr")
    assert "gdpr-art33" in wrong.value.hint


@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        ("hours = 72", "hours = 'many'", "hours"),
        ("hours = 72", "hour = 72", "hour"),
        ('zone = "Europe/London"', 'zon = "Europe/London"', "examples.0"),
        ("id =", "id", "uk-gdpr-art33.toml"),
    ],
)
def test_a_faulty_file_is_refused_with_its_place(before: str, after: str, named: str, tmp_path: Path) -> None:
    """A wrong type, an unknown key, one inside a list, and broken TOML."""
    (tmp_path / "regimes").mkdir()
    text = (FOLDER / "regimes/uk-gdpr-art33.toml").read_text(encoding="utf-8")
    (tmp_path / "regimes/uk-gdpr-art33.toml").write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(Unusable) as wrong:
        load_regimes(tmp_path)
    assert named in wrong.value.message


def test_another_length_is_data() -> None:
    """If the law says 96 hours one day, no code changes."""
    longer = replace(GDPR, hours=96)
    assert deadlines.compute(CLINIC, "Europe/Bucharest", regime=longer).strict_due == CLINIC + timedelta(hours=96)
