"""The key file: durable, private, and honest about what is wrong."""

from __future__ import annotations

import os
import stat
from threading import Thread

import pytest

from app.domain.errors import Broken
from app.record.envelope import Cost, WrongPassphrase
from app.record.vault import FileVault, Vault

CHEAP = Cost(memory=64, passes=1, lanes=1)


@pytest.fixture
def path(tmp_path):
    """Where the key file shall lie: in a folder that is not there yet."""
    return tmp_path / "keys" / "vault"


FIRST = "pass one"


def opened(path, passphrase=FIRST):
    """The vault as a new process sees it."""
    return FileVault(path, passphrase, CHEAP)


def test_secrets_are_kept(path):
    """A secret comes back in another process; an unknown one and a missing file are None, and make no file."""
    vault: Vault = opened(path)
    assert vault.get("log") is None
    assert not path.parent.exists()
    vault.put("log", b"\x00secret")
    vault.put("other", b"")
    vault.put("log", b"\x00newer")
    assert opened(path).get("log") == b"\x00newer"
    assert opened(path).get("other") == b""
    assert opened(path).get("nothing") is None
    assert b"newer" not in path.read_bytes()


def test_delete(path):
    """A deleted secret is gone; deleting nothing is no error."""
    vault = opened(path)
    vault.delete("log")
    vault.put("log", b"x")
    vault.put("kept", b"y")
    vault.delete("log")
    vault.delete("log")
    assert opened(path).get("log") is None
    assert opened(path).get("kept") == b"y"


def test_any_slot_opens(path):
    """Each added passphrase opens the file, the old ones too, and all see what any of them wrote."""
    first = opened(path)
    first.put("log", b"one")
    first.add_slot("pass two")
    second = opened(path, "pass two")
    second.add_slot("pass three")
    second.put("log", b"two")
    for passphrase in ("pass one", "pass two", "pass three"):
        assert opened(path, passphrase).get("log") == b"two"
    assert first.get("log") == b"two"
    with pytest.raises(WrongPassphrase):
        opened(path, "pass four").get("log")


def test_a_slot_can_come_first(path):
    """A second passphrase may be set before the first secret."""
    opened(path).add_slot("pass two")
    opened(path, "pass two").put("log", b"x")
    assert opened(path).get("log") == b"x"


def test_wrong_passphrase_changes_nothing(path):
    """A wrong passphrase is named, and neither reads nor writes."""
    opened(path).put("log", b"x")
    before = path.read_bytes()
    stranger = opened(path, "wrong")
    for act in (lambda: stranger.get("log"), lambda: stranger.put("log", b"y"), lambda: stranger.add_slot("z")):
        with pytest.raises(WrongPassphrase, match="does not open the key file"):
            act()
    assert path.read_bytes() == before


def test_every_flip_is_damage(path):
    """A changed byte is called damage, not a wrong passphrase, and the file is not overwritten."""
    opened(path).put("log", b"x")
    good = path.read_bytes()
    for place in range(len(good)):
        spoilt = bytearray(good)
        spoilt[place] ^= 1
        path.write_bytes(spoilt)
        with pytest.raises(Broken, match="damaged"):
            opened(path).get("log")
    with pytest.raises(Broken, match="damaged"):
        opened(path).put("log", b"y")
    assert path.read_bytes() == bytes(spoilt)
    path.write_bytes(b"")
    with pytest.raises(Broken, match="damaged"):
        opened(path).get("log")


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX")
def test_nobody_else_can_read_it(path):
    """The file is 0600 in a folder 0700, whatever the umask."""
    before = os.umask(0)
    try:
        opened(path).put("log", b"x")
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert {one.name for one in path.parent.iterdir()} == {"vault", "vault.lock"}


def test_a_folder_in_the_way_is_a_refusal(path):
    """What the disk refuses is told in one sentence."""
    path.mkdir(parents=True)
    with pytest.raises(Broken, match="cannot be used"):
        opened(path).get("log")
    with pytest.raises(Broken, match="cannot be used"):
        opened(path).put("log", b"x")


def test_two_windows_lose_nothing(path):
    """Secrets put at the same time from two vaults are all there."""
    opened(path).put("start", b"")

    def put(who):
        vault = opened(path)
        for number in range(15):
            vault.put(f"{who}{number}", who.encode())

    threads = [Thread(target=put, args=(who,)) for who in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(opened(path).get(f"{who}{number}") == who.encode() for who in "ab" for number in range(15))
