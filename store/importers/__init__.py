"""Records out of other systems: files in, one transaction, a report of what was done with every row."""

import csv
import datetime as dt
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from sqlmodel import Session

from store.change_log import Author
from store.engine import Database
from store.importers.accounts import import_accounts, import_contacts
from store.importers.activities import import_activities
from store.importers.cells import list_findings, read_records
from store.importers.credits import import_payments, import_splits
from store.importers.days_off import import_holidays, import_leave
from store.importers.fields import KINDS, QUOTAS, Kind
from store.importers.headers import REASON_HEADER, REASON_PLAIN, find_layout, plain
from store.importers.opportunities import OpportunityImport
from store.importers.people import PeopleImport
from store.importers.problems import ImportProblem, Question, Unmatched, Unreadable
from store.importers.process import import_loss_reasons, import_stages
from store.importers.products import import_products
from store.importers.quotas import import_quotas, lengthen
from store.importers.rates import import_rates
from store.importers.reading import Sheet, read_sheet
from store.importers.report import Report, show
from store.importers.work import Options, Progress, Record, Work, rows_in_words
from store.importers.writing import lock
from store.models import (
    Account,
    Activity,
    CalendarDay,
    ChangeEntry,
    Contact,
    CreditSplit,
    ExchangeRate,
    Leave,
    LossReason,
    Opportunity,
    Organisation,
    Payment,
    Person,
    Product,
    Quota,
    Source,
    Stage,
    Team,
)

__all__ = [
    "KINDS",
    "ImportProblem",
    "Options",
    "Progress",
    "Question",
    "Report",
    "Unmatched",
    "Unreadable",
    "import_files",
    "show",
]

IMPORTS: Mapping[str, Callable[[Work, Sequence[Record]], None]] = {
    "people": lambda work, records: PeopleImport(work).run(records),
    "accounts": import_accounts,
    "contacts": import_contacts,
    "products": import_products,
    "opportunities": lambda work, records: OpportunityImport(work, records).run(),
    "activities": import_activities,
    "quotas": import_quotas,
    "leave": import_leave,
    "holidays": import_holidays,
    "splits": import_splits,
    "payments": import_payments,
    "rates": import_rates,
    "stages": import_stages,
    "loss-reasons": import_loss_reasons,
}
TABLES = (
    Team, Person, Leave, CalendarDay, Account, Contact, Product, Stage, LossReason, Opportunity, CreditSplit, Payment,
    Activity, Quota, ExchangeRate, ChangeEntry,
)  # fmt: skip


class _DryRun(Exception):
    """Takes back what a dry run wrote."""


def import_files(
    database: Database,
    kind: str,
    files: Sequence[Path],
    *,
    options: Options,
    now: dt.datetime,
    progress: Progress = lambda _doing, _done, _of: None,
) -> Report:
    """Import files of one kind in one transaction, and say what became of every row.

    Rows that were refused are written to `FILE.refused.csv`. Raises `ImportProblem` where nothing can be imported;
    nothing is written then, nor when the process ends on the way.
    """
    started = time.monotonic()
    described = KINDS[kind]
    sheets = [read_sheet(path, options.encoding) for path in files]
    report = Report(kind, [path.name for path in files], options.dry_run)
    kept_out: set[Record] = set()
    try:
        with database.writing() as session:
            lock(session, TABLES)
            kept_out = _import(session, described, sheets, options, now, progress, report)
            if options.dry_run:
                raise _DryRun
    except _DryRun:
        pass
    if not options.dry_run:
        report.refused_files = [str(path) for sheet in sheets if (path := _write_refused(sheet, kept_out, report))]
    report.seconds = time.monotonic() - started
    return report


def _import(
    session: Session,
    kind: Kind,
    sheets: Sequence[Sheet],
    options: Options,
    now: dt.datetime,
    progress: Progress,
    report: Report,
) -> set[Record]:
    organisation = session.get(Organisation, 1)
    if organisation is None:
        raise Unmatched(
            "This database has no organisation yet. Say which one it is: "
            'python -m store organisation --name "Your company" --currency USD --zone Europe/Paris'
        )
    author = Author(None, Source.IMPORT, now)
    work = Work(session, organisation, options, author, report, progress, f"import-{uuid.uuid4().hex[:12]}")
    records: list[Record] = []
    for sheet in sheets:
        table, months = lengthen(sheet) if kind is QUOTAS else (sheet, 0)
        layout = find_layout(table, kind, options.mapped)
        report.notes += list_findings(table, layout)
        if months:
            report.notes.append(f"{sheet.path.name} has a column for each of {months} months; each cell is a quota.")
        records += read_records(work, kind, table, layout)
    IMPORTS[kind.name](work, records)
    _tell_assumptions(work)
    return work.kept_out


def _tell_assumptions(work: Work) -> None:
    why = "as you said" if work.options.currency else "the organisation's currency"
    for currency, count in work.assumed.items():
        amounts = rows_in_words(count, "amount")
        work.report.notes.append(
            f"{amounts} named no currency and {'was' if count == 1 else 'were'} taken as {currency}, {why}."
        )
    if work.rounded:
        amounts = rows_in_words(work.rounded, "amount")
        work.report.warnings.append(f"{amounts} had more decimals than the currency has; rounded half up.")


def _write_refused(sheet: Sheet, kept_out: set[Record], report: Report) -> Path | None:
    """The refused rows of a file as they stand in it, with the reasons beside: to be corrected and imported again."""
    out = {record.row.number: record for record in kept_out if record.sheet.path == sheet.path}
    if not out:
        return None
    reasons: dict[int, list[str]] = {}
    for refusal in report.refusals:
        if refusal.file == str(sheet.path):
            said = f"{refusal.column}: {refusal.reason}" if refusal.column else refusal.reason
            reasons.setdefault(refusal.row, []).append(said)
    number = next(iter(out.values())).layout.header.number
    by_number = {row.number: row for row in sheet.rows}
    header = by_number[number].cells
    places = [place for place, cell in enumerate(header) if plain(cell) != REASON_PLAIN]
    path = sheet.path.with_name(f"{sheet.path.name}.refused.csv")
    draft = path.with_name(f".{path.name}.part")
    # With a byte order mark, or spreadsheets take UTF-8 for something else.
    with draft.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, delimiter=sheet.delimiter)
        writer.writerow([*(header[place] for place in places), REASON_HEADER])
        for row_number in sorted(out):
            cells = by_number[row_number].cells
            kept = [cells[place] if place < len(cells) else "" for place in places]
            beyond = cells[len(header) :]
            writer.writerow([*kept, "; ".join(reasons.get(row_number, [])), *beyond])
    draft.replace(path)
    return path
