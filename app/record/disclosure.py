"""Disclosures: content held beside its commitment, so that it can be erased and every proof still holds (RFC 9901)."""

from __future__ import annotations

import secrets
from binascii import a2b_base64, b2a_base64
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from app.domain.errors import Unusable
from app.record import canonical

SALT_BYTES = 16
TEXT_LIMIT = 65_536
# A control character takes six bytes in JSON.
_CONTENT_LIMIT = 6 * TEXT_LIMIT + 1_024
_TO_URL, _FROM_URL = bytes.maketrans(b"+/", b"-_"), bytes.maketrans(b"-_+/", b"+/==")


def _b64(raw: bytes) -> str:
    return b2a_base64(raw, newline=False).rstrip(b"=").translate(_TO_URL).decode()


def salts() -> Iterator[bytes]:
    """Fresh random salts of 16 bytes, without end."""
    while True:
        yield secrets.token_bytes(SALT_BYTES)


def make(name: str, value: Any, salt: bytes) -> str:
    """The disclosure string of one field; Unusable for a text over 64 KiB."""
    if len(salt) != SALT_BYTES:
        raise ValueError("a salt is 16 bytes")
    if isinstance(value, str) and len(value.encode(errors="replace")) > TEXT_LIMIT:
        raise Unusable(
            f"The {name} is longer than 64 KiB.", "Attach it as evidence and log a line about it.", code="text-too-long"
        )
    return _b64(canonical.encode([_b64(salt), name, value], limit=_CONTENT_LIMIT))


def digest(disclosure: str) -> str:
    """The commitment to a disclosure string: base64url SHA-256 of its ASCII characters."""
    return _b64(sha256(disclosure.encode("ascii")).digest())


def read(disclosure: str) -> tuple[bytes, str, Any]:
    """Salt, name and value; NotCanonical for anything that `make` could not have written."""
    content = canonical.decode(_unb64(disclosure), limit=_CONTENT_LIMIT)
    if not (isinstance(content, list) and len(content) == 3):
        raise canonical.NotCanonical("a disclosure is [salt, name, value]")
    salt_text, name, value = content
    if not (isinstance(salt_text, str) and isinstance(name, str)):
        raise canonical.NotCanonical("salt and name of a disclosure are texts")
    salt = _unb64(salt_text)
    if len(salt) != SALT_BYTES:
        raise canonical.NotCanonical("a salt is 16 bytes")
    return salt, name, value


def _unb64(text: str) -> bytes:
    try:
        raw = a2b_base64(text.encode("ascii").translate(_FROM_URL) + b"=" * (-len(text) % 4))
    except ValueError as error:
        raise canonical.NotCanonical(f"not base64url: {error}") from error
    if _b64(raw) != text:
        raise canonical.NotCanonical("not base64url in its only form")
    return raw
