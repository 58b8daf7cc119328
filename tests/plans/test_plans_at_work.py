"""The shipped plans under the engine: the same act has its own right answer under each plan."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache

import pytest

from app.domain import entries as e
from app.domain.clocks import Clock, clocks
from app.domain.fold import fold
from app.domain.gates import gates, gates_before
from app.domain.incident import IncidentView
from app.domain.plan import Plan
from app.plans import catalog, load

START = datetime(2026, 3, 27, 22, 50, tzinfo=UTC)  # a Friday night


@cache
def plan(name: str) -> Plan:
    """A shipped plan, loaded once."""
    return load.load_folder(dict(catalog.shipped())[name])


def view(name: str, severity: str, *acts: tuple[int, e.Payload], incident_class: str = "") -> IncidentView:
    """An incident that was declared at START, with acts at minutes after it."""
    opened = e.Opened("test", "0" * 64, name, "0" * 64, "1", "N-1", severity, plan(name).state_codes[0], "Test")
    first: list[tuple[int, e.Payload]] = [(0, opened)]
    if incident_class:
        first.append((0, e.ClassChanged(incident_class)))
    lines = []
    for seq, (minutes, payload) in enumerate([*first, *acts]):
        data, texts = e.to_parts(payload)
        at = START + timedelta(minutes=minutes)
        lines.append(e.Entry(seq, payload.type, at, at, "fp:one", data, dict(texts), (), str(seq), str(seq)))
    return fold(lines)


def running(name: str, here: IncidentView, minutes: int = 0) -> dict[str, Clock]:
    """The clocks by id, some minutes after START."""
    return {clock.id: clock for clock in clocks(plan(name), here, START + timedelta(minutes=minutes))}


def missing(name: str, here: IncidentView, step: str, minutes: int = 0) -> list[str]:
    """What MUST gates still ask for before a step."""
    now = START + timedelta(minutes=minutes)
    found = gates(plan(name), here, clocks(plan(name), here, now), now)
    unmet = [status for status in gates_before(found, step) if status.gate.strength == "MUST"]
    return [point.text for status in unmet for point in status.missing]


@pytest.mark.parametrize(
    ("name", "severity", "first", "due", "count"),
    [
        ("zkp", "P0", "ack-p0", 15, 4),
        ("zkp", "P3", "ack-p3", 24 * 60, 1),
        ("keycomp", "SEV-1", "immediate-actions", 15, 2),
        ("keycomp", "SEV-3", "immediate-actions", 15, 1),
        ("hyperkit", "P0", "respond-p0", 60, 5),
        ("hyperkit", "P3", "respond-p3", 7 * 24 * 60, 3),
        ("atlas", "SEV_5_SYSTEMIC", "", 0, 0),
    ],
)
def test_the_clocks_of_a_fresh_incident(name: str, severity: str, first: str, due: int, count: int) -> None:
    """Each plan its own, and no more than that: a commander is not shown clocks that do not run yet."""
    found = running(name, view(name, severity))
    assert len(found) == count
    if first:
        assert found[first].due_at == START + timedelta(minutes=due)


def test_an_acknowledgement_meets_its_clock_and_starts_the_phases() -> None:
    """Under ZKP the windows of the phases count from it."""
    found = running("zkp", view("zkp", "P0", (12, e.Acknowledged())), 12)
    assert found["ack-p0"].state == "met"
    assert found["phase-containment"].due_at == START + timedelta(minutes=72)
    assert found["step-acknowledge-alert"].due_at == START + timedelta(minutes=14)


def test_at_the_due_minute_zkp_is_in_time_and_hyperkit_too_late() -> None:
    """ "15 minutes" includes it, "< 1 hour" does not."""
    assert running("zkp", view("zkp", "P0", (15, e.Acknowledged())), 15)["ack-p0"].state == "met"
    assert running("hyperkit", view("hyperkit", "P0", (60, e.Acknowledged())), 60)["respond-p0"].state == "met_late"


def test_an_update_restarts_the_clock_of_its_audience_only() -> None:
    """HyperKit promises 15 minutes in the war room and 30 by mail."""
    here = view("hyperkit", "P0", (14, e.UpdateSent("team", "so far")))
    found = running("hyperkit", here, 14)
    assert found["updates-team"].due_at == START + timedelta(minutes=29)
    assert found["updates-internal"].due_at == START + timedelta(minutes=30)
    assert found["notify-team"].state == "met"


def test_a_review_is_due_by_the_rule_of_its_plan() -> None:
    """72 hours of resolution, five business days of it, or never."""
    resolved = {"zkp": ("P0", "RESOLVED"), "keycomp": ("SEV-2", "RESOLVED"), "hyperkit": ("P0", "RESOLVED")}
    due = {}
    for name, (severity, state) in resolved.items():
        found = running(name, view(name, severity, (60, e.StateChanged(state))), 60)
        due[name] = next((clock.due_at for clock in found.values() if clock.kind == "review"), None)
    assert due["zkp"] == START + timedelta(hours=1 + 72)
    assert due["keycomp"] == START + timedelta(hours=1, days=7)
    assert due["hyperkit"] is None


def test_a_critical_atlas_incident_is_not_closed_fresh_and_a_mild_one_is() -> None:
    """SEV_4 lists evidence, recovery state, review and commander; SEV_3 and SEV_0 are not held."""
    lacking = missing("atlas", view("atlas", "SEV_4_CRITICAL"), "state:CLOSED")
    assert any(text.startswith("Evidence for SEV_3 and above: relevant object refs") for text in lacking)
    assert "The incident passed through RECOVERING" in lacking
    assert any("closing review" in text for text in lacking)
    assert "An Incident Commander is assigned" in lacking
    assert not any("consensus" in text for text in lacking)
    consensus = view("atlas", "SEV_4_CRITICAL", incident_class="INC_CONSENSUS")
    assert any("consensus" in text for text in missing("atlas", consensus, "state:CLOSED"))
    assert missing("atlas", view("atlas", "SEV_3_HIGH"), "state:CLOSED") == []
    assert missing("atlas", view("atlas", "SEV_0_INFO"), "state:CLOSED") == []


def test_each_plan_asks_for_its_own_before_closing() -> None:
    """The commander's word, four conditions, nothing."""
    assert missing("zkp", view("zkp", "P3"), "state:CLOSED") == [
        "An Incident Commander is assigned",
        "The Incident Commander authorises the closure",
    ]
    assert len(missing("keycomp", view("keycomp", "SEV-3"), "state:CLOSED")) == 4
    assert missing("hyperkit", view("hyperkit", "P0"), "state:CLOSED") == []
    authorised = view("zkp", "P3", (1, e.RoleAssigned("commander", "Ada")), (2, e.Decided("Close it", topic="closure")))
    assert missing("zkp", authorised, "state:CLOSED") == []


def test_a_condition_that_does_not_apply_can_be_set_aside() -> None:
    """No key was compromised: not applicable, with a reason, and it is no longer missing."""
    here = view("keycomp", "SEV-3", (1, e.TaskSettled("closing-2", "not_applicable", "No key was involved")))
    assert "Compromised keys rotated and old paths invalidated" not in missing("keycomp", here, "state:CLOSED")


@pytest.mark.parametrize("name", ["atlas", "hyperkit", "keycomp", "zkp"])
def test_no_plan_closes_while_a_notification_is_owed(name: str) -> None:
    """Whatever the severity; telling the authority settles it."""
    worst = plan(name).severities[-1].code
    aware = (5, e.AwarenessDecided("Personal data left the house"))
    owed = view(name, worst, aware)
    closed = f"state:{next(state.code for state in plan(name).states if state.closed)}"
    (said,) = [text for text in missing(name, owed, closed, 10) if text.startswith("Notify the supervisory authority")]
    assert running(name, owed, 10)["gdpr-art33"].due_at == START + timedelta(minutes=5, hours=72)
    told = view(name, worst, aware, (20, e.UpdateSent("authority", "Notification")))
    assert said not in missing(name, told, closed, 30)
    decided = view(name, worst, aware, (20, e.Decided("Nobody can be harmed: encrypted", topic="no-notification")))
    assert said not in missing(name, decided, closed, 30)
    assert running(name, decided, 30)["gdpr-art33"].state == "ended"
