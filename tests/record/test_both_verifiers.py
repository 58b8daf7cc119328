"""The project's verifier and the one in the bag come to the same verdict, whatever an insider or a thief tries."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from base64 import b64encode
from hashlib import sha256

import pytest
from record.bags import DIGEST, LOG, MEMORY, agreed, made, packed, repacked, standalone
from record.laboratory import ALICE, BOB, CAROL, FOREIGN, LOG2, ORG, RECOVERY, Log, key

from app.record import bundle, canonical, chain, checkpoint, disclosure, keys, sshsig
from app.record.bundle import RecordParts

WITNESS = key("witness")


def no_point():
    """32 bytes that are the x of no point of the curve."""
    for n in range(2, 99):
        raw = n.to_bytes(32, "little")
        try:
            keys.check_public(raw)
        except keys.BadKey:
            return raw
    raise AssertionError


def rewritten(log, seq, change, by=ALICE):
    """The newest entry put again with changed fields, signed, chained and covered as only insiders could."""
    fields = json.loads(log.lines[seq])
    fields.pop("sig", None)
    change(fields)
    line = canonical.encode(fields)
    if by is not None:
        signature = by.sign(sshsig.preimage(line, f"author@{ORG}"))
        line = canonical.encode(fields | {"sig": b64encode(signature).decode()})
    raw_put(log, seq, line)


def raw_put(log, seq, line):
    """A line in the place of the newest one, under a fresh checkpoint."""
    assert seq == len(log.lines) - 1
    lines = [*log.lines[:seq], line]
    log.lines = log.lines[:seq]
    again = log.cut(seq)
    head = again.head
    leaf = sha256(b"\0" + line).digest()
    log.head = chain.Head(head.origin, seq + 1, leaf.hex(), head.frontier.push(leaf))
    log.lines = lines
    log.checkpoints = [one for one in log.checkpoints if one.size <= seq]
    log.seal()


def lawful():
    """Records that keep the rules."""

    def plain(log):
        pass

    def rotation(log):
        log.enrol(LOG2, "log", "log-2")
        log.add("key.retire", {"fp": LOG.fingerprint})
        log.seal(LOG, LOG2)

    def approval(log):
        log.attest(log.enrol(CAROL, "person", "p3"), BOB)
        log.seal()

    def revocation(log):
        log.attest(log.enrol(LOG2, "log", "log-2"), BOB)
        log.add("key.revoke", {"fp": LOG.fingerprint, "since": "2026-03-01T12:00:01.000Z", "last_good": 4})
        log.seal(RECOVERY, LOG2)

    def suspect(log):
        log.add("key.revoke", {"fp": BOB.fingerprint, "since": "2026-03-01T12:00:01.000Z"}, ALICE)
        log.seal()

    def elsewhere(log):
        log.add("note")
        rewritten(log, 9, lambda one: one.update(refs=[{"log": one["log"], "seq": 4, "leaf": "00" * 32}]))

    def witnessed(log):
        log.attest(log.enrol(WITNESS, "witness", "w1"), BOB)
        log.seal()
        cosign(log, "w.example", WITNESS)

    def unknown_witness(log):
        cosign(log, "w.example", WITNESS)

    return {name: step for name, step in locals().items() if callable(step)}


def cosign(log, name, signer, spoil=b""):
    """A witness's line in the newest note (C2SP tlog-cosignature)."""
    one = log.checkpoints.pop()
    message = f"cosignature/v1\ntime 1\n{one.body}".encode()
    mark = checkpoint.key_id(name, signer.public, checkpoint.COSIGNATURE)
    raw = mark + (1).to_bytes(8) + signer.sign(message + spoil)
    note = f"{one.note}— {name} {b64encode(raw).decode()}\n"
    log.checkpoints.append(checkpoint.Checkpoint(one.size, one.root, one.body, note, one.sshsigs))


def unlawful():
    """Records that break one rule each, sealed by the holder of the log key."""

    def foreign(log):
        log.enrol(FOREIGN, "log", "log-9", None)
        log.seal(FOREIGN)

    def unapproved(log):
        log.enrol(CAROL, "person", "p3")
        log.seal()

    def stranger(log):
        log.add("note", by=FOREIGN)
        log.seal()

    def hidden_end(log):
        log.enrol(LOG2, "log", "log-2")
        log.add("key.retire", {"fp": LOG.fingerprint})
        log.add("note")
        log.seal(LOG, LOG2)

    def retired_person(log):
        log.add("key.retire", {"fp": BOB.fingerprint}, ALICE)
        log.add("note", by=BOB)
        log.seal()

    def retired_approver(log):
        log.add("key.retire", {"fp": BOB.fingerprint}, ALICE)
        log.attest(6, BOB, "approve", ALICE)
        log.seal()

    def wrong_attest(log):
        log.attest(5, BOB, "approve", None, leaf="00" * 32)
        log.seal()

    def wrong_namespace(log):
        content = log.attest(5, BOB, "witness")
        rewritten(log, content, lambda one: one["data"].update({"as": "approve"}), BOB)

    def attest_of_another_record(log):
        other = Log(json.loads(log.incident) | {"nonce": "11" * 16}).genesis()
        other.add("note")
        log.attest(5, BOB, sshsig=sshsig.sign(BOB, other.lines[5], f"approve@{ORG}"))
        log.seal()

    def same_key_twice(log):
        log.attest(log.enrol(ALICE, "person", "p9"), BOB)
        log.seal()

    def same_principal_twice(log):
        log.attest(log.enrol(CAROL, "person", "p1"), BOB)
        log.seal()

    def key_that_is_no_point(log):
        raw = no_point()
        seq = log.enrol(CAROL, "person", "p3", key=keys.ssh_public(raw), fp=keys.fingerprint(raw))
        log.attest(seq, BOB)
        log.seal()

    def wrong_anchor(log):
        log.add("anchor", {"size": 5, "root": "00" * 32, "tsr_sha256": "00" * 32}, by=None)
        log.seal()

    def anchor_without_hash(log):
        root = log.checkpoints[0].root.hex()
        log.add("anchor", {"size": 5, "root": root, "tsr_sha256": "x"}, by=None)
        log.seal()

    def uncovered(log):
        log.add("note")

    def program(log):
        log.add("clock", by=None, actor=ALICE.fingerprint)
        log.seal()

    def program_takes_the_pen(log):
        log.add("clock", by=None)
        rewritten(log, 9, lambda one: one.update(type="decision"), None)

    def program_retires_a_person(log):
        log.add("key.retire", {"fp": BOB.fingerprint}, None)
        log.seal()

    def erased_nothing(log):
        log.add("erase", {"basis": "x", "items": []})
        log.seal()

    def recovery_only(log):
        log.add("note")
        log.seal(RECOVERY)

    def second_open(log):
        log.add("incident.open")
        log.seal()

    def graft(log):
        other = Log(json.loads(log.incident) | {"nonce": "11" * 16}).genesis()
        log.put(other.lines[4])
        raw_put(log, 9, other.lines[4])

    def reorder(log):
        log.add("note")
        log.add("note")
        log.seal()
        log.lines[9], log.lines[10] = log.lines[10], log.lines[9]

    def left_out(log):
        del log.lines[5]

    def twice(log):
        log.lines.insert(5, log.lines[5])

    def another_logs_checkpoint(log):
        other = Log(json.loads(log.incident) | {"nonce": "11" * 16}).genesis()
        for _ in range(4):
            other.add("note")
        log.checkpoints[-1] = other.seal()

    def older_checkpoint(log):
        log.checkpoints.pop()

    def swapped_disclosures(log):
        (a, one), (b, two), *rest = log.disclosures
        log.disclosures = [(a, two), (b, one), *rest]

    def another_text(log):
        seq, _ = log.disclosures[1]
        log.disclosures[1] = (seq, disclosure.make("text", "another", bytes(16)))

    def disclosed_as_an_object(log):
        spoil_disclosure(log, {"AAAAAAAAAAAAAAAAAAAAAA": 1, "b": 2, "c": 3})

    def disclosed_too_long(log):
        spoil_disclosure(log, ["AAAAAAAAAAAAAAAAAAAAAA", "text", "x" * 500_000])

    def evidence_of_another_size(log):
        more = {"sha256": DIGEST, "size": len(MEMORY) + 1}
        log.add("evidence.add", texts=[("evidence", more)])
        log.seal()

    def cosignature_spoilt(log):
        log.attest(log.enrol(WITNESS, "witness", "w1"), BOB)
        log.seal()
        cosign(log, "w.example", WITNESS, b"spoilt")

    def cut_note_line(log):
        one = log.checkpoints.pop()
        note = f"{one.note}— w.example AAAA\n"
        log.checkpoints.append(checkpoint.Checkpoint(one.size, one.root, one.body, note, one.sshsigs))

    def refs(value):
        def step(log):
            log.add("note", refs=[1])
            rewritten(log, 9, lambda one: one.update(refs=value))

        return step

    def field(**more):
        def step(log):
            log.add("note")
            rewritten(log, 9, lambda one: one.update(more))

        return step

    def raw(change):
        def step(log):
            log.add("note", {"n": 1, "t": "é"})
            raw_put(log, 9, change(log.lines[9]))

        return step

    found = {name: step for name, step in locals().items() if callable(step) and name not in ("refs", "field", "raw")}
    odd_refs = ([True], ["x"], [None], [9], [-1], [[1]], [{"log": "x", "seq": 1, "leaf": "00" * 32}], {"a": 1}, 1)
    found |= {f"refs_{place}": refs(value) for place, value in enumerate(odd_refs)}
    odd_fields = (
        {"x": 1},
        {"v": 2},
        {"v": True},
        {"seq": "9"},
        {"at": "2026-02-30T00:00:00.000Z"},
        {"ts": "2026-03-01T24:00:00.000Z"},
        {"ts": "٢026-03-01T12:00:00.000Z"},
        {"id": "0192B6F0-0000-7000-8000-000000000099"},
        {"type": "note\n"},
        {"data": []},
        {"_sd": [], "_sd_alg": "sha-256"},
        {"_sd": ["A" * 43]},
        {"_sd": ["B" * 43, "A" * 43], "_sd_alg": "sha-256"},
        {"_sd": ["A" * 43], "_sd_alg": "sha-512"},
        {"log": f"{ORG}/{'00' * 32}/a"},
    )
    found |= {f"field_{place}": field(**value) for place, value in enumerate(odd_fields)}
    found |= {
        "duplicate_member": raw(lambda line: line.replace(b'{"n":1', b'{"n":0,"n":1')),
        "big_integer": raw(lambda line: line.replace(b'"n":1', b'"n":9007199254740992')),
        "huge_integer": raw(lambda line: line.replace(b'"n":1', b'"n":' + b"9" * 5000)),
        "minus_zero": raw(lambda line: line.replace(b'"n":1', b'"n":-0')),
        "float": raw(lambda line: line.replace(b'"n":1', b'"n":1.0')),
        "exponent": raw(lambda line: line.replace(b'"n":1', b'"n":1e0')),
        "not_a_number": raw(lambda line: line.replace(b'"n":1', b'"n":NaN')),
        "escaped": raw(lambda line: line.replace("é".encode(), b"\\u00e9")),
        "surrogate": raw(lambda line: line.replace("é".encode(), b"\\ud800")),
        "blank": raw(lambda line: line.replace(b'"n":1', b'"n": 1')),
        "order": raw(lambda line: line.replace(b'"n":1,"t":"\xc3\xa9"', b'"t":"\xc3\xa9","n":1')),
        "trailing_bytes": raw(lambda line: line + b" "),
        "carriage_return": raw(lambda line: line + b"\r"),
        "byte_order_mark": raw(lambda line: b"\xef\xbb\xbf" + line),
        "overlong_utf8": raw(lambda line: line.replace("é".encode(), b"\xc1\xa9")),
        "deep": raw(lambda line: line.replace(b'"n":1', b'"n":' + b"[" * 15 + b"]" * 15)),
        "delete": raw(lambda line: line.replace("é".encode(), b"\x7f")),
        "odd_name": raw(lambda line: line.replace(b'"n":1,"t":"\xc3\xa9"', '"n":1,"é":1'.encode())),
        "sig_member_in_data": raw(lambda line: line.replace(b'"n":1', b'"n":1,"sig":"x"')),
    }
    return found


def spoil_disclosure(log, content):
    """A disclosure that `make` would not have written, committed to by an enrolled person."""
    raw = canonical.encode(content, limit=1 << 20)
    text = b64encode(raw, b"-_").decode().rstrip("=")
    log.add("note", texts=[("text", "x")])
    log.disclosures[-1] = (9, text)
    rewritten(log, 9, lambda one: one.update(_sd=[disclosure.digest(text)]))


@pytest.mark.parametrize("name", lawful())
def test_lawful_records_are_accepted_by_both(name, tmp_path):
    """Rotations, revocations, references elsewhere and witnesses: one verdict, down to "with remarks"."""
    log = made()
    lawful()[name](log)
    signer = LOG2 if name in ("rotation", "revocation") else LOG
    assert agreed(packed(log, tmp_path / "bag", signer)).ok


@pytest.mark.parametrize("name", unlawful())
def test_unlawful_records_are_rejected_by_both(name, tmp_path):
    """Forged, cut, reordered, grafted or malformed: both reject, and name the entry, the checkpoint or the file."""
    log = made()
    unlawful()[name](log)
    folder = packed(log, tmp_path / "bag", LOG2 if name == "hidden_end" else LOG)
    assert not agreed(folder).ok


def test_a_revoked_key_is_suspect_to_both(tmp_path):
    """An attestation after the moment of revocation is told in the same words."""
    log = made()
    lawful()["suspect"](log)
    folder = packed(log, tmp_path / "bag")
    assert any("entry 7: SUSPECT" in remark for remark in agreed(folder).remarks)
    assert "entry 7: SUSPECT" in standalone(folder, "--trust", LOG.fingerprint)[1]


def test_a_record_cut_with_one_persons_key_is_told(tmp_path):
    """A person may vouch for a new log key after a theft; who stole that person's key could cut the record there."""
    log = made().cut(5)
    log.attest(log.enrol(FOREIGN, "log", "log-2"), ALICE)
    log.seal(FOREIGN)
    folder = packed(log, tmp_path / "bag", FOREIGN)
    verdict = agreed(folder)
    words = f"entry 5: the log key log-2@{ORG} came with the approval of a person, without a signature of the log key"
    assert any(remark.startswith(words) for remark in verdict.remarks)
    assert words in standalone(folder)[1]


def change(name, edit):
    """A step that edits a file of the bag; it is new where there is none."""

    def step(folder):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(edit(path.read_bytes() if path.exists() else b""))

    return step


def crlf(raw):
    """Line ends as some programs copy them."""
    return raw.replace(b"\n", b"\r\n")


INSIDE = {
    "another plan": change("data/plan/plan.json", lambda raw: raw.replace(b"1", b"2")),
    "wildcard signer": change("data/allowed_signers", lambda raw: b"* " + raw.partition(b" ")[2]),
    "one more signer": change("data/allowed_signers", lambda raw: raw + raw.replace(b"p1@", b"p7@")),
    "longer validity": change(
        "data/allowed_signers", lambda raw: raw.replace(b'valid-after="2026', b'valid-after="2020')
    ),
    "wildcard without dates": change("data/allowed_signers.nodates", lambda raw: b"* " + raw.partition(b" ")[2]),
    "another log key": change("data/log.vkey", lambda raw: raw + raw),
    "crlf in a note": change("data/checkpoints/9.note", crlf),
    "crlf in a checkpoint": change("data/checkpoints/9.txt", crlf),
    "crlf in a signature": change("data/checkpoints/9.txt.1.sig", crlf),
    "crlf in the signers": change("data/allowed_signers.nodates", crlf),
    "crlf in the entries": change("data/entries.jsonl", crlf),
    "arabic digits": change("data/checkpoints/9.note", lambda raw: raw.replace(b"\n9\n", "\n٩\n".encode())),
    "a program": change("data/ssh-keygen", lambda raw: b"#!/bin/sh\nexit 0\n"),
    "a module": change("data/base64.py", lambda raw: b"print('VERIFIED')\n"),
    "a device": change("data/plan/con.toml", lambda raw: b""),
    "a stream": change("data/plan/a:b", lambda raw: b""),
    "names that fold": change("data/plan/PLAN.json", lambda raw: b""),
    "a terminal's orders": change("data/plan/\x1b[2Jx", lambda raw: b""),
    "a line of its own": change("data/plan/x\nVERIFIED", lambda raw: b""),
    "another field of the incident": change("data/incident.json", lambda raw: raw.replace(b'"v":1', b'"v":1,"w":1')),
    "incident without nonce": change(
        "data/incident.json", lambda raw: raw.replace(b'"nonce":"' + b"00" * 16 + b'",', b"")
    ),
    "incident of version 2": change("data/incident.json", lambda raw: raw.replace(b'"v":1', b'"v":2')),
    "no lists": lambda folder: [(folder / "data" / name).unlink() for name in ("allowed_signers", "log.vkey")],
    "a second size": change("data/checkpoints/09.note", lambda raw: b""),
    "evidence that nobody names": change(f"data/evidence/{'ab' * 32}", lambda raw: b""),
    "no plan": lambda folder: (folder / "data/plan/plan.json").unlink(),
    "no verifier": lambda folder: (folder / "data/verify.py").rename(folder / "data/reports/verify.py"),
}


@pytest.mark.parametrize("name", INSIDE)
def test_a_holder_of_the_log_key_fools_neither(bag, tmp_path, name):
    """With manifests made and signed anew, both still come to one verdict; only what is absent is a mere remark."""
    folder = shutil.copytree(bag, tmp_path / "bag")
    verifier = (folder / "data/verify.py").read_bytes()
    INSIDE[name](folder)
    repacked(folder)
    if not (folder / "data/verify.py").exists():
        assert b"python3 -I data/verify.py" in (folder / "data/README.txt").read_bytes()
        (folder / "data/verify.py").write_bytes(verifier)
        repacked(folder)
    accepted = ("evidence that nobody names", "no plan", "no verifier")
    assert agreed(folder).ok == (name in accepted)


TAGS = {
    "not sorted": lambda raw: b"".join(sorted(raw.splitlines(keepends=True), reverse=True)),
    "crlf": crlf,
    "no last line feed": lambda raw: raw[:-1],
    "twice": lambda raw: raw + raw.splitlines(keepends=True)[0],
    "starred": lambda raw: raw.replace(b"  data", b" *data"),
    "upward": lambda raw: raw + b"00" * 32 + b"  ../../etc/passwd\n",
    "without bagit.txt": lambda raw: b"".join(one for one in raw.splitlines(True) if not one.endswith(b"bagit.txt\n")),
}


@pytest.mark.parametrize("name", TAGS)
@pytest.mark.parametrize("listing", ["manifest-sha256.txt", "tagmanifest-sha256.txt"])
def test_a_manifest_has_one_form(bag, tmp_path, name, listing):
    """A list in any other form is refused although the log key signed it."""
    folder = shutil.copytree(bag, tmp_path / "bag")
    path, tags = folder / listing, folder / "tagmanifest-sha256.txt"
    before = path.read_bytes()
    path.write_bytes(TAGS[name](before))
    if name == "without bagit.txt":
        (folder / "bagit.txt").unlink()
    changed = path.read_bytes() != before
    if listing == "manifest-sha256.txt":
        digest = sha256(path.read_bytes()).hexdigest().encode()
        tags.write_bytes(re.sub(rb"[0-9a-f]{64}(?=  manifest)", digest, tags.read_bytes()))
    (folder / "tagmanifest-sha256.txt.sig").write_text(sshsig.sign(LOG, tags.read_bytes(), f"bundle@{ORG}"))
    assert agreed(folder).ok == (not changed and name != "without bagit.txt")


def test_a_note_of_any_size_may_be_known(tmp_path):
    """A note kept from a checkpoint that the bag no longer holds is compared with the tree."""
    log = made()
    log.add("note")
    kept = log.seal()
    log.add("note")
    log.seal()
    log.checkpoints.remove(kept)
    folder = packed(log, tmp_path / "bag")
    (tmp_path / "kept").write_text(kept.note)
    assert agreed(folder, tmp_path / "kept").ok
    other = made()
    other.add("note", texts=[("text", "another past")])
    (tmp_path / "kept").write_text(other.seal().note)
    assert not agreed(folder, tmp_path / "kept").ok


def test_nothing_in_a_bag_steers_the_terminal(bag, tmp_path):
    """A file's name is printed with its control characters spelt out, and never starts a line."""
    folder = shutil.copytree(bag, tmp_path / "bag")
    (folder / "data/plan/\x1b[2J\nVERIFIED é").write_bytes(b"")
    output = standalone(folder)[1]
    assert "\x1b" not in output
    assert output.isascii()
    assert not any(line.startswith("VERIFIED") for line in output.splitlines())


def test_a_zip_is_told_apart_from_a_folder(zipped, bag):
    """Whoever names the zip file is told to unpack it."""
    command = [standalone.__globals__["sys"].executable, "-I", str(bag / "data/verify.py"), str(zipped)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (1, "")
    assert "unpack the zip file first" in done.stdout


def test_the_words_say_what_was_shown_and_what_not(bag):
    """A stranger reads what the verdict means, and what it does not mean."""
    output = standalone(bag, "--trust", LOG.fingerprint)[1]
    assert "Shown: no file differs from the signed manifest" in output
    assert "Shown: a key given with --trust signed" in output
    assert "Not shown: that what was recorded is true" in output
    assert "could have left out the newest" in " ".join(output.split())
    for fp in (LOG.fingerprint, RECOVERY.fingerprint, ALICE.fingerprint, BOB.fingerprint):
        assert fp in output
    assert "Shown: a key given with --trust" not in standalone(bag)[1]


def stamped(folder, note):
    """A time stamp over a note by an authority made for the test: the whole reply, and the authority's certificate."""
    config = "[t]\nserial=s\ndefault_policy=1.2.3\ndigests=sha256\nsigner_digest=sha256\nsigner_cert=c.pem\n"
    (folder / "t.cnf").write_text(f"[req]\ndistinguished_name=d\n[d]\n[tsa]\ndefault_tsa=t\n{config}signer_key=k.pem\n")
    (folder / "s").write_text("01\n")
    (folder / "note").write_text(note)
    use = "extendedKeyUsage=critical,timeStamping"
    for command in (
        f"openssl req -config t.cnf -x509 -newkey rsa:2048 -nodes -keyout k.pem -out c.pem -subj /CN=t -addext {use}",
        "openssl ts -query -config t.cnf -data note -sha256 -cert -out q",
        "openssl ts -reply -config t.cnf -queryfile q -out r",
    ):
        subprocess.run(command.split(), cwd=folder, check=True, capture_output=True)
    return (folder / "r").read_bytes(), folder / "c.pem"


@pytest.mark.real("openssl")
def test_time_stamps_are_checked_with_the_authoritys_certificates(tmp_path):
    """With --tsa-ca the stamp is checked at its own moment; with other certificates, or over other bytes, refused."""
    log = Log().genesis()
    reply, authority = stamped(tmp_path, log.checkpoints[0].note)
    digest = sha256(reply).hexdigest()
    log.add("anchor", {"size": 5, "root": log.checkpoints[0].root.hex(), "tsr_sha256": digest}, by=None)
    log.seal()
    whole = RecordParts(log.incident, log.lines, log.disclosures, tuple(log.checkpoints), {}, {5: reply})
    folder = bundle.write(whole, tmp_path / "bag", LOG, {}, {})
    options = ("--trust", LOG.fingerprint, "--tsa-ca")
    assert standalone(folder, *options, str(authority))[0] == "VERIFIED"
    (tmp_path / "other").mkdir()
    _reply, other = stamped(tmp_path / "other", "another note")
    verdict, output = standalone(folder, *options, str(other))
    assert verdict == "REJECTED"
    assert "entry 5: openssl does not accept the time stamp over checkpoint 5" in output
