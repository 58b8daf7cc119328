"""Verification of keys: genesis, enrolment, rotation, revocation, and the checkpoints that they sign."""

from __future__ import annotations

import dataclasses

import pytest
from record.laboratory import ALICE, BOB, CAROL, FOREIGN, LOG, LOG2, ORG, RECOVERY, Log, good, said

from app.record import checkpoint

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


def test_a_bad_key_in_the_genesis_group_is_named():
    """The founders' keys are examined like any other."""
    log = Log()
    log.add("incident.open")
    log.enrol(LOG, "log", "log-1")
    log.enrol(RECOVERY, "recovery", "recovery")
    log.enrol(ALICE, "person", "p1")
    log.enrol(BOB, "person", "p2", ALICE, fp=CAROL.fingerprint)
    log.seal()
    assert said(log.verdict(), 4, "fingerprint")


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
    good(log, "entry 5: the log key log-2@clinic.example came with the approval of a person", "checkpoint 5: SUSPECT")


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
    assert said(wrong.verdict(), 4, "root is not the record's")
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
