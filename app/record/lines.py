"""One line of a record: the fields it may have, and nothing else."""

from __future__ import annotations

import re
from base64 import b64encode
from binascii import a2b_base64, b2a_base64
from datetime import datetime
from typing import Any

from app.record import canonical

PROGRAM_TYPES = frozenset({"key.add", "key.retire", "key.revoke", "clock", "anchor", "peer", "restore", "export"})
"""The types that the program may record by itself, without a person's signature."""

_REQUIRED = frozenset({"actor", "id", "log", "prev", "seq", "ts", "type", "v"})
_KNOWN = _REQUIRED | {"_sd", "_sd_alg", "at", "data", "refs", "sig"}

ORG = re.compile(r"[a-z0-9.-]+")
HEX = re.compile(r"[0-9a-f]{64}")
ORIGIN = re.compile(r"[a-z0-9.-]+/[0-9a-f]{64}/[a-z0-9-]+")
FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")
_UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z", re.ASCII)
_TYPE = re.compile(r"[a-z0-9_]+(?:[.-][a-z0-9_]+)*")
_DIGEST = re.compile(r"[A-Za-z0-9_-]{43}")


class BadEntry(ValueError):
    """A line that is no entry of format version 1; the text says why."""


_MOMENT = rb"\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z"
_NUMBER = rb"(?:0|[1-9]\d{0,14})"
_USUAL = re.compile(
    rb'\{(?:"_sd":\["((?:[\w-]{43}",")*[\w-]{43})"\],"_sd_alg":"sha-256",)?"actor":"(SHA256:[A-Za-z0-9+/]{43})",'
    rb'(?:"at":"(' + _MOMENT + rb')",)?(?:"data":(\{.+\}),)?'
    rb'"id":"([0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})",'
    rb'"log":"([a-z0-9.-]+/[0-9a-f]{64}/[a-z0-9-]+)","prev":"([0-9a-f]{64})",'
    rb'(?:"refs":\[(' + _NUMBER + rb"(?:," + _NUMBER + rb')*)\],)?"seq":(' + _NUMBER + rb"),"
    rb'(?:"sig":"([A-Za-z0-9+/]{85}[AQgw]==)",)?"ts":"('
    + _MOMENT
    + rb')","type":"([a-z0-9_]+(?:[.-][a-z0-9_]+)*)","v":1\}'
)


def _read_usual(raw: bytes) -> dict[str, Any] | None:
    """The fields of an ordinary good line at a third of the cost of `check`; None for any other, good or bad."""
    found = _USUAL.fullmatch(raw)
    if found is None or len(raw) > canonical.LINE_LIMIT:
        return None
    sd, actor, at, content, uuid, log, prev, refs, seq, sig, ts, kind = found.groups()
    entry: dict[str, Any] = {
        "actor": actor.decode(),
        "id": uuid.decode(),
        "log": log.decode(),
        "prev": prev.decode(),
        "seq": int(seq),
        "ts": ts.decode(),
        "type": kind.decode(),
        "v": 1,
    }
    if sig is not None:
        entry["sig"] = sig.decode()
    if content is not None:
        entry["data"] = canonical.decode(content, depth=2)
    if at is not None:
        entry["at"] = at.decode()
    if refs is not None:
        entry["refs"] = [int(ref) for ref in refs.split(b",")]
    if sd is not None:
        entry["_sd"], entry["_sd_alg"] = sd.decode().split('","'), "sha-256"
    return entry if _is_usual(entry) else None


def _is_usual(entry: dict[str, Any]) -> bool:
    """What the expression leaves open: real moments, `at` of its own, sorted digests, and references backwards."""
    digests, refs = entry.get("_sd"), entry.get("refs")
    return (
        _exists(entry["ts"])
        and ("at" not in entry or (_exists(entry["at"]) and entry["at"] != entry["ts"]))
        and (digests is None or len(digests) == 1 or digests == sorted(set(digests)))
        and (refs is None or max(refs) < entry["seq"])
    )


def _exists(moment: str) -> bool:
    try:
        datetime.fromisoformat(moment)
    except ValueError:
        return False
    return True


def read(raw: bytes) -> dict[str, Any]:
    """The fields of a line; BadEntry or NotCanonical unless every one is known and well formed."""
    usual = _read_usual(raw)
    if usual is not None:
        return usual
    entry = canonical.decode(raw)
    if not isinstance(entry, dict):
        raise BadEntry("an entry is an object")
    check(entry)
    return entry


def check(entry: dict[str, Any]) -> None:
    """BadEntry unless every field is known, present where it must be, and well formed."""
    if not entry.keys() >= _REQUIRED or not entry.keys() <= _KNOWN:
        odd = sorted((entry.keys() - _KNOWN) | (_REQUIRED - entry.keys()))
        raise BadEntry(f"unknown or missing field: {', '.join(odd)}")
    seq = entry["seq"]
    if type(entry["v"]) is not int or entry["v"] != 1:
        raise BadEntry("v is not 1")
    if type(seq) is not int or seq < 0:
        raise BadEntry("seq is not a number")
    for name, shape in _SHAPES:
        value = entry[name]
        if type(value) is not str or shape.fullmatch(value) is None:
            raise BadEntry(f"{name} is malformed")
    if not is_time(entry["ts"]):
        raise BadEntry("ts is not a moment")
    if len(entry) > len(_REQUIRED):
        _check_optional(entry, seq)


_SHAPES = (
    ("actor", FINGERPRINT),
    ("id", _UUID7),
    ("log", ORIGIN),
    ("prev", HEX),
    ("type", _TYPE),
)


def is_time(value: object) -> bool:
    """Whether this is `YYYY-MM-DDTHH:MM:SS.mmmZ` and such a moment exists."""
    return type(value) is str and _TIME.fullmatch(value) is not None and _exists(value)


def _check_optional(entry: dict[str, Any], seq: int) -> None:
    if "at" in entry and (not is_time(entry["at"]) or entry["at"] == entry["ts"]):
        raise BadEntry("at is no moment of its own")
    if "data" in entry and (type(entry["data"]) is not dict or not entry["data"]):
        raise BadEntry("data is empty or no object")
    if "refs" in entry:
        _check_refs(entry["refs"], seq)
    if "sig" in entry:
        signature(entry)
    if "_sd" in entry or "_sd_alg" in entry:
        _check_digests(entry)


def _check_refs(refs: Any, seq: int) -> None:
    if type(refs) is not list or not refs:
        raise BadEntry("refs is empty or no list")
    for ref in refs:
        if type(ref) is int:
            if not 0 <= ref < seq:
                raise BadEntry(f"refs names entry {ref}, which does not stand before it")
        elif not _is_foreign(ref):
            raise BadEntry("refs holds something else than entries")


def _is_foreign(ref: Any) -> bool:
    return (
        type(ref) is dict
        and ref.keys() == {"log", "seq", "leaf"}
        and type(ref["log"]) is str
        and ORIGIN.fullmatch(ref["log"]) is not None
        and type(ref["seq"]) is int
        and ref["seq"] >= 0
        and type(ref["leaf"]) is str
        and HEX.fullmatch(ref["leaf"]) is not None
    )


def _check_digests(entry: dict[str, Any]) -> None:
    digests = entry.get("_sd")
    if entry.get("_sd_alg") != "sha-256" or type(digests) is not list or not digests:
        raise BadEntry("_sd and _sd_alg do not belong together")
    if not all(type(one) is str and _DIGEST.fullmatch(one) for one in digests):
        raise BadEntry("_sd holds something else than digests")
    if digests != sorted(set(digests)):
        raise BadEntry("_sd is not sorted or holds a digest twice")


def signature(entry: dict[str, Any]) -> bytes:
    """The 64 bytes of the author's signature; BadEntry for anything else."""
    text = entry["sig"]
    try:
        raw = a2b_base64(text) if type(text) is str else b""
    except ValueError:
        raw = b""
    if len(raw) != 64 or b2a_base64(raw, newline=False).decode() != text:
        raise BadEntry("sig is not 64 bytes of base64")
    return raw


def unsigned(raw: bytes) -> bytes:
    """The canonical line without its `sig`: what the author signed. The line must have one."""
    # After the outermost sig only ts, type and v follow, which hold no quotes: the last one is the right one.
    start = raw.rindex(b',"sig":"')
    return raw[:start] + raw[raw.index(b",", start + 1) :]


def with_signature(raw: bytes, signature: bytes) -> bytes:
    """The canonical line with the author's signature put in its place."""
    place = raw.rindex(b',"ts":"')
    return raw[:place] + b',"sig":"' + b64encode(signature) + b'"' + raw[place:]
