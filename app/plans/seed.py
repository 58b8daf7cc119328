"""The verbatim texts of a plan's source document: `seed.toml` beside the plan, found by the ids in each `source`."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from app.domain.errors import Unusable

_IDS = re.compile(r"([a-z]+)-(\d{3})(?:\.\.(\d{3}))?")


@dataclass(frozen=True, slots=True)
class Item:
    """One item of the source document: its words, their translation if they are not English, and its line."""

    id: str
    text: str
    text_en: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Seed:
    """Every item of a source document by id, and for those that are no plan content the reason."""

    items: dict[str, Item]
    left_out: dict[str, str]


def expand(source: str) -> tuple[str, ...]:
    """The item ids of a `source`: `"seed-050..051, seed-117"` names three."""
    return tuple(
        f"{match[1]}-{number:03d}"
        for match in _IDS.finditer(source)
        for number in range(int(match[2]), int(match[3] or match[2]) + 1)
    )


def read(folder: Path) -> Seed:
    """The source texts of a plan folder, none if it has no seed.toml; raises Unusable if that cannot be read."""
    path = folder / "seed.toml"
    if not path.is_file():
        return Seed({}, {})
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
        items = {code: Item(code, **values) for code, values in tables.get("items", {}).items()}
        left_out = {code: reason for ids, reason in tables.get("left_out", {}).items() for code in expand(ids)}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise Unusable(
            f"{folder.name}/seed.toml cannot be read: {error}.",
            "Restore the file, or remove it: the plan works without it.",
            code="plan-invalid",
        ) from error
    return Seed(items, left_out)
