"""Bad input to every command: one sentence, the right exit code, nothing half-written, no traceback."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cli.line import Line, Said

BIG = "x" * 1_000_000
BROKEN = "caf\udce9 \udcff"
TOMORROW = (datetime.now(UTC) + timedelta(days=1)).isoformat()

# Every command that works on an incident, with words that are right but for what a test puts in their place.
ON_INCIDENT: dict[str, tuple[str, ...]] = {
    "incident show": ("N",),
    "incident timeline": ("N",),
    "incident renumber": ("N",),
    "log": ("N", "TEXT"),
    "decide": ("N", "TEXT"),
    "correct": ("N", "0", "TEXT"),
    "star": ("N", "0"),
    "ack": ("N",),
    "severity": ("N", "CODE:P1"),
    "state": ("N", "CODE:CONTAINMENT"),
    "classify": ("N", "CODE:privacy_breach"),
    "profile-set": ("N", "CODE:none"),
    "update": ("N", "--audience", "CODE:internal", "TEXT"),
    "approve": ("N", "0", "--as", "Bob Ion"),
    "role assign": ("N", "CODE:scribe", "TEXT:Eva"),
    "role handover": ("N", "CODE:commander", "TEXT:Eva"),
    "role release": ("N", "CODE:commander"),
    "task tick": ("N", "CODE:a-task"),
    "task skip": ("N", "CODE:a-task", "--reason", "TEXT"),
    "task na": ("N", "CODE:a-task", "--reason", "TEXT"),
    "task reopen": ("N", "CODE:a-task"),
    "task assign": ("N", "CODE:a-task", "TEXT:Eva"),
    "clock list": ("N",),
    "aware": ("N", "--reason", "TEXT"),
    "breach set": ("N", "CODE:nat.text", "TEXT"),
    "breach show": ("N",),
    "postmortem set": ("N", "CODE:summary", "TEXT"),
    "postmortem sections": ("N",),
    "action add": ("N", "TEXT"),
    "action close": ("N", "0"),
    "export": ("N", "--as", "CODE:timeline", "-o", "OUT"),
    "verify": ("N",),
    "profile enrol": ("Bob Ion", "N"),
}
TIMELESS = {
    "incident timeline",
    "incident renumber",
    "breach show",
    "postmortem sections",
    "export",
    "verify",
    "profile enrol",
}
ONLY_LOOKING = {"incident show", "clock list"}
RECORDING = [name for name in ON_INCIDENT if name not in TIMELESS | ONLY_LOOKING]
WITH_TEXT = [name for name, words in ON_INCIDENT.items() if any(word.startswith("TEXT") for word in words)]
WITH_CODE = [name for name, words in ON_INCIDENT.items() if any(word.startswith("CODE") for word in words)]


def words_of(name: str, number: str, out: Path, *, text: str = "A line", code: str = "") -> list[str]:
    """The words of a command with its places filled."""
    filled = {"N": number, "OUT": str(out / "out.pdf")}
    words = []
    for word in ON_INCIDENT[name]:
        kind, _, right = word.partition(":")
        if kind == "TEXT":
            words.append(text if text != "A line" else right or text)
        elif kind == "CODE":
            words.append(code or right)
        else:
            words.append(filled.get(word, word))
    return [*name.split(), *words]


def refused(said: Said, code: int) -> None:
    """One sentence and perhaps a hint on standard error, the exit code, no traceback."""
    assert said.code == code, (said.code, said.out[-500:], said.err[-500:])
    first = said.err.splitlines()[0]
    assert first.endswith((".", "?", ":")), first
    assert len(first) < 400
    assert "Traceback" not in said.err + said.out


@pytest.fixture
def led(declare: Callable[..., str]) -> str:
    """An incident with a commander."""
    return declare("zkp", "P0", "--commander", "Ana Pop")


@pytest.mark.parametrize("name", ON_INCIDENT)
def test_an_unknown_number(people: Line, tmp_path: Path, name: str) -> None:
    """Exit 2 and the way to the right one."""
    refused(people(*words_of(name, "INC-19990101-001", tmp_path)), 2)
    assert not (tmp_path / "out.pdf").exists()


def test_unknown_codes(people: Line, led: str, tmp_path: Path) -> None:
    """A severity, state, role, task, audience, field, section or report that the plan lacks: exit 2, no entry."""
    before = people.entries(led)
    for name in WITH_CODE:
        refused(people(*words_of(name, led, tmp_path, code="no-such-code")), 2)
    assert people.entries(led) == before


def test_texts_that_no_entry_can_hold(people: Line, led: str, tmp_path: Path) -> None:
    """1 MB is refused with "attach it as evidence", broken UTF-8 and emptiness with their own sentences."""
    before = people.entries(led)
    for name in WITH_TEXT:
        for text in (BIG, BROKEN, "   "):
            refused(people(*words_of(name, led, tmp_path, text=text)), 2)
    assert "evidence" in people("log", led, BIG).err
    assert people.entries(led) == before


def test_times_that_cannot_be(people: Line, led: str, tmp_path: Path) -> None:
    """Without zone, in the future, or no time at all."""
    before = people.entries(led)
    for name in RECORDING:
        for moment in ("2026-01-02 10:00", "2026-01-02T10:00:00", TOMORROW, "soon", "2026-02-30T10:00:00Z"):
            refused(people(*words_of(name, led, tmp_path), "--at", moment), 2)
    assert people.entries(led) == before


def test_second_answers_to_closed_questions(people: Line, number: str) -> None:
    """Acknowledged, ticked, assigned, decided, approved twice: exit 1 and which entry answered it."""
    task = people.fine("incident", "show", number, "--json").json["tasks"][0]["id"]
    twice = [
        ("ack", number),
        ("task", "tick", number, task),
        ("role", "assign", number, "commander", "Ana Pop"),
        ("severity", number, "P1"),
        ("state", number, "CONTAINMENT"),
        ("aware", number, "--reason", "certain"),
        ("star", number, "0"),
        ("approve", number, "0", "--as", "Bob Ion"),
    ]
    for words in twice:
        people.fine(*words)
        before = people.entries(number)
        refused(people(*words), 1)
        assert people.entries(number) == before
    refused(people("task", "reopen", number, "no-such"), 2)
    refused(people("approve", number, "0", "--as", "Ana Pop"), 1)
    refused(people("role", "release", number, "scribe"), 1)


def test_files_that_are_missing_or_folders(people: Line, number: str, tmp_path: Path) -> None:
    """Reading and writing: exit 2 with a sentence, nothing left behind."""
    missing, folder = tmp_path / "no" / "file", tmp_path / "folder"
    folder.mkdir()
    for words in (
        ("verify", str(missing)),
        ("verify", str(folder)),
        ("restore", str(missing)),
        ("restore", str(folder)),
        ("plan", "validate", str(missing)),
        ("plan", "validate", str(folder)),
        ("plan", "import", str(missing)),
        ("export", number, "--as", "timeline", "-o", str(missing)),
        ("export", number, "--as", "timeline", "-o", str(folder)),
        ("export", number, "--as", "bundle", "-o", str(folder)),
        ("backup", "-o", str(folder)),
        ("backup", "-o", str(missing)),
        ("demo", "--out", str(Path(__file__))),
        ("profile", "recovery-sheet", str(folder)),
        ("profile", "create", "Eva", "--passphrase-file", str(missing)),
    ):
        refused(people(*words), 2)
    assert list(folder.iterdir()) == []
    assert not missing.parent.exists()


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("nonsense",),
        ("log",),
        ("log", "N"),
        ("role",),
        ("task", "fly"),
        ("clock", "compute"),
        ("clock", "compute", "--aware", "2026-10-23 09:38"),
        ("clock", "compute", "--aware", "2026-10-23T09:38:00+02:00", "--zone", "Europe/Bucharest"),
        ("clock", "compute", "--local", "2026-03-29T02:30:00", "--zone", "Europe/Berlin"),
        ("clock", "compute", "--local", "2026-10-25T02:30:00", "--zone", "Europe/Berlin"),
        ("clock", "compute", "--aware", "2026-10-23T09:38:00Z", "--regime", "mars"),
        ("clock", "compute", "--aware", "2026-10-23T09:38:00Z", "--authority", "XX-NONE"),
        ("clock", "compute", "--aware", "2026-10-23T09:38:00Z", "--now", "2026-10-22T09:38:00Z"),
        ("declare", "--plan", "nope", "--severity", "P0", "--title", "x"),
        ("declare", "--plan", "zkp", "--severity", "P9", "--title", "x"),
        ("declare", "--plan", "zkp", "--severity", "P0", "--title", ""),
        ("declare", "--plan", "zkp", "--severity", "P0", "--title", "x" * 400),
        ("declare", "--plan", "zkp", "--severity", "P0", "--title", "x", "--class", "nope"),
        ("declare", "--plan", "zkp", "--severity", "P0", "--title", "x", "--zone", "Mars/Base"),
        ("plan", "show", "nope"),
        ("plan", "diff", "zkp", "nope"),
        ("organisation", "set", "shoe-size", "46"),
        ("organisation", "set", "zone", "Mars/Base"),
        ("organisation", "set", "domain", "not a domain"),
        ("profile", "create", ""),
        ("profile", "create", "ana pop"),
        ("profile", "create", "x" * 200),
        ("profile", "protect", "Nobody"),
        ("verify",),
        ("search", "x", "--limit", "0"),
        ("bench", "no-such-bench"),
        ("--as", "Nobody", "incident", "list"),
    ],
    ids=lambda words: " ".join(words)[:60] or "nothing",
)
def test_words_that_make_no_sense(people: Line, words: tuple[str, ...]) -> None:
    """Exit 2 with one sentence, and nothing is declared."""
    refused(people(*words), 2)
    assert people.fine("incident", "list", "--json").json == []


def test_a_refusal_in_json_has_code_message_hint_and_missing(people: Line, number: str) -> None:
    """For scripts, on standard output."""
    said = people("state", number, "CLOSED", "--json")
    assert said.code == 1
    assert said.json["error"]["code"] == "gate"
    assert said.json["error"]["missing"]


def test_a_line_of_a_block_that_is_refused_says_which_and_what_stands(people: Line, number: str) -> None:
    """What was acknowledged before it is recorded, the bad line is not."""
    before = people.entries(number)
    said = people("log", number, "-", stdin=b"first line\nsecond \xff line\nthird\n")
    refused(said, 2)
    assert "Line 2" in said.err
    assert people.entries(number) == before + 1
    assert len(said.out.splitlines()) == 1


def test_a_commander_whose_name_no_entry_can_hold_declares_nothing(people: Line) -> None:
    """The commander is named in a second commit, so the name is judged before the first."""
    for name in (BROKEN, BIG, "x" * 121, "  "):
        refused(people("declare", "--plan", "zkp", "--severity", "P0", "--title", "x", "--commander", name), 2)
    assert people.fine("incident", "list", "--json").json == []


def test_a_role_text_that_is_too_long_or_broken_makes_no_person(people: Line) -> None:
    """Exit 2, and the roster of keys stays as it was."""
    before = people.fine("profile", "list", "--json").json
    for role in (BROKEN, BIG):
        refused(people("profile", "create", "Eve", "--role", role), 2)
    assert people.fine("profile", "list", "--json").json == before


def test_a_year_before_computers_is_refused(people: Line, led: str) -> None:
    """Years 1 to 1969 are typing errors; 1990 is only long ago."""
    before = people.entries(led)
    for moment in ("0001-01-01T00:30:00-05:00", "0999-06-01T00:00:00Z", "1969-12-31T23:59:59Z"):
        refused(people("log", led, "x", "--at", moment), 2)
    refused(people("log", led, "0001-01-01 00:00 x"), 2)
    people.fine("log", led, "x", "--at", "1990-01-01T00:00:00Z")
    assert people.entries(led) == before + 1


def test_a_trusted_key_is_a_fingerprint_and_counts_for_every_record(people: Line, number: str) -> None:
    """A slip of the pen does not reject a good record, and --all does not leave the trusted keys out."""
    refused(people("verify", number, "--trust", "SHA256:short"), 2)
    refused(people("verify", "--all", number), 2)
    foreign = "SHA256:" + "A" * 43
    assert people("verify", "--all", "--trust", foreign).code == 1
    assert people("verify", number, "--trust", foreign).code == 1
    assert people("verify", "--all").code == 0
