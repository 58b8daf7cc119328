"""A store in a temporary folder, with one incident."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from store.maker import Maker

from app.store.database import Store, open_store


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def store(folder: Path) -> Iterator[Store]:
    with open_store(folder) as opened:
        yield opened


@pytest.fixture
def maker(store: Store) -> Maker:
    return Maker().create(store)
