"""Commands of upkeep: verify, doctor, backup, restore, self-test, demo, bench."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from app.cli.frame import Answer, Call, Commands, option
from app.domain.errors import Refused, Unusable
from app.domain.scribe import checked
from app.record.verify import Verdict
from app.services import papers, profiles, upkeep, verification
from app.services.session import Session


def add(commands: Commands) -> None:
    """List the commands of this module."""
    commands.add(
        "verify", _verify, "verify a record, a bag, or everything here",
        option("what", nargs="?", metavar="FILE|NUMBER"),
        option("--all", action="store_true"),
        option("--trust", action="append", default=[], metavar="FINGERPRINT", help="a log or recovery key you trust"),
    )  # fmt: skip
    commands.add(
        "doctor", _doctor, "check the store, the records and the keys",
        option("--rebuild", action="store_true", help="drop the projections and fold them again"),
        option("--accept-rollback", metavar="REASON", help="take a database that is older than its anchor knows"),
    )  # fmt: skip
    commands.add("backup", _backup, "a whole copy of the database", option("-o", "--out", type=Path, required=True))
    commands.add(
        "restore", _restore, "put a backup in place", option("file", type=Path, metavar="FILE"),
        option("--reason", default="restored from a backup", metavar="TEXT"),
    )  # fmt: skip
    commands.add("selftest", _selftest, "check that this installation is complete")
    commands.add(
        "demo", _demo, "play the sample incident and export everything",
        option("--out", type=Path, required=True, metavar="DIR"),
        option("--no-pictures", action="store_true", help="leave the pictures of the window out"),
    )  # fmt: skip
    commands.add(
        "bench", _bench, "the benchmarks, as ratios in one run", option("names", nargs="*", metavar="NAME"),
        option("--pairs", type=int, default=9, help="how many pairs to measure"),
    )  # fmt: skip


def _verify(call: Call) -> Answer:
    args = call.args
    trust = frozenset(_fingerprint(text) for text in args.trust)
    if args.all and args.what:
        raise Unusable("Either everything is verified or one thing.", "Leave --all or the name out.", code="usage")
    if args.all:
        found = verification.verify_all(call.open(), trust)
        lines = [line for name, verdict in found.items() for line in _verdict_lines(name, verdict)]
        value = {name: verification.verdict_json(verdict) for name, verdict in found.items()}
        ok = all(verdict.ok for verdict in found.values())
        return Answer(lines or ["Nothing is recorded here."], {"ok": ok, "records": value}, 0 if ok else 1)
    if not args.what:
        raise Unusable("Nothing was named to verify.", "Name a file or a number, or use --all.", code="usage")
    verdict = _verdict(call, args.what, trust)
    return Answer(_verdict_lines(args.what, verdict), verification.verdict_json(verdict), 0 if verdict.ok else 1)


def _fingerprint(text: str) -> str:
    """A key's fingerprint as people copy it; one with a slip in it would reject a record that is good."""
    if not re.fullmatch(r"SHA256:[A-Za-z0-9+/]{43}", text):
        raise Unusable(
            f"{text[:60]!r} is no fingerprint.", "Write SHA256: and 43 characters, as on the sheet.", code="bad-key"
        )
    return text


def _verdict(call: Call, what: str, trust: frozenset[str]) -> Verdict:
    path = Path(what)
    if path.suffix.lower() == ".pdf" and not path.is_dir():
        return papers.verify_paper(call.open(), path, trust)
    if path.exists() or path.suffix == ".zip" or "/" in what:
        return verification.verify_file(path, trust)
    return verification.verify(call.open(), what, trust)


def _verdict_lines(name: str, verdict: Verdict) -> list[str]:
    lines = [f"{name}: {verdict.verdict}, {verdict.size} entries, root {verdict.root}"]
    lines += [f"  entry {p.entry}: {p.what}" if p.entry is not None else f"  {p.what}" for p in verdict.problems]
    return lines + [f"  remark: {remark}" for remark in verdict.remarks]


def _doctor(call: Call) -> Answer:
    if call.args.accept_rollback:
        return _accept(call)
    session = call.open()
    rebuilt = verification.rebuild(session) if call.args.rebuild else None
    found = verification.doctor(session)
    bad = [one for one in found if one["severity"] == "error"]
    lines = [f"{one['severity']}: {one['what']}" for one in found]
    if rebuilt is not None:
        lines.insert(0, f"The projections of {rebuilt} incidents were folded again from the record.")
    lines.append("Something needs an act." if bad else "All is well.")
    return Answer(lines, {"ok": not bad, "findings": found, "rebuilt": rebuilt}, 1 if bad else 0)


def _accept(call: Call) -> Answer:
    reason = checked(call.args.accept_rollback)
    upkeep.accept_rollback(call.home)
    session = call.open()
    with session.store.read() as read:
        reached = read.data_version()
    told, why = _confessed(session, reason, reached)
    return Answer([f"Accepted. {_told(told)}{why}"], {"accepted": True, "told": told})


def _confessed(session: Session, reason: str, after: int, before: int | None = None) -> tuple[int, str]:
    """In how many records it was told, and why in no more: the database is in its place already, with keys or not."""
    try:
        return (upkeep.confess(session, reason, after, before) if profiles.everyone(session) else 0), ""
    except Refused as refusal:
        return 0, f" {refusal.message}"


def _told(count: int) -> str:
    return "1 record says so in an entry." if count == 1 else f"{count} records say so in an entry."


def _backup(call: Call) -> Answer:
    upkeep.backup(call.open(), call.args.out)
    return Answer([f"Backed up to {call.args.out}. The keys are not in it."], {"file": str(call.args.out)})


def _restore(call: Call) -> Answer:
    reason = checked(call.args.reason)
    done = upkeep.restore(call.args.file, call.home)
    told, why = _confessed(call.open(), reason, done.after.n, done.before.n if done.before else None)
    before = f" The database before it is kept as {done.kept}." if done.kept else ""
    lines = [f"Restored {call.args.file}.{before}", f"{_told(told)}{why}"]
    return Answer(lines, {"restored": str(call.args.file), "kept": str(done.kept or ""), "told": told})


def _selftest(_call: Call) -> Answer:
    from app.services import selftest

    found = selftest.run()
    bad = [one for one in found if not one.ok]
    lines = [f"{'ok  ' if one.ok else 'FAIL'} {one.what}" for one in found]
    value: list[dict[str, Any]] = [{"ok": one.ok, "what": one.what} for one in found]
    return Answer(lines, {"ok": not bad, "checks": value}, 1 if bad else 0)


def _demo(call: Call) -> Answer:
    from app.services import demo

    made = demo.play(call.args.out)
    if not call.args.no_pictures:
        made = (*made, *_pictures(call.args.out))
    return Answer([str(path) for path in made], {"files": [str(path) for path in made]})


def _pictures(out: Path) -> tuple[Path, ...]:
    from app.store import first_page
    from app.ui import pictures

    return pictures.take(out / "data", out, first_page.read)


def _bench(call: Call) -> Answer:
    from app.cli import bench

    found = bench.run(call.args.names, call.args.pairs)
    return Answer(bench.table(found), bench.as_json(found))
