"""How everything looks: tokens for light and dark, palette, style sheet, fonts, text size and tinted icons."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QIcon, QPalette, QPixmap
from PySide6.QtWidgets import QApplication, QStyleFactory

from app import paths

ROW: Final = 28
"""The one row height at text size 100 %; `row()` gives it at the size in force."""
BODY: Final = 13
SMALL: Final = 12
CAPTION: Final = 11
TITLE: Final = 16
FAMILY: Final = "Inter"
MONO: Final = "JetBrains Mono"


@dataclass(frozen=True, slots=True)
class Fill:
    """The three colours of a severity: the chip's ground, the words on it, and its edge or shape on the window."""

    fill: str
    label: str
    edge: str


@dataclass(frozen=True, slots=True)
class Tokens:
    """Every colour of one appearance; panes name these and never a colour of their own."""

    dark: bool
    window: str
    surface: str
    alternate: str
    text: str
    secondary: str
    outline: str
    line: str
    focus: str
    selection: str
    on_selection: str
    tint: str
    attention: str
    overdue: str
    severities: tuple[Fill, ...]

    def severity(self, rank: int) -> Fill:
        """The colours of a rank, 1 the worst; ranks under 5 share the quietest."""
        return self.severities[min(max(rank, 1), len(self.severities)) - 1]


LIGHT: Final = Tokens(
    dark=False,
    window="#F4F5F7",
    surface="#FFFFFF",
    alternate="#ECEEF1",
    text="#1B1E23",
    secondary="#4A515B",
    outline="#7B838E",
    line="#DCDFE4",
    focus="#0B57D0",
    selection="#0B57D0",
    on_selection="#FFFFFF",
    tint="#E4ECFA",
    attention="#96480A",
    overdue="#BB081A",
    severities=(
        Fill("#BB081A", "#FFFFFF", "#BB081A"),
        Fill("#DE7B2E", "#14161A", "#96480A"),
        Fill("#FEE484", "#14161A", "#7A6100"),
        Fill("#03328F", "#FFFFFF", "#03328F"),
        Fill("#B9BEC4", "#14161A", "#666D77"),
    ),
)
DARK: Final = Tokens(
    dark=True,
    window="#14161A",
    surface="#1B1E23",
    alternate="#24282F",
    text="#E8EBEF",
    secondary="#B4BBC5",
    outline="#727B87",
    line="#2F343C",
    focus="#7AB7FF",
    selection="#1D5FBF",
    on_selection="#FFFFFF",
    tint="#1F3050",
    attention="#E99169",
    overdue="#FF6B81",
    severities=(
        Fill("#D3013D", "#FFFFFF", "#FF6B81"),
        Fill("#E99169", "#14161A", "#E99169"),
        Fill("#FADF27", "#14161A", "#FADF27"),
        Fill("#448BB9", "#14161A", "#6FB3E0"),
        Fill("#363E48", "#FFFFFF", "#8A94A0"),
    ),
)


class Watch(QObject):
    """Says when colours or text size have changed, for widgets that paint or measure themselves."""

    changed = Signal()


class _Active:
    """What is in force in this process."""

    def __init__(self) -> None:
        self.tokens = LIGHT
        self.percent = 100
        self.watch: Watch | None = None
        self.fonts = False
        self.pixmaps: dict[tuple[str, int, str, float], QPixmap] = {}


_active: Final = _Active()


def tokens() -> Tokens:
    """The colours in force."""
    return _active.tokens


def percent() -> int:
    """The text size in force, 80 to 200."""
    return _active.percent


def watch() -> Watch:
    """The one object whose `changed` follows every change of appearance."""
    if _active.watch is None:
        _active.watch = Watch()
    return _active.watch


def px(length: int) -> int:
    """A length designed at 100 %, at the text size in force."""
    return round(length * _active.percent / 100)


def row() -> int:
    """The height of a row of any list at the text size in force."""
    return px(ROW)


def colour(name: str) -> QColor:
    """The colour of a token such as `secondary`."""
    return QColor(getattr(_active.tokens, name))


def font(size: int = BODY, weight: QFont.Weight = QFont.Weight.Normal, family: str = FAMILY) -> QFont:
    """The bundled font at a size designed at 100 %. Figures are tabular."""
    made = QFont(family)
    made.setPixelSize(px(size))
    made.setWeight(weight)
    return made


def bold(size: int = BODY) -> QFont:
    """The weight of titles and of what counts."""
    return font(size, QFont.Weight.DemiBold)


def mono(size: int = SMALL) -> QFont:
    """For hashes, numbers of records and commands."""
    _add_fonts("JetBrainsMono-Regular", "JetBrainsMono-Bold")
    return font(size, family=MONO)


_added: Final[set[str]] = set()


def _add_fonts(*names: str) -> None:
    for name in names:
        if name not in _added:
            _added.add(name)
            QFontDatabase.addApplicationFont(str(paths.resources() / "fonts" / f"{name}.ttf"))


def wanted_tokens(choice: str) -> Tokens:
    """Light or dark as chosen; `system` follows the desktop where it says so."""
    if choice == "system":
        scheme = QGuiApplication.styleHints().colorScheme()
        return DARK if scheme is Qt.ColorScheme.Dark else LIGHT
    return DARK if choice == "dark" else LIGHT


def high_contrast() -> bool:
    """Whether the desktop asks for high contrast, which then wins over our palette."""
    hints = QGuiApplication.styleHints()
    accessibility = getattr(hints, "accessibility", None)
    if accessibility is None:
        return False
    return bool(accessibility().contrastPreference() == Qt.ContrastPreference.HighContrast)


def apply(application: QApplication, choice: str = "system", text_size: int = 100) -> None:
    """Put an appearance in force for every window of the program."""
    _active.tokens = wanted_tokens(choice)
    _active.percent = text_size
    _active.pixmaps.clear()
    if not _active.fonts:
        _active.fonts = True
        application.setStyle(QStyleFactory.create("Fusion"))
        _add_fonts("Inter-Regular", "Inter-SemiBold")
    application.setFont(font())
    palette = palette_of(_active.tokens)
    if not high_contrast():
        application.setPalette(palette)
    application.setStyleSheet(style_sheet(_active.tokens))
    if not high_contrast():
        application.setPalette(palette)
    watch().changed.emit()


def palette_of(t: Tokens) -> QPalette:
    """Qt's palette in our tokens."""
    role = QPalette.ColorRole
    pairs: Mapping[QPalette.ColorRole, str] = {
        role.Window: t.window,
        role.WindowText: t.text,
        role.Base: t.surface,
        role.AlternateBase: t.alternate,
        role.Text: t.text,
        role.Button: t.surface,
        role.ButtonText: t.text,
        role.BrightText: t.overdue,
        role.ToolTipBase: t.surface,
        role.ToolTipText: t.text,
        role.PlaceholderText: t.secondary,
        role.Highlight: t.selection,
        role.HighlightedText: t.on_selection,
        role.Link: t.focus,
        role.LinkVisited: t.focus,
        role.Accent: t.focus,
        role.Light: t.surface,
        role.Midlight: t.line,
        role.Mid: t.outline,
        role.Dark: t.outline,
        role.Shadow: t.outline,
    }
    palette = QPalette()
    for each, value in pairs.items():
        palette.setColor(each, QColor(value))
    for each in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, each, QColor(t.outline))
    palette.setColor(QPalette.ColorGroup.Disabled, role.Highlight, QColor(t.alternate))
    palette.setColor(QPalette.ColorGroup.Disabled, role.HighlightedText, QColor(t.outline))
    return palette


def style_sheet(t: Tokens) -> str:
    """The small style sheet: edges, paddings and the one accent; user text never enters it.

    The first rule is a guard: Qt guesses rich text in labels and tooltips, and loads local files from it.
    """
    line, small = t.line, px(SMALL)
    icons = (paths.resources() / "icons").as_posix().replace('"', '\\"')
    return f"""
QLabel {{ qproperty-textFormat: PlainText; }}
QLabel[trusted="true"] {{ qproperty-textFormat: AutoText; }}
QMainWindow, QDialog {{ background: {t.window}; }}
QMenuBar {{ background: {t.window}; border: 0; padding: 0 {px(6)}px; font-size: {small}px; }}
QMenuBar::item {{ padding: {px(6)}px {px(8)}px; color: {t.secondary}; background: transparent; border-radius: 4px; }}
QMenuBar::item:selected, QMenuBar::item:pressed {{ background: {t.alternate}; color: {t.text}; }}
QMenu {{ background: {t.surface}; border: 1px solid {t.outline}; padding: 4px 0; }}
QMenu::item {{ padding: {px(5)}px {px(28)}px {px(5)}px {px(16)}px; }}
QMenu::item:selected {{ background: {t.selection}; color: {t.on_selection}; }}
QMenu::item:disabled {{ color: {t.outline}; }}
QMenu::separator {{ height: 1px; background: {line}; margin: 4px 0; }}
QToolTip {{ qproperty-textFormat: PlainText; background: {t.surface}; color: {t.text};
  border: 1px solid {t.outline}; padding: 4px 6px; }}
QSplitter::handle {{ background: {line}; }}
QSplitter::handle:horizontal {{ width: 1px; }}
QSplitter::handle:vertical {{ height: 1px; }}
QAbstractScrollArea {{ border: 0; }}
QLineEdit, QPlainTextEdit, QTextEdit, QComboBox, QDateTimeEdit, QSpinBox {{
  background: {t.surface}; color: {t.text}; border: 1px solid {t.outline}; border-radius: 5px;
  padding: {px(4)}px {px(8)}px; selection-background-color: {t.selection}; selection-color: {t.on_selection};
  placeholder-text-color: {t.secondary}; }}
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QComboBox:focus, QDateTimeEdit:focus, QSpinBox:focus {{
  border: 2px solid {t.focus}; padding: {px(4) - 1}px {px(8) - 1}px; }}
QLineEdit[wrong="true"], QComboBox[wrong="true"], QPlainTextEdit[wrong="true"] {{ border-color: {t.overdue}; }}
QLineEdit:disabled, QPlainTextEdit:disabled, QComboBox:disabled {{ color: {t.outline}; background: {t.window}; }}
QComboBox::drop-down {{ border: 0; width: {px(24)}px; }}
QComboBox::down-arrow {{ image: url("{icons}/combo-{"dark" if t.dark else "light"}.svg");
  width: {px(14)}px; height: {px(14)}px; }}
QComboBox QAbstractItemView {{ border: 1px solid {t.outline}; background: {t.surface}; padding: 2px; outline: 0; }}
QPushButton {{
  background: {t.surface}; color: {t.text}; border: 1px solid {t.outline}; border-radius: 5px;
  padding: {px(5)}px {px(14)}px; }}
QPushButton:hover {{ background: {t.alternate}; }}
QPushButton:focus {{ border: 2px solid {t.focus}; padding: {px(5) - 1}px {px(14) - 1}px; }}
QPushButton:disabled {{ color: {t.outline}; border-color: {line}; }}
QPushButton[primary="true"] {{ background: {t.selection}; color: {t.on_selection}; border-color: {t.selection}; }}
QPushButton[primary="true"]:focus {{ border-color: {t.text}; }}
QPushButton[primary="true"]:disabled {{ background: {t.alternate}; color: {t.outline}; border-color: {line}; }}
QToolButton {{ background: transparent; border: 1px solid transparent; border-radius: 4px; padding: {px(3)}px {px(6)}px;
  color: {t.secondary}; font-size: {small}px; }}
QToolButton:hover {{ background: {t.alternate}; color: {t.text}; }}
QToolButton:focus {{ border: 2px solid {t.focus}; padding: {px(3) - 1}px {px(6) - 1}px; color: {t.text}; }}
QToolButton:checked {{ color: {t.text}; background: {t.alternate}; }}
QToolButton::menu-indicator {{ image: none; }}
QCheckBox {{ spacing: {px(8)}px; }}
QCheckBox::indicator {{ width: {px(14)}px; height: {px(14)}px; border: 1px solid {t.outline}; border-radius: 3px;
  background: {t.surface}; }}
QCheckBox::indicator:checked {{ background: {t.selection}; border-color: {t.selection};
  image: url("{icons}/tick.svg"); }}
QCheckBox::indicator:focus {{ border: 2px solid {t.focus}; }}
QFrame[panel="true"] {{ background: {t.surface}; border: 1px solid {t.outline}; border-radius: 8px; }}
QLineEdit[bare="true"], QLineEdit[bare="true"]:focus {{ border: 0; background: transparent;
  padding: {px(10)}px {px(14)}px; font-size: {px(14)}px; }}
QAbstractItemView[boxed="true"] {{ border: 1px solid {t.outline}; border-radius: 5px; padding: 1px; }}
QAbstractItemView[boxed="true"]:focus {{ border: 2px solid {t.focus}; padding: 0; }}
QToolButton[search="true"] {{ background: {t.surface}; border: 1px solid {line}; padding: {px(2)}px {px(10)}px;
  margin: {px(2)}px {px(12)}px {px(1)}px 0; }}
QTableView, QListView, QTreeView {{
  background: {t.surface}; alternate-background-color: {t.alternate}; border: 0; outline: 0; gridline-color: {line}; }}
QHeaderView::section {{
  background: {t.surface}; color: {t.secondary}; border: 0; border-bottom: 1px solid {line};
  padding: 0 {px(8)}px; font-size: {px(CAPTION)}px; }}
QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 0; }}
QScrollBar::handle {{ background: {t.outline}; border-radius: 3px; margin: 2px; min-height: 28px; min-width: 28px; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QFrame[rule="true"] {{ background: {line}; border: 0; max-height: 1px; min-height: 1px; }}
QWidget[surface="true"] {{ background: {t.surface}; }}
QLabel[badge="true"] {{ border: 1px solid {t.outline}; border-radius: 4px; padding: {px(3)}px {px(6)}px;
  font-size: {px(CAPTION)}px; font-weight: 600; }}
QWidget[notice="true"] {{ background: {t.tint}; }}
QToolButton[tab="true"] {{ font-size: {px(BODY)}px; padding: {px(4)}px {px(6)}px; background: transparent; }}
QToolButton[tab="true"]:checked {{ color: {t.text}; font-weight: 600; }}
QLabel[role="caption"] {{ color: {t.secondary}; font-size: {px(CAPTION)}px; }}
QLabel[role="small"] {{ color: {t.secondary}; font-size: {small}px; }}
QLabel[role="title"] {{ font-size: {px(TITLE)}px; font-weight: 600; }}
QLabel[role="strong"] {{ font-weight: 600; }}
QLabel[tone="secondary"] {{ color: {t.secondary}; }}
QLabel[tone="attention"] {{ color: {t.attention}; }}
QLabel[tone="overdue"] {{ color: {t.overdue}; }}
"""


def pixmap(name: str, size: int = 16, tint: str = "") -> QPixmap:
    """A bundled icon in a token's colour (or `#rrggbb`), `size` at 100 %; empty where there is no such icon."""
    ratio = _ratio()
    colour_name = tint if tint.startswith("#") else getattr(_active.tokens, tint or "secondary")
    key = (name, size, colour_name, ratio)
    if key not in _active.pixmaps:
        _active.pixmaps[key] = _draw(name, round(px(size) * ratio), colour_name, ratio)
    return _active.pixmaps[key]


def _ratio() -> float:
    application = QGuiApplication.instance()
    return application.devicePixelRatio() if isinstance(application, QGuiApplication) else 1.0


def _draw(name: str, pixels: int, colour_name: str, ratio: float) -> QPixmap:
    source = paths.resources() / "icons" / f"{os.path.basename(name)}.svg"  # noqa: PTH119 - a name, never a path
    drawn = QPixmap()
    if source.is_file():
        svg = source.read_text(encoding="utf-8").replace("currentColor", colour_name)
        svg = svg.replace('width="24"', f'width="{pixels}"', 1).replace('height="24"', f'height="{pixels}"', 1)
        drawn.loadFromData(svg.encode(), "SVG")
        drawn.setDevicePixelRatio(ratio)
    return drawn


def icon(name: str, size: int = 16, tint: str = "secondary") -> QIcon:
    """A bundled icon; on a selected row it is drawn in that row's own ink."""
    made = QIcon(pixmap(name, size, tint))
    made.addPixmap(pixmap(name, size, "on_selection"), QIcon.Mode.Selected)
    made.addPixmap(pixmap(name, size, "outline"), QIcon.Mode.Disabled)
    return made


def icon_size(size: int = 16) -> QSize:
    """That size at the text size in force."""
    return QSize(px(size), px(size))
