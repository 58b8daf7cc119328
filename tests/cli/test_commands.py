"""Commands as scripts rely on them: names, JSON keys, exit codes, clocks that stop and restart."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cli.line import Line


def ago(minutes: int) -> str:
    return (datetime.now(UTC) - timedelta(minutes=minutes)).isoformat()


def clock(line: Line, number: str, name: str) -> dict[str, object]:
    return next(one for one in line.fine("clock", "list", number, "--json").json if one["id"] == name)


def test_the_first_signed_line_needs_a_name_and_nothing_else(line: Line) -> None:
    """profile create, declare, log; the number stands alone on the last line."""
    line.fine("profile", "create", "Ana Pop")
    number = line.fine("declare", "--plan", "zkp", "--severity", "P0", "--title", "x").last
    assert number.startswith("INC-")
    assert number.endswith("-001")
    said = line.fine("log", number, "First line")
    seq, leaf = said.last.split("\t")
    assert int(seq) == line.entries(number) - 1
    assert len(leaf) == 64
    assert line.fine("verify", number, "--json").json["ok"] is True


def test_show_has_the_keys_that_scripts_rely_on(people: Line, number: str) -> None:
    """As the contract lists them."""
    shown = people.fine("--json", "incident", "show", number).json
    assert set(shown) >= {
        "number", "incident_id", "title", "plan", "severity", "state", "drill", "profile", "clocks", "roles", "gates",
        "tasks", "entry_count", "seal",
    }  # fmt: skip
    assert set(shown["clocks"][0]) >= {"id", "label", "started_at", "due_at", "met_at", "state"}
    assert set(shown["roles"][0]) >= {"role", "holder", "since", "backup"}
    assert set(shown["gates"][0]) >= {"id", "blocks", "strength", "met", "missing"}
    assert set(shown["tasks"][0]) >= {"id", "text", "state", "due_at"}
    assert shown["seal"]["size"] == shown["entry_count"]
    assert shown["seal"]["root"] == people.fine("verify", number, "--json").json["root"], "hex, as everywhere in JSON"


def test_global_options_stand_before_or_after(people: Line) -> None:
    """The same answer."""
    before = people.fine("--json", "--as", "Bob Ion", "plan", "list").json
    assert before == people.fine("plan", "list", "--json", "--as", "Bob Ion").json
    assert {plan["id"] for plan in before} >= {"zkp", "keycomp", "atlas", "hyperkit"}


def test_an_acknowledgement_counts_when_it_happened(people: Line) -> None:
    """Declared 30 minutes ago, acknowledged 20 minutes ago, recorded now: met."""
    number = people.fine("declare", "--plan", "zkp", "--severity", "P0", "--title", "x", "--at", ago(30)).last
    assert clock(people, number, "ack-p0")["state"] == "overdue"
    people.fine("ack", number, "--at", ago(20))
    found = clock(people, number, "ack-p0")
    assert found["state"] == "met"


def test_an_update_restarts_its_clock_and_a_hand_over_the_commanders(people: Line, number: str) -> None:
    """Due times move by the moment of the act."""
    people.fine("role", "assign", number, "commander", "Ana Pop")
    first, relief = clock(people, number, "updates-p0")["due_at"], clock(people, number, "relief")["due_at"]
    people.fine("update", number, "--audience", "internal", "All hands are on it")
    people.fine("role", "handover", number, "commander", "Bob Ion")
    assert str(clock(people, number, "updates-p0")["due_at"]) > str(first)
    assert str(clock(people, number, "relief")["due_at"]) > str(relief)


def test_ticks_meet_the_clock_of_their_checklist(people: Line, number: str) -> None:
    """Some step or phase clock of the plan is met by ticking all of its tasks."""
    people.fine("ack", number)
    running = [c for c in people.fine("clock", "list", number, "--json").json if c["kind"] in ("phase", "step")]
    assert running
    for task in people.fine("incident", "show", number, "--json").json["tasks"]:
        people.fine("task", "tick", number, task["id"])
    after = {c["id"]: c["state"] for c in people.fine("clock", "list", number, "--json").json}
    assert any(after[c["id"]] == "met" for c in running)


def test_closing_a_fresh_critical_incident_of_az_015_lists_what_is_missing(people: Line) -> None:
    """Evidence, recovery state, review; and a way on for each."""
    number = people.fine("declare", "--plan", "atlas", "--severity", "SEV_4", "--title", "x").last
    said = people("state", number, "CLOSED", "--json")
    assert said.code == 1
    missing = " ".join(said.json["error"]["missing"]).casefold()
    assert "evidence" in missing
    assert "recover" in missing
    assert "review" in missing
    mild = people.fine("declare", "--plan", "atlas", "--severity", "SEV_0_INFO", "--title", "x").last
    assert "evidence" not in " ".join(
        people("state", mild, "CLOSED", "--json").json.get("error", {}).get("missing", [])
    )


def test_a_critical_incident_of_az_015_closes_when_everything_is_there(people: Line) -> None:
    """The whole way, by the states of the plan, with a review that a second person signed."""
    number = people.fine("declare", "--plan", "atlas", "--severity", "SEV_4", "--title", "x").last
    people.fine("role", "assign", number, "commander", "Ana Pop")
    for state in ("TRIAGED", "CONFIRMED", "CONTAINING", "STABILIZED", "RECOVERING", "MONITORING"):
        people.fine("state", number, state, "--reason", "as planned")
    for task in people.fine("incident", "show", number, "--json").json["tasks"]:
        people.fine("task", "na", number, task["id"], "--reason", "exercise")
    review = people.fine("decide", number, "Reviewed", "--topic", "closing-review", "--json").json["entry"]
    assert people("state", number, "CLOSED").code == 1
    people.fine("approve", number, str(review), "--as", "Bob Ion")
    people.fine("state", number, "CLOSED")
    assert people.fine("verify", number).code == 0


def test_corrections_supersede_and_the_old_stays(people: Line, number: str) -> None:
    """Text, time and retraction; the row shows both."""
    seq = people.fine("log", number, "12,000 people #count", "--json").json["entry"]
    people.fine("correct", number, str(seq), "1,200 people #recount", "--reason", "distinct ids")
    people.fine("correct", number, str(seq), "--happened", ago(10))
    row = next(r for r in people.fine("incident", "timeline", number, "--json").json if r["entry"] == seq)
    assert (row["text"], row["original"], row["tags"]) == ("1,200 people #recount", "12,000 people #count", ["recount"])
    assert row["at"] < row["recorded_at"]
    people.fine("correct", number, str(seq), "--retract", "--reason", "wrong incident")
    row = next(r for r in people.fine("incident", "timeline", number, "--json").json if r["entry"] == seq)
    assert row["struck"] is True
    assert people("correct", number, str(seq), "again").code == 1


def test_show_at_an_earlier_moment(people: Line, number: str) -> None:
    """What did we know then: the record up to that moment."""
    people.fine("log", number, "one")
    then = datetime.now(UTC).isoformat()
    people.fine("log", number, "two")
    shown = people.fine("incident", "show", number, "--at", then, "--json").json
    assert shown["entry_count"] == people.entries(number) - 1
    assert people("incident", "show", number, "--at", "2020-01-01T00:00:00Z").code == 2


def test_search_finds_words_and_says_where(people: Line, number: str) -> None:
    """Newest first, with the number."""
    people.fine("log", number, "The Kubernetes ingress is down")
    found = people.fine("search", "kubernetes ingress", "--json").json
    assert [one["number"] for one in found] == [number]
    assert people.fine("search", "zebra", "--json").json == []


def test_the_number_is_a_label_and_a_clash_is_shown_and_mended(people: Line, number: str) -> None:
    """Two records with one number: the number alone is refused, an id works, renumbering is an entry."""
    from app.store.database import open_store

    other = people.fine("declare", "--plan", "zkp", "--severity", "P3", "--title", "y", "--json").json
    with open_store(people.home) as store, store.write() as write:
        write.renumber(other["incident_id"], number)
    said = people("incident", "show", number)
    assert said.code == 2
    assert other["incident_id"][:12] in said.err
    assert f"bears the number {number}" in people.fine("doctor").out
    fresh = people.fine("incident", "renumber", other["incident_id"][:16]).last
    assert fresh != number
    assert people.fine("incident", "show", fresh, "--json").json["number"] == fresh
    assert people.fine("incident", "show", number, "--json").json["number"] == number


def test_plain_takes_marks_and_times_literally_and_a_command_word_is_text(people: Line, number: str) -> None:
    """log never executes /words."""
    people.fine("log", number, "14:32 ! x", "--plain")
    people.fine("log", number, "/state CLOSED")
    texts = [row["text"] for row in people.fine("incident", "timeline", number, "--json").json]
    assert "14:32 ! x" in texts
    assert "/state CLOSED" in texts


def test_breach_file_and_awareness(people: Line, number: str) -> None:
    """Fields, unknowns with owner and date, the deadline after awareness."""
    people.fine("organisation", "set", "authority", "RO-ANSPDCP")
    people.fine("organisation", "set", "controller.name", "Clinic")
    assert people.fine("breach", "show", number, "--json").json["deadline"] is None
    people.fine("aware", number, "--reason", "logs show names", "--at", ago(60))
    people.fine("breach", "set", number, "nat.text", "Names in a debug log")
    people.fine("breach", "set", number, "ds.count", "--unknown", "--owner", "Bob Ion", "--due", "2026-12-01")
    shown = people.fine("breach", "show", number, "--json").json
    assert shown["deadline"]["state"] == "running"
    assert "nat.text" not in shown["missing"]
    assert "ds.count" not in shown["missing"]
    assert people("breach", "set", number, "ds.count", "many").code == 2


def test_clock_compute_is_the_published_arithmetic(line: Line) -> None:
    """The worked case over the end of summer time, with its keys."""
    found = line.fine(
        "clock", "compute", "--regime", "gdpr-art33", "--aware", "2026-10-23T09:38:00+03:00",
        "--zone", "Europe/Bucharest", "--submitted", "2026-10-25T15:20:00Z", "--json",
    ).json  # fmt: skip
    assert found["strict_due"] == "2026-10-26T06:38:00Z"
    assert found["hour_rule_due"] == "2026-10-26T07:00:00Z"
    assert (found["state"], found["reasons_for_delay_required"]) == ("met", "no")
    assert set(found) >= {"on_time_strict", "on_time_hour_rule", "warnings"}


def test_backup_and_restore(people: Line, number: str, tmp_path: Path) -> None:
    """What was backed up is there again, and verifies."""
    before = people.entries(number)
    people.fine("backup", "-o", str(tmp_path / "b.db"))
    people.fine("log", number, "after the backup")
    people.fine("restore", str(tmp_path / "b.db"), "--reason", "an exercise")
    assert people.entries(number) == before + 1
    assert "an exercise" in people.fine("incident", "timeline", number, "--json").json[-1]["text"]
    assert people.fine("verify", "--all", "--json").json["ok"] is True


def test_doctor_finds_and_mends_a_projection_that_differs(people: Line, number: str) -> None:
    """The record is the truth; rows and cards are folded again."""
    from app.store.database import open_store

    assert people("doctor").code == 0
    with open_store(people.home) as store, store.write() as write:
        write.amend_row(store_id(people, number), 0, text="something else")
    assert people("doctor").code == 1
    assert people.fine("doctor", "--rebuild", "--json").json["ok"] is True


def store_id(line: Line, number: str) -> str:
    return str(line.fine("incident", "show", number, "--json").json["incident_id"])


def test_a_database_that_is_older_than_its_anchor_is_an_alarm_and_can_be_accepted(people: Line, number: str) -> None:
    """Put back behind our back: exit 3 with what is missing; accepted with a reason, which becomes an entry."""
    held = {path.name: path.read_bytes() for path in people.home.glob("cockpit.db*")}
    people.fine("log", number, "after the copy")
    for path in people.home.glob("cockpit.db*"):
        path.unlink()
    for name, content in held.items():
        (people.home / name).write_bytes(content)
    said = people("incident", "list")
    assert said.code == 3
    assert "Traceback" not in said.err
    people.fine("doctor", "--accept-rollback", "disk image restored by the hoster")
    rows = people.fine("incident", "timeline", number, "--json").json
    assert "disk image restored" in rows[-1]["text"]
    assert people.fine("verify", number, "--json").json["ok"] is True
