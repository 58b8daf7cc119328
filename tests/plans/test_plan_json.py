"""A plan survives the store: the JSON that is written is read back as the same plan, and nothing else is accepted."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.errors import Unusable
from app.domain.plan import (
    Checklist,
    ClockRule,
    Escalation,
    Gate,
    Identity,
    Names,
    Need,
    Plan,
    Postmortem,
    Section,
    Severity,
    State,
    Task,
    Term,
    Threshold,
)
from app.plans import catalog, load

words = st.text(max_size=12)
counts = st.integers(min_value=-(2**53) + 1, max_value=2**53 - 1)


def some(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A short tuple of those."""
    return st.lists(strategy, max_size=3).map(tuple)


tasks = st.builds(Task, words, words, destructive=st.booleans(), budget_minutes=st.none() | counts, choices=some(words))
plans = st.builds(
    Plan,
    st.builds(Identity, words, words, words, facts=st.dictionaries(words, words, max_size=3)),
    some(
        st.builds(
            Severity,
            words,
            words,
            examples=some(words),
            thresholds=some(st.builds(Threshold, words, above=st.none() | counts)),
            escalation=some(st.builds(Escalation, words)),
        )
    ),
    st.builds(Names, words, words, st.dictionaries(words, words, max_size=3)),
    clocks=some(
        st.builds(
            ClockRule,
            words,
            words,
            st.sampled_from(["acknowledge", "cadence"]),
            words,
            some(words),
            counts,
            st.sampled_from(["minutes", "months"]),
            inclusive=st.booleans(),
            warn_minutes=st.none() | counts,
        )
    ),
    states=some(st.builds(State, words, closed=st.booleans(), next=some(words))),
    checklists=some(st.builds(Checklist, words, words, some(tasks), window=st.none() | st.tuples(counts, counts))),
    gates=some(st.builds(Gate, words, words, words, some(st.builds(Need, st.just("state"), words)))),
    postmortem=st.builds(Postmortem, words, sections=some(st.builds(Section, words, words))),
    vocabularies=st.dictionaries(words, some(st.builds(Term, words)), max_size=3),
    ours=some(words),
)


def plain(value: Any) -> bool:
    """Whether a value is whole numbers, text, lists, tables, true, false and null only."""
    if isinstance(value, dict):
        return all(type(key) is str and plain(inner) for key, inner in value.items())
    return all(map(plain, value)) if isinstance(value, list) else type(value) in (str, int, bool, type(None))


@given(plans)
@settings(max_examples=60, deadline=None)
def test_what_is_written_is_read_back(plan: Plan) -> None:
    """Through text too, in plain JSON types only, and the same each time."""
    written = load.to_json(plan)
    assert plain(written)
    assert load.from_json(json.loads(json.dumps(written))) == plan
    assert load.to_json(load.from_json(written)) == written


@pytest.mark.parametrize("name", ["atlas", "hyperkit", "keycomp", "zkp"])
def test_a_shipped_plan_is_written_the_same_each_time(name: str) -> None:
    """Loading it twice gives the same text, and reading that text gives the plan."""
    folder = dict(catalog.shipped())[name]
    first, second = (json.dumps(load.to_json(load.load_folder(folder))) for _ in range(2))
    assert first == second
    assert load.from_json(json.loads(first)) == load.load_folder(folder)


def minimal() -> dict[str, Any]:
    """The least JSON that is a plan."""
    return {
        "identity": {"id": "a", "title": "A", "version": "1"},
        "severities": [{"code": "S", "title": "S"}],
        "names": {"number": "{sequence:3}"},
    }


def test_a_default_is_not_written_so_that_a_new_key_leaves_old_plans_alone() -> None:
    """Otherwise each new key of the schema would change the hash of every plan."""
    assert load.to_json(load.from_json(minimal())) == minimal()


def test_keys_of_a_newer_version_are_passed_over() -> None:
    """A plan in a record from tomorrow can still be read today."""
    newer = minimal() | {"moon_phases": [1, 2]}
    newer["severities"][0]["mood"] = "grim"
    assert load.from_json(newer) == load.from_json(minimal())


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("severities", "P0"),
        ("severities", [7]),
        ("severities", [{"code": "S"}]),
        ("severities", [{"code": True, "title": "S"}]),
        ("states", [{"code": "A", "closed": 1}]),
        ("gates", [{"id": "g", "title": "G", "blocks": "x", "needs": [{"kind": "magic", "text": "m"}]}]),
        ("checklists", [{"id": "c", "title": "C", "tasks": [], "window": [1]}]),
        ("checklists", [{"id": "c", "title": "C", "tasks": [], "window": [1, 2.5]}]),
        ("vocabularies", []),
        ("names", None),
    ],
)
def test_stored_json_of_another_shape_is_refused(key: str, value: Any) -> None:
    """A record from elsewhere may hold anything; it gets a sentence that names the place."""
    with pytest.raises(Unusable, match=rf"cannot be read: plan\.{key}"):
        load.from_json(minimal() | {key: value})
    with pytest.raises(Unusable, match="plan is not a table"):
        load.from_json([])


def test_a_plan_from_elsewhere_must_fit_together_too() -> None:
    """A reference to nothing would fail later, in the middle of an incident."""
    whole = load.to_json(load.load_folder(dict(catalog.shipped())["atlas"]))
    assert load.from_foreign_json(whole) == load.from_json(whole)
    whole["clocks"][0]["start"] = "state:NOWHERE"
    with pytest.raises(Unusable, match=r"clocks\[0\]\.start: `state:NOWHERE`: the plan has no state NOWHERE"):
        load.from_foreign_json(whole)


def test_reading_stored_json_needs_no_pydantic() -> None:
    """The program starts from stored plans, and pydantic costs a tenth of a second."""
    code = f"import sys; from app.plans import load; load.from_json({minimal()!r}); sys.exit('pydantic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_every_part_of_a_plan_has_a_reader() -> None:
    """No field of the shape is of a type that the reader would choke on when a plan first uses it."""
    kinds = [kind for kind in vars(sys.modules["app.domain.plan"]).values() if dataclasses.is_dataclass(kind)]
    assert len(kinds) > 25
    for kind in kinds:
        load._reader(kind)
