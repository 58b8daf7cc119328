"""Where commands may write: not over a device, and not over the data folder's own files."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from cli.line import Line


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with a name here")
def test_a_device_or_pipe_is_refused_and_stays_what_it_is(people: Line, number: str, tmp_path: Path) -> None:
    """Written whole means renamed into place: that would take /dev/null away from the whole machine."""
    pipe = tmp_path / "pipe.pdf"
    os.mkfifo(pipe)
    for words in (
        ("export", number, "--as", "timeline", "-o", str(pipe)),
        ("backup", "-o", str(pipe)),
        ("profile", "recovery-sheet", str(pipe)),
    ):
        said = people(*words)
        assert said.code == 2, words
        assert "not a file" in said.err
        assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("pipe")] == ["pipe.pdf"]


def test_a_link_is_followed_and_not_replaced(people: Line, number: str, tmp_path: Path) -> None:
    """The document lies where the link points."""
    target, link = tmp_path / "real.pdf", tmp_path / "link.pdf"
    link.symlink_to(target)
    people.fine("export", number, "--as", "timeline", "-o", str(link))
    assert link.is_symlink()
    assert target.read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize("name", ["keys.vault", "logs.vault", "cockpit.anchor", "settings.toml"])
def test_the_data_folders_own_files_are_never_written_over(people: Line, number: str, name: str) -> None:
    """A backup over the key file would lose every key; another name in that folder is fine."""
    own = people.home / name
    before = own.read_bytes() if own.exists() else None
    for words in (
        ("backup", "-o", str(own)),
        ("export", number, "--as", "timeline", "-o", str(own)),
        ("profile", "recovery-sheet", str(own)),
    ):
        assert people(*words).code == 2, words
    assert (own.read_bytes() if own.exists() else None) == before
    people.fine("export", number, "--as", "timeline", "-o", str(people.home / "timeline.pdf"))
    people.fine("log", number, "goes on")
