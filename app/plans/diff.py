"""What differs between two plans, or two versions of one, in sentences that a person can read."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from app.domain.plan import Plan

_NOUNS = {
    "severities": "severity",
    "classes": "class",
    "choices": "table row",
    "authorities": "authority",
    "vocabularies": "vocabulary",
    "sources_of_detection": "source of detection",
    "practice": "practice",
    "names": "names",
    "others": "other names",
    "facts": "facts",
}
_LONGEST = 60
_SHORT_LIST = 8


def diff(old: Plan, new: Plan) -> tuple[str, ...]:
    """One sentence a difference, in the order of a plan's parts; empty if the plans say the same."""
    return tuple(
        sentence
        for field in dataclasses.fields(Plan)
        if field.name != "ours"
        for sentence in _compare(field.name, "", getattr(old, field.name), getattr(new, field.name))
    )


def _compare(name: str, where: str, old: Any, new: Any) -> Iterator[str]:
    if old == new:
        return
    if isinstance(old, tuple) and isinstance(new, tuple) and _coded(old) and _coded(new):
        yield from _lists(name, where, old, new)
    elif dataclasses.is_dataclass(old) and type(old) is type(new):
        yield from _tables(where or _noun(name), old, new)
    elif isinstance(old, Mapping) and isinstance(new, Mapping):
        yield from _mappings(_join(where, _noun(name)), old, new)
    else:
        yield f"{_capital(where)}: {name} was {_shown(old)}, is {_shown(new)}."


def _tables(where: str, old: Any, new: Any) -> Iterator[str]:
    for field in dataclasses.fields(old):
        before, after = getattr(old, field.name), getattr(new, field.name)
        simple = not dataclasses.is_dataclass(before) and not dataclasses.is_dataclass(after)
        yield from _compare(field.name, where if simple else _join(where, field.name), before, after)


def _mappings(where: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for key in dict.fromkeys((*old, *new)):
        before, after = old.get(key), new.get(key)
        if isinstance(before or after, tuple):
            yield from _compare("words", f"{where} {key}", before or (), after or ())
        else:
            yield from _compare(key, where, before or "", after or "")


def _lists(name: str, where: str, old: tuple[Any, ...], new: tuple[Any, ...]) -> Iterator[str]:
    before, after = {_code(item): item for item in old}, {_code(item): item for item in new}
    noun = _noun(name)
    for code in before:
        if code not in after:
            yield f"{_capital(_join(where, f'{noun} {code}'))} is removed."
    for code, item in after.items():
        if code not in before:
            yield f"{_capital(_join(where, f'{noun} {code}'))} is added."
        else:
            yield from _compare(name, _join(where, f"{noun} {code}"), before[code], item)
    kept = [code for code in after if code in before]
    if kept != [code for code in before if code in after]:
        order = f": {', '.join(kept)}" if len(kept) <= _SHORT_LIST else ""
        yield f"{_capital(_join(where, name))} stand in another order{order}."


def _coded(items: tuple[Any, ...]) -> bool:
    """Whether each item can be told from the others by its code."""
    codes = [_code(item) for item in items]
    return all(codes) and len(set(codes)) == len(codes)


def _code(item: Any) -> str:
    """What tells an item of a list from its neighbours."""
    for name in ("id", "code", "act", "who", "name", "metric", "kind", "choose"):
        if value := getattr(item, name, ""):
            more = [getattr(item, extra, "") for extra in ("ref", "when")]
            more += [",".join(getattr(item, extra, ())) for extra in ("severities", "classes") if name == "choose"]
            return " ".join(filter(None, (value, *more)))
    return ""


def _noun(name: str) -> str:
    return _NOUNS.get(name, name.removesuffix("s").replace("_", " "))


def _join(where: str, what: str) -> str:
    return f"{where}, {what}" if where else what


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:] if text else "The plan"


def _shown(value: Any) -> str:
    if value in ("", (), None):
        return "empty"
    if isinstance(value, tuple) and any(map(dataclasses.is_dataclass, value)):
        return f"a list of {len(value)}"
    text = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
    text = " ".join(text.split())
    return f"“{text}”" if len(text) <= _LONGEST else f"“{text[: _LONGEST - 1]}…”"
