from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from store.maker import Maker

from app.store import driver, layout
from app.store.database import Store


def test_a_healthy_store_has_no_findings(store: Store, maker: Maker) -> None:
    """Nothing to say about a store that was just written."""
    maker.log(store, "a", "b")
    of_the_machine = ("MiB are free", "This SQLite")
    found = [finding.what for finding in store.check()]
    assert [what for what in found if not any(part in what for part in of_the_machine)] == []


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("DELETE FROM timeline_row WHERE seq = 1", "gaps"),
        ("UPDATE timeline_row SET seq = 77 WHERE seq = 1", "does not have"),
        ("UPDATE incident_card SET entry_count = 1", "behind the record"),
        ("DELETE FROM incident_card", "behind the record"),
        ("DELETE FROM timeline_row WHERE seq = 2", "full-text index"),
        ("DROP TRIGGER entry_stays; DELETE FROM disclosure; DELETE FROM entry WHERE seq = 1", "numbered up to"),
        ('DROP TRIGGER commit_stays; DELETE FROM "commit" WHERE n = 1', "Commits are missing"),
        ("DROP TRIGGER plan_is_final", "plan_is_final"),
        ("PRAGMA foreign_keys = OFF; DELETE FROM plan", "does not exist"),
    ],
)
def test_each_damage_is_named(folder: Path, store: Store, maker: Maker, damage: str, said: str) -> None:
    """One finding for one damage, made past the store while it is open."""
    maker.log(store, "a", "b")
    maker.log(store, "c")
    with closing(driver.DBAPI.connect(str(layout.database(folder)), isolation_level=None)) as connection:
        if "disclosure" in damage:
            connection.execute("DROP TRIGGER disclosure_stays")
        connection.executescript(damage)
    errors = [finding.what for finding in store.check() if finding.severity == "error"]
    assert any(said in what for what in errors), errors


def test_a_rebuild_heals_the_projections(folder: Path, store: Store, maker: Maker) -> None:
    """Rows that were tampered with are gone after clearing, and the search index with them."""
    maker.log(store, "a", "b")
    with closing(driver.DBAPI.connect(str(layout.database(folder)), isolation_level=None)) as connection:
        connection.execute("DELETE FROM timeline_row WHERE seq = 1")
    with store.write() as write:
        write.clear_projections(maker.incident_id)
        write.rebuild_search()
        write.put_card(maker.card(entry_count=2))
    assert [finding.what for finding in store.check() if finding.severity == "error"] == []


def test_a_clash_of_numbers_is_a_warning(store: Store, maker: Maker) -> None:
    """Two incidents with one number are lawful, and told."""
    Maker("two", maker.number).create(store)
    said = [finding for finding in store.check() if "bear the number" in finding.what]
    assert [finding.severity for finding in said] == ["warning"]


def test_a_missing_anchor_and_open_files_are_told(folder: Path, store: Store, maker: Maker) -> None:
    """What lies around the database belongs to the checks too."""
    maker.log(store, "a")
    layout.anchor(folder).rename(folder / "away")
    folder.chmod(0o755)
    said = {finding.what: finding.severity for finding in store.check()}
    assert said["The anchor file beside the database is missing."] == "error"
    assert any("Other accounts" in what for what in said)
    (folder / "away").write_bytes(bytes(8192))
    (folder / "away").rename(layout.anchor(folder))
    assert any("cannot be read" in finding.what for finding in store.check())


@pytest.mark.parametrize(
    ("version", "affected"),
    [
        ((3, 40, 1), True),
        ((3, 44, 5), True),
        ((3, 44, 6), False),
        ((3, 50, 6), True),
        ((3, 50, 7), False),
        ((3, 51, 2), True),
        ((3, 51, 3), False),
        ((3, 53, 4), False),
    ],
)
def test_libraries_with_the_log_reset_bug_are_known(version: tuple[int, int, int], affected: bool) -> None:
    """Fixed in 3.51.3 and in two older branches."""
    assert driver.has_reset_bug(version) == affected
