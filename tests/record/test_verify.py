"""Verification: each rule of the format has a record here that only this rule rejects."""

from __future__ import annotations

import dataclasses
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from record import laboratory
from record.laboratory import ALICE, BOB, FOREIGN, LOG, LOG2, ORG, RECOVERY, Log, good, said

from app.record import canonical, checkpoint, merkle, verify


def test_the_log_of_the_vectors_verifies(vectors):
    """The whole published log with its four checkpoints, a rotation, an erasure and three attestations is VERIFIED."""
    published = vectors["log"]
    checkpoints = [
        checkpoint.parse(case["note"], [armour for _, armour in case["sshsig"]], "az-incident.example")
        for case in published["checkpoints"].values()
    ]
    verdict = verify.verify_record(
        published["incident_record"].encode(),
        [line.encode() for line in published["entries"]],
        [(seq, text) for seq, text in published["disclosures"]],
        checkpoints,
        frozenset({vectors["keys"]["log-1"]["fingerprint"]}),
    )
    assert (verdict.verdict, verdict.problems, verdict.remarks) == ("VERIFIED", (), ())
    assert (verdict.size, verdict.root) == (18, published["roots"][18])
    assert set(verdict.signers) == {case["fingerprint"] for case in vectors["keys"].values()}


def test_a_plain_record_verifies(log):
    """Entries by two persons and by the program, sealed, are VERIFIED."""
    log.add("note", texts=[("text", "hello")])
    log.add("note", by=BOB)
    log.add("clock", {"jump": 7}, by=None)
    log.seal()
    assert good(log).size == 8


# Trust ---------------------------------------------------------------------------------------------------------------


def test_without_trust_the_maker_is_unknown(log):
    """A record that nobody vouches for from outside is consistent, not proven."""
    verdict = log.verdict(trust=())
    assert verdict.verdict == "VERIFIED with remarks"
    assert "maker unknown" in verdict.remarks[0]


def test_a_record_by_other_keys_is_rejected(log):
    """A fingerprint that is not in the record rejects it."""
    assert said(log.verdict(trust=[FOREIGN]), None, "none of the trusted keys")


def test_naming_a_trusted_key_is_not_signing(log):
    """A forger can list the victim's recovery key; only a signature by a trusted key proves the maker."""
    verdict = log.verdict(trust=[RECOVERY])
    assert verdict.ok
    assert "signed no checkpoint" in verdict.remarks[0]


def test_the_person_who_enrolled_the_log_key_can_be_trusted(log):
    """A person's own signature over the log's key proves the maker as well."""
    assert log.verdict(trust=[ALICE]).verdict == "VERIFIED"
    assert log.verdict(trust=[BOB]).verdict == "VERIFIED with remarks"


def test_a_note_known_from_elsewhere_must_be_continued(log):
    """Whoever kept an earlier note notices that history was cut or rewritten."""
    log.add("note")
    kept = log.seal().note
    log.add("note")
    log.seal()
    assert log.verdict(known=[kept]).verdict == "VERIFIED"
    assert said(log.cut(5).verdict(known=[kept]), None, "known from elsewhere")
    rewritten = log.cut(5)
    rewritten.add("note", {"other": 1})
    rewritten.seal()
    assert rewritten.verdict().ok
    assert said(rewritten.verdict(known=[kept]), None, "known from elsewhere")
    assert said(log.verdict(known=["nonsense"]), None, "known from elsewhere")


# Bytes and chain -----------------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(st.integers(0), st.integers(1, 255))
def test_one_flipped_byte_is_named(place, mask):
    """A changed byte in any line rejects the record and names the entry."""
    log = Log().genesis()
    log.add("note", texts=[("text", "hello")])
    log.attest(5, BOB)
    log.seal()
    place %= sum(map(len, log.lines))
    seq = 0
    while place >= len(log.lines[seq]):
        place, seq = place - len(log.lines[seq]), seq + 1
    spoilt = bytearray(log.lines[seq])
    spoilt[place] ^= mask
    log.lines[seq] = bytes(spoilt)
    verdict = log.verdict()
    assert not verdict.ok
    assert verdict.problems[0].entry is not None
    assert seq in {problem.entry for problem in verdict.problems}


@pytest.mark.parametrize("seq", range(8))
def test_a_missing_entry_is_named(log, seq):
    """Leaving an entry out is found at its place."""
    for _ in range(3):
        log.add("note")
    log.seal()
    del log.lines[seq]
    verdict = log.verdict()
    if seq == 7:
        assert said(verdict, None, "more entries than there are")
    else:
        assert said(verdict, seq, f"entry {seq + 1} stands here")


def test_each_entry_names_the_one_before(log):
    """A line that an enrolled person signed, under a good checkpoint, still has to link to its predecessor."""
    log.add("note")
    log.head = dataclasses.replace(log.head, prev="00" * 32)
    log.add("note")
    log.seal()
    assert said(log.verdict(), 6, "prev is not the leaf")


@pytest.mark.parametrize("line", [b"[]", b"1", b"null", b'"x"', b"{}"])
def test_an_entry_is_an_object(log, line):
    """Other JSON is no entry, however canonical."""
    log.put(line)
    assert said(log.verdict(), 5, "not an entry")


def test_an_entry_after_the_last_checkpoint_is_rejected(log):
    """Everything is covered by a checkpoint, or it is nobody's."""
    log.add("clock", by=None)
    assert said(log.verdict(), None, "covers 5 of 6")


def test_a_record_without_checkpoints_is_rejected(log):
    """No checkpoint, no record."""
    log.checkpoints.clear()
    assert said(log.verdict(), None, "covers 0 of 5")


def test_an_empty_record_is_rejected():
    """Nothing is not a record."""
    assert not Log().verdict().ok


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"extra": 1}, "extra"),
        ({"v": 2}, "v is not 1"),
        ({"v": True}, "v is not 1"),
        ({"_sd": []}, "_sd"),
        ({"_sd_alg": "sha-256"}, "_sd"),
        ({"data": {}}, "data"),
        ({"refs": []}, "refs"),
        ({"refs": [5]}, "refs"),
        ({"at": "2026-03-01T12:00:05.000Z"}, "at is no moment"),
        ({"at": "2026-03-01 12:00"}, "at is no moment"),
        ({"ts": "2026-13-01T12:00:05.000Z"}, "ts"),
        ({"id": "x"}, "id"),
        ({"type": "Note"}, "type"),
        ({"seq": 5.0}, "integer"),
        ({"seq": -1}, "seq is not a number"),
        ({"seq": True}, "seq is not a number"),
        ({"seq": "5"}, "seq is not a number"),
        ({"actor": "Alice"}, "actor"),
    ],
    ids=str,
)
def test_fields_of_an_entry_are_fixed(log, change, words):
    """Unknown, empty or malformed fields are rejected, although the chain holds."""
    log.add("note")
    fields = json.loads(log.lines.pop()) | change
    spoilt = json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()
    log.put(spoilt)
    assert said(log.verdict(), 5, words)


def test_an_id_stands_once(log):
    """A retry never doubles an entry."""
    log.add("note", uuid="0192b6f0-0000-7000-8000-000000000001")
    log.seal()
    assert said(log.verdict(), 5, "id stands in entry 1")


def test_a_clock_that_goes_back_is_a_remark(log):
    """Order is seq; a wrong clock is told and rejects nothing."""
    log.add("note", ts="2026-02-01T00:00:00.000Z")
    log.add("note", ts="2020-02-01T00:00:00.000Z")
    log.add("note")
    log.seal()
    good(log, "the clock went back at entries 5, 6")


def test_an_entry_of_another_log_is_rejected(log):
    """All entries name one log, and it is named after the incident."""
    other = log.copy()
    other.head = dataclasses.replace(log.head, origin=log.head.origin[:-1] + "b")
    other.add("note")
    assert said(other.verdict(), 5, "another log")
    foreign = Log(laboratory.INCIDENT | {"nonce": "11" * 16}).genesis()
    foreign.incident = log.incident
    assert said(foreign.verdict(), 0, "named after this incident")


@pytest.mark.parametrize(
    "change",
    [
        lambda raw: raw + b"\n",
        lambda raw: raw.replace(b'"v":1', b'"v":2'),
        lambda raw: raw.replace(b'"nonce":"00', b'"nonce":"0g'),
        lambda raw: raw.replace(ORG.encode(), b"Clinic"),
        lambda raw: raw[:-1] + b',"x":1}',
        lambda raw: b"[]",
    ],
)
def test_the_incident_record_is_strict(log, change):
    """`incident.json` has its fields and no final newline."""
    log.incident = change(log.incident)
    verdict = log.verdict()
    assert not verdict.ok
    assert "incident.json" in verdict.problems[0].what


# Authors -------------------------------------------------------------------------------------------------------------


def test_a_person_must_be_enrolled(log):
    """A signature by a stranger is no signature."""
    log.add("note", by=FOREIGN)
    log.seal()
    assert said(log.verdict(), 5, "not on the roll")


def test_a_log_key_is_not_a_person(log):
    """A log key may not speak for people."""
    log.add("note", by=LOG)
    log.seal()
    assert said(log.verdict(), 5, "may not sign as author")


def test_the_signature_is_over_this_line(log):
    """A signature carried over from another entry is rejected."""
    log.add("note")
    log.add("note")
    one, two = (json.loads(line) for line in log.lines[-2:])
    log.lines[-1] = canonical.encode(two | {"sig": one["sig"]})
    assert said(log.verdict(), 6, "signature is wrong")


def test_the_program_speaks_of_its_own_affairs_only(log):
    """An unsigned entry of any other type is rejected, even under a checkpoint."""
    log.add("note")
    fields = json.loads(log.lines[-1])
    del fields["sig"]
    other = log.cut(5)
    line = canonical.encode(fields | {"actor": LOG.fingerprint})
    other.put(line)
    other.head = dataclasses.replace(other.head, size=6, frontier=other.head.frontier.push(merkle.leaf(line)))
    other.seal()
    assert said(other.verdict(), 5, "no author's signature")


@pytest.mark.parametrize("actor", [ALICE, FOREIGN, RECOVERY, LOG2])
def test_the_program_speaks_with_a_log_key_in_force(log, actor):
    """An unsigned entry by any key but a log key in force is rejected."""
    log.add("clock", by=None, actor=actor.fingerprint)
    log.seal()
    assert said(log.verdict(), 5, "no log key in force")
