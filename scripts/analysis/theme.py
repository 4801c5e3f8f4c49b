# SPDX-FileCopyrightText: 2026 the cenas developers
# SPDX-License-Identifier: MIT
"""How figures look, and how they get into a page.

Figures are drawn with placeholder colours. In the page each placeholder becomes a CSS variable, so that one figure is
readable on light and dark screens and on paper. Method colours: Okabe and Ito, "Color Universal Design", 2008 (told
apart with every common kind of colour blindness), without the yellow, which is too faint on white; their dark variants
are lighter tints of the same hues. Grey is the baseline's. More methods than colours repeat them with another line and
another marker.
"""

from __future__ import annotations

import io
import re

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402  (the backend must be chosen first)

# name -> (colour on light, colour on dark)
INK = {
    "text": ("#1d2129", "#e7e9ee"),
    "muted": ("#5b6370", "#a4acba"),
    "rule": ("#dfe2e8", "#343a45"),
    "surface": ("#ffffff", "#14171c"),
}
SERIES = {
    "series-0": ("#4a4f58", "#c3c8d1"),
    "series-1": ("#0072b2", "#4fb0ee"),
    "series-2": ("#d55e00", "#ff8f40"),
    "series-3": ("#009e73", "#2fcf9f"),
    "series-4": ("#b8609a", "#e79cc8"),
    "series-5": ("#d99000", "#f2bd4a"),
    "series-6": ("#3fa3dc", "#9ad8ff"),
}
# Components of the ledger, and the roles of GPUs, which share the colours of what they spend on; lighter where all that
# is known is what was granted.
LEDGER = {
    "evaluation": ("#3572a8", "#5b9bd3"),
    "evaluation_granted": ("#b9d0e4", "#2d4a66"),
    "sampling": ("#eab25c", "#d39a44"),
    "sampling_granted": ("#f8e5c3", "#5c4a2b"),
    "supernet_training": ("#b9772a", "#8f5f22"),
    "optimizer": ("#8a6fae", "#b79be0"),
    "idle": ("#c6cbd4", "#565e6b"),
    "switching": ("#c2413b", "#ef7a73"),
    "measurement": ("#4f9a94", "#5fb8b0"),
    "embodied": ("#7d8794", "#8d97a6"),
}
# Line and gap in line widths; the first is a full line.
DASHES = ((), (5.0, 1.6), (1.2, 1.2), (5.0, 1.4, 1.2, 1.4))
MARKERS = ("o", "s", "^", "D")

_NAMES = [*INK, *SERIES, *LEDGER]
# Each placeholder is a colour that nothing else in a figure has.
_PLACEHOLDER = {name: f"#0a0b{number:02x}" for number, name in enumerate(_NAMES)}

COLORS = len(SERIES) - 1  # beside the baseline's

TEXT, MUTED, RULE, SURFACE = (_PLACEHOLDER[name] for name in INK)


def series_name(index: int) -> str:
    """CSS variable of the colour of a method: 0 is the baseline, the others share the other colours in turn."""
    return "series-0" if index == 0 else f"series-{1 + (index - 1) % COLORS}"


def series_color(index: int) -> str:
    return _PLACEHOLDER[series_name(index)]


def series_dashes(index: int) -> tuple[float, ...]:
    return DASHES[_turn(index) % len(DASHES)]


def series_marker(index: int) -> str:
    return MARKERS[_turn(index) % len(MARKERS)]


def _turn(index: int) -> int:
    """How often the colours were used up before this method."""
    return max(index - 1, 0) // COLORS


def ledger_color(component: str) -> str:
    """Colour of a component of the ledger; one that this program does not know is drawn as text is."""
    return _PLACEHOLDER.get(component, TEXT)


STYLE = {
    "figure.dpi": 96,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.titlesize": 9.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 9,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "text.color": TEXT,
    "axes.labelcolor": TEXT,
    "axes.titlecolor": TEXT,
    "axes.edgecolor": MUTED,
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": TEXT,
    "ytick.labelcolor": TEXT,
    "xtick.major.width": 0.7,
    "ytick.major.width": 0.7,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": RULE,
    "grid.linewidth": 0.7,
    "lines.linewidth": 1.7,
    "hatch.linewidth": 0.6,
    "text.parse_math": False,  # names of methods and objectives are the user's and may hold a $
    "svg.fonttype": "path",  # letters as outlines: the same widths on every machine
}


plt.rcParams.update(STYLE)


def new_figure(width: float, height: float, rows: int = 1, columns: int = 1, **options):
    """(figure, axes[rows, columns]) in inches, laid out without overlaps."""
    return plt.subplots(rows, columns, figsize=(width, height), squeeze=False, layout="constrained", **options)


def to_svg(figure, identifier: str, description: str) -> str:
    """The figure as an inline SVG element that refers to nothing outside of itself; closes the figure."""
    figure.get_layout_engine().execute(figure)  # once: saving would do so twice
    figure.set_layout_engine(None)
    buffer = io.StringIO()
    with matplotlib.rc_context({"svg.hashsalt": identifier}):
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    plt.close(figure)
    return _inline(buffer.getvalue(), identifier, description)


def _inline(svg: str, identifier: str, description: str) -> str:
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<!--.*?-->", "", svg, flags=re.DOTALL)
    width, height = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg).groups()
    head = (
        f'<svg role="img" aria-label="{description}" viewBox="0 0 {width} {height}" '
        f'style="max-width:{float(width) * 96 / 72:.0f}px">'
    )
    svg = head + svg[svg.index(">") + 1 :]
    svg = svg.replace("xlink:href", "href")
    # Identifiers are unique in a page, so every figure gets its own.
    svg = re.sub(r'\bid="', f'id="{identifier}-', svg)
    svg = svg.replace('href="#', f'href="#{identifier}-').replace("url(#", f"url(#{identifier}-")
    for name, placeholder in _PLACEHOLDER.items():
        svg = svg.replace(placeholder, f"var(--{name})")
    return re.sub(r"\n\s*", "\n", svg)


def css_variables(dark: bool) -> str:
    colors = {**INK, **SERIES, **LEDGER}
    return " ".join(f"--{name}: {pair[dark]};" for name, pair in colors.items())
