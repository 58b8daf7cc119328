"""What the window shows is held here: the session, the board and the open incident; verbs go through it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import ZoneInfo

from PySide6.QtCore import QObject, QTimer, Signal

from app.domain.errors import Broken, NotAllowed, Refused
from app.ui import tasks
from app.ui.state import FirstPage, State, first_changed, machine_zone, read_plans, read_state

if TYPE_CHECKING:
    from app.domain.board import Card
    from app.domain.clocks import Clock
    from app.domain.plan import Plan
    from app.domain.timeline import TimelineRow
    from app.services.session import Session, Signer
    from app.services.tracked import Look

R = TypeVar("R")

POLL_MS = 500
TICK_MS = 1000
FRESH_S = 5


@dataclass(slots=True)
class Prompt:
    """A passphrase that the writer waits for while the window goes on; answered once."""

    name: str
    _given: threading.Event = field(default_factory=threading.Event)
    _answer: str | None = None

    def answer(self, passphrase: str | None) -> None:
        """What the person typed; None when they would rather not."""
        self._answer = passphrase
        self._given.set()

    def wait(self) -> str | None:
        """On the writer thread: wait for the answer."""
        self._given.wait()
        return self._answer


@dataclass(frozen=True, slots=True)
class Held:
    """An act that waits for a session or a key, and who is told when it is given up."""

    act: Callable[[], object]
    refused: Callable[[Refused], object] | None = None


class Live(QObject):
    """State in, signals out. Panes read the properties and call verbs with `do`; nothing here draws."""

    ready = Signal()
    """The session is open; until then cards come from the first page and nothing can be recorded."""
    board_changed = Signal()
    plans_changed = Signal()
    owed_changed = Signal()
    incident_changed = Signal()
    """The open incident advanced, or another one is open, or none."""
    rows_changed = Signal(int)
    """Timeline rows from this number on are new or different."""
    signer_changed = Signal()
    saving = Signal(str)
    saved = Signal(object)
    failed = Signal(object)
    passphrase_wanted = Signal(object)
    """Carries a Prompt; whoever shows it answers it."""
    unlock_wanted = Signal()
    """An act waits because the signer's key is locked."""
    first_profile_wanted = Signal()
    """An act waits because nobody has a key here yet."""

    def __init__(self, zone: str = "", clock: Callable[[], datetime] | None = None) -> None:
        super().__init__()
        self.session: Session | None = None
        self.cards: tuple[Card, ...] = ()
        self.plans: Mapping[str, Plan] = {}
        """The plans at hand by id, newest versions; empty until the session is ready."""
        self.owed: tuple[str, ...] = ()
        """What first start left for later, one sentence each."""
        self.look: Look | None = None
        self.first_rows: tuple[TimelineRow, ...] = ()
        """The newest rows of the open incident, for the first paint only."""
        self.row_count = 0
        self.signer: Signer | None = None
        self._zone_set = bool(zone)
        self._zone = zone or machine_zone()
        self._clock = clock
        self._incident = ""
        self._locked = False
        self._reading = False
        self._again = False
        self._version: object = None
        self._held: list[Held] = []
        self._prompts: list[Prompt] = []
        self._pausing = False
        self._clocks: tuple[Clock, ...] = ()
        self._clocks_key: tuple[int, int] = (0, 0)
        self.tick = QTimer(self)
        self.tick.setInterval(TICK_MS)
        self._poll = QTimer(self)
        self._poll.setInterval(POLL_MS)
        self._poll.timeout.connect(self._look_for_others)

    # what is so

    def now(self) -> datetime:
        """The moment on the session's clock, which in a simulation is not the machine's."""
        if self.session is not None:
            return self.session.now()
        if self._clock is not None:
            return self._clock()
        from PySide6.QtCore import QDateTime

        return datetime.fromtimestamp(QDateTime.currentMSecsSinceEpoch() / 1000, UTC)

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which times are shown beside UTC: the one set, else the incident's own, else the machine's."""
        if not self._zone_set and self.look is not None and self.look.view.opening.zone != "UTC":
            return ZoneInfo(self.look.view.opening.zone)
        return ZoneInfo(self._zone)

    def local(self, moment: datetime) -> datetime:
        """A moment in the zone shown."""
        return moment.astimezone(self.zone)

    @property
    def incident_id(self) -> str:
        """The open incident's id; empty when none is open."""
        return self._incident

    @property
    def number(self) -> str:
        """The open incident's number; empty when none is open."""
        return self.look.view.number if self.look else ""

    @property
    def locked(self) -> bool:
        """Whether the signer's key has to be unlocked before the next act."""
        return self.signer is not None and (self._locked or (self.signer.protected and not self.signer.unlocked))

    def clocks(self) -> tuple[Clock, ...]:
        """The open incident's clocks as of now, those that need an act first; worked out anew every few seconds."""
        if self.look is None:
            return ()
        now = self.now()
        key = (id(self.look), int(now.timestamp()) // FRESH_S)
        if self._clocks_key != key:
            from app.domain.clocks import clocks

            self._clocks_key = key
            self._clocks = clocks(self.look.plan, self.look.view, now)
        return self._clocks

    # what changes it

    def begin(self, page: FirstPage, incident_id: str) -> None:
        """What the first page brought, before there is a session; `incident_id` is to be opened if it is there."""
        self.cards = page.cards
        if any(card.incident_id == incident_id for card in page.cards):
            self._incident = incident_id
        if page.incident_id == self._incident:
            self.first_rows, self.row_count = page.rows, page.row_count

    @property
    def card(self) -> Card | None:
        """The open incident's card, there from the first paint on."""
        return next((card for card in self.cards if card.incident_id == self._incident), None)

    def signed_in(self) -> None:
        """Somebody signed in through the session itself: acts that waited are carried out."""
        if self.session is not None:
            self._locked = False
            self._set_signer(self.session.signer)
            self.refresh()
            self._carry_on()

    def start(self, session: Session) -> None:
        """The session is open: from now on verbs run, and other processes' commits are looked for."""
        self.session = session
        session.zone = self._zone
        self.signer = session.signer
        self.ready.emit()
        self.signer_changed.emit()
        self.refresh()
        tasks.write(lambda: read_plans(session), self._take_plans)
        self.resume()
        if self.signer is not None:
            self._carry_on()

    def _take_plans(self, plans: dict[str, Plan]) -> None:
        self.plans = plans
        self.plans_changed.emit()
        self.board_changed.emit()

    def pause(self) -> None:
        """Nobody looks: no ticks, no polls."""
        self._pausing = True
        self.tick.stop()
        self._poll.stop()

    def resume(self) -> None:
        """Somebody looks again."""
        was, self._pausing = self._pausing, False
        self.tick.start()
        if self.session is not None:
            self._poll.start()
            if was:
                self.refresh()

    def open(self, number_or_id: str) -> None:
        """Show an incident; `incident_changed` follows when it has been read, or at once for the one that is open."""
        session = self.session
        if session is None:
            self._held.append(Held(partial(self.open, number_or_id)))
            return
        from app.services import incidents

        def opened(look: Look) -> None:
            if self.look is not None and self.look.view.incident_id == look.view.incident_id:
                self.incident_changed.emit()
                return
            self._incident = look.view.incident_id
            self._version = None
            self.refresh()

        tasks.run(lambda: incidents.look(session, number_or_id), opened, self.failed.emit)

    def leave(self) -> None:
        """Show no incident."""
        self._incident = ""
        self.look, self.row_count = None, 0
        self.incident_changed.emit()

    def do(
        self,
        verb: Callable[..., R],
        *args: Any,
        done: Callable[[R], object] | None = None,
        refused: Callable[[Refused], object] | None = None,
        saying: str = "",
        **kwargs: Any,
    ) -> None:
        """Record something: run a service verb on the writer thread with the current session, then refresh.

        `saying` is what stands as "saving" meanwhile. A locked key holds the act until it is unlocked or given up;
        `refused` gets the refusal instead of the strip.
        """
        again = partial(self.do, verb, *args, done=done, refused=refused, saying=saying, **kwargs)
        held = self._must_wait(Held(again, refused))
        session = self.session
        if held or session is None:
            return
        self.saving.emit(saying)

        def recorded(result: R) -> None:
            self._signer_again(session)
            self.saved.emit(result)
            if done is not None and tasks.alive(done):
                done(result)
            self.refresh()

        def not_recorded(refusal: Refused) -> None:
            self._signer_again(session)
            if refused is not None and tasks.alive(refused):
                refused(refusal)
            else:
                self.failed.emit(refusal)

        tasks.write(lambda: verb(session, *args, **kwargs), recorded, not_recorded)

    def read(
        self,
        query: Callable[..., R],
        *args: Any,
        done: Callable[[R], object],
        refused: Callable[[Refused], object] | None = None,
    ) -> tasks.Task | None:
        """Run a service's reading function in the pool with the current session; None before there is one."""
        session = self.session
        if session is None:
            return None
        return tasks.run(lambda: query(session, *args), done, refused or self.failed.emit)

    def refresh(self) -> None:
        """Read the board and the open incident again, off this thread; many wishes make one reading."""
        session = self.session
        if session is None:
            return
        if self._reading:
            self._again = True
            return
        self._reading = True
        incident = self._incident
        tasks.run(lambda: read_state(session, incident), lambda state: self._take(state, incident), self._unread)

    # who signs

    def sign_in(
        self,
        name: str,
        passphrase: str | None = None,
        done: Callable[[Signer], object] | None = None,
        refused: Callable[[Refused], object] | None = None,
    ) -> None:
        """Say who signs and unlock the key; acts that waited are carried out."""
        session = self.session
        if session is None:
            return

        def signed_in(signer: Signer) -> None:
            self._locked = False
            self._set_signer(signer)
            if done is not None and tasks.alive(done):
                done(signer)
            self._carry_on()

        tasks.write(lambda: session.sign_in(name, passphrase), signed_in, refused or self.failed.emit)

    def unlock(self, passphrase: str | None, refused: Callable[[Refused], object] | None = None) -> None:
        """Unlock the key of whoever signs."""
        if self.signer is not None:
            self.sign_in(self.signer.principal, passphrase, refused=refused)

    def lock(self) -> None:
        """Forget the key; the next act asks first."""
        session = self.session
        if session is None or self.signer is None or self.locked:
            return
        self._locked = True
        self.signer_changed.emit()
        tasks.write(session.lock, lambda _none: self._signer_again(session))

    def give_up(self) -> None:
        """Nobody unlocks: what waited is dropped; whoever asked is told, the newest first, the others in the strip."""
        held, self._held = self._held, []
        refusal = NotAllowed("Not recorded: the key stayed locked.", "Unlock it and repeat.", code="locked")
        for each in reversed(held):
            if each.refused is not None and tasks.alive(each.refused):
                each.refused(refusal)
            else:
                self.failed.emit(refusal)

    def ask(self, name: str) -> str | None:
        """On the writer thread: ask the person at the window for a passphrase and wait, without blocking the window."""
        prompt = Prompt(name)
        self._prompts.append(prompt)
        self.passphrase_wanted.emit(prompt)
        answer = prompt.wait()
        self._prompts.remove(prompt)
        return answer

    def stop(self) -> None:
        """Before the window goes: nobody will answer or look any more; the session closes after its last write."""
        self.pause()
        for prompt in tuple(self._prompts):
            prompt.answer(None)
        session, self.session = self.session, None
        if session is not None:
            tasks.write(session.close)

    # inside

    def _must_wait(self, act: Held) -> bool:
        if self.session is None:
            self._held.append(act)
        elif self.signer is None:
            self._held.append(act)
            self.first_profile_wanted.emit()
        elif self.locked:
            self._held.append(act)
            self.unlock_wanted.emit()
        else:
            return False
        return True

    def _carry_on(self) -> None:
        held, self._held = self._held, []
        for each in held:
            each.act()

    def _set_signer(self, signer: Signer | None) -> None:
        if signer != self.signer:
            self.signer = signer
            self.signer_changed.emit()

    def _signer_again(self, session: Session) -> None:
        self._set_signer(session.signer)

    def _take(self, state: State, incident: str) -> None:
        self._reading = False
        if self._again:
            self._again = False
            self.refresh()
        if state.cards != self.cards:
            self.cards = state.cards
            self.board_changed.emit()
        if state.owed != self.owed:
            self.owed = state.owed
            self.owed_changed.emit()
        if incident == self._incident:
            self._take_incident(state)

    def _take_incident(self, state: State) -> None:
        before, rows = self.look, self.row_count
        if state.look is before or state.look == before:
            return
        self.look, self.row_count = state.look, state.rows
        self.incident_changed.emit()
        self.rows_changed.emit(first_changed(before, state.look, rows))

    def _unread(self, refusal: Refused) -> None:
        self._reading = self._again = False
        self.failed.emit(refusal)

    def _look_for_others(self) -> None:
        session = self.session
        if session is None or self._reading:
            return
        tasks.run(session.store.data_version, self._take_version, self._no_version)

    def _take_version(self, version: object) -> None:
        if version != self._version:
            self._version = version
            self.refresh()

    def _no_version(self, refusal: Refused) -> None:
        if not isinstance(refusal, Broken):
            self.failed.emit(refusal)
