"""The command line's entry: find the command, open the session, run the verb, answer with the right exit code."""

from __future__ import annotations

import argparse
import contextlib
import getpass
import os
import sys
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path

from app import __version__
from app.cli import acts, incidents, journal, papers, people, plans, regulator, upkeep
from app.cli.frame import Answer, Call, Commands, Parser, global_options, tell, tell_refusal
from app.domain.errors import Broken, Refused, Unusable
from app.services.session import Session

_MODULES = (people, plans, incidents, journal, acts, regulator, papers, upkeep)


def parser() -> Parser:
    """The whole command line."""
    top = Parser(prog="incident-cockpit", description="Incidents as a signed record: window and command line.")
    top.add_argument("--version", action="version", version=f"incident-cockpit {__version__}")
    global_options(top)
    commands = Commands(top)
    for module in _MODULES:
        module.add(commands)
    return top


def main(argv: Sequence[str]) -> int:
    """Run one command; the exit code is 0 done, 1 the answer is no, 2 unusable input, 3 the environment failed."""
    _speak_utf8()
    as_json = "--json" in argv[: argv.index("--") if "--" in argv else None]
    try:
        return _run(argv, as_json)
    except Refused as refusal:
        tell_refusal(refusal, as_json)
        return refusal.exit_code
    except BrokenPipeError:
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 3
    except KeyboardInterrupt:
        print("Stopped. What was acknowledged before is recorded.", file=sys.stderr)
        return 3
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        tell_refusal(Broken(f"The system refused: {error.strerror or error}{where}.", "", code="system"), as_json)
        return 3


def _run(argv: Sequence[str], as_json: bool) -> int:
    args = parser().parse_args(list(argv))
    if getattr(args, "run", None) is None:
        raise Unusable("No command was given.", "See: incident-cockpit --help.", code="usage")
    _check_words(args)
    with _sessions(args) as call:
        try:
            answer: Answer = args.run(call)
        except (Refused, OSError, KeyboardInterrupt):
            raise
        except Exception as error:  # the one crash path of the command line
            raise _crash(call.home, error) from error
    tell(answer, as_json)
    return answer.exit_code


_PLACES = frozenset({"home", "what", "a", "b"})
"""Arguments that may name a file, whose name may be any bytes."""


def _check_words(args: argparse.Namespace) -> None:
    """Unusable for words that are not valid Unicode: neither the record nor the database could hold them."""
    for name, value in vars(args).items():
        if isinstance(value, str) and name not in _PLACES:
            try:
                value.encode()
            except UnicodeEncodeError as error:
                raise Unusable(
                    "The text is not valid Unicode.", "Type it as UTF-8 and try again.", code="bad-utf8"
                ) from error


@contextlib.contextmanager
def _sessions(args: argparse.Namespace) -> Iterator[Call]:
    """A call whose session is opened when the command first asks for it, and closed at the end."""
    opened: list[Session] = []

    def open_session() -> Session:
        if not opened:
            url = getattr(args, "database_url", None) or os.environ.get("COCKPIT_DATABASE_URL")
            session = _opened(call.home, url)
            opened.append(session)
            name = getattr(args, "as_profile", None)
            if name is not None:
                session.choose(name)
        return opened[0]

    call = Call(args, open_session)
    try:
        yield call
    finally:
        for session in opened:
            session.close()


def _opened(home: Path, url: str | None) -> Session:
    """A session; one that can only look where the folder cannot be written."""
    try:
        return Session.open(home, ask=_ask, database_url=url)
    except Broken as refusal:
        if refusal.code != "read-only":
            raise
        return Session.open(home, ask=_ask, database_url=url, read_only=True)


def _ask(name: str) -> str | None:
    """The passphrase of a profile, asked on the terminal if there is one."""
    if not sys.stdin.isatty():
        return None
    return getpass.getpass(f"Passphrase of {name}: ") or None


def _speak_utf8() -> None:
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _crash(home: Path, error: Exception) -> Broken:
    """Our own fault: the details go to a file that holds no text of entries, the person gets one sentence."""
    where = "".join(traceback.format_tb(error.__traceback__))
    report = home / "crash.log"
    with contextlib.suppress(OSError):
        report.write_text(f"{__version__}\n{type(error).__name__}\n{where}", encoding="utf-8")
        report.chmod(0o600)
    return Broken(
        f"The program failed ({type(error).__name__}); nothing half-done was recorded.",
        f"Run: incident-cockpit verify --all. The details are in {report}.",
        code="crash",
    )
