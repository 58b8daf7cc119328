"""Verification of what entries say: attestations, disclosures, erasures, anchors and evidence."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from record import laboratory
from record.laboratory import ALICE, BOB, FOREIGN, LOG, ORG, Log, good, said

from app.record import attestation, checkpoint, disclosure, verify

# Attestations --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"leaf": "00" * 32}, "not in this record"),
        ({"of": 6}, "not in this record"),
        ({"of": -1}, "not in this record"),
        ({"of": True}, "not in this record"),
        ({"of": 4}, "not in this record"),
        ({"as": "author"}, "nobody attests"),
        ({"as": "witness"}, "signed for"),
        ({"by": ALICE.fingerprint}, "another key"),
        ({"by": FOREIGN.fingerprint}, "not on the roll"),
        ({"by": LOG.fingerprint}, "may not sign as approve"),
        ({"sshsig": "x"}, "armour"),
        ({"note": "x"}, "five fields"),
        ({"by": 1}, "five fields"),
    ],
    ids=str,
)
def test_an_attestation_is_strict(log, change, words):
    """An attestation is by an enrolled key, over exactly the entry that it names."""
    log.add("note")
    log.attest(5, BOB, **change)
    log.seal()
    assert said(log.verdict(), 6, words)


def test_an_attestation_is_over_the_exact_bytes(log):
    """A signature over another line is rejected although leaf and number fit."""
    log.add("note")
    log.add("note")
    other = attestation.make(log.lines[6], "approve", BOB, ORG)
    log.attest(5, BOB, sshsig=other["sshsig"])
    log.seal()
    assert said(log.verdict(), 7, "does not match the entry")


@pytest.mark.parametrize("as_", ["approve", "handover-from", "handover-to", "witness"])
def test_the_four_kinds_of_attestation(log, as_):
    """Approvals, both sides of a hand-over and witnesses are accepted, whoever recorded them."""
    log.add("note")
    log.attest(5, BOB, as_, ALICE)
    log.seal()
    good(log)


# Contents ------------------------------------------------------------------------------------------------------------


def test_a_withheld_disclosure_is_a_remark(log):
    """A partial hand-out still verifies, and says what is missing."""
    log.add("note", texts=[("text", "a"), ("reason", "b")])
    log.seal()
    log.disclosures.pop()
    good(log, "1 item is withheld from entry 5")


def test_a_disclosure_must_be_committed_to(log):
    """Another text than the recorded one is rejected, and so is one moved to another entry."""
    log.add("note", texts=[("text", "a")])
    log.seal()
    seq, text = log.disclosures[-1]
    for wrong in ((seq, disclosure.make("text", "b", bytes(16))), (4, text), (seq, "x"), (99, text)):
        other = log.copy()
        other.disclosures.append(wrong)
        assert not other.verdict().ok
        assert other.verdict().problems[0].entry == wrong[0]
    log.disclosures.append((seq, text))
    assert said(log.verdict(), seq, "disclosed twice")


def test_a_name_is_disclosed_once(log):
    """Two texts under one name in one entry are ambiguous."""
    log.add("note", texts=[("text", "a"), ("text", "b")])
    log.seal()
    assert said(log.verdict(), 5, "disclosed twice")


def test_a_commitment_cannot_be_copied(log):
    """An entry cannot claim the content of another one."""
    log._salts = iter([bytes(16)] * 9)
    log.add("note", texts=[("text", "a")])
    log.add("note", texts=[("text", "a")])
    log.seal()
    log.disclosures.pop()
    assert said(log.verdict(), 6, "content of entry 5")


def test_an_erased_disclosure_is_known(log):
    """An erasure approved by a second person leaves no remark."""
    log.add("note", texts=[("text", "a")])
    erased = log.add("erase", {"basis": "Art. 17", "items": [{"seq": 5, "digest": laboratory.digest_of(log, 5)}]})
    kept = log.disclosures.pop()
    lone = log.copy()
    lone.attest(erased, ALICE)
    lone.seal()
    good(lone, "erasure by entry 6 has no approval by a second person")
    log.attest(erased, BOB)
    log.seal()
    good(log)
    log.disclosures.append(kept)
    good(log, "erased content is still disclosed with entry 5")


@pytest.mark.parametrize(
    "items", [[], None, [{"seq": 5}], [{"seq": 4, "digest": "D"}], [{"seq": 5, "digest": "x"}], [1]]
)
def test_an_erasure_names_what_it_erases(log, items):
    """Only contents of earlier entries can be erased."""
    log.add("note", texts=[("text", "a")])
    items = [
        one | {"digest": laboratory.digest_of(log, 5)} if one == {"seq": 4, "digest": "D"} else one
        for one in items or []
    ]
    log.add("erase", {"basis": "x", "items": items})
    log.seal()
    assert any(problem.entry == 6 for problem in log.verdict().problems)


def test_an_amendment_names_an_entry(log):
    """An amend without refs amends nothing."""
    log.add("amend")
    log.seal()
    assert said(log.verdict(), 5, "amends nothing")


# Anchors and evidence ------------------------------------------------------------------------------------------------


def anchored(log, **changes):
    """A record with an anchor over its genesis checkpoint."""
    content = {"size": 5, "root": log.head.root.hex(), "tsr_sha256": checkpoint.sha256(b"token").hexdigest()}
    log.add("anchor", content | changes, by=None)
    log.seal()
    return log


def test_an_anchored_root_is_compared(log):
    """An anchor over another root is rejected: an earlier verifier did not look."""
    assert anchored(log.copy()).verdict().verdict == "VERIFIED"
    assert said(anchored(log, root="00" * 32).verdict(), 5, "root is not the record's")


@pytest.mark.parametrize(
    "change", [{"size": 6}, {"size": 0}, {"size": True}, {"tsr_sha256": None}, {"size": 4}], ids=str
)
def test_an_anchor_names_a_checkpoint(log, change):
    """An anchor is over a checkpoint that is there."""
    verdict = anchored(log, **change).verdict()
    assert any(problem.entry == 5 for problem in verdict.problems)


def test_time_stamps_are_compared(log):
    """A time stamp that is there must be the recorded one; an absent one is a remark."""
    anchored(log)
    assert log.verdict(tokens={5: b"token"}).remarks == ("entry 5: the time stamp over checkpoint 5 was not checked",)
    assert "absent" in log.verdict(tokens={}).remarks[0]
    assert said(log.verdict(tokens={5: b"other"}), 5, "not the one recorded")


def test_evidence_is_compared(log):
    """Evidence must have the recorded hash and size; absent evidence is a remark."""
    files = {checkpoint.sha256(b"memory").hexdigest(): b"memory"}
    (digest,) = files
    log.add("evidence.add", texts=[("evidence", {"sha256": digest, "size": 6, "name": "ram"})])
    log.seal()

    def at_hand(content):
        return log.verdict(evidence=lambda wanted: [content] if content is not None and wanted == digest else None)

    assert at_hand(b"memory").verdict == "VERIFIED"
    assert at_hand(None).verdict == "VERIFIED with remarks"
    assert said(at_hand(b"memorx"), 5, "not what was recorded")


@pytest.mark.parametrize("value", ["text", {}, {"sha256": "x"}, {"sha256": 1}, {"sha256": "../" * 22 + "xx"}])
def test_evidence_is_described_by_its_hash(log, value):
    """What is called evidence names its content, and never a place."""
    log.add("evidence.add", texts=[("evidence", value)])
    log.seal()
    assert said(log.verdict(), 5, "not described by its hash")


# Progress ------------------------------------------------------------------------------------------------------------


def test_progress_and_cancel(log):
    """The caller sees entries counted, and can stop."""
    for _ in range(1001):
        log.add("clock", by=None)
    log.seal()
    seen: list[int] = []
    assert log.verdict(progress=seen.append).ok
    assert seen == [1000, 1006]
    with pytest.raises(verify.Cancelled):
        log.verdict(cancelled=lambda: True)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(["alice", "bob", "program", "approve", "erase", "seal"]), max_size=12))
def test_whatever_is_sealed_verifies(steps):
    """Any lawful sequence of steps gives a record that is VERIFIED without a remark."""
    log = Log().genesis()
    for step in steps:
        if step == "program":
            log.add("clock", {"delta": 1}, by=None)
        elif step == "approve":
            log.attest(log.head.size - 1, BOB)
        elif step == "erase" and log.disclosures:
            seq, _text = log.disclosures.pop()
            digest = next(iter(set(json.loads(log.lines[seq])["_sd"])))
            log.attest(log.add("erase", {"basis": "x", "items": [{"seq": seq, "digest": digest}]}), BOB)
        elif step == "seal":
            log.checkpoints = [one for one in log.checkpoints if one.size != log.head.size]
            log.seal()
        else:
            log.add("note", by=laboratory.key("alice" if step == "alice" else "bob"), texts=[("text", step)])
    log.checkpoints = [one for one in log.checkpoints if one.size != log.head.size]
    log.seal()
    good(log)
