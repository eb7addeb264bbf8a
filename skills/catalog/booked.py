"""How much was won in a period."""

import datetime as dt
from functools import partial

from pydantic import Field

from skills.booked_answer import present
from skills.booked_total import GROUPED, IN_ORDER, BookedTotal, Breakdown, get_months, get_parts, get_quarters, once
from skills.contract import Example, Skill, SkillContext, SkillParams
from skills.measures.calendar import Grain
from skills.measures.money import by_currency
from skills.population import Population, find_company_population, find_period, find_population, period_words
from skills.records import credited_records
from skills.references import find_account, find_product
from skills.text import text, verbatim
from skills.wording import enumeration
from store.credits import Credits, sum_credited
from store.money import Money
from store.opportunities import By, get_last_booking_day, list_unconverted
from store.scope import Scope

NAMED = 5
"""Opportunities without a rate that are named."""
MONTHS = 24
"""Longer periods are not shown by month."""
PARTS = 10
"""Rows of a breakdown; the others are one row."""


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
    by: Breakdown | None = Field(
        default=None, description=text("rep, manager, team, region, product, month or quarter").template
    )


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

    def credited(how: By, start: dt.date = period.start, end: dt.date = period.end) -> Credits:
        return sum_credited(
            context.session,
            population.scope,
            start,
            end,
            by=how,
            product_id=product_id,
            account_id=account_id,
        )

    found = credited(GROUPED.get(by, By.OWNER))
    rows = once(found)
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
    filters = [verbatim(one.value.name) for one in (product, account) if one]
    doubts = tuple(one.doubt for one in (product, account) if one and one.doubt)
    won_in = [row.key for row in credited(By.MONTH).rows if row.key] if by == "quarter" else []
    in_months = complete and 1 < len(period.months) <= MONTHS
    return BookedTotal(
        population=population,
        whose=enumeration([population.label, *filters]) if filters else population.label,
        period=period,
        period_words=period_words(context, period),
        as_of=context.now,
        currency=currency,
        total=Money(sum(row.booked_minor for row in rows), currency) if complete else None,
        originals=by_currency(Money(row.amount_minor, row.currency) for row in found.rows if row.priced),
        count=sum(row.count for row in rows),
        without_amount=sum(row.count - row.priced for row in rows),
        unconverted=unconverted,
        unconverted_names=tuple(row.name for row in named),
        missing=tuple(sorted({row.currency for row in found.rows if row.converted < row.priced})),
        by=by,
        parts=get_quarters(context, won_in, period, partial(credited, By.OWNER), currency, complete=complete)
        if by == "quarter"
        else get_parts(context, by, found, currency, complete=complete),
        months=get_months(credited(By.MONTH).rows, period, currency) if in_months else (),
        doubts=(*doubts, *population.notes),
        by_asked=params.by is not None,
        shown=context.listed(MONTHS if by in IN_ORDER else PARTS),
        asked=params.model_dump(),
        last=context.calendar.containing(Grain.QUARTER, last) if last else None,
        records=credited_records(
            context,
            population.scope,
            period,
            crosses=found.crosses,
            product_id=product_id,
            account_id=account_id,
        ),
    )


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
        Example("won by quarter in 2017", BookedParams(by="quarter", period="2017")),
        Example("bookings by manager this year", BookedParams(by="manager", period="this year")),
        Example("今年按产品看赢了多少", BookedParams(by="product", period="今年")),
        Example("上季度我们赢了多少", BookedParams(period="上季度")),
        Example("今年一共成交多少", BookedParams(period="今年")),
        Example("dana这个月签了多少单", BookedParams(owner="dana", period="这个月")),
        Example("2017年第二季度的销售额是多少", BookedParams(period="2017年第二季度")),
        Example("我本月成交了多少", BookedParams(owner="我", period="本月")),
    ),
)
