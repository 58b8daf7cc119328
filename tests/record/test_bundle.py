"""The bag: the same bytes every time, checked by tools that we did not write, and every change named."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import zipfile
from hashlib import sha256

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from record.bags import DIGEST, PLAN_HASH, TRUST, made, packed, repacked, standalone
from record.laboratory import ALICE, FOREIGN, LOG, ORG, RECOVERY, Log

from app.record import bundle, checkpoint
from app.record.bundle import RecordParts
from app.record.keys import SigningKey


def shell(command, cwd):
    """Exit code and output of a shell command."""
    done = subprocess.run(["sh", "-c", command], cwd=cwd, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


# Strangers -----------------------------------------------------------------------------------------------------------


@pytest.mark.real("sh", "sha256sum", "ssh-keygen")
def test_every_command_of_the_readme_works(bag):
    """A stranger who types the README's commands in the folder is told what the README promises."""
    readme = (bag / "data/README.txt").read_text()
    commands = [line for line in readme.splitlines() if re.match(r"sha256sum|ssh-keygen|\(printf|python3", line)]
    assert len(commands) == 7
    outputs = [shell(command.replace("python3", sys.executable), bag) for command in commands]
    assert [code for code, _ in outputs] == [0] * 7, outputs
    assert f'Good "bundle@{ORG}" signature for log-1@{ORG}' in outputs[1][1]
    assert made().incident_id in outputs[2][1]
    second = (bag / "data/entries.jsonl").read_text().splitlines()[1]
    assert re.search(r'"prev":"([0-9a-f]{64})"', second)[1] in outputs[3][1]
    assert PLAN_HASH in outputs[4][1]
    assert PLAN_HASH in (bag / "data/entries.jsonl").read_text().splitlines()[0]
    assert sha256((bag / "data/verify.py").read_bytes()).hexdigest() in outputs[5][1]
    assert outputs[6][1].splitlines()[-1] == "VERIFIED with remarks"


@pytest.mark.real("ssh-keygen")
def test_ssh_keygen_accepts_checkpoints_and_attestations(bag):
    """Each checkpoint's SSH signature is good for the log's key, and for nobody else's."""
    for name, code in (("log-1", 0), ("recovery", 255)):
        command = (
            f"ssh-keygen -Y verify -f data/allowed_signers.nodates -I {name}@{ORG} -n checkpoint@{ORG}"
            " -s data/checkpoints/9.txt.1.sig < data/checkpoints/9.txt"
        )
        assert shell(command, bag)[0] == code


def test_unzipping_gives_the_folder(bag, zipped, tmp_path):
    """Any zip program unpacks the zip to the very files of the folder."""
    with zipfile.ZipFile(zipped) as archive:
        assert archive.testzip() is None
        archive.extractall(tmp_path)
    (top,) = tmp_path.iterdir()
    assert top.name == f"incident-{made().incident_id[:12]}"
    files = {path.relative_to(bag): path.read_bytes() for path in bag.rglob("*") if path.is_file()}
    assert {path.relative_to(top): path.read_bytes() for path in top.rglob("*") if path.is_file()} == files
    assert bundle.verify(top, TRUST).ok


def test_the_same_record_gives_the_same_bytes(zipped, tmp_path):
    """A bag depends on nothing but the record: no clock, no path, no machine."""
    assert packed(made(), tmp_path / "other name.zip").read_bytes() == zipped.read_bytes()


def test_the_layout_is_that_of_the_format(bag):
    """Every file of the format is there and no other."""
    names = {path.relative_to(bag).as_posix() for path in bag.rglob("*") if path.is_file()}
    checkpoints = {f"data/checkpoints/{n}.{end}" for n in (5, 9) for end in ("txt", "note", "txt.1.sig")}
    fixed = "incident.json entries.jsonl disclosures.jsonl allowed_signers allowed_signers.nodates log.vkey"
    own = {f"data/{name}" for name in [*fixed.split(), "README.txt", "verify.py", f"evidence/{DIGEST}", "tsa/5.tsr"]}
    extra = {"data/plan/plan.json", "data/plan/a/b.toml", "data/reports/timeline.pdf"}
    tags = {"bagit.txt", "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt", "tagmanifest-sha256.txt.sig"}
    assert names == tags | own | extra | checkpoints
    payload = sum((bag / name).stat().st_size for name in names if name.startswith("data/"))
    assert f"Payload-Oxum: {payload}.{len(own | extra | checkpoints)}\n" in (bag / "bag-info.txt").read_text()


@pytest.mark.real("ssh-keygen")
def test_a_clock_that_went_back_does_not_spoil_the_commands(tmp_path):
    """When the last entry is dated before the log key, ssh-keygen is told a time at which the key was valid."""
    log = made()
    log.add("note", ts="2019-01-01T00:00:00.000Z")
    log.seal()
    folder = packed(log, tmp_path / "bag")
    command = next(one for one in (folder / "data/README.txt").read_text().splitlines() if one.startswith("ssh-keygen"))
    assert shell(command, folder)[0] == 0


# Verdicts ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["bag", "zipped"])
def test_a_bag_verifies(form, request):
    """Folder and zip are VERIFIED, with what the record itself says."""
    path = request.getfixturevalue(form)
    verdict = bundle.verify(path, TRUST)
    assert (verdict.verdict, verdict.size, verdict.problems) == ("VERIFIED with remarks", 9, ())
    assert verdict.remarks == ("entry 8: the time stamp over checkpoint 5 was not checked",)
    assert verdict.root == made().head.root.hex()
    assert not bundle.verify(path, frozenset({FOREIGN.fingerprint})).ok


def test_the_bags_own_verifier_agrees(bag):
    """The stranger's program says the same, with and without trust, and tells what it left out."""
    verdict, output = standalone(bag, "--trust", LOG.fingerprint)
    assert verdict == "VERIFIED with remarks"
    assert output.count("remark:") == 1
    assert "time stamp was not checked" in output
    assert standalone(bag, "--trust", FOREIGN.fingerprint)[0] == "REJECTED"
    assert "maker unknown" in standalone(bag)[1]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(choice=st.integers(0), place=st.integers(0), mask=st.integers(1, 255))
def test_one_flipped_byte_in_a_folder_is_named(bag, choice, place, mask):
    """Whatever byte of whatever file changes, the bag is rejected and the file or entry named."""
    files = sorted(path for path in bag.rglob("*") if path.is_file() and path.stat().st_size)
    path = files[choice % len(files)]
    good = path.read_bytes()
    spoilt = bytearray(good)
    spoilt[place % len(good)] ^= mask
    try:
        path.write_bytes(spoilt)
        verdict = bundle.verify(bag, TRUST)
    finally:
        path.write_bytes(good)
    assert verdict.verdict == "REJECTED"
    assert any(path.relative_to(bag).as_posix() in problem.what for problem in verdict.problems), verdict.problems


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0), mask=st.integers(1, 255))
def test_one_flipped_byte_in_a_zip_is_rejected(zipped, tmp_path, place, mask):
    """Not one byte of the zip file is without meaning: headers, dates and gaps included."""
    spoilt = bytearray(zipped.read_bytes())
    spoilt[place % len(spoilt)] ^= mask
    path = tmp_path / "spoilt.zip"
    path.write_bytes(spoilt)
    verdict = bundle.verify(path, TRUST)
    assert verdict.verdict == "REJECTED"
    assert verdict.problems


@pytest.mark.parametrize("seq", [0, 1, 5, 7, 8])
def test_a_changed_entry_is_named_by_number(bag, tmp_path, seq):
    """Not only the file is named but the entry."""
    folder = shutil.copytree(bag, tmp_path / "bag")
    path = folder / "data/entries.jsonl"
    lines = path.read_bytes().split(b"\n")
    lines[seq] = lines[seq].replace(b'"ts":"2026', b'"ts":"2027')
    path.write_bytes(b"\n".join(lines))
    verdict = bundle.verify(folder, TRUST)
    assert seq in {problem.entry for problem in verdict.problems}
    verdict_line, output = standalone(folder, "--trust", LOG.fingerprint)
    assert verdict_line == "REJECTED"
    assert "data/entries.jsonl: was changed" in output


@pytest.mark.parametrize("name", ["extra.txt", "data/extra.txt", "data/reports/extra.pdf"])
def test_a_file_too_many_is_named(bag, tmp_path, name):
    """What no manifest lists does not belong there."""
    folder = shutil.copytree(bag, tmp_path / "bag")
    (folder / name).write_bytes(b"x")
    assert any(name in problem.what for problem in bundle.verify(folder, TRUST).problems)
    assert standalone(folder)[0] == "REJECTED"


def test_every_missing_file_is_named(bag, tmp_path):
    """What a manifest lists must be there; nothing is optional once it is listed."""
    for path in sorted(path for path in bag.rglob("*") if path.is_file()):
        name = path.relative_to(bag).as_posix()
        folder = shutil.copytree(bag, tmp_path / "bag")
        (folder / name).unlink()
        verdict = bundle.verify(folder, TRUST)
        assert verdict.verdict == "REJECTED"
        assert any(name in problem.what for problem in verdict.problems), (name, verdict.problems)
        shutil.rmtree(folder)


@pytest.mark.parametrize("key", [FOREIGN, ALICE, RECOVERY])
def test_only_a_log_key_signs_a_bag(bag, tmp_path, key):
    """A bag that anybody else packed is rejected, by both verifiers."""
    folder = repacked(shutil.copytree(bag, tmp_path / "bag"), key)
    assert any("tagmanifest-sha256.txt.sig" in problem.what for problem in bundle.verify(folder, TRUST).problems)
    assert standalone(folder)[0] == "REJECTED"
    assert bundle.verify(repacked(folder), TRUST).ok


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("allowed_signers", lambda raw: raw.replace(b"log-1@", b"*@")),
        ("allowed_signers.nodates", lambda raw: raw[: raw.rindex(b"p2@")]),
        ("log.vkey", lambda raw: raw.replace(b"/a+", b"/b+")),
        ("checkpoints/9.txt", lambda raw: raw.replace(b"\n9\n", b"\n8\n")),
        ("checkpoints/9.note", lambda raw: raw[:-10] + b"A" + raw[-9:]),
        ("checkpoints/9.txt.1.sig", lambda raw: raw.replace(b"A", b"B", 1)),
        ("tsa/5.tsr", lambda raw: b"other"),
        (f"evidence/{DIGEST}", lambda raw: b"other"),
        ("disclosures.jsonl", lambda raw: raw + raw.splitlines(keepends=True)[0]),
        ("disclosures.jsonl", lambda raw: raw[:-1]),
        ("entries.jsonl", lambda raw: raw[:-1]),
        ("entries.jsonl", lambda raw: raw[: raw[:-1].rindex(b"\n") + 1]),
        ("incident.json", lambda raw: raw + b"\n"),
    ],
)
def test_a_holder_of_the_log_key_cannot_make_the_files_disagree(bag, tmp_path, name, change):
    """With every manifest right and signed, each file still has to follow from the record.

    An earlier verifier did not bind log.vkey to the log.
    """
    folder = shutil.copytree(bag, tmp_path / "bag")
    path = folder / "data" / name
    assert change(path.read_bytes()) != path.read_bytes()
    path.write_bytes(change(path.read_bytes()))
    assert bundle.verify(repacked(folder), TRUST).verdict == "REJECTED"
    assert standalone(folder, "--trust", LOG.fingerprint)[0] == "REJECTED"


def test_withheld_and_absent_are_remarks(tmp_path):
    """A partial hand-out verifies and says what it leaves out, in both verifiers."""
    log = made()
    given_out = RecordParts(log.incident, log.lines, log.disclosures[1:], tuple(log.checkpoints), {}, {})
    folder = bundle.write(given_out, tmp_path / "bag", LOG, {}, {})
    verdict = bundle.verify(folder, TRUST)
    assert verdict.verdict == "VERIFIED with remarks"
    for words in ("withheld", "evidence file", "time stamp"):
        assert any(words in remark for remark in verdict.remarks)
    assert len(verdict.remarks) == 4
    assert "plan" in verdict.remarks[-1]
    assert standalone(folder, "--trust", LOG.fingerprint)[1].count("remark:") == 4


def test_a_known_note_is_compared(bag, tmp_path):
    """A note kept from earlier must be a part of the record."""
    note = (bag / "data/checkpoints/5.note").read_text()
    (tmp_path / "kept").write_text(note)
    assert bundle.verify(bag, TRUST, known=[note]).ok
    assert standalone(bag, "--known", str(tmp_path / "kept"))[0] != "REJECTED"
    other = Log()
    other._salts = iter([bytes(16)] * 9)
    (tmp_path / "kept").write_text(other.genesis().checkpoints[0].note)
    assert not bundle.verify(bag, TRUST, known=[(tmp_path / "kept").read_text()]).ok
    assert standalone(bag, "--known", str(tmp_path / "kept"))[0] == "REJECTED"


def test_the_vectors_verify_in_the_strangers_program(vectors, tmp_path):
    """The published log, put into a bag, is accepted by the standalone verifier too."""
    log = vectors["log"]
    checkpoints = tuple(
        checkpoint.parse(case["note"], [armour for _, armour in case["sshsig"]], "az-incident.example")
        for case in log["checkpoints"].values()
    )
    given_out = RecordParts(
        log["incident_record"].encode(),
        [line.encode() for line in log["entries"]],
        [tuple(one) for one in log["disclosures"]],
        checkpoints,
    )
    key = SigningKey.from_seed(bytes.fromhex(vectors["keys"]["log-2"]["seed"]))
    folder = bundle.write(given_out, tmp_path / "bag", key, {}, {})
    assert (folder / "data/allowed_signers").read_text() == log["allowed_signers"]
    assert bundle.verify(folder, frozenset({key.fingerprint})).remarks == (
        "entry 8: the evidence file 6fa1a4acef76b5d37a3a65104042c00ba95fd035297d1ecb33cc2401eaa664c1 is absent",
    )
    verdict, output = standalone(folder, "--trust", key.fingerprint)
    assert (verdict, output.count("remark:")) == ("VERIFIED with remarks", 1), output
