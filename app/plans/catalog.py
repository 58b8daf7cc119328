"""The plans that the program ships: a plan lists itself by being a folder there."""

from __future__ import annotations

from pathlib import Path

from app import paths

_BASE = "base"


def base() -> Path:
    """The folder of the base plan, which completes every other and cannot be declared under."""
    return paths.resources() / "plans" / _BASE


def shipped() -> list[tuple[str, Path]]:
    """Every shipped plan that can be declared under: its id, which is its folder's name, and its folder."""
    folders = (paths.resources() / "plans").iterdir()
    return sorted(
        (folder.name, folder) for folder in folders if folder.name != _BASE and (folder / "plan.toml").is_file()
    )
