"""Have a report sent at fixed times: make, pause, resume and delete."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationError

from skills.answer import Action, Choice, Invocation
from skills.arrivals import next_moment
from skills.change import Change
from skills.contract import Audience, Effect, Example, Skill, SkillContext, SkillParams
from skills.errors import SkillError, Unclear
from skills.named_reports import find_report, find_schedules
from skills.places import find_place
from skills.references import Rhythm, read_rhythm
from skills.rhythm import described, in_words, place_name, report_name, rhythm_of
from skills.terms import report_words
from skills.text import Moment, Text, text
from store.change_log import FieldChange, RecordChange, RecordKind, to_json
from store.models import ReportSchedule, ScheduleStatus
from store.schedules import list_schedules
from store.scope import Scope

WHEN = (
    text("every weekday at 8:30"),
    text("every day at 9:00"),
    text("every Monday at 8:00"),
    text("on the 1st of every month at 9:00"),
)


class Deed(StrEnum):
    MAKE = "make"
    PAUSE = "pause"
    RESUME = "resume"
    DELETE = "delete"
    SEND = "send"
    KEEP = "keep"


DEEDS = {
    Deed.MAKE: ("make", "add", "new", "create", "start", "schedule", "subscribe", "订阅", "新建"),
    Deed.PAUSE: ("pause", "hold", "mute", "suspend", "暂停"),
    Deed.RESUME: ("resume", "unpause", "restart", "continue", "unmute", "恢复", "继续"),
    Deed.DELETE: ("delete", "remove", "stop", "cancel", "unsubscribe", "end", "删除", "取消", "停止", "退订"),
    Deed.SEND: ("send", "send now", "send once", "now", "run", "run now", "立即发送", "现在发", "马上发"),
    Deed.KEEP: ("keep", "leave", "保留"),
}
DEED_NAMES = {
    Deed.MAKE: text("make"),
    Deed.PAUSE: text("pause"),
    Deed.RESUME: text("resume"),
    Deed.DELETE: text("delete"),
    Deed.SEND: text("send now"),
    Deed.KEEP: text("keep"),
}
BEFORE = {
    Deed.PAUSE: (ScheduleStatus.ACTIVE,),
    Deed.RESUME: (ScheduleStatus.PAUSED,),
    Deed.DELETE: (ScheduleStatus.ACTIVE, ScheduleStatus.PAUSED),
    Deed.SEND: (ScheduleStatus.ACTIVE, ScheduleStatus.PAUSED),
    Deed.KEEP: (ScheduleStatus.ACTIVE, ScheduleStatus.PAUSED),
}
"""The states in which each of them does something."""
AFTER = {
    Deed.PAUSE: ScheduleStatus.PAUSED,
    Deed.RESUME: ScheduleStatus.ACTIVE,
    Deed.DELETE: ScheduleStatus.DELETED,
}


class ScheduleParams(SkillParams):
    action: str = Field(
        default=Deed.MAKE.value, description=text("make, pause, resume, delete or send (once, now)").template
    )
    report: str | None = Field(
        default=None, description=text("which report to send, such as leaderboard or pipeline").template
    )
    report_params: dict[str, Any] | None = Field(
        default=None, description=text("what that report is to be about").template
    )
    when: str | None = Field(default=None, description=text("when, such as every weekday at 8:30").template)
    channel: str | None = Field(
        default=None, description=text("the channel, such as #sales or here; to me when left out").template
    )
    which: str | None = Field(
        default=None, description=text("which scheduled report to pause, resume or delete").template
    )


def run(context: SkillContext, params: ScheduleParams) -> Change:
    deed = _deed(params.action)
    if deed is Deed.MAKE or (deed is Deed.SEND and params.when):
        return _make(context, params)
    which = params.which or params.report
    return _send(context, which) if deed is Deed.SEND else _switch(context, deed, which)


def _deed(words: str) -> Deed:
    said = words.strip().lower()
    for deed, names in DEEDS.items():
        if said in names:
            return deed
    raise Unclear(
        text("What shall I do with it?"), choices=[Choice.of(DEED_NAMES[deed], action=deed.value) for deed in Deed]
    )


# --- a new one


def _make(context: SkillContext, params: ScheduleParams) -> Change:
    skill = find_report(context, params.report)
    report_params = {name: value for name, value in (params.report_params or {}).items() if value not in (None, "")}
    _try_out(context, skill, report_params)
    rhythm = _rhythm(params.when)
    place = find_place(context, params.channel)
    zone = ZoneInfo(context.actor.zone)
    wanted = ReportSchedule(
        owner_id=context.actor.id,
        skill=skill.name,
        params=json.dumps(report_params, ensure_ascii=False, sort_keys=True),
        channel=place.channel,
        channel_name=place.name,
        weekdays=",".join(rhythm.weekdays),
        month_day=rhythm.month_day,
        at=rhythm.at,
        zone=zone.key,
        working_days_only=rhythm.working_days_only,
        created_at=context.now,
        covered_until=context.now,
    )
    same = _find_same(context, wanted)
    if same is not None:
        return Change(
            records=(),
            headline=text(
                "You have that already: {report}, next on {next}.",
                report=described(same),
                next=_next(context, same),
            ),
        )
    return Change(
        records=(_added(wanted),),
        headline=_promise(wanted, _next(context, wanted)),
        doubts=place.doubts,
        follow_ups=(Action(label=text("My reports"), invocation=Invocation.of("reports")),),
    )


def _next(context: SkillContext, schedule: ReportSchedule) -> Moment | Text:
    return next_moment(context.session, schedule, context.now) or text("a day that is more than two months ahead")


def _promise(wanted: ReportSchedule, when: Moment | Text) -> Text:
    report, rhythm = report_name(wanted.skill, wanted.params), in_words(rhythm_of(wanted))
    if not wanted.channel:
        return text("You get **{report}** {rhythm}, first on {next}.", report=report, rhythm=rhythm, next=when)
    return text(
        "**{report}** goes to **{place}** {rhythm}, first on {next}.",
        report=report,
        place=place_name(wanted),
        rhythm=rhythm,
        next=when,
    )


def _added(wanted: ReportSchedule) -> RecordChange:
    # Which days of the week are worked is the calendar's to say, not the record's.
    days = () if wanted.working_days_only else ("weekdays",)
    shown = ("skill", "channel_name", *days, "month_day", "at", "zone", "working_days_only")
    hidden = ("owner_id", "params", "channel", "created_at", "covered_until", "weekdays")
    values = {name: to_json(getattr(wanted, name)) for name in dict.fromkeys((*shown, *hidden))}
    fields = tuple(
        FieldChange(field=name, new=value, derived=name not in shown)
        for name, value in values.items()
        if value is not None and value != "" and value is not False
    )
    return RecordChange(kind=RecordKind.SCHEDULE, label=wanted.skill, fields=fields)


def _find_same(context: SkillContext, wanted: ReportSchedule) -> ReportSchedule | None:
    decisive = ("skill", "params", "channel", "weekdays", "month_day", "at", "zone", "working_days_only")
    mine = list_schedules(context.session, Scope.of([context.actor.id]))
    return next(
        (
            row
            for row in mine
            if row.status == ScheduleStatus.ACTIVE
            and all(getattr(row, name) == getattr(wanted, name) for name in decisive)
        ),
        None,
    )


def _try_out(context: SkillContext, skill: Skill, params: Mapping[str, Any]) -> None:
    """Make the report once for its owner, so that what would fail every morning is asked about now."""
    try:
        skill.run(replace(context, audience=Audience(), scope=context.own_scope), skill.validated(params))
    except ValidationError as error:
        names = dict.fromkeys(str(problem["loc"][0]) for problem in error.errors() if problem["loc"])
        raise Unclear(
            text(
                "**{report}** can't be made with that: {names}.",
                report=report_words(skill.name),
                names=", ".join(names) or "?",
            ),
            text("Say “help {report}” to see what it takes.", report=skill.name),
        ) from error
    except SkillError as error:
        # The choices are about the report; here they become requests to schedule it so.
        choices = [
            Choice.of(choice.label, report_params={**params, **choice.invocation.params})
            for choice in error.choices
            if choice.invocation.skill in ("", skill.name)
        ]
        raise type(error)(error.headline, error.advice, choices) from error


def _rhythm(words: str | None) -> Rhythm:
    if not (words or "").strip():
        raise Unclear(
            text("When shall I send it?"), choices=[Choice.of(example, when=example.template) for example in WHEN]
        )
    return read_rhythm(words or "")


# --- one that is there


def _send(context: SkillContext, words: str | None) -> Change:
    """The report once more, now, whatever its rhythm; one to a channel is asked about first."""
    rows = _find(context, Deed.SEND, words)
    records = tuple(
        RecordChange(
            kind=RecordKind.SCHEDULE,
            id=row.id,
            version=row.version,
            label=row.skill,
            fields=(FieldChange(field="asked_at", old=to_json(row.asked_at), new=to_json(context.now), derived=True),),
        )
        for row in rows
    )
    headline = text("{count} reports are on their way.", count=len(rows))
    if len(rows) == 1:
        headline = text("On its way: {report}.", report=described(rows[0]))
    doubts = (text("It will be posted to a channel."),) if any(row.channel for row in rows) else ()
    return Change(records=records, headline=headline, doubts=doubts)


def _switch(context: SkillContext, deed: Deed, words: str | None) -> Change:
    rows = _find(context, deed, words)
    if deed is Deed.KEEP:
        return Change(records=(), headline=text("It stays as it is: {report}.", report=described(rows[0])))
    records = tuple(
        RecordChange(
            kind=RecordKind.SCHEDULE,
            id=row.id,
            version=row.version,
            label=row.skill,
            fields=(FieldChange(field="status", old=row.status, new=AFTER[deed].value, derived=True),),
        )
        for row in rows
    )
    if len(rows) > 1:
        return Change(records=records, headline=_several(deed, len(rows)))
    (row,) = rows
    report = described(row)
    if deed is Deed.PAUSE:
        again = {"action": "resume", "which": f"schedule:{row.id}"}
        resume = Action(label=text("Resume"), invocation=Invocation.of("schedule", again))
        return Change(records=records, headline=text("Paused: {report}.", report=report), follow_ups=(resume,))
    if deed is Deed.RESUME:
        next_due = _next(context, row)
        headline = text("Running again: {report}, next on {next}.", report=report, next=next_due)
        return Change(records=records, headline=headline)
    return Change(records=records, headline=text("No longer sent: {report}.", report=report))


def _several(deed: Deed, count: int) -> Text:
    if deed is Deed.PAUSE:
        return text("{count} reports paused.", count=count)
    if deed is Deed.RESUME:
        return text("{count} reports running again.", count=count)
    return text("{count} reports no longer sent.", count=count)


def _find(context: SkillContext, deed: Deed, words: str | None) -> Sequence[ReportSchedule]:
    """The schedules that the words mean, each in a state in which the deed does something."""
    return find_schedules(context, words, BEFORE[deed], DEED_NAMES[deed])


def _weekdays(skill: str, when: str, channel: str | None = None, **about: str) -> ScheduleParams:
    return ScheduleParams(report=skill, when=when, channel=channel, report_params=about or None)


SKILL = Skill(
    name="schedule",
    summary=text("Send a report at fixed times, to you or to a channel"),
    params=ScheduleParams,
    run=run,
    effect=Effect.WRITE,
    aliases=("subscribe",),
    form=("report", "when", "channel"),
    examples=(
        Example(
            "leaderboard every weekday at 8:30 in #sales", _weekdays("leaderboard", "every weekday at 8:30", "#sales")
        ),
        Example("send me my pipeline every monday at 8", _weekdays("pipeline", "every monday at 8", owner="my")),
        Example("every day at 9am send me what needs me today", _weekdays("today", "every day at 9am")),
        Example(
            "post the leaderboard here every friday at 4pm", _weekdays("leaderboard", "every friday at 4pm", "here")
        ),
        Example(
            "schedule quota on the 1st of every month at 9:00", _weekdays("quota", "on the 1st of every month at 9:00")
        ),
        Example(
            "I want my quota in my DMs every weekday at 7:45", _weekdays("quota", "every weekday at 7:45", owner="my")
        ),
        Example(
            "could you post last month's bookings to #sales on the 1st of every month at 8",
            _weekdays("booked", "on the 1st of every month at 8", "#sales", period="last month"),
        ),
        Example("subscribe me to the leaderboard, mondays at 9", _weekdays("leaderboard", "mondays at 9")),
        Example("pause the leaderboard report", ScheduleParams(action="pause", which="leaderboard")),
        Example("hold my reports while I'm away", ScheduleParams(action="pause", which="all")),
        Example("resume the pipeline report", ScheduleParams(action="resume", which="pipeline")),
        Example("send the leaderboard report now", ScheduleParams(action="send", which="leaderboard")),
        Example("send me my pipeline report right now", ScheduleParams(action="send", which="pipeline")),
        Example("现在就发排行榜报告", ScheduleParams(action="send", which="排行榜")),
        Example("stop sending me that", ScheduleParams(action="delete", which="that")),
        Example("stop the leaderboard in #sales", ScheduleParams(action="delete", which="leaderboard in #sales")),
        Example("unsubscribe me from everything", ScheduleParams(action="delete", which="everything")),
        Example("每个工作日8:30在#sales发排行榜", _weekdays("leaderboard", "每个工作日8:30", "#sales")),
        Example("每周一上午9点把我的商机发给我", _weekdays("pipeline", "每周一上午9点", owner="我")),
        Example("每月1号9点给我发业绩目标完成情况", _weekdays("quota", "每月1号9点")),
        Example("暂停排行榜报告", ScheduleParams(action="pause", which="排行榜")),
        Example("别再给我发那个报告了", ScheduleParams(action="delete", which="那个")),
    ),
)
