"""Who does what: assign a role, hand it over with both signatures, release it."""

from __future__ import annotations

from datetime import datetime

from app.domain import entries as e
from app.domain.entries import shown
from app.domain.errors import NotAllowed, Unusable
from app.domain.plan import Plan, Role
from app.record.keys import SigningKey
from app.services import profiles
from app.services.recorder import Act, Attest, Recorded, Step, record
from app.services.session import Session
from app.services.tracked import Look
from app.store.shapes import Profile


def assign(
    session: Session,
    number: str,
    role: str,
    holder: str,
    backup: bool = False,
    *,
    at: datetime | None = None,
    said_by: str | None = None,
) -> Recorded:
    """Give a role that nobody holds to a person. NotAllowed when it is held: hand it over or release it."""
    holder = profiles.person(holder)

    def make(look: Look) -> tuple[Act, ...]:
        wanted = role_of(look.plan, role)
        held = look.view.roles.get(f"{wanted.code}/backup" if backup else wanted.code)
        if held is not None:
            raise NotAllowed(
                f"{wanted.title} is held by {shown(held.holder)}.",
                "Hand it over (role handover) or release it first.",
                code="held",
            )
        return (
            Act(e.RoleAssigned(wanted.code, holder, _key_of(session, look, holder), backup), at=at, said_by=said_by),
        )

    return record(session, number, make)[0]


def hand_over(
    session: Session,
    number: str,
    role: str,
    to: str,
    note: str | None = None,
    *,
    passphrases: dict[str, str] | None = None,
    at: datetime | None = None,
    said_by: str | None = None,
) -> tuple[Recorded, ...]:
    """Hand a role from its holder to another person. Whoever has a key here signs with it; the others are named as
    unsigned until they do. `passphrases` are by profile name; without one the person is asked."""
    to = profiles.person(to)

    def make(look: Look) -> tuple[Step, ...]:
        wanted = role_of(look.plan, role)
        held = look.view.roles.get(wanted.code)
        if held is None:
            raise NotAllowed(f"Nobody holds {wanted.title}.", "Assign it instead.", code="not-held")
        if shown(held.holder) == to:
            raise NotAllowed(f"{to} holds {wanted.title} already.", "", code="already")
        fp = _key_of(session, look, to)
        handed = e.RoleHandedOver(wanted.code, held.holder, to, held.fp, fp, note)
        seq = look.view.entry_count
        signed: list[Step] = [Act(handed, at=at, said_by=said_by)]
        for owner, kind in ((held.fp, "handover-from"), (fp, "handover-to")):
            key = _party(session, owner, passphrases or {})
            if key is not None:
                signed.append(Attest(seq, "handover-from" if kind == "handover-from" else "handover-to", key))
        return tuple(signed)

    return record(session, number, make)


def release(
    session: Session,
    number: str,
    role: str,
    reason: str | None = None,
    *,
    at: datetime | None = None,
    said_by: str | None = None,
) -> Recorded:
    """Nobody holds the role from now on."""

    def make(look: Look) -> tuple[Act, ...]:
        wanted = role_of(look.plan, role)
        if wanted.code not in look.view.roles:
            raise NotAllowed(f"Nobody holds {wanted.title}.", "", code="not-held")
        return (Act(e.RoleReleased(wanted.code, reason), at=at, said_by=said_by),)

    return record(session, number, make)[0]


def role_of(plan: Plan, text: str) -> Role:
    """The role with that code, abbreviation, title or function."""
    wanted = text.strip().casefold()
    for role in plan.roles:
        if wanted in {role.code.casefold(), role.title.casefold(), role.abbreviation.casefold(), role.function} - {""}:
            return role
    codes = ", ".join(role.code for role in plan.roles)
    raise Unusable(f"The plan {plan.id} has no role {text[:40]!r}.", f"It has {codes}.", code="unknown-role")


def _key_of(session: Session, look: Look, name: str) -> str | None:
    """The fingerprint under which a person is enrolled in this record."""
    return next(
        (p.fingerprint for p in profiles.everyone(session) if p.name == name and p.fingerprint in look.view.people),
        None,
    )


def _party(session: Session, fingerprint: str | None, passphrases: dict[str, str]) -> SigningKey | None:
    """The key of a party to a hand-over, unlocked by that person now; None for somebody without a key here."""
    profile = next((p for p in profiles.everyone(session) if p.fingerprint == fingerprint and p.active), None)
    if profile is None:
        return None
    return fresh_key(session, profile, passphrases.get(profile.name))


def fresh_key(session: Session, profile: Profile, passphrase: str | None) -> SigningKey:
    """A person's key, unlocked for this one signature: asked for again, whoever is signed in."""
    if not profile.protected and len(profiles.everyone(session)) > 1:
        raise NotAllowed(
            f"The key of {profile.name} has no passphrase of its own, so anyone here could use it.",
            "Set one first: incident-cockpit profile protect NAME.",
            code="unprotected",
        )
    return session.keychain.person(profile.principal, profile.name, passphrase)
