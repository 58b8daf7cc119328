"""The breach file: questions and values, conditions, the five moments, and the content of the Art. 33 packet."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import outside
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import paths
from app.domain import breach, organisation
from app.domain.breach import BreachFile, Packet
from app.domain.entries import GONE, Entry, Text
from app.domain.errors import Unusable
from app.domain.fields import Answer, condition_holds, moment_words
from app.domain.fold import fold
from app.plans.authorities import load_authorities, load_catalogue

FOLDER = paths.resources() / "authorities"
CATALOGUE = load_catalogue(FOLDER)
AUTHORITIES = load_authorities(FOLDER)
NOW = datetime(2026, 10, 25, 15, 20, tzinfo=UTC)
DETECTED = datetime(2026, 10, 23, 2, 55, tzinfo=UTC)
AWARE = datetime(2026, 10, 23, 6, 38, tzinfo=UTC)
ZONE = "Europe/Bucharest"
PROFILE = {
    "controller.name": "Clinica Exemplu",
    "controller.contact": "privacy@clinic.example",
    "dpo.name": "DPO office",
    "dpo.contact": "dpo@clinic.example",
    "authority": "RO-ANSPDCP",
    "zone": ZONE,
}
MINIMUM = ("nat.text", "nat.cia", "ds.categories", "ds.count", "data.types", "data.rec_count")
MINIMUM += ("dpo.name", "dpo.contact", "cp.choice", "con.impact", "con.impact_text", "post.mitigate", "post.prevent")


def entry(seq: int, kind: str, data: dict[str, Any], texts: dict[str, Text], at: datetime = NOW) -> Entry:
    return Entry(seq, kind, NOW, at, "SHA256:scribe", data, texts, (), f"id-{seq}", "leaf")


def file_of(*stated: tuple[str, Text | None], aware: datetime | None = AWARE, detected: bool = True) -> BreachFile:
    """The breach file of a record that states these fields, in this order; None means unknown, owned and dated."""
    opened = {"app": "1", "incident_id": "0" * 64, "plan": "p", "plan_hash": "0", "plan_version": "1"}
    opened |= {"number": "INC-1", "severity": "P0", "state": "DECLARED"}
    if detected:
        opened["detected_at"] = "2026-10-23T02:55:00.000Z"
    entries = [entry(0, "incident.open", opened, {"title": "Ransomware"})]
    if aware is not None:
        entries.append(entry(1, "awareness.decided", {"zone": ZONE}, {"reason": "Patient data are locked"}, aware))
    for field, value in stated:
        seq = len(entries)
        if value is None:
            data = {"field": field, "unknown": True, "due": "2026-10-30"}
            entries.append(entry(seq, "breach.stated", data, {"owner": "Ana"}))
        else:
            entries.append(entry(seq, "breach.stated", {"field": field}, {"value": value}))
    return breach.breach_file(fold(entries))


def packet_of(*stated: tuple[str, Text | None], **options: Any) -> Packet:
    profile = organisation.answers(options.pop("profile", PROFILE))
    return breach.packet_sections(CATALOGUE, file_of(*stated), profile, zone=ZONE, **options)


def lines_of(packet: Packet) -> dict[str, breach.Line]:
    return {line.field: line for section in packet.sections for line in section.lines}


def test_the_catalogue_is_whole_and_consistent() -> None:
    """160 fields, unique, each in a group; coded kinds have values; tables have columns; words are of values."""
    fields = CATALOGUE.fields
    assert len(fields) == len({field.id for field in fields}) == 160
    assert {field.group for field in fields} == {group.id for group in CATALOGUE.groups}
    assert Counter(field.audience for field in fields) == {"authority": 127, "people": 15, "internal": 18}
    assert all(field.values for field in fields if field.kind in ("enum", "multi", "enum+text"))
    assert all(field.columns for field in fields if field.kind == "table")
    assert set(CATALOGUE.words) <= {value for field in fields for value in field.values} | {"tbd"}
    assert "CC BY 4.0" in CATALOGUE.credit
    assert all(set(field.asked_by) <= set(CATALOGUE.forms) for field in fields)
    assert {authority.asks_as for authority in AUTHORITIES.values()} <= set(CATALOGUE.forms)


def test_slips_of_the_public_schema_are_not_inherited() -> None:
    """Row 49 asks when late, row 83 belongs to availability, row 95 is text, several values where they are meant."""
    assert CATALOGUE.named("time.delay_reason").when == "late and notif.type = new"
    assert CATALOGUE.named("con.avail").when == "nat.cia = availability"
    assert CATALOGUE.named("post.prevent_text").kind == "text"
    for name in ("nat.cia", "ds.categories", "data.types", "pre.list", "con.avail", "con.impact", "post.prevent"):
        assert CATALOGUE.named(name).kind == "multi"


def test_every_condition_names_real_fields_and_values() -> None:
    """A condition that can be read rests on a field that exists and on values that it can have."""
    for field in CATALOGUE.fields:
        for clause in field.when.split(" and "):
            name, equals, values = clause.partition(" = ")
            if equals:
                asked = CATALOGUE.named(name)
                assert set(values.split("|")) <= set(asked.values or ("yes", "no")), field.id


def test_the_catalogue_carries_every_field_of_the_compiled_list() -> None:
    """Ids, duties, audiences, rows and evidence are those of the source; labels and conditions are our own."""
    source = json.loads(outside.shared("data/regulator/fields.json").read_text(encoding="utf-8"))
    duty = {"required": "R", "optional": "O", "not applicable": "N", "required if the condition holds": "C"}
    for theirs in source["fields"]:
        ours = CATALOGUE.named(theirs["id"])
        assert ours.initial == duty.get(theirs["initial"], "K")
        assert (ours.audience == "internal") == theirs["audience"].startswith("internal")
        assert ours.row == str(theirs.get("edpb_row") or "")
        assert ours.in_register == theirs["in_register_33_5"]
        assert set(ours.asked_by) == set(theirs["asked_by"])
        assert ours.gdpr == (theirs.get("gdpr") or "")
        if isinstance(theirs.get("values"), list):
            assert list(ours.values) == theirs["values"]
    minimum = {name for names in source["art33_3_minimum"].values() for name in names}
    assert {field.id for field in CATALOGUE.minimum} == minimum == set(MINIMUM)


def test_the_compiled_case_passes_the_checks() -> None:
    """Every value of the worked case's initial notification can be typed."""
    case = json.loads(outside.shared("data/regulator/worked_case.json").read_text(encoding="utf-8"))
    for name, value in case["phases"]["initial"].items():
        text = ", ".join(value) if isinstance(value, list) else str(value)
        assert CATALOGUE.check_value(name, text) == (), name


@pytest.mark.parametrize(
    ("field", "typed", "kept"),
    [
        ("nat.cia", "Availability; confidentiality, availability", "availability, confidentiality"),
        ("nat.conf", "to be determined", "tbd"),
        ("nat.cause", "External, malicious", "external_malicious"),
        ("com.status", "planned_date", "planned_date"),
        ("ds.count", "8,800", "8800"),
        ("ds.count", "TBD", "tbd"),
        ("data.rec_count", "41,900 care episodes", "41,900 care episodes"),
        ("com.planned", "2026-10-26", "2026-10-26"),
        ("notif.next_update_due", "2026-10-30", "2026-10-30"),
        ("time.begin", "2026-10-23", "2026-10-23"),
        ("time.begin", "2026-10-23T03:12:00+03:00", "2026-10-23T03:12:00+03:00"),
        ("time.investigation", "2026-10-23T06:10:00+03:00 logs read", "2026-10-23T06:10:00+03:00 logs read"),
        ("time.ongoing", "No: resolved", "no: resolved"),
        ("party.involved", "YES", None),
        ("dpo.designated", "YES", "yes"),
        ("nat.text", "  HIS is encrypted ", "HIS is encrypted"),
    ],
)
def test_values_are_kept_in_one_form(field: str, typed: str, kept: str | None) -> None:
    """Codes for words, plain digits, days and moments; what people wrote stays as written."""
    assert CATALOGUE.check_value(field, typed) == ()
    assert CATALOGUE.settled(field, typed) == (kept or "yes")


@pytest.mark.parametrize(
    ("field", "typed", "says"),
    [
        ("nat.cia", "secrecy", "cannot be 'secrecy'"),
        ("ds.count", "about 80", "whole number"),
        ("ds.count", "-3", "whole number"),
        ("data.rec_count", "many", "starts with a number"),
        ("com.planned", "26/10/2026", "is a date"),
        ("com.planned", "2026-02-30", "is a date"),
        ("time.begin", "2026-10-23T03:12", "has no zone"),
        ("time.begin", "last night", "is not a time"),
        ("dpo.designated", "perhaps", "yes or no"),
        ("dpo.designated", "yes and no", "yes or no"),
        ("nat.text", "   ", "needs a value"),
        ("nat.incident", "", "needs a value"),
        ("nat.text", "2026", None),
        ("rep.national_id", "1800101000000", "is never stored"),
        ("time.aware", "2026-10-23T09:38:00+03:00", "decision with its reason"),
        ("nat.cyber", "tbd", "cannot be 'tbd'"),
    ],
)
def test_values_that_do_not_fit_get_one_sentence(field: str, typed: str, says: str | None) -> None:
    """Each with what would fit in the hint."""
    sentences = CATALOGUE.check_value(field, typed)
    if says is None:
        assert sentences == ()
        return
    assert len(sentences) == 1
    assert says in sentences[0]
    with pytest.raises(Unusable) as refused:
        CATALOGUE.settled(field, typed)
    assert refused.value.hint


def test_local_times_take_the_zone_and_its_traps() -> None:
    """A wall-clock time becomes a time with offset; one that does not exist or happens twice is refused."""
    assert CATALOGUE.settled("time.begin", "2026-10-23 03:12", ZONE) == "2026-10-23T03:12:00+03:00"
    started = CATALOGUE.settled("time.investigation", "2026-10-23 06:10 ticket read", ZONE)
    assert started == "2026-10-23T06:10:00+03:00 ticket read"
    assert "does not exist" in CATALOGUE.check_value("time.begin", "2026-03-29 03:30", ZONE)[0]
    assert "happens twice" in CATALOGUE.check_value("time.begin", "2026-10-25 03:30", ZONE)[0]
    assert "contradicts" in CATALOGUE.check_value("time.begin", "2026-10-23T03:12:00+02:00", ZONE)[0]


def test_a_moment_that_has_not_come_is_refused_unless_it_is_a_plan() -> None:
    """A breach cannot begin tomorrow; the next information may well follow then."""
    later = "2026-10-26T10:00:00+02:00"
    assert "future" in CATALOGUE.check_value("time.begin", later, now=NOW)[0]
    assert "future" in CATALOGUE.check_value("time.investigation", f"{later} logs", now=NOW)[0]
    assert CATALOGUE.check_value("notif.next_update_due", later, now=NOW) == ()
    assert CATALOGUE.check_value("time.begin", later) == ()


def test_an_unknown_field_names_its_neighbours() -> None:
    """A slip in the second half of the id is answered with the ids of the first."""
    with pytest.raises(Unusable) as wrong:
        CATALOGUE.named("nat.tekst")
    assert "nat.text" in wrong.value.hint


@given(st.sampled_from([f.id for f in CATALOGUE.fields if f.values and f.kind in ("enum", "multi")]), st.data())
def test_a_code_and_its_words_mean_the_same(name: str, data: st.DataObject) -> None:
    """What the program shows for a code can be typed back; settling is stable."""
    field = CATALOGUE.named(name)
    if field.kind == "enum":
        code = data.draw(st.sampled_from(field.values))
        assert CATALOGUE.settled(name, CATALOGUE.word(code)) == code
    else:
        codes = data.draw(st.lists(st.sampled_from(field.values), min_size=1, unique=True))
        settled = CATALOGUE.settled(name, ";".join(codes))
        assert settled == ", ".join(codes)
        assert CATALOGUE.settled(name, CATALOGUE.readable(field, settled)) == settled


@pytest.mark.parametrize(
    ("when", "answers", "late", "holds"),
    [
        ("", {}, None, Answer.YES),
        ("ctrl.sector = private", {"ctrl.sector": "private"}, None, Answer.YES),
        ("ctrl.sector = private", {"ctrl.sector": "public"}, None, Answer.NO),
        ("ctrl.sector = private", {}, None, Answer.ASK),
        ("nat.conf = exfiltrated_or_disclosed", {"nat.conf": "tbd"}, None, Answer.ASK),
        ("nat.cia = availability", {"nat.cia": "confidentiality, availability"}, None, Answer.YES),
        ("nat.cia = availability", {"nat.cia": "confidentiality"}, None, Answer.NO),
        ("com.status = yes|planned_date", {"com.status": "planned_date"}, None, Answer.YES),
        ("late and notif.type = new", {"notif.type": "new"}, True, Answer.YES),
        ("late and notif.type = new", {"notif.type": "new"}, False, Answer.NO),
        ("late and notif.type = new", {"notif.type": "new"}, None, Answer.ASK),
        ("late and notif.type = new", {}, False, Answer.NO),
        ("late and notif.type = new", {}, True, Answer.ASK),
        ("the authority requires it", {}, None, Answer.ASK),
    ],
)
def test_conditions_have_three_answers(when: str, answers: dict[str, str], late: bool | None, holds: Answer) -> None:
    """Yes, no, and ask: where the file is silent or the words are for people."""
    assert condition_holds(when, answers, late=late) is holds


def test_the_five_moments_are_kept_apart() -> None:
    """Each comes from its own source: three fields, the declaration, and the decision on awareness."""
    file = file_of(
        ("time.begin", "2026-10-23T03:12:00+03:00"),
        ("time.investigation", "2026-10-23T06:10:00+03:00 ticket read"),
        ("party.processor_informed_at", "2026-10-23T11:00:00+03:00"),
    )
    moments = {instant.name: instant for instant in file.instants}
    assert list(moments) == ["began", "detected", "investigation", "aware", "processor_informed"]
    assert moments["began"].at == datetime(2026, 10, 23, 0, 12, tzinfo=UTC)
    assert (moments["detected"].at, moments["detected"].seq) == (DETECTED, 0)
    assert moments["detected"].actor == "SHA256:scribe"
    assert moments["investigation"].at == datetime(2026, 10, 23, 3, 10, tzinfo=UTC)
    assert (moments["aware"].at, moments["aware"].seq, moments["aware"].zone) == (AWARE, 1, ZONE)
    assert moments["aware"].reason == "Patient data are locked"
    assert file.warnings == ()


def test_nothing_but_the_decision_makes_the_controller_aware() -> None:
    """Detection and a processor's notice leave the moment of awareness open."""
    file = file_of(("party.processor_informed_at", "2026-10-23T08:00:00+03:00"), aware=None)
    assert file.instants.aware.at is None
    assert file.instants.processor_informed.at is not None


def test_a_stated_detection_corrects_the_declared_one() -> None:
    """The field wins over the time given at declaration; without either the moment is open."""
    stated = file_of(("time.detected", "2026-10-23T05:50:00+03:00"))
    assert stated.instants.detected.at == datetime(2026, 10, 23, 2, 50, tzinfo=UTC)
    assert file_of(detected=False).instants.detected.at is None


def test_moments_that_contradict_each_other_are_named() -> None:
    """A processor's notice before awareness, and awareness before the beginning."""
    early = file_of(("party.processor_informed_at", "2026-10-23T08:38:00+03:00"))
    assert "1 h before the recorded awareness" in early.warnings[0]
    wrong = file_of(("time.begin", "2026-10-23T09:39:00+03:00"))
    assert "1 min before the breach began" in wrong.warnings[0]
    assert packet_of(("time.begin", "2026-10-23T09:39:00+03:00")).warnings == wrong.warnings


def test_the_packet_shows_the_whole_minimum_from_the_start() -> None:
    """Nothing is stated: every field of Art. 33(3) is there and says so, what the profile knows is filled."""
    packet = packet_of()
    lines = lines_of(packet)
    assert set(MINIMUM) <= lines.keys()
    assert lines["nat.text"].status == "not_stated"
    assert lines["nat.text"].text == "not stated yet"
    assert (lines["dpo.name"].text, lines["dpo.name"].source) == ("DPO office", "organisation")
    assert packet.missing == tuple(name for name in MINIMUM_ORDER if not name.startswith("dpo."))
    letters = [section.letter for section in packet.sections if section.letter]
    assert set(letters) == {"a", "b", "c", "d"}


MINIMUM_ORDER = tuple(field.id for field in CATALOGUE.fields if field.id in MINIMUM)


def test_answers_come_with_their_entry_and_key() -> None:
    """A value in words, its entry number and the key that signed it."""
    line = lines_of(packet_of(("nat.cia", "availability, confidentiality"), ("ds.count", "8800")))["ds.count"]
    assert (line.text, line.status) == ("8,800", "stated")
    assert (line.entries, line.actor, line.source) == ((3,), "SHA256:scribe", "record")


def test_unknown_is_an_answer_with_owner_and_date() -> None:
    """It is shown as such and is not missing; "to be determined" by nobody still is."""
    packet = packet_of(("data.rec_count", None), ("ds.count", "tbd"))
    lines = lines_of(packet)
    known = lines["data.rec_count"]
    assert (known.status, known.owner, known.due) == ("unknown", "Ana", "2026-10-30")
    assert known.text == "not known yet; Ana will answer by 2026-10-30"
    assert lines["ds.count"].text == "to be determined; nobody named yet"
    assert "data.rec_count" not in packet.missing
    assert "ds.count" in packet.missing


@pytest.mark.parametrize("change", [{"owner": None}, {"due": None}, {"due": "soon"}])
def test_unknown_without_owner_or_date_is_missing(change: dict[str, Any]) -> None:
    """Both are needed for an open answer to count."""
    file = file_of(("post.prevent", None))
    half = replace(file, fields={"post.prevent": replace(file.fields["post.prevent"], **change)})
    assert "post.prevent" not in breach.missing(CATALOGUE, file, {})
    assert "post.prevent" in breach.missing(CATALOGUE, half, {})


def test_the_last_statement_counts() -> None:
    """An unknown that was answered later shows the answer and the later entry."""
    line = lines_of(packet_of(("post.prevent", None), ("post.prevent", "training")))["post.prevent"]
    assert (line.status, line.text, line.entries) == ("stated", "training", (3,))


def test_an_erased_answer_is_said_to_be_erased() -> None:
    """It is not called missing and its content does not come back."""
    packet = packet_of(("nat.text", GONE))
    line = lines_of(packet)["nat.text"]
    assert (line.status, line.text) == ("erased", "[erased]")
    assert "nat.text" not in packet.missing


def test_the_records_answer_wins_over_the_profile() -> None:
    """Another contact for this incident replaces the profile's, with its entry."""
    line = lines_of(packet_of(("dpo.contact", "duty phone 2")))["dpo.contact"]
    assert (line.text, line.source, line.entries) == ("duty phone 2", "record", (2,))


def test_sending_fields_stay_blank_until_sent() -> None:
    """Time, channel and receipt are on the page, empty, even if somebody typed them early."""
    typed = (("notif.sent_at", "2026-10-25T17:20:00+02:00"), ("notif.channel", "web_form: portal"))
    for name in ("notif.sent_at", "notif.channel", "notif.receipt"):
        line = lines_of(packet_of(*typed))[name]
        assert (line.status, line.text, line.entries) == ("blank", "", ())
    sent = lines_of(packet_of(*typed, sent=True))
    assert sent["notif.sent_at"].text == "2026-10-25 17:20 EET (15:20 UTC)"
    assert sent["notif.channel"].text == "web form: portal"


def test_internal_fields_never_appear() -> None:
    """Neither the register's fields nor a national id, however they were filled."""
    stated = tuple((field.id, "42") for field in CATALOGUE.fields if field.audience == "internal")
    lines = lines_of(packet_of(*stated, ("rep.national_id", "1800101000000")))
    assert not any(CATALOGUE.named(name).audience == "internal" for name in lines)
    assert "rep.national_id" not in lines


def test_reasons_for_delay_are_absent_unless_late() -> None:
    """In time nobody asks; late the line stands there, not stated yet, and is owed (Art. 33(1))."""
    stated = ("notif.type", "new")
    in_time, late = packet_of(stated, late=False), packet_of(stated, late=True)
    assert "time.delay_reason" not in lines_of(in_time)
    assert "time.delay_reason" not in in_time.missing
    assert lines_of(late)["time.delay_reason"].status == "not_stated"
    assert "time.delay_reason" in late.missing
    told = packet_of(stated, ("time.delay_reason", "The forensic report came on day four"), late=True)
    assert "time.delay_reason" not in told.missing


def test_the_rest_is_counted_in_one_line() -> None:
    """One more answer is one open question less; a question that does not apply is not counted."""
    before = packet_of().unanswered
    assert packet_of(("nat.systems", "Hospital information system")).unanswered == before - 1
    assert packet_of(("xb.eea", "no")).unanswered < before - 4
    assert packet_of().unanswered_line == f"{before} further fields of the common template are not answered yet."
    assert replace(packet_of(), unanswered=1).unanswered_line.startswith("1 further field ")
    assert replace(packet_of(), unanswered=0).unanswered_line == ""


def test_awareness_and_detection_fill_their_lines() -> None:
    """The packet tells both moments in local time and UTC, with the entry of each and the reason of awareness."""
    lines = lines_of(packet_of())
    assert lines["time.aware"].text == "2026-10-23 09:38 EEST (06:38 UTC)"
    assert (lines["time.aware"].entries, lines["time.detected"].entries) == ((1,), (0,))
    assert lines["time.aware_basis"].text == "Patient data are locked"


def test_lines_are_numbered_in_reading_order() -> None:
    """Sections from 1 without a gap, lines within them likewise."""
    packet = packet_of(("com.status", "planned_date"), ("xb.eea", "no"))
    for nth, section in enumerate(packet.sections, start=1):
        assert [line.number for line in section.lines] == [f"{nth}.{k}" for k in range(1, len(section.lines) + 1)]


def test_the_packet_is_json() -> None:
    """The same content without a single object that JSON does not know."""
    packet = packet_of(("data.rec_count", None), ("nat.text", GONE))
    written = packet.as_dict()
    assert json.loads(json.dumps(written))["missing"] == list(packet.missing)
    assert written["instants"][3]["at"] == "2026-10-23T06:38:00Z"
    assert written["credit"] == CATALOGUE.credit


def test_moments_say_the_day_in_utc_where_it_differs() -> None:
    """Just after midnight in Bucharest it is still yesterday in UTC."""
    assert (
        moment_words(datetime(2026, 10, 22, 22, 30, tzinfo=UTC), ZONE) == "2026-10-23 01:30 EEST (2026-10-22 22:30 UTC)"
    )
    assert moment_words(datetime(2026, 10, 22, 22, 30, 5, tzinfo=UTC), "UTC") == "2026-10-22 22:30:05 UTC"


@given(st.sets(st.sampled_from([field.id for field in CATALOGUE.fields if not field.verb])))
def test_a_packet_can_be_drawn_whatever_was_erased(names: set[str]) -> None:
    """Any set of erased answers: never an exception, never a missing minimum that was once answered."""
    packet = packet_of(*((name, GONE) for name in sorted(names)))
    assert not names & set(packet.missing)


@pytest.mark.parametrize("name", ["controller.name", "controller_name", "ctrl.name", "Controller-Name"])
def test_profile_fields_answer_to_their_names(name: str) -> None:
    """The profile's own id in several spellings, and the id of the breach field."""
    assert organisation.profile_field(name).id == "controller.name"


def test_unknown_profile_fields_list_the_known_ones() -> None:
    """A wrong name and an empty one are refused with the list."""
    for name in ("boss", ""):
        with pytest.raises(Unusable) as wrong:
            organisation.profile_field(name)
        assert "controller.name" in wrong.value.hint


@pytest.mark.parametrize(
    ("name", "text", "kept"),
    [
        ("authority", "ro-anspdcp", "RO-ANSPDCP"),
        ("authority", "RO", None),
        ("zone", "Europe/Bucharest", "Europe/Bucharest"),
        ("zone", "Bucharest", None),
        ("controller.sector", "private", "private"),
        ("controller.sector", "charity", None),
        ("controller.name", " Clinica ", "Clinica"),
        ("controller.name", " ", None),
    ],
)
def test_profile_values_are_checked(name: str, text: str, kept: str | None) -> None:
    """Against the known authorities, the zones, and the values of the breach field that they answer."""
    if kept is None:
        assert len(organisation.check(name, text, CATALOGUE, AUTHORITIES)) == 1
    else:
        assert organisation.settled(name, text, CATALOGUE, AUTHORITIES) == kept
        assert organisation.check(name, text, CATALOGUE, AUTHORITIES) == ()


def test_the_profile_answers_fields_that_exist() -> None:
    """Every mapping ends in the catalogue, and an empty profile owes controller, officer, authority and zone."""
    assert all(CATALOGUE.named(f.breach_field) for f in organisation.PROFILE if f.breach_field)
    assert organisation.unset({})[0].id == "controller.name"
    assert organisation.unset(PROFILE) == ()
    assert organisation.answers(PROFILE)["notif.authority"] == "RO-ANSPDCP"


def test_the_form_has_a_line_for_every_field() -> None:
    """Unanswered and internal fields too, which a packet leaves out on purpose."""
    lines = breach.lines_of(CATALOGUE, file_of(("reg.lessons", "Ask for the second factor")), {})
    assert set(lines) == {field.id for field in CATALOGUE.fields}
    assert lines["reg.lessons"].text == "Ask for the second factor"
    assert lines["nat.text"].status == "not_stated"
