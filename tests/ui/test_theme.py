from __future__ import annotations

import re

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QFontDatabase, QImage, QPalette
from PySide6.QtWidgets import QApplication, QLabel, QToolTip, QWidget

from app import paths
from app.ui import theme
from app.ui.theme import DARK, LIGHT, Tokens

MARKUP = '<b>bold</b> <img src="/etc/passwd"> & more'


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
def test_every_pair_of_ink_and_ground_is_readable(tokens: Tokens) -> None:
    """WCAG AA: 4.5 for words, 3 for edges that carry meaning."""
    grounds = (tokens.window, tokens.surface, tokens.alternate, tokens.tint)
    for ink in (tokens.text, tokens.secondary, tokens.attention, tokens.overdue):
        assert min(contrast(ink, ground) for ground in grounds) >= 4.5, ink
    assert contrast(tokens.on_selection, tokens.selection) >= 4.5
    assert all(contrast(fill.label, fill.fill) >= 4.5 for fill in tokens.severities)
    assert all(contrast(fill.edge, tokens.surface) >= 3 for fill in tokens.severities)
    assert min(contrast(tokens.focus, ground) for ground in grounds) >= 3


@pytest.fixture
def application(qapp: QApplication) -> QApplication:
    theme.apply(qapp, "light")
    return qapp


def test_the_bundled_font_is_the_one_in_force(application: QApplication) -> None:
    """A bare machine without fonts still draws letters."""
    assert application.font().family() == "Inter"
    assert "Inter" in QFontDatabase.families()


def test_the_palette_is_still_ours_after_the_style_sheet(application: QApplication) -> None:
    """`setStyleSheet` puts the style's own palette back; ours is applied again."""
    theme.apply(application, "dark")
    assert application.palette().color(QPalette.ColorRole.Window).name().upper() == DARK.window
    theme.apply(application, "light")
    assert application.palette().color(QPalette.ColorRole.Window).name().upper() == LIGHT.window


def test_text_that_looks_like_markup_is_shown_as_typed(qtbot, application: QApplication) -> None:
    """A label that nobody told anything draws the same picture as one that is told to be plain."""
    pictures = []
    for tell in (False, True):
        label = QLabel()
        label.setText(MARKUP)
        if tell:
            label.setTextFormat(label.textFormat().PlainText)
        qtbot.addWidget(label)
        label.resize(400, 24)
        label.show()
        pictures.append(label.grab().toImage())
    assert pictures[0] == pictures[1]


def test_a_tool_tip_shows_markup_as_typed(qtbot, application: QApplication) -> None:
    """Tool tips are labels too; a title with `<img>` in it loads nothing."""
    host = QWidget()
    qtbot.addWidget(host)
    host.show()
    QToolTip.showText(QPoint(10, 10), MARKUP, host)
    tips = [each for each in QApplication.topLevelWidgets() if isinstance(each, QLabel) and each.text() == MARKUP]
    assert tips
    assert all(tip.textFormat() is tip.textFormat().PlainText for tip in tips)
    QToolTip.hideText()


def test_every_icon_that_is_named_is_there(application: QApplication) -> None:
    """A name without a file would draw nothing."""
    named: set[str] = set()
    for source in (paths.resources().parent / "app" / "ui").rglob("*.py"):
        named |= set(re.findall(r'theme\.(?:icon|pixmap)\("([a-z0-9-]+)"', source.read_text(encoding="utf-8")))
    assert named
    assert {name for name in named if theme.pixmap(name).isNull()} == set()


def test_an_icon_takes_the_colour_of_the_theme(application: QApplication) -> None:
    """Light and dark draw the same shape in different ink."""
    light = theme.pixmap("lock").toImage()
    theme.apply(application, "dark")
    dark = theme.pixmap("lock").toImage()
    theme.apply(application, "light")
    assert isinstance(light, QImage)
    assert light != dark


@pytest.mark.parametrize("percent", [80, 100, 150, 200])
def test_lengths_follow_the_text_size(application: QApplication, percent: int) -> None:
    """Rows and fonts grow together."""
    theme.apply(application, "light", percent)
    assert theme.row() == round(28 * percent / 100)
    assert theme.font().pixelSize() == round(13 * percent / 100)
    theme.apply(application, "light", 100)
