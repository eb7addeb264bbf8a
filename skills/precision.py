"""Whether the warnings were right: how much of what was flagged once was lost or slipped since (domain 3.11)."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from skills.answer import Answer, Column, Table
from skills.contract import SkillContext
from skills.envelope import Envelope
from skills.figure import Figure
from skills.flags import RULES
from skills.measures.calendar import Grain
from skills.measures.risk import Rule
from skills.standing import Judged, list_judged_then
from skills.text import AnyValue, Text, text, value
from store.models import Status
from store.risk import Outcome, list_outcomes
from store.scope import Scope
from store.snapshots import get_last_snapshot_day

AGO = 90
"""Days after which it is known how things went."""
OLDER = dt.timedelta(days=30)
"""A snapshot that is older by more than this is no answer to how things went in the last quarter."""
FEW = 10
"""Opportunities on either side that a share needs at the least."""

PRECISION = text("Of the opportunities that were at risk on that day, the share that was lost or slipped since.")
BASE = text(
    "Of the opportunities that were not at risk on that day, those to watch among them, the share that was lost or "
    "slipped since."
)


@dataclass
class Tally:
    """How many there were, and how many of them were lost or slipped."""

    count: int = 0
    bad: int = 0

    def add(self, bad: bool) -> None:
        self.count += 1
        self.bad += bad

    @property
    def share(self) -> Fraction | None:
        """None from too few."""
        return Fraction(self.bad, self.count) if self.count >= FEW else None


@dataclass
class Precision:
    """What was at risk at the end of a day, what was not, and how it went on. `day` is None without a snapshot."""

    day: dt.date | None
    flagged: Tally = field(default_factory=Tally)
    unflagged: Tally = field(default_factory=Tally)
    watched: Tally = field(default_factory=Tally)
    """Those of the unflagged to which a warning applied."""
    by_rule: dict[Rule, Tally] = field(default_factory=dict)


def get_precision(context: SkillContext, scope: Scope) -> Precision:
    """The warnings of some 90 days ago against what came of them.

    Evaluated from the snapshot of that day, the log and the activities up to then. Who was known to play which part is
    kept without a date, so the rule about the buyer is left out, and snoozes are no matter.
    """
    day = get_last_snapshot_day(context.session, context.today - dt.timedelta(days=AGO), OLDER)
    if day is None:
        return Precision(None)
    precision = Precision(day)
    waiting: list[Judged] = []
    for judged in list_judged_then(context, scope, day):
        waiting.append(judged)
        if len(waiting) == 500:
            _settle(context, precision, waiting)
            waiting = []
    _settle(context, precision, waiting)
    return precision


def _settle(context: SkillContext, precision: Precision, several: Sequence[Judged]) -> None:
    outcomes: Mapping[int, Outcome] = list_outcomes(context.session, [judged.row.id for judged in several])
    for judged in several:
        if judged.row.id not in outcomes:
            continue
        bad = _went_badly(context, outcomes[judged.row.id], judged.row.expected_close)
        (precision.flagged if judged.at_risk else precision.unflagged).add(bad)
        if judged.findings and not judged.at_risk:
            precision.watched.add(bad)
        for finding in judged.findings:
            precision.by_rule.setdefault(finding.rule, Tally()).add(bad)


def _went_badly(context: SkillContext, outcome: Outcome, expected: dt.date | None) -> bool:
    """Lost, or not won in the quarter that was expected then: late, pushed out of it, or still open after it."""
    if outcome.status == Status.LOST:
        return True
    if expected is None:
        return False
    end = context.calendar.containing(Grain.QUARTER, expected).end
    if outcome.status == Status.WON:
        return outcome.closed_on is not None and outcome.closed_on >= end
    return context.today >= end or (outcome.expected_close is not None and outcome.expected_close >= end)


def precision_answer(precision: Precision, whose: Text, as_of: dt.datetime) -> Answer:
    """How it went on with what was flagged, beside what was not."""
    day = precision.day
    flagged, unflagged = precision.flagged.share, precision.unflagged.share
    if day is None:
        headline = text("I can't say yet whether the warnings were right: there is no snapshot of 90 days ago.")
    elif flagged is None:
        headline = text(
            "Too few were at risk on {day} to say whether the warnings were right: {count} of {few} needed ({what}).",
            day=day, count=precision.flagged.count, few=FEW, what=whose,
        )  # fmt: skip
    else:
        headline = text(
            "Of {count} opportunities at risk on {day}, **{share}** were lost or slipped since; "
            "of the {others} others, {base} ({what}).",
            count=precision.flagged.count,
            day=day,
            share=flagged,
            others=precision.unflagged.count,
            base=text("too few to say") if unflagged is None else text("{share}", share=unflagged),
            what=whose,
        )
    return Answer(
        headline=headline,
        blocks=(_table(precision),) if precision.by_rule else (),
        figures=_figures(precision, whose, as_of),
        notes=(
            text("Slipped: not won within the quarter in which it was expected then. Snoozes are not looked at."),
            text("“{rule}” is left out: who was known then is not kept by date.", rule=RULES[Rule.NO_BUYER]),
            text("Counted: {whose}.", whose=whose),
        ),
    )


def _figures(precision: Precision, whose: Text, as_of: dt.datetime) -> tuple[Figure, ...]:
    envelope = Envelope(as_of, filters=(whose,))
    reason = text("there is no snapshot of 90 days ago") if precision.day is None else text("too few")
    figures = []
    for name, label, definition, tally in (
        ("flag_precision", text("At risk, then lost or slipped"), PRECISION, precision.flagged),
        ("unflagged_share", text("Not at risk, then lost or slipped"), BASE, precision.unflagged),
    ):
        figures.append(envelope.ratio(name, label, definition, tally.share, reason=reason, count=tally.count))
    return tuple(figures)


def _table(precision: Precision) -> Table:
    def row(label: Text, tally: Tally) -> tuple[AnyValue, ...]:
        share = text("too few") if tally.share is None else value(tally.share)
        return (label, value(tally.count), value(tally.bad), share)

    ranked = sorted(precision.by_rule.items(), key=lambda item: (-(item[1].share or 0), -item[1].count, item[0]))
    labels = (text("Lost or slipped"), text("Share"))
    return Table(
        title=text("How it went on, by warning"),
        columns=(
            Column(label=text("Warning")),
            Column(label=text("Flagged"), numeric=True),
            *(Column(label=label, numeric=True) for label in labels),
        ),
        rows=(
            *(row(RULES[rule], tally) for rule, tally in ranked),
            row(text("at risk"), precision.flagged),
            row(text("not at risk"), precision.unflagged),
            row(text("of these to watch"), precision.watched),
        ),
    )
