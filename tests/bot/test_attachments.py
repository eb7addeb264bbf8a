"""Files and pictures below answers and reports: where they go, what they say, and what happens when they cannot."""

import csv
import io
import json
import math
import struct
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_hex
from slack_sdk.errors import SlackApiError
from sqlmodel import select

from bot.local_workspace import Message
from bot.views import picture
from bot.views.answer import draw_answer
from bot.views.picture import COLOURS, LATIN, Picture, list_families, short
from skills.answer import Action, Answer, Chart, File, Invocation, Series
from skills.language import get_language
from skills.runner import Reply
from skills.text import text, verbatim
from store.models import Delivery as State
from store.models import OutboxMessage, ReportSchedule, ReportUse
from store.outbox import add_message, get_last_kept
from tests.bot.slack_bot import BOT, IDS, Bot, answering, running
from tests.bot.test_menu import says
from tests.skills.company import NOW, Company

MENTION = f"<@{BOT}>"
ENGLISH = get_language("en")
PNG = b"\x89PNG\r\n\x1a\n"


def chart_of(count: int, *, kind: str = "bar", series: int = 1) -> Chart:
    return Chart.model_validate(
        {
            "kind": kind,
            "title": text("Booked by customer"),
            "categories": tuple(verbatim(f"Customer {n}") for n in range(count)),
            "series": tuple(
                Series(label=verbatim(f"Year {s}"), values=tuple(1000.0 * n + s for n in range(count)))
                for s in range(series)
            ),
            "unit": "USD",
        }
    )


async def content(bot: Bot, message: Message, number: int = 0) -> bytes:
    """The bytes of a file, as its link gives them."""
    url = message.files[number]["url_private_download"]
    assert bot.client.session is not None
    async with bot.client.session.get(url, headers={"Authorization": f"Bearer {bot.workspace.bot_token}"}) as got:
        assert got.status == 200
        return await got.read()


def posted(bot: Bot, channel: str) -> list[Message]:
    """The messages with files."""
    return [message for message in bot.workspace.messages(channel) if message.files]


# --- files


async def test_an_export_is_a_file_in_the_thread(bot: Bot) -> None:
    answer = await says(bot, "dana", "pipeline owner=me")
    await bot.person("dana").click(answer, "As CSV")
    await bot.settled()
    said, upload = bot.workspace.messages(answer.channel)[-2:]
    assert "pipeline as CSV" in said.as_text()
    assert upload.thread_ts == said.thread_ts == answer.thread_ts
    (file,) = upload.files
    assert file["name"] == "pipeline-2026-11-18.csv"
    rows = list(csv.reader(io.StringIO((await content(bot, upload)).decode("utf-8-sig"))))
    assert rows[1][:2] == ["Acme Watch", "Acme"]


async def test_a_workbook_is_one_file(bot: Bot) -> None:
    answer = await says(bot, "dana", f"{MENTION} pipeline owner=me", "#team")
    await bot.person("dana").click(answer, "As XLSX")
    await bot.settled()
    (upload,) = posted(bot, "#team")
    assert upload.thread_ts == answer.thread_ts
    assert (await content(bot, upload)).startswith(b"PK")


async def test_what_one_person_asks_for_alone_goes_to_their_direct_conversation(bot: Bot) -> None:
    dana = bot.person("dana")
    await dana.slash("/sales", "export report=pipeline", channel="#team")
    await bot.settled()
    assert not posted(bot, "#team"), "others in the channel get no file"
    (upload,) = posted(bot, dana.direct_channel)
    assert "pipeline as CSV" in upload.as_text()
    told = await dana.hears(containing="pipeline as CSV")
    assert told.ephemeral_to == dana.id or told.channel == dana.direct_channel


async def test_a_private_answer_in_a_channel_says_where_its_file_is(company: Company) -> None:
    file = File.of("secret.csv", "text/csv", b"a,b\r\n")
    reply = Reply(skill="export", answer=Answer(headline=text("Yours"), files=(file,), private=True))
    async with running(company, understand=answering(lambda heard: [reply])) as bot:
        dana = bot.person("dana")
        await dana.say(f"{MENTION} anything", channel="#team")
        whispered = await dana.hears(channel="#team")
        assert whispered.ephemeral_to == dana.id
        assert "The file is in our direct conversation." in whispered.as_text()
        await bot.settled()
        assert not posted(bot, "#team")
        (upload,) = posted(bot, dana.direct_channel)
        assert await content(bot, upload) == b"a,b\r\n"


@pytest.mark.parametrize("method", ["files.getUploadURLExternal", "files.completeUploadExternal"])
async def test_a_file_that_slack_does_not_take_is_said_in_words(bot: Bot, method: str) -> None:
    bot.workspace.faults.fail(method, "missing_scope", calls=1)
    await says(bot, "dana", "export report=pipeline")
    await bot.settled()
    shown = [message.as_text() for message in bot.workspace.messages(bot.person("dana").direct_channel)]
    assert any("could not attach" in words for words in shown)
    assert "missing_scope" not in " ".join(shown)


async def test_an_upload_that_slack_puts_off_is_tried_again(bot: Bot) -> None:
    owe(bot, Answer(headline=text("The report"), files=(File.of("a.csv", "text/csv", b"a\r\n"),)))
    bot.workspace.faults.rate_limit(2, retry_after=0, method="files.getUploadURLExternal")
    assert await bot.delivery.deliver() == 1
    (upload,) = posted(bot, "#team")
    assert await content(bot, upload) == b"a\r\n"


# --- pictures


def replying(chart: Chart) -> Reply:
    return Reply(skill="booked", answer=Answer(headline=text("Here"), blocks=(chart,)))


async def test_a_chart_with_too_many_bars_is_a_picture_with_its_numbers_in_words(company: Company) -> None:
    async with running(company, understand=answering(lambda heard: [replying(chart_of(30))])) as bot:
        answer = await says(bot, "dana", "anything")
        await bot.settled()
        (upload,) = posted(bot, answer.channel)
        assert upload.thread_ts == answer.thread_ts
        (file,) = upload.files
        assert file["mimetype"] == "image/png"
        assert file["title"] == "Booked by customer"
        assert file["alt_txt"].startswith("Booked by customer (USD): Customer 0 0; Customer 1 1,000;")
        png = await content(bot, upload)
        assert png.startswith(PNG)
        width, height = struct.unpack(">II", png[16:24])
        assert width == 1200
        assert height > 1200, "thirty bars have room"


async def test_a_chart_that_the_workspace_refuses_is_a_picture(company: Company) -> None:
    async with running(company, understand=answering(lambda heard: [replying(chart_of(3))])) as bot:
        native = await says(bot, "dana", "anything")
        await bot.settled()
        assert [block["type"] for block in native.blocks].count("data_visualization") == 1
        assert not posted(bot, native.channel)
        bot.workspace.faults.refuse_charts()
        plainer = await says(bot, "dana", "anything")
        await bot.settled()
        assert not [block for block in plainer.blocks if block["type"] == "data_visualization"]
        (upload,) = posted(bot, plainer.channel)
        assert "Customer 2 2,000" in upload.as_text()


async def test_a_third_chart_is_a_picture_too(company: Company) -> None:
    reply = Reply(skill="booked", answer=Answer(headline=text("H"), blocks=tuple(chart_of(n) for n in (2, 3, 4))))
    async with running(company, understand=answering(lambda heard: [reply])) as bot:
        answer = await says(bot, "dana", "anything")
        await bot.settled()
        assert [block["type"] for block in answer.blocks].count("data_visualization") == 2
        (upload,) = posted(bot, answer.channel)
        assert "Customer 3" in upload.as_text()


async def test_what_cannot_be_drawn_keeps_nothing_else_from_being_shown(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: Picture) -> bytes:
        raise ValueError("no such colour")

    monkeypatch.setattr(Picture, "png", broken)
    async with running(company, understand=answering(lambda heard: [replying(chart_of(30))])) as bot:
        answer = await says(bot, "dana", "anything")
        await bot.settled()
        assert answer.as_text() == "Here"
        assert not posted(bot, answer.channel)


@pytest.mark.parametrize("kind", ["bar", "line", "pie"])
@pytest.mark.parametrize(("count", "series"), [(1, 1), (7, 1), (7, 3), (30, 1), (70, 2)])
def test_every_kind_of_chart_can_be_drawn(kind: str, count: int, series: int) -> None:
    drawn = Picture(chart_of(count, kind=kind, series=series), ENGLISH)
    assert drawn.png().startswith(PNG)
    assert len(drawn.alt) <= 1000


@pytest.mark.parametrize("kind", ["bar", "line"])
@pytest.mark.parametrize("count", [4, 20])
def test_the_legend_names_each_series_by_its_colour(kind: str, count: int) -> None:
    figure = Picture(chart_of(count, kind=kind, series=7), ENGLISH).figure()
    (legend,) = figure.legends
    assert [words.get_text() for words in legend.get_texts()] == [f"Year {n}" for n in range(7)]
    handles: list[Any] = list(legend.legend_handles)
    shown = [to_hex(one.get_color() if kind == "line" else one.get_facecolor()) for one in handles]
    assert shown == list(COLOURS[:7])


def test_the_highest_bar_has_the_largest_number() -> None:
    axes = Picture(chart_of(12), ENGLISH).figure().axes[0]
    bars: list[Any] = list(axes.patches)
    lengths = [bar.get_width() for bar in bars]
    assert lengths == [1000.0 * n for n in range(12)]
    assert [words.get_text() for words in axes.texts][-1] == "11,000"
    assert next(words.get_text() for words in axes.get_yticklabels()) == "Customer 0"


numbers = st.floats(-1e12, 1e12) | st.sampled_from([math.nan, math.inf, 0.0])
labels = st.text(min_size=0, max_size=40).map(verbatim)


@settings(max_examples=12, deadline=None)
@given(
    st.sampled_from(["bar", "line", "pie"]),
    st.lists(labels, min_size=1, max_size=6),
    st.lists(st.lists(numbers, max_size=7), min_size=1, max_size=3),
)
def test_any_numbers_and_words_can_be_drawn(kind: str, categories: list[object], rows: list[list[float]]) -> None:
    """Also `$x_1$`, which would be a formula, and numbers that are none."""
    chart = Chart.model_validate(
        {
            "kind": kind,
            "title": verbatim("From $1 to $2_"),
            "categories": tuple(categories),
            "series": tuple(Series(label=verbatim("$a_"), values=tuple(row)) for row in rows),
        }
    )
    drawn = Picture(chart, ENGLISH)
    if drawn.can_be_drawn:
        assert drawn.png().startswith(PNG)
    drawing = draw_answer(Answer(headline=text("H"), blocks=(chart,)), ENGLISH)
    assert len(drawing.pictures) + len(drawing.spare) <= 1


def test_chinese_words_are_drawn_where_a_font_has_them(monkeypatch: pytest.MonkeyPatch) -> None:
    if len(list_families()) == 1:
        pytest.skip("No font with Chinese characters is installed on this machine (fonts-noto-cjk).")
    chart = chart_of(9).model_copy(update={"title": verbatim("各区域的签约额")})
    drawn = Picture(chart, get_language("zh")).png()
    monkeypatch.setattr(picture, "list_families", lambda: [LATIN])
    boxes = Picture(chart, get_language("zh")).png()
    other = Picture(chart.model_copy(update={"title": verbatim("本年各个产品")}), get_language("zh")).png()
    assert drawn != boxes
    assert boxes.startswith(PNG), "without a font it is drawn all the same"
    assert other != drawn


def test_numbers_beside_an_axis_are_short() -> None:
    assert [short(n) for n in (0, 950, 45_000, 1_250_000, -2e9, 0.25)] == ["0", "950", "45k", "1.2M", "-2B", "0.25"]


# --- delivered reports


def owe(bot: Bot, answer: Answer, *, channel: str = "C0TEAM", key: str = "schedule:1:2026-11-18:C0TEAM") -> None:
    with bot.company.database.writing() as session:
        schedule = ReportSchedule(
            owner_id=bot.company.people["Dana"],
            skill="pipeline",
            weekdays="mon",
            at="08:00",
            zone="UTC",
            created_at=NOW,
            covered_until=NOW,
        )
        session.add(schedule)
        session.flush()
        add_message(
            session,
            key,
            answer=answer.model_dump_json(),
            kept=answer.kept,
            due_at=NOW,
            person_id=bot.company.people["Dana"],
            channel=channel,
            schedule_id=schedule.id,
        )


def uses(bot: Bot) -> list[tuple[int | None, str]]:
    with bot.company.database.session() as session:
        return [(use.person_id, use.skill) for use in session.exec(select(ReportUse)).all()]


REPORT = Answer(
    headline=text("The report"),
    actions=(
        Action(label=text("Quota"), invocation=Invocation.of("quota", owner="me")),
        Action(label=text("As CSV"), invocation=Invocation.of("export", report="pipeline", format="csv"), tucked=True),
    ),
)


async def test_a_report_brings_its_files_and_pictures_into_its_thread(bot: Bot) -> None:
    file = File.of("a.csv", "text/csv", b"a\r\n")
    owe(bot, Answer(headline=text("The report"), blocks=(chart_of(30),), files=(file,)))
    assert await bot.delivery.deliver() == 1
    (report, upload) = bot.workspace.messages("#team")
    assert upload.thread_ts == report.ts
    assert [one["mimetype"] for one in upload.files] == ["image/png", "text/csv"]


async def test_a_report_whose_files_are_refused_is_sent_once(bot: Bot) -> None:
    owe(bot, Answer(headline=text("The report"), files=(File.of("a.csv", "text/csv", b"a\r\n"),)))
    bot.workspace.faults.fail("files.completeUploadExternal", "internal_error", calls=5)
    assert await bot.delivery.deliver() == 1
    assert await bot.delivery.deliver() == 0
    with bot.company.database.session() as session:
        assert session.exec(select(OutboxMessage)).one().status == State.SENT
    assert "could not attach" in bot.workspace.messages("#team")[-1].as_text()


@pytest.mark.parametrize(("pressed", "skill"), [("Quota", "quota"), ("As CSV", "export")])
async def test_a_press_on_a_report_in_a_channel_is_kept(bot: Bot, pressed: str, skill: str) -> None:
    owe(bot, REPORT)
    await bot.delivery.deliver()
    await bot.person("sam").click(bot.workspace.messages("#team")[0], pressed)
    await bot.settled()
    assert uses(bot) == [(bot.company.people["Sam"], skill)]


async def test_a_press_on_a_direct_report_is_kept_also_without_its_metadata(bot: Bot) -> None:
    dana = bot.person("dana")
    await says(bot, "dana", "help")
    owe(bot, REPORT, channel="", key="dm")
    await bot.delivery.deliver()
    report = bot.workspace.messages(dana.direct_channel)[-1]
    await bot.client.chat_update(
        channel=report.channel, ts=report.ts, text="x", blocks=list(report.blocks), metadata={"event_type": "x"}
    )
    await dana.click(report, "Quota")
    await bot.settled()
    assert uses(bot) == [(bot.company.people["Dana"], "quota")]


async def test_presses_elsewhere_are_no_use_of_a_report(bot: Bot) -> None:
    owe(bot, REPORT)
    await bot.delivery.deliver()
    answer = await says(bot, "dana", "pipeline owner=me")
    await bot.person("dana").click(answer, "Quota")
    await bot.person("dana").click(await bot.person("dana").open_home(), "As CSV")
    await bot.settled()
    assert uses(bot) == []


async def test_what_a_report_kept_is_there_for_the_next_one(bot: Bot) -> None:
    places = json.dumps({"places": [1, 2]})
    owe(bot, REPORT.model_copy(update={"kept": places}))
    with bot.company.database.session() as session:
        assert get_last_kept(session, 1) == places
        assert get_last_kept(session, 2) == ""


async def test_the_workspace_takes_no_description_longer_than_slack_s(bot: Bot) -> None:
    with pytest.raises(SlackApiError, match="invalid_arguments"):
        await bot.client.files_upload_v2(
            channel=(await bot.client.conversations_open(users=IDS["dana"]))["channel"]["id"],
            content=b"x",
            filename="a.png",
            alt_txt="x" * 1001,
        )
