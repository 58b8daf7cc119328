"""A PDF of ours is borne out by the record, byte for byte, or it is refused."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from app.domain.errors import NotAllowed, Unusable
from app.record import disclosure
from app.services import exporting, incidents, journal, looks, papers, plans, profiles, regulatory
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
    size = incidents.look(session, incidents.board(session)[0].number).seal_size - 1
    log_key = log_key_of(session)
    verdict = papers.verify_paper(session, made, frozenset({log_key}))
    assert (verdict.ok, verdict.verdict, verdict.size) == (True, "VERIFIED", size)
    assert "maker unknown" in papers.verify_paper(session, made).remarks[0]
    assert not papers.verify_paper(session, made, frozenset({"SHA256:" + "A" * 43})).ok


def log_key_of(session: Session) -> str:
    """The fingerprint of the log's key."""
    seen = incidents.look(session, incidents.board(session)[0].number)
    return session.keychain.log(seen.origin).fingerprint


def forged(session: Session, statement: str, *values: object) -> None:
    """A change behind the program's back, by whoever may write the file and knows how to drop its triggers."""
    with closing(sqlite3.connect(session.folder / "cockpit.db")) as database:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f'DROP TRIGGER "{name}"')
        assert database.execute(statement, values).rowcount == 1
        database.commit()


def test_a_text_changed_in_the_database_makes_no_document_true(session: Session, tmp_path: Path) -> None:
    """The forged text would be set again just the same: the record itself has to verify first."""
    with session.store.read() as read:
        incident_id = read.incidents()[0].incident_id
        (seq, one) = next((seq, d) for seq, d in read.disclosures(incident_id) if disclosure.read(d)[2] == "one")
    other = disclosure.make("text", "another text", bytes(16))
    forged(session, "UPDATE disclosure SET d = ? WHERE seq = ? AND d = ?", other, seq, one)
    session.tracked.clear()
    with pytest.raises(NotAllowed, match="does not verify"):
        paper(session, tmp_path, "timeline")
    made = tmp_path / "timeline.pdf"
    made.write_bytes(exporting.render(session, incident_id, "timeline"))
    verdict = papers.verify_paper(session, made)
    assert not verdict.ok
    assert any(problem.entry == seq for problem in verdict.problems)


def test_a_document_dated_back_is_refused(session: Session, tmp_path: Path) -> None:
    """Rendered by our own code with an earlier moment, it holds entries that were not there then."""
    seen = incidents.look(session, incidents.board(session)[0].number)
    earlier = exporting.dossier(session, seen, "authority", seen.view.last_ts - timedelta(seconds=1))
    out = tmp_path / "early.pdf"
    out.write_bytes(exporting.report_named("art33").render(earlier))
    verdict = papers.verify_paper(session, out)
    assert not verdict.ok
    assert "was made before entry" in verdict.problems[0].what


def test_a_document_that_leaves_out_what_was_known_is_refused(session: Session, tmp_path: Path) -> None:
    """A shorter prefix with its own true root, dated after entries that it does not hold."""
    number = incidents.board(session)[0].number
    size = incidents.look(session, number).seal_size
    last = incidents.look(session, number).view.last_ts
    shorter = looks.as_of_size(session, number, size - 1)
    assert shorter is not None
    out = tmp_path / "short.pdf"
    for moment, fine in ((last - timedelta(milliseconds=1), True), (last + timedelta(minutes=1), False)):
        dossier = exporting.dossier(session, shorter, "internal", moment)
        out.write_bytes(exporting.report_named("timeline").render(dossier))
        verdict = papers.verify_paper(session, out)
        assert verdict.ok == fine
    assert f"leaves out entries from {size - 1} on" in verdict.problems[0].what


def test_a_name_like_a_seal_hides_none(session: Session, tmp_path: Path) -> None:
    """A controller who calls itself by the words of a seal does not keep its documents from being verified."""
    seal = f"incident {'0' * 64}, entries 1, root {'A' * 43}=, audience internal, made 2026-01-01T00:00:00.000Z"
    words = f"/Keywords ({seal})"
    regulatory.set_organisation(session, "controller.name", words)
    assert papers.verify_paper(session, paper(session, tmp_path, "art33")).ok


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
