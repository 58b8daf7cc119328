"""The recovery key's code for paper."""

from __future__ import annotations


def groups(seed: bytes) -> tuple[str, ...]:
    """The code in groups."""
    text = seed.hex()
    return tuple(text[i : i + 4] for i in range(0, 64, 4))


def sheet(name: str, code: tuple[str, ...], fingerprint: str) -> str:
    """The sheet as text."""
    return f"{name}\n{' '.join(code)}\n{fingerprint}\n"
