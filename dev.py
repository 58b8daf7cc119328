#!/usr/bin/env python3
"""Sets the program up in .venv and starts it or its tests; needs nothing but Python 3.11 to 3.14.

python3 dev.py run [ARGUMENT …]    open the window; without a display play the sample incident into demo-output
python3 dev.py test [ARGUMENT …]   run the quick tests (all of them where CI=true); arguments go to pytest
python3 dev.py setup               only make .venv and see to the system libraries

Nothing outside this folder is changed, but for missing system packages where apt may install them.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
LOCK = ROOT / "requirements" / "dev.txt"
STAMP = VENV / "set-up"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
NEWEST_FIRST = ("3.14", "3.13", "3.12", "3.11")

# What Qt's own files are linked against, and the Debian and Ubuntu package that brings it.
ALWAYS = {
    "libglib-2.0.so.0": "libglib2.0-0",
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libX11.so.6": "libx11-6",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
    "libbrotlidec.so.1": "libbrotli1",
    "libzstd.so.1": "libzstd1",
}
ON_X11 = {
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
ON_WAYLAND = {
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
}


class Stopped(Exception):
    """The surroundings lack something; the text says what and how to get it."""


def main(arguments: list[str]) -> int:
    command, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    if command in ("-h", "--help"):
        print(__doc__)
        return 0
    if command not in ("run", "test", "setup") or (command == "setup" and rest):
        print(__doc__, file=sys.stderr)
        return 2
    try:
        set_up(announce=command == "setup")
        if command == "setup":
            return 0
        return start(run_line(rest) if command == "run" else test_line(rest))
    except Stopped as reason:
        print(reason, file=sys.stderr)
        return 3
    except KeyboardInterrupt:
        return 130


def set_up(announce: bool) -> None:
    """Make what is missing; nothing but a few look-ups when all is there."""
    wanted = fingerprint()
    ready = PYTHON.exists() and STAMP.is_file() and STAMP.read_text(encoding="utf-8") == wanted
    make_new = not ready and not version_of(str(PYTHON), needing="pip")
    see_to_system(python_too=make_new)
    if not ready:
        if make_new:
            make_venv()
        install_packages()
        STAMP.write_text(wanted, encoding="utf-8")
    if announce or not ready:
        say("Set up. Next: python3 dev.py run, or python3 dev.py test")


def fingerprint() -> str:
    """Changes with the locked packages, with the project's own metadata and when the folder has moved."""
    content = LOCK.read_bytes() + (ROOT / "pyproject.toml").read_bytes() + os.fsencode(VENV)
    return hashlib.sha256(content).hexdigest()


def make_venv() -> None:
    """Always from the newest Python that this machine has and that can make one."""
    python = newest_python(needing="ensurepip")
    say(f"Making .venv with Python {version_of(python, needing='ensurepip')} …")
    work([python, "-m", "venv", "--clear", str(VENV)], "The virtual environment could not be made.")


def newest_python(needing: str) -> str:
    """The newest Python of ours that has the module, or nothing."""
    names = [f"python{version}" for version in NEWEST_FIRST] + ["python3", sys.executable]
    found = (path for path in map(shutil.which, names) if path)
    return next((path for path in found if version_of(path, needing)), "")


def version_of(python: str, needing: str) -> str:
    """The version in full if that Python runs, is one of ours and has the module, else nothing."""
    probe = f"import sys, {needing}; print('.'.join(map(str, sys.version_info[:3])))"
    try:
        answer = run([python, "-c", probe])
    except OSError:
        return ""
    version = answer.stdout.strip()
    return version if answer.returncode == 0 and version.rpartition(".")[0] in NEWEST_FIRST else ""


def install_packages() -> None:
    """Exactly the locked files, then the project itself from where it lies."""
    count = sum(1 for line in LOCK.read_text(encoding="utf-8").splitlines() if "==" in line)
    say(f"Installing {count} locked packages into .venv (some 150 MB; a minute or two) …")
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--no-input", "--quiet", "install"]
    locked = [*pip, "--require-hashes", "--only-binary=:all:", "--progress-bar=off", "-r", str(LOCK)]
    work(locked, "The locked packages could not be installed. Is there a way to the package index?")
    own = [*pip, "--no-deps", "--no-build-isolation", "--no-index", "--editable", str(ROOT)]
    work(own, "The project could not be put into .venv.")


def see_to_system(python_too: bool) -> None:
    """What only the system can bring: there, or installed, or named in one line to type."""
    missing = missing_venv_package() if python_too else []
    missing += [package for soname, package in needed_libraries().items() if not loads(soname)]
    if not missing:
        return
    install_system_packages(sorted(missing))
    absent = [soname for soname in needed_libraries() if not loads(soname)]
    if python_too and missing_venv_package():
        absent.append("Python's ensurepip")
    if absent:
        raise Stopped(f"Still missing after the installation: {', '.join(absent)}.")


def missing_venv_package() -> list[str]:
    """Debian keeps what makes virtual environments in a package of its own."""
    if newest_python(needing="ensurepip"):
        return []
    bare = newest_python(needing="sys")
    if not bare:
        raise Stopped(f"No Python from {NEWEST_FIRST[-1]} to {NEWEST_FIRST[0]} was found; install one and start again.")
    return [f"python{version_of(bare, needing='sys').rpartition('.')[0]}-venv"]


def needed_libraries() -> dict[str, str]:
    """Qt's system libraries: always some, more where there is a screen; on Linux only."""
    if sys.platform != "linux":
        return {}
    return ALWAYS | (ON_X11 if x11_answers() else {}) | (ON_WAYLAND if wayland_answers() else {})


def loads(soname: str) -> bool:
    try:
        ctypes.CDLL(soname)
    except OSError:
        return False
    return True


def install_system_packages(packages: list[str]) -> None:
    """Through apt as root or with a sudo that asks nothing; otherwise the line to type."""
    names = " ".join(packages)
    line = f"sudo apt-get install -y --no-install-recommends {names}"
    if not shutil.which("apt-get"):
        raise Stopped(f"System packages are missing. On Debian and Ubuntu they are called {names}.")
    before = apt_prefix()
    if before is None:
        raise Stopped(f"System packages are missing. Install them and start again:\n{line}")
    say(f"Installing system packages through apt: {names} …")
    failed = f"apt could not install them. Try it yourself and start again:\n{line}"
    work([*before, "apt-get", "update", "-qq"], failed)
    work([*before, "apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages], failed)


def apt_prefix() -> list[str] | None:
    """What stands before apt-get so that it may install without a question, or None if it may not."""
    quiet = ["env", "DEBIAN_FRONTEND=noninteractive"]
    if os.geteuid() == 0:
        return quiet
    sudo = shutil.which("sudo")
    if sudo and run([sudo, "-n", "true"]).returncode == 0:
        return [sudo, "-n", *quiet]
    return None


def run_line(arguments: list[str]) -> list[str]:
    """The window where there is a screen, else the same job without one."""
    if arguments or has_display():
        return [str(PYTHON), "-m", "app", *arguments]
    say("There is no display here, so no window: playing the sample incident into demo-output instead.")
    return [str(PYTHON), "-m", "app", "demo", "--out", "demo-output"]


def has_display() -> bool:
    """Whether a window could be opened: a variable that leads nowhere is no display."""
    return sys.platform != "linux" or x11_answers() or wayland_answers()


def wayland_answers() -> bool:
    name, folder = os.environ.get("WAYLAND_DISPLAY", ""), os.environ.get("XDG_RUNTIME_DIR", "")
    return bool(name) and Path(folder, name).is_socket()


def x11_answers() -> bool:
    """Asked through Qt's own library; before that is installed the variable has to do."""
    if not os.environ.get("DISPLAY"):
        return False
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return True
    xcb.xcb_connect.restype = ctypes.c_void_p
    connection = ctypes.c_void_p(xcb.xcb_connect(None, None))
    failed = xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    return not failed


def test_line(arguments: list[str]) -> list[str]:
    """The quick tests, all where CI=true, on two cores; of two `-m` pytest takes the last, so a person's own wins."""
    quick = [] if os.environ.get("CI") == "true" else ["-m", "not slow"]
    both = [] if arguments else ["-n", "2", "--dist", "loadfile"]
    return [str(PYTHON), "-m", "pytest", *quick, *both, *arguments]


def start(line: list[str]) -> int:
    """Hand over; the answer is the program's own exit code."""
    os.chdir(ROOT)
    if os.name == "posix":
        sys.stdout.flush()
        os.execve(line[0], line, clean_environment())
    return subprocess.run(line, check=False, env=clean_environment()).returncode


def work(line: list[str], failure: str) -> None:
    """Run a step and stay quiet, unless it fails: then its own last words come before ours."""
    done = run(line, stderr=subprocess.STDOUT)
    if done.returncode:
        raise Stopped(f"{done.stdout.strip()[-4000:]}\n\n{failure}")


def run(line: list[str], stderr: int = subprocess.DEVNULL) -> subprocess.CompletedProcess[str]:
    return subprocess.run(line, check=False, stdout=subprocess.PIPE, stderr=stderr, text=True, env=clean_environment())


def clean_environment() -> dict[str, str]:
    """Without what would send Python or pip elsewhere than to .venv."""
    astray = ("PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV", "PIP_TARGET", "PIP_PREFIX", "PIP_USER", "PIP_ROOT")
    return {name: value for name, value in os.environ.items() if name not in astray}


def say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
