"""A plan from its folder, as JSON for the store, and back: what runs is the stored JSON, read without pydantic.

The base plan completes a plan, by these rules; everything taken is listed in `Plan.ours`:

- `states` wholly, if the plan has none; `sources_of_detection` and the post-mortem's `sections` likewise;
- `names` and `postmortem`: each key that the plan leaves out;
- `roles`: each whose function (commander, scribe, dpo) no role of the plan has;
- `clocks`, `audiences`, `parameters`, `gates`: each whose id or code the plan does not have itself.

A base gate before the base's closed state stands before the first closed state of the plan.
"""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from app.domain.errors import Unusable
from app.domain.plan import Plan

Json = Any
_Read = Callable[[Any, str], Any]


def load_folder(path: Path, base: Path | None = None) -> Plan:
    """The checked plan of a folder, completed from the base plan; raises Unusable with file, line and sentence."""
    from app.plans import building, catalog

    return building.build(path, base if base is not None else catalog.base())


def to_json(plan: Plan) -> dict[str, Json]:
    """The plan as whole numbers, text, lists, tables and true or false only; what has its default value is left out."""
    written = _written(plan)
    if not isinstance(written, dict):
        raise TypeError("a plan is written as a table")
    return written


def from_json(value: Json) -> Plan:
    """The plan of stored JSON; unknown keys of a newer version are passed over, anything else raises Unusable."""
    plan = _reader(Plan)(value, "plan")
    if not isinstance(plan, Plan):
        raise TypeError("a plan is read from a table")
    return plan


def from_foreign_json(value: Json) -> Plan:
    """The plan of JSON that this program did not write itself, checked as a folder is; raises Unusable."""
    from app.plans import checks

    plan = from_json(value)
    if found := checks.faults(plan):
        place = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in found[0].path)
        raise Unusable(
            f"The plan {plan.id[:40]} does not fit together: {place.lstrip('.')}: {found[0].sentence}.",
            "Ask whoever sent it for the plan's folder.",
            code="plan-invalid",
        )
    return plan


def _written(value: object) -> Json:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: _written(content)
            for field in dataclasses.fields(value)
            if (content := getattr(value, field.name)) != _default(field)
        }
    if isinstance(value, tuple):
        return [_written(item) for item in value]
    if isinstance(value, Mapping):
        return {key: _written(item) for key, item in value.items()}
    return value


def _default(field: dataclasses.Field[Any]) -> object:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return field.default


@cache
def _reader(kind: Any) -> _Read:
    """What reads a value of that type from JSON."""
    origin, parts = get_origin(kind), get_args(kind)
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        return _table_reader(kind)
    if origin is tuple:
        return _pair_reader(parts) if parts[-1] is not Ellipsis else _list_reader(_reader(parts[0]))
    if origin in (Union, types.UnionType):
        inner = _reader(next(part for part in parts if part is not type(None)))
        return lambda value, at: None if value is None else inner(value, at)
    if origin is Literal:
        return _choice_reader(frozenset(parts))
    if origin is not None and issubclass(origin, Mapping):
        return _mapping_reader(_reader(parts[1]))
    return _plain_reader(kind)


def _refuse(at: str, wanted: str) -> Unusable:
    return Unusable(
        f"The stored plan cannot be read: {at} is not {wanted}.",
        "Import the plan again from its folder, or use a newer version of the program.",
        code="plan-invalid",
    )


def _plain_reader(kind: type) -> _Read:
    def read(value: Any, at: str) -> Any:
        if type(value) is not kind:
            raise _refuse(at, {"str": "text", "int": "a whole number", "bool": "true or false"}[kind.__name__])
        return value

    return read


def _choice_reader(allowed: frozenset[Any]) -> _Read:
    def read(value: Any, at: str) -> Any:
        if not isinstance(value, str) or value not in allowed:
            raise _refuse(at, "one of the words that a plan knows there")
        return value

    return read


def _list_reader(item: _Read) -> _Read:
    def read(value: Any, at: str) -> Any:
        if not isinstance(value, list):
            raise _refuse(at, "a list")
        return tuple([item(element, at) for element in value])

    return read


def _pair_reader(parts: tuple[Any, ...]) -> _Read:
    readers = [_reader(part) for part in parts]

    def read(value: Any, at: str) -> Any:
        if not isinstance(value, list) or len(value) != len(readers):
            raise _refuse(at, f"a list of {len(readers)}")
        return tuple(inner(element, at) for inner, element in zip(readers, value, strict=True))

    return read


def _mapping_reader(item: _Read) -> _Read:
    def read(value: Any, at: str) -> Any:
        if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
            raise _refuse(at, "a table")
        return {key: item(element, f"{at}.{key}") for key, element in value.items()}

    return read


def _table_reader(kind: type) -> _Read:
    hints = get_type_hints(kind)
    fields = dataclasses.fields(kind)
    readers = {field.name: _reader(hints[field.name]) for field in fields}
    required = [
        field.name
        for field in fields
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    ]

    def read(value: Any, at: str) -> Any:
        if not isinstance(value, dict):
            raise _refuse(at, "a table")
        if missing := [name for name in required if name not in value]:
            raise _refuse(f"{at}.{missing[0]}", "there, and it is needed")
        return kind(**{key: readers[key](part, f"{at}.{key}") for key, part in value.items() if key in readers})

    return read
