"""Letters: lines are never wider than the column, and lose nothing of the text."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from app.reports.kit.letters import Style, fitted, lines

BODY = Style("regular", 8.6, 12)


def squeezed(text: str) -> str:
    """Without blanks and line ends."""
    return "".join(text.split())


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=400), st.floats(30, 400))
def test_breaking_loses_nothing_and_fits(text: str, width: float) -> None:
    """Whatever the text, its lines hold every sign of it in order, and none is wider than the column."""
    found = lines(text, BODY, width)
    assert squeezed("".join(found)) == squeezed(text)
    assert all(BODY.width(line) <= width + 0.01 for line in found)


def test_line_ends_and_indents_are_kept_as_typed() -> None:
    """Every typed line starts a line, blank ones and indents included; a tab is four blanks."""
    assert lines("a\r\n  b\n\n\tc", BODY, 300) == ["a", "  b", "", "    c"]


def test_a_long_path_is_cut_after_a_sign() -> None:
    """A word wider than the column breaks after a slash or a dot where there is one."""
    found = lines("/var/log/incidents/2026/october/vpn-gateway.access.log", BODY, 90)
    assert len(found) > 2
    assert all(line[-1] in "/-._" for line in found[:-1])


def test_running_heads_are_cut_with_an_ellipsis() -> None:
    """What does not fit into a running head ends in an ellipsis; what fits is left alone."""
    assert fitted("short", BODY, 200) == "short"
    cut = fitted("a name that is far too long for its head", BODY, 60)
    assert cut.endswith("…")
    assert BODY.width(cut) <= 60
