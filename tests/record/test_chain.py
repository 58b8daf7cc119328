"""Sealing: lines that any verifier of format version 1 accepts."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.record import attestation, canonical, chain, checkpoint, disclosure, keys, lines, merkle, signers, sshsig
from app.record.keys import SigningKey

ORG = "az-incident.example"
KEY = SigningKey.from_seed(bytes(range(32)))
START = chain.Head.start(chain.origin(ORG, "ab" * 32, "a"), "ab" * 32)
ID = "0192b6f0-0000-7000-8000-000000000000"
NOON = "2026-03-01T12:00:00.000Z"


def draft(**changes):
    """A plain draft."""
    fields = {"type": "note", "data": {"n": 1}, "id": ID} | changes
    return chain.Draft(**fields)


def test_the_whole_log_of_the_vectors_is_made_again(vectors, named_key):
    """Sealing the vectors' drafts gives their lines, leaves, roots and disclosures byte for byte."""
    log = vectors["log"]
    by = {named_key(name).fingerprint: named_key(name) for name in vectors["keys"]}
    open_digests: dict[int, list[str]] = {}
    for seq, text in log["disclosures"]:
        open_digests.setdefault(seq, []).append(text)
    head = chain.Head.start(log["origin"], log["incident_id"])
    for seq, text in enumerate(log["entries"]):
        entry = canonical.decode(text.encode())
        opened = [disclosure.read(one) for one in open_digests.get(seq, [])]
        if len(opened) != len(entry.get("_sd", [])):
            line = text.encode()
            leaf = merkle.leaf(line)
            head = chain.Head(head.origin, seq + 1, leaf.hex(), head.frontier.push(leaf))
            continue
        made = chain.Draft(
            entry["type"],
            entry.get("data", {}),
            tuple((name, value) for _, name, value in opened),
            tuple(entry.get("refs", ())),
            entry.get("at"),
            entry["id"],
        )
        salts = [salt for salt, _, _ in opened]
        sealed, head = chain.seal(made, head, by[entry["actor"]], entry["actor"], entry["ts"], ORG, salts)
        assert sealed.line.decode() == text
        assert sealed.leaf.hex() == log["leaf"][seq] == head.prev
        assert list(sealed.disclosures) == open_digests.get(seq, [])
        assert head.root.hex() == log["roots"][seq + 1]
    assert head.size == 18


def test_author_signature_is_an_ssh_signature():
    """With an armour around it, the signature in a line is what `ssh-keygen -Y verify` checks."""
    sealed, _ = chain.seal(draft(data={"sig": "x", "n": [{"sig": "y"}]}), START, KEY, KEY.fingerprint, NOON, ORG)
    entry = lines.read(sealed.line)
    without = {name: value for name, value in entry.items() if name != "sig"}
    assert lines.unsigned(sealed.line) == canonical.encode(without)
    armour = sshsig.armour(KEY.public, lines.signature(entry), f"author@{ORG}")
    assert sshsig.verify(armour, canonical.encode(without), f"author@{ORG}") == KEY.fingerprint


TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x7f"), max_size=30)


@given(st.lists(st.tuples(TEXTS, st.lists(TEXTS, max_size=3)), min_size=1, max_size=6))
def test_any_sealed_line_reads_back(drafts):
    """Whatever is typed, the line is canonical, links to its predecessor and commits to its texts."""
    head = START
    for number, (inner, texts) in enumerate(drafts):
        made = draft(data={"inner": inner}, disclosed=tuple((f"t{n}", text) for n, text in enumerate(texts)))
        before = head
        sealed, head = chain.seal(made, head, KEY, KEY.fingerprint, NOON, ORG)
        entry = lines.read(sealed.line)
        assert (entry["seq"], entry["prev"], entry["data"]["inner"]) == (number, before.prev, inner)
        assert set(entry.get("_sd", [])) == {disclosure.digest(one) for one in sealed.disclosures}
        assert [disclosure.read(one)[2] for one in sealed.disclosures] == texts
        assert all(text == inner or text not in sealed.line.decode() for text in texts if len(text) > 12)
        assert head.prev == merkle.leaf(sealed.line).hex()


def test_at_is_left_out_when_equal():
    """`at` stands in a line only when it differs from `ts`; so do data, refs and _sd when empty."""
    ts = NOON
    sealed, _ = chain.seal(draft(at=ts, data={}), START, KEY, KEY.fingerprint, ts, ORG)
    assert set(json.loads(sealed.line)) == {"actor", "id", "log", "prev", "seq", "sig", "ts", "type", "v"}


def test_program_entries_have_no_signature():
    """The program speaks with a log key and without a signature, and of its own types only."""
    sealed, _ = chain.seal(draft(type="clock"), START, None, KEY.fingerprint, NOON, ORG)
    assert "sig" not in json.loads(sealed.line)
    with pytest.raises(lines.BadEntry):
        chain.seal(draft(), START, None, KEY.fingerprint, NOON, ORG)


@pytest.mark.parametrize(
    "changes",
    [
        {"type": "Has Space"},
        {"type": ""},
        {"id": "0192b6f0-0000-4000-8000-000000000000"},
        {"id": ""},
        {"refs": (0,)},
        {"refs": (-1,)},
        {"refs": (True,)},
        {"refs": ({"log": START.origin, "seq": 1},)},
        {"at": "2026-03-01T12:00:00Z"},
        {"at": "2026-02-30T12:00:00.000Z"},
        {"data": {"n": 1.5}},
        {"data": {"n": "x" * 65_600}},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_drafts_that_a_verifier_would_reject_are_refused(changes):
    """Nothing is sealed that could not be verified."""
    with pytest.raises(ValueError):
        chain.seal(draft(**changes), START, KEY, KEY.fingerprint, NOON, ORG)


def test_the_line_limit_counts_the_signature():
    """A line that only its signature makes too long is refused, and the longest that fits is not."""
    bare = len(chain.seal(draft(data={"n": ""}), START, KEY, KEY.fingerprint, NOON, ORG)[0].line)
    room = canonical.LINE_LIMIT - bare
    sealed, _ = chain.seal(draft(data={"n": "x" * room}), START, KEY, KEY.fingerprint, NOON, ORG)
    assert len(lines.read(sealed.line)["data"]["n"]) == room
    with pytest.raises(canonical.NotCanonical):
        chain.seal(draft(data={"n": "x" * (room + 1)}), START, KEY, KEY.fingerprint, NOON, ORG)


def test_the_author_must_be_the_actor():
    """Nobody signs in another's name."""
    with pytest.raises(lines.BadEntry):
        chain.seal(draft(), START, KEY, SigningKey.generate().fingerprint, NOON, ORG)


def test_uuid7():
    """An id is a UUID of version 7 that begins with the milliseconds."""
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    made = UUID(chain.uuid7(now, bytes(range(10))))
    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert made.int >> 80 == int(now.timestamp() * 1000)
    assert chain.uuid7(now, b"\xff" * 10) != chain.uuid7(now, b"\xfe" * 10)


def test_key_lists_of_the_vectors(vectors):
    """`allowed_signers` and verifier keys are pure functions of the entries."""
    log = vectors["log"]
    entries = [json.loads(line) for line in log["entries"]]
    assert signers.allowed_signers(entries, dates=True) == log["allowed_signers"]
    bare = signers.allowed_signers(entries, dates=False)
    assert "valid-" not in bare
    assert bare.count("\n") == 5
    assert signers.vkeys(entries) == "".join(f"{text}\n" for text in log["vkeys"].values())


def test_a_revoked_key_is_valid_until_since(vectors):
    """A revocation ends a key at the moment of the suspicion, not of the entry."""
    entries = [json.loads(line) for line in vectors["log"]["entries"]]
    ended = {"fp": entries[3]["data"]["fp"], "since": "2026-03-01T12:30:15.999Z"}
    revoke = {"type": "key.revoke", "ts": "2026-03-01T13:00:00.000Z", "data": ended}
    made = signers.allowed_signers([*entries, revoke], dates=True)
    assert 'valid-after="20260301120400Z",valid-before="20260301123015Z"' in made


def test_key_add_has_the_fields_of_the_vectors(vectors, named_key):
    """A log key is enrolled with exactly the published fields."""
    published = json.loads(vectors["log"]["entries"][1])["data"]
    assert signers.key_add(named_key("log-1").public, "log", "log-1", ORG) == published


def test_attestations_of_the_vectors(vectors, named_key):
    """An approval is remade byte for byte, and accepted from an armour made elsewhere."""
    texts = vectors["log"]["entries"]
    published = json.loads(texts[7])["data"]
    line = texts[6].encode()
    assert attestation.make(line, "approve", named_key("bob"), ORG) == published
    assert attestation.from_armour(line, "approve", published["sshsig"], ORG) == published
    with pytest.raises(sshsig.BadSignature):
        attestation.from_armour(texts[5].encode(), "approve", published["sshsig"], ORG)
    with pytest.raises(ValueError, match="nobody"):
        attestation.make(line, "author", named_key("bob"), ORG)


def test_checkpoint_of_a_head():
    """A head has all that a checkpoint states."""
    _, head = chain.seal(draft(), START, KEY, KEY.fingerprint, NOON, ORG)
    log = keys.SigningKey.generate()
    made = checkpoint.sign(head.origin, head.size, head.root, [log], ORG)
    assert checkpoint.verify(made, {log.fingerprint: log.public}, ORG) == (log.fingerprint,)
