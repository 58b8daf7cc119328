"""Two people at one machine: each signs with a key of their own, and the record says who did and who did not."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cli.line import Line, Said
from outside import ROOT
from record.bags import standalone
from reports.reading import pages

from app.domain.errors import NotAllowed
from app.services import profiles, roster
from app.services.keychain import QUICK
from app.services.session import Session

ANA, BOB, CARMEN, WRONG = "Ana Pop", "Bob Ion", "Carmen Vlad", "somebody else"
PASSPHRASES = {ANA: "ana's own words", BOB: "bob's own words", CARMEN: "carmen's own words", WRONG: "a guess"}
KEY_FILE = "the words that open the key file"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder in which each of the two has a passphrase of their own."""
    folder = tmp_path_factory.mktemp("two") / "home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COCKPIT_KEYSTORE", "file")
        patch.setenv("COCKPIT_PASSPHRASE", KEY_FILE)
        with Session.open(folder, cost=QUICK) as session:
            profiles.create(session, ANA, passphrase=PASSPHRASES[ANA])
            profiles.create(session, BOB, passphrase=PASSPHRASES[BOB])
    return folder


@dataclass
class Desk:
    """The command line, with whoever types their passphrase."""

    line: Line
    patch: pytest.MonkeyPatch
    files: Path

    def file(self, who: str) -> Path:
        """The file with somebody's passphrase."""
        path = self.files / f"{who}.txt"
        path.write_text(PASSPHRASES[who] + "\n")
        return path

    def __call__(self, who: str, *words: str) -> Said:
        self.patch.setenv("COCKPIT_PASSPHRASE_FILE", str(self.file(who)))
        return self.line(*words)

    def fine(self, who: str, *words: str) -> Any:
        """A command that has to succeed; its JSON answer."""
        said = self(who, *words, "--json")
        assert said.code == 0, (words, said.out, said.err)
        return said.json

    def refused(self, number: str, code: str, who: str, *words: str) -> str:
        """A command that the answer to is no: exit 1 with that code, and nothing is written. The sentence."""
        before = self.line.entries(number)
        said = self(who, *words, "--json")
        assert (said.code, said.json["error"]["code"]) == (1, code), (said.out, said.err)
        assert self.line.entries(number) == before
        return str(said.json["error"]["message"])

    def row(self, number: str, seq: int) -> Any:
        rows = self.line.fine("incident", "timeline", number, "--json").json
        return next(row for row in rows if row["entry"] == seq)


@pytest.fixture
def desk(line: Line, made: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Desk:
    """Ana and Bob have keys; the key file has a passphrase that is neither's."""
    shutil.copytree(made, line.home)
    monkeypatch.setenv("COCKPIT_PASSPHRASE", KEY_FILE)
    return Desk(line, monkeypatch, tmp_path)


def declared(desk: Desk, who: str = ANA, *more: str) -> str:
    """An incident of the worst level of the first plan."""
    plan = desk.line.fine("plan", "list", "--json").json[0]["id"]
    worst = desk.line.fine("plan", "show", plan, "--json").json["severities"][0]["code"]
    words = ("declare", "--plan", plan, "--severity", worst, "--title", "Two of us", "--as", who, *more)
    return str(desk.fine(who, *words)["number"])


def signers_of(desk: Desk, number: str, seq: int, folder: Path) -> list[tuple[str, str]]:
    """Who signed an entry in the bag besides its author: as what, and by which key."""
    shutil.rmtree(folder, ignore_errors=True)
    desk.line.fine("export", number, "--as", "bundle", "-o", str(folder))
    entries = [json.loads(line) for line in (folder / "data/entries.jsonl").read_bytes().splitlines()]
    found = [one["data"] for one in entries if one["type"] == "attest" and one["data"]["of"] == seq]
    return [(one["as"], one["by"]) for one in found]


def fingerprints(desk: Desk) -> dict[str, str]:
    return {one["name"]: one["fingerprint"] for one in desk.line.fine("profile", "list", "--json").json}


def test_each_acts_with_their_own_passphrase_and_nobody_elses(desk: Desk) -> None:
    """The passphrase of the key file, of the other person or of nobody signs nothing."""
    number = declared(desk)
    seq = desk.fine(BOB, "log", number, "Bob was here", "--as", BOB)["entry"]
    assert desk.row(number, seq)["recorded_by"] == BOB
    for who, words in ((BOB, ()), (ANA, ("--as", BOB)), (WRONG, ()), (WRONG, ("--as", BOB))):
        named = BOB if words else ANA
        assert named in desk.refused(number, "wrong-passphrase", who, "log", number, "x", *words)
    desk.patch.delenv("COCKPIT_PASSPHRASE_FILE")
    assert desk.line("log", number, "with the key file's passphrase").code == 1


def test_a_wrong_passphrase_of_the_key_file_opens_nothing(desk: Desk) -> None:
    """The environment failed: exit 3, one sentence, nothing written; the right one works as before."""
    number = declared(desk)
    before = desk.line.entries(number)
    desk.patch.setenv("COCKPIT_PASSPHRASE", "no such words")
    said = desk(ANA, "log", number, "x")
    assert said.code == 3
    assert "does not open the key file" in said.err
    desk.patch.setenv("COCKPIT_PASSPHRASE", KEY_FILE)
    assert desk.line.entries(number) == before
    assert desk.fine(ANA, "log", number, "x")["entry"] == before


def test_nobody_declares_with_a_wrong_passphrase(desk: Desk) -> None:
    """No half-made incident is left in the list."""
    plan = desk.line.fine("plan", "list", "--json").json[0]["id"]
    worst = desk.line.fine("plan", "show", plan, "--json").json["severities"][0]["code"]
    said = desk(WRONG, "declare", "--plan", plan, "--severity", worst, "--title", "x")
    assert said.code == 1
    assert desk.line.fine("incident", "list", "--json").json == []


def test_an_approval_is_a_second_persons(desk: Desk, tmp_path: Path) -> None:
    """Refused to the author under any name and with a wrong passphrase; then signed once, and never twice."""
    number = declared(desk)
    seq = desk.fine(ANA, "decide", number, "Pay nothing")["entry"]
    approve = ("approve", number, str(seq))
    assert ANA in desk.refused(number, "own-entry", ANA, *approve)
    assert ANA in desk.refused(number, "own-entry", ANA, *approve, "--as", ANA)
    desk.refused(number, "wrong-passphrase", ANA, *approve, "--as", BOB)
    desk.refused(number, "wrong-passphrase", WRONG, *approve, "--as", BOB)
    desk.fine(BOB, *approve, "--as", BOB)
    desk.refused(number, "already", BOB, *approve, "--as", BOB)
    assert signers_of(desk, number, seq, tmp_path / "bag") == [("approve", fingerprints(desk)[BOB])]
    assert standalone(tmp_path / "bag")[0] == "VERIFIED with remarks"


def test_an_approval_meets_a_gate_that_asks_for_two(desk: Desk) -> None:
    """AZ-015: the closing review of a critical incident counts when a second person signed it, and not before."""
    words = ("declare", "--plan", "atlas", "--severity", "SEV_4", "--title", "x", "--commander", ANA)
    number = desk.fine(ANA, *words)["number"]

    def waits() -> bool:
        gates = desk.line.fine("incident", "show", number, "--json").json["gates"]
        missing = next(gate["missing"] for gate in gates if gate["id"] == "critical-closing")
        return any("closing review" in point for point in missing)

    seq = desk.fine(ANA, "decide", number, "Reviewed", "--topic", "closing-review")["entry"]
    assert waits()
    desk.fine(BOB, "approve", number, str(seq), "--as", BOB)
    assert not waits()


def test_a_hand_over_carries_both_signatures(desk: Desk, tmp_path: Path) -> None:
    """Each with their own passphrase; the record says who gave and who took, and who holds it now."""
    number = declared(desk, ANA, "--commander", ANA)
    hand_over = ("role", "handover", number, "commander", BOB)
    bobs, anas = (f"{who}={desk.file(who)}" for who in (BOB, ANA))
    done = desk.fine(ANA, *hand_over, "--note", "night shift", "--passphrase-file", bobs)
    keys = fingerprints(desk)
    assert signers_of(desk, number, done["entry"], tmp_path / "bag") == [
        ("handover-from", keys[ANA]),
        ("handover-to", keys[BOB]),
    ]
    assert len(done["signed"]) == 2
    assert standalone(tmp_path / "bag")[0] == "VERIFIED with remarks"
    held = next(one for one in desk.line.fine("incident", "show", number, "--json").json["roles"] if one["holder"])
    assert (held["role"], held["holder"]) == ("commander", BOB)
    row = desk.row(number, done["entry"])
    assert (row["recorded_by"], row["unsigned_by"]) == (ANA, None)
    assert "handed over from Ana Pop to Bob Ion: night shift" in row["text"]
    back = desk.fine(BOB, "role", "handover", number, "commander", ANA, "--as", BOB, "--passphrase-file", anas)
    assert desk.row(number, back["entry"])["recorded_by"] == BOB


def test_a_hand_over_without_the_other_is_refused(desk: Desk, tmp_path: Path) -> None:
    """Who has a key here signs with it: neither party can sign for the other, and nothing is half handed over."""
    number = declared(desk, ANA, "--commander", ANA)
    hand_over = ("role", "handover", number, "commander", BOB)
    assert BOB in desk.refused(number, "wrong-passphrase", ANA, *hand_over)
    assert ANA in desk.refused(number, "wrong-passphrase", BOB, *hand_over, "--as", BOB)
    wrong = f"{BOB}={desk.file(WRONG)}"
    desk.refused(number, "wrong-passphrase", ANA, *hand_over, "--passphrase-file", wrong)
    for bad in ("Bob Ion", "=x", f"{BOB}={tmp_path / 'missing'}"):
        said = desk(ANA, *hand_over, "--passphrase-file", bad)
        assert said.code == 2, said.err
    held = next(one for one in desk.line.fine("incident", "show", number, "--json").json["roles"] if one["holder"])
    assert held["holder"] == ANA


def test_a_second_person_is_asked_although_one_passphrase_is_given(desk: Desk) -> None:
    """What the surroundings give opens Ana's key; Bob is asked for his, and a wrong answer signs nothing."""
    number = declared(desk, ANA, "--commander", ANA)
    asked: list[str] = []
    answers = iter([PASSPHRASES[WRONG], PASSPHRASES[BOB]])

    def ask(name: str) -> str:
        asked.append(name)
        return next(answers)

    desk.patch.setenv("COCKPIT_PASSPHRASE_FILE", str(desk.file(ANA)))
    with Session.open(desk.line.home, ask=ask) as session:
        with pytest.raises(NotAllowed, match=BOB):
            roster.hand_over(session, number, "commander", BOB)
        done = roster.hand_over(session, number, "commander", BOB)
    assert asked == [BOB, BOB]
    assert [one.type for one in done] == ["role.handed_over", "attest", "attest"]


def test_people_without_a_key_are_named_as_unsigned(desk: Desk, tmp_path: Path) -> None:
    """Quoted, given a role, or taking one over: recorded by whoever typed, unsigned by the other."""
    number = declared(desk)
    for seq, who in (
        (desk.fine(ANA, "log", number, "@Mihai: the disk is full")["entry"], "Mihai"),
        (desk.fine(ANA, "log", number, "the disk is full", "--said-by", CARMEN)["entry"], CARMEN),
        (desk.fine(ANA, "role", "assign", number, "commander", "Mihai Sârbu")["entry"], "Mihai Sârbu"),
    ):
        row = desk.row(number, seq)
        assert (row["recorded_by"], row["unsigned_by"]) == (ANA, who)
    given = f"{BOB}={desk.file(BOB)}"
    done = desk.fine(ANA, "role", "handover", number, "commander", BOB, "--passphrase-file", given)
    assert desk.row(number, done["entry"])["unsigned_by"] == "Mihai Sârbu"
    out = tmp_path / "timeline.pdf"
    desk.line.fine("export", number, "--as", "timeline", "-o", str(out))
    text = " ".join(pages(out.read_bytes()))
    assert "said by Carmen Vlad recorded by Ana Pop unsigned by Carmen Vlad" in text
    assert text.count("unsigned by Mihai Sârbu") == 2


def test_who_said_it_and_whose_key_signed_it_are_two_facts(desk: Desk) -> None:
    """Bob is quoted by Ana: unsigned by Bob, until Bob signs the line himself."""
    number = declared(desk)
    seq = desk.fine(ANA, "log", number, "I saw it fail", "--said-by", BOB)["entry"]
    row = desk.row(number, seq)
    assert (row["said_by"], row["recorded_by"], row["signer"]) == (BOB, ANA, fingerprints(desk)[ANA])
    assert row["unsigned_by"] == BOB
    desk.fine(BOB, "approve", number, str(seq), "--as", BOB)
    assert desk.row(number, seq)["unsigned_by"] is None
    assert desk.line.fine("doctor", "--json").json["ok"] is True


def test_a_newcomer_is_enrolled_late(desk: Desk, tmp_path: Path) -> None:
    """In every open incident, by somebody who is in it, in one commit; then they sign, and strangers accept it."""
    number = declared(desk)
    words = ("profile", "create", CARMEN, "--role", "Ward sister")
    before = desk.line.entries(number)
    said = desk(WRONG, *words, "--passphrase-file", str(desk.file(BOB)))
    assert said.code == 1
    assert [one["name"] for one in desk.line.fine("profile", "list", "--json").json] == [ANA, BOB]
    assert desk.line.entries(number) == before
    desk.fine(ANA, *words, "--passphrase-file", str(desk.file(CARMEN)))
    assert desk.line.entries(number) == before + 2
    seq = desk.fine(CARMEN, "log", number, "I am new here", "--as", CARMEN)["entry"]
    assert desk.row(number, seq)["recorded_by"] == CARMEN
    assert signers_of(desk, number, before, tmp_path / "bag") == [("approve", fingerprints(desk)[ANA])]
    assert "p3@local.invalid" in (tmp_path / "bag/data/allowed_signers").read_text()
    assert standalone(tmp_path / "bag")[0] == "VERIFIED with remarks"
    desk.fine(CARMEN, "approve", number, "0", "--as", CARMEN)


def test_a_profile_is_made_whole_or_not_at_all(line: Line, tmp_path: Path) -> None:
    """When its recovery sheet cannot be saved, nobody is created either."""
    for out in (tmp_path / "no such folder" / "sheet.pdf", tmp_path):
        assert line("profile", "create", ANA, "--recovery-out", str(out)).code == 2
        assert line.fine("profile", "list", "--json").json == []
    sheet = tmp_path / "sheet.txt"
    line.fine("profile", "create", ANA, "--recovery-out", str(sheet))
    assert "RECOVERY" in sheet.read_text().upper()
    said = line("profile", "create", BOB, "--recovery-out", str(tmp_path / "second.txt"))
    assert said.code == 1
    assert not (tmp_path / "second.txt").exists()
    assert [one["name"] for one in line.fine("profile", "list", "--json").json] == [ANA]


def test_a_backup_is_restored_where_its_keys_are_not(desk: Desk, tmp_path: Path) -> None:
    """On a new machine the database is put in place and verifies; why no record says so yet is told."""
    number = declared(desk)
    desk.fine(ANA, "backup", "-o", str(tmp_path / "b.db"))
    desk.line.home = tmp_path / "new machine"
    said = desk(ANA, "restore", str(tmp_path / "b.db"))
    assert said.code == 0
    assert said.out.splitlines()[1].startswith("0 records say so in an entry. The key is not in the key file")
    assert desk.line.fine("verify", number, "--json").json["ok"] is True
    assert desk(ANA, "log", number, "x").code == 3


# A real Secret Service -----------------------------------------------------------------------------------------------

UNLOCK = "printf %s pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null && "
BEGIN = """
set -e
python -m app profile create "Ana Pop" --recovery-out "$COCKPIT_HOME.sheet.txt"
N=$(python -m app declare --plan {plan} --severity {worst} --title "Kept by the keyring")
python -m app log "$N" "First line"
echo "number $N"
"""
GO_ON = """
set -e
python -m app log {number} "Second line, another session"
python -m app verify {number}
python -m app doctor
"""
SECOND_PERSON = """
printf "bob's own words\\n" > "$HOME/bob.txt"
printf "ana's own words\\n" > "$HOME/ana.txt"
python -m app profile create "Bob Ion" 2>/dev/null; echo "without a passphrase: exit $?"
python -m app profile create "Bob Ion" --passphrase-file "$HOME/bob.txt" >/dev/null; echo "with one: exit $?"
export COCKPIT_PASSPHRASE_FILE="$HOME/bob.txt"
SEQ=$(python -m app decide "$N" "Pay nothing" --as "Bob Ion" | cut -f1)
python -m app approve "$N" "$SEQ" --as "Ana Pop" 2>&1; echo "an open key: exit $?"
python -m app profile protect "Ana Pop" --passphrase-file "$HOME/ana.txt"
python -m app approve "$N" "$SEQ" --as "Ana Pop" 2>/dev/null; echo "with the words of Bob: exit $?"
export COCKPIT_PASSPHRASE_FILE="$HOME/ana.txt"
python -m app approve "$N" "$SEQ" --as "Ana Pop" >/dev/null; echo "with her own: exit $?"
python -m app verify "$N"
"""


def in_session(folder: Path, script: str) -> str:
    """What a script prints in a desktop session of its own, where only the system's keyring holds keys."""
    for name in ("home", "run"):
        (folder / name).mkdir(mode=0o700, exist_ok=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DBUS_", "XDG_", "COCKPIT_"))}
    env = kept | {
        "HOME": str(folder / "home"),
        "XDG_RUNTIME_DIR": str(folder / "run"),
        "COCKPIT_HOME": str(folder / "cockpit"),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    command = ["dbus-run-session", "--", "sh", "-c", UNLOCK + script]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def begin(line: Line) -> str:
    """A first session: a person, an incident under the first plan, a line."""
    plan = line.fine("plan", "list", "--json").json[0]["id"]
    worst = line.fine("plan", "show", plan, "--json").json["severities"][0]["code"]
    return BEGIN.format(plan=plan, worst=worst)


@pytest.mark.real("dbus-run-session", "gnome-keyring-daemon")
def test_the_systems_keyring_keeps_the_keys(begin: str, tmp_path: Path) -> None:
    """Create, declare and log in one session; log, verify and doctor in the next; then, without that keyring, nothing
    is signed any more, and what was signed still verifies.
    """
    number = in_session(tmp_path, begin).split()[-1]
    told = in_session(tmp_path, GO_ON.format(number=number))
    assert "VERIFIED" in told
    assert told.splitlines()[-1] == "All is well."
    assert not (tmp_path / "cockpit/keys.vault").exists()
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert number.encode() in kept
    assert b"bare:" not in kept, "the keyring keeps what it was given encrypted"
    shutil.rmtree(tmp_path / "home")
    told = in_session(tmp_path, f'python -m app log {number} x 2>&1; echo "exit $?"; python -m app verify {number}')
    assert told.splitlines()[0] == "The key is not in the keyring of this machine."
    assert "exit 3" in told
    assert "VERIFIED" in told


@pytest.mark.real("dbus-run-session", "gnome-keyring-daemon")
def test_from_the_second_person_on_each_key_has_a_passphrase(begin: str, tmp_path: Path) -> None:
    """One unlocked keyring holds both keys, so an approval asks for words that only one of them knows."""
    told = in_session(tmp_path, begin + "set +e\n" + SECOND_PERSON)
    answers = [line for line in told.splitlines() if "exit" in line]
    assert answers == [
        "without a passphrase: exit 1",
        "with one: exit 0",
        "an open key: exit 1",
        "with the words of Bob: exit 1",
        "with her own: exit 0",
    ]
    assert "anyone here could use it" in told
    assert "VERIFIED" in told
