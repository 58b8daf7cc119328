"""Attestations: a second person's signature over the exact bytes of an entry, carried by an `attest` entry."""

from __future__ import annotations

from typing import Any

from app.record import canonical, merkle, sshsig
from app.record.keys import SigningKey

KINDS = frozenset({"approve", "handover-from", "handover-to", "witness"})


def make(line: bytes, as_: str, key: SigningKey, org: str) -> dict[str, Any]:
    """The `data` of the `attest` entry by which the key's owner stands for this line."""
    return _content(line, as_, key.fingerprint, sshsig.sign(key, line, f"{as_}@{org}"))


def from_armour(line: bytes, as_: str, armour: str, org: str) -> dict[str, Any]:
    """The same from a file made with `ssh-keygen -Y sign -n <as>@<org>`; BadSignature if it does not fit the line."""
    return _content(line, as_, sshsig.verify(armour, line, f"{as_}@{org}"), armour)


def _content(line: bytes, as_: str, by: str, armour: str) -> dict[str, Any]:
    if as_ not in KINDS:
        raise ValueError(f"nobody attests as {as_!r}")
    of = canonical.decode(line)["seq"]
    return {"of": of, "leaf": merkle.leaf(line).hex(), "as": as_, "by": by, "sshsig": armour}
