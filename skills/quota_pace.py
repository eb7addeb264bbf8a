"""How far a period has come, in words: the even pace, the team's own closing curve, and where both lead."""

from fractions import Fraction

from skills.answer import Fact
from skills.envelope import Envelope
from skills.figure import Figure
from skills.measures.closing import FEWEST, ClosingCurve, linearity
from skills.quota_standing import QuotaStanding
from skills.text import Text, listed, text
from skills.wording import month_name
from store.models import Metric

PACE = text(
    "Credited bookings divided by quota × completed working days ÷ working days (even pace; today not counted)."
)
EXPECTED = text("Quota × completed working days ÷ working days (even pace; today not counted).")
REQUIRED = text("What is missing to the quota, divided by the remaining working days with today.")
RUN_RATE = text("Credited bookings divided by the share of the working days that have ended.")
PACE_CURVE = text(
    "Credited bookings divided by quota × L, the share of a period's bookings that the team had in at this point of "
    "its last four to eight periods of this length (all of them together)."
)
EXPECTED_CURVE = text("Quota × L, by the team's own closing curve.")
LANDING = text("Credited bookings divided by L, by the team's own closing curve.")
LANDING_LOW = text("Credited bookings divided by the upper quartile of the past periods' own shares at this point.")
LANDING_HIGH = text("Credited bookings divided by the lower quartile of the past periods' own shares at this point.")
LINEARITY = text("Share of the period's credited bookings that each of its months brought.")


def get_curve(standing: QuotaStanding) -> tuple[ClosingCurve, Fraction] | None:
    """The curve and where on it the period is; None where there is none or no working day has ended."""
    closing, share = standing.closing, standing.pace.share
    if closing is None or closing.curve is None or not share:
        return None
    return closing.curve, share


def list_pace_facts(standing: QuotaStanding) -> list[Fact]:
    total, now, shown = standing.total, standing.pace, standing.unit.shown
    done, days = now.completed, now.completed + now.remaining
    facts = [Fact(label=text("Working days"), value=text("{done} of {days} done", done=done, days=days))]
    index, expected = now.index(total.credited, total.quota), now.expected(total.quota)
    if index is not None and expected is not None:
        facts.append(
            Fact(
                label=text("Pace"),
                value=text("{index} of the {expected} due by now", index=index, expected=shown(expected)),
            )
        )
    facts += _curve_facts(standing)
    required = now.required(total.credited, total.quota)
    if required:
        facts.append(
            Fact(
                label=text("Needed per working day"),
                value=text("{amount} on each of {days}", amount=shown(required), days=now.remaining),
            )
        )
    run_rate = now.run_rate(total.credited)
    if run_rate is not None:
        facts.append(Fact(label=text("Landing at this run rate"), value=text("{amount}", amount=shown(run_rate))))
    facts += _landing_facts(standing)
    return facts + list_linearity_facts(standing)


def _curve_facts(standing: QuotaStanding) -> list[Fact]:
    found = get_curve(standing)
    if found is None:
        return []
    curve, at = found
    due = standing.total.quota * curve.share(at)
    if not due:
        return []
    said = text(
        "{index} of the {expected} due by now", index=standing.total.credited / due, expected=standing.unit.shown(due)
    )
    return [Fact(label=text("Pace by closing curve"), value=said)]


def _landing_facts(standing: QuotaStanding) -> list[Fact]:
    found = get_curve(standing)
    landing = found[0].landing(standing.total.credited, found[1]) if found else None
    if landing is None:
        return []
    shown = standing.unit.shown
    middle, low, high = landing
    said = text("{amount}", amount=shown(middle))
    if low is not None and high is not None:
        said = text("{amount} ({low} to {high})", amount=shown(middle), low=shown(low), high=shown(high))
    elif low is not None:
        said = text("{amount} ({low} or more)", amount=shown(middle), low=shown(low))
    return [Fact(label=text("Landing by closing curve"), value=said)]


def list_linearity_facts(standing: QuotaStanding) -> list[Fact]:
    shares = _linearity(standing)
    if shares is None:
        return []
    parts = [
        text("{month} {share}", month=month_name(month.key), share=share)
        for month, share in zip(standing.months, shares, strict=True)
    ]
    return [Fact(label=text("By month"), value=listed(parts))]


def _linearity(standing: QuotaStanding) -> tuple[Fraction, ...] | None:
    if standing.metric is not Metric.BOOKED or not 1 < len(standing.months) <= 12 or standing.total.missing:
        return None
    by_month = standing.total.by_month.items()
    months = [
        Fraction(sum(part for day, part in by_month if max(month.start, standing.period.start) <= day < month.end))
        for month in standing.months
    ]
    return linearity(months)


def curve_note(standing: QuotaStanding) -> Text | None:
    """By which curve the pace is."""
    if not standing.is_running or not standing.total.has_quota or standing.total.missing:
        return None
    closing = standing.closing
    if closing is None or closing.grain is None:
        return text("Pace is even by working day.")
    if closing.curve is None:
        return text(
            "Pace is even by working day: a closing curve needs {needed} earlier periods with bookings, and there are "
            "{count}.",
            needed=FEWEST,
            count=closing.periods,
        )
    return text(
        "Pace is even by working day; the closing curve is that of {team} over its last {count} periods of this "
        "length, and its range holds the middle half of them.",
        team=standing.curve_of,
        count=len(closing.curve.periods),
    )


def list_pace_figures(standing: QuotaStanding, envelope: Envelope) -> list[Figure]:
    total, unit, pace = standing.total, standing.unit, standing.pace
    early, over = text("no working day of the period has ended yet"), text("no working day remains")
    no_days = text("the period has no working days")
    figures = [
        envelope.ratio("pace", text("Pace"), PACE, pace.index(total.credited, total.quota), reason=early),
        unit.figure(
            envelope, "expected", text("Expected by now"), EXPECTED, pace.expected(total.quota), reason=no_days
        ),
        unit.figure(
            envelope,
            "required",
            text("Needed per working day"),
            REQUIRED,
            pace.required(total.credited, total.quota),
            reason=over,
        ),
        unit.figure(
            envelope,
            "run_rate",
            text("Landing at this run rate"),
            RUN_RATE,
            pace.run_rate(total.credited),
            reason=early,
        ),
    ]
    return [*figures, *_curve_figures(standing, envelope)]


def _curve_figures(standing: QuotaStanding, envelope: Envelope) -> list[Figure]:
    found, total, unit = get_curve(standing), standing.total, standing.unit
    if found is None:
        return []
    curve, at = found
    due = total.quota * curve.share(at)
    landing = curve.landing(total.credited, at)
    middle, low, high = landing or (None, None, None)
    never = text("in none of the earlier periods anything was booked by this point")
    unbounded = text("in a quarter of the earlier periods nothing was booked by this point")
    index = total.credited / due if due else None
    return [
        envelope.ratio("pace_curve", text("Pace by closing curve"), PACE_CURVE, index, reason=never),
        unit.figure(envelope, "expected_curve", text("Expected by closing curve"), EXPECTED_CURVE, due),
        unit.figure(envelope, "landing", text("Landing by closing curve"), LANDING, middle, reason=never),
        unit.figure(envelope, "landing_low", text("Landing, lower"), LANDING_LOW, low, reason=never),
        unit.figure(
            envelope, "landing_high", text("Landing, upper"), LANDING_HIGH, high, reason=unbounded if landing else never
        ),
    ]


def list_linearity_figures(standing: QuotaStanding, envelope: Envelope) -> list[Figure]:
    return [
        envelope.ratio("linearity", text("Share of {month}", month=month_name(month.key)), LINEARITY, share)
        for month, share in zip(standing.months, _linearity(standing) or (), strict=False)
    ]
