"""Backup where there is no room for it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from app.domain.errors import Broken
from app.services import upkeep
from app.services.session import Session


@pytest.mark.skipif(sys.platform == "win32", reason="no limits on the size of a file")
def test_a_backup_that_finds_no_room_says_so_and_leaves_nothing(tmp_path: Path) -> None:
    """SQLite's backup gives no error code through the driver: its words are understood."""
    import resource

    out = tmp_path / "backup.db"
    with Session.open(tmp_path / "home", sample=True) as session:
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, before[1]))
        try:
            with pytest.raises(Broken) as refused:
                upkeep.backup(session, out)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert refused.value.code in ("disk-full", "disk-io")
    assert [path.name for path in tmp_path.iterdir()] == ["home"]
