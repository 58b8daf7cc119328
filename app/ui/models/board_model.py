"""The severity board as a list: lanes, levels, cards, and one line for levels without an open incident."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any, Final, Literal

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from app.ui import times
from app.ui.guard import override_safe
from app.ui.widgets.chip import severity_text, short_text

if TYPE_CHECKING:
    from app.domain.board import Card, CardClock
    from app.domain.plan import Plan

SOON_S: Final = 15 * 60
"""From here on a card's countdown is in the colour of attention."""
NOWHERE: Final = QModelIndex()
ROW_ROLE: Final = int(Qt.ItemDataRole.UserRole)
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One line of the board: `text` and `note` as shown, `card` for a card, `rank` and `chip` for its level."""

    kind: Literal["lane", "level", "card", "folded"]
    text: str
    note: str = ""
    rank: int = 0
    card: Card | None = None
    state: str = ""
    left: str = ""
    tone: str = ""
    chip: str = ""

    @property
    def spoken(self) -> str:
        """What a screen reader says."""
        if self.card is None:
            return f"{self.text} {self.note}".strip()
        card = self.card
        parts = (self.chip, card.title, self.state, card.commander or "no commander", self.left, self.note)
        return ", ".join(part for part in parts if part)


def board_rows(
    cards: Iterable[Card], plans: Mapping[str, Plan], now: datetime, zone: tzinfo, text: str = ""
) -> tuple[BoardRow, ...]:
    """The board of these cards as of now; `text` filters, and finds closed incidents too."""
    listed = [card for card in cards if matches(card, text)]
    open_cards = [card for card in listed if not card.closed]
    lanes = sorted({card.plan_id for card in open_cards}, key=lambda plan_id: _first_due(open_cards, plan_id))
    rows: list[BoardRow] = []
    for plan_id in lanes:
        lane = [card for card in open_cards if card.plan_id == plan_id]
        if len(lanes) > 1:
            rows.append(BoardRow("lane", _plan_title(plans, plan_id), str(len(lane))))
        rows.extend(_levels(lane, plans.get(plan_id), now, zone, fold=not text))
    closed = [card for card in listed if card.closed] if text else []
    if closed:
        rows.append(BoardRow("lane", "Closed", str(len(closed))))
        rows.extend(card_row(card, plans.get(card.plan_id), now) for card in closed)
    return tuple(rows)


def matches(card: Card, text: str) -> bool:
    """Whether every word of a filter is somewhere on the card."""
    whole = f"{card.number} {card.title} {card.severity} {card.state} {card.commander} {card.plan_id}".casefold()
    return all(word in whole for word in text.casefold().split())


def _first_due(cards: Sequence[Card], plan_id: str) -> tuple[bool, datetime | None, str]:
    dues = [card.clocks[0].due_at for card in cards if card.plan_id == plan_id and card.clocks]
    return (not dues, min(dues) if dues else None, plan_id)


def _plan_title(plans: Mapping[str, Plan], plan_id: str) -> str:
    return plans[plan_id].identity.title if plan_id in plans else plan_id


def _levels(lane: Sequence[Card], plan: Plan | None, now: datetime, zone: tzinfo, *, fold: bool) -> Iterable[BoardRow]:
    ranks = range(1, len(plan.severities) + 1) if plan else sorted({card.severity_rank for card in lane})
    empty: list[str] = []
    for rank in ranks:
        level = [card for card in lane if card.severity_rank == rank]
        name = level_text(plan, rank, level)
        if not level:
            empty.append(name)
            continue
        if fold:
            yield from _folded(empty)
        empty = []
        yield BoardRow("level", name, str(len(level)), rank)
        ordered = sorted(level, key=lambda card: (not card.clocks, card.clocks[0].due_at if card.clocks else now))
        yield from (card_row(card, plan, now) for card in ordered)
    if fold:
        yield from _folded(empty)


def _folded(names: Sequence[str]) -> Iterable[BoardRow]:
    if names:
        yield BoardRow("folded", " · ".join(names), "0")


def level_text(plan: Plan | None, rank: int, cards: Sequence[Card]) -> str:
    """The plan's own words for a rank; the code alone while the plan is not read yet."""
    if plan is not None:
        level = plan.severities[rank - 1]
        return severity_text(level)
    return cards[0].severity if cards else ""


def card_row(card: Card, plan: Plan | None, now: datetime) -> BoardRow:
    """A card as it stands now."""
    state = plan.state(card.state).title if plan and card.state in plan.state_codes else card.state
    clock = card.clocks[0] if card.clocks and not card.closed else None
    gates = f"{card.gates_open} gate{'' if card.gates_open == 1 else 's'} open" if card.gates_open else ""
    left = times.left_text(clock.due_at, now, long=False) if clock else ""
    chip = chip_of(card, plan)
    tone = tone_of(clock, now)
    return BoardRow("card", card.title, gates, card.severity_rank, card, state or card.state, left, tone, chip)


def chip_of(card: Card, plan: Plan | None) -> str:
    """What its chip says: the plan's short name of the level; the code while the plan is not read yet."""
    known = plan is not None and card.severity in plan.severity_ranks
    return short_text(plan.severity(card.severity)) if plan and known else card.severity


def tone_of(clock: CardClock | None, now: datetime) -> str:
    """The colour that a countdown asks for."""
    if clock is None:
        return ""
    left = (clock.due_at - now).total_seconds()
    return "overdue" if left <= 0 else "attention" if left <= SOON_S else ""


class BoardModel(QAbstractListModel):
    """Rows of the board; unchanged rows are not touched."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: tuple[BoardRow, ...] = ()

    def show_rows(self, rows: tuple[BoardRow, ...]) -> None:
        """Other rows: where only words differ only those are repainted."""
        if [_shape(row) for row in rows] != [_shape(row) for row in self.rows]:
            self.beginResetModel()
            self.rows = rows
            self.endResetModel()
            return
        changed = [place for place, (old, new) in enumerate(zip(self.rows, rows, strict=True)) if old != new]
        self.rows = rows
        for place in changed:
            self.dataChanged.emit(self.index(place), self.index(place))

    def place_of(self, incident_id: str) -> int:
        """The row of an incident; -1 when it is not on the board."""
        for place, row in enumerate(self.rows):
            if row.card is not None and row.card.incident_id == incident_id:
                return place
        return -1

    @override_safe(0)
    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.rows)

    @override_safe(None)
    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        if not index.isValid() or index.row() >= len(self.rows):
            return None
        row = self.rows[index.row()]
        if role == ROW_ROLE:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return row.text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return row.spoken
        if role == Qt.ItemDataRole.ToolTipRole and row.card is not None:
            return f"{row.card.number} · {row.card.title}"
        return None

    @override_safe(Qt.ItemFlag.NoItemFlags)
    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid() or index.row() >= len(self.rows):
            return Qt.ItemFlag.NoItemFlags
        if self.rows[index.row()].card is None:
            return Qt.ItemFlag.ItemIsEnabled
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable


def _shape(row: BoardRow) -> tuple[str, str, int]:
    return (row.kind, row.card.incident_id if row.card else row.text, row.rank)
