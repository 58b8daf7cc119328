"""Timeline rows as they are kept: the domain's rows, with the breach file's answers in words."""

from __future__ import annotations

from app.domain import entries as e
from app.domain import wording
from app.domain.entries import Entry, shown
from app.domain.errors import Unusable
from app.domain.incident import IncidentView
from app.domain.plan import Plan
from app.domain.timeline import TimelineRow


def row_of(entry: Entry, number: int, plan: Plan, view: IncidentView) -> TimelineRow:
    """The row of an entry."""
    return wording.row_of(entry, number, plan, view, _answer)


def _answer(payload: e.BreachStated) -> tuple[str, str]:
    """The label of the field and its value as a person reads it; a field that is no longer known stays as it is."""
    from app.services.rulebook import catalogue

    try:
        field = catalogue().named(payload.field)
    except Unusable:
        return wording.raw_answer(payload)
    value = payload.value
    return field.label, catalogue().readable(field, value) if isinstance(value, str) else shown(value)
