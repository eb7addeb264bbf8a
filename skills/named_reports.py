"""Reports as people name them: a skill that can be sent at fixed times, or a schedule that they have already."""

import json
import re
from collections.abc import Container, Sequence
from difflib import get_close_matches

from skills.answer import Choice
from skills.contract import Effect, Skill, SkillContext
from skills.errors import Impossible, NotAllowed, NotFound, Unclear
from skills.references.rhythms import DAYS, WORKDAYS
from skills.rhythm import described
from skills.terms import DAY_NAMES, ROLES, report_words
from skills.text import Text, text
from skills.wording import enumeration
from store.models import ReportSchedule, ScheduleStatus
from store.schedules import get_schedule, list_schedules
from store.scope import Scope

CHOICES = 5
EVERY_ONE = frozenset({"all", "everything", "all of them", "all reports", "全部", "所有", "都", "全部报告", "所有报告"})
THE_ONE = frozenset({"it", "that", "this", "that one", "this one", "the report", "my report", "这个", "它", "那个"})
REPORT_WORDS = re.compile(
    r"\b(?:the|my|a|an|daily|weekly|monthly|report|digest|summary)\b|报告|报表|日报|周报|月报|我的|的", re.IGNORECASE
)
FILLERS = frozenset({"", "in", "on", "at", "one", "every", "to", "for", "from", "of"})
SCHEDULE = re.compile(r"^(?:schedule:|#)?(?P<id>\d{1,18})$")


# --- one that can be sent


def find_report(context: SkillContext, words: str | None) -> Skill:
    """The skill that is meant. Raises `NotFound`, `Impossible` or `NotAllowed` where it can't be scheduled."""
    offered = [
        skill
        for skill in context.skills.values()
        if skill.schedulable and skill.effect is Effect.READ and context.actor.role.rank >= skill.needs.rank
    ]
    choices = [Choice.of(report_words(skill.name), report=skill.name) for skill in offered[:CHOICES]]
    said = REPORT_WORDS.sub(" ", (words or "").lower().removeprefix("/sales")).strip()
    if not said:
        raise Unclear(text("Which report shall I send?"), choices=choices)
    named = {name.lower(): skill for skill in context.skills.values() for name in (skill.name, *skill.aliases)}
    skill = named.get(said) or _find_spoken(offered, said)
    if skill is None:
        near = dict.fromkeys(named[name].name for name in get_close_matches(said, list(named), n=CHOICES))
        fitting = [Choice.of(report_words(other.name), report=other.name) for other in offered if other.name in near]
        raise NotFound(text("There is no **{report}** report.", report=words or ""), choices=fitting or choices)
    if skill.effect is not Effect.READ or not skill.schedulable:
        raise Impossible(
            text("**{report}** can't be sent at fixed times.", report=report_words(skill.name)),
            text("These can: {reports}.", reports=enumeration([report_words(other.name) for other in offered])),
        )
    if context.actor.role.rank < skill.needs.rank:
        raise NotAllowed(text("Only a {role} can have that report.", role=ROLES[skill.needs]))
    return skill


def _find_spoken(skills: Sequence[Skill], words: str) -> Skill | None:
    """The one skill whose examples use these words, such as 排行榜; None where there are several or none."""
    speaking = [skill for skill in skills if _speaks(skill, words)]
    return speaking[0] if len(speaking) == 1 else None


def _speaks(skill: Skill | None, words: str) -> bool:
    return skill is not None and len(words) > 1 and any(words in example.says.lower() for example in skill.examples)


# --- one that is there


def find_schedules(
    context: SkillContext, words: str | None, states: Container[str], deed: Text
) -> Sequence[ReportSchedule]:
    """The schedules that the words mean: one, unless all are asked for; each in one of the states.

    `deed` is what is to be done with it, for the words of the refusal. Raises `NotFound`, `Unclear` or, where it is
    named exactly and in another state, `Impossible`.
    """
    said = (words or "").strip().lower()
    if exact := SCHEDULE.match(said):
        return [_get_exact(context, int(exact["id"]), states)]
    mine = list_schedules(context.session, Scope.of([context.actor.id]))
    able = [row for row in mine if row.status in states]
    if not able:
        advice = text("Say “my reports” to see what there is.") if mine else None
        raise NotFound(text("You have no scheduled report that I could {deed}.", deed=deed), advice)
    if said in EVERY_ONE:
        return able
    meant = able if not said or said in THE_ONE else [row for row in able if _is_meant(context, row, said)]
    if len(meant) == 1:
        return meant
    choices = [Choice.of(described(row), which=f"schedule:{row.id}") for row in (meant or able)[:CHOICES]]
    if not meant:
        raise NotFound(text("You have no scheduled report “{words}”.", words=said), choices=choices)
    raise Unclear(text("Which of them?"), choices=choices)


def _get_exact(context: SkillContext, number: int, states: Container[str]) -> ReportSchedule:
    row = get_schedule(context.session, number)
    if row is None or row.status == ScheduleStatus.DELETED or not context.write_scope.allows(row.owner_id):
        raise NotFound(text("That report is no longer scheduled."), text("Say “my reports” to see what there is."))
    if row.status not in states:
        raise Impossible(
            text("{report} is paused already.", report=described(row))
            if row.status == ScheduleStatus.PAUSED
            else text("{report} is running already.", report=described(row))
        )
    return row


def _is_meant(context: SkillContext, row: ReportSchedule, said: str) -> bool:
    """Whether every word that tells schedules apart fits this one: report, channel, days, what it is about."""
    skill = context.skills.get(row.skill)
    names = {row.skill, *(skill.aliases if skill else ())}
    about = " ".join(str(value) for value in json.loads(row.params).values())
    known = f"{row.channel_name} {about} {_days(row)}".lower().split()
    words = [word for word in re.split(r"[\s,]+", REPORT_WORDS.sub(" ", said).replace("'s", "")) if word not in FILLERS]
    return bool(words) and all(
        word in names
        or any(word.strip("#") in other for other in known)
        or (not word.isascii() and _speaks(skill, word))
        for word in words
    )


def _days(row: ReportSchedule) -> str:
    """Words for its days; a report of every weekday is not "the Friday one"."""
    if row.month_day is not None:
        return f"month monthly {row.at}"
    days = tuple(row.weekdays.split(","))
    if days in (DAYS, WORKDAYS):
        return f"{'daily' if days == DAYS else 'weekdays'} {row.at}"
    return " ".join((*(DAY_NAMES[day].template.lower() for day in days), row.at))
