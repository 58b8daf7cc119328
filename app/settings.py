"""What a person set and where the window stood, in one readable file without secrets."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Final

FILE: Final = "settings.toml"
TEXT_SIZES: Final = (80, 90, 100, 110, 125, 150, 175, 200)
THEMES: Final = ("system", "light", "dark")


@dataclass(frozen=True, slots=True)
class Settings:
    """One line a setting; the default is the value here. `zone` empty means the machine's own."""

    theme: str = "system"
    text_size: int = 100
    zone: str = ""
    lock_after_minutes: int = 10
    layout: str = "war room"
    last_incident: str = ""
    last_profile: str = ""
    last_plan: str = ""
    export_folder: str = ""
    width: int = 1366
    height: int = 768
    maximised: bool = False
    splitters: Mapping[str, str] = field(default_factory=dict)
    shortcuts: Mapping[str, str] = field(default_factory=dict)
    drafts: Mapping[str, str] = field(default_factory=dict)


def load(folder: Path) -> Settings:
    """The settings of a data folder; a line that is not readable as its setting counts as not written."""
    try:
        found = tomllib.loads((folder / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return Settings()
    return from_mapping(found)


def from_mapping(found: Mapping[str, Any]) -> Settings:
    """Settings from what a file holds: unknown names and values of the wrong kind are left out."""
    plain = Settings()
    taken = {
        item.name: found[item.name]
        for item in fields(Settings)
        if item.name in found and _fits(found[item.name], getattr(plain, item.name))
    }
    return _in_range(replace(plain, **taken))


def _fits(value: object, example: object) -> bool:
    if isinstance(example, Mapping):
        return isinstance(value, Mapping) and all(isinstance(part, str) for part in value.values())
    return type(value) is type(example)


def _in_range(settings: Settings) -> Settings:
    return replace(
        settings,
        theme=settings.theme if settings.theme in THEMES else "system",
        text_size=min(TEXT_SIZES, key=lambda size: abs(size - settings.text_size)),
        lock_after_minutes=max(0, min(settings.lock_after_minutes, 24 * 60)),
        width=max(640, min(settings.width, 16_000)),
        height=max(480, min(settings.height, 16_000)),
    )


def save(folder: Path, settings: Settings) -> None:
    """Write what differs from the defaults; a person's own comments in the file stay. OSError when it cannot."""
    import tomlkit

    path = folder / FILE
    document = _written(path)
    plain = asdict(Settings())
    for name, value in asdict(settings).items():
        if value != plain[name]:
            document[name] = dict(value) if isinstance(value, Mapping) else value
        else:
            document.pop(name, None)
    fresh = path.with_suffix(".new")
    fresh.touch(mode=0o600, exist_ok=True)
    fresh.write_text(tomlkit.dumps(document), encoding="utf-8")
    fresh.replace(path)


def _written(path: Path) -> Any:
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        return tomlkit.parse(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, TOMLKitError):
        return tomlkit.document()
