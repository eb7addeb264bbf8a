"""The tables that migrations make are the tables that the models describe, and rows survive being migrated."""

import datetime as dt
import multiprocessing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

import store.engine
from store.engine import MIGRATIONS, Database, newest_revision
from store.models import Account, Opportunity, Organisation, Person, Quota, Stage
from store.models.columns import METADATA
from tests.store.conftest import NOW

NEXT_REVISION = '''
"""A column more, which rebuilds the table on SQLite"""
import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "{head}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    rebuilt = "always" if op.get_bind().dialect.name == "sqlite" else "never"
    with op.batch_alter_table("person", recreate=rebuilt) as batch:
        batch.add_column(sa.Column("nickname", sa.String(), nullable=False, server_default=""))
'''

ROWS_OF_THE_FIRST = (
    (
        "INSERT INTO organisation (id, name, zone, currency, fiscal_start_month, fiscal_year_named_by, working_days,"
        " sharing) VALUES (1, 'Ours', 'UTC', 'USD', 1, 'end', 'mon', 'team')"
    ),
    "INSERT INTO person (name, role, title, region, locale, version) VALUES ('Dana', 'rep', '', '', '', 1)",
    "INSERT INTO account (name, industry, region, country, website, version) VALUES ('Acme', '', '', '', '', 1)",
    "INSERT INTO stage (name, position, kind, probability, category) VALUES ('Pilot', 1, 'open', 50, 'pipeline')",
    (
        "INSERT INTO opportunity (name, account_id, owner_id, stage_id, status, currency, next_step, category, source,"
        " competitor, loss_reason, version, created_at, updated_at) VALUES ('Acme – Pilot', 1, 1, 1, 'open', 'USD', '',"
        " 'pipeline', '', '', '', 1, '2026-03-01 12:00:00', '2026-03-01 12:00:00')"
    ),
    (
        "INSERT INTO quota (person_id, metric, month, amount_minor, currency, version, reason, recorded_at)"
        f" VALUES (1, 'booked', '2026-03-01', 4500000, 'USD', 1, '', '{NOW:%Y-%m-%d %H:%M:%S.%f}')"
    ),
)


def test_models_and_migrations_describe_the_same_tables(empty: Database) -> None:
    empty.migrate()
    with empty.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, METADATA)
    assert differences == []


def test_every_check_and_foreign_key_of_the_models_is_in_the_database(empty: Database) -> None:
    empty.migrate()
    inspector = inspect(empty.engine)
    for table in METADATA.sorted_tables:
        checks = {str(each["name"]) for each in inspector.get_check_constraints(table.name)}
        keys = {str(each["name"]) for each in inspector.get_foreign_keys(table.name)}
        described = {str(each.name) for each in table.constraints if type(each).__name__ == "CheckConstraint"}
        assert described <= checks, table.name
        assert {str(each.constraint.name) for each in table.foreign_keys if each.constraint} == keys, table.name


def test_constraints_have_names_by_which_a_migration_finds_them() -> None:
    unnamed = [table.name for table in METADATA.sorted_tables for each in table.constraints if not each.name]
    assert unnamed == []


def test_migrating_twice_changes_nothing(empty: Database) -> None:
    assert empty.revision() is None
    empty.migrate()
    empty.migrate()
    assert empty.is_current()


def test_files_of_migrations_are_named_by_their_revision() -> None:
    configuration = Config()
    configuration.set_main_option("script_location", str(MIGRATIONS))
    scripts = ScriptDirectory.from_config(configuration)
    assert scripts.get_heads() == [newest_revision()]
    assert all(Path(script.path).name.startswith(f"{script.revision}_") for script in scripts.walk_revisions())


def test_rows_of_the_first_revision_survive_the_newest(empty: Database) -> None:
    empty.migrate("0001")
    with empty.writing() as session:
        for statement in ROWS_OF_THE_FIRST:
            session.connection().execute(text(statement))
    empty.migrate()
    _check_filled(empty)
    with empty.session() as session:
        quota = session.exec(select(Quota)).one()
    assert (quota.person_id, quota.amount_minor, quota.currency) == (1, 4_500_000, "USD")
    assert (quota.level, quota.ramp_percent, quota.recorded_at) == ("target", 100, NOW)
    with empty.writing() as session:
        session.add(Quota(person_id=1, month=dt.date(2026, 4, 1), amount_minor=1, currency="USD", recorded_at=NOW))


def test_rows_survive_a_migration_that_rebuilds_the_table_they_point_at(
    empty: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty.migrate()
    _fill(empty)
    head = empty.revision()
    copied = tmp_path / "migrations"
    (copied / "versions").mkdir(parents=True)
    for path in store.engine.MIGRATIONS.rglob("*.*"):
        if path.suffix in (".py", ".mako"):
            (copied / path.relative_to(store.engine.MIGRATIONS)).write_bytes(path.read_bytes())
    (copied / "versions" / "9999_next.py").write_text(NEXT_REVISION.format(head=head))
    monkeypatch.setattr(store.engine, "MIGRATIONS", copied)
    empty.migrate()
    assert empty.revision() == "9999"
    _check_filled(empty)
    with pytest.raises(IntegrityError), empty.writing() as session:
        session.connection().execute(text("UPDATE opportunity SET owner_id = 4711"))


def _fill(database: Database) -> None:
    with database.writing() as session:
        session.add(Organisation(name="Ours"))
        session.add(Person(name="Dana", manager_id=None))
        session.add(Account(name="Acme"))
        session.add(Stage(name="Pilot", position=1, probability=50))
        session.flush()
        session.add(
            Opportunity(
                name="Acme – Pilot",
                account_id=1,
                owner_id=1,
                stage_id=1,
                currency="USD",
                created_at=NOW,
                updated_at=NOW,
            )
        )


def _check_filled(database: Database) -> None:
    with database.session() as session:
        row = session.connection().execute(text("SELECT name, owner_id, account_id, created_at FROM opportunity")).one()
        person = session.connection().execute(text("SELECT name, version FROM person")).one()
    assert tuple(row)[:3] == ("Acme – Pilot", 1, 1)
    assert tuple(person) == ("Dana", 1)


def _migrate(url: str) -> str | None:
    database = Database(url)
    database.migrate()
    revision = database.revision()
    database.close()
    return revision


def test_two_processes_that_start_together_migrate_once(empty: Database) -> None:
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        revisions = pool.map(_migrate, [empty.url, empty.url])
    assert revisions[0] is not None
    assert revisions[0] == revisions[1]
