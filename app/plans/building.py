"""Building a plan: read its folder, complete it from the base plan, check shape and references, report with lines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from app.domain.errors import Unusable
from app.domain.plan import Plan
from app.plans import checks, folder, schema
from app.plans.folder import Fault, Folder, Table

_WHOLE = ("states", "sources_of_detection")
_BY_KEY = {"clocks": "id", "gates": "id", "audiences": "code", "parameters": "code"}
_SINGULAR = {"clocks": "clock", "gates": "gate", "audiences": "audience", "parameters": "parameter"}


def build(path: Path, base: Path) -> Plan:
    """The plan of a folder, completed from the base's; raises Unusable with every fault in `missing`."""
    read = folder.read(path)
    own = {key: len(value) for key, value in read.tables.items() if isinstance(value, list)}
    read.tables.setdefault("severities", [])
    if path.resolve() != base.resolve():
        complete(read.tables, folder.read(base).tables)
    plan = schema.build(read.tables)
    faults = checks.faults(plan) if isinstance(plan, Plan) else plan
    if isinstance(plan, Plan) and not faults:
        return plan
    raise _unusable(read, [fault for fault in faults if _is_own(fault, own)] or faults)


def _is_own(fault: Fault, own: dict[str, int]) -> bool:
    """Whether the fault is in the plan's own part of a list, and not in what the base added behind it."""
    if len(fault.path) > 1 and isinstance(fault.path[1], int):
        return fault.path[1] < own.get(str(fault.path[0]), 0)
    return True


def _unusable(read: Folder, faults: list[Fault]) -> Unusable:
    sentences = tuple(f"{read.where(fault.path)}: {fault.sentence}." for fault in faults)
    more = f" ({len(sentences) - 1} more)" if len(sentences) > 1 else ""
    return Unusable(
        sentences[0] + more,
        "Mend the line and validate the plan again.",
        code="plan-invalid",
        missing=sentences,
    )


def complete(tables: Table, base: Table) -> None:
    """Fills a plan's tables from the base's by the rules of `app.plans.load`, and lists what was taken in `ours`."""
    ours: list[str] = []
    for key in _WHOLE:
        if not tables.get(key) and base.get(key):
            tables[key] = base[key]
            ours.append(key)
    ours += _keys(tables, base, "names") + _keys(tables, base, "postmortem")
    ours += _roles(tables, base)
    gates = _gates_for(tables.get("states", []), base)
    for key, name in _BY_KEY.items():
        offered = gates if key == "gates" else base.get(key, [])
        ours += _missing(tables, offered, key, name)
    stated = tables.get("ours", [])
    tables["ours"] = list(dict.fromkeys(stated + ours)) if isinstance(stated, list) else stated


def _keys(tables: Table, base: Table, key: str) -> list[str]:
    own = tables.setdefault(key, {})
    if not isinstance(own, dict):
        return []
    taken = {name: value for name, value in base.get(key, {}).items() if name not in own}
    own.update(taken)
    return [f"{key}.{name}" for name in taken]


def _items(tables: Table, key: str) -> list[Any]:
    value = tables.setdefault(key, [])
    return value if isinstance(value, list) else []


def _roles(tables: Table, base: Table) -> list[str]:
    own = _items(tables, "roles")
    held = {role.get("function") for role in own if isinstance(role, dict)}
    taken = [role for role in base.get("roles", []) if role["function"] not in held]
    own.extend(taken)
    return [f"role:{role['code']}" for role in taken]


def _missing(tables: Table, offered: list[Table], key: str, name: str) -> list[str]:
    own = _items(tables, key)
    known = {item.get(name) for item in own if isinstance(item, dict)}
    taken = [item for item in offered if item[name] not in known]
    own.extend(taken)
    return [f"{_SINGULAR[key]}:{item[name]}" for item in taken]


def _gates_for(states: list[Any], base: Table) -> list[Table]:
    """The base's gates, those before its closed state moved to the plan's first closed state."""
    closed = _first_closed(states)
    at_base = _first_closed(base.get("states", []))
    return [
        gate | {"blocks": f"state:{closed}"} if closed and gate["blocks"] == f"state:{at_base}" else gate
        for gate in base.get("gates", [])
    ]


def _first_closed(states: list[Any]) -> str:
    codes = (state.get("code") for state in states if isinstance(state, dict) and state.get("closed") is True)
    return str(next(codes, ""))
