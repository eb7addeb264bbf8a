"""Any table of an answer as a file: CSV for programs, XLSX for people."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from enum import StrEnum
from typing import Any

from pydantic import Field, ValidationError

from skills.answer import Answer, Choice, File, Status
from skills.contract import MOST_LISTED, Effect, Example, Skill, SkillContext, SkillParams
from skills.errors import Impossible, NotFound, SkillError, Unclear
from skills.language import Language, get_language
from skills.permissions import check_skill
from skills.sheets import Sheet, csv_of, sheets_of, xlsx_of
from skills.terms import report_words
from skills.text import Text, text

CHOICES = 5
MOST_NAME = 60


class Format(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"


FORMATS = {
    Format.CSV: frozenset({"csv", "comma separated", "text"}),
    Format.XLSX: frozenset(
        {
            "xlsx",
            "xls",
            "excel",
            "spreadsheet",
            "sheet",
            "workbook",
            "excel file",
            "表格",
            "电子表格",
            "excel表格",
            "表",
        }
    ),
}
FORMAT_NAMES = {Format.CSV: text("CSV"), Format.XLSX: text("XLSX (Excel)")}
MEDIA_TYPES = {
    Format.CSV: "text/csv",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class ExportParams(SkillParams):
    report: str | None = Field(
        default=None, description=text("which answer to export, such as pipeline or leaderboard").template
    )
    report_params: dict[str, Any] | str | None = Field(
        default=None, description=text("what that answer is to be about").template
    )
    format: str = Field(default=Format.CSV.value, description=text("csv or xlsx").template)


@dataclass(frozen=True)
class Exported:
    """The answer that was exported, and its files."""

    report: str
    format: Format
    answer: Answer
    sheets: tuple[Sheet, ...]
    files: tuple[File, ...]

    @property
    def rows(self) -> int:
        return sum(sheet.count for sheet in self.sheets)


def run(context: SkillContext, params: ExportParams) -> Exported:
    kind = _format(params.format)
    skill = _find(context, params.report)
    check_skill(skill, context.actor.role)
    answer = _answered(context, skill, _params(params.report_params))
    language = get_language(context.actor.language)
    sheets = sheets_of(answer, language)
    if answer.status is not Status.ANSWER or not sheets:
        raise Impossible(
            text(
                "There is nothing in **{report}** that a file could hold: {headline}",
                report=report_words(skill.name),
                headline=answer.headline,
            ),
            text("Pipelines, quotas, leaderboards and lists can be exported."),
        )
    files = _files(context, skill.name, kind, answer, sheets, language)
    return Exported(skill.name, kind, answer, sheets, files)


def _format(words: str) -> Format:
    said = words.strip().lower().removeprefix("an ").removeprefix("a ").removeprefix(".")
    for kind, names in FORMATS.items():
        if said in names:
            return kind
    raise Unclear(
        text("As which kind of file?"),
        choices=[Choice.of(FORMAT_NAMES[kind], format=kind.value) for kind in Format],
    )


def _find(context: SkillContext, words: str | None) -> Skill:
    """The reading skill that is meant, by its name or an alias."""
    offered = [
        skill
        for skill in context.skills.values()
        if skill.effect is Effect.READ and skill.name != SKILL.name and context.actor.role.rank >= skill.needs.rank
    ]
    said = (words or "").strip().lower()
    reports = [skill for skill in offered if skill.schedulable]
    if not said:
        choices = [Choice.of(report_words(skill.name), report=skill.name) for skill in reports[:CHOICES]]
        raise Unclear(text("What shall I export?"), choices=choices)
    named = {
        name.lower(): skill
        for skill in context.skills.values()
        if skill.effect is Effect.READ and skill.name != SKILL.name
        for name in (skill.name, *skill.aliases)
    }
    if said in named:
        return named[said]
    near = dict.fromkeys(named[name].name for name in get_close_matches(said, list(named), n=CHOICES))
    able = {skill.name for skill in offered}
    raise NotFound(
        text("There is no **{report}** that I could export.", report=words or ""),
        choices=[Choice.of(report_words(name), report=name) for name in near if name in able],
    )


def _params(given: Mapping[str, Any] | str | None) -> dict[str, Any]:
    """The other skill's parameters; a model may write them as JSON."""
    if isinstance(given, str):
        try:
            read = json.loads(given) if given.strip() else {}
        except ValueError:
            read = None
        if not isinstance(read, dict):
            raise Unclear(
                text("I can't read what the export is to be about."), text("Ask for it first, then export it.")
            )
        given = read
    return {name: value for name, value in (given or {}).items() if value not in (None, "")}


def _answered(context: SkillContext, skill: Skill, params: Mapping[str, Any]) -> Answer:
    """What the skill answers here and now, with the asker's rights and all rows; its questions are asked on."""
    assert skill.present is not None  # noqa: S101  (it is a reading one)
    try:
        return skill.present(skill.run(replace(context, complete=True), skill.validated(params)))
    except ValidationError as error:
        names = dict.fromkeys(str(problem["loc"][0]) for problem in error.errors() if problem["loc"])
        raise Unclear(
            text(
                "**{report}** can't be made with that: {names}.",
                report=report_words(skill.name),
                names=", ".join(names) or "?",
            ),
            text("Say “help {report}” to see what it takes.", report=skill.name),
        ) from error
    except SkillError as error:
        choices = [
            Choice.of(choice.label, report_params={**params, **choice.invocation.params})
            for choice in error.choices
            if choice.invocation.skill in ("", skill.name)
        ]
        raise type(error)(error.headline, error.advice, choices) from error


def _files(
    context: SkillContext, report: str, kind: Format, answer: Answer, sheets: Sequence[Sheet], language: Language
) -> tuple[File, ...]:
    day = context.today.isoformat()
    if kind is Format.XLSX:
        book = xlsx_of(answer, sheets, language, context.now, context.organisation.zone)
        return (File.of(f"{report}-{day}.xlsx", MEDIA_TYPES[kind], book),)
    names: list[str] = []
    for sheet in sheets:
        slug = re.sub(r"[^\w]+", "-", sheet.title.lower()).strip("-_")[:MOST_NAME].strip("-")
        name = f"{report}-{slug}-{day}" if slug and len(sheets) > 1 else f"{report}-{day}"
        names.append(name if name not in names else f"{name}-{len(names) + 1}")
    return tuple(
        File.of(f"{name}.csv", MEDIA_TYPES[kind], csv_of(sheet, language))
        for name, sheet in zip(names, sheets, strict=True)
    )


def present(exported: Exported) -> Answer:
    return Answer(
        headline=_headline(exported),
        notes=(exported.answer.headline, *_cut(exported), *exported.answer.notes),
        files=exported.files,
        subject=exported.answer.subject,
        private=exported.answer.private,
        unabridged=exported.answer.unabridged,
    )


def _cut(exported: Exported) -> tuple[Text, ...]:
    if all(sheet.count < MOST_LISTED for sheet in exported.sheets):
        return ()
    return (text("A file holds {count} rows of a table at most. Ask for less at a time.", count=MOST_LISTED),)


def _headline(exported: Exported) -> Text:
    name, kind = report_words(exported.report), FORMAT_NAMES[exported.format]
    if len(exported.sheets) == 1:
        return text("**{report}** as {format}, {rows} rows.", report=name, format=kind, rows=exported.rows)
    return text(
        "**{report}** as {format}: {tables} tables, {rows} rows.",
        report=name,
        format=kind,
        tables=len(exported.sheets),
        rows=exported.rows,
    )


SKILL = Skill(
    name="export",
    summary=text("A table as a CSV or Excel file"),
    params=ExportParams,
    run=run,
    present=present,
    aliases=("download", "csv", "excel", "xlsx"),
    examples=(
        Example("export that as csv", ExportParams(format="csv")),
        Example("export this to excel", ExportParams(format="xlsx")),
        Example("download that as a spreadsheet", ExportParams(format="xlsx")),
        Example("give me that as an excel file", ExportParams(format="xlsx")),
        Example("export my pipeline as csv", ExportParams(report="pipeline", report_params={"owner": "me"})),
        Example("the leaderboard as xlsx", ExportParams(report="leaderboard", format="xlsx")),
        Example("download the company's quota as csv", ExportParams(report="quota", report_params={"team": "company"})),
        Example("把这个导出成excel", ExportParams(format="xlsx")),
        Example("导出csv", ExportParams(format="csv")),
        Example("把我的商机导出成表格", ExportParams(report="pipeline", report_params={"owner": "我"}, format="xlsx")),
    ),
)
