"""Reading a plan folder: every TOML file merged into one set of tables, each part remembering where it came from."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.domain.errors import Unusable
from app.plans import lines

Table = dict[str, Any]

SEED_TEXTS = "seed.toml"
"""The verbatim texts of the source document, beside the plan and no part of it."""

_SINGLE = {"identity", "names", "postmortem", "practice", "vocabularies"}
_LARGEST = 2_000_000
_DEEPEST = 12


@dataclass(slots=True)
class Fault:
    """One thing that is wrong, at a path of the merged tables."""

    path: lines.Path
    sentence: str


@dataclass(slots=True)
class Folder:
    """The merged tables of a plan folder, and for each table or element its file and its place in that file."""

    root: Path
    tables: Table = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    origins: dict[lines.Path, tuple[str, lines.Path]] = field(default_factory=dict)

    def where(self, path: lines.Path) -> str:
        """`clocks.toml, line 12` for a path of the merged tables; the folder's name if it comes from no file."""
        for length in range(len(path), 0, -1):
            if found := self.origins.get(path[:length]):
                name, local = found
                return f"{name}, line {self._line(name, (*local, *path[length:]))}"
        return f"{self.root.name}/plan.toml"

    def _line(self, name: str, path: lines.Path) -> int:
        return (lines.find(self.texts[name], path) if name.endswith(".toml") else None) or 1


def read(root: Path) -> Folder:
    """The folder's tables; raises Unusable for a missing folder, unreadable text, bad TOML or a table given twice."""
    if not (root / "plan.toml").is_file():
        raise Unusable(f"{root} is not a plan folder.", "Give the folder that holds plan.toml.", code="plan-not-found")
    folder = Folder(root)
    for path in sorted([*root.glob("*.toml"), *root.glob("*/*.toml")]):
        name = path.relative_to(root).as_posix()
        if name != SEED_TEXTS:
            _merge(folder, name, _parse(folder, name, path))
    for path in sorted(root.glob("templates/*.txt")):
        _template(folder, path.relative_to(root).as_posix(), _text(folder, path))
    if "identity" not in folder.tables:
        raise Unusable(
            f"The folder {root.name} has no [identity] table.",
            "A plan needs a plan.toml with [identity]: id, title and version.",
            code="plan-invalid",
        )
    return folder


def _text(folder: Folder, path: Path) -> str:
    name = path.relative_to(folder.root).as_posix()
    try:
        if path.stat().st_size > _LARGEST:
            raise Unusable(f"{name} is larger than a plan file may be (2 MB).", "Split it.", code="plan-invalid")
        folder.texts[name] = path.read_bytes().decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise Unusable(
            f"{name}, line {line}: the text is not UTF-8.", "Save the file as UTF-8.", code="plan-invalid"
        ) from error
    except OSError as error:
        raise Unusable(
            f"{name} cannot be read: {error.strerror}.", "Check the file's permissions.", code="plan-invalid"
        ) from error
    return folder.texts[name]


def _parse(folder: Folder, name: str, path: Path) -> Table:
    text = _text(folder, path)
    try:
        tables = tomllib.loads(text)
        if _depth(tables) <= _DEEPEST:
            return tables
    except RecursionError:
        pass
    except tomllib.TOMLDecodeError as error:
        said = str(error)
        place = said.rpartition("(at line ")[2].partition(",")[0]
        line = int(place) if place.isdigit() else text.count("\n") + 1
        raise Unusable(
            f"{name}, line {line}: this is not TOML: {said.partition(' (at')[0].lower()}.",
            "Compare the line with its neighbours: a missing quote, bracket or comma.",
            code="plan-invalid",
        ) from error
    raise Unusable(f"{name} nests deeper than a plan does.", "Compare it with a shipped plan.", code="plan-invalid")


def _depth(value: Any) -> int:
    depth, level = 0, [value]
    while level:
        depth += 1
        level = [
            inner
            for item in level
            if isinstance(item, dict | list)
            for inner in (item.values() if isinstance(item, dict) else item)
        ]
    return depth


def _merge(folder: Folder, name: str, tables: Table) -> None:
    runbook = tables.pop("runbook", None)
    if runbook is not None:
        _append(folder, name, "runbooks", [runbook], single="runbook")
    for key, value in tables.items():
        if isinstance(value, list):
            owned = key == "checklists" and isinstance(runbook, dict)
            _append(folder, name, key, [_of_runbook(item, runbook) for item in value] if owned else value)
        elif isinstance(value, dict) and key in _SINGLE:
            _update(folder, name, key, value)
        else:
            folder.tables[key] = value
            folder.origins[(key,)] = (name, (key,))


def _of_runbook(checklist: Any, runbook: Any) -> Any:
    """A checklist in a runbook's file belongs to that runbook, and to its classes unless it names its own."""
    if not isinstance(checklist, dict):
        return checklist
    inherited = {"runbook": runbook.get("id", ""), "kind": "runbook", "classes": runbook.get("classes", [])}
    return inherited | checklist


def _append(folder: Folder, name: str, key: str, values: list[Any], *, single: str = "") -> None:
    whole = folder.tables.setdefault(key, [])
    if not isinstance(whole, list):
        raise Unusable(f"{name}: `{key}` is a list here and something else in another file.", code="plan-invalid")
    for index, value in enumerate(values):
        folder.origins[(key, len(whole))] = (name, (single,) if single else (key, index))
        whole.append(value)
    folder.origins.setdefault((key,), (name, (key,)))


def _update(folder: Folder, name: str, key: str, value: Table) -> None:
    whole = folder.tables.setdefault(key, {})
    if not isinstance(whole, dict):
        raise Unusable(f"{name}: `{key}` is a table here and something else in another file.", code="plan-invalid")
    for inner in value:
        if inner in whole:
            raise Unusable(
                f"{name}, line {lines.find(folder.texts[name], (key, inner))}: `{key}.{inner}` is already given in "
                f"{folder.where((key, inner))}.",
                "Keep one of the two.",
                code="plan-invalid",
            )
        folder.origins[(key, inner)] = (name, (key, inner))
        whole[inner] = value[inner]
    folder.origins.setdefault((key,), (name, (key,)))


def _template(folder: Folder, name: str, text: str) -> None:
    front, separator, body = text.partition("\n---\n")
    if not separator:
        raise Unusable(
            f"{name}, line 1: a template needs front lines (`id: …`) and a line `---` before its text.",
            "Copy the head of another template.",
            code="plan-invalid",
        )
    values: Table = {"body": body.rstrip("\n")}
    for number, line in enumerate(front.splitlines(), 1):
        key, colon, value = line.partition(":")
        if not colon:
            raise Unusable(
                f"{name}, line {number}: `{line}` is no front line.", "Write `key: value`.", code="plan-invalid"
            )
        if key == "field":
            placeholder, _, bound = value.rpartition("=")
            values.setdefault("fields", {})[placeholder.strip()] = bound.strip()
        else:
            values[key.strip()] = value.strip()
    _append(folder, name, "templates", [values])
