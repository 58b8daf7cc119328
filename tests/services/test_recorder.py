"""The one door that writes: once, whole or not at all, and seen by everybody."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.domain import entries as e
from app.domain.errors import NotAllowed, Refused, Unusable
from app.record import chain
from app.services import incidents, journal, lifecycle, profiles, verification
from app.services.recorder import Act, record
from app.services.session import Session


class Clock:
    """Goes on by a second at each look."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.moment += timedelta(seconds=1)
        return self.moment


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """Ana is signed in; nothing is declared."""
    with Session.open(tmp_path / "home", clock=Clock(), sample=True) as opened:
        profiles.create(opened, "Ana Pop")
        yield opened


@pytest.fixture
def number(session: Session) -> str:
    plan = incidents.plans.available(session)[-1]
    worst = incidents.plans.get(session, plan.id)[0].severities[0].code
    return incidents.declare(session, plan.id, worst, "A title").number


def test_a_retry_with_the_same_id_records_nothing_twice(session: Session, number: str) -> None:
    """The client's UUID makes a lost answer harmless: the second call gives the first receipt."""
    own = chain.uuid7(datetime(2026, 11, 20, tzinfo=UTC), b"0123456789")
    first = journal.log(session, number, "once", entry_id=own)
    again = journal.log(session, number, "once", entry_id=own)
    assert (again.seq, again.leaf) == (first.seq, first.leaf)
    assert incidents.look(session, number).seal_size == first.seq + 1
    assert verification.verify(session, number).ok


def test_a_refusal_inside_the_transaction_leaves_nothing(session: Session, number: str) -> None:
    """Neither an entry nor a row nor a fold that knows more than the disk."""
    before = incidents.look(session, number)

    def make(_look: object) -> tuple[Act, ...]:
        raise NotAllowed("No.", "", code="no")

    with pytest.raises(NotAllowed):
        record(session, number, make)
    with pytest.raises(Unusable):
        record(session, number, lambda _look: (Act(e.Noted("fine")), Act(e.Noted("x" * 70_000))))
    after = incidents.look(session, number)
    assert (after.seal_size, after.seal_root) == (before.seal_size, before.seal_root)
    journal.log(session, number, "goes on")
    assert incidents.look(session, number).seal_size == before.seal_size + 1
    assert verification.doctor(session) == []


def test_what_another_session_wrote_is_folded_before_the_next_act(session: Session, number: str) -> None:
    """Two windows on one folder never fork the record, and a closed question is closed for both."""
    with Session.open(session.folder, clock=Clock(), sample=True) as other:
        other.sign_in("Ana Pop")
        journal.log(session, number, "one")
        journal.log(other, number, "two")
        lifecycle.acknowledge(session, number)
        with pytest.raises(Refused):
            lifecycle.acknowledge(other, number)
        journal.log(session, number, "three")
    texts = [row.text for row in incidents.rows(session, incidents.look(session, number).view.incident_id, 0, 100)]
    assert texts[-4:] == ["one", "two", "Acknowledged", "three"]
    assert verification.verify(session, number).ok


def test_every_commit_reaches_the_board(session: Session, number: str) -> None:
    """The card says what the fold says."""
    lifecycle.acknowledge(session, number)
    (card,) = incidents.board(session)
    look = incidents.look(session, number)
    assert (card.entry_count, card.state, card.severity) == (look.seal_size, look.view.state, look.view.severity)


def test_a_time_in_the_future_is_refused_and_one_in_the_past_keeps_both(session: Session, number: str) -> None:
    """Happened and recorded are two facts."""
    now = session.now()
    with pytest.raises(Unusable):
        journal.log(session, number, "x", at=now + timedelta(hours=1))
    done = journal.log(session, number, "x", at=now - timedelta(hours=1))
    assert done.ts - done.at > timedelta(minutes=59)


def test_as_known_at_is_the_prefix_that_was_written_by_then(session: Session, number: str) -> None:
    """By when it was recorded, not by when it happened."""
    journal.log(session, number, "one")
    moment = session.now()
    journal.log(session, number, "two", at=moment - timedelta(minutes=5))
    then = incidents.as_known_at(session, number, moment)
    assert then.seal_size == incidents.look(session, number).seal_size - 1
