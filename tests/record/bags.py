"""Bags that tests make, spoil and verify."""

from __future__ import annotations

import re
import subprocess
import sys
from hashlib import sha256

from record.laboratory import BOB, LOG, ORG, RECOVERY, Log

from app.record import bagtext, bundle, sshsig
from app.record.bundle import RecordParts

MEMORY = b"memory of the server"
DIGEST = sha256(MEMORY).hexdigest()
PLAN = b'{"x":1}'
PLAN_HASH = sha256(b"AZ:PLAN:" + PLAN).hexdigest()
TRUST = frozenset({LOG.fingerprint, RECOVERY.fingerprint})


def made() -> Log:
    """A record with texts, evidence, an approval and an anchor."""
    log = Log().genesis(plan_hash=PLAN_HASH)
    log.add("note", texts=[("text", "Καλημέρα\n\x01 \u2028")])
    evidence = {"sha256": DIGEST, "size": len(MEMORY), "name": "ram", "media_type": "x", "source": "s", "tool": "t"}
    log.add("evidence.add", by=BOB, texts=[("evidence", evidence)])
    log.attest(5, BOB)
    stamp = {"size": 5, "root": log.checkpoints[0].root.hex(), "tsr_sha256": sha256(b"stamp").hexdigest()}
    log.add("anchor", stamp, by=None)
    log.seal()
    return log


def parts(log: Log) -> RecordParts:
    """What the bag is made of."""
    return RecordParts(
        log.incident, log.lines, log.disclosures, tuple(log.checkpoints), {DIGEST: lambda: [MEMORY]}, {5: b"stamp"}
    )


def packed(log: Log, out, signer=LOG):
    """The bag of a record."""
    return bundle.write(parts(log), out, signer, {"timeline.pdf": b"%PDF"}, {"plan.json": PLAN, "a/b.toml": b""})


def standalone(folder, *options):
    """Verdict line and output of the bag's own verifier, run without this project."""
    command = [sys.executable, "-I", str(folder / "data/verify.py"), str(folder), *options]
    done = subprocess.run(command, capture_output=True, text=True)
    verdict = done.stdout.splitlines()[-1] if done.stdout else done.stderr
    assert done.returncode == (1 if verdict == "REJECTED" else 0), done.stdout + done.stderr
    assert not done.stderr or "Traceback" not in done.stderr, done.stderr
    return verdict, done.stdout


def agreed(folder, *known):
    """The verdict on a folder, in which both verifiers are of one mind and a rejection names an entry or a file."""
    ours = bundle.verify(folder, TRUST, known=[path.read_bytes().decode() for path in known])
    options = [word for path in known for word in ("--known", str(path))]
    theirs, output = standalone(folder, "--trust", LOG.fingerprint, *options)
    assert theirs == ours.verdict, (ours, output)
    named = re.compile(
        r"entry \d|checkpoint|data/|manifest|bag|\.(json|jsonl|sig|txt)\b|of size \d|the folder|trusted keys"
    )
    for line in output.splitlines():
        assert not line.startswith("problem:") or named.search(line), line
    assert all(one.entry is not None or named.search(one.what) for one in ours.problems), ours.problems
    return ours


def repacked(folder, key=LOG):
    """The same folder with its manifests written and signed anew, as only a holder of that key could."""
    found = [path for path in (folder / "data").rglob("*") if path.is_file()]
    payload = {path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest() for path in found}
    (folder / "manifest-sha256.txt").write_bytes(bagtext.manifest(payload))
    names = ("bagit.txt", "bag-info.txt", "manifest-sha256.txt")
    tags = {name: sha256((folder / name).read_bytes()).hexdigest() for name in names}
    signed = bagtext.manifest(tags)
    (folder / "tagmanifest-sha256.txt").write_bytes(signed)
    (folder / "tagmanifest-sha256.txt.sig").write_text(sshsig.sign(key, signed, f"bundle@{ORG}"))
    return folder
