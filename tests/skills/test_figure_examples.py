"""What people say for the skills that give figures, and that what they mean can be read."""

import datetime as dt
import re
from types import SimpleNamespace
from typing import cast

import pytest

from skills.catalog import booked, leaderboard, opportunity, pipeline, quota
from skills.contract import Example, Skill, SkillContext
from skills.measures.calendar import FiscalCalendar, Grain
from skills.population import period_words
from skills.references import read_period
from tests.skills.company import TODAY

CHINESE = re.compile(r"[\u4e00-\u9fff]")
FIGURES = (booked.SKILL, leaderboard.SKILL, opportunity.SKILL, pipeline.SKILL, quota.SKILL)
EXAMPLES = [(skill, example) for skill in FIGURES for example in skill.examples]


@pytest.mark.parametrize("skill", FIGURES, ids=[skill.name for skill in FIGURES])
def test_each_is_said_in_ten_english_and_three_chinese_ways(skill: Skill) -> None:
    chinese = [example for example in skill.examples if CHINESE.search(example.says)]
    assert len(chinese) >= 3
    assert len(skill.examples) - len(chinese) >= 10
    assert len({example.says.casefold() for example in skill.examples}) == len(skill.examples)


@pytest.mark.parametrize(("skill", "example"), EXAMPLES, ids=[example.says for _, example in EXAMPLES])
def test_the_words_of_an_example_are_in_its_sentence_and_its_period_can_be_read(skill: Skill, example: Example) -> None:
    assert isinstance(example.params, skill.params)
    given = example.params.model_dump(exclude_unset=True)
    if "period" in given:
        assert read_period(given["period"], TODAY, FiscalCalendar()).start < dt.date(2027, 1, 2)
    for name in ("account", "product", "stage", "opportunity"):
        if name in given:
            assert given[name].casefold() in example.says.casefold()


@pytest.mark.parametrize("calendar", [FiscalCalendar(), FiscalCalendar(2), FiscalCalendar(2, named_by_end=False)])
@pytest.mark.parametrize("grain", [Grain.WEEK, Grain.MONTH, Grain.QUARTER, Grain.HALF, Grain.YEAR, Grain.DAY])
def test_a_button_that_names_a_period_means_that_period(calendar: FiscalCalendar, grain: Grain) -> None:
    for days in range(0, 1100, 37):
        period = calendar.containing(grain, TODAY - dt.timedelta(days=days))
        again = read_period(period_words(seen_by(calendar), period), TODAY, calendar)
        assert (again.start, again.end) == (period.start, period.end), period.label


@pytest.mark.parametrize(
    "words", ["last 90 days", "ytd", "qtd", "since 1 May", "between 1 Feb and 15 Mar", "this week", "yesterday", "H1"]
)
def test_a_button_repeats_a_period_given_in_words(words: str) -> None:
    period = read_period(words, TODAY, FiscalCalendar())
    again = read_period(period_words(seen_by(FiscalCalendar()), period), TODAY, FiscalCalendar())
    assert (again.start, again.end) == (period.start, period.end)


def seen_by(calendar: FiscalCalendar) -> SkillContext:
    """A context with what periods need."""
    return cast("SkillContext", SimpleNamespace(today=TODAY, calendar=calendar))
