"""How many of the deals that were decided we won, against whom, and why the others were lost."""

from pydantic import Field

from skills.cohorts import count_cohorts, count_course
from skills.contract import Example, Skill, SkillContext, SkillParams
from skills.envelope import only
from skills.figure import RecordFilter
from skills.measures.calendar import Grain
from skills.outcomes import count_outcomes
from skills.population import find_period
from skills.segment import Breakdown, find_segment
from skills.text import text
from skills.winrate_answer import Variant, WinRate, present
from store.outcomes import count_loss_reasons

SHOWN = 15


class WinrateParams(SkillParams):
    owner: str | None = Field(default=None, description=text("whose opportunities; everybody's when left out").template)
    team: str | None = Field(
        default=None, description=text("which team or region; the whole company when left out").template
    )
    product: str | None = Field(default=None, description=text("only this product").template)
    account: str | None = Field(default=None, description=text("only this account").template)
    competitor: str | None = Field(default=None, description=text("only deals against this competitor").template)
    source: str | None = Field(default=None, description=text("only deals from this source").template)
    period: str | None = Field(
        default=None,
        description=text("when they were closed (or opened, for a cohort); this quarter if left out").template,
    )
    variant: Variant | None = Field(
        default=None, description=text("closed (by count), value, broad, cohort or over time").template
    )
    by: Breakdown | None = Field(
        default=None, description=text("rep, team, product, region, source, competitor or quarter").template
    )


def run(context: SkillContext, params: WinrateParams) -> WinRate:
    period = find_period(context, params.period, Grain.YEAR if params.by == "quarter" else Grain.QUARTER)
    asked = find_segment(
        context,
        params.owner,
        params.team,
        product=params.product,
        account=params.account,
        source=params.source,
        competitor=params.competitor,
        public=params.by != "rep",
    )
    variant: Variant = params.variant or "closed"
    segment = asked.segment
    opened = variant in ("cohort", "over time")
    outcomes = count_outcomes(context, asked, period, None if opened else params.by)
    rule = RecordFilter(
        owner_ids=None if segment.scope.people is None else tuple(sorted(segment.scope.people)),
        status=None if opened else "closed",
        by="opened_on" if opened else "closed_on",
        start=period.start,
        end=period.end,
        product_id=segment.product_id,
        account_id=segment.account_id,
        source=segment.source,
        competitor=segment.competitor,
    )

    return WinRate(
        asked=asked,
        period=period,
        as_of=context.now,
        today=context.today,
        currency=context.organisation.currency,
        variant=variant,
        by=None if opened else params.by,
        outcomes=outcomes,
        reasons=tuple(count_loss_reasons(context.session, segment, period.start, period.end)) if not opened else (),
        cohorts=count_cohorts(context, asked, period) if variant == "cohort" else None,
        course=count_course(context, asked, period) if variant == "over time" else None,
        records=rule if opened else only(rule, decided=True),
        closed=rule,
        shown=context.listed(SHOWN),
        given=params.model_dump(),
    )


SKILL = Skill(
    name="winrate",
    summary=text("How many of the decided deals we win, and why the others are lost"),
    params=WinrateParams,
    run=run,
    present=present,
    schedulable=True,
    aliases=("wins", "winloss", "lossreasons"),
    examples=(
        Example("what's our win rate", WinrateParams()),
        Example("win rate this year by rep", WinrateParams(period="this year", by="rep")),
        Example("how often does dana win", WinrateParams(owner="dana")),
        Example("win rate by product in Q3", WinrateParams(by="product", period="Q3")),
        Example("what share of our deals did we win last quarter", WinrateParams(period="last quarter")),
        Example("who do we lose to this year", WinrateParams(by="competitor", period="this year")),
        Example("who wins against Pulsegrid and why", WinrateParams(competitor="Pulsegrid", by="rep")),
        Example("why are we losing deals", WinrateParams()),
        Example("top loss reasons last quarter", WinrateParams(period="last quarter")),
        Example("win rate by value for the EMEA team", WinrateParams(variant="value", team="EMEA")),
        Example("win rate including no decisions", WinrateParams(variant="broad")),
        Example("how many of the deals opened in H1 have we won", WinrateParams(variant="cohort", period="H1")),
        Example("cohort win rate for 2026", WinrateParams(variant="cohort", period="2026")),
        Example(
            "win rate over time for deals opened last year", WinrateParams(variant="over time", period="last year")
        ),
        Example("win rate by lead source ytd", WinrateParams(by="source", period="ytd")),
        Example("quarterly win rate trend", WinrateParams(by="quarter")),
        Example("我们的赢单率是多少", WinrateParams()),
        Example("今年各销售的赢单率", WinrateParams(by="rep", period="今年")),
        Example("上季度按产品看赢率", WinrateParams(by="product", period="上季度")),
        Example("对上Pulsegrid我们赢率多少，为什么输", WinrateParams(competitor="Pulsegrid")),
        Example("本季度丢单原因", WinrateParams(period="本季度")),
        Example("按金额计算的赢单率", WinrateParams(variant="value")),
    ),
)
