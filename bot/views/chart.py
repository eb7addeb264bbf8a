"""Charts within Slack's limits; one that does not fit is left out, its figures stand in the table beside it."""

import math
from collections.abc import Sequence

from slackblocks import AxisConfig, BarChart, Block, ChartSegment, DataPoint, DataSeries, DataVisualizationBlock
from slackblocks import LineChart as Line
from slackblocks import PieChart as Pie

from bot.views.escape import cut, words_of
from skills.answer import Chart
from skills.language import Language

MOST_SERIES = 6
MOST_CATEGORIES = 20
MOST_LABEL = 20
MOST_TITLE = 50


def draw_chart(chart: Chart, language: Language, name: str) -> Block | None:
    """The chart, or None where Slack would refuse it."""
    title = cut(words_of(chart.title, language), MOST_TITLE)
    categories = labels([words_of(category, language) for category in chart.categories])
    names = labels([words_of(series.label, language) for series in chart.series])
    numbers = [value for series in chart.series for value in series.values]
    fits = (
        title
        and 1 <= len(categories) <= MOST_CATEGORIES
        and 1 <= len(names) <= MOST_SERIES
        and all(len(series.values) == len(categories) for series in chart.series)
        and all(map(math.isfinite, numbers))
    )
    if not fits:
        return None
    block_id = f"{name}.chart"
    if chart.kind == "pie":
        shares = [(label, value) for label, value in zip(categories, chart.series[0].values, strict=True) if value > 0]
        if not 1 <= len(shares) <= MOST_SERIES or min(chart.series[0].values) < 0:
            return None
        segments = [ChartSegment(label, value) for label, value in shares]
        return DataVisualizationBlock(title=title, chart=Pie(segments), block_id=block_id)
    axis = AxisConfig(categories=categories, y_label=cut(chart.unit, MOST_TITLE) or None)
    series = [
        DataSeries(label, [DataPoint(category, value) for category, value in zip(categories, one.values, strict=True)])
        for label, one in zip(names, chart.series, strict=True)
    ]
    kind = Line if chart.kind == "line" else BarChart
    return DataVisualizationBlock(title=title, chart=kind(series, axis), block_id=block_id)


def labels(words: Sequence[str]) -> list[str]:
    """Short and all different: Slack tells points and series apart by their labels."""
    seen: set[str] = set()
    short = []
    for one in words:
        label = cut(one.strip() or "–", MOST_LABEL)
        number = 2
        while label in seen:
            suffix = f" {number}"
            label = cut(one.strip(), MOST_LABEL - len(suffix)) + suffix
            number += 1
        seen.add(label)
        short.append(label)
    return short
