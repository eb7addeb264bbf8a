"""The real files of Maven Analytics, end to end, against a recomputation that knows nothing of the importer."""

import csv
import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from sqlmodel import Session, col, func, select

import store
from store.change_log import RecordKind
from store.engine import Database
from store.importers import Options, Report, import_files
from store.models import Account, ChangeEntry, Opportunity, Organisation, Person, Product, Role, Stage, Status, Team
from tests.store.conftest import NOW

DATA = Path(store.__file__).resolve().parents[2] / "shared" / "data" / "maven_crm"
FILES = (
    ("people", "sales_teams.csv"),
    ("accounts", "accounts.csv"),
    ("products", "products.csv"),
    ("opportunities", "sales_pipeline.csv"),
)

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the public CRM data is not beside this checkout")


def load(database: Database) -> list[Report]:
    return [import_files(database, kind, [DATA / name], options=Options(), now=NOW) for kind, name in FILES]


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Database, list[Report]]]:
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('maven') / 'maven.db'}")
    database.migrate()
    with database.writing() as session:
        session.add(Organisation(name="Maven"))
    yield database, load(database)
    database.close()


@pytest.fixture
def session(imported: tuple[Database, list[Report]]) -> Iterator[Session]:
    with imported[0].session() as session:
        yield session


def rows(name: str) -> Sequence[Mapping[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def won(start: str, end: str) -> list[Mapping[str, str]]:
    return [
        row for row in rows("sales_pipeline.csv") if row["deal_stage"] == "Won" and start <= row["close_date"] < end
    ]


def test_every_row_comes_in_and_none_is_refused(imported: tuple[Database, list[Report]]) -> None:
    assert [(report.read, report.added, report.refused) for report in imported[1]] == [
        (35, 35, 0), (85, 85, 0), (7, 7, 0), (8800, 8800, 0),
    ]  # fmt: skip


def test_the_mismatch_in_naming_is_mended_and_its_revenue_kept(
    imported: tuple[Database, list[Report]], session: Session
) -> None:
    (mend,) = imported[1][-1].mends
    assert (mend.found, mend.taken_as) == ("GTXPro", "GTX Pro")
    assert mend.rows == sum(row["product"] == "GTXPro" for row in rows("sales_pipeline.csv"))
    booked = session.exec(
        select(func.sum(Opportunity.booked_minor))
        .join(Product, col(Product.id) == Opportunity.product_id)
        .where(Product.name == "GTX Pro")
    ).one()
    expected = sum(int(row["close_value"]) for row in won("", "9999") if row["product"] == "GTXPro")
    assert booked == expected * 100
    assert expected > 3_500_000


def test_open_opportunities_without_an_account_are_there(session: Session) -> None:
    bare = session.exec(select(Opportunity).where(col(Opportunity.account_id).is_(None))).all()
    assert len(bare) == 1425
    assert {row.status for row in bare} == {Status.OPEN}
    assert {row.amount_minor for row in bare} == {None}


def test_counts_by_stage_are_those_of_the_file(session: Session) -> None:
    found = dict(
        session.exec(
            select(Stage.name, func.count())
            .join(Opportunity, col(Opportunity.stage_id) == Stage.id)
            .group_by(Stage.name)
        ).all()
    )
    assert found == Counter(row["deal_stage"] for row in rows("sales_pipeline.csv"))
    order = session.exec(select(Stage.name).order_by(col(Stage.position))).all()
    assert list(order) == ["Prospecting", "Engaging", "Won", "Lost"]


@pytest.mark.parametrize(
    ("start", "end"), [("2017-01-01", "2017-04-01"), ("2017-04-01", "2017-07-01"), ("2017-07-01", "2017-10-01")]
)
def test_what_was_won_by_whom_in_a_quarter_is_what_the_file_says(session: Session, start: str, end: str) -> None:
    expected: defaultdict[str, int] = defaultdict(int)
    for row in won(start, end):
        expected[row["sales_agent"]] += int(row["close_value"]) * 100
    found = session.exec(
        select(Person.name, func.sum(Opportunity.booked_minor))
        .join(Person, col(Person.id) == Opportunity.owner_id)
        .where(
            Opportunity.status == Status.WON,
            col(Opportunity.closed_on) >= dt.date.fromisoformat(start),
            col(Opportunity.closed_on) < dt.date.fromisoformat(end),
        )
        .group_by(Person.name)
    ).all()
    assert dict(found) == expected


def test_teams_managers_and_regions_follow_from_the_file(session: Session) -> None:
    people = {row.id: row for row in session.exec(select(Person))}
    teams = {row.id: row.name for row in session.exec(select(Team))}
    by_name = {row.name: row for row in people.values()}
    for row in rows("sales_teams.csv"):
        agent, manager = by_name[row["sales_agent"]], by_name[row["manager"]]
        assert (agent.manager_id, agent.region, agent.role) == (manager.id, row["regional_office"], Role.REP)
        assert teams[agent.team_id] == teams[manager.team_id] == f"{row['manager']}'s team"
        assert manager.role == Role.MANAGER
    assert len(people) == 35 + 6


def test_revenue_in_millions_and_parents_are_exact(session: Session) -> None:
    accounts = {row.name: row for row in session.exec(select(Account))}
    for row in rows("accounts.csv"):
        account = accounts[row["account"]]
        millions, _, cents = row["revenue"].partition(".")
        expected = int(millions) * 10**8 + int(cents.ljust(2, "0")) * 10**6
        assert (account.annual_revenue_minor, account.currency) == (expected, "USD")
        parent = accounts[row["subsidiary_of"]].id if row["subsidiary_of"] else None
        assert (account.parent_id, account.founded_year) == (parent, int(row["year_established"]))


def test_the_history_has_the_dates_of_the_file(session: Session) -> None:
    stages = {row.id: row.name for row in session.exec(select(Stage))}
    history: defaultdict[int, list[tuple[str, str]]] = defaultdict(list)
    for entry in session.exec(
        select(ChangeEntry)
        .where(ChangeEntry.record_kind == RecordKind.OPPORTUNITY, ChangeEntry.field == "stage_id")
        .order_by(col(ChangeEntry.id))
    ):
        history[entry.record_id].append((stages[int(entry.new or 0)], entry.effective_on.isoformat()))
    ids = {row.external_id: row.id for row in session.exec(select(Opportunity))}
    for row in rows("sales_pipeline.csv"):
        expected = [("Engaging" if row["engage_date"] else "Prospecting", row["engage_date"] or str(NOW.date()))]
        if row["close_date"]:
            expected.append((row["deal_stage"], row["close_date"]))
        assert history[ids[row["opportunity_id"]] or 0] == expected


def test_importing_all_of_it_again_changes_nothing(imported: tuple[Database, list[Report]]) -> None:
    database, first = imported
    again = load(database)
    assert [(report.added, report.changed, report.refused) for report in again] == [(0, 0, 0)] * 4
    assert [report.unchanged for report in again] == [report.read for report in first]
