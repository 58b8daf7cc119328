"""Makes sealed entries, cards and rows for tests of the store, with fixed keys and times."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from app.domain.board import Card
from app.domain.timeline import TimelineRow
from app.record import canonical, chain, checkpoint
from app.record.chain import Draft, Head, Sealed
from app.record.checkpoint import Checkpoint
from app.record.keys import SigningKey
from app.store.database import Store
from app.store.shapes import Appended

ORG = "local.invalid"
KEY = SigningKey.from_seed(bytes(32))
PLAN = "a" * 64
START = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)
SALT = bytes(16)


class Maker:
    """One incident, and the lines that are said in it; `turn` makes every id its own."""

    def __init__(self, name: str = "one", number: str = "INC-20261120-001", turn: int = 0) -> None:
        self.record = canonical.encode({"nonce": sha256(name.encode()).hexdigest()[:32], "v": 1})
        self.incident_id = sha256(b"AZ:INCIDENT:" + self.record).hexdigest()
        self.origin = chain.origin(ORG, self.incident_id, "a")
        self.number = number
        self.turn = turn

    def entry_id(self, turn: int) -> str:
        """The client's UUID of the line of that turn."""
        rand = sha256(f"{self.incident_id}{turn}".encode()).digest()[:10]
        return chain.uuid7(START + timedelta(seconds=turn), rand)

    def seal(self, head: Head, texts: list[str], kind: str = "note", **data: object) -> tuple[list[Sealed], Checkpoint]:
        """One entry a text, and the checkpoint over them."""
        sealed = []
        for text in texts:
            self.turn += 1
            draft = Draft(kind, {"turn": self.turn, **data}, (("text", text),), id=self.entry_id(self.turn))
            one, head = chain.seal(draft, head, KEY, KEY.fingerprint, "2026-11-20T14:00:00.000Z", ORG, iter([SALT]))
            sealed.append(one)
        return sealed, checkpoint.sign(head.origin, head.size, head.root, [KEY], ORG)

    def create(self, store: Store) -> Maker:
        """Puts the plan and the incident, without entries."""
        with store.write() as write:
            write.put_plan(PLAN, "plan", "1", b"{}")
            write.create(self.incident_id, self.record, self.origin, self.number, PLAN)
        return self

    def log(self, store: Store, *texts: str, keep: bool = False) -> Appended:
        """Records lines with their rows and card, as the recorder does."""
        with store.write() as write:
            head = write.head(self.incident_id)
            assert head is not None
            sealed, seal = self.seal(head, list(texts))
            appended = write.append(self.incident_id, sealed, seal, keep=keep)
            first = write.reading().row_count(self.incident_id)
            rows = [
                row(first + place, one.seq, text) for place, (one, text) in enumerate(zip(sealed, texts, strict=True))
            ]
            write.put_rows(self.incident_id, rows)
            write.put_card(self.card(entry_count=head.size + len(texts)))
        return appended

    def card(self, *, closed: bool = False, rank: int = 1, entry_count: int = 1, updated_at: int = 2) -> Card:
        """A card of this incident."""
        return Card(
            incident_id=self.incident_id,
            number=self.number,
            title="Leak",
            plan_id="plan",
            severity=f"P{rank - 1}",
            severity_rank=rank,
            state="OPEN",
            closed=closed,
            drill=False,
            opened_at=1,
            commander="Ada",
            scribe="",
            label="LOCAL ONLY",
            gates_open=2,
            clocks_json="[]",
            updated_at=updated_at,
            entry_count=entry_count,
        )


def row(number: int, seq: int, text: str, **changes: object) -> TimelineRow:
    """A timeline row, happened and recorded in the order of its number."""
    fields: dict[str, object] = {
        "at": 1000 + number,
        "ts": 1000 + number,
        "kind": "note",
        "original": "",
        "said_by": "",
        "recorded_by": "Ada",
        "signer": KEY.fingerprint,
        "tags": "",
        "starred": False,
        "struck": False,
        "human": True,
        "unsigned": "",
    }
    return TimelineRow(row=number, seq=seq, text=text, **{**fields, **changes})  # type: ignore[arg-type]


def remarks(store: Store) -> tuple[str, ...]:
    """What the store remarked when it was opened, leaving out that this machine's SQLite is an old one."""
    return tuple(remark for remark in store.remarks if not remark.startswith("SQLite"))


def lines(store: Store, maker: Maker) -> list[bytes]:
    """Every stored line of an incident."""
    with store.read() as reading:
        return [line for _seq, line, _leaf in reading.lines(maker.incident_id)]


def copy_of_closed(folder: Path, target: Path) -> None:
    """The files of a data folder nobody has open, as an older state to put back."""
    target.mkdir()
    for file in folder.iterdir():
        (target / file.name).write_bytes(file.read_bytes())
