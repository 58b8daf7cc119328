"""An open data folder: its store, its clock, and the person who signs."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from app.domain.errors import Broken, NotAllowed, Unusable
from app.domain.instants import floor_ms, from_text
from app.paths import private_folder
from app.record.envelope import Cost
from app.services.keychain import KEY_FILE, LOG_FILE, QUICK, Ask, Keychain, Passphrases
from app.store import layout
from app.store.database import Store, open_store

if TYPE_CHECKING:
    from app.record.keys import SigningKey
    from app.services.tracked import Tracked

DEFAULT_ORG = "local.invalid"
SAMPLE_NOW = "sample.now"
"""The setting that marks a folder with the sample incident: the moment at which its story stops."""
SAMPLE_PASSPHRASE = "sample"


def utc_now() -> datetime:
    """The machine's clock; the only place that asks for it."""
    return datetime.now(UTC)


def _from(present: datetime, clock: Callable[[], datetime]) -> Callable[[], datetime]:
    """A clock that starts at a given moment and goes on as the other does."""
    opened = clock()
    return lambda: present + (clock() - opened)


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs: a profile with its key. `unlocked` is False until the key was read."""

    principal: str
    name: str
    role: str
    fingerprint: str
    protected: bool
    unlocked: bool


class Session:
    """One person at one data folder. Verbs are called from one thread at a time; reading from any."""

    def __init__(self, folder: Path, store: Store, keychain: Keychain, clock: Callable[[], datetime]) -> None:
        self.folder = folder
        self.store = store
        self.keychain = keychain
        self.zone = "UTC"
        self.simulated = False
        self._clock = clock
        self._signer: Signer | None = None
        self._key: SigningKey | None = None
        self.tracked: dict[str, Tracked] = {}
        self.lock_looks = threading.RLock()

    @classmethod
    def open(
        cls,
        folder: Path,
        *,
        clock: Callable[[], datetime] = utc_now,
        ask: Ask | None = None,
        database_url: str | None = None,
        read_only: bool = False,
        sample: bool = False,
        cost: Cost | None = None,
        accept_rollback: bool = False,
    ) -> Session:
        """Open (and make, if need be) the data folder. Broken when the folder or the database cannot be used.

        A folder with the sample incident opens at the sample's own present, from which its clock goes on. `cost` is
        what one guess of a new passphrase shall cost. `accept_rollback` takes a database that is older than its anchor.
        """
        if database_url and "://" not in database_url:
            raise Unusable(f"{database_url[:60]!r} is no address of a database.", "Leave it out.", code="no-server")
        if not read_only:
            private_folder(folder)
        _refuse_orphans(folder)
        store = open_store(database_url or folder, read_only=read_only, accept_rollback=accept_rollback)
        with store.read() as read:
            present = read.setting(SAMPLE_NOW)
        if present is not None:
            clock = _from(from_text(present), clock)
        if sample or present is not None:
            keychain = Keychain(
                folder, Passphrases(SAMPLE_PASSPHRASE, SAMPLE_PASSPHRASE), ask, in_file=True, cost=QUICK
            )
        else:
            in_file = os.environ.get("COCKPIT_KEYSTORE") == "file" or (folder / KEY_FILE).exists()
            keychain = Keychain(folder, Passphrases.from_environment(), ask, in_file=in_file, cost=cost)
        session = cls(folder, store, keychain, clock)
        session.simulated = sample or present is not None
        return session

    def now(self) -> datetime:
        """The moment, UTC, to the millisecond."""
        return floor_ms(self._clock())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Forget the keys and close the store."""
        self.lock()
        self.store.close()

    @property
    def org(self) -> str:
        """The domain-like name under which this installation signs."""
        with self.store.read() as read:
            return read.organisation().get("org.domain") or DEFAULT_ORG

    @property
    def signer(self) -> Signer | None:
        """Who signs now; None before anybody signed in."""
        return self._signer

    def choose(self, name: str | None) -> Signer:
        """Say who signs, by name or principal; without one, the first profile of this folder. No key is read yet."""
        with self.store.read() as read:
            profiles = [profile for profile in read.profiles() if profile.active]
        wanted = [p for p in profiles if name is None or name in (p.name, p.principal, p.principal.split("@")[0])]
        if not wanted:
            raise _unknown_profile(name, [profile.name for profile in profiles])
        found = wanted[0]
        self._key = None
        self._signer = Signer(found.principal, found.name, found.role, found.fingerprint, found.protected, False)
        return self._signer

    def sign_in(self, name: str | None, passphrase: str | None = None) -> Signer:
        """Choose who signs and unlock the key. NotAllowed for a wrong passphrase; the signer before stays."""
        before, key_before = self._signer, self._key
        signer = self.choose(name)
        try:
            self._key = self.keychain.person(signer.principal, signer.name, passphrase)
        except BaseException:
            self._signer, self._key = before, key_before
            raise
        self._signer = Signer(*_identity(signer), unlocked=True)
        return self._signer

    def lock(self) -> None:
        """Forget the key; the next act that signs asks for it again."""
        self._key = None
        if self._signer is not None:
            self._signer = Signer(*_identity(self._signer), unlocked=False)

    def signing_key(self) -> SigningKey:
        """The key of whoever signs, unlocked on the way. NotAllowed when nobody is signed in."""
        if self._signer is None:
            self.choose(None)
        if self._key is None and self._signer is not None:
            self.sign_in(self._signer.principal)
        if self._key is None:
            raise NotAllowed("Nobody is signed in.", "Choose who signs.", code="nobody")
        return self._key


def _refuse_orphans(folder: Path) -> None:
    """Keys without their database: a new empty one would sign with new keys as if nothing had been lost."""
    kept = [name for name in (KEY_FILE, LOG_FILE) if (folder / name).exists()]
    if kept and not layout.database(folder).exists() and not layout.anchor(folder).exists():
        raise Broken(
            f"The database is gone, though {kept[0]} is still in {folder}.",
            "Put cockpit.db back or restore the newest backup; nothing new was created in its place.",
            code="no-database",
        )


def _identity(signer: Signer) -> tuple[str, str, str, str, bool]:
    return signer.principal, signer.name, signer.role, signer.fingerprint, signer.protected


def _unknown_profile(name: str | None, known: list[str]) -> Unusable:
    if name is None:
        return Unusable(
            "Nobody has a key here yet.", "Create one: incident-cockpit profile create NAME.", code="no-profile"
        )
    listed = ", ".join(known) or "none yet"
    return Unusable(f"There is no profile {name!r} here.", f"Profiles: {listed}.", code="unknown-profile")
