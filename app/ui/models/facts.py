"""What is known of one entry besides its text: both times, who said and signed it, corrections and approvals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from app.domain.timeline import TimelineRow
from app.ui.models.moments import full_text
from app.ui.models.timeline_model import KINDS, lag_words, times

if TYPE_CHECKING:
    from app.domain.incident import Correction, IncidentView

CHANGES = {
    "text": "text", "at": "time", "tags": "tags", "owner": "owner", "retract": "retracted", "moved": "moved",
    "duplicate": "duplicate", "void": "void",
}  # fmt: skip


def heading(row: TimelineRow) -> str:
    """`Entry 14 · decision · milestone`."""
    kind = KINDS.get(row.kind, row.kind)
    return " · ".join(part for part in (f"Entry {row.seq}", kind, "milestone" if row.starred else "") if part)


def facts_of(row: TimelineRow, view: IncidentView, zone: ZoneInfo) -> tuple[tuple[str, str], ...]:
    """Captions and plain values, in the order in which a reader asks."""
    happened, recorded = times(row, zone)
    later = f" · {lag_words(row)}" if lag_words(row) else ""
    facts = [("Happened", happened), ("Recorded", recorded + later)]
    if row.said_by and row.said_by != row.recorded_by:
        facts.append(("Said by", row.said_by))
    facts.append(("Signed by", f"{row.recorded_by}\n{row.signer}"))
    if row.unsigned:
        facts.append(("Unsigned by", row.unsigned))
    if row.tags:
        facts.append(("Tags", " ".join(f"#{tag}" for tag in row.tags.split())))
    approvals = view.approvals.get(row.seq, ())
    if approvals:
        lines = (f"{view.name_of(a.by)}, {a.as_}, {full_text(a.at, zone)}, entry {a.seq}" for a in approvals)
        facts.append(("Signed too", "\n".join(lines)))
    corrections = view.corrections.get(row.seq, ())
    if corrections:
        facts.append(("Corrections", "\n".join(_chain(row, corrections, view, zone))))
    return tuple(facts)


def _chain(row: TimelineRow, corrections: tuple[Correction, ...], view: IncidentView, zone: ZoneInfo) -> Iterator[str]:
    if row.original:
        yield f"First: {row.original}"
    for each in corrections:
        why = f", because {each.reason}" if each.reason else ""
        what = f": {each.text}" if each.text else f": {each.to}" if each.to else ""
        who = f"{view.name_of(each.actor)}, {full_text(each.ts, zone)}, entry {each.seq}"
        yield f"{CHANGES.get(each.change, each.change).capitalize()}{what}{why} ({who})"
