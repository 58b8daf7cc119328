"""The documents that can be made: a document lists itself with one line here."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.domain.dossier import Dossier


@dataclass(frozen=True, slots=True)
class Report:
    """A document: its name for `export --as`, its title, who it is for, and how it is made.

    `needs_packet`: the dossier has to carry the packet of the breach file. The first audience is the usual one.
    """

    name: str
    title: str
    audiences: tuple[str, ...]
    make: Callable[[Dossier], bytes]
    suffix: str = ".pdf"
    needs_packet: bool = False

    def render(self, dossier: Dossier) -> bytes:
        """The bytes of the document: the same for the same dossier, on every machine and day."""
        return self.make(dossier)

    def __call__(self, dossier: Dossier) -> bytes:
        """The same as `render`."""
        return self.make(dossier)

    def file_name(self, dossier: Dossier) -> str:
        """The name under which it is offered: `INC-20261120-001-timeline.pdf`."""
        number = re.sub(r"[^A-Za-z0-9._-]+", "-", dossier.view.number).strip(".-") or "incident"
        return f"{number}-{self.name.removesuffix('-json')}{self.suffix}"


def _postmortem(dossier: Dossier) -> bytes:
    from app.reports.postmortem import render

    return render(dossier)


def _timeline(dossier: Dossier) -> bytes:
    from app.reports.timeline import render

    return render(dossier)


def _art33(dossier: Dossier) -> bytes:
    from app.reports.art33 import render

    return render(dossier)


def _art33_json(dossier: Dossier) -> bytes:
    from app.reports.art33 import art33_json

    return art33_json(dossier)


# These two show every row of the record, internal answers too: nothing is left out for anybody outside.
_OURS = ("internal", "legal")
_AUTHORITY = ("authority", "legal", "internal")

REPORTS: Mapping[str, Report] = {
    report.name: report
    for report in (
        Report("postmortem", "Post-mortem", _OURS, _postmortem),
        Report("timeline", "Signed timeline", _OURS, _timeline),
        Report("art33", "Notification of a personal data breach", _AUTHORITY, _art33, needs_packet=True),
        Report("art33-json", "Notification as JSON", _AUTHORITY, _art33_json, ".json", True),
    )
}
