"""Commands that declare, list, show and search incidents."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from app.cli.frame import NUMBER, WHEN, Answer, Call, Commands, option, zone_options
from app.domain.errors import Unusable
from app.domain.timeline import TimelineRow
from app.services import incidents
from app.services.session import Session


def add(commands: Commands) -> None:
    """List the commands of this module."""
    commands.add(
        "declare",
        _declare,
        "open an incident",
        option("--plan", required=True, metavar="ID"),
        option("--severity", required=True, metavar="CODE"),
        option("--title", required=True, metavar="TEXT"),
        option("--class", dest="incident_class", metavar="CODE"),
        option("--summary", metavar="TEXT"),
        option("--detected-at", metavar="TIME"),
        option("--detected-by", metavar="TEXT"),
        option("--commander", metavar="NAME"),
        option("--drill", action="store_true"),
        WHEN,
    )
    group = commands.group("incident", "list and show incidents")
    group.add("list", _list, "every incident", option("--open", action="store_true", help="only the open ones"))
    group.add("show", _show, "one incident", NUMBER, option("--at", metavar="TIME"), zone_options)
    group.add("timeline", _timeline, "the rows of its timeline", NUMBER)
    group.add("renumber", _renumber, "a new number for an incident whose number clashes", NUMBER, WHEN)
    commands.add(
        "search", _search, "lines that hold every word", option("text", metavar="TEXT"), option("--in", dest="number"),
        option("--limit", type=int, default=100),
    )  # fmt: skip


def _declare(call: Call) -> Answer:
    args = call.args
    done = incidents.declare(
        call.open(),
        args.plan,
        args.severity,
        args.title,
        incident_class=args.incident_class,
        summary=args.summary,
        detected_at=call.moment("detected_at"),
        detected_by=args.detected_by,
        commander=args.commander,
        drill=args.drill,
        zone=call.zone,
        **call.when(),
    )
    value = {"number": done.number, "incident_id": done.incident_id, "entry": done.seq, "leaf": done.leaf}
    return Answer([done.number], value)


def _list(call: Call) -> Answer:
    listed = [one for one in incidents.summaries(call.open()) if not (call.args.open and one["closed"])]
    lines = [f"{one['number']}  {one['severity']['code']}  {one['state']}  {one['title']}" for one in listed]
    none = "No incident is open." if call.args.open else "No incident has been declared here."
    return Answer(lines or [none], listed)


def _show(call: Call) -> Answer:
    session = call.open()
    moment = past(call, session)
    seen = (
        incidents.as_known_at(session, call.args.number, moment)
        if moment
        else incidents.look(session, call.args.number)
    )
    shown = incidents.show(seen, moment or session.now())
    return Answer(_sheet(shown), shown)


def past(call: Call, session: Session) -> datetime | None:
    """`--at` of a look back. Unusable for the future, of which nothing is known."""
    moment = call.moment("at")
    if moment is not None and moment > session.now():
        raise Unusable("That moment is in the future.", "Give a past time, or leave --at out.", code="future-time")
    return moment


def _sheet(shown: dict[str, Any]) -> list[str]:
    lines = [
        f"{shown['number']}  {shown['severity']['code']}  {shown['state']}{'  DRILL' if shown['drill'] else ''}",
        f"{shown['title']}",
        f"plan {shown['plan']['id']} {shown['plan']['version']} · {shown['entry_count']} entries",
        f"root {shown['seal']['root']}",
    ]
    lines += ["Clocks"] + [f"  {c['id']}  {c['state']}  due {c['due_at']}  {c['label']}" for c in shown["clocks"]]
    lines += ["Roles"] + [f"  {r['role']}  {r['holder'] or '—'}" for r in shown["roles"]]
    lines += ["Gates"]
    for gate in shown["gates"]:
        lines.append(f"  {gate['id']}  blocks {gate['blocks']}  {'met' if gate['met'] else 'open'}")
        lines += [f"    - {point}" for point in gate["missing"]]
    lines += ["Tasks"] + [f"  [{_mark(t['state'])}] {t['id']}  {t['text']}" for t in shown["tasks"]]
    return lines


def _mark(state: str) -> str:
    return {"open": " ", "done": "x", "skipped": "-", "not_applicable": "/"}[state]


def _timeline(call: Call) -> Answer:
    session = call.open()
    seen = incidents.look(session, call.args.number)
    rows = incidents.rows(session, seen.view.incident_id, 0, incidents.row_count(session, seen.view.incident_id))
    ordered = sorted(rows, key=lambda row: (row.at, row.seq))
    return Answer([row_line(row) for row in ordered], [row_json(row) for row in ordered])


def _renumber(call: Call) -> Answer:
    done = incidents.renumber(call.open(), call.args.number, **call.when())
    return Answer([done.number], {"number": done.number})


def _search(call: Call) -> Answer:
    if not 1 <= call.args.limit <= 10_000:
        raise Unusable("The limit is 1 to 10,000.", "", code="bad-limit")
    found = incidents.search(call.open(), call.args.text, call.args.number, call.args.limit)
    lines = [f"{hit.number}  {row_line(hit.row)}" for hit in found]
    value = [{"number": hit.number, "incident_id": hit.incident_id, **row_json(hit.row)} for hit in found]
    return Answer(lines or ["Nothing found."], value)


def row_line(row: TimelineRow) -> str:
    """A timeline row as one line of text."""
    text = row.text.replace("\n", "\n    ")
    return f"{_stamp(row.at)}  {row.seq:>4}  {row.kind:<10}  {text}  [{row.said_by or row.recorded_by}]"


def row_json(row: TimelineRow) -> dict[str, Any]:
    """A timeline row for scripts."""
    return {
        "entry": row.seq,
        "at": _stamp(row.at),
        "recorded_at": _stamp(row.ts),
        "kind": row.kind,
        "text": row.text,
        "original": row.original or None,
        "said_by": row.said_by or None,
        "recorded_by": row.recorded_by,
        "signer": row.signer,
        "tags": row.tags.split(),
        "starred": row.starred,
        "struck": row.struck,
        "unsigned_by": row.unsigned or None,
    }


def _stamp(milliseconds: int) -> str:
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{milliseconds % 1000:03d}Z"
