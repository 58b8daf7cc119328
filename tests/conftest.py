"""What every test gets: no screen, no data folder of a real person, and real parts that may not hide in CI."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

_SCRATCH = pytest.StashKey[str]()
_IN_CI = os.environ.get("CI") == "true"


def pytest_configure(config: pytest.Config) -> None:
    """Before any module of ours is imported: offscreen, and a data folder that is nobody's."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    for name in [name for name in os.environ if name.startswith("COCKPIT_")]:
        del os.environ[name]
    config.stash[_SCRATCH] = tempfile.mkdtemp(prefix="cockpit-tests-")
    os.environ["COCKPIT_HOME"] = str(Path(config.stash[_SCRATCH]) / "home")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave nothing behind."""
    shutil.rmtree(config.stash.get(_SCRATCH, ""), ignore_errors=True)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """`@pytest.mark.real("openssl", …)` skips where a command is missing."""
    commands = [command for marker in item.iter_markers("real") for command in marker.args]
    missing = [command for command in commands if shutil.which(command) is None]
    if missing:
        pytest.skip(f"not on this machine: {', '.join(missing)}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With CI=true a test of a real part that skips, for whatever reason, has failed."""
    report = yield
    if _IN_CI and report.skipped and item.get_closest_marker("real") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.longrepr = f"With CI=true a real part may not be skipped. {reason}"
    return report
