"""Whose keys are at hand: persons' keys with their own passphrases, the logs' keys, the recovery key."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from app.domain.errors import Broken, NotAllowed, Unusable
from app.record import envelope
from app.record.filevault import FileVault
from app.record.keyringvault import KeyringVault
from app.record.keys import SigningKey
from app.record.vault import Vault

Ask = Callable[[str], str | None]
"""Asks a person for the passphrase of a named profile; None when nobody answers."""

KEY_FILE = "keys.vault"
LOG_FILE = "logs.vault"
_BARE = b"bare:"
_LOG_SECRET = "log-secret"
_RECOVERY = "recovery"
QUICK = envelope.Cost(memory=24, passes=1, lanes=3)
"""A random 256-bit secret, and the sample's known passphrase, need no stretching."""


@dataclass(frozen=True, slots=True)
class Passphrases:
    """What the surroundings say: for the key file, and for the profile that signs."""

    key_file: str | None
    profile: str | None

    @classmethod
    def from_environment(cls) -> Passphrases:
        """`COCKPIT_PASSPHRASE` opens the key file, `COCKPIT_PASSPHRASE_FILE` the profile; one alone serves for both."""
        plain = os.environ.get("COCKPIT_PASSPHRASE")
        named = os.environ.get("COCKPIT_PASSPHRASE_FILE")
        from_file = _first_line(Path(named)) if named else None
        return cls(plain or from_file, from_file or plain)


def _first_line(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").splitlines()[0]
    except (OSError, UnicodeDecodeError, IndexError) as error:
        raise Broken(
            f"The passphrase file {path} cannot be read.", "Check COCKPIT_PASSPHRASE_FILE.", code="passphrase-file"
        ) from error


def _opened(blob: bytes, passphrase: str, name: str) -> SigningKey:
    try:
        return SigningKey.from_seed(envelope.open(blob, passphrase))
    except envelope.WrongPassphrase as error:
        raise _wrong(name) from error


def _wrong(name: str) -> NotAllowed:
    return NotAllowed(
        f"That is not the passphrase of {name}.", "Try again; nothing was signed.", code="wrong-passphrase"
    )


def _locked(name: str) -> NotAllowed:
    return NotAllowed(
        f"The key of {name} is locked and nobody gave its passphrase.",
        "Unlock it, or set COCKPIT_PASSPHRASE_FILE.",
        code="locked",
    )


class Keychain:
    """The keys of one data folder, in the system's keyring or (`in_file`) in an encrypted key file.

    Seeds are read when first needed and never leave this object but as keys.
    """

    def __init__(
        self,
        folder: Path,
        passphrases: Passphrases,
        ask: Ask | None = None,
        *,
        in_file: bool = False,
        cost: envelope.Cost | None = None,
    ) -> None:
        self._folder = folder
        self.in_file = in_file
        self._cost = cost or envelope.Cost()
        self._passphrases = passphrases
        self._ask = ask
        self._vault: Vault | None = None
        self._logs: FileVault | None = None
        self._log_keys: dict[str, SigningKey] = {}

    def use_file(self, passphrase: str) -> None:
        """Keep this folder's keys in an encrypted key file from now on: for machines without a keyring."""
        self.in_file, self._vault, self._logs = True, None, None
        self._passphrases = replace(self._passphrases, key_file=passphrase)

    @property
    def given_passphrase(self) -> str | None:
        """The passphrase that the surroundings give for the profile that signs."""
        return self._passphrases.profile

    def ask(self, name: str) -> str | None:
        """The passphrase of a profile from the surroundings, else from the person."""
        if self._passphrases.profile is not None:
            return self._passphrases.profile
        return self._ask(name) if self._ask else None

    def add_person(self, principal: str, passphrase: str | None) -> SigningKey:
        """A new key for a person, wrapped in a passphrase if there is one."""
        key = SigningKey.generate()
        self._keep_person(principal, key, passphrase)
        if passphrase and self.in_file:
            self._file_vault().add_slot(passphrase)
        return key

    def holds(self, principal: str) -> bool:
        """Whether a key is kept under that principal, be it of somebody whom an older database does not know."""
        return self._store().get(f"person/{principal}") is not None

    def protect(self, principal: str, passphrase: str) -> None:
        """Put a passphrase of its own on a key that has none."""
        blob = self._secret(f"person/{principal}")
        if not blob.startswith(_BARE):
            raise NotAllowed("This key has a passphrase already.", "", code="protected")
        self._keep_person(principal, SigningKey.from_seed(blob.removeprefix(_BARE)), passphrase)

    def _keep_person(self, principal: str, key: SigningKey, passphrase: str | None) -> None:
        blob = envelope.seal(key.seed, passphrase, self._cost) if passphrase else _BARE + key.seed
        self._store().put(f"person/{principal}", blob)

    def person(self, principal: str, name: str, passphrase: str | None = None) -> SigningKey:
        """A person's key, unlocked. Broken if the keyring fails, NotAllowed for a wrong passphrase."""
        if self.in_file and self._passphrases.key_file is None:
            passphrase = self._unlock_file(name, passphrase)
        blob = self._secret(f"person/{principal}")
        if blob.startswith(_BARE):
            return SigningKey.from_seed(blob.removeprefix(_BARE))
        given = passphrase if passphrase is not None else self._passphrases.profile
        wrong = False
        if given is not None:
            try:
                return _opened(blob, given, name)
            except NotAllowed:
                if passphrase is not None:
                    raise
                wrong = True
        # What the surroundings give is one person's; a second person types their own.
        typed = self._ask(name) if self._ask else None
        if typed is None:
            raise _wrong(name) if wrong else _locked(name)
        return _opened(blob, typed, name)

    def _unlock_file(self, name: str, passphrase: str | None) -> str:
        """Open the key file with the passphrase of whoever signs: each person's own opens it."""
        typed = passphrase if passphrase is not None else self.ask(name)
        if typed is None:
            raise _locked(name)
        vault = FileVault(self._folder / KEY_FILE, typed, self._cost)
        try:
            vault.get(_LOG_SECRET)
        except envelope.WrongPassphrase as error:
            raise _wrong(name) from error
        self._vault, self._passphrases = vault, replace(self._passphrases, key_file=typed)
        return typed

    def add_log(self, origin: str) -> SigningKey:
        """A new key for a log."""
        key = SigningKey.generate()
        self._log_vault().put(origin, key.seed)
        self._log_keys[origin] = key
        return key

    def log(self, origin: str) -> SigningKey:
        """The key that signs the checkpoints of a log."""
        if origin not in self._log_keys:
            seed = self._log_vault().get(origin)
            if seed is None:
                raise Broken(
                    "The key of this record is not on this machine.",
                    "Open the record where it was written, or restore the key file beside the database.",
                    code="no-log-key",
                )
            self._log_keys[origin] = SigningKey.from_seed(seed)
        return self._log_keys[origin]

    def add_recovery(self) -> SigningKey:
        """The installation's recovery key, made once; it stays here only until its sheet is saved."""
        kept = self._store().get(_RECOVERY)
        if kept is not None:
            return SigningKey.from_seed(kept)
        key = SigningKey.generate()
        self._store().put(_RECOVERY, key.seed)
        return key

    def recovery_seed(self) -> bytes | None:
        """The recovery key's seed; None once the sheet was saved and the seed destroyed."""
        return self._store().get(_RECOVERY)

    def forget_recovery(self) -> None:
        """Destroy the recovery seed here: from now on only the sheet holds it."""
        self._store().delete(_RECOVERY)

    def _secret(self, name: str) -> bytes:
        blob = self._store().get(name)
        if blob is None:
            raise self.missing("key")
        return blob

    def missing(self, what: str) -> Broken:
        """The refusal for a secret that is not where this folder keeps its keys."""
        place = f"key file {self._folder / KEY_FILE}" if self.in_file else "keyring of this machine"
        hint = f"Put {KEY_FILE} back from a copy of the folder" if self.in_file else "Unlock the keyring that had it"
        return Broken(f"The {what} is not in the {place}.", f"{hint}, or sign in as someone else.", code="no-key")

    def _store(self) -> Vault:
        if self._vault is None:
            self._vault = self._file_vault() if self.in_file else KeyringVault(self._folder_id())
        return self._vault

    def _file_vault(self) -> FileVault:
        if isinstance(self._vault, FileVault):
            return self._vault
        if self._passphrases.key_file is None:
            raise Unusable(
                "The key file needs a passphrase.",
                "Set COCKPIT_PASSPHRASE or COCKPIT_PASSPHRASE_FILE.",
                code="no-passphrase",
            )
        opened = FileVault(self._folder / KEY_FILE, self._passphrases.key_file, self._cost)
        self._vault = opened
        return opened

    def _log_vault(self) -> FileVault:
        if self._logs is None:
            secret = self._store().get(_LOG_SECRET)
            if secret is None:
                if (self._folder / LOG_FILE).exists():
                    raise self.missing("secret that opens the logs' keys")
                secret = secrets.token_hex(32).encode()
                self._store().put(_LOG_SECRET, secret)
            self._logs = FileVault(self._folder / LOG_FILE, secret.decode(), cost=QUICK)
        return self._logs

    def _folder_id(self) -> str:
        """A name for this data folder in the keyring; it stays when the folder is moved."""
        marker = self._folder / "folder-id"
        if not marker.exists():
            marker.write_text(secrets.token_hex(8), encoding="ascii")
        return marker.read_text(encoding="ascii").strip()
