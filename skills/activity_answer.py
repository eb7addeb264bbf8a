"""What people do, in words: how often, how far it reaches, what comes of it, by person and class."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from skills.answer import Action, Answer, Block, Chart, Column, Fact, Facts, Invocation, Series, Table
from skills.effort import NOT_BOUGHT, Efforts
from skills.envelope import Envelope
from skills.figure import Figure, RecordFilter
from skills.measures.activity import HOUR, Effort
from skills.measures.calendar import Period
from skills.population import Population
from skills.quantity import decimal, quantity, writable
from skills.text import AnyValue, Text, text, value, verbatim
from skills.wording import period_name, period_note
from store.efforts import BULK, TWICE
from store.money import Money, rounded

DRAWN = 15
Kind = Literal["call", "email", "meeting", "demo", "note"]
PLURALS: Mapping[str, Text] = {
    "call": text("calls"),
    "email": text("e-mails"),
    "meeting": text("meetings"),
    "demo": text("demos"),
    "note": text("notes"),
}
SINGLE: Mapping[str, Text] = {
    "call": text("one call"),
    "email": text("one e-mail"),
    "meeting": text("one meeting"),
    "demo": text("one demo"),
    "note": text("one note"),
}
HEADINGS: Mapping[str, Text] = {
    "call": text("Phone calls"),
    "email": text("E-mails"),
    "meeting": text("Meetings"),
    "demo": text("Demos"),
    "note": text("Notes"),
}
PER_DAY = text(
    "Their number ÷ working days on which the people were there, without leave. Today counts as a whole day."
)
PER_ACCOUNT = text("Their number ÷ distinct accounts with at least one of them.")
COVERAGE = text(
    "Owned accounts of the class with at least one of them ÷ owned accounts of the class. A, B and C by what an "
    "account brought the whole company in the last 12 months: A up to 80% of it, B up to 95%."
)
NEW_TIME = text(
    "Minutes with accounts that had bought nothing before that day ÷ all minutes with accounts, in calls, meetings "
    "and demos. Where a duration is missing, the median of its kind counts."
)
CONNECTS = text("Calls that reached somebody ÷ calls made; incoming calls are in neither.")
MEETINGS = text("Meetings and demos ÷ calls that reached somebody.")
DEALS = text("Deals won ÷ meetings and demos.")
ENTERED = text("Those that were entered, each once.")
VALUE = text("What was won ÷ hours with customers, in calls, meetings and demos.")


@dataclass(frozen=True)
class Activities:
    population: Population
    period: Period
    period_words: str
    as_of: dt.datetime
    currency: str
    kind: Kind
    efforts: Efforts
    shown: int
    """People in the table; the others are one row."""
    given: Mapping[str, Any]
    """The parameters, so that buttons ask for the same."""


def present(found: Activities) -> Answer:
    warnings = _warnings(found)
    return Answer(
        headline=_headline(found),
        blocks=_blocks(found),
        figures=_figures(found, warnings),
        actions=_actions(found),
        notes=(*warnings, *found.efforts.doubts, *found.population.notes, _counted(found)),
    )


def _counted(found: Activities) -> Text:
    note = period_note(found.period, found.population.label)
    if found.efforts.last < found.period.last_day:
        return text("{counted} Up to {day}, today included.", counted=note, day=found.efforts.last)
    return note


def _headline(found: Activities) -> Text:
    total, kind = found.efforts.total, found.kind
    period, whose, noun = period_name(found.period), found.population.label, PLURALS[kind]
    count, per_day, per_account = total.counts.get(kind, 0), total.per_day(kind), total.per_account(kind)
    if not count:
        return text("No {noun} in {period} ({whose}).", noun=noun, period=period, whose=whose)
    counted = SINGLE[kind] if count == 1 else text("{count} {noun}", count=count, noun=noun)
    if per_day is None:
        return text(
            "**{counted}** in {period} ({whose}). There was no working day to divide by.",
            counted=counted,
            period=period,
            whose=whose,
        )
    if per_account is None:
        return text(
            "**{counted}** in {period}: {rate} a person and working day ({whose}).",
            counted=counted,
            period=period,
            rate=decimal(per_day, 2),
            whose=whose,
        )
    return text(
        "**{counted}** in {period}: {rate} a person and working day, {each} for each account reached ({whose}).",
        counted=counted,
        period=period,
        rate=decimal(per_day, 2),
        each=decimal(per_account),
        whose=whose,
    )


def _warnings(found: Activities) -> tuple[Text, ...]:
    total = found.efforts.total
    warnings = []
    if total.duplicates:
        warnings.append(
            text(
                "Entered twice within {minutes} minutes, and counted once: {count}.",
                count=total.duplicates,
                minutes=TWICE // 60,
            )
        )
    if total.bulk:
        warnings.append(
            text(
                "Entered in bulk, {least} or more within {minutes} minutes: {count}. They count, and are marked.",
                count=total.bulk,
                least=BULK,
                minutes=TWICE // 60,
            )
        )
    if total.estimated:
        warnings.append(
            text("Without a duration, so that the median of their kind counts: {count}.", count=total.estimated)
        )
    if total.untimed:
        warnings.append(text("Without a duration, and none is known for their kind: {count}.", count=total.untimed))
    if total.unknown:
        warnings.append(
            text("Calls that don't say how they ended, and are not taken as connected: {count}.", count=total.unknown)
        )
    if total.unconverted:
        warnings.append(text("Won deals without an exchange rate: {count}.", count=total.unconverted))
    return tuple(warnings)


def _figures(found: Activities, warnings: tuple[Text, ...]) -> tuple[Figure, ...]:
    total, kind = found.efforts.total, found.kind
    envelope = Envelope(found.as_of, found.period, None, (found.population.label,), warnings)
    scope = found.population.scope
    won = RecordFilter(
        owner_ids=None if scope.people is None else tuple(sorted(scope.people)),
        status="won",
        start=found.period.start,
        end=found.efforts.last + dt.timedelta(days=1),
    )
    count, noun = total.counts.get(kind, 0), PLURALS[kind]
    hours = total.value_per_hour
    figures = [
        envelope.number(f"{kind}s", HEADINGS[kind], ENTERED, count, unit="activities"),
        quantity(
            envelope,
            f"{kind}s_per_day",
            text("{noun} a working day", noun=noun),
            PER_DAY,
            total.per_day(kind),
            "a day",
            reason=text("no working day"),
            count=count,
        ),
        quantity(
            envelope,
            f"{kind}s_per_account",
            text("{noun} an account", noun=noun),
            PER_ACCOUNT,
            total.per_account(kind),
            "an account",
            reason=text("none with an account"),
            count=count,
        ),
        envelope.ratio(
            "new_customer_time",
            text("Time on new customers"),
            NEW_TIME,
            None if total.new_share is None else writable(total.new_share),
            reason=text("no time with customers is known"),
        ),
        envelope.ratio(
            "connect_rate", text("Connected"), CONNECTS, total.connect_rate, reason=text("no calls"), count=total.dials
        ),
        envelope.ratio(
            "meeting_rate",
            text("Meetings of those"),
            MEETINGS,
            total.meeting_rate,
            reason=text("nobody was reached"),
            count=total.connects,
        ),
        envelope.ratio(
            "deal_rate",
            text("Deals won of the meetings"),
            DEALS,
            total.deal_rate,
            reason=text("no meetings"),
            count=total.meetings,
        ),
        envelope.money(
            "value_per_hour",
            text("Won an hour with customers"),
            VALUE,
            None if hours is None else Money(rounded(hours), found.currency),
            currency=found.currency,
            reason=text("no exchange rate for {count} of them", count=total.unconverted)
            if total.unconverted
            else text("no time with customers is known"),
            count=total.deals,
            records=won,
        ),
    ]
    for grade, part in found.efforts.coverage.items():
        label = text("Coverage of class {grade}", grade=grade) if grade else text("Coverage of those without purchases")
        share = Fraction(part.reached, part.owned) if part.owned else None
        figures.append(
            envelope.ratio("coverage", label, COVERAGE, share, reason=text("none is owned"), count=part.owned)
        )
    return tuple(figures)


def _blocks(found: Activities) -> tuple[Block, ...]:
    efforts = found.efforts
    if not any(effort.counts for effort in efforts.by_person.values()):
        return ()
    blocks: list[Block] = [_yield(found)]
    if len(efforts.people) > 1:
        blocks.append(_people(found))
        if len(efforts.people) <= DRAWN:
            blocks.append(_chart(found))
    if efforts.coverage:
        blocks.append(_coverage(found))
    return tuple(blocks)


def _yield(found: Activities) -> Facts:
    """From the first call to the money."""
    total = found.efforts.total
    none = text("–")

    def share(exact: Fraction | None) -> Text:
        return none if exact is None else text("{share}", share=exact)

    hours = total.value_per_hour
    return Facts(
        facts=(
            Fact(label=text("Calls that reached somebody"), value=share(total.connect_rate)),
            Fact(label=text("Meetings of those"), value=share(total.meeting_rate)),
            Fact(label=text("Deals won of the meetings"), value=share(total.deal_rate)),
            Fact(
                label=text("Won an hour with customers"),
                value=none if hours is None else text("{amount}", amount=Money(rounded(hours), found.currency)),
            ),
            Fact(label=text("Hours with customers"), value=text("{hours}", hours=decimal(total.minutes / HOUR))),
            Fact(
                label=text("Time on new customers"),
                value=none if total.new_share is None else share(writable(total.new_share)),
            ),
        )
    )


def _people(found: Activities) -> Table:
    """By name, so that nobody is put last."""
    efforts, kind = found.efforts, found.kind
    ordered = sorted(efforts.people.values(), key=lambda person: (person.name, person.id))
    rows = [_row(verbatim(person.name), efforts.by_person[person.id or 0], kind) for person in ordered[: found.shown]]
    if rest := ordered[found.shown :]:
        others = Effort()
        for person in rest:
            others.add(efforts.by_person[person.id or 0])
        rows.append(_row(text("{count} others", count=len(rest)), others, kind, whole=False))
    return Table(
        title=text("By person"),
        columns=(
            Column(label=text("Person")),
            Column(label=HEADINGS[kind], numeric=True),
            Column(label=text("Days"), numeric=True),
            Column(label=text("A day"), numeric=True),
            Column(label=text("Accounts"), numeric=True),
            Column(label=text("Meetings"), numeric=True),
            Column(label=text("Connected"), numeric=True),
            Column(label=text("New customers"), numeric=True),
            Column(label=text("Won"), numeric=True),
            Column(label=text("In bulk"), numeric=True),
        ),
        rows=tuple(rows),
        total=_row(text("Total"), efforts.total, kind),
    )


def _row(label: Text, effort: Effort, kind: Kind, *, whole: bool = True) -> tuple[AnyValue, ...]:
    none = text("–")

    def share(exact: Fraction | None) -> AnyValue:
        return none if exact is None else value(writable(exact))

    per_day = effort.per_day(kind)
    return (
        label,
        value(effort.counts.get(kind, 0)),
        value(effort.days),
        none if per_day is None else value(decimal(per_day, 2)),
        value(effort.accounts) if whole else none,
        value(effort.meetings),
        share(effort.connect_rate),
        share(effort.new_share),
        value(effort.deals),
        value(effort.bulk),
    )


def _chart(found: Activities) -> Chart:
    efforts, kind = found.efforts, found.kind
    ordered = sorted(efforts.people.values(), key=lambda person: (person.name, person.id))
    return Chart(
        kind="bar",
        title=text("{what} a working day", what=HEADINGS[kind]),
        categories=tuple(verbatim(person.name) for person in ordered),
        series=(
            Series(
                label=HEADINGS[kind],
                values=tuple(float(efforts.by_person[person.id or 0].per_day(kind) or 0) for person in ordered),
            ),
        ),
    )


def _coverage(found: Activities) -> Table:
    names = {"A": text("A"), "B": text("B"), "C": text("C"), NOT_BOUGHT: text("bought nothing")}
    return Table(
        title=text("Accounts reached, by class"),
        columns=(
            Column(label=text("Class")),
            Column(label=text("Owned"), numeric=True),
            Column(label=text("Reached"), numeric=True),
            Column(label=text("Share"), numeric=True),
        ),
        rows=tuple(
            (names[grade], value(part.owned), value(part.reached), value(Fraction(part.reached, part.owned)))
            for grade, part in found.efforts.coverage.items()
        ),
    )


def _actions(found: Activities) -> tuple[Action, ...]:
    params = {**found.given, "period": found.period_words}
    others = ("meeting", "email") if found.kind == "call" else ("call",)
    return tuple(
        Action(label=HEADINGS[kind], invocation=Invocation.of("activity", {**params, "kind": kind})) for kind in others
    )
