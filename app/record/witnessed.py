"""The checkpoints of a record: whom they speak for, and whether all of them hold."""

from __future__ import annotations

from collections.abc import Iterable

from app.record import checkpoint, keys, sshsig
from app.record.checkpoint import BadCheckpoint, Checkpoint
from app.record.roll import Member, Roll
from app.record.trail import Report, Trail


class Witnessed:
    """The checkpoints handed in with a record, by size; what is wrong with one goes to `report`."""

    def __init__(self, given: Iterable[Checkpoint], org: str, report: Report) -> None:
        self._org = org
        self._report = report
        self.by_size: dict[int, Checkpoint] = {}
        self.signers: dict[int, frozenset[str]] = {}
        for one in given:
            if one.size in self.by_size:
                report(None, f"checkpoint {one.size} is there twice")
            self.by_size[one.size] = one
        self._sizes = sorted(self.by_size)

    @property
    def first(self) -> int:
        """The size of the smallest checkpoint; 0 if there is none."""
        return self._sizes[0] if self._sizes else 0

    def covering(self, seq: int) -> Checkpoint | None:
        """The first checkpoint that covers entry `seq`."""
        size = next((size for size in self._sizes if size > seq), None)
        return None if size is None else self.by_size[size]

    def vouches(self, seq: int, voucher: Member) -> bool:
        """Whether the first checkpoint covering entry `seq` carries both signatures of that key, checked later."""
        covering = self.covering(seq)
        if covering is None or voucher.fp not in (fp for fp, _ in covering.sshsigs):
            return False
        wanted = (covering.origin, checkpoint.key_id(covering.origin, voucher.public))
        try:
            return wanted in ((line.name, line.key_id) for line in checkpoint.note_lines(covering.note))
        except BadCheckpoint:
            return False

    def check(self, roll: Roll, trail: Trail) -> None:
        """Check every checkpoint against the record's tree and the keys in force at its size."""
        for size in self._sizes:
            if trail.roots.get(size, self.by_size[size].root) != self.by_size[size].root:
                # A change further back would also have broken a prev, so this entry is the first to look at.
                self._report(size - 1, f"checkpoint {size} is over other bytes: its root is not the record's")
                continue
            try:
                self.signers[size] = self._check_one(self.by_size[size], roll, trail)
            except (BadCheckpoint, sshsig.BadSignature, keys.BadKey) as error:
                self._report(None, f"checkpoint {size}: {error}")
        if trail.size not in self.by_size:
            newest = self._sizes[-1] if self._sizes else 0
            self._report(None, f"the newest checkpoint covers {newest} of {trail.size} entries")

    def _check_one(self, one: Checkpoint, roll: Roll, trail: Trail) -> frozenset[str]:
        if one.origin != trail.origin:
            raise BadCheckpoint("it names another log")
        if one.size > trail.size:
            raise BadCheckpoint("it covers more entries than there are")
        namespace = f"checkpoint@{self._org}"
        allowed = {member.fp: member for member in roll if namespace in member.namespaces and member.may_sign(one.size)}
        signers = checkpoint.verify(one, {fp: member.public for fp, member in allowed.items()}, self._org)
        if not any(allowed[fp].role == "log" for fp in signers):
            raise BadCheckpoint("no log key in force signed it")
        return frozenset(signers)

    def check_end(self, seq: int, member: Member, roll: Roll) -> None:
        """Entry `seq` ended a log key, so a checkpoint follows at once: by the old key or, if revoked, by the
        recovery key, and by a new one.
        """
        signers = self.signers.get(seq + 1)
        if signers is None:
            self._report(seq, "no checkpoint follows the end of a log key at once")
            return
        others = [one for one in roll if one.fp in signers and one is not member]
        has_new = any(one.role == "log" and one.in_force(seq + 1) for one in others)
        has_old = any(one.role == "recovery" for one in others) if member.revoked else member.fp in signers
        if not (has_new and has_old):
            old = "the recovery key" if member.revoked else "the old log key"
            self._report(seq, f"the checkpoint after the end of a log key is not signed by {old} and a new one")

    def remarks(self, roll: Roll) -> list[str]:
        """The cosignatures that nobody could check."""
        return [
            f"checkpoint {size}: the cosignature by {line.name} was not checked, its key is not on the roll"
            for size in self.signers
            for line in checkpoint.note_lines(self.by_size[size].note)
            if line.name != self.by_size[size].origin and not self._cosigned(size, line, roll)
        ]

    def _cosigned(self, size: int, line: checkpoint.NoteLine, roll: Roll) -> bool:
        for member in roll:
            if f"witness@{self._org}" not in member.namespaces:
                continue
            if line.key_id == checkpoint.key_id(line.name, member.public, checkpoint.COSIGNATURE):
                if checkpoint.cosigned(self.by_size[size], line.name, member.public) is None:
                    self._report(None, f"checkpoint {size}: the cosignature by {line.name} does not match")
                return True
        return False
