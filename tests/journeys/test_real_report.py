"""A real report: the timed lines of a secrets leak, in local time without dates, fed into an incident of each plan."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cli.line import Line
from outside import shared
from record.bags import standalone
from reports.reading import pages, squeezed

LONDON = ("--zone", "Europe/London")
LEVEL = {"zkp": "P0", "keycomp": "SEV-1", "atlas": "SEV_3", "hyperkit": "P0"}
OVER = {"zkp": "RESOLVED", "keycomp": "RESOLVED", "atlas": "CLOSED", "hyperkit": "RESOLVED"}
# Read from the report by eye: when, in local time, and how the line begins.
TOLD = (
    ("23 Jul 2025 15:35", "Plan pushed to git branch"),
    ("23 Jul 2025 16:08", "Initial finding of secret leakage via human inspection"),
    ("23 Jul 2025 16:48", "More secrets found: * K8s secrets * Service account * RDS"),
    ("23 Jul 2025 16:59", "Incident declared in #cloud-platform"),
    ("23 Jul 2025 17:03", "Teams Meeting created"),
    ("23 Jul 2025 17:05", "looking through tokens to see which token could’ve been leaked"),
    ("23 Jul 2025 17:20", "Discovered `$TOKEN$` is Tony's Personal Github token"),
    ("23 Jul 2025 17:33", "Attempted to revoke token using GitHub API"),
    ("23 Jul 2025 17:40", "Mike attempted to revoke token using github api Personal credentials"),
    ("23 Jul 2025 17:56", "Rosie Brigham had access to see token"),
    ("23 Jul 2025 18:04", "Github API token revoke endpoint worked - documentation is wrong"),
    ("23 Jul 2025 18:23", "RDS and service account is being destroyed."),
    ("23 Jul 2025 18:25", "Checking audit log to ensure no unexpected token uses."),
    ("23 Jul 2025 18:33", "RDS and service account destroyed."),
    ("23 Jul 2025 18:38", "Secret manager being deleted (empty)"),
    ("23 Jul 2025 18:44", "Deleted secret from Azure"),
    ("23 Jul 2025 19:00", "Slack channel created"),
    ("23 Jul 2025 19:08", "Git history purged"),
    ("23 Jul 2025 20:45", "Incident declared resolved."),
    ("24 Jul 2025 12:34", "PR, plan file and commit removed from Github site entirely via Support"),
)


def dated(report: str) -> Iterator[str]:
    """The script that a person would write to bring the report's lines into the scribe's form."""
    day = "2025-07-23"
    for line in report.partition("- **Context**:")[2].partition("- **Resolution**")[0].splitlines():
        if new := re.fullmatch(r"(\d\d)/(\d\d)/(\d\d)", line.strip()):
            day = f"20{new[3]}-{new[2]}-{new[1]}"
        elif re.match(r"\d\d:\d\d ", line):
            yield f"{day} {line}"
        elif line.strip():
            yield f"    {line}"


@dataclass(frozen=True)
class Told:
    """An incident of a plan that holds the report, and a folder for its documents."""

    line: Line
    plan: str
    number: str
    folder: Path

    def words(self, report: str) -> str:
        """The text of a document, blanks squeezed, page heads and feet left in."""
        out = self.folder / f"{report}.pdf"
        self.line.fine("export", self.number, "--as", report, "-o", str(out))
        return " ".join(pages(out.read_bytes()))


def tell(line: Line, plan: str) -> str:
    """Declare in the past, log the report's lines, end it, record awareness and two unknowns; the number."""
    report = next(shared("data/real/moj").glob("2025-07-23-*.erb")).read_text(encoding="utf-8")
    line.fine("organisation", "set", "controller.name", "Ministry of Examples")
    line.fine("organisation", "set", "authority", "UK-ICO")
    words = ("declare", "--plan", plan, "--severity", LEVEL[plan], "--commander", "Ana Pop", *LONDON)
    moments = ("--at", "2025-07-23 16:48", "--detected-at", "2025-07-23 15:35")
    number = line.fine(*words, "--title", "Multiple secrets leaked to public", *moments).last
    said = line.fine("log", number, "-", *LONDON, stdin="\n".join(dated(report)).encode())
    assert len(said.out.splitlines()) == len(TOLD)
    line.fine("ack", number, "--at", "2025-07-23 16:59", *LONDON)
    line.fine("state", number, OVER[plan], "--reason", "all gone", "--at", "2025-07-24 12:34", *LONDON)
    line.fine("aware", number, "--reason", "names were readable", "--at", "2025-07-23 18:25", *LONDON)
    for field, owner, due in (("nat.conf", "Julia Lawrence", "2025-07-28"), ("ds.count", "Tony Bishop", "2025-07-29")):
        line.fine("breach", "set", number, field, "--unknown", "--owner", owner, "--due", due)
    return number


@pytest.fixture(scope="module")
def numbers() -> dict[str, str]:
    """The incidents told so far, by plan: each is told once and then only read."""
    return {}


@pytest.fixture(params=sorted(LEVEL))
def told(request: pytest.FixtureRequest, line: Line, inhabited: Path, numbers: dict[str, str], tmp_path: Path) -> Told:
    """An incident of each plan that holds the report."""
    shared("data/real/moj")
    line.home = inhabited.with_name(f"told-{request.param}")
    if request.param not in numbers:
        shutil.copytree(inhabited, line.home)
        numbers[request.param] = tell(line, request.param)
    return Told(line, request.param, numbers[request.param], tmp_path)


def test_the_record_holds_the_lines_as_they_were_told(told: Told) -> None:
    """Moments are those of British summer time, in order; continuation lines belong to the line above."""
    rows = told.line.fine("incident", "timeline", told.number, "--json").json
    lines = [row for row in rows if row["kind"] == "note"]
    assert [row["at"] for row in lines][:3] == [
        "2025-07-23T14:35:00.000Z",
        "2025-07-23T15:08:00.000Z",
        "2025-07-23T15:48:00.000Z",
    ]
    assert lines[-1]["at"] == "2025-07-24T11:34:00.000Z"
    assert [" ".join(row["text"].split())[: len(text)] for row, (_when, text) in zip(lines, TOLD, strict=True)] == [
        text for _when, text in TOLD
    ]
    assert lines[2]["text"].splitlines() == ["More secrets found:", "* K8s secrets", "* Service account", "* RDS"]
    assert lines[10]["text"].splitlines()[-2].startswith("""-d '{"credentials":[""]} Confirmed revoked""")


def test_the_post_mortem_tells_it_in_order_and_local_time(told: Told) -> None:
    """Every line once with its own local time, after the one before; durations as the report has them."""
    text = told.words("postmortem")
    place = text.index("Event Recorded by Entry")
    for when, begins in TOLD:
        found = text.find(f"{when} {begins[:40]}", place)
        assert found > place, (when, begins)
        place = found
    assert "23 Jul 2025 16:48 BST" in text, "when it was declared"
    assert "20 h 59 min" in text, "from detection at 15:35 to 12:34 on the next day"
    assert squeezed('-H "X-GitHub-Api-Version: 2022-11-28"') in squeezed(text)
    limit = {"zkp": "within 15 min", "hyperkit": "under 1 h"}.get(told.plan)
    if limit:
        assert re.search(rf"{limit} 23 Jul 2025 16:48 23 Jul 2025 \d\d:\d\d 23 Jul 2025 16:59", text), (
            "met after eleven minutes"
        )


def test_the_timeline_shows_how_late_it_was_written_down(told: Told) -> None:
    """Grouped by local day; each row says when it happened, and how long after it was recorded."""
    text = told.words("timeline")
    assert text.index("Wednesday 23 July 2025") < text.index("Thursday 24 July 2025")
    assert len(re.findall(r"\d+ 1[5-9]:\d\d:00|\d+ 20:45:00", text)) >= 19
    assert re.search(r"\+\d{3,} d", text)


def test_the_packet_names_its_unknowns(told: Told) -> None:
    """With owner and date; the rest of the minimum is named as open, and the deadline has passed."""
    text = told.words("art33")
    assert "Not known yet. Owner Julia Lawrence, due 28 July 2025." in text
    assert "Not known yet. Owner Tony Bishop, due 29 July 2025." in text
    assert "Sat 26 Jul 2025 18:25 BST" in text
    assert "2025-07-23 15:35 BST (14:35 UTC)" in text
    assert "2025-07-23 18:25 BST (17:25 UTC)" in text
    assert "reasons for the delay" in text
    assert "Ministry of Examples" in text
    assert "names were readable" in text
    out = told.folder / "art33.json"
    told.line.fine("export", told.number, "--as", "art33-json", "-o", str(out))
    assert told.number in json.dumps(json.loads(out.read_bytes()))
    missing = told.line.fine("breach", "show", told.number, "--json").json["missing"]
    assert "nat.text" in missing
    assert not {"nat.conf", "ds.count"} & set(missing)


def test_the_bag_verifies_without_us(told: Told) -> None:
    """By the bag's own verifier with the log's fingerprint, and by ours; as many entries as were recorded."""
    bag = told.folder / "bag"
    told.line.fine("export", told.number, "--as", "bundle", "-o", str(bag))
    fingerprint = re.search(r"Signed by.*?(SHA256:\S+)", (bag / "data/README.txt").read_text(), re.DOTALL)
    assert fingerprint
    assert standalone(bag, "--trust", fingerprint[1])[0] == "VERIFIED"
    said = told.line.fine("verify", str(bag), "--trust", fingerprint[1], "--json").json
    assert (said["verdict"], said["size"]) == ("VERIFIED", told.line.entries(told.number))
    # incident.open, three keys and Bob's, the commander, twenty lines, ack, state, awareness, two unknowns
    assert said["size"] == 5 + 1 + len(TOLD) + 5
