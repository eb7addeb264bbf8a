"""Every answer becomes a message that Slack takes, whatever stands in it."""

import datetime as dt
import math
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.local_workspace import as_text, check_message, check_view
from bot.local_workspace.messages import Message
from bot.views.answer import draw_answer
from bot.views.button import Press
from bot.views.drawing import Drawing
from bot.views.form import Chosen, Field, draw_form, draw_options, draw_question
from bot.views.home import draw_home
from bot.views.limits import validate_message, validate_view
from skills.answer import (
    Action,
    Answer,
    Bullets,
    Chart,
    Choice,
    Citation,
    Column,
    Fact,
    Facts,
    Invocation,
    Paragraph,
    Quote,
    Series,
    Status,
    Table,
)
from skills.language import get_language
from skills.text import Text, text, value, verbatim
from store.money import Money

ENGLISH = get_language("en")
NASTY = [
    "<!channel>",
    "<@U0DANA>",
    "*bold*",
    "_x_",
    "`code`",
    "**",
    "> quote",
    ":tada:",
    "&lt;",
    "a\u202eb",
    "",
    " ",
    "{x}",
]

words = st.one_of(
    st.text(max_size=40), st.sampled_from(NASTY), st.text(min_size=1, max_size=9).map(lambda w: (w * 4000)[:4000])
)
short = st.one_of(st.text(max_size=30), st.sampled_from(NASTY))
texts = st.builds(verbatim, words)
labels = st.builds(verbatim, short)
numbers = st.floats(allow_nan=True, allow_infinity=True)
values = st.one_of(
    labels,
    st.integers(-(10**12), 10**12).map(value),
    st.dates().map(value),
    st.integers(0, 10**12).map(lambda minor: value(Money(minor, "USD"))),
)
tables = st.integers(1, 22).flatmap(
    lambda width: st.builds(
        Table,
        title=labels,
        columns=st.lists(st.builds(Column, label=labels, numeric=st.booleans()), min_size=width, max_size=width).map(
            tuple
        ),
        rows=st.lists(st.lists(values, min_size=width, max_size=width).map(tuple), max_size=12).map(tuple),
        total=st.none() | st.lists(values, min_size=width, max_size=width).map(tuple),
    )
)
charts = st.builds(
    Chart,
    kind=st.sampled_from(["bar", "line", "pie"]),
    title=labels,
    categories=st.lists(labels, max_size=22).map(tuple),
    series=st.lists(st.builds(Series, label=labels, values=st.lists(numbers, max_size=22).map(tuple)), max_size=8).map(
        tuple
    ),
    unit=st.text(max_size=60),
)
blocks = st.one_of(
    st.builds(Paragraph, text=texts),
    st.builds(Bullets, title=st.none() | labels, items=st.lists(texts, max_size=8).map(tuple)),
    st.builds(Facts, facts=st.lists(st.builds(Fact, label=labels, value=texts), max_size=14).map(tuple)),
    st.builds(Quote, text=words, source=st.none() | labels),
    tables,
    charts,
)
invocations = st.builds(Invocation, skill=st.just("opportunity"), params=st.dictionaries(short, words, max_size=3))
answers = st.builds(
    Answer,
    status=st.sampled_from(Status),
    headline=texts,
    blocks=st.lists(blocks, max_size=8).map(tuple),
    actions=st.lists(st.builds(Action, label=labels, invocation=invocations), max_size=7).map(tuple),
    choices=st.lists(st.builds(Choice, label=labels, invocation=invocations), max_size=7).map(tuple),
    citations=st.lists(
        st.builds(Citation, file=short, section=words, start=st.just(0), end=st.just(1), quote=words), max_size=4
    ).map(tuple),
    notes=st.lists(texts, max_size=6).map(tuple),
)
thorough = settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))


def shown(drawing: Drawing) -> str:
    """What a reader sees."""
    return as_text(Message(channel="C", ts="1.0", user="U", text=drawing.text, blocks=drawing.blocks))


def check(drawing: Drawing) -> None:
    assert not validate_message(drawing.text, drawing.blocks)
    assert not check_message(list(drawing.blocks))


@thorough
@given(answers)
def test_slack_takes_every_answer(answer: Answer) -> None:
    check(draw_answer(answer, ENGLISH))


@thorough
@given(st.lists(answers, min_size=1, max_size=3))
def test_slack_takes_every_home_tab(found: list[Answer]) -> None:
    sections = [(f"part{number}", verbatim("Part"), answer) for number, answer in enumerate(found)]
    view = draw_home("Dana", sections, ENGLISH)
    assert not validate_view(view)
    assert not check_view(view, "home")


@thorough
@given(answers)
def test_slack_takes_every_question_in_a_modal(answer: Answer) -> None:
    plain = answer.model_copy(update={"blocks": tuple(b for b in answer.blocks if not isinstance(b, Table))})
    view = draw_question(plain, ENGLISH, "{}")
    assert not validate_view(view)
    assert not check_view(view, "modal")


kinds = st.sampled_from(["line", "lines", "choice", "find"])
fields = st.builds(
    Field,
    name=st.text(min_size=1, max_size=20),
    label=labels,
    hint=st.none() | labels,
    kind=kinds,
    now=short,
    now_label=short,
    options=st.lists(st.builds(Chosen, label=short, value=st.text(min_size=1, max_size=60)), max_size=5).map(tuple),
    required=st.booleans(),
)


@thorough
@given(st.lists(fields, min_size=1, max_size=9, unique_by=lambda field: field.name), labels, short)
def test_slack_takes_every_form(found: list[Field], title: Text, about: str) -> None:
    view = draw_form(title, found, ENGLISH, "{}", about)
    assert not validate_view(view)
    assert not check_view(view, "modal")


@pytest.mark.parametrize("name", NASTY)
def test_a_name_is_shown_as_it_is_and_never_read_as_markup(name: str) -> None:
    name = f"Acme {name} Ltd"
    answer = Answer(
        headline=text("**{name}** moved.", name=name),
        blocks=(
            Paragraph(text=text("{name}", name=name)),
            Facts(facts=(Fact(label=text("Account"), value=text("{name}", name=name)),)),
            Table(title=text("All"), columns=(Column(label=text("Name")),), rows=((value(name),),)),
        ),
    )
    drawing = draw_answer(answer, ENGLISH)
    readable = name.replace("\u202e", "")
    assert " ".join(shown(drawing).split()).count(" ".join(readable.split())) == 4
    assert "<" not in drawing.text
    assert all("<" not in field["text"] for block in drawing.blocks for field in block.get("fields", ()))


def test_the_notification_is_the_headline_without_markup() -> None:
    drawing = draw_answer(
        Answer(headline=text("**{name}** is at {day}.", name="A & B", day=dt.date(2026, 1, 2))), ENGLISH
    )
    assert drawing.text == "A &amp; B is at 2 Jan 2026."


def table_of(rows: int, width: int = 1, words: str = "Acme") -> Table:
    return Table(
        title=text("Names"),
        columns=tuple(Column(label=text("Name")) for _ in range(width)),
        rows=tuple((value(words),) * width for _ in range(rows)),
    )


def test_a_table_that_is_too_wide_is_shown_as_text() -> None:
    drawing = draw_answer(Answer(headline=text("Wide"), blocks=(table_of(1, width=21),)), ENGLISH)
    assert all(block["type"] != "data_table" for block in drawing.blocks)
    assert shown(drawing).count("Acme") == 21


def test_all_tables_of_a_message_share_what_slack_takes() -> None:
    tables = (table_of(90, words="x" * 90), table_of(90, words="y" * 90), table_of(2, words="z"))
    drawing = draw_answer(Answer(headline=text("Three"), blocks=tables), ENGLISH)
    assert "y" * 90 in shown(drawing)
    assert "… and 75 more." in shown(drawing)
    check(drawing)


def test_the_sections_of_one_file_are_cited_in_one_line() -> None:
    citations = tuple(
        Citation(file="price.md", section=f"Price > {part}", start=0, end=1, quote="q") for part in ("Ask", "Proof")
    )
    drawing = draw_answer(Answer(headline=text("H"), citations=citations), ENGLISH)
    assert "price.md › Price > Ask, Proof" in shown(drawing).splitlines()


def test_rows_that_do_not_fit_are_counted() -> None:
    rows = tuple((value(f"Row {number}"),) for number in range(130))
    table = Table(title=text("Long"), columns=(Column(label=text("Name")),), rows=rows)
    drawing = draw_answer(Answer(headline=text("Long"), blocks=(table,)), ENGLISH)
    assert "Row 99" in shown(drawing)
    assert "Row 100" not in shown(drawing)
    assert "… and 30 more." in shown(drawing)


def test_numbers_in_a_table_carry_what_they_sort_by() -> None:
    row = (value(Money(1_250_050, "USD")), value(dt.date(2026, 11, 3)), value(7))
    columns = tuple(Column(label=text("{n}", n=str(n))) for n in range(3))
    drawing = draw_answer(
        Answer(headline=text("T"), blocks=(Table(title=text("T"), columns=columns, rows=(row,)),)), ENGLISH
    )
    table = next(block for block in drawing.blocks if block["type"] == "data_table")
    assert [cell["text"] for cell in table["rows"][1]] == ["$12,500.50", "3 Nov 2026", "7"]
    assert table["rows"][1][0]["value"] == 12500.5
    assert table["rows"][1][2]["value"] == 7


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_chart_that_slack_would_refuse_is_left_out(bad: float) -> None:
    chart = Chart(
        kind="bar",
        title=text("Chart"),
        categories=(text("A"),),
        series=(Series(label=text("S"), values=(bad,)),),
    )
    drawing = draw_answer(Answer(headline=text("H"), blocks=(chart,)), ENGLISH)
    assert not drawing.has_charts


def test_labels_of_a_chart_stay_different_when_they_are_cut() -> None:
    categories = tuple(text("{name}", name=f"A very long name of a stage {number}") for number in range(3))
    chart = Chart(
        kind="bar", title=text("Chart"), categories=categories, series=(Series(label=text("S"), values=(1, 2, 3)),)
    )
    drawing = draw_answer(Answer(headline=text("H"), blocks=(chart,)), ENGLISH)
    assert drawing.has_charts
    check(drawing)


def test_the_risks_stand_above_the_buttons_of_a_question() -> None:
    question = Answer(
        status=Status.CONFIRM,
        headline=text("Shall I?"),
        notes=(text("It belongs to Sam."),),
        actions=(Action(label=text("Yes, do it"), kind="confirm", token="t"),),
    )
    lines = shown(draw_answer(question, ENGLISH)).splitlines()
    assert lines.index("It belongs to Sam.") < lines.index("[Yes, do it]")


def test_a_button_that_carries_too_much_is_left_out() -> None:
    action = Action(label=text("Go"), invocation=Invocation.of("ask", question="x" * 3000))
    assert "[Go]" not in shown(draw_answer(Answer(headline=text("H"), actions=(action,)), ENGLISH))


@pytest.mark.parametrize(
    "value",
    ["", "42", "{}", '{"do": "run"}', '{"do": "confirm"}', '{"do": "fly", "token": "t"}', '{"do":"run","unknown":1}'],
)
def test_a_value_that_is_not_ours_is_no_press(value: str) -> None:
    assert Press.read(value) is None


def test_a_press_comes_back_as_it_was() -> None:
    press = Press(invocation=Invocation.of("quota", owner="me"), private=True, language="zh")
    assert Press.read(press.value) == press


def test_options_whose_value_is_too_long_for_slack_are_left_out() -> None:
    options: list[Any] = draw_options([Chosen("Fine", "opportunity:1"), Chosen("Long", "x" * 200)])
    assert [option["value"] for option in options] == ["opportunity:1"]


def test_answers_are_drawn_in_the_reader_s_language() -> None:
    drawing = draw_answer(Answer(headline=text("{day}", day=dt.date(2026, 11, 3))), get_language("zh"))
    assert drawing.text in {"2026年11月3日", "3 Nov 2026"}
