"""A secret wrapped in a passphrase: argon2id and AES-256-GCM."""

from __future__ import annotations

import json
import secrets
from base64 import b64decode, b64encode
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id


class WrongPassphrase(ValueError):
    """The passphrase does not open the envelope, or the envelope is damaged."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What argon2id spends (RFC 9106): passes, lanes, KiB of memory."""

    passes: int = 3
    lanes: int = 4
    memory_kib: int = 65_536

    @classmethod
    def random_secret(cls) -> Cost:
        """For a passphrase that is itself 256 random bits, stretching adds nothing."""
        return cls(1, 1, 8)


def seal(secret: bytes, passphrase: str, cost: Cost | None = None) -> bytes:
    """The envelope as JSON bytes, with its own salt and cost."""
    spent = cost or Cost()
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    box = AESGCM(_key(passphrase, salt, spent)).encrypt(nonce, secret, b"envelope-1")
    fields = {"v": 1, "t": spent.passes, "p": spent.lanes, "m": spent.memory_kib}
    packed = {"salt": b64encode(salt).decode(), "nonce": b64encode(nonce).decode(), "box": b64encode(box).decode()}
    return json.dumps({**fields, **packed}).encode()


def open(envelope: bytes, passphrase: str) -> bytes:  # noqa: A001
    """The secret. WrongPassphrase when it does not open."""
    try:
        fields = json.loads(envelope)
        cost = Cost(fields["t"], fields["p"], fields["m"])
        key = _key(passphrase, b64decode(fields["salt"]), cost)
        return AESGCM(key).decrypt(b64decode(fields["nonce"]), b64decode(fields["box"]), b"envelope-1")
    except (InvalidTag, ValueError, KeyError) as error:
        raise WrongPassphrase("the passphrase does not open it") from error


def _key(passphrase: str, salt: bytes, cost: Cost) -> bytes:
    return Argon2id(salt=salt, length=32, iterations=cost.passes, lanes=cost.lanes, memory_cost=cost.memory_kib).derive(
        passphrase.encode()
    )
