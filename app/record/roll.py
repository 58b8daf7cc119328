"""The roll of keys: who may sign what at which position of a record, decided by seq and never by a clock."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.record import keys, lines
from app.record.signers import NAMESPACES

_ADD_FIELDS = frozenset({"key", "fp", "role", "principal", "ns"})
_PRINCIPAL = re.compile(r"[a-z0-9-]+@")


class BadStep(ValueError):
    """An entry that the rules about keys do not allow; the text says why."""


@dataclass(slots=True)
class Member:
    """One key: enrolled by entry `added`, in force from entry `start` (None: nobody vouched yet) to entry `until`."""

    fp: str
    public: bytes
    role: str
    namespaces: frozenset[str]
    principal: str
    added: int
    start: int | None = None
    until: int | None = None
    revoked: bool = False
    attested: list[tuple[str, int]] = field(default_factory=list)

    def in_force(self, seq: int) -> bool:
        """Whether entry `seq` may rely on this key."""
        return self.start is not None and self.start <= seq and (self.until is None or seq <= self.until)

    def may_sign(self, size: int) -> bool:
        """Whether a checkpoint of this size may carry its signature: a retired key signs its own retirement, last."""
        if self.start is None or self.start > size:
            return False
        return self.until is None or self.until >= size or (self.until == size - 1 and not self.revoked)


class Roll:
    """The keys of one record, as far as its entries were read."""

    def __init__(self, org: str) -> None:
        self.org = org
        self.members: dict[str, Member] = {}
        self._principals: set[str] = set()

    def __iter__(self) -> Iterator[Member]:
        return iter(self.members.values())

    def found(self, seq: int, content: Mapping[str, Any]) -> Member:
        """Enrol a key of the genesis group: a person from the start, any other from the entry after its own."""
        member = self.enrol(seq, content)
        member.start = 0 if member.role == "person" else seq + 1
        return member

    def enrol(self, seq: int, content: Mapping[str, Any]) -> Member:
        """Take in the `data` of a `key.add`; the key is not in force until somebody vouches. BadStep if malformed."""
        if content.keys() != _ADD_FIELDS or not all(isinstance(content[name], str) for name in _ADD_FIELDS - {"ns"}):
            raise BadStep("key.add does not have its five fields")
        public = self._public(content)
        principal, role = content["principal"], content["role"]
        if role not in NAMESPACES:
            raise BadStep(f"there is no role {role!r}")
        if _PRINCIPAL.fullmatch(principal.removesuffix(self.org)) is None or not principal.endswith(f"@{self.org}"):
            raise BadStep(f"principal {principal!r} is not of this organisation")
        if principal in self._principals or content["fp"] in self.members:
            raise BadStep("the key or its principal is on the roll already")
        member = Member(content["fp"], public, role, self._namespaces(content["ns"], role), principal, seq)
        self.members[member.fp] = member
        self._principals.add(principal)
        return member

    def _public(self, content: Mapping[str, Any]) -> bytes:
        try:
            public = keys.raw_public(content["key"])
        except keys.BadKey as error:
            raise BadStep(str(error)) from error
        if keys.fingerprint(public) != content["fp"]:
            raise BadStep("fp is not the fingerprint of the key")
        return public

    def _namespaces(self, named: Any, role: str) -> frozenset[str]:
        allowed = {f"{name}@{self.org}" for name in NAMESPACES[role]}
        if not isinstance(named, list) or not named or not all(isinstance(one, str) for one in named):
            raise BadStep("ns is not a list of namespaces")
        if len(set(named)) != len(named) or not set(named) <= allowed:
            raise BadStep(f"a {role} key may not have these namespaces")
        return frozenset(named)

    def person(self, fp: str, seq: int, purpose: str) -> Member:
        """The person's (or, for `witness`, the witness's) key in force at `seq` for this purpose; else BadStep."""
        member = self.members.get(fp)
        if member is None:
            raise BadStep(f"{fp} is not on the roll of keys")
        if f"{purpose}@{self.org}" not in member.namespaces:
            raise BadStep(f"the key of {member.principal} may not sign as {purpose}")
        if not member.in_force(seq):
            raise BadStep(f"the key of {member.principal} is not in force here")
        return member

    def log_in_force(self, fp: str, seq: int) -> bool:
        """Whether this is a log key in force at `seq`."""
        member = self.members.get(fp)
        return member is not None and member.role == "log" and member.in_force(seq)

    def end(self, seq: int, entry: Mapping[str, Any]) -> Member:
        """Take in a `key.retire` or `key.revoke`; BadStep unless the key is in force and the author may do it."""
        content = entry.get("data", {})
        member = self.members.get(content["fp"]) if isinstance(content.get("fp"), str) else None
        if member is None or not member.in_force(seq):
            raise BadStep("it ends a key that is not in force")
        if member.role != "log" and "sig" not in entry:
            raise BadStep("only a person ends the key of a person")
        if entry["type"] == "key.revoke":
            _check_revocation(content, seq)
            member.revoked = True
        member.until = seq
        return member


def _check_revocation(content: Mapping[str, Any], seq: int) -> None:
    last_good = content.get("last_good", 0)
    if not lines.is_time(content.get("since")):
        raise BadStep("a revocation says since when")
    if type(last_good) is not int or not 0 <= last_good <= seq:
        raise BadStep("last_good is not a size of this log")
