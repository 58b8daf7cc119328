"""What the window's own commands do: declare, sign, search, help; each opens something that does not block."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, qVersion
from PySide6.QtGui import QGuiApplication
from shiboken6 import isValid

from app import __version__
from app.domain.errors import Refused
from app.ui import errors, tasks
from app.ui.guard import slot_safe
from app.ui.models.palette_model import Choice

if TYPE_CHECKING:
    from app.services.session import Signer
    from app.ui.dialogs.declare import Declaration, DeclareForm
    from app.ui.dialogs.palette import Palette
    from app.ui.dialogs.sign_in import SignInDialog
    from app.ui.window import Window


NO_KEYRING: Final = ("keyring-none", "no-passphrase")
"""Refusals at the first start after which a key file with a passphrase is the way on."""


class Acts(QObject):
    """Holds the dialogs that keep what was typed; one of each."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self._live = window.live
        self._form: DeclareForm | None = None
        self._sign_in: SignInDialog | None = None
        self._palette: Palette | None = None

    # declaring

    @slot_safe
    def declare(self) -> None:
        """Open the declare form, as it was left."""
        from app.ui.dialogs.declare import DeclareForm

        if self._live.session is not None and self._live.signer is None:
            self._window.show_start()
            return
        if self._form is None:
            self._form = DeclareForm(self._live, self._window)
            self._form.choose_plan(self._window.settings.last_plan)
            self._form.declared.connect(self._declared)
        form = self._form
        self._people(lambda people: form.begin([person.name for person in people]))

    @slot_safe
    def _declared(self, asked: Declaration) -> None:
        from app.services import incidents

        form = self._form
        if form is None:
            return

        def stands(recorded: Any) -> None:
            self._window.remember(last_plan=asked.plan_id)
            form.finish()
            self._window.open_incident(recorded.number, to_scribe=True)

        self._live.do(
            incidents.declare,
            asked.plan_id,
            asked.severity,
            asked.title,
            incident_class=asked.incident_class,
            detected_at=asked.detected_at,
            commander=asked.commander,
            drill=asked.drill,
            zone=self._live.zone.key,
            done=stands,
            refused=form.refuse,
            saying=asked.title,
        )

    # signing

    @slot_safe
    def first_name(self, name: str, passphrase: str = "") -> None:
        """The first person: make the key, sign in, go on to declaring. With a passphrase the key lies in a file."""
        from app.services import profiles

        session = self._live.session
        if session is None:
            return

        def made(_profile: Any) -> None:
            self._live.signed_in()
            self.declare()

        first = self._window.start.first

        def refused(refusal: Refused) -> None:
            if refusal.code in NO_KEYRING and not passphrase:
                first.ask_passphrase(refusal.message)
            else:
                first.refuse(f"{refusal.message} {refusal.hint}".strip())

        if passphrase:
            tasks.write(lambda: profiles.begin_in_file(session, name, passphrase), made, refused)
        else:
            tasks.write(lambda: profiles.create(session, name), made, refused)

    def _people(self, use: Any) -> None:
        from app.services import profiles

        if self._live.read(profiles.everyone, done=use) is None:
            use(())

    @slot_safe
    def choose_signer(self) -> None:
        """Choose who signs, or add a person."""
        from app.ui.dialogs.sign_in import SignInDialog

        if self._live.session is None:
            return
        if self._live.signer is None:
            self._window.show_start()
            return
        if self._sign_in is None:
            self._sign_in = SignInDialog(self._window)
            self._sign_in.chosen.connect(self._sign)
        dialog, signer = self._sign_in, self._live.signer
        self._people(lambda people: dialog.begin([p for p in people if p.active], signer.principal))

    @slot_safe
    def _sign(self, asked: object) -> None:
        from app.services import profiles
        from app.ui.dialogs.sign_in import NewPerson, Protect, SignIn

        dialog, session = self._sign_in, self._live.session
        if dialog is None or session is None:
            return
        if isinstance(asked, SignIn):
            self._live.sign_in(asked.principal, asked.passphrase, self._signed, dialog.show_refusal)
        elif isinstance(asked, Protect):
            principal, passphrase = asked.principal, asked.passphrase

            def protected(_none: object) -> None:
                self._live.sign_in(principal, passphrase, self._signed, dialog.show_refusal)

            tasks.write(lambda: profiles.protect(session, principal, passphrase), protected, dialog.show_refusal)
        elif isinstance(asked, NewPerson):
            person = asked

            def added(_profile: object) -> None:
                dialog.fresh.forget()
                dialog.accept()
                self._live.refresh()
                self._window.notice.say(f"{person.name} has a key now.", "F2 changes who signs.")

            self._live.do(
                profiles.create, person.name, person.role, person.passphrase, done=added, refused=dialog.show_refusal
            )

    def _signed(self, signer: Signer) -> None:
        self._window.remember(last_profile=signer.principal)
        if self._sign_in is not None:
            self._sign_in.accept()

    @slot_safe
    def save_recovery_sheet(self) -> None:
        """Say what the sheet is for and save it."""
        from app.services import profiles
        from app.ui.dialogs.recovery import RecoveryDialog

        dialog = RecoveryDialog(self._window)

        @slot_safe
        def chosen(path: Path) -> None:
            def saved(_none: object) -> None:
                if isValid(dialog):
                    dialog.accept()
                self._live.refresh()
                self._window.notice.say(f"The recovery sheet is in {path.name}.", "Take it off this machine now.")

            self._live.do(profiles.save_recovery_sheet, path, done=saved, refused=dialog.refuse)

        dialog.chosen.connect(chosen)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @slot_safe
    def show_owed(self) -> None:
        """What first start left for later; the recovery sheet can be saved at once."""
        owed = self._live.owed
        if not owed:
            return
        sheet = "recovery sheet" in owed[0]
        act, run = ("Save the sheet…", self.save_recovery_sheet) if sheet else ("", None)
        self._window.notice.say(owed[0], " ".join(owed[1:]), act=act, run=run)

    # finding

    @slot_safe
    def show_palette(self) -> None:
        """Every command and every incident."""
        from app.ui.dialogs.palette import Palette

        if self._palette is None:
            self._palette = Palette(self._window)
        self._palette.offer(self._choices())

    def _choices(self) -> Sequence[Choice]:
        window = self._window
        commands = [
            Choice(c.title, partial(window.registry.run, c.id), c.help, c.keys, c.menu, c.enabled())
            for c in window.registry.all()
            if c.id != "palette"
        ]
        opened = [
            Choice(f"Open {card.number}", partial(window.open_incident, card.incident_id, to_scribe=True), card.title)
            for card in self._live.cards
            if card.incident_id != self._live.incident_id
        ]
        return [*commands, *opened]

    @slot_safe
    def show_cheat_sheet(self) -> None:
        """Every key on one page."""
        from app.ui.dialogs.cheat_sheet import CheatSheet

        sheet = CheatSheet(self._window, self._window.registry.all())
        sheet.closed.connect(sheet.deleteLater)
        sheet.pop_up()

    @slot_safe
    def show_help(self) -> None:
        """The help of the pane that has the keyboard."""
        from app.ui.dialogs.cheat_sheet import HelpCard

        pane = self._window.focused_pane()
        if pane is None:
            self.show_cheat_sheet()
            return
        card = HelpCard(self._window, pane.title, pane.help, pane.commands())
        card.closed.connect(card.deleteLater)
        card.pop_up()

    @slot_safe
    def copy_diagnostics(self) -> None:
        """Versions and the last error to the clipboard: nothing that people wrote."""
        import platform

        report = self._window.folder / errors.REPORT
        last = report.read_text(encoding="utf-8") if report.is_file() else "no error of the program's own\n"
        lines = (
            f"Incident Cockpit {__version__}",
            f"Python {platform.python_version()}, Qt {qVersion()}, {platform.platform()}",
            f"display {QGuiApplication.platformName()}, frozen {getattr(sys, 'frozen', False)}",
            f"incidents {len(self._live.cards)}, timeline rows {self._live.row_count}",
            last,
        )
        QGuiApplication.clipboard().setText("\n".join(lines))
        self._window.notice.say("Diagnostics are on the clipboard.", "Versions and places, nothing that people wrote.")

    # our own errors

    def crashed(self, slip: errors.Slip) -> None:
        """The one crash path: keep the report, then say whether the record still verifies."""
        path = errors.write_report(self._window.folder, slip)
        where = f"Report: {path.name}." if path else ""
        notice = self._window.notice
        notice.say("The program made an error of its own; nothing acknowledged is lost.", where, warns=True)
        number = self._live.number
        session = self._live.session
        if not number or session is None:
            return
        from app.services import verification

        def verified(verdict: Any) -> None:
            says = (
                "still verifies"
                if verdict.ok
                else "no longer verifies: " + "; ".join(problem.what for problem in verdict.problems[:2])
            )
            words = f"The record of {number} {says} ({verdict.size} entries). {where}"
            notice.say("The program made an error of its own.", words, warns=True)

        def unread(refusal: Refused) -> None:
            notice.say("The program made an error of its own.", f"{refusal.message} {where}", warns=True)

        tasks.run(lambda: verification.verify(session, number), verified, unread)
