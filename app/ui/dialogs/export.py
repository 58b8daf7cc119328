"""Export: which document, for whom, where to; what it will lack; and afterwards, whether it was handed out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Final

from PySide6.QtCore import QStandardPaths, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QKeyEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.domain.errors import Refused
from app.ui import theme
from app.ui.dialogs.growing import GrowingDialog
from app.ui.guard import override_safe, slot_safe
from app.ui.models.breach_sheet import Sheet
from app.ui.models.export_plan import Made, Paper, Wish, file_name, lacks
from app.ui.models.postmortem_sheet import PostmortemSheet
from app.ui.widgets.labels import label, set_tone

AUDIENCES: Final = {
    "internal": "internal: everything",
    "legal": "legal counsel",
    "authority": "the authority",
    "people": "the people concerned",
    "public": "the public",
}


class ExportDialog(GrowingDialog):
    """Opened with `open()`; `wanted` carries a `Wish`. The file is written before anything is said to be handed out."""

    wanted = Signal(object)
    cancelled = Signal()
    handing_out = Signal(object)

    def __init__(
        self,
        incident: str,
        number: str,
        papers: Sequence[Paper],
        folder: Path,
        today: date,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.incident, self._number, self._papers, self._today = incident, number, tuple(papers), today
        self._sheet: Sheet | None = None
        self._postmortem: PostmortemSheet | None = None
        self._folders: QFileDialog | None = None
        self.made: Made | None = None
        self.setWindowTitle(f"Export {number}")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(theme.px(620), 0)
        self.paper, self.audience = QComboBox(), QComboBox()
        self.folder, self.name = QLineEdit(str(folder)), QLineEdit()
        self.browse = QPushButton("Choose…")
        self.lack = label("", "small")
        self.lack.setWordWrap(True)
        self.go, self.stop = QPushButton("Make it"), QPushButton("Cancel")
        self.progress, self.step = QProgressBar(), label("", "small")
        self.outcome, self.remark = label("", "strong"), label("", "small")
        self.opening, self.handed = QPushButton("Open"), QPushButton("Record as handed out")
        self._foot = QStackedWidget()
        self._fill()
        self._build()
        self._connect()
        self._paper_chosen()

    def _fill(self) -> None:
        for each in self._papers:
            self.paper.addItem(each.title, each.name)
        names = (
            (self.paper, "Document"),
            (self.audience, "For whom"),
            (self.folder, "Folder"),
            (self.name, "File name"),
        )
        for widget, name in names:
            widget.setAccessibleName(name)
        for button in (self.browse, self.stop, self.opening, self.handed):
            button.setAutoDefault(False)
        self.go.setProperty("primary", True)
        self.go.setDefault(True)
        self.progress.setRange(0, 0)
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(theme.px(6))
        self.progress.setAccessibleName("Progress of the export")
        for words in (self.outcome, self.remark, self.step):
            words.setWordWrap(True)
        self.outcome.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)

    def _build(self) -> None:
        form = QFormLayout()
        form.setHorizontalSpacing(theme.px(12))
        form.setVerticalSpacing(theme.px(6))
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        place = QHBoxLayout()
        place.setSpacing(theme.px(8))
        place.addWidget(self.folder, 1)
        place.addWidget(self.browse)
        form.addRow("Document", self.paper)
        form.addRow("For", self.audience)
        form.addRow("Folder", place)
        form.addRow("File name", self.name)
        self._form = form
        for page in (self._start_page(), self._working_page(), self._done_page()):
            self._foot.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(16), theme.px(14), theme.px(16), theme.px(14))
        column.setSpacing(theme.px(10))
        column.addLayout(form)
        column.addWidget(self.lack)
        column.addStretch(1)
        column.addWidget(self.remark)
        column.addWidget(self._foot)

    def _start_page(self) -> QWidget:
        page, line = _row()
        leave = QPushButton("Close")
        leave.setAutoDefault(False)
        leave.clicked.connect(self.reject)
        line.addWidget(label("Nothing leaves this machine.", "caption"), 1)
        line.addWidget(leave)
        line.addWidget(self.go)
        return page

    def _working_page(self) -> QWidget:
        page, line = _row()
        words = QVBoxLayout()
        words.setSpacing(theme.px(4))
        words.addWidget(self.step)
        words.addWidget(self.progress)
        line.addLayout(words, 1)
        line.addWidget(self.stop, 0, Qt.AlignmentFlag.AlignBottom)
        return page

    def _done_page(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        line = QHBoxLayout()
        again, leave = QPushButton("Another"), QPushButton("Close")
        again.clicked.connect(self._again)
        leave.clicked.connect(self.accept)
        for button in (again, leave):
            button.setAutoDefault(False)
        line.addWidget(self.opening)
        line.addWidget(self.handed)
        line.addStretch(1)
        line.addWidget(again)
        line.addWidget(leave)
        column.addWidget(self.outcome)
        column.addLayout(line)
        return page

    def _connect(self) -> None:
        self.paper.currentIndexChanged.connect(self._paper_chosen)
        self.browse.clicked.connect(self._browse)
        self.go.clicked.connect(self.make)
        self.stop.clicked.connect(self._cancel)
        self.opening.clicked.connect(self._open)
        self.handed.clicked.connect(self._hand_out)
        for line in (self.folder, self.name):
            line.textChanged.connect(self._calm)

    # choosing

    @property
    def chosen(self) -> Paper:
        """The document that is chosen."""
        return self._papers[max(self.paper.currentIndex(), 0)]

    def choose(self, name: str) -> None:
        """Begin with a document."""
        place = self.paper.findData(name)
        if place >= 0:
            self.paper.setCurrentIndex(place)

    @slot_safe
    def _paper_chosen(self) -> None:
        paper = self.chosen
        self.audience.clear()
        for audience in paper.audiences:
            self.audience.addItem(AUDIENCES.get(audience, audience), audience)
        self._form.setRowVisible(self.audience, bool(paper.audiences))
        self.name.setText(file_name(self._number, paper))
        self._show_lacks()
        self._calm()

    def take(self, sheet: Sheet | None, postmortem: PostmortemSheet | None) -> None:
        """What stands in the forms, from which it is said what a document will lack."""
        self._sheet, self._postmortem = sheet or self._sheet, postmortem or self._postmortem
        self._show_lacks()

    def _show_lacks(self) -> None:
        found = lacks(self.chosen, self._sheet, self._postmortem, self._today)
        head = "Open, and the document will say so:" if found else ""
        self.lack.setText("\n".join([head, *(f"–  {sentence}" for sentence in found)]).strip())
        set_tone(self.lack, "attention" if found else "secondary")
        self.lack.setVisible(bool(found))

    @slot_safe
    def _calm(self) -> None:
        self._say(f"{self._path()} is there already and will be replaced." if self._path().is_file() else "")

    def _path(self) -> Path:
        return Path(self.folder.text().strip()).expanduser() / self.name.text().strip()

    @slot_safe
    def _browse(self) -> None:
        self._folders = QFileDialog(self, "Folder for the export", self.folder.text())
        self._folders.setFileMode(QFileDialog.FileMode.Directory)
        self._folders.setOption(QFileDialog.Option.ShowDirsOnly)
        self._folders.fileSelected.connect(self.folder.setText)
        self._folders.open()

    # making

    @slot_safe
    def make(self) -> None:
        """Ask for the document to be made."""
        if self._foot.currentIndex() != 0:
            return
        name = self.name.text().strip()
        if not name or "/" in name or "\\" in name:
            self._say("Give the file a name, without a folder in it.", "overdue")
            self.name.setFocus()
            return
        out = self._path()
        if not out.parent.is_dir():
            self._say(f"There is no folder {out.parent}. Choose another, or make it.", "overdue")
            self.folder.setFocus()
            return
        if not out.suffix:
            out = out.with_suffix(self.chosen.suffix)
        self._busy(True)
        self.wanted.emit(Wish(self.incident, self.chosen, str(self.audience.currentData() or ""), out))

    def _busy(self, on: bool) -> None:
        self._foot.setCurrentIndex(1 if on else 0)
        for each in (self.paper, self.audience, self.folder, self.name, self.browse):
            each.setEnabled(not on)
        if on:
            self._say("")
            self.stop.setFocus()

    def advance(self, done: int, total: int, words: str) -> None:
        """How far it is."""
        self.step.setText(f"{words}… ({done} of {total})")

    @slot_safe
    def _cancel(self) -> None:
        self.cancelled.emit()
        self._busy(False)
        self._say("Cancelled; nothing was written.")
        self.go.setFocus()

    def finish(self, made: Made) -> None:
        """It is written."""
        self.made = made
        self._busy(False)
        self._foot.setCurrentIndex(2)
        self.outcome.setText(f"Written: {made.wish.out} ({size_words(made.size)})")
        self._say(f"SHA-256 {made.sha256}" if made.sha256 else "")
        self.handed.setEnabled(True)
        self.opening.setFocus()

    def refuse(self, refusal: Refused) -> None:
        """It was not made: why."""
        if self.made is None:
            self._busy(False)
        self.handed.setEnabled(True)
        self._say(" ".join([refusal.message, *refusal.missing, refusal.hint]).strip(), "overdue")

    # afterwards

    @slot_safe
    def _open(self) -> None:
        if self.made is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.made.wish.out)))

    @slot_safe
    def _hand_out(self) -> None:
        if self.made is not None:
            self.handed.setEnabled(False)
            self.handing_out.emit(self.made)

    def handed_out(self, seq: int) -> None:
        """The record says that it was handed out."""
        self.handed.setEnabled(False)
        self._say(f"Recorded as handed out, entry {seq}.")

    @slot_safe
    def _again(self) -> None:
        self.made = None
        self._busy(False)
        self._calm()
        self.paper.setFocus()

    def _say(self, sentence: str, tone: str = "secondary") -> None:
        self.remark.setText(sentence)
        self.remark.setVisible(bool(sentence))
        set_tone(self.remark, tone)

    @override_safe(None)
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._foot.currentIndex() == 1:
            self._cancel()
            return
        super().keyPressEvent(event)


def _row() -> tuple[QWidget, QHBoxLayout]:
    page = QWidget()
    line = QHBoxLayout(page)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(theme.px(8))
    return page, line


def size_words(size: int) -> str:
    """`123 kB`."""
    return f"{max(1, round(size / 1000)):,} kB" if size < 1_000_000 else f"{size / 1_000_000:.1f} MB"


def usual_folder(remembered: str) -> Path:
    """The folder used last, else the one for documents, else home."""
    if remembered and Path(remembered).is_dir():
        return Path(remembered)
    documents = Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation))
    return documents if documents.is_dir() else Path.home()
