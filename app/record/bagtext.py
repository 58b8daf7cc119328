"""The texts of a bag: its declaration, its description, and the commands by which a stranger checks it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
    plan_hash: str = ""


def info(facts: Facts, payload: int, files: int) -> bytes:
    """`bag-info.txt` (RFC 8493 §2.2.2)."""
    return (
        f"Bag-Software-Agent: incident-cockpit, record format 1\nBagging-Date: {facts.last_ts[:10]}\n"
        f"External-Identifier: {facts.origin}\nPayload-Oxum: {payload}.{files}\n"
    ).encode()


def readme(facts: Facts) -> bytes:
    """`data/README.txt`, every value filled in."""
    trust = " ".join(f"--trust {fp}" for fp in (facts.fingerprint, facts.recovery) if fp)
    openssl = ", openssl" if facts.anchors else ""
    more = "".join(f"\n{number}. {text}" for number, text in enumerate(_more(facts), 5))
    return f"""\
This folder holds the signed record of one incident. It can be checked without the program that made it:
with sha256sum, ssh-keygen (OpenSSH 8.2 or newer){openssl} and, for everything at once, Python 3.

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

1. Every file is the one that the lists name:

sha256sum -c tagmanifest-sha256.txt && sha256sum -c manifest-sha256.txt

2. The log's own key signed these lists:

ssh-keygen -Y verify -f data/allowed_signers -I {facts.principal} -n bundle@{facts.org} \
-s tagmanifest-sha256.txt.sig -O verify-time={facts.verify_time} < tagmanifest-sha256.txt

3. The incident id is the hash of the incident's own data; it prints {facts.incident_id}:

(printf 'AZ:INCIDENT:'; tr -d '\\n' < data/incident.json) | sha256sum

4. Each entry names the hash of the one before it; for entry 1 this prints the "prev" of line 2:

(printf '\\0'; sed -n "1p" data/entries.jsonl | tr -d '\\n') | sha256sum
{more}
Everything at once. Whoever made this folder could have changed data/verify.py: take it from the program's release, or
compare what sha256sum says of it with the published value, before you believe it:

sha256sum data/verify.py
python3 -I data/verify.py . {trust}

It says REJECTED, VERIFIED, or VERIFIED with remarks, and before that what was shown and what was not. Without --trust
it can only say that the record is consistent, not who made it. Without an outside anchor (a time stamp, a mailed or
printed checkpoint) nobody can tell whether the holder of the log key left out the newest entries, or whether the
holders of all the keys rewrote what came after the last such anchor.
""".encode()


def _more(facts: Facts) -> Iterator[str]:
    """Checks that only some bags allow."""
    if facts.plan_hash:
        yield (
            f"The plan is the one that entry 0 names; it prints {facts.plan_hash}:\n\n"
            "(printf 'AZ:PLAN:'; cat data/plan/plan.json) | sha256sum\n"
        )
    if facts.anchors:
        commands = "".join(
            f"openssl ts -verify -data data/checkpoints/{size}.note -in data/tsa/{size}.tsr -CAfile ca.pem\n"
            for size in facts.anchors
        )
        yield (
            "Time stamps by somebody else (with the certificates of that time stamping authority in ca.pem; once they\n"
            f"have run out, add -attime and the POSIX seconds of the stamp):\n\n{commands}"
        )


def disclosure_line(seq: int, text: str) -> bytes:
    """A line of `disclosures.jsonl`."""
    return canonical.encode({"d": text, "seq": seq}, limit=len(text) + canonical.LINE_LIMIT) + b"\n"


def manifest(hashes: Mapping[str, str]) -> bytes:
    """A manifest as `sha256sum` writes and checks it, sorted by name."""
    return "".join(f"{hashes[name]}  {name}\n" for name in sorted(hashes)).encode()
