"""The figures of a forecast, each in its envelope, with what must be said beside them."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from skills.envelope import Envelope, records_of
from skills.figure import Figure, RecordFilter
from skills.outlook import OPEN_CATEGORIES
from skills.roll_up import Forecast
from skills.terms import CATEGORIES
from skills.text import Text, text, verbatim
from skills.wording import enumeration, no_rate
from store.models import Category, RateKind

EVERYTHING = (Category.CLOSED, *OPEN_CATEGORIES)

BOOKED = text("Amounts of the opportunities won, by booking date; they count in full.")
LANDING = text(
    "Booked plus the sum of amount × chance of the open opportunities that are expected to close in the period. A "
    "stage's chance is the share won of those that entered it and closed in the last 24 months (the newest 20,000 "
    "of them), if they are at least 30, else the configured one. Lost and omitted ones are out."
)
BAND = text(
    "One of ten cases ends below the low end and one of ten above the high end: σ² = Σ amount² × chance × (1 − "
    "chance), the opportunities taken as independent; where one of them is a fifth of what is open or more, the "
    "twelve largest are counted out in all combinations."
)
COMMIT = text("Closed + commit (cumulative).")
BEST_CASE = text("Closed + commit + best case (cumulative).")
PIPELINE = text("Pipeline + best case + commit: everything open that is expected to close in the period, unweighted.")
SINGLE = text("Open opportunities of this category alone that are expected to close in the period.")
CALLED = text("Sum of the newest calls (commit) of everybody who has nobody below.")
QUOTA = text("Effective quota of the period, at the plan rate.")
REACHED = text("Landing divided by effective quota.")


def list_warnings(forecast: Forecast) -> tuple[Text, ...]:
    outlook = forecast.outlook
    warnings = []
    if forecast.without_rate:
        warnings.append(
            text(
                "Without a rate: {names}. An administrator can import the rates.",
                names=enumeration(forecast.without_rate),
            )
        )
    if outlook.unpriced == 1:
        warnings.append(text("One open opportunity has no amount and adds nothing."))
    elif outlook.unpriced:
        warnings.append(text("{count} open opportunities have no amount and add nothing.", count=outlook.unpriced))
    if outlook.overdue == 1:
        warnings.append(text("One that is counted should have closed already: its close date has passed."))
    elif outlook.overdue:
        warnings.append(
            text(
                "{count} that are counted should have closed already: their close date has passed.",
                count=outlook.overdue,
            )
        )
    if outlook.omitted == 1:
        warnings.append(text("One is left out: its category is omitted."))
    elif outlook.omitted:
        warnings.append(text("{count} are left out: their category is omitted.", count=outlook.omitted))
    return tuple(warnings)


def list_rules(forecast: Forecast) -> tuple[Text, ...]:
    outlook = forecast.outlook
    if outlook.missing:
        return ()
    return (
        text("Categories are shown alone and added up; commit forecast = closed + commit."),
        *list_currency_rules(forecast),
    )


def list_currency_rules(forecast: Forecast) -> tuple[Text, ...]:
    """How amounts of several currencies came to be in one."""
    rates = _currency_rule(forecast)
    return (*((rates,) if rates else ()), *_call_rule(forecast))


def _call_rule(forecast: Forecast) -> tuple[Text, ...]:
    """How calls in other currencies came to stand beside the rest."""
    if not forecast.foreign or forecast.outlook.missing:
        return ()
    names = enumeration([verbatim(name) for name in forecast.foreign])
    if forecast.open_rates == RateKind.PLAN:
        return (text("Calls made in {currencies} are at the plan rate.", currencies=names),)
    return (text("Calls made in {currencies} are at today's rate.", currencies=names),)


def _currency_rule(forecast: Forecast) -> Text | None:
    outlook = forecast.outlook
    if outlook.missing or not outlook.is_converted:
        return None
    if forecast.open_rates == RateKind.PLAN:
        return text(
            "In {currency}: won at the rate of its booking date, open at the plan rate.", currency=outlook.currency
        )
    return text("In {currency}: won at the rate of its booking date, open at today's rate.", currency=outlook.currency)


def list_figures(forecast: Forecast, warnings: tuple[Text, ...]) -> tuple[Figure, ...]:
    outlook, period = forecast.outlook, forecast.period
    total = outlook.total
    envelope = Envelope(
        forecast.as_of,
        period,
        _records(forecast, EVERYTHING),
        (forecast.population.label,),
        warnings,
        _currency_rule(forecast),
    )
    reason = no_rate(outlook.missing) if outlook.missing else None
    won = _won(forecast)

    def money(
        name: str, label: Text, definition: Text, minor: Fraction | int | None, count: int, records: RecordFilter | None
    ) -> Figure:
        amount = None if reason is not None or minor is None else outlook.money(minor)
        why = reason or text("no quota is set")
        return envelope.money(
            name, label, definition, amount, currency=outlook.currency, reason=why, count=count, records=records
        )

    everything = total.won + total.due
    counts = outlook.counts
    figures = [
        money("booked", text("Booked"), BOOKED, total.booked, total.won, won),
        money("landing", text("Weighted landing"), LANDING, total.landing, everything, None),
        money("landing_low", text("Low end"), BAND, outlook.band.low, everything, None),
        money("landing_likely", text("Middle"), BAND, outlook.band.likely, everything, None),
        money("landing_high", text("High end"), BAND, outlook.band.high, everything, None),
    ]
    figures += [
        money(
            f"category_{category.value}",
            CATEGORIES[category],
            SINGLE,
            total.categories[category],
            counts.get(category, 0),
            _records(forecast, (category,)),
        )
        for category in OPEN_CATEGORIES
    ]
    commit = total.won + counts.get(Category.COMMIT, 0)
    best = commit + counts.get(Category.BEST_CASE, 0)
    closed = (Category.CLOSED, Category.COMMIT)
    figures += [
        money(
            "commit_forecast",
            text("Commit forecast"),
            COMMIT,
            total.commit_forecast,
            commit,
            _records(forecast, closed),
        ),
        money(
            "best_case_forecast",
            text("Best-case forecast"),
            BEST_CASE,
            total.best_case_forecast,
            best,
            _records(forecast, (*closed, Category.BEST_CASE)),
        ),
        money(
            "open_pipeline", text("Open pipeline"), PIPELINE, total.open, total.due, _records(forecast, OPEN_CATEGORIES)
        ),
        *_called(forecast, envelope),
        money("effective_quota", text("Quota"), QUOTA, forecast.quota, total.won, won),
    ]
    ratio = total.landing / forecast.quota if forecast.quota and not reason else None
    why = reason or text("no quota is set")
    return (*figures, envelope.ratio("landing_attainment", text("Landing against quota"), REACHED, ratio, reason=why))


def _called(forecast: Forecast, envelope: Envelope) -> tuple[Figure, ...]:
    """The sum of the reps' calls, where there are any."""
    calls = [line.call for line in forecast.lines if line.call is not None and not line.is_head]
    amounts = [forecast.called(call) for call in calls]
    if not calls:
        return ()
    known = [amount for amount in amounts if amount is not None]
    whole = forecast.outlook.money(sum(known, Fraction(0))) if len(known) == len(amounts) else None
    return (
        # A call is a person's word: no opportunities add up to it.
        replace(envelope, records=None).money(
            "calls",
            text("Calls"),
            CALLED,
            whole,
            currency=forecast.outlook.currency,
            reason=text("a call is in a currency without a rate"),
            count=len(calls),
        ),
    )


def _won(forecast: Forecast) -> RecordFilter:
    if forecast.outlook.crosses:
        return _records(forecast, (Category.CLOSED,))
    return records_of(forecast.population.scope, "won", forecast.period.start, forecast.period.end)


def _records(forecast: Forecast, categories: Sequence[str]) -> RecordFilter:
    """Those of some categories: one by one, or by their rule where they are too many for that."""
    outlook, period = forecast.outlook, forecast.period
    if outlook.counted is not None:
        return RecordFilter(ids=tuple(number for number, of in outlook.counted if of in categories))
    people = forecast.population.scope.people
    mine = None if people is None else tuple(sorted(people))
    return RecordFilter(
        owner_ids=None if outlook.crosses else mine,
        credited_ids=mine if outlook.crosses else None,
        status="open or won",
        start=period.start,
        end=period.end,
        categories=tuple(categories),
    )
