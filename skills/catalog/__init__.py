"""Every skill, in plain sight. A new one is its module and one line here."""

from collections.abc import Mapping

from skills.catalog import (
    ask,
    create,
    help,  # noqa: A004  (a module is called by its command's name)
    log,
    objection,
    prep,
    today,
    undo,
    update,
)
from skills.contract import Skill

CATALOG: Mapping[str, Skill] = {
    skill.name: skill
    for skill in (
        ask.SKILL,
        objection.SKILL,
        prep.SKILL,
        today.SKILL,
        update.SKILL,
        create.SKILL,
        log.SKILL,
        undo.SKILL,
        help.SKILL,
    )
}
