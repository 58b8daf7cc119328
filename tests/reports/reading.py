"""Reading a PDF back: its words as a stranger's tool extracts them."""

from __future__ import annotations

import io
import re
import subprocess
from pathlib import Path

from pypdf import PdfReader

_EMBEDDING = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f]")


def words(pdf: bytes, folder: Path) -> str:
    """The text of all pages by pdftotext, without white space and without the direction marks that it adds."""
    path = folder / "read.pdf"
    path.write_bytes(pdf)
    done = subprocess.run(["pdftotext", "-raw", "-enc", "UTF-8", str(path), "-"], capture_output=True, check=True)
    return squeezed(_EMBEDDING.sub("", done.stdout.decode()))


def squeezed(text: str) -> str:
    """A text without white space, as lines on paper break elsewhere."""
    return "".join(text.split())


def reader(pdf: bytes) -> PdfReader:
    """The PDF as pypdf sees it."""
    return PdfReader(io.BytesIO(pdf))


def pages(pdf: bytes) -> list[str]:
    """The text of each page by pypdf, white space squeezed to single blanks."""
    return [" ".join(page.extract_text().split()) for page in reader(pdf).pages]
