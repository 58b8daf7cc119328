"""The organisation's profile: controller, data protection officer and authority, typed once for every packet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.domain.errors import Refused, Unusable
from app.domain.fields import Catalogue
from app.domain.instants import zone_named
from app.domain.scribe import checked

VALUE_LIMIT = 2000
"""Characters of one value: an address fits many times over, and a packet's page still holds it."""


@dataclass(frozen=True, slots=True)
class ProfileField:
    """One value of the profile; `breach_field` is the field of the breach file that it answers, if any."""

    id: str
    label: str
    breach_field: str = ""
    hint: str = ""


PROFILE: tuple[ProfileField, ...] = (
    ProfileField("controller.name", "Name of the controller", "ctrl.name"),
    ProfileField("controller.id_type", "Kind of identifier", "ctrl.id_type"),
    ProfileField("controller.id", "Identifier", "ctrl.id"),
    ProfileField("controller.contact", "Address, e-mail and phone", "ctrl.contact"),
    ProfileField("controller.website", "Web site", "ctrl.website"),
    ProfileField("controller.sector", "Sector", "ctrl.sector"),
    ProfileField("controller.size", "Size", "ctrl.size"),
    ProfileField("controller.nace", "Economic activity (NACE)", "ctrl.nace"),
    ProfileField("dpo.designated", "Data protection officer designated?", "dpo.designated"),
    ProfileField("dpo.name", "Data protection officer", "dpo.name"),
    ProfileField("dpo.contact", "Contact of the data protection officer", "dpo.contact"),
    ProfileField(
        "representative", "Representative in the EEA", "ctrl.rep_eea", "If the controller is outside the EEA."
    ),
    ProfileField("authority", "Supervisory authority", "notif.authority", "Its id, such as RO-ANSPDCP."),
    ProfileField("zone", "Time zone", "", "An IANA name, such as Europe/Bucharest."),
)


def profile_field(name: str) -> ProfileField:
    """The profile's field of that id, or of the breach field it answers; `Unusable` lists the ids."""
    wanted = name.strip().lower().replace("-", ".")
    found = next((f for f in PROFILE if wanted in (f.id, f.id.replace(".", "_"), f.breach_field)), None)
    if found is None or not wanted:
        known = ", ".join(field.id for field in PROFILE)
        raise Unusable(f"The organisation has no field {name[:60]!r}.", f"Known: {known}.", code="unknown-field")
    return found


def settled(name: str, text: str, catalogue: Catalogue, authorities: Iterable[str]) -> str:
    """The value as it is kept; `Unusable` when it does not fit its field. `authorities` are the known ids."""
    field = profile_field(name)
    text = text.strip()
    if not text:
        raise Unusable(f"{field.label} needs a value.", field.hint, code="bad-value")
    if len(checked(text)) > VALUE_LIMIT:
        raise Unusable(f"{field.label} has at most {VALUE_LIMIT:,} characters.", "Shorten it.", code="bad-value")
    if field.id == "zone":
        return zone_named(text).key
    if field.id == "authority":
        return _known_authority(text, authorities)
    return catalogue.settled(field.breach_field, text)


def check(name: str, text: str, catalogue: Catalogue, authorities: Iterable[str]) -> tuple[str, ...]:
    """What is wrong with a typed value, in sentences; empty when it can be kept."""
    try:
        settled(name, text, catalogue, authorities)
    except Refused as refusal:
        return (refusal.message,)
    return ()


def answers(profile: Mapping[str, str]) -> dict[str, str]:
    """The profile as answers of the breach file: field ids to values."""
    return {field.breach_field: profile[field.id] for field in PROFILE if field.breach_field and profile.get(field.id)}


def unset(profile: Mapping[str, str]) -> tuple[ProfileField, ...]:
    """The fields that Art. 33(3)(b) needs and the profile lacks."""
    needed = ("controller.name", "controller.contact", "dpo.name", "dpo.contact", "authority", "zone")
    return tuple(field for field in PROFILE if field.id in needed and not profile.get(field.id))


def _known_authority(text: str, authorities: Iterable[str]) -> str:
    known = sorted(authorities)
    if text.upper() not in known:
        raise Unusable(f"There is no authority {text[:40]!r}.", f"Known: {', '.join(known)}.", code="unknown-authority")
    return text.upper()
