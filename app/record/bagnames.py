"""Names of files inside a bag: what is accepted from outside, on any system that may unpack it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

_DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))})
_LONGEST = 240


class BadBag(ValueError):
    """A bag that cannot be read: the name of the file at fault, and why."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name}: {why}" if name else why)


def check(name: str) -> None:
    """BadBag unless the name is a plain relative path that means the same file everywhere."""
    if not name.isprintable() or not name or len(name.encode()) > _LONGEST:
        raise BadBag(name[:40].encode("unicode_escape").decode(), "an empty, overlong or unprintable name")
    if "\\" in name or ":" in name or "%" in name:
        raise BadBag(name, "a backslash, colon or percent sign in a name")
    for part in name.split("/"):
        if part in ("", ".", "..") or part[-1] in " ." or part[0] == " ":
            raise BadBag(name, "not a plain relative path")
        if part.split(".")[0].rstrip().casefold() in _DEVICES:
            raise BadBag(name, "the name of a device")


def check_all(names: Iterable[str]) -> None:
    """BadBag for a bad name, or for two that some file system takes for one."""
    seen: set[str] = set()
    for name in names:
        check(name)
        folded = unicodedata.normalize("NFKC", name).casefold()
        if folded in seen:
            raise BadBag(name, "a second file of that name")
        seen.add(folded)
