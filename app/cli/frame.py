"""What every command shares: its options, its session, its answer, and how a refusal is told."""

from __future__ import annotations

import argparse
import json
import sys
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

from app.domain.errors import Refused, Unusable
from app.domain.instants import parse_moment
from app.services.session import Session


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command says: lines for people, a value for scripts, and the exit code."""

    lines: Sequence[str] = ()
    value: Any = None
    exit_code: int = 0


@dataclass(frozen=True, slots=True)
class Call:
    """A parsed command with what it needs to run."""

    args: argparse.Namespace
    open: Callable[[], Session] = field(repr=False)

    @property
    def home(self) -> Path:
        """The data folder."""
        from app.paths import home

        return home(getattr(self.args, "home", None))

    @property
    def zone(self) -> str | None:
        """The zone given for local times."""
        return getattr(self.args, "zone", None)

    @property
    def fold(self) -> int | None:
        """First (0) or second (1) of an hour that happens twice."""
        return getattr(self.args, "fold", None)

    def moment(self, name: str) -> datetime | None:
        """An optional time option as a moment."""
        text = getattr(self.args, name, None)
        return None if text is None else parse_moment(text, self.zone, self.fold)

    def when(self) -> dict[str, Any]:
        """`--at` and `--said-by`, as every recording verb takes them."""
        return {"at": self.moment("at"), "said_by": getattr(self.args, "said_by", None)}


_LONGEST = 300
"""Characters of a sentence about words that nobody can read to their end."""

Run = Callable[[Call], Answer]


class Parser(argparse.ArgumentParser):
    """An argument parser that refuses with a sentence and a hint instead of printing its usage."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        # A beginning of an option's name is no option: what a script writes must not change with the next version.
        super().__init__(*args, **{**settings, "allow_abbrev": False})

    def error(self, message: str) -> NoReturn:
        """Refuse what cannot be understood (exit 2)."""
        text = (message[:1].upper() + message[1:]).replace("invalid int value", "not a whole number")
        text = text if len(text) <= _LONGEST else f"{text[:_LONGEST]} …"
        raise Unusable(f"{text}.", f"See: {self.prog} --help.", code="usage")


class Commands:
    """Where a module lists its commands."""

    def __init__(self, parser: argparse.ArgumentParser) -> None:
        self._sub = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=Parser)

    def add(
        self, name: str, run: Run | None, summary: str, *options: Callable[[Parser], object], signs: bool = True
    ) -> Parser:
        """A command with its options; a group has no `run`, and a command that signs nothing may use --as itself."""
        parser: Parser = self._sub.add_parser(name, help=summary, description=summary)
        global_options(parser, signs=signs)
        for option in options:
            option(parser)
        if run is not None:
            parser.set_defaults(run=run)
        return parser

    def group(self, name: str, summary: str) -> Commands:
        """A command whose first word is a command of its own."""
        parser = self.add(name, None, summary)
        parser.set_defaults(run=_missing_word(name))
        inner = Commands.__new__(Commands)
        inner._sub = parser.add_subparsers(dest=f"{name}_command", metavar="COMMAND", parser_class=Parser)
        return inner


def _missing_word(name: str) -> Run:
    def run(_call: Call) -> Answer:
        raise Unusable(f"{name} needs another word.", f"See: incident-cockpit {name} --help.", code="usage")

    return run


def global_options(parser: argparse.ArgumentParser, *, signs: bool = True) -> None:
    """The options that stand before or after the command."""
    hidden = argparse.SUPPRESS
    parser.add_argument("--home", metavar="DIR", default=hidden, help="the data folder (or COCKPIT_HOME)")
    if signs:
        parser.add_argument("--as", dest="as_profile", metavar="PROFILE", default=hidden, help="who signs")
    parser.add_argument("--json", action="store_true", default=hidden, help="answer in JSON")
    parser.add_argument("--database-url", metavar="URL", default=hidden, help="a shared database")


def option(*names: str, **settings: Any) -> Callable[[Parser], object]:
    """One option or argument, for `Commands.add`."""
    return lambda parser: parser.add_argument(*names, **settings)


NUMBER = option("number", metavar="NUMBER", help="the incident's number, id, or the beginning of its id")


def WHEN(parser: Parser) -> None:  # noqa: N802 - used like the constant NUMBER
    """`--at`, `--zone`, `--fold` and `--said-by`."""
    parser.add_argument("--at", metavar="TIME", help="when it happened (RFC 3339, or local with --zone)")
    parser.add_argument("--said-by", metavar="NAME", help="who said it, if not the person who signs")
    zone_options(parser)


def zone_options(parser: Parser) -> None:
    """`--zone` and `--fold`, for local times."""
    parser.add_argument("--zone", metavar="ZONE", help="the zone of local times, such as Europe/Bucharest")
    parser.add_argument(
        "--fold", type=int, choices=(0, 1), help="first (0) or second (1) of an hour that happens twice"
    )


def tell(answer: Answer, as_json: bool) -> None:
    """Print an answer on standard output."""
    if as_json:
        print(json.dumps(answer.value, ensure_ascii=False, indent=2))
        return
    for line in answer.lines:
        print(visible(line))


def visible(text: str) -> str:
    """The text with control characters written out: a line of a record must not steer the reader's terminal."""
    return "".join(_written_out(char) if unicodedata.category(char) == "Cc" else char for char in text)


def _written_out(char: str) -> str:
    return char if char in "\n\t" else f"\\x{ord(char):02x}"


def tell_refusal(refusal: Refused, as_json: bool) -> None:
    """Print a refusal: one sentence and a hint on standard error, and JSON on standard output if asked."""
    print(visible(refusal.message), file=sys.stderr)
    for point in refusal.missing:
        print(f"  - {visible(point)}", file=sys.stderr)
    if refusal.hint:
        print(visible(refusal.hint), file=sys.stderr)
    if as_json:
        error = {"code": refusal.code, "message": refusal.message, "hint": refusal.hint}
        print(json.dumps({"error": {**error, "missing": list(refusal.missing)}}, ensure_ascii=False))
