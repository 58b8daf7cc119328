"""What the entries of a record commit to, and what of it is disclosed, withheld or erased."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from app.record import disclosure
from app.record.canonical import NotCanonical
from app.record.lines import HEX
from app.record.roll import BadStep
from app.record.trail import Report, entries


class Contents:
    """The commitments taken so far, by digest; what is wrong with a disclosure goes to `report`."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._committed: dict[str, int] = {}
        self._erased: set[str] = set()
        self._erasures: dict[int, str] = {}
        self.evidence: dict[str, tuple[int, Any]] = {}

    def commit(self, seq: int, digests: list[str]) -> None:
        """Note the digests of an entry; BadStep for one that another entry has."""
        for digest in digests:
            if self._committed.setdefault(digest, seq) != seq:
                raise BadStep(f"it commits to a content of entry {self._committed[digest]}")

    def erase(self, seq: int, actor: str, items: Any) -> None:
        """Take in an `erase`; BadStep unless its items name contents of earlier entries."""
        if not isinstance(items, list) or not items:
            raise BadStep("it erases nothing")
        for item in items:
            if not isinstance(item, dict) or item.keys() != {"seq", "digest"} or not isinstance(item["digest"], str):
                raise BadStep("an item to erase is not an entry and a digest")
            if self._committed.get(item["digest"]) != item["seq"] or type(item["seq"]) is not int or item["seq"] >= seq:
                raise BadStep("it erases what no earlier entry holds")
            self._erased.add(item["digest"])
        self._erasures[seq] = actor

    def approve(self, seq: int, by: str) -> None:
        """Note that a person approved entry `seq`."""
        if self._erasures.get(seq, by) != by:
            del self._erasures[seq]

    def check(self, disclosures: Iterable[tuple[int, str]]) -> list[str]:
        """Compare the disclosures with the commitments; the remarks about what is not there."""
        seen: set[str] = set()
        names: set[tuple[int, str]] = set()
        for seq, text in disclosures:
            try:
                _salt, name, value = disclosure.read(text)
            except NotCanonical as error:
                self._report(seq, f"a disclosure is malformed: {error}")
                continue
            digest = disclosure.digest(text)
            if self._committed.get(digest) != seq:
                self._report(seq, f"the disclosed {name!r} is not what the entry commits to")
            elif digest in seen or (seq, name) in names:
                self._report(seq, f"{name!r} is disclosed twice")
            seen.add(digest)
            names.add((seq, name))
            if name == "evidence":
                self._note_evidence(seq, value)
        return self._absent(seen)

    def _note_evidence(self, seq: int, value: Any) -> None:
        if (
            not isinstance(value, dict)
            or not isinstance(value.get("sha256"), str)
            or not HEX.fullmatch(value["sha256"])
        ):
            self._report(seq, "the evidence is not described by its hash")
            return
        first = self.evidence.setdefault(value["sha256"], (seq, value.get("size")))
        if first[1] != value.get("size"):
            self._report(seq, f"the evidence is that of entry {first[0]}, but of another size")

    def _absent(self, seen: set[str]) -> list[str]:
        withheld = [seq for digest, seq in self._committed.items() if digest not in seen and digest not in self._erased]
        lingering = [seq for digest, seq in self._committed.items() if digest in seen and digest in self._erased]
        remarks = []
        if withheld:
            what = "1 item is" if len(withheld) == 1 else f"{len(withheld)} items are"
            remarks.append(f"{what} withheld from {entries(sorted(set(withheld)))}")
        if lingering:
            remarks.append(f"an erased content is still disclosed with {entries(sorted(set(lingering)))}")
        if self._erasures:
            remarks.append(f"the erasure by {entries(list(self._erasures))} has no approval by a second person")
        return remarks
