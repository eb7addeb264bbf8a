"""Leave, holidays, splits, payments, rates, stages and loss reasons out of files."""

import datetime as dt

import pytest
from sqlmodel import col, select

from store.change_log import DELETED, RecordKind
from store.engine import Database
from store.importers import ImportProblem
from store.models import (
    CalendarDay,
    ChangeEntry,
    CreditSplit,
    ExchangeRate,
    Leave,
    LossReason,
    Opportunity,
    Payment,
    Product,
    Quota,
    Region,
    Stage,
)
from tests.store.conftest import Write
from tests.store.importing import DEALS, Importing, counts, one, reasons

D = dt.date


@pytest.fixture
def take(database: Database, write: Write) -> Importing:
    importing = Importing(database, write)
    importing.stock()
    return importing


@pytest.fixture
def quick(sqlite: Database, write: Write) -> Importing:
    """On SQLite only, for what does not depend on the database."""
    importing = Importing(sqlite, write)
    importing.stock()
    return importing


# Leave and holidays


def test_leave_is_known_by_person_and_first_day(take: Importing) -> None:
    rows = "Employee,Start Date,End Date,Type\nDana Whitfield,2026-07-06,2026-07-10,holiday\nLi Wei,2026-07-06,,sick\n"
    assert counts(take("leave", rows)) == (2, 2, 0, 0, 0)
    assert counts(take("leave", rows)) == (2, 0, 0, 2, 0)
    assert counts(take("leave", rows.replace("07-10", "07-12"))) == (2, 0, 1, 1, 0)
    with take.database.session() as session:
        dana, li = session.exec(select(Leave).order_by(col(Leave.id))).all()
    assert (dana.first_day, dana.last_day, dana.kind, dana.version) == (D(2026, 7, 6), D(2026, 7, 12), "holiday", 2)
    assert (li.first_day, li.last_day) == (D(2026, 7, 6), D(2026, 7, 6))


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ("Dana Whitfield,2026-07-06,2026-07-01", "to", "before it begins"),
        ("Dana Witfield,2026-07-06,", "person", "did you mean “Dana Whitfield”"),
        ("Dana Whitfield,,2026-07-06", "from", "the first day is missing"),
        (",2026-07-06,", "person", "the person is missing"),
    ],
)
def test_leave_that_makes_no_sense_is_refused(quick: Importing, row: str, column: str, reason: str) -> None:
    report = quick("leave", f"person,from,to\n{row}\n")
    assert counts(report) == (1, 0, 0, 0, 1)
    assert reasons(report)[0][1] == column
    assert reason in reasons(report)[0][2]


def test_own_days_off_and_working_weekends_belong_to_a_region_or_to_everybody(quick: Importing) -> None:
    with quick.database.writing() as session:
        session.add(Region(name="China", country="CN"))
    rows = "日期,地区,上班,名称\n2027-02-14,China,是,春节调休\n2026-12-24,,否,年会\n2026-12-25,Chna,否,\n"
    report = quick("holidays", rows)
    assert counts(report) == (3, 2, 0, 0, 1)
    assert "did you mean “China”" in reasons(report)[0][2]
    assert counts(quick("holidays", rows))[:4] == (3, 0, 0, 2)
    with quick.database.session() as session:
        china = one(session, CalendarDay, region="China")
    assert (china.day, china.works, china.name) == (D(2027, 2, 14), True, "春节调休")


# Splits and payments


SPLITS = "deal,person,share,kind\nA1,Dana Whitfield,66.67,\nA1,Li Wei,33.33%,direct\nA1,Omar Haddad,20,overlay\n"


def shares(take: Importing) -> list[tuple[int, str, int]]:
    with take.database.session() as session:
        rows = session.exec(select(CreditSplit).order_by(col(CreditSplit.kind), col(CreditSplit.share))).all()
    return [(row.opportunity_id, row.kind, row.share) for row in rows]


def test_the_shares_of_a_deal_are_hundredths_of_a_percent_and_its_direct_ones_the_whole(take: Importing) -> None:
    take("opportunities", DEALS)
    assert counts(take("splits", SPLITS)) == (3, 3, 0, 0, 0)
    assert [share[1:] for share in shares(take)] == [("direct", 3333), ("direct", 6667), ("overlay", 2000)]
    assert counts(take("splits", SPLITS)) == (3, 0, 0, 3, 0)


def test_a_file_takes_the_place_of_the_direct_shares_there_were_and_the_log_says_so(take: Importing) -> None:
    take("opportunities", DEALS)
    take("splits", SPLITS)
    report = take("splits", "deal,person,share\nA1,Dana Whitfield,0.4\nA1,Omar Haddad,0.6\n")
    assert counts(report) == (2, 1, 1, 0, 0)
    assert "Took away 1 earlier share of people whom the file no longer names." in report.notes
    assert [share[1:] for share in shares(take)] == [("direct", 4000), ("direct", 6000), ("overlay", 2000)]
    with take.database.session() as session:
        entries = session.exec(select(ChangeEntry).where(ChangeEntry.record_kind == RecordKind.SPLIT)).all()
    assert [entry.field for entry in entries].count(DELETED) == 1
    assert [(entry.old, entry.new) for entry in entries if entry.field == "share" and entry.new] == [("6667", "4000")]


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ("A1,Dana Whitfield,60,\nA1,Li Wei,30,", "add up to 90 %, not to 100 %"),
        ("A1,Dana Whitfield,60,\nA1,Li Wie,40,", "another row of this opportunity was refused"),
        ("A1,Dana Whitfield,60,\nA1,Dana Whitfield,40,", "somebody stands in two rows"),
        ("A1,Dana Whitfield,33.333,\nA1,Li Wei,66.667,", "at most two decimals"),
        ("A1,Dana Whitfield,60,\nA1,Li Wei,0,", "another row of this opportunity was refused"),
        ("A1,Dana Whitfield,100,\nA1,Li Wei,10,ghost", "another row of this opportunity was refused"),
    ],
)
def test_shares_that_are_no_split_are_refused_together_and_other_deals_go_in(
    quick: Importing, rows: str, reason: str
) -> None:
    quick("opportunities", DEALS)
    report = quick("splits", f"deal,person,share,kind\n{rows}\nA3,Li Wei,100,\n")
    assert counts(report) == (3, 1, 0, 0, 2)
    assert any(reason in refusal for _, _, refusal in reasons(report))
    assert [share[1:] for share in shares(quick)] == [("direct", 10000)]


PAYMENTS = "opportunity,payment date,amount\nA1,2026-02-01,USD 500\nA1,2026-02-01,USD 500\nA1,2026-03-01,-USD 54.00\n"


def test_payments_without_an_id_are_told_apart_by_their_number(take: Importing) -> None:
    take("opportunities", DEALS)
    assert counts(take("payments", PAYMENTS)) == (3, 3, 0, 0, 0)
    assert counts(take("payments", PAYMENTS)) == (3, 0, 0, 3, 0)
    with take.database.session() as session:
        assert sorted(session.exec(select(Payment.amount_minor)).all()) == [-5400, 50000, 50000]


@pytest.mark.parametrize("cell", ["-45", "(45)", "USD -45", "-USD 45", "45-", "−45"])
def test_money_given_back_is_negative(quick: Importing, cell: str) -> None:
    quick("opportunities", DEALS)
    assert counts(quick("payments", f"id,opportunity,date,amount\nP1,A1,2026-02-01,{cell}\n")) == (1, 1, 0, 0, 0)
    with quick.database.session() as session:
        assert one(session, Payment, external_id="P1").amount_minor == -4500


def test_a_payment_for_what_is_not_won_is_pointed_out(quick: Importing) -> None:
    quick("opportunities", DEALS)
    report = quick("payments", "opportunity,date,amount\nA3,2026-02-01,10\nnone,2026-02-01,10\n")
    assert counts(report) == (2, 1, 0, 0, 1)
    assert report.warnings == ["1 row with a payment for an opportunity that is not won."]


# Rates


def test_rates_are_refused_row_by_row_and_book_what_waited(take: Importing) -> None:
    take("opportunities", DEALS.replace("USD 1,054.00", "EUR 1,054.00"))
    rows = (
        'currency,date,rate,type\nEUR,2026-01-01,1.1,\nEUR,2026-01-01,"1,2",plan\nUSD,2026-01-01,1,\nEUR,2026-02-01,0,\n'
        "XXQ,2026-01-01,1,\nEUR,2026-01-01,1.3,daily\nJPY,2026-01-01,x,\nJPY,,1,\n"
    )
    report = take("rates", rows)
    assert counts(report) == (8, 2, 0, 0, 6)
    assert [row for row, _, _ in reasons(report)] == [6, 4, 5, 7, 8, 9]
    assert "1 of the opportunities won could be booked only now." in report.notes
    with take.database.session() as session:
        assert one(session, Opportunity, external_id="A1").booked_minor == 115940
        assert one(session, ExchangeRate, kind="plan").rate == "1.2"


# Stages and loss reasons


PROCESS = """name,kind,probability,category,qualified
Prospecting,open,10,,no
Negotiation,open,70,commit,yes
Closed Won,won,100,,
Closed Lost,lost,,,
"""


def stages(take: Importing) -> list[tuple[str, str, int, str, bool]]:
    with take.database.session() as session:
        rows = session.exec(select(Stage).order_by(col(Stage.position))).all()
        assert [row.position for row in rows] == list(range(1, len(rows) + 1))
        return [(row.name, row.kind, row.probability, row.category, row.qualified) for row in rows]


def test_the_whole_process_is_set_at_once(take: Importing) -> None:
    assert counts(take("stages", PROCESS)) == (4, 4, 0, 0, 0)
    assert stages(take) == [
        ("Prospecting", "open", 10, "pipeline", False),
        ("Negotiation", "open", 70, "commit", True),
        ("Closed Won", "won", 100, "closed", True),
        ("Closed Lost", "lost", 0, "omitted", True),
    ]
    assert counts(take("stages", PROCESS)) == (4, 0, 0, 4, 0)
    assert counts(take("opportunities", DEALS))[1] == 4


def test_stages_change_places_and_new_ones_come_between(take: Importing) -> None:
    take("stages", PROCESS)
    take("opportunities", DEALS)
    lines = PROCESS.splitlines()
    moved = "\n".join([lines[0], lines[2], "Pilot,open,55,,yes", lines[1].replace("no", "yes"), *lines[3:]])
    assert counts(take("stages", moved)) == (5, 1, 4, 0, 0)
    assert [name for name, *_ in stages(take)] == [
        "Negotiation", "Pilot", "Prospecting", "Closed Won", "Closed Lost",
    ]  # fmt: skip
    numbered = "name,position\nPilot,20\nNegotiation,30\nProspecting,10\nClosed Won,40\nClosed Lost,50\n"
    assert take("stages", numbered).refused == 0
    assert [name for name, *_ in stages(take)][:3] == ["Prospecting", "Pilot", "Negotiation"]


def test_a_stage_nothing_has_been_in_may_go_and_another_may_not(take: Importing) -> None:
    take("stages", PROCESS.replace("Negotiation", "Pilot,open,50,,yes\nNegotiation"))
    take("opportunities", DEALS)
    report = take("stages", PROCESS)
    assert "Took away Pilot, in which nothing has ever been." in report.notes
    without = PROCESS.replace("Negotiation,open,70,commit,yes\n", "")
    with pytest.raises(ImportProblem, match="leaves out “Negotiation”, in which there are 1 opp"):
        take("stages", without)
    take("opportunities", DEALS.replace("Negotiation", "Prospecting"))
    with pytest.raises(ImportProblem, match="in which opportunities have been"):
        take("stages", without)
    assert len(stages(take)) == 4


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("Negotiation,open,70,commit", "Negotiation,won,100,"), "1 opportunity in it would become won; move it first"),
        (("Closed Lost,lost,,", "Closed Lost,lost,20,"), "has a probability of 0 %"),
        (("70,commit", "70,closed"), "no forecast category of an open stage"),
        (("yes", "maybe"), "neither yes nor no"),
        (("Prospecting,open", "Prospecting,ended"), "none of open, won and lost"),
    ],
)
def test_a_process_is_set_whole_or_not_at_all(quick: Importing, change: tuple[str, str], reason: str) -> None:
    quick("stages", PROCESS)
    quick("opportunities", DEALS)
    before = stages(quick)
    report = quick("stages", PROCESS.replace(*change))
    assert report.refused == 4
    assert any(reason in refusal for _, _, refusal in reasons(report))
    assert stages(quick) == before


def test_a_process_without_an_end_is_none(quick: Importing) -> None:
    with pytest.raises(ImportProblem, match="no stage that is won and none that is lost"):
        quick("stages", "name,kind\nTalk,open\n")


def test_loss_reasons_are_known_by_name(take: Importing) -> None:
    assert counts(take("loss-reasons", "输单原因,未决定\n价格,否\n没有预算,\n")) == (2, 2, 0, 0, 0)
    assert counts(take("loss-reasons", "reason,no decision\n价格,no\nCompetitor,\n")) == (2, 1, 0, 1, 0)
    with take.database.session() as session:
        rows = session.exec(select(LossReason).order_by(col(LossReason.position))).all()
    assert [(row.name, row.no_decision) for row in rows] == [
        ("价格", False), ("没有预算", True), ("Competitor", False),
    ]  # fmt: skip


# New columns of kinds there were


def test_quotas_have_metrics_levels_ramps_regions_and_a_company(take: Importing) -> None:
    take("people", "name,email,manager,region,team\nDana Whitfield,dana@ours.example,Omar Haddad,East,Red\n")
    rows = """person,team,region,month,amount,currency,metric,level,ramp %
Dana Whitfield,,East,2026-01,5000,USD,,,50
Dana Whitfield,,East,2026-01,7000,USD,bookings,stretch,
Dana Whitfield,,,2026-01,12,,新客户,,
,Red,,2026-01,40,,units,挑战,
,,East,2026-01,9000,USD,回款,,
,,全公司,2026-01,90000,USD,margin,,
"""
    assert counts(take("quotas", rows)) == (6, 6, 0, 0, 0)
    assert counts(take("quotas", rows)) == (6, 0, 0, 6, 0)
    assert counts(take("quotas", rows.replace("USD,,,50", "USD,,,75"))) == (6, 0, 1, 5, 0)
    with take.database.session() as session:
        found = session.exec(select(Quota).order_by(col(Quota.id))).all()
        asked = [
            (bool(row.person_id), bool(row.team_id), row.region, row.metric, row.level, row.amount_minor, row.currency)
            for row in found
        ]
        ramps = [(row.ramp_percent, row.version) for row in found if row.metric == "booked" and row.level == "target"]
    assert asked[:6] == [
        (True, False, "", "booked", "target", 500000, "USD"),
        (True, False, "", "booked", "stretch", 700000, "USD"),
        (True, False, "", "new_accounts", "target", 12, None),
        (False, True, "", "units", "challenge", 40, None),
        (False, False, "East", "collected", "target", 900000, "USD"),
        (False, False, "", "margin", "target", 9000000, "USD"),
    ]
    assert ramps == [(50, 1), (75, 2)]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("Dana Whitfield,2026-01,USD 5,units,", "leave the currency out"),
        ("Dana Whitfield,2026-01,1.5,units,", "whole numbers"),
        ("Dana Whitfield,2026-01,5,happiness,", "is not measured"),
        ("Dana Whitfield,2026-01,5,,dream", "is no level"),
    ],
)
def test_quotas_that_cannot_be_counted_are_refused(quick: Importing, row: str, reason: str) -> None:
    report = quick("quotas", f"person,month,amount,metric,level\n{row}\n")
    assert counts(report) == (1, 0, 0, 0, 1)
    assert reason in reasons(report)[0][2]


def test_products_have_a_cost_in_the_currency_of_their_price(quick: Importing) -> None:
    assert counts(quick("products", "name,price,unit cost\nBox,USD 20,12.50\nBag,EUR 5,USD 2\n")) == (2, 1, 0, 0, 1)
    with quick.database.session() as session:
        box = one(session, Product, name="Box")
    assert (box.list_price_minor, box.unit_cost_minor, box.currency) == (2000, 1250, "USD")
    assert counts(quick("products", "name,unit cost\nBox,13\n")) == (1, 0, 1, 0, 0)
    report = quick("products", "name,price\nBox,EUR 20\n")
    assert "give both in EUR" in reasons(report)[0][2]


def test_opportunities_have_a_quantity(quick: Importing) -> None:
    quick("opportunities", DEALS.replace("Close Date\n", "Close Date,Qty\n").replace("2026-01-15\n", "2026-01-15,12\n"))
    with quick.database.session() as session:
        assert one(session, Opportunity, external_id="A1").quantity == 12
