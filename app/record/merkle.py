"""The Merkle tree of RFC 6962: leaves, roots, and proofs of inclusion and consistency (RFC 9162 §2.1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

EMPTY = sha256(b"").digest()


def leaf(line: bytes) -> bytes:
    """The leaf hash of one entry: SHA-256(0x00 ‖ line)."""
    return sha256(b"\0" + line).digest()


def node(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node: SHA-256(0x01 ‖ left ‖ right)."""
    return sha256(b"\1" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Frontier:
    """A tree that only grows: its size and the roots of its perfect subtrees, largest first."""

    size: int = 0
    nodes: tuple[bytes, ...] = ()

    def push(self, leaf_hash: bytes) -> Frontier:
        """The frontier with one leaf more."""
        nodes, size = list(self.nodes), self.size
        _grow(nodes, size, leaf_hash)
        return Frontier(size + 1, tuple(nodes))

    @property
    def root(self) -> bytes:
        """The root hash; of the empty tree, SHA-256 of nothing."""
        return _fold(self.nodes)


def frontier(leaves: Sequence[bytes]) -> Frontier:
    """The frontier of a whole sequence of leaf hashes."""
    nodes: list[bytes] = []
    for size, leaf_hash in enumerate(leaves):
        _grow(nodes, size, leaf_hash)
    return Frontier(len(leaves), tuple(nodes))


def root(leaves: Sequence[bytes]) -> bytes:
    """The root hash of a sequence of leaf hashes."""
    return frontier(leaves).root


def _grow(nodes: list[bytes], size: int, leaf_hash: bytes) -> None:
    while size & 1:
        leaf_hash = sha256(b"\1" + nodes.pop() + leaf_hash).digest()
        size >>= 1
    nodes.append(leaf_hash)


def _fold(nodes: Sequence[bytes]) -> bytes:
    if not nodes:
        return EMPTY
    total = nodes[-1]
    for left in reversed(nodes[:-1]):
        total = node(left, total)
    return total


def _split(size: int) -> int:
    return 1 << (size - 1).bit_length() - 1


def inclusion(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """The audit path of leaf `index`, nearest sibling first (RFC 6962 §2.1.1)."""
    if not 0 <= index < len(leaves):
        raise ValueError("no such leaf")
    if len(leaves) == 1:
        return []
    cut = _split(len(leaves))
    if index < cut:
        return [*inclusion(index, leaves[:cut]), root(leaves[cut:])]
    return [*inclusion(index - cut, leaves[cut:]), root(leaves[:cut])]


def consistency(first: int, leaves: Sequence[bytes]) -> list[bytes]:
    """The proof that the tree of the first `first` leaves is a prefix (RFC 6962 §2.1.2); never from size 0."""
    if not 0 < first <= len(leaves):
        raise ValueError("consistency is proved from a size between 1 and the tree's own")
    return _consistency(first, leaves, whole=True)


def _consistency(first: int, leaves: Sequence[bytes], whole: bool) -> list[bytes]:
    if first == len(leaves):
        return [] if whole else [root(leaves)]
    cut = _split(len(leaves))
    if first <= cut:
        return [*_consistency(first, leaves[:cut], whole), root(leaves[cut:])]
    return [*_consistency(first - cut, leaves[cut:], whole=False), root(leaves[:cut])]


def included(leaf_hash: bytes, index: int, size: int, path: Sequence[bytes], root_hash: bytes) -> bool:
    """Whether the path leads from the leaf at `index` to the root of `size` leaves (RFC 9162 §2.1.3.2)."""
    if not 0 <= index < size:
        return False
    place, last, total = index, size - 1, leaf_hash
    for sibling in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            total = node(sibling, total)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            total = node(total, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and total == root_hash


def consistent(first: int, second: int, path: Sequence[bytes], first_root: bytes, second_root: bytes) -> bool:
    """Whether the path shows the smaller tree to be a prefix of the larger (RFC 9162 §2.1.4.2); False from size 0."""
    if not 0 < first <= second:
        return False
    if first == second:
        return not path and first_root == second_root
    steps = list(path)
    if first & (first - 1) == 0:
        steps.insert(0, first_root)
    if not steps:
        return False
    place, last = first - 1, second - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = steps[0]
    for sibling in steps[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old, new = node(sibling, old), node(sibling, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = node(new, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and old == first_root and new == second_root
