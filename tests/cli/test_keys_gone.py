"""Keys or database missing: said as it is, and nothing new is made in the place of what was lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli.line import Line


def test_a_missing_database_beside_its_keys_is_not_replaced_by_an_empty_one(people: Line, number: str) -> None:
    """A new person in an empty database would take the place, and the key, of the first."""
    for path in people.home.glob("cockpit.*"):
        path.unlink()
    keys = (people.home / "keys.vault").read_bytes()
    for words in (("incident", "list"), ("profile", "create", "Eve"), ("log", number, "x")):
        said = people(*words)
        assert said.code == 3, words
        assert "database is gone" in said.err
    assert list(people.home.glob("cockpit.db")) == []
    assert (people.home / "keys.vault").read_bytes() == keys


def test_a_person_made_after_a_restore_does_not_take_an_unknown_persons_key(people: Line, tmp_path: Path) -> None:
    """The older database does not know Eve, but her key is still the one that she signed with."""
    people.fine("backup", "-o", str(tmp_path / "before.db"))
    people.fine("profile", "create", "Eve")
    people.fine("backup", "-o", str(tmp_path / "after.db"))
    people.fine("restore", str(tmp_path / "before.db"))
    people.fine("profile", "create", "Zoe")
    people.fine("restore", str(tmp_path / "after.db"))
    number = people.fine("declare", "--plan", "zkp", "--severity", "P0", "--title", "x", "--as", "Eve").last
    people.fine("log", number, "Eve still signs", "--as", "Eve")


def test_a_missing_key_file_is_named_and_the_sheet_not_called_saved(people: Line, number: str, tmp_path: Path) -> None:
    """The recovery sheet was never saved: its key is missing, and where it should be is said."""
    (people.home / "keys.vault").unlink()
    for words in (("log", number, "x"), ("profile", "recovery-sheet", str(tmp_path / "sheet.txt"))):
        said = people(*words)
        assert said.code == 3, words
        assert "keys.vault" in said.err
        assert "saved" not in said.err
    assert not (people.home / "keys.vault").exists()


def test_doctor_says_which_keys_are_missing_and_a_passphrase_nobody_gave_is_no_damage(
    people: Line, number: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`All is well` is never said of a folder in which nothing can be signed."""
    kept = {name: (people.home / name).read_bytes() for name in ("keys.vault", "logs.vault")}
    for name, content in (("keys.vault", None), ("logs.vault", None), ("keys.vault", b"garbage"), ("logs.vault", b"")):
        path = people.home / name
        path.unlink() if content is None else path.write_bytes(content)
        said = people("doctor", "--json")
        assert (said.code, said.json["ok"]) == (1, False), (name, content)
        assert any(found["severity"] == "error" for found in said.json["findings"])
        path.write_bytes(kept[name])
    assert people.fine("doctor", "--json").json["ok"] is True
    monkeypatch.delenv("COCKPIT_PASSPHRASE")
    found = people.fine("doctor", "--json").json["findings"]
    assert [one["severity"] for one in found if "keys" in one["what"]] == ["note"]


def test_a_roll_back_that_did_not_happen_is_not_told_in_the_record(people: Line, number: str) -> None:
    """Database and anchor agree: exit 1, and no entry says that something was put back."""
    before = people.entries(number)
    assert people("doctor", "--accept-rollback", "just so").code == 1
    assert people.entries(number) == before


def test_a_restore_with_a_reason_that_no_entry_can_hold_puts_nothing_back(
    people: Line, number: str, tmp_path: Path
) -> None:
    """The reason is judged first."""
    people.fine("backup", "-o", str(tmp_path / "b.db"))
    people.fine("log", number, "after the backup")
    before = people.entries(number)
    for reason in ("  ", "x" * 70_000):
        assert people("restore", str(tmp_path / "b.db"), "--reason", reason).code == 2
    assert people.entries(number) == before
    assert list(people.home.glob("*.before-restore*")) == []
