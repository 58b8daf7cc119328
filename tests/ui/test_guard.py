from __future__ import annotations

import importlib
import inspect
import pkgutil
import types
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QRunnable, Qt, Signal
from PySide6.QtWidgets import QListView

import app.ui
from app.domain.errors import Unusable
from app.ui import errors
from app.ui.guard import override_safe, slot_safe


def our_classes() -> Iterator[type]:
    for module in pkgutil.walk_packages(app.ui.__path__, "app.ui."):
        loaded = importlib.import_module(module.name)
        for _name, found in inspect.getmembers(loaded, inspect.isclass):
            if found.__module__ == loaded.__name__ and issubclass(found, (QObject, QRunnable)):
                yield found


def overrides(found: type) -> Iterator[tuple[str, types.FunctionType]]:
    theirs = [base for base in found.__mro__ if base.__module__.startswith("PySide6")]
    for name, value in vars(found).items():
        if isinstance(value, types.FunctionType) and any(name in vars(base) for base in theirs):
            yield name, value


def test_no_override_of_qt_lacks_its_guard() -> None:
    """On Python 3.11 an error that leaves an override ends the process: every one is guarded (`run` ends in tasks)."""
    bare = [
        f"{found.__module__}.{found.__qualname__}.{name}"
        for found in our_classes()
        for name, method in overrides(found)
        if not getattr(method, "is_guarded", False) and name not in ("run", "__init__")
    ]
    assert bare == []


class Careless(QAbstractListModel):
    @override_safe(1)
    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:
        return 1

    @override_safe(None)
    def data(self, index: QModelIndex, role: int = 0) -> object:
        return [][index.row()] if role == Qt.ItemDataRole.DisplayRole else int("not a number")


@pytest.fixture
def met() -> Iterator[list[errors.Slip]]:
    slips: list[errors.Slip] = []
    back = errors.install(lambda _refusal: None, slips.append)
    yield slips
    back()


def test_an_error_in_data_is_reported_and_the_view_goes_on(qtbot, met: list[errors.Slip]) -> None:
    """IndexError and ValueError inside `data` reach the report, not the C++ that asked."""
    view = QListView()
    qtbot.addWidget(view)
    view.setModel(Careless())
    view.show()
    view.grab()
    assert {slip.kind for slip in met} == {"IndexError", "ValueError"}


@pytest.mark.parametrize("slip", [NameError, UnboundLocalError, StopIteration, AssertionError, KeyError, OSError])
def test_every_slip_of_ours_stays_in_python(met: list[errors.Slip], slip: type[Exception]) -> None:
    """A misspelt name and an empty `next` are slips like any other."""

    @override_safe(0)
    def count() -> int:
        raise slip

    assert count() == 0
    assert [each.kind for each in met] == [slip.__name__]


def test_a_report_says_where_and_never_what(met: list[errors.Slip]) -> None:
    """The message of an error may quote an entry; only its class and places are kept."""

    @slot_safe
    def slot() -> None:
        raise ValueError("patient record of J. Doe")

    slot()
    assert met[0].kind == "ValueError"
    assert "Doe" not in met[0].text
    assert "test_guard.py" in met[0].text


def test_a_slot_takes_what_it_wants_of_a_signal(qtbot, met: list[errors.Slip]) -> None:
    """`clicked(bool)` may be connected to a slot without arguments; a refusal in it becomes words, not a report."""

    class Button(QObject):
        clicked = Signal(bool)

    told: list[str] = []
    back = errors.install(lambda refusal: told.append(refusal.message), met.append)

    @slot_safe
    def slot() -> None:
        raise Unusable("Not like that.")

    button = Button()
    button.clicked.connect(slot)
    button.clicked.emit(True)
    back()
    assert told == ["Not like that."]
    assert met == []
