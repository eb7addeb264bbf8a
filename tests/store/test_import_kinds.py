"""People, accounts, contacts, products, activities and quotas out of files."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlmodel import col, select

from store.change_log import CREATED
from store.engine import Database
from store.importers import ImportProblem
from store.models import (
    Account,
    Activity,
    ChangeEntry,
    Contact,
    Opportunity,
    Person,
    Product,
    Quota,
    Team,
)
from tests.store.conftest import Write
from tests.store.importing import ACCOUNTS, DEALS, PEOPLE, Importing, counts, one, reasons


@pytest.fixture
def take(database: Database, write: Write) -> Importing:
    return Importing(database, write)


@pytest.fixture
def quick(sqlite: Database, write: Write) -> Importing:
    """On SQLite only, for what does not depend on the database."""
    return Importing(sqlite, write)


# People


def test_managers_who_are_only_named_become_managers_and_their_reports_a_team(take: Importing) -> None:
    report = take("people", PEOPLE)
    assert counts(report) == (2, 2, 0, 0, 0)
    assert "Also added 1 manager who had no row of their own: Omar Haddad." in report.notes
    with take.database.session() as session:
        omar, dana = one(session, Person, name="Omar Haddad"), one(session, Person, name="Dana Whitfield")
        team = one(session, Team, name="Omar Haddad's team")
        assert (omar.role, omar.region, omar.team_id, omar.manager_id) == ("manager", "East", team.id, None)
        assert (dana.role, dana.manager_id, dana.team_id, dana.email) == ("rep", omar.id, team.id, "dana@ours.example")
        assert (team.region, dana.version) == ("East", 1)


def test_a_manager_may_come_later_in_the_same_file_and_teams_may_be_named(take: Importing) -> None:
    text = "姓名,邮箱,上级,团队,角色\n王芳,fang@ours.example,李雷,华东,销售\n李雷,lei@ours.example,,华东,\n"
    assert counts(take("people", text)) == (2, 2, 0, 0, 0)
    with take.database.session() as session:
        lei, fang = one(session, Person, name="李雷"), one(session, Person, name="王芳")
        assert (fang.manager_id, lei.role, fang.role) == (lei.id, "manager", "rep")
        assert [row.name for row in session.exec(select(Team))] == ["华东"]


def test_people_are_known_by_their_email_else_by_their_name(take: Importing) -> None:
    take("people", PEOPLE)
    renamed = take("people", "Full Name,E-mail,Job Title\nDana W.,DANA@ours.example,AE\n")
    assert counts(renamed) == (1, 0, 1, 0, 0)
    namesake = take("people", "Name,Email\nDana Whitfield,other@ours.example\n")
    assert counts(namesake) == (1, 1, 0, 0, 0)
    unclear = take("people", "Name,Title\nDana Whitfield,VP\n")
    assert "more than one person" in unclear.refusals[0].reason


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ("A,,B,\nB,,C,\nC,,A,", "circle"), ("A,,A,", "their own manager"), ("A,,,boss", "not a role"),
        ("A,nonsense,,", "not an e-mail"), (",,B,", "missing"), ("A,,nobody@x.example,", "no person called"),
        ("Dana Whitfield,,Omar Hadad,\nOmar Haddad,,,", "did you mean “Omar Haddad”"),
    ],
)  # fmt: skip
def test_people_that_make_no_sense_are_refused(quick: Importing, rows: str, reason: str) -> None:
    report = quick("people", f"name,email,manager,role\n{rows}\n")
    counts(report)
    assert any(reason in refusal.reason for refusal in report.refusals)


def test_an_email_or_a_slack_id_of_somebody_else_is_refused(quick: Importing) -> None:
    quick("people", "id,name,email,slack_id\n1,Dana,dana@ours.example,U1\n2,Omar,omar@ours.example,U2\n")
    report = quick("people", "id,name,email,slack_id\n1,Dana,omar@ours.example,U1\n3,Ann,,U2\n2,Omar,,U2\n")
    assert counts(report) == (3, 0, 0, 1, 2)
    assert [column for _, column, _ in reasons(report)] == ["email", "slack_id"]


def test_two_imports_at_the_same_time_double_nothing(take: Importing) -> None:
    take.stock()
    path = take.write(DEALS, name="deals.csv")
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda _: take.file("opportunities", path), range(2))
    assert sorted([first.added, second.added]) == [0, 4]
    assert sorted([first.unchanged, second.unchanged]) == [0, 4]


def test_rows_whose_manager_was_refused_are_refused_too(quick: Importing) -> None:
    report = quick("people", "name,manager,zone\nBoss,,Mars/Olympus\nDana,Boss,\n")
    assert {row for row, _, _ in reasons(report)} >= {2}
    with quick.database.session() as session:
        dangling = session.exec(select(Person).where(col(Person.manager_id).is_(None), Person.name == "Dana")).all()
    assert dangling == []


# Accounts, contacts, products


def test_parents_may_stand_below_their_subsidiaries(take: Importing) -> None:
    report = take(
        "accounts", "account,subsidiary_of,revenue,year_established\nBluth,Acme,$1.5M,1993\nAcme,,,\nLone,Nowhere,,\n"
    )
    assert counts(report) == (3, 2, 0, 0, 1)
    assert "neither in this file nor among the accounts" in report.refusals[0].reason
    with take.database.session() as session:
        bluth, acme = one(session, Account, name="Bluth"), one(session, Account, name="Acme")
        assert (bluth.parent_id, bluth.founded_year, bluth.annual_revenue_minor) == (acme.id, 1993, 150_000_000)


def test_accounts_below_themselves_are_refused(quick: Importing) -> None:
    report = quick("accounts", "account,parent\nA,B\nB,A\nC,C\n")
    assert report.refused >= 2
    assert any("circle" in reason for _, _, reason in reasons(report))


def test_a_data_dictionary_beside_the_file_says_what_numbers_are_in(quick: Importing) -> None:
    quick.write(
        "Table,Field,Description\naccounts,revenue,Annual revenue (in millions of EUR)\n", name="data_dictionary.csv"
    )
    report = quick("accounts", "account,revenue\nAcme,1100.04\nBeta,0.1\n", name="accounts.csv")
    assert "revenue is in millions of EUR, as data_dictionary.csv says." in report.notes
    with quick.database.session() as session:
        assert one(session, Account, name="Acme").annual_revenue_minor == 110_004_000_000
        assert one(session, Account, name="Beta").currency == "EUR"
    said = quick("accounts", "account,revenue\nGamma,2.5\n", name="other.csv", scales={"revenue": 1000})
    assert counts(said) == (1, 1, 0, 0, 0)


def test_an_account_written_otherwise_is_the_same_account(quick: Importing) -> None:
    quick("accounts", ACCOUNTS)
    report = quick("accounts", "Account Name,Industry\nACME-CORP,Steel\n")
    assert (counts(report), report.mended) == ((1, 0, 1, 0, 0), 1)
    with quick.database.session() as session:
        assert one(session, Account, industry="Steel").name == "Acme Corp"


def test_contacts_are_known_by_email_else_by_name_and_account(take: Importing) -> None:
    take("accounts", ACCOUNTS)
    header = "First Name,Last Name,Email,Account Name,Title\n"
    rows = "Ann,Lee,ann@acme.example,Acme Corp,CFO\nAnn,Lee,,Globex,CTO\n王,小明,,Globex,\n"
    assert counts(take("contacts", header + rows)) == (3, 3, 0, 0, 0)
    assert counts(take("contacts", header + rows)) == (3, 0, 0, 3, 0)
    moved = take("contacts", f"{header}Ann,Lee,ann@acme.example,Globex,CFO\n")
    assert counts(moved) == (1, 0, 1, 0, 0)
    with take.database.session() as session:
        assert {row.name for row in session.exec(select(Contact))} == {"Ann Lee", "小明王"}


def test_products_keep_their_price_and_whether_they_are_sold(take: Importing) -> None:
    report = take("products", "Product Name;Code;Preis;Active;Price\nWidget;W-1;;no;1.054,00\nGadget;G-1;;maybe;5\n")
    assert counts(report) == (2, 1, 0, 0, 1)
    with take.database.session() as session:
        row = one(session, Product, name="Widget")
        assert (row.list_price_minor, row.currency, row.active) == (105400, "USD", False)


# Activities and quotas


def test_activities_are_tied_to_people_accounts_and_opportunities(take: Importing) -> None:
    take.stock()
    take("opportunities", DEALS)
    text = (
        "Type,Date,Assigned To,Opportunity,Call Duration (seconds),Subject,Company\n"
        "INCOMING_EMAIL,2026-03-01 14:30,Dana Whitfield,A1,,Re: price,\n"
        "Call,2026-03-02,li@ours.example,Globex – open,900,intro,Globex\n"
        "Séance,2026-03-02,Li Wei,,,x,\n"
    )
    report = take("activities", text)
    assert counts(report) == (3, 2, 0, 0, 1)
    assert counts(take("activities", text)) == (3, 0, 0, 2, 1)
    with take.database.session() as session:
        mail, call = one(session, Activity, kind="email"), one(session, Activity, kind="call")
        assert (mail.direction, mail.occurred_at) == ("in", dt.datetime(2026, 3, 1, 14, 30, tzinfo=dt.UTC))
        assert mail.account_id == one(session, Account, name="Acme Corp").id
        assert (call.duration_minutes, call.opportunity_id) == (15, one(session, Opportunity, external_id="A3").id)


def test_a_changed_quota_is_a_new_version_and_the_old_one_stays(take: Importing) -> None:
    take.stock()
    header = "Quota Owner,Team,Month,Quota\n"
    first = f'{header}Dana Whitfield,,2026-01,"$50,000"\n,Omar Haddad\'s team,Jan 2026,120k\n'
    assert counts(take("quotas", first)) == (2, 2, 0, 0, 0)
    assert counts(take("quotas", first)) == (2, 0, 0, 2, 0)
    assert counts(take("quotas", first.replace("50,000", "55,000"))) == (2, 0, 1, 1, 0)
    with take.database.session() as session:
        rows = session.exec(select(Quota).where(col(Quota.person_id).is_not(None)).order_by(col(Quota.version))).all()
        assert [(row.version, row.amount_minor, row.month) for row in rows] == [
            (1, 5_000_000, dt.date(2026, 1, 1)),
            (2, 5_500_000, dt.date(2026, 1, 1)),
        ]


def test_a_quota_sheet_with_a_column_for_each_month_is_read_cell_by_cell(quick: Importing) -> None:
    quick.stock()
    report = quick("quotas", "Rep,Jan 2026,Feb 2026,Mar 2026\nDana Whitfield,10k,20k,\nLi Wei,5k,x,7k\n")
    assert counts(report) == (5, 4, 0, 0, 1)
    (path,) = (Path(each) for each in report.refused_files)
    assert path.read_text(encoding="utf-8-sig").splitlines()[1].startswith("Li Wei,5k,x,7k,")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",,2026-01,5", "a quota is of a person, a team"),
        ("Dana Whitfield,Omar Haddad's team,2026-01,5", "one of them"),
        ("Dana Whitfield,,Q1 2026,5", "not a date"), ("Dana Whitfield,,2026-01,", "missing"),
    ],
)  # fmt: skip
def test_quotas_that_are_of_nobody_or_no_month_are_refused(quick: Importing, row: str, reason: str) -> None:
    quick.stock()
    report = quick("quotas", f"person,team,month,amount\n{row}\n")
    assert reason in report.refusals[0].reason


def test_every_kind_says_what_it_needs(quick: Importing) -> None:
    for kind in ("people", "accounts", "contacts", "products", "opportunities", "activities", "quotas"):
        with pytest.raises(ImportProblem, match="has no column for"):
            quick(kind, "colour,shape\nred,round\n")


def test_new_records_are_in_the_log_as_created(quick: Importing) -> None:
    quick.stock()
    with quick.database.session() as session:
        created = session.exec(select(ChangeEntry).where(ChangeEntry.field == CREATED)).all()
    assert sorted({entry.record_kind for entry in created}) == ["account", "person", "product"]
    assert len(created) == 7
