"""Back ends that misbehave in ways that no real service can be asked to."""

from __future__ import annotations

from typing import ClassVar

from keyring.backend import KeyringBackend
from keyring.errors import PasswordSetError


class Memory(KeyringBackend):
    """Keeps everything, as long as the process lives."""

    priority = 1
    kept: ClassVar[dict[tuple[str, str], str]] = {}

    def get_password(self, service, username):
        return self.kept.get((service, username))

    def set_password(self, service, username, password):
        self.kept[service, username] = password

    def delete_password(self, service, username):
        del self.kept[service, username]


class Garbling(Memory):
    """Gives back something else."""

    kept: ClassVar[dict[tuple[str, str], str]] = {}

    def get_password(self, service, username):
        return "*" + self.kept.get((service, username), "")


class Refusing(Memory):
    """Refuses to write."""

    def set_password(self, service, username, password):
        raise PasswordSetError("the policy of this machine forbids it\nTraceback follows")


class Absent(Memory):
    """Works nowhere."""

    viable = False
