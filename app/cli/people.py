"""Commands about people, keys and the organisation."""

from __future__ import annotations

from pathlib import Path

from app.cli.frame import NUMBER, Answer, Call, Commands, option
from app.domain import organisation
from app.domain.errors import Unusable
from app.services import looks, profiles, regulatory
from app.services.files import first_line
from app.store.shapes import Profile


def add(commands: Commands) -> None:
    """List the commands of this module."""
    group = commands.group("profile", "people and their keys")
    group.add(
        "create",
        _create,
        "a new person with a key",
        option("name", metavar="NAME"),
        option("--role", default="", metavar="TEXT"),
        option("--recovery-out", type=Path, metavar="FILE", help="save the recovery sheet there (.pdf or .txt)"),
        option("--passphrase-file", type=Path, metavar="FILE", help="the newcomer's own passphrase"),
    )
    group.add("list", _list, "everyone with a key here")
    group.add(
        "protect",
        _protect,
        "put a passphrase on a key that has none",
        option("name", metavar="NAME"),
        option("--passphrase-file", type=Path, metavar="FILE"),
    )
    group.add("enrol", _enrol, "add a person's key to an incident", option("name", metavar="NAME"), NUMBER)
    group.add("recovery-sheet", _sheet, "save the recovery sheet", option("out", type=Path, metavar="FILE"))
    org = commands.group("organisation", "controller, data protection officer, authority: typed once")
    org.add("set", _set, "one field", option("field", metavar="FIELD"), option("value", metavar="VALUE"))
    org.add("show", _show, "the whole profile")


def _create(call: Call) -> Answer:
    session = call.open()
    if call.args.recovery_out is not None:
        profiles.check_recovery_sheet(session, call.args.recovery_out)
    passphrase = _passphrase(call.args.passphrase_file)
    if profiles.everyone(session):
        session.signing_key()
    profile = profiles.create(session, call.args.name, call.args.role, passphrase)
    if call.args.recovery_out is not None:
        profiles.save_recovery_sheet(session, call.args.recovery_out)
    lines = [f"{profile.name} signs with {profile.fingerprint}."]
    return Answer([*lines, *profiles.owed(session)], _profile(profile))


def _passphrase(path: Path | None) -> str | None:
    return None if path is None else first_line(path)


def _profile(profile: Profile) -> dict[str, object]:
    return {
        "principal": profile.principal,
        "name": profile.name,
        "role": profile.role,
        "fingerprint": profile.fingerprint,
        "public_key": profile.ssh_public,
        "protected": profile.protected,
        "active": profile.active,
    }


def _list(call: Call) -> Answer:
    people = profiles.everyone(call.open())
    lines = [f"{p.principal}  {p.name}  {p.role}  {p.fingerprint}".rstrip() for p in people]
    return Answer(lines or ["Nobody has a key here yet: profile create NAME."], [_profile(p) for p in people])


def _protect(call: Call) -> Answer:
    session = call.open()
    passphrase = _passphrase(call.args.passphrase_file) or session.keychain.ask(call.args.name)
    if not passphrase:
        raise Unusable("No passphrase was given.", "Use --passphrase-file.", code="no-passphrase")
    profiles.protect(session, call.args.name, passphrase)
    return Answer([f"The key of {call.args.name} has a passphrase of its own now."], {"protected": True})


def _enrol(call: Call) -> Answer:
    session = call.open()
    newcomer = profiles.named(session, call.args.name)
    if newcomer.fingerprint in looks.look(session, call.args.number).view.people:
        return Answer([f"{newcomer.name} is enrolled already."], {"enrolled": True})
    profiles.enrol(session, call.args.number, newcomer)
    return Answer([f"{newcomer.name} is enrolled in {call.args.number}."], {"enrolled": True})


def _sheet(call: Call) -> Answer:
    profiles.save_recovery_sheet(call.open(), call.args.out)
    return Answer([f"Saved to {call.args.out}. Print it, keep it off this machine, delete the file."], {"saved": True})


def _set(call: Call) -> Answer:
    name = regulatory.set_organisation(call.open(), call.args.field, call.args.value)
    return Answer([f"{name} is set."], {"field": name, "value": call.args.value})


def _show(call: Call) -> Answer:
    profile = regulatory.organisation_profile(call.open())
    lines = [f"{f.label}: {profile.get(f.id) or '—'}  ({f.id})" for f in organisation.PROFILE]
    return Answer(lines, {f.id: profile.get(f.id) for f in organisation.PROFILE} | dict(profile))
