"""Names and days that are not what a part of them says: full names, unknown people and teams, days that are none."""

import datetime as dt
from typing import Any

import pytest
from sqlmodel import select

from store.models import Account, Opportunity, Person, Product, Stage
from tests.conversations.company import NOW
from tests.conversations.conftest import Talk

FULL = "Hallmere Chemicals – Watch"


@pytest.fixture
def sites(talk: Talk) -> Talk:
    """A customer with an opportunity for each site, told apart behind a comma; Macon is no opportunity of Dana's."""
    with talk.assistant.database.writing() as session:
        account = session.exec(select(Account.id).where(Account.name == "Hallmere Chemicals")).one()
        product = session.exec(select(Product.id).where(Product.name == "Watch")).one()
        stages = {stage.name: stage.id for stage in session.exec(select(Stage))}
        people = {person.name.split()[0]: person.id for person in session.exec(select(Person))}
        for site, owner, stage, status in (
            ("Toledo site", "Dana", "Won", "won"),
            ("Duluth site, phase 2", "Dana", "Proposal", "open"),
            ("Macon site", "Jürgen", "Lost", "lost"),
        ):
            session.add(
                Opportunity(
                    name=f"{FULL}, {site}",
                    account_id=account or 0,
                    product_id=product,
                    owner_id=people[owner] or 0,
                    stage_id=stages[stage] or 0,
                    status=status,
                    closed_on=None if status == "open" else dt.date(2026, 10, 1),
                    currency="USD",
                    opened_on=dt.date(2026, 9, 1),
                    created_at=NOW,
                    updated_at=NOW,
                )
            )
    return talk


def _named(reply: dict[str, Any]) -> str:
    return str(reply["params"].get("opportunity") or reply["params"].get("about"))


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (f"{FULL}, Toledo site", f"{FULL}, Toledo site"),
        ("show hallmere chemicals - watch, toledo site", "hallmere chemicals - watch, toledo site"),
        (f"what is the next step of {FULL}, Duluth site, phase 2?", f"{FULL}, Duluth site, phase 2"),
        (f"{FULL}, Duluth site, phase 2的下一步", f"{FULL}, Duluth site, phase 2"),
    ],
)
def test_a_full_name_wins_over_its_parts(sites: Talk, words: str, name: str) -> None:
    reply = sites(words)
    assert (reply["skill"], _named(reply)) == ("opportunity", name)
    assert name.casefold().replace("- watch", "– watch") in reply["text"].casefold()


def test_what_follows_a_full_name_is_not_a_part_of_it(sites: Talk) -> None:
    moved = sites(f"move {FULL}, Duluth site, phase 2 to negotiation")
    assert {change["record"] for change in moved["changes"]} == {f"opportunity {FULL}, Duluth site, phase 2"}
    logged = sites(f"called {FULL}, Duluth site, phase 2, they want a pilot")
    assert (_named(logged), logged["params"]["note"]) == (f"{FULL}, Duluth site, phase 2", "they want a pilot")


def test_a_copied_name_that_may_not_be_seen_is_not_silently_taken_for_another(sites: Talk) -> None:
    reply = sites(f"history of {FULL}, Macon site")
    assert _named(reply) == f"{FULL}, Macon site"
    assert reply["status"] != "answer" or "Macon site" in reply["text"]


@pytest.mark.parametrize(
    ("words", "skill", "name"),
    [
        ("pipeline of Zorro Smith", "pipeline", "Zorro Smith"),
        ("pipeline of zorro", "pipeline", "zorro"),
        ("how's Zorro's quota this quarter", "quota", "Zorro"),
        ("张伟的商机", "pipeline", "张伟"),
        ("王小明本季度的业绩怎么样", "quota", "王小明"),
        ("pipeline of the Mars team", "pipeline", "Mars team"),
        ("北美团队的商机", "pipeline", "北美团队"),
    ],
)
def test_who_is_not_known_is_not_answered_as_somebody_else(talk: Talk, words: str, skill: str, name: str) -> None:
    for who in ("dana", "priya"):
        reply = talk(words, who)
        assert (reply["skill"], reply["status"], name in reply["text"]) == (skill, "refused", True)
        assert reply["figures"] == []


@pytest.mark.parametrize(
    ("words", "params"),
    [
        ("dana's pipeline", {"owner": "dana"}),
        ("is dana's pipeline growing", {"owner": "dana"}),
        ("my team's pipeline", {"team": "my team"}),
        ("Show team pipeline", {"team": "my team"}),
        ("我们团队的商机", {"team": "my team"}),
        ("李娜的商机", {"owner": "李娜"}),
        ("高价值的商机", {}),
        ("今年的商机", {"period": "今年"}),
    ],
)
def test_words_that_are_no_name_name_nobody(talk: Talk, words: str, params: dict[str, str]) -> None:
    reply = talk(words, "priya")
    assert reply["skill"] in {"pipeline", "waterfall"}
    assert {name: value for name, value in reply["params"].items() if name in {"owner", "team", "period"}} == params


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("brandt改到2月30日", "2月30日"),
        ("brandt改到11月31号", "11月31号"),
        ("move brandt's close date to Feb 30", "Feb 30"),
        ("move brandt to 31 november", "31 november"),
        ("push brandt to 2027-02-30", "2027-02-30"),
    ],
)
def test_a_day_that_is_none_is_not_read_as_a_part_of_it(talk: Talk, words: str, day: str) -> None:
    reply = talk(words)
    assert (reply["status"], reply["changes"], day in reply["text"]) == ("clarify", [], True)


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("brandt改到2月28日", "2027-02-28"),
        ("move brandt to nov 30", "2026-11-30"),
        ("move brandt to 31 jan", "2027-01-31"),
    ],
)
def test_the_last_days_of_a_month_are_days(talk: Talk, words: str, day: str) -> None:
    assert [change["new"] for change in talk(words)["changes"]] == [day]
