"""The rules for where files are."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest

from app import paths
from app.domain.errors import Broken, Unusable


def test_resources_of_a_working_copy_lie_beside_the_package() -> None:
    """The rule finds the fonts and icons that are shipped."""
    assert (paths.resources() / "fonts" / "Inter-Regular.ttf").is_file()
    assert (paths.resources() / "icons" / "siren.svg").is_file()


def test_resources_inside_the_package_come_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installed or frozen program never looks beside itself."""
    for folder in ("app/resources", "resources"):
        (tmp_path / folder).mkdir(parents=True)
    monkeypatch.setattr(paths, "_PACKAGE", tmp_path / "app")
    assert paths.resources() == tmp_path / "app" / "resources"


def test_the_data_folder_follows_the_option_then_the_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--home` beats COCKPIT_HOME beats the platform's own folder, and nothing is created by asking."""
    monkeypatch.setenv("COCKPIT_HOME", str(tmp_path / "variable"))
    assert paths.home(tmp_path / "option") == tmp_path / "option"
    assert paths.home() == tmp_path / "variable"
    monkeypatch.delenv("COCKPIT_HOME")
    assert paths.home().name == "incident-cockpit"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_a_new_folder_is_private_and_an_old_one_keeps_its_mode(tmp_path: Path) -> None:
    """Nobody else may read the record; a folder of the person's own choice is not tightened behind their back."""
    assert stat.S_IMODE(paths.private_folder(tmp_path / "new").stat().st_mode) == 0o700
    (tmp_path / "old").mkdir()
    (tmp_path / "old").chmod(0o755)
    assert stat.S_IMODE(paths.private_folder(tmp_path / "old").stat().st_mode) == 0o755


def test_a_file_in_the_way_is_a_refusal(tmp_path: Path) -> None:
    """A file where the data folder should be ends in one sentence: the input cannot be used."""
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Unusable, match="not a folder"):
        paths.private_folder(tmp_path / "file")
    with pytest.raises(Unusable, match="not a folder"):
        paths.private_folder(tmp_path / "file" / "home")


@pytest.mark.skipif(sys.platform != "linux", reason="needs a file system that nobody can write to")
def test_a_folder_that_cannot_be_made_is_a_refusal() -> None:
    """Where the system says no, the sentence names another way and the exit code is 3, even for root."""
    with pytest.raises(Broken) as refused:
        paths.private_folder(Path("/proc/incident-cockpit"))
    assert refused.value.exit_code == 3
    assert "--home" in refused.value.hint
