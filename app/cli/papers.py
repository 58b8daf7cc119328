"""Commands that write: post-mortem, actions, documents, bundles."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from app.cli.frame import NUMBER, WHEN, Answer, Call, Commands, option
from app.cli.journal import receipt
from app.domain.entries import shown
from app.domain.errors import Unusable
from app.services import exporting, incidents, postmortem
from app.services.files import check_target
from app.services.recorder import check_moment


def add(commands: Commands) -> None:
    """List the commands of this module."""
    group = commands.group("postmortem", "the post-mortem's prose")
    group.add(
        "set",
        _write,
        "write a section",
        NUMBER,
        option("section", metavar="SECTION"),
        option("text", metavar="TEXT"),
        WHEN,
    )
    group.add("sections", _sections, "the sections of the plan's template", NUMBER)
    action = commands.group("action", "follow-up actions")
    action.add(
        "add", _add, "an action with owner and day", NUMBER, option("text", metavar="TEXT"),
        option("--owner", metavar="NAME"), option("--due", metavar="DAY"), WHEN,
    )  # fmt: skip
    action.add(
        "close", _close, "it is complete", NUMBER, option("entry", type=int, metavar="ENTRY"),
        option("--note", metavar="TEXT"), WHEN,
    )  # fmt: skip
    report = commands.group("report", "documents")
    report.add("list", _reports, "every document")
    commands.add(
        "export",
        _export,
        "write a document, or the record as a bag",
        NUMBER,
        option("--as", dest="report", required=True, metavar="REPORT", help="a report, or: bundle"),
        option("--audience", metavar="AUDIENCE"),
        option("-o", "--out", type=Path, required=True, metavar="FILE"),
        option(
            "--hand-out", action="store_true", help="record that it was handed out; clocks that wait for it are met"
        ),
        WHEN,
        signs=False,
    )


def _write(call: Call) -> Answer:
    args = call.args
    return receipt(postmortem.write(call.open(), args.number, args.section, args.text, **call.when()))


def _sections(call: Call) -> Answer:
    seen = incidents.look(call.open(), call.args.number)
    listed = [
        {"id": s.id, "title": s.title, "kind": s.kind, "text": shown(seen.view.postmortem[s.id].text)}
        if s.id in seen.view.postmortem
        else {"id": s.id, "title": s.title, "kind": s.kind, "text": None}
        for s in seen.plan.postmortem.sections
    ]
    return Answer([f"{one['id']}  {one['title']}" for one in listed], listed)


def _add(call: Call) -> Answer:
    args = call.args
    return receipt(postmortem.add_action(call.open(), args.number, args.text, args.owner, args.due, **call.when()))


def _close(call: Call) -> Answer:
    args = call.args
    return receipt(postmortem.close_action(call.open(), args.number, args.entry, args.note, **call.when()))


def _reports(_call: Call) -> Answer:
    listed = exporting.report_list()
    return Answer([f"{one['name']}  {one['title']}" for one in listed], listed)


def _export(call: Call) -> Answer:
    args = call.args
    session = call.open()
    if args.report != exporting.BUNDLE:
        check_target(args.out, session.folder)
    when = _handed_out_when(call)
    digest = exporting.export(session, args.number, args.report, args.out, args.audience)
    value: dict[str, object] = {"file": str(args.out), "sha256": digest, "report": args.report}
    lines = [f"{args.out}  sha256 {digest}" if digest else str(args.out)]
    if args.hand_out:
        done = exporting.handed_out(session, args.number, args.report, digest, args.audience or "", **when)
        value |= {"entry": done.seq, "leaf": done.leaf}
        lines.append(f"{done.seq}\t{done.leaf}")
    return Answer(lines, value)


def _handed_out_when(call: Call) -> dict[str, Any]:
    """When it was handed out; judged, with the signer's key, before the document is written. Unusable without it."""
    when = call.when()
    if not call.args.hand_out:
        if when["at"] is not None or when["said_by"] is not None:
            raise Unusable(
                "Writing a document out records nothing.", "Use --at and --said-by with --hand-out.", code="usage"
            )
        return when
    check_moment(when["at"], call.open().now())
    call.open().signing_key()
    return when
