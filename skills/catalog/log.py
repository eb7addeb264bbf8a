"""Log what was done with a customer: a call, an e-mail, a meeting, a demo or a note."""

import datetime as dt
import re
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import Field

from skills import terms
from skills.answer import Action, Choice, Invocation
from skills.change import Change
from skills.contract import Effect, Example, Skill, SkillContext, SkillParams
from skills.errors import Impossible, NotFound, SkillError, Unclear
from skills.references import find_account, find_opportunity, read_date
from skills.text import Text, text
from store.change_log import FieldChange, RecordChange, RecordKind, to_json
from store.models import Account, ActivityKind, Direction, Opportunity, Status

KINDS = {
    ActivityKind.CALL: ("call", "called", "phone", "phoned", "rang", "voicemail", "电话", "通话"),
    ActivityKind.EMAIL: ("email", "e-mail", "mail", "emailed", "mailed", "wrote", "邮件"),
    ActivityKind.MEETING: ("meeting", "met", "visit", "visited", "lunch", "拜访", "会议", "见面", "开会"),
    ActivityKind.DEMO: ("demo", "demoed", "presentation", "演示"),
    ActivityKind.NOTE: ("note", "noted", "备注", "记录"),
}
DIRECTIONS = {
    Direction.INBOUND: ("in", "inbound", "incoming", "received", "they"),
    Direction.OUTBOUND: ("out", "outbound", "outgoing", "sent", "we"),
    Direction.BOTH: ("both",),
}
DONE = {
    ActivityKind.CALL: text("Call logged on **{what}**."),
    ActivityKind.EMAIL: text("E-mail logged on **{what}**."),
    ActivityKind.MEETING: text("Meeting logged on **{what}**."),
    ActivityKind.DEMO: text("Demo logged on **{what}**."),
    ActivityKind.NOTE: text("Note logged on **{what}**."),
}
TWO_WAY = (ActivityKind.MEETING, ActivityKind.DEMO)
MINUTES = re.compile(r"(\d+(?:[.,]\d+)?)\s*(h|hours?|hrs?|小时)?", re.IGNORECASE)


class LogParams(SkillParams):
    kind: str = Field(description=text("call, email, meeting, demo or note").template)
    about: str = Field(description=text("which opportunity or customer it was about").template)
    note: str | None = Field(default=None, description=text("what was said").template)
    outcome: str | None = Field(
        default=None, description=text("how it ended, such as advance, continuation or no answer").template
    )
    when: str | None = Field(default=None, description=text("the day it happened; today when left out").template)
    duration: str | None = Field(default=None, description=text("how long, such as 30 min or 1 h").template)
    direction: str | None = Field(default=None, description=text("in, out or both").template)
    next_step: str | None = Field(default=None, description=text("what happens next on the opportunity").template)
    next_step_due: str | None = Field(default=None, description=text("until when").template)


def run(context: SkillContext, params: LogParams) -> Change:
    kind = _kind(params.kind)
    doubts: list[Text] = []
    opportunity, account = _about(context, params.about, doubts)
    values: dict[str, Any] = {
        "kind": kind,
        "direction": _direction(params.direction, kind),
        "occurred_at": _moment(context, params.when, doubts),
        "duration_minutes": _minutes(params.duration),
        "outcome": (params.outcome or "").strip(),
        "note": (params.note or "").strip(),
        "person_id": context.actor.id,
        "account_id": account.id if account else None,
        "opportunity_id": opportunity.id if opportunity else None,
    }
    name = opportunity.name if opportunity else account.name if account else ""
    hidden = {"person_id", "account_id", "opportunity_id", "kind"}
    hidden |= {"direction"} if params.direction is None else set()
    hidden |= {"occurred_at"} if params.when is None else set()
    activity = RecordChange(
        kind=RecordKind.ACTIVITY,
        label=name,
        fields=tuple(
            FieldChange(field=field, new=to_json(new), derived=field in hidden)
            for field, new in values.items()
            if new is not None and new != ""
        ),
    )
    follow_ups = (_offer(opportunity),) if opportunity else ()
    done = DONE[kind]
    steps = _next_step(context, params, opportunity, doubts)
    return Change(
        records=(activity, *steps),
        headline=text(done.template, what=name),
        doubts=tuple(doubts),
        follow_ups=follow_ups,
    )


def _kind(words: str) -> ActivityKind:
    said = words.strip().lower()
    for kind, names in KINDS.items():
        if said in names or any(said.startswith(name) for name in names if len(name) > 3):
            return kind
    raise Unclear(
        text("What was it: a call, an e-mail, a meeting, a demo or a note?"),
        choices=[Choice.of(terms.KINDS[kind], kind=kind.value) for kind in ActivityKind],
    )


def _about(context: SkillContext, words: str, doubts: list[Text]) -> tuple[Opportunity | None, Account | None]:
    """The open opportunity that is meant, with its account; or the account alone when it has none or several."""
    try:
        found = find_opportunity(context, words, param="about", status=Status.OPEN)
    except (NotFound, Unclear) as error:
        return None, _account(context, words, error, doubts)
    doubts += [found.doubt] if found.doubt else []
    opportunity = found.value
    account = context.session.get(Account, opportunity.account_id) if opportunity.account_id else None
    return opportunity, account


def _account(context: SkillContext, words: str, error: SkillError, doubts: list[Text]) -> Account:
    if isinstance(error, Unclear):
        raise error
    try:
        account = find_account(context, words, param="about")
    except NotFound:
        raise error from None
    doubts += [account.doubt] if account.doubt else []
    return account.value


def _direction(words: str | None, kind: ActivityKind) -> Direction | None:
    if words is None:
        return Direction.BOTH if kind in TWO_WAY else None if kind is ActivityKind.NOTE else Direction.OUTBOUND
    said = words.strip().lower()
    return next((direction for direction, names in DIRECTIONS.items() if said in names), None)


def _moment(context: SkillContext, words: str | None, doubts: list[Text]) -> dt.datetime:
    """Now, or noon of the day that was named: nobody says at which minute a call was."""
    if words is None:
        return context.now
    day = read_date(words, context.today, prefer_future=False, calendar=context.calendar)
    doubts += [day.doubt] if day.doubt else []
    if day.day == context.today:
        return context.now
    if day.day > context.today:
        raise Impossible(
            text("{day} is in the future, so it can't have happened yet.", day=day.day),
            text("Set it as the next step instead."),
        )
    return dt.datetime.combine(day.day, dt.time(12), ZoneInfo(context.actor.zone))


def _minutes(words: str | None) -> int | None:
    match = MINUTES.search(words) if words else None
    if match is None:
        return None
    number = float(match[1].replace(",", "."))
    return round(number * 60) if match[2] else round(number)


def _next_step(
    context: SkillContext, params: LogParams, opportunity: Opportunity | None, doubts: list[Text]
) -> tuple[RecordChange, ...]:
    if params.next_step is None or opportunity is None:
        return ()
    fields = [FieldChange(field="next_step", old=opportunity.next_step, new=params.next_step.strip())]
    if params.next_step_due is not None:
        due = read_date(params.next_step_due, context.today, calendar=context.calendar)
        doubts += [due.doubt] if due.doubt else []
        fields.append(FieldChange(field="next_step_due", old=to_json(opportunity.next_step_due), new=to_json(due.day)))
    changed = tuple(field for field in fields if field.old != field.new)
    if not changed:
        return ()
    return (
        RecordChange(
            kind=RecordKind.OPPORTUNITY,
            id=opportunity.id,
            version=opportunity.version,
            label=opportunity.name,
            fields=changed,
        ),
    )


def _offer(opportunity: Opportunity) -> Action:
    invocation = Invocation.of("update", opportunity=f"opportunity:{opportunity.id}")
    return Action(label=text("Set the next step"), kind="form", invocation=invocation)


SKILL = Skill(
    name="log",
    summary=text("Log a call, e-mail, meeting, demo or note"),
    params=LogParams,
    run=run,
    effect=Effect.WRITE,
    form=("kind", "about", "note", "outcome", "when", "duration", "next_step", "next_step_due"),
    examples=(
        Example("log a call with acme", LogParams(kind="call", about="acme")),
        Example(
            "called acme today, they want a pilot",
            LogParams(kind="call", about="acme", when="today", note="they want a pilot"),
        ),
        Example(
            "just got off the phone with acme: budget is approved",
            LogParams(kind="call", about="acme", note="budget is approved"),
        ),
        Example(
            "met acme yesterday for an hour",
            LogParams(kind="meeting", about="acme", when="yesterday", duration="an hour"),
        ),
        Example(
            "log a 30 min meeting with acme, outcome: advance",
            LogParams(kind="meeting", about="acme", duration="30 min", outcome="advance"),
        ),
        Example("had a demo at acme on Monday", LogParams(kind="demo", about="acme", when="Monday")),
        Example("emailed acme the proposal", LogParams(kind="email", about="acme", note="the proposal")),
        Example("sent acme an email about pricing", LogParams(kind="email", about="acme", note="about pricing")),
        Example(
            "acme wrote back: they need two more weeks",
            LogParams(kind="email", about="acme", direction="in", note="they need two more weeks"),
        ),
        Example(
            "note on acme: the CFO leaves in March",
            LogParams(kind="note", about="acme", note="the CFO leaves in March"),
        ),
        Example(
            "add a note to acme that procurement joined",
            LogParams(kind="note", about="acme", note="procurement joined"),
        ),
        Example(
            "visited acme, no answer on the contract yet",
            LogParams(kind="meeting", about="acme", note="no answer on the contract yet"),
        ),
        Example(
            "记录：今天给 acme 打了电话，他们要求报价",
            LogParams(kind="电话", about="acme", when="今天", note="他们要求报价"),
        ),
        Example("昨天拜访了 acme", LogParams(kind="拜访", about="acme", when="昨天")),
        Example("给 acme 发了邮件", LogParams(kind="邮件", about="acme")),
    ),
)
