"""Put off the warnings about an opportunity, with a reason and until a day."""

from pydantic import Field

from skills.change import Change
from skills.contract import Effect, Example, Skill, SkillContext, SkillParams
from skills.errors import Impossible, Unclear
from skills.flags import RULES, find_rule
from skills.references import find_opportunity, read_date
from skills.text import Text, text
from store.change_log import FieldChange, RecordChange, RecordKind
from store.models import Status


class SnoozeParams(SkillParams):
    opportunity: str = Field(description=text("which opportunity").template)
    until: str = Field(description=text("the day on which its warnings come back, such as 5 Dec").template)
    reason: str = Field(description=text("why they can wait").template)
    rule: str | None = Field(
        default=None, description=text("only this warning, such as no activity; all of them when left out").template
    )


def run(context: SkillContext, params: SnoozeParams) -> Change:
    found = find_opportunity(context, params.opportunity, status=Status.OPEN)
    opportunity = found.value
    if opportunity.status != Status.OPEN:
        raise Impossible(text("**{name}** is closed: there is nothing to put off.", name=opportunity.name))
    until = read_date(params.until, context.today, calendar=context.calendar)
    if until.day <= context.today:
        raise Impossible(
            text("{day} is not ahead of us, so it would put nothing off.", day=until.day),
            text("Name a day in the future."),
        )
    reason = " ".join(params.reason.split())
    if not reason:
        raise Unclear(text("Why can its warnings wait? I keep the reason with them."))
    rule = find_rule(params.rule) if params.rule else None
    values = (
        ("opportunity_id", opportunity.id, True),
        ("rule", rule.value if rule else None, False),
        ("until", until.day.isoformat(), False),
        ("reason", reason, False),
        ("person_id", context.actor.id, True),
        ("created_at", context.now.isoformat(), True),
    )
    record = RecordChange(
        kind=RecordKind.SNOOZE,
        label=opportunity.name,
        fields=tuple(
            FieldChange(field=field, new=new, derived=derived) for field, new, derived in values if new is not None
        ),
    )
    what = (
        text("“{rule}” on **{name}** is put off until {day}.", rule=RULES[rule], name=opportunity.name, day=until.day)
        if rule
        else text("The warnings about **{name}** are put off until {day}.", name=opportunity.name, day=until.day)
    )
    doubts: list[Text] = [doubt for doubt in (found.doubt, until.doubt) if doubt]
    return Change(records=(record,), headline=what, doubts=tuple(doubts))


SKILL = Skill(
    name="snooze",
    summary=text("Put off the warnings about an opportunity"),
    params=SnoozeParams,
    run=run,
    effect=Effect.WRITE,
    form=("opportunity", "until", "reason", "rule"),
    examples=(
        Example(
            "snooze acme until dec 5, they are on holiday",
            SnoozeParams(opportunity="acme", until="dec 5", reason="they are on holiday"),
        ),
        Example(
            "stop warning me about lakeshore until next monday: waiting for their board",
            SnoozeParams(opportunity="lakeshore", until="next monday", reason="waiting for their board"),
        ),
        Example(
            "snooze the no activity warning on acme until 15 Jan because the plant is shut down",
            SnoozeParams(opportunity="acme", until="15 Jan", reason="the plant is shut down", rule="no activity"),
        ),
        Example(
            "put off the warnings for brandt until the end of the month, budget freeze",
            SnoozeParams(opportunity="brandt", until="the end of the month", reason="budget freeze"),
        ),
        Example(
            "acme先别提醒，12月5日再说，他们在放假",
            SnoozeParams(opportunity="acme", until="12月5日", reason="他们在放假"),
        ),
        Example(
            "把acme的提醒推到下周一，等他们董事会",
            SnoozeParams(opportunity="acme", until="下周一", reason="等他们董事会"),
        ),
    ),
)
