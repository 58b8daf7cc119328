"""What leaves the window: exports of the open incident, and the organisation profile that fills them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from shiboken6 import isValid

from app.ui import tasks
from app.ui.actions import Command
from app.ui.guard import slot_safe

if TYPE_CHECKING:
    from app.services.recorder import Recorded
    from app.ui.dialogs.export import ExportDialog
    from app.ui.dialogs.organisation import OrganisationDialog
    from app.ui.models.export_plan import Made, Wish
    from app.ui.window import Window


class Papers(QObject):
    """Opens both dialogs, one of each, and does what they ask for."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window, self._live = window, window.live
        self.export_dialog: ExportDialog | None = None
        self.organisation_dialog: OrganisationDialog | None = None
        self._task: tasks.Task | None = None
        self._live.incident_changed.connect(self._incident_changed)

    def commands(self) -> tuple[Command, ...]:
        """Export and organisation, for menus, palette and keys."""

        def is_open() -> bool:
            return self._live.look is not None

        def is_ready() -> bool:
            return self._live.session is not None

        return (
            Command("export", "Export…", self.export, "Ctrl+E", "PDF, JSON, or the record itself.", "Export", is_open),
            Command(
                "export-art33", "Art. 33 notification…", lambda: self.export("art33"), "", "As PDF.", "Export", is_open
            ),
            Command(
                "organisation",
                "Organisation profile…",
                self.organisation,
                "",
                "Typed once; every packet fills itself in from it.",
                "Compliance",
                is_ready,
            ),
        )

    def attach(self) -> None:
        """Let the panes that have such buttons open the dialogs."""
        from app.ui.panes.breach import BreachPane
        from app.ui.panes.postmortem import PostmortemPane

        for pane in self._window.panes.values():
            if isinstance(pane, BreachPane):
                pane.export_wanted.connect(lambda: self.export("art33"))
                pane.organisation_wanted.connect(self.organisation)
            elif isinstance(pane, PostmortemPane):
                pane.export_wanted.connect(lambda: self.export("postmortem"))

    # export

    @slot_safe
    def export(self, name: str = "") -> None:
        """Open the export dialog, beginning with a document, or with that of the pane in front."""
        look = self._live.look
        if look is None or self._is_shown(self.export_dialog):
            return
        from app.ui.dialogs.export import ExportDialog, usual_folder
        from app.ui.models.export_plan import papers

        folder = usual_folder(self._window.settings.export_folder)
        today = self._live.local(self._live.now()).date()
        dialog = ExportDialog(look.view.incident_id, look.view.number, papers(), folder, today, self._window)
        dialog.choose(name or self._usual())
        dialog.wanted.connect(lambda wish: self._make(dialog, wish))
        dialog.cancelled.connect(self._cancel)
        dialog.rejected.connect(self._cancel)
        dialog.handing_out.connect(lambda made: self._hand_out(dialog, made))
        self.export_dialog = dialog
        self._tell_what_lacks(dialog)
        dialog.open()

    @slot_safe
    def _incident_changed(self) -> None:
        dialog, look = self.export_dialog, self._live.look
        if dialog is None or look is None or not self._is_shown(dialog):
            return
        if dialog.incident == look.view.incident_id:
            self._tell_what_lacks(dialog)

    def _usual(self) -> str:
        pane = self._window.focused_pane()
        of_pane = {"breach": "art33", "timeline": "timeline"}
        return next((of_pane.get(name, "") for name, each in self._window.panes.items() if each is pane), "")

    def _tell_what_lacks(self, dialog: ExportDialog) -> None:
        from app.ui.models.breach_sheet import Sheet, read_sheet
        from app.ui.models.postmortem_sheet import PostmortemSheet, read_postmortem

        def sheet_read(sheet: Sheet) -> None:
            if isValid(dialog):
                dialog.take(sheet, None)

        def postmortem_read(sheet: PostmortemSheet) -> None:
            if isValid(dialog):
                dialog.take(None, sheet)

        look, clocks, zone = self._live.look, self._live.clocks(), self._live.zone.key
        self._live.read(read_sheet, look, done=sheet_read)
        self._live.read(read_postmortem, look, clocks, zone, done=postmortem_read)

    def _make(self, dialog: ExportDialog, wish: Wish) -> None:
        from app.ui.models.export_plan import make

        session = self._live.session
        if session is None:
            return

        def done(made: Made | None) -> None:
            self._task = None
            if made is not None:
                self._window.remember(export_folder=str(made.wish.out.parent))
                if isValid(dialog):
                    dialog.finish(made)

        self._task = tasks.run_in_steps(lambda steps: make(session, wish, steps), done, dialog.refuse, dialog.advance)

    @slot_safe
    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def _hand_out(self, dialog: ExportDialog, made: Made) -> None:
        from app.services import exporting

        def done(recorded: Recorded) -> None:
            if isValid(dialog):
                dialog.handed_out(recorded.seq)

        wish = made.wish
        self._live.do(
            exporting.handed_out,
            wish.incident,
            wish.paper.name,
            made.sha256,
            wish.audience,
            done=done,
            refused=dialog.refuse,
            saying=f"{wish.paper.title} handed out",
        )

    # organisation

    @slot_safe
    def organisation(self) -> None:
        """Open the organisation profile."""
        if self._live.session is None or self._is_shown(self.organisation_dialog):
            return
        from app.services import regulatory

        self._live.read(regulatory.organisation_profile, done=self._show_organisation)

    def _show_organisation(self, profile: Mapping[str, str]) -> None:
        from app.services import rulebook
        from app.ui.dialogs.organisation import OrganisationDialog

        known = rulebook.known_authorities().values()
        authorities = [(one.id, f"{one.id} · {one.name_en or one.name}") for one in known]
        dialog = OrganisationDialog(self._live, rulebook.catalogue(), authorities, profile, self._window)
        dialog.kept.connect(self._organisation_changed)
        self.organisation_dialog = dialog
        dialog.open()

    @slot_safe
    def _organisation_changed(self) -> None:
        pane = self._window.panes.get("breach")
        if pane is not None:
            pane.changed()

    @staticmethod
    def _is_shown(dialog: QObject | None) -> bool:
        from PySide6.QtWidgets import QWidget

        return isinstance(dialog, QWidget) and isValid(dialog) and dialog.isVisible()
