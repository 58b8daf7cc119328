"""Verification: each rule of the format has a record here that only this rule rejects."""

from __future__ import annotations

import dataclasses
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from record import laboratory
from record.laboratory import ALICE, BOB, CAROL, FOREIGN, LOG, LOG2, ORG, RECOVERY, Log

from app.record import attestation, canonical, checkpoint, disclosure, merkle, verify


@pytest.fixture
def log():
    """A record with its genesis group."""
    return Log().genesis()


def said(verdict, entry, words):
    """Whether the verdict is REJECTED for that entry with these words."""
    found = [problem for problem in verdict.problems if problem.entry == entry and words in problem.what]
    assert found, verdict.problems
    assert not verdict.ok
    assert verdict.verdict == "REJECTED"
    return True


def good(log, *remarks):
    """That a record is accepted, with exactly these remarks."""
    verdict = log.verdict()
    assert verdict.problems == ()
    assert len(verdict.remarks) == len(remarks), verdict.remarks
    assert all(words in found for words, found in zip(remarks, verdict.remarks, strict=True))
    assert verdict.verdict == ("VERIFIED with remarks" if remarks else "VERIFIED")
    return verdict


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


# Genesis -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("left_out", ["log", "recovery", "person"])
def test_the_genesis_group_is_complete(left_out):
    """One log key, one recovery key and a person, or no record."""
    log = Log()
    log.add("incident.open")
    for role, key in (("log", LOG), ("recovery", RECOVERY), ("person", ALICE)):
        if role != left_out:
            log.enrol(key, role, role)
    log.seal()
    assert said(log.verdict(), 0, "genesis group")


def test_the_genesis_group_has_one_log_key():
    """A second log key needs to be vouched for, so it cannot come with the first."""
    log = Log()
    log.add("incident.open")
    log.enrol(LOG, "log", "log-1")
    log.enrol(LOG2, "log", "log-2")
    log.enrol(RECOVERY, "recovery", "recovery")
    log.enrol(ALICE, "person", "p1")
    log.seal()
    assert said(log.verdict(), 0, "genesis group")


def test_the_genesis_group_ends_with_a_checkpoint(log):
    """Without that checkpoint nobody could tell founders from later arrivals."""
    log.add("note")
    log.seal()
    good(log)
    del log.checkpoints[0]
    assert said(log.verdict(), None, "genesis group is missing")


def test_a_record_begins_with_incident_open():
    """The first entry opens the incident, and no other does."""
    log = Log()
    log.add("note")
    log.enrol(LOG, "log", "log-1")
    log.enrol(RECOVERY, "recovery", "recovery")
    log.enrol(ALICE, "person", "p1")
    log.seal()
    assert said(log.verdict(), 0, "begins with incident.open")
    again = Log().genesis()
    again.add("incident.open", {"incident_id": again.incident_id})
    again.seal()
    assert said(again.verdict(), 5, "opened before")
    other = Log()
    other.add("incident.open", {"incident_id": "00" * 32})
    other.enrol(ALICE, "person", "p1")
    other.seal()
    assert said(other.verdict(), 0, "opens another incident")


# Enrolment -----------------------------------------------------------------------------------------------------------


def test_a_later_person_needs_an_approval(log):
    """A key added after the genesis counts only with an approval by an enrolled person."""
    alone = log.copy()
    alone.enrol(CAROL, "person", "p3")
    alone.seal()
    assert said(alone.verdict(), 5, "nobody in force vouches")
    log.attest(log.enrol(CAROL, "person", "p3"), BOB)
    log.add("note", by=CAROL)
    log.seal()
    good(log)


def test_nobody_approves_themselves(log):
    """A new person's own approval enrols nobody, and neither do two strangers' for each other."""
    log.attest(log.enrol(CAROL, "person", "p3"), CAROL)
    log.enrol(FOREIGN, "person", "p4")
    log.attest(7, CAROL)
    log.attest(5, FOREIGN)
    log.seal()
    verdict = log.verdict()
    assert said(verdict, 6, "not in force")
    assert said(verdict, 5, "nobody in force vouches")
    assert said(verdict, 7, "nobody in force vouches")


def test_an_approval_comes_in_the_same_commit(log):
    """An approval that the next checkpoint does not cover comes too late."""
    seq = log.enrol(CAROL, "person", "p3")
    log.seal()
    log.attest(seq, BOB)
    log.seal()
    assert said(log.verdict(), 5, "nobody in force vouches")


def test_a_person_writes_nothing_before_the_approval(log):
    """Validity begins after the approval, by position."""
    seq = log.enrol(CAROL, "person", "p3")
    log.add("note", by=CAROL)
    log.attest(seq, BOB)
    log.seal()
    assert said(log.verdict(), 6, "not in force")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"fp": BOB.fingerprint}, "fingerprint"),
        ({"key": "ssh-ed25519 AAAA"}, "key"),
        ({"role": "king"}, "role"),
        ({"principal": "p3@elsewhere.example"}, "organisation"),
        ({"principal": f"*@{ORG}"}, "organisation"),
        ({"principal": f"P3@{ORG}"}, "organisation"),
        ({"principal": f"p2@{ORG}"}, "already"),
        ({"ns": []}, "ns"),
        ({"ns": [f"checkpoint@{ORG}"]}, "namespaces"),
        ({"ns": [f"author@{ORG}"] * 2}, "namespaces"),
        ({"ns": ["author@elsewhere.example"]}, "namespaces"),
        ({"ns": "author"}, "ns"),
        ({"more": 1}, "five fields"),
    ],
    ids=str,
)
def test_key_add_is_strict(log, change, words):
    """A key is enrolled under its own fingerprint, one principal, and its role's namespaces."""
    log.attest(log.enrol(CAROL, "person", "p3", **change), BOB)
    log.seal()
    assert said(log.verdict(), 5, words)


def test_a_key_is_enrolled_once(log):
    """A second role for the same key is refused."""
    log.attest(log.enrol(BOB, "witness", "w1"), ALICE)
    log.seal()
    assert said(log.verdict(), 5, "already")


# Log keys ------------------------------------------------------------------------------------------------------------


def rotated(log, *signing):
    """A rotation from the first to the second log key, its checkpoint signed by these."""
    log.enrol(LOG2, "log", "log-2")
    log.add("key.retire", {"fp": LOG.fingerprint, "reason": "planned"})
    log.seal(*signing)
    return log


def test_a_rotation_verifies(log):
    """Old and new key sign the retirement, the new one alone everything after."""
    rotated(log, LOG, LOG2).add("clock", by=None, actor=LOG2.fingerprint)
    log.seal(LOG2)
    good(log)


def test_a_new_log_key_alone_is_rejected(log):
    """A retirement that the old key did not sign is nobody's."""
    verdict = rotated(log, LOG2).verdict()
    assert said(verdict, 5, "nobody in force vouches")


def test_a_retirement_without_a_new_key_is_rejected(log):
    """The old key alone does not end itself."""
    log.add("key.retire", {"fp": LOG.fingerprint})
    log.seal(LOG)
    assert said(log.verdict(), 5, "not signed by the old log key and a new one")


def test_a_retirement_hidden_in_a_bigger_commit_is_rejected(log):
    """Nothing stands between a retirement and its checkpoint: an earlier verifier let it pass."""
    log.enrol(LOG2, "log", "log-2")
    log.add("key.retire", {"fp": LOG.fingerprint})
    log.add("note")
    log.seal(LOG2)
    assert said(log.verdict(), 6, "no checkpoint follows")
    both = log.cut(8)
    both.seal(LOG, LOG2)
    assert not both.verdict().ok


def test_a_retired_log_key_signs_nothing_more(log):
    """After its end a log key makes neither checkpoints nor entries."""
    rotated(log, LOG, LOG2).add("note")
    late = log.copy()
    late.seal(LOG)
    assert said(late.verdict(), None, "may not sign here")
    log.add("clock", by=None, actor=LOG.fingerprint)
    log.seal(LOG2)
    assert said(log.verdict(), 8, "no log key in force")


def test_a_revocation_is_signed_by_recovery_and_new_key(log):
    """A stolen log key is ended by the recovery key; its new one is approved by a person."""
    log.attest(log.enrol(LOG2, "log", "log-2"), BOB)
    gone = {"fp": LOG.fingerprint, "reason": "stolen", "since": "2026-03-01T12:00:01.000Z", "last_good": 4}
    log.add("key.revoke", gone)
    without = log.copy()
    without.seal(LOG2)
    assert said(without.verdict(), 7, "not signed by the recovery key and a new one")
    stolen = log.copy()
    stolen.seal(LOG, LOG2)
    assert said(stolen.verdict(), None, "may not sign here")
    log.seal(RECOVERY, LOG2)
    log.add("note")
    log.seal(LOG2)
    good(log, "checkpoint 5: SUSPECT")


def test_the_recovery_key_alone_makes_no_checkpoint(log):
    """The recovery key helps in a revocation and nowhere else."""
    log.add("note")
    log.seal(RECOVERY)
    assert said(log.verdict(), None, "no log key in force")


@pytest.mark.parametrize(
    "change",
    [
        {"since": "yesterday"},
        {"since": None},
        {"last_good": 8},
        {"last_good": True},
        {"fp": FOREIGN.fingerprint},
        {"fp": 1},
    ],
    ids=str,
)
def test_a_revocation_is_well_formed(log, change):
    """A revocation names a key in force, since when, and a size of this log."""
    gone = {"fp": BOB.fingerprint, "reason": "left", "since": "2026-03-01T12:00:01.000Z", "last_good": 4}
    log.add("key.revoke", gone | change)
    log.seal()
    assert any(problem.entry == 5 for problem in log.verdict().problems)


def test_a_revoked_person_is_out(log):
    """By position: what came before stands, attestations after `since` are suspect, what comes later is rejected."""
    log.add("note")
    log.attest(5, BOB)
    log.add(
        "key.revoke", {"fp": BOB.fingerprint, "reason": "lost", "since": "2026-03-01T12:00:05.500Z", "last_good": 5}
    )
    log.seal()
    good(log, "entry 6: SUSPECT")
    log.add("note", by=BOB)
    log.seal()
    assert said(log.verdict(), 8, "not in force")


def test_the_program_ends_no_person(log):
    """An unsigned entry cannot throw a person out."""
    log.add("key.retire", {"fp": BOB.fingerprint}, by=None)
    log.seal()
    assert said(log.verdict(), 5, "only a person ends")


def test_a_key_ends_once(log):
    """A key that is not in force cannot be ended."""
    log.add("key.retire", {"fp": BOB.fingerprint})
    log.add("key.retire", {"fp": BOB.fingerprint})
    log.seal()
    assert said(log.verdict(), 6, "not in force")


@pytest.mark.parametrize("way", ["program", "approved by a stranger", "with a foreign person", "checkpoint borrowed"])
@pytest.mark.parametrize("size", [5, 6, 8])
def test_a_record_cut_and_continued_with_a_foreign_key_is_rejected(size, way):
    """Whoever holds no key of the record cannot continue it, wherever it is cut."""
    whole = Log().genesis()
    for _ in range(5):
        whole.add("note")
        whole.seal()
    forged = whole.cut(size)
    assert forged.verdict().ok
    added = forged.enrol(FOREIGN, "log", "log-9", None)
    signing = [FOREIGN]
    if way == "approved by a stranger":
        forged.attest(added, FOREIGN)
    if way == "with a foreign person":
        forged.attest(forged.enrol(CAROL, "person", "p9", None), CAROL)
        forged.attest(added, CAROL)
    forged.add("clock", by=None, actor=FOREIGN.fingerprint)
    made = forged.seal(*signing)
    if way == "checkpoint borrowed":
        old = whole.checkpoints[-1]
        forged.checkpoints[-1] = dataclasses.replace(
            made,
            note=made.note + old.note.partition("\n\n")[2],
            sshsigs=(*made.sshsigs, *old.sshsigs),
        )
    verdict = forged.verdict()
    assert not verdict.ok
    assert forged.verdict(trust=()).verdict == "REJECTED"


def test_no_unsigned_key_can_sneak_in(log):
    """A record continued by a thief of nothing, with the log's own name on an unsigned entry, is rejected."""
    log.enrol(FOREIGN, "log", "log-9", None)
    log.seal(FOREIGN)
    assert said(log.verdict(), 5, "nobody in force vouches")


def test_vouching_takes_both_forms(log):
    """The old key's signature in one form only does not vouch for a new one."""
    log.enrol(LOG2, "log", "log-2")
    made = log.seal(LOG, LOG2)
    good(log)
    alone = checkpoint.sign(log.head.origin, log.head.size, log.head.root, [LOG2], ORG)
    for changed in (dataclasses.replace(made, note=alone.note), dataclasses.replace(made, sshsigs=alone.sshsigs)):
        other = log.copy()
        other.checkpoints[-1] = changed
        assert said(other.verdict(), 5, "nobody in force vouches")


# Checkpoints ---------------------------------------------------------------------------------------------------------


def test_every_checkpoint_agrees_with_the_tree(log):
    """A wrong root or size under a good signature is rejected."""
    wrong = log.copy()
    wrong.checkpoints[0] = checkpoint.sign(log.head.origin, 5, bytes(32), [LOG], ORG)
    assert said(wrong.verdict(), None, "root is not the record's")
    more = log.copy()
    more.checkpoints.append(checkpoint.sign(log.head.origin, 6, log.head.root, [LOG], ORG))
    assert said(more.verdict(), None, "more entries than there are")
    named = log.copy()
    named.checkpoints[0] = checkpoint.sign(log.head.origin + "b", 5, log.head.root, [LOG], ORG)
    assert said(named.verdict(), None, "another log")
    twice = log.copy()
    twice.checkpoints.append(log.checkpoints[0])
    assert said(twice.verdict(), None, "there twice")


def test_a_damaged_signature_of_two_is_rejected(log):
    """One good note signature does not excuse a bad one."""
    made = rotated(log, LOG, LOG2).checkpoints[-1]
    head, _, tail = made.note.rpartition(" ")
    for note in (f"{head} {tail[:20]}{'A' if tail[20] != 'A' else 'B'}{tail[21:]}", made.note[: made.note.rindex("—")]):
        log.checkpoints[-1] = dataclasses.replace(made, note=note)
        assert said(log.verdict(), None, "checkpoint 7")


def test_cosignatures_are_checked_when_the_witness_is_known(log):
    """A cosignature by a name that is not on the roll is a remark; one by a known witness must match."""
    made = log.checkpoints[0]

    def cosigned(body):
        message = f"cosignature/v1\ntime 1772366400\n{body}".encode()
        name = "witness.example/w1"
        blob = (
            checkpoint.key_id(name, CAROL.public, checkpoint.COSIGNATURE)
            + (1772366400).to_bytes(8)
            + CAROL.sign(message)
        )
        return f"— {name} {checkpoint.b64encode(blob).decode()}\n"

    log.checkpoints[0] = dataclasses.replace(made, note=made.note + cosigned(made.body))
    good(log, "cosignature by witness.example/w1 was not checked")
    log.attest(log.enrol(CAROL, "witness", "w1"), BOB)
    log.seal()
    good(log)
    log.checkpoints[0] = dataclasses.replace(made, note=made.note + cosigned(made.body + "x"))
    assert said(log.verdict(), None, "does not match")


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
    assert log.verdict(tokens={5: b"token"}).verdict == "VERIFIED"
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
