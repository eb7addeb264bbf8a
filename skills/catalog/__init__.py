"""Every skill, in plain sight. A new one is its module and one line here."""

from collections.abc import Mapping

from skills.catalog import (
    activity,
    ask,
    booked,
    concentration,
    changes,
    coverage,
    create,
    cycle,
    export,
    funnel,
    help,  # noqa: A004  (a module is called by its command's name)
    leaderboard,
    log,
    objection,
    opportunity,
    pipeline,
    prep,
    quota,
    reports,
    risks,
    schedule,
    slippage,
    snooze,
    threshold,
    today,
    undo,
    update,
    velocity,
    waterfall,
    winrate,
)
from skills.contract import Skill

CATALOG: Mapping[str, Skill] = {
    skill.name: skill
    for skill in (
        ask.SKILL,
        objection.SKILL,
        prep.SKILL,
        today.SKILL,
        risks.SKILL,
        snooze.SKILL,
        threshold.SKILL,
        opportunity.SKILL,
        update.SKILL,
        create.SKILL,
        log.SKILL,
        undo.SKILL,
        pipeline.SKILL,
        coverage.SKILL,
        waterfall.SKILL,
        changes.SKILL,
        slippage.SKILL,
        booked.SKILL,
        quota.SKILL,
        leaderboard.SKILL,
        winrate.SKILL,
        cycle.SKILL,
        velocity.SKILL,
        funnel.SKILL,
        concentration.SKILL,
        activity.SKILL,
        schedule.SKILL,
        reports.SKILL,
        export.SKILL,
        help.SKILL,
    )
}
