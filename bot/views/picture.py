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

MOST_ALT = 1_000
MOST_BARS = 60
"""Categories that a picture of bars shows; the rest is said to be left out."""
MOST_BESIDE = 8
"""Bars stand side by side up to here; more of them lie below each other, where their names have room."""
MOST_TICKS = 12
MOST_LABEL = 32
DPI = 150
WIDTH = 8.0
"""Inches; a picture is 1,200 points wide."""
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
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        labels = [cut(label, MOST_LABEL) for label in self._labels(self.chart.categories)]
        names = self._labels([series.label for series in self.chart.series])
        rows = [
            [(row[place] if place < len(row) else math.nan) for place in range(len(labels))]
            for row in (series.values for series in self.chart.series)
        ]
        left_out = 0
        if self.chart.kind == "pie":
            order = sorted(range(len(labels)), key=lambda place: -rows[0][place])
            labels, rows, names = [labels[p] for p in order], [[rows[0][p] for p in order]], names[:1]
        if self.chart.kind != "line":
            left_out = max(len(labels) - MOST_BARS, 0)
            labels, rows = labels[:MOST_BARS], [row[:MOST_BARS] for row in rows]
        lies = self.chart.kind != "line" and (
            len(labels) > MOST_BESIDE or self.chart.kind == "pie" or max(map(len, labels)) * len(labels) > 90
        )
        height = max(2.4, 1.3 + 0.3 * len(labels) * max(1.0, 0.6 * len(rows))) if lies else 4.2
        with _drawing, warnings.catch_warnings():
            # A letter that no font has is drawn as a box; `doctor` says which fonts are missing.
            warnings.filterwarnings("ignore", message="Glyph .* missing from", category=UserWarning)
            figure = Figure(figsize=(WIDTH, min(height, 24.0)), dpi=DPI, facecolor="white", layout="constrained")
            FigureCanvasAgg(figure)
            axes = figure.add_subplot()
            _draw(axes, self.chart.kind, labels, rows, lies=lies)
            self._dress(axes, names, left_out)
            written = io.BytesIO()
            figure.savefig(written, format="png", dpi=DPI)
        return written.getvalue()

    def _dress(self, axes: "Axes", names: Sequence[str], left_out: int) -> None:
        """Title, legend, unit and colours; no words are read as formulas."""
        families = list_families()
        title = self.title
        if left_out:
            title += "\n" + words_of(text("… and {count} more.", count=left_out), self.language)
        drawn = axes.set_title(title, loc="left", color=INK, fontsize=13, fontweight="bold", pad=12)
        shown = [drawn, *axes.get_xticklabels(), *axes.get_yticklabels(), *axes.texts]
        unit = self.chart.unit
        if unit and unit not in self.title:
            is_wide = axes.name == "rectilinear" and axes.get_ylabel() == "-"
            shown.append(axes.set_xlabel(unit) if is_wide else axes.set_ylabel(unit))
        if len(names) > 1:
            legend = axes.legend(list(names), frameon=False, ncols=min(len(names), 4), loc="best")
            shown += legend.get_texts()
        for words in shown:
            words.set_fontfamily(families)
            words.set_parse_math(False)


def _draw(axes: "Axes", kind: str, labels: Sequence[str], rows: Sequence[Sequence[float]], *, lies: bool) -> None:
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
    if kind == "line":
        for row, colour in zip(rows, _colours(len(rows)), strict=True):
            axes.plot(places, row, color=colour, linewidth=2.2, marker="o" if len(labels) <= 40 else "", markersize=4.5)
        step = math.ceil(len(labels) / MOST_TICKS)
        axes.set_xticks(list(places)[::step], list(labels)[::step])
        return
    thick = 0.76 / len(rows)
    for number, (row, colour) in enumerate(zip(rows, _colours(len(rows)), strict=True)):
        at = [place + (number - (len(rows) - 1) / 2) * thick for place in places]
        lengths = [length if math.isfinite(length) else 0.0 for length in row]
        bars = axes.barh(at, lengths, thick, color=colour) if lies else axes.bar(at, lengths, thick, color=colour)
        if len(rows) == 1:
            told = [_number(length) if math.isfinite(length) else "–" for length in row]
            axes.bar_label(bars, told, padding=4, color=INK, fontsize=9.5)
    if lies:
        axes.set_yticks(list(places), list(labels))
        axes.invert_yaxis()
        axes.margins(x=0.14, y=0.01)
        axes.axvline(0, color=MUTED, linewidth=0.8)
    else:
        axes.set_xticks(list(places), list(labels))
        axes.margins(y=0.12)
        axes.axhline(0, color=MUTED, linewidth=0.8)


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
