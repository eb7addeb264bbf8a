"""What may stand on the command line of the database, and the help for it."""

import argparse
import datetime as dt
from pathlib import Path

from store.export import TABLES
from store.importers import KINDS
from store.importers.dates import DateOrder
from store.models import RateKind, Role, Sharing, YearPattern, YearStart
from store.organisation import WEEK


def _pair(text: str) -> tuple[str, str]:
    left, _, right = text.rpartition("=")
    if not left.strip() or not right.strip():
        raise argparse.ArgumentTypeError(f"write it as “this=that”, not “{text}”")
    return left.strip(), right.strip()


def _region(text: str) -> tuple[str, str]:
    name, equals, place = text.partition("=")
    if not name.strip() or not equals:
        raise argparse.ArgumentTypeError(f"write it as “Name=FR”, not “{text}”")
    return name.strip(), place.strip()


def _pattern(text: str) -> str:
    word = text.replace("-", "").casefold()
    if word not in list(YearPattern):
        raise argparse.ArgumentTypeError(f"it is months, 4-4-5, 4-5-4 or 5-4-4, not “{text}”")
    return word


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"write the day as 2026-01-31, not “{text}”") from error


def _weekdays(text: str) -> str:
    """Weekdays in the order of the week, as they are stored."""
    names = {name.strip().casefold()[:3] for name in text.replace(" ", ",").split(",") if name.strip()}
    if not names or not names <= WEEK.keys():
        raise argparse.ArgumentTypeError(f"write the days as mon,tue,wed,thu,fri, not “{text}”")
    return ",".join(day for day in WEEK if day in names)


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

    company = commands.add_parser("organisation", help="show or set name, currency, zone, calendar and rights")
    company.add_argument("--name")
    company.add_argument("--currency", type=str.upper, help="ISO 4217 code of totals, such as USD")
    company.add_argument("--zone", help="time zone, such as Europe/Paris")
    company.add_argument("--fiscal-start", dest="fiscal_start_month", type=_month, help="first month of the year")
    company.add_argument("--fiscal-named-by", dest="fiscal_year_named_by", choices=["start", "end"])
    company.add_argument("--sharing", choices=list(Sharing), help="whose records a rep may read")
    company.add_argument(
        "--year-pattern", type=_pattern, metavar="PATTERN", help="months, 4-4-5, 4-5-4 or 5-4-4 (weeks in each month)"
    )
    company.add_argument(
        "--year-start",
        choices=list(YearStart),
        help="for a year of weeks: it begins with the week start nearest to the first of its month, or the last before",
    )
    company.add_argument("--week-start", choices=list(WEEK), help="for a year of weeks: the first day of a week")
    company.add_argument(
        "--working-days", type=_weekdays, metavar="DAYS", help="weekdays that are worked, such as mon,tue,wed,thu,fri"
    )
    company.add_argument("--open-rates", choices=list(RateKind), help="rates for everything that is open")
    company.add_argument(
        "--questions-channel",
        metavar="NAME",
        help="where unanswered questions go; empty for none",
    )
    company.add_argument("--cards-by", choices=list(Role), help="from which role on people may add cards and files")
    company.add_argument(
        "--owners-reminded",
        action=argparse.BooleanOptionalAction,
        help="whether owners of cards are sent every week what is to be done about them",
    )
    company.add_argument(
        "--progress-shared",
        action=argparse.BooleanOptionalAction,
        help="whether managers see how far their new people are, where these have not said so themselves",
    )
    company.add_argument(
        "--posts-amounts", action=argparse.BooleanOptionalAction, help="whether win posts say for how much"
    )
    company.add_argument(
        "--region",
        action="append",
        default=[],
        type=_region,
        metavar="NAME=COUNTRY[-PART]",
        help="whose public holidays a region keeps, such as EMEA=FR or West=US-CA; empty for none; may be repeated",
    )

    stages = commands.add_parser("stages", help="show the stages, or set them from a CSV file")
    stages.add_argument(
        "file", nargs="?", type=Path, metavar="FILE", help="name, position, kind, probability, category, qualified"
    )
    stages.add_argument("--dry-run", action="store_true", help="report, and write nothing")

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
