"""The post-mortem: the plan's own template in its order and words, filled from the record, gaps named."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from reports.reading import pages, reader, squeezed, words
from reports.samples import PLAN, Book, clinic, clinic_dossier, dossier_of, eest, opened

from app.domain import entries as e
from app.domain.plan import Postmortem, Section, Severity
from app.reports import annex, postmortem
from app.reports.kit.chips import chip_width


def text_of(pdf: bytes) -> str:
    """All pages in one."""
    return " ".join(pages(pdf))


def bare(plan=PLAN, **more):  # type: ignore[no-untyped-def]
    """An incident that was only declared."""
    book = Book()
    opened(book, eest("23 06:04"))
    return dossier_of(book, eest("23 06:20"), plan=plan, **more)


def test_sections_follow_the_plan() -> None:
    """Title and sections are the plan's, numbered in its order, and the outline says the same."""
    pdf = postmortem.render(clinic_dossier())
    text = text_of(pdf)
    heads = [f"{number} {part.title}" for number, part in enumerate(PLAN.postmortem.sections, 1)]
    places = [text.index(head) for head in heads]
    assert places == sorted(places)
    assert "Incident Post-Mortem: INC-20261023-001" in text
    outline = str(reader(pdf).outline)
    assert all(part.title in outline for part in PLAN.postmortem.sections)


def test_unwritten_sections_say_so_with_what_the_plan_asks() -> None:
    """Nothing is left out silently: the section is there, with a plain line and the template's prompt."""
    text = text_of(postmortem.render(clinic_dossier()))
    assert "5 What Went Poorly Not written yet. Asked for: Item 1, item 2." in text
    assert "Impact 37 procedures postponed" in text
    assert "Impact Not written yet." in text_of(postmortem.render(bare()))


def test_facts_come_from_the_record_unless_a_person_wrote_them() -> None:
    """Severity with its history, duration with both ends, and typed lines win."""
    text = text_of(postmortem.render(clinic_dossier()))
    assert "Severity P1 High then P0 Critical" in text
    assert "2 d 11 h, 23 Oct 2026, 05:55 EEST to 25 Oct 2026, 16:30 EET" in text
    book = clinic()
    book.add(e.PostmortemWritten("summary", "Duration: most of the weekend\nAnd a free line"), eest("25 17:15"))
    other = text_of(postmortem.render(dossier_of(book, eest("25 17:20"), zone="Europe/Bucharest")))
    assert "Duration most of the weekend" in other
    assert "And a free line" in other


def test_clocks_are_met_or_missed_with_their_times() -> None:
    """Limit, due, met and lateness of each clock, and each lap of a cadence that was not kept."""
    text = text_of(postmortem.render(clinic_dossier()))
    assert "Resolve within 48 h 23 Oct 06:04 25 Oct 05:04 25 Oct 16:30 late by 11 h 26 min" in text
    assert "Internal update every 4 h 23 Oct 06:04 each lap 3 times 1 of 4 in time" in text
    assert "lap 23 Oct 09:00 23 Oct 13:00 23 Oct 15:30 late by 2 h 30 min" in text
    assert "Notify the authority (Art. 33) within 72 h 23 Oct 09:38 26 Oct 08:38 – running, 15 h 18 min left" in text


def test_a_clock_met_in_time_but_recorded_late_shows_both() -> None:
    """Judged by when it happened; the lateness of the writing stands beside it."""
    book = Book()
    opened(book, eest("23 06:04"), severity="P0")
    book.add(e.Acknowledged(), eest("23 06:10"), eest("23 07:00"), actor="SHA256:x")
    text = text_of(postmortem.render(dossier_of(book, eest("23 08:00"))))
    assert "23 Oct 03:10 recorded +50 min in time, 9 min left" in text


def test_actions_have_owner_due_and_status_or_say_what_is_missing() -> None:
    """An item without owner or date is shown as such; an overdue one is named."""
    dossier = replace(clinic_dossier(), made_at=eest("2026-11-20T12:00:00+02:00"))
    text = text_of(postmortem.render(dossier))
    assert "Second factor for every remote access Grace Hopper 6 Nov 2026 open, overdue 28" in text
    assert "Egress monitoring on all data segments Radu Stan 13 Nov 2026 closed 25 Oct 11:00 29" in text
    assert "Review contractor accounts each quarter no owner no date open 30" in text


def test_roles_show_who_held_them_and_whose_signature_is_missing() -> None:
    """Holder, since, until, from whom, and the person who has not signed."""
    text = text_of(postmortem.render(clinic_dossier()))
    assert "Incident Commander Ana Pop 23 Oct 06:11 23 Oct 20:00 – signed" in text
    assert "Incident Commander Radu Stan 23 Oct 20:00 24 Oct 07:02 Ana Pop unsigned by Radu Stan" in text
    assert "Held by nobody now: Data Protection Officer, Communications Lead." in text


def test_milestones_or_all_rows() -> None:
    """Starred rows where there are any, else every row, and the document says which."""
    text = text_of(postmortem.render(clinic_dossier()))
    assert "5 milestones of 25 rows; the signed timeline has them all." in text
    assert "Two file servers isolated" not in text
    book = Book()
    opened(book, eest("23 06:04"))
    book.add(e.Noted("only a note"), eest("23 06:10"))
    other = text_of(postmortem.render(dossier_of(book, eest("23 07:00"))))
    assert "only a note" in other
    assert "No entry is marked as a milestone" in other


def test_every_kind_of_section_renders_without_a_record() -> None:
    """Each kind of section has an empty state: a sentence, never an empty box or a crash."""
    kinds = ("prose", "facts", "timeline", "clocks", "actions", "severity", "impact")
    parts = tuple(Section(kind, f"Part {kind}", kind) for kind in kinds)  # type: ignore[arg-type]
    plan = replace(PLAN, clocks=(), postmortem=Postmortem("Review {number} {title} {unknown}", sections=parts))
    text = text_of(postmortem.render(replace(bare(plan), rows=())))
    assert "Review INC-20261023-001 Ransomware in the hospital information system {unknown}" in text
    for sentence in (
        "No clock has started.",
        "No action item has been recorded.",
        "No entry has been recorded yet.",
        "No role has been assigned.",
    ):
        assert sentence in text


def test_the_plans_own_words_head_its_tables() -> None:
    """A template that says Deadline gets Deadline; its sub-heads are set as heads."""
    parts = (
        Section("actions", "Follow-up", "actions", fields=("Action", "Owner", "Deadline", "Status")),
        Section("timeline", "Timeline", "timeline", fields=("When", "What")),
        Section("lessons", "Lessons", fields=("What Went Well", "What Could Be Improved")),
    )
    book = clinic()
    book.add(
        e.PostmortemWritten("lessons", "What Went Well:\nBackups\nWhat Could Be Improved\nAlarms"), eest("25 17:15")
    )
    plan = replace(PLAN, postmortem=replace(PLAN.postmortem, sections=parts))
    text = text_of(postmortem.render(dossier_of(book, eest("25 17:20"), plan=plan)))
    assert "Action Owner Deadline Status Entry" in text
    assert "When What Recorded by Entry" in text
    assert "What Went Well Backups What Could Be Improved Alarms" in text


def test_six_severities_and_more_have_chips() -> None:
    """Every rank is drawn and named, also beyond the six looks that there are."""
    levels = tuple(Severity(f"S{n}", f"Level {n}") for n in range(8))
    book = Book()
    opened(book, eest("23 06:04"), severity="S7")
    for place, level in enumerate(reversed(levels[:-1])):
        book.add(e.SeverityChanged(level.code), eest("23 06:10") + timedelta(minutes=10 * place))
    dossier = dossier_of(book, eest("23 12:00"), plan=replace(PLAN, severities=levels, clocks=()))
    text = text_of(postmortem.render(dossier))
    assert all(f"S{n} Level {n}" in text for n in range(8))
    assert "and 4 more, in the table of severities" in text


def test_a_long_severity_keeps_out_of_the_next_column() -> None:
    """A chip that is wider than its column moves the columns beside it; with short ones they stay."""

    def width(title: str) -> float:
        book = Book()
        opened(book, eest("23 06:04"), severity="SEV-1")
        plan = replace(PLAN, severities=(Severity("SEV-1", title),), clocks=())
        column = annex.history_columns(dossier_of(book, eest("23 12:00"), plan=plan))[1]
        assert column.width >= chip_width(plan, "SEV-1")
        return column.width

    assert width("Active compromise of every key") > width("High")


def test_a_downtime_is_not_made_up() -> None:
    """How long the incident lasted is known, how long something was down is not, until somebody says so."""
    parts = (Section("impact", "Impact", "impact", fields=("Downtime: Duration", "Duration")),)
    plan = replace(PLAN, postmortem=replace(PLAN.postmortem, sections=parts))
    book = clinic()
    text = text_of(postmortem.render(dossier_of(book, eest("25 17:20"), plan=plan)))
    assert "Downtime Not written yet. Asked for: Duration. The incident: 2 d 11 h, 23 Oct 2026, 02:55 UTC to" in text
    assert "Duration 2 d 11 h, 23 Oct 2026, 02:55 UTC to" in text
    book.add(e.PostmortemWritten("impact", "Downtime: 61 h"), eest("25 17:15"))
    assert "Downtime 61 h" in text_of(postmortem.render(dossier_of(book, eest("25 17:20"), plan=plan)))


def test_the_years_stand_where_there_are_two() -> None:
    """In a document of the next year, or over a year's end, no day stands without its year."""
    dossier = dossier_of(clinic(), eest("2027-01-10T08:00:00+02:00"), zone="Europe/Bucharest")
    text = text_of(postmortem.render(dossier))
    assert "Declared 23 Oct 2026 06:04 EEST" in text
    assert "24 Oct 2026 08:30 37 patients" in text
    assert "Ana Pop 23 Oct 2026 06:11 23 Oct 2026 20:00" in text
    annex = text[text.index("Clocks met and missed") :]
    assert not re.search(r"\d (Oct|Jan) \d\d:", annex)
    assert "24 Oct 08:30 37 patients" in text_of(postmortem.render(clinic_dossier()))


@pytest.mark.real("pdftotext")
def test_prose_is_shown_as_typed_and_whole(tmp_path: Path) -> None:
    """64 KiB of prose with markup in it comes out letter by letter."""
    payload = '<img src="/etc/passwd"> <b>bold & </para> '
    long = payload + " ".join(f"word{n}" for n in range(6_000))
    book = clinic()
    book.add(e.PostmortemWritten("lessons", long), eest("25 17:15"))
    found = words(postmortem.render(dossier_of(book, eest("25 17:20"))), tmp_path)
    assert squeezed(long)[:200] in found
    assert all(f"word{n}" in found for n in range(6_000))


def test_bytes_repeat() -> None:
    """The same dossier gives the same bytes."""
    assert postmortem.render(clinic_dossier()) == postmortem.render(clinic_dossier())
