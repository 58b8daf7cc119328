"""The project's own promises: locks, contracts, set-up, fonts, the desktop file."""

from __future__ import annotations

import ast
import configparser
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from outside import ROOT

import app
import dev
from app import paths

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKED: dict[str, Any] = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
REQUIREMENTS = sorted((ROOT / "requirements").glob("*.txt"))


# Locks


@pytest.mark.parametrize("lock", [ROOT / "uv.lock", *REQUIREMENTS], ids=lambda path: path.name)
def test_a_lock_names_nothing_but_the_public_index(lock: Path) -> None:
    """No mirror, no local path: what is locked here can be fetched anywhere."""
    text = lock.read_text(encoding="utf-8")
    assert set(re.findall(r"https?://([^/\"\s]+)", text)) <= {"pypi.org", "files.pythonhosted.org"}
    assert "file:" not in text
    assert not re.search(r"(?:^|[\s\"'=])(?:/|[A-Za-z]:\\)\w", text)
    assert "find-links" not in text


@pytest.mark.parametrize("lock", REQUIREMENTS, ids=lambda path: path.name)
def test_the_requirement_files_agree_with_the_lock(lock: Path) -> None:
    """Every entry is one version with hashes, and both are those of uv.lock."""
    packages = {package["name"]: package for package in LOCKED["package"]}
    entries = re.split(r"\n(?=\S)", lock.read_text(encoding="utf-8").strip())
    assert len(entries) > 20
    for entry in entries:
        name, version = re.match(r"([a-z0-9-]+)==([^\s;]+)", entry).groups()  # type: ignore[union-attr]
        package = packages[name]
        known = {file["hash"] for file in [*package.get("wheels", []), package.get("sdist", {"hash": ""})]}
        hashes = set(re.findall(r"--hash=(sha256:[0-9a-f]{64})", entry))
        assert version == package["version"], name
        assert hashes, name
        assert hashes <= known, name


def test_the_lock_belongs_to_this_pyproject() -> None:
    """What pyproject asks for is what was locked."""
    own = next(package for package in LOCKED["package"] if package["name"] == "incident-cockpit")
    locked = {(entry["name"], entry.get("specifier", "")) for entry in own["metadata"]["requires-dist"]}
    extras = PROJECT["project"]["optional-dependencies"]
    asked = [*PROJECT["project"]["dependencies"], *extras["test"], *extras["build"]]
    wanted = {re.match(r"([a-z0-9-]+)([^;]*)", entry).groups() for entry in asked}  # type: ignore[union-attr]
    assert {(name, normal(specifier)) for name, specifier in wanted} == {(n, normal(s)) for n, s in locked}


def normal(specifier: str) -> frozenset[str]:
    return frozenset(part.strip() for part in specifier.split(",") if part.strip())


def test_qt_counts_its_references(qtbot: Any) -> None:
    """PySide6 6.12.0 loses a reference to None per call on Python 3.11 until the process aborts; ours does not."""
    from PySide6.QtWidgets import QLabel

    label = QLabel()
    qtbot.addWidget(label)
    before = sys.getrefcount(None)
    for turn in range(1000):
        label.setText(str(turn))
    assert abs(sys.getrefcount(None) - before) < 200


# Import contracts: each is breached on purpose in a copy of the tree

BREACHES = [
    ("imports point down", "domain/breach.py", "app.services"),
    ("imports point down", "plans/breach.py", "app.record"),
    ("imports point down", "record/breach.py", "app.store"),
    ("imports point down", "store/breach.py", "app.reports"),
    ("imports point down", "reports/breach.py", "app.exchange"),
    ("imports point down", "services/breach.py", "app.ui"),
    ("imports point down", "ui/breach.py", "app.cli"),
    ("the window uses services and domain only", "ui/breach.py", "app.store"),
    ("the window uses services and domain only", "ui/breach.py", "app.record"),
    ("the window uses services and domain only", "ui/breach.py", "app.reports"),
    ("paths and settings are leaves", "paths.py", "app.services"),
    ("paths and settings are leaves", "settings.py", "app.store"),
    ("the domain needs nothing but the standard library", "domain/breach.py", "pydantic"),
    ("Qt lives in the window", "services/breach.py", "PySide6"),
    ("Qt lives in the window", "cli/breach.py", "PySide6"),
    ("SQLAlchemy lives in the store", "services/breach.py", "sqlalchemy"),
    ("SQLAlchemy lives in the store", "record/breach.py", "alembic"),
    ("one SQLite library per process, chosen in one module", "store/breach.py", "sqlite3"),
    ("one SQLite library per process, chosen in one module", "cli/breach.py", "sqlcipher3"),
    ("keys and signatures live in the record", "services/breach.py", "cryptography"),
    ("keys and signatures live in the record", "ui/breach.py", "keyring"),
    ("reportlab lives in the reports", "services/breach.py", "reportlab"),
    ("panes do not know one another", "ui/panes/breach.py", "app.ui.panes.second_breach"),
]


@pytest.fixture(scope="module")
def report_on_breaches(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Contract → what the linter says about it, for a copy of the tree that breaches every one."""
    copy = tmp_path_factory.mktemp("breached")
    shutil.copy(ROOT / "pyproject.toml", copy)
    shutil.copytree(ROOT / "app", copy / "app", ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "app" / "ui" / "panes" / "second_breach.py").write_text('"""A second one."""\n')
    for _, file, imported in BREACHES:
        with (copy / "app" / file).open("a", encoding="utf-8") as module:
            module.write(f"\nimport {imported}\n")
    answer = lint_imports(copy)
    assert answer.returncode == 1, answer.stdout + answer.stderr
    sections = re.split(r"\n([^\n]+)\n-+\n", answer.stdout)
    return dict(zip(sections[1::2], sections[2::2], strict=True))


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    command = Path(sys.executable).with_name("lint-imports")
    return subprocess.run([command, "--no-cache"], cwd=folder, capture_output=True, text=True, env=plain_environment())


def plain_environment() -> dict[str, str]:
    return {**os.environ, "COLUMNS": "400", "NO_COLOR": "1", "TERM": "dumb"}


def test_the_contracts_hold() -> None:
    """The tree as it is keeps every contract."""
    answer = lint_imports(ROOT)
    assert answer.returncode == 0, answer.stdout + answer.stderr


@pytest.mark.parametrize(("contract", "file", "imported"), BREACHES, ids=lambda word: word.replace(" ", "_"))
def test_a_breach_is_caught(report_on_breaches: dict[str, str], contract: str, file: str, imported: str) -> None:
    """The contract that forbids it names the module and what it imports."""
    module = "app." + file.removesuffix(".py").replace("/", ".")
    assert f"{module} -> {imported}" in report_on_breaches.get(contract, "")


def test_every_contract_is_breached_once() -> None:
    """No contract goes untried."""
    names = {contract["name"] for contract in PROJECT["tool"]["importlinter"]["contracts"]}
    assert names == {contract for contract, _, _ in BREACHES}


# Set-up


def test_dev_needs_nothing_but_the_standard_library() -> None:
    """It runs before anything is installed."""
    tree = ast.parse((ROOT / "dev.py").read_text(encoding="utf-8"))
    plain = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    taken_from = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in plain | taken_from} <= sys.stdlib_module_names


def test_without_a_command_dev_says_how_it_is_used(capsys: pytest.CaptureFixture[str]) -> None:
    """A wrong word ends with 2 and the three commands."""
    assert dev.main([]) == 2
    assert dev.main(["start"]) == 2
    assert "dev.py run" in capsys.readouterr().err


def test_a_missing_library_is_named_in_the_line_to_type(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where apt may not install, the exact line is printed and the exit code is 3."""
    monkeypatch.setattr(dev, "ALWAYS", {"libnobody-has-this.so.9": "libnobody9"})
    monkeypatch.setattr(dev, "apt_prefix", lambda: None)
    monkeypatch.setattr(dev.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(dev, "version_of", lambda python, needing: "3.11.2")
    monkeypatch.setattr(dev.sys, "platform", "linux")
    monkeypatch.delenv("DISPLAY", raising=False)
    assert dev.main(["setup"]) == 3
    assert "sudo apt-get install -y --no-install-recommends libnobody9\n" in capsys.readouterr().err


def test_debian_without_venv_is_told_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Python without ensurepip names the package of its own version."""
    monkeypatch.setattr(dev, "version_of", lambda python, needing: "" if needing == "ensurepip" else "3.11.2")
    assert dev.missing_venv_package() == ["python3.11-venv"]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always a display")
def test_without_a_display_run_plays_the_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a missing display nor a variable that leads nowhere opens a window; arguments go through as they are."""
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.delenv("DISPLAY", raising=False)
    assert dev.run_line([])[1:] == ["-m", "app", "demo", "--out", "demo-output"]
    monkeypatch.setenv("DISPLAY", ":4242")
    assert dev.run_line([])[1:] == ["-m", "app", "demo", "--out", "demo-output"]
    assert dev.run_line(["incident", "list"])[1:] == ["-m", "app", "incident", "list"]


@pytest.mark.real("Xvfb", "xvfb-run")
def test_with_a_display_run_opens_the_window() -> None:
    """On a real X server nothing is added to the command."""
    line = [sys.executable, "-c", "import dev; print(dev.run_line([])[1:])"]
    answer = subprocess.run(["xvfb-run", "-a", *line], cwd=ROOT, capture_output=True, text=True)
    assert answer.stdout == "['-m', 'app']\n", answer.stderr


def test_tests_are_quick_unless_ci_or_arguments_say_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """`dev.py test` leaves slow tests out, CI=true does not, and arguments are pytest's."""
    monkeypatch.delenv("CI", raising=False)
    workers = ["-n", "2", "--dist", "loadfile"]
    assert dev.test_line([])[1:] == ["-m", "pytest", "-m", "not slow", *workers]
    assert dev.test_line(["-m", "slow"])[1:] == ["-m", "pytest", "-m", "not slow", "-m", "slow"]
    monkeypatch.setenv("CI", "true")
    assert dev.test_line([])[1:] == ["-m", "pytest", *workers]


def test_a_new_lock_or_a_moved_folder_is_set_up_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The stamp depends on the locked packages, on the metadata and on the place."""
    prints = {dev.fingerprint()}
    changed = tmp_path / "dev.txt"
    changed.write_bytes(dev.LOCK.read_bytes() + b"\n")
    monkeypatch.setattr(dev, "LOCK", changed)
    prints.add(dev.fingerprint())
    monkeypatch.setattr(dev, "VENV", tmp_path)
    prints.add(dev.fingerprint())
    assert len(prints) == 3


@pytest.mark.slow
@pytest.mark.real("git")
def test_a_fresh_clone_sets_itself_up(tmp_path: Path) -> None:
    """With an empty HOME the README's command makes a .venv whose program answers; the second time does nothing."""
    subprocess.run(["git", "clone", "-q", "--depth=1", ROOT.as_uri(), tmp_path / "clone"], check=True)
    (tmp_path / "home").mkdir()
    environment = {**os.environ, "HOME": str(tmp_path / "home")}
    python = getattr(sys, "_base_executable", sys.executable)
    line = [python, "dev.py", "setup"]
    first, second = (
        subprocess.run(line, cwd=tmp_path / "clone", env=environment, capture_output=True, text=True) for _ in range(2)
    )
    assert first.returncode == 0, first.stdout + first.stderr
    assert "locked packages" in first.stdout
    assert second.stdout == "Set up. Next: python3 dev.py run, or python3 dev.py test\n"
    program = tmp_path / "clone" / ".venv" / "bin" / "incident-cockpit"
    answer = subprocess.run([program, "--help"], env=environment, capture_output=True, text=True)
    assert answer.returncode == 0, answer.stderr
    status = subprocess.run(["git", "status", "--short"], cwd=tmp_path / "clone", capture_output=True, text=True)
    assert status.stdout == ""


# Tests of real parts


@pytest.mark.parametrize(("ci", "said"), [("true", "1 error"), ("", "1 skipped")])
def test_a_real_part_may_be_missing_but_not_in_ci(tmp_path: Path, ci: str, said: str) -> None:
    """A marked test skips with a reason on a person's machine and fails where CI=true."""
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path)
    (tmp_path / "test_part.py").write_text(
        "import pytest\n\n@pytest.mark.real('no-such-command')\ndef test_part():\n    assert True\n"
    )
    line = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--rootdir", str(tmp_path), str(tmp_path)]
    answer = subprocess.run(line, cwd=tmp_path, env={**os.environ, "CI": ci}, capture_output=True, text=True)
    assert said in answer.stdout
    assert "no-such-command" in answer.stdout


# Fonts, icons, names


@pytest.mark.parametrize("font", sorted((paths.resources() / "fonts").glob("*.ttf")), ids=lambda path: path.stem)
def test_a_font_holds_every_script_and_tabular_figures(font: Path) -> None:
    """Romanian, Greek, Cyrillic and our signs are there, figures are equally wide, reportlab can embed it."""
    from reportlab.pdfbase.ttfonts import TTFont

    widths = TTFont(font.stem, str(font)).face.charWidths
    assert [sign for sign in "ȘșȚțĂăÂâÎîΑαΩωΐЖжЁёЇїҐґ→·–—●✓✗≥≤…€§×■▲◆⚠„”“«»" if ord(sign) not in widths] == []
    assert len({widths[ord(figure)] for figure in "0123456789"}) == 1


def test_every_icon_takes_the_colour_of_the_theme() -> None:
    """Icons of the family draw with currentColor; the program's own signs are well-formed too."""
    from xml.etree import ElementTree as ET

    family = []
    for icon in (paths.resources() / "icons").glob("*.svg"):
        root = ET.fromstring(icon.read_text(encoding="utf-8"))  # noqa: S314 - our own files
        if "lucide" in root.get("class", ""):
            family.append(icon)
            assert root.get("stroke") == "currentColor", icon.name
    assert len(family) > 40


def test_the_desktop_file_starts_the_program() -> None:
    """Its command is one that the package installs, its icon is one that is shipped."""
    entry = configparser.ConfigParser(interpolation=None)
    entry.read(ROOT / "packaging" / "incident-cockpit.desktop", encoding="utf-8")
    wanted = entry["Desktop Entry"]
    assert wanted["Exec"].split()[0] in PROJECT["project"]["scripts"]
    assert (paths.resources() / "icons" / f"{wanted['Icon']}.svg").is_file()


@pytest.mark.real("desktop-file-validate")
def test_the_desktop_file_is_valid() -> None:
    """freedesktop.org's own validator has nothing to say."""
    line = ["desktop-file-validate", ROOT / "packaging" / "incident-cockpit.desktop"]
    answer = subprocess.run(line, capture_output=True, text=True)
    assert (answer.returncode, answer.stdout) == (0, "")


def test_the_changelog_begins_with_this_version() -> None:
    """Whoever reads the changelog finds the version that runs."""
    heading = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert heading is not None
    assert heading[1] == app.__version__
