"""What becomes of every row: added, changed, unchanged, mended or refused, and nothing twice."""

import csv
import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, SQLModel, col, select

from store.change_log import CREATED, RecordKind, list_entries
from store.engine import Database
from store.importers import ImportProblem, Options, Question, Report, import_files
from store.importers.dates import DateOrder
from store.models import (
    Account,
    Activity,
    ChangeEntry,
    Contact,
    ExchangeRate,
    Opportunity,
    Person,
    Product,
    Quota,
    Source,
    Stage,
    Team,
)
from store.rates import add_rates
from tests.store.conftest import NOW, Write

TODAY = NOW.date()

PEOPLE = """Name,Email,Manager,Region
Dana Whitfield,dana@ours.example,Omar Haddad,East
Li Wei,li@ours.example,Omar Haddad,East
"""
ACCOUNTS = "Account Name,Industry\nAcme Corp,Tools\nGlobex,Energy\n"
PRODUCTS = "Product,List Price\nGTX Pro,4821\nGTX Basic,550\n"
DEALS = """Opportunity ID,Opportunity Name,Account Name,Owner,Product,Stage,Amount,Created Date,Close Date
A1,Acme – big,Acme Corp,Dana Whitfield,GTX Pro,Closed Won,"USD 1,054.00",2025-11-03,2026-01-15
A2,Acme – lost,Acme Corp,Dana Whitfield,GTX Basic,Closed Lost,0,2025-10-01,2025-12-20
A3,Globex – open,Globex,Li Wei,GTXPro,Negotiation,45k,2026-01-20,2026-04-30
A4,,,Li Wei,GTX Basic,Prospecting,,,
"""


class Importing:
    """Imports text as a file would be, at a fixed moment."""

    def __init__(self, database: Database, write: Write) -> None:
        self.database = database
        self.write = write

    def __call__(self, kind: str, text: str, *, name: str = "file.csv", **options: Any) -> Report:
        return self.file(kind, self.write(text, name=name), **options)

    def file(self, kind: str, path: Path, **options: Any) -> Report:
        return import_files(self.database, kind, [path], options=Options(**options), now=NOW)

    def stock(self) -> None:
        for kind, text in (("people", PEOPLE), ("accounts", ACCOUNTS), ("products", PRODUCTS)):
            assert self(kind, text).refused == 0


@pytest.fixture
def take(database: Database, write: Write) -> Importing:
    return Importing(database, write)


@pytest.fixture
def quick(sqlite: Database, write: Write) -> Importing:
    """On SQLite only, for what does not depend on the database."""
    return Importing(sqlite, write)


def counts(report: Report) -> tuple[int, int, int, int, int]:
    assert report.read == report.added + report.changed + report.unchanged + report.refused
    return report.read, report.added, report.changed, report.unchanged, report.refused


def one(session: Session, model: type[SQLModel], **where: object) -> Any:
    return session.exec(select(model).filter_by(**where)).one()


def reasons(report: Report) -> list[tuple[int, str, str]]:
    return [(refusal.row, refusal.column, refusal.reason) for refusal in report.refusals]


# Opportunities


def test_opportunities_come_in_with_stages_made_in_a_sensible_order(take: Importing) -> None:
    take.stock()
    report = take("opportunities", DEALS)
    assert counts(report) == (4, 4, 0, 0, 0)
    with take.database.session() as session:
        stages = session.exec(select(Stage).order_by(col(Stage.position))).all()
        assert [(row.name, row.kind, row.probability) for row in stages] == [
            ("Prospecting", "open", 10),
            ("Negotiation", "open", 75),
            ("Closed Won", "won", 100),
            ("Closed Lost", "lost", 0),
        ]
        won = one(session, Opportunity, external_id="A1")
        assert (won.status, won.amount_minor, won.currency, won.booked_minor) == ("won", 105400, "USD", 105400)
        assert (won.closed_on, won.expected_close, won.category) == (dt.date(2026, 1, 15), None, "closed")
        lost = one(session, Opportunity, external_id="A2")
        assert (lost.status, lost.amount_minor, lost.booked_minor, lost.category) == ("lost", 0, None, "omitted")
        going = one(session, Opportunity, external_id="A3")
        assert (going.amount_minor, going.expected_close, going.closed_on) == (4500000, dt.date(2026, 4, 30), None)
        assert one(session, Product, id=going.product_id).name == "GTX Pro"
        bare = one(session, Opportunity, external_id="A4")
        assert (bare.account_id, bare.amount_minor, bare.name) == (None, None, "GTX Basic – no account yet")
    assert any("Prospecting (10 %), Negotiation (75 %)" in note for note in report.notes)
    assert [(mend.column, mend.found, mend.taken_as, mend.rows) for mend in report.mends] == [
        ("Product", "GTXPro", "GTX Pro", 1)
    ]


def test_the_same_file_again_changes_nothing_and_doubles_nothing(take: Importing) -> None:
    take.stock()
    take("opportunities", DEALS)
    with take.database.session() as session:
        logged = len(session.exec(select(ChangeEntry)).all())
    for kind, text in (("people", PEOPLE), ("accounts", ACCOUNTS), ("products", PRODUCTS), ("opportunities", DEALS)):
        read, *rest = counts(take(kind, text))
        assert rest == [0, 0, read, 0], kind
    with take.database.session() as session:
        assert len(session.exec(select(ChangeEntry)).all()) == logged


def test_past_won_and_lost_rows_keep_their_own_dates_in_the_history(take: Importing) -> None:
    take.stock()
    take("opportunities", DEALS)
    with take.database.session() as session:
        names = {row.id: row.name for row in session.exec(select(Stage))}
        history = {
            deal: [
                (entry.effective_on.isoformat(), names[int(entry.new or 0)])
                for entry in list_entries(
                    session, RecordKind.OPPORTUNITY, one(session, Opportunity, external_id=deal).id
                )
                if entry.field == "stage_id"
            ]
            for deal in ("A1", "A2", "A3", "A4")
        }
        sources = {(row.source, row.recorded_at) for row in session.exec(select(ChangeEntry))}
    assert history == {
        "A1": [("2025-11-03", "Prospecting"), ("2026-01-15", "Closed Won")],
        "A2": [("2025-10-01", "Prospecting"), ("2025-12-20", "Closed Lost")],
        "A3": [("2026-01-20", "Negotiation")],
        "A4": [(TODAY.isoformat(), "Prospecting")],
    }
    assert sources == {(Source.IMPORT, NOW)}


def test_replaying_the_history_of_an_import_gives_its_rows(quick: Importing) -> None:
    quick.stock()
    quick("opportunities", DEALS)
    quick("opportunities", DEALS.replace("Negotiation,45k", "Closed Won,44k"))
    fields = ("stage_id", "status", "amount_minor", "owner_id", "booked_minor", "currency")
    with quick.database.session() as session:
        for row in session.exec(select(Opportunity)):
            held: dict[str, Any] = {"status": "open", "amount_minor": None, "booked_minor": None}
            for entry in list_entries(session, RecordKind.OPPORTUNITY, row.id or 0):
                if entry.field in fields:
                    held[entry.field] = (entry.new or "null").strip('"')
            for field, value in held.items():
                actual = getattr(row, field)
                assert str(value) in (str(actual), "null" if actual is None else str(actual)), (row.name, field)


def test_a_changed_row_changes_the_record_through_the_log(take: Importing) -> None:
    take.stock()
    take("opportunities", DEALS)
    report = take(
        "opportunities", DEALS.replace("Negotiation,45k,2026-01-20,2026-04-30", "Closed Won,40k,2026-01-20,2026-02-28")
    )
    assert counts(report) == (4, 0, 1, 3, 0)
    with take.database.session() as session:
        row = one(session, Opportunity, external_id="A3")
        assert (row.status, row.closed_on, row.amount_minor, row.booked_minor, row.version) == (
            "won", dt.date(2026, 2, 28), 4000000, 4000000, 2,
        )  # fmt: skip
        entries = [entry for entry in list_entries(session, RecordKind.OPPORTUNITY, row.id) if entry.version == 2]
        assert {entry.field for entry in entries} == {
            "stage_id", "status", "closed_on", "amount_minor", "booked_minor", "category",
        }  # fmt: skip
        assert {(entry.effective_on, entry.source) for entry in entries} == {(dt.date(2026, 2, 28), Source.IMPORT)}


def test_an_empty_cell_takes_nothing_away(take: Importing) -> None:
    take.stock()
    take("opportunities", DEALS)
    report = take("opportunities", "Opportunity ID,Owner,Stage,Amount,Next Step\nA3,Li Wei,Negotiation,,call\n")
    assert counts(report) == (1, 0, 1, 0, 0)
    with take.database.session() as session:
        row = one(session, Opportunity, external_id="A3")
        assert (row.amount_minor, row.next_step, row.expected_close) == (4500000, "call", dt.date(2026, 4, 30))


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ("B1,x,Acme Crop,Dana Whitfield,GTX Pro,Negotiation,1,,", "Account Name", "did you mean “Acme Corp”?"),
        ("B1,x,Initech,Dana Whitfield,GTX Pro,Negotiation,1,,", "Account Name", "import the accounts first"),
        ("B1,x,Acme Corp,Dana Whitfeld,GTX Pro,Negotiation,1,,", "Owner", "did you mean “Dana Whitfield”?"),
        ("B1,x,Acme Corp,,GTX Pro,Negotiation,1,,", "Owner", "missing"),
        ("B1,x,Acme Corp,Dana Whitfield,GTX Pro,Handshake,1,,", "Stage", "the stages are Prospecting"),
        ("B1,x,Acme Corp,Dana Whitfield,GTX Pro,Closed Won,1,2025-01-01,", "Close Date", "no close date"),
        ("B1,x,Acme Corp,Dana Whitfield,GTX Pro,Negotiation,(500),,", "Amount", "negative"),
        ("B1,x,Acme Corp,Dana Whitfield,GTX Pro,Negotiation,lots,,", "Amount", "not an amount"),
        ("B1,x,Acme Corp,Dana Whitfield,GTX Pro,Negotiation,1,2025-02-30,", "Created Date", "not a date"),
        ("B1,x,Acme Corp,Dana Whitfield,GTX Pro,Negotiation,1,,,oops", "", "has 10 cells where the header has 9"),
        (",,Acme Corp,Dana Whitfield,GTX Pro,Negotiation,1,,", "Opportunity ID", "neither an id nor a name"),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_certain_is_refused_with_row_column_and_reason(
    quick: Importing, row: str, column: str, reason: str
) -> None:
    quick.stock()
    quick("opportunities", DEALS)
    header = DEALS.splitlines()[0]
    report = quick("opportunities", f"{header}\nB0,fine,Globex,Li Wei,GTX Pro,Negotiation,7,,\n{row}\n")
    assert counts(report) == (2, 1, 0, 0, 1)
    assert [(refusal.row, refusal.column) for refusal in report.refusals] == [(3, column)]
    assert reason in report.refusals[0].reason


def test_an_ambiguous_date_column_stops_the_import_with_a_question_and_writes_nothing(take: Importing) -> None:
    take.stock()
    text = (
        DEALS.replace("2026-01-15", "03/04/2026")
        .replace("2025-12-20", "05/06/2025")
        .replace("2026-04-30", "07/08/2026")
    )
    with pytest.raises(Question, match=r"Close Date.*--date-order dmy.*--date-order mdy"):
        take("opportunities", text)
    with take.database.session() as session:
        assert session.exec(select(Opportunity)).all() == []
        assert session.exec(select(Stage)).all() == []
    assert counts(take("opportunities", text, date_order=DateOrder.MDY))[1] == 4
    with take.database.session() as session:
        assert one(session, Opportunity, external_id="A1").closed_on == dt.date(2026, 3, 4)


def test_a_dry_run_reports_the_same_and_writes_nothing(take: Importing) -> None:
    take.stock()
    bad = DEALS + "A5,x,Nowhere,Dana Whitfield,GTX Pro,Negotiation,1,,\n"
    dry = take("opportunities", bad, dry_run=True)
    with take.database.session() as session:
        assert session.exec(select(Opportunity)).all() == []
    assert not (take.write("", name="x").parent / "file.csv.refused.csv").exists()
    real = take("opportunities", bad)
    assert counts(dry) == counts(real) == (5, 4, 0, 0, 1)


def test_refused_rows_can_be_corrected_in_their_file_and_imported_again(quick: Importing) -> None:
    quick.stock()
    report = quick("opportunities", DEALS.replace("Globex – open,Globex", '"Globex, open",Globax'), name="deals.csv")
    assert counts(report) == (4, 3, 0, 0, 1)
    (path,) = (Path(each) for each in report.refused_files)
    assert path.name == "deals.csv.refused.csv"
    with path.open(encoding="utf-8-sig", newline="") as stream:
        header, row = csv.reader(stream)
    assert header == [*DEALS.splitlines()[0].split(","), "refused because"]
    assert row[1] == "Globex, open"
    assert "did you mean “Globex”" in row[-1]
    corrected = path.read_text(encoding="utf-8-sig").replace("Globax,", "Globex,")
    path.write_text(corrected, encoding="utf-8-sig")
    again = quick.file("opportunities", path)
    assert counts(again) == (1, 1, 0, 0, 0)
    assert not any("left out" in note for note in again.notes)


def test_money_without_a_currency_takes_the_organisations_and_the_report_says_so(quick: Importing) -> None:
    quick.stock()
    report = quick("opportunities", DEALS)
    assert "2 amounts named no currency and were taken as USD, the organisation's currency." in report.notes
    said = quick("opportunities", DEALS.replace("A3,", "C3,"), currency="EUR")
    assert any("taken as EUR, as you said" in note for note in said.notes)


def test_a_currency_column_counts_and_contradictions_are_refused(quick: Importing) -> None:
    quick.stock()
    header = "Opportunity ID,Owner,Stage,Amount,Amount Currency\n"
    report = quick("opportunities", f"{header}1,Li Wei,Pilot,$5,EUR\n2,Li Wei,Pilot,5000,jpy\n3,Li Wei,Pilot,5,EURO\n")
    assert [(row, column) for row, column, _ in reasons(report)] == [(4, "Amount Currency"), (2, "Amount")]
    with quick.database.session() as session:
        row = one(session, Opportunity, external_id="2")
        assert (row.amount_minor, row.currency) == (5000, "JPY")


def test_a_won_one_without_a_rate_is_warned_about_and_booked_when_rates_are_loaded(take: Importing) -> None:
    take.stock()
    deal = "Opportunity ID,Owner,Stage,Amount,Close Date\n1,Li Wei,Won,EUR 100,2026-01-10\n"
    report = take("opportunities", deal)
    assert any("no exchange rate for 1 won one in EUR" in warning for warning in report.warnings)
    with take.database.session() as session:
        assert one(session, Opportunity, external_id="1").booked_minor is None
    with take.database.writing() as session:
        rate = ExchangeRate(currency="EUR", valid_from=dt.date(2026, 1, 1), rate="1.105")
        from store.change_log import Author

        done = add_rates(session, [rate], Author(None, Source.IMPORT, NOW), "USD")
    assert (done.added, done.booked, done.unbooked) == (1, 1, 0)
    with take.database.session() as session:
        assert one(session, Opportunity, external_id="1").booked_minor == 11050
    assert counts(take("opportunities", deal)) == (1, 0, 0, 1, 0)


def test_two_rows_about_one_record_are_one_when_they_agree_and_refused_when_not(quick: Importing) -> None:
    quick.stock()
    header, first, *_ = DEALS.splitlines()
    report = quick("opportunities", "\n".join([header, first, first, first.replace("1,054", "9,999")]))
    assert counts(report) == (3, 1, 0, 1, 1)
    assert "row 2 of this import" in report.refusals[0].reason


@pytest.mark.parametrize(
    ("won", "lost"),
    [("Won", "Lost"), ("closedwon", "closedlost"), ("Gewonnen", "Verloren"), ("赢单", "输单"), ("Gagné", "Perdu")],
)
def test_won_and_lost_are_known_in_several_languages(quick: Importing, won: str, lost: str) -> None:
    quick.stock()
    header = "Opportunity ID,Owner,Stage,Close Date\n"
    quick("opportunities", f"{header}1,Li Wei,{won},2026-01-10\n2,Li Wei,{lost},2026-01-10\n3,Li Wei,Pilot,\n")
    with quick.database.session() as session:
        assert {row.external_id: row.status for row in session.exec(select(Opportunity))} == {
            "1": "won", "2": "lost", "3": "open",
        }  # fmt: skip
    english = quick("opportunities", f"{header}4,Li Wei,Won,2026-01-10\n5,Li Wei,Closed Lost,2026-01-10\n")
    assert counts(english) == (2, 2, 0, 0, 0)


def test_unusual_stages_stand_in_the_order_in_which_they_appear_or_are_given(quick: Importing) -> None:
    quick.stock()
    text = "Opportunity ID,Owner,Stage\n1,Li Wei,Zeta\n2,Li Wei,Alpha\n3,Li Wei,Discovery\n"
    report = quick("opportunities", text, dry_run=True)
    assert any("Discovery (25 %), Zeta (50 %), Alpha (50 %), Won (100 %), Lost (0 %)" in note for note in report.notes)
    assert any("Zeta, Alpha" in warning for warning in report.warnings)
    given = quick("opportunities", text, stages=("Alpha", "Discovery", "Zeta"))
    (note,) = [note for note in given.notes if "Made the stages" in note]
    assert note.index("Alpha") < note.index("Discovery") < note.index("Zeta")


def test_a_stage_that_is_only_closed_is_asked_about(quick: Importing) -> None:
    quick.stock()
    with pytest.raises(Question, match="won or lost"):
        quick("opportunities", "Opportunity ID,Owner,Stage\n1,Li Wei,Closed\n")


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
    assert "2 persons called" in unclear.refusals[0].reason


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
        (",,2026-01,5", "person or of a team"), ("Dana Whitfield,Omar Haddad's team,2026-01,5", "one of them"),
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
