"""The close of a month or quarter: everything that it came to, in the figures of the skills that know them."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import Field

from skills.answer import Action, Answer, Block, Column, Fact, Invocation, Table
from skills.closing import get_grain
from skills.contract import Example, Skill, SkillContext, SkillParams
from skills.digests import Asked, Digest, Section, facts_block, list_facts, list_tables
from skills.digests import present as present_digest
from skills.envelope import Envelope
from skills.errors import Impossible, Unclear
from skills.figure import Figure
from skills.measures.calendar import Grain, Period
from skills.population import Population, find_period, find_population, period_words
from skills.text import Text, text, value, verbatim
from skills.track_record import USUAL, AtVintage, get_track_record
from skills.wording import period_name, period_note
from store.models import Role, Status
from store.money import Money
from store.opportunities import OpportunityRow, list_closed

TOP = 5
GRAINS = (Grain.MONTH, Grain.QUARTER)
OFF_BY = text("Σ |what came − what was called| ÷ Σ what came, of the commit calls that stood then.")
LEAN = text("Σ (what was called − what came) ÷ Σ what came, of the commit calls that stood then.")


class CloseParams(SkillParams):
    owner: str | None = Field(
        default=None, description=text("whose close; yours, or your team's, when left out").template
    )
    team: str | None = Field(default=None, description=text("which team's close").template)
    period: str | None = Field(
        default=None,
        description=text("which period; the month (or quarter) that ended last when left out").template,
    )


@dataclass(frozen=True)
class Close:
    population: Population
    period: Period
    ahead: Period
    is_over: bool
    answers: Mapping[str, Answer | None]
    accuracy: tuple[Figure, ...]
    top: tuple[OpportunityRow, ...]
    currency: str
    asked: Asked
    words: Mapping[str, str | None]


def run(context: SkillContext, params: CloseParams) -> Close:
    population = find_population(context, params.owner, params.team)
    period = find_period(context, params.period, Grain.MONTH) if params.period else _last(context)
    if period.start > context.today:
        raise Impossible(text("{period} has not begun yet.", period=period_name(period)))
    grain = get_grain(context, period)
    if grain is None:
        raise Unclear(text("Which month or quarter shall I close?"))
    ahead = context.calendar.shifted(grain, period.start, 1)
    whose = {"owner": params.owner, "team": params.team}
    if not params.owner and not params.team and population.scope.people is not None:
        whose = {"owner": "me", "team": None}
    words = {**whose, "period": period_words(context, period)}
    coming = {**whose, "period": period_words(context, ahead)}
    asked = Asked(context)
    answers = {
        "quota": asked.ask("quota", "attainment", "credited", "effective_quota", "gap", **words),
        "booked": asked.ask("booked", "booked", "count", **words, by="team"),
        "people": asked.ask("booked", **words, by="rep"),
        "waterfall": asked.ask("waterfall", "opening", "closing", "difference", **words),
        "winrate": asked.ask("winrate", "win_rate", "win_rate_value", "won", "lost", **words),
        "slippage": asked.ask("slippage", "slip_rate", "slipped", **words),
        "coverage": asked.ask("coverage", "coverage", "required_coverage", "qualified", **coming),
    }
    return Close(
        population=population,
        period=period,
        ahead=ahead,
        is_over=period.end <= context.today,
        answers=answers,
        accuracy=_accuracy(context, population, period, grain),
        top=tuple(list_closed(context.session, population.scope, Status.WON, period.start, period.end, limit=TOP)),
        currency=context.organisation.currency,
        asked=asked,
        words=words,
    )


def _last(context: SkillContext) -> Period:
    """The month that ended last; the quarter, where it ended with that month."""
    month = context.calendar.shifted(Grain.MONTH, context.today, -1)
    quarter = context.calendar.shifted(Grain.QUARTER, context.today, -1)
    return quarter if quarter.end == month.end else month


def _accuracy(context: SkillContext, population: Population, period: Period, grain: Grain) -> tuple[Figure, ...]:
    """How far the calls of this one period were off; nothing while it runs, or where not everybody's are known."""
    if period.end > context.today or grain not in GRAINS or population.is_partial:
        return ()
    found = [one for one in get_track_record(context, population.scope, grain, (USUAL,), (period,)) if one.calls.pairs]
    if not found:
        return ()
    return _accuracy_figures(context, population, period, found[0])


def _accuracy_figures(
    context: SkillContext, population: Population, period: Period, found: AtVintage
) -> tuple[Figure, ...]:
    filters = (population.label, text("as forecast at {vintage}", vintage=USUAL.label))
    envelope = Envelope(context.now, period, None, filters)
    count = len(found.calls.pairs)
    return (
        envelope.ratio("wape", text("Calls off by"), OFF_BY, found.calls.wape, count=count),
        envelope.ratio("bias", text("Bias of the calls"), LEAN, found.calls.bias, count=count),
    )


def present(close: Close) -> Answer:
    answers = close.answers
    return present_digest(
        Digest(
            headline=_headline(close),
            sections=(
                Section(text("In figures"), blocks=facts_block(_facts(close))),
                Section(text("By team"), blocks=list_tables(answers["booked"])),
                Section(text("Against quota"), blocks=list_tables(answers["quota"])),
                Section(text("By person"), blocks=() if _has_members(close) else list_tables(answers["people"])),
                Section(text("Pipeline"), blocks=list_tables(answers["waterfall"])),
                Section(text("Top deals"), blocks=_top(close)),
                Section(text("What became of what was due"), blocks=list_tables(answers["slippage"])),
            ),
            figures=(*close.asked.figures, *close.accuracy),
            actions=_actions(close),
            notes=(
                *close.asked.notes,
                *close.population.notes,
                *(() if close.is_over else (text("{period} is not over yet.", period=period_name(close.period)),)),
                text("Coverage is that of {period}.", period=period_name(close.ahead)),
                period_note(close.period, close.population.label),
            ),
        )
    )


def _headline(close: Close) -> Text:
    quota, booked = close.answers["quota"], close.answers["booked"]
    told = quota or booked
    if told is None:
        return text("Close of {period} ({whose}).", period=period_name(close.period), whose=close.population.label)
    return text("Close of {period}. {first}", period=period_name(close.period), first=told.headline)


def _has_members(close: Close) -> bool:
    return bool(list_tables(close.answers["quota"]))


def _facts(close: Close) -> list[Fact]:
    answers = close.answers
    accuracy = Answer(headline=text("Calls"), figures=close.accuracy)
    facts = [
        *list_facts(answers["booked"], "booked"),
        *list_facts(answers["quota"], "effective_quota", "attainment"),
        *list_facts(answers["winrate"], "win_rate"),
        *list_facts(answers["slippage"], "slipped", "slip_rate"),
        *list_facts(accuracy, "wape", "bias"),
    ]
    coming = list_facts(answers["coverage"], "coverage", "required_coverage")
    ahead = period_name(close.ahead)
    return [
        *facts,
        *(Fact(label=text("{what}, {period}", what=one.label, period=ahead), value=one.value) for one in coming),
    ]


def _top(close: Close) -> tuple[Block, ...]:
    if not close.top:
        return ()

    def booked(row: OpportunityRow) -> Money | None:
        minor = row.opportunity.booked_minor
        return None if minor is None else Money(minor, close.currency)

    return (
        Table(
            title=text("Top deals"),
            columns=(
                Column(label=text("Opportunity")),
                Column(label=text("Owner")),
                Column(label=text("Booked"), numeric=True),
                Column(label=text("Booked on")),
            ),
            rows=tuple(
                (
                    verbatim(row.opportunity.name),
                    verbatim(row.owner),
                    text("–") if (money := booked(row)) is None else value(money),
                    text("–") if row.opportunity.closed_on is None else value(row.opportunity.closed_on),
                )
                for row in close.top
            ),
        ),
    )


def _actions(close: Close) -> tuple[Action, ...]:
    names = (
        ("quota", text("Quota")),
        ("waterfall", text("Pipeline waterfall")),
        ("winrate", text("Win rate")),
        ("slippage", text("What slipped")),
    )
    return tuple(
        Action(label=label, invocation=Invocation.of(name, close.words))
        for name, label in names
        if close.answers[name] is not None
    )


SKILL = Skill(
    name="close",
    summary=text("The close of a month or quarter, in one report"),
    params=CloseParams,
    run=run,
    present=present,
    needs=Role.MANAGER,
    schedulable=True,
    aliases=("closing",),
    examples=(
        Example("month close", CloseParams()),
        Example("quarter close report", CloseParams(period="last quarter")),
        Example("close report for October", CloseParams(period="October")),
        Example("how did we close last quarter", CloseParams(period="last quarter")),
        Example("close of Q3 for the EMEA team", CloseParams(team="EMEA", period="Q3")),
        Example("end of month report for my team", CloseParams(team="my team", period="last month")),
        Example("quarterly close for the whole company", CloseParams(team="the whole company", period="last quarter")),
        Example("上个月的月结报告", CloseParams(period="上个月")),
        Example("第三季度季度总结", CloseParams(period="第三季度")),
        Example("团队月度总结", CloseParams(team="团队")),
    ),
)
