"""A PDF of ours is borne out by the record, byte for byte, or it is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.errors import Unusable
from app.services import exporting, incidents, journal, papers, plans, profiles, regulatory
from app.services.session import Session


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """Ana, an incident, and some lines."""
    with Session.open(tmp_path / "home", sample=True) as opened:
        profiles.create(opened, "Ana Pop")
        plan = plans.available(opened)[0].id
        worst = plans.get(opened, plan)[0].severities[0].code
        number = incidents.declare(opened, plan, worst, "A title").number
        journal.log(opened, number, "one")
        yield opened


def paper(session: Session, folder: Path, name: str) -> Path:
    out = folder / f"{name}.pdf"
    exporting.export(session, incidents.board(session)[0].number, name, out)
    return out


@pytest.mark.parametrize("name", ["postmortem", "timeline", "art33"])
def test_a_document_verifies_although_the_record_goes_on(session: Session, tmp_path: Path, name: str) -> None:
    """The record of then is a prefix of the record of now."""
    made = paper(session, tmp_path, name)
    journal.log(session, incidents.board(session)[0].number, "later")
    verdict = papers.verify_paper(session, made)
    assert (verdict.ok, verdict.verdict) == (True, "VERIFIED")


def test_one_changed_byte_and_the_record_does_not_bear_it_out(session: Session, tmp_path: Path) -> None:
    """Anywhere: the document is made again and compared whole."""
    made = paper(session, tmp_path, "timeline")
    whole = made.read_bytes()
    for place in range(0, len(whole), len(whole) // 23):
        made.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        try:
            assert not papers.verify_paper(session, made).ok
        except Unusable:
            continue


def test_a_root_that_the_record_never_had_is_refused(session: Session, tmp_path: Path) -> None:
    """Even if everything else is right."""
    made = paper(session, tmp_path, "timeline")
    size = incidents.look(session, incidents.board(session)[0].number).seal_size
    made.write_bytes(made.read_bytes().replace(b"entries %d," % size, b"entries %d," % (size - 1)))
    verdict = papers.verify_paper(session, made)
    assert not verdict.ok
    assert "root" in verdict.problems[0].what


def test_another_organisation_profile_makes_another_document(session: Session, tmp_path: Path) -> None:
    """Said as one of the possible reasons, since nobody can tell which it was."""
    made = paper(session, tmp_path, "art33")
    regulatory.set_organisation(session, "controller.name", "Somebody else")
    assert "profile" in papers.verify_paper(session, made).problems[0].what


def test_what_is_no_document_of_ours_is_refused(session: Session, tmp_path: Path) -> None:
    """Another PDF, a text, a folder, nothing at all, and a record that is elsewhere."""
    made = paper(session, tmp_path, "timeline")
    (tmp_path / "other.pdf").write_bytes(b"%PDF-1.4 nothing")
    (tmp_path / "text.pdf").write_text("text")
    (tmp_path / "folder.pdf").mkdir()
    for name in ("other.pdf", "text.pdf", "folder.pdf", "none.pdf"):
        with pytest.raises(Unusable):
            papers.verify_paper(session, tmp_path / name)
    with Session.open(tmp_path / "elsewhere", sample=True) as other, pytest.raises(Unusable, match="not in this"):
        papers.verify_paper(other, made)
