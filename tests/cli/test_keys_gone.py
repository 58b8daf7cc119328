"""Keys or database missing: said as it is, and nothing new is made in the place of what was lost."""

from __future__ import annotations

from pathlib import Path

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
