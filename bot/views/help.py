"""What the conversation with the app suggests to say."""

from collections.abc import Iterable, Mapping, Sequence

from skills.contract import Effect, Example, Skill
from skills.language import Language
from skills.text import render
from store.models import Role

MOST_PROMPTS = 4
MOST_TITLE = 75
FIRST = ("today", "quota", "pipeline", "ask", "leaderboard")
"""What somebody wants to know when they open the conversation; the rest follows."""
GENERAL = frozenset({"question", "period", "top", "metric"})
"""Parameters that name no record."""


def draw_prompts(skills: Mapping[str, Skill], role: Role, language: Language) -> list[dict[str, str]]:
    """Up to four prompts: questions that the skills themselves give as examples, and that change nothing."""
    prompts = []
    for name in _ordered(skills):
        skill = skills[name]
        says = [example.says for example in skill.examples if _names_nobody(example)]
        fitting = [words for words in says if _is_chinese(words) == (language.code == "zh")] or says
        if skill.effect is Effect.READ and skill.listed and role.rank >= skill.needs.rank and fitting:
            title = render(skill.summary, language)
            prompts.append({"title": title[:MOST_TITLE], "message": fitting[0]})
    return prompts[:MOST_PROMPTS]


def _names_nobody(example: Example) -> bool:
    """Whether it makes sense anywhere: the customers and people of an example are made up."""
    return set(example.params.model_dump(exclude_defaults=True)) <= GENERAL


def _ordered(skills: Mapping[str, Skill]) -> Sequence[str]:
    return [name for name in (*FIRST, *_others(skills)) if name in skills]


def _others(skills: Iterable[str]) -> Iterable[str]:
    return (name for name in skills if name not in FIRST and name != "help")


def _is_chinese(words: str) -> bool:
    return any("\u4e00" <= character <= "\u9fff" for character in words)
