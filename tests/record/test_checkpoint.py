"""Checkpoints: two forms of one statement, both of them checked."""

from __future__ import annotations

import dataclasses

import pytest

from app.record import checkpoint
from app.record.checkpoint import BadCheckpoint

ORG = "az-incident.example"


@pytest.fixture
def published(vectors):
    """The checkpoints of the vectors by size, parsed."""
    return {
        int(size): checkpoint.parse(case["note"], [armour for _, armour in case["sshsig"]], ORG)
        for size, case in vectors["log"]["checkpoints"].items()
    }


@pytest.fixture
def public(named_key):
    """The log keys of the vectors by fingerprint."""
    return {key.fingerprint: key.public for key in map(named_key, ("log-1", "log-2"))}


def test_vectors(vectors, published, named_key):
    """Signing again gives the published notes and armours byte for byte."""
    for size, parsed in published.items():
        case = vectors["log"]["checkpoints"][str(size)]
        by = {named_key(name).fingerprint: named_key(name) for name in vectors["keys"]}
        signers = [by[fp] for fp, _ in case["sshsig"]]
        made = checkpoint.sign(
            vectors["log"]["origin"], size, bytes.fromhex(vectors["log"]["roots"][size]), signers, ORG
        )
        assert made == parsed
        assert (made.body, made.note) == (case["body"], case["note"])
        assert [list(one) for one in made.sshsigs] == case["sshsig"]


def test_verify_names_the_signers(published, public, named_key):
    """Every key of both forms is named, in the note's order."""
    assert checkpoint.verify(published[14], public, ORG) == tuple(named_key(n).fingerprint for n in ("log-1", "log-2"))


def test_vkeys(vectors, named_key):
    """Verifier keys are those of the vectors."""
    for name, text in vectors["log"]["vkeys"].items():
        assert checkpoint.vkey(vectors["log"]["origin"], named_key(name).public) == text


def test_cosignature(vectors, published, named_key):
    """A witness's cosignature holds for its moment, name, key and note; it is not taken for a log signature."""
    case = vectors["cosignature"]
    final = published[18]
    both = dataclasses.replace(final, note=final.note + case["line"])
    bob = named_key("bob").public
    assert checkpoint.cosigned(both, case["witness"], bob) == case["time"]
    assert checkpoint.cosigned(both, "other.example/w1", bob) is None
    assert checkpoint.cosigned(both, case["witness"], named_key("alice").public) is None
    elsewhere = dataclasses.replace(published[11], note=published[11].note + case["line"])
    assert checkpoint.cosigned(elsewhere, case["witness"], bob) is None
    assert checkpoint.verify(both, {named_key("log-2").fingerprint: named_key("log-2").public}, ORG)


def test_one_of_two_note_signatures_damaged(published, public):
    """Two signatures, one broken: rejected. An earlier verifier was content with one."""
    good = published[14]
    for place in range(good.note.index("\n\n") + 2, len(good.note)):
        other = "A" if good.note[place] != "A" else "B"
        damaged = dataclasses.replace(good, note=good.note[:place] + other + good.note[place + 1 :])
        with pytest.raises(BadCheckpoint):
            checkpoint.verify(damaged, public, ORG)


def test_forms_must_be_by_the_same_keys(published, public):
    """A signature in one form only is rejected, whichever form."""
    good = published[14]
    lines = good.note.splitlines(keepends=True)
    (one, first), (two, second) = good.sshsigs
    swapped = ((two, first), (one, second))
    for changed in (
        dataclasses.replace(good, note="".join(lines[:-1])),
        dataclasses.replace(good, sshsigs=good.sshsigs[:1]),
        dataclasses.replace(good, sshsigs=()),
        dataclasses.replace(good, note="".join(lines) + lines[-1]),
        dataclasses.replace(good, sshsigs=(good.sshsigs[0], good.sshsigs[0], good.sshsigs[1])),
        dataclasses.replace(good, sshsigs=tuple((fp, good.sshsigs[0][1]) for fp, _ in good.sshsigs)),
        dataclasses.replace(good, sshsigs=published[18].sshsigs),
        dataclasses.replace(good, sshsigs=swapped),
        dataclasses.replace(good, size=13),
        dataclasses.replace(good, root=bytes(32)),
    ):
        with pytest.raises(BadCheckpoint):
            checkpoint.verify(changed, public, ORG)


def test_a_malformed_armour_is_refused(published):
    """What is no SSH signature does not become part of a checkpoint."""
    with pytest.raises(BadCheckpoint):
        checkpoint.parse(published[14].note, ["-----BEGIN SSH SIGNATURE-----\n"], ORG)


def test_unknown_keys_are_refused(published, public, named_key):
    """A signature by a key that may not sign is rejected, not passed over."""
    with pytest.raises(BadCheckpoint):
        checkpoint.verify(published[14], {named_key("log-1").fingerprint: named_key("log-1").public}, ORG)
    with pytest.raises(BadCheckpoint):
        checkpoint.verify(published[14], {}, ORG)


@pytest.mark.parametrize(
    "change",
    [
        lambda note: note.replace("\n14\n", "\n014\n"),
        lambda note: note.replace("\n14\n", "\n+14\n"),
        lambda note: note.replace("\n14\n", "\n١٤\n"),
        lambda note: note.replace("=\n\n", "\n\n"),
        lambda note: note.replace("\n\n", "\nextension\n\n", 1),
        lambda note: note.replace("\n\n", "\n", 1),
        lambda note: note[:-1],
        lambda note: note + "\n",
        lambda note: note.replace("— ", "- "),
        lambda note: note.partition("\n\n")[0] + "\n\n",
    ],
)
def test_malformed_notes_are_refused(published, change):
    """There is one way to write a checkpoint."""
    good = published[14]
    assert change(good.note) != good.note
    with pytest.raises(BadCheckpoint):
        checkpoint.parse(change(good.note), [armour for _, armour in good.sshsigs], ORG)
