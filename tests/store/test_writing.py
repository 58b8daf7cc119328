from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from store.maker import KEY, ORG, PLAN, START, Maker, lines, remarks, row

from app.domain.errors import Broken, Unusable
from app.record import checkpoint, merkle
from app.store import driver, layout
from app.store.database import Store, open_store
from app.store.shapes import Profile
from app.store.writing import Misfit


def test_an_entry_is_read_back_byte_for_byte(store: Store, maker: Maker) -> None:
    """Line, leaf, disclosure and checkpoint come back as they were sealed, also after reopening."""
    appended = maker.log(store, "Zażółć gęślą jaźń", "second")
    assert appended.is_new
    with store.read() as reading:
        found = list(reading.lines(maker.incident_id))
        assert [(one.seq, one.line, one.leaf) for one in appended.entries] == found
        assert [seq for seq, _d in reading.disclosures(maker.incident_id)] == [0, 1]
        seal = reading.checkpoint(maker.incident_id)
        incident = reading.incident(maker.number)
    assert seal is not None
    assert seal.root == merkle.root([leaf for _seq, _line, leaf in found])
    assert checkpoint.verify(seal, {KEY.fingerprint: KEY.public}, ORG) == (KEY.fingerprint,)
    assert (incident.incident_id, incident.entry_count) == (maker.incident_id, 2)
    assert incident.record == maker.record


def test_lines_are_cut_after_and_upto(store: Store, maker: Maker) -> None:
    """`after` is exclusive, `upto` inclusive, for lines, disclosures and the stream."""
    maker.log(store, *"abcdef")
    with store.read() as reading:
        assert [seq for seq, *_ in reading.lines(maker.incident_id, 1, 3)] == [2, 3]
        assert [seq for seq, _d in reading.disclosures(maker.incident_id, 1, 3)] == [2, 3]
    assert [seq for seq, *_ in store.stream(maker.incident_id, 3)] == [4, 5]


def test_a_long_record_is_streamed_in_order(store: Store, maker: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    """More entries than one batch come in order and once, whatever the batch."""
    monkeypatch.setattr("app.store.reading.BATCH", 3)
    monkeypatch.setattr("app.store.database.BATCH", 3)
    maker.log(store, *"abcdefg")
    with store.read() as reading:
        assert [seq for seq, *_ in reading.lines(maker.incident_id)] == list(range(7))
    for upto, expected in ((None, 7), (2, 3), (3, 4), (6, 7), (99, 7)):
        assert [seq for seq, *_ in store.stream(maker.incident_id, upto=upto)] == list(range(expected))


def test_a_repeated_id_is_returned_and_not_doubled(store: Store, maker: Maker) -> None:
    """A retry with the same UUIDs, sealed again at the new head, finds the entries that stand there."""
    first = maker.log(store, "once", "twice")
    maker.turn = 0
    with store.write() as write:
        head = write.head(maker.incident_id)
        assert head is not None
        sealed, seal = maker.seal(head, ["once", "twice"])
        again = write.append(maker.incident_id, sealed, seal)
    assert again.entries == first.entries
    assert not again.is_new
    assert len(lines(store, maker)) == 2


def test_a_half_repeated_group_is_refused(store: Store, maker: Maker) -> None:
    """A group of which only a part is known is nothing that a retry can make."""
    maker.log(store, "once")
    maker.turn = 0
    with pytest.raises(Misfit), store.write() as write:
        head = write.head(maker.incident_id)
        assert head is not None
        write.append(maker.incident_id, *maker.seal(head, ["once", "new"]))
    assert len(lines(store, maker)) == 1


@pytest.mark.parametrize("wrong", ["seq", "leaf", "id", "root", "text", "log", "nothing"])
def test_lines_that_do_not_continue_the_log_are_refused(store: Store, maker: Maker, wrong: str) -> None:
    """A wrong number, leaf, id, root, text or log leaves nothing behind."""
    maker.log(store, "first")
    with pytest.raises(Misfit), store.write() as write:
        head = write.head(maker.incident_id)
        assert head is not None
        other = replace(head, origin=head.origin[:-1] + "b") if wrong == "log" else head
        sealed, seal = maker.seal(other, ["second"])
        one = sealed[0]
        changed = {
            "seq": replace(one, seq=7),
            "leaf": replace(one, leaf=bytes(32)),
            "id": replace(one, id=maker.entry_id(99)),
            "text": replace(one, disclosures=(one.disclosures[0] + "A",)),
        }
        if wrong == "root":
            seal = checkpoint.sign(head.origin, 2, bytes(32), [KEY], ORG)
        write.append(maker.incident_id, [] if wrong == "nothing" else [changed.get(wrong, one)], seal)
    assert len(lines(store, maker)) == 1


def test_an_error_in_the_block_leaves_nothing(store: Store, maker: Maker) -> None:
    """A refusal after the append rolls back entries, rows and card together."""
    before = store.data_version()
    with pytest.raises(Unusable), store.write() as write:
        head = write.head(maker.incident_id)
        assert head is not None
        write.append(maker.incident_id, *maker.seal(head, ["gone"]))
        write.put_card(maker.card())
        raise Unusable("no")
    assert (lines(store, maker), store.data_version()) == ([], before)
    maker.log(store, "the next line fits all the same")
    assert len(lines(store, maker)) == 1


def test_the_latest_checkpoint_gives_way_and_the_kept_ones_stay(store: Store, maker: Maker) -> None:
    """The first, the ones asked for, those over a key, and the latest are there; no others."""
    for turn in range(5):
        maker.log(store, str(turn), keep=turn == 2)
    with store.write() as write:
        head = write.head(maker.incident_id)
        assert head is not None
        write.append(maker.incident_id, *maker.seal(head, ["Ada"], kind="key.add"))
    maker.log(store, "6")
    maker.log(store, "7")
    with store.write() as write:
        write.keep_checkpoint(maker.incident_id, 8)
    maker.log(store, "8")
    maker.log(store, "9")
    with store.read() as reading:
        assert [seal.size for seal in reading.checkpoints(maker.incident_id)] == [1, 3, 6, 8, 10]


def test_the_head_is_found_again_without_hashing_the_record(folder: Path) -> None:
    """After reopening, the frontier kept with the checkpoint gives the same head as the leaves do."""
    with open_store(folder) as store:
        maker = Maker().create(store)
        maker.log(store, *(str(turn) for turn in range(11)))
    with open_store(folder) as store, store.write() as write:
        head = write.head(maker.incident_id)
        leaves = write.reading().leaves(maker.incident_id)
    assert head is not None
    assert (head.size, head.prev, head.frontier) == (11, leaves[-1].hex(), merkle.frontier(leaves))


def test_a_record_that_does_not_agree_with_its_checkpoint_is_damaged(folder: Path) -> None:
    """Where the entries give another root than the one that was signed, nothing is appended to them."""
    with open_store(folder) as store:
        maker = Maker().create(store)
        maker.log(store, "a", "b", "c")
    connection = driver.DBAPI.connect(str(layout.database(folder)))
    connection.executescript("DROP TRIGGER entry_is_final; DROP TRIGGER checkpoint_is_final")
    connection.execute("UPDATE entry SET leaf = zeroblob(32) WHERE seq = 1")
    connection.execute("UPDATE checkpoint SET frontier = zeroblob(64)")
    connection.commit()
    connection.close()
    with open_store(folder) as store:
        assert "entry_is_final" in remarks(store)[0]
        with pytest.raises(Broken, match="damaged"), store.write() as write:
            write.head(maker.incident_id)


def test_there_is_no_head_without_an_incident(store: Store) -> None:
    """An unknown id has no head and no lines."""
    with store.write() as write:
        assert write.head("0" * 64) is None
    with store.read() as reading, pytest.raises(Unusable, match="no incident"):
        list(reading.lines("0" * 64))


def test_an_incident_is_created_under_the_hash_of_its_record(store: Store, maker: Maker) -> None:
    """Another id than the hash of the record is refused."""
    with pytest.raises(Misfit), store.write() as write:
        write.create("0" * 64, maker.record, "org/x/a", "N", PLAN)


def test_the_same_number_twice_can_be_stored_and_is_told_apart_by_id(store: Store, maker: Maker) -> None:
    """A clash is shown with both ids, and ends when one of them gets another number."""
    other = Maker("two", maker.number).create(store)
    with store.read() as reading:
        assert len(reading.with_number(maker.number)) == 2
        with pytest.raises(Unusable, match="2 incidents bear the number") as refused:
            reading.incident(maker.number)
        assert other.incident_id[:12] in refused.value.hint
        assert reading.incident(other.incident_id[:8]).incident_id == other.incident_id
        assert reading.numbers("INC-") == (maker.number, maker.number)
    with store.write() as write:
        write.renumber(other.incident_id, "INC-20261120-002")
    with store.read() as reading:
        assert reading.incident(maker.number).incident_id == maker.incident_id
        assert reading.incident("INC-20261120-002").incident_id == other.incident_id


@pytest.mark.parametrize("reference", ["", "INC-", "%", "_" * 8, "0" * 64, "abc", "nö"])
def test_an_unknown_reference_is_one_sentence(store: Store, maker: Maker, reference: str) -> None:
    """Neither patterns nor short beginnings of an id find an incident by accident."""
    with store.read() as reading, pytest.raises(Unusable, match="There is no incident"):
        reading.incident(reference)


def test_two_logs_grow_side_by_side(store: Store, maker: Maker) -> None:
    """One transaction may append to two incidents; each gets its own commit."""
    other = Maker("two", "INC-2").create(store)
    with store.write() as write:
        for one in (maker, other):
            head = write.head(one.incident_id)
            assert head is not None
            write.append(one.incident_id, *one.seal(head, ["both"]))
    with store.read() as reading:
        assert [(commit.n, commit.incident_id, commit.size) for commit in reading.commits()] == [
            (1, maker.incident_id, 1),
            (2, other.incident_id, 1),
        ]
        assert reading.commits(1)[0].incident_id == other.incident_id


def test_one_transaction_may_append_twice(store: Store, maker: Maker) -> None:
    """The second append continues the first; one commit covers both."""
    with store.write() as write:
        for text in ("a", "b"):
            head = write.head(maker.incident_id)
            assert head is not None
            write.append(maker.incident_id, *maker.seal(head, [text]))
    assert (len(lines(store, maker)), store.data_version()) == (2, 1)


def test_people_plans_and_settings_are_kept(store: Store) -> None:
    """Profiles replace by principal, a plan stays as it was put, an empty text takes a setting away."""
    profile = Profile("ada@local.invalid", "Ada", "lead", "SHA256:x", "ssh-ed25519 x", START)
    with store.write() as write:
        write.put_profile(profile)
        write.put_profile(replace(profile, active=False, protected=True))
        write.put_plan(PLAN, "plan", "1", b"{}")
        write.put_plan(PLAN, "plan", "1", b"other")
        write.put_organisation("controller.name", "Clinic")
        write.put_setting("theme", "dark")
        write.put_setting("theme", "light")
        write.put_setting("zone", "UTC")
        write.put_setting("zone", "")
        write.put_draft("", "half a tit")
    with store.read() as reading:
        assert reading.profiles() == (replace(profile, active=False, protected=True),)
        assert reading.plan(PLAN) == b"{}"
        assert [plan.id for plan in reading.plans()] == ["plan"]
        assert reading.organisation() == {"controller.name": "Clinic"}
        assert reading.settings() == {"theme": "light"}
        assert reading.setting("zone") is None
        assert reading.drafts() == {"": "half a tit"}


def test_a_timestamp_token_is_kept_with_its_hash(store: Store, maker: Maker) -> None:
    """The token comes back with the size of the checkpoint that it covers."""
    maker.log(store, "a")
    with store.write() as write:
        digest = write.put_token(maker.incident_id, 1, b"token")
    with store.read() as reading:
        (token,) = reading.tokens(maker.incident_id)
    assert (token.size, token.sha256, token.token) == (1, digest, b"token")


def test_rows_are_numbered_on_without_a_gap(store: Store, maker: Maker) -> None:
    """A row that leaves a gap, or repeats a number, is refused."""
    maker.log(store, "a")
    for number in (0, 2):
        with pytest.raises(Misfit), store.write() as write:
            write.put_rows(maker.incident_id, [row(number, 5, "x")])


def test_a_row_is_amended_in_place_and_only_where_it_may(store: Store, maker: Maker) -> None:
    """A correction changes what is shown; keys and unknown fields cannot be."""
    maker.log(store, "teh server")
    with store.write() as write:
        assert write.amend_row(maker.incident_id, 0, text="the server", original="teh server", starred=True)
        assert not write.amend_row(maker.incident_id, 9, text="nobody")
        for field in ("key", "incident", "nonsense"):
            with pytest.raises(Misfit):
                write.amend_row(maker.incident_id, 0, **{field: 1})
    with store.read() as reading:
        shown = reading.row_of(maker.incident_id, 0)
        assert shown is not None
        assert (shown.text, shown.original, shown.starred) == ("the server", "teh server", True)
        assert not reading.search("teh")
        assert len(reading.search("the server")) == 1


def test_projections_are_dropped_and_made_again(store: Store, maker: Maker) -> None:
    """After clearing, card and rows are gone, the search finds nothing, and they can be put anew."""
    maker.log(store, "a", "b")
    with store.write() as write:
        write.clear_projections(maker.incident_id)
        assert write.reading().row_count(maker.incident_id) == 0
        assert write.reading().card(maker.incident_id) is None
        assert not write.reading().search("b")
        write.put_rows(maker.incident_id, [row(0, 0, "a"), row(1, 1, "b")])
    with store.read() as reading:
        assert [hit.row.seq for hit in reading.search("b")] == [1]


def test_a_write_inside_a_write_is_our_bug(store: Store) -> None:
    """It raises at once instead of waiting for itself for ever."""
    with store.write(), pytest.raises(RuntimeError), store.write():
        pass


def test_nothing_can_be_asked_after_the_block(store: Store, maker: Maker) -> None:
    """A forgotten reader or writer cannot take a lock behind our back."""
    with store.write() as write:
        pass
    with store.read() as reading:
        pass
    for late in (lambda: write.head(maker.incident_id), lambda: write.reading().cards(), reading.cards):
        with pytest.raises(AttributeError):
            late()
