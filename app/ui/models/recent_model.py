"""Recent incidents, and what a search found, one line each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from app.ui import times
from app.ui.guard import override_safe
from app.ui.models.board_model import chip_of, matches

if TYPE_CHECKING:
    from app.domain.board import Card
    from app.domain.plan import Plan

NOWHERE = QModelIndex()
LINE_ROLE = int(Qt.ItemDataRole.UserRole)
Index = QModelIndex | QPersistentModelIndex
MOST = 12


@dataclass(frozen=True, slots=True)
class Recent:
    """One line: which incident, its severity chip, and what stands at the right."""

    incident_id: str
    number: str
    text: str
    severity: str
    rank: int
    note: str

    @property
    def spoken(self) -> str:
        """What a screen reader says."""
        return ", ".join(part for part in (self.number, self.severity, self.text, self.note) if part)


def recent(cards: Iterable[Card], plans: Mapping[str, Plan], zone: tzinfo, text: str = "") -> tuple[Recent, ...]:
    """The incidents that changed last, open ones first, narrowed by a text."""
    listed = sorted((c for c in cards if matches(c, text)), key=lambda c: (c.closed, -c.updated_at))
    return tuple(_line(card, plans.get(card.plan_id), zone) for card in listed[:MOST])


def _line(card: Card, plan: Plan | None, zone: tzinfo) -> Recent:
    changed = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=card.updated_at)
    state = "closed" if card.closed else f"{card.entry_count:,} entries"
    words = ("DRILL" if card.drill else "", state, times.day_text(changed, zone))
    note = " · ".join(word for word in words if word)
    return Recent(card.incident_id, card.number, card.title, chip_of(card, plan), card.severity_rank, note)


class RecentModel(QAbstractListModel):
    """The lines that are listed now."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: tuple[Recent, ...] = ()

    def show_lines(self, lines: tuple[Recent, ...]) -> None:
        """List others."""
        if lines != self.lines:
            self.beginResetModel()
            self.lines = lines
            self.endResetModel()

    @override_safe(0)
    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.lines)

    @override_safe(None)
    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        if not index.isValid() or index.row() >= len(self.lines):
            return None
        line = self.lines[index.row()]
        if role == LINE_ROLE:
            return line
        if role == Qt.ItemDataRole.DisplayRole:
            return line.text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return line.spoken
        return None
