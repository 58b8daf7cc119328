"""The seal: the checkpoint as a QR code, the lines of the page foot, and the commands that check a record."""

from __future__ import annotations

import re
from typing import Any

from app.domain.dossier import Dossier, Seal
from app.reports.kit import palette
from app.reports.kit.ink import Ink

Foot = tuple[tuple[tuple[str, str], ...], ...]


def checkpoint_text(seal: Seal) -> str:
    """The three lines that the log key signed: origin with organisation and incident id, number of entries, root."""
    return f"{seal.origin}\n{seal.size}\n{seal.root}\n"


def organisation_of(seal: Seal) -> str:
    """The organisation's name in signatures, the first part of the origin."""
    return seal.origin.split("/", 1)[0]


def foot(dossier: Dossier) -> Foot:
    """The foot of every page: number, entries, root; incident id and log key."""
    entries = f"{dossier.seal.size:,} {'entry' if dossier.seal.size == 1 else 'entries'}"
    return (
        ((f"{dossier.view.number}   record of {entries}   root ", dossier.seal.root),),
        (("incident ", dossier.view.incident_id),),
    )


def draw_qr(ink: Ink, text: str, x: float, y: float, side: float) -> None:
    """A QR code of the text, its lower left corner at (x, y)."""
    from reportlab.graphics.barcode import qrencoder

    code: Any = qrencoder.QRCode(None, qrencoder.QRErrorCorrectLevel.L)
    code.addData(qrencoder.QR8bitByte(text.encode()))
    code.make()
    count = code.getModuleCount()
    step = side / count
    dark: list[tuple[float, float, float, float]] = []
    for row in range(count):
        line = "".join("1" if code.isDark(row, column) else "0" for column in range(count))
        dark.extend(
            (x + run.start() * step, y + side - (row + 1) * step, (run.end() - run.start()) * step + 0.01, step + 0.01)
            for run in re.finditer("1+", line)
        )
    ink.blocks(dark, palette.INK)


def commands(dossier: Dossier) -> tuple[tuple[str, str], ...]:
    """What a stranger types in the unpacked bundle, each with what it shows; nothing of ours is needed."""
    seal = dossier.seal
    org = organisation_of(seal)
    point = f"data/checkpoints/{seal.size}.txt"
    signature = (
        f"s=$(ls {point}.*.sig | head -1); k=data/allowed_signers.nodates\n"
        "i=$(ssh-keygen -Y find-principals -f $k -s $s)\n"
        f'ssh-keygen -Y verify -f $k -I "$i" -n checkpoint@{org} -s $s < {point}'
    )
    trust = "".join(f" \\\n    --trust {fp}" for fp in (seal.log_fingerprint, seal.recovery_fingerprint) if fp)
    return (
        (
            "sha256sum -c tagmanifest-sha256.txt && sha256sum -c manifest-sha256.txt",
            "Every file is the one that the lists name; the log key signed the lists, as command 5 finds.",
        ),
        (
            "(printf 'AZ:INCIDENT:'; tr -d '\\n' < data/incident.json) | sha256sum",
            f"Prints the incident id, {dossier.view.incident_id}.",
        ),
        (
            f"cat {point}",
            f"Prints the three lines of the code on the first page: origin, {seal.size}, root {seal.root}.",
        ),
        (
            signature,
            f"Prints Good, and the key that signed exactly these lines: {seal.log_fingerprint}.",
        ),
        (
            f"python3 -I data/verify.py .{trust}",
            "Every line, signature and proof of the record; names the entry at fault.",
        ),
        (
            "incident-cockpit verify FILE.zip",
            "The same with this program, on the bundle as it was handed out.",
        ),
    )
