"""Bags from outside and on their way out: hostile files, names and places."""

from __future__ import annotations

import os
import shutil
import zipfile

import pytest
from record.bags import DIGEST, MEMORY, TRUST, made, packed, parts, repacked, standalone
from record.laboratory import LOG

from app.domain.errors import Broken, Unusable
from app.record import bundle, verify
from app.record.archive import ZipWriter
from app.record.bundle import RecordParts


@pytest.mark.parametrize("form", ["bag", "zipped"])
def test_a_bag_reads_back(form, request):
    """What was put in comes out, from folder and zip alike."""
    log = made()
    with bundle.read(request.getfixturevalue(form)) as read:
        assert read.incident == log.incident
        assert list(read.lines) == log.lines == list(read.lines)
        assert list(read.disclosures) == log.disclosures
        assert sorted(read.checkpoints, key=lambda one: one.size) == log.checkpoints
        assert b"".join(read.evidence[DIGEST]()) == MEMORY
        assert read.tokens == {5: b"stamp"}


def test_nothing_is_overwritten_or_left_half_written(bag, tmp_path):
    """An existing folder is refused; a failure leaves nothing behind."""
    with pytest.raises(Unusable, match="exists already"):
        packed(made(), bag)

    def failing():
        yield b"x"
        raise OSError(28, "No space left on device")

    log = made()
    broken = RecordParts(log.incident, log.lines, log.disclosures, tuple(log.checkpoints), {DIGEST: failing})
    for name in ("bag", "bag.zip"):
        with pytest.raises(Broken, match="No space left"):
            bundle.write(broken, tmp_path / name, LOG, {}, {})
        assert list(tmp_path.iterdir()) == []


def test_an_older_zip_is_replaced_whole(tmp_path):
    """Exporting again to the same zip file replaces it in one step."""
    path = tmp_path / "bag.zip"
    path.write_bytes(b"old")
    assert bundle.verify(packed(made(), path), TRUST).ok
    assert [one.name for one in tmp_path.iterdir()] == ["bag.zip"]


@pytest.mark.parametrize("name", ["../x", "/x", "a\\b", "c:x", "con.txt", "a//b", "x ", "a\nb", "100%"])
def test_no_report_gets_a_name_that_a_system_would_misread(tmp_path, name):
    """Names are plain relative paths on every system."""
    with pytest.raises(ValueError):
        bundle.write(parts(made()), tmp_path / "bag", LOG, {name: b""}, {})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("what", ["nothing", "text file", "empty folder", "foreign zip", "foreign bag"])
def test_what_is_no_bag_is_refused_in_one_sentence(tmp_path, what):
    """Nothing there, something else, or a zip of somebody else's."""
    path = tmp_path / "thing"
    if what == "text file":
        path.write_text("hello")
    elif what == "empty folder":
        path.mkdir()
    elif what in ("foreign zip", "foreign bag"):
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("x/bagit.txt", "BagIt-Version: 1.0\n")
            archive.writestr("x/data/entries.jsonl", "0" * 10_000_000)
    with pytest.raises(Unusable) as caught, bundle.read(path):
        pass
    assert "\n" not in caught.value.message
    if what.startswith("foreign"):
        verdict = bundle.verify(path, TRUST)
        assert verdict.verdict == "REJECTED"
        assert "unpack it" in verdict.problems[0].what
    else:
        with pytest.raises(Unusable):
            bundle.verify(path, TRUST)


@pytest.mark.parametrize(
    "name", ["../x", "/x", "a\\b", "c:x", "aux", "x.", "", "a/../b", "x\x00y", "data/ENTRIES.jsonl"]
)
def test_hostile_names_in_our_own_zip_form_are_refused(tmp_path, name):
    """A name that would leave the folder, or mean two files, is refused although every header is right."""
    path = tmp_path / "bag.zip"
    with path.open("w+b") as file:
        writer = ZipWriter(file, "top")
        writer.put("data/entries.jsonl", [b"x"])
        writer.put(name, [b"y"])
        writer.close()
    verdict = bundle.verify(path, TRUST)
    assert verdict.verdict == "REJECTED"
    assert len(verdict.problems) == 1
    with pytest.raises(Unusable), bundle.read(path):
        pass


@pytest.mark.parametrize(
    "change", [lambda raw: b"x" + raw, lambda raw: raw + b"x", lambda raw: raw[:-1], lambda raw: raw[:60]]
)
def test_leading_trailing_and_missing_bytes_are_refused(zipped, tmp_path, change):
    """The zip file is the bag and nothing else."""
    path = tmp_path / "bag.zip"
    path.write_bytes(change(zipped.read_bytes()))
    assert bundle.verify(path, TRUST).verdict == "REJECTED"


@pytest.mark.parametrize("kind", ["link", "pipe", "folder link"])
def test_links_and_devices_are_refused(bag, tmp_path, kind):
    """A folder's links are not followed."""
    folder = shutil.copytree(bag, tmp_path / "bag")
    target = folder / "data/reports/timeline.pdf"
    if kind == "folder link":
        shutil.move(folder / "data/reports", tmp_path / "reports")
        (folder / "data/reports").symlink_to(tmp_path / "reports")
    else:
        target.rename(tmp_path / "away")
        target.symlink_to(tmp_path / "away") if kind == "link" else os.mkfifo(target)
    verdict = bundle.verify(folder, TRUST)
    assert "neither file nor folder" in verdict.problems[0].what
    assert standalone(folder)[0] == "REJECTED"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("incident.json", b"{" * 70_000),
        ("entries.jsonl", b"x" * 200_000),
        ("entries.jsonl", b"[" * 60_000 + b"\n"),
        ("entries.jsonl", b'{"a":NaN}\n{"a":1,"a":1}\n'),
        ("entries.jsonl", b""),
        ("disclosures.jsonl", b'{"d":1,"seq":2}\n'),
        ("disclosures.jsonl", b'{"d":"","seq":1}\n'),
        ("disclosures.jsonl", b"[]\n"),
        ("disclosures.jsonl", b"\n"),
        ("checkpoints/9.note", b"\xff"),
        ("checkpoints/9.note", b"x" * 2_000_000),
        ("checkpoints/99.note", b"x"),
        ("checkpoints/9.txt.2.sig", b"-----BEGIN SSH SIGNATURE-----\n-----END SSH SIGNATURE-----\n"),
    ],
    ids=range(13),
)
def test_hostile_contents_are_refused(bag, tmp_path, name, content):
    """Whatever stands in a file, both verifiers answer with a verdict."""
    folder = shutil.copytree(bag, tmp_path / "bag")
    (folder / "data" / name).write_bytes(content)
    repacked(folder)
    verdict = bundle.verify(folder, TRUST)
    assert verdict.verdict == verify.REJECTED
    assert standalone(folder)[0] == "REJECTED"
