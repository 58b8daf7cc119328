"""Where a key or an array element stands in a TOML text, so that a fault can be shown with its line."""

from __future__ import annotations

import re

Path = tuple[str | int, ...]

_STRINGS = (
    re.compile(r'"""(?:\\.|[^\\])*?"{3,5}', re.DOTALL),
    re.compile(r"'''.*?'{3,5}", re.DOTALL),
    re.compile(r'"(?:\\.|[^"\\])*"'),
    re.compile(r"'[^']*'"),
)
_BARE = re.compile(r"[^\s,\[\]{}#=]+")
_BLANK = re.compile(r"(?:\s|#[^\n]*)*")
_KEY = re.compile(r"""\s*("(?:\\.|[^"\\])*"|'[^']*'|[A-Za-z0-9_-]+)\s*""")


def find(text: str, path: Path) -> int | None:
    """The line, from 1, of a path such as `("clocks", 2, "amount")`; of its nearest parent if it is not there."""
    places = _Scan(text).places
    for length in range(len(path), 0, -1):
        if path[:length] in places:
            return text.count("\n", 0, places[path[:length]]) + 1
    return None


class _Scan:
    """One walk over a text that the TOML parser has already accepted."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.places: dict[Path, int] = {}
        self._counts: dict[Path, int] = {}
        self._document()

    def _document(self) -> None:
        table: Path = ()
        while self._skip():
            if self.text[self.at] == "[":
                table = self._header()
            else:
                self._pair(table)

    def _header(self) -> Path:
        start = self.at
        repeated = self.text.startswith("[[", start)
        self.at += 2 if repeated else 1
        path = self._resolve(self._keys())
        self.at += 2 if repeated else 1
        if repeated:
            self._counts[path] = self._counts.get(path, -1) + 1
            self.places.setdefault(path, start)
            path = (*path, self._counts[path])
        self.places.setdefault(path, start)
        return path

    def _resolve(self, keys: list[str]) -> Path:
        path: Path = ()
        for key in keys[:-1]:
            path = (*path, key)
            if path in self._counts:
                path = (*path, self._counts[path])
        return (*path, keys[-1])

    def _pair(self, table: Path) -> None:
        start = self.at
        path = (*table, *self._keys())
        for length in range(len(table) + 1, len(path) + 1):
            self.places.setdefault(path[:length], start)
        self.at += 1
        self._value(path)

    def _keys(self) -> list[str]:
        keys: list[str] = []
        while True:
            match = _KEY.match(self.text, self.at)
            if match is None:
                raise ValueError("the text is not TOML")
            keys.append(match[1].strip("\"'"))
            self.at = match.end()
            if self.text[self.at] != ".":
                return keys
            self.at += 1

    def _value(self, path: Path) -> None:
        self._skip()
        opening = self.text[self.at]
        if opening == "[":
            self._array(path)
        elif opening == "{":
            self._inline(path)
        else:
            for pattern in (*_STRINGS, _BARE):
                if match := pattern.match(self.text, self.at):
                    self.at = match.end()
                    return

    def _array(self, path: Path) -> None:
        self.at += 1
        index = 0
        while self._skip() and self.text[self.at] != "]":
            self.places[(*path, index)] = self.at
            self._value((*path, index))
            index += 1
            self._comma()
        self.at += 1

    def _inline(self, path: Path) -> None:
        self.at += 1
        while self._skip() and self.text[self.at] != "}":
            self._pair(path)
            self._comma()
        self.at += 1

    def _comma(self) -> None:
        if self._skip() and self.text[self.at] == ",":
            self.at += 1

    def _skip(self) -> bool:
        match = _BLANK.match(self.text, self.at)
        self.at = match.end() if match else self.at
        return self.at < len(self.text)
