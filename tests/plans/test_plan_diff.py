"""Two versions of a plan are compared in sentences."""

from __future__ import annotations

import dataclasses

from app.domain.plan import Choice, Plan, Term
from app.plans import catalog, diff, load


def zkp() -> Plan:
    """A plan with everything in it."""
    return load.load_folder(dict(catalog.shipped())["zkp"])


def test_a_plan_does_not_differ_from_itself() -> None:
    """Nothing to say."""
    assert diff.diff(zkp(), zkp()) == ()


def test_a_changed_time_an_added_and_a_removed_part_are_named() -> None:
    """With the part's own code and both values."""
    old = zkp()
    clocks = tuple(dataclasses.replace(c, amount=20) if c.id == "ack-p0" else c for c in old.clocks)
    new = dataclasses.replace(
        old,
        clocks=clocks,
        severities=old.severities[1:],
        contacts=(*old.contacts, dataclasses.replace(old.contacts[0], name="Night desk")),
    )
    assert diff.diff(old, new) == (
        "Severity P0 is removed.",
        "Clock ack-p0: amount was “15”, is “20”.",
        "Contact Night desk is added.",
    )


def test_what_lies_deeper_is_named_with_where_it_lies() -> None:
    """A task of a checklist, a fact of the identity, a holder of a role, a word of a vocabulary."""
    old = zkp()
    first = old.checklists[0]
    task = dataclasses.replace(first.tasks[0], text="Assign a number", strength="MUST")
    role = dataclasses.replace(old.roles[0], backup=None)
    new = dataclasses.replace(
        old,
        checklists=(dataclasses.replace(first, tasks=(task, *first.tasks[1:])), *old.checklists[1:]),
        roles=(role, *old.roles[1:]),
        vocabularies={**old.vocabularies, "impact": (Term("money"),)},
    )
    said = diff.diff(old, new)
    assert "Checklist acknowledge-alert, task acknowledge-alert-1: strength was empty, is “MUST”." in said
    assert "Vocabulary impact, word money is added." in said
    assert any(sentence.startswith("Role commander") and "backup" in sentence for sentence in said)


def test_another_order_of_the_severities_is_a_difference() -> None:
    """Their order is their rank."""
    old = zkp()
    new = dataclasses.replace(old, severities=old.severities[::-1])
    assert diff.diff(old, new) == ("Severities stand in another order: P3, P2, P1, P0.",)


def test_rows_that_cannot_be_told_apart_are_compared_as_a_whole() -> None:
    """Two rows with the same conditions must not hide each other."""
    old = dataclasses.replace(zkp(), choices=(Choice("t", "a"), Choice("u", "a")))
    new = dataclasses.replace(zkp(), choices=(Choice("t", "a"), Choice("v", "a")))
    assert diff.diff(old, new) == ("The plan: choices was a list of 2, is a list of 2.",)
