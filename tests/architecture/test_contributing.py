"""The worked example of CONTRIBUTING.md, run exactly as it stands there."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from skills.answer import Invocation
from skills.catalog import CATALOG
from skills.contract import Audience, Skill
from skills.runner import Assistant, Reply, get_actor, run_skill
from store.engine import Database
from store.models import Person, Source
from tests.skills.company import NOW, build_company

GUIDE = Path(__file__).parents[2] / "CONTRIBUTING.md"


def examples() -> list[str]:
    return re.findall(r"^```python\n(.*?)^```$", GUIDE.read_text("utf-8"), re.DOTALL | re.MULTILINE)


@pytest.fixture
def ask(database: Database) -> Callable[[str], Reply]:
    """Asks the guide's skill, in a company whose catalog has it."""
    module: dict[str, Any] = {"__name__": "skills.catalog.stages"}
    exec(compile(examples()[0], "skills/catalog/stages.py", "exec"), module)
    skill: Skill = module["SKILL"]
    company = build_company(database)
    assistant = Assistant(database, cast("Any", None), {**CATALOG, skill.name: skill}, lambda: NOW)
    with database.session() as session:
        person = session.get(Person, company.people["Dana"])
        assert person is not None
        actor = get_actor(session, person)
    return lambda name: run_skill(assistant, Invocation.of(name), actor, Audience(), Source.COMMAND)


def test_the_three_steps_work_as_written(ask: Callable[[str], Reply]) -> None:
    test: dict[str, Any] = {}
    exec(compile(examples()[1], "tests/skills/test_stages.py", "exec"), test)
    test["test_stages_are_listed_in_order"](ask)
    assert any("stages" in reply for reply in [ask("help").answer.model_dump_json()]), "help lists the new skill"


def test_the_guide_names_real_make_targets() -> None:
    targets = set(re.findall(r"^([a-z]+):", (GUIDE.parent / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = set(
        re.findall(r"make ([a-z]+)", GUIDE.read_text("utf-8") + (GUIDE.parent / "README.md").read_text("utf-8"))
    )
    assert named <= targets, f"no such target: {sorted(named - targets)}"
