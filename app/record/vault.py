"""Where secrets lie: an encrypted file with passphrase slots, or the keyring of the system."""

from __future__ import annotations

import json
import os
import secrets
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Protocol

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.domain.errors import Broken
from app.record import envelope
from app.record.envelope import Cost

__all__ = ["Cost", "FileVault", "KeyringVault", "Vault"]


class Vault(Protocol):
    """Named secrets."""

    def get(self, name: str) -> bytes | None: ...
    def put(self, name: str, secret: bytes) -> None: ...
    def delete(self, name: str) -> None: ...


class FileVault:
    """One encrypted file."""

    def __init__(self, path: Path, passphrase: str, cost: Cost | None = None) -> None:
        self._path, self._cost = path, cost
        if path.exists():
            stored = json.loads(path.read_bytes())
            self._slots = [b64decode(slot) for slot in stored["slots"]]
            self._master = self._unlock(passphrase)
            box = b64decode(stored["box"])
            plain = json.loads(AESGCM(self._master).decrypt(box[:12], box[12:], b"vault-1"))
            self._secrets = {name: b64decode(value) for name, value in plain.items()}
        else:
            self._master, self._secrets = secrets.token_bytes(32), {}
            self._slots = [envelope.seal(self._master, passphrase, cost)]
            self._write()

    def _unlock(self, passphrase: str) -> bytes:
        for slot in self._slots:
            try:
                return envelope.open(slot, passphrase)
            except envelope.WrongPassphrase:
                continue
        raise Broken("The passphrase does not open the key file.", "Check COCKPIT_PASSPHRASE.", code="wrong-passphrase")

    def add_slot(self, passphrase: str) -> None:
        self._slots.append(envelope.seal(self._master, passphrase, self._cost))
        self._write()

    def get(self, name: str) -> bytes | None:
        return self._secrets.get(name)

    def put(self, name: str, secret: bytes) -> None:
        self._secrets[name] = secret
        self._write()

    def delete(self, name: str) -> None:
        self._secrets.pop(name, None)
        self._write()

    def _write(self) -> None:
        nonce = secrets.token_bytes(12)
        plain = json.dumps({name: b64encode(value).decode() for name, value in self._secrets.items()}).encode()
        box = nonce + AESGCM(self._master).encrypt(nonce, plain, b"vault-1")
        part = self._path.with_name(self._path.name + ".part")
        with part.open("wb") as file:
            os.fchmod(file.fileno(), 0o600)
            content = {"slots": [b64encode(slot).decode() for slot in self._slots], "box": b64encode(box).decode()}
            file.write(json.dumps(content).encode())
            file.flush()
            os.fsync(file.fileno())
        part.replace(self._path)


class KeyringVault:
    """The keyring of the system."""

    def __init__(self, folder_id: str) -> None:
        raise Broken("There is no keyring on this machine.", "Set COCKPIT_KEYSTORE=file.", code="no-keyring")

    def get(self, name: str) -> bytes | None: ...
    def put(self, name: str, secret: bytes) -> None: ...
    def delete(self, name: str) -> None: ...
