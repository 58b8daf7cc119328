from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from store.maker import Maker, row

from app.domain.errors import Refused
from app.store import first_page, layout
from app.store.database import Store, open_store
from app.store.dialect_sqlite import query_of


def test_pages_are_ranges_of_row_numbers(store: Store, maker: Maker) -> None:
    """Any window of rows comes in order, shorter only at the end, without another incident's rows."""
    other = Maker("two", "INC-2").create(store)
    maker.log(store, *(f"a{n}" for n in range(10)))
    other.log(store, *(f"b{n}" for n in range(3)))
    with store.read() as reading:
        assert (reading.row_count(maker.incident_id), reading.row_count(other.incident_id)) == (10, 3)
        assert [r.text for r in reading.rows(maker.incident_id, 8, 256)] == ["a8", "a9"]
        assert [(r.row, r.seq) for r in reading.rows(other.incident_id, 0, 2)] == [(0, 0), (1, 1)]
        assert reading.rows(other.incident_id, 3, 5) == ()


def test_a_row_comes_back_as_it_was_put(store: Store, maker: Maker) -> None:
    """Every field of a row, truths as truths."""
    made = row(
        0, 0, "Tëxt", starred=True, struck=True, human=False, unsigned="Bob", tags="dns mail", at=-5, said_by="B"
    )
    with store.write() as write:
        write.put_rows(maker.incident_id, [made])
    with store.read() as reading:
        (found,) = reading.rows(maker.incident_id, 0, 1)
        assert found == made
        assert (found.starred, found.human) == (True, False)
        assert reading.row_of(maker.incident_id, 0) == made
        assert reading.row_of(maker.incident_id, 1) is None


def test_cards_come_open_and_worst_first(store: Store, maker: Maker) -> None:
    """A card comes back as it was put; closed ones stand at the end."""
    second, third = Maker("two", "INC-2").create(store), Maker("three", "INC-3").create(store)
    made = [maker.card(rank=3), second.card(rank=1, closed=True), third.card(rank=2)]
    with store.write() as write:
        for card in made:
            write.put_card(card)
            write.put_card(card)
    with store.read() as reading:
        assert reading.cards() == (made[2], made[0], made[1])
        assert reading.card(second.incident_id) == made[1]


def test_the_order_filters_and_sorts_row_numbers(store: Store, maker: Maker) -> None:
    """Each filter alone and all together give row numbers, sorted by happened or by recorded."""
    rows = [
        row(0, 1, "dns is down", at=50, ts=50, said_by="Bob", tags="dns net"),
        row(1, 2, "state open", at=60, ts=60, kind="state", human=False),
        row(2, 4, "it began at the proxy", at=10, ts=70, tags="net", starred=True),
        row(3, 5, "dns is back", at=80, ts=80, recorded_by="Eve", tags="dnssec"),
    ]
    with store.write() as write:
        write.put_rows(maker.incident_id, rows)
    one = maker.incident_id
    with store.read() as reading:
        assert list(reading.order(one)) == [2, 0, 1, 3]
        assert list(reading.order(one, by="ts")) == [0, 1, 2, 3]
        assert list(reading.order(one, text="dns")) == [0, 3]
        assert list(reading.order(one, text="+ -")) == []
        assert list(reading.order(one, kinds=("state", "x"))) == [1]
        assert list(reading.order(one, person="Bob")) == [0]
        assert list(reading.order(one, person="Eve")) == [3]
        assert list(reading.order(one, tag="dns")) == [0]
        assert list(reading.order(one, tag="net")) == [2, 0]
        assert list(reading.order(one, tag="%")) == []
        assert list(reading.order(one, human=True)) == [2, 0, 3]
        assert list(reading.order(one, starred=True)) == [2]
        assert list(reading.order(one, upto_seq=2)) == [0, 1]
        assert list(reading.order(one, text="is", tag="net", human=True, upto_seq=4)) == [0]


def test_search_finds_words_beginnings_and_phrases(store: Store, maker: Maker) -> None:
    """All words must occur, as beginnings; a phrase in quotes as it stands; newest first; in one incident or all."""
    other = Maker("two", "INC-2").create(store)
    maker.log(store, "Firewall rule added by Zoë", "the rule of the firewall", "proxy restarted")
    other.log(store, "firewall again")

    def seqs(text: str, incident_id: str | None = maker.incident_id, limit: int = 100) -> list[int]:
        with store.read() as reading:
            return [hit.row.seq for hit in reading.search(text, incident_id, limit)]

    assert seqs("firewall rule") == [1, 0]
    assert seqs('"firewall rule"') == [0]
    assert seqs("FIRE ru") == [1, 0]
    assert seqs("zoe") == [0]
    assert seqs('"the rule') == [1]
    assert seqs("firewall", limit=1) == [1]
    assert seqs("firewall", None) == [0, 1, 0]
    with store.read() as reading:
        assert reading.search("again")[0].number == "INC-2"
    assert seqs("nothing") == seqs("") == seqs("!!") == []


@pytest.mark.parametrize(
    "text",
    [
        '"',
        '""',
        '" "',
        "a OR",
        "NOT",
        "NEAR(a b)",
        "text:a",
        "*",
        "^a",
        "a*b",
        "-a",
        "(a",
        "{a b}",
        "a\0b",
        "'; DROP",
        "👍",
    ],
)
def test_what_looks_like_a_query_is_only_words(store: Store, maker: Maker, text: str) -> None:
    """No input is a syntax error."""
    maker.log(store, "a b OR NOT text near drop")
    with store.read() as reading:
        reading.search(text)


@given(st.text(max_size=40))
def test_a_query_is_always_balanced(text: str) -> None:
    """Quotation marks come in pairs, and nothing but words, quotes and stars is left outside."""
    query = query_of(text)
    assert query.count('"') % 2 == 0
    assert not "".join(query.split('"')[::2]).strip(" *")


def test_another_process_is_seen_within_one_poll(folder: Path, store: Store, maker: Maker) -> None:
    """The version grows with a commit of another store, the commits say whose, and heads follow."""
    maker.log(store, "mine")
    before = store.data_version()
    with open_store(folder) as second:
        maker.log(second, "theirs")
    assert store.data_version() == before + 1
    with store.read() as reading:
        assert [commit.incident_id for commit in reading.commits(before)] == [maker.incident_id]
    assert maker.log(store, "mine again").entries[0].seq == 2


def test_a_reader_sees_one_moment(folder: Path, store: Store, maker: Maker) -> None:
    """What is committed while a read is open does not change what it sees, and does not wait for it."""
    maker.log(store, "before")
    with store.read() as reading:
        assert reading.row_count(maker.incident_id) == 1
        maker.log(store, "meanwhile")
        assert reading.row_count(maker.incident_id) == 1
        assert reading.entry_count(maker.incident_id) == 1
    with store.read() as reading:
        assert reading.row_count(maker.incident_id) == 2


def test_several_threads_read_while_one_writes(store: Store, maker: Maker) -> None:
    """Each thread sees whole commits: as many rows as entries, at every moment."""
    torn: list[tuple[int, int]] = []
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            with store.read() as reading:
                counts = reading.row_count(maker.incident_id), reading.entry_count(maker.incident_id)
            if counts[0] != counts[1]:
                torn.append(counts)

    threads = [threading.Thread(target=look) for _ in range(3)]
    for thread in threads:
        thread.start()
    for turn in range(40):
        maker.log(store, f"line {turn}")
    done.set()
    for thread in threads:
        thread.join()
    assert torn == []
    with store.read() as reading:
        assert reading.row_count(maker.incident_id) == 40


def test_the_first_page_needs_no_sqlalchemy(folder: Path) -> None:
    """Cards and the last page of rows are read with the same driver and nothing heavy."""
    with open_store(folder) as store:
        maker = Maker().create(store)
        maker.log(store, *(f"line {n}" for n in range(300)))
    script = (
        "import sys; from pathlib import Path; from app.store import first_page;"
        f"page = first_page.read(Path({str(folder)!r}));"
        "print(page.row_count, page.rows[0].row, page.rows[-1].text, page.cards[0].title, page.data_version);"
        "heavy = {'sqlalchemy', 'alembic', 'cryptography', 'pydantic', 'PySide6', 'reportlab'} & set(sys.modules);"
        "drivers = {'sqlite3', 'sqlcipher3'} & set(sys.modules);"
        "print(sorted(heavy), len(drivers))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["300 44 line 299 Leak 1", "[] 1"]


def test_the_first_page_is_of_the_incident_asked_for_or_changed_last(folder: Path, store: Store, maker: Maker) -> None:
    """Without an id, the open incident that changed last; a closed one only when there is no other."""
    other = Maker("two", "INC-2").create(store)
    maker.log(store, "a", "b", "c")
    other.log(store, "d")
    with store.write() as write:
        write.put_card(other.card(updated_at=9, closed=True))
    page = first_page.read(folder)
    assert page is not None
    assert (page.incident_id, len(page.cards), page.row_count) == (maker.incident_id, 2, 3)
    page = first_page.read(folder, other.incident_id)
    assert page is not None
    assert [r.text for r in page.rows] == ["d"]
    page = first_page.read(folder, count=2)
    assert page is not None
    assert [r.text for r in page.rows] == ["b", "c"]


def test_the_first_page_leaves_the_rest_to_the_store(tmp_path: Path) -> None:
    """No folder, an empty store, and a file that is no database are no page, or an empty one, and no error."""
    assert first_page.read(tmp_path / "nowhere") is None
    open_store(tmp_path / "empty").close()
    page = first_page.read(tmp_path / "empty")
    assert page is not None
    assert (page.cards, page.rows, page.row_count) == ((), (), 0)
    (tmp_path / layout.DATABASE).write_bytes(b"no database" * 100)
    assert first_page.read(tmp_path) is None
    assert (tmp_path / layout.DATABASE).read_bytes() == b"no database" * 100


def test_a_server_address_is_refused_for_now() -> None:
    """One sentence, until there is a server."""
    with pytest.raises(Refused, match="local folder"):
        open_store("postgresql://host/db")


def test_the_store_opens_by_the_name_of_its_database_too(folder: Path) -> None:
    """Folder and database name the same store."""
    open_store(folder / layout.DATABASE).close()
    assert layout.database(folder).exists()
