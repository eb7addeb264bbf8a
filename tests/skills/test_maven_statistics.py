"""Win rates, cycles, funnels and concentration over the public CRM data, against its files read with `csv` alone."""

import csv
import datetime as dt
import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from skills.answer import Invocation
from skills.contract import Audience
from skills.quantity import writable
from skills.runner import Assistant, Reply, get_actor, run_skill
from store.engine import Database
from store.importers import Options, import_files
from store.models import Organisation, Person, Source
from tests.skills.company import NOW, build_assistant, figure, headline, rows

MAVEN = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "maven_crm"

if not MAVEN.exists():
    pytest.skip("the Maven CRM files are not beside this checkout (../shared/data/maven_crm)", allow_module_level=True)

Deal = Mapping[str, str]
QUARTERS = ("Q1 2017", "Q2 2017", "Q3 2017", "Q4 2017")


def read(name: str) -> list[Deal]:
    with (MAVEN / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


DEALS = read("sales_pipeline")
OFFICE = {row["sales_agent"]: row["regional_office"] for row in read("sales_teams")}
TEAM = {row["sales_agent"]: f"{row['manager']}'s team" for row in read("sales_teams")}
WON = [deal for deal in DEALS if deal["deal_stage"] == "Won"]
LOST = [deal for deal in DEALS if deal["deal_stage"] == "Lost"]


def product_of(deal: Deal) -> str:
    return "GTX Pro" if deal["product"] == "GTXPro" else deal["product"]


def quarter_of(deal: Deal) -> str:
    return f"Q{(int(deal['close_date'][5:7]) + 2) // 3} {deal['close_date'][:4]}"


def took(deal: Deal) -> int:
    return (dt.date.fromisoformat(deal["close_date"]) - dt.date.fromisoformat(deal["engage_date"])).days


def share(part: int, whole: int) -> str:
    """In percent with one decimal place, as a table shows it."""
    tenths = (Fraction(part * 1000, whole) + Fraction(1, 2)).__floor__()
    return f"{tenths // 10}.{tenths % 10}%".replace(".0%", "%")


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
def ask(assistant: Assistant) -> Callable[..., Reply]:
    def asked(skill: str, **params: Any) -> Reply:
        with assistant.database.session() as session:
            person = session.exec(select(Person).where(Person.name == "Dustin Brinkmann")).one()
            actor = get_actor(session, person)
        return run_skill(assistant, Invocation.of(skill, params), actor, Audience(), Source.COMMAND)

    return asked


def test_the_win_rate_of_the_whole_year(ask: Callable[..., Reply]) -> None:
    reply = ask("winrate", period="2017")
    assert reply.answer.figures[0].exact == Fraction(len(WON), len(WON) + len(LOST)) == Fraction(4238, 6711)
    assert headline(reply).startswith("Win rate in 2017: **63.2%**, 4,238 won and 2,473 lost; the true rate is likely")
    assert figure(reply, "win_rate_value") is None


@pytest.mark.parametrize(
    ("by", "key"),
    [
        ("rep", lambda deal: deal["sales_agent"]),
        ("team", lambda deal: TEAM[deal["sales_agent"]]),
        ("region", lambda deal: OFFICE[deal["sales_agent"]]),
        ("product", product_of),
        ("quarter", quarter_of),
    ],
)
def test_win_rates_by_agent_team_region_product_and_quarter(
    ask: Callable[..., Reply], by: str, key: Callable[[Deal], str]
) -> None:
    won, lost = Counter(map(key, WON)), Counter(map(key, LOST))
    expected = {}
    for name in won.keys() | lost.keys():
        decided = won[name] + lost[name]
        rate = share(won[name], decided) if decided >= 10 else "too few"
        expected[name] = [f"{won[name]:,}", f"{lost[name]:,}", "0", rate]
    found = {row[0]: row[1:5] for row in rows(ask("winrate", period="2017", by=by))}
    if by != "rep":
        assert found == expected
        return
    # Fifteen agents are named, those with most deals first, and the others are one row.
    named = {name: row for name, row in found.items() if name in expected}
    assert len(named) == 15
    assert named == {name: expected[name] for name in named}
    assert min(won[name] + lost[name] for name in named) >= max(
        won[name] + lost[name] for name in expected if name not in named
    )


def test_the_win_rate_of_every_agent_asked_by_name(ask: Callable[..., Reply]) -> None:
    won, lost = Counter(deal["sales_agent"] for deal in WON), Counter(deal["sales_agent"] for deal in LOST)
    for name in won:
        exact = ask("winrate", period="2017", owner=name).answer.figures[0].exact
        assert exact == Fraction(won[name], won[name] + lost[name]), name


@pytest.mark.parametrize("words", QUARTERS)
def test_what_was_won_in_each_quarter_is_the_same_in_every_report(ask: Callable[..., Reply], words: str) -> None:
    expected = [deal for deal in WON if quarter_of(deal) == words]
    assert figure(ask("booked", period=words), "booked") == sum(int(deal["close_value"]) for deal in expected)
    assert figure(ask("winrate", period=words), "won") == len(expected)
    assert figure(ask("cycle", period=words), "won") == len(expected)


def test_the_sales_cycle_and_its_parts(ask: Callable[..., Reply]) -> None:
    reply = ask("cycle", period="2017", by="product")
    days = [Fraction(took(deal)) for deal in WON]
    by_name = {one.name: one.exact for one in reply.answer.figures}
    assert by_name["cycle"] == statistics.median(days)
    assert by_name["cycle_mean"] == statistics.mean(days)
    assert by_name["cycle_p90"] == statistics.quantiles(days, n=10, method="inclusive")[-1]
    counts = Counter(map(product_of, WON))
    assert {row[0]: int(row[1].replace(",", "")) for row in rows(reply)} == counts


def test_the_funnel_of_those_who_were_engaged(ask: Callable[..., Reply]) -> None:
    """Prospects carry no date in the file, so only those who were engaged entered a stage in these years."""
    for year in ("2016", "2017"):
        engaged = [deal for deal in DEALS if deal["engage_date"][:4] == year]
        ends = Counter(deal["deal_stage"] for deal in engaged)
        table = {row[0]: row[1:] for row in rows(ask("funnel", period=year, team="company"))}
        entered, went_on, conversion, _, lost, undecided = table["Engaging"]
        assert [entered, went_on, lost, undecided] == [
            f"{number:,}" for number in (len(engaged), ends["Won"], ends["Lost"], ends["Engaging"])
        ]
        assert conversion == share(ends["Won"], len(engaged))


def test_the_cohorts_by_month_of_engagement(ask: Callable[..., Reply]) -> None:
    opened: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for deal in DEALS:
        if deal["engage_date"][:4] == "2017":
            opened[deal["engage_date"][:7]][deal["deal_stage"]] += 1
    reply = ask("winrate", variant="cohort", period="2017")
    found = [[int(cell.replace(",", "")) for cell in row[1:4]] for row in rows(reply)]
    assert found == [[sum(ends.values()), ends["Won"], ends["Engaging"]] for _, ends in sorted(opened.items())]


def test_concentration_by_customer_agent_and_product(ask: Callable[..., Reply]) -> None:
    keys: dict[str, Callable[[Deal], str]] = {
        "customer": lambda deal: deal["account"],
        "rep": lambda deal: deal["sales_agent"],
        "product": product_of,
    }
    for by, key in keys.items():
        sums: defaultdict[str, int] = defaultdict(int)
        for deal in WON:
            sums[key(deal)] += int(deal["close_value"])
        parts, whole, count = sorted(sums.values(), reverse=True), sum(sums.values()), len(sums)
        found = {
            one.name: one.exact for one in ask("concentration", by=by, period="2017", team="company").answer.figures
        }
        assert found["top_share"] == Fraction(sum(parts[: -(-count // 5)]), whole), by
        assert found["pareto"] == next(k for k in range(1, count + 1) if sum(parts[:k]) * 5 >= whole * 4)
        gini = Fraction(
            sum((2 * place - count - 1) * part for place, part in enumerate(reversed(parts), 1)), count * whole
        )
        assert found["gini"] == writable(gini * Fraction(count, count - 1))
        assert found["hhi"] == writable(Fraction(sum(part * part for part in parts), whole**2))


def test_velocity_has_no_value_when_nothing_was_won_in_the_last_year(ask: Callable[..., Reply]) -> None:
    assert "nothing with an amount was won in the last 12 months" in headline(ask("velocity", team="company"))


def test_activities_are_none_and_not_an_error(ask: Callable[..., Reply]) -> None:
    reply = ask("activity", period="2017", team="company")
    assert headline(reply) == "No calls in 2017 (the whole company)."
    assert figure(reply, "connect_rate") is None
