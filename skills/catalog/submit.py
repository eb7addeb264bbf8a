"""Say what a period will bring: one's own call, or instead of somebody below. Nothing is ever overwritten."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from pydantic import Field

from skills.answer import Action, Block, Choice, Fact, Facts, Invocation
from skills.calls import Call, Calls, get_calls
from skills.change import Change
from skills.coming import find_coming_period, grain_of
from skills.contract import Effect, Example, Skill, SkillContext, SkillParams
from skills.errors import Impossible, NotAllowed, Unclear
from skills.measures.calendar import Grain, Period
from skills.outlook import Outlook, get_outlook
from skills.population import find_population, period_words
from skills.references import find_person, read_amount, reference
from skills.terms import CATEGORIES
from skills.text import Text, text
from skills.track_record import USUAL, Score, get_own_record
from skills.wording import period_name
from store.change_log import FieldChange, RecordChange, RecordKind, to_json
from store.models import Category, ForecastSubmission, Person
from store.money import Money
from store.scope import Scope

CATEGORY_WORDS = {
    Category.COMMIT: ("commit", "committed", "call", "forecast", "承诺", "预测", "确定", "保底"),
    Category.BEST_CASE: (
        "best case",
        "best_case",
        "best",
        "bestcase",
        "upside",
        "乐观",
        "最好",
        "最佳",
        "冲刺",
        "争取",
    ),
}


class SubmitParams(SkillParams):
    amount: str = Field(description=text("the amount that you stand for, with what is won already").template)
    category: str | None = Field(default=None, description=text("commit or best case; commit when left out").template)
    period: str | None = Field(default=None, description=text("which period; this quarter when left out").template)
    owner: str | None = Field(
        default=None, description=text("about whom, when it is not your own or your team's").template
    )
    note: str | None = Field(default=None, description=text("why, in a few words").template)


@dataclass(frozen=True)
class _Case:
    """What a call is about, and what it is seen beside."""

    person: Person
    is_own: bool
    period: Period
    category: Category
    outlook: Outlook
    earlier: Call | None
    """By the same author."""
    their_own: Call | None
    """The person's, where somebody else says something else."""
    beside: Call | None
    """By the same author in the other category."""


def run(context: SkillContext, params: SubmitParams) -> Change:
    category = _category(params.category)
    period = find_coming_period(context, params.period, Grain.QUARTER)
    if period.end <= context.today:
        raise Impossible(
            text("{period} is over; there is nothing left to forecast.", period=period_name(period)),
            text("See how the forecasts were: ask for forecast accuracy."),
        )
    found = find_person(context, params.owner or "me")
    person = found.value
    is_own = person.id == context.actor.id
    if not is_own and not context.audience.is_private:
        raise NotAllowed(text("What you say instead of somebody else is between the two of us. Tell me directly."))
    population = find_population(context, reference("person", person.id), None)
    outlook = get_outlook(context, population.scope, period)
    calls = get_calls(context, Scope.of([person.id or 0]), period)
    own = calls.newest(person.id or 0, category)
    case = _Case(
        person=person,
        is_own=is_own,
        period=period,
        category=category,
        outlook=outlook,
        earlier=own if is_own else _by_me(context, calls.overrides.get((person.id or 0, category), ())),
        their_own=None if is_own else own,
        beside=_other(context, calls, person.id or 0, category),
    )
    before = case.earlier or case.their_own
    currency = before.money.currency if before else outlook.currency
    amount = read_amount(params.amount, currency, before.money if before else None)
    money = amount.money
    if money.minor < 0:
        raise Impossible(text("A forecast can't be below zero."))
    note = (params.note or "").strip()
    if case.earlier is not None and case.earlier.money == money and (not note or note == case.earlier.note):
        return Change(records=(), headline=text("That is your call already: {amount}.", amount=money))
    doubts = [doubt for doubt in (found.doubt, amount.doubt) if doubt]
    return Change(
        records=(_record(context, case, money, note),),
        headline=_headline(context, case, money),
        doubts=(*doubts, *_doubts(context, case, money)),
        blocks=_beside(context, case),
        follow_ups=_follow_ups(context, case, params),
    )


def _category(words: str | None) -> Category:
    said = (words or "commit").strip().casefold()
    for category, names in CATEGORY_WORDS.items():
        if said in names:
            return category
    raise Unclear(
        text("Is that your commit or your best case?"),
        choices=[Choice.of(CATEGORIES[category], category=category.value) for category in CATEGORY_WORDS],
    )


def _other(context: SkillContext, calls: Calls, person_id: int, category: Category) -> Call | None:
    """The same author's best case where this is the commit, and the other way round."""
    other = Category.BEST_CASE if category is Category.COMMIT else Category.COMMIT
    if person_id == context.actor.id:
        return calls.newest(person_id, other)
    return _by_me(context, calls.overrides.get((person_id, other), ()))


def _by_me(context: SkillContext, calls: tuple[Call, ...]) -> Call | None:
    return next((call for call in calls if call.author_id == context.actor.id), None)


def _record(context: SkillContext, case: _Case, money: Money, note: str) -> RecordChange:
    wanted = ForecastSubmission(
        person_id=case.person.id or 0,
        author_id=context.actor.id,
        period_start=case.period.start,
        period_end=case.period.end,
        category=case.category,
        amount_minor=money.minor,
        currency=money.currency,
        note=note,
        submitted_at=context.now,
    )
    shown = ("amount_minor", "currency", "category", "note")
    hidden = ("person_id", "author_id", "period_start", "period_end", "submitted_at")
    fields = tuple(
        FieldChange(field=name, new=to_json(getattr(wanted, name)), derived=name in hidden)
        for name in (*shown, *hidden)
        if getattr(wanted, name) != ""
    )
    return RecordChange(kind=RecordKind.SUBMISSION, label=case.person.name, fields=fields)


def _headline(context: SkillContext, case: _Case, money: Money) -> Text:
    period, what = period_name(case.period), CATEGORIES[case.category]
    if not case.is_own:
        who = case.person.name
        if case.their_own is None:
            return text(
                "**{who}**, {category} for {period}: **{amount}**, by you.",
                who=who,
                category=what,
                period=period,
                amount=money,
            )
        return text(
            "**{who}**, {category} for {period}: **{amount}**, by you. Their own call of {own} stays beside it.",
            who=who,
            category=what,
            period=period,
            amount=money,
            own=case.their_own.money,
        )
    if case.earlier is None:
        return text("Your {category} for {period} is **{amount}**.", category=what, period=period, amount=money)
    return text(
        "Your {category} for {period} is **{amount}** (it was {earlier} on {day}).",
        category=what,
        period=period,
        amount=money,
        earlier=case.earlier.money,
        day=case.earlier.at.astimezone(ZoneInfo(context.actor.zone)).date(),
    )


def _doubts(context: SkillContext, case: _Case, money: Money) -> list[Text]:
    """Where the call cannot come true by what is known: below what is won, or above everything that is open."""
    return [*_against_other(context, case, money), *_against_known(context, case, money)]


def _against_other(context: SkillContext, case: _Case, money: Money) -> list[Text]:
    """A best case is never below the commit."""
    other = case.beside
    if other is None or other.money.currency != money.currency or not context.audience.is_private:
        return []
    commit, best = (money, other.money) if case.category is Category.COMMIT else (other.money, money)
    if best < commit:
        return [text("That makes a best case of {best} below the commit of {commit}.", best=best, commit=commit)]
    return []


def _against_known(context: SkillContext, case: _Case, money: Money) -> list[Text]:
    outlook = case.outlook
    exact = context.rates.exact(money, context.today, context.organisation.open_rates, outlook.currency)
    if outlook.missing or exact is None or not context.audience.is_private:
        return []
    total = outlook.total
    if exact < total.booked:
        return [text("{booked} is booked already, which is more.", booked=outlook.money(total.booked))]
    if exact > total.booked + total.open:
        return [
            text(
                "That is more than everything together: {booked} booked and {open} open in {period}.",
                booked=outlook.money(total.booked),
                open=outlook.money(total.open),
                period=period_name(case.period),
            )
        ]
    return []


def _beside(context: SkillContext, case: _Case) -> tuple[Block, ...]:
    """What to see beside a call before it is made. In a channel others would see it too, so that it stays out."""
    outlook = case.outlook
    if not context.audience.is_private:
        return ()
    facts = []
    if not outlook.missing:
        total = outlook.total
        facts = [
            Fact(label=text("Booked"), value=text("{it}", it=outlook.money(total.booked))),
            Fact(label=text("Closed + commit"), value=text("{it}", it=outlook.money(total.commit_forecast))),
            Fact(
                label=text("Closed + commit + best case"),
                value=text("{it}", it=outlook.money(total.best_case_forecast)),
            ),
            Fact(
                label=text("Weighted landing"),
                value=text(
                    "{landing} (between {low} and {high})",
                    landing=outlook.coarse(total.landing),
                    low=outlook.coarse(outlook.band.low),
                    high=outlook.coarse(outlook.band.high),
                ),
            ),
        ]
    grain = grain_of(context, case.period)
    if grain in (Grain.MONTH, Grain.QUARTER):
        score = get_own_record(context, case.person, grain)
        label = text("Your calls so far") if case.is_own else text("Their calls so far")
        facts.append(Fact(label=label, value=_track(score)))
    return (Facts(facts=tuple(facts)),) if facts else ()


def _track(score: Score) -> Text:
    if score.wape is None or score.bias is None:
        return text("none that could be measured")
    if score.bias > 0:
        lean = text("{share} too high", share=score.bias)
    elif score.bias < 0:
        lean = text("{share} too low", share=-score.bias)
    else:
        lean = text("neither too high nor too low")
    count = len(score.pairs)
    if count == 1:
        return text(
            "off by {error}, {lean} (at {vintage}, one period)", error=score.wape, lean=lean, vintage=USUAL.label
        )
    return text(
        "off by {error}, {lean} (at {vintage}, {count} periods)",
        error=score.wape,
        lean=lean,
        vintage=USUAL.label,
        count=count,
    )


def _follow_ups(context: SkillContext, case: _Case, params: SubmitParams) -> tuple[Action, ...]:
    period = period_words(context, case.period)
    return (
        Action(label=text("Forecast"), invocation=Invocation.of("forecast", owner=params.owner or "me", period=period)),
    )


SKILL = Skill(
    name="submit",
    summary=text("Submit a forecast call, your own or instead of somebody below"),
    params=SubmitParams,
    run=run,
    effect=Effect.WRITE,
    aliases=("call-it", "override"),
    form=("amount", "category", "period", "note"),
    examples=(
        Example("my commit for this quarter is 320k", SubmitParams(amount="320k", period="this quarter")),
        Example("I call 1.2M for my team", SubmitParams(amount="1.2M")),
        Example("submit my forecast: 450k", SubmitParams(amount="450k")),
        Example("my best case for Q4 is 500k", SubmitParams(amount="500k", category="best case", period="Q4")),
        Example(
            "override dana's commit to 150k, she always sandbags",
            SubmitParams(amount="150k", owner="dana", note="she always sandbags"),
        ),
        Example("put me down for 80k in december", SubmitParams(amount="80k", period="december")),
        Example("change my commit to 290k", SubmitParams(amount="290k")),
        Example(
            "I'm calling sam at 60,000 this month", SubmitParams(amount="60,000", owner="sam", period="this month")
        ),
        Example("我这个季度承诺32万", SubmitParams(amount="32万", period="这个季度")),
        Example("我的最佳预测是50万", SubmitParams(amount="50万", category="最佳")),
        Example("我们团队本季度我报120万", SubmitParams(amount="120万", period="本季度")),
        Example("把dana的承诺改成15万，她总是保守", SubmitParams(amount="15万", owner="dana", note="她总是保守")),
    ),
)
