"""A whole quarter of the small company: ramp, leave, a leaver, splits, versions, levels, plan rates."""

import datetime as dt
from typing import Any

from store.models import Leave, Person
from tests.skills.company import (
    NOW,
    Asking,
    day,
)

ONE_DAY = dt.timedelta(days=1)
EARLY = dt.datetime(2026, 9, 1, tzinfo=dt.UTC)
QUARTER = (day(10, 1), day(1, 1, 2027))


def set_quarter(ask: Asking, who: str, amount: str, **more: Any) -> None:
    for month in (10, 11, 12):
        ask.company.quota(who, day(month, 1), amount, **{"recorded_at": EARLY, **more})


def fill(ask: Asking) -> None:
    """A year's fourth quarter with everything that makes attainment hard."""
    company = ask.company
    company.rate("EUR", "1.0837", day(1, 1))
    company.rate("EUR", "1.10", day(1, 1), "plan")
    company.rate("EUR", "1.15", day(11, 16), "plan")
    company.rate("JPY", "0.0067", day(1, 1))
    company.rate("JPY", "0.0071", day(1, 1), "plan")
    set_quarter(ask, "Dana", "30000")
    set_quarter(ask, "Eva", "20000 EUR")
    set_quarter(ask, "Lee", "12000")
    set_quarter(ask, "Yuki", "3000000 JPY")
    company.quota("Dana", day(11, 1), "35000", version=2, reason="two accounts more", recorded_at=NOW)
    for month, ramp in ((11, 25), (12, 50)):
        company.quota("Sam", day(month, 1), "30000", ramp_percent=ramp, recorded_at=EARLY)
    company.add(
        Leave(person_id=company.people["Dana"], first_day=day(10, 12), last_day=day(10, 23), kind="parental"),
        Leave(person_id=company.people["Eva"], first_day=day(11, 28), last_day=day(12, 6)),
        Leave(person_id=company.people["Yuki"], first_day=day(9, 1), last_day=day(9, 30)),
    )
    with company.database.writing() as session:
        session.get_one(Person, company.people["Lee"]).active_to = day(11, 10)
    deals = [
        company.won("Dana", "45000.25", day(10, 5)),
        company.won("Dana", "100.01", day(11, 5)),
        company.won("Sam", "7777.77", day(11, 9)),
        company.won("Eva", "12345.67 EUR", day(11, 5)),
        company.won("Eva", "999.99 EUR", day(11, 17)),
        company.won("Lee", "1234.56", day(10, 30)),
        company.won("Yuki", "1000001 JPY", day(10, 20)),
        company.won("Dana", None, day(10, 6)),
        company.won("Dana", "5000", day(9, 30)),
    ]
    company.split(deals[0], Dana=60, Sam=40)
    company.split(deals[1], Dana=33, Sam=33, Lee=34)
    company.split(deals[3], Eva=50, Dana=50)
    company.split(deals[6], Yuki=70, Eva=30)
    company.split(deals[2], "overlay", Lee=25)
