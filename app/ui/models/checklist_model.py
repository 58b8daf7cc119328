"""The checklists of an incident as a tree of two levels: checklists with their windows, tasks with their outcome."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from app.domain.checklists import ChecklistStatus, TaskStatus, checklists
from app.domain.entries import shown
from app.domain.incident import IncidentView
from app.domain.instants import span_text, until_text
from app.domain.plan import Plan
from app.ui.guard import override_safe
from app.ui.models.moments import clock_text, initials

Index = QModelIndex | QPersistentModelIndex
ITEM_ROLE: Final = Qt.ItemDataRole.UserRole
"""The `Group` or `Item` of an index."""
_STARTS: Final = {
    "declared": "declaration", "acknowledged": "acknowledgement", "detected": "detection", "resolved": "resolution",
    "closed": "closing", "aware": "awareness", "recovering": "recovery begins", "monitoring": "monitoring begins",
}  # fmt: skip
TASK_SOON: Final = timedelta(hours=100)


@dataclass(frozen=True, slots=True)
class Item:
    """A task as it is shown: what to do, what to know before, who settled it or who has it, how late it is."""

    id: str
    text: str
    outcome: str
    strength: str = ""
    notes: tuple[str, ...] = ()
    alters_evidence: bool = False
    command: str = ""
    steps: tuple[str, ...] = ()
    reason: str = ""
    owner: str = ""
    settled_by: str = ""
    settled_at: str = ""
    due: str = ""
    late: bool = False

    @property
    def settled(self) -> bool:
        """Done, skipped or not applicable."""
        return self.outcome != "open"

    @property
    def aside(self) -> str:
        """What stands at the right: who settled it and when, whose it is, what is left."""
        if self.settled:
            return f"{initials(self.settled_by)} {self.settled_at}"
        return "  ".join(part for part in (f"@{self.owner}" if self.owner else "", self.due) if part)

    @property
    def why(self) -> str:
        """How it was settled if it was not done: `skipped: the region was isolated already`."""
        word = {"skipped": "skipped", "not_applicable": "not applicable"}.get(self.outcome, "")
        return ": ".join(part for part in (word, self.reason) if part)

    @property
    def spoken(self) -> str:
        """The task as one sentence for a screen reader."""
        word = {"open": "open", "done": "done", "skipped": "skipped", "not_applicable": "not applicable"}[self.outcome]
        parts = [f"{self.text}: {word}"]
        if self.settled:
            parts.append(f"by {self.settled_by} at {self.settled_at}")
        late = "late" if self.late and not self.due else self.due
        parts += [part for part in (self.reason, f"owner {self.owner}" if self.owner else "", late) if part]
        parts += self.notes
        return ", ".join(parts) + "."


@dataclass(frozen=True, slots=True)
class Group:
    """A checklist as it is shown, with its window and what is over or left of it."""

    id: str
    title: str
    window: str
    settled: int
    items: tuple[Item, ...]
    left: str = ""
    late: bool = False

    @property
    def complete(self) -> bool:
        """Whether nothing is open."""
        return self.settled == len(self.items)

    @property
    def count(self) -> str:
        """`2 of 4`."""
        return f"{self.settled} of {len(self.items)}"

    @property
    def spoken(self) -> str:
        """The heading as one sentence for a screen reader."""
        return ", ".join(part for part in (self.title, self.window, f"{self.count} settled", self.left) if part) + "."


def groups_of(plan: Plan, view: IncidentView, now: datetime, zone: ZoneInfo) -> tuple[Group, ...]:
    """The checklists that apply, as they are shown now."""
    names = {view_fp: shown(person.name) for view_fp, person in view.people.items()}
    found = checklists(plan, view, now)
    return tuple(_group(plan, status, names, now, zone) for status in found if status.tasks)


def _group(plan: Plan, status: ChecklistStatus, names: Mapping[str, str], now: datetime, zone: ZoneInfo) -> Group:
    listed = status.checklist
    return Group(
        id=listed.id,
        title=_title(plan, status),
        window=window_text(listed.window, ongoing=listed.ongoing) + _waits_for(status),
        settled=status.settled,
        items=tuple(_item(task, names, now, zone, status.due_at) for task in status.tasks),
        left="" if status.complete else left_text(status.due_at, now),
        late=not status.complete and status.due_at is not None and now > status.due_at,
    )


def _waits_for(status: ChecklistStatus) -> str:
    """What has to happen before the window opens, while it has not happened."""
    if status.checklist.window is None or status.opens_at is not None:
        return ""
    start = status.checklist.start
    return f" after {_STARTS.get(start, start.partition(':')[2] or start)}"


def _title(plan: Plan, status: ChecklistStatus) -> str:
    runbook = next((r.title for r in plan.runbooks if r.id == status.checklist.runbook), "")
    title = status.checklist.title
    return f"{runbook} › {title}" if runbook and runbook != title else title


def _item(
    status: TaskStatus, names: Mapping[str, str], now: datetime, zone: ZoneInfo, group_due: datetime | None
) -> Item:
    task, mark = status.task, status.mark
    actor = mark.actor if mark and status.settled else ""
    own_due = status.due_at if status.due_at != group_due else None
    return Item(
        id=task.id,
        text=task.text_en or task.text,
        outcome=status.outcome,
        strength=task.strength,
        notes=_notes(status),
        alters_evidence=task.destructive,
        command=task.command,
        steps=task.steps,
        reason=shown(mark.reason) if mark else "",
        owner=shown(status.owner),
        settled_by=names.get(actor, actor[:14]),
        settled_at=_settled_at(mark.at if mark else None, now, zone) if actor else "",
        due=_due(status, own_due, now),
        late=status.late and not status.settled,
    )


def _notes(status: TaskStatus) -> tuple[str, ...]:
    task = status.task
    condition = task.condition.removeprefix("if ").removeprefix("If ")
    told = condition.casefold() in (task.text_en or task.text).casefold()
    notes = [f"if {condition}"] if condition and not told else []
    if task.destructive and not status.settled:
        notes.append("alters evidence: secure it first")
    return tuple(notes)


def _settled_at(moment: datetime | None, now: datetime, zone: ZoneInfo) -> str:
    if moment is None:
        return ""
    local = moment.astimezone(zone)
    today = now.astimezone(zone).date()
    return clock_text(moment, zone) if local.date() == today else f"{local.day} {local:%b} {clock_text(moment, zone)}"


def _due(status: TaskStatus, own_due: datetime | None, now: datetime) -> str:
    if status.settled:
        return ""
    if own_due is None:
        return ""
    return left_text(own_due, now) if abs(own_due - now) < TASK_SOON else ""


def left_text(due: datetime | None, now: datetime) -> str:
    """`12 min left`, rounded up, or `48 min over`, rounded down."""
    if due is None:
        return ""
    if now <= due:
        return f"{until_text(due - now)} left"
    over = now - due
    return f"{span_text(over)} over" if over >= timedelta(minutes=1) else "due now"


def window_text(window: tuple[int, int] | None, *, ongoing: bool = False) -> str:
    """`0 to 10 min`, `1 to 4 h`, `10 min to 1 h`; `ongoing` where the plan sets no end."""
    if window is None:
        return "ongoing" if ongoing else ""
    first, last = window
    start, end = _amount(first), _amount(last)
    if first == 0:
        return f"0 to {end}"
    shared = start.split()[-1] == end.split()[-1] and start.count(" ") == 1
    return f"{start.split()[0]} to {end}" if shared else f"{start} to {end}"


def _amount(minutes: int) -> str:
    return span_text(timedelta(minutes=minutes)) if minutes else "0 min"


class ChecklistModel(QAbstractItemModel):
    """Checklists with their tasks below them; replaces values in place so that a tick keeps selection and folding."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._groups: tuple[Group, ...] = ()

    @property
    def groups(self) -> tuple[Group, ...]:
        """What is shown."""
        return self._groups

    def show(self, groups: tuple[Group, ...]) -> bool:
        """Show these; True when the tree was built anew because other checklists or tasks apply."""
        if _shape(groups) == _shape(self._groups):
            self._replace(groups)
            return False
        self.beginResetModel()
        self._groups = groups
        self.endResetModel()
        return True

    def _replace(self, groups: tuple[Group, ...]) -> None:
        before, self._groups = self._groups, groups
        for place, (old, new) in enumerate(zip(before, groups, strict=True)):
            if old == new:
                continue
            top = self.index(place, 0)
            self.dataChanged.emit(top, top)
            if new.items:
                self.dataChanged.emit(self.index(0, 0, top), self.index(len(new.items) - 1, 0, top))

    def group_at(self, index: Index) -> Group | None:
        """The checklist of an index, also of a task's."""
        if not index.isValid():
            return None
        inside = index.internalId()
        place = inside - 1 if inside else index.row()
        return self._groups[place] if place < len(self._groups) else None

    def item_at(self, index: Index) -> Item | None:
        """The task of an index; None for a checklist's heading."""
        if not index.isValid() or not index.internalId():
            return None
        group = self.group_at(index)
        return group.items[index.row()] if group and index.row() < len(group.items) else None

    def index_of(self, task: str) -> QModelIndex:
        """Where a task stands; an invalid index when it does not apply."""
        for place, group in enumerate(self._groups):
            for row, item in enumerate(group.items):
                if item.id == task:
                    return self.index(row, 0, self.index(place, 0))
        return QModelIndex()

    @override_safe(QModelIndex())
    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:
        if column != 0 or row < 0 or row >= self.rowCount(parent):
            return QModelIndex()
        return self.createIndex(row, column, parent.row() + 1 if parent.isValid() else 0)

    @override_safe(QModelIndex())
    def parent(self, index: Index = QModelIndex()) -> QModelIndex:  # type: ignore[override]
        inside = index.internalId() if index.isValid() else 0
        return self.createIndex(inside - 1, 0, 0) if inside else QModelIndex()

    @override_safe(0)
    def rowCount(self, parent: Index = QModelIndex()) -> int:
        if not parent.isValid():
            return len(self._groups)
        if parent.internalId() or parent.column():
            return 0
        return len(self._groups[parent.row()].items)

    @override_safe(1)
    def columnCount(self, parent: Index = QModelIndex()) -> int:
        return 1

    @override_safe(None)
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        shown_here = self.item_at(index) or self.group_at(index)
        if shown_here is None:
            return None
        if role == ITEM_ROLE:
            return shown_here
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return shown_here.spoken
        if role == Qt.ItemDataRole.DisplayRole:
            return shown_here.text if isinstance(shown_here, Item) else shown_here.title
        if role == Qt.ItemDataRole.CheckStateRole and isinstance(shown_here, Item):
            return _CHECKS[shown_here.outcome]
        return None

    @override_safe(Qt.ItemFlag.NoItemFlags)
    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        common = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled
        if index.internalId():
            return common | Qt.ItemFlag.ItemNeverHasChildren
        return common


_CHECKS: Final = {
    "open": Qt.CheckState.Unchecked,
    "done": Qt.CheckState.Checked,
    "skipped": Qt.CheckState.PartiallyChecked,
    "not_applicable": Qt.CheckState.PartiallyChecked,
}


def _shape(groups: tuple[Group, ...]) -> list[tuple[str, tuple[str, ...]]]:
    return [(group.id, tuple(item.id for item in group.items)) for group in groups]
