"""What every text of a record obeys: its size, its tags, its marks."""

from __future__ import annotations

import re
from typing import Literal

Mark = Literal["", "decision", "hypothesis", "action"]

TEXT_LIMIT = 64 * 1024
"""Bytes of UTF-8 in one text; longer material is evidence."""

_TAG = re.compile(r"(?<![\w#])#([\w-]{1,60})")


def tags_of(text: str) -> str:
    """The `#tags` of a text, without the sign, in order, separated by blanks."""
    return " ".join(dict.fromkeys(_TAG.findall(text)))
