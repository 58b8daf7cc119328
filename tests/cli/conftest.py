"""A command line with a person and an incident, keys in an encrypted file."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from cli.line import Line

from app.services import profiles
from app.services.keychain import QUICK
from app.services.session import Session

PASSPHRASE = "correct horse"


@pytest.fixture(scope="session")
def inhabited(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder in which Ana and Bob have keys: made once, since stretching passphrases takes its time."""
    folder = tmp_path_factory.mktemp("inhabited") / "home"
    with pytest.MonkeyPatch.context() as patch:
        _use_key_file(patch)
        # Guesses cost nothing here: a passphrase is not what these tests are about.
        with Session.open(folder, cost=QUICK) as session:
            profiles.create(session, "Ana Pop")
            profiles.create(session, "Bob Ion")
    return folder


def _use_key_file(patch: pytest.MonkeyPatch) -> None:
    patch.setenv("COCKPIT_KEYSTORE", "file")
    patch.setenv("COCKPIT_PASSPHRASE", PASSPHRASE)


@pytest.fixture
def line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Line:
    """A command line on an empty data folder."""
    _use_key_file(monkeypatch)
    return Line(tmp_path / "home", monkeypatch, capfd)


@pytest.fixture
def people(line: Line, inhabited: Path) -> Line:
    """Ana and Bob have keys."""
    shutil.copytree(inhabited, line.home)
    return line


@pytest.fixture
def declare(people: Line) -> Callable[..., str]:
    """Declare an incident under a plan; its number comes back."""

    def run(plan: str = "zkp", severity: str = "P0", *more: str) -> str:
        words = ("declare", "--plan", plan, "--severity", severity, "--title", "PID linkage in a debug log", *more)
        return people.fine(*words).last

    return run


@pytest.fixture
def number(declare: Callable[..., str]) -> str:
    """An incident of the worst ZKP severity, declared by Ana."""
    return declare()
