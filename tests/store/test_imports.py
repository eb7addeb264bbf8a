"""What becomes of every row: added, changed, unchanged, mended or refused, and nothing twice."""

import csv
import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from store.change_log import RecordKind, list_entries
from store.engine import Database
from store.importers import Question
from store.importers.dates import DateOrder
from store.models import (
    ChangeEntry,
    ExchangeRate,
    Opportunity,
    Product,
    Source,
    Stage,
)
from store.rates import add_rates
from tests.store.conftest import NOW, Write
from tests.store.importing import ACCOUNTS, DEALS, PEOPLE, PRODUCTS, Importing, counts, one, reasons

TODAY = NOW.date()


@pytest.fixture
def take(database: Database, write: Write) -> Importing:
    return Importing(database, write)


@pytest.fixture
def quick(sqlite: Database, write: Write) -> Importing:
    """On SQLite only, for what does not depend on the database."""
    return Importing(sqlite, write)


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
