"""The sample incident: its file tells one consistent story and holds nothing that must not be shown."""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from app import paths
from app.domain import breach, deadlines, organisation
from app.domain.breach import BreachFile, Instant, Instants
from app.domain.incident import FieldValue
from app.plans.authorities import load_authorities, load_catalogue, load_regimes
from app.plans.load import load_folder

FOLDER = paths.resources() / "authorities"
CATALOGUE = load_catalogue(FOLDER)
AUTHORITIES = load_authorities(FOLDER)
SOURCE = (paths.resources() / "samples/clinic.toml").read_text(encoding="utf-8")
SAMPLE = tomllib.loads(SOURCE)
ACTS: list[dict[str, Any]] = SAMPLE["acts"]
NOW: datetime = SAMPLE["sample"]["now"]
COMMON = {"verb", "by", "recorded", "at", "said_by"}
KEYS = {
    "declare": {"severity", "title", "summary", "detected_at", "detected_by"},
    "ack": set(),
    "role": {"role", "holder"},
    "log": {"text", "mark"},
    "decide": {"text", "reason"},
    "task_tick": {"task"},
    "aware": {"reason"},
    "breach_set": {"field", "value"},
    "breach_unknown": {"field", "owner", "due"},
    "update": {"audience", "text"},
    "postmortem_set": {"section", "text"},
    "action_add": {"text", "owner", "due"},
    "state": {"state", "reason"},
    "severity": {"severity", "reason"},
}


def acts(verb: str) -> list[dict[str, Any]]:
    return [act for act in ACTS if act["verb"] == verb]


def happened(act: dict[str, Any]) -> datetime:
    moment = act.get("at", act["recorded"])
    assert isinstance(moment, datetime)
    return moment


def test_every_verb_is_played_with_its_own_keys() -> None:
    """The head of the file is the contract: no other key, and none of those that a verb needs is left out."""
    assert {act["verb"] for act in ACTS} == KEYS.keys()
    for act in ACTS:
        given = act.keys() - COMMON
        assert given <= KEYS[act["verb"]], act
        assert KEYS[act["verb"]] - given <= {"mark"}, act
        assert act["verb"] in SOURCE.split("[sample]")[0]


def test_times_are_in_the_order_of_recording_and_none_is_in_the_future() -> None:
    """Recorded never goes back, nothing is written down before it happened, and the story ends at its own now."""
    recorded = [act["recorded"] for act in ACTS]
    assert recorded == sorted(recorded)
    assert all(happened(act) <= act["recorded"] for act in ACTS)
    assert recorded[-1] <= NOW
    assert NOW.astimezone(UTC) == datetime(2026, 10, 25, 15, 20, tzinfo=UTC)


def test_offsets_are_those_of_the_zone() -> None:
    """Summer time until the last Sunday of October, then not."""
    moments = [moment for act in ACTS for moment in act.values() if isinstance(moment, datetime)]
    change = datetime(2026, 10, 25, 1, tzinfo=UTC)
    assert all(moment.utcoffset() == timedelta(hours=3 if moment < change else 2) for moment in moments)


def test_people_act_only_where_they_can() -> None:
    """Whoever records has a key; whoever is quoted or holds a role is one of the persons."""
    persons = {person["id"]: person for person in SAMPLE["persons"]}
    assert {act["by"] for act in ACTS} == {name for name, person in persons.items() if person["key"]}
    assert {act["said_by"] for act in ACTS if "said_by" in act} <= persons.keys()
    assert {act["holder"] for act in acts("role")} <= persons.keys()
    names = {person["name"] for person in persons.values()}
    assert {act["owner"] for act in ACTS if "owner" in act} <= names


def test_the_profile_can_be_typed() -> None:
    """Every value passes the check of its field and owes nothing."""
    profile = SAMPLE["organisation"]
    for name, text in profile.items():
        assert organisation.settled(name, text, CATALOGUE, AUTHORITIES) == text
    assert organisation.unset(profile) == ()


def test_breach_values_can_be_typed_when_they_are() -> None:
    """Each passes the check of its field at the moment of recording, and is written as it will be kept."""
    for act in acts("breach_set"):
        kept = CATALOGUE.settled(act["field"], act["value"], now=act["recorded"])
        assert kept == act["value"]
    for act in acts("breach_unknown"):
        assert CATALOGUE.named(act["field"])
        assert isinstance(act["due"], date)
        assert act["due"] > act["recorded"].date()


def sample_file() -> BreachFile:
    fields = {}
    for seq, act in enumerate(ACTS):
        if act["verb"] in ("breach_set", "breach_unknown"):
            unknown, due = act["verb"] == "breach_unknown", act.get("due")
            fields[act["field"]] = FieldValue(
                act["field"],
                act.get("value"),
                unknown,
                act.get("owner"),
                due and due.isoformat(),
                seq,
                happened(act),
                "key",
            )
    aware = next(act for act in acts("aware"))
    open_ = Instant("", "")
    moment = Instant("aware", "Controller aware", happened(aware), 40, "key", aware["reason"])
    return BreachFile(fields, Instants(open_, open_, open_, moment, open_))


def test_the_packet_is_complete_with_its_unknowns_named() -> None:
    """Nothing of Art. 33(3) is missing; what is open has an owner and a date; sending fields wait."""
    packet = breach.packet_sections(
        CATALOGUE, sample_file(), organisation.answers(SAMPLE["organisation"]), zone="Europe/Bucharest", late=False
    )
    assert packet.missing == ()
    lines = {line.field: line for section in packet.sections for line in section.lines}
    unknown = {name for name, line in lines.items() if line.status == "unknown"}
    assert unknown == {"nat.conf", "data.rec_mode", "data.rec_count", "con.conf", "post.prevent"}
    assert all(lines[name].owner and lines[name].due for name in unknown)
    assert lines["notif.sent_at"].status == "blank"
    assert "time.delay_reason" not in lines


def test_the_clock_of_the_sample_is_the_published_one() -> None:
    """Due on Monday 08:38 EET, not 09:38; at 17:20 on Sunday 56:42 have passed and 15:18 are left."""
    aware = happened(acts("aware")[0])
    regime = load_regimes(FOLDER)["gdpr-art33"]
    found = deadlines.compute(aware, regime=regime, authority=AUTHORITIES["RO-ANSPDCP"], now=NOW).as_dict()
    assert found["strict_due_local"] == "2026-10-26T08:38:00+02:00"
    assert found["hour_rule_due_local"] == "2026-10-26T09:00:00+02:00"
    assert (found["elapsed"], found["margin"]) == ("56:42:00", "15:18:00")


def test_codes_are_those_of_the_plan() -> None:
    """Severities, states, roles, tasks, audiences and sections exist in the plan that the sample runs under."""
    plan = load_folder(paths.resources() / "plans" / SAMPLE["sample"]["plan"])
    assert {act["severity"] for act in ACTS if "severity" in act} <= {severity.code for severity in plan.severities}
    assert {act["state"] for act in acts("state")} <= {state.code for state in plan.states}
    assert {act["role"] for act in acts("role")} <= {role.code for role in plan.roles}
    assert {act["audience"] for act in acts("update")} <= {audience.code for audience in plan.audiences}
    assert {act["section"] for act in acts("postmortem_set")} <= {s.id for s in plan.postmortem.sections}
    tasks = {task.id for checklist in plan.checklists for task in checklist.tasks}
    assert {act["task"] for act in acts("task_tick")} <= tasks


@pytest.mark.parametrize(
    "pattern",
    [
        r"\b\d{1,3}(\.\d{1,3}){3}\b",
        r"\b[1-8]\d{12}\b",
        r"\bRO\d{2}[A-Z]{4}[A-Z0-9]{16}\b",
        r"(?i)passw|decryption key|negotiat",
        r"(?i)\b[\w-]+\.(local|lan|internal|corp)\b",
        r"@(?!aurora-med\.example)",
    ],
)
def test_nothing_that_must_not_be_shown(pattern: str) -> None:
    """No address of a machine, national number, account, secret, or e-mail of a person outside the example domain."""
    assert re.search(pattern, SOURCE) is None
