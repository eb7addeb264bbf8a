"""Tables as files: typed, complete, within the asker's rights, and harmless in a spreadsheet."""

import csv
import datetime as dt
import io
import re
import zipfile
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from skills.answer import Answer, Column, File, Invocation, Status, Table
from skills.catalog import CATALOG, export
from skills.contract import Audience, Effect, Example, Skill, SkillContext, SkillParams
from skills.language import get_language
from skills.runner import Assistant, get_actor, run_skill
from skills.sheets import FORMULA, csv_of, sheets_of, xlsx_of
from skills.text import Amount, AnyValue, Count, Day, Share, Text, text, value, verbatim
from store.models import AuditEvent, Person, Role, Source
from store.money import Money
from store.scope import Scope
from tests.skills.company import NOW, Asking, Company, build_assistant, buttons, day, headline, notes

ENGLISH = get_language("en")
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def read_csv(file: File) -> list[list[str]]:
    assert file.content.startswith(b"\xef\xbb\xbf"), "Excel takes it for another encoding without the mark"
    return list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"))))


def read_xlsx(content: bytes) -> dict[str, list[list[tuple[str, str, str]]]]:
    """Rows of (kind, value, number format) by the sheet's name; kind is "s" for words and "n" for numbers."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        root = {name: ElementTree.fromstring(book.read(name)) for name in book.namelist() if name.endswith(".xml")}
    words = ["".join(t.text or "" for t in si.iter(f"{MAIN}t")) for si in root["xl/sharedStrings.xml"]]
    styles = root["xl/styles.xml"]
    formats = {f.attrib["numFmtId"]: f.attrib["formatCode"] for f in styles.iter(f"{MAIN}numFmt")}
    cell_formats = [x.attrib["numFmtId"] for x in next(styles.iter(f"{MAIN}cellXfs"))]
    read = {}
    for number, sheet in enumerate(root["xl/workbook.xml"].iter(f"{MAIN}sheet"), 1):
        rows = []
        for row in root[f"xl/worksheets/sheet{number}.xml"].iter(f"{MAIN}row"):
            cells = []
            for cell in row:
                assert cell.find(f"{MAIN}f") is None, "no cell is a formula"
                held = cell.findtext(f"{MAIN}v") or ""
                style = formats.get(cell_formats[int(cell.attrib.get("s", "0"))], "")
                is_words = cell.attrib.get("t") == "s"
                cells.append(("s" if is_words else "n", words[int(held)] if is_words else held, style))
            rows.append(cells)
        read[sheet.attrib["name"]] = rows
    return read


def answer_of(
    *rows: tuple[AnyValue, ...], labels: tuple[str, ...], total: tuple[AnyValue, ...] | None = None
) -> Answer:
    table = Table(
        title=text("Things"), columns=tuple(Column(label=verbatim(one)) for one in labels), rows=rows, total=total
    )
    return Answer(headline=text("Some **things**"), blocks=(table,))


def lines(answer: Answer) -> list[list[str]]:
    (sheet,) = sheets_of(answer, ENGLISH)
    return list(csv.reader(io.StringIO(csv_of(sheet, ENGLISH).decode("utf-8-sig"))))


# --- what a cell becomes


def test_amounts_are_a_number_and_a_currency_days_are_iso_and_shares_percent() -> None:
    answer = answer_of(
        (value("Acme"), value(Money(123_456, "USD")), Day(value=day(3, 1)), Share(numerator=7, denominator=8)),
        (value("Tanaka"), value(Money(-5_000, "JPY")), text("–"), Share(numerator=1, denominator=3)),
        labels=("Account", "Amount", "Close", "Attainment"),
    )
    assert lines(answer) == [
        ["Account", "Amount", "Amount, currency", "Close", "Attainment (%)"],
        ["Acme", "1234.56", "USD", "2026-03-01", "87.5"],
        ["Tanaka", "-5000", "JPY", "", "33.3333"],
    ]


def test_a_day_with_a_remark_stays_a_day_and_the_remark_is_kept() -> None:
    answer = answer_of((Day(value=day(3, 1)),), (text("{day} (passed)", day=day(2, 1)),), labels=("Close",))
    assert lines(answer) == [
        ["Close", "Close, as shown"],
        ["2026-03-01", ""],
        ["2026-02-01", "1 Feb 2026 (passed)"],
    ]


def test_words_that_hold_several_amounts_stay_words() -> None:
    both = text("{a} and {b}", a=Money(100, "USD"), b=Money(200, "EUR"))
    answer = answer_of((value(Money(100, "USD")),), (both,), labels=("Amount",))
    assert lines(answer)[1:] == [["1.00", "USD"], ["$1 and €2", ""]]


def test_the_total_is_in_the_workbook_and_not_among_the_rows_of_csv() -> None:
    answer = answer_of(
        (value("A"), value(Money(100, "USD"))),
        labels=("Name", "Amount"),
        total=(text("Total"), value(Money(100, "USD"))),
    )
    assert len(lines(answer)) == 2
    book = read_xlsx(xlsx_of(answer, sheets_of(answer, ENGLISH), ENGLISH, NOW, "America/New_York"))
    assert [cell[1] for cell in book["Things"][-1]] == ["Total", "1"]


@pytest.mark.parametrize("words", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =cmd|' /C calc'!A0", "＝1+1"])
def test_words_never_become_a_formula(words: str) -> None:
    answer = answer_of((value(words), Count(value=-1)), labels=(words, "Count"))
    (head, row) = lines(answer)
    assert head[0].startswith("'")
    assert row[0].startswith("'")
    assert row[1] == "-1", "a number is one"
    book = read_xlsx(xlsx_of(answer, sheets_of(answer, ENGLISH), ENGLISH, NOW, "UTC"))
    assert book["Things"][1][0][0] == "s"
    assert book["Things"][1][1][:2] == ("n", "-1")


@given(st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=5))
def test_any_words_come_back_from_csv_and_are_guarded(words: list[str]) -> None:
    answer = answer_of(*((value(word),) for word in words), labels=("Name",))
    read = [row[0] if row else "" for row in lines(answer)[1:]]
    assert len(read) == len(words)
    assert not any(FORMULA.match(one) for one in read)


def test_numbers_are_numbers_in_the_workbook_with_their_currency_as_a_format() -> None:
    answer = answer_of(
        (value("Acme"), value(Money(123_456, "USD")), Day(value=day(3, 1)), Share(numerator=7, denominator=8)),
        (value("Tanaka"), value(Money(5_000, "JPY")), Day(value=day(3, 2)), Share(numerator=1, denominator=3)),
        labels=("Account", "Amount", "Close", "Attainment"),
    )
    book = read_xlsx(xlsx_of(answer, sheets_of(answer, ENGLISH), ENGLISH, NOW, "America/New_York"))
    dollars, yen = book["Things"][1:]
    assert dollars[1] == ("n", "1234.56", "[$USD] #,##0.00")
    assert yen[1] == ("n", "5000", "[$JPY] #,##0")
    assert dollars[2] == ("n", str((day(3, 1) - dt.date(1899, 12, 30)).days), "yyyy-mm-dd")
    assert dollars[3] == ("n", "0.875", "0.0%")


def test_sheets_have_names_that_a_workbook_takes() -> None:
    titles = ["History", "a/b:c*d?e[f]g'", "x" * 40, "x" * 40, "About", ""]
    tables = tuple(
        Table(title=verbatim(title), columns=(Column(label=text("Name")),), rows=((value("A"),),)) for title in titles
    )
    answer = Answer(headline=text("Much"), blocks=tables)
    names = list(read_xlsx(xlsx_of(answer, sheets_of(answer, ENGLISH), ENGLISH, NOW, "UTC")))
    assert len({name.casefold() for name in names}) == len(titles) + 1
    assert all(0 < len(name) <= 31 and not re.search(r"[\[\]:*?/\\]", name) for name in names)


# --- the skill


def test_a_report_is_a_csv_for_each_table(ask: Asking) -> None:
    ask.company.open("Dana", "90.50", "Discovery", name="First", close=day(12, 1))
    ask.company.open("Dana", "1000", "Proposal", name="Second")
    reply = ask("Dana", "export", report="pipeline", report_params={"owner": "me"})
    assert headline(reply) == "**open pipeline** as CSV: 2 tables, 4 rows."
    by_stage, opportunities = reply.answer.files
    assert by_stage.name == "pipeline-by-stage-2026-11-18.csv"
    assert read_csv(by_stage)[1][:3] == ["Discovery", "1", "90.50"]
    assert ["First", "Acme", "Discovery", "90.50", "USD", "2026-12-01"] in read_csv(opportunities)


def test_a_workbook_says_what_it_is_about(ask: Asking) -> None:
    ask.company.open("Dana", "90.50", "Discovery", name="First")
    (file,) = ask("Dana", "export", report="pipeline", format="excel").answer.files
    assert file.name == "pipeline-2026-11-18.xlsx"
    book = read_xlsx(file.content)
    about = [cell[1] for row in book["About"] for cell in row]
    assert "One open opportunity worth $90.50, weighted $9.05 (yours)." in about
    assert any("Open opportunities" in words for words in about), "the definition of a figure"
    assert "Counted: open today, yours." in about
    assert "Opportunities" in book


def test_what_one_may_not_see_is_not_exported(ask: Asking) -> None:
    ask.company.open("Eva", "90", "Discovery")
    reply = ask("Dana", "export", report="pipeline", report_params={"owner": "Eva"})
    assert reply.answer.status is Status.REFUSED
    assert not reply.answer.files


def test_in_a_channel_only_what_everybody_there_may_see_is_exported(ask: Asking) -> None:
    ask.company.open("Dana", "90", "Discovery", name="Shown")
    ask.company.open("Sam", "70", "Discovery", name="Hidden")
    heard = Audience("C1", "#alpha", Scope.of([ask.company.people["Dana"]]))
    reply = ask("Mara", "export", audience=heard, report="pipeline", report_params={"team": "my team"})
    words = b"".join(file.content for file in reply.answer.files).decode()
    assert "Shown" in words
    assert "Hidden" not in words
    assert "only what everyone in #alpha may see" in notes(reply)


def test_a_question_of_the_report_is_asked_and_completes_the_export(ask: Asking) -> None:
    reply = ask("Mara", "export", report="pipeline", report_params={"owner": "Dama"}, format="xlsx")
    assert reply.answer.status in (Status.CLARIFY, Status.REFUSED)
    for choice in reply.answer.choices:
        assert choice.invocation.skill == "export"
        assert choice.invocation.params["report_params"]["owner"]
        assert choice.invocation.params["format"] == "xlsx"


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({}, "What shall I export?"),
        ({"report": "pipelin"}, "There is no **pipelin**"),
        ({"report": "pipeline", "format": "pdf"}, "As which kind of file?"),
        ({"report": "pipeline", "report_params": {"colour": "red"}}, "can't be made with that: colour"),
        ({"report": "pipeline", "report_params": "owner=me"}, "I can't read"),
        ({"report": "help"}, "nothing in **help**"),
        ({"report": "update"}, "There is no **update**"),
        ({"report": "export"}, "There is no **export**"),
    ],
)
def test_what_cannot_be_exported_says_why(ask: Asking, params: dict[str, Any], words: str) -> None:
    reply = ask("Dana", "export", **params)
    assert words in headline(reply)
    assert not reply.answer.files


def test_a_report_of_managers_is_exported_for_managers(company: Company) -> None:
    assistant = build_assistant(company.database)
    guarded = replace(CATALOG["pipeline"], needs=Role.MANAGER)
    ask = Asking(company, replace(assistant, skills={**CATALOG, "pipeline": guarded}))
    assert ask("Dana", "export", report="pipeline").answer.status is Status.REFUSED


# --- all rows


class LongParams(SkillParams):
    pass


def _long(context: SkillContext, params: LongParams) -> int:
    return min(context.listed(50), 130)


def _listed(count: int) -> Answer:
    table = Table(
        title=text("Long"),
        columns=(Column(label=text("Number"), numeric=True),),
        rows=tuple((Count(value=number),) for number in range(count)),
    )
    return Answer(headline=text("A long list"), blocks=(table,))


LONG = Skill(
    name="long",
    summary=text("A long list"),
    params=LongParams,
    run=_long,
    present=_listed,
    examples=(Example("long", LongParams()),),
)


@pytest.fixture
def asking_long(company: Company, assistant: Assistant) -> Asking:
    return Asking(company, replace(assistant, skills={**CATALOG, "long": LONG}))


def test_a_file_has_all_rows_and_a_message_the_first(asking_long: Asking) -> None:
    shown = asking_long("Dana", "long").answer.blocks[0]
    assert isinstance(shown, Table)
    assert len(shown.rows) == 50
    (file,) = asking_long("Dana", "export", report="long").answer.files
    assert len(read_csv(file)) == 131


def test_a_file_that_does_not_hold_everything_says_so(asking_long: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "at most" not in notes(asking_long("Dana", "export", report="long"))
    monkeypatch.setattr(export, "MOST_LISTED", 130)
    assert "A file holds 130 rows of a table at most." in notes(asking_long("Dana", "export", report="long"))


# --- what every answer offers


def offers(asking: Asking, who: str, skill: str, **params: Any) -> dict[str, Invocation | None]:
    tucked = {action.label.template for action in asking(who, skill, **params).answer.actions if action.tucked}
    return {label: run for label, run in buttons(asking(who, skill, **params)).items() if label in tucked}


def test_an_answer_with_a_table_can_be_had_as_a_file_and_regularly(ask: Asking) -> None:
    ask.company.open("Dana", "90", "Discovery")
    offered = offers(ask, "Dana", "pipeline", owner="me")
    dana = f"person:{ask.company.people['Dana']}"
    assert offered["As CSV"] == Invocation.of(
        "export", report="pipeline", report_params={"owner": dana}, format="csv"
    ), "whoever presses it means the same person"
    assert {"As XLSX", "Send me this regularly"} <= set(offered)


def test_what_is_offered_works_as_it_stands(ask: Asking) -> None:
    ask.company.open("Dana", "90", "Discovery")
    for invocation in offers(ask, "Mara", "pipeline", owner="Dana").values():
        assert invocation is not None
        answer = ask("Mara", invocation.skill, **invocation.params).answer
        assert answer.status in (Status.ANSWER, Status.CLARIFY)


WITHOUT_PARAMETERS = [
    name
    for name, skill in CATALOG.items()
    if skill.effect is Effect.READ and not any(field.is_required() for field in skill.params.model_fields.values())
]


@pytest.mark.parametrize("name", WITHOUT_PARAMETERS)
def test_whatever_a_skill_offers_can_be_had(ask: Asking, name: str) -> None:
    company = ask.company
    company.quota("Dana", day(11, 1), "5000")
    company.open("Dana", "90", "Discovery", close=day(12, 1))
    company.won("Dana", "1000", day(11, 3))
    for who in ("Dana", "Mara", "Vera"):
        for label, invocation in offers(ask, who, name).items():
            assert invocation is not None
            reply = ask(who, invocation.skill, **invocation.params)
            asks_when = invocation.skill == "schedule" and reply.answer.status is Status.CLARIFY
            assert asks_when or reply.answer.status is Status.ANSWER, (label, headline(reply))


def test_regularly_asks_when_and_then_schedules_exactly_that(ask: Asking) -> None:
    ask.company.open("Dana", "90", "Discovery")
    again = offers(ask, "Mara", "pipeline", owner="Dana")["Send me this regularly"]
    assert again is not None
    when = ask("Mara", again.skill, **again.params)
    assert when.answer.status is Status.CLARIFY
    monday = next(c for c in when.answer.choices if "Monday" in c.label.template)
    done = ask("Mara", monday.invocation.skill, **monday.invocation.params)
    assert done.answer.status is Status.DONE
    assert "(Dana" in headline(done) or "Dana" in headline(done)


def test_an_empty_table_and_a_catalog_without_the_skills_offer_nothing(company: Company, assistant: Assistant) -> None:
    only = {name: CATALOG[name] for name in ("pipeline",)}
    asking = Asking(company, replace(assistant, skills=only))
    added = {"As CSV", "As XLSX", "Send me this regularly", "How is this counted?"}
    assert not added & set(offers(asking, "Dana", "pipeline"))
    assert "As CSV" not in offers(Asking(company, assistant), "Dana", "pipeline")


def test_a_report_that_came_by_itself_does_not_offer_to_come(ask: Asking) -> None:
    ask.company.open("Dana", "90", "Discovery")
    with ask.company.database.session() as session:
        dana = get_actor(session, session.get_one(Person, ask.company.people["Dana"]))
    alone = run_skill(ask.assistant, Invocation.of("pipeline"), dana, Audience(), Source.SCHEDULE)
    assert "Send me this regularly" not in buttons(alone)
    assert "As CSV" in buttons(alone)
    heard = Audience("C1", "#alpha", Scope.everybody())
    posted = run_skill(ask.assistant, Invocation.of("pipeline"), dana, heard, Source.SCHEDULE)
    assert "Send me this regularly" in buttons(posted)


def test_private_words_of_an_exported_question_are_not_in_the_audit(ask: Asking) -> None:
    ask("Dana", "export", report="pipeline", report_params={"owner": "me", "question": "a secret"})
    with ask.company.database.session() as session:
        (row,) = session.exec(select(AuditEvent)).all()
        assert "secret" not in row.params
        assert "pipeline" in row.params


def test_every_reading_skill_can_be_named(ask: Asking) -> None:
    for skill in CATALOG.values():
        if skill.effect is Effect.READ and skill.name not in ("export", "ask", "objection", "prep"):
            reply = ask("Vera", "export", report=skill.name)
            assert "that I could export" not in headline(reply), skill.name


def test_text_values_are_typed() -> None:
    shown: Text = text("{it}", it=Money(100, "USD"))
    (sheet,) = sheets_of(answer_of((shown,), labels=("Amount",)), ENGLISH)
    assert sheet.columns[0].values == (Amount(minor=100, currency="USD"),)
