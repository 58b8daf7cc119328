"""The fold: entries in, one frozen state out."""

from __future__ import annotations

from dataclasses import replace

import pytest
from domain.plot import ANA, BOB, PLAN, entry, moment, opened, story, text
from hypothesis import given
from hypothesis import strategies as st

from app.domain import entries as e
from app.domain.clocks import clocks
from app.domain.entries import Entry, Payload
from app.domain.fold import Fold, fold
from app.domain.gates import gates
from app.domain.summary import card_of
from app.domain.wording import is_row, row_of


def test_entries_must_follow_each_other() -> None:
    """A gap is an error of ours, not a state."""
    with pytest.raises(ValueError, match="does not follow"):
        fold([entry(0, opened()), entry(2, e.Noted("x"))])
    with pytest.raises(ValueError, match=r"incident\.open"):
        Fold().view()


def test_roles_are_held_handed_over_and_released() -> None:
    """Past holders stay known."""
    view = fold(
        story(
            (opened(), 0),
            (e.RoleAssigned("LEAD", "Ana"), 1),
            (e.RoleHandedOver("LEAD", "Ana", "Bob", ANA, BOB), 2),
            (e.RoleAssigned("LEAD", "Eva", backup=True), 3),
        )
    )
    assert (view.roles["LEAD"].holder, view.roles["LEAD"].handed_over_from) == ("Bob", "Ana")
    assert view.roles["LEAD/backup"].holder == "Eva"
    assert [held.holder for held in view.past_roles] == ["Ana"]
    released = fold(story((opened(), 0), (e.RoleAssigned("LEAD", "Ana"), 1), (e.RoleReleased("LEAD"), 2)))
    assert not released.roles


def test_a_retracted_awareness_is_no_awareness() -> None:
    """And its clock is gone."""
    steps = story((opened(), 0), (e.AwarenessDecided("sure"), 5))
    struck = [*steps, entry(2, e.Amended("retract"), minute=6, refs=(1,))]
    assert fold(steps).awareness is not None
    assert fold(struck).awareness is None
    assert not any(clock.id == "gdpr" for clock in clocks(PLAN, fold(struck), moment(10)))


def test_a_corrected_text_is_the_text_and_the_old_one_stays() -> None:
    """Decisions, updates, sections and fields follow their correction; the row keeps the original."""
    steps = story((opened(), 0), (e.Decided("Isolate fs-01"), 5))
    steps.append(entry(2, e.Amended("text", text="Isolate fs-02"), minute=6, refs=(1,)))
    view = fold(steps)
    row = row_of(steps[1], 1, PLAN, view)
    assert view.decisions[0].decision == "Isolate fs-02"
    assert (row.text, row.original) == ("Isolate fs-02", "Isolate fs-01")


def test_what_was_said_and_who_signed_are_two_facts() -> None:
    """The row names both, and who has not signed."""
    said = entry(1, e.Noted("Server is off"), minute=1, said_by="Eva")
    key = entry(0, opened())
    row = row_of(said, 1, PLAN, fold([key, said]))
    assert (row.said_by, row.signer, row.unsigned) == ("Eva", ANA, "Eva")


def test_gates_list_what_is_missing_and_go_quiet_when_it_is_there() -> None:
    """Evidence, recovery, an approved review by somebody else, a leader."""
    first = fold(story((opened("S2"), 0)))
    (close,) = gates(PLAN, first, clocks(PLAN, first, moment(1)), moment(1))
    assert [point.need.kind for point in close.missing] == ["checklist", "state", "approved_decision", "role"]
    steps = story(
        (opened("S2"), 0),
        (e.TaskSettled("keep", "done"), 1),
        (e.StateChanged("FIXING"), 2),
        (e.Decided("All reviewed", topic="review"), 3),
        (e.RoleAssigned("LEAD", "Ana"), 4),
    )
    own = entry(5, e.Attested(3, "0", "approve", ANA, "sig"), minute=5, refs=(3,))
    other = replace(own, data={**own.data, "by": BOB})
    for attest, met in ((own, False), (other, True)):
        view = fold([*steps, attest])
        (close,) = gates(PLAN, view, clocks(PLAN, view, moment(9)), moment(9))
        assert close.met is met


def test_an_owed_notification_keeps_the_gate_shut_until_it_is_sent() -> None:
    """Only after awareness, and only until the authority was told."""
    steps = story((opened("S2"), 0), (e.AwarenessDecided("sure"), 1), (e.UpdateSent("authority", "N1"), 60))
    for upto, owed in ((1, False), (2, True), (3, False)):
        view = fold(steps[:upto])
        (close,) = gates(PLAN, view, clocks(PLAN, view, moment(90)), moment(90))
        assert any(point.need.kind == "clock" for point in close.missing) is owed


def test_a_mild_incident_has_no_gate_for_the_worst() -> None:
    """severity_from is by the plan's own rank."""
    view = fold(story((opened("S3"), 0)))
    assert gates(PLAN, view, (), moment(1)) == ()


_WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\x7f"), min_size=1, max_size=20)
_PAYLOADS: st.SearchStrategy[Payload] = st.one_of(
    st.builds(e.Noted, _WORDS, st.sampled_from(["", "decision", "hypothesis", "action"])),
    st.builds(e.Decided, _WORDS, _WORDS),
    st.builds(e.Acknowledged, _WORDS),
    st.builds(e.SeverityChanged, st.sampled_from(["S1", "S2", "S3"]), _WORDS),
    st.builds(e.StateChanged, st.sampled_from(["OPEN", "FIXING", "RESOLVED", "CLOSED"]), _WORDS),
    st.builds(e.RoleAssigned, st.sampled_from(["LEAD", "PEN"]), _WORDS),
    st.builds(e.RoleHandedOver, st.just("LEAD"), _WORDS, _WORDS),
    st.builds(e.RoleReleased, st.just("LEAD"), _WORDS),
    st.builds(e.TaskSettled, st.sampled_from(["a", "b", "keep"]), st.sampled_from(["done", "skipped"]), _WORDS),
    st.builds(e.TaskReopened, st.sampled_from(["a", "b"]), _WORDS),
    st.builds(e.TaskAssigned, st.just("a"), _WORDS),
    st.builds(e.UpdateSent, st.sampled_from(["team", "authority"]), _WORDS),
    st.builds(e.AwarenessDecided, _WORDS),
    st.builds(e.BreachStated, st.just("nat.text"), st.booleans(), _WORDS, _WORDS),
    st.builds(e.PostmortemWritten, st.just("summary"), _WORDS),
    st.builds(e.ActionAdded, _WORDS, _WORDS),
    st.builds(e.Amended, st.sampled_from(["text", "tags", "retract", "void"]), st.none(), _WORDS, _WORDS),
    st.builds(e.Starred, st.booleans()),
)


def _entries(payloads: list[Payload]) -> list[Entry]:
    steps = [entry(0, opened())]
    for seq, payload in enumerate(payloads, 1):
        refs = (seq - 1,) if isinstance(payload, e.Amended | e.Starred) else ()
        steps.append(entry(seq, payload, minute=seq, refs=refs))
    return steps


@given(st.lists(_PAYLOADS, max_size=25))
def test_a_payload_survives_the_trip_through_an_entry(payloads: list[Payload]) -> None:
    """Structural data and disclosures hold the whole payload."""
    for step, payload in zip(_entries(payloads)[1:], payloads, strict=True):
        assert e.payload_of(step) == payload


@given(st.lists(_PAYLOADS, max_size=25))
def test_advancing_one_by_one_is_folding_at_once(payloads: list[Payload]) -> None:
    """The state after n entries does not depend on when anybody looked."""
    steps = _entries(payloads)
    kept = Fold()
    for count, step in enumerate(steps, 1):
        kept.advance(step)
        assert kept.view() == fold(steps[:count])


@given(st.lists(_PAYLOADS, max_size=25), st.data())
def test_nothing_branches_on_a_text(payloads: list[Payload], data: st.DataObject) -> None:
    """With any disclosures missing, clocks, gates, state and severity are the same, and every row can be drawn."""
    steps = _entries(payloads)
    torn = [
        replace(step, texts={name: value for name, value in step.texts.items() if data.draw(st.booleans())})
        for step in steps
    ]
    whole, part, now = fold(steps), fold(torn), moment(len(steps) + 50)
    assert (part.state, part.severity, part.events, part.incident_class) == (
        whole.state,
        whole.severity,
        whole.events,
        whole.incident_class,
    )
    assert {k: t.outcome for k, t in part.tasks.items()} == {k: t.outcome for k, t in whole.tasks.items()}
    assert set(part.roles) == set(whole.roles)
    assert clocks(PLAN, part, now) == clocks(PLAN, whole, now)
    assert [g.met for g in gates(PLAN, part, clocks(PLAN, part, now), now)] == [
        g.met for g in gates(PLAN, whole, clocks(PLAN, whole, now), now)
    ]
    assert card_of(PLAN, part, now).state == whole.state
    assert all(isinstance(row_of(s, n, PLAN, part).text, str) for n, s in enumerate(torn) if is_row(s))


def test_an_unknown_kind_is_kept_and_shown_by_its_type() -> None:
    """An entry of a newer version does not stop an older one."""
    strange = replace(entry(1, e.Noted("x")), type="hologram.shown")
    view = fold([entry(0, opened()), strange])
    assert (view.entry_count, row_of(strange, 1, PLAN, view).text) == (2, "Entry of type hologram.shown")


def test_text_of_instants_round_trips() -> None:
    """The record's own form of a moment."""
    assert text(1.5) == "2026-11-20T09:01:30.000Z"
