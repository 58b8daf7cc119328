"""Pages: what is tied together stays together, long blocks are cut, tables repeat their heads."""

from __future__ import annotations

from app.reports.kit.blocks import BODY, Block, Drawn, Lines, Row, cell
from app.reports.kit.frame import paginate


def box(height: float, *, keep: bool = False, before: float = 0.0) -> Block:
    """A block of that height."""
    found = Drawn(height, lambda _ink, _top: None, before)
    found.keep = keep
    return found


def heights(pages: list[list[tuple[float, Block]]]) -> list[list[tuple[float, float]]]:
    """Where each block stands and how tall it is."""
    return [[(offset, block.height) for offset, block in page] for page in pages]


def test_space_above_vanishes_at_the_top_of_a_page() -> None:
    """The gap before a block counts only where something stands above it."""
    assert heights(list(paginate([box(60, before=20), box(60, before=20)], 100))) == [[(0, 60)], [(0, 60)]]
    assert heights(list(paginate([box(30, before=20), box(30, before=20)], 100))) == [[(0, 30), (50, 30)]]


def test_a_head_is_never_left_alone_at_the_foot() -> None:
    """A block that is kept with the next goes to the next page together with it."""
    pages = heights(list(paginate([box(70), box(15, keep=True), box(40)], 100)))
    assert pages == [[(0, 70)], [(0, 15), (15, 40)]]


def test_a_text_is_cut_without_widows() -> None:
    """Neither page gets a single line of a paragraph."""
    text = Lines([f"line {n}" for n in range(10)], BODY, 0, 100)
    pages = list(paginate([box(5), text], BODY.leading * 9 + 5))
    assert [block.height for page in pages for _, block in page] == [5, BODY.leading * 8, BODY.leading * 2]


def test_a_table_repeats_its_head_on_the_next_page() -> None:
    """A row that starts a page has the head of its table above it."""
    head = box(10)
    rows = []
    for number in range(6):
        row = Row([[cell(str(number), 0, 50)]], 0, 50)
        row.again = head
        rows.append(row)
    pages = list(paginate([box(10), *rows], 60))
    assert all(page[0][1] is head for page in pages[1:])
    assert [block for page in pages for _, block in page if isinstance(block, Row)] == rows


def test_a_block_taller_than_a_page_gets_its_own() -> None:
    """What cannot be cut is put on a page of its own rather than lost or looped over."""
    assert heights(list(paginate([box(10), box(500), box(10)], 100))) == [[(0, 10)], [(0, 500)], [(0, 10)]]
