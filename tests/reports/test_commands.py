"""The commands in the documents, typed as they stand into a shell in the unpacked bag."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from record.bags import made, packed
from record.laboratory import LOG, LOG2, RECOVERY, Log
from reports.samples import clinic_dossier

from app.domain.dossier import Seal
from app.reports.kit.seal import checkpoint_text, commands


def printed(log: Log, bag: Path, signer: str) -> list[tuple[str, int, str]]:
    """What each command but the last says and prints; the last one is that of our own program."""
    root = base64.b64encode(log.head.root).decode()
    seal = Seal(log.head.origin, log.head.size, root, signer, RECOVERY.fingerprint)
    view = clinic_dossier().view
    opening = replace(view.opening, incident_id=log.incident_id)
    dossier = replace(clinic_dossier(), seal=seal, view=replace(view, opening=opening))
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    found = []
    for command, meaning in commands(dossier)[:-1]:
        done = subprocess.run(
            ["sh", "-c", command], cwd=bag, capture_output=True, text=True, env=os.environ | {"PATH": path}
        )
        found.append((meaning, done.returncode, done.stdout + done.stderr))
    assert found[2][2] == checkpoint_text(seal)
    return found


@pytest.mark.real("sh", "sha256sum", "ssh-keygen")
@pytest.mark.parametrize("rotated", [False, True])
def test_every_command_does_what_it_says(tmp_path: Path, rotated: bool) -> None:
    """All succeed in the bag, print what the page says, and the signature is by the key that it names."""
    log = made()
    if rotated:
        log.enrol(LOG2, "log", "log-2")
        log.add("key.retire", {"fp": LOG.fingerprint})
        log.seal(LOG2, LOG)
    signer = LOG2 if rotated else LOG
    bag = packed(log, tmp_path / "bag", signer)
    found = printed(log, bag, signer.fingerprint)
    assert [code for _, code, _ in found] == [0] * 5, found
    assert log.incident_id in found[1][0]
    assert log.incident_id in found[1][2]
    assert signer.fingerprint in found[3][0]
    assert f"key {signer.fingerprint}" in found[3][2]
    assert "VERIFIED" in found[4][2]


@pytest.mark.real("sh", "sha256sum", "ssh-keygen")
def test_a_module_beside_the_verifier_is_not_run(tmp_path: Path) -> None:
    """Whoever packs a module under the name of one of Python's own gets it neither imported nor accepted."""
    log = made()
    bag = packed(log, tmp_path / "bag")
    (bag / "data/argparse.py").write_text("print('ran')\n")
    _, code, output = printed(log, bag, LOG.fingerprint)[4]
    assert code == 1
    assert "ran\n" not in output
    assert "data/argparse.py" in output
    assert sha256((bag / "data/verify.py").read_bytes()).hexdigest() in output
