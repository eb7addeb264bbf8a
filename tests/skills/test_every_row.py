"""A file holds every row: what a message cuts short comes out whole where it is exported."""

import csv
import io
from itertools import pairwise
from typing import Any

import pytest

from skills.answer import Status
from store.change_log import Author, Entry, FieldChange, RecordKind, add_entries
from store.models import Account, Activity, ForecastSubmission, Person, Quota, ReportSchedule, Snapshot, Source
from tests.skills.company import NOW, Asking, day, headline
from tests.skills.histories import add_deal

MANY = 64


@pytest.fixture
def crowd(ask: Asking) -> Asking:
    """Mara's team has many more reps: each won one deal of their own customer, lost two, has one open that slipped out
    of this quarter and was pushed twice, a quota, a call in the log, and a forecast of the last quarter."""
    company = ask.company
    names = [f"Rep {number:02}" for number in range(MANY)]
    people = company.add(
        *(
            Person(name=name, email=f"{name[4:]}@example.com", team_id=company.teams["Alpha"],
                   manager_id=company.people["Mara"])
            for name in names
        )
    )  # fmt: skip
    accounts = company.add(*(Account(name=f"Customer {number:02}") for number in range(MANY)))
    company.people |= dict(zip(names, people, strict=True))
    company.accounts |= {f"Customer {number:02}": one for number, one in enumerate(accounts)}
    for number, name in enumerate(names):
        more: dict[str, Any] = {"account": f"Customer {number:02}"}
        amount = str(1000 + number)
        add_deal(company, name, [("Discovery", day(8, 1)), ("Won", day(11, 3))], amount, **more)
        for lost in (4, 5):
            add_deal(
                company, name, [("Discovery", day(8, 2)), ("Lost", day(11, lost))], amount,
                loss_reason=f"Reason {number:02}", **more,
            )  # fmt: skip
        made = add_deal(
            company, name, [("Discovery", day(8, 3)), ("Proposal", day(11, 9))], amount,
            expected_close=day(5, 1, 2027), **more,
        )  # fmt: skip
        dates = (day(12, 1), day(2, 1, 2027), day(5, 1, 2027))
        pushes = [
            Entry(
                f"p{made}-{place}", RecordKind.OPPORTUNITY, made, place + 5,
                FieldChange(field="expected_close", old=before.isoformat(), new=after.isoformat()), day(11, 10 + place),
            )
            for place, (before, after) in enumerate(pairwise(dates))
        ]  # fmt: skip
        with company.database.writing() as session:
            add_entries(session, pushes, Author(None, Source.IMPORT, NOW))
        company.add(
            Quota(
                person_id=people[number], month=day(11, 1), amount_minor=500_000, currency="USD", recorded_at=NOW
            ),
            Snapshot(
                taken_on=day(9, 30), opportunity_id=made, owner_id=people[number], stage_id=company.stages["Discovery"],
                amount_minor=100_000 + number * 100, currency="USD", expected_close=day(12, 1), category="pipeline",
            ),
            Activity(kind="call", direction="out", occurred_at=NOW, person_id=people[number], opportunity_id=made),
            ForecastSubmission(
                person_id=people[number], author_id=people[number], period_start=day(7, 1), period_end=day(10, 1),
                amount_minor=100_000, currency="USD", submitted_at=NOW.replace(month=7, day=2),
            ),
            ReportSchedule(
                owner_id=company.people["Mara"], skill="pipeline", weekdays="mon", at=f"08:{number % 60:02}",
                zone="UTC", created_at=NOW, covered_until=NOW,
            ),
        )  # fmt: skip
    return ask


@pytest.mark.parametrize(
    ("report", "params", "table"),
    [
        ("pipeline", {"team": "my team"}, "opportunities"),
        ("reports", {}, "scheduled"),
        ("accuracy", {"team": "my team"}, "by-person"),
        ("activity", {"team": "my team"}, "by-person"),
        ("concentration", {"team": "my team"}, "largest"),
        ("coverage", {"team": "my team"}, "by-person"),
        ("cycle", {"team": "my team", "by": "rep"}, "by-"),
        ("slippage", {"team": "my team"}, "by-person"),
        ("slippage", {"team": "my team"}, "slipped"),
        ("slippage", {"team": "my team"}, "pushed"),
        ("targets", {"team": "my team", "period": "november"}, "targets"),
        ("waterfall", {"team": "my team"}, "largest"),
        ("winrate", {"team": "my team", "by": "rep"}, "by-rep"),
        ("winrate", {"team": "my team", "by": "product"}, "lost"),
        ("forecast", {"team": "my team"}, "by-person"),
        ("risks", {"team": "my team", "rule": "pushed"}, "opportunities"),
        ("changes", {"owner": "", "team": "my team", "period": "this month"}, ""),
        ("quota", {"team": "my team"}, "by-person"),
        ("booked", {"team": "my team", "by": "rep"}, ""),
    ],
)
def test_an_export_holds_every_row(crowd: Asking, report: str, params: dict[str, Any], table: str) -> None:
    given = {name: words for name, words in params.items() if words}
    reply = crowd("Mara", "export", report=report, report_params=given)
    assert reply.answer.status is Status.ANSWER, headline(reply)
    tables = {
        file.name: list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"))))[1:] for file in reply.answer.files
    }
    meant = [rows for name, rows in tables.items() if table in name] if len(tables) > 1 else list(tables.values())
    longest = max(meant, key=len, default=[])
    assert len(longest) >= MANY, {name: len(rows) for name, rows in tables.items()}
    assert not [row for row in longest if "others" in row[0] or "more" in row[0]]
