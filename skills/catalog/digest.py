"""A manager's daily digest: praise, and what is out of the ordinary. At most seven items, each with a button."""

import datetime as dt
from dataclasses import dataclass

from pydantic import Field

from skills.answer import Answer
from skills.contract import Example, Skill, SkillContext, SkillParams
from skills.digests import Digest, Notice, Section, heaviest, only_new, to_keep
from skills.digests import present as present_digest
from skills.exceptions import (
    Watch,
    list_absences,
    list_at_risk,
    list_certifiable,
    list_missing_calls,
    list_off_pace,
    list_praise,
    list_revised_quotas,
    list_setbacks,
)
from skills.population import find_population
from skills.text import Text, text
from skills.working_days import get_last_working_day
from store.models import Role

MOST = 7
"""What is longer is not read."""
PRAISE = 3


class DigestParams(SkillParams):
    owner: str | None = Field(default=None, description=text("whose team; yours, or everybody, when left out").template)
    team: str | None = Field(default=None, description=text("which team").template)


@dataclass(frozen=True)
class Found:
    whose: Text
    since: dt.date
    praise: tuple[Notice, ...]
    deals: tuple[Notice, ...]
    people: tuple[Notice, ...]
    left: int
    kept: str


def run(context: SkillContext, params: DigestParams) -> Found:
    population = find_population(context, params.owner, params.team)
    since = get_last_working_day(context.session, context.organisation, context.person(), context.today)
    watch = Watch(context, population, since)
    changes = watch.get_changes()
    praise = only_new(context, list_praise(watch, changes))
    deals = only_new(context, heaviest([*list_setbacks(watch, changes), *list_at_risk(watch)]))
    people: list[Notice] = []
    if context.audience.is_private:
        people = only_new(
            context,
            [
                *heaviest(list_off_pace(watch)),
                *list_certifiable(watch),
                *list_missing_calls(watch),
                *list_revised_quotas(watch),
                *list_absences(watch),
            ],
        )
    told = _chosen(praise, deals, people)
    shown = [notice for part in told for notice in part]
    return Found(
        whose=population.label,
        since=since,
        praise=told[0],
        deals=told[1],
        people=told[2],
        left=len(praise) + len(deals) + len(people) - len(shown),
        kept=to_keep(context, shown),
    )


def _chosen(*parts: list[Notice]) -> tuple[tuple[Notice, ...], ...]:
    """At most `MOST` of all: praise has its places, and what one part does not need the others get."""
    praise, deals, people = parts
    rest = len(deals) + len(people)
    first = min(len(praise), max(PRAISE, MOST - rest))
    room = MOST - first
    second = min(len(deals), max(room - len(people), (room + 1) // 2))
    third = min(len(people), room - second)
    return tuple(praise[:first]), tuple(deals[:second]), tuple(people[:third])


def present(found: Found) -> Answer:
    count = len(found.praise) + len(found.deals) + len(found.people)
    if not count:
        quiet = text("All quiet: nothing new that needs you ({whose}). Have a good day!", whose=found.whose)
        return Answer(headline=quiet, kept=found.kept)
    notes = [text("Since {day}: {whose}.", day=found.since, whose=found.whose)]
    if found.left:
        notes.append(text("{count} more weigh less and are left out.", count=found.left))
    # The first praise is the headline; only its button is left to it.
    answer = present_digest(
        Digest(
            headline=_headline(found, count),
            sections=(
                Section(text("Well done"), found.praise[1:]),
                Section(text("Deals to look at"), found.deals),
                Section(text("In the team"), found.people),
            ),
            notes=tuple(notes),
            kept=found.kept,
        )
    )
    first = tuple(notice.action for notice in found.praise[:1] if notice.action is not None)
    return answer.model_copy(update={"actions": (*first, *answer.actions)})


def _headline(found: Found, count: int) -> Text:
    if found.praise and count == 1:
        return found.praise[0].what
    if found.praise:
        return text("{first} And what else is new: {count}.", first=found.praise[0].what, count=count - 1)
    if count == 1:
        return text("One thing to look at ({whose}).", whose=found.whose)
    return text("{count} things to look at ({whose}).", count=count, whose=found.whose)


SKILL = Skill(
    name="digest",
    summary=text("What a manager should know today: wins, exceptions and changes"),
    params=DigestParams,
    run=run,
    present=present,
    needs=Role.MANAGER,
    schedulable=True,
    aliases=("daily", "exceptions"),
    examples=(
        Example("my team's daily digest", DigestParams(team="my team")),
        Example("manager digest", DigestParams()),
        Example("daily digest", DigestParams()),
        Example("what should I know about my team today", DigestParams(team="my team")),
        Example("anything unusual in the EMEA team", DigestParams(team="EMEA")),
        Example("give me the exceptions", DigestParams()),
        Example("digest for priya's team", DigestParams(owner="priya")),
        Example("团队日报", DigestParams(team="团队")),
        Example("今天团队有什么异常", DigestParams(team="团队")),
        Example("给我看看每日摘要", DigestParams()),
    ),
)
