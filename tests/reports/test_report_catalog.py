"""The catalogue, the recovery sheet, and the code on the first page."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from reports.reading import pages, reader
from reports.samples import ORG, breach_dossier, clinic_dossier, fingerprint

from app.domain.dossier import Dossier
from app.reports.catalog import REPORTS
from app.reports.kit import seal
from app.reports.recovery import recovery_sheet

GROUPS = ["K7PMX", "2QWER", "9TZUI", "XCVBN", "MASDF", "GHJKL", "4RTZU", "8IOPA", "3SDFG"]


@pytest.mark.parametrize("name", REPORTS)
def test_every_document_renders_and_names_its_file(name: str) -> None:
    """Each name of the catalogue gives bytes, a title, an audience and a safe file name."""
    report = REPORTS[name]
    dossier = breach_dossier()
    raw = report.render(dossier)
    assert raw.startswith(b"%PDF-" if report.suffix == ".pdf" else b"{")
    assert report(dossier) == raw
    assert report.title
    assert report.audiences
    assert report.file_name(dossier).startswith("INC-20261023-001-")
    assert report.file_name(dossier).endswith(report.suffix)


@pytest.mark.parametrize("name", ["timeline", "postmortem"])
def test_what_shows_every_row_is_made_for_nobody_outside(name: str) -> None:
    """Rows hold internal answers, and nothing is left out of them: there is no copy for an authority."""
    assert REPORTS[name].audiences == ("internal", "legal")


def test_a_hostile_number_stays_a_file_name() -> None:
    """No separator, blank or dot at the start reaches the file system."""
    dossier = clinic_dossier()
    view = replace(dossier.view, number="../../etc/passwd x")
    assert REPORTS["timeline"].file_name(replace(dossier, view=view)) == "etc-passwd-x-timeline.pdf"


def test_the_catalogue_is_light() -> None:
    """Listing the documents loads no PDF library."""
    code = "import sys; import app.reports.catalog; print('reportlab' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=Path(__file__).parents[2], capture_output=True, check=True, text=True
    )
    assert done.stdout.strip() == "False"


def test_the_working_folder_cannot_configure_the_documents(tmp_path: Path) -> None:
    """A reportlab_settings.py beside the user's files is not run."""
    (tmp_path / "reportlab_settings.py").write_text("raise SystemExit('ran')\n", encoding="utf-8")
    root = Path(__file__).parents[2]
    code = f"import sys; sys.path.append({str(root)!r}); from app.reports.kit.letters import face; face('regular')"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_code_holds_what_the_log_key_signed() -> None:
    """The QR code is the checkpoint's three lines: origin with the incident id, entries, root."""
    found: Dossier = clinic_dossier()
    lines = seal.checkpoint_text(found.seal).split("\n")
    assert lines == [f"{ORG}/{found.view.incident_id}/a", str(found.seal.size), found.seal.root, ""]


def test_the_recovery_sheet_is_one_page_with_everything() -> None:
    """Name, organisation, every group in order with its place, and the fingerprint; the same bytes each time."""
    pdf = recovery_sheet("Ana Pop", GROUPS, fingerprint("recovery"), ORG)
    (text,) = pages(pdf)
    assert text.index("K7PMX") < text.index("2QWER") < text.index("3SDFG")
    assert all(f"{place} {group}" in text for place, group in enumerate(GROUPS, 1))
    assert fingerprint("recovery") in text
    assert f"Ana Pop · {ORG}" in text
    assert recovery_sheet("Ana Pop", GROUPS, fingerprint("recovery"), ORG) == pdf
    assert all(group not in str(reader(pdf).metadata) for group in GROUPS)


def test_a_code_in_one_piece_is_shown_in_groups() -> None:
    """The code as it is written elsewhere, with hyphens, gives the same sheet as its groups."""
    whole = recovery_sheet(ORG, "-".join(GROUPS), fingerprint("recovery"), ORG)
    assert whole == recovery_sheet(ORG, GROUPS, fingerprint("recovery"), ORG)
    assert whole == recovery_sheet(ORG, ["-".join(GROUPS)], fingerprint("recovery"), ORG)
    assert "9 3SDFG" in pages(whole)[0]


def test_the_recovery_sheet_fits_long_codes() -> None:
    """More and longer groups are set smaller, still on one page and inside it."""
    groups = [f"GROUP{number:02d}ABCDEFGHJK" for number in range(40)]
    (text,) = pages(recovery_sheet("<b>Ana", groups, fingerprint("recovery"), ORG))
    assert all(group in text for group in groups)
    assert "<b>Ana" in text
