"""Commands about response plans."""

from __future__ import annotations

from pathlib import Path

from app.cli.frame import Answer, Call, Commands, option
from app.services import plans


def add(commands: Commands) -> None:
    """List the commands of this module."""
    group = commands.group("plan", "response plans")
    group.add("list", _list, "the plans at hand")
    group.add("show", _show, "everything that a plan says", option("id", metavar="ID"))
    group.add("validate", _validate, "check a plan folder", option("path", type=Path, metavar="PATH"))
    group.add("diff", _diff, "what changed between two plans", option("a", metavar="A"), option("b", metavar="B"))
    group.add("import", _import, "keep a plan folder", option("path", type=Path, metavar="PATH"))


def _list(call: Call) -> Answer:
    known = plans.available(call.open())
    lines = [f"{p.id}  {p.version}  {p.title}  {p.hash[:12]}" for p in known]
    return Answer(lines, [{"id": p.id, "title": p.title, "version": p.version, "hash": p.hash} for p in known])


def _show(call: Call) -> Answer:
    whole = plans.as_json(call.open(), call.args.id)
    plan, _hash = plans.get(call.open(), call.args.id)
    lines = [f"{plan.identity.title} ({plan.id} {plan.identity.version}, {whole['hash']})", ""]
    lines += ["Severities"] + [f"  {s.code}  {s.title}" for s in plan.severities]
    lines += ["Clocks"] + [f"  {c.id}  {c.label}  {', '.join(c.severities) or 'all'}" for c in plan.clocks]
    lines += ["States"] + [f"  {s.code}  {s.title}" for s in plan.states]
    lines += ["Roles"] + [f"  {r.code}  {r.title}" for r in plan.roles]
    lines += ["Audiences"] + [f"  {a.code}  {a.title}" for a in plan.audiences]
    lines += ["Classes"] + [f"  {c.code}  {c.title}" for c in plan.classes]
    for checklist in plan.checklists:
        lines += [f"Checklist {checklist.id}: {checklist.title}"]
        lines += [f"  {task.id}  {task.text_en or task.text}" for task in checklist.tasks]
    lines += ["Post-mortem sections"] + [f"  {s.id}  {s.title}" for s in plan.postmortem.sections]
    lines += ["Our defaults (the document is silent)"] + [f"  {name}" for name in plan.ours]
    return Answer(lines, whole)


def _validate(call: Call) -> Answer:
    plan = plans.validate(call.args.path)
    sentence = f"{plan.identity.title} {plan.identity.version} is a valid plan."
    return Answer([sentence], {"id": plan.id, "version": plan.identity.version, "valid": True})


def _diff(call: Call) -> Answer:
    found = plans.differences(call.open(), call.args.a, call.args.b)
    return Answer(found or ["They are the same."], list(found))


def _import(call: Call) -> Answer:
    kept = plans.import_folder(call.open(), call.args.path)
    return Answer([f"{kept.title} {kept.version} is at hand as {kept.id}."], {"id": kept.id, "hash": kept.hash})
