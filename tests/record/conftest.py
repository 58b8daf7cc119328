"""The published vectors, and the test keys that they define."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from record.bags import made, packed
from record.laboratory import Log

from app.record.keys import SigningKey

VECTORS = Path(__file__).parents[1] / "vectors" / "record.json"


@pytest.fixture(scope="session")
def vectors() -> Any:
    """The whole vector file."""
    return json.loads(VECTORS.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def named_key() -> Any:
    """The test key of a name."""
    return lambda name: SigningKey.from_seed(sha256(b"AZ:TESTKEY:" + name.encode()).digest())


@pytest.fixture(scope="session")
def bag(tmp_path_factory):
    """A bag in a folder; tests copy it before they spoil it."""
    return packed(made(), tmp_path_factory.mktemp("bags") / "bag")


@pytest.fixture(scope="session")
def zipped(tmp_path_factory):
    """The same bag as a zip file."""
    return packed(made(), tmp_path_factory.mktemp("bags") / "bag.zip")


@pytest.fixture
def log():
    """A record with its genesis group."""
    return Log().genesis()
