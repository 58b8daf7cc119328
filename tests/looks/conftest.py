"""Fixtures that every test that looks at pictures may ask for by name."""

from __future__ import annotations

from ui.room import people, room

__all__ = ["people", "room"]
