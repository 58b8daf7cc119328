"""A small plan of the tests' own, and entries written by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from app.domain import entries as e
from app.domain.entries import Entry, Payload
from app.domain.instants import to_text
from app.domain.plan import Checklist, ClockRule, Gate, Identity, Names, Need, Plan, Role, Severity, State, Task

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
ANA, BOB = "SHA256:" + "A" * 43, "SHA256:" + "B" * 43

PLAN = Plan(
    identity=Identity("small", "A small plan", "1"),
    severities=(Severity("S1", "Worst"), Severity("S2", "Bad"), Severity("S3", "Mild")),
    names=Names("T-{date}-{sequence:3}"),
    clocks=(
        ClockRule("ack-s1", "Acknowledge", "acknowledge", "declared", ("acknowledged",), 15, "minutes", ("S1",)),
        ClockRule("strict", "React", "respond", "declared", ("acknowledged",), 1, "hours", inclusive=False),
        ClockRule(
            "cadence",
            "Update",
            "cadence",
            "declared",
            ("update:team",),
            30,
            "minutes",
            ("S1", "S2"),
            until=("resolved",),
        ),
        ClockRule("relief", "Relieve", "cadence", "function:commander", ("function:commander",), 8, "hours"),
        ClockRule("gdpr", "Authority", "regulatory", "aware", ("update:authority",), 72, "hours"),
        ClockRule("listed", "List", "step", "declared", ("checklist:first",), 20, "minutes"),
        ClockRule(
            "notify",
            "Notify",
            "notify",
            "declared",
            ("update:team",),
            15,
            "minutes",
            ("S3",),
            until=("resolved", "decision:none"),
        ),
        ClockRule("review", "Review", "review", "resolved", ("postmortem",), 5, "business_days"),
    ),
    states=(
        State("OPEN"),
        State("FIXING", recovering=True),
        State("RESOLVED", resolved=True),
        State("CLOSED", closed=True, next=("OPEN",)),
    ),
    roles=(Role("LEAD", "Leader", function="commander"), Role("PEN", "Scribe", function="scribe")),
    checklists=(
        Checklist("first", "First", (Task("a", "Do a"), Task("b", "Do b", budget_minutes=5)), window=(0, 15)),
        Checklist("proof", "Proof", (Task("keep", "Keep logs"),), kind="evidence", severity_from="S2"),
    ),
    gates=(
        Gate(
            "close",
            "Closing",
            "state:CLOSED",
            (
                Need("checklist", "Evidence", "proof"),
                Need("state", "Recovery was gone through", "FIXING"),
                Need("approved_decision", "Closing review by a second person", "review"),
                Need("clock", "The authority is told", "gdpr", only_if="aware"),
                Need("role", "Somebody leads", "commander"),
            ),
            severity_from="S2",
        ),
    ),
)


def opened(severity: str = "S1", **more: Any) -> e.Opened:
    """A declaration under the small plan."""
    return e.Opened("test", "f" * 64, "small", "0" * 64, "1", "T-20261120-001", severity, "OPEN", "A title", **more)


def entry(
    seq: int,
    payload: Payload,
    *,
    minute: float = 0,
    ts: float | None = None,
    refs: tuple[int, ...] = (),
    actor: str = ANA,
    said_by: str | None = None,
) -> Entry:
    """An entry that happened `minute` minutes after START and was recorded then, or at minute `ts`."""
    structural, texts = e.to_parts(payload)
    at = START + timedelta(minutes=minute)
    recorded = at if ts is None else START + timedelta(minutes=ts)
    named = dict(texts) | ({"said_by": said_by} if said_by else {})
    return Entry(seq, payload.type, recorded, at, actor, structural, named, refs, f"id-{seq}", f"{seq:064x}")


def story(*steps: tuple[Payload, float]) -> list[Entry]:
    """Entries in order from payloads and the minutes at which they happened; recorded in that order."""
    return [entry(seq, payload, minute=minute) for seq, (payload, minute) in enumerate(steps)]


def moment(minute: float) -> datetime:
    """Minutes after START."""
    return START + timedelta(minutes=minute)


def text(minute: float) -> str:
    """The same as a record text."""
    return to_text(moment(minute))
