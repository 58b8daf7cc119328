"""Data that lies beside the working copy and is not part of it: tests that read it skip where it is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def shared(relative: str) -> Path:
    """The file or folder `../shared/<relative>`; skips the test (or the module that asks) without it."""
    path = ROOT.parent / "shared" / relative
    if not path.exists():
        pytest.skip(f"needs ../shared/{relative} beside the working copy", allow_module_level=True)
    return path
