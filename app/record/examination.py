"""The rules of format version 1, applied entry by entry: one object per verification, fed line after line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from app.record import attestation, checkpoint, lines, sshsig
from app.record.checkpoint import BadCheckpoint, Checkpoint
from app.record.contents import Contents
from app.record.roll import BadStep, Member, Roll
from app.record.signatures import Signatures
from app.record.trail import Trail
from app.record.witnessed import Witnessed

_ATTEST_FIELDS = frozenset({"of", "leaf", "as", "by", "sshsig"})
Fields = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason to reject: the entry's seq (None: the whole record, or a file that `what` names), and the reason."""

    entry: int | None
    what: str


class Examination:
    """What is known about a record after the lines taken so far."""

    def __init__(
        self,
        org: str,
        incident_id: str,
        checkpoints: Iterable[Checkpoint],
        known: Iterable[str],
        signatures: Signatures,
    ) -> None:
        self.problems: list[Problem] = []
        self.remarks: list[str] = []
        self.key_entries: list[Fields] = []
        self.plan_hash: Any = None
        self.roll = Roll(org)
        self.witnessed = Witnessed(checkpoints, org, self.report)
        self._known = self._read_known(known)
        sizes = frozenset(self.witnessed.by_size) | {note.size for note in self._known}
        self.trail = Trail(org, incident_id, sizes, self.report)
        self.contents = Contents(self.report)
        self._org, self._incident_id = org, incident_id
        self._signatures = signatures
        self._genesis: list[tuple[bytes, Fields | None]] | None = []
        self._genesis_size = 0
        self._founders: set[str] = set()
        self._ended: list[tuple[int, Member]] = []
        self._revoked: list[tuple[Member, Fields]] = []
        self._anchors: list[tuple[int, Fields]] = []
        self._steps = {
            "incident.open": self._open,
            "key.add": self._key_add,
            "key.retire": self._key_end,
            "key.revoke": self._key_end,
            "attest": self._attest,
            "amend": self._amend,
            "erase": self._erase,
            "anchor": self._anchor,
        }

    def report(self, seq: int | None, what: str) -> None:
        """Note a reason to reject."""
        self.problems.append(Problem(seq, what))

    def take(self, raw: bytes) -> None:
        """Examine the next line."""
        seq = self.trail.size
        entry = self.trail.take(raw)
        if self.trail.broken:
            return
        if self._genesis is not None:
            # Persons are in force from the start of their genesis group, so it is read whole before it is judged.
            if seq == 0 or (seq < self.witnessed.first and (entry is None or entry["type"] == "key.add")):
                self._genesis.append((raw, entry))
                return
            self._found(self._genesis)
        self._examine(seq, raw, entry)

    def _found(self, genesis: list[tuple[bytes, Fields | None]]) -> None:
        self._genesis, self._genesis_size = None, len(genesis)
        roles = []
        for seq, (_raw, entry) in enumerate(genesis):
            if entry is not None and entry["type"] == "key.add":
                try:
                    roles.append(self.roll.found(seq, entry.get("data", {})).role)
                except BadStep as error:
                    self.report(seq, str(error))
        whole = all(entry is not None for _raw, entry in genesis)
        if whole and not (roles.count("log") == roles.count("recovery") == 1 and "person" in roles):
            self.report(0, "the genesis group is not one log key, one recovery key and at least one person")
        if self.witnessed.first != len(genesis):
            self.report(None, "the checkpoint at the end of the genesis group is missing")
        for seq, (raw, entry) in enumerate(genesis):
            self._examine(seq, raw, entry)
        # Whoever signed the enrolment of the log's first key stands for all that this key signs.
        first = {one.added for one in self.roll if one.role == "log"}
        self._founders = {one["actor"] for one in self.key_entries if one["seq"] in first and "sig" in one}

    def _examine(self, seq: int, raw: bytes, entry: Fields | None) -> None:
        if entry is None:
            return
        try:
            self._check_author(seq, raw, entry)
            if seq == 0 and entry["type"] != "incident.open":
                raise BadStep("a record begins with incident.open")
            if "_sd" in entry:
                self.contents.commit(seq, entry["_sd"])
            step = self._steps.get(entry["type"])
            if step is not None:
                step(seq, entry, entry.get("data", {}))
        except BadStep as error:
            self.report(seq, str(error))

    def _check_author(self, seq: int, raw: bytes, entry: Fields) -> None:
        if "sig" in entry:
            member = self.roll.person(entry["actor"], seq, "author")
            message = sshsig.preimage(lines.unsigned(raw), f"author@{self._org}")
            self._signatures.add(member.public, lines.signature(entry), message, seq, "the author's signature is wrong")
        elif entry["type"] not in lines.PROGRAM_TYPES:
            raise BadStep("it has no author's signature")
        elif not self.roll.log_in_force(entry["actor"], seq):
            raise BadStep("it has no signature, and its actor is no log key in force")

    def _open(self, seq: int, _entry: Fields, content: Fields) -> None:
        if seq != 0:
            raise BadStep("the incident was opened before")
        if content.get("incident_id", self._incident_id) != self._incident_id:
            raise BadStep("it opens another incident")
        self.plan_hash = content.get("plan_hash")

    def _key_add(self, seq: int, entry: Fields, content: Fields) -> None:
        if seq < self._genesis_size:
            if seq in (one.added for one in self.roll):
                self.key_entries.append(entry)
            return
        member = self.roll.enrol(seq, content)
        self.key_entries.append(entry)
        vouchers = [one for one in self.roll if one.role == "log" and one.in_force(seq)]
        if member.role == "log" and any(self.witnessed.vouches(seq, one) for one in vouchers):
            member.start = seq + 1

    def _key_end(self, seq: int, entry: Fields, content: Fields) -> None:
        member = self.roll.end(seq, entry)
        self.key_entries.append(entry)
        if member.role == "log":
            self._ended.append((seq, member))
        if member.revoked:
            self._revoked.append((member, content))

    def _attest(self, seq: int, entry: Fields, content: Fields) -> None:
        if content.keys() != _ATTEST_FIELDS or not all(isinstance(content[k], str) for k in _ATTEST_FIELDS - {"of"}):
            raise BadStep("attest does not have its five fields")
        of, kind = content["of"], content["as"]
        if type(of) is not int or not 0 <= of < seq or content["leaf"] != self.trail.leaf(of):
            raise BadStep("it attests an entry that is not in this record")
        if kind not in attestation.KINDS:
            raise BadStep(f"nobody attests as {kind!r}")
        namespace = f"{kind}@{self._org}"
        member = self.roll.person(content["by"], seq, kind)
        try:
            public, signature = sshsig.parts(content["sshsig"], namespace)
        except sshsig.BadSignature as error:
            raise BadStep(f"the attestation: {error}") from error
        if public != member.public:
            raise BadStep("the attestation was made with another key than it names")
        message = sshsig.preimage_of(self.trail.line_hash(of), namespace)
        self._signatures.add(public, signature, message, seq, "the attestation does not match the entry it names")
        member.attested.append((entry["ts"], seq))
        if kind == "approve":
            self._approved(seq, of, member)

    def _approved(self, seq: int, of: int, by: Member) -> None:
        self.contents.approve(of, by.fp)
        covering = self.witnessed.covering(of)
        for member in self.roll:
            # The approval belongs to the same commit: one that the next checkpoint does not cover came too late.
            if member.added == of and member.start is None and covering is not None and seq < covering.size:
                member.start = seq + 1
                if member.role == "log":
                    # Lawful after a theft. It is also what the thief of one person's key would do to cut a record.
                    self.remarks.append(
                        f"entry {of}: the log key {member.principal} came with the approval of a person, "
                        "without a signature of the log key before it"
                    )

    def _amend(self, _seq: int, entry: Fields, _content: Fields) -> None:
        if "refs" not in entry:
            raise BadStep("it amends nothing")

    def _erase(self, seq: int, entry: Fields, content: Fields) -> None:
        self.contents.erase(seq, entry["actor"], content.get("items"))

    def _anchor(self, seq: int, _entry: Fields, content: Fields) -> None:
        size = content.get("size")
        token = content.get("tsr_sha256")
        if type(size) is not int or not 0 < size <= seq or not (isinstance(token, str) and lines.HEX.fullmatch(token)):
            raise BadStep("the anchor does not name a size of this log and a time stamp")
        at = self.witnessed.by_size.get(size)
        if at is None:
            raise BadStep(f"the anchored checkpoint {size} is missing")
        if self.trail.roots[size].hex() != content.get("root"):
            raise BadStep(f"the anchored root is not the record's at {size}")
        self._anchors.append((seq, content))

    def finish(self) -> None:
        """Judge what only the whole record shows."""
        if self._genesis is not None:
            self._found(self._genesis)
        for member in self.roll:
            if member.start is None:
                self.report(member.added, f"nobody in force vouches for the key of {member.principal}")
        self.witnessed.check(self.roll, self.trail)
        for seq, member in self._ended:
            self.witnessed.check_end(seq, member, self.roll)
        for note in self._known:
            if (note.origin, note.root) != (self.trail.origin, self.trail.roots.get(note.size)):
                self.report(None, f"the record does not continue the note of size {note.size} known from elsewhere")
        self.remarks += [*self.trail.remarks(), *self.witnessed.remarks(self.roll), *self._suspects()]

    def _suspects(self) -> list[str]:
        found = []
        for member, content in self._revoked:
            since, last_good = content["since"], content.get("last_good")
            found += [
                f"entry {seq}: SUSPECT, attested with the key of {member.principal} after {since}"
                for ts, seq in member.attested
                if ts > since
            ]
            found += [
                f"checkpoint {size}: SUSPECT, signed by {member.principal} after it was last good"
                for size, signers in self.witnessed.signers.items()
                if member.fp in signers and last_good is not None and size > last_good
            ]
        return found

    def _read_known(self, notes: Iterable[str]) -> list[Checkpoint]:
        read = []
        for note in notes:
            try:
                read.append(checkpoint.parse(note, (), self.roll.org))
            except BadCheckpoint as error:
                self.report(None, f"the note known from elsewhere: {error}")
        return read

    def check_tokens(self, tokens: Mapping[int, bytes]) -> None:
        """Compare the time stamps at hand, by size, with those that the record names."""
        for seq, content in self._anchors:
            token = tokens.get(content["size"])
            if token is None:
                self.remarks.append(f"entry {seq}: the time stamp over checkpoint {content['size']} is absent")
            elif sha256(token).hexdigest() != content["tsr_sha256"]:
                self.report(seq, f"the time stamp over checkpoint {content['size']} is not the one recorded")
            else:
                self.remarks.append(f"entry {seq}: the time stamp over checkpoint {content['size']} was not checked")

    def check_trust(self, trust: frozenset[str]) -> None:
        """Compare the fingerprints learnt elsewhere with the keys that really signed."""
        proven = frozenset().union(*self.witnessed.signers.values()) | self._founders
        if not trust:
            self.remarks.append("no trust anchor given: the record is consistent, its maker unknown")
        elif not trust & proven:
            if trust & self.roll.members.keys():
                self.remarks.append("the trusted key is named here but signed no checkpoint: the maker is unknown")
            else:
                self.report(None, "none of the trusted keys made this record")

    @property
    def signers(self) -> tuple[str, ...]:
        """The fingerprints of the roll, in the order of enrolment."""
        return tuple(self.roll.members)
