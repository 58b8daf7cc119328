"""Canonical JSON: one value, one sequence of bytes."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.record import canonical
from app.record.canonical import NotCanonical

TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x7f"), max_size=20)
NAMES = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=8)
WHOLE = st.integers(-canonical.LARGEST, canonical.LARGEST)
VALUES = st.recursive(
    st.none() | st.booleans() | WHOLE | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=15,
)


def nested(depth: int) -> list[object]:
    """A list in a list, `depth` lists in all."""
    value: list[object] = []
    for _ in range(depth - 1):
        value = [value]
    return value


def test_accepts_the_vectors(vectors):
    """Every accepted vector has exactly the published bytes, both ways."""
    for case in vectors["canonical_accept"]:
        raw = bytes.fromhex(case["bytes_hex"])
        assert canonical.encode(case["value"]) == raw
        assert canonical.decode(raw) == case["value"]


def test_rejects_the_vectors(vectors):
    """Every rejected vector is refused."""
    assert len(vectors["canonical_reject_hex"]) == 15
    for text in vectors["canonical_reject_hex"].values():
        with pytest.raises(NotCanonical):
            canonical.decode(bytes.fromhex(text))


def test_tagged_hashes(vectors):
    """Objects outside the log are named by a tag and the hash of their canonical bytes."""
    for case in vectors["tagged"]:
        assert canonical.tagged_hash(case["tag"], case["record"]) == case["sha256"]


@given(VALUES)
def test_round_trip(value):
    """Whatever is encoded reads back as the same value, and as JSON for anybody."""
    raw = canonical.encode(value)
    assert canonical.decode(raw) == value
    assert json.loads(raw) == value


@given(VALUES, st.integers(0), st.integers(1, 255))
def test_every_flip_is_another_value_or_refused(value, place, mask):
    """No two byte strings stand for the same value."""
    raw = bytearray(canonical.encode(value))
    raw[place % len(raw)] ^= mask
    try:
        other = canonical.decode(bytes(raw))
    except NotCanonical:
        return
    assert (other, canonical.encode(other)) != (value, canonical.encode(value))


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        float("nan"),
        2**53,
        -(2**53),
        10**400,
        "\x7f",
        {"a": ["\x7f"]},
        "\ud800",
        {"\udc00": 1},
        {"é": 1},
        {"a\n": 1},
        {"\x7f": 1},
        {1: 1},
        {None: 1},
        (1, 2),
        {1, 2},
        b"x",
        nested(17),
    ],
    ids=repr,
)
def test_encode_refuses(value):
    """What has no place in a record is never written."""
    with pytest.raises(NotCanonical):
        canonical.encode(value)


@pytest.mark.parametrize(
    "raw",
    [
        b'"\x7f"',
        b'"\\u007f"',
        b'{"\\n":1}',
        b'{"\\u00e9":1}',
        b'{"\x7f":1}',
        b'{"a\x7f":1}',
        b"1" * 5000,
        b"[" * 40 + b"]" * 40,
        b"[" * 30_000 + b"]" * 30_000,
        b'"\\u001F"',
        b'"\\ud83d\\ude00"',
        b"Infinity",
        b"",
        b"1e400",
        b'{"a":{"b":1,"b":1}}',
        b'"\xed\xa0\x80"',
    ],
)
def test_decode_refuses(raw):
    """A reader rejects what a writer could not have written."""
    with pytest.raises(NotCanonical):
        canonical.decode(raw)


def test_depth_and_length_are_exact():
    """Sixteen levels and 65,535 bytes are in, one more is out, writing and reading alike."""
    deep, wide = nested(16), "x" * (canonical.LINE_LIMIT - 2)
    assert canonical.decode(canonical.encode(deep)) == deep
    assert canonical.decode(canonical.encode(wide)) == wide
    with pytest.raises(NotCanonical):
        canonical.decode(b"[" * 17 + b"]" * 17)
    with pytest.raises(NotCanonical):
        canonical.encode(wide + "x")
    with pytest.raises(NotCanonical):
        canonical.decode(b'"' + wide.encode() + b'x"')
