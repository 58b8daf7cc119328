"""Builds the bundle and proves it: it opens its window offscreen and plays the sample incident.

    python packaging/build.py [--out FOLDER]

The program is FOLDER/incident-cockpit/incident-cockpit; FOLDER is dist/ unless named.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import PyInstaller.__main__

ROOT = Path(__file__).resolve().parents[1]
SPEC = ROOT / "packaging" / "incident-cockpit.spec"
ALIVE_SECONDS = 10


def build(out: Path) -> Path:
    """The path of the finished program."""
    with tempfile.TemporaryDirectory() as scratch:
        PyInstaller.__main__.run(
            [str(SPEC), "--noconfirm", "--log-level=WARN", f"--distpath={out}", f"--workpath={scratch}"]
        )
    return out / "incident-cockpit" / ("incident-cockpit.exe" if os.name == "nt" else "incident-cockpit")


def bare_environment(home: Path) -> dict[str, str]:
    """Nothing of the Python that built it, no key store, a data folder of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "QT_", "COCKPIT_"))}
    return kept | {"QT_QPA_PLATFORM": "offscreen", "HOME": str(home), "COCKPIT_HOME": str(home / "cockpit")}


def opens(program: Path, home: Path) -> bool:
    """Whether the window is still open after a while; it is closed then."""
    window = subprocess.Popen([str(program)], env=bare_environment(home), cwd=home)
    try:
        code = window.wait(timeout=ALIVE_SECONDS)
    except subprocess.TimeoutExpired:
        window.terminate()
        window.wait()
        return True
    print(f"The window of the bundle closed at once with exit code {code}.", file=sys.stderr)
    return False


def plays(program: Path, home: Path) -> bool:
    """Whether the sample incident runs to its end and leaves documents."""
    out = home / "demo"
    done = subprocess.run([str(program), "demo", "--out", str(out)], env=bare_environment(home), cwd=home, check=False)
    made = sorted(file.name for file in out.rglob("*.pdf"))
    print(f"demo ended with {done.returncode} and left {', '.join(made) or 'no document'}.")
    return done.returncode == 0 and bool(made)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=ROOT / "dist")
    program = build(parser.parse_args().out.absolute())
    size = sum(file.stat().st_size for file in program.parent.rglob("*") if file.is_file() and not file.is_symlink())
    print(f"{program}: {size / 2**20:.0f} MiB in its folder")
    with tempfile.TemporaryDirectory() as home:
        return 0 if opens(program, Path(home)) and plays(program, Path(home)) else 1


if __name__ == "__main__":
    sys.exit(main())
