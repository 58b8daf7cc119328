"""Chance that can be repeated: the seed is printed, and TEST_SEED gives it back."""

from __future__ import annotations

import os
import random


def seeded() -> random.Random:
    """A source of random numbers whose seed stands in the output of a test that fails."""
    seed = int(os.environ.get("TEST_SEED") or int.from_bytes(os.urandom(4)))
    print(f"TEST_SEED={seed}")
    return random.Random(seed)  # noqa: S311 - moments and places to strike at, no secrets
