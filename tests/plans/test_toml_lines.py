"""A path into a TOML text leads to the line where it stands."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from app.plans import catalog, lines

TEXT = '''\
# head
title = "a [[not a header]] = b"
[one]
two.three = 1
"quoted key" = """
[[neither]]
"""
[[list]]
name = 'first'
[[list.inner]]
x = 1
[[list.inner]]
x = 2
[[list]]
name = "second"  # [comment]
items = [
  { a = 1, b = [1,
    2] },
  # between
  { a = 3 },
]
[list.table]
y = 1
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("title",), 2),
        (("one", "two", "three"), 4),
        (("one", "quoted key"), 5),
        (("list", 0), 8),
        (("list", 0, "inner", 1, "x"), 13),
        (("list", 1, "name"), 15),
        (("list", 1, "items", 0, "b", 1), 18),
        (("list", 1, "items", 1, "a"), 20),
        (("list", 1, "table", "y"), 23),
        (("list", 1, "items", 1, "missing"), 20),
    ],
)
def test_a_path_is_found(path: lines.Path, line: int) -> None:
    """Headers, repeated tables, dotted and quoted keys, arrays over lines; what is missing leads to its parent."""
    tomllib.loads(TEXT)
    assert lines.find(TEXT, path) == line


def test_nothing_is_found_for_an_unknown_path() -> None:
    """None, and not some line."""
    assert lines.find(TEXT, ("elsewhere", 3)) is None


def leaves(value: Any, path: lines.Path = ()) -> list[tuple[lines.Path, Any]]:
    """Every single value of parsed TOML with its path."""
    if isinstance(value, dict):
        return [leaf for key, inner in value.items() for leaf in leaves(inner, (*path, key))]
    if isinstance(value, list):
        return [leaf for index, inner in enumerate(value) for leaf in leaves(inner, (*path, index))]
    return [(path, value)]


@pytest.mark.parametrize("name", ["plan.toml", "clocks.toml", "lifecycle.toml", "people.toml"])
def test_every_value_of_a_shipped_file_is_on_the_line_that_is_told(name: str) -> None:
    """The line holds the key and the value."""
    path: Path = dict(catalog.shipped())["zkp"] / name
    text = path.read_text(encoding="utf-8")
    rows = text.splitlines()
    for where, value in leaves(tomllib.loads(text)):
        found = lines.find(text, where)
        assert found is not None
        key = next(step for step in reversed(where) if isinstance(step, str))
        assert isinstance(value, bool) or str(value).split("\n")[0] in rows[found - 1]
        assert isinstance(where[-1], int) or key in rows[found - 1]
