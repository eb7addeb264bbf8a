"""What stands behind a figure: the answer it comes from, the records it is made of, and whether they add up to it."""

import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any

from pydantic import ValidationError

from skills.answer import Answer, Choice, Status
from skills.contract import Effect, Skill, SkillContext
from skills.errors import Impossible, NotFound, SkillError, Unclear
from skills.figure import Figure, RecordFilter
from skills.permissions import check_skill
from skills.text import text, verbatim
from store.matching import MatchingSum, count_matching, sum_matching
from store.models import Opportunity, Stage
from store.models import Status as RecordStatus
from store.money import Money, Rates, exponent, rounded
from store.opportunities import list_stages
from store.scope import Scope

OWN = frozenset({"math", "why"})
"""They explain the others, and would only explain themselves."""
COUNTED = "opportunities"
CHOICES = 10


def ask_again(
    context: SkillContext, name: str, words: Mapping[str, Any] | str | None
) -> tuple[Skill, dict[str, Any], Answer]:
    """The skill, its parameters and its answer, made anew with the asker's rights.

    Raises `NotFound`, `Unclear` or `Impossible`, and whatever the skill itself raises.
    """
    params = _read_params(words)
    said = name.strip().lower().removeprefix("/")
    named = {word: skill for skill in context.skills.values() for word in (skill.name, *skill.aliases)}
    skill = named.get(said)
    if skill is None or skill.effect is not Effect.READ or skill.name in OWN or skill.present is None:
        raise NotFound(
            text("“{name}” gives no figures that I could explain.", name=name),
            choices=[
                Choice.of(verbatim(one.name), skill=one.name) for one in context.skills.values() if one.schedulable
            ][:CHOICES],
        )
    check_skill(skill, context.actor.role)
    try:
        answer = skill.present(skill.run(context, skill.validated(params)))
    except ValidationError as error:
        raise Unclear(text("I need to know which {skill} answer is meant.", skill=skill.name)) from error
    except SkillError as error:
        # The choices are about that answer; here they become requests to explain it so.
        choices = [
            Choice.of(choice.label, params={**params, **choice.invocation.params})
            for choice in error.choices
            if choice.invocation.skill in ("", skill.name)
        ]
        raise type(error)(error.headline, error.advice, choices) from error
    if answer.status is not Status.ANSWER or not answer.figures:
        raise Impossible(text("That answer has no figures that I could explain."))
    return skill, params, answer


def _read_params(words: Mapping[str, Any] | str | None) -> dict[str, Any]:
    """A mapping as it is, or written as JSON."""
    if isinstance(words, str):
        try:
            read = json.loads(words) if words.strip() else {}
        except ValueError:
            read = None
        if not isinstance(read, dict):
            raise Unclear(text("I can't read “{words}” as what that answer is about.", words=words))
        words = read
    return {name: value for name, value in (words or {}).items() if value not in (None, "")}


def find_figures(figures: Sequence[Figure], words: str | None) -> Sequence[Figure]:
    """The figures that are meant: all without words; "booked" is every one of that name, "booked#2" the second."""
    if not words or not words.strip():
        return figures
    said, _, number = words.strip().lower().partition("#")
    fitting = [one for one in figures if said in (one.name, one.name.replace("_", " "))]
    fitting = fitting or [one for one in figures if said == one.label.template.lower()]
    if not fitting:
        names = dict.fromkeys(one.name for one in figures)
        raise NotFound(
            text("There is no figure “{figure}” in that answer.", figure=words),
            choices=[Choice.of(next(one.label for one in figures if one.name == name), figure=name) for name in names][
                :CHOICES
            ],
        )
    if number.isdigit() and 1 <= int(number) <= len(fitting):
        return [fitting[int(number) - 1]]
    return fitting


class Way(StrEnum):
    """How the records make the figure."""

    COUNT = "count"
    SUM = "sum"
    WEIGHTED = "weighted"
    OTHER = "other"
    """They are what it is made of, and it is not their sum: a ratio, a median, a share of them."""


@dataclass(frozen=True)
class Pricing:
    """What an opportunity counts for, in minor units of `currency`, exact. None without a rate."""

    currency: str
    way: Way
    rates: Rates
    on: dt.date
    kind: str
    chances: Mapping[int, int]
    """Chance of being won by stage id, in percent."""

    def worth(self, status: str, stage_id: int, currency: str, amount: int, booked: int | None) -> Fraction | None:
        if self.way is Way.COUNT:
            return Fraction(1)
        frozen = status == RecordStatus.WON and self.currency == self.rates.currency
        if frozen and currency != self.currency:
            exact = None if booked is None else Fraction(booked)
        else:
            exact = (
                self.rates.exact(Money(amount, currency), self.on, self.kind, self.currency) if amount else Fraction(0)
            )
        if exact is None or self.way is not Way.WEIGHTED or status == RecordStatus.WON:
            return exact
        return exact * Fraction(self.chances[stage_id], 100)

    def of_sum(self, row: MatchingSum) -> Fraction | None:
        if self.way is Way.COUNT:
            return Fraction(row.count)
        # A won one that has an amount and no frozen one had no rate on its day.
        booked = row.booked_minor if row.booked == row.priced else None
        return self.worth(row.status, row.stage_id, row.currency, row.amount_minor, booked)

    def of(self, row: Opportunity) -> Fraction | None:
        """Zero where it has no amount."""
        booked = row.booked_minor if row.amount_minor is not None else 0
        return self.worth(row.status, row.stage_id, row.currency, row.amount_minor or 0, booked)


@dataclass(frozen=True)
class Proof:
    """The records of a figure, counted and added up again. `pricing` is None where they do not add up to it."""

    records: RecordFilter
    count: int
    """How many are found again."""
    visible: int
    """How many of them may be named here."""
    way: Way
    pricing: Pricing | None
    total: Fraction | None
    """In minor units, or their number."""


def get_proof(context: SkillContext, figure: Figure) -> Proof | None:
    """The records behind a figure; None where it is not made of opportunities."""
    if figure.records is None:
        return None
    session, wanted = context.session, figure.records
    sums = sum_matching(session, Scope.everybody(), wanted)
    visible = count_matching(session, context.scope, wanted)
    count = sum(row.count for row in sums)
    for pricing in _pricings(context, figure):
        total = add_up(sums, pricing.of_sum)
        if total is not None and _is_it(figure, pricing, total):
            return Proof(wanted, count, visible, pricing.way, pricing, total)
    return Proof(wanted, count, visible, Way.OTHER, None, None)


def add_up(rows: Sequence[MatchingSum], worth: Callable[[MatchingSum], Fraction | None]) -> Fraction | None:
    """The exact sum; None where one of them has no worth."""
    total = Fraction(0)
    for row in rows:
        part = worth(row)
        if part is None:
            return None
        total += part
    return total


def pricing_of(context: SkillContext, currency: str, way: Way, on: dt.date) -> Pricing:
    stages: Sequence[Stage] = list_stages(context.session)
    chances = {stage.id or 0: stage.probability for stage in stages}
    return Pricing(currency, way, context.rates, on, context.organisation.open_rates, chances)


def _pricings(context: SkillContext, figure: Figure) -> Sequence[Pricing]:
    day = context.organisation.day_of(figure.as_of)
    if figure.unit == COUNTED:
        return [pricing_of(context, "", Way.COUNT, day)]
    if figure.money is None:
        return []
    return [pricing_of(context, figure.unit, way, day) for way in (Way.SUM, Way.WEIGHTED)]


def _is_it(figure: Figure, pricing: Pricing, total: Fraction) -> bool:
    if pricing.way is Way.COUNT:
        return figure.exact == total
    return figure.exact == Fraction(rounded(total), 10 ** exponent(figure.unit))
