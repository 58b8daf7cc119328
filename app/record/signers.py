"""Lists of a record's keys in the forms that ssh-keygen and note verifiers read: pure functions of its entries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from app.record import checkpoint, keys

NAMESPACES = {
    "log": ("checkpoint", "bundle"),
    "recovery": ("checkpoint",),
    "person": ("author", "approve", "handover-from", "handover-to", "witness"),
    "witness": ("witness",),
}
"""What each role's keys may sign; in a `key.add` each name is followed by `@<org>`."""

Entry = Mapping[str, Any]


def namespaces(role: str, org: str) -> list[str]:
    """The `ns` of a `key.add` for this role."""
    return [f"{name}@{org}" for name in NAMESPACES[role]]


def key_add(public: bytes, role: str, principal: str, org: str) -> dict[str, Any]:
    """The `data` of the `key.add` that enrols a key; `principal` is the part before `@<org>`."""
    return {
        "key": keys.ssh_public(public),
        "fp": keys.fingerprint(public),
        "role": role,
        "principal": f"{principal}@{org}",
        "ns": namespaces(role, org),
    }


def allowed_signers(entries: Iterable[Entry], dates: bool) -> str:
    """The file that `ssh-keygen -Y verify -f` reads, one line per `key.add`; without `dates`, namespaces only."""
    added: dict[str, tuple[Mapping[str, Any], str]] = {}
    ended: dict[str, str] = {}
    for entry in entries:
        content = entry.get("data", {})
        if entry["type"] == "key.add":
            added[content["fp"]] = (content, entry["ts"])
        elif entry["type"] == "key.retire":
            ended.setdefault(content["fp"], entry["ts"])
        elif entry["type"] == "key.revoke":
            ended.setdefault(content["fp"], content["since"])
    return "".join(
        _line(content, since if dates else None, ended.get(fp) if dates else None)
        for fp, (content, since) in added.items()
    )


def _line(content: Mapping[str, Any], since: str | None, until: str | None) -> str:
    options = [f'namespaces="{",".join(content["ns"])}"']
    if since is not None:
        options.append(f'valid-after="{_stamp(since)}"')
    if until is not None:
        options.append(f'valid-before="{_stamp(until)}"')
    return f"{content['principal']} {','.join(options)} {content['key']}\n"


def _stamp(moment: str) -> str:
    """`2026-03-01T12:02:00.000Z` cut to the second, as ssh-keygen wants it; without Z it would use the local zone."""
    return moment[:19].translate({ord(mark): None for mark in "-T:"}) + "Z"


def vkeys(entries: Iterable[Entry]) -> str:
    """The verifier keys of the log's own keys, one a line, in the order of `key.add` (C2SP signed-note)."""
    return "".join(
        f"{checkpoint.vkey(entry['log'], keys.raw_public(entry['data']['key']))}\n"
        for entry in entries
        if entry["type"] == "key.add" and entry["data"]["role"] == "log"
    )
