from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QToolButton, QWidget
from ui.room import Room

from app.store import first_page
from app.ui import pictures, theme
from app.ui.dialogs.declare import DeclareForm
from app.ui.state import read_plans
from app.ui.widgets.labels import Elided
from app.ui.window import Window

VIEWS = ("timeline", "breach", "postmortem")
LOOKS = [("light", 100), ("dark", 100), ("light", 150), ("dark", 200), ("light", 80)]


@pytest.fixture
def window(room: Room, tmp_path: Path) -> Iterator[Window]:
    """The whole window on an incident that has a little of everything."""
    room.declare(commander="Ana Pop")
    room.log("first line #tag", "! Disable proof logging in eu-west", "> preserve the log volume @Maria")
    made = room.show(Window(room.live, tmp_path), 1366, 768)
    room.qtbot.waitUntil(lambda: bool(made.registry.all()))
    yield made
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    theme.apply(application, "light")


def dress(window: Window, room: Room, appearance: str, percent: int) -> None:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    theme.apply(application, appearance, percent)
    window.reset_layout()
    for _ in range(3):
        room.settle()


def cut(each: QWidget) -> str:
    """What does not fit, in words; empty when all of it does."""
    if isinstance(each, Elided) or each.visibleRegion().isEmpty():
        return ""
    if isinstance(each, QLabel) and each.text():
        if each.wordWrap():
            return each.text() if each.heightForWidth(each.width()) > each.height() + 1 else ""
        room = each.contentsRect().width() + 1
        return each.text() if each.fontMetrics().horizontalAdvance(each.text()) > room else ""
    if isinstance(each, QAbstractButton) and each.text() and not isinstance(each, QToolButton):
        return each.text() if each.sizeHint().width() > each.width() + 1 else ""
    return ""


@pytest.mark.parametrize(("appearance", "percent"), LOOKS)
def test_no_word_is_cut_anywhere(window: Window, room: Room, appearance: str, percent: int) -> None:
    """Labels and buttons of every view have the room that their text needs; what may be long ends in …"""
    dress(window, room, appearance, percent)
    found = {}
    for view in VIEWS:
        window.show_pane(view)
        room.settle()
        found[view] = [words for each in window.findChildren(QWidget) if each.isVisible() and (words := cut(each))]
    assert found == {view: [] for view in VIEWS}


def share(picture: QImage, colour: str) -> float:
    """How much of a picture is exactly that colour, 0 to 1; looked up on a grid of every second pixel."""
    plain = picture.convertToFormat(QImage.Format.Format_RGB32)
    wanted = int("ff" + colour[1:], 16)
    grid = [plain.pixel(x, y) for x in range(0, plain.width(), 2) for y in range(0, plain.height(), 2)]
    return grid.count(wanted) / len(grid)


def test_light_and_dark_differ_and_nothing_of_the_other_is_left(window: Window, room: Room) -> None:
    """The window's and the panes' grounds are those of the appearance in force."""
    for appearance, own, other in (("light", theme.LIGHT, theme.DARK), ("dark", theme.DARK, theme.LIGHT)):
        dress(window, room, appearance, 100)
        picture = window.grab().toImage()
        assert share(picture, own.surface) > 0.5
        assert share(picture, own.window) > 0.04
        assert share(picture, other.window) == 0
        assert share(picture, other.surface) < 0.005


def test_the_window_fits_a_small_laptop_at_the_largest_text(window: Window, room: Room) -> None:
    """1366 x 768 at 200 %: nothing forces the window to grow beyond the screen."""
    dress(window, room, "light", 200)
    assert window.size() == pictures.SIZE
    assert window.minimumSizeHint().width() <= pictures.SIZE.width()
    assert window.minimumSizeHint().height() <= pictures.SIZE.height()


def test_the_declare_form_fits_the_screen_at_the_largest_text(window: Window, room: Room) -> None:
    """The levels scroll before the button leaves the screen, and what is missing does not cover them."""
    dress(window, room, "light", 200)
    room.live.plans = read_plans(room.session)
    form = DeclareForm(room.live, window)
    form.begin([])
    assert form.answer() is None
    room.settle()
    there = form.screen().availableGeometry()
    assert form.width() <= there.width()
    assert form.height() <= there.height()
    assert form.problems["severity"].geometry().top() > form.levels.geometry().bottom()
    form.reject()


def test_pictures_are_taken_without_a_screen(room: Room, tmp_path: Path) -> None:
    """Every view, light and dark, each a picture of its own."""
    room.declare()
    room.session.close()
    (tmp_path / "out").mkdir()
    taken = pictures.take(room.session.folder, tmp_path / "out", first_page.read)
    assert len(taken) == 2 * len(VIEWS)
    images = [QImage(str(path)) for path in taken]
    assert all(image.size() == pictures.SIZE for image in images)
    assert len({bytes(image.constBits()) for image in images}) == len(images)
