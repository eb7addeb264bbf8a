"""The database's command line: `python -m store migrate | import | organisation | grant | rates | demo | …`."""

import argparse
import csv
import datetime as dt
import json
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import ValidationError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from sqlalchemy.exc import ArgumentError as BadUrl
from sqlalchemy.exc import DBAPIError, NoSuchModuleError

from store.backup import NoBackup, write_backup
from store.change_log import Author, FieldChange, RecordChange, RecordKind, apply
from store.clock import utc_now
from store.engine import Database
from store.export import TABLES, list_table
from store.importers import KINDS, ImportProblem, Options, Report, import_files, show
from store.importers.amounts import SCALES, Decimals
from store.importers.dates import DateOrder
from store.importers.names import Names
from store.importers.people import load_people
from store.importers.problems import CellRefused
from store.importers.writing import load_rows
from store.models import Organisation, Person, Role, Sharing, Source
from store.organisation import Refused, set_organisation
from store.people import get_organisation
from store.rates import add_rates, read_rates
from store.scope import Scope
from store.settings import StoreSettings
from store.snapshots import add_snapshot

DONE, FAILED, SOME_REFUSED, STOPPED = 0, 1, 2, 130


class Failed(Exception):
    """The command could not be done; the message is a sentence for people."""


class CommandLine:
    """One call: the database, the moment it was made, and where its words go."""

    def __init__(self, database: Database, now: dt.datetime, out: Console, err: Console) -> None:
        self.database = database
        self.now = now
        self.out = out
        self.err = err

    def say(self, sentence: str) -> None:
        self.out.print(sentence, markup=False, highlight=False)

    def migrate(self, _arguments: argparse.Namespace) -> int:
        before = self.database.revision()
        self.database.migrate()
        after = self.database.revision()
        self.say(f"The tables are at revision {after}{' already' if before == after else ''}.")
        return DONE

    def ready(self, *, to_fill: bool = False) -> None:
        """Make sure that the tables are there and current; those of an empty database are made when it `to_fill`."""
        revision = self.database.revision()
        if revision is None and to_fill:
            self.database.migrate()
            with self.database.writing() as session:
                if session.get(Organisation, 1) is None:
                    session.add(Organisation(name="My organisation"))
            self.err.print(
                "Made a new database, for an organisation in USD and UTC. To set yours: "
                "python -m store organisation --name … --currency … --zone … --fiscal-start …",
                markup=False,
            )
        elif revision is None:
            raise Failed("There is no database yet. Make it: python -m store migrate")
        elif not self.database.is_current():
            raise Failed("The tables are of an older version. Bring them up to date: python -m store migrate")

    def import_(self, arguments: argparse.Namespace) -> int:
        options = _options(arguments)
        self.ready(to_fill=True)
        with self.progress() as progress:
            report = import_files(
                self.database, arguments.kind, arguments.files, options=options, now=self.now, progress=progress
            )
        if arguments.json:
            self.out.print_json(json.dumps(report.to_json(), ensure_ascii=False))
        else:
            show(report, self.out, _again(arguments))
        return _code(report)

    def progress(self) -> "Bar":
        return Bar(self.err)

    def organisation(self, arguments: argparse.Namespace) -> int:
        if self.database.revision() is None:
            self.database.migrate()
        self.ready()
        wanted = {
            field: value
            for field in ("name", "zone", "currency", "fiscal_start_month", "fiscal_year_named_by", "sharing")
            if (value := getattr(arguments, field)) is not None
        }
        with self.database.writing() as session:
            row = set_organisation(session, wanted)
            self.say(
                f"{row.name}: {row.currency}, {row.zone}, year from {dt.date(2000, row.fiscal_start_month, 1):%B} "
                f"(named by its {row.fiscal_year_named_by}), reps see {_SEEN[Sharing(row.sharing)]}."
            )
        return DONE

    def grant(self, arguments: argparse.Namespace) -> int:
        self.ready()
        author = Author(None, Source.COMMAND, self.now)
        with self.database.writing() as session:
            rows = load_rows(session, Person)
            names: Names = load_people(rows)
            slack = {row["slack_id"]: number for number, row in rows.items() if row["slack_id"]}
            try:
                found = slack.get(arguments.person) or names.find(arguments.person).entity.id
            except CellRefused as refused:
                raise Failed(f"{refused.reason[0].upper()}{refused.reason[1:].rstrip('.')}.") from refused
            row = rows[int(found or 0)]
            if row["role"] == arguments.role:
                self.say(f"{row['name']} is {_A[Role(arguments.role)]} already.")
                return DONE
            change = RecordChange(
                kind=RecordKind.PERSON,
                id=found,
                version=row["version"],
                label=row["name"],
                fields=(FieldChange(field="role", old=row["role"], new=arguments.role),),
            )
            apply(session, [change], author, reason="granted on the command line")
        self.say(f"{row['name']} is {_A[Role(arguments.role)]} now (was {row['role']}).")
        return DONE

    def rates(self, arguments: argparse.Namespace) -> int:
        self.ready(to_fill=True)
        with self.database.writing() as session:
            home = get_organisation(session).currency
            rates = read_rates(arguments.file, home)
            done = add_rates(session, rates, Author(None, Source.IMPORT, self.now), home)
        self.say(f"Rates into {home}: {done.added:,} added, {done.changed:,} changed, {done.unchanged:,} as they were.")
        if done.booked:
            self.say(f"{done.booked:,} won opportunities could be booked only now.")
        if done.unbooked:
            self.say(f"{done.unbooked:,} won opportunities still have no rate for their close date.")
        return DONE

    def demo(self, arguments: argparse.Namespace) -> int:
        if self.database.revision() is None:
            self.database.migrate()
        self.ready()
        with self.database.session() as session:
            people = len(load_rows(session, Person))
        if people:
            if arguments.if_empty:
                return DONE
            raise Failed(
                f"This database holds {people} people already; the demo company needs an empty one. "
                "Give it a folder of its own: PLAYMAKER_HOME=demo python -m store demo"
            )
        build = import_module("store.demo").build
        build(self.database, day=arguments.day or self.now.date(), seed=arguments.seed, progress=self.say)
        return DONE

    def export(self, arguments: argparse.Namespace) -> int:
        self.ready()
        with self.database.session() as session:
            header, rows = list_table(session, Scope.everybody(), arguments.kind)
            if arguments.output is None:
                csv.writer(sys.stdout, lineterminator="\n").writerows([header, *rows])
                return DONE
            with arguments.output.open("w", encoding="utf-8-sig", newline="") as stream:
                written = list(rows)
                csv.writer(stream).writerows([header, *written])
        self.say(f"Wrote {len(written):,} {arguments.kind} to {arguments.output}.")
        return DONE

    def snapshot(self, arguments: argparse.Namespace) -> int:
        self.ready()
        with self.database.writing() as session:
            today = self.now.astimezone(ZoneInfo(get_organisation(session).zone)).date()
            day = arguments.day or today
            if day > today:
                raise Failed(f"{day} has not come yet; a snapshot keeps what was true when a day ended.")
            count = add_snapshot(session, day)
        self.say(f"Kept {count:,} open opportunities as they stood on {day}.")
        return DONE

    def backup(self, arguments: argparse.Namespace) -> int:
        with self.progress() as progress:
            size = write_backup(self.database, arguments.file, lambda done, of: progress("copying", done, of))
        self.say(f"Copied the database to {arguments.file} ({size / 1_000_000:.1f} MB).")
        return DONE


class Bar:
    """Progress on the screen; silent where nobody watches."""

    def __init__(self, console: Console) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        self._progress = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
        self._tasks: dict[str, int] = {}

    def __enter__(self) -> Callable[[str, int, int], None]:
        self._progress.start()
        return self.move

    def __exit__(self, *_error: object) -> None:
        self._progress.stop()

    def move(self, doing: str, done: int, of: int) -> None:
        if doing not in self._tasks:
            self._tasks[doing] = self._progress.add_task(doing, total=of)
        self._progress.update(self._tasks[doing], completed=done, total=of)  # type: ignore[arg-type]


_SEEN = {
    Sharing.PRIVATE: "their own records",
    Sharing.TEAM: "the records of their team",
    Sharing.OPEN: "everybody's records",
}
_A = {Role.REP: "a rep", Role.MANAGER: "a manager", Role.ADMIN: "an administrator"}


def _code(report: Report) -> int:
    return SOME_REFUSED if report.refused else DONE


def _options(arguments: argparse.Namespace) -> Options:
    scales = {}
    for field, word in arguments.scale:
        if word.casefold() not in SCALES:
            raise Failed(f"--scale {field}={word}: the word is thousands, millions or billions.")
        scales[field] = SCALES[word.casefold()]
    return Options(
        mapped=dict(arguments.map),
        encoding=arguments.encoding,
        date_order=DateOrder(arguments.date_order) if arguments.date_order else None,
        decimals=Decimals[arguments.decimal.upper()] if arguments.decimal else None,
        currency=arguments.currency,
        scales=scales,
        stages=tuple(name.strip() for name in arguments.stages.split(",") if name.strip()),
        dry_run=arguments.dry_run,
    )


def _again(arguments: argparse.Namespace) -> str:
    """The command that imports the refused rows when they have been corrected."""
    words = ["python -m store import", arguments.kind]
    for header, field in arguments.map:
        words.append(f'--map "{header}={field}"')
    for field, word in arguments.scale:
        words.append(f"--scale {field}={word}")
    given = {"--date-order": arguments.date_order, "--decimal": arguments.decimal, "--currency": arguments.currency}
    words += [f"{option} {value}" for option, value in given.items() if value]
    return " ".join(words)


def _pair(text: str) -> tuple[str, str]:
    left, _, right = text.rpartition("=")
    if not left.strip() or not right.strip():
        raise argparse.ArgumentTypeError(f"write it as “this=that”, not “{text}”")
    return left.strip(), right.strip()


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"write the day as 2026-01-31, not “{text}”") from error


def _month(text: str) -> int:
    """A month by number or by the first three letters of its English name."""
    names = [f"{dt.date(2000, number, 1):%b}".casefold() for number in range(1, 13)]
    if text.isdigit() and 1 <= int(text) <= 12:
        return int(text)
    if text[:3].casefold() in names:
        return names.index(text[:3].casefold()) + 1
    raise argparse.ArgumentTypeError(f"a month is 1 to 12 or its name, not “{text}”")


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m store", description="Playmaker's database.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("migrate", help="make the tables, or bring them up to date")

    load = commands.add_parser("import", help="take in records from CSV or TSV files, see docs/importing.md")
    load.add_argument("kind", choices=list(KINDS), metavar="KIND", help=", ".join(KINDS))
    load.add_argument("files", nargs="+", type=Path, metavar="FILE")
    load.add_argument(
        "--map", action="append", default=[], type=_pair, metavar="HEADER=FIELD", help="which field a column is"
    )
    load.add_argument("--date-order", choices=list(DateOrder), help="what 03/04/2017 means")
    load.add_argument("--decimal", choices=["point", "comma"], help="what 1.054 means")
    load.add_argument("--currency", type=str.upper, help="of amounts without one; the organisation's when left out")
    load.add_argument(
        "--scale", action="append", default=[], type=_pair, metavar="FIELD=WORD", help="such as revenue=millions"
    )
    load.add_argument("--stages", default="", help="open stages in their order, for a database without stages")
    load.add_argument("--encoding", help="of the files, where it is not found by itself")
    load.add_argument("--dry-run", action="store_true", help="report, and write nothing")
    load.add_argument("--json", action="store_true", help="the report as JSON")

    company = commands.add_parser("organisation", help="show or set name, currency, zone, fiscal year and sharing")
    company.add_argument("--name")
    company.add_argument("--currency", type=str.upper, help="ISO 4217 code of totals, such as USD")
    company.add_argument("--zone", help="time zone, such as Europe/Paris")
    company.add_argument("--fiscal-start", dest="fiscal_start_month", type=_month, help="first month of the year")
    company.add_argument("--fiscal-named-by", dest="fiscal_year_named_by", choices=["start", "end"])
    company.add_argument("--sharing", choices=list(Sharing), help="whose records a rep may read")

    grant = commands.add_parser("grant", help="give somebody a role")
    grant.add_argument("person", metavar="PERSON", help="e-mail, name or Slack id")
    grant.add_argument("role", choices=list(Role), metavar="ROLE", help=", ".join(Role))

    rates = commands.add_parser("rates", help="load exchange rates: currency, valid_from, rate, kind (daily or plan)")
    rates.add_argument("file", type=Path, metavar="FILE")

    demo = commands.add_parser("demo", help="fill an empty database with a made-up company")
    demo.add_argument("--day", type=_day, help="the day that it is there; today when left out")
    demo.add_argument("--seed", type=int, default=7)
    demo.add_argument("--if-empty", action="store_true", help="do nothing where there is somebody already")

    export = commands.add_parser("export", help="records as CSV, as import takes them")
    export.add_argument("kind", choices=list(TABLES), metavar="KIND", help=", ".join(TABLES))
    export.add_argument("--format", choices=["csv"], default="csv")
    export.add_argument("--output", type=Path, metavar="FILE", help="where to; the screen when left out")

    snapshot = commands.add_parser("snapshot", help="keep how the open opportunities stand")
    snapshot.add_argument("--day", type=_day, help="the day that ended; today when left out")

    backup = commands.add_parser("backup", help="a consistent copy, also while the bot runs")
    backup.add_argument("file", type=Path, metavar="FILE")
    return parser


def run(arguments: argparse.Namespace, line: CommandLine) -> int:
    """Do one command; what goes wrong is said in a sentence on the error stream."""
    method = {"import": line.import_}.get(arguments.command) or getattr(line, arguments.command)
    try:
        code: int = method(arguments)
    except (ImportProblem, Failed, NoBackup, Refused) as problem:
        sentence = str(problem)
    except DBAPIError as error:
        sentence = _database_trouble(error)
    else:
        return code
    line.err.print(sentence, markup=False, highlight=False)
    return FAILED


def _database_trouble(error: DBAPIError) -> str:
    """Why the database did not do what it was asked, as far as its kind of error tells."""
    words = str(error.orig).casefold()
    if "locked" in words:
        return "Another process is writing to the database and does not finish. Nothing was written; try again."
    if "unable to open" in words or "connection" in words:
        return "The database cannot be opened. Check PLAYMAKER_DATABASE_URL and PLAYMAKER_HOME, and that it is running."
    if "readonly" in words or "read-only" in words:
        return "The database may not be written to. Check who owns its file. Nothing was written."
    if "disk" in words or "full" in words:
        return "The disk is full or faulty. Nothing was written."
    return "The database refused it, so nothing was written: two records would share what only one may have."


def main(words: Sequence[str]) -> int:
    arguments = build_parser().parse_args(words)
    err = Console(stderr=True)
    try:
        database = Database(StoreSettings().database)
    except (ValidationError, BadUrl, NoSuchModuleError, ImportError):
        err.print("PLAYMAKER_DATABASE_URL is not an address such as sqlite:///file.db or postgresql://host/name.")
        return FAILED
    try:
        return run(arguments, CommandLine(database, utc_now(), Console(), err))
    except KeyboardInterrupt:
        err.print("Stopped. Nothing was written.")
        return STOPPED
    except BrokenPipeError:
        # Whoever reads has seen enough (`export … | head`); what is left must not be tried again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    finally:
        database.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
