"""People with keys on this machine: create, protect, enrol; the recovery sheet; what is still owed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path

from app.domain import entries as e
from app.domain.errors import NotAllowed, Unusable
from app.domain.scribe import checked
from app.record import keys, recovery, signers
from app.record.keys import SigningKey
from app.services import looks
from app.services.files import check_target, unwritable, write_whole
from app.services.recorder import Act, Attest, record
from app.services.session import Session
from app.store.shapes import Profile

NAME_LIMIT = 120


def everyone(session: Session) -> tuple[Profile, ...]:
    """Every profile of this folder, oldest first."""
    with session.store.read() as read:
        return read.profiles()


def create(session: Session, name: str, role: str = "", passphrase: str | None = None) -> Profile:
    """A new person with a key. From the second on, and wherever a passphrase is at hand, the key is wrapped in it.

    Whoever is signed in enrols the newcomer in the open incidents, with their signature.
    """
    name = person(name)
    role = _short(role, "role") if role.strip() else ""
    known = everyone(session)
    if any(profile.name.casefold() == name.casefold() for profile in known):
        raise Unusable(f"There is a profile {name!r} already.", "Choose another name.", code="profile-exists")
    given = passphrase or session.keychain.given_passphrase
    if known and not given:
        given = session.keychain.ask(name)
    if known and not given:
        raise NotAllowed(
            "From the second person on, each key needs a passphrase of its own.",
            "Give one, or set COCKPIT_PASSPHRASE_FILE.",
            code="needs-passphrase",
        )
    # After a restore the vault may hold keys of people whom the older database does not know: none is written over.
    principal = next(p for n in count(len(known) + 1) if not session.keychain.holds(p := f"p{n}"))
    key = session.keychain.add_person(principal, given)
    profile = Profile(principal, name, role, key.fingerprint, key.ssh_public, session.now(), True, given is not None)
    first_recovery = session.keychain.add_recovery() if not known else None
    with session.store.write() as write:
        write.put_profile(profile)
        if first_recovery is not None:
            write.put_setting("recovery.public", first_recovery.ssh_public)
    if session.signer is None:
        session.sign_in(principal, given)
    elif session.signer.unlocked:
        enrol_everywhere(session, profile)
    return profile


def begin_in_file(session: Session, name: str, passphrase: str) -> Profile:
    """The first person on a machine without a keyring: the keys go into a file that the passphrase opens."""
    session.keychain.use_file(passphrase)
    return create(session, name, passphrase=passphrase)


def protect(session: Session, name: str, passphrase: str) -> None:
    """Put a passphrase of its own on a key that has none."""
    profile = named(session, name)
    session.keychain.protect(profile.principal, passphrase)
    with session.store.write() as write:
        write.put_profile(replace(profile, protected=True))


def named(session: Session, name: str) -> Profile:
    """The profile of that name or principal."""
    for profile in everyone(session):
        if name in (profile.name, profile.principal) and profile.active:
            return profile
    listed = ", ".join(profile.name for profile in everyone(session)) or "none yet"
    raise Unusable(f"There is no profile {name!r} here.", f"Profiles: {listed}.", code="unknown-profile")


def enrol_everywhere(session: Session, newcomer: Profile) -> None:
    """Enrol a newcomer's key in every open incident whose record knows the signer."""
    signer = session.signing_key()
    with session.store.read() as read:
        open_ids = [card.incident_id for card in read.cards() if not card.closed]
    for incident_id in open_ids:
        view = looks.look(session, incident_id).view
        if signer.fingerprint in view.people and newcomer.fingerprint not in view.people:
            enrol(session, incident_id, newcomer)


def enrol(session: Session, number: str, newcomer: Profile) -> None:
    """Add a person's key to a record, approved by the signer in the same commit."""
    signer, org = session.signing_key(), session.org
    added = _added(keys.raw_public(newcomer.ssh_public), "person", newcomer.principal, org, newcomer.name)
    record(session, number, lambda look: (added, Attest(look.view.entry_count, "approve", signer)))


def check_recovery_sheet(session: Session, out: Path) -> None:
    """Whether the sheet can be saved there, before a profile is made for it. Unusable, or NotAllowed once it was."""
    check_target(out, session.folder)
    if not out.absolute().parent.is_dir():
        raise unwritable(out, FileNotFoundError())
    if everyone(session):
        _recovery_seed(session)


def _recovery_seed(session: Session) -> bytes:
    """The recovery key's seed; NotAllowed once its sheet was saved, Broken if it is gone without one."""
    with session.store.read() as read:
        saved, made = read.setting("recovery.saved"), read.setting("recovery.public")
    if saved:
        raise _sheet_saved()
    if made is None:
        raise Unusable(
            "There is no recovery key yet.", "Create the first person: profile create NAME.", code="no-profile"
        )
    seed = session.keychain.recovery_seed()
    if seed is None:
        raise session.keychain.missing("recovery key")
    return seed


def _sheet_saved() -> NotAllowed:
    return NotAllowed(
        "The recovery sheet was saved, and its key is no longer on this machine.",
        "Look for the printed sheet.",
        code="sheet-saved",
    )


def recovery_sheet(session: Session, suffix: str = ".pdf") -> bytes:
    """The recovery sheet as PDF, or as text for any other suffix. NotAllowed once it was saved."""
    seed = _recovery_seed(session)
    fingerprint = SigningKey.from_seed(seed).fingerprint
    if suffix.lower() == ".pdf":
        from app.reports.recovery import recovery_sheet as paper

        return paper(session.org, recovery.code(seed).split("-"), fingerprint, session.org)
    return recovery.sheet(seed, fingerprint, session.org, f"{session.now():%d %B %Y}").encode()


def save_recovery_sheet(session: Session, out: Path) -> None:
    """Write the recovery sheet (PDF, or text by the file's name) and destroy the seed on this machine."""
    check_target(out, session.folder)
    write_whole(out, recovery_sheet(session, out.suffix))
    session.keychain.forget_recovery()
    with session.store.write() as write:
        write.put_setting("recovery.saved", "yes")


def owed(session: Session) -> tuple[str, ...]:
    """What first start left for later, and numbers that clash, one sentence each."""
    people = [profile for profile in everyone(session) if profile.active]
    with session.store.read() as read:
        saved, profile, numbers = read.setting("recovery.saved"), read.organisation(), read.numbers()
    sentences = clashes(numbers)
    if people and not saved:
        sentences.append("Save the recovery sheet and keep it off this machine.")
    if len(people) > 1:
        sentences.extend(f"The key of {p.name} has no passphrase of its own." for p in people if not p.protected)
    if people and not profile.get("controller.name"):
        sentences.append("Fill in the organisation profile; every packet needs it.")
    return tuple(sentences)


def clashes(numbers: Sequence[str]) -> list[str]:
    """A sentence for each number that more than one incident bears: a number is a label, the id is the hash."""
    twice = sorted(number for number, count in Counter(numbers).items() if count > 1)
    return [
        f"More than one incident bears the number {number}: give one a new one (incident renumber)." for number in twice
    ]


def genesis(session: Session, org: str, log_key: SigningKey) -> tuple[Act, ...]:
    """The keys of a new record: its log's, the installation's recovery key, every active person's."""
    acts = [_added(log_key.public, "log", "log-1", org, None)]
    with session.store.read() as read:
        recovery_public = read.setting("recovery.public")
        people = [profile for profile in read.profiles() if profile.active]
    if recovery_public:
        acts.append(_added(keys.raw_public(recovery_public), "recovery", "recovery", org, None))
    acts.extend(_added(keys.raw_public(p.ssh_public), "person", p.principal, org, p.name) for p in people)
    return tuple(acts)


def _added(public: bytes, role: str, principal: str, org: str, name: str | None) -> Act:
    content = signers.key_add(public, role, principal, org)
    return Act(
        e.KeyAdded(content["key"], content["fp"], content["role"], content["principal"], tuple(content["ns"]), name)
    )


def person(name: str) -> str:
    """A person's name as it is kept: blanks made single, valid Unicode, at most 120 characters."""
    if not name.strip():
        raise Unusable("There is no name.", "Say who it is.", code="bad-name")
    return _short(name, "name")


def _short(text: str, what: str) -> str:
    text = " ".join(checked(text).split())
    if len(text) > NAME_LIMIT:
        raise Unusable(f"A {what} has at most {NAME_LIMIT} characters.", "Use a shorter one.", code=f"{what}-too-long")
    return text
