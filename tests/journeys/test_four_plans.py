"""Four plans, one engine: the same incident under each plan, with that plan's own numbers, clocks and states."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cli.line import Line
from record.bags import standalone
from reports.reading import pages


@dataclass(frozen=True)
class Facts:
    """What the source document of a plan says, written down here by hand; limits in minutes."""

    plan: str
    number: str
    severities: tuple[str, ...]
    acknowledge: tuple[str, int] | None
    rhythms: dict[str, tuple[str, int]]
    rhythm_next: tuple[str, int] | None
    roles: tuple[str, str, str]
    states: tuple[str, str, str]
    first_list: tuple[str, int]
    list_clock: tuple[str, int] | None
    resolved: str
    review: str | None
    missing_at_closing: str
    sections: tuple[str, ...]
    heading: str


FOUR = {
    facts.plan: facts
    for facts in (
        Facts(
            plan="zkp",
            number=r"INC-\d{8}-001",
            severities=("P0", "P1", "P2", "P3"),
            acknowledge=("ack-p0", 15),
            rhythms={"updates-p0": ("internal", 30), "updates-public-p0": ("public", 30)},
            rhythm_next=("updates-p1", 120),
            roles=("commander", "technical-lead", "communications-lead"),
            states=("TRIAGE", "CONTAINMENT", "INVESTIGATION"),
            first_list=("acknowledge-alert", 3),
            list_clock=("step-acknowledge-alert", 2),
            resolved="RESOLVED",
            review="postmortem",
            missing_at_closing="authorises the closure",
            sections=("summary", "root-cause", "went-well", "went-poorly", "lessons"),
            heading="What Went Poorly",
        ),
        Facts(
            plan="keycomp",
            number=r"INC-\d{8}-001",
            severities=("SEV-1", "SEV-2", "SEV-3"),
            acknowledge=None,
            rhythms={"updates-sev-1": ("internal", 30)},
            rhythm_next=None,
            roles=("commander", "scribe", "dpo"),
            states=("DECLARED", "CONTAINMENT", "INVESTIGATION"),
            first_list=("immediate-actions", 7),
            list_clock=("immediate-actions", 15),
            resolved="RESOLVED",
            review="review",
            missing_at_closing="keys rotated",
            sections=("summary", "root-cause", "prevention", "documentation", "lessons"),
            heading="Tests and alerts against recurrence",
        ),
        Facts(
            plan="atlas",
            number=r"INC-\d{8}-001",
            severities=(
                "SEV_5_SYSTEMIC", "SEV_4_CRITICAL", "SEV_3_HIGH", "SEV_2_MEDIUM", "SEV_1_LOW", "SEV_0_INFO",
            ),
            acknowledge=None,
            rhythms={},
            rhythm_next=None,
            roles=("commander", "consensus-lead", "security-lead"),
            states=("DETECTED", "TRIAGED", "CONFIRMED"),
            first_list=("ladder", 11),
            list_clock=None,
            resolved="MONITORING",
            review=None,
            missing_at_closing="passed through RECOVERING",
            sections=("summary", "root-cause", "trigger", "controls", "lessons"),
            heading="Why earlier controls did or did not work",
        ),
        Facts(
            plan="hyperkit",
            number=r"SA-\d{8}-001",
            severities=("P0", "P1", "P2", "P3"),
            acknowledge=("respond-p0", 60),
            rhythms={"updates-internal": ("internal", 30), "updates-team": ("team", 15)},
            rhythm_next=None,
            roles=("commander", "tech-lead", "operations"),
            states=("DETECTION", "CONTAINMENT", "INVESTIGATION"),
            first_list=("confirm", 3),
            list_clock=None,
            resolved="RESOLVED",
            review=None,
            missing_at_closing="Notify the supervisory authority",
            sections=("summary", "root-cause", "impact", "resolution", "lessons"),
            heading="Related",
        ),
    )
}  # fmt: skip

HOLDERS = ("Ana Pop", "Bob Ion", "Mihai Sârbu")
LINES = (
    "{07:00} Alarm: the proof service answers with 500",
    "{09:30} @Mihai: The log of the last release holds names #logs",
    "{11:00} ? The debug flag was left on",
    "{03:00} Support had a first call about it",
    "{13:20} > Release rolled back on two of three hosts",
    "{14:00} said: Ward sister: Forms are shown empty",
    "{15:45} ! Keep the third host off",
    "{16:00} Query over the logs: 12,000 rows",
    "    of which 1,200 are distinct people",
    "{18:10} Third host wiped #hosts",
    "{19:00} Καλημέρα, ingress ist wieder grün",
)


@dataclass
class Story:
    """One incident, told through the command line; minutes count from its declaration."""

    line: Line
    facts: Facts
    began: datetime
    number: str = ""

    def at(self, minutes: float) -> str:
        return (self.began + timedelta(minutes=minutes)).isoformat().replace("+00:00", "Z")

    def does(self, minutes: float, *words: str) -> Any:
        """A verb on this incident that happened then; its JSON answer."""
        words = (*words, "--at", self.at(minutes), "--json")
        return self.line.fine(*words).json

    def shown(self) -> Any:
        return self.line.fine("incident", "show", self.number, "--json").json

    def clock(self, name: str) -> dict[str, Any]:
        found = [one for one in self.shown()["clocks"] if one["id"] == name]
        assert len(found) == 1, f"{name}: {found}"
        return dict(found[0])

    def rows(self) -> list[dict[str, Any]]:
        return list(self.line.fine("incident", "timeline", self.number, "--json").json)


def stamp(text: str) -> datetime:
    assert text.endswith("Z")
    return datetime.fromisoformat(text)


@pytest.fixture(params=sorted(FOUR))
def story(request: pytest.FixtureRequest, people: Line) -> Story:
    """Declared three hours ago at the worst level of the plan."""
    facts = FOUR[request.param]
    began = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(hours=3)
    story = Story(people, facts, began)
    words = ("declare", "--plan", facts.plan, "--severity", facts.severities[0], "--title", "Names in a debug log")
    zone = ("--zone", "Europe/Bucharest", "--detected-at", story.at(-6))
    story.number = people.fine(*words, *zone, "--at", story.at(0)).last
    return story


def respond(story: Story) -> None:
    """Acknowledge, three roles, the first checklist."""
    story.does(1, "ack", story.number)
    for minute, (role, holder) in enumerate(zip(story.facts.roles, HOLDERS, strict=True), 2):
        story.does(minute, "role", "assign", story.number, role, holder)
    name, length = story.facts.first_list
    story.does(2, "task", "skip", story.number, f"{name}-1", "--reason", "done by hand before")
    story.does(2.5, "task", "na", story.number, f"{name}-2", "--reason", "no such thing here")
    story.does(2.6, "task", "reopen", story.number, f"{name}-2")
    for place in range(2, length + 1):
        story.does(2.9, "task", "tick", story.number, f"{name}-{place}")


def write_down(story: Story) -> list[int]:
    """Ten lines, dated in local time and out of order, as a scribe's notes come in."""

    def local(found: re.Match[str]) -> str:
        moment = story.began + timedelta(minutes=int(found[1]), seconds=int(found[2]))
        return f"{moment:%Y-%m-%dT%H:%M:%S}+00:00"

    text = "\n".join(re.sub(r"\{(\d\d):(\d\d)\}", local, one) for one in LINES)
    said = story.line.fine("log", story.number, "-", stdin=text.encode())
    pairs = [one.split("\t") for one in said.out.splitlines()]
    assert len(pairs) == 10
    assert all(re.fullmatch("[0-9a-f]{64}", leaf) for _seq, leaf in pairs)
    return [int(seq) for seq, _leaf in pairs]


def tell(story: Story) -> list[int]:
    """The whole incident; the entry numbers of its ten lines."""
    number, facts = story.number, story.facts
    respond(story)
    written = write_down(story)
    story.does(20, "decide", number, "Restore from the copy of last night", "--reason", "nothing newer is whole")
    story.line.fine("correct", number, str(written[7]), "1,200 people, not 12,000 rows", "--reason", "distinct ids")
    story.line.fine("correct", number, str(written[0]), "--happened", story.at(6.5), "--reason", "clock of the alarm")
    for audience in dict.fromkeys(["internal", *(audience for audience, _limit in facts.rhythms.values())]):
        story.does(25, "update", number, "--audience", audience, "All hands are on it", "--reason", "early word")
    story.does(30, "aware", number, "--reason", "the log holds names", "--zone", "Europe/Bucharest")
    return written


def settle(story: Story) -> None:
    """A milder level, two more states, prose and actions."""
    number, facts = story.number, story.facts
    story.does(60, "severity", number, facts.severities[1], "--reason", "contained")
    story.does(61, "state", number, facts.states[1], "--reason", "as planned")
    story.does(90, "state", number, facts.states[2], "--reason", "as planned")
    for section in facts.sections:
        story.line.fine("postmortem", "set", number, section, f"What we say about {section}.")
    story.line.fine("action", "add", number, "Lint for debug flags", "--owner", "Bob Ion", "--due", "2030-01-15")
    story.line.fine("action", "add", number, "Mask names in logs", "--owner", "Ana Pop", "--due", "2030-02-15")


def test_numbers_and_severities_are_the_plans_own(story: Story) -> None:
    """The number's form, the day in it, the worst level first, the first state."""
    shown = story.shown()
    assert re.fullmatch(story.facts.number, story.number)
    # The number's day is the day on which it was given, and midnight may lie between that moment and this one.
    assert story.number.split("-")[1] in {f"{datetime.now(UTC) - timedelta(minutes=n):%Y%m%d}" for n in (0, 30)}
    assert shown["severity"] == {"code": story.facts.severities[0], "rank": 1}
    assert shown["state"] == story.facts.states[0]
    plan = story.line.fine("plan", "show", story.facts.plan, "--json").json
    assert [(one["code"], one["rank"]) for one in plan["severities"]] == [
        (code, rank) for rank, code in enumerate(story.facts.severities, 1)
    ]
    assert (shown["plan"]["id"], shown["plan"]["hash"]) == (story.facts.plan, plan["hash"])


def test_the_acknowledgement_has_the_plans_limit(story: Story) -> None:
    """Due that many minutes after the declaration; a minute too late is met late, and none owes what no plan says."""
    if story.facts.acknowledge is None:
        story.does(1, "ack", story.number)
        assert not [one for one in story.shown()["clocks"] if one["kind"] in ("acknowledge", "respond")]
        return
    name, limit = story.facts.acknowledge
    assert stamp(story.clock(name)["due_at"]) == story.began + timedelta(minutes=limit)
    assert story.clock(name)["state"] == "overdue"
    seq = story.does(limit + 1, "ack", story.number)["entry"]
    assert story.clock(name)["state"] == "met_late"
    story.line.fine("correct", story.number, str(seq), "--happened", story.at(limit - 1))
    found = story.clock(name)
    assert (found["state"], stamp(found["met_at"])) == ("met", story.began + timedelta(minutes=limit - 1))


def test_under_an_hour_excludes_the_hour_and_within_includes_it(story: Story) -> None:
    """At the very moment of the limit: hyperkit says "under 1 hour", zkp "within 15 minutes"."""
    if story.facts.acknowledge is None:
        pytest.skip("the plan sets no limit for the acknowledgement")
    name, limit = story.facts.acknowledge
    story.does(limit, "ack", story.number)
    assert story.clock(name)["state"] == {"zkp": "met", "hyperkit": "met_late"}[story.facts.plan]


def test_updates_restart_the_plans_rhythm(story: Story) -> None:
    """Each audience has its own rhythm; an update restarts it from when it happened; a milder level ends it."""
    for name, (audience, limit) in story.facts.rhythms.items():
        assert stamp(story.clock(name)["due_at"]) == story.began + timedelta(minutes=limit)
        for minute in (10, 20):
            words = ("update", story.number, "--audience", audience, "Word", "--reason", "early word")
            story.does(minute, *words)
            assert stamp(story.clock(name)["due_at"]) == story.began + timedelta(minutes=minute + limit)
        assert story.clock(name)["missed"] == 1, "the silence since the last update, and no more"
    assert {one["id"] for one in story.shown()["clocks"] if one["kind"] == "cadence"} == set(story.facts.rhythms)
    story.does(60, "severity", story.number, story.facts.severities[1], "--reason", "contained")
    for name in story.facts.rhythms:
        assert story.clock(name)["state"] == "ended"
    if story.facts.rhythm_next:
        name, limit = story.facts.rhythm_next
        assert stamp(story.clock(name)["due_at"]) == story.began + timedelta(minutes=60 + limit)


def test_the_same_incident_under_each_plan(story: Story, tmp_path: Path) -> None:
    """Everything that happened is shown as it happened, in order, and every document and the bag hold."""
    written = tell(story)
    shown = story.shown()
    settle(story)
    check_roles_and_tasks(story, shown)
    check_clocks(story)
    check_timeline(story, written)
    check_papers(story, tmp_path)


def check_roles_and_tasks(story: Story, shown: Any) -> None:
    held = {one["role"]: (one["holder"], one["since"]) for one in shown["roles"] if one["holder"]}
    assert held == {
        role: (holder, f"{story.began + timedelta(minutes=minute):%Y-%m-%dT%H:%M:%S}.000Z")
        for minute, (role, holder) in enumerate(zip(story.facts.roles, HOLDERS, strict=True), 2)
    }
    name, length = story.facts.first_list
    states = {one["id"]: one["state"] for one in shown["tasks"]}
    assert [states[f"{name}-{place}"] for place in range(1, length + 1)] == ["skipped"] + ["done"] * (length - 1)
    assert f"{name}-{length + 1}" not in states


def check_clocks(story: Story) -> None:
    now = story.shown()
    assert now["severity"] == {"code": story.facts.severities[1], "rank": 2}
    assert now["state"] == story.facts.states[2]
    art33 = story.clock("gdpr-art33")
    assert stamp(art33["due_at"]) == story.began + timedelta(minutes=30, hours=72)
    assert art33["state"] == "running"
    assert stamp(story.clock("relief")["due_at"]) == story.began + timedelta(minutes=2, hours=12)
    if story.facts.list_clock:
        name, limit = story.facts.list_clock
        found = story.clock(name)
        assert stamp(found["due_at"]) - stamp(found["started_at"]) == timedelta(minutes=limit)
        assert (found["state"], stamp(found["met_at"])) == ("met", story.began + timedelta(minutes=2.9))


def check_timeline(story: Story, written: list[int]) -> None:
    rows = story.rows()
    assert [(row["at"], row["entry"]) for row in rows] == sorted((row["at"], row["entry"]) for row in rows)
    mine = {row["entry"]: row for row in rows if row["entry"] in written}
    assert [mine[seq]["kind"] for seq in written] == [
        "note", "note", "hypothesis", "note", "action", "note", "decision", "note", "note", "note",
    ]  # fmt: skip
    assert [mine[seq]["said_by"] for seq in written][1:6:4] == ["Mihai", "Ward sister"]
    assert mine[written[7]]["text"] == "1,200 people, not 12,000 rows"
    assert mine[written[7]]["original"] == "Query over the logs: 12,000 rows\nof which 1,200 are distinct people"
    assert stamp(mine[written[0]]["at"]) == story.began + timedelta(minutes=6.5)
    in_order = [seq for seq in (row["entry"] for row in rows) if seq in written]
    assert in_order == [written[place] for place in (3, 0, 1, 2, 4, 5, 6, 7, 8, 9)]
    assert mine[written[8]]["tags"] == ["hosts"]


def check_papers(story: Story, folder: Path) -> None:
    line, number = story.line, story.number
    seal = story.shown()["seal"]
    for report in line.fine("report", "list", "--json").json:
        out = folder / (report["name"] + (".zip" if report["name"] == "bundle" else ".pdf"))
        line.fine("export", number, "--as", report["name"], "-o", str(out))
        if report["name"] in ("postmortem", "timeline", "art33"):
            leaves = pages(out.read_bytes())
            for place, text in enumerate(leaves, 1):
                assert number in text
                assert f"record of {seal['size']} entries" in text
                assert b64encode(bytes.fromhex(seal["root"])).decode() in text
                assert f"page {place} of {len(leaves)}" in text
    review = " ".join(pages((folder / "postmortem.pdf").read_bytes()))
    assert story.facts.heading in review
    for section in story.facts.sections:
        assert f"What we say about {section}." in review
    assert "Lint for debug flags" in review
    assert "15 Jan 2030" in review
    line.fine("export", number, "--as", "bundle", "-o", str(folder / "bag"))
    for what in (str(folder / "bundle.zip"), str(folder / "bag"), number):
        said = line.fine("verify", what, "--json").json
        assert (said["ok"], said["size"]) == (True, seal["size"])
    assert standalone(folder / "bag")[0] == "VERIFIED with remarks"
    assert line.fine("doctor", "--json").json["ok"] is True


def test_resolution_starts_the_plans_review_and_closing_asks_for_what_it_says(story: Story) -> None:
    """72 hours, five business days, or nothing at all; and the gate before closing is the plan's own."""
    facts, number = story.facts, story.number
    tell(story)
    story.does(100, "state", number, facts.resolved, "--reason", "all is well")
    if facts.review:
        found = story.clock(facts.review)
        wanted = {"zkp": timedelta(hours=72), "keycomp": None}[facts.plan]
        due = stamp(found["started_at"]) + wanted if wanted else five_business_days_after(stamp(found["started_at"]))
        assert stamp(found["due_at"]) == due
    else:
        assert not [one for one in story.shown()["clocks"] if one["kind"] == "review"]
    said = story.line("state", number, "CLOSED", "--reason", "done", "--json")
    assert said.code == 1
    missing = " ".join(said.json["error"]["missing"])
    assert facts.missing_at_closing in missing
    assert "supervisory authority" in missing
    assert story.shown()["state"] == facts.resolved


def five_business_days_after(moment: datetime) -> datetime:
    """Counted on the fingers: a week later, less the weekend days on which nobody counts."""
    past_weekend = {5: 6, 6: 5}.get(moment.weekday(), 7)
    return moment + timedelta(days=past_weekend)


def test_a_state_of_another_plan_is_unknown(story: Story) -> None:
    """The words of one plan mean nothing in another: exit 2, and the plan's own are named."""
    strangers = {code for facts in FOUR.values() for code in facts.severities} - set(story.facts.severities)
    before = story.line.entries(story.number)
    for code in sorted(strangers):
        said = story.line("severity", story.number, code, "--reason", "x")
        assert said.code == 2
        assert story.facts.severities[0] in said.err
    assert story.line.entries(story.number) == before
