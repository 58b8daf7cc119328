"""Checks the signed record of an incident: python3 -I verify.py FOLDER --trust SHA256:…

Python 3.9 or newer, no packages. ssh-keygen checks the signature over the folder once more where it is installed;
openssl checks time stamps when --tsa-ca names the certificates of their authority. Whoever made the folder could have
changed this program: take it from the release, or compare what sha256sum says of it with the published value.
With -I Python loads nothing that lies beside this file.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import re
import shutil
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

# Ed25519 (RFC 8032 §5.1, §6), for verification only: nothing here is secret, so nothing needs constant time. --------

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)
Point = tuple[int, int, int, int]
ZERO: Point = (0, 1, 1, 0)


def add(p: Point, q: Point) -> Point:
    """The sum of two points in extended coordinates."""
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def point(raw: bytes) -> Point:
    """The point of 32 bytes; ValueError if there is none."""
    y = int.from_bytes(raw, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if y >= P or (x * x - square) % P or (x == 0 and sign):
        raise ValueError("not a point of the curve")
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


def encoded(p: Point) -> bytes:
    """The 32 bytes of a point."""
    inverse = pow(p[2], P - 2, P)
    x, y = p[0] * inverse % P, p[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


BASE = point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def check_key(raw: bytes) -> None:
    """ValueError unless these are the 32 bytes of a point of large order."""
    eightfold = point(raw) if len(raw) == 32 else ZERO
    for _ in range(3):
        eightfold = add(eightfold, eightfold)
    if encoded(eightfold) == encoded(ZERO):
        raise ValueError("a key of low order")


def signed(raw: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the key made the signature over the message."""
    s = int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or s >= ORDER:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + raw + message).digest(), "little") % ORDER
    x, y, _z, t = point(raw)
    minus = (P - x, y, 1, P - t)
    table = (None, BASE, minus, add(BASE, minus))
    total = ZERO
    for bit in range(252, -1, -1):
        total = add(total, total)
        step = table[(s >> bit & 1) | (h >> bit & 1) << 1]
        if step:
            total = add(total, step)
    return encoded(total) == signature[:32]


# Forms -------------------------------------------------------------------------------------------------------------

PROGRAM = {"key.add", "key.retire", "key.revoke", "clock", "anchor", "peer", "restore", "export"}
ROLES = {
    "log": {"checkpoint", "bundle"},
    "recovery": {"checkpoint"},
    "person": {"author", "approve", "handover-from", "handover-to", "witness"},
    "witness": {"witness"},
}
NEEDED = {"actor", "id", "log", "prev", "seq", "ts", "type", "v"}
INCIDENT = {
    *("affected_scopes_hash", "current_response_profile", "detected_by", "detection_time", "incident_class"),
    *("initial_evidence_hash", "nonce", "opened", "org", "related_object_refs", "related_runbook_id"),
    *("severity", "status", "v"),
}
TIME = r"\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z"
LOG, HASH = r"[a-z0-9.-]+/[0-9a-f]{64}/[a-z0-9-]+", r"[0-9a-f]{64}"
DISCLOSED = 6 * 65536 + 1024  # a text of 64 KiB, all of it control characters
SHAPES = {
    "actor": r"SHA256:[A-Za-z0-9+/]{43}",
    "id": r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
    "log": LOG,
    "prev": HASH,
    "ts": TIME,
    "type": r"[a-z0-9_]+(?:[.-][a-z0-9_]+)*",
}


UNVOUCHED = "the log key {} came with the approval of a person, without a signature of the log key before it"


class Bad(Exception):
    """One reason to reject."""


def need(condition: object, what: str) -> None:
    """Bad unless the condition holds."""
    if not condition:
        raise Bad(what)


def text(value: Any, shape: str) -> bool:
    """Whether the value is a string of that shape."""
    return isinstance(value, str) and re.fullmatch(shape, value, re.ASCII) is not None


def exists(value: Any) -> bool:
    """Whether the value is a moment that there is."""
    try:
        return text(value, TIME) and bool(datetime.fromisoformat(value[:23]))
    except ValueError:
        return False


def whole(value: Any) -> bool:
    """Whether the value is an integer, and not a truth value."""
    return type(value) is int


def refuse(token: str) -> None:
    """JSON numbers that have no place in a record."""
    raise Bad("not an integer: " + token[:20])


def integer(token: str) -> int:
    """An integer of at most 2^53-1."""
    number = int(token) if len(token) < 20 else 2**60
    need(abs(number) < 2**53, "an integer beyond 2^53-1")
    return number


def dump(value: Any) -> bytes:
    """The canonical bytes of a value."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def load(raw: bytes, limit: int = 65535) -> Any:
    """The value of canonical bytes (RFC 8785, restricted)."""
    need(len(raw) <= limit, "longer than allowed")
    try:
        value = json.loads(raw.decode(), parse_float=refuse, parse_int=integer, parse_constant=refuse)
        same = dump(value) == raw
    except (ValueError, RecursionError):
        raise Bad("not JSON") from None
    need(same, "not in canonical form")
    walk(value, 1)
    return value


def walk(value: Any, depth: int) -> None:
    """Bad for texts, keys and depths that a record may not have."""
    if isinstance(value, (dict, list)):
        need(depth <= 16, "deeper than 16")
        for key in value if isinstance(value, dict) else ():
            need(key.isascii() and key.isprintable(), "a key that is not printable ASCII")
        for item in value.values() if isinstance(value, dict) else value:
            walk(item, depth + 1)
    elif isinstance(value, str):
        need("\x7f" not in value, "U+007F in a text")


def unbase64(token: str, url: bool = False) -> bytes:
    """The bytes of base64 in its only form."""
    encode = base64.urlsafe_b64encode if url else base64.b64encode
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4) if url else token, b"-_" if url else None, True)
    except (ValueError, TypeError):
        raise Bad("not base64") from None
    again = encode(raw).decode()
    need((again.rstrip("=") if url else again) == token, "base64 in another form")
    return raw


def string(raw: bytes) -> bytes:
    """An SSH string."""
    return len(raw).to_bytes(4, "big") + raw


def blob(raw: bytes) -> bytes:
    """The SSH form of a public key."""
    return string(b"ssh-ed25519") + string(raw)


def fingerprint(raw: bytes) -> str:
    """SHA256:… as ssh-keygen prints it."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob(raw)).digest()).decode().rstrip("=")


def preimage(digest: bytes, namespace: str) -> bytes:
    """What SSHSIG signs for a message with this SHA-512."""
    return b"SSHSIG" + string(namespace.encode()) + string(b"") + string(b"sha512") + string(digest)


def unarmoured(armour: str, namespace: str) -> tuple[bytes, bytes]:
    """Key and signature in an armour of exactly the form in which ssh-keygen writes it."""
    found = re.fullmatch(r"-----BEGIN SSH SIGNATURE-----\n([A-Za-z0-9+/=\n]+)-----END SSH SIGNATURE-----\n", armour)
    if not found:
        raise Bad("no SSH signature")
    raw = unbase64(found[1].replace("\n", ""))
    key, signature = raw[33:65], raw[-64:]
    again = (
        b"SSHSIG\0\0\0\1" + string(blob(key)) + string(namespace.encode()) + string(b"") + string(b"sha512")
    ) + string(string(b"ssh-ed25519") + string(signature))
    lines = base64.b64encode(again).decode()
    body = "".join(lines[i : i + 70] + "\n" for i in range(0, len(lines), 70))
    need(body == found[1], "an SSH signature in another form or for another purpose")
    return key, signature


def read_note(note: str) -> tuple[str, int, bytes, list[tuple[str, bytes, bytes]]]:
    """Body, size, root and (name, key id, signature) of a signed note."""
    found = re.fullmatch(
        r"(([^\n]+)\n(0|[1-9][0-9]{0,15})\n([A-Za-z0-9+/=]{44})\n)\n((?:— [^ \n]+ [A-Za-z0-9+/=]+\n)+)", note
    )
    if not found:
        raise Bad("not a signed note")
    root = unbase64(found[4])
    need(len(root) == 32, "not a root")
    lines = []
    for line in found[5][:-1].split("\n"):
        _dash, name, token = line.split(" ")
        raw = unbase64(token)
        need(len(raw) > 4, "a signature of a note is cut")
        lines.append((name, raw[:4], raw[4:]))
    return found[1], int(found[3]), root, lines


ED25519, COSIGNATURE = b"\1", b"\4"


def key_id(name: str, raw: bytes, kind: bytes = ED25519) -> bytes:
    """How a note names a key."""
    return hashlib.sha256(name.encode() + b"\n" + kind + raw).digest()[:4]


# The rules of format version 1 -------------------------------------------------------------------------------------


class Key:
    """A key on the roll: in force for the entries from `start` to `until`."""

    def __init__(self, raw: bytes, role: str, uses: list[str], principal: str, added: int, since: str) -> None:
        self.raw, self.role, self.uses, self.principal, self.added = raw, role, uses, principal, added
        self.start: int | None = None
        self.until: int | None = None
        self.since, self.ended = since, ""
        self.revocation: dict[str, Any] | None = None
        self.attested: list[tuple[str, int]] = []

    def in_force(self, seq: int) -> bool:
        """Whether entry `seq` may rely on the key."""
        return self.start is not None and self.start <= seq and (self.until is None or seq <= self.until)

    def signer(self, dates: bool) -> str:
        """Its line in a list of allowed signers, as ssh-keygen reads it."""
        options = ['namespaces="' + ",".join(self.uses) + '"']
        if dates:
            options.append(f'valid-after="{stamp(self.since)}"')
        if dates and self.ended:
            options.append(f'valid-before="{stamp(self.ended)}"')
        return f"{self.principal} {','.join(options)} ssh-ed25519 {base64.b64encode(blob(self.raw)).decode()}\n"

    def verifier(self, origin: str) -> str:
        """Its line in a list of verifier keys (C2SP signed-note)."""
        return f"{origin}+{key_id(origin, self.raw).hex()}+{base64.b64encode(ED25519 + self.raw).decode()}\n"


def stamp(moment: str) -> str:
    """A moment as ssh-keygen wants it."""
    return re.sub("[-T:]", "", moment[:19]) + "Z"


class Record:
    """A record that is read line by line; `problems` and `remarks` grow."""

    def __init__(self, incident: bytes, notes: dict[int, tuple[str, list[str]]], known: set[int]) -> None:
        self.problems: list[str] = []
        self.remarks: list[str] = []
        fields = load(incident)
        need(isinstance(fields, dict) and set(fields) - {"metadata_hash"} == INCIDENT, "incident.json is malformed")
        need(whole(fields["v"]) and fields["v"] == 1, "incident.json is not of format version 1")
        named = text(fields["org"], r"[a-z0-9.-]+") and text(fields["nonce"], r"[0-9a-f]{32}")
        need(named, "incident.json: org or nonce is malformed")
        self.org: str = fields["org"]
        self.incident_id = self.prev = hashlib.sha256(b"AZ:INCIDENT:" + incident).hexdigest()
        self.origin, self.last_ts = "", ""
        self.notes = notes
        self.sizes = sorted(notes)
        self.wanted = known | set(notes)
        self.roll: dict[str, Key] = {}
        self.principals: set[str] = set()
        self.plan_hash: Any = None
        self.named: set[str] = set()
        self.leaves: list[bytes] = []
        self.hashes: list[bytes] = []
        self.nodes: list[bytes] = []
        self.roots: dict[int, bytes] = {}
        self.ids: set[str] = set()
        self.committed: dict[str, int] = {}
        self.erased: set[str] = set()
        self.erasures: dict[int, str] = {}
        self.anchors: list[tuple[int, dict[str, Any]]] = []
        self.ended: list[tuple[int, Key]] = []
        self.founders: set[str] = set()
        self.signers: dict[int, set[str]] = {}

    def read(self, lines: list[bytes]) -> None:
        """Every line, the genesis group first as a whole."""
        need(lines, "there are no entries")
        entries = [self.guard(seq, self.parse, line) for seq, line in enumerate(lines)]
        genesis = 1
        first = self.sizes[0] if self.sizes else 0
        while genesis < min(first, len(lines)) and (entries[genesis] or {"type": "key.add"})["type"] == "key.add":
            genesis += 1
        self.guard(0, lambda _seq, group: self.found(group), entries[:genesis])
        need(first == genesis, "the checkpoint at the end of the genesis group is missing")
        for seq, line in enumerate(lines):
            self.grow(seq, line)
            if entries[seq]:
                self.guard(seq, self.take, (line, entries[seq], genesis))
            self.prev = self.leaves[seq].hex()
        for key in self.roll.values():
            if key.start is None:
                self.problems.append(f"entry {key.added}: nobody in force vouches for the key of {key.principal}")

    def guard(self, seq: int, step: Any, argument: Any) -> Any:
        """Run a step; what it finds is a problem of entry `seq`."""
        try:
            return step(seq, argument)
        except Bad as error:
            self.problems.append(f"entry {seq}: {error}")
            return None

    def parse(self, seq: int, line: bytes) -> Any:
        """The fields of a line."""
        entry = load(line)
        need(isinstance(entry, dict) and set(entry) >= NEEDED, "a field is missing")
        need(set(entry) <= NEEDED | {"_sd", "_sd_alg", "at", "data", "refs", "sig"}, "an unknown field")
        need(all(text(entry[name], shape) for name, shape in SHAPES.items()), "a malformed field")
        need(whole(entry["v"]) and entry["v"] == 1 and whole(entry["seq"]), "v or seq is malformed")
        need(exists(entry["ts"]), "ts is no moment")
        need("at" not in entry or (exists(entry["at"]) and entry["at"] != entry["ts"]), "at is malformed")
        need("data" not in entry or (isinstance(entry["data"], dict) and entry["data"]), "data is malformed")
        refs = entry.get("refs", [None])
        need(isinstance(refs, list) and refs, "refs is malformed")
        need("refs" not in entry or all(self.ref(ref, seq) for ref in refs), "refs names no earlier entry")
        digests = entry.get("_sd")
        need(("_sd" in entry) == ("_sd_alg" in entry) and entry.get("_sd_alg", "sha-256") == "sha-256", "_sd_alg")
        if "_sd" in entry:
            need(isinstance(digests, list) and all(text(d, r"[A-Za-z0-9_-]{43}") for d in digests), "_sd is malformed")
            need(digests and digests == sorted(set(digests)), "_sd is not sorted")
        return entry

    def ref(self, ref: Any, seq: int) -> bool:
        """Whether this refers to an earlier entry, or to one of another log."""
        if not isinstance(ref, dict):
            return whole(ref) and 0 <= ref < seq
        foreign = set(ref) == {"log", "seq", "leaf"} and text(ref["log"], LOG) and text(ref["leaf"], HASH)
        return bool(foreign and whole(ref["seq"]) and ref["seq"] >= 0)

    def grow(self, seq: int, line: bytes) -> None:
        """Put a line into the tree (RFC 6962)."""
        node = hashlib.sha256(b"\0" + line).digest()
        self.leaves.append(node)
        self.hashes.append(hashlib.sha512(line).digest())
        while seq & 1:
            node, seq = hashlib.sha256(b"\1" + self.nodes.pop() + node).digest(), seq >> 1
        self.nodes.append(node)
        if len(self.leaves) in self.wanted:
            self.roots[len(self.leaves)] = self.root()

    def root(self) -> bytes:
        """The root over the lines so far."""
        total = self.nodes[-1]
        for node in self.nodes[-2::-1]:
            total = hashlib.sha256(b"\1" + node + total).digest()
        return total

    def found(self, group: list[dict[str, Any]]) -> None:
        """The genesis group: one log key, one recovery key, and persons in force from the start."""
        need(group[0] is None or group[0]["type"] == "incident.open", "a record begins with incident.open")
        for seq, entry in enumerate(group):
            if entry and entry["type"] == "key.add":
                key = self.enrol(seq, entry)
                key.start = 0 if key.role == "person" else seq + 1
                if key.role == "log" and "sig" in entry:
                    self.founders.add(entry["actor"])
        roles = [key.role for key in self.roll.values()]
        need(None in group or roles.count("log") == roles.count("recovery") == 1, "the genesis group is incomplete")
        need(None in group or "person" in roles, "the genesis group has no person")

    def enrol(self, seq: int, entry: dict[str, Any]) -> Key:
        """A key.add."""
        content = entry.get("data", {})
        need(set(content) == {"key", "fp", "role", "principal", "ns"}, "key.add is malformed")
        role, principal, uses = content["role"], content["principal"], content["ns"]
        need(text(content["key"], r"ssh-ed25519 [A-Za-z0-9+/=]+"), "not an SSH key")
        raw = unbase64(content["key"][12:])[-32:]
        need("ssh-ed25519 " + base64.b64encode(blob(raw)).decode() == content["key"], "not an SSH key")
        try:
            check_key(raw)
        except ValueError as error:
            raise Bad(str(error)) from None
        need(fingerprint(raw) == content["fp"], "fp is not the fingerprint of the key")
        need(isinstance(role, str) and role in ROLES, "an unknown role")
        need(text(principal, r"[a-z0-9-]+@" + re.escape(self.org)), "a principal of another organisation")
        need(principal not in self.principals and content["fp"] not in self.roll, "enrolled already")
        need(isinstance(uses, list) and uses and all(isinstance(one, str) for one in uses), "ns is malformed")
        need(
            len(set(uses)) == len(uses) and set(uses) <= {f"{u}@{self.org}" for u in ROLES[role]}, "ns of another role"
        )
        key = self.roll[content["fp"]] = Key(raw, role, uses, principal, seq, entry["ts"])
        self.principals.add(principal)
        return key

    def person(self, fp: str, use: str, seq: int) -> Key:
        """The key in force at `seq` for this use."""
        key = self.roll.get(fp)
        if key is None or f"{use}@{self.org}" not in key.uses or not key.in_force(seq):
            raise Bad(f"{fp} may not sign as {use} here")
        return key

    def take(self, seq: int, given: tuple[bytes, dict[str, Any], int]) -> None:
        """Chain, author and meaning of one entry."""
        line, entry, genesis = given
        kind, content = entry["type"], entry.get("data", {})
        self.origin = self.origin or entry["log"]
        need(entry["seq"] == seq, f"entry {entry['seq']} stands here")
        need(entry["prev"] == self.prev, "prev is not the leaf of the entry before it")
        need(entry["log"] == self.origin and f"/{self.incident_id}/" in entry["log"], "it is of another log")
        need(entry["log"].startswith(self.org + "/") and entry["id"] not in self.ids, "its log or id is wrong")
        self.ids.add(entry["id"])
        if entry["ts"] < self.last_ts:
            self.remarks.append(f"entry {seq}: the clock went back")
        self.last_ts = entry["ts"]
        self.author(seq, line, entry)
        for digest in entry.get("_sd", ()):
            need(self.committed.setdefault(digest, seq) == seq, "it commits to the content of another entry")
        need(kind != "amend" or "refs" in entry, "it amends nothing")
        need(kind != "incident.open" or seq == 0, "the incident was opened before")
        need(
            kind != "incident.open" or content.get("incident_id", self.incident_id) == self.incident_id,
            "another incident",
        )
        if kind == "incident.open":
            self.plan_hash = content.get("plan_hash")
        elif kind == "key.add" and seq >= genesis:
            self.late_key(seq, entry)
        elif kind in ("key.retire", "key.revoke"):
            self.end(seq, entry)
        elif kind == "attest":
            self.attest(seq, entry, content)
        elif kind == "erase":
            self.erase(seq, entry, content.get("items"))
        elif kind == "anchor":
            self.anchor(seq, content)

    def author(self, seq: int, line: bytes, entry: dict[str, Any]) -> None:
        """A person's signature, or the program with a log key in force."""
        if "sig" in entry:
            key = self.person(entry["actor"], "author", seq)
            unsigned = dump({name: value for name, value in entry.items() if name != "sig"})
            message = preimage(hashlib.sha512(unsigned).digest(), f"author@{self.org}")
            need(
                text(entry["sig"], r"\S+") and signed(key.raw, unbase64(entry["sig"]), message),
                "the author's signature is wrong",
            )
        else:
            log = self.roll.get(entry["actor"])
            need(entry["type"] in PROGRAM, "it has no author's signature")
            need(log and log.role == "log" and log.in_force(seq), "its actor is no log key in force")

    def covering(self, seq: int) -> int:
        """The size of the first checkpoint that covers entry `seq`."""
        return next((size for size in self.sizes if size > seq), 0)

    def late_key(self, seq: int, entry: dict[str, Any]) -> None:
        """A key after the genesis group: a log key may be vouched for by the next checkpoint, others are approved."""
        old = [key for key in self.roll.values() if key.role == "log" and key.in_force(seq)]
        key = self.enrol(seq, entry)
        size = self.covering(seq)
        if key.role == "log" and size:
            note, armours = self.notes[size]
            body, _size, _root, lines = read_note(note)
            origin = body.split("\n")[0]
            in_ssh = {unarmoured(one, f"checkpoint@{self.org}")[0] for one in armours}
            in_note = {mark for name, mark, _signature in lines if name == origin}
            if any(one.raw in in_ssh and key_id(origin, one.raw) in in_note for one in old):
                key.start = seq + 1

    def end(self, seq: int, entry: dict[str, Any]) -> None:
        """A key.retire or key.revoke."""
        content = entry.get("data", {})
        key = self.roll.get(content["fp"]) if isinstance(content.get("fp"), str) else None
        if key is None or not key.in_force(seq):
            raise Bad("it ends a key that is not in force")
        need(key.role == "log" or "sig" in entry, "only a person ends the key of a person")
        if entry["type"] == "key.revoke":
            good = content.get("last_good", 0)
            need(exists(content.get("since")) and whole(good) and 0 <= good <= seq, "since or last_good is malformed")
            key.revocation = content
        key.until, key.ended = seq, content["since"] if key.revocation else entry["ts"]
        if key.role == "log":
            self.ended.append((seq, key))

    def attest(self, seq: int, entry: dict[str, Any], content: dict[str, Any]) -> None:
        """A second person's signature over the exact bytes of an entry."""
        need(set(content) == {"of", "leaf", "as", "by", "sshsig"}, "attest is malformed")
        of, use, armour = content["of"], content["as"], content["sshsig"]
        need(whole(of) and 0 <= of < seq and content["leaf"] == self.leaves[of].hex(), "it attests another entry")
        need(use in ("approve", "handover-from", "handover-to", "witness"), "nobody attests like that")
        need(isinstance(content["by"], str) and isinstance(armour, str), "attest is malformed")
        key = self.person(content["by"], use, seq)
        raw, signature = unarmoured(armour, f"{use}@{self.org}")
        message = preimage(self.hashes[of], f"{use}@{self.org}")
        need(raw == key.raw and signed(raw, signature, message), "the attestation does not match the entry it names")
        key.attested.append((entry["ts"], seq))
        if use == "approve":
            if self.erasures.get(of, content["by"]) != content["by"]:
                del self.erasures[of]
            for one in self.roll.values():
                if one.added == of and one.start is None and seq < self.covering(of):
                    one.start = seq + 1
                    if one.role == "log":
                        self.remarks.append(f"entry {of}: {UNVOUCHED.format(one.principal)}")

    def erase(self, seq: int, entry: dict[str, Any], items: Any) -> None:
        """Contents that are gone by decision."""
        need(isinstance(items, list) and items, "it erases nothing")
        for item in items:
            need(
                isinstance(item, dict) and set(item) == {"seq", "digest"} and whole(item["seq"]), "an item is malformed"
            )
            need(isinstance(item["digest"], str), "an item is malformed")
            need(self.committed.get(item["digest"]) == item["seq"] < seq, "it erases what no earlier entry holds")
            self.erased.add(item["digest"])
        self.erasures[seq] = entry["actor"]

    def anchor(self, seq: int, content: dict[str, Any]) -> None:
        """A root that somebody outside stamped."""
        size: Any = content.get("size")
        need(whole(size) and 0 < size <= seq and size in self.notes, "the anchored checkpoint is missing")
        need(self.roots[size].hex() == content.get("root"), "the anchored root is not the record's")
        need(text(content.get("tsr_sha256"), HASH), "the anchor names no time stamp")
        self.anchors.append((seq, content))

    def checkpoints(self) -> None:
        """Both forms of every checkpoint, each signature, the tree's root; then the ends of log keys."""
        for size in self.sizes:
            try:
                self.signers[size] = self.checkpoint(size)
            except Bad as error:
                self.problems.append(f"checkpoint {size}: {error}")
        need(self.sizes and self.sizes[-1] == len(self.leaves), "the newest checkpoint does not cover every entry")
        for seq, key in self.ended:
            by = [self.roll[fp] for fp in self.signers.get(seq + 1, ())]
            new = any(one is not key and one.role == "log" and one.in_force(seq + 1) for one in by)
            old = any(one.role == "recovery" for one in by) if key.revocation else key in by
            if not (new and old):
                self.problems.append(f"entry {seq}: the end of a log key has no checkpoint of its own by old and new")
        for key in self.roll.values():
            if key.revocation:
                self.suspect(key, key.revocation["since"], key.revocation.get("last_good"))

    def suspect(self, key: Key, since: str, good: int | None) -> None:
        """What a revoked key did after the moment from which it was no longer its owner's."""
        found = [f"entry {seq}: SUSPECT, attested after {since}" for ts, seq in key.attested if ts > since]
        if good is not None:
            late = [size for size, by in self.signers.items() if size > good and fingerprint(key.raw) in by]
            found += [f"checkpoint {size}: SUSPECT, signed after the key was last good" for size in late]
        self.remarks += [f"{one}: the key of {key.principal}" for one in found]

    def checkpoint(self, size: int) -> set[str]:
        """The fingerprints that signed a checkpoint in both forms."""
        note, armours = self.notes[size]
        body, named, root, lines = read_note(note)
        need(named == size and body.split("\n")[0] == self.origin, "it is of another log or size")
        need(self.roots.get(size) == root, "its root is not the record's")
        may = {fp: key for fp, key in self.roll.items() if f"checkpoint@{self.org}" in key.uses and self.may(key, size)}
        by_id = {key_id(self.origin, key.raw): fp for fp, key in may.items()}
        in_note = [(by_id.get(mark), signature) for name, mark, signature in lines if name == self.origin]
        in_ssh = [unarmoured(one, f"checkpoint@{self.org}") for one in armours]
        names = [fingerprint(raw) for raw, _signature in in_ssh]
        need(
            names and len(set(names)) == len(names) and sorted(names) == sorted(str(fp) for fp, _ in in_note),
            "its forms differ",
        )
        need(set(names) <= set(may), "a key signed that may not")
        need(any(may[fp].role == "log" for fp in names), "no log key in force signed it")
        need(
            all(signed(may[str(fp)].raw, signature, body.encode()) for fp, signature in in_note),
            "a note signature is wrong",
        )
        message = preimage(hashlib.sha512(body.encode()).digest(), f"checkpoint@{self.org}")
        need(all(signed(raw, signature, message) for raw, signature in in_ssh), "an SSH signature is wrong")
        for name, mark, signature in lines:
            if name != self.origin:
                self.cosignature(size, body, (name, mark, signature))
        return set(names)

    def cosignature(self, size: int, body: str, line: tuple[str, bytes, bytes]) -> None:
        """A witness's line in a note (C2SP tlog-cosignature); a remark where the witness is not on the roll."""
        name, mark, signature = line
        for key in self.roll.values():
            if f"witness@{self.org}" in key.uses and mark == key_id(name, key.raw, COSIGNATURE):
                message = f"cosignature/v1\ntime {int.from_bytes(signature[:8], 'big')}\n{body}".encode()
                right = len(signature) == 72 and signed(key.raw, signature[8:], message)
                need(right, f"the cosignature by {name} does not match")
                return
        self.remarks.append(f"checkpoint {size}: the cosignature by {name} was not checked, its key is not on the roll")

    def may(self, key: Key, size: int) -> bool:
        """Whether a checkpoint of this size may carry the key's signature."""
        if key.start is None or key.start > size:
            return False
        return key.until is None or key.until >= size or (key.until == size - 1 and not key.revocation)

    def contents(self, lines: list[bytes], evidence: Path) -> None:
        """The disclosures and the evidence files."""
        seen, names = set(), set()
        for number, line in enumerate(lines, 1):
            try:
                given = load(line, 1 << 20)
                need(isinstance(given, dict) and set(given) == {"d", "seq"} and whole(given["seq"]), "not d and seq")
                need(text(given["d"], r"[A-Za-z0-9_-]+"), "not d and seq")
                content = load(unbase64(given["d"], True), DISCLOSED)
                need(isinstance(content, list) and len(content) == 3, "not salt, name and value")
                salt, name, value = content
                need(len(unbase64(salt, True)) == 16 and isinstance(name, str), "not salt, name and value")
                digest = base64.urlsafe_b64encode(hashlib.sha256(given["d"].encode()).digest()).decode().rstrip("=")
                need(self.committed.get(digest) == given["seq"], "not what the entry commits to")
                need(digest not in seen and (given["seq"], name) not in names, "disclosed twice")
                seen.add(digest)
                names.add((given["seq"], name))
                if name == "evidence":
                    self.evidence(given["seq"], value, evidence)
            except Bad as error:
                self.problems.append(f"disclosures.jsonl, line {number}: {error}")
        withheld = [seq for digest, seq in self.committed.items() if digest not in seen | self.erased]
        if withheld:
            self.remarks.append(f"{len(withheld)} items are withheld, the first from entry {min(withheld)}")
        if seen & self.erased:
            self.remarks.append("an erased content is still disclosed")
        self.remarks += [f"entry {seq}: the erasure has no approval by a second person" for seq in self.erasures]

    def evidence(self, seq: int, value: Any, folder: Path) -> None:
        """One evidence file."""
        need(isinstance(value, dict) and text(value.get("sha256"), HASH), "evidence without its hash")
        self.named.add(value["sha256"])
        path = folder / value["sha256"]
        if not path.is_file():
            self.remarks.append(f"entry {seq}: the evidence file {value['sha256']} is absent")
            return
        right = file_hash(path) == value["sha256"] and path.stat().st_size == value.get("size")
        need(right, f"the evidence of entry {seq} is not what was recorded")


# The bag -----------------------------------------------------------------------------------------------------------


def file_hash(path: Path) -> str:
    """SHA-256 in hex."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for chunk in iter(lambda: file.read(1 << 20), b""):
            digest.update(chunk)
    return digest.hexdigest()


def exact(path: Path) -> str:
    """A text file as its bytes say, line ends included."""
    return path.read_bytes().decode()


def lines_of(path: Path) -> list[bytes]:
    """The lines of a file that ends with a line feed."""
    raw = path.read_bytes()
    need(not raw or raw.endswith(b"\n"), f"{path.name} does not end with a line feed")
    return raw.split(b"\n")[:-1]


PAYLOAD = (
    r"data/(?:incident\.json|entries\.jsonl|disclosures\.jsonl|allowed_signers(?:\.nodates)?|log\.vkey|README\.txt"
    r"|verify\.py|checkpoints/[0-9]{1,16}\.(?:note|txt(?:\.[0-9]{1,4}\.sig)?)|tsa/[0-9]{1,16}\.tsr"
    r"|evidence/[0-9a-f]{64}|(?:plan|reports)/.+)"
)
NEEDED_FILES = {"incident.json", "entries.jsonl", "disclosures.jsonl", "allowed_signers", "log.vkey"}
DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}


def check_names(names: set[str]) -> None:
    """Bad for a name that some system would misread, or take for another one."""
    seen: set[str] = set()
    for name in sorted(names):
        plain = name.isprintable() and len(name.encode(errors="replace")) <= 240 and not set(name) & set("\\:%")
        need(plain, f"{name[:80]}: not a plain name")
        for part in name.split("/"):
            device = part.split(".")[0].rstrip().casefold() in DEVICES
            need(not device and part[0] != " " and part[-1] not in " .", f"{name}: not a plain relative path")
        folded = unicodedata.normalize("NFKC", name).casefold()
        need(folded not in seen, f"{name}: a second file of that name")
        seen.add(folded)


def check_manifest(folder: Path, name: str, expected: set[str]) -> list[str]:
    """What differs from a manifest."""
    listed = {}
    whole_text = exact(folder / name)
    for line in whole_text[:-1].split("\n"):
        digest, gap, file = line.partition("  ")
        need(gap and text(digest, HASH) and file not in listed, f"{name} has a malformed line")
        listed[file] = digest
    need("".join(f"{listed[file]}  {file}\n" for file in sorted(listed)) == whole_text, f"{name} is not sorted")
    wrong = [f"{file}: is not listed in {name}" for file in sorted(expected - set(listed))]
    for file, digest in listed.items():
        if file not in expected or not (folder / file).is_file():
            wrong.append(f"{file}: is missing")
        elif file_hash(folder / file) != digest:
            wrong.append(f"{file}: was changed")
    return wrong


def check_files(folder: Path) -> list[str]:
    """What differs from both manifests; links are refused."""
    need(folder.is_dir(), "not a folder: unpack the zip file first, and name the folder that holds bagit.txt")
    found = [path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir()]
    need(not any(path.is_symlink() or not path.is_file() for path in found), "the folder holds links or devices")
    names = {path.relative_to(folder).as_posix() for path in found}
    check_names(names)
    payload = {name for name in names if name.startswith("data/")}
    tags = {"bag-info.txt", "bagit.txt", "manifest-sha256.txt"}
    own = {"tagmanifest-sha256.txt", "tagmanifest-sha256.txt.sig"}
    wrong = [f"{name}: is not listed in any manifest" for name in sorted(names - payload - tags - own)]
    wrong += [f"{name}: has no place in a bag" for name in sorted(payload) if not text(name, PAYLOAD)]
    wrong += [f"data/{name}: is missing" for name in sorted(NEEDED_FILES) if f"data/{name}" not in payload]
    wrong += check_manifest(folder, "tagmanifest-sha256.txt", tags)
    return wrong + check_manifest(folder, "manifest-sha256.txt", payload)


def check_signature(folder: Path, record: Record) -> None:
    """Who packed the bag: a log key in force at its end. ssh-keygen is asked as well where it is installed."""
    armour = exact(folder / "tagmanifest-sha256.txt.sig")
    message = (folder / "tagmanifest-sha256.txt").read_bytes()
    namespace = f"bundle@{record.org}"
    raw, signature = unarmoured(armour, namespace)
    key = record.roll.get(fingerprint(raw))
    if key is None or namespace not in key.uses or not key.in_force(len(record.leaves)):
        raise Bad("tagmanifest-sha256.txt.sig is not by a log key in force")
    right = signed(raw, signature, preimage(hashlib.sha512(message).digest(), namespace))
    need(right, "tagmanifest-sha256.txt.sig does not match")
    program = tool("ssh-keygen", folder)
    if program:
        options = ["-f", "data/allowed_signers.nodates", "-I", key.principal, "-n", namespace]
        command = [program, "-Y", "verify", *options, "-s", "tagmanifest-sha256.txt.sig"]
        done = subprocess.run(command, cwd=folder, input=message, stdout=subprocess.DEVNULL, check=False)
        need(done.returncode == 0, "ssh-keygen does not accept tagmanifest-sha256.txt.sig")


def tool(name: str, folder: Path) -> str:
    """Where a program of this machine is, empty if nowhere; never one that came with the folder."""
    found = shutil.which(name)
    place = Path(found).resolve() if found else folder.resolve()
    return "" if folder.resolve() in (place, *place.parents) else str(place)


def check_lists(folder: Path, record: Record) -> None:
    """The files that follow from the entries: lists of keys, and the plan by the hash that entry 0 names."""
    keys = record.roll.values()
    follows = {
        "allowed_signers": "".join(key.signer(dates=True) for key in keys),
        "allowed_signers.nodates": "".join(key.signer(dates=False) for key in keys),
        "log.vkey": "".join(key.verifier(record.origin) for key in keys if key.role == "log"),
    }
    for name, right in follows.items():
        if exact(folder / "data" / name) != right:
            record.problems.append(f"data/{name}: does not follow from the entries")
    plan = folder / "data/plan/plan.json"
    if record.plan_hash is not None and not plan.is_file():
        record.remarks.append("data/plan/plan.json is absent: the plan that entry 0 names is not in the bag")
    elif (
        record.plan_hash is not None and hashlib.sha256(b"AZ:PLAN:" + plan.read_bytes()).hexdigest() != record.plan_hash
    ):
        record.problems.append("data/plan/plan.json: is not the plan that entry 0 names")
    held = {path.name for path in (folder / "data/evidence").glob("*")} - record.named
    record.remarks += [f"data/evidence/{name}: no disclosed entry names this file" for name in sorted(held)]


def check_stamps(folder: Path, record: Record, authority: str | None) -> None:
    """The time stamps over anchored checkpoints."""
    for seq, content in record.anchors:
        size = content["size"]
        token = folder / f"data/tsa/{size}.tsr"
        if not token.is_file():
            record.remarks.append(f"entry {seq}: the time stamp over checkpoint {size} is absent")
            continue
        need(file_hash(token) == content["tsr_sha256"], f"entry {seq}: the time stamp is not the one recorded")
        if authority is None:
            record.remarks.append(f"entry {seq}: the time stamp was not checked, because --tsa-ca was not given")
            continue
        made = stamped_at(folder, token)
        files = ["-data", str(folder / f"data/checkpoints/{size}.note"), "-in", str(token), "-CAfile", authority]
        command = [tool("openssl", folder), "ts", "-verify", *files, "-attime", str(made)]
        done = subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
        need(done.returncode == 0, f"entry {seq}: openssl does not accept the time stamp over checkpoint {size}")


def stamped_at(folder: Path, token: Path) -> int:
    """The moment in a time stamp (POSIX seconds): its certificates have to hold then, not today."""
    program = tool("openssl", folder)
    need(program, "openssl is not installed: the time stamps cannot be checked")
    command = [program, "ts", "-reply", "-in", str(token), "-text"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    shape = r"Time stamp: ([A-Z][a-z]{2}) +(\d+) (\d\d:\d\d:\d\d)[.\d]* (\d{4}) GMT"
    found = re.search(shape, done.stdout.decode(errors="replace"))
    need(found, f"data/tsa/{token.name}: not a time stamp")
    month, day, clock, year = found.groups() if found else ("", "0", "", "")
    number = "JanFebMarAprMayJunJulAugSepOctNovDec".index(month) // 3 + 1
    return int(datetime.fromisoformat(f"{year}-{number:02d}-{int(day):02d}T{clock}+00:00").timestamp())


def read_notes(folder: Path) -> dict[int, tuple[str, list[str]]]:
    """The notes and SSH signatures of every checkpoint, by size."""
    notes = {}
    for path in (folder / "data/checkpoints").glob("*.note"):
        size = path.name[:-5]
        need(text(size, r"0|[1-9]\d{0,15}"), f"data/checkpoints/{path.name} names no size")
        armours = [exact(one) for one in sorted(path.parent.glob(f"{size}.txt.*.sig"))]
        try:
            note = exact(path)
            body = read_note(note)[0]
        except (Bad, UnicodeDecodeError) as error:
            raise Bad(f"data/checkpoints/{path.name}: {error}") from None
        need(exact(path.parent / f"{size}.txt") == body, f"data/checkpoints/{size}.txt is not the text of its note")
        notes[int(size)] = note, armours
    return notes


def read_known(paths: list[str]) -> list[tuple[str, int, bytes]]:
    """Origin, size and root of notes seen earlier."""
    read = [read_note(exact(Path(path))) for path in paths]
    return [(body.split("\n")[0], size, root) for body, size, root, _lines in read]


def check_maker(record: Record, trust: set[str], known: list[tuple[str, int, bytes]]) -> None:
    """What was learnt elsewhere: fingerprints, and notes seen earlier."""
    for origin, size, root in known:
        if origin != record.origin or record.roots.get(size) != root:
            record.problems.append(f"the record does not continue the note of size {size} known from elsewhere")
    proven = set().union(record.founders, *record.signers.values())
    if not trust:
        record.remarks.append("no --trust given: the record is consistent, its maker unknown")
    elif not trust & proven:
        need(trust & set(record.roll), "none of the trusted keys made this record")
        record.remarks.append("the trusted key is named here but signed no checkpoint: the maker is unknown")


def examine(
    folder: Path, trust: set[str], authority: str | None, notes: list[str]
) -> tuple[list[str], list[str], Record | None]:
    """Problems, remarks, and the record as far as it could be read."""
    problems: list[str] = []
    record = None
    try:
        problems += check_files(folder)
        known = read_known(notes)
        sizes = {size for _origin, size, _root in known}
        record = Record((folder / "data/incident.json").read_bytes(), read_notes(folder), sizes)
        steps: tuple[Callable[[], None], ...] = (
            lambda: record.read(lines_of(folder / "data/entries.jsonl")),
            record.checkpoints,
            lambda: record.contents(lines_of(folder / "data/disclosures.jsonl"), folder / "data/evidence"),
            lambda: check_signature(folder, record),
            lambda: check_lists(folder, record),
            lambda: check_stamps(folder, record, authority),
            lambda: check_maker(record, trust, known),
        )
        for step in steps:
            try:
                step()
            except Bad as error:
                record.problems.append(str(error))
    except (Bad, OSError, UnicodeDecodeError, IndexError) as error:
        problems.append(str(error))
    return (problems + record.problems, record.remarks, record) if record else (problems, [], None)


def say(line: str) -> None:
    """Print a line; whatever could steer a terminal, or has no place in its character set, is spelt out."""
    plain = "".join(one if one.isprintable() else one.encode("unicode_escape", "replace").decode() for one in line)
    sys.stdout.write(plain.encode("ascii", "backslashreplace").decode() + "\n")


def tell(record: Record, given: argparse.Namespace) -> None:
    """What a verdict other than REJECTED shows, and what it does not."""
    say(f"log: {record.origin}")
    say(f"entries: {len(record.leaves)}, root: {base64.b64encode(record.root()).decode()}")
    for fp, key in record.roll.items():
        state = "in force" if key.in_force(len(record.leaves)) else "ended"
        say(f"key: {key.role}, {key.principal}, {fp}, {state}")
    say("Shown: no file differs from the signed manifest; no entry was changed, added, moved or taken out before the")
    say(
        "newest checkpoint; what a person recorded is signed by that person's key, in force there, and what the program"
    )
    say("recorded is covered by a checkpoint of the log key; every text that is here is the one that was recorded.")
    if given.trust and not any("the maker is unknown" in remark for remark in record.remarks):
        say("Shown: a key given with --trust signed a checkpoint, or the first log key, of this record.")
    say("Not shown: that what was recorded is true, that the times are right, that names belong to keys, that the")
    say("documents in data/reports say what the entries say. The holder of the log key could have left out the newest")
    say("entries, and the holders of all keys could have made everything since the last point known elsewhere: pass")
    say("such a point, a signed note kept from earlier, with --known, or time stamps with --tsa-ca.")


def main() -> int:
    """Print the verdict; 0 for a verified record, 1 for a rejected one."""
    parser = argparse.ArgumentParser(description="Checks the signed record of an incident.")
    parser.add_argument("folder", type=Path, help="the folder that holds bagit.txt")
    parser.add_argument(
        "--trust", action="append", default=[], metavar="SHA256:...", help="a fingerprint learnt elsewhere"
    )
    parser.add_argument("--tsa-ca", metavar="FILE", help="the certificates of the time stamping authority")
    parser.add_argument("--known", action="append", default=[], metavar="NOTE", help="a signed note kept from earlier")
    given = parser.parse_args()
    say(f"verify.py {file_hash(Path(__file__))}")
    problems, remarks, record = examine(given.folder, set(given.trust), given.tsa_ca, given.known)
    for problem in problems:
        say(f"problem: {problem}")
    for remark in remarks:
        say(f"remark: {remark}")
    if record and not problems:
        tell(record, given)
    say("REJECTED" if problems else "VERIFIED with remarks" if remarks else "VERIFIED")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
