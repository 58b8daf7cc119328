"""What an export will lack, said before it is made; and how it is made in steps that can be cancelled."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from app.ui.models.breach_sheet import Sheet, minimum_words, value_words
from app.ui.models.postmortem_sheet import PostmortemSheet
from app.ui.tasks import Steps

if TYPE_CHECKING:
    from app.services.session import Session

SHOWN: Final = 8


@dataclass(frozen=True, slots=True)
class Paper:
    """A document that can be exported, or the record itself; `audiences` in the order offered."""

    name: str
    title: str
    audiences: tuple[str, ...]

    @property
    def suffix(self) -> str:
        """The ending of its file."""
        from app.services import exporting

        if self.name == exporting.BUNDLE:
            return ".zip"
        return ".json" if self.name.endswith("json") else ".pdf"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be made: of which incident, for whom, where."""

    incident: str
    paper: Paper
    audience: str
    out: Path


@dataclass(frozen=True, slots=True)
class Made:
    """What was written: its file, size in bytes and SHA-256 (empty for a folder)."""

    wish: Wish
    size: int
    sha256: str


def papers() -> tuple[Paper, ...]:
    """Everything that can be exported."""
    from app.services import exporting

    found = []
    for each in exporting.report_list():
        audiences = each["audiences"]
        listed = tuple(str(one) for one in audiences) if isinstance(audiences, list) else ()
        found.append(Paper(str(each["name"]), str(each["title"]), listed))
    return tuple(found)


def file_name(number: str, paper: Paper) -> str:
    """`INC-20261120-001-timeline.pdf`; the record itself bears the number alone."""
    safe = re.sub(r"[^A-Za-z0-9._-]+", "-", number).strip(".-") or "incident"
    part = "" if paper.suffix == ".zip" else f"-{paper.name.removesuffix('-json')}"
    return f"{safe}{part}{paper.suffix}"


def lacks(paper: Paper, sheet: Sheet | None, postmortem: PostmortemSheet | None, today: date) -> tuple[str, ...]:
    """Sentences about what the document will say is missing; empty when nothing is."""
    if paper.name.startswith("art33") and sheet is not None:
        return tuple(_packet_lacks(sheet, today))
    if paper.name == "postmortem" and postmortem is not None and postmortem.missing:
        return (f"Required and not written: {', '.join(postmortem.missing)}.",)
    return ()


def _packet_lacks(sheet: Sheet, today: date) -> list[str]:
    found = list(sheet.warnings)
    if sheet.awareness is None:
        found.append("Awareness is not decided: the document has no deadline.")
    words = minimum_words(sheet)
    if any(ask.lacking for ask in sheet.asks()):
        found.append(f"{words.text}.")
    unknown = [ask for ask in sheet.asks() if ask.line.status == "unknown" and ask.field.audience != "internal"]
    found += [f"{ask.field.label}: {value_words(ask, today).text}." for ask in unknown[:SHOWN]]
    if len(unknown) > SHOWN:
        found.append(f"and {len(unknown) - SHOWN} more that are not known yet.")
    return found


def make(session: Session, wish: Wish, steps: Steps) -> Made | None:
    """Make it and write it whole; None, with nothing left behind, when it was cancelled on the way."""
    from app.services import exporting, files

    if wish.paper.name == exporting.BUNDLE:
        return _make_bundle(session, wish, steps)
    steps.said(1, 2, "Verifying the record and setting the pages")
    content = exporting.verified(session, wish.incident, wish.paper.name, wish.audience or None)
    if steps.cancelled:
        return None
    steps.said(2, 2, "Writing the file")
    files.write_whole(wish.out, content)
    return Made(wish, len(content), hashlib.sha256(content).hexdigest())


def _make_bundle(session: Session, wish: Wish, steps: Steps) -> Made | None:
    from app.services import exporting, files

    aside = wish.out.with_name(f".{wish.out.stem}.part.zip")
    steps.said(1, 2, "Verifying the record and packing it")
    try:
        sha256 = exporting.export_bundle(session, wish.incident, aside)
        if steps.cancelled:
            return None
        steps.said(2, 2, "Writing the file")
        try:
            size = aside.stat().st_size
            aside.replace(wish.out)
        except OSError as error:
            raise files.unwritable(wish.out, error) from error
        return Made(wish, size, sha256)
    finally:
        aside.unlink(missing_ok=True)
