"""Ed25519 keys: seeds, public halves, and the SSH form in which people and tools know them."""

from __future__ import annotations

import secrets
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_SSH_TYPE = b"ssh-ed25519"
_SSH_PREFIX = len(_SSH_TYPE).to_bytes(4) + _SSH_TYPE + (32).to_bytes(4)
_PRIME = 2**255 - 19
# y of the points whose order divides 8 (RFC 7748 §7 and "Taming the many EdDSAs", table 1): any message verifies.
_ORDER_8 = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
_LOW_ORDER = frozenset({0, 1, _PRIME - 1, _ORDER_8, _PRIME - _ORDER_8})
_D = -121665 * pow(121666, -1, _PRIME) % _PRIME


class BadKey(ValueError):
    """Not a public key that a record may hold; the text says why."""


@lru_cache(maxsize=4096)
def check_public(raw: bytes) -> None:
    """BadKey unless `raw` is the canonical encoding of a point of large order (RFC 8032 §5.1.3)."""
    if len(raw) != 32:
        raise BadKey("an Ed25519 public key has 32 bytes")
    y = int.from_bytes(raw, "little") & (2**255 - 1)
    if y >= _PRIME or y in _LOW_ORDER:
        raise BadKey("an Ed25519 key of low order or not in canonical form")
    # OpenSSL takes any 32 bytes for a key and then refuses every signature: half of all numbers are no point.
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _PRIME) % _PRIME
    if pow(square, (_PRIME - 1) // 2, _PRIME) != 1:
        raise BadKey("these 32 bytes are no point of the curve")


def ssh_blob(raw: bytes) -> bytes:
    """The SSH wire form of a public key (RFC 8709 §4)."""
    return _SSH_PREFIX + raw


def ssh_public(raw: bytes) -> str:
    """`ssh-ed25519 AAAA…`, without a comment."""
    return f"ssh-ed25519 {b64encode(ssh_blob(raw)).decode()}"


def raw_public(ssh: str) -> bytes:
    """The 32 bytes of `ssh-ed25519 AAAA…`; BadKey for a comment, another type, or a refused point."""
    kind, _, text = ssh.partition(" ")
    try:
        blob = b64decode(text, validate=True)
    except ValueError as error:
        raise BadKey("the key is not base64") from error
    raw = blob[len(_SSH_PREFIX) :]
    if kind != "ssh-ed25519" or ssh_blob(raw) != blob or ssh_public(raw) != ssh:
        raise BadKey("not an ssh-ed25519 public key without a comment")
    check_public(raw)
    return raw


def fingerprint(key: str | bytes) -> str:
    """`SHA256:…` of a public key in SSH or raw form, as `ssh-keygen -l` prints it."""
    raw = raw_public(key) if isinstance(key, str) else key
    return "SHA256:" + b64encode(sha256(ssh_blob(raw)).digest()).decode().rstrip("=")


@lru_cache(maxsize=4096)
def _loaded(raw: bytes) -> Ed25519PublicKey:
    check_public(raw)
    return Ed25519PublicKey.from_public_bytes(raw)


def signed(raw: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the key with these 32 public bytes made the signature; BadKey for a refused key."""
    key = _loaded(raw)
    try:
        key.verify(signature, message)
    except InvalidSignature:
        return False
    return True


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key with the forms of its public half; its repr never shows the seed."""

    seed: bytes = field(repr=False)
    public: bytes
    fingerprint: str
    _private: Ed25519PrivateKey = field(repr=False, compare=False)

    @classmethod
    def from_seed(cls, seed: bytes) -> SigningKey:
        """The key of a 32-byte seed (RFC 8032 §5.1.5)."""
        private = Ed25519PrivateKey.from_private_bytes(seed)
        public = private.public_key().public_bytes_raw()
        return cls(seed, public, fingerprint(public), private)

    @classmethod
    def generate(cls) -> SigningKey:
        """A new key from the system's random source."""
        return cls.from_seed(secrets.token_bytes(32))

    @property
    def ssh_public(self) -> str:
        """`ssh-ed25519 AAAA…`, without a comment."""
        return ssh_public(self.public)

    def sign(self, message: bytes) -> bytes:
        """The 64 bytes of the signature over exactly this message."""
        return self._private.sign(message)
