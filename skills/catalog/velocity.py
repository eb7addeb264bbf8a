"""What the pipeline brings a day, and which lever would bring more."""

import datetime as dt
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from pydantic import Field

from skills.answer import Action, Answer, Block, Column, Fact, Facts, Invocation, Table
from skills.contract import Example, Skill, SkillContext, SkillParams
from skills.cycles import Cycles, count_cycles, trailing_year
from skills.envelope import Envelope, only
from skills.figure import RecordFilter
from skills.measures.calendar import Period
from skills.measures.velocity import Lever, Velocity
from skills.measures.winrate import MINIMUM, Tally
from skills.outcomes import count_outcomes
from skills.quantity import decimal, quantity, writable
from skills.segment import Asked, find_segment
from skills.text import AnyValue, Text, text, value
from skills.wording import no_rate, period_note
from store.cycles import count_qualified, list_qualified_ids
from store.money import Money, rounded

TENTH = Fraction(1, 10)
FIFTH = Fraction(1, 5)

VELOCITY = text(
    "Open qualified opportunities × average won value × win rate ÷ median sales cycle in days. The open ones are those "
    "of today; the rest is of the last 12 months and of the same people and product."
)
OPEN = text("Opportunities that are open in a qualified stage today.")
AVERAGE = text("Sum of the amounts won ÷ number of won opportunities with an amount, in the last 12 months.")
RATE = text("Won ÷ (won + lost) in the last 12 months, no decisions apart.")
CYCLE = text("Median of the days from the first qualified stage to the win, of what was won in the last 12 months.")
LEVERS: dict[Lever, Text] = {
    Lever.OPEN: text("Open qualified opportunities"),
    Lever.VALUE: text("Average won value"),
    Lever.RATE: text("Win rate"),
    Lever.CYCLE: text("Sales cycle, shorter"),
}


class VelocityParams(SkillParams):
    owner: str | None = Field(
        default=None, description=text("whose pipeline; yours, or your team's, when left out").template
    )
    team: str | None = Field(default=None, description=text("which team's pipeline").template)
    product: str | None = Field(default=None, description=text("only this product").template)
    region: str | None = Field(default=None, description=text("which region's pipeline").template)


@dataclass(frozen=True)
class Speed:
    asked: Asked
    period: Period
    """The twelve months up to today."""
    as_of: dt.datetime
    currency: str
    open: int
    open_records: RecordFilter | None
    """None for too many to be listed."""
    tally: Tally
    priced: int
    cycles: Cycles
    params: VelocityParams

    @property
    def average(self) -> Fraction | None:
        """Minor units."""
        if not self.priced or self.tally.won_missing:
            return None
        return self.tally.won_value / self.priced

    @property
    def velocity(self) -> Velocity | None:
        average, rate, days = self.average, self.tally.rate, self.cycles.days.median
        if average is None or rate is None or days is None:
            return None
        return Velocity(Fraction(self.open), average, rate, days)


def run(context: SkillContext, params: VelocityParams) -> Speed:
    asked = find_segment(context, params.owner, params.team or params.region, product=params.product)
    period = trailing_year(context.today + dt.timedelta(days=1))
    ids = list_qualified_ids(context.session, asked.segment)
    tally = count_outcomes(context, asked, period).total
    return Speed(
        asked=asked,
        period=period,
        as_of=context.now,
        currency=context.organisation.currency,
        open=count_qualified(context.session, asked.segment),
        open_records=None if ids is None else RecordFilter(ids=ids),
        tally=tally,
        priced=tally.won_priced,
        cycles=count_cycles(context, asked.segment, period),
        params=params,
    )


def present(speed: Speed) -> Answer:
    velocity = speed.velocity
    per_day = velocity.per_day if velocity else None
    # No rule tells no decisions, or what has no start, from the rest; and there is no one list of open and closed ones.
    mixed = Envelope(speed.as_of, speed.period, filters=(speed.asked.whose,))
    closed = mixed if speed.tally.no_decision else replace(mixed, records=_records(speed, "closed"))
    won = mixed if speed.cycles.without_start else replace(mixed, records=_records(speed, "won"))
    today = Envelope(speed.as_of, None, speed.open_records, (speed.asked.whose,))
    reason = _reason(speed)
    money = None if per_day is None else _money(per_day, speed.currency)
    average = None if speed.average is None else _money(speed.average, speed.currency)
    few = text("too few: {count}, and it takes {least}", count=speed.tally.decided, least=MINIMUM)
    figures = (
        mixed.money(
            "velocity",
            text("Velocity a day"),
            VELOCITY,
            money,
            currency=speed.currency,
            reason=reason,
            count=speed.open + speed.tally.decided,
        ),
        today.number("open", text("Open and qualified"), OPEN, speed.open),
        mixed.money(
            "average_won",
            text("Average won value"),
            AVERAGE,
            average,
            currency=speed.currency,
            reason=_no_average(speed),
            count=speed.priced,
            records=only(_records(speed, "won"), priced=True),
        ),
        closed.ratio("win_rate", text("Win rate"), RATE, speed.tally.rate, reason=few, count=speed.tally.decided),
        quantity(
            won,
            "cycle",
            text("Median cycle"),
            CYCLE,
            speed.cycles.days.median,
            "days",
            reason=text("nothing was won"),
            count=speed.cycles.days.count,
        ),
        *(
            quantity(
                mixed,
                f"gain_{lever}_{decimal(by * 100)}",
                text("{lever}: {by} better", lever=LEVERS[lever], by=by),
                text("By which share the velocity would grow if this part were better by so much of itself."),
                writable(gain),
                "%",
            )
            for lever, by in _changes()
            if velocity is not None and (gain := velocity.gain(lever, by)) is not None
        ),
    )
    params = speed.params
    same = {"owner": params.owner, "team": params.team or params.region, "product": params.product}
    return Answer(
        headline=_headline(speed, money, reason),
        blocks=_blocks(speed),
        figures=figures,
        actions=(
            Action(label=text("Win rate"), invocation=Invocation.of("winrate", same)),
            Action(label=text("Sales cycle"), invocation=Invocation.of("cycle", same)),
        ),
        notes=(
            text("Open ones as of today; won value, win rate and cycle of the last 12 months. No forecast."),
            *speed.asked.doubts,
            period_note(speed.period, speed.asked.whose),
        ),
    )


def _changes() -> tuple[tuple[Lever, Fraction], ...]:
    return (*((lever, TENTH) for lever in Lever), (Lever.CYCLE, FIFTH))


def _records(speed: Speed, status: Literal["won", "closed"]) -> RecordFilter:
    segment = speed.asked.segment
    return RecordFilter(
        owner_ids=None if segment.scope.people is None else tuple(sorted(segment.scope.people)),
        status=status,
        start=speed.period.start,
        end=speed.period.end,
        product_id=segment.product_id,
    )


def _money(minor: Fraction, currency: str) -> Money:
    return Money(rounded(minor), currency)


def _no_average(speed: Speed) -> Text:
    if speed.tally.won_missing:
        return no_rate(speed.tally.won_missing)
    return text("nothing with an amount was won in the last 12 months")


def _reason(speed: Speed) -> Text:
    if speed.average is None:
        return _no_average(speed)
    if speed.tally.rate is None:
        return text(
            "only {count} were won or lost in the last 12 months, and a win rate takes {least}",
            count=speed.tally.decided,
            least=MINIMUM,
        )
    if speed.cycles.days.median is None:
        return text("no cycle is known")
    return text("the median cycle is 0 days")


def _headline(speed: Speed, money: Money | None, reason: Text) -> Text:
    if money is None:
        return text("No sales velocity: {reason} ({whose}).", reason=reason, whose=speed.asked.whose)
    return text(
        "Sales velocity: **{money} a day** ({whose}).",
        money=money,
        whose=speed.asked.whose,
    )


def _blocks(speed: Speed) -> tuple[Block, ...]:
    average = speed.average
    facts = [Fact(label=text("Open and qualified"), value=text("{count}", count=speed.open))]
    if average is not None:
        amount = text("{amount}", amount=_money(average, speed.currency))
        facts.append(Fact(label=text("Average won value"), value=amount))
    if speed.tally.rate is not None:
        facts.append(Fact(label=text("Win rate"), value=text("{rate}", rate=speed.tally.rate)))
    if speed.cycles.days.median is not None:
        facts.append(
            Fact(label=text("Median cycle"), value=text("{days} days", days=decimal(speed.cycles.days.median)))
        )
    blocks: list[Block] = [Facts(facts=tuple(facts))]
    if speed.velocity is not None and speed.velocity.per_day:
        blocks.append(_levers(speed, speed.velocity))
    return tuple(blocks)


def _levers(speed: Speed, velocity: Velocity) -> Table:
    rows: list[tuple[AnyValue, ...]] = []
    for lever, by in _changes():
        improved, gain = velocity.improved(lever, by), velocity.gain(lever, by)
        if improved.per_day is not None and gain is not None:
            rows.append(
                (LEVERS[lever], value(by), value(_money(improved.per_day, speed.currency)), value(writable(gain)))
            )
    return Table(
        title=text("What a lever would do"),
        columns=(
            Column(label=text("Lever")),
            Column(label=text("Better by"), numeric=True),
            Column(label=text("Velocity a day"), numeric=True),
            Column(label=text("Growth"), numeric=True),
        ),
        rows=tuple(rows),
    )


SKILL = Skill(
    name="velocity",
    summary=text("What the pipeline brings a day, and which lever would bring more"),
    params=VelocityParams,
    run=run,
    present=present,
    schedulable=True,
    aliases=("salesvelocity",),
    examples=(
        Example("what's our sales velocity", VelocityParams()),
        Example("sales velocity of the EMEA team", VelocityParams(team="EMEA")),
        Example("my sales velocity", VelocityParams(owner="me")),
        Example("velocity for GTX Pro", VelocityParams(product="GTX Pro")),
        Example("how much revenue per day does our pipeline generate", VelocityParams()),
        Example("what would a shorter sales cycle bring us", VelocityParams()),
        Example("how fast is dana's pipeline", VelocityParams(owner="dana")),
        Example("sales velocity in the APAC region", VelocityParams(region="APAC")),
        Example("我们的销售速度是多少", VelocityParams(team="公司")),
        Example("dana的销售速度", VelocityParams(owner="dana")),
        Example("缩短销售周期能多带来多少收入", VelocityParams(team="公司")),
    ),
)
