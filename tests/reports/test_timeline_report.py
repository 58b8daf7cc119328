"""The signed timeline: everything that the record says is on paper, as typed, once."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from reports.reading import pages, reader, squeezed, words
from reports.samples import Book, clinic, clinic_dossier, dossier_of, eest, many, opened

from app.domain import entries as e
from app.reports import timeline

SCRIPTS = {
    "English": "The firewall's rule & the proxy",
    "Romanian": "Ștefan a închis sesiunea în Timișoara",
    "Polish": "Zażółć gęślą jaźń",
    "Czech": "Příliš žluťoučký kůň",
    "Hungarian": "árvíztűrő tükörfúrógép",
    "Turkish": "İstanbul'da ışık söndü",
    "Vietnamese": "Tiếng Việt có dấu",
    "Icelandic": "Þórður ætlar að hætta",
    "Maltese": "Ħafna ġenituri għandhom",
    "Latvian": "Ģirts ķer ūdeņus",
    "Greek": "Ελληνικά με τόνους ΐ",
    "Polytonic": "ἀρχὴ ᾠδῆς",
    "Russian": "Журнал инцидента закрыт",
    "Serbian": "Ђорђе и Љиљана ћуте",
    "Ukrainian": "Ґанок їхній є",
    "Armenian": "Հայերեն",
    "Georgian": "ქართული",
    "Devanagari": "घटना का विवरण",
    "Bengali": "ঘটনার বিবরণ",
    "Tamil": "நிகழ்வு",
    "Thai": "บันทึกเหตุการณ์",
    "Khmer": "ខ្មែរ",
    "Hangul": "한국어 기록",
    "Japanese": "日本語のログ カタカナ",
    "Chinese": "事件记录",
    "Ethiopic": "አማርኛ",
    "Hebrew": "יומן",
    "Arabic": "الحادث",
    "emoji": "fire 🔥 done",
    "combining": "e\u0301te\u0301",
}
PAYLOADS = (
    '<img src="/etc/passwd">',
    '<img src="file:///etc/hostname" width="9"/>',
    "<b>unclosed",
    "</para></b>",
    "<a href='https://x.example'>x</a>",
    "<font color=red>red</font>",
    "&amp; &lt; & &#65; &nosuch;",
    "(a) \\n \\( % comment",
    "<!-- x --><![CDATA[y]]>",
    "%PDF-1.4 endstream endobj",
    "BT /F1 12 Tf (x) Tj ET",
    "{number} {0} %s %(x)s",
    "$(touch /tmp/x) `id`",
    "=1+1 @SUM(A1)",
)


def written(texts: list[str], folder: Path) -> str:
    """The words of a timeline with these notes."""
    book = Book()
    opened(book, eest("23 06:04"))
    for place, text in enumerate(texts):
        book.add(e.Noted(text), eest("23 07:00") + timedelta(minutes=place))
    return words(timeline.render(dossier_of(book, eest("23 12:00"))), folder)


@pytest.mark.real("pdftotext")
def test_text_of_many_scripts_comes_out_as_it_went_in(tmp_path: Path) -> None:
    """Every script can be copied out of the page, those that the font lacks from behind their boxed codes."""
    found = written([f"{name}: {text}" for name, text in SCRIPTS.items()], tmp_path)
    lost = [name for name, text in SCRIPTS.items() if squeezed(f"{name}: {text}") not in found]
    assert not lost


@pytest.mark.real("pdftotext")
@pytest.mark.parametrize("payload", PAYLOADS)
def test_markup_is_shown_as_typed(payload: str, tmp_path: Path) -> None:
    """User text is never markup: it is on the page letter by letter, in a note, a title and a name."""
    book = Book()
    opened(book, eest("23 06:04"), title=payload)
    book.add(e.Noted(payload), eest("23 07:00"), said_by=payload)
    pdf = timeline.render(dossier_of(book, eest("23 12:00"), organisation={"controller.name": payload}))
    assert words(pdf, tmp_path).count(squeezed(payload)) >= 4
    assert b"/Subtype /Image" not in pdf
    assert b"/URI" not in pdf


def test_no_file_but_fonts_and_zones_is_opened(tmp_path: Path) -> None:
    """A path in a text is never followed: the process opens no file that a text names."""
    secret = tmp_path / "secret.png"
    secret.write_bytes(b"\x89PNG")
    opened_files: list[str] = []

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        if event == "open":
            opened_files.append(str(arguments[0]))

    book = Book()
    opened(book, eest("23 06:04"), title=f'<img src="{secret}"/>')
    dossier = dossier_of(book, eest("23 12:00"))
    sys.addaudithook(watch)
    timeline.render(dossier)
    assert not [name for name in opened_files if "secret" in name]


def test_characters_without_a_glyph_are_visible() -> None:
    """A letter that the font lacks, or an invisible one, is drawn as its code, and a line says what that means."""
    book = Book()
    opened(book, eest("23 06:04"))
    book.add(e.Noted("invoice\u202efdp.exe 中"), eest("23 07:00"))
    text = " ".join(pages(timeline.render(dossier_of(book, eest("23 12:00")))))
    assert "20 2E" in text
    assert "4E 2D" in text
    assert "A small box with digits stands for a character" in text
    assert "A small box with digits" not in " ".join(pages(timeline.render(clinic_dossier())))


def test_every_page_carries_number_entries_root_and_page() -> None:
    """Number, entry count, root and 'page x of y' stand on each page, and the mark of a simulated clock."""
    dossier = many(200)
    found = pages(timeline.render(dossier))
    assert len(found) > 3
    for place, text in enumerate(found, 1):
        assert "INC-20261023-001" in text
        assert "record of 206 entries" in text
        assert dossier.seal.root in text
        assert f"page {place} of {len(found)}" in text
        assert "Simulated clock" not in text
        assert "DRILL" not in text


def test_drill_and_simulation_are_marked_on_every_page() -> None:
    """Nobody can take a drill, or a record on a simulated clock, for the real thing."""
    dossier = dossier_of(clinic(drill=True), eest("25 17:20"), zone="Europe/Bucharest")
    found = pages(timeline.render(dossier))
    assert len(found) >= 2
    for text in found:
        assert "DRILL" in text
        assert "Drill: this incident did not happen. Simulated clock" in text


def test_every_row_is_there_once_in_the_order_of_what_happened() -> None:
    """All rows, sorted by when they happened, each with its entry number, whatever page breaks do."""
    dossier = many(300)
    text = " ".join(pages(timeline.render(dossier)))
    found = [int(number) for number in re.findall(r"(?<!\d)(\d+): the ", text)]
    assert found == list(range(300))


def test_a_correction_shows_both_texts_and_who_corrected() -> None:
    """The original stays legible beside what holds now; a retracted row keeps its text and says why."""
    text = " ".join(pages(timeline.render(clinic_dossier())))
    assert "Two file servers restored Two file servers isolated, not restored" in text
    assert "Text corrected in entry 15 by Mara Ilie, 23 Oct 07:31:14: misheard on the bridge" in text
    assert "Backup from Wednesday unusable Retracted in entry 17 by Mara Ilie" in text


def test_who_said_it_and_whose_key_signed_are_two_facts() -> None:
    """A quoted person, the recorder and the missing signature are told apart; late recording is shown."""
    text = " ".join(pages(timeline.render(clinic_dossier())))
    assert "said by Radu Stan recorded by Mara Ilie unsigned by Radu Stan" in text
    assert "+8 h 39 min" in text
    assert "+14 min" in text


def test_times_follow_the_zone_over_the_end_of_summer_time() -> None:
    """Rows of 24 and 25 October stand under heads that name EEST and EET."""
    text = " ".join(pages(timeline.render(clinic_dossier())))
    assert "Saturday 24 October 2026 EEST, UTC+3" in text
    assert "Sunday 25 October 2026 EET, UTC+2" in text


def test_the_clocks_changing_within_a_day_are_said() -> None:
    """Where the offset changes between two rows of one day a line says so."""
    book = Book()
    opened(book, eest("24 23:00"))
    book.add(e.Noted("before"), eest("2026-10-25T03:30:00+03:00"))
    book.add(e.Noted("after"), eest("2026-10-25T03:30:00+02:00"))
    text = " ".join(pages(timeline.render(dossier_of(book, eest("25 12:00"), zone="Europe/Bucharest"))))
    assert "The clocks change EEST → EET, UTC+2" in text


def test_a_text_of_64_kib_is_whole(tmp_path: Path) -> None:
    """A text as long as the record allows runs over pages without a lost word, and so does one without blanks."""
    long = " ".join(f"word{number}" for number in range(6_500))
    unbroken = "x" * 4_000 + "END"
    book = Book()
    opened(book, eest("23 06:04"))
    book.add(e.Noted(long), eest("23 07:00"))
    book.add(e.Noted(unbroken), eest("23 07:01"))
    pdf = timeline.render(dossier_of(book, eest("23 12:00")))
    text = squeezed("".join(pages(pdf)))
    assert all(f"word{number}" in text for number in range(6_500))
    assert text.count("x") >= 4_000


def test_commands_name_this_record() -> None:
    """The commands of the last section carry the real incident id, organisation and fingerprints."""
    dossier = clinic_dossier()
    text = " ".join(pages(timeline.render(dossier)))
    assert f"Prints the incident id, {dossier.view.incident_id}." in text
    assert "-n checkpoint@aurora-med.example -s $s < data/checkpoints/41.txt" in text
    assert f"--trust {dossier.seal.log_fingerprint}" in text


def test_metadata_and_bookmarks() -> None:
    """Title, subject and keywords name the incident and its root; the outline leads to every day; nothing is a link."""
    dossier = clinic_dossier()
    pdf = reader(timeline.render(dossier))
    assert pdf.metadata is not None
    assert pdf.metadata.title == "Signed timeline INC-20261023-001"
    assert dossier.view.incident_id in str(pdf.metadata.subject)
    assert dossier.seal.root in str(pdf.metadata["/Keywords"])
    assert str(pdf.metadata["/CreationDate"]).startswith("D:20261025152000")
    flat = str(pdf.outline)
    assert "Friday 23 October 2026" in flat
    assert "How to check this record" in flat
    assert not any("/Annots" in page for page in pdf.pages)


def test_a_row_recorded_in_the_next_year_says_so() -> None:
    """Under the head of 31 December a time of recording in January names its year; every page has column heads."""
    book = Book()
    opened(book, eest("2026-12-31T20:00:00+02:00"))
    late, soon = eest("2026-12-31T23:10:00+02:00"), eest("2026-12-31T23:59:58+02:00")
    book.add(e.Noted("written down later"), late, eest("2027-01-01T00:40:00+02:00"))
    book.add(e.Noted("written down at once"), soon)
    for day in range(60):
        book.add(e.Noted("one row a day"), soon + timedelta(days=1 + day))
    dossier = dossier_of(book, soon + timedelta(days=70), zone="Europe/Bucharest")
    found = pages(timeline.render(dossier))
    assert "23:10:00 1 Jan 2027 00:40 +1 h 30 min note Awritten down later" in found[0]
    assert "23:59:58 1 Jan 2027 00:00 note Awritten down at once" in found[0]
    assert "Declared 31 Dec 2026 20:00 EET" in found[0]
    assert len(found) > 3
    assert all("Entry Happened Recorded" in page for page in found if "one row a day" in page)


def test_the_head_says_every_offset() -> None:
    """Over a change of the clocks both offsets are named, in their order; UTC is named once."""
    assert "Times in UTC+3, UTC+2 Europe/Bucharest" in pages(timeline.render(clinic_dossier()))[0]
    text = pages(timeline.render(clinic_dossier(zone="UTC")))[0]
    assert "Times in UTC Keys" in text


def test_without_corrections_nothing_is_said_of_versions() -> None:
    """Both versions are shown only where there are two."""
    assert "Corrected 2 both versions are shown" in pages(timeline.render(clinic_dossier()))[0]
    assert "Corrected 0 Times" in pages(timeline.render(many(3)))[0]


_AGAIN = """
import hashlib, sys
sys.path[:0] = sys.argv[1:]
from reports.samples import breach_dossier, clinic_dossier
from app.reports import art33, postmortem, timeline
made = (timeline.render(clinic_dossier()), postmortem.render(clinic_dossier()), art33.render(breach_dossier()))
print(hashlib.sha256(b"".join(made) + art33.art33_json(breach_dossier())).hexdigest())
"""


def test_same_dossier_same_bytes_in_any_process() -> None:
    """Hash seed, process, working folder's settings, SOURCE_DATE_EPOCH and RL_ variables change nothing."""
    root = Path(__file__).parents[2]
    outcomes = set()
    for seed, more in (("1", {}), ("77", {"SOURCE_DATE_EPOCH": "1", "RL_useA85": "1", "TZ": "Asia/Tokyo"})):
        done = subprocess.run(
            [sys.executable, "-c", _AGAIN, str(root), str(root / "tests")],
            env={"PYTHONHASHSEED": seed, "PATH": "/usr/bin:/bin", **more},
            capture_output=True,
            check=True,
            text=True,
        )
        outcomes.add(done.stdout)
    assert len(outcomes) == 1


def test_an_incident_without_rows_says_so() -> None:
    """No rows: a sentence in place of an empty table."""
    from dataclasses import replace

    text = " ".join(pages(timeline.render(replace(clinic_dossier(), rows=()))))
    assert "No entry has been recorded yet." in text
