"""A standing against a quota in words: figures, facts, the people below, and which rules were used."""

from collections.abc import Iterator
from fractions import Fraction

from skills.answer import Action, Answer, Block, Column, Fact, Facts, Invocation, Table
from skills.measures.attainment import attainment, over_assignment
from skills.metrics import TITLES
from skills.quota_figures import LEVELS, WITHOUT_OVERLAY, get_reason, list_figures, list_warnings
from skills.quota_pace import curve_note, list_pace_facts
from skills.quota_standing import QuotaStanding
from skills.text import AnyValue, Text, text, value, verbatim
from skills.wording import period_name, period_note
from store.models import Metric


def present(standing: QuotaStanding) -> Answer:
    warnings = list_warnings(standing)
    return Answer(
        headline=_headline(standing),
        blocks=_blocks(standing),
        figures=list_figures(standing, warnings),
        actions=_actions(standing),
        notes=(
            *warnings,
            *(note for note in (standing.achievements.rule_note, curve_note(standing)) if note),
            *standing.population.notes,
            period_note(standing.period, standing.population.label),
        ),
    )


def _headline(standing: QuotaStanding) -> Text:
    total, period, whose = standing.total, period_name(standing.period), standing.population.label
    reason, ratio, shown = get_reason(standing), total.attainment, standing.unit.shown
    is_booked = standing.metric is Metric.BOOKED
    if total.missing or standing.unknown:
        return text("Attainment for {period} has no value: {reason}.", period=period, reason=reason or "")
    if ratio is None and is_booked:
        return text(
            "Attainment for {period} has no value: {reason}. Won so far: **{won}**.",
            period=period,
            reason=reason or "",
            won=shown(total.credited),
        )
    if ratio is None:
        return text(
            "Attainment for {period} has no value: {reason}. {metric} so far: **{done}**.",
            period=period,
            reason=reason or "",
            metric=TITLES[standing.metric],
            done=shown(total.credited),
        )
    places: dict[str, AnyValue] = {
        "share": value(ratio),
        "period": period,
        "won": shown(total.credited),
        "quota": shown(total.quota),
    }
    if not is_booked:
        return text(
            "{metric}: **{share}** of the target for {period}, {won} of {quota} ({whose}).",
            metric=TITLES[standing.metric],
            whose=whose,
            **places,
        )
    if standing.is_mine and standing.population.is_single:
        return text("You are at **{share}** of your quota for {period}: {won} of {quota}.", **places)
    return text("**{share}** of quota for {period}: {won} of {quota} ({whose}).", whose=whose, **places)


def _blocks(standing: QuotaStanding) -> tuple[Block, ...]:
    total, shown = standing.total, standing.unit.shown
    if total.missing or standing.unknown or not total.has_quota:
        overlay = tuple(_overlay_facts(standing))
        return (*((Facts(facts=overlay),) if overlay else ()), *_members(standing))
    ahead = total.credited - total.quota
    facts = [
        Fact(label=TITLES[standing.metric], value=text("{it}", it=shown(total.credited))),
        Fact(label=text("Quota"), value=text("{it}", it=shown(total.quota))),
        Fact(label=text("Above quota"), value=text("{it}", it=shown(ahead)))
        if ahead >= 0
        else Fact(label=text("To go"), value=text("{it}", it=shown(-ahead))),
        *_level_facts(standing),
        *_version_facts(standing),
    ]
    if standing.is_running:
        facts += list_pace_facts(standing)
    over = over_assignment(total.quota, standing.whole) if standing.whole and standing.members else None
    if over is not None and standing.whole is not None and total.quota != standing.whole:
        facts += _whole_facts(standing, standing.whole, over)
    facts += _overlay_facts(standing)
    return (Facts(facts=tuple(facts)), *_members(standing))


def _level_facts(standing: QuotaStanding) -> Iterator[Fact]:
    for level, quota in standing.levels.items():
        reached = attainment(standing.total.credited, quota) or Fraction(0)
        yield Fact(
            label=LEVELS[level], value=text("{share} of {quota}", share=reached, quota=standing.unit.shown(quota))
        )


def _version_facts(standing: QuotaStanding) -> Iterator[Fact]:
    """Attainment against the quota as it was before it was changed."""
    for version in standing.versions:
        quota = standing.unit.shown(version.quota)
        reached = attainment(standing.total.credited, version.quota)
        was: Text = text("no quota") if reached is None else text("{share} of {quota}", share=reached, quota=quota)
        label = text("Before the change of {day}", day=version.day)
        if version.reason:
            was = text("{was} (changed: {reason})", was=was, reason=version.reason)
        yield Fact(label=label, value=was)


def _whole_facts(standing: QuotaStanding, whole: Fraction, over: Fraction) -> list[Fact]:
    against = attainment(standing.total.credited, whole)
    more, less = text("{share} more than that", share=over), text("{share} less than that", share=-over)
    label = text("Team quota")
    if standing.population.scope.people is None:
        label = text("Company quota")
    elif standing.population.region:
        label = text("Region quota")
    return [
        Fact(
            label=label,
            value=text("{quota} ({share} reached)", quota=standing.unit.shown(whole), share=against or Fraction(0)),
        ),
        Fact(label=text("Handed out to people"), value=more if over >= 0 else less),
    ]


def _overlay_facts(standing: QuotaStanding) -> Iterator[Fact]:
    """The ledger beside the direct credit, which is never added to it."""
    total = standing.total
    if not total.overlay_deals or total.missing:
        return
    amount = standing.unit.shown(total.overlay)
    if total.quota > 0 and standing.population.is_single:
        share = total.overlay / total.quota
        said = text("{amount}, {share} of the quota; counted apart", amount=amount, share=share)
    else:
        said = text("{amount}; counted apart", amount=amount)
    yield Fact(label=text("Overlay credit"), value=said)


def _members(standing: QuotaStanding) -> tuple[Table, ...]:
    if standing.population.is_single or len(standing.members) < 2:
        return ()
    shown, has_overlay = standing.unit.shown, bool(standing.total.overlay_deals)
    rows: list[tuple[AnyValue, ...]] = []
    for member in standing.members[: standing.shown]:
        one = member.achievement
        name = text("{name} (ramping)", name=member.name) if one.is_small and one.has_ramp else verbatim(member.name)
        extra: tuple[AnyValue, ...] = (shown(one.overlay),) if has_overlay else ()
        if one.missing:
            rows.append((name, text("no rate"), text("no rate"), text("no value"), *extra))
            continue
        rows.append(
            (
                name,
                shown(one.credited),
                shown(one.quota) if one.has_quota else text("no quota"),
                text("no value") if one.attainment is None else value(one.attainment),
                *extra,
            )
        )
    columns = [
        Column(label=text("Rep")),
        Column(label=TITLES[standing.metric], numeric=True),
        Column(label=text("Quota"), numeric=True),
        Column(label=text("Attainment"), numeric=True),
    ]
    if has_overlay:
        columns.append(Column(label=WITHOUT_OVERLAY, numeric=True))
    if len(standing.members) > standing.shown:
        more = text("and {count} more", count=len(standing.members) - standing.shown)
        rows.append((more, *(value("") for _ in columns[1:])))
    return (Table(title=text("Quota by person"), columns=tuple(columns), rows=tuple(rows)),)


def _actions(standing: QuotaStanding) -> tuple[Action, ...]:
    asked = standing.asked
    actions = []
    if standing.is_running or standing.period.start > standing.today:
        open_ones = Invocation.of("pipeline", {**asked, "period": standing.period_words})
        actions.append(Action(label=text("What can still close"), invocation=open_ones))
    owner = asked.get("owner") or ("me" if standing.is_mine else None)
    won = Invocation.of("booked", {**asked, "owner": owner}, period=standing.period_words)
    actions.append(Action(label=text("What was won"), invocation=won))
    board = Invocation.of("leaderboard", period=standing.period_words, metric="attainment")
    actions.append(Action(label=text("Leaderboard"), invocation=board))
    return tuple(actions)
