"""Severity and state are what held when, whenever it was written down."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cli.line import Line


def ago(minutes: int) -> str:
    return (datetime.now(UTC) - timedelta(minutes=minutes)).isoformat()


def declared(people: Line) -> str:
    return people.fine("declare", "--plan", "zkp", "--severity", "P2", "--title", "x", "--at", ago(120)).last


def test_a_severity_that_is_recorded_late_does_not_displace_a_later_one(people: Line) -> None:
    """P0 since an hour; that it was P1 half an hour before that is written down afterwards: it is still P0."""
    number = declared(people)
    people.fine("severity", number, "P0", "--at", ago(60))
    people.fine("severity", number, "P1", "--at", ago(90))
    shown = people.fine("incident", "show", number, "--json").json
    assert shown["severity"]["code"] == "P0"
    assert people.fine("incident", "list", "--json").json[0]["severity"]["code"] == "P0"
    running = {clock["id"]: clock["state"] for clock in shown["clocks"]}
    assert running["ack-p0"] == "overdue"
    assert running.get("ack-p1") in (None, "lapsed")


def test_a_severity_is_refused_that_held_already_at_that_moment_and_taken_where_another_did(people: Line) -> None:
    """The question is closed for a moment, not for the present only."""
    number = declared(people)
    people.fine("severity", number, "P0", "--at", ago(60))
    assert people("severity", number, "P2", "--at", ago(90)).code == 1
    assert people("severity", number, "P0").code == 1
    people.fine("severity", number, "P2", "--at", ago(30))


def test_a_state_that_is_recorded_late_does_not_take_a_later_one_back(people: Line) -> None:
    """Investigated before it was contained: the present state stays, and the plan's order is asked at that moment."""
    number = declared(people)
    people.fine("state", number, "RECOVERY", "--at", ago(10))
    people.fine("state", number, "INVESTIGATION", "--at", ago(50))
    assert people.fine("incident", "show", number, "--json").json["state"] == "RECOVERY"
    assert people.fine("doctor", "--json").json["ok"] is True


def test_a_corrected_time_puts_a_change_in_its_place(people: Line) -> None:
    """The later of two changes turns out to have been the earlier."""
    number = declared(people)
    people.fine("severity", number, "P0", "--at", ago(60))
    seq = people.fine("severity", number, "P3", "--at", ago(10), "--json").json["entry"]
    assert people.fine("incident", "show", number, "--json").json["severity"]["code"] == "P3"
    people.fine("correct", number, str(seq), "--happened", ago(100))
    assert people.fine("incident", "show", number, "--json").json["severity"]["code"] == "P0"


def test_nothing_is_known_of_the_future(people: Line) -> None:
    """Looking ahead would show clocks as overdue that are not."""
    number = declared(people)
    for words in (("incident", "show", number), ("clock", "list", number)):
        assert people(*words, "--at", ago(-60)).code == 2, words
    assert people.fine("clock", "list", number, "--at", datetime.now(UTC).isoformat(), "--json").json


def test_years_in_which_nothing_can_be_counted_are_refused(people: Line) -> None:
    """At the ends of the calendar: exit 2, no crash."""
    number = declared(people)
    for words in (
        ("clock", "compute", "--aware", "9999-12-31T23:59:59Z"),
        ("clock", "compute", "--aware", "0001-01-01T00:00:00Z", "--zone", "Europe/Bucharest"),
        ("breach", "set", number, "time.begin", "0001-01-01T00:00:00Z"),
    ):
        assert people(*words).code == 2, words
    assert not (people.home / "crash.log").exists()


def test_a_day_is_kept_in_one_form(people: Line) -> None:
    """20261120 is understood, and written 2026-11-20 like any other."""
    number = declared(people)
    people.fine("action", "add", number, "Rotate keys", "--due", "20261120")
    assert "2026-11-20" in people.fine("incident", "timeline", number, "--json").json[-1]["text"]


def test_no_open_incident_is_not_no_incident(people: Line) -> None:
    """With --open, the closed ones were still declared."""
    assert "declared" in people.fine("incident", "list").out
    number = people.fine("declare", "--plan", "atlas", "--severity", "SEV_0_INFO", "--title", "x").last
    people.fine("state", number, "CLOSED")
    assert people.fine("incident", "list", "--open").out == "No incident is open.\n"
