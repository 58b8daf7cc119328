"""Fixtures that every test of the window may ask for by name."""

from __future__ import annotations

from ui.room import people, room

__all__ = ["people", "room"]
