"""Where the program finds what it ships and where it keeps what people write."""

from __future__ import annotations

import os
from pathlib import Path

from app.domain.errors import Broken, Unusable

_PACKAGE = Path(__file__).resolve().parent


def resources() -> Path:
    """The shipped files: inside the package where it was installed or frozen, beside it in a working copy."""
    inside = _PACKAGE / "resources"
    return inside if inside.is_dir() else _PACKAGE.parent / "resources"


def home(chosen: str | os.PathLike[str] | None = None) -> Path:
    """The data folder, not created: the one that was chosen, else COCKPIT_HOME, else the platform's own."""
    if chosen is not None and not os.fspath(chosen):
        raise Unusable("--home names no folder.", "Give the data folder, or leave --home out.", code="no-home")
    named = chosen or os.environ.get("COCKPIT_HOME")
    if named:
        return Path(named).expanduser().absolute()
    from platformdirs import user_data_path

    return user_data_path("incident-cockpit", appauthor=False)


def private_folder(folder: Path) -> Path:
    """That folder, created with mode 0700 where it is missing; one that exists keeps the mode its owner gave it."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise Unusable(f"{folder} is a file, not a folder.", "Choose another place.", code="not-a-folder") from error
    except OSError as error:
        raise Broken(
            f"The folder {folder} cannot be made: {error.strerror or error}.",
            "Choose another one with --home or COCKPIT_HOME.",
            code="no-folder",
        ) from error
    return folder
