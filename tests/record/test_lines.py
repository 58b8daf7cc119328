"""Lines: the quick way of reading one accepts nothing that the thorough way would not."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from record.laboratory import ALICE, BOB, Log

from app.record import canonical, lines


def thorough(raw):
    """The fields of a line as the rules alone decide it, or None."""
    try:
        entry = canonical.decode(raw)
        if not isinstance(entry, dict):
            return None
        lines.check(entry)
    except ValueError:
        return None
    return entry


def quick_way(raw):
    """The fields of a line as the quick way reads them, or None."""
    try:
        return lines._read_usual(raw)
    except ValueError:
        return None


def samples():
    """Lines of many shapes."""
    log = Log().genesis()
    log.add("note", {"deep": [[{"a": '\n"\\ é'}]], "n": -5}, texts=[("a", "x"), ("b", "y"), ("c", "z")], refs=[0, 4])
    log.add("note", at="2026-02-01T00:00:00.000Z", refs=[5])
    log.add("x.y-z_0", {"refs": [9], "sig": "x", "seq": {"seq": 1}}, by=BOB)
    log.add("clock", by=None)
    log.attest(5, BOB)
    return log.lines


SAMPLES = samples()


@pytest.mark.parametrize("raw", SAMPLES, ids=range(len(SAMPLES)))
def test_lines_of_ours_are_read_the_quick_way(raw):
    """Every line that we seal is recognised, and gives the same fields as JSON does."""
    assert lines._read_usual(raw) == json.loads(raw) == lines.read(raw)


@given(st.sampled_from(SAMPLES), st.integers(0), st.binary(max_size=3), st.integers(0, 3))
def test_both_ways_agree_about_spoilt_lines(raw, place, put, drop):
    """A line with a few bytes replaced is read alike, or refused, whichever way looks at it."""
    place %= len(raw) + 1
    spoilt = raw[:place] + put + raw[place + drop :]
    quick, slow = quick_way(spoilt), thorough(spoilt)
    assert quick is None or quick == slow
    if slow is None:
        with pytest.raises(ValueError):
            lines.read(spoilt)
    else:
        assert lines.read(spoilt) == slow


CHANGES = [
    {"ts": "2026-02-30T00:00:00.000Z"},
    {"ts": "2026-02-03T24:00:00.000Z"},
    {"at": "2026-02-30T00:00:00.000Z"},
    {"seq": 10**15},
    {"seq": 2**53},
    {"refs": [5]},
    {"refs": [4, 4]},
    {"refs": [{"log": "x"}]},
    {"data": {"a": 1.5}},
    {"data": {"a": {"b": [[[[[[[[[[[[[]]]]]]]]]]]]]}}},
    {"data": {"a": {"b": [[[[[[[[[[[[[[]]]]]]]]]]]]]]}}},
    {"data": {"\x7f": 1}},
    {"data": []},
    {"_sd": ["A" * 43, "A" * 43], "_sd_alg": "sha-256"},
    {"_sd": ["B" * 43, "A" * 43], "_sd_alg": "sha-256"},
    {"_sd": ["A" * 42], "_sd_alg": "sha-256"},
    {"_sd": ["A" * 43]},
    {"_sd": ["A" * 43], "_sd_alg": "sha-512"},
    {"sig": "A" * 85 + "B=="},
    {"sig": "A" * 88},
    {"log": "x/y/z"},
    {"v": 1.0},
    {"type": "a..b"},
    {"data": {"x": "y" * 65_000}},
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: f"{next(iter(change))}-{CHANGES.index(change)}")
def test_both_ways_agree_about_fields(change):
    """Fields at the edge of what is allowed are judged alike."""
    fields = json.loads(SAMPLES[6]) | change
    raw = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    slow = thorough(raw)
    quick = quick_way(raw)
    assert quick is None or quick == slow
    if slow is None:
        with pytest.raises(ValueError):
            lines.read(raw)
    else:
        assert lines.read(raw) == slow


def test_the_unsigned_line_is_what_was_signed():
    """Taking the signature out and putting it in are inverse, with decoys in the data."""
    raw = SAMPLES[7]
    unsigned = lines.unsigned(raw)
    assert unsigned == canonical.encode({name: value for name, value in json.loads(raw).items() if name != "sig"})
    assert lines.with_signature(unsigned, lines.signature(json.loads(raw))) == raw
    assert ALICE.fingerprint.encode() not in raw
