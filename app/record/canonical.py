"""Canonical JSON (RFC 8785, restricted): the one way in which a value becomes bytes."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any, NoReturn

LINE_LIMIT = 65_535
OBJECT_LIMIT = 16 * 1024 * 1024
"""Bytes of a hashed object that is no line: a plan, a runbook."""
DEPTH_LIMIT = 16
LARGEST = 2**53 - 1


class NotCanonical(ValueError):
    """The bytes or the value have no place in a record; the text says why."""


def _no_float(text: str) -> NoReturn:
    raise NotCanonical(f"not an integer: {text[:24]}")


def _whole(text: str) -> int:
    number = int(text) if len(text) < 20 else LARGEST + 1
    if not -LARGEST <= number <= LARGEST:
        raise NotCanonical("integer beyond 2^53-1")
    return number


_dump = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False, check_circular=False
).encode
_load = json.JSONDecoder(parse_float=_no_float, parse_int=_whole, parse_constant=_no_float).decode


def encode(value: Any, limit: int = LINE_LIMIT) -> bytes:
    """The canonical bytes of a value of dict, list, str, int, bool and None; NotCanonical for anything else."""
    _check(value, 1)
    try:
        raw = _dump(value).encode()
    except UnicodeEncodeError as error:
        raise NotCanonical("lone surrogate") from error
    if len(raw) > limit:
        raise NotCanonical(f"{len(raw)} bytes, more than {limit}")
    return raw


def decode(raw: bytes, limit: int = LINE_LIMIT, depth: int = 1) -> Any:
    """The value of canonical bytes; NotCanonical if they differ from their own re-encoding in a single bit.

    `depth` is where they stand in a larger value: 1 for a whole one, 2 for a member of one.
    """
    if len(raw) > limit:
        raise NotCanonical(f"{len(raw)} bytes, more than {limit}")
    try:
        value = _load(raw.decode())
        again = _dump(value).encode()
    except NotCanonical:
        raise
    except RecursionError:
        raise NotCanonical(f"deeper than {DEPTH_LIMIT}") from None
    except ValueError as error:
        raise NotCanonical(str(error)) from error
    if again != raw:
        raise NotCanonical("differs from its canonical form")
    if not _plainly_fine(raw, depth):
        _check(value, depth)
    return value


def tagged_hash(tag: str, record: Any) -> str:
    """Hex SHA-256 of the tag (such as `AZ:INCIDENT:`) followed by the canonical bytes of the record."""
    return sha256(tag.encode() + encode(record, OBJECT_LIMIT)).hexdigest()


def _plainly_fine(raw: bytes, depth: int) -> bool:
    # Printable ASCII without escapes and with few brackets cannot hold a bad key, U+007F or too much depth:
    # this spares nearly every line of a record the walk in Python.
    plain = raw.isascii() and b"\\" not in raw and b"\x7f" not in raw
    return plain and raw.count(b"{") + raw.count(b"[") + depth <= DEPTH_LIMIT


def _check(value: Any, depth: int) -> None:
    kind = type(value)
    if kind is str:
        if "\x7f" in value:
            raise NotCanonical("U+007F in a text")
    elif kind is dict or kind is list:
        if depth > DEPTH_LIMIT:
            raise NotCanonical(f"deeper than {DEPTH_LIMIT}")
        _check_members(value, depth + 1)
    elif kind is int:
        if not -LARGEST <= value <= LARGEST:
            raise NotCanonical("integer beyond 2^53-1")
    elif not (value is None or kind is bool):
        raise NotCanonical(f"{kind.__name__} has no place in a record")


def _check_members(value: dict[Any, Any] | list[Any], depth: int) -> None:
    if isinstance(value, list):
        for item in value:
            _check(item, depth)
        return
    for key, item in value.items():
        if type(key) is not str or not (key.isascii() and key.isprintable()):
            raise NotCanonical(f"key {key!r} is not printable ASCII")
        _check(item, depth)
