"""Disclosures: the digest commits, the string discloses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import Unusable
from app.record import canonical, disclosure


def test_vectors(vectors):
    """Digests are those of the vectors, and our own strings come out byte for byte."""
    for case in vectors["disclosure"]:
        assert disclosure.digest(case["string"]) == case["digest"]
        if "name" in case:
            salt, name, value = disclosure.read(case["string"])
            assert (name, value) == (case["name"], case["value"])
            assert disclosure.make(name, value, salt) == case["string"]


def test_a_foreign_encoding_is_refused(vectors):
    """RFC 9901's own example has spaces in its JSON, and so is no disclosure of ours."""
    foreign = next(case for case in vectors["disclosure"] if "name" not in case)
    with pytest.raises(canonical.NotCanonical):
        disclosure.read(foreign["string"])


@given(
    st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x7f")), st.binary(min_size=16, max_size=16)
)
def test_round_trip(text, salt):
    """Name, value and salt come back."""
    assert disclosure.read(disclosure.make("text", text, salt)) == (salt, "text", text)


def test_long_text_is_refused_with_a_way_out():
    """64 KiB fit, even of control characters; one byte more is sent to the evidence."""
    longest = "\x01" * disclosure.TEXT_LIMIT
    assert disclosure.read(disclosure.make("text", longest, bytes(16)))[2] == longest
    with pytest.raises(Unusable, match="64 KiB") as caught:
        disclosure.make("text", longest + "x", bytes(16))
    assert "evidence" in caught.value.hint


@pytest.mark.parametrize(
    "bad", ["", "é", "W10", "WyJ4Il0", "WyJBQSIsImEiLDFd", "W1sxXSwiYSIsMV0", "a", "WyJBQSIsImEiLDFe"]
)
def test_malformed_strings_are_refused(bad):
    """Anything that is not [salt, name, value] in canonical base64url is refused."""
    with pytest.raises(canonical.NotCanonical):
        disclosure.read(bad)


def test_salts_never_repeat():
    """Each salt is 16 fresh bytes."""
    source = disclosure.salts()
    drawn = [next(source) for _ in range(50)]
    assert len(set(drawn)) == 50
    assert {len(one) for one in drawn} == {16}
