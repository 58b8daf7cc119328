"""Started by tests: records lines in a data folder and prints each number once it is acknowledged.

Arguments: folder, incident name, first turn, count; or "hold" to keep the write lock until it is killed.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from app.store.database import open_store

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from store.maker import Maker


def log(folder: Path, name: str, first: int, count: int) -> None:
    """One commit a line, one printed number a commit."""
    maker = Maker(name, turn=first)
    with open_store(folder) as store:
        for turn in range(count):
            (entry,) = maker.log(store, f"line {first + turn}").entries
            print(entry.id, flush=True)


def hold(folder: Path) -> None:
    """Takes the write lock and sleeps."""
    with open_store(folder) as store, store.write():
        print("held", flush=True)
        time.sleep(600)


if sys.argv[1] == "hold":
    hold(Path(sys.argv[2]))
else:
    log(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
