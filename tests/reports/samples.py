"""Small incidents made by hand: a plan, entries, and the dossier that a document is made from."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from app.domain import entries as e
from app.domain.checklists import checklists
from app.domain.clocks import clocks
from app.domain.dossier import Dossier, Seal
from app.domain.entries import Entry
from app.domain.fold import Fold
from app.domain.gates import gates
from app.domain.plan import (
    ClockRule,
    Holder,
    Identity,
    IncidentClass,
    Names,
    Plan,
    Postmortem,
    Role,
    Section,
    Severity,
    State,
)
from app.domain.wording import is_row, row_of

INCIDENT = hashlib.sha256(b"a clinic in Cluj").hexdigest()
ORG = "aurora-med.example"


def fingerprint(name: str) -> str:
    """A fingerprint as ssh-keygen prints it."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(name.encode()).digest()).decode().rstrip("=")


LOG = fingerprint("log")
ANA, GRACE, MARA = (fingerprint(name) for name in ("Ana Pop", "Grace Hopper", "Mara Ilie"))

PLAN = Plan(
    identity=Identity("clinic", "Clinic response plan", "1.0"),
    severities=(
        Severity("P0", "Critical"),
        Severity("P1", "High"),
        Severity("P2", "Medium"),
        Severity("P3", "Low"),
    ),
    names=Names("INC-{date}-{sequence:3}"),
    classes=(IncidentClass("ransomware", "Ransomware"),),
    clocks=(
        ClockRule("ack", "Acknowledge", "acknowledge", "declared", ("acknowledged",), 15, "minutes", ("P0",)),
        ClockRule("resolve", "Resolve", "resolve", "declared", ("resolved",), 48, "hours", ("P0", "P1")),
        ClockRule(
            "updates", "Internal update", "cadence", "declared", ("update:staff",), 4, "hours", (), ("resolved",)
        ),
        ClockRule("art33", "Notify the authority (Art. 33)", "regulatory", "aware", ("export:art33",), 72, "hours"),
        ClockRule("pm", "Post-mortem published", "review", "resolved", ("postmortem",), 5, "business_days"),
    ),
    states=(
        State("OPEN", "Open"),
        State("CONTAINED", "Contained"),
        State("MONITORING", "Monitoring", monitoring=True),
        State("RESOLVED", "Resolved", resolved=True),
        State("CLOSED", "Closed", resolved=True, closed=True),
    ),
    roles=(
        Role("IC", "Incident Commander", function="commander", critical=True),
        Role("TL", "Technical Lead", function="technical"),
        Role("SCRIBE", "Audit Scribe", function="scribe"),
        Role("DPO", "Data Protection Officer", function="dpo", primary=Holder("DPO office")),
        Role("CL", "Communications Lead", function="communications"),
    ),
    postmortem=Postmortem(
        "Incident Post-Mortem: {number}",
        sections=(
            Section("summary", "Summary", "facts", fields=("Incident", "Severity", "Duration", "Impact")),
            Section("timeline", "Timeline", "timeline"),
            Section("root-cause", "Root Cause", prompt="Technical explanation"),
            Section("well", "What Went Well"),
            Section("poorly", "What Went Poorly", prompt="Item 1, item 2"),
            Section("actions", "Action Items", "actions"),
            Section("lessons", "Lessons Learned", prompt="Key takeaways"),
        ),
    ),
)


class Book:
    """Entries in the making: each call appends one."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def add(
        self,
        payload: e.Payload,
        at: datetime,
        ts: datetime | None = None,
        *,
        actor: str = MARA,
        said_by: str = "",
        refs: tuple[int, ...] = (),
    ) -> int:
        data, texts = e.to_parts(payload)
        disclosed = dict(texts) | ({"said_by": said_by} if said_by else {})
        seq = len(self.entries)
        leaf = hashlib.sha256(f"{seq}{payload}".encode()).hexdigest()
        self.entries.append(
            Entry(seq, payload.type, ts or at + timedelta(seconds=14), at, actor, data, disclosed, refs, str(seq), leaf)
        )
        return seq


def dossier_of(book: Book, made_at: datetime, plan: Plan = PLAN, **more: Any) -> Dossier:
    """The dossier of these entries as services would build it."""
    fold = Fold()
    for entry in book.entries:
        fold.advance(entry)
    view = fold.view()
    shown = [entry for entry in book.entries if is_row(entry)]
    rows = tuple(row_of(entry, number, plan, view) for number, entry in enumerate(shown))
    running = clocks(plan, view, made_at)
    root = base64.b64encode(hashlib.sha256(str(len(book.entries)).encode()).digest()).decode()
    seal = Seal(f"{ORG}/{view.incident_id}/a", len(book.entries), root, LOG, fingerprint("recovery"))
    dossier = Dossier(
        plan, view, rows, running, gates(plan, view, running, made_at), checklists(plan, view, made_at), seal, made_at
    )
    return replace(dossier, **more)


def opened(book: Book, at: datetime, title: str = "Ransomware in the hospital information system", **more: Any) -> None:
    """The genesis group: declaration, log key, recovery key, three persons."""
    fields: dict[str, Any] = {
        "app": "incident-cockpit 0.1",
        "incident_id": INCIDENT,
        "plan": "clinic",
        "plan_hash": "0" * 64,
        "plan_version": "1.0",
        "number": "INC-20261023-001",
        "severity": "P1",
        "state": "OPEN",
        "title": title,
        "incident_class": "ransomware",
    }
    book.add(e.Opened(**(fields | more)), at)
    for name, fp, role in (("log-1", LOG, "log"), ("recovery", fingerprint("recovery"), "recovery")):
        book.add(e.KeyAdded("ssh-ed25519 AAAA", fp, role, f"{name}@{ORG}", ("checkpoint",)), at, actor=LOG)  # type: ignore[arg-type]
    for name, fp in (("Mara Ilie", MARA), ("Ana Pop", ANA), ("Grace Hopper", GRACE)):
        principal = f"{name.lower().replace(' ', '-')}@{ORG}"
        book.add(e.KeyAdded("ssh-ed25519 AAAA", fp, "person", principal, ("author",), name), at, actor=LOG)


def eest(text: str) -> datetime:
    """`23 05:55` of October 2026 on the wall in Bucharest, or a full ISO moment."""
    if len(text) > 8:
        return datetime.fromisoformat(text).astimezone(UTC)
    day, clock = text.split()
    shift = "+03:00" if int(day) < 25 else "+02:00"
    return datetime.fromisoformat(f"2026-10-{day}T{clock}:00{shift}").astimezone(UTC)


def clinic(*, drill: bool = False, simulated: bool = True) -> Book:
    """The invented clinic of the worked case, up to the first notification."""
    book = Book()
    opened(
        book,
        eest("23 06:04"),
        drill=drill,
        simulated=simulated,
        zone="Europe/Bucharest",
        detected_at="2026-10-23T02:55:00.000Z",
        detected_by="night nurse",
    )
    add = book.add
    add(e.Acknowledged(), eest("23 06:10"), actor=ANA)
    add(e.RoleAssigned("IC", "Ana Pop", ANA), eest("23 06:11"), actor=ANA)
    add(e.RoleAssigned("SCRIBE", "Mara Ilie", MARA), eest("23 06:12"))
    add(e.RoleAssigned("TL", "Grace Hopper", GRACE), eest("23 06:15"), actor=MARA)
    first = add(
        e.Noted("Log-in to the VPN with a contractor account, no second factor #vpn"),
        eest("22 23:41"),
        eest("23 08:20"),
        said_by="Grace Hopper",
    )
    add(
        e.Noted("Encryption of the hospital information system (HIS) and two file servers begins"),
        eest("23 03:12"),
        eest("23 08:22"),
        said_by="Radu Stan",
    )
    add(e.Noted("Ransom note found on HIS-DB1; no contact is made with the address in it"), eest("23 06:44"))
    add(e.SeverityChanged("P0", "HIS down for all wards"), eest("23 06:50"), actor=ANA)
    wrong = add(e.Noted("Two file servers restored"), eest("23 07:05"), said_by="Radu Stan")
    add(
        e.Amended("text", text="Two file servers isolated, not restored", reason="misheard on the bridge"),
        eest("23 07:31"),
        refs=(wrong,),
    )
    void = add(e.Noted("Backup from Wednesday unusable"), eest("23 07:40"))
    add(e.Amended("retract", reason="another clinic's incident"), eest("23 07:52"), refs=(void,))
    aware = add(
        e.AwarenessDecided(
            "reasonable certainty that patient data are unavailable through an attack", "Europe/Bucharest"
        ),
        eest("23 09:38"),
        eest("23 09:52"),
        actor=ANA,
    )
    vpn = add(
        e.Decided(
            "Close the VPN, disable the contractor account, isolate the segments", "the attacker may still be in"
        ),
        eest("23 10:05"),
        actor=ANA,
    )
    add(e.StateChanged("CONTAINED", "segments isolated, account disabled"), eest("23 10:20"), actor=ANA)
    add(e.UpdateSent("staff", "HIS stays down today; paper forms on every ward."), eest("23 09:00"))
    add(e.UpdateSent("staff", "Containment holds. Restoration starts from the offline backup."), eest("23 15:30"))
    add(e.Noted("Egress logs secured; full packet capture on the data segment", "hypothesis"), eest("23 16:12"))
    add(
        e.RoleHandedOver("IC", "Ana Pop", "Radu Stan", ANA, None, "night shift, back at 07:00"),
        eest("23 20:00"),
        actor=ANA,
    )
    called = add(e.Noted("37 patients with postponed procedures called; 3 transferred"), eest("24 08:30"))
    add(e.RoleHandedOver("IC", "Radu Stan", "Ana Pop", None, ANA), eest("24 07:02"), eest("24 07:40"), actor=ANA)
    add(e.UpdateSent("staff", "Restoration at 60 %."), eest("24 12:00"))
    add(e.ActionAdded("Second factor for every remote access", "Grace Hopper", "2026-11-06"), eest("24 15:00"))
    closed = add(e.ActionAdded("Egress monitoring on all data segments", "Radu Stan", "2026-11-13"), eest("24 15:02"))
    add(e.ActionAdded("Review contractor accounts each quarter"), eest("24 15:05"))
    add(e.ActionClosed("in place"), eest("25 11:00"), refs=(closed,))
    restored = add(
        e.StateChanged("RESOLVED", "HIS back from the offline backup of 22 October"), eest("25 16:30"), actor=ANA
    )
    add(
        e.PostmortemWritten(
            "root-cause",
            "A contractor's VPN account had no second factor and a password used elsewhere.\n\n"
            "From there the attacker reached a file server with an administrator's session still open, and from the "
            "file server the hypervisor of the hospital information system.",
        ),
        eest("25 17:00"),
        actor=GRACE,
    )
    add(
        e.PostmortemWritten("well", "- Offline backup existed and was whole\n- Paper forms were at hand on every ward"),
        eest("25 17:05"),
        actor=MARA,
    )
    add(
        e.PostmortemWritten(
            "summary", "Impact: 37 procedures postponed, 3 patients transferred, HIS down for 61 hours"
        ),
        eest("25 17:06"),
        actor=MARA,
    )
    for seq in (first, aware, vpn, called, restored):
        add(e.Starred(), eest("25 17:10"), refs=(seq,))
    return book


ORGANISATION = {
    "controller.name": "Clinica Aurora Med S.R.L.",
    "controller.id_type": "cif_cui",
    "controller.id": "RO00000000",
    "controller.contact": "Cluj-Napoca; privacy@aurora-med.example",
    "dpo.designated": "yes",
    "dpo.name": "DPO office",
    "dpo.contact": "dpo@aurora-med.example, +40 000 000 000",
    "authority": "RO-ANSPDCP",
    "zone": "Europe/Bucharest",
}


def clinic_dossier(**more: Any) -> Dossier:
    """The clinic at 25 October 2026, 17:20 EET."""
    fields = {"zone": "Europe/Bucharest", "organisation": ORGANISATION} | more
    return dossier_of(clinic(), eest("25 17:20"), **fields)


def many(count: int) -> Dossier:
    """An incident of that many notes."""
    book = Book()
    start = datetime(2026, 10, 23, 3, 0, tzinfo=UTC)
    opened(book, start)
    words = "the egress of host seven towards the backup network was closed after the second alarm by the firewall team"
    for number in range(count):
        at = start + timedelta(seconds=37 * number)
        text = f"{number}: {words[: 40 + number * 7 % 66]} #net"
        book.add(e.Noted(text), at, at + timedelta(seconds=9 + number * 13 % 900), said_by="Radu" if number % 3 else "")
    return dossier_of(book, start + timedelta(days=9), zone="Europe/Bucharest", organisation=ORGANISATION)


def json_of(raw: bytes) -> Any:
    """The JSON of bytes."""
    return json.loads(raw)


BREACH = (
    ("time.begin", "2026-10-23T03:12:00+03:00"),
    ("time.investigation", "2026-10-23T06:10:00+03:00 HIS down, ransom note found 06:44"),
    ("nat.cia", "availability, confidentiality"),
    ("nat.incident", "ransomware"),
    ("nat.cause", "external_malicious"),
    (
        "nat.text",
        "Ransomware encrypted the HIS and two file servers after a log-in with a contractor account.",
    ),
    ("ds.categories", "patients, employees"),
    ("ds.count_mode", "approximate"),
    ("ds.count", "8800"),
    ("data.types", "health, contact, identification_number"),
    ("cp.choice", "dpo"),
    ("con.impact", "physical_mental_harm, limitation_of_rights, loss_of_control"),
    ("con.impact_text", "37 planned procedures postponed, 3 patients transferred"),
    ("con.severity", "severe"),
    ("post.mitigate", "VPN closed, account disabled, segments isolated (23 October 10:05)"),
    ("com.status", "planned_date"),
    ("com.planned", "2026-10-26"),
    ("risk.assessor", "INTERNAL: assessed by the security lead, dissent noted"),
    ("reg.decision", "INTERNAL: notify"),
)


def breach_dossier(
    *, sent: str = "", book: Book | None = None, late: bool = False, made: datetime | None = None, **more: Any
) -> Dossier:
    """The clinic with its breach file; `sent` fills the sending fields."""
    from app import paths
    from app.domain.breach import breach_file, packet_sections
    from app.domain.organisation import answers
    from app.plans.authorities import load_catalogue

    book = book or clinic()
    for name, value in BREACH:
        book.add(e.BreachStated(name, value=value), eest("25 14:00"), actor=GRACE)
    book.add(e.BreachStated("nat.conf", True, None, "Grace Hopper", "2026-10-30T13:00:00.000Z"), eest("25 14:10"))
    book.add(e.BreachStated("data.rec_count", True, None, "Mara Ilie", "2026-10-28"), eest("25 14:11"))
    if sent:
        book.add(e.BreachStated("notif.sent_at", value=sent), eest("25 17:21"))
        book.add(e.BreachStated("notif.channel", value="portal"), eest("25 17:21"))
    dossier = dossier_of(
        book,
        made or eest("25 17:30" if sent else "25 17:20"),
        zone="Europe/Bucharest",
        organisation=ORGANISATION,
        **more,
    )
    packet = packet_sections(
        load_catalogue(paths.resources() / "authorities"),
        breach_file(dossier.view),
        answers(dossier.organisation),
        zone=dossier.zone,
        late=late,
        sent=bool(sent),
    )
    return replace(dossier, packet=packet, audience="authority")
