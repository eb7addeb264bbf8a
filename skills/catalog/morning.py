"""A rep's morning: what is due today, what needs me, the pace, and what others changed on my opportunities."""

import datetime as dt
from dataclasses import dataclass

from skills.agenda import Agenda, get_agenda, list_mends
from skills.answer import Action, Answer, Invocation
from skills.contract import Example, Skill, SkillContext, SkillParams
from skills.digests import Asked, Digest, Notice, Section
from skills.digests import present as present_digest
from skills.flags import described
from skills.pipeline_changes import get_changes, said
from skills.references import reference
from skills.text import Text, text
from skills.wording import enumeration
from skills.working_days import get_last_working_day
from store.history import Span
from store.scope import Scope

NEEDS = 3
CHANGES = 5
DUE = 5


class MorningParams(SkillParams):
    pass


@dataclass(frozen=True)
class Morning:
    agenda: Agenda
    pace: Answer | None
    changes: tuple[Notice, ...]
    since: dt.date


def run(context: SkillContext, _: MorningParams) -> Morning:
    asked = Asked(context)
    since = get_last_working_day(context.session, context.organisation, context.person(), context.today)
    return Morning(get_agenda(context), asked.ask("quota", owner="me"), _changes(context, since), since)


def _changes(context: SkillContext, since: dt.date) -> tuple[Notice, ...]:
    """What somebody else changed on my opportunities since the last day on which I worked, the largest first."""
    mine = Scope.of({context.actor.id}) & context.scope
    digest = get_changes(context, mine, Span(since - dt.timedelta(days=1), context.today), shown=10 * CHANGES)
    found = []
    for row in digest.listed:
        trace = digest.traces.get(row.opportunity_id)
        if trace is None or trace.person_id == context.actor.id:
            continue
        by = digest.people.get(trace.person_id) if trace.person_id is not None else None
        what = enumeration([said(digest, row, kind) for kind in row.kinds])
        found.append(
            Notice(
                text("**{name}**: {what} (by {who})", name=row.name, what=what, who=by)
                if by
                else text("**{name}**: {what}", name=row.name, what=what),
                action=Action(
                    label=text("Open {name}", name=row.account or row.name),
                    invocation=Invocation.of("opportunity", opportunity=reference("opportunity", row.opportunity_id)),
                ),
            )
        )
    return tuple(found[:CHANGES])


def present(morning: Morning) -> Answer:
    agenda = morning.agenda
    due = tuple(Notice(text("**{name}**: {step}", name=one.opportunity.name, step=one.step)) for one in agenda.due)
    urgent = agenda.needs[:NEEDS]
    needs = tuple(
        Notice(text("**{name}**: {why}", name=need.opportunity.name, why=described(need.finding)), action=mend)
        for need, mend in zip(urgent, list_mends(urgent), strict=True)
    )
    pace = () if morning.pace is None else (_paced(morning.pace),)
    changed = text("Changed by others since {day}", day=morning.since)
    left = len(agenda.needs) - len(urgent)
    more = Action(label=text("Everything that needs me"), invocation=Invocation.of("today"))
    return present_digest(
        Digest(
            headline=_headline(len(due), len(agenda.needs)),
            sections=(
                Section(text("Due today"), due[:DUE]),
                Section(text("Needs you"), needs),
                Section(text("Pace"), pace),
                Section(changed, morning.changes),
            ),
            figures=morning.pace.figures if morning.pace is not None else (),
            actions=(more,) if left > 0 else (),
            notes=(text("And {count} more that can wait until these are done.", count=left),) if left > 0 else (),
            private=True,
        )
    )


def _headline(due: int, needs: int) -> Text:
    if not due and not needs:
        return text("Good morning! Nothing is due today, and nothing needs you.")
    return text("Good morning! Due today: {due}. Needing you: {needs}.", due=due, needs=needs)


def _paced(quota: Answer) -> Notice:
    """Attainment, and how much that is of what the even pace asks for by now, where a quota has a pace."""
    index = next((figure.exact for figure in quota.figures if figure.name == "pace"), None)
    why = None if index is None else text("That is {share} of what is due by now.", share=index)
    return Notice(
        quota.headline,
        why,
        action=Action(label=text("My quota"), invocation=Invocation.of("quota", owner="me")),
    )


SKILL = Skill(
    name="morning",
    summary=text("My morning: what is due, what needs me, my pace, what others changed"),
    params=MorningParams,
    run=run,
    present=present,
    schedulable=True,
    aliases=("briefing", "standup"),
    examples=(
        Example("good morning", MorningParams()),
        Example("my morning briefing", MorningParams()),
        Example("brief me for today", MorningParams()),
        Example("give me my morning report", MorningParams()),
        Example("start my day", MorningParams()),
        Example("what happened on my deals overnight", MorningParams()),
        Example("morning summary please", MorningParams()),
        Example("早上好", MorningParams()),
        Example("我的早报", MorningParams()),
        Example("今天的晨报", MorningParams()),
        Example("给我一份早间简报", MorningParams()),
    ),
)
