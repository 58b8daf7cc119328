"""Writing a document records nothing; handing it out does, and meets the clock that waits for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cli.line import Line


def test_a_post_mortem_that_is_handed_out_meets_its_clock_by_when_it_was(people: Line, tmp_path: Path) -> None:
    """Exported: still running. Handed out: met at the moment that is given, and signed by whoever --as names first."""
    long_ago, then = (datetime.now(UTC) - timedelta(minutes=minutes) for minutes in (60, 10))
    number = people.fine(
        "declare", "--plan", "zkp", "--severity", "P0", "--title", "x", "--at", long_ago.isoformat()
    ).last
    people.fine("state", number, "RESOLVED", "--at", (then - timedelta(minutes=5)).isoformat())

    def met() -> object:
        listed = people.fine("clock", "list", number, "--json").json
        return next(clock["met_at"] for clock in listed if clock["id"] == "postmortem")

    words = ("export", number, "--as", "postmortem", "-o", str(tmp_path / "p.pdf"))
    before = people.entries(number)
    people.fine(*words)
    assert (people.entries(number), met()) == (before, None)
    told = people.fine("--as", "Bob Ion", *words, "--hand-out", "--at", then.isoformat(), "--json").json
    assert told["entry"] == before
    assert str(met())[:16] == f"{then:%Y-%m-%dT%H:%M}"
    row = people.fine("incident", "timeline", number, "--json").json[-1]
    assert row["recorded_by"] == "Bob Ion"
    assert people.fine("verify", number, "--json").json["ok"] is True


def test_a_hand_out_that_cannot_be_recorded_writes_no_document(people: Line, number: str, tmp_path: Path) -> None:
    """A time in the future, and times for what records nothing: exit 2."""
    out = tmp_path / "p.pdf"
    words = ("export", number, "--as", "postmortem", "-o", str(out))
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    assert people(*words, "--hand-out", "--at", tomorrow).code == 2
    assert people(*words, "--said-by", "Eva").code == 2
    assert not out.exists()
