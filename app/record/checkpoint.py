"""Checkpoints: the signed size and root of a log, as a C2SP signed note and as SSHSIG over the same three lines."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from app.record import keys, sshsig
from app.record.keys import SigningKey

_SIZE = re.compile(r"0|[1-9][0-9]{0,15}", re.ASCII)
_ED25519 = b"\x01"
COSIGNATURE = b"\x04"
_DASH = "— "


class BadCheckpoint(ValueError):
    """A checkpoint that is malformed, or one of whose signatures does not verify; the text says why."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Size, 32-byte root, the three signed lines, the signed note, and (fingerprint, armour) per signing key."""

    size: int
    root: bytes
    body: str
    note: str
    sshsigs: tuple[tuple[str, str], ...]

    @property
    def origin(self) -> str:
        """The name of the log."""
        return self.body.partition("\n")[0]


@dataclass(frozen=True, slots=True)
class NoteLine:
    """One signature line of a note: who, the 4-byte key id, and what follows it."""

    name: str
    key_id: bytes
    signature: bytes


def body(origin: str, size: int, root: bytes) -> str:
    """The three lines that are signed (C2SP tlog-checkpoint)."""
    return f"{origin}\n{size}\n{b64encode(root).decode()}\n"


def key_id(name: str, public: bytes, kind: bytes = _ED25519) -> bytes:
    """The four bytes by which a note names a key (C2SP signed-note)."""
    return sha256(name.encode() + b"\n" + kind + public).digest()[:4]


def vkey(origin: str, public: bytes) -> str:
    """The verifier key of a log key: `origin+hex id+base64(0x01 ‖ key)`."""
    return f"{origin}+{key_id(origin, public).hex()}+{b64encode(_ED25519 + public).decode()}"


def sign(origin: str, size: int, root: bytes, signers: Sequence[SigningKey], org: str) -> Checkpoint:
    """The checkpoint in both forms, signed by every key given, in that order."""
    text = body(origin, size, root)
    message = text.encode()
    note = text + "\n" + "".join(_note_line(origin, key, message) for key in signers)
    armours = tuple((key.fingerprint, sshsig.sign(key, message, f"checkpoint@{org}")) for key in signers)
    return Checkpoint(size, root, text, note, armours)


def _note_line(origin: str, key: SigningKey, message: bytes) -> str:
    return f"{_DASH}{origin} {b64encode(key_id(origin, key.public) + key.sign(message)).decode()}\n"


def parse(note: str, armours: Iterable[str], org: str) -> Checkpoint:
    """The checkpoint of a note and its SSH signatures, not yet checked; BadCheckpoint for malformed ones."""
    text, size, root = _read_body(note)
    note_lines(note)
    sshsigs = []
    for armour in armours:
        try:
            public, _signature = sshsig.parts(armour, f"checkpoint@{org}")
        except sshsig.BadSignature as error:
            raise BadCheckpoint(str(error)) from error
        sshsigs.append((keys.fingerprint(public), armour))
    return Checkpoint(size, root, text, note, tuple(sshsigs))


def _read_body(note: str) -> tuple[str, int, bytes]:
    text, gap, signatures = note.partition("\n\n")
    fields = text.split("\n")
    if not gap or not signatures or len(fields) != 3:
        raise BadCheckpoint("not a note of three lines and signatures")
    origin, size, root_text = fields
    try:
        root = b64decode(root_text, validate=True)
    except ValueError as error:
        raise BadCheckpoint("the root is not base64") from error
    if not _SIZE.fullmatch(size) or len(root) != 32 or body(origin, int(size), root) != text + "\n":
        raise BadCheckpoint("size or root are malformed")
    return text + "\n", int(size), root


def note_lines(note: str) -> tuple[NoteLine, ...]:
    """The signature lines of a note, in order; BadCheckpoint for a malformed one."""
    signatures = note.partition("\n\n")[2]
    if not signatures.endswith("\n"):
        raise BadCheckpoint("the note does not end with a line feed")
    return tuple(_read_line(line) for line in signatures[:-1].split("\n"))


def _read_line(line: str) -> NoteLine:
    name, _, text = line.removeprefix(_DASH).partition(" ")
    try:
        raw = b64decode(text, validate=True)
    except ValueError as error:
        raise BadCheckpoint("a note signature is not base64") from error
    if len(raw) < 5 or not name or f"{_DASH}{name} {b64encode(raw).decode()}" != line:
        raise BadCheckpoint("a note signature is malformed")
    return NoteLine(name, raw[:4], raw[4:])


def verify(checkpoint: Checkpoint, public: Mapping[str, bytes], org: str) -> tuple[str, ...]:
    """The fingerprints that signed, in the note's order; BadCheckpoint unless both forms agree and all verify.

    `public` holds the 32 bytes of every key that may sign, by fingerprint. Note lines under another
    name than the log's own (cosignatures) are left to `cosigned`.
    """
    if (checkpoint.body, checkpoint.size, checkpoint.root) != _read_body(checkpoint.note):
        raise BadCheckpoint("the note does not hold the lines of the checkpoint")
    in_note = _note_signers(checkpoint, public)
    in_ssh = tuple(_ssh_signer(checkpoint, fp, armour, public, org) for fp, armour in checkpoint.sshsigs)
    if len(set(in_note)) != len(in_note) or len(set(in_ssh)) != len(in_ssh):
        raise BadCheckpoint("a key signed twice")
    if not in_note or set(in_note) != set(in_ssh):
        raise BadCheckpoint("note and SSH signatures are not by the same keys")
    return in_note


def _note_signers(checkpoint: Checkpoint, public: Mapping[str, bytes]) -> tuple[str, ...]:
    origin, message = checkpoint.origin, checkpoint.body.encode()
    by_id = {key_id(origin, raw): fp for fp, raw in public.items()}
    signers = []
    for line in note_lines(checkpoint.note):
        if line.name != origin:
            continue
        fp = by_id.get(line.key_id)
        if fp is None:
            raise BadCheckpoint("the note is signed by a key that may not sign here")
        if not keys.signed(public[fp], line.signature, message):
            raise BadCheckpoint(f"the note signature by {fp} does not match")
        signers.append(fp)
    return tuple(signers)


def _ssh_signer(checkpoint: Checkpoint, fp: str, armour: str, public: Mapping[str, bytes], org: str) -> str:
    try:
        made_by = sshsig.verify(armour, checkpoint.body.encode(), f"checkpoint@{org}")
    except sshsig.BadSignature as error:
        raise BadCheckpoint(f"the SSH signature by {fp}: {error}") from error
    if made_by != fp or made_by not in public:
        raise BadCheckpoint("an SSH signature is by a key that may not sign here")
    return made_by


def cosigned(checkpoint: Checkpoint, name: str, public: bytes) -> int | None:
    """The moment (POSIX seconds) at which a witness cosigned the note, or None (C2SP tlog-cosignature, type 0x04)."""
    wanted = key_id(name, public, COSIGNATURE)
    for line in note_lines(checkpoint.note):
        if (line.name, line.key_id) == (name, wanted) and len(line.signature) == 72:
            seconds = int.from_bytes(line.signature[:8])
            message = f"cosignature/v1\ntime {seconds}\n{checkpoint.body}".encode()
            if keys.signed(public, line.signature[8:], message):
                return seconds
    return None
