"""The texts of a bag: its declaration, its description, and the commands by which a stranger checks it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.record import canonical

DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the texts name: log, incident, size and root, the signing log key, and the time for ssh-keygen."""

    origin: str
    incident_id: str
    size: int
    root: str
    principal: str
    fingerprint: str
    org: str
    verify_time: str
    recovery: str
    last_ts: str
    anchors: tuple[int, ...]


def info(facts: Facts, payload: int, files: int) -> bytes:
    """`bag-info.txt` (RFC 8493 §2.2.2)."""
    return (
        f"Bag-Software-Agent: incident-cockpit, record format 1\nBagging-Date: {facts.last_ts[:10]}\n"
        f"External-Identifier: {facts.origin}\nPayload-Oxum: {payload}.{files}\n"
    ).encode()


def readme(facts: Facts) -> bytes:
    """`data/README.txt`, every value filled in."""
    trust = " ".join(f"--trust {fp}" for fp in (facts.fingerprint, facts.recovery) if fp)
    stamps = "".join(
        f"openssl ts -verify -data data/checkpoints/{size}.note -in data/tsa/{size}.tsr -CAfile ca.pem\n"
        for size in facts.anchors
    )
    return f"""\
This folder holds the signed record of one incident. It can be checked without the program that made it:
with sha256sum, ssh-keygen (OpenSSH 8.2 or newer){", openssl" if stamps else ""} and, for everything at once, Python 3.

Log          {facts.origin}
Incident id  {facts.incident_id}
Entries      {facts.size}
Root         {facts.root}
Signed by    {facts.principal}
             {facts.fingerprint}
Recovery key {facts.recovery or "none"}

Compare the two fingerprints with those that reached you another way: a cover sheet, the first mail, a telephone
call. Whoever made this folder could have made these lines too.

Type these commands in this folder, the one that holds bagit.txt.

1. No file was changed since the folder was packed:

sha256sum -c tagmanifest-sha256.txt && sha256sum -c manifest-sha256.txt

2. The log's own key signed the folder:

ssh-keygen -Y verify -f data/allowed_signers -I {facts.principal} -n bundle@{facts.org} \
-s tagmanifest-sha256.txt.sig -O verify-time={facts.verify_time} < tagmanifest-sha256.txt

3. The incident id is the hash of the incident's own data; it prints {facts.incident_id}:

(printf 'AZ:INCIDENT:'; tr -d '\\n' < data/incident.json) | sha256sum

4. Each entry names the hash of the one before it; for entry 1 this prints the "prev" of line 2:

(printf '\\0'; sed -n "1p" data/entries.jsonl | tr -d '\\n') | sha256sum

{"5. Time stamps by somebody else (with the certificates of that time stamping authority in ca.pem):" if stamps else ""}
{stamps}
Everything at once. Take verify.py from the program's release, or compare the SHA-256 that it prints first, before
you believe it:

python3 data/verify.py . {trust}

It says REJECTED, VERIFIED, or VERIFIED with remarks. Without --trust it can only say that the record is consistent,
not who made it. Without an outside anchor (a time stamp, a mailed or printed checkpoint), whoever holds all the keys
could have rewritten what came after the last one.
""".encode()


def disclosure_line(seq: int, text: str) -> bytes:
    """A line of `disclosures.jsonl`."""
    return canonical.encode({"d": text, "seq": seq}, limit=len(text) + canonical.LINE_LIMIT) + b"\n"


def manifest(hashes: Mapping[str, str]) -> bytes:
    """A manifest as `sha256sum` writes and checks it, sorted by name."""
    return "".join(f"{hashes[name]}  {name}\n" for name in sorted(hashes)).encode()
