"""Every command once: menus, palette, cheat sheet and keys are made from these records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from app.domain.errors import Unusable
from app.ui.guard import slot_safe

if TYPE_CHECKING:
    from PySide6.QtGui import QAction

    from app.ui.window import Window

MENUS: Final = ("Incident", "Timeline", "Roster", "Checklists", "Compliance", "Export", "View", "Help")


@dataclass(frozen=True, slots=True)
class Command:
    """One thing a person can do: `menu` says where it stands (empty: palette only), `enabled` whether it can now."""

    id: str
    title: str
    run: Callable[[], object]
    shortcut: str = ""
    help: str = ""
    menu: str = ""
    enabled: Callable[[], bool] = lambda: True

    @property
    def keys(self) -> str:
        """The shortcut as people read it: `Ctrl K`."""
        return shown_keys(self.shortcut)


def shown_keys(shortcut: str) -> str:
    """`Ctrl+Shift+K` as `Ctrl Shift K`; `Ctrl++` stays readable."""
    if shortcut.endswith("++"):
        return shown_keys(shortcut[:-2]) + " +"
    return shortcut.replace("+", " ")


class Registry:
    """The commands that are there now, and the Qt actions made from them."""

    def __init__(self, remapped: Mapping[str, str] | None = None) -> None:
        self._commands: dict[str, Command] = {}
        self._remapped = dict(remapped or {})
        self._actions: dict[str, QAction] = {}

    def add(self, commands: Iterable[Command]) -> None:
        """Take commands in. Unusable when an id or a key is taken already."""
        for plain in commands:
            command = replace(plain, shortcut=self._remapped.get(plain.id, plain.shortcut))
            if command.id in self._commands:
                raise Unusable(f"There are two commands named {command.id}.", "Give one another name.", code="clash")
            rival = self.with_key(command.shortcut)
            if rival is not None:
                raise Unusable(
                    f"{command.keys} cannot be the key of both {command.title!r} and {rival.title!r}.",
                    "Choose another key for one of them in settings.toml.",
                    code="key-clash",
                )
            self._commands[command.id] = command

    def all(self) -> tuple[Command, ...]:
        """Every command, in the order added."""
        return tuple(self._commands.values())

    def get(self, identity: str) -> Command:
        """The command with that id; KeyError if there is none."""
        return self._commands[identity]

    def with_key(self, shortcut: str) -> Command | None:
        """The command that has a key."""
        from PySide6.QtGui import QKeySequence

        wanted = QKeySequence(shortcut)
        if not shortcut:
            return None
        return next((c for c in self.all() if c.shortcut and QKeySequence(c.shortcut) == wanted), None)

    def run(self, identity: str) -> None:
        """Do it, if it can be done now."""
        command = self.get(identity)
        if command.enabled():
            command.run()

    def action(self, identity: str) -> QAction:
        """The Qt action of a command, made once."""
        if identity not in self._actions:
            self._actions[identity] = self._make(self.get(identity))
        return self._actions[identity]

    def _make(self, command: Command) -> QAction:
        from PySide6.QtGui import QAction, QKeySequence

        action = QAction(command.title.replace("&", "&&"))
        if command.shortcut:
            action.setShortcut(QKeySequence(command.shortcut))
        action.setStatusTip(command.help)

        @slot_safe
        def triggered() -> None:
            self.run(command.id)

        action.triggered.connect(triggered)
        return action


def window_commands(window: Window) -> tuple[Command, ...]:
    """The commands of the window itself; each pane adds its own."""
    live = window.live

    acts = window.acts
    incident, view, guide = "Incident", "View", "Help"
    size = window.change_text_size
    return (
        Command(
            "declare",
            "Declare an incident…",
            acts.declare,
            "Ctrl+N",
            "Plan, severity and title are enough.",
            incident,
        ),
        Command("start", "Start page", window.show_start, "Alt+0", "Recent incidents, search, the sample.", incident),
        Command("sign-in", "Who signs…", acts.choose_signer, "F2", "Sign as somebody else, or add a person.", incident),
        Command("lock", "Lock the key now", live.lock, "Ctrl+Shift+L", "The next act unlocks it again.", incident),
        Command(
            "recovery-sheet", "Save the recovery sheet…", acts.save_recovery_sheet, "", "Keep it elsewhere.", incident
        ),
        Command("quit", "Quit", window.close, "Ctrl+Q", "Drafts and the window come back.", incident),
        Command("palette", "Search or run a command", acts.show_palette, "Ctrl+K", "Type a part of its name.", view),
        Command("next-pane", "Next pane", lambda: window.step_pane(1), "F6", "", view),
        Command("previous-pane", "Previous pane", lambda: window.step_pane(-1), "Shift+F6", "", view),
        Command("larger", "Larger text", lambda: size(1), "Ctrl++", "Up to 200 %.", view),
        Command("smaller", "Smaller text", lambda: size(-1), "Ctrl+-", "Down to 80 %.", view),
        Command("normal-size", "Normal text size", lambda: size(0), "Ctrl+0", "", view),
        Command("theme", "Light or dark", window.change_theme, "Ctrl+Shift+D", "The other one of the two.", view),
        Command("wall", "Wall view", window.change_wall, "F11", "The whole screen; F11 comes back.", view),
        Command(
            "reset-layout", "Put the panes back", window.reset_layout, "", "The sizes as they were at first.", view
        ),
        Command("help", "Help for this pane", acts.show_help, "F1", "", guide),
        Command("cheat-sheet", "Keys", acts.show_cheat_sheet, "?", "Every key on one page.", guide),
        Command("diagnostics", "Copy diagnostics", acts.copy_diagnostics, "", "Nothing that people wrote.", guide),
    )
