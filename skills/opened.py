"""What is said about the opportunities that were opened in a period: by month, and by age."""

from dataclasses import dataclass
from typing import Literal

from skills.answer import Block, Chart, Column, Series, Table
from skills.cohorts import Cohorts, Course
from skills.envelope import Envelope, only
from skills.figure import Figure
from skills.measures.winrate import MINIMUM, share_by, win_rate
from skills.quantity import decimal, quantity, writable
from skills.text import Text, text, value
from skills.wording import period_name

AGES = (30, 60, 90, 180, 365)
DRAWN = 24
"""Points of the curve at most."""

COHORT = text("Won by now ÷ opened in the period; open ones are in the denominator.")
COURSE = text(
    "Share of the opportunities opened in the period that were won by this age, with open ones counted for as long as "
    "they have been open (Aalen–Johansen)."
)
P90_CYCLE = text("Nine tenths of the sales cycles are no longer; of what was won in the twelve months to the end.")


@dataclass(frozen=True)
class Told:
    """The parts of an answer that differ from one variant to the next."""

    headline: Text
    blocks: tuple[Block, ...]
    figures: tuple[Figure, ...]
    notes: tuple[Text, ...]


def _number(envelope: Envelope, name: Literal["won", "open"], label: Text, definition: Text, number: int) -> Figure:
    """How many of the cohort are in this state now."""
    records = None if envelope.records is None else only(envelope.records, status=name)
    return envelope.number(name, label, definition, number, records=records)


def tell_cohorts(cohorts: Cohorts, period: Text, whose: Text, envelope: Envelope) -> Told:
    """What has been won by now of what was opened, month by month."""
    whole = cohorts.whole
    few = text("too few: {count}, and it takes {least}", count=whole.opened, least=MINIMUM)
    figures = (
        envelope.ratio(
            "win_rate_cohort", text("Won of those opened"), COHORT, whole.rate, reason=few, count=whole.opened
        ),
        _number(envelope, "won", text("Won"), text("Opened in the period and won by now."), whole.won),
        _number(envelope, "open", text("Still open"), text("Opened in the period and open now."), whole.still_open),
        quantity(
            envelope,
            "cycle_p90",
            text("Nine tenths of the cycles"),
            P90_CYCLE,
            cohorts.p90,
            "days",
            reason=text("nothing was won in those twelve months"),
        ),
    )
    if not whole.opened:
        headline = text("Nothing was opened in {period} ({whose}).", period=period, whose=whose)
    elif whole.rate is None:
        headline = text(
            "Too few to give a win rate: {count} were opened in {period}, and it takes {least} ({whose}).",
            count=whole.opened,
            period=period,
            least=MINIMUM,
            whose=whose,
        )
    else:
        headline = text(
            "Won by now: **{rate}** of what was opened in {period}; {won} of {opened}, {open} still open ({whose}).",
            rate=whole.rate,
            period=period,
            won=whole.won,
            opened=whole.opened,
            open=whole.still_open,
            whose=whose,
        )
    notes = []
    if whole.opened and not whole.mature:
        notes.append(
            text("Immature: it can't be known how long a cycle takes, since nothing was won in the year before.")
            if cohorts.p90 is None
            else text(
                "Immature: the youngest are not older than {days} days, in which nine tenths of the sales are won. "
                "The rate will rise.",
                days=decimal(cohorts.p90),
            )
        )
    mature = {True: text("yes"), False: text("not yet")}
    table = Table(
        title=text("By month opened"),
        columns=(
            Column(label=text("Opened")),
            Column(label=text("Opportunities"), numeric=True),
            Column(label=text("Won"), numeric=True),
            Column(label=text("Still open"), numeric=True),
            Column(label=text("Won of those opened"), numeric=True),
            Column(label=text("Mature")),
        ),
        rows=tuple(
            (
                period_name(one.month),
                value(one.opened),
                value(one.won),
                value(one.still_open),
                text("too few") if one.rate is None else value(one.rate),
                mature[one.mature],
            )
            for one in cohorts.months
        ),
    )
    return Told(headline, (table,) if cohorts.months else (), figures, tuple(notes))


def tell_course(course: Course, period: Text, whose: Text, envelope: Envelope) -> Told:
    """Which share of what was opened is won by which age."""
    few = text("too few: {count}, and it takes {least}", count=course.count, least=MINIMUM)
    enough = course.count >= MINIMUM
    seen = course.points[-1].age if course.points else 0
    ages = [age for age in AGES if age <= seen] or ([seen] if course.points else [])
    shares = {age: writable(share_by(course.points, age)) for age in {*ages, seen}}
    figures = [
        quantity(
            envelope,
            "win_rate_by_age",
            text("Won within {days} days", days=age),
            COURSE,
            shares[age] if enough else None,
            "%",
            reason=few,
            count=course.count,
        )
        for age in sorted({*ages, seen})
    ]
    simple = win_rate(course.won, course.lost)
    if not enough:
        headline = text(
            "Too few to give a win rate: {count} were opened in {period}, and it takes {least} ({whose}).",
            count=course.count,
            period=period,
            least=MINIMUM,
            whose=whose,
        )
        return Told(headline, (), tuple(figures), ())
    headline = text(
        "Of the {count} opened in {period}, **{share}** are won within {days} days ({whose}).",
        count=course.count,
        period=period,
        share=shares[seen],
        days=seen,
        whose=whose,
    )
    notes = [text("{count} are still open and count for as long as they have been.", count=course.still_open)]
    if simple is not None and course.still_open:
        notes.append(text("Won ÷ (won + lost) would be {rate}, which leaves the open ones out.", rate=simple))
    if course.impossible:
        notes.append(text("{count} were closed before they were opened and are left out.", count=course.impossible))
    drawn = sorted({round(seen * number / DRAWN) for number in range(DRAWN + 1)})
    blocks: tuple[Block, ...] = (
        Table(
            title=text("Won by age"),
            columns=(Column(label=text("Within")), Column(label=text("Won"), numeric=True)),
            rows=tuple((text("{days} days", days=age), value(shares[age])) for age in sorted(shares)),
        ),
        Chart(
            kind="line",
            title=text("Share won by age in days (%)"),
            categories=tuple(text("{days} d", days=age) for age in drawn),
            series=(
                Series(label=text("Won"), values=tuple(float(share_by(course.points, age) * 100) for age in drawn)),
            ),
            unit="%",
        ),
    )
    return Told(headline, blocks, tuple(figures), tuple(notes))
