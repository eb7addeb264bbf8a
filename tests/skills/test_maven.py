"""The figures over the public CRM data, against a recomputation from its files with nothing but `csv`."""

import csv
import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from skills.answer import Invocation
from skills.contract import Audience
from skills.runner import Assistant, Reply, get_actor, run_skill
from store.engine import Database
from store.importers import Options, import_files
from store.models import Organisation, Person, Source
from tests.skills.company import NOW, build_assistant, facts, figure, headline, notes, rows

MAVEN = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "maven_crm"

if not MAVEN.exists():
    pytest.skip("the Maven CRM files are not beside this checkout (../shared/data/maven_crm)", allow_module_level=True)

QUARTERS = {1: "Q1 2017", 2: "Q2 2017", 3: "Q3 2017", 4: "Q4 2017"}


def read(name: str) -> list[dict[str, str]]:
    with (MAVEN / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


DEALS = read("sales_pipeline")
MANAGER = {row["sales_agent"]: row["manager"] for row in read("sales_teams")}
REGION = {row["sales_agent"]: row["regional_office"] for row in read("sales_teams")}
WON = [deal for deal in DEALS if deal["deal_stage"] == "Won"]
OPEN = [deal for deal in DEALS if deal["deal_stage"] in ("Prospecting", "Engaging")]


def quarter(deal: dict[str, str]) -> int:
    return (int(deal["close_date"][5:7]) + 2) // 3


def won_in(number: int) -> list[dict[str, str]]:
    return [deal for deal in WON if quarter(deal) == number]


def worth(deals: list[dict[str, str]]) -> int:
    return sum(int(deal["close_value"]) for deal in deals)


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('maven') / 'maven.db'}")
    database.migrate()
    with database.writing() as session:
        session.add(Organisation(name="Maven", currency="USD"))
    for kind, name in (
        ("people", "sales_teams"),
        ("accounts", "accounts"),
        ("products", "products"),
        ("opportunities", "sales_pipeline"),
    ):
        report = import_files(database, kind, [MAVEN / f"{name}.csv"], options=Options(), now=NOW)
        assert not report.refused, report
    with database.writing() as session:
        boss = session.exec(select(Person).where(Person.name == "Dustin Brinkmann")).one()
        boss.role = "admin"
        session.add(boss)
    yield build_assistant(database)
    database.close()


@pytest.fixture(scope="module")
def ask(assistant: Assistant) -> Any:
    def asked(skill: str, **params: Any) -> Reply:
        with assistant.database.session() as session:
            person = session.exec(select(Person).where(Person.name == "Dustin Brinkmann")).one()
            actor = get_actor(session, person)
        return run_skill(assistant, Invocation.of(skill, params), actor, Audience(), Source.COMMAND)

    return asked


@pytest.mark.parametrize(("number", "words"), QUARTERS.items())
def test_won_in_each_quarter(ask: Any, number: int, words: str) -> None:
    reply = ask("booked", period=words)
    assert figure(reply, "booked") == worth(won_in(number))
    assert figure(reply, "count") == len(won_in(number))


def test_won_in_the_year_with_every_month(ask: Any) -> None:
    reply = ask("booked", period="2017")
    assert figure(reply, "booked") == worth(WON) == 10005534
    for month in range(1, 13):
        expected = [deal for deal in WON if int(deal["close_date"][5:7]) == month]
        assert figure(ask("booked", period=f"2017-{month:02}"), "booked") == worth(expected)


def test_won_by_product_loses_nothing_to_the_two_spellings_of_gtx_pro(ask: Any) -> None:
    for product in {deal["product"] for deal in WON}:
        spelled = "GTX Pro" if product == "GTXPro" else product
        expected = [deal for deal in WON if deal["product"] == product]
        assert figure(ask("booked", period="2017", product=spelled), "booked") == worth(expected)


def test_won_by_manager(ask: Any) -> None:
    for manager in set(MANAGER.values()):
        expected = [deal for deal in WON if MANAGER[deal["sales_agent"]] == manager]
        assert figure(ask("booked", period="2017", owner=manager), "booked") == worth(expected), manager


GROUPS: dict[str, Callable[[dict[str, str]], str]] = {
    "rep": lambda deal: deal["sales_agent"],
    "manager": lambda deal: MANAGER[deal["sales_agent"]],
    "region": lambda deal: REGION[deal["sales_agent"]],
    "product": lambda deal: "GTX Pro" if deal["product"] == "GTXPro" else deal["product"],
    "quarter": lambda deal: QUARTERS[quarter(deal)],
}


@pytest.mark.parametrize("by", GROUPS)
def test_the_whole_year_broken_down(ask: Any, by: str) -> None:
    reply, several = ask("booked", period="2017", by=by), defaultdict(list)
    for deal in WON:
        several[GROUPS[by](deal)].append(deal)
    expected = {name: [f"{len(deals):,}", f"${worth(deals):,}"] for name, deals in several.items()}
    shown = {name: parts for name, *parts in rows(reply) if not name.endswith(" others")}
    assert shown == {name: expected[name] for name in shown}
    assert len(shown) == min(len(expected), 10)
    if by == "quarter":
        assert list(shown) == list(QUARTERS.values())


@pytest.mark.parametrize(("number", "words"), QUARTERS.items())
def test_the_top_five_of_each_quarter(ask: Any, number: int, words: str) -> None:
    sums: defaultdict[str, int] = defaultdict(int)
    for deal in won_in(number):
        sums[deal["sales_agent"]] += int(deal["close_value"])
    expected = [
        (1 + sum(other > mine for other in sums.values()), name, mine)
        for name, mine in sorted(sums.items(), key=lambda item: (-item[1], item[0]))
    ]
    reply = ask("leaderboard", period=words, top=5)
    board = [(int(row[0].rstrip("=")), row[1], int(row[2].replace("$", "").replace(",", ""))) for row in rows(reply)]
    assert board == [entry for entry in expected if entry[0] <= 5]


def test_everybody_is_ranked_by_number_of_deals(ask: Any) -> None:
    counts = Counter(deal["sales_agent"] for deal in won_in(3))
    board = rows(ask("leaderboard", period="Q3 2017", metric="deals", top=100))
    assert {row[1]: int(row[2]) for row in board} == counts


def test_an_agents_pipeline_has_every_open_opportunity_also_those_without_account_and_amount(ask: Any) -> None:
    agent, count = Counter(deal["sales_agent"] for deal in OPEN).most_common(1)[0]
    reply = ask("pipeline", owner=agent)
    assert figure(reply, "open") == count
    assert figure(reply, "without_amount") == count
    assert figure(reply, "pipeline") is None
    by_stage = Counter(deal["deal_stage"] for deal in OPEN if deal["sales_agent"] == agent)
    assert {row[0]: int(row[1]) for row in rows(reply)} == by_stage
    assert len(rows(reply, 1)) == min(count, 50)


def test_the_whole_pipeline_is_everything_open(ask: Any) -> None:
    assert figure(ask("pipeline", team="company"), "open") == len(OPEN) == 2089


def test_attainment_without_quotas_has_no_value(ask: Any) -> None:
    reply = ask("quota", owner="Darcel Schlecht", period="Q2 2017")
    assert figure(reply, "attainment") is None
    assert "no quota is set" in headline(reply)


def test_today_has_nothing_and_the_last_quarter_with_something_is_offered(ask: Any) -> None:
    reply = ask("booked")
    assert headline(reply).startswith("Nothing was won in Q4 2026")
    assert reply.answer.actions[0].invocation.params["period"] == "Q4 2017"


def test_a_closed_opportunitys_history_shows_its_own_dates(ask: Any) -> None:
    deal = WON[0]
    reply = ask("opportunity", opportunity=f"{deal['account']} {deal['product']}")
    assert reply.answer.status in ("answer", "clarify"), notes(reply)
    assert facts(reply) or reply.answer.choices
    assert dt.date.fromisoformat(deal["close_date"]).year == 2017
