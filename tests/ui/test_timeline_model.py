from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester

from app.domain.timeline import TimelineRow
from app.ui.models.row_filter import ordered
from app.ui.models.spans import inked, one_line, runs_of
from app.ui.models.timeline_model import KEPT_PAGES, PAGE, TimelineModel, spoken


def row(number: int, **changes: object) -> TimelineRow:
    """A row, as the store would give it."""
    plain: dict[str, object] = {
        "row": number, "seq": number * 2, "at": 1_795_171_080_000 + number, "ts": 1_795_171_080_000 + number,
        "kind": "note", "text": f"line {number}", "original": "", "said_by": "", "recorded_by": "Ana Pop",
        "signer": "SHA256:a", "tags": "", "starred": False, "struck": False, "human": True, "unsigned": "",
    }  # fmt: skip
    return TimelineRow(**{**plain, **changes})  # type: ignore[arg-type]


class Shelf:
    """Rows that are made when they are asked for; remembers the questions."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, int]] = []

    def __call__(self, first: int, count: int) -> Sequence[TimelineRow]:
        self.asked.append((first, count))
        return [row(number) for number in range(first, first + count)]


def test_a_million_rows_are_opened_without_reading_one_of_them() -> None:
    """Opening costs nothing; looking at the end reads one window."""
    shelf, model = Shelf(), TimelineModel()
    model.show(shelf, 1_000_000)
    assert model.rowCount() == 1_000_000
    assert shelf.asked == []
    assert model.index(999_999, 0).data() == "line 999999"
    assert shelf.asked == [(999_936, 64)]


def test_windows_are_kept_and_the_oldest_are_dropped() -> None:
    """A page is read once while it is among the last looked at."""
    shelf, model = Shelf(), TimelineModel()
    model.show(shelf, PAGE * 40)
    for page in range(KEPT_PAGES):
        model.row_at(page * PAGE)
    model.row_at(0)
    assert len(shelf.asked) == KEPT_PAGES
    model.row_at(30 * PAGE)
    model.row_at(PAGE)
    assert len(shelf.asked) == KEPT_PAGES + 2


def test_growth_inserts_and_reads_the_last_window_again(qtmodeltester: object) -> None:
    """rowsInserted names the new rows, and the page they fell into is not a stale one."""
    shelf, model = Shelf(), TimelineModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.show(shelf, 10)
    assert model.index(9, 0).data() == "line 9"
    seen: list[tuple[int, int]] = []
    model.rowsInserted.connect(lambda _parent, first, last: seen.append((first, last)))
    model.grow(300)
    assert seen == [(10, 299)]
    assert model.index(299, 0).data() == "line 299"
    assert model.index(10, 0).data() == "line 10"
    del tester


def test_the_model_keeps_qts_rules() -> None:
    """Qt's own tester looks on while the model is reset, grown, re-read and emptied."""
    shelf, model = Shelf(), TimelineModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.show(shelf, 600)
    model.reread()
    model.set_zone(ZoneInfo("Asia/Tokyo"))
    model.grow(601)
    model.show(shelf, 0)
    assert model.row_at(0) is None
    assert not model.index(0, 0).isValid()
    assert model.columnCount(QModelIndex()) == 1
    del tester


def test_a_row_is_found_by_its_entry_in_few_windows() -> None:
    """Rows are sorted by entry: halving finds one among a million."""
    shelf, model = Shelf(), TimelineModel()
    model.show(shelf, 1_000_000)
    assert model.place_of(2 * 654_321) == 654_321
    assert model.place_of(7) is None
    assert len(shelf.asked) < 30


def test_a_row_reads_as_one_sentence() -> None:
    """Time, lag, kind, text, who said it, who recorded it, what is owed, which entry."""
    late = row(
        7, kind="hypothesis", ts=1_795_171_080_000 + 9 * 60_000, at=1_795_171_080_000, text="a #leak",
        original="a hole", said_by="Grace", unsigned="Grace", starred=True,
    )  # fmt: skip
    sentence = spoken(late, ZoneInfo("Europe/Bucharest"))
    assert sentence == (
        "12:38, recorded 9 min later, hypothesis: a #leak. Corrected, was: a hole. "
        "Said by Grace, recorded by Ana Pop, unsigned by Grace. Entry 14, milestone."
    )
    model = TimelineModel()
    model.show(lambda _first, _count: [late], 1)
    assert "hypothesis" in model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)


@given(st.text())
def test_inks_never_lose_a_character(text: str) -> None:
    """Cutting a text into runs keeps every character, whatever was typed."""
    assert "".join(run.text for run in inked(text)) == text


def test_a_correction_strikes_only_what_changed() -> None:
    """The words that stayed are not struck, the new ones stand behind the old."""
    runs = runs_of(row(1, text="1,200 people, recount", original="About 12,000 people, recount"))
    assert [(run.text, run.ink) for run in runs] == [
        ("About 12,000", "struck"),
        (" 1,200 people, recount", "plain"),
    ]


def test_a_retraction_strikes_the_text_and_says_why() -> None:
    """The reason stands beside the struck words, not struck itself."""
    runs = runs_of(
        row(1, struck=True, text="Rollback finished (retracted: wrong region)", original="Rollback finished")
    )
    assert [(run.text, run.ink) for run in runs] == [
        ("Rollback finished", "struck"),
        (" (retracted: wrong region)", "note"),
    ]


def test_words_of_the_program_are_not_tinted() -> None:
    """A # in the plan's own text is no tag of this incident."""
    runs = runs_of(row(1, human=False, kind="task", text="Create channel (#incident-NNN) @Grace Hopper"))
    assert [(run.text, run.ink) for run in runs] == [
        ("Create channel (#incident-NNN) ", "plain"),
        ("@Grace Hopper", "person"),
    ]


def test_control_characters_are_made_visible() -> None:
    """Line breaks and controls cannot hide a part of a line."""
    assert one_line("a\r\nb\x1b[31mc") == "a ⏎ b␛[31mc"
    assert one_line("invoice\u202efdp.exe \u2066שלום\u2069") == "invoice↔fdp.exe ↔שלום↔"
    assert len(one_line("x" * 70_000)) == 601


@given(st.lists(st.integers(min_value=0, max_value=5000), unique=True, max_size=300))
def test_rows_in_another_order_are_the_same_rows(numbers: list[int]) -> None:
    """Windows into a sorted or filtered choice give exactly those rows, in that order."""
    window = ordered(Shelf(), numbers)
    assert [each.row for each in window(0, len(numbers)) if each] == numbers
    assert [each.row for each in window(3, 5) if each] == numbers[3:8]
