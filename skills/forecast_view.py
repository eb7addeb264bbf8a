"""How a forecast is shown: its facts, tables and chart."""

import datetime as dt
from fractions import Fraction
from zoneinfo import ZoneInfo

from skills.answer import Block, Bullets, Chart, Column, Fact, Facts, Series, Table
from skills.calls import Call
from skills.forecast_figures import EVERYTHING
from skills.measures.forecast import ENOUGH
from skills.measures.money import rounded_parts
from skills.roll_up import Forecast
from skills.terms import CATEGORIES
from skills.text import AnyValue, Moment, Text, text, value, verbatim
from skills.wording import period_name
from store.money import Money


def list_blocks(forecast: Forecast) -> tuple[Block, ...]:
    outlook = forecast.outlook
    if outlook.missing:
        return ()
    blocks: list[Block] = []
    if outlook.total.won or outlook.total.due:
        blocks += [_facts(forecast), _categories(forecast)]
        if outlook.total.due:
            blocks += [_chart(forecast), _stages(forecast)]
    blocks += list_people_tables(forecast)
    blocks += _roll_up_table(forecast)
    blocks += _weeks_table(forecast)
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
    # Each sum is rounded once, as its figure is; what a category adds to it is the difference.
    sums = [total.booked, total.commit_forecast, total.best_case_forecast, total.booked + total.open]
    rows: list[tuple[AnyValue, ...]] = []
    before = outlook.money(0)
    for category, minor in zip(EVERYTHING, sums, strict=True):
        with_those = outlook.money(minor)
        alone = Money(with_those.minor - before.minor, outlook.currency)
        rows.append((CATEGORIES[category], value(alone), value(with_those)))
        before = with_those
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


def list_people_tables(forecast: Forecast) -> tuple[Table, ...]:
    """What each person has booked, forecasts and calls, where there are several."""
    if forecast.population.is_single or len(forecast.lines) < 2:
        return ()
    outlook, none = forecast.outlook, text("–")
    has_overrides = any(line.override for line in forecast.lines)
    rows: list[tuple[AnyValue, ...]] = []
    for line in forecast.lines[: forecast.shown]:
        part = line.part
        name = text("{name} (team's call)", name=line.person.name) if line.is_head else verbatim(line.person.name)
        overridden: tuple[AnyValue, ...] = (forecast.in_table(line.override),)
        rows.append(
            (
                name,
                value(outlook.money(part.booked)),
                value(outlook.money(part.commit_forecast)),
                value(outlook.money(part.best_case_forecast)),
                value(outlook.money(part.landing)),
                forecast.in_table(line.call),
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
                forecast.in_table(one.call),
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


def _weeks_table(forecast: Forecast) -> tuple[Table, ...]:
    """How the calls have moved, where there is more than one week of them."""
    if len(forecast.weeks) < 2:
        return ()
    outlook, none = forecast.outlook, text("–")
    has_head = any(week.head is not None for week in forecast.weeks)

    def shown(amount: Fraction | None) -> AnyValue:
        return none if amount is None else value(outlook.money(amount))

    rows = [
        (
            value(week.last_day),
            shown(week.below),
            *((shown(week.head),) if has_head else ()),
            value(week.called),
        )
        for week in forecast.weeks
    ]
    return (
        Table(
            title=text("Calls week by week"),
            columns=(
                Column(label=text("By the end of")),
                Column(label=text("Sum of calls"), numeric=True),
                *((Column(label=text("Manager's call"), numeric=True),) if has_head else ()),
                Column(label=text("Called"), numeric=True),
            ),
            rows=tuple(rows),
        ),
    )
