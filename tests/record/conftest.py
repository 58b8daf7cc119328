"""The published vectors, and the test keys that they define."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

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
