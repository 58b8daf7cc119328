"""The scribe's grammar: what is typed becomes a time, a speaker, a mark and a text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import Unusable
from app.domain.scribe import block, parse

NOW = datetime(2026, 11, 20, 0, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "at", "text"),
    [
        ("23:50 hello", "2026-11-19T23:50", "hello"),
        ("00:05 hello", "2026-11-20T00:05", "hello"),
        ("-5m go", "2026-11-20T00:00", "go"),
        ("-1h30m go", "2026-11-19T22:35", "go"),
        ("yesterday 23:10 a", "2026-11-19T23:10", "a"),
        ("2025-07-23 15:35 b", "2025-07-23T14:35", "b"),
        ("2025-07-23T15:35Z b", "2025-07-23T15:35", "b"),
        ("23 Jul 15:35 – c", "2026-07-23T14:35", "c"),
        ("23 July 2025 15:35 c", "2025-07-23T14:35", "c"),
        ("31 Dec 15:35 c", "2025-12-31T15:35", "c"),
        ("14:32+02:00 z", "2026-11-19T12:32", "z"),
    ],
)
def test_leading_times(typed: str, at: str, text: str) -> None:
    """In the zone of the bar (London, in summer an hour ahead), unless an offset says otherwise."""
    line = parse(typed, NOW, "Europe/London")
    assert (line.at, line.text) == (datetime.fromisoformat(at + "+00:00"), text)


def test_a_bare_time_is_the_latest_past_one_in_the_bars_zone() -> None:
    """02:04 in Bucharest is one minute ago at 00:05 UTC; 02:06 was yesterday."""
    just, later = parse("02:04 x", NOW, "Europe/Bucharest"), parse("02:06 x", NOW, "Europe/Bucharest")
    assert just.at == NOW - timedelta(minutes=1)
    assert later.at == NOW + timedelta(minutes=1) - timedelta(days=1)


@pytest.mark.parametrize(
    ("typed", "mark", "said_by", "text"),
    [
        ("! Isolate it", "decision", None, "Isolate it"),
        ("!Isolate it", "decision", None, "Isolate it"),
        ("? Maybe the VPN", "hypothesis", None, "Maybe the VPN"),
        ("> image the disk @Grace", "action", None, "image the disk @Grace"),
        ("@Ana: ! go", "decision", "Ana", "go"),
        ('@"Ana Pop": go', "", "Ana Pop", "go"),
        ("said: Ana Pop: go", "", "Ana Pop", "go"),
        ("?!", "", None, "?!"),
        (">50 % errors", "", None, ">50 % errors"),
        ("!= is no mark", "", None, "!= is no mark"),
        ("99:99 is no time", "", None, "99:99 is no time"),
        ("-5m", "", None, None),
        ("1234 users", "", None, "1234 users"),
        ("/path is text", "", None, "/path is text"),
    ],
)
def test_marks_and_speakers(typed: str, mark: str, said_by: str | None, text: str | None) -> None:
    """What is not understood stays text."""
    if text is None:
        with pytest.raises(Unusable):
            parse(typed, NOW, "UTC")
        return
    line = parse(typed, NOW, "UTC")
    assert (line.mark, line.said_by, line.text) == (mark, said_by, text)


def test_commands_tags_and_people() -> None:
    """A known /word is a command, an unknown one stays as text with a hint."""
    command = parse("/sev P1 contained", NOW, "UTC")
    assert (command.command, command.argument) == ("sev", "P1 contained")
    assert "stays as text" in parse("/foo bar", NOW, "UTC").hint
    line = parse('Ask @Ana and @"Bob Ion" about #vpn #vpn a#b', NOW, "UTC")
    assert (line.tags, line.people) == (("vpn",), ("Ana", "Bob Ion"))


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("2027-01-01 10:00 later", "future-time"),
        ("2026-03-29 01:30 gone", "time-gap"),
        ("2026-10-25 01:30 twice", "time-twice"),
        ("2026-02-30 10:00 never", "bad-time"),
        ("", "empty-text"),
        ("   ", "empty-text"),
        ("x" * 65_537, "text-too-long"),
        ("a\x7fb", "bad-text"),
        ("\udc80", "bad-utf8"),
    ],
)
def test_refusals(typed: str, code: str) -> None:
    """Each with its code; nothing is guessed."""
    with pytest.raises(Unusable) as refused:
        parse(typed, NOW, "Europe/London")
    assert refused.value.code == code


def test_plain_takes_everything_literally() -> None:
    """No time, no mark."""
    assert parse("14:32 ! x", NOW, "UTC", plain=True).text == "14:32 ! x"


def test_a_block_keeps_indented_lines_with_the_one_above() -> None:
    """Empty lines part nothing."""
    assert list(block("a\n  b\n\nc\n\td\n")) == ["a\nb", "c\nd"]


@given(st.text(st.characters(codec="utf-8", exclude_characters="\x7f\x00"), max_size=60))
def test_no_word_is_ever_lost(typed: str) -> None:
    """Whatever is typed either is refused or ends in the text as it was typed."""
    try:
        line = parse(typed, NOW, "UTC")
    except Unusable:
        return
    assert line.text
    assert line.text in typed
