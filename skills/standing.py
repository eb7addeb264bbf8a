"""How an open opportunity stands: its facts gathered for the risk rules, and the rules in words."""

import datetime as dt
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from skills.contract import SkillContext
from skills.measures.risk import Finding, Rule, Standing
from skills.text import Text, text
from store.activities import ActivityRow, list_activities
from store.models import ActivityKind, BuyingRole, Direction, Opportunity, Stage
from store.opportunities import ContactRole, list_contact_roles

RECENT = 40
"""How many of the latest activities are searched for a two-way touch."""
TWO_WAY = frozenset({ActivityKind.MEETING, ActivityKind.DEMO})


def get_standing(context: SkillContext, opportunity: Opportunity, stage: Stage) -> Standing:
    """The facts of one opportunity that the risk rules look at."""
    opportunity_id = opportunity.id or 0
    roles = list_contact_roles(context.session, context.own_scope, opportunity_id)
    activities = list_activities(context.session, context.own_scope, limit=RECENT, opportunity_id=opportunity_id)
    return Standing(
        probability=stage.probability,
        expected_close=opportunity.expected_close,
        next_step=opportunity.next_step,
        next_step_due=opportunity.next_step_due,
        has_amount=bool(opportunity.amount_minor),
        last_touch=_last_touch(context, activities),
        since=opportunity.opened_on,
        contacts=len({role.contact.id for role in roles}),
        has_buyer=_has_buyer(roles),
    )


def _last_touch(context: SkillContext, activities: Sequence[ActivityRow]) -> dt.date | None:
    zone = ZoneInfo(context.organisation.zone)
    for row in activities:
        if row.activity.direction in (Direction.INBOUND, Direction.BOTH) or row.activity.kind in TWO_WAY:
            return row.activity.occurred_at.astimezone(zone).date()
    return None


def _has_buyer(roles: Sequence[ContactRole]) -> bool:
    return any(role.role in (BuyingRole.ECONOMIC_BUYER, BuyingRole.DECISION_MAKER) for role in roles)


def described(finding: Finding) -> Text:
    """The rule that applies, with its evidence."""
    match finding.rule:
        case Rule.OVERDUE:
            return text("The close date {day} has passed.", day=_day(finding))
        case Rule.STEP_OVERDUE:
            return text("The next step was due {day}.", day=_day(finding))
        case Rule.NO_NEXT_STEP:
            return text("There is no next step.")
        case Rule.NO_CLOSE_DATE:
            return text("There is no close date.")
        case Rule.NO_AMOUNT:
            return text("There is no amount.")
        case Rule.QUIET if finding.day is None:
            return text("They never answered, in {days} days.", days=finding.days)
        case Rule.QUIET:
            return text("No answer from them for {days} days.", days=finding.days)
        case Rule.NO_BUYER:
            return text("Nobody is known who can sign.")
        case Rule.SINGLE_THREAD:
            return text("Fewer than two people there are known.")


def question_for(finding: Finding) -> Text | None:
    """What to ask the customer so that the gap closes; None where it is for us to mend."""
    match finding.rule:
        case Rule.OVERDUE | Rule.NO_CLOSE_DATE:
            return text("“When do you need it running, and what has to happen on your side before that?”")
        case Rule.NO_NEXT_STEP | Rule.STEP_OVERDUE | Rule.QUIET:
            return text("“What would have to be true for us to meet again, and on which day?”")
        case Rule.NO_BUYER:
            return text("“Who signs for a sum like this, and what will they want to see first?”")
        case Rule.SINGLE_THREAD:
            return text("“Who else will live with the decision? Could they join us next time?”")
        case Rule.NO_AMOUNT:
            return text("“Which part of your plant would you start with?”")


def _day(finding: Finding) -> dt.date:
    if finding.day is None:
        raise ValueError(f"{finding.rule} comes with its day")
    return finding.day
