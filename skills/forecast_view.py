"""How a forecast is shown: its figures, tables and small print."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from zoneinfo import ZoneInfo

from skills.answer import Block, Bullets, Chart, Column, Fact, Facts, Series, Table
from skills.calls import Call
from skills.envelope import Envelope, records_of
from skills.figure import Figure, RecordFilter
from skills.measures.forecast import ENOUGH
from skills.measures.money import rounded_parts
from skills.outlook import OPEN_CATEGORIES
from skills.roll_up import Forecast
from skills.terms import CATEGORIES
from skills.text import AnyValue, Moment, Text, text, value, verbatim
from skills.wording import no_rate, period_name
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
    notes = [text("Categories are shown alone and added up; commit forecast = closed + commit.")]
    if outlook.is_converted and forecast.open_rates == RateKind.PLAN:
        notes.append(
            text(
                "In {currency}: won at the rate of its booking date, open at the plan rate.", currency=outlook.currency
            )
        )
    elif outlook.is_converted:
        notes.append(
            text("In {currency}: won at the rate of its booking date, open at today's rate.", currency=outlook.currency)
        )
    return tuple(notes)


def list_figures(forecast: Forecast, warnings: tuple[Text, ...]) -> tuple[Figure, ...]:
    outlook, period = forecast.outlook, forecast.period
    total = outlook.total
    envelope = Envelope(
        forecast.as_of,
        period,
        _records(forecast, EVERYTHING),
        (forecast.population.label, *_currency_rule(forecast)),
        warnings,
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


def _currency_rule(forecast: Forecast) -> tuple[Text, ...]:
    return list_rules(forecast)[1:]


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


# --- blocks


def list_blocks(forecast: Forecast) -> tuple[Block, ...]:
    outlook = forecast.outlook
    if outlook.missing:
        return ()
    blocks: list[Block] = []
    if outlook.total.won or outlook.total.due:
        blocks += [_facts(forecast), _categories(forecast)]
        if outlook.total.due:
            blocks += [_chart(forecast), _stages(forecast)]
    blocks += _people(forecast)
    blocks += _roll_up_table(forecast)
    if forecast.history:
        title = text("Calls so far")
        blocks.append(Bullets(title=title, items=tuple(_told(forecast, call) for call in forecast.history)))
    return tuple(blocks)


def _facts(forecast: Forecast) -> Facts:
    outlook, total = forecast.outlook, forecast.outlook.total
    facts = [
        Fact(label=text("Booked"), value=text("{it}", it=outlook.money(total.booked))),
        Fact(label=text("Weighted landing"), value=text("{it}", it=outlook.money(total.landing))),
        Fact(
            label=text("Low – likely – high"),
            value=text(
                "{low} – {likely} – {high}",
                low=outlook.coarse(outlook.band.low),
                likely=outlook.coarse(outlook.band.likely),
                high=outlook.coarse(outlook.band.high),
            ),
        ),
    ]
    if forecast.quota:
        facts.append(
            Fact(
                label=text("Quota"),
                value=text(
                    "{quota}; the landing is {share} of it",
                    quota=outlook.money(forecast.quota),
                    share=total.landing / forecast.quota,
                ),
            )
        )
    facts += _single_calls(forecast)
    return Facts(facts=tuple(facts))


def _single_calls(forecast: Forecast) -> list[Fact]:
    """The person's own call, and what their manager says instead."""
    if not forecast.population.is_single or not forecast.lines:
        return []
    line = forecast.lines[0]
    facts = []
    if line.call is not None:
        facts.append(Fact(label=text("Call"), value=_on_day(forecast, line.call)))
    if line.override is not None:
        facts.append(Fact(label=text("Manager's call"), value=_on_day(forecast, line.override)))
    return facts


def _on_day(forecast: Forecast, call: Call) -> Text:
    earlier = next(
        (
            other
            for other in forecast.history
            if (other.author_id, other.category) == (call.author_id, call.category) and other.at < call.at
        ),
        None,
    )
    if earlier is None:
        return text("{amount}, {day}", amount=call.money, day=_day(forecast, call))
    return text(
        "{amount}, {day} (was {earlier} on {then})",
        amount=call.money,
        day=_day(forecast, call),
        earlier=earlier.money,
        then=_day(forecast, earlier),
    )


def _day(forecast: Forecast, call: Call) -> dt.date:
    return call.at.astimezone(ZoneInfo(forecast.zone)).date()


def _told(forecast: Forecast, call: Call) -> Text:
    moment = Moment(value=call.at, zone=forecast.zone)
    what = CATEGORIES[call.category]
    if call.author_id != call.person_id:
        said = text("{moment}: {amount} ({category}, by the manager)", moment=moment, amount=call.money, category=what)
    else:
        said = text("{moment}: {amount} ({category})", moment=moment, amount=call.money, category=what)
    return text("{said}: {note}", said=said, note=call.note) if call.note else said


def _categories(forecast: Forecast) -> Table:
    outlook, total = forecast.outlook, forecast.outlook.total
    others = total.open - sum((total.categories[category] for category in OPEN_CATEGORIES), Fraction(0))
    parts = rounded_parts(
        [total.booked, *(total.categories[category] for category in OPEN_CATEGORIES[:-1]),
         total.categories[Category.PIPELINE] + others]
    )  # fmt: skip
    rows: list[tuple[AnyValue, ...]] = []
    so_far = 0
    for category, part in zip((Category.CLOSED, *OPEN_CATEGORIES), parts, strict=True):
        so_far += part
        rows.append((CATEGORIES[category], value(outlook.money(part)), value(outlook.money(so_far))))
    return Table(
        title=text("By category"),
        columns=(
            Column(label=text("Category")),
            Column(label=text("Alone"), numeric=True),
            Column(label=text("With those above"), numeric=True),
        ),
        rows=tuple(rows),
    )


def _chart(forecast: Forecast) -> Chart:
    outlook, total = forecast.outlook, forecast.outlook.total
    amounts = [total.booked, total.commit_forecast, total.landing, total.best_case_forecast, total.booked + total.open]
    names = [text("Booked"), text("Commit"), text("Landing"), text("Best case"), text("All open")]
    if forecast.quota:
        amounts.append(forecast.quota)
        names.append(text("Quota"))
    return Chart(
        kind="bar",
        title=text(
            "Where {period} may end ({currency})", period=period_name(forecast.period), currency=outlook.currency
        ),
        categories=tuple(names),
        series=(Series(label=text("Amount"), values=tuple(float(outlook.money(minor).units) for minor in amounts)),),
        unit=outlook.currency,
    )


def _stages(forecast: Forecast) -> Table:
    outlook = forecast.outlook
    amounts = rounded_parts([stage.amount for stage in outlook.stages])
    worths = rounded_parts([stage.worth for stage in outlook.stages])
    rows: list[tuple[AnyValue, ...]] = []
    for stage, amount, worth in zip(outlook.stages, amounts, worths, strict=True):
        its = stage.chance
        if its.is_own:
            source = text("{closed} closed ones", closed=its.closed)
        else:
            source = text("set; {closed} of {enough} closed", closed=its.closed, enough=ENOUGH)
        rows.append(
            (
                verbatim(stage.stage.name),
                value(stage.count),
                value(outlook.money(amount)),
                value(its.share),
                source,
                value(outlook.money(worth)),
            )
        )
    return Table(
        title=text("Open, by stage"),
        columns=(
            Column(label=text("Stage")),
            Column(label=text("Open"), numeric=True),
            Column(label=text("Amount"), numeric=True),
            Column(label=text("Chance"), numeric=True),
            Column(label=text("From")),
            Column(label=text("Weighted"), numeric=True),
        ),
        rows=tuple(rows),
        total=(
            text("Total"),
            value(outlook.total.due),
            value(outlook.money(sum(amounts))),
            text("–"),
            text("–"),
            value(outlook.money(sum(worths))),
        ),
    )


def _people(forecast: Forecast) -> tuple[Table, ...]:
    if forecast.population.is_single or len(forecast.lines) < 2:
        return ()
    outlook, none = forecast.outlook, text("–")
    has_overrides = any(line.override for line in forecast.lines)
    rows: list[tuple[AnyValue, ...]] = []
    for line in forecast.lines[: forecast.shown]:
        part = line.part
        name = text("{name} (team's call)", name=line.person.name) if line.is_head else verbatim(line.person.name)
        overridden: tuple[AnyValue, ...] = (value(line.override.money) if line.override else none,)
        rows.append(
            (
                name,
                value(outlook.money(part.booked)),
                value(outlook.money(part.commit_forecast)),
                value(outlook.money(part.best_case_forecast)),
                value(outlook.money(part.landing)),
                value(line.call.money) if line.call else none,
                *(overridden if has_overrides else ()),
                value(outlook.money(line.quota)) if line.quota is not None else none,
            )
        )
    columns = [
        Column(label=text("Rep")),
        Column(label=text("Booked"), numeric=True),
        Column(label=text("+ commit"), numeric=True),
        Column(label=text("+ best case"), numeric=True),
        Column(label=text("Landing"), numeric=True),
        Column(label=text("Call"), numeric=True),
        *((Column(label=text("Manager's call"), numeric=True),) if has_overrides else ()),
        Column(label=text("Quota"), numeric=True),
    ]
    if len(forecast.lines) > forecast.shown:
        more = text("and {count} more", count=len(forecast.lines) - forecast.shown)
        rows.append((more, *(value("") for _ in columns[1:])))
    return (Table(title=text("By person"), columns=tuple(columns), rows=tuple(rows)),)


def _roll_up_table(forecast: Forecast) -> tuple[Table, ...]:
    if not forecast.roll_ups:
        return ()
    outlook, none = forecast.outlook, text("–")
    rows: list[tuple[AnyValue, ...]] = []
    for one in forecast.roll_ups[: forecast.shown]:
        own = None if one.call is None else forecast.called(one.call)
        differs = None if own is None or one.below is None else own - one.below
        rows.append(
            (
                verbatim(one.name),
                none if one.below is None else value(outlook.money(one.below)),
                text("{called} of {people}", called=one.called, people=one.people),
                none if one.call is None else value(one.call.money),
                none if differs is None else value(outlook.money(differs)),
            )
        )
    return (
        Table(
            title=text("Calls of the people and of their managers"),
            columns=(
                Column(label=text("Manager")),
                Column(label=text("Sum of the people's calls"), numeric=True),
                Column(label=text("Called")),
                Column(label=text("Manager's call"), numeric=True),
                Column(label=text("Difference"), numeric=True),
            ),
            rows=tuple(rows),
        ),
    )
