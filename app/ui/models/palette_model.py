"""What the palette lists: commands and incidents, the best match first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from app.ui.guard import override_safe

NOWHERE = QModelIndex()
CHOICE_ROLE = int(Qt.ItemDataRole.UserRole)
Index = QModelIndex | QPersistentModelIndex
LEAST_LIKE = 60
"""Under this likeness (0 to 100) a title is not what was meant."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of the palette: what it is, a remark, its key, where it belongs, and what it does."""

    title: str
    run: Callable[[], object]
    note: str = ""
    keys: str = ""
    group: str = ""
    can: bool = True


def ranked(choices: Sequence[Choice], typed: str) -> tuple[Choice, ...]:
    """The choices that fit what was typed, best first; everything, in its order, for nothing."""
    typed = typed.strip()
    if not typed:
        return tuple(choices)
    from rapidfuzz import fuzz, process, utils

    texts = [f"{choice.title} {choice.group}" for choice in choices]
    found = process.extract(
        typed, texts, scorer=fuzz.WRatio, processor=utils.default_process, score_cutoff=LEAST_LIKE, limit=40
    )
    folded = typed.casefold()

    def order(hit: tuple[str, float, int]) -> tuple[int, float, int]:
        title = choices[hit[2]].title.casefold()
        begins = 0 if title.startswith(folded) else 1 if any(w.startswith(folded) for w in title.split()) else 2
        return (begins, -hit[1], hit[2])

    return tuple(choices[place] for _text, _score, place in sorted(found, key=order))


class PaletteModel(QAbstractListModel):
    """The choices that are listed now."""

    def __init__(self) -> None:
        super().__init__()
        self.choices: tuple[Choice, ...] = ()

    def show_choices(self, choices: tuple[Choice, ...]) -> None:
        """List others."""
        self.beginResetModel()
        self.choices = choices
        self.endResetModel()

    @override_safe(0)
    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.choices)

    @override_safe(None)
    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        if not index.isValid() or index.row() >= len(self.choices):
            return None
        choice = self.choices[index.row()]
        if role == CHOICE_ROLE:
            return choice
        if role == Qt.ItemDataRole.DisplayRole:
            return choice.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            can = "" if choice.can else "not possible now"
            return ", ".join(part for part in (choice.title, choice.note, choice.keys, can) if part)
        return None
