from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from app import settings
from app.settings import Settings


def test_what_was_set_is_there_at_the_next_start(tmp_path: Path) -> None:
    """Every kind of value survives the file."""
    chosen = replace(Settings(), theme="dark", text_size=150, maximised=True, splitters={"across": "AAA="})
    settings.save(tmp_path, chosen)
    assert settings.load(tmp_path) == chosen


def test_a_persons_comment_stays_in_the_file(tmp_path: Path) -> None:
    """The file is theirs as much as ours."""
    path = tmp_path / settings.FILE
    path.write_text("# we lock early here\nlock_after_minutes = 3\n", encoding="utf-8")
    settings.save(tmp_path, replace(settings.load(tmp_path), theme="light"))
    assert "# we lock early here" in path.read_text(encoding="utf-8")
    assert settings.load(tmp_path) == replace(Settings(), lock_after_minutes=3, theme="light")


def test_a_file_that_cannot_be_read_counts_as_not_written(tmp_path: Path) -> None:
    """A broken file, a folder in its place and values of the wrong kind never stop the start."""
    path = tmp_path / settings.FILE
    path.write_text("theme = [", encoding="utf-8")
    assert settings.load(tmp_path) == Settings()
    path.write_text('theme = "purple"\ntext_size = "huge"\nlock_after_minutes = -4\nunknown = 1\n', encoding="utf-8")
    assert settings.load(tmp_path) == replace(Settings(), lock_after_minutes=0)
    path.unlink()
    path.mkdir()
    assert settings.load(tmp_path) == Settings()


def test_the_file_is_for_its_owner_only(tmp_path: Path) -> None:
    """It names incidents."""
    settings.save(tmp_path, replace(Settings(), last_incident="f" * 64))
    assert (tmp_path / settings.FILE).stat().st_mode & 0o077 == 0
