"""Quiet hours: when no report comes to oneself. What is due then comes at their end, once."""

from pydantic import Field

from skills.answer import Action, Invocation
from skills.change import Change
from skills.contract import Effect, Example, Skill, SkillContext, SkillParams
from skills.errors import Impossible, Unclear
from skills.references.rhythms import read_clock
from skills.text import Text, text
from store.change_log import FieldChange, RecordChange, RecordKind


class QuietParams(SkillParams):
    start: str | None = Field(default=None, description=text("from when on, such as 19:00").template)
    until: str | None = Field(default=None, description=text("until when, such as 8:00").template)
    off: bool = Field(default=False, description=text("no quiet hours any more").template)


def run(context: SkillContext, params: QuietParams) -> Change:
    person = context.person()
    if not params.off and not (params.start or params.until):
        return Change(records=(), headline=_said(person.quiet_from, person.quiet_until))
    start = "" if params.off else _clock(params.start, text("From when on shall it be quiet?"))
    until = "" if params.off else _clock(params.until, text("Until when shall it be quiet?"))
    if start and start == until:
        raise Impossible(
            text("From {start} until {until} is no time at all, or all of it.", start=start, until=until),
            text("To get no reports at all, say “pause all reports”."),
        )
    wanted = {"quiet_from": start, "quiet_until": until}
    fields = tuple(
        FieldChange(field=name, old=getattr(person, name), new=new)
        for name, new in wanted.items()
        if getattr(person, name) != new
    )
    if not fields:
        return Change(records=(), headline=_said(start, until))
    record = RecordChange(
        kind=RecordKind.PERSON, id=person.id, version=person.version, label=person.name, fields=fields
    )
    mine = Action(label=text("My reports"), invocation=Invocation.of("reports"))
    return Change(records=(record,), headline=_said(start, until), follow_ups=(mine,))


def _clock(words: str | None, question: Text) -> str:
    found = read_clock(words or "")
    if found is None:
        raise Unclear(question, text("Write it like “no reports between 19:00 and 8:00”."))
    return found


def _said(start: str, until: str) -> Text:
    if not start:
        return text("You have no quiet hours: reports come to you whenever they are due.")
    return text(
        "No report comes to you by itself from {start} until {until}. What is due then comes at {until}; posts to "
        "channels are not held back.",
        start=start,
        until=until,
    )


SKILL = Skill(
    name="quiet",
    summary=text("Quiet hours, in which no report comes to you"),
    params=QuietParams,
    run=run,
    effect=Effect.WRITE,
    aliases=("dnd", "quiet-hours"),
    form=("start", "until"),
    examples=(
        Example("no reports between 19:00 and 8:00", QuietParams(start="19:00", until="8:00")),
        Example("quiet hours from 8pm to 7am", QuietParams(start="8pm", until="7am")),
        Example("don't send me anything after 18:30 until 9:00", QuietParams(start="18:30", until="9:00")),
        Example("keep quiet from 22:00 till 6:30", QuietParams(start="22:00", until="6:30")),
        Example("turn off my quiet hours", QuietParams(off=True)),
        Example("no quiet hours any more", QuietParams(off=True)),
        Example("what are my quiet hours", QuietParams()),
        Example("晚上7点到早上8点不要发报告", QuietParams(start="晚上7点", until="早上8点")),
        Example("设置免打扰时间22:00到7:00", QuietParams(start="22:00", until="7:00")),
        Example("关闭免打扰", QuietParams(off=True)),
    ),
)
