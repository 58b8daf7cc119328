"""Reading the regulator's side from its folder: regimes, authorities and the field catalogue, validated."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from app.domain.deadlines import Authority, Example, Regime
from app.domain.errors import Unusable
from app.domain.fields import Catalogue, Field, Group

if TYPE_CHECKING:
    from pydantic import TypeAdapter

Kind = TypeVar("Kind", Regime, Authority, Catalogue)


def load_regimes(folder: Path) -> dict[str, Regime]:
    """The regimes of `folder/regimes/*.toml` by id; `Unusable` names the file and the place of the first fault."""
    return {found.id: found for found in _read_each(folder / "regimes", Regime)}


def load_authorities(folder: Path) -> dict[str, Authority]:
    """The authorities of `folder/*.toml` by id; `Unusable` names the file and the place of the first fault."""
    return {found.id: found for found in _read_each(folder, Authority)}


def load_catalogue(folder: Path) -> Catalogue:
    """The field catalogue of `folder/fields.json`."""
    return _read(folder / "fields.json", Catalogue, json.loads)


def named_regime(regimes: dict[str, Regime], name: str) -> Regime:
    """The regime of that id; `Unusable` lists the ones there are."""
    if name not in regimes:
        raise Unusable(f"There is no regime {name!r}.", f"Known: {', '.join(sorted(regimes))}.", code="unknown-regime")
    return regimes[name]


def named_authority(authorities: dict[str, Authority], name: str) -> Authority:
    """The authority of that id, in any case; `Unusable` lists the ones there are."""
    found = authorities.get(name.strip().upper())
    if found is None:
        raise Unusable(
            f"There is no authority {name!r}.", f"Known: {', '.join(sorted(authorities))}.", code="unknown-authority"
        )
    return found


def _read_each(folder: Path, kind: type[Kind]) -> list[Kind]:
    found = [_read(path, kind, tomllib.loads) for path in sorted(folder.glob("*.toml"))]
    if not found:
        raise Unusable(f"{folder} holds no {kind.__name__.lower()}.", "Reinstall the program.", code="no-authorities")
    return found


def _read(path: Path, kind: type[Kind], parse: Callable[[str], Any]) -> Kind:
    from pydantic import ValidationError

    try:
        return _adapter(kind).validate_python(parse(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(step) for step in first["loc"])
        raise _unusable(path, f"{place}: {first['msg']}") from error
    except (OSError, ValueError) as error:
        raise _unusable(path, str(error)) from error


def _adapter(kind: type[Kind]) -> TypeAdapter[Kind]:
    from pydantic import ConfigDict, TypeAdapter, with_config

    for part in (Example, Regime, Authority, Group, Field, Catalogue):
        # A misspelt key must be refused, and the domain's own dataclasses know nothing of pydantic.
        with_config(ConfigDict(extra="forbid"))(part)
    return TypeAdapter(kind)


def _unusable(path: Path, reason: str) -> Unusable:
    return Unusable(f"{path.name} cannot be used: {reason}.", "Correct the file or reinstall.", code="bad-authority")
