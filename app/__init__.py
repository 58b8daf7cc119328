"""Incident Cockpit: a desktop view of a signed incident record."""

__version__ = "0.1.0"
