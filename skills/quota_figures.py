"""The figures of a standing against a quota, each in its envelope, and what was left out of them."""

from dataclasses import replace

from skills.envelope import Envelope
from skills.figure import Figure
from skills.measures.attainment import attainment, gap, over_assignment
from skills.metrics import DEFINITIONS, TITLES
from skills.quota_pace import list_linearity_figures, list_pace_figures
from skills.quota_standing import QuotaStanding, get_wholes
from skills.text import Text, text
from skills.wording import no_rate, period_name
from store.models import Level, Metric

LEVELS = {
    Level.TARGET: text("Target"),
    Level.STRETCH: text("Stretch target"),
    Level.CHALLENGE: text("Challenge target"),
}
EFFECTIVE = text(
    "Sum of the monthly quotas (highest version of each) × ramp; a month counts by the working days that somebody was "
    "there, without leave."
)
ATTAINMENT = text("Credited bookings divided by effective quota; for a team, sums of both.")
ACHIEVED = text("What was achieved divided by the effective target; for a team, sums of both.")
GAP = text("Effective quota minus credited bookings.")
OVERLAY = text(
    "Overlay shares of the opportunities won, by booking date, each rounded to the cent: a ledger of its own, never "
    "added to what is credited directly."
)
OVER = text("Sum of the people's quotas divided by the quota of the whole, minus one.")
VERSION = text("Credited bookings divided by the effective quota as it stood before it was changed.")
LEVEL = text("Credited bookings divided by the effective quota of this level; whoever has none at it, by their target.")
WITHOUT_OVERLAY = text("Overlay, apart")


def get_reason(standing: QuotaStanding) -> Text | None:
    """Why attainment has no value; None when it has one."""
    total, label = standing.total, period_name(standing.period)
    if total.missing:
        return no_rate(total.missing)
    if standing.unknown is not None:
        return standing.unknown
    if not total.has_quota:
        return _not_set(standing, label)
    if total.quota <= 0:
        return text("the quota for {period} is zero", period=label)
    return None


def _not_set(standing: QuotaStanding, label: Text) -> Text:
    if standing.level is Level.STRETCH:
        return text("no stretch target is set in {period}", period=label)
    if standing.level is Level.CHALLENGE:
        return text("no challenge target is set in {period}", period=label)
    if standing.metric is not Metric.BOOKED:
        return text("no such target is set for {whose} in {period}", whose=standing.population.label, period=label)
    if standing.is_mine and standing.population.is_single:
        return text("no quota is set for you in {period}", period=label)
    return text("no quota is set for {whose} in {period}", whose=standing.population.label, period=label)


def list_warnings(standing: QuotaStanding) -> tuple[Text, ...]:
    warnings = []
    unset = sum(not one.achievement.has_quota and one.achievement.deals > 0 for one in standing.members)
    if not standing.population.is_single and standing.total.has_quota and unset:
        warnings.append(
            text("One of them has no quota; what they won is counted.")
            if unset == 1
            else text("{count} of them have no quota; what they won is counted.", count=unset)
        )
    if standing.total.left_out and standing.metric is Metric.MARGIN:
        warnings.append(
            text(
                "{count} won without an amount, a quantity or a unit cost are left out of the margin.",
                count=standing.total.left_out,
            )
        )
    if standing.total.left_out and standing.metric is Metric.UNITS:
        warnings.append(text("{count} won without a quantity are left out.", count=standing.total.left_out))
    quotas = standing.achievements.quotas.get(standing.level)
    missing = quotas.missing if quotas else {}
    warnings += [
        text("The quota of the whole is left out: {why}.", why=no_rate([missing[whole]]))
        for whole in get_wholes(standing.population)
        if whole in missing
    ]
    return (*warnings, *standing.achievements.warnings)


def list_figures(standing: QuotaStanding, warnings: tuple[Text, ...]) -> tuple[Figure, ...]:
    total, unit = standing.total, standing.unit
    # What is left out for lack of a cost or a quantity would be found again by any rule.
    records = None if total.left_out else standing.records
    envelope = Envelope(standing.as_of, standing.period, records, (standing.population.label,), warnings)
    reason = get_reason(standing)
    is_known = not total.missing and standing.unknown is None
    credited = total.credited if is_known else None
    quota = total.quota if is_known and total.has_quota else None
    ratio = total.attainment if is_known else None
    booked = standing.metric is Metric.BOOKED
    figures = [
        envelope.ratio(
            "attainment",
            text("Attainment"),
            ATTAINMENT if booked else ACHIEVED,
            ratio,
            reason=reason,
            count=total.deals,
        ),
        unit.figure(
            envelope,
            "credited",
            TITLES[standing.metric],
            DEFINITIONS[standing.metric],
            credited,
            reason=reason,
            count=total.deals,
        ),
        unit.figure(envelope, "effective_quota", text("Quota"), EFFECTIVE, quota, reason=reason),
        unit.figure(
            envelope,
            "gap",
            text("Gap"),
            GAP,
            None if quota is None else gap(total.credited, quota),
            reason=reason,
        ),
    ]
    if standing.overlay and is_known:
        beside = replace(envelope, records=standing.overlay.records)
        figures.append(
            unit.figure(beside, "overlay", text("Overlay credit"), OVERLAY, total.overlay, count=standing.overlay.count)
        )
    if quota is None:
        return tuple(figures)
    return tuple(figures + _against_others(standing, envelope) + _in_time(standing, envelope))


def _against_others(standing: QuotaStanding, envelope: Envelope) -> list[Figure]:
    """Attainment against the other levels and the earlier versions, and how much more was handed out than asked."""
    total = standing.total
    figures = [
        envelope.ratio(f"attainment_{level.value}", LEVELS[level], LEVEL, attainment(total.credited, quota))
        for level, quota in standing.levels.items()
    ]
    figures += [
        envelope.ratio(
            "attainment_before",
            text("Attainment before the change of {day}", day=version.day),
            VERSION,
            attainment(total.credited, version.quota),
            reason=text("there was no quota before"),
        )
        for version in standing.versions
    ]
    if standing.whole and standing.members and total.quota != standing.whole:
        over = over_assignment(total.quota, standing.whole)
        figures.append(envelope.ratio("over_assignment", text("Handed out beyond the whole"), OVER, over))
    return figures


def _in_time(standing: QuotaStanding, envelope: Envelope) -> list[Figure]:
    pace = list_pace_figures(standing, envelope) if standing.is_running else []
    return pace + list_linearity_figures(standing, envelope)
