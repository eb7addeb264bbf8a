"""How much was won in a period."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from pydantic import Field

from skills.answer import Action, Answer, Block, Chart, Column, Invocation, Series, Table
from skills.contract import Example, Skill, SkillContext, SkillParams
from skills.envelope import Envelope, records_of
from skills.measures.calendar import Grain, Period
from skills.measures.money import by_currency
from skills.population import Population, find_company_population, find_period, find_population, period_words, region_of
from skills.references import find_account, find_product
from skills.text import AnyValue, Text, text, value, verbatim
from skills.wording import enumeration, month_name, period_name, period_note
from store.models import Product
from store.money import Money
from store.opportunities import Booked, By, get_last_booking_day, list_unconverted, sum_booked
from store.people import list_people, list_teams
from store.scope import Scope

MONTHS_SHOWN = 24
SHOWN = 10
"""Rows of the breakdown; the rest is one row."""
NAMED = 5
"""Opportunities without a rate that are named."""

DEFINITION = text(
    "Sum of the amounts of the opportunities won in the period, by booking date, each at the exchange rate of its "
    "booking date."
)


Breakdown = Literal["rep", "team", "product", "month", "region"]
GROUPED: Mapping[Breakdown, By] = {"product": By.PRODUCT, "month": By.MONTH}
"""What the store groups by; the others are grouped from their reps."""
TITLES: Mapping[Breakdown, tuple[Text, Text, Text]] = {
    "rep": (text("Won by rep"), text("Rep"), text("no rep")),
    "team": (text("Won by team"), text("Team"), text("no team")),
    "product": (text("Won by product"), text("Product"), text("no product")),
    "month": (text("Won by month"), text("Month"), text("no month")),
    "region": (text("Won by region"), text("Region"), text("no region")),
}
"""Title of the table, heading of its first column, and what has none."""


class BookedParams(SkillParams):
    owner: str | None = Field(default=None, description=text("who won it; everybody when left out").template)
    team: str | None = Field(
        default=None, description=text("which team won it; the whole company when left out").template
    )
    product: str | None = Field(default=None, description=text("only this product").template)
    account: str | None = Field(default=None, description=text("only this account").template)
    period: str | None = Field(
        default=None, description=text("when it was booked; this quarter when left out").template
    )
    by: Breakdown | None = Field(default=None, description=text("rep, team, product, month or region").template)


@dataclass(frozen=True)
class Part:
    """One row of the breakdown."""

    label: Text
    count: int
    money: Money


@dataclass(frozen=True)
class BookedTotal:
    """What was won. `total` is None when a rate is missing: a sum without those would be wrong."""

    population: Population
    whose: Text
    period: Period
    period_words: str
    as_of: dt.datetime
    currency: str
    total: Money | None
    originals: tuple[Money, ...]
    """As sold, one sum for each currency."""
    count: int
    without_amount: int
    unconverted: int
    unconverted_names: tuple[str, ...]
    missing: tuple[str, ...]
    """Currencies without a rate."""
    by: Breakdown
    parts: tuple[Part, ...]
    months: tuple[Part, ...]
    doubts: tuple[Text, ...]
    params: BookedParams
    last: Period | None
    """The newest quarter with something won, where this period has nothing."""


def run(context: SkillContext, params: BookedParams) -> BookedTotal:
    period = find_period(context, params.period, Grain.QUARTER)
    account = find_account(context, params.account) if params.account else None
    product = find_product(context, params.product) if params.product else None
    if account and not (params.owner or params.team):
        # One account's sales can be one person's, so these are limited as rows are.
        everything = context.scope == Scope.everybody()
        label = text("the whole company") if everything else text("everyone whose records may be shown here")
        population = Population(context.scope, label)
    elif account:
        population = find_population(context, params.owner, params.team)
    else:
        population = find_company_population(context, params.owner, params.team)
    product_id = product.value.id if product else None
    account_id = account.value.id if account else None
    by: Breakdown = params.by or ("product" if population.is_single or account else "rep")

    def booked(how: By) -> Sequence[Booked]:
        return sum_booked(
            context.session,
            population.scope,
            period.start,
            period.end,
            by=how,
            product_id=product_id,
            account_id=account_id,
        )

    rows = booked(GROUPED.get(by, By.OWNER))
    unconverted = sum(row.priced - row.converted for row in rows)
    complete = not unconverted
    currency = context.organisation.currency
    last = get_last_booking_day(context.session, population.scope, before=period.start) if not rows else None
    named = (
        ()
        if complete
        else list_unconverted(
            context.session,
            population.scope,
            period.start,
            period.end,
            limit=NAMED,
            product_id=product_id,
            account_id=account_id,
        )
    )
    filters = [verbatim(found.value.name) for found in (product, account) if found]
    doubts = tuple(found.doubt for found in (product, account) if found and found.doubt)
    return BookedTotal(
        population=population,
        whose=enumeration([population.label, *filters]) if filters else population.label,
        period=period,
        period_words=period_words(context, period),
        as_of=context.now,
        currency=currency,
        total=Money(sum(row.booked_minor for row in rows), currency) if complete else None,
        originals=by_currency(Money(row.amount_minor, row.currency) for row in rows if row.priced),
        count=sum(row.count for row in rows),
        without_amount=sum(row.count - row.priced for row in rows),
        unconverted=unconverted,
        unconverted_names=tuple(row.name for row in named),
        missing=tuple(sorted({row.currency for row in rows if row.converted < row.priced})),
        by=by,
        parts=_parts(*_grouped(context, by, rows), by, currency, complete=complete),
        months=_months(booked(By.MONTH), period, currency) if complete and 1 < len(period.months) <= 24 else (),
        doubts=(*doubts, *population.notes),
        params=params,
        last=context.calendar.containing(Grain.QUARTER, last) if last else None,
    )


def _grouped(context: SkillContext, by: Breakdown, rows: Sequence[Booked]) -> tuple[Sequence[Booked], dict[int, Text]]:
    """The rows under the keys of the breakdown, and what these are called."""
    keys = {row.key for row in rows if row.key is not None}
    if by == "month":
        return rows, {key: month_name(dt.date(key // 100, key % 100, 1)) for key in keys}
    if by == "product":
        products = ((key, context.session.get(Product, key)) for key in keys)
        return rows, {key: verbatim(product.name) for key, product in products if product}
    people = {person.id: person for person in list_people(context.session, Scope.of(keys))}
    if by == "rep":
        return rows, {key: verbatim(person.name) for key, person in people.items() if key is not None}
    teams = {team.id or 0: team for team in list_teams(context.session)}
    names = {
        key: region_of(person, teams)
        if by == "region"
        else teams[person.team_id].name
        if person.team_id in teams
        else ""
        for key, person in people.items()
    }
    numbers = {name: number for number, name in enumerate(sorted(set(names.values()) - {""}))}
    moved = [replace(row, key=numbers.get(names.get(row.key, ""))) for row in rows]
    return moved, {number: verbatim(name) for name, number in numbers.items()}


def _parts(
    rows: Sequence[Booked], labels: dict[int, Text], by: Breakdown, currency: str, *, complete: bool
) -> tuple[Part, ...]:
    """Largest first, months in their order; with a missing rate, each currency as it was sold."""
    sums: dict[tuple[int | None, str], tuple[int, int]] = {}
    for row in rows:
        key = (row.key, currency if complete else row.currency)
        count, minor = sums.get(key, (0, 0))
        sums[key] = (count + row.count, minor + (row.booked_minor if complete else row.amount_minor))
    none = TITLES[by][2]
    if by == "month":
        ordered = sorted(sums.items(), key=lambda item: (item[0][1], item[0][0] or 0))
        return tuple(
            Part(labels.get(key or 0, none), count, Money(minor, code)) for (key, code), (count, minor) in ordered
        )
    parts = [
        Part(labels.get(-1 if key is None else key, none), count, Money(minor, code))
        for (key, code), (count, minor) in sums.items()
    ]
    return tuple(sorted(parts, key=lambda part: (part.money.currency, -part.money.minor, str(part.label.values))))


def _months(rows: Sequence[Booked], period: Period, currency: str) -> tuple[Part, ...]:
    booked: dict[int | None, list[Booked]] = {}
    for row in rows:
        booked.setdefault(row.key, []).append(row)
    return tuple(
        Part(
            month_name(month),
            sum(row.count for row in booked.get(month.year * 100 + month.month, [])),
            Money(sum(row.booked_minor for row in booked.get(month.year * 100 + month.month, [])), currency),
        )
        for month in period.months
    )


def present(booked: BookedTotal) -> Answer:
    warnings = _warnings(booked)
    envelope = Envelope(
        booked.as_of,
        booked.period,
        records_of(booked.population.scope, "won", booked.period.start, booked.period.end),
        (booked.whose,),
        warnings,
    )
    reason = text("no exchange rate for {currencies}", currencies=enumeration(booked.missing))
    figures = [
        envelope.money(
            "booked", text("Won"), DEFINITION, booked.total, currency=booked.currency, reason=reason, count=booked.count
        ),
        envelope.number("count", text("Opportunities won"), text("Opportunities won, by booking date."), booked.count),
    ]
    if booked.total is None:
        figures += [
            envelope.money(
                "booked",
                text("Won, as sold"),
                text("Sum of the amounts sold in this currency, by booking date."),
                money,
                currency=money.currency,
            )
            for money in booked.originals
        ]
    return Answer(
        headline=_headline(booked),
        blocks=_blocks(booked),
        figures=tuple(figures),
        actions=_actions(booked),
        notes=(*warnings, *booked.doubts, period_note(booked.period, booked.whose)),
        unabridged=booked.population.is_public,
    )


def _headline(booked: BookedTotal) -> Text:
    if not booked.count:
        return text("Nothing was won in {period} ({whose}).", period=period_name(booked.period), whose=booked.whose)
    if booked.total is None:
        return text(
            "Won in {period}: **{amounts}**, {count} opportunities ({whose}). I can't add that up in {currency}.",
            period=period_name(booked.period),
            amounts=enumeration(booked.originals),
            count=booked.count,
            whose=booked.whose,
            currency=booked.currency,
        )
    if booked.count == 1:
        return text(
            "Won in {period}: **{amount}**, one opportunity ({whose}).",
            period=period_name(booked.period),
            amount=booked.total,
            whose=booked.whose,
        )
    return text(
        "Won in {period}: **{amount}**, {count} opportunities ({whose}).",
        period=period_name(booked.period),
        amount=booked.total,
        count=booked.count,
        whose=booked.whose,
    )


def _warnings(booked: BookedTotal) -> tuple[Text, ...]:
    warnings = []
    if booked.unconverted:
        named: Text = enumeration(booked.unconverted_names)
        if booked.unconverted > len(booked.unconverted_names):
            more = booked.unconverted - len(booked.unconverted_names)
            named = text("{these} and {count} more", these=named, count=more)
        warnings.append(
            text(
                "No total in {currency}: there was no exchange rate for {missing} on the booking date of {named}. "
                "An administrator can import the rates.",
                currency=booked.currency,
                missing=enumeration(booked.missing),
                named=named,
            )
        )
    if booked.without_amount == 1:
        warnings.append(text("One of them has no amount and adds nothing to the sum."))
    elif booked.without_amount:
        warnings.append(text("{count} of them have no amount and add nothing to the sum.", count=booked.without_amount))
    return tuple(warnings)


def _blocks(booked: BookedTotal) -> tuple[Block, ...]:
    blocks: list[Block] = []
    if len(booked.parts) > 1 or (booked.params.by and booked.parts):
        blocks.append(_table(booked))
    if any(part.count for part in booked.months):
        blocks.append(
            Chart(
                kind="bar",
                title=text("Won by month ({currency})", currency=booked.currency),
                categories=tuple(part.label for part in booked.months),
                series=(Series(label=text("Won"), values=tuple(float(part.money.units) for part in booked.months)),),
                unit=booked.currency,
            )
        )
    if booked.total is not None and any(money.currency != booked.currency for money in booked.originals):
        blocks.append(
            Table(
                title=text("As sold"),
                columns=(Column(label=text("Currency")), Column(label=text("Amount"), numeric=True)),
                rows=tuple((value(money.currency), value(money)) for money in booked.originals),
            )
        )
    return tuple(blocks)


def _table(booked: BookedTotal) -> Table:
    title, first, _ = TITLES[booked.by]
    most = MONTHS_SHOWN if booked.by == "month" else SHOWN
    shown, rest = booked.parts[:most], booked.parts[most:]
    rows: list[tuple[AnyValue, ...]] = [(part.label, value(part.count), value(part.money)) for part in shown]
    for currency in sorted({part.money.currency for part in rest}):
        others = [part for part in rest if part.money.currency == currency]
        rows.append(
            (
                text("{count} others", count=len(others)),
                value(sum(part.count for part in others)),
                value(Money(sum(part.money.minor for part in others), currency)),
            )
        )
    return Table(
        title=title,
        columns=(
            Column(label=first),
            Column(label=text("Deals"), numeric=True),
            Column(label=text("Amount"), numeric=True),
        ),
        rows=tuple(rows),
        total=(text("Total"), value(booked.count), value(booked.total)) if booked.total is not None else None,
    )


def _actions(booked: BookedTotal) -> tuple[Action, ...]:
    if booked.last is not None and not booked.count:
        show = Invocation.of("booked", {**booked.params.model_dump(), "period": booked.last.label})
        return (Action(label=text("Show {period}", period=period_name(booked.last)), invocation=show),)
    if not booked.population.is_single and booked.count:
        board = Invocation.of("leaderboard", period=booked.period_words)
        return (Action(label=text("Leaderboard"), invocation=board),)
    return ()


SKILL = Skill(
    name="booked",
    summary=text("How much was won in a period"),
    params=BookedParams,
    run=run,
    present=present,
    schedulable=True,
    aliases=("won", "bookings", "revenue"),
    examples=(
        Example("how much did we win in Q2 2017", BookedParams(period="Q2 2017")),
        Example("what did we close last quarter", BookedParams(period="last quarter")),
        Example("bookings this month", BookedParams(period="this month")),
        Example("how much has dana won this year", BookedParams(owner="dana", period="this year")),
        Example("total revenue in 2017", BookedParams(period="2017")),
        Example("what did the EMEA team book in Q3", BookedParams(team="EMEA", period="Q3")),
        Example("how much GTX Pro did we sell last month", BookedParams(product="GTX Pro", period="last month")),
        Example("won deals with acme since january", BookedParams(account="acme", period="since january")),
        Example("what have i closed this quarter", BookedParams(owner="me", period="this quarter")),
        Example("how much did my team bring in last week", BookedParams(team="my team", period="last week")),
        Example("closed won ytd", BookedParams(period="ytd")),
        Example("sales in march 2017", BookedParams(period="march 2017")),
        Example("how many deals did we win in the first half", BookedParams(period="H1")),
        Example("how are sales going", BookedParams()),
        Example("won by product this year", BookedParams(by="product", period="this year")),
        Example("bookings by region in Q3", BookedParams(by="region", period="Q3")),
        Example("今年按产品看赢了多少", BookedParams(by="product", period="今年")),
        Example("上季度我们赢了多少", BookedParams(period="上季度")),
        Example("今年一共成交多少", BookedParams(period="今年")),
        Example("dana这个月签了多少单", BookedParams(owner="dana", period="这个月")),
        Example("2017年第二季度的销售额是多少", BookedParams(period="2017年第二季度")),
        Example("我本月成交了多少", BookedParams(owner="我", period="本月")),
    ),
)
