"""The refusals that a person can act on, each one sentence and a hint."""

from __future__ import annotations


class Refused(Exception):
    """The program will not do it, and says why in one sentence and how to go on in a hint.

    `exit_code` is the command line's answer (see the table in README.md), `code` a stable word for scripts.
    """

    exit_code = 1

    def __init__(self, message: str, hint: str = "", *, code: str = "refused", missing: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code
        self.missing = missing


class NotAllowed(Refused):
    """The answer is no: a gate, a lint or a verification refuses (exit 1)."""

    exit_code = 1


class Unusable(Refused):
    """The input cannot be used: unknown number, wrong code, unreadable file (exit 2)."""

    exit_code = 2


class Broken(Refused):
    """The surroundings failed: disk full, locked, read-only, keyring silent (exit 3)."""

    exit_code = 3
