"""Makes resources/fonts from the published Inter and JetBrains Mono files; run by hand when a family is updated.

    npm install inter-ui@4.1.1        # node_modules/inter-ui/web/*.woff2
    apt-get download fonts-jetbrains-mono && dpkg -x fonts-jetbrains-mono_*.deb .
    pip install fonttools brotli
    python packaging/make_fonts.py node_modules/inter-ui/web usr/share/fonts/truetype/jetbrains-mono resources/fonts

Two things differ from the published fonts. Contextual alternates go, because they show `->` as an arrow and `!=` as
one sign, and a record is shown as it was typed. Inter's figures are the tabular ones without asking for a feature,
because reportlab cannot ask for one and a running clock must not jump.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

INTER = ("Regular", "Medium", "SemiBold", "Bold", "Italic", "BoldItalic")
MONO = ("Regular", "Bold")
KEPT_FEATURES = ["ccmp", "locl", "mark", "mkmk", "kern"]


def tabular_figures(font: TTFont) -> dict[str, str]:
    """Glyph name of each default figure → its tabular twin."""
    table = font["GSUB"].table
    lookups = {i for r in table.FeatureList.FeatureRecord if r.FeatureTag == "tnum" for i in r.Feature.LookupListIndex}
    twins: dict[str, str] = {}
    for index in lookups:
        for subtable in table.LookupList.Lookup[index].SubTable:
            twins.update(getattr(subtable, "ExtSubTable", subtable).mapping)
    cmap = font.getBestCmap()
    return {cmap[ord(figure)]: twins[cmap[ord(figure)]] for figure in "0123456789"}


def make(source: Path, out: Path, tabular: bool) -> None:
    """Write one static TrueType file with every character of the source."""
    font = TTFont(source)
    if tabular:
        twins = tabular_figures(font)
        for table in font["cmap"].tables:
            table.cmap = {code: twins.get(glyph, glyph) for code, glyph in table.cmap.items()}
    options = Options(layout_features=KEPT_FEATURES, name_IDs=["*"], notdef_outline=True, hinting=True)
    options.drop_tables += ["DSIG"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=font.getBestCmap())
    subsetter.subset(font)
    font.flavor = None
    font.recalcTimestamp = False
    font.save(out)


def main() -> None:
    inter, mono, out = (Path(argument) for argument in sys.argv[1:4])
    for style in INTER:
        make(inter / f"Inter-{style}.woff2", out / f"Inter-{style}.ttf", tabular=True)
    for style in MONO:
        make(mono / f"JetBrainsMono-{style}.ttf", out / f"JetBrainsMono-{style}.ttf", tabular=False)


if __name__ == "__main__":
    main()
