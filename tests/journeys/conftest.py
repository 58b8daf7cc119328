"""Journeys begin where the tests of the command line do: a data folder in which Ana and Bob have keys."""

from __future__ import annotations

from cli.conftest import inhabited, line, people

__all__ = ["inhabited", "line", "people"]
