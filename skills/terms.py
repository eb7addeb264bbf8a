"""What the fixed values of records are called where people read them: categories, roles, kinds, states."""

from collections.abc import Mapping

from skills.text import AnyValue, Text, Word, listed, text, verbatim
from store.models import ActivityKind, BuyingRole, Category, Direction, Role, ScheduleStatus, Status

CATEGORIES: Mapping[str, Text] = {
    Category.PIPELINE: text("pipeline"),
    Category.BEST_CASE: text("best case"),
    Category.COMMIT: text("commit"),
    Category.CLOSED: text("closed"),
    Category.OMITTED: text("omitted"),
}
BUYING_ROLES: Mapping[str, Text] = {
    BuyingRole.ECONOMIC_BUYER: text("economic buyer"),
    BuyingRole.CHAMPION: text("champion"),
    BuyingRole.COACH: text("coach"),
    BuyingRole.DECISION_MAKER: text("decision maker"),
    BuyingRole.TECHNICAL: text("technical"),
    BuyingRole.USER: text("user"),
    BuyingRole.INFLUENCER: text("influencer"),
    BuyingRole.PROCUREMENT: text("procurement"),
    BuyingRole.LEGAL: text("legal"),
    BuyingRole.SECURITY: text("security"),
    BuyingRole.BLOCKER: text("blocker"),
    BuyingRole.SPONSOR: text("sponsor"),
    BuyingRole.PARTNER: text("partner"),
}
KINDS: Mapping[str, Text] = {
    ActivityKind.CALL: text("call"),
    ActivityKind.EMAIL: text("e-mail"),
    ActivityKind.MEETING: text("meeting"),
    ActivityKind.DEMO: text("demo"),
    ActivityKind.NOTE: text("note"),
}
DIRECTIONS: Mapping[str, Text] = {
    Direction.INBOUND: text("from them"),
    Direction.OUTBOUND: text("to them"),
    Direction.BOTH: text("both ways"),
}
STATUSES: Mapping[str, Text] = {
    Status.OPEN: text("open"),
    Status.WON: text("won"),
    Status.LOST: text("lost"),
}
ROLES: Mapping[str, Text] = {
    Role.REP: text("rep"),
    Role.MANAGER: text("manager"),
    Role.ADMIN: text("administrator"),
}
STATES: Mapping[str, Text] = {
    ScheduleStatus.ACTIVE: text("running"),
    ScheduleStatus.PAUSED: text("paused"),
    ScheduleStatus.DELETED: text("deleted"),
}
DAY_NAMES: Mapping[str, Text] = {
    "mon": text("Monday"),
    "tue": text("Tuesday"),
    "wed": text("Wednesday"),
    "thu": text("Thursday"),
    "fri": text("Friday"),
    "sat": text("Saturday"),
    "sun": text("Sunday"),
}
LOSS_REASONS = (
    text("Price"),
    text("A competitor"),
    text("No decision"),
    text("No budget"),
    text("Timing"),
    text("Missing feature"),
)
"""What is offered when somebody says "lost" and not why."""
REASONS: Mapping[str, Text] = {
    reason.template: reason
    for reason in (*LOSS_REASONS, text("No need"), text("Lost contact"), text("Security"), text("Product gap"))
}
"""Reasons that are offered, and others that systems of record offer; anything else is in somebody's own words."""
REPORTS: Mapping[str, Text] = {
    "pipeline": text("open pipeline"),
    **{
        report.template: report
        for report in (
            text("accuracy"),
            text("activity"),
            text("booked"),
            text("changes"),
            text("close"),
            text("concentration"),
            text("coverage"),
            text("cycle"),
            text("digest"),
            text("forecast"),
            text("funnel"),
            text("gaps"),
            text("leaderboard"),
            text("morning"),
            text("quota"),
            text("review"),
            text("risks"),
            text("rollup"),
            text("slippage"),
            text("targets"),
            text("today"),
            text("usage"),
            text("velocity"),
            text("verify"),
            text("waterfall"),
            text("week"),
            text("winrate"),
        )
    },
}
"""What an answer is called as a report or a file, by its command."""
FIELDS: Mapping[str, Mapping[str, Text]] = {
    "category": CATEGORIES,
    "loss_reason": REASONS,
    "report": REPORTS,
    "kind": KINDS,
    "buying_role": BUYING_ROLES,
    "direction": DIRECTIONS,
    "status": {**STATUSES, **STATES},
    "weekdays": DAY_NAMES,
}
"""The fields whose values are fixed; weekdays are several of them with commas between."""


def reason_words(reason: str) -> Text:
    """Why an opportunity was lost, as people call it; their own words stay as they are."""
    return REASONS.get(reason) or verbatim(reason)


def report_words(skill: str) -> Text:
    """What a skill's answer is called as a report or a file."""
    return REPORTS.get(skill) or verbatim(skill)


def named(field: str, value: AnyValue | None) -> AnyValue | None:
    """The value of a record's field as people call it; whatever has no fixed name stays as it is."""
    terms = FIELDS.get(field)
    if terms is None or not isinstance(value, Word):
        return value
    parts = value.value.split(",")
    return listed([terms[part] for part in parts]) if all(part in terms for part in parts) else value
