"""The risk rules in words: their names, their evidence, what to ask, and what clears them."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from skills.answer import Action, Choice, Invocation
from skills.errors import Unclear
from skills.measures.risk import Finding, Rule, Verdict
from skills.text import Text, text
from store.money import Money

RULES: Mapping[Rule, Text] = {
    Rule.OVERDUE: text("overdue"),
    Rule.STEP_OVERDUE: text("next step overdue"),
    Rule.NO_NEXT_STEP: text("no next step"),
    Rule.GHOSTED: text("ghosted"),
    Rule.QUIET: text("no activity"),
    Rule.IMPLAUSIBLE: text("close date implausible"),
    Rule.PUSHED: text("pushed"),
    Rule.STALLED: text("stalled"),
    Rule.STAGE_BACK: text("stage back"),
    Rule.AMOUNT_DROP: text("amount drop"),
    Rule.NO_CLOSE_DATE: text("no close date"),
    Rule.NO_BUYER: text("no power"),
    Rule.SINGLE_THREAD: text("single thread"),
    Rule.NO_AMOUNT: text("no amount"),
}
"""What the rules are called."""

LACKS: Mapping[Rule, Text] = {
    Rule.NO_NEXT_STEP: text("There is no next step."),
    Rule.NO_CLOSE_DATE: text("There is no close date."),
    Rule.NO_AMOUNT: text("There is no amount."),
    Rule.NO_BUYER: text("Nobody is known who can sign."),
}
"""The rules whose evidence is that something is not there."""


def described(finding: Finding) -> Text:
    """The rule that applies, with its evidence."""
    if finding.rule in LACKS:
        return LACKS[finding.rule]
    match finding.rule:
        case Rule.OVERDUE:
            return text("The close date {day} has passed.", day=_day(finding))
        case Rule.STEP_OVERDUE:
            return text("The next step was due {day}.", day=_day(finding))
        case Rule.QUIET if finding.day is None:
            return text("They never answered, in {days} days.", days=finding.days)
        case Rule.QUIET:
            return text("No answer from them for {days} days.", days=finding.days)
        case Rule.GHOSTED:
            return text("{count} messages of ours since {day}, and no reply.", count=finding.count, day=_day(finding))
        case Rule.SINGLE_THREAD if finding.before is not None:
            return text("Only {name} was in touch since {day}.", name=str(finding.before), day=_day(finding))
        case Rule.SINGLE_THREAD:
            return text("Fewer than two people there were in touch since {day}.", day=_day(finding))
        case _:
            return _course_described(finding)


def _course_described(finding: Finding) -> Text:
    before, after = finding.before, finding.after
    match finding.rule:
        case Rule.PUSHED if finding.count == 1 and isinstance(before, dt.date) and isinstance(after, dt.date):
            return text(
                "The close date was pushed by {days} days on {day}: {old} → {new}.",
                days=finding.days, day=_day(finding), old=before, new=after,
            )  # fmt: skip
        case Rule.PUSHED if isinstance(before, dt.date) and isinstance(after, dt.date):
            return text(
                "The close date was pushed {count} times, last on {day}: {old} → {new}.",
                count=finding.count, day=_day(finding), old=before, new=after,
            )  # fmt: skip
        case Rule.STALLED if finding.count:
            return text(
                "In this stage for {days} days; three quarters of the won ones took at most {bound} ({n} won).",
                days=finding.days, bound=finding.bound, n=finding.count,
            )  # fmt: skip
        case Rule.STALLED:
            return text(
                "In this stage for {days} days; {bound} are set as the most.", days=finding.days, bound=finding.bound
            )
        case Rule.IMPLAUSIBLE if finding.count:
            return text(
                "{left} days are left until {day}; nine in ten won ones took {bound} or more from here ({n} won).",
                left=finding.days, day=_day(finding), bound=finding.bound, n=finding.count,
            )  # fmt: skip
        case Rule.IMPLAUSIBLE:
            return text(
                "{left} days are left until {day}; {bound} are set as the least from this stage.",
                left=finding.days, day=_day(finding), bound=finding.bound,
            )  # fmt: skip
        case Rule.AMOUNT_DROP if isinstance(before, Money) and isinstance(after, Money):
            return text("The amount fell from {old} to {new} by {day}.", old=before, new=after, day=_day(finding))
        case Rule.STAGE_BACK if isinstance(before, str) and isinstance(after, str):
            return text("It went back on {day}: {old} → {new}.", old=before, new=after, day=_day(finding))
        case _:
            raise ValueError(f"{finding.rule} comes with what it saw")


def question_for(finding: Finding) -> Text | None:
    """What to ask the customer so that the gap closes; None where it is for us to mend."""
    match finding.rule:
        case Rule.OVERDUE | Rule.NO_CLOSE_DATE | Rule.PUSHED | Rule.IMPLAUSIBLE:
            return text("“When do you need it running, and what has to happen on your side before that?”")
        case Rule.NO_NEXT_STEP | Rule.STEP_OVERDUE | Rule.QUIET | Rule.GHOSTED:
            return text("“What would have to be true for us to meet again, and on which day?”")
        case Rule.NO_BUYER:
            return text("“Who signs for a sum like this, and what will they want to see first?”")
        case Rule.SINGLE_THREAD:
            return text("“Who else will live with the decision? Could they join us next time?”")
        case Rule.NO_AMOUNT:
            return text("“Which part of your plant would you start with?”")
        case Rule.STALLED | Rule.STAGE_BACK:
            return text("“What has changed on your side, and who would have to agree for it to go on?”")
        case Rule.AMOUNT_DROP:
            return text("“What did you take out, and what would bring it back?”")


def mend_for(finding: Finding, opportunity_id: int, name: str) -> Action:
    """The button that clears it: the form of the opportunity, a call to log, or the plan for the call that asks."""
    reference = f"opportunity:{opportunity_id}"
    match finding.rule:
        case Rule.QUIET | Rule.GHOSTED | Rule.SINGLE_THREAD:
            call = Invocation.of("log", kind="call", about=reference)
            return Action(label=text("Log a call: {name}", name=name), kind="form", invocation=call)
        case Rule.NO_BUYER:
            who = Invocation.of("contact", opportunity=reference, role="economic buyer")
            return Action(label=text("Who signs: {name}", name=name), kind="form", invocation=who)
        case _:
            form = Invocation.of("update", opportunity=reference)
            return Action(label=text("Edit {name}", name=name), kind="form", invocation=form)


def _day(finding: Finding) -> dt.date:
    if finding.day is None:
        raise ValueError(f"{finding.rule} comes with its day")
    return finding.day


# --- the rules themselves


class Unit(StrEnum):
    """What a rule's bound counts."""

    DAYS = "days"
    TIMES = "times"
    PERCENT = "percent"
    AMOUNT = "amount"
    WEIGHT = "weight"


UNITS: Mapping[Unit, str] = {
    Unit.DAYS: "7 days",
    Unit.TIMES: "3 times",
    Unit.PERCENT: "25%",
    Unit.AMOUNT: "50k",
    Unit.WEIGHT: "3",
}
"""How a bound is written."""


@dataclass(frozen=True)
class About:
    """A rule explained: when it applies, what ends it, and the usual bound where there is one to set."""

    applies: Text
    ends: Text
    usual: Text | None = None
    unit: Unit | None = None
    """None where nothing can be set."""
    words: tuple[str, ...] = ()
    """What else people call it."""


TOUCH = text("anything from them, a meeting or a demo")
ABOUT: Mapping[Rule, About] = {
    Rule.OVERDUE: About(
        text("open, and the close date has passed"), text("a new close date, or closing it"),
        text("0 days"), Unit.DAYS, ("late", "past due", "close date passed", "逾期", "过期"),
    ),
    Rule.STEP_OVERDUE: About(
        text("the next step was due in the past"), text("a next step with a date that lies ahead"),
        text("0 days"), Unit.DAYS, ("step overdue", "next step late", "下一步逾期"),
    ),
    Rule.NO_NEXT_STEP: About(
        text("no next step is written down"), text("a next step"),
        words=("next step", "without next step", "missing next step", "没有下一步", "无下一步"),
    ),
    Rule.GHOSTED: About(
        text("two or more messages of ours and no reply since the first of them"), TOUCH,
        text("10 days"), Unit.DAYS, ("ghosting", "no reply", "no answer", "没有回复", "失联"),
    ),
    Rule.QUIET: About(
        text("no two-way touch; our own unanswered messages and edits do not count"), TOUCH,
        text("14, 10, 7, 5 days below 40%, 60%, 80%, above"), Unit.DAYS,
        ("quiet", "silent", "inactive", "no activity", "stale", "cold", "没有跟进", "没有动静", "沉默"),
    ),
    Rule.IMPLAUSIBLE: About(
        text("fewer days left than nine in ten won ones needed from there"),
        text("a later close date, or the next stage"), text("from the latest won ones, at least 20"), Unit.DAYS,
        ("implausible", "implausible date", "close date", "unrealistic", "unrealistic date", "日期不可信"),
    ),
    Rule.PUSHED: About(
        text("the close date moved to a later quarter twice, or once by more than 30 days"),
        text("closing it; until then a snooze"), text("2 times"), Unit.TIMES,
        ("pushes", "slipped", "slipping", "postponed", "delayed", "推迟", "一再推迟"),
    ),
    Rule.STALLED: About(
        text("longer in its stage than three quarters of the won ones were, all stays together"),
        text("leaving the stage"), text("from the latest won ones, at least 20"), Unit.DAYS,
        ("stuck", "stalling", "stuck in stage", "停滞", "卡住"),
    ),
    Rule.STAGE_BACK: About(
        text("moved back to an earlier stage lately"), text("coming back to where it was"),
        text("90 days"), Unit.DAYS, ("went back", "backwards", "regressed", "moved back", "阶段倒退"),
    ),
    Rule.AMOUNT_DROP: About(
        text("worth less than the most it was within 90 days"), text("the amount made up, or 90 days without a drop"),
        text("20%"), Unit.PERCENT, ("drop", "amount dropped", "shrunk", "downsized", "金额下降"),
    ),
    Rule.NO_CLOSE_DATE: About(
        text("no close date"), text("a close date"), words=("without close date", "no date", "没有关闭日期"),
    ),
    Rule.NO_BUYER: About(
        text("no economic buyer or decision maker is known from this chance of winning on"),
        text("a contact with one of these roles"), text("60%"), Unit.PERCENT,
        ("no buyer", "no economic buyer", "no decision maker", "no power", "没有决策人"),
    ),
    Rule.SINGLE_THREAD: About(
        text("fewer than two people there in touch within 30 days, above this amount"),
        text("a second person in touch"), text("the median won amount"), Unit.AMOUNT,
        ("single threaded", "one contact", "单线", "单一联系人"),
    ),
    Rule.NO_AMOUNT: About(
        text("no amount"), text("an amount"), words=("without amount", "unpriced", "没有金额"),
    ),
}  # fmt: skip


AT_RISK = text("at risk")
ABOUT_AT_RISK = About(
    text("the weights of the warnings that apply add up to this; otherwise it is to watch"),
    text("warnings that end or are put off"), text("3"), Unit.WEIGHT,
    ("at risk", "risk", "sum of weights", "有风险", "风险"),
)  # fmt: skip


def name_of(rule: Rule | Verdict) -> Text:
    return RULES[rule] if isinstance(rule, Rule) else AT_RISK


def about(rule: Rule | Verdict) -> About:
    return ABOUT[rule] if isinstance(rule, Rule) else ABOUT_AT_RISK


def find_bound(words: str) -> Rule | Verdict:
    """Whose bound is meant: a rule's, or from which sum of weights on something is at risk. Raises `Unclear`."""
    said = " ".join(words.lower().replace("_", " ").replace("-", " ").split())
    return Verdict.AT_RISK if said in ABOUT_AT_RISK.words else find_rule(words)


def find_rule(words: str, param: str = "rule") -> Rule:
    """The rule that the words name. Raises `Unclear` with all of them where they name none."""
    said = " ".join(words.lower().replace("_", " ").replace("-", " ").split())
    for rule, about in ABOUT.items():
        if said in (rule.value.replace("_", " "), RULES[rule].template, *about.words):
            return rule
    raise Unclear(
        text("There is no warning called “{words}”.", words=words),
        choices=[Choice.of(name, **{param: rule.value}) for rule, name in RULES.items()],
    )


def said_bound(rule: Rule | Verdict, bound: int, currency: str) -> Text:
    """A bound with its unit; amounts are in whole units of `currency`."""
    match about(rule).unit:
        case Unit.PERCENT:
            return text("{value}%", value=bound)
        case Unit.TIMES:
            return text("{value} times", value=bound)
        case Unit.AMOUNT:
            return text("{amount}", amount=Money.of(bound, currency))
        case Unit.WEIGHT:
            return text("a weight of {value}", value=bound)
        case _:
            return text("{value} days", value=bound)
