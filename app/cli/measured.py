"""A process that paints one window and ends, for the benchmarks: `python -m app.cli.measured WHAT HOME`."""

from __future__ import annotations

import gc
import sys
from pathlib import Path


def main(what: str, home: Path) -> int:
    """Paint the real window, the timeline alone, or a bare one of Qt's own."""
    gc.disable()
    from app.ui import measure

    if what in measure.BARE:
        return measure.bare(what)
    from app.store import first_page

    return measure.ours(what, home, first_page.read)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))
