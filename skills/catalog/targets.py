"""Targets from the company down to people: what each has, what is handed out, and who has agreed."""

import datetime as dt
from dataclasses import dataclass
from fractions import Fraction
from zoneinfo import ZoneInfo

from pydantic import Field

from skills.answer import Action, Answer, Block, Bullets, Chart, Column, Fact, Facts, Invocation, Series, Table
from skills.contract import Example, Skill, SkillContext, SkillParams
from skills.envelope import Envelope
from skills.errors import NotAllowed, NotFound
from skills.figure import Figure
from skills.levels import LEVEL_NAMES, LevelName
from skills.measures.calendar import Grain, Period
from skills.metrics import TITLES, MetricName, Unit
from skills.population import Population, find_period, find_population, period_words
from skills.target_tree import Node, State, TargetTree, get_target_tree
from skills.text import AnyValue, Text, text, value
from skills.wording import month_name, no_rate, period_name, period_note
from store.models import Level, Metric
from store.targets import TargetVersion

PEOPLE_SHOWN = 40
"""With more people than this the table stops at their teams."""
ROWS_SHOWN = 60
CHANGES_SHOWN = 10

TARGET = text("Sum of the monthly targets (highest version of each), after ramp; before leave, joining and leaving.")
HANDED_OUT = text("Sum of the targets of those directly below; of whoever has none, of those below them.")
LEFT = text("Own target minus what is handed out; below zero is what those below have beyond it.")
OVER = text("Σ of the targets below ÷ own target − 1.")
STATES = {
    State.ACCEPTED: text("accepted"),
    State.WAITING: text("waiting"),
    State.CHANGED: text("changed since accepted"),
}


class TargetsParams(SkillParams):
    team: str | None = Field(default=None, description=text("which team's targets").template)
    owner: str | None = Field(
        default=None, description=text("whose targets; yours, or your team's, when left out").template
    )
    region: str | None = Field(default=None, description=text("which region's targets").template)
    metric: MetricName = Field(
        default="booked",
        description=text(
            "what is asked for: booked, margin, collected, pipeline_created, units, new_accounts or activities"
        ).template,
    )
    level: LevelName = Field(default="target", description=text("target, stretch or challenge").template)
    period: str | None = Field(default=None, description=text("which period; this quarter when left out").template)


@dataclass(frozen=True)
class Targets:
    population: Population
    is_mine: bool
    period: Period
    period_words: str
    as_of: dt.datetime
    zone: str
    """Of the organisation, in which days begin."""
    metric: Metric
    level: Level
    tree: TargetTree
    unit: Unit
    shown: int
    """Rows of the tree."""
    people_shown: int
    """With more people, the tree goes down to teams only."""
    params: TargetsParams


def run(context: SkillContext, params: TargetsParams) -> Targets:
    period = find_period(context, params.period, Grain.QUARTER)
    population = _population(context, params)
    if population.is_partial:
        raise NotAllowed(
            text("Not everyone here may see all of those figures ({whose}).", whose=population.label),
            text("Ask me in a direct message."),
        )
    metric, level = Metric(params.metric), Level(params.level)
    tree = get_target_tree(context, population, period, metric, level)
    person = population.person
    return Targets(
        population=population,
        is_mine=person is not None and person.id == context.actor.id,
        period=period,
        period_words=period_words(context, period),
        as_of=context.now,
        zone=context.organisation.zone,
        metric=metric,
        level=level,
        tree=tree,
        unit=Unit(metric, tree.currency),
        shown=context.listed(ROWS_SHOWN),
        people_shown=context.listed(PEOPLE_SHOWN),
        params=params,
    )


def _population(context: SkillContext, params: TargetsParams) -> Population:
    if not (params.region or "").strip():
        return find_population(context, params.owner, params.team)
    population = find_population(context, None, params.region)
    if population.team is not None or population.person is not None:
        raise NotFound(
            text("There is no region “{words}”.", words=params.region or ""), text("Ask for the team instead.")
        )
    return population


def present(targets: Targets) -> Answer:
    warnings = _warnings(targets)
    return Answer(
        headline=_headline(targets),
        blocks=_blocks(targets),
        figures=_figures(targets, warnings),
        actions=_actions(targets),
        notes=(
            *warnings,
            *_rules(targets),
            *targets.population.notes,
            period_note(targets.period, targets.population.label),
        ),
    )


def _what(targets: Targets) -> Text:
    """What is asked for, where it is not the usual: "New accounts, stretch target"."""
    title, level = TITLES[targets.metric], LEVEL_NAMES[targets.level]
    if targets.metric is Metric.BOOKED:
        return level
    return text("{level}, {metric}", level=level, metric=title)


def _headline(targets: Targets) -> Text:
    root, period, whose = targets.tree.root, period_name(targets.period), targets.population.label
    what, shown = _what(targets), targets.unit.shown
    if targets.tree.missing:
        return text(
            "No sum of the targets for {period} ({whose}): {reason}.",
            period=period,
            whose=whose,
            reason=no_rate(targets.tree.missing),
        )
    if root.whole is None:
        return text("No {what} is set for {period} ({whose}).", what=what, period=period, whose=whose)
    if root.kind == "person":
        return text(
            "The {what} for {period} is **{amount}** ({whose}).",
            what=what,
            period=period,
            amount=shown(root.whole),
            whose=whose,
        )
    gap = _biggest_gap(root)
    if root.own is None:
        start = text(
            "{period} ({whose}): **{amount}** is handed out; there is no {what} above it.",
            period=period,
            whose=whose,
            amount=shown(root.whole),
            what=what,
        )
    else:
        start = text(
            "The {what} for {period} is **{amount}** ({whose}).",
            what=what,
            period=period,
            amount=shown(root.own),
            whose=whose,
        )
    return start if gap is None else text("{start} {gap}", start=start, gap=_gap_sentence(targets, gap))


def _biggest_gap(root: Node) -> Node | None:
    """The node whose own target and what is handed out below it differ most."""

    def size(node: Node) -> Fraction:
        return abs(node.left or Fraction(0))

    return max((node for _, node in root.walk() if node.left), key=size, default=None)


def _gap_sentence(targets: Targets, node: Node) -> Text:
    left, shown = node.left or Fraction(0), targets.unit.shown
    if node is targets.tree.root and left > 0:
        return text("**{amount}** of it is with nobody yet.", amount=shown(left))
    if node is targets.tree.root:
        return text(
            "Those below have **{amount}** more than that, {share} over.",
            amount=shown(-left),
            share=node.over or Fraction(0),
        )
    if left > 0:
        return text(
            "{whose}: **{amount}** of {own} is with nobody yet.",
            whose=node.label,
            amount=shown(left),
            own=shown(node.own or 0),
        )
    return text(
        "{whose}: those below have **{amount}** more than its {own}, {share} over.",
        whose=node.label,
        amount=shown(-left),
        own=shown(node.own or 0),
        share=node.over or Fraction(0),
    )


def _warnings(targets: Targets) -> tuple[Text, ...]:
    without = targets.tree.without
    if targets.tree.root.kind == "person" or targets.tree.root.whole is None or not without:
        return ()
    if without == 1:
        return (text("One active person has none."),)
    return (text("{count} active people have none.", count=without),)


def _rules(targets: Targets) -> tuple[Text, ...]:
    notes = [text("Whole months, after ramp; leave and days before joining are taken off in the quota only.")]
    if targets.tree.is_converted and not targets.tree.missing:
        notes.append(text("In {currency} at the plan rate.", currency=targets.tree.currency or ""))
    return tuple(notes)


def _figures(targets: Targets, warnings: tuple[Text, ...]) -> tuple[Figure, ...]:
    root, unit = targets.tree.root, targets.unit
    envelope = Envelope(
        targets.as_of, targets.period, None, (targets.population.label, _what(targets)), warnings
    )  # fmt: skip
    no_value = no_rate(targets.tree.missing) if targets.tree.missing else None
    unset = no_value or text("no target is set")
    own = None if no_value else root.own
    figures = [unit.figure(envelope, "target", text("Target"), TARGET, own, reason=unset)]
    if root.kind == "person":
        return tuple(figures)
    handed_out = None if no_value else root.handed_out
    left, over = (None, None) if no_value else (root.left, root.over)
    return (
        *figures,
        unit.figure(
            envelope, "handed_out", text("Handed out"), HANDED_OUT, handed_out,
            reason=no_value or text("nothing is handed out"), count=len(root.children),
        ),
        unit.figure(envelope, "unallocated", text("With nobody"), LEFT, left, reason=unset),
        envelope.ratio("over_assignment", text("Over-assignment"), OVER, over, reason=unset),
    )  # fmt: skip


def _blocks(targets: Targets) -> tuple[Block, ...]:
    tree = targets.tree
    if tree.missing or tree.root.whole is None:
        return ()
    blocks: list[Block] = []
    if tree.root.kind == "person":
        blocks += _own_facts(targets)
    else:
        blocks += [_table(targets), *_chart(targets)]
    if tree.versions:
        items = tuple(_change(targets, label, version) for label, version in tree.versions[:CHANGES_SHOWN])
        blocks.append(Bullets(title=text("Changed in these months"), items=items))
    return tuple(blocks)


def _own_facts(targets: Targets) -> list[Block]:
    root = targets.tree.root
    facts = [Fact(label=text("Target"), value=text("{it}", it=targets.unit.shown(root.whole or 0)))]
    if root.state is not None:
        facts.append(Fact(label=text("Agreed"), value=STATES[root.state]))
    return [Facts(facts=tuple(facts))]


def _table(targets: Targets) -> Table:
    nodes = list(targets.tree.root.walk())
    if sum(node.kind == "person" for _, node in nodes) > targets.people_shown:
        nodes = [(depth, node) for depth, node in nodes if node.kind != "person"]
    shown, none = targets.unit.shown, text("–")
    rows: list[tuple[AnyValue, ...]] = []
    for depth, node in nodes[: targets.shown]:
        rows.append(
            (
                text("{indent}{name}", indent="· " * depth, name=node.label),
                none if node.own is None else shown(node.own),
                none if node.handed_out is None else shown(node.handed_out),
                _left(targets, node),
                STATES[node.state] if node.state else none,
            )
        )
    if len(nodes) > targets.shown:
        more = text("and {count} more", count=len(nodes) - targets.shown)
        rows.append((more, *(value("") for _ in range(4))))
    return Table(
        title=text("Targets"),
        columns=(
            Column(label=text("Whose")),
            Column(label=text("Target"), numeric=True),
            Column(label=text("Handed out"), numeric=True),
            Column(label=text("Left")),
            Column(label=text("Agreed")),
        ),
        rows=tuple(rows),
    )


def _left(targets: Targets, node: Node) -> Text:
    if node.left is None:
        return text("–")
    if not node.left:
        return text("all handed out")
    if node.left > 0:
        return text("{amount} with nobody", amount=targets.unit.shown(node.left))
    if node.over is None:
        return text("{amount} over", amount=targets.unit.shown(-node.left))
    return text("{amount} over ({share})", amount=targets.unit.shown(-node.left), share=node.over)


def _chart(targets: Targets) -> tuple[Chart, ...]:
    """Own target beside what is handed out, for the nodes that have both."""
    nodes = [node for _, node in targets.tree.root.walk() if node.own is not None and node.handed_out is not None]
    if len(nodes) < 2:
        return ()
    drawn = targets.unit.drawn
    return (
        Chart(
            kind="bar",
            title=text("Target and handed out"),
            categories=tuple(node.label for node in nodes[:12]),
            series=(
                Series(label=text("Target"), values=tuple(drawn(node.own or Fraction(0)) for node in nodes[:12])),
                Series(
                    label=text("Handed out"), values=tuple(drawn(node.handed_out or Fraction(0)) for node in nodes[:12])
                ),
            ),
            unit=targets.tree.currency or "",
        ),
    )


def _change(targets: Targets, label: Text, version: TargetVersion) -> Text:
    before = Unit(targets.metric, version.before_currency).shown(version.before_minor or 0)
    after = Unit(targets.metric, version.currency).shown(version.minor)
    said = text(
        "{day}: {whose}, {month}: {before} → **{after}**",
        day=version.recorded_at.astimezone(ZoneInfo(targets.zone)).date(),
        whose=label,
        month=month_name(version.month),
        before=before,
        after=after,
    )
    return text("{said}: {reason}", said=said, reason=version.reason) if version.reason else said


def _actions(targets: Targets) -> tuple[Action, ...]:
    words = targets.period_words
    actions = []
    root = targets.tree.root
    if targets.is_mine and root.state in (State.WAITING, State.CHANGED):
        accept = Invocation.of("target", action="accept", period=words)
        actions.append(Action(label=text("I accept it"), invocation=accept, style="primary"))
    whose = {"owner": targets.params.owner, "team": targets.params.team or targets.params.region}
    actions.append(Action(label=text("Quota"), invocation=Invocation.of("quota", whose, period=words)))
    actions.append(Action(label=text("Forecast"), invocation=Invocation.of("forecast", whose, period=words)))
    return tuple(actions)


SKILL = Skill(
    name="targets",
    summary=text("Targets from the company down to people, and what is not handed out yet"),
    params=TargetsParams,
    run=run,
    present=present,
    schedulable=True,
    aliases=("plan", "goals"),
    examples=(
        Example("targets", TargetsParams()),
        Example("show the targets for Q4", TargetsParams(period="Q4")),
        Example("what is my target for december", TargetsParams(owner="me", period="december")),
        Example("how is EMEA's target split", TargetsParams(team="EMEA")),
        Example("is the whole company target handed out", TargetsParams(team="company")),
        Example("who has not accepted their target in my team", TargetsParams(team="my team")),
        Example("target tree for this year", TargetsParams(team="company", period="this year")),
        Example("stretch targets of dana", TargetsParams(owner="dana", level="stretch")),
        Example("new accounts targets for my team", TargetsParams(team="my team", metric="new_accounts")),
        Example("targets of the Americas region next quarter", TargetsParams(region="Americas", period="next quarter")),
        Example("was dana's target changed this quarter", TargetsParams(owner="dana", period="this quarter")),
        Example("看一下第四季度的目标", TargetsParams(period="第四季度")),
        Example("我12月的目标是多少", TargetsParams(owner="我", period="12月")),
        Example("全公司的目标分解", TargetsParams(team="全公司")),
        Example("我们团队谁还没确认目标", TargetsParams(team="我们团队")),
        Example("dana的挑战目标", TargetsParams(owner="dana", level="challenge")),
    ),
)
