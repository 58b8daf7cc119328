"""The shape that a plan's tables must have, checked by pydantic over the dataclasses of the domain."""

from __future__ import annotations

import dataclasses
import json
from functools import cache
from typing import Any

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from app.domain import plan as shape
from app.domain.plan import Plan
from app.plans.folder import Fault, Table

_WORDS = {
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "string_type": "must be text in quotes",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "tuple_type": "must be a list in brackets",
    "mapping_type": "must be a table of names and values",
    "is_mapping_error": "must be a table of names and values",
    "dataclass_type": "must be a table of its own",
    "dataclass_exact_type": "must be a table of its own",
}


@cache
def _adapter() -> TypeAdapter[Plan]:
    refusing = ConfigDict(extra="forbid")
    for kind in vars(shape).values():
        if isinstance(kind, type) and dataclasses.is_dataclass(kind):
            kind.__pydantic_config__ = refusing  # type: ignore[attr-defined]
    return TypeAdapter(Plan)


def build(tables: Table) -> Plan | list[Fault]:
    """The plan of merged tables, or every fault of their shape with its path."""
    try:
        return _adapter().validate_json(json.dumps(tables, default=str), strict=True)
    except ValidationError as error:
        return [_fault(details) for details in error.errors(include_url=False)]


def _fault(details: ErrorDetails) -> Fault:
    path = tuple(details["loc"])
    key = next((step for step in reversed(path) if isinstance(step, str)), "plan")
    return Fault(path, _sentence(details, key))


def _sentence(details: ErrorDetails, key: str) -> str:
    kind = details["type"]
    if kind == "missing":
        return f"`{key}` is missing"
    if kind == "unexpected_keyword_argument":
        return f"`{key}` is not a key that a plan knows here"
    if kind == "literal_error":
        allowed = str(details.get("ctx", {}).get("expected", "")).replace("''", "none")
        return f"`{key}` is {_shown(details['input'])}, and must be one of {allowed}"
    if kind in {"too_short", "too_long"}:
        return f"`{key}` must have exactly two numbers"
    return f"`{key}` is {_shown(details['input'])}, and {_WORDS.get(kind, details['msg'].lower())}"


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 40 else f"{text[:39]}…"
