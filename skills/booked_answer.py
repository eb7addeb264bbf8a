"""What was won in words: the total, its parts, months, and what could not be added up."""

from skills.answer import Action, Answer, Block, Chart, Column, Invocation, Series, Table
from skills.booked_total import TITLES, BookedTotal
from skills.envelope import Envelope
from skills.text import AnyValue, Text, text, value
from skills.wording import enumeration, period_name, period_note
from store.money import Money

DEFINITION = text(
    "Sum of the amounts of the opportunities won in the period, by booking date, each at the exchange rate of its "
    "booking date; of what is split, the share of those who are counted."
)


def present(booked: BookedTotal) -> Answer:
    warnings = _warnings(booked)
    envelope = Envelope(
        booked.as_of,
        booked.period,
        booked.records,
        (booked.whose,),
        warnings,
    )
    reason = text("no exchange rate for {currencies}", currencies=enumeration(booked.missing))
    figures = [
        envelope.money(
            "booked", text("Won"), DEFINITION, booked.total, currency=booked.currency, reason=reason, count=booked.count
        ),
        envelope.number("count", text("Opportunities won"), text("Opportunities won, by booking date."), booked.count),
    ]
    if booked.total is None:
        figures += [
            envelope.money(
                "booked",
                text("Won, as sold"),
                text("Sum of the amounts sold in this currency, by booking date."),
                money,
                currency=money.currency,
            )
            for money in booked.originals
        ]
    return Answer(
        headline=_headline(booked),
        blocks=_blocks(booked),
        figures=tuple(figures),
        actions=_actions(booked),
        notes=(*warnings, *booked.doubts, period_note(booked.period, booked.whose)),
        unabridged=booked.population.is_public,
    )


def _headline(booked: BookedTotal) -> Text:
    if not booked.count:
        return text("Nothing was won in {period} ({whose}).", period=period_name(booked.period), whose=booked.whose)
    if booked.total is None:
        return text(
            "Won in {period}: **{amounts}**, {count} opportunities ({whose}). I can't add that up in {currency}.",
            period=period_name(booked.period),
            amounts=enumeration(booked.originals),
            count=booked.count,
            whose=booked.whose,
            currency=booked.currency,
        )
    if booked.count == 1:
        return text(
            "Won in {period}: **{amount}**, one opportunity ({whose}).",
            period=period_name(booked.period),
            amount=booked.total,
            whose=booked.whose,
        )
    return text(
        "Won in {period}: **{amount}**, {count} opportunities ({whose}).",
        period=period_name(booked.period),
        amount=booked.total,
        count=booked.count,
        whose=booked.whose,
    )


def _warnings(booked: BookedTotal) -> tuple[Text, ...]:
    warnings = []
    if booked.unconverted:
        named: Text = enumeration(booked.unconverted_names)
        if booked.unconverted > len(booked.unconverted_names):
            more = booked.unconverted - len(booked.unconverted_names)
            named = text("{these} and {count} more", these=named, count=more)
        warnings.append(
            text(
                "No total in {currency}: there was no exchange rate for {missing} on the booking date of {named}. "
                "An administrator can import the rates.",
                currency=booked.currency,
                missing=enumeration(booked.missing),
                named=named,
            )
        )
    if booked.without_amount == 1:
        warnings.append(text("One of them has no amount and adds nothing to the sum."))
    elif booked.without_amount:
        warnings.append(text("{count} of them have no amount and add nothing to the sum.", count=booked.without_amount))
    return tuple(warnings)


def _blocks(booked: BookedTotal) -> tuple[Block, ...]:
    blocks: list[Block] = []
    if len(booked.parts) > 1 or (booked.by_asked and booked.parts):
        blocks.append(_table(booked))
    if any(part.count for part in booked.months):
        blocks.append(
            Chart(
                kind="bar",
                title=text("Won by month ({currency})", currency=booked.currency),
                categories=tuple(part.label for part in booked.months),
                series=(Series(label=text("Won"), values=tuple(float(part.money.units) for part in booked.months)),),
                unit=booked.currency,
            )
        )
    if booked.total is not None and any(money.currency != booked.currency for money in booked.originals):
        blocks.append(
            Table(
                title=text("As sold"),
                columns=(Column(label=text("Currency")), Column(label=text("Amount"), numeric=True)),
                rows=tuple((value(money.currency), value(money)) for money in booked.originals),
            )
        )
    return tuple(blocks)


def _table(booked: BookedTotal) -> Table:
    title, first, _ = TITLES[booked.by]
    shown, rest = booked.parts[: booked.shown], booked.parts[booked.shown :]
    rows: list[tuple[AnyValue, ...]] = [(part.label, value(part.count), value(part.money)) for part in shown]
    for currency in sorted({part.money.currency for part in rest}):
        others = [part for part in rest if part.money.currency == currency]
        rows.append(
            (
                text("{count} others", count=len(others)),
                value(sum(part.count for part in others)),
                value(Money(sum(part.money.minor for part in others), currency)),
            )
        )
    return Table(
        title=title,
        columns=(
            Column(label=first),
            Column(label=text("Deals"), numeric=True),
            Column(label=text("Amount"), numeric=True),
        ),
        rows=tuple(rows),
        total=(text("Total"), value(booked.count), value(booked.total)) if booked.total is not None else None,
    )


def _actions(booked: BookedTotal) -> tuple[Action, ...]:
    if booked.last is not None and not booked.count:
        show = Invocation.of("booked", {**booked.asked, "period": booked.last.label})
        return (Action(label=text("Show {period}", period=period_name(booked.last)), invocation=show),)
    if not booked.population.is_single and booked.count:
        board = Invocation.of("leaderboard", period=booked.period_words)
        return (Action(label=text("Leaderboard"), invocation=board),)
    return ()
