"""The store's commands as people type them: what they print, what they leave behind, and how they end."""

import csv
import json
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from sqlmodel import select

from store.__main__ import main
from store.engine import Database
from store.models import ChangeEntry, Organisation, Person
from tests.store.conftest import Write

ROOT = Path(__file__).resolve().parents[2]
PEOPLE = "name,email,manager\nDana,dana@ours.example,Omar\nLi Wei,li@ours.example,Omar\n"
DEALS = "opportunity id,owner,stage,amount,close date\n1,Dana,Won,EUR 100,2026-01-10\n2,Li Wei,Pilot,5k,2026-09-30\n"


class Shell:
    """Runs commands on a database of their own: in this process, or in one of its own where it is to be ended."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.monkeypatch = monkeypatch
        self.capsys = capsys
        self.settings = {"PLAYMAKER_HOME": str(folder / "home"), "COLUMNS": "200"}

    def start(self, *words: object) -> subprocess.Popen[str]:
        """As a process."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PLAYMAKER_")}
        return subprocess.Popen(
            [sys.executable, "-m", "store", *map(str, words)],
            cwd=self.folder,
            env=environment | self.settings | {"PYTHONPATH": str(ROOT)},
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def start_until_it_writes(self, *words: object) -> subprocess.Popen[str]:
        """As a process, up to the moment when rows of its transaction are on the disk, before they count."""
        process = self.start(*words)
        log = self.database.with_name("playmaker.db-wal")
        while process.poll() is None:
            try:
                if log.stat().st_size > 200_000:
                    return process
            except FileNotFoundError:
                continue
        raise AssertionError(f"it ended before it could be stopped: {process.communicate()}")

    def __call__(self, *words: object) -> tuple[int, str, str]:
        """Exit code, and what was said on either stream."""
        self.monkeypatch.delenv("PLAYMAKER_DATABASE_URL", raising=False)
        for name, value in self.settings.items():
            self.monkeypatch.setenv(name, value)
        self.monkeypatch.chdir(self.folder)
        try:
            code = main([str(word) for word in words])
        except SystemExit as ended:
            # Words that are none of the command's: the parser ends the process itself.
            code = int(ended.code or 0)
        out, err = self.capsys.readouterr()
        return code, out, err

    @property
    def database(self) -> Path:
        return self.folder / "home" / "playmaker.db"

    def rows(self, table: str) -> int:
        with closing(sqlite3.connect(self.database)) as connection:
            return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(tmp_path, monkeypatch, capsys)


@pytest.fixture
def stocked(shell: Shell, write: Write) -> Shell:
    assert shell("import", "people", write(PEOPLE, name="people.csv"))[0] == 0
    return shell


def test_import_makes_the_database_and_says_how_to_set_the_organisation(shell: Shell, write: Write) -> None:
    code, out, err = shell("import", "people", write(PEOPLE, name="people.csv"))
    assert code == 0
    assert "python -m store organisation --name" in err
    assert "Also added 1 manager who had no row of their own: Omar." in out
    assert shell.rows("person") == 3


def test_import_ends_with_2_when_rows_were_refused_and_1_when_nothing_could_be_read(
    stocked: Shell, write: Write
) -> None:
    code, out, _ = stocked("import", "opportunities", write(DEALS.replace("Li Wei", "Li Wai"), name="deals.csv"))
    assert code == 2
    assert "did you mean “Li Wei”" in out
    assert "python -m store import opportunities" in out
    assert (stocked.folder / "deals.csv.refused.csv").is_file()
    code, out, err = stocked("import", "opportunities", "nowhere.csv")
    assert (code, out) == (1, "")
    assert "There is no file nowhere.csv." in err
    assert stocked("import", "opportunities", write("a,b\n1,2\n", name="odd.csv"))[0] == 1


def test_the_report_as_json_is_nothing_but_json(stocked: Shell, write: Write) -> None:
    code, out, _ = stocked("import", "opportunities", write(DEALS, name="deals.csv"), "--json", "--dry-run")
    report = json.loads(out)
    assert code == 0
    assert report["rows"] == {"read": 2, "added": 2, "changed": 0, "unchanged": 0, "mended": 0, "refused": 0}
    assert report["dry_run"] is True
    assert stocked.rows("opportunity") == 0


def test_questions_are_answered_by_the_options_they_name(stocked: Shell, write: Write) -> None:
    path = write("Ref,owner,stage,value,close date\n1,Dana,Won,1.054,03/04/2026\n", name="deals.csv")
    base = ("import", "opportunities", path, "--map", "Ref=external_id")
    code, _, err = stocked(*base)
    assert code == 1
    assert "--decimal comma" in err or "--date-order dmy" in err
    code, _, err = stocked(*base, "--decimal", "comma", "--date-order", "dmy")
    assert code == 0
    with closing(sqlite3.connect(stocked.database)) as connection:
        row = connection.execute("SELECT amount_minor, closed_on FROM opportunity").fetchone()
    assert row == (105400, "2026-04-03")


def test_an_import_that_is_killed_leaves_nothing_half_done_and_can_be_repeated(stocked: Shell, write: Write) -> None:
    """Killed when the first rows are in the write-ahead log, before they count."""
    header, first, _ = DEALS.splitlines()
    rows = "\n".join(first.replace("1,Dana", f"K{number},Dana", 1) for number in range(10_000))
    path = write(f"{header}\n{rows}\n", name="many.csv")
    process = stocked.start_until_it_writes("import", "opportunities", path)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert (stocked.rows("opportunity"), stocked.rows("stage")) == (0, 0)
    assert not path.with_name("many.csv.refused.csv").exists()
    code, _, _ = stocked("import", "opportunities", path)
    assert (code, stocked.rows("opportunity")) == (0, 10_000)


def test_ctrl_c_stops_an_import_in_words(stocked: Shell, write: Write) -> None:
    header, first, _ = DEALS.splitlines()
    rows = "\n".join(first.replace("1,Dana", f"K{number},Dana", 1) for number in range(10_000))
    process = stocked.start_until_it_writes("import", "opportunities", write(f"{header}\n{rows}\n", name="many.csv"))
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Stopped. Nothing was written." in err
    assert "Traceback" not in err
    assert stocked.rows("opportunity") == 0


def test_the_organisation_is_shown_set_and_guarded(shell: Shell, write: Write) -> None:
    code, out, _ = shell("organisation", "--name", "Corvane", "--currency", "eur", "--zone", "Europe/Paris",
                         "--fiscal-start", "february", "--sharing", "open")  # fmt: skip
    assert code == 0
    assert "Corvane: EUR, Europe/Paris, year from February (named by its end), reps see everybody's records, " in out
    assert shell("organisation")[1] == out
    assert "not a time zone" in shell("organisation", "--zone", "Paris/Europe")[2]
    assert "not the code of a currency" in shell("organisation", "--currency", "EURO")[2]
    shell("import", "people", write(PEOPLE, name="people.csv"))
    shell("import", "opportunities", write(DEALS, name="deals.csv"))
    code, _, err = shell("organisation", "--currency", "USD")
    assert code == 1
    assert "The currency stays EUR" in err


def test_every_setting_of_the_organisation_can_be_set_and_is_documented(shell: Shell) -> None:
    given = {
        "name": "Corvane", "zone": "Asia/Shanghai", "currency": "CNY", "fiscal_start_month": 4,
        "fiscal_year_named_by": "start", "year_pattern": "445", "year_start": "last", "week_start": "sun",
        "open_rates": "plan", "working_days": "mon,tue,wed,thu,sun", "sharing": "private", "posts_amounts": False,
        "questions_channel": "ask-sales", "cards_by": "admin", "owners_reminded": False, "progress_shared": True,
    }  # fmt: skip
    assert given.keys() == Organisation.model_fields.keys() - {"id"}
    options = {"fiscal_start_month": "--fiscal-start", "fiscal_year_named_by": "--fiscal-named-by"}
    words = []
    for field, value in given.items():
        option = options.get(field, f"--{field.replace('_', '-')}")
        words += [option.replace("--", "--no-" if value is False else "--", 1)]
        words += [] if isinstance(value, bool) else [str(value)]
        documents = (Path(__file__).parents[2] / "docs" / "importing.md").read_text(encoding="utf-8")
        assert option in documents, option
    assert shell("organisation", *words)[0] == 0
    database = Database(f"sqlite:///{shell.database}")
    with database.session() as session:
        row = session.get_one(Organisation, 1)
        assert {field: getattr(row, field) for field in given} == given
    database.close()
    out = " ".join(shell("organisation")[1].split())
    assert "Worked: Monday, Tuesday, Wednesday, Thursday, Sunday." in out
    assert "administrators add cards, owners of cards are not reminded every week" in out
    assert "questions without an answer go to #ask-sales." in out
    assert "how far they are is shown to their manager" in out
    assert "Win posts: without amounts." in out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--questions-channel", "ask the team"), "not the name of a channel"),
        (("--questions-channel", "<!here>"), "not the name of a channel"),
        (("--name", " "), "needs a name"),
        (("--cards-by", "everyone"), "invalid choice"),
        (("--working-days", "mon,funday"), "write the days as mon,tue"),
        (("--working-days", ""), "write the days as mon,tue"),
        (("--progress-shared", "maybe"), "unrecognized arguments"),
    ],
)
def test_a_bad_setting_is_refused_and_changes_nothing(shell: Shell, words: tuple[str, ...], says: str) -> None:
    before = shell("organisation")[1]
    code, _, err = shell("organisation", "--zone", "Europe/Paris", *words)
    assert code != 0
    assert says in " ".join(err.split())
    assert shell("organisation")[1] == before


def test_a_channel_for_questions_can_be_taken_away(shell: Shell) -> None:
    assert "go to #questions." in " ".join(shell("organisation", "--questions-channel", "#Questions")[1].split())
    assert "go to nobody but" in " ".join(shell("organisation", "--questions-channel", "")[1].split())


@pytest.mark.parametrize("person", ["Dana", "dana@ours.example", "DANA"])
def test_a_role_is_granted_by_name_or_email_and_logged(stocked: Shell, person: str) -> None:
    code, out, _ = stocked("grant", person, "admin")
    assert (code, out) == (0, "Dana is an administrator now (was rep).\n")
    assert "already" in stocked("grant", person, "admin")[1]
    database = Database(f"sqlite:///{stocked.database}")
    with database.session() as session:
        entry = session.exec(select(ChangeEntry).where(ChangeEntry.field == "role")).one()
        assert (entry.old, entry.new, entry.source) == ('"rep"', '"admin"', "command")
    database.close()
    assert "did you mean “Dana”" in stocked("grant", "Danna", "admin")[2]


def test_rates_are_loaded_all_or_not_at_all_and_book_what_waited(stocked: Shell, write: Write) -> None:
    stocked("import", "opportunities", write(DEALS, name="deals.csv"))
    bad = write("currency,valid_from,rate\nEUR,2026-01-01,1.1\nEUR,01/02/2026,1.2\n", name="bad.csv")
    code, _, err = stocked("rates", bad)
    assert (code, stocked.rows("exchange_rate")) == (1, 0)
    assert "bad.csv, row 3: “01/02/2026” is not a date" in err
    good = write("currency,valid_from,rate,kind\nEUR,2026-01-01,1.105,\nEUR,2026-01-01,1.1,plan\n", name="good.csv")
    code, out, _ = stocked("rates", good)
    assert code == 0
    assert "2 added" in out
    assert "1 won opportunities could be booked only now." in out
    assert "2 as they were" in stocked("rates", good)[1]


QUOTAS = """person,team,region,month,amount,currency,metric,level,ramp
Dana,,,2026-01,5000,USD,booked,target,50
Dana,,,2026-01,6000,USD,booked,stretch,
Dana,,,2026-01,12,,new accounts,,
,,company,2026-01,90000,EUR,collected,challenge,
"""
OTHERS = {
    "loss-reasons": "reason,position,no decision\nPrice,1,no\nNo budget,2,yes\n",
    "leave": "person,from,to,type\nDana,2026-07-06,2026-07-10,holiday\n",
    "holidays": "day,works,name\n2026-12-24,no,closed\n2026-12-05,yes,fair\n",
    "splits": "opportunity,person,share,kind\n1,Dana,66.67,direct\n1,Li Wei,33.33,\n1,Omar,10,overlay\n",
    "payments": "opportunity,paid on,amount\n1,2026-02-01,EUR 60\n1,2026-02-09,EUR -10\n",
    "rates": "currency,valid_from,rate,kind\nEUR,2026-01-01,1.0842,daily\nEUR,2026-01-01,1.1,plan\n",
}


def test_what_is_exported_imports_as_the_same(stocked: Shell, write: Write, tmp_path: Path) -> None:
    stocked("import", "accounts", write("name,parent,revenue\nAcme,Beta,USD 5\nBeta,,\n", name="accounts.csv"))
    stocked("import", "products", write("name,price,cost\nGTX,USD 12.50,4.20\n", name="products.csv"))
    stocked("import", "contacts", write("name,email,account\nAnn,ann@acme.example,Acme\n", name="contacts.csv"))
    deals = (
        "id,owner,stage,amount,close date,account,product,name,units\n1,Dana,Won,EUR 100,2026-01-10,Acme,GTX,One,8\n"
    )
    stocked("import", "opportunities", write(f"{deals}2,Li Wei,Pilot,USD 5k,2026-09-30,,,Two,\n", name="deals.csv"))
    activities = "type,when,person,opportunity,note\ncall,2026-02-03 10:00,Dana,1,spoke\n"
    stocked("import", "activities", write(activities, name="activities.csv"))
    stocked("import", "quotas", write(QUOTAS, name="quotas.csv"))
    for kind, text in OTHERS.items():
        assert stocked("import", kind, write(text, name=f"{kind}.csv"))[0] == 0
    kinds = ("people", "accounts", "products", "contacts", "opportunities", "activities", "quotas", *OTHERS)
    other = Shell(tmp_path / "other", stocked.monkeypatch, stocked.capsys)
    other.folder.mkdir()
    for kind in kinds:
        path = tmp_path / f"{kind}.out.csv"
        assert stocked("export", kind, "--output", path)[0] == 0
        code, out, err = other("import", kind, path)
        assert code == 0, out + err
    for kind in kinds:
        assert list(csv.reader(stocked("export", kind)[1].splitlines())) == list(
            csv.reader(other("export", kind)[1].splitlines())
        ), kind


def test_a_year_of_weeks_rates_and_regions_are_settings(shell: Shell) -> None:
    code, out, err = shell(
        "organisation", "--fiscal-start", "feb", "--fiscal-named-by", "start", "--year-pattern", "4-5-4",
        "--week-start", "sun", "--open-rates", "plan", "--region", "West=US-CA", "--region", "EMEA=FR",
        "--region", "Online=",
    )  # fmt: skip
    assert code == 0, err
    said = " ".join(out.split())
    assert "year of weeks (4-5-4) from the Sunday nearest to the first of February" in said
    assert "open amounts at the plan's rates" in said
    assert "Region EMEA: public holidays of FR. Region Online: no public holidays." in said
    assert "Region West: public holidays of US CA." in said
    assert "last Sunday up to the first of February" in " ".join(
        shell("organisation", "--year-start", "last")[1].split()
    )
    assert "Region EMEA: public holidays of DE BY." in shell("organisation", "--region", "emea=DE-BY")[1]


@pytest.mark.parametrize(
    ("region", "reason"),
    [("EMEA=XX", "no public holidays of “XX”"), ("West=US-ZZ", "is no part of US"), ("EMEA", "Name=FR")],
)
def test_a_region_without_known_holidays_is_refused(shell: Shell, region: str, reason: str) -> None:
    try:
        code, _, err = shell("organisation", "--region", region)
    except SystemExit as stopped:
        code, err = int(str(stopped.code)), shell.capsys.readouterr().err
    assert code != 0
    assert reason in " ".join(err.split())


def test_the_stages_are_shown_and_set_from_a_file(stocked: Shell, write: Write) -> None:
    assert "no stages yet" in stocked("stages")[1]
    process = "name,probability,qualified\nTalk,10,no\nPilot,50,yes\nWon,,\nLost,,\n"
    code, out, err = stocked("stages", write(process, name="stages.csv"))
    assert code == 0, err
    assert "Pilot" in out
    code, out, _ = stocked("stages")
    assert [line.split() for line in out.splitlines() if "Talk" in line or "Won" in line] == [
        ["│", "1", "│", "Talk", "│", "open", "│", "10", "%", "│", "pipeline", "│", "no", "│"],
        ["│", "3", "│", "Won", "│", "won", "│", "100", "%", "│", "closed", "│", "yes", "│"],
    ]


def test_a_backup_is_whole_while_others_write(stocked: Shell) -> None:
    database = Database(f"sqlite:///{stocked.database}")
    target = stocked.folder / "copies" / "backup.db"
    with database.writing() as session:
        session.add(Person(name="Not yet there"))
        session.flush()
        code, out, _ = stocked("backup", target)
    database.close()
    assert code == 0
    assert "Copied the database to" in out
    with closing(sqlite3.connect(target)) as connection:
        names = {name for (name,) in connection.execute("SELECT name FROM person")}
    assert names == {"Dana", "Li Wei", "Omar"}
    assert stocked("backup", stocked.database)[0] == 1
    assert [path.name for path in target.parent.iterdir()] == ["backup.db"]


def test_postgresql_is_backed_up_with_its_own_tool(shell: Shell) -> None:
    shell.settings["PLAYMAKER_DATABASE_URL"] = "postgresql://nobody@127.0.0.1:1/none"
    code, _, err = shell("backup", "copy.sql")
    assert code == 1
    assert "pg_dump" in err


@pytest.mark.parametrize("url", ["nonsense", "mysql://x/y", "sqlite:////nowhere/at/all/x.db"])
def test_an_unusable_database_is_said_in_a_sentence(shell: Shell, url: str) -> None:
    shell.settings["PLAYMAKER_DATABASE_URL"] = url
    code, _, err = shell("grant", "Dana", "admin")
    assert code == 1
    assert err.strip().endswith((".", "migrate"))


def test_commands_that_need_tables_say_how_to_make_them(shell: Shell) -> None:
    for words in (("grant", "Dana", "admin"), ("export", "people"), ("snapshot",)):
        code, _, err = shell(*words)
        assert (code, "python -m store migrate" in err) == (1, True), words
    assert shell("migrate")[0] == 0
    assert "already" in shell("migrate")[1]


def test_a_snapshot_keeps_the_open_ones(stocked: Shell, write: Write) -> None:
    stocked("import", "opportunities", write(DEALS, name="deals.csv"))
    code, out, _ = stocked("snapshot")
    assert code == 0
    assert "Kept 1 open opportunities" in out
    assert stocked("snapshot")[0] == 0
    assert stocked.rows("snapshot") == 1
    code, _, err = stocked("snapshot", "--day", "2999-01-01")
    assert (code, "has not come yet" in err) == (1, True)


def test_the_demo_does_not_mix_with_real_people(stocked: Shell) -> None:
    code, _, err = stocked("demo")
    assert code == 1
    assert "3 people already" in err
    assert stocked("demo", "--if-empty")[0] == 0
    assert stocked.rows("person") == 3
