"""The recovery code: no single slip goes unnoticed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import Unusable
from app.record import recovery

SEED = bytes(range(7, 39))
CODE = recovery.code(SEED)
LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*"
SAME = {"O": "0", "I": "1", "L": "1"}


@given(st.binary(min_size=32, max_size=32))
def test_round_trip(seed):
    """Every key comes back from its code, however it is typed."""
    code = recovery.code(seed)
    assert recovery.read(code) == seed
    assert recovery.read(code.lower().replace("-", " ").replace("0", "o").replace("1", "l")) == seed
    assert len(code.split("-")) == 13


@pytest.mark.parametrize("place", [place for place, char in enumerate(CODE) if char != "-"])
def test_every_single_typo_is_found(place):
    """Each wrong, missing, doubled or extra character is refused, and a wrong one is located by its group."""
    group = CODE[:place].count("-") + 1
    for wrong in LETTERS:
        typed = CODE[:place] + wrong + CODE[place + 1 :]
        if SAME.get(wrong, wrong) == CODE[place]:
            assert recovery.read(typed) == SEED
            continue
        with pytest.raises(Unusable, match=f"Group {group} "):
            recovery.read(typed)
        with pytest.raises(Unusable, match=f"Group {group} "):
            recovery.read(CODE[:place] + wrong + CODE[place:])
    with pytest.raises(Unusable, match=f"Group {group} "):
        recovery.read(CODE[:place] + CODE[place + 1 :])


def test_swaps_are_found():
    """Two neighbouring characters or any two groups exchanged are refused."""
    for place in range(len(CODE) - 1):
        one, two = CODE[place], CODE[place + 1]
        if one != two and "-" not in (one, two):
            with pytest.raises(Unusable):
                recovery.read(CODE[:place] + two + one + CODE[place + 2 :])
    groups = CODE.split("-")
    for first in range(13):
        for second in range(first):
            swapped = groups[:]
            swapped[first], swapped[second] = groups[second], groups[first]
            with pytest.raises(Unusable):
                recovery.read("-".join(swapped))


@pytest.mark.parametrize("text", ["", "A", CODE + "-00000", CODE[:-6], "ключ" * 17, CODE.replace("-", "--") + "0"])
def test_other_texts_are_refused(text):
    """A text of another length is refused with its length."""
    with pytest.raises(Unusable, match=r"characters|Group"):
        recovery.read(text)


def test_the_sheet_holds_all_that_is_needed():
    """The sheet's text shows the code, the fingerprint and what the key is for."""
    sheet = recovery.sheet(SEED, "SHA256:abc", "clinic.example", "1 March 2026")
    assert all(group in sheet for group in CODE.split("-"))
    assert "SHA256:abc" in sheet
    assert max(len(line) for line in sheet.splitlines()) < 120
