"""The status bar: how far the record is sealed, who signs, where the record lies, what time it is."""

from __future__ import annotations

from base64 import b64decode

from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from app.ui import theme
from app.ui.guard import slot_safe
from app.ui.live import Live
from app.ui.widgets.labels import Elided, label

HEIGHT = 25


class Status(QWidget):
    """One line at the bottom; follows `live`."""

    def __init__(self, live: Live) -> None:
        super().__init__()
        self._live = live
        self.setAccessibleName("Status")
        self.seal = Elided("", "small")
        self.seal.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.signer = label("", "small")
        self.place = label("Local database", "small")
        self.time = label("", "small")
        self._line = QHBoxLayout(self)
        self._line.addWidget(self.seal, 1)
        for each in (self.signer, self.place, self.time):
            self._line.addWidget(each)
        live.incident_changed.connect(self.refresh)
        live.signer_changed.connect(self.refresh)
        live.ready.connect(self.refresh)
        live.tick.timeout.connect(self._ticked)
        theme.watch().changed.connect(self._sized)
        self._sized()
        self.refresh()

    def _sized(self) -> None:
        self.setFixedHeight(theme.px(HEIGHT))
        self._line.setContentsMargins(theme.px(14), 0, theme.px(14), 0)
        self._line.setSpacing(theme.px(18))

    @slot_safe
    def _ticked(self) -> None:
        if self.isVisible():
            self._show_time()

    def _show_time(self) -> None:
        now, zone = self._live.now(), self._live.zone
        local = now.astimezone(zone)
        place = zone.key.rsplit("/", 1)[-1].replace("_", " ")
        same = local.utcoffset() == now.utcoffset()
        self.time.setText(f"{now:%H:%M:%S} UTC" + ("" if same else f" · {local:%H:%M} {place}"))

    @slot_safe
    def refresh(self) -> None:
        """The seal and the signer as `live` holds them."""
        look, signer = self._live.look, self._live.signer
        self.seal.setText(seal_text(look.seal_size, look.seal_root) if look else self._without_incident())
        self.signer.setText(f"{signer.name} · key {short_key(signer.fingerprint)}" if signer else "")
        self.signer.setVisible(signer is not None)
        self._show_time()

    def _without_incident(self) -> str:
        if self._live.session is None:
            return "Opening the record…"
        count = sum(not card.closed for card in self._live.cards)
        return f"{count} open incident{'' if count == 1 else 's'}" if count else "No open incident"


def seal_text(size: int, root: str) -> str:
    """`Sealed at 37 · root 2761c02e…386f`; the root is base64 in, hexadecimal out."""
    digits = b64decode(root).hex()
    return f"Sealed at {size} · root {digits[:8]}…{digits[-4:]}"


def short_key(fingerprint: str) -> str:
    """The first signs of a fingerprint, without its algorithm."""
    return fingerprint.removeprefix("SHA256:")[:8]
