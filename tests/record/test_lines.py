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


def nested(depth):
    """An object with a list in a list and so on, `depth` levels in all."""
    value: list[object] = []
    for _ in range(depth - 2):
        value = [value]
    return {"a": value}


REFUSED = [
    {"ts": "2026-02-30T00:00:00.000Z"},
    {"ts": "2026-02-03T24:00:00.000Z"},
    {"ts": "2026-02-03T23:59:60.000Z"},
    {"at": "2026-02-30T00:00:00.000Z"},
    {"seq": 2**53},
    {"refs": [6]},
    {"refs": [-1]},
    {"refs": [{"log": "x"}]},
    {"refs": [None]},
    {"refs": 5},
    {"data": {"a": 1.5}},
    {"data": nested(16)},
    {"data": {"\x7f": 1}},
    {"data": []},
    {"_sd": ["A" * 43, "A" * 43], "_sd_alg": "sha-256"},
    {"_sd": ["B" * 43, "A" * 43], "_sd_alg": "sha-256"},
    {"_sd": ["A" * 42], "_sd_alg": "sha-256"},
    {"_sd": ["A" * 42 + "+"], "_sd_alg": "sha-256"},
    {"_sd": [1], "_sd_alg": "sha-256"},
    {"_sd": "A" * 43, "_sd_alg": "sha-256"},
    {"_sd": ["A" * 43]},
    {"_sd": ["A" * 43], "_sd_alg": "sha-512"},
    {"sig": "A" * 85 + "B=="},
    {"sig": "A" * 84 + "===="},
    {"sig": "A" * 88},
    {"sig": "A" * 84},
    {"sig": " " + "A" * 86 + "=="},
    {"sig": 1},
    {"log": "x/y/z"},
    {"v": 1.0},
    {"type": "a..b"},
    {"data": {"x": "y" * 65_400}},
]
ACCEPTED = [
    {"seq": 10**15},
    {"seq": 2**53 - 1},
    {"refs": [4, 4]},
    {"refs": [{"log": f"clinic.example/{'ab' * 32}/b", "seq": 10**6, "leaf": "cd" * 32}]},
    {"data": nested(15)},
    {"data": {"x": "é\u2028"}},
    {"sig": "A" * 85 + "Q=="},
    {"ts": "2024-02-29T23:59:59.999Z"},
]


def changed(change):
    """An ordinary line with other fields."""
    fields = json.loads(SAMPLES[6]) | change
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


@pytest.mark.parametrize("number", range(len(REFUSED)))
def test_both_ways_refuse(number):
    """Fields beyond what is allowed are refused, whichever way looks at them."""
    raw = changed(REFUSED[number])
    assert quick_way(raw) is None
    assert thorough(raw) is None
    with pytest.raises(ValueError):
        lines.read(raw)


@pytest.mark.parametrize("number", range(len(ACCEPTED)))
def test_both_ways_accept(number):
    """Fields at the edge of what is allowed are read alike."""
    raw = changed(ACCEPTED[number])
    assert lines.read(raw) == thorough(raw) == json.loads(raw)
    assert quick_way(raw) in (None, json.loads(raw))


def test_the_unsigned_line_is_what_was_signed():
    """Taking the signature out and putting it in are inverse, with decoys in the data."""
    raw = SAMPLES[7]
    unsigned = lines.unsigned(raw)
    assert unsigned == canonical.encode({name: value for name, value in json.loads(raw).items() if name != "sig"})
    assert lines.with_signature(unsigned, lines.signature(json.loads(raw))) == raw
    assert ALICE.fingerprint.encode() not in raw
