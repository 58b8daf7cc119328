"""The command line, called as a person calls it, in this process."""

from __future__ import annotations

import io
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.cli.main import main


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.out)

    @property
    def last(self) -> str:
        """The last line of standard output."""
        return self.out.strip().splitlines()[-1]


class Line:
    """A data folder and the command line that works on it."""

    def __init__(self, home: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
        self.home = home
        self._patch = monkeypatch
        self._capture = capfd

    def __call__(self, *words: str, stdin: bytes = b"") -> Said:
        """Run a command; whatever it prints is returned."""
        self._patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
        self._capture.readouterr()
        code = main(["--home", str(self.home), *words])
        out, err = self._capture.readouterr()
        return Said(code, out, err)

    def fine(self, *words: str, stdin: bytes = b"") -> Said:
        """Run a command that has to succeed."""
        said = self(*words, stdin=stdin)
        assert said.code == 0, f"{words}: {said.code}\n{said.out}\n{said.err}"
        return said

    def entries(self, number: str) -> int:
        """How many entries an incident has."""
        return int(self.fine("incident", "show", number, "--json").json["entry_count"])
