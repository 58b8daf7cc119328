"""Parts that several documents share: their frame, how long the incident took, how to check the record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from app.domain.clocks import Clock
from app.domain.dossier import Dossier
from app.domain.entries import shown
from app.domain.instants import to_text
from app.domain.plan import Plan
from app.reports.kit import seal
from app.reports.kit.blocks import CODE, SMALL, TABLE, Block, Lines, Row, cell
from app.reports.kit.frame import LEFT, MEASURE, Sheet
from app.reports.kit.headings import Fact, section
from app.reports.kit.ink import Ink
from app.reports.kit.moments import Wall, took

_COPIES = {
    "internal": "Internal copy",
    "legal": "Legal copy",
    "authority": "Authority copy",
    "people": "Copy for the people affected",
    "public": "Public copy",
}


def sheet_for(dossier: Dossier, name: str) -> Sheet:
    """The frame of a document about an incident."""
    view, wall = dossier.view, Wall(dossier.zone)
    owner = dossier.organisation.get("controller.name", "")
    copy = _COPIES.get(dossier.audience, dossier.audience)
    return Sheet(
        name=f"{name} {view.number}",
        owner=owner,
        beside=f"{copy} · as of {wall.full(dossier.made_at)}",
        made_at=dossier.made_at,
        subject=f"{shown(view.title)} · incident {view.incident_id}",
        keywords=_keywords(dossier),
        banner=_banner(dossier),
        watermark="DRILL" if view.drill else "",
        foot=seal.foot(dossier),
        hint="prepared with Incident Cockpit",
    )


def wall_of(dossier: Dossier, *more: datetime | None) -> Wall:
    """The wall clock of a document; it names the years where its moments lie in more than one, its own included."""
    wall, view = Wall(dossier.zone), dossier.view
    laps = [lap for clock in dossier.clocks for lap in clock.laps]
    moments = [dossier.made_at, view.declared_at, *(lap.started_at for lap in laps), *(lap.due_at for lap in laps)]
    moments += [at for at in (*more, *(event.at for event in view.events)) if at is not None]
    written = [moment for row in dossier.rows for moment in (row.at, row.ts)]
    moments += [wall.from_ms(edge(written)) for edge in (min, max) if written]
    return Wall(dossier.zone, years=len({wall.local(at).year for at in moments}) > 1)


def _keywords(dossier: Dossier) -> str:
    """What `verify` needs to find the record that bears the document out, and to make the document again."""
    seal = dossier.seal
    return (
        f"incident {dossier.view.incident_id}, entries {seal.size}, root {seal.root}, "
        f"audience {dossier.audience}, made {to_text(dossier.made_at)}"
    )


def _banner(dossier: Dossier) -> str:
    parts = []
    if dossier.view.drill:
        parts.append("Drill: this incident did not happen.")
    if dossier.view.opening.simulated:
        parts.append("Simulated clock: the times of this record were passed in, not measured.")
    return " ".join(parts)


def state_title(plan: Plan, code: str) -> str:
    """A state in the plan's words."""
    return (plan.state(code).title or code) if code in plan.state_codes else code


def clock_name(dossier: Dossier, clock: Clock) -> str:
    """A clock's label; with the severities that it is for where another clock has the same label."""
    if sum(other.label == clock.label for other in dossier.clocks) < 2:
        return clock.label
    rule = next((rule for rule in dossier.plan.clocks if rule.id == clock.id), None)
    return f"{clock.label} ({', '.join(rule.severities)})" if rule and rule.severities else clock.label


def resolved_at(dossier: Dossier) -> datetime | None:
    """When the incident was resolved for good: its last move into a resolved or closed state that it has not left."""
    plan, view = dossier.plan, dossier.view
    over = {state.code for state in plan.states if state.resolved or state.closed}
    if view.state not in over:
        return None
    since: datetime | None = None
    for spell in view.states:
        since = (since or spell.at) if spell.code in over else None
    return since


def duration_fact(dossier: Dossier) -> Fact:
    """How long it took from the start that is known to its resolution, or that it is still open."""
    view = dossier.view
    detected = view.first("detected")
    start = min(view.declared_at, detected.at) if detected else view.declared_at
    end = resolved_at(dossier)
    word = "detection" if detected and detected.at < view.declared_at else "declaration"
    if end is None:
        return Fact("Open for", took(dossier.made_at - start), f"since {word}")
    return Fact("Duration", took(end - start), f"{word} to resolution")


def initials(dossier: Dossier) -> Mapping[str, str]:
    """Fingerprint of every person to initials that no two of them share: AP, AP2."""
    found: dict[str, str] = {}
    for fp, person in dossier.view.people.items():
        words = shown(person.name).split() if isinstance(person.name, str) else []
        short = "".join(word[0] for word in words if word[0].isalnum()).upper()[:3] or "?"
        same = sum(other.rstrip("0123456789") == short for other in found.values())
        found[fp] = f"{short}{same + 1}" if same else short
    return found


def verification(dossier: Dossier) -> Iterator[Block]:
    """How a stranger checks the record with tools that we did not write."""
    yield section("", "How to check this record", "in the unpacked bundle of the incident")
    text = (
        "The code on the first page holds the three lines that the log key signed: origin with the incident id, number "
        "of entries, root. Whoever changes, drops or adds an entry changes the root in the foot of every page. Compare "
        "the key fingerprints with ones that reached you another way: a record alone proves that it is consistent, not "
        "who made it. Commands 3 and 4 read the checkpoint over exactly these entries: it lies in the bundle that was "
        "made when this document was made."
    )
    yield Lines(text, TABLE, LEFT, MEASURE, before=2)
    for number, (command, meaning) in enumerate(seal.commands(dossier), 1):
        row = Row(
            [
                [cell(str(number), LEFT, 12, SMALL, "right")],
                [
                    cell(command, LEFT + 22, MEASURE - 22, CODE),
                    cell(meaning, LEFT + 22, MEASURE - 22, SMALL),
                ],
            ],
            LEFT,
            MEASURE,
        )
        row.before = 6 if number == 1 else 0
        yield row


class _CodeNote(Block):
    """Words about boxed codes, there only if a page had to box a character."""

    before = 10.0

    def __init__(self) -> None:
        text = (
            "A small box with digits stands for a character that the embedded font lacks or that would be invisible: "
            "its Unicode code. The text layer of this file holds the character itself."
        )
        self._words = Lines(text, SMALL, LEFT, MEASURE)
        self.height = self._words.height

    def draw(self, ink: Ink, top: float) -> None:
        """Draw it with its upper edge at `top`."""
        if ink.boxed:
            self._words.draw(ink, top)


def code_note() -> Iterator[Block]:
    """What the boxes with digits mean, at the end of a document that has any."""
    yield _CodeNote()
