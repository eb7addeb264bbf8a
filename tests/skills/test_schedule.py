"""Scheduled reports, as people make, see, pause and end them."""

import datetime as dt
from typing import Any

import pytest

from skills.answer import Status
from skills.contract import Audience
from skills.runner import Reply, confirm, get_actor
from store.channels import set_channel, set_channel_members
from store.models import Person, ReportSchedule, ScheduleStatus, Source
from store.schedules import list_schedules
from store.scope import Scope
from tests.skills.company import NOW, Asking, buttons, english, headline, notes, rows

WEEKDAY = "every weekday at 8:30"
TEAM_CHANNEL = Audience("C1TEAM", "#alpha", Scope.of([]))


def schedules(ask: Asking) -> list[ReportSchedule]:
    with ask.company.database.session() as session:
        return list(list_schedules(session, Scope.everybody()))


def see_channel(ask: Asking, channel: str, name: str, *people: str) -> None:
    with ask.company.database.writing() as session:
        set_channel_members(session, channel, name, [ask.company.people[person] for person in people], now=NOW)


def say_yes(ask: Asking, who: str, asked: Reply) -> Reply:
    with ask.company.database.session() as session:
        actor = get_actor(session, session.get_one(Person, ask.company.people[who]))
    token = next(action.token for action in asked.answer.actions if action.kind == "confirm")
    return confirm(ask.assistant, token, actor, Audience(), Source.BUTTON)


def choices(reply: Reply) -> list[str]:
    return [english(choice.label) for choice in reply.answer.choices]


def make(ask: Asking, who: str = "Dana", report: str = "pipeline", when: str = WEEKDAY, **more: Any) -> Reply:
    return ask(who, "schedule", report=report, when=when, **more)


def test_a_report_to_oneself_is_made_at_once_and_says_when_it_comes_next(ask: Asking) -> None:
    reply = make(ask)
    assert reply.answer.status is Status.DONE
    assert headline(reply) == "You get **open pipeline** every weekday at 08:30, first on Thu 19 Nov 2026, 08:30."
    (row,) = schedules(ask)
    assert (row.owner_id, row.skill, row.params, row.channel) == (ask.company.people["Dana"], "pipeline", "{}", "")
    assert (row.weekdays, row.month_day, row.at, row.zone) == ("mon,tue,wed,thu,fri", None, "08:30", "America/New_York")
    assert (row.status, row.covered_until) == (ScheduleStatus.ACTIVE, NOW)
    assert "Undo" in buttons(reply)


def test_the_time_is_the_askers_own(ask: Asking) -> None:
    with ask.company.database.writing() as session:
        session.get_one(Person, ask.company.people["Eva"]).zone = "Europe/Berlin"
    assert "first on Wed 18 Nov 2026, 17:00" in headline(make(ask, "Eva", when="every day at 17:00"))
    assert schedules(ask)[0].zone == "Europe/Berlin"


def test_a_post_to_a_channel_is_asked_about_first(ask: Asking) -> None:
    see_channel(ask, "C1SALES", "sales", "Dana", "Mara")
    reply = make(ask, report="leaderboard", channel="#sales")
    assert reply.answer.status is Status.CONFIRM
    assert "**leaderboard** goes to **#sales** every weekday at 08:30" in headline(reply)
    assert "It will be posted to a channel." in notes(reply)
    assert schedules(ask) == []
    done = say_yes(ask, "Dana", reply)
    assert done.answer.status is Status.DONE
    (row,) = schedules(ask)
    assert (row.channel, row.channel_name) == ("C1SALES", "#sales")


@pytest.mark.parametrize(
    "words", ["<#C1SALES|sales>", "C1SALES|sales", "#sales", "sales", "#Sales", "<#C1SALES>", "C1SALES"]
)
def test_a_channel_is_named_in_many_ways(ask: Asking, words: str) -> None:
    see_channel(ask, "C1SALES", "sales", "Dana")
    say_yes(ask, "Dana", make(ask, report="leaderboard", channel=words))
    assert [(row.channel, row.channel_name) for row in schedules(ask)] == [("C1SALES", "#sales")]


def test_here_is_the_channel_in_which_it_is_said(ask: Asking) -> None:
    reply = ask("Dana", "schedule", audience=TEAM_CHANNEL, report="leaderboard", when=WEEKDAY, channel="here")
    assert "goes to **#alpha**" in headline(reply)
    say_yes(ask, "Dana", reply)
    assert schedules(ask)[0].channel == "C1TEAM"


def test_here_in_a_direct_message_is_the_asker(ask: Asking) -> None:
    make(ask, channel="here")
    assert schedules(ask)[0].channel == ""


def test_said_in_a_channel_without_naming_one_it_goes_to_the_asker(ask: Asking) -> None:
    ask("Dana", "schedule", audience=TEAM_CHANNEL, report="leaderboard", when=WEEKDAY)
    assert schedules(ask)[0].channel == ""


def test_an_unknown_channel_is_asked_about_with_near_ones(ask: Asking) -> None:
    see_channel(ask, "C1SALES", "sales", "Dana")
    reply = make(ask, report="leaderboard", channel="#slaes")
    assert reply.answer.status is Status.CLARIFY
    assert choices(reply) == ["#sales"]
    again = reply.answer.choices[0].invocation
    assert (again.skill, again.params["channel"], again.params["when"]) == ("schedule", "<#C1SALES|sales>", WEEKDAY)
    assert "mention it with #" in notes(reply)


def test_before_any_channel_was_seen_a_name_is_taken_and_doubted(ask: Asking) -> None:
    reply = make(ask, report="leaderboard", channel="#sales")
    assert reply.answer.status is Status.CONFIRM
    assert "I have not seen #sales yet" in notes(reply)
    say_yes(ask, "Dana", reply)
    assert schedules(ask)[0].channel == "#sales"


def test_nobody_posts_where_they_do_not_read(ask: Asking) -> None:
    see_channel(ask, "C1BOARD", "board", "Mara")
    reply = make(ask, report="leaderboard", channel="<#C1BOARD|board>")
    assert reply.answer.status is Status.REFUSED
    assert headline(reply) == "You are not in #board, so I post nothing there for you."
    assert make(ask, "Vera", "leaderboard", channel="#board").answer.status is Status.CONFIRM


def test_a_channel_whose_members_are_unknown_is_taken_as_it_is(ask: Asking) -> None:
    with ask.company.database.writing() as session:
        set_channel(session, "C1NEW", "new")
    assert make(ask, report="leaderboard", channel="#new").answer.status is Status.CONFIRM


def test_what_the_report_is_about_is_kept(ask: Asking) -> None:
    reply = make(ask, "Mara", "leaderboard", report_params={"period": "last quarter", "top": 3, "team": None})
    assert "**leaderboard (last quarter, 3)**" in headline(reply)
    assert schedules(ask)[0].params == '{"period": "last quarter", "top": 3}'


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        ("the leaderboard report", "leaderboard"),
        ("ranking", "leaderboard"),
        ("排行榜", "leaderboard"),
        ("todo", "today"),
    ],
)
def test_a_report_is_named_as_its_command_is(ask: Asking, report: str, expected: str) -> None:
    make(ask, report=report)
    assert schedules(ask)[0].skill == expected


def test_a_report_that_is_none_is_asked_about(ask: Asking) -> None:
    reply = make(ask, report="leaderbord")
    assert headline(reply) == "There is no **leaderbord** report."
    assert choices(reply) == ["leaderboard"]
    assert "open pipeline" in choices(ask("Dana", "schedule", when=WEEKDAY))


@pytest.mark.parametrize("report", ["update", "undo", "help", "schedule"])
def test_what_is_no_report_can_not_be_scheduled(ask: Asking, report: str) -> None:
    reply = make(ask, report=report)
    assert reply.answer.status is Status.REFUSED
    assert "can't be sent at fixed times" in headline(reply)
    assert "leaderboard" in notes(reply)


def test_what_would_fail_every_morning_is_asked_about_now(ask: Asking) -> None:
    reply = make(ask, "Mara", "quota", report_params={"owner": "nobody at all"})
    assert reply.answer.status in (Status.CLARIFY, Status.REFUSED)
    assert schedules(ask) == []
    wrong = make(ask, report="leaderboard", report_params={"colour": "red"})
    assert headline(wrong) == "**leaderboard** can't be made with that: colour."


def test_a_choice_about_the_report_is_a_request_to_schedule_it_so(ask: Asking) -> None:
    reply = make(ask, "Vera", "quota", report_params={"owner": "dnaa", "period": "this year"})
    again = reply.answer.choices[0].invocation
    assert again.skill == "schedule"
    assert again.params["report_params"] == {
        "owner": f"person:{ask.company.people['Dana']}",
        "period": "this year",
    }


def test_others_figures_are_not_scheduled_without_the_right(ask: Asking) -> None:
    reply = make(ask, "Dana", "quota", report_params={"owner": "Eva Krüger"})
    assert reply.answer.status is Status.REFUSED
    assert schedules(ask) == []


def test_when_is_asked_for_with_examples(ask: Asking) -> None:
    reply = ask("Dana", "schedule", report="pipeline")
    assert headline(reply) == "When shall I send it?"
    assert "every weekday at 8:30" in choices(reply)
    assert ask("Dana", "schedule", **reply.answer.choices[0].invocation.params).answer.status is Status.DONE


def test_a_rhythm_without_a_time_is_asked_about(ask: Asking) -> None:
    reply = make(ask, when="every monday")
    assert headline(reply) == "At what time?"
    assert reply.answer.choices[0].invocation.params == {
        "report": "pipeline",
        "when": "every monday at 8:30",
    }


def test_the_same_report_twice_is_had_already(ask: Asking) -> None:
    make(ask)
    reply = make(ask)
    assert headline(reply).startswith("You have that already: open pipeline, every weekday at 08:30, direct message")
    assert len(schedules(ask)) == 1


# --- pausing, resuming, deleting


def test_the_only_report_needs_no_name(ask: Asking) -> None:
    make(ask)
    paused = ask("Dana", "schedule", action="pause")
    assert headline(paused) == "Paused: open pipeline, every weekday at 08:30, direct message."
    assert schedules(ask)[0].status == ScheduleStatus.PAUSED
    resumed = ask("Dana", "schedule", action="resume", which="it")
    assert headline(resumed).startswith("Running again: open pipeline")
    assert "next on Thu 19 Nov 2026, 08:30" in headline(resumed)
    assert ask("Dana", "schedule", action="stop", which="that").answer.status is Status.DONE
    assert schedules(ask) == []


def test_deleting_can_be_undone(ask: Asking) -> None:
    make(ask)
    ask("Dana", "schedule", action="delete")
    ask("Dana", "undo")
    assert schedules(ask)[0].status == ScheduleStatus.ACTIVE


def test_making_can_be_undone(ask: Asking) -> None:
    make(ask)
    assert ask("Dana", "undo").answer.status is Status.DONE
    assert schedules(ask) == []


def several(ask: Asking) -> dict[str, int]:
    see_channel(ask, "C1SALES", "sales", "Mara")
    make(ask, "Mara", "pipeline", "every Monday at 8:00", report_params={"owner": "Dana Whitfield"})
    make(ask, "Mara", "pipeline", "every Friday at 16:00")
    say_yes(ask, "Mara", make(ask, "Mara", "leaderboard", channel="#sales"))
    names = ("dana", "friday", "leaderboard")
    return dict(zip(names, (row.id or 0 for row in schedules(ask)), strict=True))


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("leaderboard", "leaderboard"),
        ("the leaderboard report", "leaderboard"),
        ("leaderboard in #sales", "leaderboard"),
        ("#sales", "leaderboard"),
        ("排行榜报告", "leaderboard"),
        ("the friday one", "friday"),
        ("pipeline friday", "friday"),
        ("monday pipeline", "dana"),
        ("dana's", "dana"),
        ("eva's", None),
        ("dana pipeline", "dana"),
    ],
)
def test_a_report_is_told_from_others_by_what_is_said(ask: Asking, words: str, meant: str | None) -> None:
    numbers = several(ask)
    reply = ask("Mara", "schedule", action="pause", which=words)
    paused = [row.id for row in schedules(ask) if row.status == ScheduleStatus.PAUSED]
    assert paused == ([numbers[meant]] if meant else []), headline(reply)


def test_several_that_fit_are_offered(ask: Asking) -> None:
    numbers = several(ask)
    reply = ask("Mara", "schedule", action="delete", which="pipeline")
    assert headline(reply) == "Which of them?"
    assert [choice.invocation.params for choice in reply.answer.choices] == [
        {"action": "delete", "which": f"schedule:{numbers[name]}"} for name in ("dana", "friday")
    ]
    assert choices(reply)[0] == "open pipeline (Dana Whitfield), every Monday at 08:00, direct message"


def test_all_of_them_are_asked_about_first(ask: Asking) -> None:
    several(ask)
    reply = ask("Mara", "schedule", action="pause", which="all")
    assert reply.answer.status is Status.CONFIRM
    say_yes(ask, "Mara", reply)
    assert {row.status for row in schedules(ask)} == {ScheduleStatus.PAUSED}


def test_nothing_to_pause_is_said(ask: Asking) -> None:
    assert headline(ask("Dana", "schedule", action="pause")) == "You have no scheduled report that I could pause."


def test_pausing_twice_says_so(ask: Asking) -> None:
    make(ask)
    number = schedules(ask)[0].id
    ask("Dana", "schedule", action="pause")
    reply = ask("Dana", "schedule", action="pause", which=f"schedule:{number}")
    assert headline(reply).endswith("is paused already.")


@pytest.mark.parametrize(
    ("who", "may"), [("Sam", False), ("Eva", False), ("Ken", False), ("Mara", True), ("Vera", True)]
)
def test_only_the_owner_and_those_above_may_end_it(ask: Asking, who: str, may: bool) -> None:
    make(ask)
    reply = ask(who, "schedule", action="delete", which=f"schedule:{schedules(ask)[0].id}")
    assert (schedules(ask) == []) is may
    if not may:
        assert headline(reply) == "That report is no longer scheduled."


def test_an_unknown_deed_is_asked_about(ask: Asking) -> None:
    assert choices(ask("Dana", "schedule", action="explode")) == [
        "make",
        "pause",
        "resume",
        "delete",
        "send now",
        "keep",
    ]


# --- seeing them


def test_my_reports_are_listed_with_their_next_time_and_buttons(ask: Asking) -> None:
    numbers = several(ask)
    ask("Mara", "schedule", action="pause", which=f"schedule:{numbers['friday']}")
    make(ask, "Dana")
    reply = ask("Mara", "reports")
    assert headline(reply) == "2 scheduled reports of yours, and 1 paused."
    assert rows(reply) == [
        ["open pipeline (Dana Whitfield)", "every Monday at 08:00", "direct message", "Mon 23 Nov 2026, 08:00"],
        ["open pipeline", "every Friday at 16:00", "direct message", "paused"],
        ["leaderboard", "every weekday at 08:30", "#sales", "Thu 19 Nov 2026, 08:30"],
    ]
    resume = buttons(reply)["Resume open pipeline 16:00"]
    assert resume is not None
    assert resume.params == {"action": "resume", "which": f"schedule:{numbers['friday']}"}
    assert ask("Mara", resume.skill, **resume.params).answer.status is Status.DONE
    assert reply.answer.private, "where else somebody has reports sent is nobody else's business"


def test_buttons_are_few_however_many_reports_there_are(ask: Asking) -> None:
    with ask.company.database.writing() as session:
        for hour in range(23):
            session.add(
                ReportSchedule(
                    owner_id=ask.company.people["Dana"],
                    skill="pipeline",
                    weekdays="mon",
                    at=f"{hour:02}:00",
                    zone="UTC",
                    created_at=NOW,
                    covered_until=NOW,
                )
            )
    reply = ask("Dana", "reports")
    assert len(rows(reply)) == 20
    assert len([action for action in reply.answer.actions if not action.tucked]) == 10
    assert notes(reply) == "3 more are not shown."


def test_whoever_has_none_is_offered_some_that_work(ask: Asking) -> None:
    reply = ask("Dana", "reports")
    assert "Nothing is sent to you at fixed times yet." in headline(reply)
    for invocation in buttons(reply).values():
        assert invocation is not None
        assert ask("Dana", invocation.skill, **invocation.params).answer.status is Status.DONE
    assert len(rows(ask("Dana", "reports"))) == 2


def test_every_rhythm_of_the_examples_can_be_read(ask: Asking) -> None:
    see_channel(ask, "C1SALES", "sales", "Mara")
    skill = ask.assistant.skills["schedule"]
    makes = [example.params.model_dump(exclude_none=True) for example in skill.examples]
    for params in makes:
        if params.get("when"):
            reply = ask("Mara", "schedule", **params)
            had = headline(reply).startswith("You have that already")
            assert had or reply.answer.status in (Status.DONE, Status.CONFIRM), (params, headline(reply))


def test_the_next_moment_of_a_paused_week_is_in_the_future(ask: Asking) -> None:
    make(ask, when="every Wednesday at 10:00")
    cell = rows(ask("Dana", "reports"))[0][3]
    assert cell == f"Wed {(NOW + dt.timedelta(days=7)).day} Nov 2026, 10:00"
