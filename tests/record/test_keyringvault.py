"""The system's keyring: a real Secret Service, and every way in which one fails told apart in time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from app.domain.errors import Broken
from app.record.vault import KeyringVault, Vault

ROOT = Path(__file__).parents[2]
REAL = pytest.mark.real("dbus-run-session", "gnome-keyring-daemon")

PROLOGUE = """
import json, os, signal, sys, time
from contextlib import closing
import secretstorage
from app.domain.errors import Broken
from app.record.vault import KeyringVault

def attempt(act):
    started = time.monotonic()
    try:
        answer = act()
    except Broken as error:
        answer = error.code
    print(json.dumps([answer if not isinstance(answer, bytes) else answer.hex(), time.monotonic() - started]))

def daemon():
    from jeepney import DBusAddress, new_method_call
    from jeepney.io.blocking import open_dbus_connection
    bus = DBusAddress("/org/freedesktop/DBus", "org.freedesktop.DBus", "org.freedesktop.DBus")
    with closing(open_dbus_connection()) as connection:
        call = new_method_call(bus, "GetConnectionUnixProcessID", "s", ("org.freedesktop.secrets",))
        return connection.send_and_get_reply(call).body[0]
"""


def in_session(home, script, start="printf %s pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null && "):
    """What a script prints in a session of its own, one JSON value a line."""
    for name in ("home", "run"):
        (home / name).mkdir(mode=0o700, exist_ok=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DBUS_", "XDG_", "DISPLAY"))}
    env = kept | {"HOME": str(home / "home"), "XDG_RUNTIME_DIR": str(home / "run"), "PYTHONPATH": str(ROOT)}
    command = ["dbus-run-session", "--", "sh", "-c", f'{start}exec "$0" -c "$1"', sys.executable]
    done = subprocess.run(
        [*command, PROLOGUE + textwrap.dedent(script)], env=env, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("[")]


@REAL
def test_secrets_are_kept_by_the_secret_service(tmp_path):
    """A secret put by one process is read by another, per folder and name, and can be forgotten."""
    in_session(tmp_path, "KeyringVault('folder').put('log', bytes(range(32)))")
    found = in_session(
        tmp_path,
        """
        vault = KeyringVault("folder")
        attempt(lambda: vault.get("log"))
        attempt(lambda: vault.get("other"))
        attempt(lambda: KeyringVault("elsewhere").get("log"))
        vault.delete("log")
        vault.delete("log")
        attempt(lambda: vault.get("log"))
        """,
    )
    assert [answer for answer, _ in found] == [bytes(range(32)).hex(), None, None, None]


@REAL
def test_a_locked_keyring_is_called_locked(tmp_path):
    """A locked keyring whose prompt nobody answers is told within six seconds."""
    found = in_session(
        tmp_path,
        """
        vault = KeyringVault("folder")
        vault.put("log", b"x")
        with closing(secretstorage.dbus_init()) as bus:
            secretstorage.get_default_collection(bus).lock()
        attempt(lambda: vault.get("log"))
        attempt(lambda: vault.put("log", b"y"))
        """,
    )
    assert [answer for answer, _ in found] == ["keyring-locked"] * 2
    assert max(took for _, took in found) < 6


@REAL
def test_a_frozen_keyring_is_called_frozen(tmp_path):
    """A service that does not answer costs five seconds and no more, and works again when it wakes."""
    found = in_session(
        tmp_path,
        """
        vault = KeyringVault("folder")
        vault.put("log", b"x")
        pid = daemon()
        os.kill(pid, signal.SIGSTOP)
        try:
            attempt(lambda: vault.get("log"))
        finally:
            os.kill(pid, signal.SIGCONT)
        attempt(lambda: vault.get("log"))
        """,
    )
    assert [answer for answer, _ in found] == ["keyring-frozen", b"x".hex()]
    assert 4.5 < found[0][1] < 6


@pytest.mark.skipif(sys.platform != "linux", reason="a session bus is a thing of Linux")
def test_no_keyring_is_called_none(monkeypatch, tmp_path):
    """Without a session bus there is no keyring, and no plain-text one is taken instead."""
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    started = time.monotonic()
    for act in (lambda vault: vault.get("log"), lambda vault: vault.put("log", b"x")):
        with pytest.raises(Broken) as caught:
            act(KeyringVault("folder"))
        assert caught.value.code == "keyring-none"
        assert "key file" in caught.value.hint
    assert time.monotonic() - started < 6


def with_backend(name, module="record.keyrings"):
    """A vault on a back end that is not the system's."""
    return KeyringVault("folder", allowed=((module, name),))


def test_a_working_back_end():
    """Put, get and delete, with one service name per secret."""
    vault: Vault = with_backend("Memory")
    vault.put("log", b"\x00secret")
    assert vault.get("log") == b"\x00secret"
    from record.keyrings import Memory

    assert list(Memory.kept) == [("incident-cockpit/folder/log", "incident-cockpit")]
    vault.delete("log")
    vault.delete("log")
    assert vault.get("log") is None
    assert Memory.kept == {}
    with pytest.raises(ValueError):
        vault.put("log", bytes(2000))


@pytest.mark.parametrize(
    ("name", "module", "code"),
    [
        ("Keyring", "keyring.backends.null", "keyring-forgets"),
        ("Keyring", "keyring.backends.fail", "keyring-refused"),
        ("Refusing", "record.keyrings", "keyring-refused"),
        ("Garbling", "record.keyrings", "keyring-damaged"),
        ("Absent", "record.keyrings", "keyring-none"),
    ],
)
def test_failures_are_told_apart(name, module, code):
    """Each failure of a write has a code and one sentence of its own."""
    with pytest.raises(Broken) as caught:
        with_backend(name, module).put("log", b"x")
    assert caught.value.code == code
    assert "\n" not in caught.value.message
    assert caught.value.hint


def test_a_damaged_secret_is_told():
    """What is no secret of ours is called damaged, not absent."""
    with pytest.raises(Broken) as caught:
        with_backend("Garbling").get("log")
    assert caught.value.code == "keyring-damaged"


def test_all_texts_differ():
    """No two failures read alike."""
    from app.record import keyringvault

    texts = [
        keyringvault._none(),
        keyringvault._locked(),
        keyringvault._frozen(5),
        keyringvault._damaged(),
        keyringvault._refused(OSError("x")),
    ]
    assert len({error.message for error in texts} | {error.hint for error in texts}) >= 9
