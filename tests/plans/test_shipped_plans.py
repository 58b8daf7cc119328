"""The four shipped plans say what their documents say: the numbers here were read from the documents by hand."""

from __future__ import annotations

from functools import cache

import pytest

from app.domain.plan import ClockRule, Plan
from app.plans import catalog, load

BASE = ("gdpr-art33", "relief")
"""The clocks of the base plan."""
IDS = ("atlas", "hyperkit", "keycomp", "zkp")


@cache
def plan(name: str) -> Plan:
    """A shipped plan, loaded once."""
    return load.load_folder(dict(catalog.shipped())[name])


def rules(name: str, kind: str, severity: str) -> list[ClockRule]:
    """The clocks of a kind that the plan itself runs for a severity."""
    found = [c for c in plan(name).clocks if c.kind == kind and c.id not in BASE]
    return [c for c in found if not c.severities or severity in c.severities]


def due(rule: ClockRule) -> tuple[int, str]:
    """How long a clock runs."""
    return rule.amount, rule.unit


def test_exactly_the_four_plans_can_be_declared_under() -> None:
    """The base plan completes the others and is not one of them."""
    assert tuple(name for name, _ in catalog.shipped()) == IDS
    assert [plan(name).id for name in IDS] == list(IDS)
    assert plan("atlas").identity.title.startswith("AZ-015")


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("zkp", "P0 P1 P2 P3"),
        ("keycomp", "SEV-1 SEV-2 SEV-3"),
        ("atlas", "SEV_5_SYSTEMIC SEV_4_CRITICAL SEV_3_HIGH SEV_2_MEDIUM SEV_1_LOW SEV_0_INFO"),
        ("hyperkit", "P0 P1 P2 P3"),
    ],
)
def test_severities_stand_the_worst_first(name: str, codes: str) -> None:
    """Ranks come from the order, whichever way the digits of a scale run; each level is defined."""
    assert [level.code for level in plan(name).severities] == codes.split()
    assert all(level.definition and level.title for level in plan(name).severities)


@pytest.mark.parametrize(
    ("severity", "amount", "unit"),
    [("P0", 15, "minutes"), ("P1", 1, "hours"), ("P2", 4, "hours"), ("P3", 24, "hours")],
)
def test_zkp_acknowledgement(severity: str, amount: int, unit: str) -> None:
    """15 minutes, 1, 4 and 24 hours to acknowledgment, the due moment included."""
    (rule,) = rules("zkp", "acknowledge", severity)
    assert due(rule) == (amount, unit)
    assert rule.inclusive
    assert rule.stop == ("acknowledged",)
    assert not rules("zkp", "respond", severity)


def test_zkp_action_resolution_updates_and_review() -> None:
    """Action in 2 h for P1, resolution in 24 h for P2, updates every 30 min, 2 h and day, post-mortem in 72 h."""
    assert due(rules("zkp", "act", "P1")[0]) == (2, "hours")
    assert due(rules("zkp", "resolve", "P2")[0]) == (24, "hours")
    assert not rules("zkp", "resolve", "P3")
    assert [due(rules("zkp", "cadence", code)[0]) for code in ("P0", "P1", "P2")] == [
        (30, "minutes"),
        (2, "hours"),
        (24, "hours"),
    ]
    assert not rules("zkp", "cadence", "P3")
    (review,) = rules("zkp", "review", "P3")
    assert (due(review), review.start) == ((72, "hours"), "resolved")


def test_zkp_steps_add_up_to_the_window_of_their_phase() -> None:
    """2 + 5 + 8 minutes."""
    steps = [c for c in plan("zkp").clocks if c.id.startswith("step-")]
    assert [c.amount for c in steps] == [2, 5, 8]
    assert next(p for p in plan("zkp").phases if p.id == "detection-and-triage").window == (0, 15)


def test_zkp_escalation_is_the_union_of_text_and_matrix() -> None:
    """P0 pages five and the board if necessary; P1 also tells VP Engineering and the Security Officer."""
    told = {level.code: [step.who for step in level.escalation] for level in plan("zkp").severities}
    assert len(told["P0"]) == 6
    assert told["P0"][-1] == "Board"
    assert told["P1"][-2:] == ["VP Engineering", "Security Officer"]
    assert told["P2"] == ["Team leads"]


@pytest.mark.parametrize(
    ("severity", "amount", "unit"),
    [("P0", 1, "hours"), ("P1", 24, "hours"), ("P2", 48, "hours"), ("P3", 7, "days")],
)
def test_hyperkit_response(severity: str, amount: int, unit: str) -> None:
    """< 1 hour, < 24 hours, < 48 hours, < 1 week: the due moment itself is too late."""
    (rule,) = rules("hyperkit", "respond", severity)
    assert due(rule) == (amount, unit)
    assert not rule.inclusive
    assert not rules("hyperkit", "acknowledge", severity)


def test_hyperkit_notifications_and_updates() -> None:
    """Team in 15 minutes, stakeholders in an hour; mail every 30 minutes and war room every 15, for P0 only."""
    found = {rule.audience: (due(rule), rule.inclusive) for rule in rules("hyperkit", "notify", "P3")}
    assert found == {"team": ((15, "minutes"), False), "stakeholders": ((1, "hours"), False)}
    cadences = {rule.audience: due(rule) for rule in rules("hyperkit", "cadence", "P0")}
    assert cadences == {"internal": (30, "minutes"), "team": (15, "minutes")}
    assert not rules("hyperkit", "cadence", "P1")
    assert plan("hyperkit").names.number == "SA-{date}-{sequence:3}"


def test_keycomp_first_quarter_hour_updates_and_review() -> None:
    """15 minutes of immediate actions, 30-minute updates for SEV-1 only, a review within 5 business days."""
    assert due(rules("keycomp", "phase", "SEV-3")[0]) == (15, "minutes")
    assert due(rules("keycomp", "cadence", "SEV-1")[0]) == (30, "minutes")
    assert not rules("keycomp", "cadence", "SEV-2")
    assert due(rules("keycomp", "review", "SEV-2")[0]) == (5, "business_days")


def test_atlas_has_no_time_of_its_own() -> None:
    """The only clocks are the base plan's."""
    assert tuple(rule.id for rule in plan("atlas").clocks) == BASE


@pytest.mark.parametrize("name", IDS)
def test_every_plan_owes_the_authority_its_notification_in_72_hours(name: str) -> None:
    """From awareness, for every severity, and no plan lets an incident be closed while it is owed."""
    rule = next(rule for rule in plan(name).clocks if rule.id == "gdpr-art33")
    assert (due(rule), rule.start, rule.stop, rule.inclusive) == ((72, "hours"), "aware", ("update:authority",), True)
    assert not rule.severities
    closed = next(state.code for state in plan(name).states if state.closed)
    owed = next(gate for gate in plan(name).gates if gate.id == "notification-owed")
    assert (owed.blocks, owed.strength, owed.severity_from) == (f"state:{closed}", "MUST", "")
    assert {"clock:gdpr-art33", "gate:notification-owed", "role:dpo"} <= set(plan(name).ours)


@pytest.mark.parametrize("name", IDS)
def test_every_plan_can_be_run(name: str) -> None:
    """A commander, a scribe and a DPO, a number, a way to closed, a post-mortem with a timeline and actions."""
    here = plan(name)
    assert all(here.role_for(function) for function in ("commander", "scribe", "dpo"))
    assert "{sequence:3}" in here.names.number
    assert any(state.resolved for state in here.states)
    assert any(state.recovering for state in here.states)
    kinds = {section.kind for section in here.postmortem.sections}
    assert {"timeline", "actions"} <= kinds
    sections = {section.id for section in here.postmortem.sections}
    assert {"summary", "timeline", "root-cause", "lessons", "actions"} <= sections
    assert {"internal", "public", "authority", "affected"} <= {audience.code for audience in here.audiences}


@pytest.mark.parametrize("name", IDS)
def test_a_closed_incident_can_be_reopened(name: str) -> None:
    """From the closed state a way leads back to one that is not closed."""
    here = plan(name)
    closed = next(state for state in here.states if state.closed)
    assert any(not here.state(code).closed for code in closed.next)


@pytest.mark.parametrize("name", IDS)
def test_no_task_id_stands_twice(name: str) -> None:
    """Tasks are ticked by id, so an id names one task of a plan."""
    ids = [task.id for checklist in plan(name).checklists for task in checklist.tasks]
    assert len(ids) == len(set(ids))
    assert len(ids) == len(plan(name).tasks)


def test_atlas_asks_for_evidence_recovery_and_review_before_a_critical_incident_closes() -> None:
    """From SEV_4 on; a SEV_3 and everything milder is not held."""
    here = plan("atlas")
    gate = next(gate for gate in here.gates if gate.id == "critical-closing")
    assert here.identity.critical_from == gate.severity_from == "SEV_4_CRITICAL"
    assert (gate.blocks, gate.strength) == ("state:CLOSED", "MUST")
    asked = {(need.kind, need.ref) for need in gate.needs}
    assert asked >= {
        ("checklist", "evidence-sev-3"),
        ("state", "RECOVERING"),
        ("approved_decision", "closing-review"),
        ("role", "commander"),
    }
    assert "CLOSED" in here.state("DETECTED").next
    applying = {checklist.id for checklist in here.checklists_for("SEV_4_CRITICAL", "INC_BVM")}
    assert {"evidence", "evidence-sev-3", "evidence-bvm", "rb-bvm-001"} <= applying
    assert not {"evidence-consensus", "rb-replay-001"} & applying
    assert "evidence-sev-3" not in {checklist.id for checklist in here.checklists_for("SEV_2_MEDIUM", "")}
    assert "rb-replay-001" in {c.id for c in here.checklists_for("SEV_0_INFO", "", {"RB-REPLAY-001"})}


def test_atlas_keeps_its_states_its_words_and_their_translation() -> None:
    """Ten states in order; Romanian text with English beside it; modal words kept."""
    here = plan("atlas")
    assert " ".join(here.state_codes) == (
        "DETECTED TRIAGED CONFIRMED CONTAINING STABILIZED RECOVERING MONITORING CLOSED "
        "POSTMORTEM_PENDING POSTMORTEM_PUBLISHED"
    )
    level = here.severity("SEV_1_LOW")
    assert level.definition.startswith("Degradare minoră")
    assert level.definition_en.startswith("Minor degradation")
    strengths = {rule.strength for rule in here.rules}
    assert {"MUST", "MUST NOT", "SHOULD", "SHOULD NOT", "MAY"} <= strengths


def test_keycomp_closes_on_four_conditions_each_named() -> None:
    """Each point is a task of its own, so that what is missing can be listed and one can be set aside."""
    gate = next(gate for gate in plan("keycomp").gates if gate.id == "exit-criteria")
    assert [need.kind for need in gate.needs] == ["task"] * 4
    assert gate.needs[0].text == "Root cause identified or bounded"


@pytest.mark.parametrize("name", IDS)
def test_missing_data_is_marked_and_never_a_value(name: str) -> None:
    """ "+1-XXX", "[Backup Email]" and "TBD" stand in no contact, holder or fact of a plan."""
    here = plan(name)
    holders = [holder for role in here.roles for holder in (role.primary, role.backup) if holder]
    values = [value for holder in holders for value in (holder.phone, holder.email)]
    values += [contact.value for contact in here.contacts]
    assert not [value for value in values if "XXX" in value or value.startswith("[") or value == "TBD"]
    assert all(contact.value or contact.placeholder for contact in here.contacts)


def test_no_text_of_a_plan_is_mojibake() -> None:
    """The red, orange, yellow and green circles, the arrow and the police light of the first document are repaired."""
    for _, folder in catalog.shipped():
        for path in folder.rglob("*.t*"):
            assert "ð" not in path.read_text(encoding="utf-8"), path
            assert "â†" not in path.read_text(encoding="utf-8"), path
    assert any("🚨" in template.body for template in plan("zkp").templates)


def test_commands_are_text_with_the_lines_of_the_document() -> None:
    """The emergency script stands whole in its task, to be shown and copied."""
    task = plan("hyperkit").tasks["emergency-script-1"]
    assert task.command.startswith("#!/bin/bash\n")
    assert "bandit -r . -ll" in task.command
    assert plan("zkp").tasks["runbook-4-immediate-2"].command.startswith("./scripts/failover.sh")
