"""What ships about notifications: the fields of a breach file, the regimes and the authorities, read once."""

from __future__ import annotations

from functools import lru_cache

from app.domain import deadlines
from app.domain.fields import Catalogue
from app.paths import resources
from app.plans import authorities


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    """Every field of a breach notification."""
    return authorities.load_catalogue(resources() / "authorities")


@lru_cache(maxsize=1)
def regimes() -> dict[str, deadlines.Regime]:
    """The regimes whose deadlines can be computed."""
    return authorities.load_regimes(resources() / "authorities")


@lru_cache(maxsize=1)
def known_authorities() -> dict[str, deadlines.Authority]:
    """The authorities that the program knows."""
    return authorities.load_authorities(resources() / "authorities")
