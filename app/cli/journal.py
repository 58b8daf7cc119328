"""Commands of the scribe: log, decide, correct, star."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from app.cli.frame import NUMBER, WHEN, Answer, Call, Commands, Parser, option, zone_options
from app.domain.errors import Refused, Unusable
from app.services import journal
from app.services.recorder import Recorded


def add(commands: Commands) -> None:
    """List the commands of this module."""
    commands.add(
        "log",
        _log,
        "record a line by the scribe's grammar; - reads lines from standard input",
        NUMBER,
        option("text", metavar="TEXT"),
        option("--plain", action="store_true", help="take times and marks literally"),
        WHEN,
    )
    commands.add(
        "decide",
        _decide,
        "record a decision",
        NUMBER,
        option("text", metavar="TEXT"),
        option("--reason", metavar="TEXT"),
        option("--topic", default="", metavar="TOPIC", help="the gate's topic that waits for this decision"),
        WHEN,
    )
    commands.add(
        "correct",
        _correct,
        "correct an entry; the old stays readable",
        NUMBER,
        option("entry", type=int, metavar="ENTRY"),
        option("text", nargs="?", metavar="TEXT"),
        _corrections,
        zone_options,
        option("--at", metavar="TIME", help="when the correction was asked for"),
        option("--said-by", metavar="NAME"),
    )
    commands.add(
        "star",
        _star,
        "mark an entry as a milestone",
        NUMBER,
        option("entry", type=int, metavar="ENTRY"),
        option("--off", action="store_true", help="take the mark away"),
        WHEN,
    )


def _corrections(parser: Parser) -> None:
    parser.add_argument("--happened", metavar="TIME", help="the right time of the event")
    parser.add_argument("--tags", metavar="TAGS")
    parser.add_argument("--reason", metavar="TEXT")
    strike = parser.add_mutually_exclusive_group()
    strike.add_argument("--retract", dest="strike", action="store_const", const="retract", help="it was wrong")
    strike.add_argument("--void", dest="strike", action="store_const", const="void", help="a false alarm")
    strike.add_argument("--duplicate-of", metavar="ENTRY", help="it says what another entry says")
    strike.add_argument("--moved-to", metavar="NUMBER", help="it belongs to another incident")


def receipt(done: Recorded) -> Answer:
    """The answer after one recorded entry: its number and hash."""
    value = {"number": done.number, "entry": done.seq, "leaf": done.leaf, "type": done.type}
    return Answer([f"{done.seq}\t{done.leaf}"], value)


def _log(call: Call) -> Answer:
    session, args = call.open(), call.args
    if args.text == "-":
        return _log_lines(call)
    done = journal.log(session, args.number, args.text, zone=call.zone, plain=args.plain, fold=call.fold, **call.when())
    return receipt(done)


def _log_lines(call: Call) -> Answer:
    """Record lines as they come; each is acknowledged by number and hash after it is on disk."""
    session, args = call.open(), call.args
    recorded = 0
    told: list[dict[str, object]] = []
    try:
        for line in scribe_lines():
            done = journal.log(
                session, args.number, line, zone=call.zone, plain=args.plain, fold=call.fold, **call.when()
            )
            recorded += 1
            if getattr(args, "json", False):
                told.append({"entry": done.seq, "leaf": done.leaf})
            else:
                print(f"{done.seq}\t{done.leaf}", flush=True)
    except Refused as refusal:
        refusal.message = f"Line {recorded + 1}: {refusal.message}"
        before = f"The {recorded} before it {'is' if recorded == 1 else 'are'} recorded." if recorded else ""
        refusal.hint = f"{refusal.hint} {before}".strip()
        raise
    return Answer((), {"recorded": recorded, "entries": told})


def scribe_lines() -> Iterator[str]:
    """Lines of standard input; an indented line continues the one above."""
    pending = ""
    if sys.stdin is None:
        raise Unusable("There is no standard input to read lines from.", "Pipe the lines in.", code="no-input")
    for raw in sys.stdin.buffer:
        try:
            line = raw.decode("utf-8-sig").rstrip("\r\n")
        except UnicodeDecodeError as error:
            if pending:
                yield pending
            raise Unusable(
                "The line is not UTF-8.", "Save the text as UTF-8 and try again.", code="bad-utf8"
            ) from error
        if not line.strip():
            continue
        if pending and line[0] in " \t":
            pending += "\n" + line.strip()
            continue
        if pending:
            yield pending
        pending = line
    if pending:
        yield pending


def _decide(call: Call) -> Answer:
    args = call.args
    return receipt(journal.decide(call.open(), args.number, args.text, args.reason, args.topic, **call.when()))


def _correct(call: Call) -> Answer:
    args = call.args
    strike, target = args.strike, None
    if args.duplicate_of is not None:
        strike, target = "duplicate", args.duplicate_of
    elif args.moved_to is not None:
        strike, target = "moved", args.moved_to
    done = journal.correct(
        call.open(),
        args.number,
        args.entry,
        args.text,
        happened=call.moment("happened"),
        tags=args.tags,
        strike=strike,
        to=target,
        reason=args.reason,
        **call.when(),
    )
    return receipt(done[-1])


def _star(call: Call) -> Answer:
    args = call.args
    return receipt(journal.star(call.open(), args.number, args.entry, not args.off, **call.when()))
