"""The key file: secrets under one master key, which any of several passphrases opens."""

from __future__ import annotations

import json
import os
import secrets
import sys
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from app.domain.errors import Broken
from app.record import canonical, envelope
from app.record.envelope import Cost, WrongPassphrase
from app.record.folder import sync

_LIMIT = 4 << 20
_PURPOSE = b"incident-cockpit key file 1"


@dataclass(frozen=True, slots=True)
class _Sealed:
    """The file as it lies: an envelope around the master key per passphrase, and the secrets under that key."""

    slots: tuple[bytes, ...]
    nonce: bytes
    box: bytes

    def encode(self) -> bytes:
        fields = {
            "box": b64encode(self.box).decode(),
            "nonce": b64encode(self.nonce).decode(),
            "slots": [b64encode(slot).decode() for slot in self.slots],
            "v": 1,
        }
        raw = canonical.encode(fields, limit=_LIMIT)
        return raw + b"\n" + sha256(raw).hexdigest().encode() + b"\n"

    @classmethod
    def decode(cls, whole: bytes) -> _Sealed:
        """ValueError for a file of which any byte was changed."""
        raw, _, check = whole.partition(b"\n")
        if check != sha256(raw).hexdigest().encode() + b"\n":
            raise ValueError("checksum")
        fields = canonical.decode(raw, limit=_LIMIT)
        slots = tuple(b64decode(slot) for slot in fields["slots"])
        return cls(slots, b64decode(fields["nonce"]), b64decode(fields["box"]))


@dataclass(frozen=True, slots=True)
class _Opened:
    """The file as it is meant."""

    slots: tuple[bytes, ...]
    master: bytes
    secrets: dict[str, bytes]


class FileVault:
    """A vault in one encrypted file, made at the first `put`; any slot's passphrase opens it.

    Broken says which it is: passphrase wrong (WrongPassphrase), file damaged, or disk refusing.
    """

    def __init__(self, path: Path, passphrase: str, cost: Cost = Cost()) -> None:
        self._path, self._passphrase, self._cost = path, passphrase, cost
        self._known: tuple[tuple[bytes, ...], bytes] | None = None

    def get(self, name: str) -> bytes | None:
        """The secret, or None if there is no such secret or no file yet."""
        opened = self._load()
        return opened.secrets.get(name) if opened else None

    def put(self, name: str, secret: bytes) -> None:
        """Keep a secret: on the disk, under its name, when this returns."""
        with self._alone():
            opened = self._load() or self._begin()
            self._store(replace(opened, secrets=opened.secrets | {name: secret}))
            written = self._load()
            if written is None or written.secrets.get(name) != secret:
                raise self._damaged()

    def delete(self, name: str) -> None:
        """Forget a secret."""
        with self._alone():
            opened = self._load()
            if opened and name in opened.secrets:
                left = {one: secret for one, secret in opened.secrets.items() if one != name}
                self._store(replace(opened, secrets=left))

    def add_slot(self, passphrase: str) -> None:
        """Let one more passphrase open the file; the ones before stay good."""
        with self._alone():
            opened = self._load() or self._begin()
            slot = envelope.seal(opened.master, passphrase, self._cost)
            self._store(replace(opened, slots=(*opened.slots, slot)))

    def _begin(self) -> _Opened:
        master = secrets.token_bytes(32)
        return _Opened((envelope.seal(master, self._passphrase, self._cost),), master, {})

    def _load(self) -> _Opened | None:
        """What the file holds, or None if there is none; argon2id runs only when its slots are new to us."""
        try:
            sealed = _Sealed.decode(self._path.read_bytes())
            if self._known is None or self._known[0] != sealed.slots:
                self._known = (sealed.slots, self._unlock(sealed.slots))
            master = self._known[1]
            plain = json.loads(ChaCha20Poly1305(master).decrypt(sealed.nonce, sealed.box, _PURPOSE))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._refused(error) from error
        except (InvalidTag, ValueError, KeyError, TypeError) as error:
            raise self._damaged() from error
        return _Opened(sealed.slots, master, {name: b64decode(text) for name, text in plain.items()})

    def _unlock(self, slots: tuple[bytes, ...]) -> bytes:
        for slot in slots:
            try:
                return envelope.open(slot, self._passphrase)
            except WrongPassphrase:
                continue
        raise WrongPassphrase(
            f"The passphrase does not open the key file {self._path}.",
            "Type it again; mind capitals and the keyboard's language.",
            code="wrong-passphrase",
        )

    def _store(self, opened: _Opened) -> None:
        nonce = secrets.token_bytes(12)
        plain = json.dumps({name: b64encode(secret).decode() for name, secret in opened.secrets.items()}).encode()
        box = ChaCha20Poly1305(opened.master).encrypt(nonce, plain, _PURPOSE)
        whole = _Sealed(opened.slots, nonce, box).encode()
        part = self._path.with_name(self._path.name + ".part")
        try:
            part.unlink(missing_ok=True)
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(whole)
                file.flush()
                os.fsync(file.fileno())
            part.replace(self._path)
            sync(self._path.parent)
        except OSError as error:
            raise self._refused(error) from error
        self._known = (opened.slots, opened.master)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep a second window from writing over what this one writes."""
        lock = self._path.with_name(self._path.name + ".lock")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise self._refused(error) from error
        try:
            _wait_for(handle)
            yield
        finally:
            os.close(handle)

    def _damaged(self) -> Broken:
        return Broken(
            f"The key file {self._path} is damaged.", "Restore it from a backup of the folder.", code="key-file-damaged"
        )

    def _refused(self, error: OSError) -> Broken:
        return Broken(
            f"The key file {self._path} cannot be used: {error.strerror or error}.",
            "Check permissions and free space of its folder.",
            code="key-file-refused",
        )


def _wait_for(handle: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(handle, msvcrt.LK_LOCK, 1)
    else:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX)
