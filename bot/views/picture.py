"""Charts as pictures, for what Slack's own charts do not hold and for workspaces that do not show them."""

import io
import math
import threading
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from bot.views.escape import cut, words_of
from skills.answer import Chart
from skills.language import Language
from skills.text import text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_ALT = 1_000
MOST_BARS = 60
"""Categories that a picture of bars shows; the rest is said to be left out."""
MOST_BESIDE = 8
"""Bars stand side by side up to here; more of them lie below each other, where their names have room."""
MOST_BELOW = 72
"""Letters of names that fit side by side."""
MOST_TICKS = 12
MOST_MARKED = 40
"""Points of a line that are marked one by one."""
MOST_LABEL = 32
DPI = 200
PADDING = 0.12
HIGHEST = 20.0
WIDTH = 6.0
"""Inches; a picture is 1,200 points wide, and its letters can be read where it is shown at half that."""
COLOURS = ("#5263e0", "#2a9d8f", "#e09f3e", "#c8577c", "#6b9ac4", "#8e7cc3", "#7a9e4b", "#c97b4a")
INK, MUTED, LINE = "#1d2430", "#667085", "#e3e6ec"
LATIN = "DejaVu Sans"
"""Comes with matplotlib."""
CHINESE = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Noto Sans CJK JP",
    "Source Han Sans SC",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "PingFang SC",
    "Hiragino Sans GB",
    "Microsoft YaHei",
    "SimHei",
    "Arial Unicode MS",
)
"""Fonts with Chinese characters, of which those that are installed are used."""
SIZES = ((1e9, "B"), (1e6, "M"), (1e3, "k"))

_drawing = threading.Lock()
# Warnings are set aside for the whole process while a picture is drawn.


@dataclass(frozen=True)
class Picture:
    """A chart that is sent as a picture, in the reader's language."""

    chart: Chart
    language: Language

    @property
    def can_be_drawn(self) -> bool:
        """Whether there is anything to see."""
        return bool(self.chart.categories) and any(map(math.isfinite, self._numbers))

    @property
    def _numbers(self) -> list[float]:
        return [number for series in self.chart.series for number in series.values]

    @property
    def title(self) -> str:
        return words_of(self.chart.title, self.language) or "–"

    @property
    def name(self) -> str:
        """Of its file."""
        return "".join(c if c.isalnum() else "-" for c in self.title.lower()).strip("-")[:60] + ".png"

    @property
    def alt(self) -> str:
        """What it shows, in words and numbers, for those who cannot see it."""
        unit = f" ({self.chart.unit})" if self.chart.unit and self.chart.unit not in self.title else ""
        several = len(self.chart.series) > 1
        parts = []
        for place, category in enumerate(self._labels(self.chart.categories)):
            told = []
            for series, label in zip(
                self.chart.series, self._labels([s.label for s in self.chart.series]), strict=True
            ):
                number = series.values[place] if place < len(series.values) else math.nan
                words = _number(number) if math.isfinite(number) else "–"
                told.append(f"{label} {words}" if several else words)
            parts.append(f"{category} {', '.join(told)}")
        return cut(f"{self.title}{unit}: {'; '.join(parts)}", MOST_ALT)

    def _labels(self, words: Sequence[Any]) -> list[str]:
        return [words_of(one, self.language).strip() or "–" for one in words]

    def png(self) -> bytes:
        """The picture. It takes a moment: the first one loads the library."""
        with _drawing, warnings.catch_warnings():
            # A letter that no font has is drawn as a box; `doctor` says which fonts are missing.
            warnings.filterwarnings("ignore", message="Glyph .* missing from", category=UserWarning)
            written = io.BytesIO()
            self.figure().savefig(written, format="png", dpi=DPI)
        return written.getvalue()

    def figure(self) -> "Figure":
        """The chart as matplotlib has it: lines as they are, bars beside or below each other, shares as bars."""
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
        from matplotlib.layout_engine import ConstrainedLayoutEngine

        labels, rows, left_out = self._drawn()
        lies = self.chart.kind != "line" and (
            len(labels) > MOST_BESIDE or self.chart.kind == "pie" or max(map(len, labels)) * len(labels) > MOST_BELOW
        )
        height = max(2.2, 1.1 + 0.27 * len(labels) * max(1.0, 0.6 * len(rows))) if lies else 3.4
        layout = ConstrainedLayoutEngine(w_pad=PADDING, h_pad=PADDING)
        figure = Figure(figsize=(WIDTH, min(height, HIGHEST)), dpi=DPI, facecolor="white", layout=layout)
        FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        drawn = _draw(axes, self.chart.kind, labels, rows, lies=lies)
        shown = [
            axes.set_title(self._headline(left_out), loc="left", color=INK, fontsize=13, fontweight="bold", pad=12),
            *axes.get_xticklabels(),
            *axes.get_yticklabels(),
            *axes.texts,
        ]
        if len(drawn) > 1:
            names = self._labels([series.label for series in self.chart.series])
            legend = figure.legend(drawn, names, loc="outside lower left", ncols=min(len(names), 4), frameon=False)
            shown += legend.get_texts()
        for words in shown:
            words.set_fontfamily(list_families())
            # Otherwise what stands between two dollar signs is read as a formula.
            words.set_parse_math(False)
        return figure

    def _drawn(self) -> tuple[list[str], list[list[float]], int]:
        """Categories, a row of numbers for each series, and how many categories are left out."""
        labels = [cut(label, MOST_LABEL) for label in self._labels(self.chart.categories)]
        rows = [
            [(row[place] if place < len(row) else math.nan) for place in range(len(labels))]
            for row in (series.values for series in self.chart.series)
        ]
        if self.chart.kind == "line":
            return labels, rows, 0
        if self.chart.kind == "pie":
            order = sorted(range(len(labels)), key=lambda place: -rows[0][place])
            labels, rows = [labels[place] for place in order], [[rows[0][place] for place in order]]
        return labels[:MOST_BARS], [row[:MOST_BARS] for row in rows], max(len(labels) - MOST_BARS, 0)

    def _headline(self, left_out: int) -> str:
        unit = f" ({self.chart.unit})" if self.chart.unit and self.chart.unit not in self.title else ""
        more = words_of(text("… and {count} more.", count=left_out), self.language) if left_out else ""
        return "\n".join(filter(None, (self.title + unit, more)))


def _draw(axes: "Axes", kind: str, labels: Sequence[str], rows: Sequence[Sequence[float]], *, lies: bool) -> list[Any]:
    """Draw each row and return what the legend shows for it."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    places = range(len(labels))
    for side in ("top", "right", "left", "bottom"):
        axes.spines[side].set_visible(False)
    axes.tick_params(length=0, colors=MUTED, labelsize=9.5)
    numbers = axes.xaxis if lies else axes.yaxis
    numbers.set_major_formatter(FuncFormatter(lambda number, _: short(number)))
    numbers.set_major_locator(MaxNLocator(6))
    axes.grid(axis="x" if lies else "y", color=LINE, linewidth=0.9)
    axes.set_axisbelow(True)
    drawn: list[Any] = []
    if kind == "line":
        for row, colour in zip(rows, _colours(len(rows)), strict=True):
            mark = "o" if len(labels) <= MOST_MARKED else ""
            drawn += axes.plot(places, row, color=colour, linewidth=2.2, marker=mark, markersize=4.5)
        letters = (max(map(len, labels)) + 2) * len(labels)
        step = max(math.ceil(len(labels) / MOST_TICKS), math.ceil(letters / MOST_BELOW))
        axes.set_xticks(list(places)[::step], list(labels)[::step])
        return drawn
    thick = 0.76 / len(rows)
    for number, (row, colour) in enumerate(zip(rows, _colours(len(rows)), strict=True)):
        at = [place + (number - (len(rows) - 1) / 2) * thick for place in places]
        lengths = [length if math.isfinite(length) else 0.0 for length in row]
        bars = axes.barh(at, lengths, thick, color=colour) if lies else axes.bar(at, lengths, thick, color=colour)
        drawn.append(bars)
        if len(rows) == 1:
            told = [_number(length) if math.isfinite(length) else "–" for length in row]
            axes.bar_label(bars, told, padding=4, color=INK, fontsize=9.5)
    if lies:
        axes.set_yticks(list(places), list(labels))
        axes.invert_yaxis()
        axes.margins(x=0.16, y=0.01)
        axes.axvline(0, color=MUTED, linewidth=0.8)
    else:
        axes.set_xticks(list(places), list(labels))
        axes.margins(y=0.12)
        axes.axhline(0, color=MUTED, linewidth=0.8)
    return drawn


def _colours(count: int) -> list[str]:
    return [COLOURS[number % len(COLOURS)] for number in range(count)]


def _number(number: float) -> str:
    return f"{number:,.2f}".removesuffix(".00")


def short(number: float) -> str:
    """A number beside an axis: 1.2M, 45k."""
    for size, letter in SIZES:
        if abs(number) >= size:
            return f"{number / size:,.1f}".removesuffix(".0") + letter
    return f"{number:,.2f}".rstrip("0").rstrip(".") if number % 1 else f"{number:,.0f}"


@cache
def list_families() -> list[str]:
    """Fonts of a picture, first the one for Latin letters, then those installed that have Chinese ones."""
    from matplotlib.font_manager import fontManager

    installed = {font.name for font in fontManager.ttflist}
    return [LATIN, *(name for name in CHINESE if name in installed)]
