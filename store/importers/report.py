"""What an import did: counts, what was mended and assumed, and every row that was kept out with its reason."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from store.importers.problems import Refusal

SHOWN = 20
"""Refusals that are shown on the screen; all of them are in the files beside."""


@dataclass(frozen=True)
class Mend:
    """A spelling that was understood as another, in so many rows."""

    column: str
    found: str
    taken_as: str
    rows: int
    how: str


@dataclass
class Report:
    """Rows read are exactly those added, changed, unchanged and refused."""

    kind: str
    files: list[str] = field(default_factory=list)
    dry_run: bool = False
    read: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    refusals: list[Refusal] = field(default_factory=list)
    """Reasons; a row may have several."""
    notes: list[str] = field(default_factory=list)
    """What was found, assumed or made on the way, as sentences."""
    warnings: list[str] = field(default_factory=list)
    refused_files: list[str] = field(default_factory=list)
    seconds: float = 0.0
    _mends: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)

    @property
    def mends(self) -> list[Mend]:
        """In the order in which they were first met."""
        return [Mend(column, found, taken, rows, how) for (column, found, taken, how), rows in self._mends.items()]

    @property
    def mended(self) -> int:
        """Cells that were understood as another spelling; their rows are counted among the others too."""
        return sum(self._mends.values())

    def mend(self, column: str, found: str, taken_as: str, how: str) -> None:
        self._mends[column, found, taken_as, how] += 1

    def to_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "files": self.files,
            "dry_run": self.dry_run,
            "rows": {
                "read": self.read,
                "added": self.added,
                "changed": self.changed,
                "unchanged": self.unchanged,
                "mended": self.mended,
                "refused": self.refused,
            },
            "mended": [vars(mend) for mend in self.mends],
            "refused": [vars(refusal) for refusal in self.refusals],
            "refused_files": self.refused_files,
            "notes": self.notes,
            "warnings": self.warnings,
            "took_ms": round(self.seconds * 1000),
        }


def show(report: Report, console: Console, next_command: str = "") -> None:
    """Print the report: a table of counts, then sentences, then what was kept out."""
    title = f"{', '.join(report.files)} → {report.kind}"
    table = Table(title=escape(title), title_justify="left")
    for heading in ("read", "added", "changed", "unchanged", "mended", "refused"):
        table.add_column(heading, justify="right")
    counts = (report.read, report.added, report.changed, report.unchanged, report.mended, report.refused)
    table.add_row(*(f"{count:,}" for count in counts))
    console.print(table)
    for mend in report.mends:
        rows = "1 row" if mend.rows == 1 else f"{mend.rows:,} rows"
        console.print(f"Mended: {mend.column} “{mend.found}” → “{mend.taken_as}” in {rows} ({mend.how}).", markup=False)
    for note in report.notes:
        console.print(note, markup=False)
    for warning in report.warnings:
        console.print(f"Please check: {warning}", markup=False, style="yellow")
    _show_refusals(report, console)
    for path in report.refused_files:
        command = f" Correct them there, then: {next_command} {path}" if next_command else ""
        console.print(f"Refused rows are in {path}.{command}", markup=False)
    took = f" in {report.seconds:.1f} s" if report.seconds else ""
    if report.dry_run:
        console.print(f"This was a dry run{took}: nothing was written.", markup=False)
    else:
        console.print(f"Done{took}.", markup=False)


def _show_refusals(report: Report, console: Console) -> None:
    if not report.refusals:
        return
    table = Table(title="Refused", title_justify="left")
    several = len(report.files) > 1
    for heading in (("file",) if several else ()) + ("row", "column", "reason"):
        table.add_column(heading, justify="right" if heading == "row" else "left", overflow="fold")
    for refusal in report.refusals[:SHOWN]:
        cells = ((refusal.file,) if several else ()) + (str(refusal.row), refusal.column, refusal.reason)
        table.add_row(*(escape(cell) for cell in cells))
    console.print(table)
    if len(report.refusals) > SHOWN:
        console.print(f"… and {len(report.refusals) - SHOWN:,} more reasons.", markup=False)
