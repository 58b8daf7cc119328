"""The system's own keyring: only services that encrypt, never longer than the limit, and read back after writing."""

from __future__ import annotations

import sys
from base64 import b64decode, b64encode
from collections.abc import Callable
from contextlib import closing
from importlib import import_module
from queue import SimpleQueue
from threading import Thread
from typing import Any, Generic, TypeVar

from app.domain.errors import Broken

LIMIT = 5.0
"""Seconds after which a keyring that does not answer counts as frozen."""

Backends = tuple[tuple[str, str], ...]

_USER = "incident-cockpit"
# Windows keeps at most 1,280 characters.
_LONGEST = 1_200
_ALLOWED: dict[str, Backends] = {
    "linux": (("keyring.backends.SecretService", "Keyring"), ("keyring.backends.kwallet", "DBusKeyring")),
    "win32": (("keyring.backends.Windows", "WinVaultKeyring"),),
    "darwin": (("keyring.backends.macOS", "Keyring"),),
}
"""The back ends that encrypt; keyring's own choice would also take one that stores plain text."""

_RAISED = (
    ("keyring.errors", "KeyringError"),
    ("secretstorage.exceptions", "SecretStorageException"),
    ("jeepney.wrappers", "DBusErrorResponse"),
    ("dbus", "DBusException"),
    ("win32ctypes.pywin32.pywintypes", "error"),
)

_Answer = TypeVar("_Answer")


class KeyringVault:
    """A vault in the Secret Service, KWallet, Windows or macOS keyring, one service name per secret.

    Broken tells apart (by `code`): keyring-none, -locked, -frozen, -refused, -forgets, -damaged. No call lasts
    longer than `limit` seconds; give more where a person is asked for the keyring's password. `allowed` names
    other back ends than the system's, as module and class.
    """

    def __init__(self, folder_id: str, limit: float = LIMIT, allowed: Backends | None = None) -> None:
        self._folder_id, self._limit = folder_id, limit
        self._allowed = _ALLOWED.get(sys.platform, ()) if allowed is None else allowed

    def get(self, name: str) -> bytes | None:
        """The secret, or None if there is none of that name."""
        text = self._ask(lambda backend: backend.get_password(self._service(name), _USER))
        return None if text is None else _decoded(text)

    def put(self, name: str, secret: bytes) -> None:
        """Keep a secret, and read it back: some services forget without a word."""
        text = b64encode(secret).decode()
        if len(text) > _LONGEST:
            raise ValueError("too long for a keyring")

        def keep(backend: Any) -> str | None:
            backend.set_password(self._service(name), _USER, text)
            found: str | None = backend.get_password(self._service(name), _USER)
            return found

        found = self._ask(keep)
        if found is None:
            raise Broken(
                "The system's keyring took the key and forgot it.",
                "Use a key file with a passphrase instead.",
                code="keyring-forgets",
            )
        if found != text:
            raise _damaged()

    def delete(self, name: str) -> None:
        """Forget a secret."""

        def forget(backend: Any) -> None:
            if backend.get_password(self._service(name), _USER) is not None:
                backend.delete_password(self._service(name), _USER)

        self._ask(forget)

    def _service(self, name: str) -> str:
        return f"incident-cockpit/{self._folder_id}/{name}"

    def _ask(self, work: Callable[[Any], _Answer]) -> _Answer:
        """Run the work on the back end in a thread of its own, which is left behind if it does not end in time."""
        call = _Call(work, self._allowed)
        thread = Thread(target=call.run, name="keyring", daemon=True)
        thread.start()
        thread.join(self._limit)
        if thread.is_alive():
            raise _locked() if call.unlocking else _frozen(self._limit)
        if call.trouble is not None:
            raise call.trouble
        return call.answers.get_nowait()


class _Call(Generic[_Answer]):
    """One piece of work on the keyring, and what became of it; `unlocking` while it waits for a person."""

    def __init__(self, work: Callable[[Any], _Answer], allowed: Backends) -> None:
        self._work, self._allowed = work, allowed
        self.unlocking = False
        self.answers: SimpleQueue[_Answer] = SimpleQueue()
        self.trouble: Broken | None = None

    def run(self) -> None:
        """Do it; the outcome is in `answers` or `trouble`."""
        try:
            backend = _backend(self._allowed)
            if backend is None:
                self.trouble = _none()
                return
            if type(backend).__module__ == "keyring.backends.SecretService":
                self._unlock()
            self.answers.put(self._work(backend))
        except _troubles() as error:
            self.trouble = _locked() if type(error).__name__ == "KeyringLocked" else _refused(error)

    def _unlock(self) -> None:
        import secretstorage
        from keyring.errors import KeyringLocked

        with closing(secretstorage.dbus_init()) as bus:
            try:
                collection = secretstorage.Collection(bus)
            except secretstorage.ItemNotFoundException:
                # The first secret of all: the service asks for a password to make its first keyring with.
                self.unlocking = True
                return
            self.unlocking = collection.is_locked()
            if self.unlocking and collection.unlock():
                raise KeyringLocked
        self.unlocking = False


def _backend(allowed: Backends) -> Any:
    """The first back end of the list that works here, or None."""
    for module, name in allowed:
        found = getattr(import_module(module), name)
        if found.viable:
            return found()
    return None


def _troubles() -> tuple[type[BaseException], ...]:
    """What the back ends raise, as far as they are installed."""
    found: list[type[BaseException]] = [OSError, RuntimeError]
    for module, name in _RAISED:
        try:
            found.append(getattr(import_module(module), name))
        except ImportError:
            continue
    return tuple(found)


def _decoded(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except ValueError:
        raise _damaged() from None


def _none() -> Broken:
    return Broken(
        "This machine has no keyring that keeps secrets encrypted.",
        "Use a key file with a passphrase instead.",
        code="keyring-none",
    )


def _locked() -> Broken:
    return Broken(
        "The system's keyring is locked.", "Unlock it with its own password and try again.", code="keyring-locked"
    )


def _frozen(limit: float) -> Broken:
    return Broken(
        f"The system's keyring did not answer within {limit:g} seconds.",
        "Log out and in again, or use a key file with a passphrase.",
        code="keyring-frozen",
    )


def _refused(error: BaseException) -> Broken:
    return Broken(
        f"The system's keyring refused: {str(error).splitlines()[0] if str(error) else type(error).__name__}.",
        "Check it with the system's own keyring program, or use a key file with a passphrase.",
        code="keyring-refused",
    )


def _damaged() -> Broken:
    return Broken(
        "The system's keyring gave back something else than the key.",
        "Restore the keyring from a backup, or enrol a new key.",
        code="keyring-damaged",
    )
