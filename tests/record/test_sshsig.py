"""SSHSIG: ssh-keygen reads ours and we read ssh-keygen's."""

from __future__ import annotations

import subprocess

import pytest
from cryptography.hazmat.primitives import serialization

from app.record import sshsig
from app.record.keys import SigningKey

MESSAGE = "ἑλλάς\n".encode()


@pytest.mark.real("ssh-keygen")
def test_ssh_keygen_accepts_ours(tmp_path):
    """`ssh-keygen -Y verify` says Good to a signature of ours, and not in another namespace."""
    key = SigningKey.generate()
    (tmp_path / "allowed").write_text(f"me@x {key.ssh_public}\n")
    (tmp_path / "sig").write_text(sshsig.sign(key, MESSAGE, "approve@x"))

    def check(namespace: str) -> int:
        command = ["ssh-keygen", "-Y", "verify", "-f", "allowed", "-I", "me@x", "-n", namespace, "-s", "sig"]
        return subprocess.run(command, input=MESSAGE, cwd=tmp_path, capture_output=True).returncode

    assert check("approve@x") == 0
    assert check("author@x") != 0


@pytest.mark.real("ssh-keygen")
def test_we_accept_ssh_keygens(tmp_path):
    """A person with nothing but OpenSSH can sign for us."""
    key = SigningKey.generate()
    private = key._private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
    )
    path = tmp_path / "id"
    path.touch(mode=0o600)
    path.write_bytes(private)
    command = ["ssh-keygen", "-Y", "sign", "-f", str(path), "-n", "approve@x"]
    made = subprocess.run(command, input=MESSAGE, capture_output=True, check=True).stdout.decode()
    assert sshsig.verify(made, MESSAGE, "approve@x") == key.fingerprint
    assert made == sshsig.sign(key, MESSAGE, "approve@x")


def test_wrong_message_and_namespace_are_refused():
    """A signature holds for one message in one namespace."""
    made = sshsig.sign(SigningKey.generate(), MESSAGE, "approve@x")
    for message, namespace in ((b"other", "approve@x"), (MESSAGE, "author@x")):
        with pytest.raises(sshsig.BadSignature):
            sshsig.verify(made, message, namespace)


def test_no_character_of_an_armour_can_change():
    """Every flip is refused, also those that ssh-keygen lets pass."""
    made = sshsig.sign(SigningKey.from_seed(bytes(32)), MESSAGE, "approve@x")
    for place, char in enumerate(made):
        for other in {chr(ord(char) ^ 1), chr(ord(char) ^ 32), ""} - {char}:
            with pytest.raises(sshsig.BadSignature):
                sshsig.verify(made[:place] + other + made[place + 1 :], MESSAGE, "approve@x")


@pytest.mark.parametrize("extra", ["\n", " ", "A", "-----BEGIN SSH SIGNATURE-----\n"])
def test_nothing_can_be_added(extra):
    """Leading and trailing matter is refused."""
    made = sshsig.sign(SigningKey.from_seed(bytes(32)), MESSAGE, "approve@x")
    for text in (extra + made, made + extra, ""):
        with pytest.raises(sshsig.BadSignature):
            sshsig.verify(text, MESSAGE, "approve@x")


def test_keys_and_signatures_inside_are_checked():
    """An armour in perfect form around a low-order key or a short signature is refused on reading."""
    key = SigningKey.from_seed(bytes(32))
    for public, signature in ((bytes(32), bytes(64)), (key.public, bytes(63)), (key.public, bytes(65))):
        with pytest.raises(sshsig.BadSignature):
            sshsig.read(sshsig.armour(public, signature, "approve@x"))
