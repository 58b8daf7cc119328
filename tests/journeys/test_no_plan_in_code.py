"""Four plans, one engine: no plan's name, severity or state is written into the program."""

from __future__ import annotations

import re

from outside import ROOT

from app.plans import catalog, load

ALLOWED = {
    ("app/cli/bench.py", "P1"): "the id of a benchmark in the list of goals, next to S1, A1, V1 and X1",
    ("app/record/recovery.py", "RECOVERY"): "the heading of the recovery sheet, in capitals",
}
TEXTS = {".py", ".toml", ".json", ".txt", ".ini", ".mako", ".qss", ".sql", ".cfg", ".yaml"}
SOURCES = sorted(path for path in (ROOT / "app").rglob("*") if path.suffix in TEXTS and "resources" not in path.parts)


def words_of_plans() -> set[str]:
    """Ids, titles and their first parts, severities with their short forms, and states, of every shipped plan."""
    words: set[str] = set()
    for plan_id, folder in catalog.shipped():
        plan = load.load_folder(folder)
        title = plan.identity.title
        words |= {plan_id, plan.id, title, re.split(r" [—–:-] |: ", title)[0]}
        words |= {word for level in plan.severities for word in (level.code, level.short)}
        words |= set(plan.state_codes)
    return words - {""}


def finds(text: str, words: set[str]) -> set[str]:
    """The words that stand in a text on their own; a plan's id in any case."""
    folded = {word.casefold(): word for word in words if word.isalpha() and word.islower()}
    pattern = rf"(?<!\w)(?:{'|'.join(map(re.escape, sorted(words, key=len, reverse=True)))})(?!\w)"
    hits = {found[0] for found in re.finditer(pattern, text, re.IGNORECASE)}
    return {hit for hit in hits if hit in words} | {folded[hit.casefold()] for hit in hits if hit.casefold() in folded}


def test_the_words_are_those_of_the_plans() -> None:
    """The search would find what it is for."""
    words = words_of_plans()
    assert words >= {"zkp", "P0", "SEV-1", "SEV_5_SYSTEMIC", "SEV_4", "CONTAINMENT", "AZ-015", "POSTMORTEM_PENDING"}
    for text in ('declare(session, "zkp")', "== 'SEV_4'", "state:CLOSED", "HyperKit", "`P0`", "if code == 'SEV-1':"):
        assert len(finds(text, words)) == 1, text
    assert not finds("is_closed DISCLOSED P01 atlases", words)


def test_the_program_names_no_plan() -> None:
    """Not even in a docstring, but for the short list above."""
    words = words_of_plans()
    named = {
        (path.relative_to(ROOT).as_posix(), word)
        for path in SOURCES
        for word in finds(path.read_text(encoding="utf-8"), words)
    }
    assert len(SOURCES) > 150
    assert sorted(named - ALLOWED.keys()) == []


def test_every_exception_is_still_needed() -> None:
    """An excuse for a word that is gone is taken off the list."""
    for name, word in ALLOWED:
        assert word in finds((ROOT / name).read_text(encoding="utf-8"), {word}), (name, word)
