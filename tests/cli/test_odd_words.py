"""Words that tired and malicious people type: half-read blocks, broken bytes, terminal tricks, wrong references."""

from __future__ import annotations

import sys

import pytest
from cli.line import Line

from app.cli.main import main

ESCAPE = "\x1b]0;owned\x07 \x9b2J"


def texts(line: Line, number: str) -> list[str]:
    return [row["text"] for row in line.fine("incident", "timeline", number, "--json").json]


def test_the_line_before_one_that_is_far_too_long_is_recorded(people: Line, number: str) -> None:
    """It waits for a continuation, and is not lost when the next line is refused."""
    said = people("log", number, "-", stdin=b"first\n" + b"x" * 200_000 + b"\nlast\n")
    assert said.code == 2
    assert said.err.startswith("Line 2:")
    assert len(said.out.splitlines()) == 1
    assert texts(people, number)[-1] == "first"


def test_lines_from_a_closed_standard_input_are_refused(
    people: Line, number: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """A service without standard input gets a sentence."""
    monkeypatch.setattr(sys, "stdin", None)
    assert main(["--home", str(people.home), "log", number, "-"]) == 2
    assert "standard input" in capfd.readouterr().err


def test_a_block_answers_in_json_with_every_entry(people: Line, number: str) -> None:
    """Scripts learn the numbers and hashes of a block too."""
    told = people.fine("log", number, "-", "--json", stdin=b"one\ntwo\n").json
    assert told["recorded"] == 2
    assert [one["entry"] for one in told["entries"]] == [people.entries(number) - 2, people.entries(number) - 1]
    assert all(len(one["leaf"]) == 64 for one in told["entries"])


@pytest.mark.parametrize(
    "words",
    [
        ("search", "caf\udce9"),
        ("organisation", "set", "controller.name", "caf\udce9"),
        ("plan", "show", "caf\udce9"),
        ("--as", "caf\udce9", "incident", "list"),
        ("organisation", "set", "controller.name", "x" * 2_001),
        ("log", "N", "x", "--pla"),
        ("star", "N", "9" * 5_000),
        ("incident", "list", "--home", ""),
        ("incident", "list", "--database-url", "garbage"),
    ],
    ids=lambda words: " ".join(words)[:40].encode(errors="replace").decode(),
)
def test_words_that_nothing_can_hold(people: Line, words: tuple[str, ...]) -> None:
    """Exit 2 and a sentence that fits the screen; no crash report."""
    said = people(*words)
    assert said.code == 2
    assert len(said.err) < 600
    assert not (people.home / "crash.log").exists()


def test_control_characters_are_written_out_for_people_and_kept_for_scripts(people: Line) -> None:
    """A record that comes from elsewhere must not steer the reader's terminal."""
    number = people.fine("declare", "--plan", "zkp", "--severity", "P0", "--title", f"a {ESCAPE}").last
    people.fine("log", number, f"b {ESCAPE}")
    for words in (
        ("incident", "show", number),
        ("incident", "timeline", number),
        ("search", "b"),
        ("log", ESCAPE, "x"),
    ):
        said = people(*words)
        assert not {"\x1b", "\x07", "\x9b"} & set(said.out + said.err), words
    assert f"b {ESCAPE}" in texts(people, number)


def test_a_duplicate_and_a_move_name_something_that_exists(people: Line, number: str) -> None:
    """An entry of this incident, or another incident; never itself, never a word."""
    seq = people.fine("log", number, "one", "--json").json["entry"]
    before = people.entries(number)
    for words in (
        ("--duplicate-of", "banana"),
        ("--duplicate-of", "x" * 70_000),
        ("--duplicate-of", "99999"),
        ("--duplicate-of", str(seq)),
        ("--moved-to", number),
        ("--moved-to", "nope"),
        ("--moved-to", ""),
    ):
        assert people("correct", number, str(seq), *words).code == 2, words
    assert people.entries(number) == before
    people.fine("correct", number, str(seq), "--duplicate-of", "0")


def test_a_corrected_title_obeys_the_rule_of_the_first(people: Line, number: str) -> None:
    """One line of at most 300 characters: the board and every page carry it."""
    assert people("correct", number, "0", "x" * 301).code == 2
    people.fine("correct", number, "0", "two\nlines")
    assert people.fine("incident", "list", "--json").json[0]["title"] == "two lines"
