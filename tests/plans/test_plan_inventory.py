"""Every item of the documents is in its plan, or left out with a reason, and its words stand beside the plan."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from outside import shared

from app.domain.plan import Plan
from app.plans import catalog, load, seed

COUNTS = {"zkp": 538, "keycomp": 59, "atlas": 630, "hyperkit": 314}
FOLDERS = dict(catalog.shipped())


def sources(value: Any) -> set[str]:
    """The item ids in every `source` of a plan's JSON."""
    if isinstance(value, dict):
        own = set(seed.expand(value["source"])) if isinstance(value.get("source"), str) else set()
        return own.union(*(sources(inner) for inner in value.values()))
    return set().union(*(sources(inner) for inner in value)) if isinstance(value, list) else set()


def placed(folder: Path) -> set[str]:
    """Every item id that a plan names."""
    return sources(load.to_json(load.load_folder(folder)))


@pytest.mark.parametrize("name", COUNTS)
def test_every_item_is_placed_or_left_out_with_a_reason(name: str) -> None:
    """1,541 items in all; an item in no `source` would be content that the plan lost."""
    texts = seed.read(FOLDERS[name])
    assert len(texts.items) == COUNTS[name]
    assert all(texts.left_out.values())
    named = placed(FOLDERS[name])
    assert set(texts.items) - named == set(texts.left_out)
    assert not named - set(texts.items)


@pytest.mark.parametrize("name", COUNTS)
def test_the_texts_beside_the_plan_are_those_of_the_inventory(name: str) -> None:
    """Word for word, with the translations."""
    items = json.loads((shared("seeds/inventory") / f"plan_{name}.json").read_text(encoding="utf-8"))["items"]
    texts = seed.read(FOLDERS[name]).items
    for item in items:
        assert (texts[item["id"]].text, texts[item["id"]].text_en) == (item["text"], item.get("text_en", ""))


def rule_of(plan: Plan, item: str, kind: str) -> int:
    """The minutes of the clock of that kind that an item is the source of."""
    minutes = {"minutes": 1, "hours": 60, "days": 1440}
    found = [r for r in plan.clocks if r.kind == kind and item in seed.expand(r.source)]
    return found[0].amount * minutes[found[0].unit]


@pytest.mark.parametrize("name", ["zkp", "hyperkit"])
def test_times_agree_with_the_numbers_of_the_inventory(name: str) -> None:
    """Acknowledgement and cadence, minute for minute."""
    items = json.loads((shared("seeds/inventory") / f"plan_{name}.json").read_text(encoding="utf-8"))["items"]
    plan = load.load_folder(FOLDERS[name])
    checked = 0
    for item in items:
        attrs = item["attrs"]
        if "ack_minutes" in attrs:
            assert rule_of(plan, item["id"], "acknowledge") == attrs["ack_minutes"]
            checked += 1
        if item["kind"] == "cadence" and "interval_minutes" in attrs:
            assert rule_of(plan, item["id"], "cadence") == attrs["interval_minutes"]
            checked += 1
    assert checked >= 2


def test_a_source_names_single_items_and_ranges() -> None:
    """Both ends of a range belong to it."""
    assert seed.expand("zkp-050..052, zkp-117") == ("zkp-050", "zkp-051", "zkp-052", "zkp-117")
    assert seed.expand("our own words") == ()
