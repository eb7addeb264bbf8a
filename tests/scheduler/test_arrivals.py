"""Quiet hours, working days, reports that are asked for at once, and digests that nobody uses."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from scheduler.reports import UNUSED_TIMES, Outcome
from skills.arrivals import Arrivals, Quiet
from skills.contract import Audience
from skills.references import Rhythm, read_rhythm
from skills.references.rhythms import DAYS
from skills.rhythm import in_words
from store.models import CalendarDay, Leave, OutboxMessage, Person, Region, ReportUse, ScheduleStatus
from store.models import Delivery as State
from store.schedules import list_active_schedules
from store.scope import Scope
from tests.scheduler.conftest import Desk, answer_of, english, utc, words_of
from tests.scheduler.test_reports import SALES, set_person
from tests.skills.company import Asking, buttons, day, headline, notes

NEW_YORK, BERLIN = ZoneInfo("America/New_York"), ZoneInfo("Europe/Berlin")
ZONES = ("America/New_York", "Europe/Berlin", "Asia/Shanghai", "Australia/Lord_Howe")
NIGHT = Quiet(dt.time(19), dt.time(8), BERLIN)


def moments(arrivals: Arrivals, after: str, until: str) -> list[str]:
    found = arrivals.list_due(utc(after), utc(until))
    return [f"{due.moment.astimezone(arrivals.zone):%m-%d %H:%M} for {due.day:%m-%d}" for due in found]


def daily(at: str, quiet: Quiet | None = NIGHT, zone: ZoneInfo = BERLIN) -> Arrivals:
    return Arrivals(Rhythm(DAYS, None, at), zone, quiet)


# --- quiet hours


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("18:59", ["11-18 18:59 for 11-18"]),
        ("19:00", ["11-18 08:00 for 11-17", "11-19 08:00 for 11-18"]),
        ("23:30", ["11-18 08:00 for 11-17", "11-19 08:00 for 11-18"]),
        ("07:59", ["11-18 08:00 for 11-18", "11-19 08:00 for 11-19"]),
        ("08:00", ["11-18 08:00 for 11-18", "11-19 08:00 for 11-19"]),
    ],
)
def test_what_is_due_in_quiet_hours_comes_at_their_end(at: str, expected: list[str]) -> None:
    assert moments(daily(at), "2026-11-18T05:00", "2026-11-19T09:00") == expected


def test_quiet_hours_end_at_the_wall_clock_when_clocks_go_forward() -> None:
    # On 29 March 2026 Berlin's clocks jump from 02:00 to 03:00: the night is an hour shorter.
    assert moments(daily("22:00"), "2026-03-28T12:00", "2026-03-29T12:00") == ["03-29 08:00 for 03-28"]
    left_out = Quiet(dt.time(1), dt.time(2, 30), BERLIN)
    assert moments(daily("01:30", left_out), "2026-03-28T12:00", "2026-03-29T12:00") == ["03-29 03:30 for 03-29"]


def test_quiet_hours_that_end_in_the_hour_that_comes_twice_end_once() -> None:
    # On 25 October 2026 Berlin's clocks go from 03:00 back to 02:00.
    twice = Quiet(dt.time(22), dt.time(2, 30), BERLIN)
    assert moments(daily("23:00", twice), "2026-10-24T12:00", "2026-10-25T12:00") == ["10-25 02:30 for 10-24"]
    again = dt.datetime(2026, 10, 25, 2, 10, fold=1, tzinfo=BERLIN).astimezone(dt.UTC)
    ended = twice.end_after(again)
    assert ended is not None
    assert ended > again
    assert ended.astimezone(BERLIN).strftime("%H:%M") == "02:30"


def test_quiet_hours_are_those_of_the_reader_s_zone() -> None:
    quiet = Quiet(dt.time(19), dt.time(8), NEW_YORK)
    # 09:00 in Berlin is 03:00 in New York.
    assert moments(daily("09:00", quiet), "2026-11-18T00:00", "2026-11-18T20:00") == ["11-18 14:00 for 11-18"]


@given(start=st.times(), end=st.times(), at=st.times(), zone=st.sampled_from(ZONES))
def test_every_day_comes_once_and_never_in_the_quiet_hours(
    start: dt.time, end: dt.time, at: dt.time, zone: str
) -> None:
    start, end, at = (time.replace(second=0, microsecond=0) for time in (start, end, at))
    if start == end:
        return
    place = ZoneInfo(zone)
    quiet = Quiet(start, end, place)
    arrivals = Arrivals(Rhythm(DAYS, None, f"{at:%H:%M}"), place, quiet)
    found = list(arrivals.list_due(utc("2026-02-20T00:00"), utc("2026-11-20T00:00")))
    days = [due.day for due in found]
    assert len(days) == len(set(days))
    assert days == [days[0] + dt.timedelta(days=number) for number in range(len(days))]
    assert [due.moment for due in found] == sorted(due.moment for due in found)
    assert all(quiet.end_after(due.moment) is None for due in found)


def test_a_report_waits_for_the_end_of_its_owner_s_quiet_hours_and_comes_once(desk: Desk) -> None:
    set_person(desk, "Dana", quiet_from="19:00", quiet_until="08:00")
    number = desk.add_schedule(at="22:00", covered_until=utc("2026-11-17T15:00"))
    assert desk.settle(number, "2026-11-18T03:01").outcome is Outcome.NOTHING_DUE
    assert desk.settle(number, "2026-11-18T13:00").outcome is Outcome.ENQUEUED
    assert desk.settle(number, "2026-11-18T13:00:30").outcome is Outcome.NOTHING_DUE
    (message,) = desk.outbox()
    assert ":2026-11-17:" in message.key
    assert message.not_before == utc("2026-11-18T13:00")
    assert "sent late" not in words_of(message)


def test_posts_to_channels_are_not_held_back(desk: Desk) -> None:
    set_person(desk, "Dana", quiet_from="19:00", quiet_until="08:00")
    number = desk.add_schedule(at="22:00", covered_until=utc("2026-11-17T15:00"), **SALES)
    assert desk.settle(number, "2026-11-18T03:00").outcome is Outcome.ENQUEUED


def test_what_is_sent_already_does_not_come_again_when_quiet_hours_begin_after_it(desk: Desk) -> None:
    number = desk.add_schedule(at="22:00", covered_until=utc("2026-11-17T15:00"))
    assert desk.settle(number, "2026-11-18T03:00").outcome is Outcome.ENQUEUED
    set_person(desk, "Dana", quiet_from="21:00", quiet_until="08:00")
    desk.settle(number, "2026-11-18T13:00")
    assert len(desk.outbox()) == 1


# --- working days


def test_a_report_of_working_days_stays_away_on_weekends_holidays_and_leave(desk: Desk) -> None:
    company = desk.company
    company.add(
        Region(name="Americas", country="US"),
        CalendarDay(day=day(11, 20), region="", works=False, name="Company day"),
        Leave(person_id=company.people["Dana"], first_day=day(11, 23), last_day=day(11, 24)),
    )
    number = desk.add_schedule(working_days_only=True, covered_until=utc("2026-11-18T15:00"))
    sent = []
    for offset in range(1, 14):
        moment = utc("2026-11-18T13:30") + dt.timedelta(days=offset)
        desk.now = moment
        if desk.reports.settle(number).outcome is Outcome.ENQUEUED:
            sent.append(moment.date().day)
    # 20 is free for all, 21 and 22 a weekend, 23 and 24 leave, 26 Thanksgiving, 28 and 29 a weekend.
    assert sent == [19, 25, 27, 30, 1]


def test_a_make_up_weekend_is_a_working_day(desk: Desk) -> None:
    desk.company.add(CalendarDay(day=day(11, 21), region="", works=True, name="Make-up day"))
    number = desk.add_schedule(working_days_only=True, covered_until=utc("2026-11-20T15:00"))
    assert desk.settle(number, "2026-11-21T13:30").outcome is Outcome.ENQUEUED


def test_after_quiet_hours_a_report_of_working_days_comes_on_a_working_day(desk: Desk) -> None:
    set_person(desk, "Dana", quiet_from="19:00", quiet_until="08:00")
    number = desk.add_schedule(at="20:00", working_days_only=True, covered_until=utc("2026-11-20T15:00"))
    assert desk.settle(number, "2026-11-21T13:00").outcome is Outcome.NOTHING_DUE
    assert desk.settle(number, "2026-11-23T13:00").outcome is Outcome.ENQUEUED
    assert ":2026-11-20:" in desk.outbox()[0].key


def test_a_leaver_s_report_of_working_days_is_settled_too(desk: Desk) -> None:
    set_person(desk, "Dana", active_to=day(11, 17))
    number = desk.add_schedule(working_days_only=True, covered_until=utc("2026-11-17T15:00"))
    assert desk.settle(number, "2026-11-18T13:30").outcome is Outcome.PAUSED


@pytest.mark.parametrize("words", ["every working day at 8:30", "on business days at 8:30", "每个工作日8:30"])
def test_working_days_are_those_of_the_calendar(words: str) -> None:
    rhythm = read_rhythm(words)
    assert (rhythm.weekdays, rhythm.working_days_only) == (DAYS, True)
    assert english(in_words(rhythm)) == "every working day at 08:30"


@pytest.mark.parametrize("words", ["every weekday at 8:30", "monday to friday at 8:30", "周一到周五8:30"])
def test_weekdays_are_monday_to_friday_whatever_the_calendar(words: str) -> None:
    rhythm = read_rhythm(words)
    assert (rhythm.weekdays, rhythm.working_days_only) == (DAYS[:5], False)


# --- at once


def asking(desk: Desk) -> Asking:
    return Asking(desk.company, desk.assistant)


def test_sent_now_comes_once_and_leaves_the_rhythm_alone(desk: Desk) -> None:
    number = desk.add_schedule(covered_until=utc("2026-11-18T14:00"))
    desk.now = utc("2026-11-18T15:00")
    reply = asking(desk)("Dana", "schedule", action="send", which=f"schedule:{number}")
    assert headline(reply).startswith("On its way: leaderboard")
    assert desk.settle(number, "2026-11-18T15:00:02").outcome is Outcome.ENQUEUED
    assert desk.settle(number).outcome is Outcome.NOTHING_DUE
    (message,) = desk.outbox()
    assert "2026-11-18T15:00" in message.key
    assert desk.schedule(number).covered_until == utc("2026-11-18T14:00")
    assert desk.settle(number, "2026-11-19T13:30").outcome is Outcome.ENQUEUED


def test_a_paused_report_can_be_sent_now_and_stays_paused(desk: Desk) -> None:
    number = desk.add_schedule(status=ScheduleStatus.PAUSED)
    asking(desk)("Dana", "schedule", action="send now", which=f"schedule:{number}")
    with desk.company.database.session() as session:
        assert [row.id for row in list_active_schedules(session, Scope.everybody())] == [number]
    assert desk.settle(number).outcome is Outcome.ENQUEUED
    assert desk.schedule(number).status == ScheduleStatus.PAUSED
    assert desk.settle(number, "2026-11-20T13:30").outcome is Outcome.NOTHING_DUE


def test_sent_now_in_quiet_hours_comes_at_once(desk: Desk) -> None:
    set_person(desk, "Dana", quiet_from="09:00", quiet_until="12:00")
    number = desk.add_schedule()
    asking(desk)("Dana", "schedule", action="send", which=f"schedule:{number}")
    desk.settle(number)
    assert desk.outbox()[0].not_before == desk.now


def test_sending_to_a_channel_now_is_asked_about(desk: Desk) -> None:
    number = desk.add_schedule(**SALES)
    reply = asking(desk)("Dana", "schedule", action="send", which=f"schedule:{number}")
    assert "It will be posted to a channel." in notes(reply)
    assert desk.schedule(number).asked_at is None


def test_nobody_sends_the_reports_of_others(desk: Desk) -> None:
    number = desk.add_schedule("Mara")
    asking(desk)("Dana", "schedule", action="send", which=f"schedule:{number}")
    assert desk.schedule(number).asked_at is None


def test_undo_of_what_was_sent_now_says_so(desk: Desk) -> None:
    number = desk.add_schedule()
    reply = asking(desk)("Dana", "schedule", action="send", which=f"schedule:{number}")
    undo = buttons(reply)["Undo"]
    assert undo is not None
    desk.settle(number)
    assert headline(asking(desk)("Dana", "undo", **undo.params)) == "That report is sent already."


def test_undo_of_a_schedule_that_has_reported_only_stops_it(desk: Desk) -> None:
    ask = asking(desk)
    desk.now = utc("2026-11-17T15:00")
    made = ask("Dana", "schedule", report="leaderboard", when="every day at 8:30")
    undo = buttons(made)["Undo"]
    assert undo is not None
    desk.settle(1, "2026-11-18T13:30")
    assert len(desk.outbox()) == 1
    assert headline(ask("Dana", "undo", **undo.params)) == "It no longer comes. What was sent already stays."
    assert desk.schedule(1).status == ScheduleStatus.DELETED
    assert len(desk.outbox()) == 1


# --- quiet hours in words


def test_quiet_hours_are_set_in_words_and_taken_back(desk: Desk) -> None:
    ask = asking(desk)
    assert headline(ask("Dana", "quiet")).startswith("You have no quiet hours")
    reply = ask("Dana", "quiet", start="7pm", until="8")
    assert headline(reply).startswith("No report comes to you by itself from 19:00 until 08:00.")

    def held() -> tuple[str, str]:
        with desk.company.database.session() as session:
            person = session.get_one(Person, desk.company.people["Dana"])
            return person.quiet_from, person.quiet_until

    assert held() == ("19:00", "08:00")
    ask("Dana", "undo")
    assert held() == ("", "")
    ask("Dana", "quiet", start="晚上7点", until="早上8点")
    assert held() == ("19:00", "08:00")
    ask("Dana", "quiet", off=True)
    assert held() == ("", "")


@pytest.mark.parametrize(("start", "until"), [("19:00", None), (None, "8:00"), ("soon", "8:00"), ("8:00", "8:00")])
def test_half_of_quiet_hours_is_asked_about(desk: Desk, start: str | None, until: str | None) -> None:
    given: dict[str, Any] = {name: words for name, words in (("start", start), ("until", until)) if words}
    reply = asking(desk)("Dana", "quiet", **given)
    assert reply.answer.status.value in ("clarify", "refused")


# --- what nobody uses


def deliver(desk: Desk, number: int, times: int) -> None:
    """So many reports of it, each delivered."""
    for _ in range(times):
        desk.now += dt.timedelta(days=1)
        desk.reports.settle(number)
        with desk.company.database.writing() as session:
            for row in session.exec(select(OutboxMessage)).all():
                row.status = State.SENT
                session.add(row)


def questions(desk: Desk) -> list[OutboxMessage]:
    return [row for row in desk.outbox() if row.key.startswith("unused:")]


def test_the_owner_of_an_unused_digest_is_asked_once(desk: Desk) -> None:
    number = desk.add_schedule("Mara", skill="digest")
    deliver(desk, number, UNUSED_TIMES)
    assert not questions(desk)
    deliver(desk, number, 4)
    (asked,) = questions(desk)
    assert (asked.channel, asked.person_id) == ("", desk.company.people["Mara"])
    assert [english(action.label) for action in answer_of(asked).actions] == ["Stop it", "Pause it", "Keep it"]
    keep = answer_of(asked).actions[2].invocation
    assert keep is not None
    reply = asking(desk)("Mara", keep.skill, audience=Audience(), **keep.params)
    assert headline(reply).startswith("It stays as it is: digest")


def test_a_digest_that_was_ever_used_and_a_report_that_is_no_digest_are_not_asked_about(desk: Desk) -> None:
    digest, board = desk.add_schedule("Mara", skill="digest"), desk.add_schedule("Mara")
    deliver(desk, digest, 1)
    first = desk.outbox()[0]
    desk.company.add(ReportUse(outbox_id=first.id or 0, person_id=None, skill="quota", at=desk.now))
    deliver(desk, digest, UNUSED_TIMES + 2)
    deliver(desk, board, UNUSED_TIMES + 2)
    assert not questions(desk)
