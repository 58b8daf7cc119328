"""Commands of the regulator side: clocks, awareness, breach file."""

from __future__ import annotations

from typing import Any

from app.cli.frame import NUMBER, WHEN, Answer, Call, Commands, option, zone_options
from app.cli.incidents import past
from app.cli.journal import receipt
from app.domain.clocks import clocks
from app.domain.errors import Unusable
from app.domain.instants import parse_moment
from app.services import incidents, regulatory


def add(commands: Commands) -> None:
    """List the commands of this module."""
    group = commands.group("clock", "what is due when")
    group.add(
        "list",
        _clocks,
        "the clocks of an incident, tightest first",
        NUMBER,
        option("--at", metavar="TIME"),
        zone_options,
    )
    group.add(
        "compute",
        _compute,
        "a regulatory deadline",
        option("--regime", default="gdpr-art33", metavar="REGIME"),
        option("--aware", metavar="TIME"),
        option("--local", metavar="TIME", help="awareness as local time, with --zone"),
        option("--authority", metavar="ID"),
        option("--submitted", metavar="TIME"),
        option("--now", metavar="TIME"),
        zone_options,
    )
    commands.add(
        "aware", _aware, "record that the controller is aware (starts the 72 hours)", NUMBER,
        option("--reason", required=True, metavar="TEXT"), WHEN,
    )  # fmt: skip
    breach = commands.group("breach", "the breach file")
    breach.add(
        "set", _set, "answer a field, or say that it is not known yet", NUMBER, option("field", metavar="FIELD"),
        option("value", nargs="?", metavar="VALUE"), option("--unknown", action="store_true"),
        option("--owner", metavar="NAME"), option("--due", metavar="DAY"), WHEN,
    )  # fmt: skip
    breach.add("show", _show, "the breach file with what is still open", NUMBER)


def _clocks(call: Call) -> Answer:
    session = call.open()
    moment = past(call, session)
    seen = (
        incidents.as_known_at(session, call.args.number, moment)
        if moment
        else incidents.look(session, call.args.number)
    )
    found = [incidents.clock_json(clock) for clock in clocks(seen.plan, seen.view, moment or session.now())]
    lines = [f"{one['state']:<9} due {one['due_at']}  {one['id']}  {one['label']}" for one in found]
    return Answer(lines or ["No clock has started."], found)


def _compute(call: Call) -> Answer:
    args = call.args
    if (args.aware is None) == (args.local is None):
        raise Unusable("Give the awareness once.", "Use --aware TIME, or --local TIME with --zone.", code="usage")
    aware = parse_moment(args.aware or args.local, call.zone, call.fold)
    found = regulatory.compute_deadline(
        regime=args.regime,
        aware_at=aware,
        zone=call.zone,
        authority=args.authority,
        submitted=call.moment("submitted"),
        now=call.moment("now"),
    )
    return Answer([f"{name}: {_word(value)}" for name, value in found.items()], found)


def _word(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(str(one) for one in value) or "none"
    return "—" if value is None else str(value)


def _aware(call: Call) -> Answer:
    args = call.args
    return receipt(regulatory.aware(call.open(), args.number, args.reason, zone=call.zone, **call.when()))


def _set(call: Call) -> Answer:
    args = call.args
    if args.unknown:
        if args.value is not None:
            raise Unusable("A field is either answered or unknown.", "Leave the value or --unknown out.", code="usage")
        if not args.due or not args.owner:
            raise Unusable("An unknown needs --owner and --due.", "Say who will find out, and by when.", code="usage")
        done = regulatory.state_unknown(call.open(), args.number, args.field, args.owner, args.due, **call.when())
        return receipt(done)
    if args.value is None:
        raise Unusable("The field needs a value.", "Or: --unknown --owner NAME --due YYYY-MM-DD.", code="usage")
    return receipt(regulatory.state_field(call.open(), args.number, args.field, args.value, **call.when()))


def _show(call: Call) -> Answer:
    found = regulatory.breach_json(call.open(), call.args.number)
    lines: list[str] = []
    for section in found["sections"]:
        lines.append(f"{section['title']}  {section.get('letter') or ''}".rstrip())
        lines += [f"  {one['number']:<5} {one['label']}: {one['text']}" for one in section["lines"]]
    if found["missing"]:
        lines.append(f"Still open of the minimum: {', '.join(found['missing'])}")
    lines += found["warnings"]
    return Answer(lines, found)
