"""Files that people ask for: written whole or not at all, and read with a sentence when they cannot be."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from app.domain.errors import Broken, Unusable

_OWN = ("cockpit.", "keys.vault", "logs.vault", "folder-id", "settings.toml")
"""How the names of a data folder's own files begin; writing over the keys would lose them for good."""


def write_whole(out: Path, content: bytes) -> None:
    """Write a file so that it is there completely or not at all; an existing one is replaced, a link is followed."""
    check_target(out)
    out = out.resolve() if out.is_symlink() else out
    temporary = out.with_name(f".{out.name}.{secrets.token_hex(4)}")
    try:
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(out)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise unwritable(out, error) from error


def check_target(out: Path, folder: Path | None = None) -> None:
    """Unusable where a file cannot stand: a folder, a device, or one of a data folder's own files."""
    if out.is_dir():
        raise Unusable(f"{out} is a folder.", "Name a file in it.", code="is-folder")
    if out.exists() and not out.is_file():
        # Replacing it would take a device such as /dev/null away from the whole machine.
        raise Unusable(f"{out} is a device or a pipe, not a file.", "Name a file.", code="not-a-file")
    if folder is not None and out.resolve().parent == folder.resolve() and out.resolve().name.startswith(_OWN):
        raise Unusable(f"{out} is a file of the data folder itself.", "Choose another name.", code="own-file")


def unwritable(out: Path, error: OSError) -> Broken | Unusable:
    """The refusal for a file that cannot be written."""
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return Unusable(f"The folder {out.parent} does not exist.", "Make it, or choose another.", code="no-folder")
    return Broken(
        f"{out} cannot be written: {error.strerror or error}.", "Choose another place or make room.", code="unwritable"
    )


def read_text(path: Path) -> str:
    """The UTF-8 text of a file. Unusable when it is missing, a folder, or not UTF-8."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unusable(
            f"{path} is not UTF-8 (byte {error.start}).", "Save it as UTF-8 and try again.", code="bad-utf8"
        ) from error
    except OSError as error:
        raise unreadable(path, error) from error


def first_line(path: Path) -> str:
    """The passphrase in a file: its first line. Unusable when there is none."""
    text = read_text(path).splitlines()
    if not text or not text[0]:
        raise Unusable(f"{path} holds no passphrase.", "Write it on the first line.", code="no-passphrase")
    return text[0]


def unreadable(path: Path, error: OSError) -> Unusable | Broken:
    """The refusal for a file that cannot be read."""
    if isinstance(error, FileNotFoundError):
        return Unusable(f"There is no file {path}.", "Check the name.", code="no-file")
    if isinstance(error, IsADirectoryError):
        return Unusable(f"{path} is a folder.", "Name a file.", code="is-folder")
    return Broken(f"{path} cannot be read: {error.strerror or error}.", "Check its rights.", code="unreadable")
