"""Labels of several lines that may become as narrow as the pane."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from app.ui.widgets.labels import label


def wrapped(text: str = "", role: str = "", tone: str = "") -> QLabel:
    """A plain-text label that wraps and starts at its top.

    A width of its own replaces the one Qt guesses for wrapped text: a layout that believes the guess reckons heights
    at a width that the label does not get, and lines are cut off.
    """
    made = label(text, role, tone)
    made.setWordWrap(True)
    made.setMinimumWidth(1)
    made.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
    return made
