"""The Art. 33 notification: deadline counted in elapsed hours, unknowns named, nothing internal, blanks until sent."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from outside import shared
from reports.reading import pages, reader, squeezed, words
from reports.samples import INCIDENT, Book, breach_dossier, clinic, eest, json_of, opened

from app.domain import entries as e
from app.reports import art33
from app.reports.art33 import art33_json

SENT = "2026-10-25T17:20:00+02:00"


def text_of(pdf: bytes) -> str:
    """All pages in one."""
    return " ".join(pages(pdf))


def test_the_deadline_is_counted_in_elapsed_hours() -> None:
    """Over the end of summer time: 08:38 EET on Monday, not 09:38; 56 h 42 min, not 55 h 42 min."""
    case = json_of(shared("data/regulator/worked_case.json").read_bytes())
    assert case["clocks"]["gdpr_33_strict"]["due"] == "2026-10-26T08:38:00+02:00"
    text = text_of(art33.render(breach_dossier(sent=SENT)))
    assert "Fri 23 Oct 09:38 EEST" in text
    assert "Mon 26 Oct 08:38 EET" in text
    assert "56 h 42 min in time" in text
    assert "strict 08:38" in text
    assert "hour rule 09:00" in text
    assert "The clocks go back on Sunday 25 October 2026 (EEST to EET), so they end 1 h earlier" in text
    assert "09:38 EET" not in text
    assert "55 h 42" not in text


def test_five_moments_are_kept_apart() -> None:
    """Each moment stands with its local time, UTC, entry and signer; one that is missing says so."""
    text = text_of(art33.render(breach_dossier()))
    assert "Breach began Fri 23 Oct 03:12 EEST 00:12 UTC · #41 GH" in text
    assert "Detected Fri 23 Oct 05:55 EEST" in text
    assert "Controller aware Fri 23 Oct 09:38 EEST 06:38 UTC · #18 AP" in text
    assert "Processor informed us Not stated yet" in text


def test_unknowns_are_unknown_with_owner_and_date() -> None:
    """An open answer is never left out and never invented."""
    text = text_of(art33.render(breach_dossier()))
    assert "Not known yet. Owner Grace Hopper, due 30 Oct 2026, 15:00 EET." in text
    assert "Not known yet. Owner Mara Ilie, due 28 October 2026." in text
    assert "Not stated yet. No answer and no owner is recorded." in text
    assert "initial, incomplete" in text


def test_every_answer_names_its_source() -> None:
    """Entry number and signer's initials, with the legend; the profile where it came from there."""
    text = text_of(art33.render(breach_dossier()))
    assert "Ransomware encrypted the HIS and two file servers after a log-in with a contractor account. #46 GH" in text
    assert "dpo@aurora-med.example, +40 000 000 000 profile" in text
    assert "GH Grace Hopper grace-hopper@aurora-med.example" in text


def test_sending_fields_are_blank_until_sent() -> None:
    """No time, channel or receipt is invented; once sent they are filled."""
    before, after = text_of(art33.render(breach_dossier())), text_of(art33.render(breach_dossier(sent=SENT)))
    assert "1.3 Sent at 1.4 Receipt" in before
    assert "Sent after People" in before
    assert "in time" not in before
    assert "1.3 Sent at 2026-10-25 17:20 EET (15:20 UTC) #" in after


def test_a_first_notification_asks_for_no_earlier_case_number() -> None:
    """Only a follow-up has an earlier notification; its kind stands under the title."""
    first = text_of(art33.render(breach_dossier()))
    assert "case number of the earlier" not in first
    book = clinic()
    book.add(e.BreachStated("notif.type", value="follow_up"), eest("25 13:00"))
    later = text_of(art33.render(breach_dossier(book=book)))
    assert "Authority case number of the earlier notification" in later
    assert "GDPR Art. 33 · follow-up, incomplete" in later
    assert "· initial" not in later


def test_only_signers_of_what_stands_here_are_named() -> None:
    """An authority is told whose keys are under the answers, and of nobody else in the record."""
    text = text_of(art33.render(breach_dossier()))
    assert "AP Ana Pop ana-pop@" in text
    book = Book()
    opened(book, eest("23 06:04"))
    text = text_of(art33.render(breach_dossier(book=book)))
    assert "GH Grace Hopper" in text
    assert "Ana Pop" not in text


def test_the_copy_says_for_whom_it_was_made() -> None:
    """A copy made for the house is not called one for the authority."""
    dossier = breach_dossier()
    assert "Authority copy" in pages(art33.render(dossier))[0]
    assert "Internal copy" in pages(art33.render(replace(dossier, audience="internal")))[0]


def test_internal_fields_never_appear_and_the_rest_is_counted() -> None:
    """The register and the assessment stay inside; unanswered questions are one line."""
    dossier = breach_dossier()
    for found in (text_of(art33.render(dossier)), art33_json(dossier).decode()):
        assert "INTERNAL" not in found
        assert "dissent" not in found
    assert "further fields of the common template are not answered yet." in text_of(art33.render(dossier))


def test_the_colophon_credits_and_disclaims() -> None:
    """The field model's makers are named with their licence; the document is no legal advice."""
    text = text_of(art33.render(breach_dossier()))
    assert "Prepared with Incident Cockpit; not legal advice." in text
    for part in ("NicklawAI/edpb-breach-notification-assistant", "CC BY 4.0", "Franchetto", "Taborda Barata"):
        assert part in text


def test_a_late_notification_says_so() -> None:
    """After the strict deadline the document shows lateness and asks for the reasons."""
    text = text_of(art33.render(breach_dossier(sent="2026-10-26T10:00:00+02:00")))
    assert "73 h 22 min late" in text
    assert "Late: the notification needs the reasons for the delay." in text


def test_reasons_of_a_late_notification_are_asked_for_until_they_are_given() -> None:
    """Missing reasons are named as missing, not left as a blank line; once given, nothing asks for them."""
    sent = "2026-10-26T10:00:00+02:00"
    text = text_of(art33.render(breach_dossier(sent=sent, late=True)))
    assert "Reasons for a notification after 72 hours Not stated yet. No answer and no owner is recorded." in text
    book = clinic()
    book.add(e.BreachStated("time.delay_reason", value="The forensic firm was awaited"), eest("25 13:00"))
    text = text_of(art33.render(breach_dossier(sent=sent, late=True, book=book)))
    assert "The forensic firm was awaited #" in text
    assert "73 h 22 min late" in text
    assert "needs the reasons" not in text


def test_the_year_stands_where_moments_lie_in_two() -> None:
    """A deadline in January of an awareness in December names both years; one within a year needs none."""
    book = Book()
    opened(book, eest("2026-12-30T08:00:00+02:00"))
    book.add(e.AwarenessDecided("certain", "Europe/Bucharest"), eest("2026-12-30T11:00:00+02:00"))
    text = text_of(art33.render(breach_dossier(book=book, made=eest("2026-12-30T12:00:00+02:00"))))
    assert "Wed 30 Dec 2026 11:00 EET" in text
    assert "Sat 2 Jan 2027 11:00 EET" in text
    assert "Fri 23 Oct 09:38 EEST" in text_of(art33.render(breach_dossier()))


def test_without_awareness_no_deadline_is_shown() -> None:
    """Nothing is counted from a moment that nobody decided."""
    book = Book()
    opened(book, eest("23 06:04"))
    text = text_of(art33.render(breach_dossier(book=book)))
    assert "Aware Not decided yet" in text
    assert "How the deadline was counted" not in text


@pytest.mark.real("pdftotext")
def test_answers_are_shown_as_typed(tmp_path: Path) -> None:
    """Markup in an answer, an owner and a due date is text; a long answer is whole."""
    book = clinic()
    payload = '<img src="/etc/passwd"> & <b>unclosed'
    long = " ".join(f"fact{n}" for n in range(3_000))
    book.add(e.BreachStated("nat.systems", value=payload), eest("25 14:20"))
    book.add(e.BreachStated("time.comment", value=long), eest("25 14:21"))
    book.add(e.BreachStated("data.text", True, None, payload, payload), eest("25 14:22"))
    found = words(art33.render(breach_dossier(book=book)), tmp_path)
    assert found.count(squeezed(payload)) == 3
    assert all(f"fact{n}" in found for n in range(3_000))


def test_erased_answers_say_so() -> None:
    """An erased answer is shown as erased, not as missing and not by its old text."""
    dossier = breach_dossier()
    packet = dossier.packet
    assert isinstance(packet, art33.Packet)
    gone = tuple(
        replace(part, lines=tuple(replace(line, status="erased", text="[erased]") for line in part.lines))
        for part in packet.sections
    )
    text = text_of(art33.render(replace(dossier, packet=replace(packet, sections=gone))))
    assert "Nature of the incident [erased]" in text


def test_the_json_says_the_same() -> None:
    """Same sections, deadline, signers and seal, sorted and in UTC; the same bytes twice."""
    dossier = breach_dossier(sent=SENT)
    found = json_of(art33_json(dossier))
    assert found["incident_id"] == INCIDENT
    assert found["deadline"]["strict_due"] == "2026-10-26T06:38:00Z"
    assert found["deadline"]["elapsed"] == "56:42:00"
    assert found["seal"]["root"] == dossier.seal.root
    assert found["simulated"] is True
    numbers = [line["number"] for part in found["packet"]["sections"] for line in part["lines"]]
    assert all(number in text_of(art33.render(dossier)) for number in numbers)
    assert art33_json(dossier) == art33_json(dossier)


def test_bytes_repeat_and_pages_are_marked() -> None:
    """The same dossier gives the same bytes; every page carries seal, page and the simulated clock."""
    dossier = breach_dossier()
    pdf = art33.render(dossier)
    assert art33.render(dossier) == pdf
    found = pages(pdf)
    for place, text in enumerate(found, 1):
        assert f"page {place} of {len(found)}" in text
        assert "Simulated clock" in text
        assert dossier.seal.root in text
    assert "Likely consequences" in str(reader(pdf).outline)
