"""My scheduled reports, and the buttons that pause, resume and delete them."""

from dataclasses import dataclass

from skills.answer import Action, Answer, Column, Invocation, Table
from skills.arrivals import next_moment
from skills.contract import Example, Skill, SkillContext, SkillParams
from skills.rhythm import in_words, place_name, report_name, rhythm_of
from skills.terms import report_words
from skills.text import AnyValue, Moment, Text, text, value
from store.models import ReportSchedule, ScheduleStatus
from store.schedules import list_schedules
from store.scope import Scope

MOST_ROWS = 20
MOST_WITH_BUTTONS = 5
SUGGESTIONS = (
    ("leaderboard", text("every weekday at 8:30")),
    ("pipeline", text("every Monday at 8:00")),
)


class ReportsParams(SkillParams):
    pass


@dataclass(frozen=True)
class Scheduled:
    """A schedule, and when it comes next; `due` is None while it is paused, or where that is not known."""

    schedule: ReportSchedule
    due: Moment | None


@dataclass(frozen=True)
class Reports:
    all: tuple[Scheduled, ...]
    shown: int
    """Rows of the table."""


def run(context: SkillContext, _: ReportsParams) -> Reports:
    reports = tuple(
        Scheduled(row, next_moment(context.session, row, context.now) if row.status == ScheduleStatus.ACTIVE else None)
        for row in list_schedules(context.session, Scope.of([context.actor.id]))
    )
    return Reports(reports, context.listed(MOST_ROWS))


def present(found: Reports) -> Answer:
    reports = found.all
    if not reports:
        return Answer(
            headline=text("Nothing is sent to you at fixed times yet. Try “leaderboard every weekday at 8:30”."),
            actions=tuple(
                Action(
                    label=text("{report}, {when}", report=report_words(report), when=when),
                    invocation=Invocation.of("schedule", report=report, when=when.template),
                )
                for report, when in SUGGESTIONS
            ),
            private=True,
        )
    active = [report for report in reports if report.schedule.status == ScheduleStatus.ACTIVE]
    left_out = len(reports) - found.shown
    notes = (text("{count} more are not shown.", count=left_out),) if left_out > 0 else ()
    labels = (text("Report"), text("When"), text("Where"), text("Next time"))
    return Answer(
        headline=_headline(len(active), len(reports) - len(active)),
        blocks=(
            Table(
                title=text("Scheduled reports"),
                columns=tuple(Column(label=label) for label in labels),
                rows=tuple(_row(report) for report in reports[: found.shown]),
            ),
        ),
        actions=tuple(action for report in reports[:MOST_WITH_BUTTONS] for action in _buttons(report)),
        notes=notes,
        private=True,
    )


def _headline(active: int, paused: int) -> Text:
    if paused:
        return text("{active} scheduled reports of yours, and {paused} paused.", active=active, paused=paused)
    if active == 1:
        return text("1 scheduled report of yours.")
    return text("{active} scheduled reports of yours.", active=active)


def _row(report: Scheduled) -> tuple[AnyValue, ...]:
    schedule = report.schedule
    return (
        report_name(schedule.skill, schedule.params),
        in_words(rhythm_of(schedule)),
        place_name(schedule),
        value(report.due or (text("paused") if schedule.status == ScheduleStatus.PAUSED else text("–"))),
    )


def _buttons(report: Scheduled) -> tuple[Action, ...]:
    schedule = report.schedule
    name = text("{report} {at}", report=report_words(schedule.skill), at=schedule.at)
    which = f"schedule:{schedule.id}"
    if schedule.status == ScheduleStatus.PAUSED:
        switch = Action(label=text("Resume {report}", report=name), invocation=_invocation("resume", which))
    else:
        switch = Action(label=text("Pause {report}", report=name), invocation=_invocation("pause", which))
    delete = Action(label=text("Delete {report}", report=name), invocation=_invocation("delete", which), style="danger")
    send = Action(label=text("Send {report} now", report=name), invocation=_invocation("send", which), tucked=True)
    return (switch, delete, send)


def _invocation(action: str, which: str) -> Invocation:
    return Invocation.of("schedule", action=action, which=which)


SKILL = Skill(
    name="reports",
    summary=text("The reports that are sent to you at fixed times"),
    params=ReportsParams,
    run=run,
    present=present,
    aliases=("subscriptions", "schedules"),
    examples=(
        Example("reports", ReportsParams()),
        Example("my reports", ReportsParams()),
        Example("which reports do I get?", ReportsParams()),
        Example("list my scheduled reports", ReportsParams()),
        Example("what are you sending me and when", ReportsParams()),
        Example("show my subscriptions", ReportsParams()),
        Example("when is my next report due", ReportsParams()),
        Example("what did I schedule in #sales", ReportsParams()),
        Example("which of my reports are paused", ReportsParams()),
        Example("manage my reports", ReportsParams()),
        Example("我的订阅", ReportsParams()),
        Example("我有哪些定时报告？", ReportsParams()),
        Example("查看我的定时报表", ReportsParams()),
    ),
)
