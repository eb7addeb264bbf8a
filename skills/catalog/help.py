"""What can be asked, and how, for the person who asks."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from pydantic import Field

from skills.answer import Action, Answer, Bullets, Choice, Invocation, Status
from skills.contract import Effect, Example, Skill, SkillContext, SkillParams
from skills.errors import NotFound
from skills.text import Text, text
from store.opportunities import list_open
from store.scope import Scope

CHINESE = re.compile(r"[\u4e00-\u9fff]")
EXAMPLES_OF_ONE = 6
CUSTOMER = "acme"
"""The customer in the examples of all skills."""


class HelpParams(SkillParams):
    topic: str | None = Field(
        default=None, description=text("the command to explain; all of them when left out").template
    )


@dataclass(frozen=True)
class Guide:
    skills: tuple[Skill, ...]
    language: str
    customer: str
    """A customer of the asker, who takes the place of the examples' one."""


def run(context: SkillContext, params: HelpParams) -> Guide:
    """Only what the asker may do is listed."""
    allowed = {
        name: skill
        for name, skill in context.skills.items()
        if skill.listed and context.actor.role.rank >= skill.needs.rank
    }
    if params.topic is None:
        return Guide(tuple(allowed.values()), context.actor.language, _customer(context))
    return Guide((_find(allowed, params.topic),), context.actor.language, _customer(context))


def _customer(context: SkillContext) -> str:
    mine = list_open(context.session, Scope.of({context.actor.id}), limit=1)
    return (mine[0].account or "") if mine else ""


def _find(allowed: Mapping[str, Skill], topic: str) -> Skill:
    names = {name: skill for skill in allowed.values() for name in (skill.name, *skill.aliases)}
    wanted = topic.strip().lower().removeprefix("/sales").strip()
    if wanted in names:
        return names[wanted]
    near = dict.fromkeys(names[name].name for name in get_close_matches(wanted, list(names), n=3))
    raise NotFound(
        text("There is no **{topic}** command.", topic=topic),
        text("Say “help” for everything I can do."),
        choices=[Choice.of(text("{name}", name=name), topic=name) for name in near],
    )


def present(guide: Guide) -> Answer:
    if len(guide.skills) == 1:
        return _one(guide.skills[0], guide)
    items = tuple(
        text("**{name}** – {summary}. Say: “{example}”", name=skill.name, summary=skill.summary, example=example)
        if (example := _example(skill, guide))
        else text("**{name}** – {summary}", name=skill.name, summary=skill.summary)
        for skill in guide.skills
    )
    return Answer(
        status=Status.HELP,
        headline=text("This is what I can do. Just say it in your own words, here or in a channel."),
        blocks=(Bullets(items=items),),
        notes=(text("Before I change anything risky I ask, and every change has an Undo button."),),
    )


def _one(skill: Skill, guide: Guide) -> Answer:
    examples = [_said(example, guide) for example in skill.examples if _fits(example, guide.language)]
    items = tuple(text("“{example}”", example=says) for says in examples[:EXAMPLES_OF_ONE])
    fields: list[Text] = [
        text("**{name}**: {description}", name=name, description=Text(template=field.description or name))
        for name, field in skill.params.model_fields.items()
    ]
    form = Action(label=text("Open the form"), kind="form", invocation=Invocation.of(skill.name))
    run_it = Action(label=text("Try it"), invocation=Invocation.of(skill.name))
    needs_nothing = skill.effect is Effect.READ and not any(
        field.is_required() for field in skill.params.model_fields.values()
    )
    return Answer(
        status=Status.HELP,
        headline=text("**{name}**: {summary}", name=skill.name, summary=skill.summary),
        blocks=tuple(
            Bullets(title=title, items=lines)
            for title, lines in ((text("For example:"), items), (text("It understands:"), tuple(fields)))
            if lines
        ),
        actions=(*((run_it,) if needs_nothing else ()), *((form,) if skill.form else ())),
    )


def _fits(example: Example, language: str) -> bool:
    return bool(CHINESE.search(example.says)) == (language == "zh")


def _example(skill: Skill, guide: Guide) -> str | None:
    fitting = [example for example in skill.examples if _fits(example, guide.language)]
    return _said((*fitting, *skill.examples)[0], guide) if skill.examples else None


def _said(example: Example, guide: Guide) -> str:
    return example.says.replace(CUSTOMER, guide.customer) if guide.customer else example.says


SKILL = Skill(
    name="help",
    summary=text("What I can do, with examples"),
    params=HelpParams,
    run=run,
    present=present,
    aliases=("?", "commands", "帮助"),
    examples=(
        Example("help", HelpParams()),
        Example("what can you do?", HelpParams()),
        Example("how does this work", HelpParams()),
        Example("which commands are there", HelpParams()),
        Example("hi", HelpParams()),
        Example("help me get started", HelpParams()),
        Example("how do I use the leaderboard command?", HelpParams(topic="leaderboard")),
        Example("help update", HelpParams(topic="update")),
        Example("帮助", HelpParams()),
        Example("你能做什么？", HelpParams()),
        Example("怎么用", HelpParams()),
    ),
)
