"""The Merkle tree against published vectors and against the plain definition."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.record import merkle

LEAVES = st.lists(st.binary(min_size=32, max_size=32), max_size=40)


def naive(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962 §2.1, word for word."""
    if not leaves:
        return sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    cut = 1
    while cut * 2 < len(leaves):
        cut *= 2
    return sha256(b"\1" + naive(leaves[:cut]) + naive(leaves[cut:])).digest()


def test_rfc_6962_vectors(vectors):
    """Roots and both kinds of proof are those of the Certificate Transparency test data."""
    data = vectors["rfc6962"]
    leaves = [merkle.leaf(bytes.fromhex(one)) for one in data["leaves_hex"]]
    roots = [bytes.fromhex(one) for one in data["roots"]]
    assert [merkle.root(leaves[:size]) for size in range(9)] == roots
    for case in data["inclusion"]:
        index, size = case["index"], case["size"]
        path = [bytes.fromhex(one) for one in case["path"]]
        assert merkle.inclusion(index, leaves[:size]) == path
        assert merkle.included(leaves[index], index, size, path, roots[size])
    for case in data["consistency"]:
        first, second = case["from"], case["to"]
        path = [bytes.fromhex(one) for one in case["path"]]
        assert merkle.consistency(first, leaves[:second]) == path
        assert merkle.consistent(first, second, path, roots[first], roots[second])


@given(LEAVES)
def test_roots_agree_with_the_definition(leaves):
    """Growing leaf by leaf gives the root of the recursive definition."""
    frontier = merkle.Frontier()
    for leaf in leaves:
        frontier = frontier.push(leaf)
    assert frontier.root == merkle.root(leaves) == naive(leaves)
    assert frontier == merkle.frontier(leaves)


@given(LEAVES.filter(bool), st.integers(0), st.binary(min_size=32, max_size=32))
def test_inclusion_holds_for_its_leaf_alone(leaves, place, other):
    """A path proves its own leaf at its own index and nothing else."""
    index, root = place % len(leaves), naive(leaves)
    path = merkle.inclusion(index, leaves)
    assert merkle.included(leaves[index], index, len(leaves), path, root)
    assert not merkle.included(other, index, len(leaves), path, root) or other == leaves[index]
    assert not merkle.included(leaves[index], index, len(leaves), [*path, other], root)
    assert not merkle.included(leaves[index], len(leaves), len(leaves), path, root)


@given(LEAVES.filter(bool), st.integers(0), st.binary(min_size=32, max_size=32))
def test_consistency_holds_for_prefixes_alone(leaves, place, other):
    """A proof shows a prefix and nothing else."""
    first = place % len(leaves) + 1
    path, old, new = merkle.consistency(first, leaves), naive(leaves[:first]), naive(leaves)
    assert merkle.consistent(first, len(leaves), path, old, new)
    assert not merkle.consistent(first, len(leaves), [*path, other], old, new)
    if other != old:
        assert not merkle.consistent(first, len(leaves), path, other, new)
    if first < len(leaves):
        assert not merkle.consistent(first, len(leaves), [], old, new)


def test_nothing_is_consistent_with_size_zero():
    """An empty tree proves nothing: an earlier verifier accepted it."""
    leaves = [merkle.leaf(b"a"), merkle.leaf(b"b")]
    assert not merkle.consistent(0, 2, [], merkle.EMPTY, naive(leaves))
    assert not merkle.consistent(0, 0, [], merkle.EMPTY, merkle.EMPTY)
    with pytest.raises(ValueError, match="between 1"):
        merkle.consistency(0, leaves)


def test_a_leaf_is_what_sha256sum_prints():
    """The leaf is SHA-256 of a zero byte and the line."""
    assert merkle.leaf(b"line") == sha256(b"\0line").digest()
