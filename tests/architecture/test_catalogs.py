"""The translation catalogs: complete, with the same places, and read as written."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from skills.language import CATALOGS, get_language, read_catalog
from skills.text import places, render, text

ROOT = Path(__file__).parents[2]
LANGUAGES = sorted(path.parent.name for path in CATALOGS.glob("*/messages.po"))


def templates() -> Iterator[tuple[str, str]]:
    """Every sentence in the source, with the place where it stands."""
    for room in ("bot", "skills", "scheduler"):
        for path in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if (
                    isinstance(node, ast.Call)
                    and isinstance(node.func, ast.Name)
                    and node.func.id == "text"
                    and node.args
                ):
                    first = node.args[0]
                    where = f"{path.relative_to(ROOT)}:{node.lineno}"
                    if isinstance(first, ast.Constant):
                        yield str(first.value), where


def test_there_is_a_chinese_catalog() -> None:
    assert "zh" in LANGUAGES


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_sentence_is_translated(code: str) -> None:
    catalog = read_catalog(CATALOGS / code / "messages.po")
    missing = {where: template for template, where in templates() if template not in catalog and _has_words(template)}
    shown = "\n".join(f"{where}: {template}" for where, template in sorted(missing.items())[:20])
    assert not missing, f"{len(missing)} sentences to translate: run `make messages`, then fill in\n{shown}"


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_translation_has_the_same_places_and_bold_marks(code: str) -> None:
    for template, translated in read_catalog(CATALOGS / code / "messages.po").items():
        assert places(translated) == places(template), template
        assert translated.count("**") % 2 == 0, translated


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_translation_is_left_over(code: str) -> None:
    used = {template for template, _ in templates()}
    left = sorted(set(read_catalog(CATALOGS / code / "messages.po")) - used)
    assert not left, f"nobody says this any more: run `make messages`\n{left[:10]}"


def _has_words(template: str) -> bool:
    """Whether there is anything to translate besides places and punctuation."""
    for place in places(template):
        template = template.replace("{" + place + "}", "")
    return any(letter.isalpha() for letter in template)


def test_values_are_never_translated_or_read_as_sentences() -> None:
    chinese = get_language("zh")
    assert render(text("**{record}** is no longer there.", record="{evil} {0.__class__}"), chinese).count("{evil}") == 1
