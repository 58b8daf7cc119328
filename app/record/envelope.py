"""Secrets under a passphrase: argon2id (RFC 9106) makes the key, ChaCha20-Poly1305 (RFC 8439) seals the secret."""

from __future__ import annotations

import secrets
import struct
import unicodedata
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from app.domain.errors import Broken, Unusable

_MAGIC = b"ICE1"
_HEAD = struct.Struct(">4sIBB16s12s")
_CHECK = 8
_MOST = 1 << 20


@dataclass(frozen=True, slots=True)
class Cost:
    """What one guess costs: memory in KiB, passes, and lanes."""

    memory: int = 64 * 1024
    passes: int = 3
    lanes: int = 3


class WrongPassphrase(Broken):
    """The envelope is whole and the passphrase is not the one that sealed it."""


class Damaged(Broken):
    """The envelope is not as it was sealed."""


def seal(seed: bytes, passphrase: str, cost: Cost = Cost()) -> bytes:
    """The envelope around a secret; Unusable for an empty passphrase."""
    if not passphrase:
        raise Unusable("The passphrase is empty.", "Choose one of several words.", code="empty-passphrase")
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    head = _HEAD.pack(_MAGIC, cost.memory, cost.passes, cost.lanes, salt, nonce)
    sealed = head + ChaCha20Poly1305(_key(passphrase, salt, cost)).encrypt(nonce, seed, head)
    return sealed + sha256(sealed).digest()[:_CHECK]


def open(blob: bytes, passphrase: str) -> bytes:  # noqa: A001 (read as envelope.open)
    """The secret; WrongPassphrase or Damaged, which the checksum at the end tells apart."""
    sealed, check = blob[:-_CHECK], blob[-_CHECK:]
    if len(sealed) < _HEAD.size or sha256(sealed).digest()[:_CHECK] != check:
        raise _damaged()
    magic, memory, passes, lanes, salt, nonce = _HEAD.unpack_from(sealed)
    if magic != _MAGIC or not (0 < lanes <= 16 and 8 * lanes <= memory <= _MOST and 0 < passes <= 32):
        raise _damaged()
    key = _key(passphrase, salt, Cost(memory, passes, lanes))
    try:
        return ChaCha20Poly1305(key).decrypt(nonce, sealed[_HEAD.size :], sealed[: _HEAD.size])
    except InvalidTag:
        raise WrongPassphrase(
            "The passphrase is wrong.",
            "Type it again; mind capitals and the keyboard's language.",
            code="wrong-passphrase",
        ) from None


def _key(passphrase: str, salt: bytes, cost: Cost) -> bytes:
    derive = Argon2id(salt=salt, length=32, iterations=cost.passes, lanes=cost.lanes, memory_cost=cost.memory)
    # The same passphrase can leave two keyboards as different code points.
    return derive.derive(unicodedata.normalize("NFKC", passphrase).encode())


def _damaged() -> Damaged:
    return Damaged("The sealed key is damaged.", "Restore it from a backup, or enrol a new key.", code="key-damaged")
