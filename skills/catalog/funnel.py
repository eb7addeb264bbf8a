"""How far opportunities get, stage by stage, how long they stay, and where they are lost: from their history."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from pydantic import Field

from skills.answer import Action, Answer, Block, Chart, Column, Invocation, Paragraph, Series, Table
from skills.contract import Example, Skill, SkillContext, SkillParams
from skills.cycles import trailing_year
from skills.envelope import Envelope
from skills.figure import Figure, RecordFilter
from skills.measures.calendar import Grain, Period
from skills.measures.distribution import P75, Distribution
from skills.measures.funnel import Step, bottleneck
from skills.measures.winrate import MINIMUM, is_too_few
from skills.population import find_period
from skills.quantity import decimal, quantity
from skills.segment import Asked, find_segment
from skills.text import AnyValue, Text, text, value, verbatim
from skills.wording import period_name, period_note
from store.models import Stage, Status
from store.opportunities import list_stages
from store.stage_history import Courses, Days, StageCount, count_courses

CONVERSION = text(
    "Of the opportunities that entered the stage in the period, the share that ever reached a later one. A stage that "
    "was skipped counts as entered; one that was opened in a later stage has not entered the earlier ones."
)
DAYS = text(
    "Median of the days in the stage, all visits of an opportunity added up, of those that entered it in the period "
    "and have left it."
)


class FunnelParams(SkillParams):
    owner: str | None = Field(
        default=None, description=text("whose opportunities; yours, or your team's, when left out").template
    )
    team: str | None = Field(default=None, description=text("which team's opportunities").template)
    period: str | None = Field(
        default=None, description=text("when they entered a stage; this year when left out").template
    )
    product: str | None = Field(default=None, description=text("only this product").template)
    source: str | None = Field(default=None, description=text("only deals from this source").template)


@dataclass(frozen=True)
class Funnel:
    asked: Asked
    period: Period
    as_of: dt.datetime
    steps: tuple[Step, ...]
    ids: Mapping[int, tuple[int, ...]]
    """Of the stages that few have entered, which ones."""
    left: Mapping[int, tuple[int, ...]]
    """And which of these have left them again."""
    params: FunnelParams


def run(context: SkillContext, params: FunnelParams) -> Funnel:
    period = find_period(context, params.period, Grain.YEAR)
    asked = find_segment(context, params.owner, params.team, product=params.product, source=params.source)
    session, segment = context.session, asked.segment
    before = trailing_year(period.start)
    courses = count_courses(
        session,
        segment,
        Days(period.start, period.end),
        Days(before.start, before.end),
        today=context.today,
    )
    stages = [stage for stage in list_stages(session) if stage.kind == Status.OPEN]
    return Funnel(
        asked=asked,
        period=period,
        as_of=context.now,
        steps=tuple(_step(stage, courses) for stage in stages),
        ids=courses.ids,
        left=courses.left,
        params=params,
    )


def _step(stage: Stage, courses: Courses) -> Step:
    stage_id = stage.id or 0
    now = next((row for row in courses.entries if row.stage_id == stage_id), StageCount(stage_id, 0, 0, 0))
    then = next((row for row in courses.earlier if row.stage_id == stage_id), StageCount(stage_id, 0, 0, 0))
    own = [row for row in courses.days if row.stage_id == stage_id]
    return Step(
        stage_id=stage_id,
        name=stage.name,
        entered=now.entered,
        went_on=now.went_on,
        lost=now.lost,
        before=None if is_too_few(then.entered) else Fraction(then.went_on, then.entered),
        days=Distribution.of((row.days, row.count) for row in own if not row.still_there),
        waiting=Distribution.of((row.days, row.count) for row in own if row.still_there),
    )


def present(funnel: Funnel) -> Answer:
    entered = any(step.entered for step in funnel.steps)
    period, whose = period_name(funnel.period), funnel.asked.whose
    if not entered:
        headline = text("Nothing entered a stage in {period} ({whose}).", period=period, whose=whose)
    else:
        headline = _bottleneck(funnel)
    return Answer(
        headline=headline,
        blocks=_blocks(funnel) if entered else (),
        figures=_figures(funnel),
        actions=_actions(funnel),
        notes=(
            text(
                "From the history of stages, not from where things stand today. Skipped stages count as entered, a "
                "move back takes nothing away, and one that was opened in a later stage has not entered the earlier "
                "ones."
            ),
            *funnel.asked.doubts,
            period_note(funnel.period, whose),
        ),
    )


def _bottleneck(funnel: Funnel) -> Text:
    """One sentence: where the fewest get on, and how that was before."""
    period, whose = period_name(funnel.period), funnel.asked.whose
    step = bottleneck(funnel.steps)
    if step is None or step.conversion is None:
        most = max(funnel.steps, key=lambda one: one.entered)
        return text(
            "Too few to say where it is tight: {count} entered {stage} in {period}, and it takes {least} ({whose}).",
            count=most.entered,
            stage=most.name,
            period=period,
            least=MINIMUM,
            whose=whose,
        )
    said = text(
        "The bottleneck in {period} is **{stage}**: {went_on} of {entered} went further ({share}), {lost} were lost "
        "there and {undecided} are undecided",
        period=period,
        stage=step.name,
        went_on=step.went_on,
        entered=step.entered,
        share=step.conversion,
        lost=step.lost,
        undecided=step.undecided,
    )
    if step.before is None:
        return text("{said} ({whose}).", said=said, whose=whose)
    return text(
        "{said}; in the 12 months before it was {before} ({whose}).", said=said, before=step.before, whose=whose
    )


def _figures(funnel: Funnel) -> tuple[Figure, ...]:
    figures: list[Figure] = []
    none = text("nothing entered it")
    for step in funnel.steps:
        about = (funnel.asked.whose, verbatim(step.name))
        envelope = Envelope(funnel.as_of, funnel.period, _listed(funnel.ids, step), about)
        figures.append(
            envelope.ratio(
                "conversion",
                text("{stage}: went further", stage=step.name),
                CONVERSION,
                step.conversion,
                reason=none,
                count=step.entered,
            )
        )
        figures.append(
            quantity(
                replace(envelope, records=_listed(funnel.left, step)),
                "stage_days",
                text("{stage}: days", stage=step.name),
                DAYS,
                step.days.median,
                "days",
                reason=text("none has left it"),
                count=step.days.count,
            )
        )
    return tuple(figures)


def _listed(ids: Mapping[int, tuple[int, ...]], step: Step) -> RecordFilter | None:
    found = ids.get(step.stage_id)
    return None if found is None else RecordFilter(ids=found)


def _blocks(funnel: Funnel) -> tuple[Block, ...]:
    steps = funnel.steps
    names = tuple(verbatim(step.name) for step in steps)
    entered = tuple(float(step.entered) for step in steps)
    went_on = tuple(float(step.went_on) for step in steps)
    return (
        _conversions(funnel),
        Chart(
            kind="bar",
            title=text("Entered, and went further"),
            categories=names,
            series=(
                Series(label=text("Entered"), values=entered),
                Series(label=text("Went further"), values=went_on),
            ),
        ),
        _times(funnel),
        Paragraph(text=_leak(funnel)),
    )


def _conversions(funnel: Funnel) -> Table:
    def share(exact: Fraction | None) -> AnyValue:
        return text("–") if exact is None else value(exact)

    return Table(
        title=text("By stage"),
        columns=(
            Column(label=text("Stage")),
            Column(label=text("Entered"), numeric=True),
            Column(label=text("Went further"), numeric=True),
            Column(label=text("Conversion"), numeric=True),
            Column(label=text("12 months before"), numeric=True),
            Column(label=text("Lost there"), numeric=True),
            Column(label=text("Undecided"), numeric=True),
        ),
        rows=tuple(
            (
                verbatim(step.name),
                value(step.entered),
                value(step.went_on),
                share(step.conversion),
                share(step.before),
                value(step.lost),
                value(step.undecided),
            )
            for step in funnel.steps
        ),
    )


def _times(funnel: Funnel) -> Table:
    def days(exact: Fraction | None) -> AnyValue:
        return text("–") if exact is None else value(decimal(exact))

    return Table(
        title=text("Days in each stage"),
        columns=(
            Column(label=text("Stage")),
            Column(label=text("Have left"), numeric=True),
            Column(label=text("Median days"), numeric=True),
            Column(label=text("Three quarters within"), numeric=True),
            Column(label=text("In it now"), numeric=True),
            Column(label=text("Median so far"), numeric=True),
        ),
        rows=tuple(
            (
                verbatim(step.name),
                value(step.days.count),
                days(step.days.median),
                days(step.days.quantile(P75)),
                value(step.waiting.count),
                days(step.waiting.median),
            )
            for step in funnel.steps
        ),
    )


def _leak(funnel: Funnel) -> Text:
    """Where most are lost."""
    lost = sum(step.lost for step in funnel.steps)
    worst = max(funnel.steps, key=lambda step: step.lost)
    if not lost:
        return text("None of them has been lost.")
    return text(
        "Most are lost in **{stage}**: {count} of the {lost} that were lost ({share}).",
        stage=worst.name,
        count=worst.lost,
        lost=lost,
        share=Fraction(worst.lost, lost),
    )


def _actions(funnel: Funnel) -> tuple[Action, ...]:
    params = funnel.params
    same = {"owner": params.owner, "team": params.team, "product": params.product}
    return (
        Action(
            label=text("Why they were lost"),
            invocation=Invocation.of("winrate", {**same, "period": params.period, "source": params.source}),
        ),
        Action(label=text("Sales cycle"), invocation=Invocation.of("cycle", {**same, "period": params.period})),
    )


SKILL = Skill(
    name="funnel",
    summary=text("How far opportunities get from stage to stage, and where they are lost"),
    params=FunnelParams,
    run=run,
    present=present,
    schedulable=True,
    aliases=("conversion", "conversions", "bottleneck"),
    examples=(
        Example("show the funnel", FunnelParams()),
        Example("conversion from stage to stage this quarter", FunnelParams(period="this quarter")),
        Example("where is our bottleneck", FunnelParams()),
        Example("where do we lose deals", FunnelParams()),
        Example("stage conversion for dana this year", FunnelParams(owner="dana", period="this year")),
        Example("funnel of the EMEA team last quarter", FunnelParams(team="EMEA", period="last quarter")),
        Example("how long do deals stay in each stage", FunnelParams()),
        Example("funnel for inbound leads", FunnelParams(source="inbound")),
        Example("funnel for GTX Pro in 2017", FunnelParams(product="GTX Pro", period="2017")),
        Example("in which stage do my deals get stuck", FunnelParams(owner="me")),
        Example("销售漏斗", FunnelParams()),
        Example("各阶段转化率", FunnelParams()),
        Example("今年我们的瓶颈在哪个阶段", FunnelParams(period="今年", team="公司")),
        Example("dana的商机在每个阶段停留多久", FunnelParams(owner="dana")),
        Example("上季度单子都丢在哪个阶段", FunnelParams(period="上季度")),
    ),
)
