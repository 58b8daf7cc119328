from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from store.killing import killed_before
from store.maker import Maker, copy_of_closed, lines, remarks

from app.domain.errors import Broken
from app.store import driver, layout, migrate
from app.store.database import open_store
from app.store.tables import METADATA

SECOND = '''
"""A column more."""
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "0002", "0001", None, None

def upgrade():
    op.add_column("entry", sa.Column("extra", sa.Text))
    op.create_table("later", sa.Column("n", sa.Integer, primary_key=True))
'''


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    """The shipped revisions and one more, as a later version of the program would have them."""
    versions = tmp_path / "migrations" / "versions"
    versions.mkdir(parents=True)
    for script in (migrate.SCRIPTS / "versions").glob("r*.py"):
        (versions / script.name).write_bytes(script.read_bytes())
    (versions / "r0002_later.py").write_text(SECOND, encoding="utf-8")
    return versions.parent


def _filled(folder: Path) -> Maker:
    with open_store(folder) as store:
        maker = Maker().create(store)
        maker.log(store, "a", "b", "c")
    return maker


def test_the_revisions_make_the_tables_that_the_code_speaks_of(folder: Path) -> None:
    """Nothing is left to generate, and the newest revision is the one the program names."""
    open_store(folder).close()
    engine = create_engine(f"sqlite:///{layout.database(folder)}", module=driver.DBAPI)
    with engine.connect() as connection:
        ours = {"include_name": lambda name, kind, _parents: kind != "table" or name in METADATA.tables}
        context = MigrationContext.configure(connection, opts=ours)
        differences = compare_metadata(context, METADATA)
        names = set(connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE sql IS NOT NULL").scalars())
    engine.dispose()
    assert differences == []
    fresh = create_engine("sqlite://", module=driver.DBAPI)
    METADATA.create_all(fresh)
    with fresh.connect() as connection:
        wanted = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE sql IS NOT NULL").scalars()
        assert set(wanted) <= names
    fresh.dispose()
    assert ScriptDirectory(str(migrate.SCRIPTS)).get_current_head() == layout.REVISION


def test_opening_an_up_to_date_store_does_not_import_alembic(folder: Path) -> None:
    """Alembic is loaded only where the revision differs."""
    open_store(folder).close()
    script = (
        "import sys; from pathlib import Path; from app.store.database import open_store;"
        f"open_store(Path({str(folder)!r})).close(); print('alembic' in sys.modules, 'sqlalchemy.orm' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def test_an_older_database_is_brought_up_and_kept(folder: Path, scripts: Path) -> None:
    """The record is the same afterwards; the old file lies beside it, and can still be opened."""
    maker = _filled(folder)
    with open_store(folder) as store:
        before = lines(store, maker)
    kept = migrate.bring_up(folder, scripts=scripts, target="0002")
    assert kept is not None
    assert migrate.revision(layout.database(folder)) == "0002"
    assert migrate.revision(kept) == "0001"
    with closing(migrate.plain(layout.database(folder))) as connection:
        assert [line for (line,) in connection.execute("SELECT line FROM entry ORDER BY seq")] == before
        assert connection.execute("SELECT count(*) FROM later").fetchone() == (0,)
        with pytest.raises(driver.DBAPI.IntegrityError):
            connection.execute("DELETE FROM entry")
    kept.replace(layout.database(folder))
    with open_store(folder) as store:
        assert lines(store, maker) == before


def test_a_database_that_is_in_use_is_not_migrated(folder: Path, scripts: Path) -> None:
    """While another window has it open, one sentence; nothing is changed."""
    maker = _filled(folder)
    with open_store(folder) as store:
        with pytest.raises(Broken, match="another window"):
            migrate.bring_up(folder, scripts=scripts, target="0002")
        maker.turn = 9
        maker.log(store, "still writable")
    assert migrate.revision(layout.database(folder)) == "0001"


def test_a_newer_database_is_refused(folder: Path, scripts: Path) -> None:
    """An older program does not touch what a newer one wrote."""
    _filled(folder)
    migrate.bring_up(folder, scripts=scripts, target="0002")
    for read_only in (False, True):
        with pytest.raises(Broken) as refused:
            open_store(folder, read_only=read_only)
        assert refused.value.code in {"newer-schema", "other-schema"}


@pytest.mark.parametrize("content", [b"", b"garbage" * 1000, b"SQLite format 3\0" + bytes(4080)])
def test_a_file_that_is_no_database_is_refused_and_left(folder: Path, content: bytes) -> None:
    """Somebody else's or a damaged file at our place is one sentence, and stays as it is."""
    folder.mkdir()
    layout.database(folder).write_bytes(content)
    with pytest.raises(Broken) as refused:
        open_store(folder)
    assert refused.value.code == "not-a-record"
    assert layout.database(folder).read_bytes() == content


def test_somebody_elses_database_is_refused(folder: Path) -> None:
    """Another program's SQLite file is not ours."""
    folder.mkdir()
    with closing(driver.DBAPI.connect(str(layout.database(folder)))) as connection:
        connection.execute("CREATE TABLE photos(id)")
    with pytest.raises(Broken, match="not a database of this program"):
        open_store(folder)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and kill -9")
@pytest.mark.parametrize("stride", [13, pytest.param(1, marks=pytest.mark.slow)])
def test_killed_at_any_call_there_is_the_old_or_the_new_and_never_half(
    folder: Path, scripts: Path, tmp_path: Path, stride: int
) -> None:
    """The migration is killed before its k-th call: the folder opens, the record is the same, all can be repeated."""
    maker = _filled(folder)
    with open_store(folder) as store:
        before = lines(store, maker)
    outcomes: list[str] = []
    finished = False
    while not finished:
        copy = tmp_path / f"copy{len(outcomes)}"
        copy_of_closed(folder, copy)
        work = partial(migrate.bring_up, copy, scripts=scripts, target="0002")
        finished = killed_before(len(outcomes) * stride, work)
        outcomes.append(migrate.revision(layout.database(copy)))
        with closing(migrate.plain(layout.database(copy))) as connection:
            assert [line for (line,) in connection.execute("SELECT line FROM entry ORDER BY seq")] == before
            later = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'later'").fetchone()[0]
        assert later == (outcomes[-1] == "0002")
        work()
        shutil.rmtree(copy)
    assert len(outcomes) * stride > 100
    assert outcomes == sorted(outcomes)
    assert set(outcomes) == {"0001", "0002"}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and kill -9")
@pytest.mark.parametrize("stride", [17, pytest.param(1, marks=pytest.mark.slow)])
def test_a_first_start_that_is_killed_is_simply_repeated(tmp_path: Path, stride: int) -> None:
    """Killed before any of its calls, making a store leaves nothing that the next start stumbles over."""
    step = 0
    while not killed_before(step, lambda: open_store(tmp_path / "data").close()):
        with open_store(tmp_path / "data") as store:
            assert remarks(store) == ()
            Maker().create(store).log(store, "a")
        shutil.rmtree(tmp_path / "data")
        step += stride
    assert step > 60
