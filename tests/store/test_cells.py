"""What stands in a cell is read as people mean it, decided for its whole column, and never guessed."""

import csv
import datetime as dt
import io
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.importers.amounts import AmountColumn, Decimals, read_percent, read_scale, read_whole
from store.importers.dates import DateColumn, DateOrder, read_month
from store.importers.fields import KINDS
from store.importers.headers import find_layout, plain
from store.importers.names import Entity, Names
from store.importers.problems import CellRefused, Question, Unmatched, Unreadable
from store.importers.reading import find_encoding, read_sheet
from tests.store.conftest import Write

UTC = ZoneInfo("UTC")
PARIS = ZoneInfo("Europe/Paris")


def amount(cell: str, *others: str, home: str = "USD", decimals: Decimals | None = None) -> tuple[str, str | None]:
    read = AmountColumn("Amount", [cell, *others], home=home, decimals=decimals).read(cell)
    assert read is not None
    return f"{read.units.normalize():f}", read.currency


@pytest.mark.parametrize(
    ("cell", "units", "currency"),
    [
        ("USD 1,054.00", "1054", "USD"), ("$500,000", "500000", "USD"), ("1.054,00", "1054", None),
        ("45k", "45000", None), ("45K USD", "45000", "USD"), ("$1.2M", "1200000", "USD"), ("20万", "200000", None),
        ("1.2亿元", "120000000", "CNY"), ("€ 1.054,50", "1054.5", "EUR"), ("1 054,50 €", "1054.5", "EUR"),
        ("CHF 1'054.50", "1054.5", "CHF"), ("12,34,567", "1234567", None), ("1054", "1054", None), ("0", "0", None),
        ("£0.99", "0.99", "GBP"), ("１０５４", "1054", None), ("HK$ 12", "12", "HKD"), ("1054.-", "1054", None),
        ("2.5 million EUR", "2500000", "EUR"), ("1.5bn", "1500000000", None), ("RMB 20万元", "200000", "CNY"),
    ],
)  # fmt: skip
def test_amounts_are_read_exactly_with_the_currency_they_name(cell: str, units: str, currency: str | None) -> None:
    assert amount(cell) == (units, currency)


@pytest.mark.parametrize(
    "cell", ["(500)", "-5", "−5", "5-", "abc", "1e5", "12 apples", "1,2,3", "1.2.3", "USD EUR 5", "¥500", "$€5"]
)
def test_what_is_no_amount_or_a_negative_one_is_refused_with_the_cell_in_the_reason(cell: str) -> None:
    with pytest.raises(CellRefused) as refused:
        amount(cell)
    assert cell in refused.value.reason or "¥" in refused.value.reason


def test_a_shared_symbol_is_the_organisations_own_currency() -> None:
    assert amount("¥500", home="JPY") == ("500", "JPY")
    assert amount("$500", home="AUD") == ("500", "AUD")
    assert amount("$500", home="EUR") == ("500", "USD")


@pytest.mark.parametrize("empty", ["", "-", "—", "n/a", "N/A", "null"])
def test_an_empty_cell_is_no_amount_rather_than_zero(empty: str) -> None:
    assert AmountColumn("Amount", [empty], home="USD").read(empty) is None


def test_a_dot_that_may_be_either_is_decided_by_the_rest_of_its_column() -> None:
    assert amount("1.054", "2.500,00") == ("1054", None)
    assert amount("1.054", "12.5") == ("1.054", None)
    assert amount("1,054", "12.50") == ("1054", None)
    assert amount("1,054", "12,50") == ("1.054", None)


def test_a_dot_that_nothing_decides_is_asked_about_and_the_answer_taken() -> None:
    with pytest.raises(Question, match=r"--decimal point .* or --decimal comma"):
        amount("1.054", "2.750")
    assert amount("1.054", "2.750", decimals=Decimals.COMMA) == ("1054", None)
    assert amount("1.054", "2.750", decimals=Decimals.POINT) == ("1.054", None)


@given(st.integers(0, 10**12), st.sampled_from(["{:,.2f}", "{:.2f}"]), st.booleans())
def test_a_written_amount_reads_as_what_was_written(cents: int, form: str, european: bool) -> None:
    written = form.format(Decimal(cents) / 100)
    if european:
        written = written.translate(str.maketrans(",.", ".,"))
    assert Decimal(amount(written)[0]) == Decimal(cents) / 100


def dates(*cells: str, order: DateOrder | None = None, zone: ZoneInfo = UTC) -> list[str]:
    column = DateColumn("Close Date", cells, zone=zone, order=order)
    return [str(column.date(cell)) for cell in cells]


def test_the_order_of_day_and_month_is_decided_by_one_cell_for_the_whole_column() -> None:
    assert dates("03/04/2017", "13/04/2017") == ["2017-04-03", "2017-04-13"]
    assert dates("03/04/2017", "12/31/2017") == ["2017-03-04", "2017-12-31"]
    assert dates("03.04.2017") == ["2017-04-03"]
    assert dates("3/3/2017", "4/4/2017") == ["2017-03-03", "2017-04-04"]


def test_a_column_that_does_not_tell_is_asked_about_with_both_meanings_and_the_options() -> None:
    with pytest.raises(Question) as asked:
        dates("03/04/2017", "05/06/2017")
    for part in ("Close Date", "03/04/2017", "3 April 2017", "4 March 2017", "--date-order dmy", "--date-order mdy"):
        assert part in asked.value.sentence
    assert dates("03/04/2017", order=DateOrder.MDY) == ["2017-03-04"]


def test_a_column_in_two_orders_is_asked_about_and_then_refuses_the_others() -> None:
    with pytest.raises(Question, match="different orders"):
        dates("13/01/2017", "01/13/2017")
    column = DateColumn("D", ["13/01/2017", "01/13/2017"], zone=UTC, order=DateOrder.DMY)
    assert column.date("13/01/2017") == dt.date(2017, 1, 13)
    with pytest.raises(CellRefused, match="day first"):
        column.date("01/13/2017")


@pytest.mark.parametrize(
    "cell",
    ["2017-03-01", "2017/3/1", "20170301", "1 Mar 2017", "Mar 1, 2017", "March 1st 2017", "01-Mar-17", "2017年3月1日",
     "2017-03-01 14:30", "2017-03-01T14:30:00.000Z", "2017.03.01", "2017-03-01T00:30:00+00:00"],
)  # fmt: skip
def test_dates_that_say_what_is_what_need_no_column(cell: str) -> None:
    assert dates(cell) == ["2017-03-01"]


@pytest.mark.parametrize("cell", ["31/02/2017", "hello", "2017-13-01", "0/0/2017", "42795", "Q1 2017"])
def test_what_is_no_date_is_refused(cell: str) -> None:
    with pytest.raises(CellRefused):
        dates(cell)


def test_a_moment_of_another_zone_is_the_day_that_it_is_here() -> None:
    assert dates("2017-03-01T23:30:00Z", zone=PARIS) == ["2017-03-02"]


def test_a_day_without_a_time_is_noon_and_a_time_without_a_zone_is_ours() -> None:
    column = DateColumn("When", ["2017-03-01", "3/14/2017 2:30 PM"], zone=PARIS)
    assert column.moment("2017-03-01") == dt.datetime(2017, 3, 1, 12, tzinfo=PARIS)
    assert column.moment("3/14/2017 2:30 PM") == dt.datetime(2017, 3, 14, 14, 30, tzinfo=PARIS)


@given(st.dates(dt.date(1950, 1, 1), dt.date(2100, 12, 31)), st.sampled_from(DateOrder))
def test_a_date_written_in_a_known_order_reads_as_itself(day: dt.date, order: DateOrder) -> None:
    form = {DateOrder.DMY: "%d/%m/%Y", DateOrder.MDY: "%m/%d/%Y", DateOrder.YMD: "%Y/%m/%d"}[order]
    assert dates(day.strftime(form), order=order) == [str(day)]


@pytest.mark.parametrize("cell", ["2017-03", "03/2017", "Mar 2017", "Mar-17", "March 2017", "2017年3月", "2017 March"])
def test_months_are_their_first_day(cell: str) -> None:
    assert read_month(cell) == dt.date(2017, 3, 1)


def test_counts_and_percentages_are_whole() -> None:
    assert [read_whole(cell) for cell in ("1,200", "51", "1 200", "12.0", "-")] == [1200, 51, 1200, 12, None]
    assert [read_percent(cell) for cell in ("75%", "75", "12.5 %")] == [75, 75, 12]
    for cell in ("51-200", "many", "1.5"):
        with pytest.raises(CellRefused):
            read_whole(cell)


def test_a_header_or_a_description_says_what_numbers_are_counted_in() -> None:
    assert read_scale("Annual revenue (in millions of USD)") == 1_000_000
    assert read_scale("Revenue (M)") == 1_000_000
    assert read_scale("营业额（万元）") == 10_000
    assert read_scale("Commission") is None


# Reading files


ROWS = [["Kunde", "Betrag"], ["Müller & Söhne", "1.054,00"], ["Zoë", "2"]]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_encoding_and_delimiter_are_found(write: Write, delimiter: str, encoding: str) -> None:
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter).writerows(ROWS)
    sheet = read_sheet(write(stream.getvalue(), encoding=encoding))
    assert sheet.delimiter == delimiter
    assert [list(row.cells) for row in sheet.rows] == ROWS


@pytest.mark.parametrize(
    "text", ["客户,金额\n华为技术,20万\n", "姓名\n李\n", "公司,负责人\n美的集团,王芳\n小米,张伟\n"]
)
def test_chinese_files_are_told_from_western_ones(text: str) -> None:
    assert find_encoding(text.encode("gb18030")) == "gb18030"


@pytest.mark.parametrize("text", ["Name\nJosé\n", "Firma,Ort\nGroße Öfen,Köln\n", "Café – “Crème”,5 €\n"])
def test_western_files_are_told_from_chinese_ones(text: str) -> None:
    assert find_encoding(text.encode("cp1252")) == "cp1252"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"), (b"  \n \n", "is empty"), (b"a,b\n\x81\xff,1", "encoding"), (b"PK\x03\x04\0\0\0\1", "CSV"),
        (b'a,b\n1,"two\n3,4\n', "row 2"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused_with_what_to_do(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "odd.csv"
    path.write_bytes(content)
    with pytest.raises(Unreadable, match=says):
        read_sheet(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"nowhere\.csv"):
        read_sheet(tmp_path / "nowhere.csv")


def test_the_line_that_excel_puts_first_names_the_delimiter(write: Write) -> None:
    sheet = read_sheet(write("sep=;\na;b,c\n1;2,5\n"))
    assert (sheet.delimiter, sheet.rows[1].cells) == (";", ("1", "2,5"))


# Headers and footers


@pytest.mark.parametrize(
    "header",
    ["Close Date", "close_date", "CloseDate", "CLOSE DATE", " Close  Date ", "Close_Date__c", "预计成交日期"],
)
def test_a_header_is_known_however_it_is_written(write: Write, header: str) -> None:
    sheet = read_sheet(write(f"Opportunity ID,Owner,Stage,{header}\n1,Dana,Won,2017-01-01\n"))
    assert find_layout(sheet, KINDS["opportunities"], {}).columns["close_date"] == 3


def test_a_person_says_which_column_is_which_and_wins_over_the_table(write: Write) -> None:
    sheet = read_sheet(write("Ref,Owner,Closer,Phase\n1,Dana,Omar,Won\n"))
    mapped = {"Ref": "external_id", "Closer": "owner", "Phase": "stage"}
    layout = find_layout(sheet, KINDS["opportunities"], mapped)
    assert (layout.columns, layout.ignored) == ({"external_id": 0, "owner": 2, "stage": 3}, ("Owner",))


@pytest.mark.parametrize(
    ("header", "mapped", "says"),
    [
        ("Opportunity ID,Stage", {}, "no column for owner"),
        ("Opportunity ID,Ownr,Stage", {}, r'"Ownr=owner"'),
        ("Opportunity ID,Owner,Stage", {"Nope": "source"}, "does not have"),
        ("Opportunity ID,Owner,Stage", {"Owner": "colour"}, "colour"),
    ],
)
def test_a_missing_column_is_named_with_the_option_that_helps(
    write: Write, header: str, mapped: dict[str, str], says: str
) -> None:
    sheet = read_sheet(write(f"{header}\n1,2,3\n"))
    with pytest.raises(Unmatched, match=says):
        find_layout(sheet, KINDS["opportunities"], mapped)


def test_titles_above_and_footers_below_a_report_are_not_records(write: Write) -> None:
    text = (
        "Open Opportunities\nAs of 2024-01-02\n\nOpportunity ID,Opportunity Owner,Stage,Amount\n"
        '1,Dana,Pilot,"1,054.00"\n2,Omar,Pilot,5\n\n"Grand Totals (2 records)",,,"1,059.00"\n\n'
        'My report\n"Copyright (c) 2000-2024 salesforce.com, inc. All rights reserved."\n'
        "Confidential Information - Do Not Distribute\nGenerated By:  Dana  1/2/2024 3:04 PM\nAcme Inc.\n"
    )
    layout = find_layout(read_sheet(write(text)), KINDS["opportunities"], {})
    assert [row.cells[0] for row in layout.rows] == ["1", "2"]
    assert [row.number for row in layout.rows] == [5, 6]
    assert len(layout.footers) == 6


def test_accounts_that_only_look_like_footers_are_records(write: Write) -> None:
    text = "Account Name,Industry\nTotalEnergies,Energy\nTotal Wine & More,\nAverage Joe's,\n"
    layout = find_layout(read_sheet(write(text)), KINDS["accounts"], {})
    assert len(layout.rows) == 3


def test_no_two_fields_of_a_kind_share_a_header_that_is_no_better_for_one_of_them() -> None:
    for kind in KINDS.values():
        for field in kind.fields:
            same = [other.name for other in kind.fields if plain(other.name) == plain(field.name)]
            assert same == [field.name]


# Names


def known(*names: str) -> Names:
    found = Names("product")
    for number, name in enumerate(names, 1):
        found.add(Entity(name, number))
    return found


def test_the_same_letters_written_otherwise_are_mended_and_said_to_be() -> None:
    match = known("GTX Pro", "GTX Plus Pro").find("GTXPro")
    assert (match.entity.name, match.mended) == ("GTX Pro", True)
    assert not known("GTX Pro").find("gtx  pro").mended


def test_a_near_miss_is_refused_with_what_it_may_have_meant() -> None:
    with pytest.raises(CellRefused, match="did you mean “GTX Plus Pro”"):
        known("GTX Basic", "GTX Plus Pro").find("GTX Plus Por")


def test_a_name_that_two_records_share_is_refused() -> None:
    with pytest.raises(CellRefused, match="more than one product"):
        known("Acme", "ACME").find("acme")


def test_an_unknown_name_is_refused_with_advice() -> None:
    with pytest.raises(CellRefused, match="import the products first"):
        known("GTX").find("Zebra", advice="import the products first")
