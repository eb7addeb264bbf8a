"""Files that tests import, and what they ask of a report."""

from pathlib import Path
from typing import Any

from sqlmodel import Session, SQLModel, select

from store.engine import Database
from store.importers import Options, Report, import_files
from tests.store.conftest import NOW, Write

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


def counts(report: Report) -> tuple[int, int, int, int, int]:
    assert report.read == report.added + report.changed + report.unchanged + report.refused
    return report.read, report.added, report.changed, report.unchanged, report.refused


def one(session: Session, model: type[SQLModel], **where: object) -> Any:
    return session.exec(select(model).filter_by(**where)).one()


def reasons(report: Report) -> list[tuple[int, str, str]]:
    return [(refusal.row, refusal.column, refusal.reason) for refusal in report.refusals]
