"""SSHSIG (OpenSSH PROTOCOL.sshsig): signatures that anybody can make and check with ssh-keygen -Y."""

from __future__ import annotations

import struct
from base64 import b64decode, b64encode
from functools import lru_cache
from hashlib import sha512

from app.record import keys

_MAGIC = b"SSHSIG"
_BEGIN = "-----BEGIN SSH SIGNATURE-----\n"
_END = "-----END SSH SIGNATURE-----\n"
_HASH = b"sha512"
_WIDTH = 70


class BadSignature(ValueError):
    """The signature does not say what it should; the text says why."""


def _string(raw: bytes) -> bytes:
    return len(raw).to_bytes(4) + raw


def preimage(message: bytes, namespace: str) -> bytes:
    """The bytes that the key signs for a message in a namespace, hash sha512."""
    return preimage_of(sha512(message).digest(), namespace)


def preimage_of(digest: bytes, namespace: str) -> bytes:
    """The same for a message of which only the SHA-512 is at hand."""
    return _lead(namespace) + digest


@lru_cache(maxsize=64)
def _lead(namespace: str) -> bytes:
    return _MAGIC + _string(namespace.encode()) + _string(b"") + _string(_HASH) + (64).to_bytes(4)


def armour(public: bytes, signature: bytes, namespace: str) -> str:
    """The armoured file around 64 bytes of signature, in the line width of ssh-keygen."""
    blob = (
        _MAGIC
        + (1).to_bytes(4)
        + _string(keys.ssh_blob(public))
        + _string(namespace.encode())
        + _string(b"")
        + _string(_HASH)
        + _string(_string(b"ssh-ed25519") + _string(signature))
    )
    text = b64encode(blob).decode()
    lines = "".join(f"{text[start : start + _WIDTH]}\n" for start in range(0, len(text), _WIDTH))
    return _BEGIN + lines + _END


def sign(key: keys.SigningKey, message: bytes, namespace: str) -> str:
    """The armoured signature of a message, as `ssh-keygen -Y sign -n namespace` would make it."""
    return armour(key.public, key.sign(preimage(message, namespace)), namespace)


def read(text: str) -> tuple[bytes, str, bytes]:
    """Public key, namespace and 64 signature bytes; BadSignature unless the armour equals its own re-encoding."""
    try:
        public, namespace, signature = _fields(_unarmoured(text))
        if armour(public, signature, namespace) != text:
            raise BadSignature("the armour differs from its own re-encoding")
        keys.check_public(public)
    except BadSignature:
        raise
    except (ValueError, struct.error) as error:
        raise BadSignature(f"not an SSH signature: {error}") from error
    return public, namespace, signature


def verify(text: str, message: bytes, namespace: str) -> str:
    """The fingerprint of the key that signed the message in the namespace; BadSignature otherwise."""
    public, signature = parts(text, namespace)
    if not keys.signed(public, signature, preimage(message, namespace)):
        raise BadSignature("the signature does not match the bytes")
    return keys.fingerprint(public)


def parts(text: str, namespace: str) -> tuple[bytes, bytes]:
    """Public key and 64 signature bytes of an armour made for this namespace; the signature itself is not checked."""
    public, named, signature = read(text)
    if named != namespace:
        raise BadSignature(f"signed for {named!r}, not for {namespace!r}")
    return public, signature


def _unarmoured(text: str) -> bytes:
    if not (text.startswith(_BEGIN) and text.endswith(_END)):
        raise BadSignature("no SSH signature armour")
    return b64decode(text[len(_BEGIN) : -len(_END)].replace("\n", ""), validate=True)


def _fields(blob: bytes) -> tuple[bytes, str, bytes]:
    # Only the three variable fields are read: re-encoding them decides about all the rest.
    rest = blob[len(_MAGIC) + 4 :]
    key, rest = _take(rest)
    namespace, rest = _take(rest)
    _reserved, rest = _take(rest)
    _hash, rest = _take(rest)
    signature, _end = _take(rest)
    _kind, inner = _take(signature)
    raw, _end = _take(inner)
    if len(raw) != 64:
        raise BadSignature("an Ed25519 signature has 64 bytes")
    return key[-32:], namespace.decode(), raw


def _take(blob: bytes) -> tuple[bytes, bytes]:
    (size,) = struct.unpack_from(">I", blob)
    return blob[4 : 4 + size], blob[4 + size :]
