"""Envelopes: the passphrase opens them, and damage is not mistaken for a wrong passphrase."""

from __future__ import annotations

from hashlib import sha256

import pytest

from app.domain.errors import Unusable
from app.record import envelope
from app.record.envelope import Cost, Damaged, WrongPassphrase

CHEAP = Cost(memory=64, passes=1, lanes=1)
SEED = bytes(range(32))


def test_round_trip():
    """What was sealed comes out, also with the cost of production; the seed is nowhere to be seen."""
    for cost in (CHEAP, Cost()):
        blob = envelope.seal(SEED, "correct horse", cost)
        assert envelope.open(blob, "correct horse") == SEED
        assert SEED[:8] not in blob


def test_production_cost():
    """A guess costs 64 MiB, three passes and three lanes."""
    assert Cost() == Cost(memory=65_536, passes=3, lanes=3)


def test_the_same_secret_never_looks_the_same():
    """Salt and nonce are fresh."""
    assert envelope.seal(SEED, "x", CHEAP) != envelope.seal(SEED, "x", CHEAP)


@pytest.mark.parametrize("typed", ["Correct horse", "correct horse ", "", "x" * 1000])
def test_wrong_passphrase(typed):
    """A wrong passphrase is called that."""
    with pytest.raises(WrongPassphrase, match="passphrase is wrong"):
        envelope.open(envelope.seal(SEED, "correct horse", CHEAP), typed)


def test_the_keyboard_does_not_matter():
    """One passphrase in two Unicode forms is one passphrase."""
    assert envelope.open(envelope.seal(SEED, "caf\u00e9", CHEAP), "cafe\u0301") == SEED


def test_every_flip_is_damage():
    """A changed or missing byte is damage, and never costs a gigabyte of memory to find."""
    blob = envelope.seal(SEED, "x", CHEAP)
    for place in range(len(blob)):
        spoilt = bytearray(blob)
        spoilt[place] ^= 0x80
        with pytest.raises(Damaged):
            envelope.open(bytes(spoilt), "x")
    for cut in (b"", blob[:-1], blob[1:], blob + b"x"):
        with pytest.raises(Damaged):
            envelope.open(cut, "x")


def test_absurd_costs_are_refused():
    """An envelope that asks for more memory than any of ours is refused before the work."""
    blob = bytearray(envelope.seal(SEED, "x", CHEAP))[:-8]
    blob[4:8] = (1 << 30).to_bytes(4)
    with pytest.raises(Damaged):
        envelope.open(bytes(blob) + sha256(blob).digest()[:8], "x")


def test_an_empty_passphrase_is_refused():
    """Nothing is sealed under nothing."""
    with pytest.raises(Unusable):
        envelope.seal(SEED, "", CHEAP)
