"""What people do, and what comes of it."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skills.answer import Status
from skills.contract import Audience
from store.change_log import Author, Entry, FieldChange, RecordKind, add_entries
from store.models import Account, Activity, CalendarDay, Leave, Source
from store.scope import Scope
from tests.skills.company import NOW, Asking, day, facts, figure, headline, notes, rows
from tests.skills.conftest import asking_on_a_copy


def at(month: int, number: int, hour: int = 15, minute: int = 0, second: int = 0) -> dt.datetime:
    return dt.datetime(2026, month, number, hour, minute, second, tzinfo=dt.UTC)


def did(
    ask: Asking,
    who: str,
    when: dt.datetime,
    kind: str = "call",
    account: str | None = "Acme",
    minutes: int | None = None,
    outcome: str = "",
    direction: str | None = "out",
) -> int:
    return ask.company.add(
        Activity(
            kind=kind,
            direction=direction,
            occurred_at=when,
            duration_minutes=minutes,
            outcome=outcome,
            person_id=ask.company.people[who],
            account_id=ask.company.accounts[account] if account else None,
        )
    )[0]


def owns(ask: Asking, who: str, accounts: Iterable[str]) -> None:
    with ask.company.database.writing() as session:
        for name in accounts:
            account = session.get(Account, ask.company.accounts[name])
            assert account is not None
            account.owner_id = ask.company.people[who]
            session.add(account)


def test_calls_a_working_day_leave_out_weekends_holidays_and_leave_up_to_today(ask: Asking) -> None:
    """November has 13 weekdays up to and with Wednesday the 18th; a holiday and three days of leave leave nine."""
    ask.company.add(CalendarDay(day=day(11, 11)))
    ask.company.add(
        Leave(person_id=ask.company.people["Dana"], first_day=day(11, 7), last_day=day(11, 10)),
        Leave(person_id=ask.company.people["Dana"], first_day=day(11, 18), last_day=day(11, 25)),
    )
    for number in range(18):
        did(ask, "Dana", at(11, 3, 15, number * 3))
    did(ask, "Dana", at(10, 30))
    reply = ask("Dana", "activity", owner="me")
    assert figure(reply, "calls") == 18
    assert figure(reply, "calls_per_day") == 2
    assert headline(reply) == (
        "**18 calls** in Nov 2026: 2 a person and working day, 18 for each account reached (yours)."
    )
    assert "Up to 18 Nov 2026, today included" in notes(reply)


def test_the_day_is_the_organisations_own(ask: Asking) -> None:
    """Half past ten in the evening of 31 October in New York is November in UTC."""
    did(ask, "Dana", dt.datetime(2026, 11, 1, 2, 30, tzinfo=dt.UTC))
    did(ask, "Dana", dt.datetime(2026, 11, 1, 4, 30, tzinfo=dt.UTC), account="Brandt Paper")
    assert figure(ask("Dana", "activity"), "calls") == 1
    assert figure(ask("Dana", "activity", period="October"), "calls") == 1


def test_calls_of_somebody_who_joined_are_divided_by_the_days_since(ask: Asking) -> None:
    did(ask, "Sam", at(11, 17))
    assert figure(ask("Sam", "activity", period="Q4 2026"), "calls_per_day") == Decimal("0.0769")


def test_calls_an_account_count_each_account_once_also_across_people(ask: Asking) -> None:
    did(ask, "Dana", at(11, 3), account="Acme")
    did(ask, "Dana", at(11, 4), account="Acme")
    did(ask, "Sam", at(11, 4), account="Acme")
    did(ask, "Sam", at(11, 5), account="Brandt Paper")
    did(ask, "Sam", at(11, 6), account=None)
    reply = ask("Mara", "activity")
    assert figure(reply, "calls") == 5
    assert figure(reply, "calls_per_account") == Decimal("2.5")


def test_what_is_entered_twice_within_two_minutes_counts_once(ask: Asking) -> None:
    did(ask, "Dana", at(11, 3, 15, 0, 0))
    did(ask, "Dana", at(11, 3, 15, 2, 0))
    did(ask, "Dana", at(11, 3, 15, 4, 1))
    did(ask, "Dana", at(11, 3, 15, 0, 0), account="Brandt Paper")
    did(ask, "Dana", at(11, 3, 15, 0, 0), kind="meeting")
    did(ask, "Sam", at(11, 3, 15, 0, 0))
    reply = ask("Mara", "activity")
    assert figure(reply, "calls") == 4
    assert "Entered twice within 2 minutes, and counted once: 1" in notes(reply)


def test_what_is_entered_in_bulk_counts_and_is_marked_but_not_what_was_imported(ask: Asking) -> None:
    def logged(who: str, seconds: Iterable[int], source: Source) -> None:
        for second in seconds:
            number = did(ask, who, at(11, 2 + second % 17, 9 + second % 7))
            change = FieldChange(field="(created)", new="call")
            entry = Entry(f"{who}{source}{number}", RecordKind.ACTIVITY, number, 1, change, day(11, 17))
            author = Author(ask.company.people[who], source, at(11, 17, 15) + dt.timedelta(seconds=second))
            with ask.company.database.writing() as session:
                add_entries(session, [entry], author)

    logged("Dana", (0, 30, 60, 90, 120, 1000), Source.SENTENCE)
    logged("Sam", (0, 40, 80, 121, 160), Source.SENTENCE)
    logged("Lee", range(5), Source.IMPORT)
    reply = ask("Mara", "activity")
    bulk = {row[0]: row[-1] for row in rows(reply)}
    assert (bulk["Dana Whitfield"], bulk["Sam Osei"], bulk["Lee Ortiz"]) == ("5", "0", "0")
    assert "Entered in bulk, 5 or more within 2 minutes: 5" in notes(reply)
    assert figure(reply, "calls") == 16


def test_time_on_new_customers_is_with_those_who_had_bought_nothing_before_that_day(ask: Asking) -> None:
    ask.company.won("Eva", "10", day(11, 10), account="Acme")
    did(ask, "Dana", at(11, 9), account="Acme", minutes=10)
    did(ask, "Dana", at(11, 10), account="Acme", minutes=20)
    did(ask, "Dana", at(11, 11), account="Acme", minutes=30)
    did(ask, "Dana", at(11, 12), account="Brandt Paper")
    did(ask, "Dana", at(11, 12), kind="email", account="Brandt Paper", minutes=500)
    did(ask, "Dana", at(11, 12), account=None, minutes=500)
    reply = ask("Mara", "activity")
    # 10 + 20 + a median of 20, of 80
    assert next(one for one in reply.answer.figures if one.name == "new_customer_time").exact == Fraction(50, 80)
    assert "Without a duration, so that the median of their kind counts: 1" in notes(reply)


def test_coverage_by_class_is_reached_of_owned(ask: Asking) -> None:
    owns(ask, "Dana", ["Acme", "Brandt Paper"])
    owns(ask, "Sam", ["Lakeshore Foods"])
    ask.company.won("Eva", "900", day(2, 1), account="Acme")
    ask.company.won("Eva", "100", day(2, 1), account="Brandt Paper")
    did(ask, "Sam", at(11, 5), account="Acme")
    did(ask, "Sam", at(11, 5), kind="email", account="Brandt Paper")
    assert rows(ask("Mara", "activity"), 1) == [
        ["A", "1", "1", "100%"],
        ["B", "1", "0", "0%"],
        ["bought nothing", "1", "0", "0%"],
    ]


def test_the_yield_from_calls_to_money(ask: Asking) -> None:
    for number, outcome in enumerate(["Reached", "No answer", "voicemail", "Reached", ""]):
        did(ask, "Dana", at(11, 3 + number), outcome=outcome, minutes=30 if outcome == "Reached" else None)
    did(ask, "Dana", at(11, 16), outcome="Reached", minutes=30, direction="in")
    did(ask, "Dana", at(11, 16), kind="meeting", minutes=45)
    did(ask, "Dana", at(11, 17), kind="demo", minutes=45)
    ask.company.won("Dana", "1000", day(11, 17))
    ask.company.won("Dana", "500", day(11, 30))
    reply = ask("Mara", "activity", owner="dana")
    assert figure(reply, "connect_rate") == 40
    assert figure(reply, "meeting_rate") == 100
    assert figure(reply, "deal_rate") == 50
    # 6 calls of 30 minutes (three of them by the median) and 90 minutes are 4.5 hours.
    assert figure(reply, "value_per_hour") == Decimal("222.22")
    assert facts(reply)["Hours with customers"] == "4.5"
    assert "Calls that don't say how they ended, and are not taken as connected: 1" in notes(reply)


def test_another_kind_is_counted_in_the_same_way(ask: Asking) -> None:
    did(ask, "Dana", at(11, 3), kind="meeting")
    did(ask, "Dana", at(11, 4))
    reply = ask("Dana", "activity", kind="meeting")
    assert figure(reply, "meetings") == 1
    assert headline(reply).startswith("**one meeting** in Nov 2026: 0.08 a person and working day")


def test_nothing_done_says_so_without_rates(ask: Asking) -> None:
    reply = ask("Dana", "activity")
    assert headline(reply) == "No calls in Nov 2026 (yours)."
    assert figure(reply, "calls_per_account") is None
    assert figure(reply, "connect_rate") is None
    assert figure(ask("Dana", "activity", period="next month"), "calls_per_day") is None


def test_people_are_listed_by_name_with_a_total_that_is_a_ratio_of_sums(ask: Asking) -> None:
    for number in range(2, 15):
        did(ask, "Sam", at(11, number))
    did(ask, "Lee", at(11, 3))
    reply = ask("Mara", "activity")
    assert [row[:4] for row in rows(reply)] == [
        ["Dana Whitfield", "0", "13", "0"],
        ["Lee Ortiz", "1", "0", "–"],
        ["Sam Osei", "13", "13", "1"],
    ]
    assert figure(reply, "calls_per_day") == Decimal("0.5385")


def test_in_a_channel_only_those_are_counted_whom_everyone_there_may_see(ask: Asking) -> None:
    did(ask, "Dana", at(11, 3))
    did(ask, "Eva", at(11, 3))
    channel = Audience("C1", "#alpha", Scope.of({ask.company.people["Dana"]}))
    reply = ask("Vera", "activity", audience=channel)
    assert figure(reply, "calls") == 1
    assert "Eva" not in reply.answer.model_dump_json()
    assert ask("Ken", "activity", audience=channel).answer.status is Status.REFUSED
    assert ask("Dana", "activity", owner="eva").answer.status is Status.REFUSED


acts = st.lists(
    st.tuples(
        st.sampled_from(["Dana", "Sam", "Eva"]),
        st.sampled_from(["call", "meeting", "note"]),
        st.sampled_from(["Acme", "Brandt Paper"]),
        st.integers(0, 1200),
    ),
    max_size=25,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts)
def test_sql_counts_as_plain_python_does(
    migrated: Path, tmp_path_factory: pytest.TempPathFactory, done: list[tuple[str, str, str, int]]
) -> None:
    with asking_on_a_copy(migrated, tmp_path_factory.mktemp("acts")) as ask:
        for who, kind, account, seconds in done:
            did(ask, who, at(11, 9) + dt.timedelta(seconds=seconds), kind, account)
        reply = ask("Vera", "activity")
    once: list[tuple[str, str, str, int]] = []
    last: dict[tuple[str, str, str], int] = {}
    for who, kind, account, seconds in sorted(done, key=lambda one: one[3]):
        if seconds - last.get((who, kind, account), -10_000) > 120:
            once.append((who, kind, account, seconds))
        last[who, kind, account] = seconds
    calls = [one for one in once if one[1] == "call"]
    assert figure(reply, "calls") == len(calls)
    accounts = {one[2] for one in calls}
    found = next(one for one in reply.answer.figures if one.name == "calls_per_account").exact
    assert found == (Fraction(len(calls), len(accounts)) if accounts else None)
    assert at(11, 9) < NOW
