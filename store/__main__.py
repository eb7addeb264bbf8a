"""The database's command line: `python -m store migrate | import | organisation | stages | grant | demo | …`."""

import argparse
import csv
import datetime as dt
import json
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from zoneinfo import ZoneInfo

from pydantic import ValidationError
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from sqlalchemy.exc import ArgumentError as BadUrl
from sqlalchemy.exc import DBAPIError, NoSuchModuleError
from sqlmodel import col, select

from store.arguments import build_parser
from store.backup import NoBackup, write_backup
from store.calendar import list_regions
from store.change_log import Author, FieldChange, RecordChange, RecordKind, apply
from store.clock import utc_now
from store.engine import Database
from store.export import list_table
from store.importers import ImportProblem, Options, Report, import_files, show
from store.importers.amounts import SCALES, Decimals
from store.importers.dates import DateOrder
from store.importers.names import Names
from store.importers.people import load_people
from store.importers.problems import CellRefused
from store.importers.writing import load_rows
from store.models import Organisation, Person, Role, Source, Stage
from store.organisation import SETTINGS, Refused, describe, set_organisation, set_region
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
        wanted = {field: value for field in SETTINGS if (value := getattr(arguments, field)) is not None}
        with self.database.writing() as session:
            row = set_organisation(session, wanted)
            for name, place in arguments.region:
                country, _, subdivision = place.partition("-")
                set_region(session, name, country, subdivision)
            for sentence in describe(row):
                self.say(sentence)
            for region in list_regions(session):
                place = f"{region.country} {region.subdivision}".strip()
                self.say(f"Region {region.name}: {f'public holidays of {place}' if place else 'no public holidays'}.")
        return DONE

    def stages(self, arguments: argparse.Namespace) -> int:
        """Show the process, or set it from a file."""
        if arguments.file is not None:
            words = ["import", "stages", str(arguments.file), *(["--dry-run"] if arguments.dry_run else [])]
            if (code := self.import_(build_parser().parse_args(words))) != DONE:
                return code
        self.ready()
        with self.database.session() as session:
            rows = session.exec(select(Stage).order_by(col(Stage.position))).all()
        if not rows:
            self.say("There are no stages yet. They come with the first opportunities, or from a file: see --help.")
            return DONE
        table = Table("position", "name", "kind", "probability", "category", "qualified")
        for stage in rows:
            table.add_row(
                str(stage.position), escape(stage.name), stage.kind, f"{stage.probability} %",
                stage.category.replace("_", " "), "yes" if stage.qualified else "no",
            )  # fmt: skip
        self.out.print(table)
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
