"""What is at risk, in words: the worst first with what was seen, by warning, and the buttons that clear it."""

from fractions import Fraction

from skills.answer import Action, Answer, Block, Bullets, Column, Invocation, Table
from skills.envelope import Envelope
from skills.figure import Figure, RecordFilter
from skills.flags import RULES, described, mend_for
from skills.measures.risk import FEW
from skills.risk_list import Amounts, Risks
from skills.standing import Judged
from skills.text import AnyValue, Text, text, value, verbatim
from skills.wording import enumeration, no_rate, period_note
from store.money import Money, exponent, rounded

EXPLAINED = 7
BUTTONS = 5
PUT_OFF_BUTTONS = 1
"""Of these in the menu, which is short; any other is put off from its own answer, or in words."""
MOST_IDS = 500
"""Flagged opportunities that a figure can name one by one."""

AT_RISK = text(
    "Open opportunities whose warnings that nobody has put off have weights that add up to the bound (usually 3)."
)
VALUE = text("Sum of the amounts of the open opportunities at risk, each counted once.")
TO_WATCH = text("Open opportunities with a warning that nobody has put off that are not at risk.")
FLAGGED = text("Open opportunities to which at least one warning applies that nobody has put off.")
FLAGGED_VALUE = text("Sum of the amounts of the open opportunities to which at least one warning applies.")
SHARE = text("Open opportunities at risk ÷ open opportunities.")
OPEN = text("Open opportunities.")
PUT_OFF = text("Open opportunities whose warnings are all put off.")


def risks_answer(risks: Risks) -> Answer:
    warnings = _warnings(risks)
    return Answer(
        headline=_headline(risks),
        blocks=_blocks(risks),
        figures=_figures(risks, warnings),
        actions=_actions(risks),
        notes=(*warnings, *_notes(risks), *risks.doubts, _counted(risks)),
    )


def _money(risks: Risks, amounts: Amounts) -> Money | None:
    if amounts.missing:
        return None
    return Money(rounded(amounts.units * 10 ** exponent(risks.currency)), risks.currency)


def _counted(risks: Risks) -> Text:
    what: list[Text] = [risks.population.label]
    if risks.stage is not None:
        what.append(verbatim(risks.stage.name))
    if risks.rule is not None:
        what.append(RULES[risks.rule])
    if risks.period is None:
        return text("Counted: open today, {whose}.", whose=enumeration(what))
    return text("{counted} By expected close date.", counted=period_note(risks.period, enumeration(what)))


def _headline(risks: Risks) -> Text:
    count, worth = risks.listed.count, _money(risks, risks.listed)
    whose = risks.population.label
    if not risks.open_count:
        return text("Nothing is open ({what}).", what=whose)
    if not count and risks.rule is not None:
        return text(
            "None of the {open} open opportunities has the warning “{rule}” ({what}).",
            open=risks.open_count,
            rule=RULES[risks.rule],
            what=whose,
        )
    if not count:
        return text("None of the {open} open opportunities is at risk ({what}).", open=risks.open_count, what=whose)
    told = text("**{count} of {open} open opportunities**", count=count, open=risks.open_count)
    if risks.rule is not None:
        said = text("{told} have the warning “{rule}”", told=told, rule=RULES[risks.rule])
    elif risks.watches:
        said = text("{told} have a warning", told=told)
    else:
        said = text("{told} are at risk", told=told)
    if worth is None:
        return text(
            "{said} ({what}). I can't add up what they are worth in {currency}.",
            said=said,
            what=whose,
            currency=risks.currency,
        )
    return text("{said}, worth **{amount}** ({what}).", said=said, amount=worth, what=whose)


def _warnings(risks: Risks) -> tuple[Text, ...]:
    missing = risks.listed.missing
    if not missing:
        return ()
    return (
        text(
            "No total in {currency}: there is no exchange rate for {missing} today. "
            "An administrator can import the rates.",
            currency=risks.currency,
            missing=enumeration(sorted(missing)),
        ),
    )


def _notes(risks: Risks) -> list[Text]:
    notes = []
    if risks.watches and risks.listed.count:
        notes.append(
            text(
                "{count} of them are at risk, {others} to watch.",
                count=risks.at_risk.count,
                others=risks.to_watch.count,
            )
        )
    elif risks.to_watch.count == 1:
        notes.append(text("One more is to watch: its warnings weigh too little to call it at risk."))
    elif risks.to_watch.count:
        notes.append(
            text(
                "{count} more are to watch: their warnings weigh too little to call them at risk.",
                count=risks.to_watch.count,
            )
        )
    if risks.worst:
        notes.append(text("Worst first: amount × weight of the warnings."))
    if risks.foreign and not risks.listed.missing:
        notes.append(
            text("Other currencies at the plan rate.")
            if risks.plan_rates
            else text("Other currencies at today's rate, {day}.", day=risks.today)
        )
    if risks.unjudged:
        names = enumeration([RULES[rule] for rule in risks.unjudged])
        notes.append(text("Not judged: {rules}. That takes {few} won ones with a history.", rules=names, few=FEW))
    notes.append(text("Unpaid invoices and open service cases are not looked at yet."))
    return notes


def _figures(risks: Risks, warnings: tuple[Text, ...]) -> tuple[Figure, ...]:
    scope, period = risks.population.scope, risks.period
    everything = RecordFilter(
        owner_ids=None if scope.people is None else tuple(sorted(scope.people)),
        status="open",
        start=period.start if period else None,
        end=period.end if period else None,
        stage_id=risks.stage.id if risks.stage else None,
    )
    put_off = RecordFilter(ids=tuple(sorted(judged.row.id for judged in risks.put_off)))
    flagged = risks.flagged

    def envelope(amounts: Amounts) -> Envelope:
        """With the opportunities named one by one, where they are not too many."""
        if amounts.count <= MOST_IDS:
            records = RecordFilter(ids=tuple(sorted(amounts.ids)))
            return Envelope(risks.as_of, period, records, (_counted(risks),), warnings)
        many = text("They are too many to be listed one by one; ask for one team or person.")
        return Envelope(risks.as_of, period, None, (_counted(risks),), (*warnings, many))

    def money(name: str, label: Text, definition: Text, amounts: Amounts) -> Figure:
        return envelope(amounts).money(
            name,
            label,
            definition,
            _money(risks, amounts),
            currency=risks.currency,
            reason=no_rate(amounts.missing),
            count=amounts.count,
        )

    at_risk = risks.at_risk
    share = Fraction(at_risk.count, risks.open_count) if risks.open_count else None
    return (
        envelope(at_risk).number("at_risk", text("At risk"), AT_RISK, at_risk.count),
        money("value_at_risk", text("Value at risk"), VALUE, at_risk),
        envelope(at_risk).number("open", text("Open"), OPEN, risks.open_count, records=everything),
        envelope(at_risk).ratio(
            "at_risk_share",
            text("Share at risk"),
            SHARE,
            share,
            reason=text("nothing is open"),
            count=risks.open_count,
            records=everything,
        ),
        envelope(risks.to_watch).number("to_watch", text("To watch"), TO_WATCH, risks.to_watch.count),
        envelope(flagged).number("flagged", text("With a warning"), FLAGGED, flagged.count),
        money("value_flagged", text("Value with a warning"), FLAGGED_VALUE, flagged),
        envelope(flagged).number("snoozed", text("Put off"), PUT_OFF, len(risks.put_off), records=put_off),
    )


def _blocks(risks: Risks) -> tuple[Block, ...]:
    blocks: list[Block] = []
    if risks.worst:
        items = tuple(_explained(judged) for judged in risks.worst[:EXPLAINED])
        blocks.append(Bullets(title=text("Worst first"), items=items))
    if len(risks.by_rule) > 1 and risks.rule is None:
        blocks.append(_rule_table(risks))
    if len(risks.worst) > 1:
        blocks.append(_table(risks))
    if risks.put_off:
        blocks.append(Bullets(title=text("Put off"), items=tuple(map(_put_off, risks.put_off[:EXPLAINED]))))
    return tuple(blocks)


def _explained(judged: Judged) -> Text:
    why = described(judged.findings[0])
    for finding in judged.findings[1:]:
        why = text("{first} {next}", first=why, next=described(finding))
    row = judged.row
    if row.amount_minor is None:
        return text("**{name}** ({owner}): {why}", name=row.name, owner=row.owner, why=why)
    money = Money(row.amount_minor, row.currency)
    return text("**{name}** ({owner}), {amount}: {why}", name=row.name, owner=row.owner, amount=money, why=why)


def _put_off(judged: Judged) -> Text:
    last = max(judged.snoozed, key=lambda snoozed: snoozed.until)
    return text("**{name}** until {day}: {reason}", name=judged.row.name, day=last.until, reason=last.reason)


def _rule_table(risks: Risks) -> Table:
    ranked = sorted(risks.by_rule.items(), key=lambda item: (-item[1].units, -item[1].count, item[0]))
    rows = []
    for rule, amounts in ranked:
        worth = _money(risks, amounts)
        rows.append((RULES[rule], value(amounts.count), text("–") if worth is None else value(worth)))
    return Table(
        title=text("By warning (one opportunity can have several)"),
        columns=(
            Column(label=text("Warning")),
            Column(label=text("Open"), numeric=True),
            Column(label=text("Amount"), numeric=True),
        ),
        rows=tuple(rows),
    )


def _table(risks: Risks) -> Table:
    title = text("Opportunities with a warning") if risks.watches else text("Opportunities at risk")
    if risks.listed.count > len(risks.worst):
        more = risks.listed.count - len(risks.worst)
        title = text("The worst {count}, and {more} more", count=len(risks.worst), more=more)
    columns = (
        Column(label=text("Opportunity")),
        Column(label=text("Owner")),
        Column(label=text("Amount"), numeric=True),
        Column(label=text("Close date")),
        Column(label=text("Weight"), numeric=True),
        Column(label=text("Warnings")),
    )
    return Table(title=title, columns=columns, rows=tuple(map(_row, risks.worst)))


def _row(judged: Judged) -> tuple[AnyValue, ...]:
    row = judged.row
    return (
        verbatim(row.name),
        verbatim(row.owner),
        text("–") if row.amount_minor is None else value(Money(row.amount_minor, row.currency)),
        text("–") if row.expected_close is None else value(row.expected_close),
        value(judged.weight),
        enumeration([RULES[finding.rule] for finding in judged.findings]),
    )


def _actions(risks: Risks) -> tuple[Action, ...]:
    whose = {name: risks.asked[name] for name in ("owner", "team")}
    mine = [judged for judged in risks.worst if judged.row.id in risks.mine][:BUTTONS]
    mends = [mend_for(judged.findings[0], judged.row.id, judged.row.name) for judged in mine]
    snoozes = [
        Action(
            label=text("Put off {name}", name=judged.row.name),
            kind="form",
            invocation=Invocation.of("snooze", opportunity=f"opportunity:{judged.row.id}"),
            tucked=True,
        )
        for judged in mine[:PUT_OFF_BUTTONS]
    ]
    right = Invocation.of("risks", whose, check="precision")
    rules = Invocation.of("risks", check="rules")
    more = Invocation.of("risks", {**risks.asked, "check": "all"})
    watched = (
        () if risks.watches or not risks.to_watch.count else (Action(label=text("To watch as well"), invocation=more),)
    )
    return (
        *mends,
        *watched,
        *snoozes,
        Action(label=text("Were the warnings right?"), invocation=right, tucked=True),
        Action(label=text("The rules"), invocation=rules, tucked=True),
    )
