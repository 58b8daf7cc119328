"""Where secrets live: behind this protocol stand the system's keyring and an encrypted file."""

from __future__ import annotations

from typing import Protocol

from app.record.filevault import FileVault
from app.record.keyringvault import KeyringVault

__all__ = ["FileVault", "KeyringVault", "Vault"]


class Vault(Protocol):
    """Secrets by name; every method raises Broken with a sentence of its own for each way in which a vault fails."""

    def get(self, name: str) -> bytes | None:
        """The secret, or None if there is none of that name."""

    def put(self, name: str, secret: bytes) -> None:
        """Keep a secret, and make sure that it was kept."""

    def delete(self, name: str) -> None:
        """Forget a secret; nothing happens if there is none."""
