"""How good forecasts were, in words, figures and tables."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from skills.answer import Action, Answer, Block, Bullets, Column, Invocation, Table
from skills.envelope import Envelope
from skills.figure import Figure
from skills.measures.calendar import Grain, Period
from skills.population import Population
from skills.text import AnyValue, Text, text, value, verbatim
from skills.track_record import (
    VINTAGES,
    AtVintage,
    Score,
    Vintage,
)
from skills.wording import period_name

ENOUGH = 4
"""With fewer periods nobody is said to lean to a side."""
GRAIN_NAMES = {Grain.QUARTER: text("quarter"), Grain.MONTH: text("month")}

WAPE = text(
    "Σ|actual − forecast| ÷ Σ|actual| over the past periods that have a forecast; the forecast as it stood at the end "
    "of the named day or week of the period, the actual by booking date."
)
BIAS = text("Σ(forecast − actual) ÷ Σ actual: above zero the forecasts were too high.")
MAPE = text("Mean of |actual − forecast| ÷ actual; no value where an actual is zero. Secondary to WAPE.")
NONE_YET = text("nothing was forecast at that moment of a past period")
NOTHING_CAME = text("nothing was booked in the periods that have a forecast")
A_ZERO = text("something was forecast for a period in which nothing came, or nothing was forecast at all")


@dataclass(frozen=True)
class Accuracy:
    population: Population
    is_mine: bool
    grain: Grain
    periods: tuple[Period, ...]
    as_of: dt.datetime
    vintage: Vintage
    record: tuple[AtVintage, ...]
    shown: int
    """Rows of a table."""
    asked: Mapping[str, str | None]
    """The words of the request."""

    @property
    def at(self) -> AtVintage:
        """What was asked for."""
        empty = AtVintage(self.vintage, Score(), Score(), Score(), Score())
        return next((one for one in self.record if one.vintage == self.vintage), empty)

    @property
    def whole(self) -> Period:
        first, last = self.periods[0], self.periods[-1]
        return Period(start=first.start, end=last.end, label=f"{first.start} – {last.last_day}")

    @property
    def main(self) -> tuple[str, Score]:
        """What the headline tells of: the calls of people, a manager's own where it is about one, or the landing."""
        if self.at.calls.pairs:
            return "calls", self.at.calls
        heads = [one.score for one in self.at.people if one.is_head]
        if heads:
            return "heads", Score(tuple(pair for score in heads for pair in score.pairs))
        return "landing", self.at.landing


def present(accuracy: Accuracy) -> Answer:
    warnings = _warnings(accuracy)
    return Answer(
        headline=_headline(accuracy),
        blocks=_blocks(accuracy),
        figures=_figures(accuracy, warnings),
        actions=_actions(accuracy),
        notes=(*warnings, *accuracy.population.notes, *_rules(accuracy)),
    )


def _headline(accuracy: Accuracy) -> Text:
    whose, vintage = accuracy.population.label, accuracy.vintage.label
    kind, score = accuracy.main
    if score.wape is None or score.bias is None:
        return text(
            "Forecasts ({whose}) can't be measured yet: {reason}.",
            whose=whose,
            reason=NOTHING_CAME if score.pairs else NONE_YET,
        )
    lean = _lean(score.bias)
    if kind == "landing":
        return text(
            "At {vintage}, the weighted landing was off by **{error}** of what was booked, {lean} ({whose}). "
            "Nobody has submitted a call that could be measured.",
            vintage=vintage,
            error=score.wape,
            lean=lean,
            whose=whose,
        )
    if accuracy.is_mine and (accuracy.population.is_single or kind == "heads"):
        return text(
            "At {vintage}, your calls were off by **{error}** of what was booked, {lean}.",
            vintage=vintage,
            error=score.wape,
            lean=lean,
        )
    return text(
        "At {vintage}, calls were off by **{error}** of what was booked, {lean} ({whose}).",
        vintage=vintage,
        error=score.wape,
        lean=lean,
        whose=whose,
    )


def _lean(bias: Fraction) -> Text:
    if bias > 0:
        return text("{share} too high on the whole", share=bias)
    if bias < 0:
        return text("{share} too low on the whole", share=-bias)
    return text("neither too high nor too low on the whole")


def _warnings(accuracy: Accuracy) -> tuple[Text, ...]:
    warnings = []
    if accuracy.at.unread == 1:
        warnings.append(text("One call is left out, because an exchange rate is missing."))
    elif accuracy.at.unread:
        warnings.append(
            text("{count} calls are left out, because an exchange rate is missing.", count=accuracy.at.unread)
        )
    periods = len(accuracy.main[1].pairs) if accuracy.population.is_single else None
    if periods is not None and 0 < periods < ENOUGH:
        warnings.append(
            text("That stands on one period only; four or more say something.")
            if periods == 1
            else text("That stands on {count} periods only; four or more say something.", count=periods)
        )
    return tuple(warnings)


def _rules(accuracy: Accuracy) -> tuple[Text, ...]:
    first, last = accuracy.periods[0], accuracy.periods[-1]
    return (
        text(
            "Off by: what was missed in either direction, of what was booked (WAPE). Landing and categories are "
            "rebuilt from the nightly snapshots."
        ),
        text(
            "Counted: {whose}, {first} to {last} ({start} to {end}).",
            whose=accuracy.population.label,
            first=period_name(first),
            last=period_name(last),
            start=first.start,
            end=last.last_day,
        ),
    )


def _figures(accuracy: Accuracy, warnings: tuple[Text, ...]) -> tuple[Figure, ...]:
    whole = accuracy.whole
    envelope = Envelope(
        accuracy.as_of,
        whole,
        # Counted are pairs of a forecast and what came of it, not opportunities.
        None,
        (accuracy.population.label, text("as forecast at {vintage}", vintage=accuracy.vintage.label)),
        warnings,
    )
    at = accuracy.at
    kinds: list[tuple[str, Text, Score]] = [
        ("calls", text("Calls"), at.calls if at.calls.pairs else accuracy.main[1] if at.people else Score()),
        ("landing", text("Weighted landing"), at.landing),
        ("commit", text("Commit forecast"), at.commit),
        ("best_case", text("Best-case forecast"), at.best_case),
    ]
    figures = []
    for name, label, score in kinds:
        why = NOTHING_CAME if score.pairs else NONE_YET
        count = len(score.pairs)
        suffix = "" if name == "calls" else f"_{name}"
        figures += [
            envelope.ratio(
                f"wape{suffix}", text("{what}: off by", what=label), WAPE, score.wape, reason=why, count=count
            ),
            envelope.ratio(
                f"bias{suffix}", text("{what}: bias", what=label), BIAS, score.bias, reason=why, count=count
            ),
        ]
        if name == "calls":
            figures.append(
                envelope.ratio("mape", text("Mean error of a period"), MAPE, score.mape, reason=A_ZERO, count=count)
            )
    return tuple(figures)


def _shown(ratio: Fraction | None) -> AnyValue:
    return text("–") if ratio is None else value(ratio)


def _blocks(accuracy: Accuracy) -> tuple[Block, ...]:
    return (*_by_kind(accuracy), *_by_vintage(accuracy), *_by_person(accuracy), *_leaning(accuracy))


def _leaning(accuracy: Accuracy) -> tuple[Bullets, ...]:
    """Whose calls lie furthest to either side, of those with periods enough to say so."""
    known = [one for one in accuracy.at.people if one.shrunk is not None and len(one.score.pairs) >= ENOUGH]
    if len(known) < 2:
        return ()
    ordered = sorted(known, key=lambda one: one.shrunk or Fraction(0))
    low, high = ordered[0], ordered[-1]
    items = []
    if high.shrunk is not None and high.shrunk > 0:
        items.append(text("Most too high: {name}, by {share}.", name=high.person.name, share=high.shrunk))
    if low.shrunk is not None and low.shrunk < 0:
        items.append(text("Most too low: {name}, by {share}.", name=low.person.name, share=-low.shrunk))
    return (Bullets(items=tuple(items)),) if items else ()


def _by_kind(accuracy: Accuracy) -> tuple[Table, ...]:
    at = accuracy.at
    heads = [pair for one in at.people if one.is_head for pair in one.score.pairs]
    kinds = [
        (text("Calls of the people"), at.calls),
        (text("Calls of their managers"), Score(tuple(heads))),
        (text("Weighted landing"), at.landing),
        (text("Commit forecast (closed + commit)"), at.commit),
        (text("Best-case forecast (closed + commit + best case)"), at.best_case),
    ]
    rows = tuple(
        (label, value(len(score.pairs)), _shown(score.wape), _shown(score.bias))
        for label, score in kinds
        if score.pairs
    )
    if not rows:
        return ()
    return (
        Table(
            title=text("At {vintage}", vintage=accuracy.vintage.label),
            columns=(
                Column(label=text("Forecast")),
                Column(label=text("Measured"), numeric=True),
                Column(label=text("Off by"), numeric=True),
                Column(label=text("Bias"), numeric=True),
            ),
            rows=rows,
        ),
    )


def _by_vintage(accuracy: Accuracy) -> tuple[Table, ...]:
    record = [one for one in accuracy.record if one.calls.pairs or one.landing.pairs]
    if len(record) < 2:
        return ()
    return (
        Table(
            title=text("The earlier, the harder"),
            columns=(
                Column(label=text("At")),
                Column(label=text("Calls off by"), numeric=True),
                Column(label=text("Landing off by"), numeric=True),
                Column(label=text("Commit off by"), numeric=True),
            ),
            rows=tuple(
                (one.vintage.label, _shown(one.calls.wape), _shown(one.landing.wape), _shown(one.commit.wape))
                for one in record
            ),
        ),
    )


def _by_person(accuracy: Accuracy) -> tuple[Table, ...]:
    people = accuracy.at.people
    if len(people) < 2:
        return ()
    rows: list[tuple[AnyValue, ...]] = [
        (
            text("{name} (team's call)", name=one.person.name) if one.is_head else verbatim(one.person.name),
            value(len(one.score.pairs)),
            _shown(one.score.wape),
            _shown(one.score.bias),
            _shown(one.shrunk),
        )
        for one in people[: accuracy.shown]
    ]
    if len(people) > accuracy.shown:
        rows.append((text("and {count} more", count=len(people) - accuracy.shown), *(value("") for _ in range(4))))
    return (
        Table(
            title=text("By person, at {vintage}", vintage=accuracy.vintage.label),
            columns=(
                Column(label=text("Rep")),
                Column(label=text("Periods"), numeric=True),
                Column(label=text("Off by"), numeric=True),
                Column(label=text("Bias"), numeric=True),
                Column(label=text("Bias, drawn to the team's"), numeric=True),
            ),
            rows=tuple(rows),
        ),
    )


def _actions(accuracy: Accuracy) -> tuple[Action, ...]:
    whose = {"owner": accuracy.asked["owner"], "team": accuracy.asked["team"]}
    other = next(one for one in reversed(VINTAGES) if one != accuracy.vintage)
    return (
        Action(label=text("Forecast"), invocation=Invocation.of("forecast", whose)),
        Action(
            label=text("At {vintage}", vintage=other.label),
            invocation=Invocation.of(
                "accuracy", whose, vintage=f"{other.unit} {other.number}", by=accuracy.asked["by"]
            ),
        ),
    )
