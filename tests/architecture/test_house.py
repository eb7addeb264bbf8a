"""The house itself: where the rooms come from, what each may import, and that declarations are complete."""

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from skills.catalog import CATALOG
from skills.contract import Effect, Skill

ROOT = Path(__file__).parents[2]
ROOMS = ("bot", "skills", "knowledge_base", "store", "scheduler")
CATALOG_FOLDER = ROOT / "skills" / "catalog"
IMPORT_BUDGET = {"chromadb", "langchain", "langchain_core", "onnxruntime", "playwright", "pytest"}
"""What no room loads before it is needed."""


@pytest.mark.parametrize("room", ROOMS)
def test_each_room_comes_from_this_checkout(room: str) -> None:
    origin = importlib.import_module(room).__file__
    assert origin is not None
    assert Path(origin).parent == ROOT / room, f"another package called {room} hides ours"


def test_every_module_of_the_catalog_is_listed() -> None:
    modules = {path.stem for path in CATALOG_FOLDER.glob("*.py")} - {"__init__"}
    missing = sorted(modules - set(CATALOG))
    assert not missing, f"add to skills/catalog/__init__.py: {', '.join(f'{name}.SKILL' for name in missing)}"


@pytest.mark.parametrize("skill", CATALOG.values(), ids=lambda skill: skill.name)
def test_a_skill_is_completely_declared(skill: Skill) -> None:
    assert sys.modules[skill.run.__module__].__name__ == f"skills.catalog.{skill.name}", (
        "a module is named as its command"
    )
    languages = [any("\u4e00" <= letter <= "\u9fff" for letter in example.says) for example in skill.examples]
    if skill.listed:
        assert languages.count(False) >= 3, f"{skill.name} needs at least three English examples"
        assert languages.count(True) >= 2, f"{skill.name} needs at least two Chinese examples"
    else:
        assert not languages, f"{skill.name} is what a button does: nobody says it in words"
    for example in skill.examples:
        assert type(example.params) is skill.params, f"“{example.says}” has another skill's parameters"
    for name, field in skill.params.model_fields.items():
        assert field.description, f"{skill.name}: say what {name} is, for people and models"
    assert set(skill.form) <= set(skill.params.model_fields), f"{skill.name}: the form asks for what it does not take"
    assert not (skill.schedulable and skill.effect is Effect.WRITE), "a scheduled report changes nothing"


def test_commands_and_aliases_are_told_apart() -> None:
    names = [name for skill in CATALOG.values() for name in (skill.name, *skill.aliases)]
    doubled = sorted({name for name in names if names.count(name) > 1})
    assert not doubled, f"two skills answer to {doubled}"


def test_the_import_contracts_hold() -> None:
    run = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_a_start_loads_nothing_heavy() -> None:
    script = f"import bot.__main__, scheduler.__main__, sys; print(sorted({IMPORT_BUDGET!r} & sys.modules.keys()))"
    loaded = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]", "import these where they are used"


def python_files() -> list[Path]:
    return [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]


def test_no_room_reads_the_clock_by_itself() -> None:
    """Only `__main__` modules and the demo build the clock; everything else is handed one."""
    allowed = {ROOT / "store/clock.py", ROOT / "bot/demo.py"}
    for path in python_files():
        if path.name == "__main__.py" or path in allowed or "local_workspace" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                assert node.func.attr not in {"now", "today", "utcnow"} or _is_ours(node.func), f"{path}:{node.lineno}"


def _is_ours(call: ast.Attribute) -> bool:
    """`self.now()` and such are the clock that was handed in; `datetime.now()` and `date.today()` are not."""
    return not (isinstance(call.value, ast.Attribute | ast.Name) and _name(call.value) in {"datetime", "date"})


def _name(node: ast.Attribute | ast.Name) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id


def test_a_guarded_line_is_really_caught() -> None:
    call = ast.parse("dt.datetime.now()").body[0]
    assert isinstance(call, ast.Expr)
    assert isinstance(call.value, ast.Call)
    assert isinstance(call.value.func, ast.Attribute)
    assert not _is_ours(call.value.func)
