"""The sample's papers and bag, as a stranger meets them: common tools accept them, and nothing changed passes."""

from __future__ import annotations

import dataclasses
import json
import re
import shlex
import shutil
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from itertools import count
from pathlib import Path

import pytest
from cli.line import Line
from journeys.chance import seeded
from reports.reading import pages

from app.domain.entries import Entry
from app.record import attestation, bundle, chain, checkpoint, signers
from app.record.keys import SigningKey
from app.record.parts import RecordParts
from app.services import demo, exporting, incidents, reading
from app.services.session import Session

FOREIGN, STRANGER = (SigningKey.from_seed(sha256(name).digest()) for name in (b"foreign", b"stranger"))
SAMPLE_NOW = datetime(2026, 10, 25, 15, 20, tzinfo=UTC)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the demo leaves; nobody writes to it."""
    out = tmp_path_factory.mktemp("demo") / "out"
    demo.play(out)
    return out


@pytest.fixture(scope="module")
def bag(played: Path) -> Path:
    """The bag as a folder."""
    return next(path for path in played.iterdir() if path.name.endswith("-bag"))


@pytest.fixture
def spoilt(bag: Path, tmp_path: Path) -> Path:
    """A copy of the bag, to be changed."""
    return shutil.copytree(bag, tmp_path / "spoilt")


def shell(command: str, folder: Path) -> tuple[int, str]:
    """Exit code and standard output of a line that is typed in a folder."""
    done = subprocess.run(["sh", "-c", command], cwd=folder, capture_output=True, text=True)
    return done.returncode, done.stdout


def verifier(bag: Path, folder: Path, *options: str) -> tuple[int, str]:
    """Exit code and output of the verifier of the untouched bag, over a folder."""
    command = [sys.executable, "-I", str(bag / "data/verify.py"), str(folder), *options]
    done = subprocess.run(command, capture_output=True, text=True)
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout


# Strangers -----------------------------------------------------------------------------------------------------------


@pytest.mark.real("sh", "sha256sum", "ssh-keygen")
def test_the_commands_of_the_readme_accept_the_bag(bag: Path) -> None:
    """Typed as they stand there: no file was changed, the log's key signed, the id is the hash, the chain holds."""
    readme = (bag / "data/README.txt").read_text()
    commands = [line for line in readme.splitlines() if re.match(r"sha256sum|ssh-keygen|\(printf|python3", line)]
    wanted = ["sha256sum", "ssh-keygen", "(printf", "(printf", "(printf", "sha256sum", "python3"]
    assert [shlex.split(line)[0] for line in commands] == wanted
    answers = [shell(command.replace("python3", sys.executable), bag) for command in commands]
    assert [code for code, _said in answers] == [0] * 7, answers
    listed = [path for path in bag.rglob("*") if path.is_file() and not path.name.startswith("tagmanifest")]
    assert answers[0][1].count(": OK") == len(listed)
    assert answers[1][1].startswith('Good "bundle@local.invalid" signature for log-1@local.invalid')
    first, second = (bag / "data/entries.jsonl").read_bytes().splitlines()[:2]
    assert answers[2][1].split()[0] == json.loads(first)["prev"]
    assert answers[3][1].split()[0] == json.loads(second)["prev"]
    assert answers[4][1].split()[0] == json.loads(first)["data"]["plan_hash"]
    assert answers[6][1].splitlines()[-1] == "VERIFIED"


@pytest.mark.real("ssh-keygen")
def test_ssh_keygen_refuses_another_name_namespace_or_content(bag: Path) -> None:
    """The very command of the README, with one thing wrong at a time."""
    readme = (bag / "data/README.txt").read_text()
    command = next(line for line in readme.splitlines() if line.startswith("ssh-keygen"))
    for wrong in (
        command.replace("-I log-1@", "-I p1@"),
        command.replace("-n bundle@", "-n checkpoint@"),
        command.replace("< tagmanifest-sha256.txt", "< manifest-sha256.txt"),
        command.replace("verify-time=2026", "verify-time=2025"),
    ):
        assert wrong != command
        assert shell(wrong, bag)[0] != 0, wrong


def test_both_verifiers_accept_it(line: Line, played: Path, bag: Path) -> None:
    """Folder, zip and the store itself; trusted by fingerprint, without remarks."""
    fingerprint = (bag / "data/README.txt").read_text().split("SHA256:")[1].split()[0]
    trust = ("--trust", f"SHA256:{fingerprint}")
    code, said = verifier(bag, bag, *trust)
    assert (code, said.splitlines()[-1]) == (0, "VERIFIED")
    roots = set()
    for what in (bag, bag.with_name(bag.name + ".zip")):
        found = line.fine("verify", str(what), *trust, "--json").json
        assert found["verdict"] == "VERIFIED"
        roots.add((found["root"], found["size"]))
    line.home = played / "data"
    found = line.fine("verify", "--all", "--json").json
    (own,) = found["records"].values()
    roots.add((own["root"], own["size"]))
    assert len(roots) == 1
    assert line.fine("verify", str(bag), "--json").json["verdict"] == "VERIFIED with remarks"
    other = ("--trust", FOREIGN.fingerprint)
    assert verifier(bag, bag, *other)[0] == 1
    assert line("verify", str(bag), *other).code == 1


def test_one_changed_byte_in_any_file_is_found_and_named(line: Line, bag: Path, spoilt: Path) -> None:
    """Every file, a random byte of it, by both verifiers; put right again, it is accepted again."""
    chance = seeded()
    names = sorted(path.relative_to(spoilt).as_posix() for path in spoilt.rglob("*") if path.is_file())
    assert len(names) > 20
    for name in names:
        path = spoilt / name
        whole = path.read_bytes()
        place, mask = chance.randrange(len(whole)), chance.randrange(1, 256)
        path.write_bytes(whole[:place] + bytes([whole[place] ^ mask]) + whole[place + 1 :])
        said = line("verify", str(spoilt))
        assert said.code == 1, (name, place, mask)
        # The signature covers the list of the tag files, so a change of either may be told of the other.
        named = [name, "tagmanifest-sha256.txt"] if name.startswith("tagmanifest") else [name]
        assert any(one in said.out for one in named), (name, place, mask, said.out)
        code, told = verifier(bag, spoilt)
        assert code == 1, (name, place, mask)
        assert told.splitlines()[-1] == "REJECTED"
        path.write_bytes(whole)
    assert line("verify", str(spoilt)).code == 0


def test_one_changed_byte_of_the_zip_is_found(line: Line, bag: Path, tmp_path: Path) -> None:
    """At several places of the archive."""
    chance = seeded()
    whole = bag.with_name(bag.name + ".zip").read_bytes()
    out = tmp_path / "spoilt.zip"
    for _turn in range(8):
        place = chance.randrange(len(whole))
        out.write_bytes(whole[:place] + bytes([whole[place] ^ (1 << chance.randrange(8))]) + whole[place + 1 :])
        assert line("verify", str(out)).code == 1, place


@pytest.mark.parametrize("seq", [0, 6, 77])
def test_a_changed_entry_is_named_by_its_number(line: Line, bag: Path, spoilt: Path, seq: int) -> None:
    """Although every manifest below it was written anew (but not signed, for want of the key)."""
    path = spoilt / "data/entries.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    changed = json.loads(lines[seq])
    changed["ts"] = changed["ts"].replace("2026-10", "2026-09")
    lines[seq] = json.dumps(changed, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"
    path.write_bytes(b"".join(lines))
    listing = spoilt / "manifest-sha256.txt"
    digests = [one.split("  ") for one in listing.read_text().splitlines()]
    listing.write_text("".join(f"{sha256((spoilt / name).read_bytes()).hexdigest()}  {name}\n" for _d, name in digests))
    said = line("verify", str(spoilt), "--json")
    assert said.code == 1
    assert seq in {problem["entry"] for problem in said.json["problems"]}
    code, told = verifier(bag, spoilt)
    assert code == 1
    assert f"entry {seq}" in told


# A foreign key -------------------------------------------------------------------------------------------------------


@dataclasses.dataclass
class Forger:
    """Somebody with a genuine beginning of the record and keys of their own, who writes on in its name."""

    parts: RecordParts
    size: int

    def __post_init__(self) -> None:
        self.lines = list(self.parts.lines)[: self.size]
        first = json.loads(self.lines[0])
        self.org, self.ts = first["log"].split("/")[0], json.loads(self.lines[-1])["ts"]
        self.head = chain.Head.start(first["log"], first["prev"])
        for line in self.lines:
            leaf = chain.merkle.leaf(line)
            self.head = dataclasses.replace(
                self.head, size=self.head.size + 1, prev=leaf.hex(), frontier=self.head.frontier.push(leaf)
            )
        self.log_key = next(
            one["data"]["fp"] for one in map(json.loads, self.lines) if one.get("data", {}).get("role") == "log"
        )
        self.points = [point for point in self.parts.checkpoints if point.size <= self.size]
        self._ids = count()

    def add(self, kind: str, data: dict[str, object], by: SigningKey | None, *refs: int) -> int:
        """One more entry, by a person's key or in the name of the program, whose entries carry no signature."""
        name = f"0192b6f0-0000-7000-8000-{next(self._ids):012d}"
        draft = chain.Draft(kind, dict(data), refs=refs, id=name)
        own = self.log_key if kind == "key.add" else FOREIGN.fingerprint
        actor = by.fingerprint if by else own
        sealed, self.head = chain.seal(draft, self.head, by, actor, self.ts, self.org)
        self.lines.append(sealed.line)
        return sealed.seq

    def enrol(self, key: SigningKey, role: str, principal: str, by: SigningKey | None) -> int:
        return self.add("key.add", signers.key_add(key.public, role, principal, self.org), by)

    def vouch(self, seq: int, key: SigningKey) -> None:
        self.add("attest", attestation.make(self.lines[seq], "approve", key, self.org), key, seq)

    def bag(self, out: Path, *helped_by: SigningKey) -> Path:
        """Sealed and packed with the foreign key, every file as it should follow."""
        sealing = [*helped_by, FOREIGN]
        self.points.append(checkpoint.sign(self.head.origin, self.head.size, self.head.root, sealing, self.org))
        kept = tuple(one for one in self.parts.disclosures if one[0] < self.size)
        forged = RecordParts(self.parts.incident, tuple(self.lines), kept, tuple(self.points), {}, {})
        return bundle.write(forged, out, FOREIGN, {}, {})


def ways(forger: Forger) -> Iterator[str]:
    """How one could try to go on; the forger is used up by each."""
    yield "in the name of the program"
    added = forger.enrol(FOREIGN, "log", "log-9", None)
    forger.add("clock", {}, None)
    yield "vouched for by itself"
    forger.vouch(added, FOREIGN)
    yield "with a person of its own"
    person = forger.enrol(STRANGER, "person", "p9", STRANGER)
    forger.vouch(person, STRANGER)
    forger.vouch(added, STRANGER)


@pytest.mark.parametrize("size", [6, 7, 40, 129])
@pytest.mark.parametrize("way", [0, 1, 2])
def test_a_record_continued_with_a_foreign_key_is_rejected(
    line: Line, bag: Path, tmp_path: Path, size: int, way: int
) -> None:
    """Cut right after the genesis group, soon after, in the middle, before the last entry: by both verifiers."""
    with bundle.read(bag) as parts:
        forger = Forger(parts, size)
        steps = ways(forger)
        for _step in range(way + 2):
            next(steps, None)
        forged = forger.bag(tmp_path / "forged")
    said = line("verify", str(forged), "--json")
    assert (said.code, said.json["ok"]) == (1, False)
    assert any(problem["entry"] is not None and problem["entry"] >= size for problem in said.json["problems"])
    code, told = verifier(bag, forged)
    assert (code, told.splitlines()[-1]) == (1, "REJECTED")


def test_with_the_logs_own_key_the_same_continuation_is_lawful(
    line: Line, played: Path, bag: Path, tmp_path: Path
) -> None:
    """The control: nothing but the missing signature of the key in force is wrong with what is rejected above."""
    with bundle.read(bag) as parts:
        forger = Forger(parts, 40)
        steps = ways(forger)
        next(steps)
        next(steps)
        with Session.open(played / "data") as session:
            made = forger.bag(tmp_path / "made", session.keychain.log(forger.head.origin))
    assert line.fine("verify", str(made), "--json").json["ok"] is True
    assert verifier(bag, made)[0] == 0


@pytest.mark.parametrize("size", [2, 5, 50, 129])
def test_a_genuine_checkpoint_does_not_cover_a_forged_end(line: Line, bag: Path, tmp_path: Path, size: int) -> None:
    """Cut and continued under the signatures that were there before: of a shorter or longer record."""
    with bundle.read(bag) as parts:
        forger = Forger(parts, size)
        forger.enrol(FOREIGN, "log", "log-9", None)
        kept = tuple(one for one in parts.disclosures if one[0] < size)
        for name, points in (("shorter", parts.checkpoints[:1]), ("longer", parts.checkpoints[-1:])):
            whole = RecordParts(parts.incident, tuple(forger.lines), kept, points, {}, {})
            forged = bundle.write(whole, tmp_path / name, FOREIGN, {}, {})
            assert line("verify", str(forged)).code == 1, name
            assert verifier(bag, forged)[0] == 1, name


# Documents -----------------------------------------------------------------------------------------------------------


def test_every_page_carries_number_count_root_and_page(played: Path, bag: Path) -> None:
    """And says that the clock is simulated; the JSON form names number, count and root too."""
    facts = dict(re.findall(r"^(Entries|Root) +(\S+)$", (bag / "data/README.txt").read_text(), re.MULTILINE))
    root = b64encode(bytes.fromhex(facts["Root"])).decode()
    papers = sorted(played.glob("*.pdf"))
    assert [path.name.split("-")[-1] for path in papers] == ["art33.pdf", "postmortem.pdf", "timeline.pdf"]
    number = papers[0].name.removesuffix("-art33.pdf")
    for path in papers:
        leaves = pages(path.read_bytes())
        for place, text in enumerate(leaves, 1):
            assert f"{number} record of {facts['Entries']} entries root {root}" in text
            assert f"page {place} of {len(leaves)}" in text
            assert "Simulated clock" in text
    packet = json.loads(next(played.glob("*-art33.json")).read_bytes())
    flat = json.dumps(packet)
    assert number in flat
    assert facts["Root"] in flat or root in flat
    assert "simulated" in flat.casefold()


def test_the_sample_is_the_same_on_any_date_of_the_machine(played: Path) -> None:
    """The story ends on 25 October 2026 at 17:20 in Cluj, whatever the clock of the machine says."""
    seen = []
    for machine in (datetime(1999, 12, 31, 23, 59, tzinfo=UTC), datetime(2031, 2, 28, tzinfo=UTC)):
        with Session.open(played / "data", clock=lambda moment=machine: moment) as session:
            number = incidents.board(session)[0].number
            assert session.now() == SAMPLE_NOW
            papers = [exporting.render(session, number, name) for name in ("postmortem", "timeline", "art33")]
            seen.append([incidents.show(incidents.look(session, number), session.now()), *papers])
    assert seen[0] == seen[1]
    for name, paper in zip(("postmortem", "timeline", "art33"), seen[0][1:], strict=True):
        assert paper == next(played.glob(f"*-{name}.pdf")).read_bytes()
        assert "25 Oct 2026, 17:20 EET" in pages(paper)[0]
    first = pages(seen[0][1])[0]
    assert re.search(r"Incident declared: .* \(.*simulated clock\)", " ".join(pages(seen[0][1])))
    assert "23 Oct 06:12 EEST" in first


def test_the_first_entry_says_that_the_clock_is_simulated(line: Line, played: Path) -> None:
    """Stated in the record itself; the rows' times are those of the story."""
    line.home = played / "data"
    number = line.fine("incident", "list", "--json").json[0]["number"]
    rows = line.fine("incident", "timeline", number, "--json").json
    opening = next(row for row in rows if row["entry"] == 0)
    assert "simulated clock" in opening["text"]
    assert opening["recorded_at"] == "2026-10-23T03:16:00.000Z"
    assert max(row["recorded_at"] for row in rows) == "2026-10-25T15:20:00.000Z"


# The folder ----------------------------------------------------------------------------------------------------------


def story(folder: Path) -> list[tuple[object, ...]]:
    """The rows of the sample in a data folder, without keys and hashes."""
    with Session.open(folder) as session:
        seen = incidents.look(session, incidents.board(session)[0].number)
        with session.store.read() as read:
            lines, opened = read.lines(seen.view.incident_id), read.disclosures(seen.view.incident_id)
            listed: list[Entry] = list(reading.entries(lines, opened))
        return [(one.seq, one.type, one.ts, one.at, one.texts) for one in listed]


def test_playing_twice_into_one_folder_tells_the_same_story(line: Line, tmp_path: Path) -> None:
    """The second play takes the place of the first; no file of the first stays behind."""
    out = tmp_path / "out"
    before = line.fine("demo", "--no-pictures", "--out", str(out)).out
    told, names = story(out / "data"), sorted(path.name for path in out.iterdir())
    first = {path.name: path.read_bytes() for path in out.glob("*.pdf")}
    assert line.fine("demo", "--no-pictures", "--out", str(out)).out == before
    assert story(out / "data") == told
    assert sorted(path.name for path in out.iterdir()) == names
    assert all((out / name).read_bytes() != content for name, content in first.items()), "new keys, so new roots"
    for path in before.splitlines():
        assert Path(path).exists()
    assert line.fine("verify", next(name for name in before.splitlines() if name.endswith(".zip"))).code == 0


@pytest.mark.parametrize("where", ["out", "out/data"])
def test_a_folder_with_something_else_is_refused(line: Line, tmp_path: Path, where: str) -> None:
    """One sentence, exit 2, and everything is as it was."""
    folder = tmp_path / where
    folder.mkdir(parents=True)
    (folder / "thesis.txt").write_text("years of work")
    said = line("demo", "--no-pictures", "--out", str(tmp_path / "out"))
    assert said.code == 2
    assert "something else" in said.err
    left = [path.relative_to(tmp_path).as_posix() for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert left == [f"{where}/thesis.txt"]
