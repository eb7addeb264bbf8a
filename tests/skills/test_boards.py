"""Leaderboards as posts: movement, corrections, who is not named, and measures beside what was won."""

import datetime as dt
import json
from dataclasses import replace

from skills.answer import Answer, Invocation, Status
from skills.contract import Audience
from skills.runner import Reply, get_actor, run_skill
from store.models import Delivery, Opportunity, OutboxMessage, Person, Source
from store.scope import Scope
from tests.skills.company import NOW, Asking, bullets, buttons, day, english, figure, headline, notes, rows

SALES = Audience("C1", "#sales", Scope.everybody())


def posted(ask: Asking, at: dt.datetime, who: str = "Vera", audience: Audience = SALES, **params: object) -> Reply:
    """The board as a schedule makes it at a moment, delivered and kept."""
    assistant = replace(ask.assistant, clock=lambda: at)
    with ask.company.database.session() as session:
        actor = get_actor(session, session.get_one(Person, ask.company.people[who]))
    reply = run_skill(assistant, Invocation.of("leaderboard", params), actor, audience, Source.SCHEDULE)
    ask.company.add(
        OutboxMessage(
            key=f"{who} {audience.channel} {at.isoformat()} {json.dumps(params)}",
            person_id=ask.company.people[who],
            channel=audience.channel,
            answer=reply.answer.model_dump_json(),
            kept=reply.answer.kept,
            status=Delivery.SENT,
            due_at=at,
            not_before=at,
        )
    )
    return reply


def at(month: int, number: int, year: int = 2026) -> dt.datetime:
    return dt.datetime(year, month, number, 15, tzinfo=dt.UTC)


def moves(reply: Reply) -> dict[str, str]:
    return {row[1].split()[0]: row[-1] for row in rows(reply)}


def corrections(reply: Reply) -> list[str]:
    blocks = [block for block in reply.answer.blocks if block.type == "bullets" and block.title is None]
    return [english(item) for block in blocks for item in block.items]


def test_places_are_compared_with_the_last_board_that_was_posted_here(ask: Asking) -> None:
    for who, amount in (("Dana", "300"), ("Eva", "200"), ("Lee", "100")):
        ask.company.won(who, amount, day(10, 5))
    first = posted(ask, at(11, 2), top=10, by="rep", period="Q4 2026")
    assert [row[-1] for row in rows(first)] == ["1", "1"]
    ask.company.won("Lee", "900", day(11, 3))
    ask.company.won("Yuki", "250", day(11, 3))
    second = posted(ask, at(11, 9), period="Q4 2026")
    assert rows(second) == [
        ["1", "Lee Ortiz (left)", "$1,000", "2", "▲2"],
        ["2", "Dana Whitfield", "$300", "1", "▼1"],
    ]
    assert "Compared with the board posted on 2 Nov 2026 (Q4 2026)." in notes(second)
    ask.company.won("Sam", "950", day(11, 10))
    private = Audience()
    assert "Compared with" not in notes(posted(ask, at(11, 16), audience=private, period="Q4 2026"))
    third = posted(ask, at(11, 16), period="Q4 2026")
    assert moves(third) == {"Lee": "=", "Sam": "new", "Dana": "▼1"}


def test_a_board_of_something_else_or_not_delivered_is_not_compared_with(ask: Asking) -> None:
    for who, amount in (("Dana", "300"), ("Eva", "200")):
        ask.company.won(who, amount, day(10, 5))
    posted(ask, at(11, 2), period="Q4 2026", metric="deals")
    posted(ask, at(11, 3), period="October 2026")
    posted(ask, at(11, 4), period="Q4 2026", by="team")
    posted(ask, at(11, 5), period="Q4 2026", audience=Audience("C2", "#other", Scope.everybody()))
    ask.company.add(
        OutboxMessage(
            key="failed", channel="C1", answer="{}", kept='{"board":"leaderboard/booked/rep/company/quarter",',
            status=Delivery.FAILED, due_at=at(11, 6), not_before=at(11, 6),
        )
    )  # fmt: skip
    assert "Compared with" not in notes(posted(ask, at(11, 9), period="Q4 2026"))


def test_a_value_that_was_posted_for_an_ended_period_and_has_changed_is_corrected(ask: Asking) -> None:
    late = ask.company.won("Dana", "300", day(9, 5))
    ask.company.won("Eva", "200", day(9, 5))
    posted(ask, at(10, 1), period="Q3 2026")
    assert corrections(posted(ask, at(10, 2), period="Q3 2026")) == []
    with ask.company.database.writing() as session:
        row = session.get_one(Opportunity, late)
        row.amount_minor = row.booked_minor = 15000
    again = posted(ask, at(10, 8), period="Q3 2026")
    assert corrections(again) == ["Correction: Dana Whitfield has $150 in Q3 2026, not $300 as posted on 2 Oct 2026."]
    assert corrections(posted(ask, at(10, 9), period="Q3 2026")) == []


def test_a_correction_of_the_last_period_stands_on_the_next_board(ask: Asking) -> None:
    late = ask.company.won("Dana", "300", day(9, 5))
    posted(ask, at(10, 1), period="last quarter")
    ask.company.won("Eva", "200", day(10, 5))
    with ask.company.database.writing() as session:
        row = session.get_one(Opportunity, late)
        row.amount_minor = row.booked_minor = 15000
    assistant_at = at(1, 4, 2027)
    assert corrections(posted(ask, assistant_at, period="last quarter")) == [
        "Correction: Dana Whitfield has $150 in Q3 2026, not $300 as posted on 1 Oct 2026."
    ]


def test_a_running_period_is_not_corrected_but_goes_on(ask: Asking) -> None:
    ask.company.won("Dana", "300", day(10, 5))
    posted(ask, at(11, 2), period="Q4 2026")
    ask.company.won("Dana", "300", day(11, 5))
    assert corrections(posted(ask, at(11, 9), period="Q4 2026")) == []


def test_in_a_channel_the_lower_half_is_never_named(ask: Asking) -> None:
    for who, amount in (("Dana", "300"), ("Eva", "200"), ("Lee", "100"), ("Yuki", "50"), ("Sam", "25")):
        ask.company.won(who, amount, day(11, 5))
    public = ask("Sam", "leaderboard", audience=SALES)
    assert [row[1] for row in rows(public)] == ["Dana Whitfield", "Eva Krüger", "Lee Ortiz (left)"]
    assert "Only the upper half is named here" in notes(public)
    assert "Sam" not in str([english(note) for note in public.answer.notes])
    assert len(rows(ask("Sam", "leaderboard"))) == 5
    assert "Your place: 5 of 5, with $25." in notes(ask("Sam", "leaderboard", top=3))
    assert len(rows(ask("Sam", "leaderboard", by="team", audience=SALES))) == 2


def test_whoever_does_not_want_to_be_named_is_named_to_themselves_alone(ask: Asking) -> None:
    for who, amount in (("Dana", "300"), ("Eva", "200"), ("Lee", "100")):
        ask.company.won(who, amount, day(11, 5))
    reply = ask("Dana", "boards", show="off")
    assert reply.answer.status is Status.DONE
    assert "do not name you" in headline(reply)
    others = ask("Eva", "leaderboard")
    assert [row[:2] for row in rows(others)] == [["1", "Eva Krüger"], ["2", "Lee Ortiz (left)"]]
    assert "Dana" not in others.answer.model_dump_json()
    assert "1 person chose not to be shown." in notes(others)
    assert "Dana" not in str(rows(ask("Dana", "leaderboard", audience=SALES)))
    assert rows(ask("Dana", "leaderboard"))[0][:2] == ["1", "Dana Whitfield"]
    assert rows(ask("Eva", "leaderboard", by="team"))[0][1:3] == ["Alpha", "$400"]
    assert "Dana" not in posted(ask, at(11, 16)).answer.model_dump_json()
    assert ask("Dana", "boards", show="on").answer.status is Status.DONE
    assert rows(ask("Eva", "leaderboard"))[0][1] == "Dana Whitfield"
    assert headline(ask("Dana", "boards")) == "Leaderboards name you."


def test_nobody_else_decides_that_for_them(ask: Asking) -> None:
    ask("Dana", "boards", show="off")
    undo = next(action.invocation for action in ask("Eva", "boards", show="off").answer.actions if action.invocation)
    assert ask("Dana", "undo", **undo.params).answer.status is Status.REFUSED
    assert ask("Eva", "undo", **undo.params).answer.status is Status.DONE


def test_who_improved_most_is_by_the_same_days_of_the_period_before(ask: Asking) -> None:
    ask.company.won("Dana", "500", day(7, 5))
    ask.company.won("Dana", "9000", day(9, 20))
    ask.company.won("Dana", "700", day(10, 5))
    ask.company.won("Eva", "300", day(10, 5))
    ask.company.won("Yuki", "80", day(7, 6))
    reply = ask("Vera", "leaderboard", metric="improved")
    # 1 October to 18 November are 49 days, and so are 1 July to 18 August.
    assert rows(reply) == [
        ["1", "Eva Krüger", "$300", "$300", "$0"],
        ["2", "Dana Whitfield", "$200", "$700", "$500"],
        ["3", "Yuki Tanaka", "-$80", "$0", "$80"],
    ]
    assert headline(reply) == "**Eva Krüger** improved the most in Q4 2026: by **$300**."
    assert "Up to 18 Nov 2026, against 1 Jul 2026 to 18 Aug 2026." in notes(reply)
    whole = ask("Vera", "leaderboard", metric="improved", period="Q3 2026")
    assert rows(whole)[0] == ["1", "Dana Whitfield", "$9,500", "$9,500", "$0"]


def test_every_measure_has_a_board_and_its_buttons_lead_to_answers(ask: Asking) -> None:
    ask.company.won("Dana", "300", day(10, 5))
    for metric in ("margin", "collected", "pipeline_created", "units", "new_accounts", "activities", "improved"):
        for by in ("rep", "team"):
            reply = ask("Vera", "leaderboard", metric=metric, by=by)
            assert reply.answer.status is Status.ANSWER, metric
            for label, invocation in buttons(reply).items():
                if invocation is not None and invocation.skill in ("leaderboard", "quota"):
                    assert ask("Vera", invocation.skill, **invocation.params).answer.status is Status.ANSWER, label


def test_what_is_kept_survives_its_json(ask: Asking) -> None:
    ask.company.won("Dana", "300", day(10, 5))
    reply = posted(ask, at(11, 2))
    kept = json.loads(Answer.model_validate_json(reply.answer.model_dump_json()).kept)
    assert kept["values"] == {str(ask.company.people["Dana"]): "30000"}
    assert kept["places"] == {str(ask.company.people["Dana"]): 1}
    assert ask("Vera", "leaderboard").answer.kept == ""
    assert figure(reply, "booked") == 300
    assert bullets(reply, "Not ranked") == []
    assert at(11, 2) < NOW
