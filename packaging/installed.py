"""Proves that an installed package is whole: every module imports, every shipped file is inside it."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from pathlib import Path

import app
from app import paths

SOURCE = Path(__file__).resolve().parents[1]


def main() -> int:
    if SOURCE in paths.resources().parents:
        print(f"This is the working copy, not an installed package: {paths.resources()}", file=sys.stderr)
        return 1
    names = [module.name for module in pkgutil.walk_packages(app.__path__, "app.") if module.name != "app.__main__"]
    for name in names:
        if "migrations" not in name:
            importlib.import_module(name)
    shipped = [file.relative_to(SOURCE / "resources") for file in (SOURCE / "resources").rglob("*") if file.is_file()]
    missing = [str(file) for file in shipped if not (paths.resources() / file).is_file()]
    print(f"{len(names)} modules import, {len(shipped) - len(missing)} of {len(shipped)} shipped files are there.")
    print(*missing, sep="\n", end="")
    return 1 if missing or not shipped else 0


if __name__ == "__main__":
    sys.exit(main())
