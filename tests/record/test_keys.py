"""Keys: the SSH forms, and the points that are refused."""

from __future__ import annotations

import subprocess

import pytest

from app.record import keys


def test_vectors(vectors, named_key):
    """Public halves, SSH forms and fingerprints are those of the vectors."""
    for name, case in vectors["keys"].items():
        key = named_key(name)
        assert key.seed.hex() == case["seed"]
        assert key.public.hex() == case["public"]
        assert key.ssh_public == case["ssh"]
        assert key.fingerprint == case["fingerprint"] == keys.fingerprint(case["ssh"])
        assert keys.raw_public(case["ssh"]) == key.public


@pytest.mark.real("ssh-keygen")
def test_ssh_keygen_prints_the_same_fingerprint(tmp_path):
    """A fingerprint read out on the telephone is the one that ssh-keygen shows."""
    key = keys.SigningKey.generate()
    (tmp_path / "key.pub").write_text(key.ssh_public + "\n")
    shown = subprocess.run(["ssh-keygen", "-lf", tmp_path / "key.pub"], capture_output=True, text=True, check=True)
    assert key.fingerprint in shown.stdout


def test_signatures():
    """A signature holds for its message and key alone."""
    key, other = keys.SigningKey.generate(), keys.SigningKey.generate()
    signature = key.sign(b"message")
    assert keys.signed(key.public, signature, b"message")
    assert not keys.signed(key.public, signature, b"massage")
    assert not keys.signed(other.public, signature, b"message")


def test_the_seed_is_never_shown():
    """A key in a log or crash text gives nothing away."""
    key = keys.SigningKey.from_seed(b"secret seed, 32 bytes in length!")
    assert "secret" not in repr(key)


LOW_ORDER = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
]


@pytest.mark.parametrize("text", LOW_ORDER)
def test_low_order_points_are_refused(text):
    """The encodings under which any message verifies, or which are not canonical, are no keys."""
    raw = bytes.fromhex(text)
    with pytest.raises(keys.BadKey):
        keys.check_public(raw)
    with pytest.raises(keys.BadKey):
        keys.raw_public(keys.ssh_public(raw))
    with pytest.raises(keys.BadKey):
        keys.signed(raw, bytes(64), b"")


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_key_has_32_bytes(length):
    """Another length is no key, also behind a prefix that says 32."""
    with pytest.raises(keys.BadKey):
        keys.check_public(b"\x05" * length)
    with pytest.raises(keys.BadKey):
        keys.raw_public(keys.ssh_public(b"\x05" * length))


@pytest.mark.parametrize("change", [" me@host", "\n", "=", "A"])
def test_ssh_form_is_exact(change):
    """A comment or stray characters are refused."""
    with pytest.raises(keys.BadKey):
        keys.raw_public(keys.SigningKey.generate().ssh_public + change)
