"""A plan folder with a fault is refused with file, line and one sentence; what is missing comes from the base plan."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.domain.errors import Unusable
from app.domain.plan import Plan
from app.plans import catalog, load, seed

PLAN = """\
[identity]
id = "small"
title = "A small plan"
version = "1"

[[severities]]
code = "HIGH"
title = "High"

[[severities]]
code = "LOW"
title = "Low"
"""


def folder(root: Path, **files: str) -> Path:
    """A plan folder with plan.toml and the given further files (`__` in a name is a folder)."""
    for name, text in {"plan": PLAN, **files}.items():
        path = root / (name.replace("__", "/") + ("" if "." in name else ".toml"))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def refusal(root: Path, **files: str) -> Unusable:
    """How a folder is refused."""
    with pytest.raises(Unusable) as caught:
        load.load_folder(folder(root, **files))
    assert caught.value.hint
    assert caught.value.exit_code == 2
    assert "\n" not in caught.value.message
    return caught.value


def test_three_keys_and_two_severities_are_a_plan(tmp_path: Path) -> None:
    """Everything else comes from the base plan, and is listed as ours."""
    plan = load.load_folder(folder(tmp_path))
    assert plan.id == "small"
    assert plan.names.number == "INC-{date}-{sequence:3}"
    assert plan.state_codes[0] == "DECLARED"
    assert plan.role_for("commander")
    assert {
        "states", "names.number", "names.channel", "postmortem.sections", "role:commander", "role:scribe", "role:dpo",
        "clock:gdpr-art33", "gate:notification-owed", "audience:internal", "sources_of_detection",
    } <= set(plan.ours)  # fmt: skip


def test_what_a_plan_says_itself_is_not_taken_from_the_base(tmp_path: Path) -> None:
    """A role with the function, a clock with the id, a state, an audience: each replaces the base's."""
    plan = load.load_folder(
        folder(
            tmp_path,
            more="""
[names]
number = "X-{sequence:3}"
[[roles]]
code = "chief"
title = "Chief"
function = "commander"
[[audiences]]
code = "authority"
title = "The regulator"
[[clocks]]
id = "gdpr-art33"
label = "Notify"
kind = "regulatory"
start = "aware"
stop = ["update:authority"]
amount = 24
unit = "hours"
[[states]]
code = "OPEN"
title = "Open"
[[states]]
code = "DONE"
closed = true
""",
        )
    )
    assert plan.names.number == "X-{sequence:3}"
    commander = plan.role_for("commander")
    assert commander
    assert commander.code == "chief"
    assert plan.clocks[0].amount == 24
    assert plan.state_codes == ("OPEN", "DONE")
    assert not {"states", "role:commander", "clock:gdpr-art33", "names.number", "audience:authority"} & set(plan.ours)
    (gate,) = plan.gates
    assert gate.blocks == "state:DONE"


def test_the_files_of_a_folder_may_be_cut_as_one_likes(tmp_path: Path) -> None:
    """Lists of several files are put together; a runbook's file gives its checklists its id and classes."""
    plan = load.load_folder(
        folder(
            tmp_path,
            a="[[classes]]\ncode = 'fire'\ntitle = 'Fire'\n",
            b="[[classes]]\ncode = 'water'\ntitle = 'Water'\n",
            runbooks__fire="""
[runbook]
id = "put-out"
title = "Put it out"
classes = ["fire"]
[[checklists]]
id = "now"
title = "Now"
tasks = [{ id = "now-1", text = "Call" }]
""",
        )
    )
    assert [item.code for item in plan.classes] == ["fire", "water"]
    (checklist,) = plan.checklists
    assert (checklist.runbook, checklist.kind, checklist.classes) == ("put-out", "runbook", ("fire",))


def test_a_template_file_is_front_lines_and_a_body(tmp_path: Path) -> None:
    """Its placeholders are bound to values of the incident; the body is kept to the letter."""
    text = "id: alert\ntitle: Alert: now\naudience: internal\nfield: [What] = title\n---\nLook: [What]\n\n🚨\n"
    (template,) = load.load_folder(folder(tmp_path, **{"templates__alert.txt": text})).templates
    assert (template.id, template.title, template.body) == ("alert", "Alert: now", "Look: [What]\n\n🚨")
    assert template.fields == {"[What]": "title"}


CLOCK = """
[[clocks]]
id = "ack"
label = "Acknowledge"
kind = "acknowledge"
start = "declared"
stop = ["acknowledged"]
amount = 15
unit = "minutes"
"""
GATE = """
[[gates]]
id = "g"
title = "G"
blocks = "state:CLOSED"
needs = [{ kind = "decision", ref = "closing", text = "Decide" }]
"""
TASKS = """
[[checklists]]
id = "first"
title = "First"
tasks = [
  { id = "one", text = "One" },
  { id = "two", text = "Two" },
]
"""
STATES = """
[[states]]
code = "OPEN"
next = ["STUCK", "DONE"]
[[states]]
code = "STUCK"
next = ["OPEN"]
[[states]]
code = "DONE"
closed = true
"""

FAULTS = {
    "unknown key": (CLOCK + 'colour = "red"\n', 10, "`colour` is not a key"),
    "missing key": (CLOCK.replace('label = "Acknowledge"\n', ""), 2, "`label` is missing"),
    "text for a number": (CLOCK.replace("15", '"15"'), 8, '`amount` is "15", and must be a whole number'),
    "fraction": (CLOCK.replace("15", "1.5"), 8, "`amount` is 1.5, and must be a whole number"),
    "unknown word": (CLOCK.replace('"minutes"', '"fortnights"'), 9, "`unit` is \"fortnights\", and must be one of"),
    "negative clock": (CLOCK.replace("15", "-15"), 8, "at least 1 and at most 1000000 minutes, not -15"),
    "clock for less than no levels": (CLOCK + "worst = -1\n", 10, "the worst levels is 0 (all) or more"),
    "endless clock": (CLOCK.replace("15", "99999999999999999999"), 8, "at most 1000000 minutes"),
    "code with a space": (CLOCK.replace('"ack"', '"the ack"'), 3, "'the ack' cannot be typed"),
    "number with a slash": ('[names]\nnumber = "INC/{sequence:3}"\n', 2, "a number is letters, digits"),
    "unknown event": (CLOCK.replace('"declared"', '"yesterday"'), 6, "`yesterday` is no event"),
    "event of an unknown state": (CLOCK.replace('"declared"', '"state:NOWHERE"'), 6, "the plan has no state NOWHERE"),
    "event of an unknown audience": (CLOCK.replace('"acknowledged"', '"update:press"'), 7, "no audience press"),
    "unknown severity": (CLOCK + 'severities = ["HUGE"]\n', 10, "the plan has no severity HUGE"),
    "unknown audience": (CLOCK + 'audience = "press"\n', 10, "the plan has no audience press"),
    "clock that nothing meets": (CLOCK.replace('["acknowledged"]', "[]"), 7, "at least one event"),
    "duplicate code": (CLOCK + CLOCK, 12, "the id ack is already taken"),
    "task id twice": (TASKS.replace('"two"', '"one"', 1), 7, "the task id one is already taken"),
    "checklist without tasks": (TASKS.replace("{ id", "# { id"), 2, "has no tasks"),
    "checklist of an unknown phase": (TASKS + 'phase = "later"\n', 9, "the plan has no phase later"),
    "window that ends before it begins": (TASKS + "window = [60, 15]\n", 9, "from an earlier minute to a later"),
    "window of three": (TASKS + "window = [1, 2, 3]\n", 9, "`window` must have exactly two numbers"),
    "gate before an unknown state": (GATE.replace("CLOSED", "GONE"), 5, "the plan has no state GONE"),
    "gate before nothing known": (GATE.replace("state:CLOSED", "lunch"), 5, "`lunch` is nothing that a gate can block"),
    "gate that needs an unknown task": (GATE.replace('"decision"', '"task"'), 6, "the plan has no task closing"),
    "gate that needs an unknown role": (GATE.replace('"decision"', '"role"'), 6, "the plan has no role closing"),
    "lifecycle without exit": (STATES.replace('next = ["STUCK", "DONE"]', 'next = ["STUCK"]'), 4, "from OPEN no way"),
    "lifecycle that never closes": (STATES.replace("closed = true", ""), 2, "could never end"),
    "way to an unknown state": (STATES.replace('["OPEN"]', '["LIMBO"]'), 7, "the plan has no state LIMBO"),
    "bad placeholder": ('[names]\nnumber = "INC-{day}-{sequence:3}"\n', 2, "{day} is no placeholder"),
    "number without sequence": ('[names]\nnumber = "INC-{date}"\n', 2, "the number needs one {sequence:3}"),
    "two holders of one function": (
        '[[roles]]\ncode = "a"\ntitle = ""\nfunction = "dpo"\n[[roles]]\ncode = "b"\ntitle = ""\nfunction = "dpo"\n',
        4,
        "more than one role has the function dpo",
    ),
    "dangling role": (
        '[[authorities]]\nact = "halt"\nroles = ["captain"]\n', 3, "the plan has no role captain",
    ),
    "runbook of an unknown class": (
        '[[runbooks]]\nid = "r"\ntitle = "R"\nclasses = ["flood"]\n', 4, "the plan has no class flood",
    ),
    "role apart from nobody": (
        '[[roles]]\ncode = "a"\ntitle = "A"\nseparate_from = ["z"]\n', 4, "the plan has no role z",
    ),
    "class with an unknown runbook": (
        '[[classes]]\ncode = "a"\ntitle = "A"\nrunbook = "z"\n', 4, "the plan has no runbook z",
    ),
    "table row for an unknown severity": (
        '[[choices]]\ntable = "t"\nchoose = "c"\nseverities = ["Z"]\n', 4, "the plan has no severity Z",
    ),
    "audience from an unknown severity": (
        '[[audiences]]\ncode = "a"\ntitle = "A"\nseverity_from = "Z"\n', 4, "the plan has no severity Z",
    ),
    "phase that starts at nothing": (
        '[[phases]]\nid = "a"\ntitle = "A"\nstart = "lunch"\n', 4, "`lunch` is no event",
    ),
    "section twice": (
        '[postmortem]\nsections = [\n{ id = "a", title = "A" },\n{ id = "a", title = "B" },\n]\n', 2,
        "the section a stands twice",
    ),
    "post-mortem from an unknown severity": ('[postmortem]\nseverity_from = "Z"\n', 2, "the plan has no severity Z"),
    "translation that lacks an example": (
        '[[severities]]\ncode = "X"\ntitle = "X"\nexamples = ["a", "b"]\nexamples_en = ["a"]\n', 5,
        "X has 2 examples and 1 translations",
    ),
    "escalation to an unknown role": (
        '[[severities]]\ncode = "X"\ntitle = "X"\nescalation = [\n  { who = "Chief", role = "z" },\n]\n', 5,
        "the plan has no role z",
    ),
    "template with an unbound field": (
        '[[templates]]\nid = "a"\ntitle = "A"\naudience = "internal"\nbody = "Hello"\nfields = { "[N]" = "x" }\n', 1,
        "the placeholder [N] is not in the template a",
    ),
    "budget of nothing": (TASKS.replace('"One" }', '"One", budget_minutes = 0 }'), 6, "a budget is 1 to"),
    "a list that is a word": ('ours = "states"\n', 1, "`ours` is \"states\", and must be a list"),
    "a table that is a list": ("[[names]]\nnumber = 'X'\n", 1, "`names`"),
    "not TOML": ('[[clocks]]\nid = "ack\n', 2, "this is not TOML"),
    "a key twice": ('[names]\nnumber = "X-{sequence}"\nnumber = "Y"\n', 3, "this is not TOML"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named_with_file_and_line(fault: str, tmp_path: Path) -> None:
    """One sentence that begins with the place."""
    text, line, sentence = FAULTS[fault]
    said = refusal(tmp_path, wrong=text).message
    assert said.startswith(f"wrong.toml, line {line}: "), said
    assert sentence in said


def test_every_fault_is_listed_and_the_first_is_the_message(tmp_path: Path) -> None:
    """Someone who mends a plan sees all of them at once."""
    error = refusal(tmp_path, wrong=CLOCK.replace("15", "0") + 'audience = "press"\n')
    assert len(error.missing) == 2
    assert error.message == f"{error.missing[0]} (1 more)"


def test_a_table_given_in_two_files_is_refused(tmp_path: Path) -> None:
    """Otherwise the order of the files would decide."""
    said = refusal(tmp_path, a="[names]\nnumber = 'A-{sequence:3}'\n", b="[names]\nnumber = 'B-{sequence:3}'\n").message
    assert said == "b.toml, line 2: `names.number` is already given in a.toml, line 2."


def test_a_plan_needs_an_identity_and_severities(tmp_path: Path) -> None:
    """The base plan has no severities to give."""
    assert "[identity]" in refusal(tmp_path / "a", plan="[names]\nnumber = 'A-{sequence:3}'\n").message
    said = refusal(tmp_path / "b", plan=PLAN.partition("[[")[0]).message
    assert said.startswith("plan.toml, line 1: the plan has no severities")


def test_a_bad_template_file_is_named_with_its_line(tmp_path: Path) -> None:
    """No head, a line that is no front line, an audience that nobody is."""
    assert "a.txt, line 1: a template needs" in refusal(tmp_path / "1", **{"templates__a.txt": "Hello"}).message
    crooked = refusal(tmp_path / "2", **{"templates__a.txt": "id: a\nHello\n---\nHello"}).message
    assert crooked == "templates/a.txt, line 2: `Hello` is no front line."
    unknown = {"templates__a.txt": "id: a\ntitle: A\naudience: press\n---\nHello"}
    assert refusal(tmp_path / "3", **unknown).message == "templates/a.txt, line 1: the plan has no audience press."


def test_what_is_no_folder_and_what_is_no_text_is_refused(tmp_path: Path) -> None:
    """A missing folder, a file for a folder, broken UTF-8."""
    for path in (tmp_path / "none", folder(tmp_path / "there") / "plan.toml"):
        with pytest.raises(Unusable, match="is not a plan folder"):
            load.load_folder(path)
    (tmp_path / "there" / "more.toml").write_bytes(b'# fine\nname = "\xff"\n')
    assert "more.toml, line 2: the text is not UTF-8." in refusal(tmp_path / "there").message


def test_a_file_that_nests_without_end_is_refused(tmp_path: Path) -> None:
    """Deep enough to exhaust the parser, and deep enough only for what comes after it."""
    for depth in (30, 100_000):
        text = f"ours = {'[' * depth}{']' * depth}\n"
        assert "deep.toml nests deeper" in refusal(tmp_path, deep=text).message


def test_the_source_texts_are_no_part_of_the_plan(tmp_path: Path) -> None:
    """seed.toml may be missing; one that is broken is refused when it is asked for, and only then."""
    assert seed.read(folder(tmp_path)).items == {}
    (tmp_path / "seed.toml").write_text("[items]\na-001 = { word = 1 }\n", encoding="utf-8")
    assert isinstance(load.load_folder(tmp_path), Plan)
    with pytest.raises(Unusable, match=r"seed\.toml cannot be read"):
        seed.read(tmp_path)


def test_the_base_plan_is_complete_for_whoever_says_nothing() -> None:
    """It refers to nothing that it does not have itself."""
    with pytest.raises(Unusable, match="no severities") as caught:
        load.load_folder(catalog.base())
    assert len(caught.value.missing) == 1
